#include "exr/flat.h"

#include "codec/none.h"
#include "base/box.h"
#include "exr/color.h"
#include "exr/fix.h"
#include "exr/stock.h"

/* Samples go from the file to memory as they are. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a little-endian machine");

/* Reading only what is wanted of a chunk takes calls to the system that reading chunks together
 * does not; it has to save this many bytes. */
enum { PARTS_SAVE_BYTES = 65536 };

/* ---- the chunk's shape ---- */

void zoe_exr_flat_begin(zoe_exr_flat *flat, zoe_exr_reader *reader, zoe_exr_rows *rows,
                        uint32_t lane)
{
    const zoe_exr_plan *plan = rows->plan;
    uint8_t *scratch = rows->scratch;
    size_t count = (size_t)plan->channels->num_channels;
    *flat = (zoe_exr_flat){.plan = plan, .reader = reader, .rows = rows, .same_lines = true};
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
        flat->same_lines &= entry->y_sampling == 1;
    }
    for (uint32_t s = 0; s < plan->source_count; s++)
        flat->sources[plan->source_channel[s]] = (int8_t)s;
    uint32_t w = 0;
    for (size_t c = 0; c < count; c++)
        if (flat->sources[c] >= 0)
            flat->wanted[w++] = (int32_t)c;
}

static bool has_row(const zoe_codec_channel *channel, int32_t y)
{
    return channel->y_sampling == 1 || y % channel->y_sampling == 0;
}

/* Of a line, how much there is between the wanted rows; below 4 GB in chunks that it is used for.
 */
static void measure_gaps(zoe_exr_flat *flat)
{
    uint32_t w = 0;
    size_t gap = 0;
    for (size_t c = 0; c < flat->chunk.channel_count; c++) {
        if (w < flat->plan->source_count && flat->wanted[w] == (int32_t)c) {
            flat->skipped[w++] = (uint32_t)gap;
            gap = 0;
        } else {
            const zoe_codec_channel *channel = &flat->channels[c];
            gap += (size_t)channel->width * zoe_exr_sample_bytes(channel->type);
        }
    }
    flat->skipped[w] = (uint32_t)gap;
}

/* The channels' sizes in a chunk. */
static void measure_channels(zoe_exr_flat *flat, zoe_box box)
{
    zoe_codec_chunk *chunk = &flat->chunk;
    int32_t width = (int32_t)zoe_box_width(&box), height = (int32_t)zoe_box_height(&box);
    chunk->first_y = box.min_y;
    if (flat->same_lines && width == flat->measured_width && height == flat->measured_height)
        return;
    flat->measured_width = width;
    flat->measured_height = height;
    chunk->channels = flat->channels;
    chunk->channel_count = (size_t)flat->plan->channels->num_channels;
    chunk->line_count = height;
    chunk->unpacked_bytes = 0;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        zoe_codec_channel *channel = &flat->channels[c];
        /* Sampling divides the data window. */
        channel->width = width / channel->x_sampling;
        channel->height = chunk->line_count;
        if (channel->y_sampling > 1) {
            channel->height = 0;
            for (int32_t line = 0; line < chunk->line_count; line++)
                channel->height += has_row(channel, box.min_y + line);
        }
        chunk->unpacked_bytes +=
            (size_t)channel->width * zoe_exr_sample_bytes(channel->type) * (size_t)channel->height;
    }
    measure_gaps(flat);
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
        return zoe_exr_color_band_row(flat->rows, source, x, y);
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

static uint8_t *target_of(zoe_exr_flat *flat, size_t c, int32_t x, int32_t y, uint8_t **fix_rows)
{
    int32_t source = flat->sources[c];
    return source < 0 ? NULL
                      : row_target(flat, (uint32_t)source, &flat->channels[c], x, y, fix_rows);
}

static uint32_t segment_bytes(const zoe_codec_channel *channel)
{
    return (uint32_t)((size_t)channel->width * zoe_exr_sample_bytes(channel->type));
}

/* Lists a line's rows as codecs want them: one segment for each. */
static size_t list_line(zoe_exr_flat *flat, int32_t x, int32_t y, uint8_t **fix_rows, size_t count)
{
    for (size_t c = 0; c < flat->chunk.channel_count; c++) {
        const zoe_codec_channel *channel = &flat->channels[c];
        if (has_row(channel, y))
            flat->segments[count++] =
                (zoe_codec_segment){target_of(flat, c, x, y, fix_rows), segment_bytes(channel)};
    }
    return count;
}

/* The same where nothing is to be decoded: what nobody wants is one segment, since there may be a
 * hundred channels. */
static size_t list_wanted(zoe_exr_flat *flat, int32_t x, int32_t y, uint8_t **fix_rows,
                          size_t count)
{
    for (uint32_t w = 0; w <= flat->plan->source_count; w++) {
        if (flat->skipped[w] > 0)
            flat->segments[count++] = (zoe_codec_segment){NULL, flat->skipped[w]};
        if (w == flat->plan->source_count)
            break;
        size_t c = (size_t)flat->wanted[w];
        flat->segments[count++] = (zoe_codec_segment){target_of(flat, c, x, y, fix_rows),
                                                      segment_bytes(&flat->channels[c])};
    }
    return count;
}

/* Lists the chunk's rows and where each goes. */
static void list_segments(zoe_exr_flat *flat, int32_t x)
{
    uint8_t *fix_rows = flat->fix_rows;
    size_t count = 0;
    bool only_wanted = flat->plan->compression == ZOE_COMPRESSION_NONE && flat->same_lines &&
                       flat->chunk.unpacked_bytes <= UINT32_MAX;
    flat->fix_count = 0;
    for (int32_t line = 0; line < flat->chunk.line_count; line++) {
        int32_t y = flat->chunk.first_y + line;
        count = only_wanted ? list_wanted(flat, x, y, &fix_rows, count)
                            : list_line(flat, x, y, &fix_rows, count);
    }
    flat->chunk.segments = flat->segments;
    flat->chunk.segment_count = count;
}

/* ---- decoding ---- */

/* Segments of an uncompressed chunk that are read together. */
typedef struct part {
    size_t first, end;  /* segments */
    size_t from, bytes; /* in the chunk's data */
} part;

/* The part that comes after another one: from a wanted row to one behind which much is not wanted.
 * Empty: there is none. */
static part next_part(const zoe_codec_chunk *chunk, const part *before)
{
    size_t i = before->end, at = before->from + before->bytes;
    for (; i < chunk->segment_count && !chunk->segments[i].dst; i++)
        at += chunk->segments[i].bytes;
    part p = {.first = i, .end = i, .from = at};
    for (; i < chunk->segment_count && at - p.from - p.bytes < ZOE_EXR_READER_GAP; i++) {
        at += chunk->segments[i].bytes;
        if (!chunk->segments[i].dst)
            continue;
        p.end = i + 1;
        p.bytes = at - p.from;
    }
    return p;
}

/* Is it worth while to read an uncompressed chunk in parts? */
static bool comes_in_parts(const zoe_codec_chunk *chunk)
{
    size_t read = 0;
    if (chunk->unpacked_bytes < PARTS_SAVE_BYTES)
        return false;
    part p = next_part(chunk, &(part){.first = 0});
    for (; p.end > p.first; p = next_part(chunk, &p))
        read += p.bytes;
    return chunk->unpacked_bytes - read >= PARTS_SAVE_BYTES;
}

/* How much to read behind a chunk's last part: up to the end of the first part of the next chunk,
 * when that is near. Chunks mostly have the same shape. */
static size_t ahead_of(const zoe_exr_flat *flat, const part *last, const part *first,
                       uint64_t data_at, int32_t column, int32_t row)
{
    size_t rest = flat->chunk.unpacked_bytes - last->from - last->bytes;
    size_t gap = rest + zoe_exr_leader_bytes(flat->plan, flat->reader->file) + first->from;
    bool is_near =
        gap < ZOE_EXR_READER_GAP &&
        zoe_exr_reader_is_next(flat->reader, column, row, data_at + flat->chunk.unpacked_bytes);
    return is_near ? gap + first->bytes : 0;
}

static zoe_status decode_parts(zoe_exr_flat *flat, int32_t column, int32_t row, zoe_error *error)
{
    const zoe_codec_chunk *chunk = &flat->chunk;
    uint64_t at;
    const part first = next_part(chunk, &(part){.first = 0});
    size_t near = first.from < ZOE_EXR_READER_GAP ? first.from + first.bytes : 0;
    zoe_status status =
        zoe_exr_reader_find(flat->reader, column, row, chunk->unpacked_bytes, near, &at, error);
    for (part p = first; status == ZOE_OK && p.end > p.first;) {
        const part next = next_part(chunk, &p);
        size_t ahead = next.end > next.first ? 0 : ahead_of(flat, &p, &first, at, column, row);
        zoe_codec_chunk piece = *chunk;
        piece.segments += p.first;
        piece.segment_count = p.end - p.first;
        piece.packed_bytes = piece.unpacked_bytes = p.bytes;
        status = zoe_exr_reader_fetch_range(flat->reader, at + p.from, p.bytes, ahead,
                                            &piece.packed, error);
        if (status == ZOE_OK)
            status = zoe_none_decode(&piece, NULL, 0);
        p = next;
    }
    return status;
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
    else if (plan->routines)
        status = plan->routines->decode(chunk, scratch, plan->codec.bytes);
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
    bool in_parts = flat->plan->compression == ZOE_COMPRESSION_NONE && comes_in_parts(&flat->chunk);
    zoe_status status =
        in_parts ? decode_parts(flat, column, row, error) : decode_whole(flat, column, row, error);
    if (status == ZOE_OK)
        apply_fixes(flat);
    return status;
}

bool zoe_exr_flat_many(zoe_exr_flat *lanes, size_t count, const int32_t *columns,
                       const int32_t *rows, zoe_status *status, zoe_error *error)
{
    const zoe_exr_plan *plan = lanes[0].plan;
    const uint8_t *packed[ZOE_CODEC_MANY];
    size_t bytes[ZOE_CODEC_MANY];
    if (!zoe_exr_reader_fetch_many(lanes[0].reader, count, columns, rows, packed, bytes))
        return false;
    const zoe_codec_chunk *chunks[ZOE_CODEC_MANY];
    for (size_t i = 0; i < count; i++) {
        /* Chunks that are stored raw, or have no rows, do not go through the codec. */
        if (!describe(&lanes[i], columns[i], rows[i]) || bytes[i] == lanes[i].chunk.unpacked_bytes)
            return false;
        lanes[i].chunk.packed = packed[i];
        lanes[i].chunk.packed_bytes = bytes[i];
        chunks[i] = &lanes[i].chunk;
    }
    plan->routines->decode_many(chunks, count, lanes[0].rows->scratch + plan->codec.at,
                                plan->codec.bytes, status);
    for (size_t i = 0; i < count; i++) {
        if (status[i] == ZOE_OK)
            apply_fixes(&lanes[i]);
        else
            codec_failed(&lanes[i], status[i], columns[i], rows[i], error);
    }
    return true;
}
