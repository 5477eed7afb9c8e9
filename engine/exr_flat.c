#include "exr_flat.h"

#include "codec/none.h"
#include "exr_box.h"
#include "exr_color.h"
#include "exr_fix.h"
#include "exr_stock.h"

/* Samples go from the file to memory as they are. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a little-endian machine");

/* Reading the wanted part of a chunk takes two calls to the system; it has to
 * save this many bytes.
 */
enum { PART_SAVES_BYTES = 65536 };

/* ---- the chunk's shape ---- */

void zoe_exr_flat_begin(zoe_exr_flat *flat, zoe_exr_reader *reader, zoe_exr_rows *rows,
                        uint32_t lane)
{
    const zoe_exr_plan *plan = rows->plan;
    uint8_t *scratch = rows->scratch;
    size_t count = (size_t)plan->channels->num_channels;
    *flat = (zoe_exr_flat){.plan = plan, .reader = reader, .rows = rows};
    flat->channels =
        (zoe_codec_channel *)(void *)(scratch + zoe_exr_lane_at(plan, &plan->codec_channels, lane));
    flat->sources = (int8_t *)(flat->channels + count);
    flat->segments =
        (zoe_codec_segment *)(void *)(scratch + zoe_exr_lane_at(plan, &plan->segments, lane));
    flat->fixes = (zoe_exr_fix *)(void *)(scratch + zoe_exr_lane_at(plan, &plan->fixes, lane));
    flat->fix_rows = scratch + zoe_exr_lane_at(plan, &plan->fix_rows, lane);
    for (size_t c = 0; c < count; c++) {
        const exr_attr_chlist_entry_t *entry = &plan->channels->entries[c];
        flat->channels[c] = (zoe_codec_channel){
            .name = entry->name.str,
            .type = (uint8_t)entry->pixel_type,
            .p_linear = entry->p_linear != 0,
            .x_sampling = entry->x_sampling,
            .y_sampling = entry->y_sampling,
        };
        flat->sources[c] = -1;
    }
    for (uint32_t s = 0; s < plan->source_count; s++)
        flat->sources[plan->source_channel[s]] = (int8_t)s;
}

static bool has_row(const zoe_codec_channel *channel, int32_t y)
{
    return channel->y_sampling == 1 || y % channel->y_sampling == 0;
}

/* The channels' sizes in a chunk. */
static void measure_channels(zoe_exr_flat *flat, zoe_box box)
{
    zoe_codec_chunk *chunk = &flat->chunk;
    chunk->channels = flat->channels;
    chunk->channel_count = (size_t)flat->plan->channels->num_channels;
    chunk->first_y = box.min_y;
    chunk->line_count = (int32_t)zoe_box_height(&box);
    chunk->unpacked_bytes = 0;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        zoe_codec_channel *channel = &flat->channels[c];
        /* Sampling divides the data window. */
        channel->width = (int32_t)zoe_box_width(&box) / channel->x_sampling;
        channel->height = chunk->line_count;
        if (channel->y_sampling > 1) {
            channel->height = 0;
            for (int32_t line = 0; line < chunk->line_count; line++)
                channel->height += has_row(channel, box.min_y + line);
        }
        chunk->unpacked_bytes +=
            (size_t)channel->width * zoe_exr_sample_bytes(channel->type) * (size_t)channel->height;
    }
}

/* ---- where rows go ---- */

/* Where a source's row at y is decoded to: into its plane, or into scratch when
 * it has to be converted or cropped. NULL: nobody needs it. */
static uint8_t *row_target(zoe_exr_flat *flat, uint32_t source, const zoe_codec_channel *channel,
                           int32_t x, int32_t y, uint8_t **fix_rows)
{
    const zoe_exr_plan *plan = flat->plan;
    const zoe_exr_piece *piece = flat->rows->piece;
    if (plan->is_luma_chroma && source < 3)
        return zoe_exr_color_band_row(flat->rows, source, y);
    const zoe_box *need = &piece->need;
    int64_t last = (int64_t)x + (int64_t)channel->width * channel->x_sampling - 1;
    int64_t last_y = (int64_t)y + channel->y_sampling - 1;
    if (last_y < need->min_y || y > need->max_y || last < need->min_x || x > need->max_x)
        return NULL;
    bool as_it_is = plan->shift == 0 && channel->x_sampling == 1 && channel->y_sampling == 1 &&
                    channel->type == (uint8_t)plan->plane_type[source];
    if (as_it_is && x >= need->min_x && last <= need->max_x)
        return zoe_exr_plane_row(plan, flat->rows->buffer, source, y) +
               (size_t)((int64_t)x - plan->window.min_x) * zoe_exr_sample_bytes(channel->type);
    uint8_t *samples = *fix_rows;
    *fix_rows += zoe_exr_row_bytes((size_t)channel->width, channel->type);
    flat->fixes[flat->fix_count++] =
        (zoe_exr_fix){source, {y, x, channel->width, channel->type, samples}};
    return samples;
}

/* Lists the chunk's rows and where each goes. */
static void list_segments(zoe_exr_flat *flat, int32_t x)
{
    uint8_t *fix_rows = flat->fix_rows;
    size_t count = 0;
    flat->fix_count = 0;
    for (int32_t line = 0; line < flat->chunk.line_count; line++) {
        int32_t y = flat->chunk.first_y + line;
        for (size_t c = 0; c < flat->chunk.channel_count; c++) {
            const zoe_codec_channel *channel = &flat->channels[c];
            if (!has_row(channel, y))
                continue;
            int32_t source = flat->sources[c];
            flat->segments[count++] = (zoe_codec_segment){
                source < 0 ? NULL : row_target(flat, (uint32_t)source, channel, x, y, &fix_rows),
                (uint32_t)((size_t)channel->width * zoe_exr_sample_bytes(channel->type))};
        }
    }
    flat->chunk.segments = flat->segments;
    flat->chunk.segment_count = count;
}

/* ---- decoding ---- */

/*
 * Reduces an uncompressed chunk to what lies between its first and its last
 * wanted row, when much lies outside. *from is where in the chunk that begins.
 */
static bool take_part(zoe_exr_flat *flat, zoe_codec_chunk *part, size_t *from)
{
    size_t first = 0, end = flat->chunk.segment_count;
    size_t before = 0, after = 0;
    for (; first < end && !flat->segments[first].dst; first++)
        before += flat->segments[first].bytes;
    for (; end > first && !flat->segments[end - 1].dst; end--)
        after += flat->segments[end - 1].bytes;
    if (before + after < PART_SAVES_BYTES || first == end)
        return false;
    *part = flat->chunk;
    part->segments = flat->segments + first;
    part->segment_count = end - first;
    part->packed_bytes = part->unpacked_bytes = flat->chunk.unpacked_bytes - before - after;
    *from = before;
    return true;
}

static zoe_status decode_part(zoe_exr_flat *flat, zoe_codec_chunk *part, size_t from,
                              int32_t column, int32_t row, zoe_error *error)
{
    zoe_status status =
        zoe_exr_reader_fetch_part(flat->reader, column, row, flat->chunk.unpacked_bytes, from,
                                  part->packed_bytes, &part->packed, error);
    return status == ZOE_OK ? zoe_none_decode(part, NULL, 0) : status;
}

static zoe_status codec_failed(const zoe_exr_flat *flat, zoe_status status, int32_t column,
                               int32_t row, zoe_error *error)
{
    char name[64];
    zoe_exr_chunk_name(flat->plan, column, row, name, sizeof name);
    return zoe_error_set(error, status, "%s: %s: %s: %s", flat->reader->file->path,
                         zoe_status_text(status), name,
                         zoe_compression_name(flat->plan->compression));
}

static zoe_status decode_whole(zoe_exr_flat *flat, int32_t column, int32_t row, zoe_error *error)
{
    const zoe_exr_plan *plan = flat->plan;
    zoe_codec_chunk *chunk = &flat->chunk;
    void *scratch = flat->rows->scratch + plan->codec.at;
    zoe_status status = zoe_exr_reader_fetch(flat->reader, column, row, &chunk->packed,
                                             &chunk->packed_bytes, error);
    if (status != ZOE_OK)
        return status;
    /* Stored raw, whatever the file's compression. */
    if (chunk->packed_bytes == chunk->unpacked_bytes)
        status = zoe_none_decode(chunk, NULL, 0);
    else if (plan->decode)
        status = plan->decode(chunk, scratch, plan->codec.bytes);
    else
        return zoe_exr_stock_decode(flat->reader, column, row, chunk, scratch, plan->codec.bytes,
                                    error);
    return status == ZOE_OK ? ZOE_OK : codec_failed(flat, status, column, row, error);
}

/* Rows that were not decoded to where they belong go there. */
static void apply_fixes(zoe_exr_flat *flat)
{
    for (size_t i = 0; i < flat->fix_count; i++)
        zoe_exr_rows_put(flat->rows, flat->fixes[i].plane, &flat->fixes[i].row);
}

/* Measures the chunk and says where its rows go; false: it has none. */
static bool describe(zoe_exr_flat *flat, int32_t column, int32_t row)
{
    zoe_box box = zoe_exr_chunk_box(flat->plan, column, row);
    measure_channels(flat, box);
    if (flat->chunk.unpacked_bytes == 0)
        return false; /* lines between the samples */
    list_segments(flat, box.min_x);
    return true;
}

zoe_status zoe_exr_flat_chunk(zoe_exr_flat *flat, int32_t column, int32_t row, zoe_error *error)
{
    if (zoe_exr_reader_lacks(flat->reader, column, row))
        return ZOE_ERROR_TRUNCATED;
    if (!describe(flat, column, row))
        return ZOE_OK;
    zoe_codec_chunk part;
    size_t from;
    zoe_status status;
    if (flat->plan->compression == ZOE_COMPRESSION_NONE && take_part(flat, &part, &from))
        status = decode_part(flat, &part, from, column, row, error);
    else
        status = decode_whole(flat, column, row, error);
    if (status == ZOE_OK)
        apply_fixes(flat);
    return status;
}

bool zoe_exr_flat_pair(zoe_exr_flat *const lanes[2], const int32_t columns[2],
                       const int32_t rows[2], zoe_status status[2], zoe_error *error)
{
    const zoe_exr_plan *plan = lanes[0]->plan;
    const uint8_t *packed[2];
    size_t bytes[2];
    if (!zoe_exr_reader_fetch_two(lanes[0]->reader, columns, rows, packed, bytes))
        return false;
    const zoe_codec_chunk *chunks[2];
    for (int i = 0; i < 2; i++) {
        /* Chunks that are stored raw, or have no rows, do not go through the codec.
         */
        if (!describe(lanes[i], columns[i], rows[i]) || bytes[i] == lanes[i]->chunk.unpacked_bytes)
            return false;
        lanes[i]->chunk.packed = packed[i];
        lanes[i]->chunk.packed_bytes = bytes[i];
        chunks[i] = &lanes[i]->chunk;
    }
    plan->decode_pair(chunks, lanes[0]->rows->scratch + plan->codec.at, plan->codec.bytes, status);
    for (int i = 0; i < 2; i++) {
        if (status[i] == ZOE_OK)
            apply_fixes(lanes[i]);
        else
            codec_failed(lanes[i], status[i], columns[i], rows[i], error);
    }
    return true;
}
