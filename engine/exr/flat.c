#include "exr/flat.h"

#include <string.h>

#include "base/box.h"
#include "codec/none.h"
#include "exr/chroma_bands.h"
#include "exr/row.h"
#include "exr/library_codec.h"

/* Samples go from the file to memory as they are. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a little-endian machine");

/* Reading only what is wanted of a chunk takes calls to the system that reading chunks together
 * does not; it has to save this many bytes. */
enum { RUNS_SAVE_BYTES = 65536 };

/* ---- the chunk's shape ---- */

void zoe_exr_flat_begin(zoe_exr_flat *flat, zoe_exr_chunk_reader *reader, zoe_exr_rows *rows,
                        uint32_t lane)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    uint8_t *scratch = rows->scratch;
    const zoe_exr_layout *layout = rows->layout;
    size_t count = geometry->channel_count;
    *flat = (zoe_exr_flat){.geometry = geometry, .layout = layout, .reader = reader, .rows = rows};
    flat->by_segments = geometry->routines && geometry->routines->by_segments;
    flat->channels =
        (zoe_codec_channel *)(void *)(scratch +
                                      zoe_exr_lane_at(layout, &layout->codec_channels, lane));
    flat->sources = (int8_t *)(flat->channels + count);
    flat->segments =
        (zoe_codec_segment *)(void *)(scratch + zoe_exr_lane_at(layout, &layout->segments, lane));
    flat->deferred =
        (zoe_exr_deferred_row *)(void *)(scratch +
                                         zoe_exr_lane_at(layout, &layout->deferred, lane));
    flat->deferred_rows = scratch + zoe_exr_lane_at(layout, &layout->deferred_rows, lane);
    for (size_t c = 0; c < count; c++) {
        const zoe_channel *channel = &geometry->channels[c];
        flat->channels[c] = (zoe_codec_channel){
            .name = channel->name,
            .type = (uint8_t)channel->type,
            .p_linear = channel->p_linear != 0,
            .x_sampling = channel->x_sampling,
            .y_sampling = channel->y_sampling,
        };
        flat->sources[c] = -1;
    }
    flat->chunk.channels = flat->channels;
    flat->chunk.channel_count = count;
    flat->samplings = zoe_codec_samplings_of(&flat->chunk);
    for (uint32_t s = 0; s < geometry->source_count; s++)
        flat->sources[geometry->source_channel[s]] = (int8_t)s;
    uint32_t w = 0;
    for (size_t c = 0; c < count; c++)
        if (flat->sources[c] >= 0)
            flat->wanted[w++] = (int32_t)c;
}

/* The rows on every s-th line from y = 0 up to y; below 0 their number is negative. */
static int32_t rows_up_to(int32_t s, int64_t y)
{
    int64_t rows = y / s;
    return (int32_t)(y < 0 && y % s != 0 ? rows - 1 : rows);
}

static size_t row_bytes(const zoe_codec_channel *channel)
{
    return (size_t)channel->width * zoe_exr_sample_bytes(channel->type);
}

/* The channels' rows in a chunk of that width. */
static void measure_rows(zoe_exr_flat *flat, int32_t width)
{
    uint32_t w = 0;
    memset(flat->skipped, 0, sizeof flat->skipped);
    memset(flat->line_bytes, 0, sizeof flat->line_bytes);
    for (size_t c = 0; c < flat->geometry->channel_count; c++) {
        zoe_codec_channel *channel = &flat->channels[c];
        /* Sampling divides the data window. */
        channel->width = width / channel->x_sampling;
        flat->line_bytes[channel->y_sampling] += row_bytes(channel);
        if (w < flat->geometry->source_count && flat->wanted[w] == (int32_t)c)
            w++;
        else
            flat->skipped[w][channel->y_sampling] += row_bytes(channel);
    }
}

/* The channels' sizes in a chunk. */
static void measure_channels(zoe_exr_flat *flat, zoe_box box)
{
    enum { EVERY_LINE = 1 << 1 };
    zoe_codec_chunk *chunk = &flat->chunk;
    int32_t width = (int32_t)zoe_box_width(&box), height = (int32_t)zoe_box_height(&box);
    chunk->first_y = box.min_y;
    if (flat->samplings.some == EVERY_LINE && width == flat->measured_width &&
        height == flat->measured_height)
        return;
    if (width != flat->measured_width)
        measure_rows(flat, width);
    flat->measured_width = width;
    flat->measured_height = height;
    chunk->line_count = height;
    chunk->unpacked_bytes = 0;
    int32_t rows[ZOE_EXR_SAMPLING_MAX + 1];
    for (int32_t s = 1; s <= ZOE_EXR_SAMPLING_MAX; s++) {
        rows[s] = rows_up_to(s, box.max_y) - rows_up_to(s, (int64_t)box.min_y - 1);
        chunk->unpacked_bytes += flat->line_bytes[s] * (size_t)rows[s];
    }
    for (size_t c = 0; c < chunk->channel_count && !flat->by_segments; c++)
        flat->channels[c].height = rows[flat->channels[c].y_sampling];
}

/* ---- where rows go ---- */

/* Where a source's row at y is decoded to: into its plane, or into scratch when it has to be
 * converted or cropped, or its plane is uniform so far. NULL: nobody needs it. */
static uint8_t *row_target(zoe_exr_flat *flat, uint32_t source, const zoe_codec_channel *channel,
                           int32_t x, int32_t y, uint8_t **deferred_rows)
{
    const zoe_exr_geometry *geometry = flat->geometry;
    const zoe_exr_chunk_group *group = flat->rows->group;
    if (geometry->is_luma_chroma && source < 3)
        return zoe_exr_chroma_band_row(flat->rows, source, x, y);
    const zoe_box *need = &group->need;
    int64_t last = (int64_t)x + (int64_t)channel->width * channel->x_sampling - 1;
    int64_t last_y = (int64_t)y + channel->y_sampling - 1;
    if (last_y < need->min_y || y > need->max_y || last < need->min_x || x > need->max_x)
        return NULL;
    bool as_it_is = geometry->shift == 0 && channel->x_sampling == 1 && channel->y_sampling == 1 &&
                    channel->type == (uint8_t)geometry->plane_type[source];
    if (as_it_is && x >= need->min_x && last <= need->max_x &&
        !zoe_exr_planes_hold(&flat->rows->planes, source))
        return zoe_exr_planes_at(&flat->rows->planes, source, x, y);
    uint8_t *samples = *deferred_rows;
    *deferred_rows += zoe_exr_row_bytes((size_t)channel->width, channel->type);
    flat->deferred[flat->deferred_count++] =
        (zoe_exr_deferred_row){source, {y, x, channel->width, channel->type, samples}};
    return samples;
}

static uint8_t *target_of(zoe_exr_flat *flat, size_t c, int32_t x, int32_t y,
                          uint8_t **deferred_rows)
{
    int32_t source = flat->sources[c];
    return source < 0 ? NULL
                      : row_target(flat, (uint32_t)source, &flat->channels[c], x, y, deferred_rows);
}

/* Lists a line's rows as codecs want them: one segment for each. */
static size_t list_line(zoe_exr_flat *flat, int32_t x, int32_t y, uint8_t **deferred_rows,
                        size_t count)
{
    for (size_t c = 0; c < flat->chunk.channel_count; c++) {
        const zoe_codec_channel *channel = &flat->channels[c];
        if (zoe_codec_has_row(&flat->samplings, channel, y))
            flat->segments[count++] =
                (zoe_codec_segment){target_of(flat, c, x, y, deferred_rows), row_bytes(channel)};
    }
    return count;
}

/* The same for codecs that do not look at channels: what nobody wants is one segment, since there
 * may be thousands of channels. */
static size_t list_wanted(zoe_exr_flat *flat, int32_t x, int32_t y, uint8_t **deferred_rows,
                          size_t count)
{
    for (uint32_t w = 0; w <= flat->geometry->source_count; w++) {
        size_t skipped = 0;
        for (uint64_t left = flat->samplings.here; left; left &= left - 1)
            skipped += flat->skipped[w][__builtin_ctzll(left)];
        if (skipped > 0)
            flat->segments[count++] = (zoe_codec_segment){NULL, skipped};
        if (w == flat->geometry->source_count)
            break;
        size_t c = (size_t)flat->wanted[w];
        const zoe_codec_channel *channel = &flat->channels[c];
        if (zoe_codec_has_row(&flat->samplings, channel, y))
            flat->segments[count++] =
                (zoe_codec_segment){target_of(flat, c, x, y, deferred_rows), row_bytes(channel)};
    }
    return count;
}

/* Lists the chunk's rows and where each goes. */
static void list_segments(zoe_exr_flat *flat, int32_t x)
{
    uint8_t *deferred_rows = flat->deferred_rows;
    size_t count = 0;
    flat->deferred_count = 0;
    for (int32_t line = 0; line < flat->chunk.line_count && !zoe_stop_wanted(); line++) {
        int32_t y = flat->chunk.first_y + line;
        zoe_codec_samplings_go_to(&flat->samplings, y);
        count = flat->by_segments ? list_wanted(flat, x, y, &deferred_rows, count)
                                  : list_line(flat, x, y, &deferred_rows, count);
    }
    flat->chunk.segments = flat->segments;
    flat->chunk.segment_count = count;
}

/* ---- decoding ---- */

/* Segments of an uncompressed chunk that are read together. */
typedef struct segment_run {
    size_t first, end;  /* segments */
    size_t from, bytes; /* in the chunk's data */
} segment_run;

/* The run that comes after another one: from a wanted row to one behind which much is not wanted.
 * Empty: there is none. */
static segment_run next_run(const zoe_codec_chunk *chunk, const segment_run *before)
{
    size_t i = before->end, at = before->from + before->bytes;
    for (; i < chunk->segment_count && !chunk->segments[i].dst; i++)
        at += chunk->segments[i].bytes;
    segment_run r = {.first = i, .end = i, .from = at};
    for (; i < chunk->segment_count && at - r.from - r.bytes < ZOE_EXR_READER_GAP; i++) {
        at += chunk->segments[i].bytes;
        if (!chunk->segments[i].dst)
            continue;
        r.end = i + 1;
        r.bytes = at - r.from;
    }
    return r;
}

/* Is it worth while to read an uncompressed chunk run by run? */
static bool comes_in_runs(const zoe_codec_chunk *chunk)
{
    size_t read = 0;
    if (chunk->unpacked_bytes < RUNS_SAVE_BYTES)
        return false;
    segment_run r = next_run(chunk, &(segment_run){.first = 0});
    for (; r.end > r.first; r = next_run(chunk, &r))
        read += r.bytes;
    return chunk->unpacked_bytes - read >= RUNS_SAVE_BYTES;
}

/* How much to read behind a chunk's last run: up to the end of the first run of the next chunk,
 * when that is near. Chunks mostly have the same shape. */
static size_t ahead_of(const zoe_exr_flat *flat, const segment_run *last, const segment_run *first,
                       uint64_t data_at, int32_t column, int32_t row)
{
    size_t rest = flat->chunk.unpacked_bytes - last->from - last->bytes;
    size_t gap = rest + flat->geometry->leader_bytes + first->from;
    bool is_near =
        gap < ZOE_EXR_READER_GAP &&
        zoe_exr_reader_is_next(flat->reader, column, row, data_at + flat->chunk.unpacked_bytes);
    return is_near ? gap + first->bytes : 0;
}

static zoe_status decode_runs(zoe_exr_flat *flat, int32_t column, int32_t row, zoe_error *error)
{
    const zoe_codec_chunk *chunk = &flat->chunk;
    uint64_t at;
    const segment_run first = next_run(chunk, &(segment_run){.first = 0});
    size_t near = first.from < ZOE_EXR_READER_GAP ? first.from + first.bytes : 0;
    zoe_status status =
        zoe_exr_reader_find(flat->reader, column, row, chunk->unpacked_bytes, near, &at, error);
    for (segment_run r = first; status == ZOE_OK && r.end > r.first;) {
        const segment_run next = next_run(chunk, &r);
        size_t ahead = next.end > next.first ? 0 : ahead_of(flat, &r, &first, at, column, row);
        zoe_codec_chunk some = *chunk;
        some.segments += r.first;
        some.segment_count = r.end - r.first;
        some.packed_bytes = some.unpacked_bytes = r.bytes;
        status = zoe_exr_reader_fetch_range(flat->reader, at + r.from, r.bytes, ahead, &some.packed,
                                            error);
        if (status == ZOE_OK)
            status = zoe_none_decode(&some, NULL, 0);
        r = next;
    }
    return status;
}

static zoe_status codec_failed(const zoe_exr_flat *flat, zoe_status status, int32_t column,
                               int32_t row, zoe_error *error)
{
    char name[64];
    zoe_exr_chunk_name(flat->geometry, column, row, name, sizeof name);
    return zoe_error_set(error, status, "%s: %s: %s: %s", flat->reader->file->path,
                         zoe_status_text(status), name,
                         zoe_compression_name(flat->geometry->compression));
}

/* The chunk as the library describes it. It is not asked to: its own look goes wrong for levels of
 * rip maps (3.1) and where the table of chunks is not complete. */
static exr_chunk_info_t library_info(const zoe_exr_flat *flat, int32_t column, int32_t row)
{
    const zoe_exr_geometry *geometry = flat->geometry;
    const zoe_exr_chunk_table *table = flat->reader->table;
    zoe_box box = zoe_exr_chunk_box(geometry, column, row);
    int64_t index = zoe_exr_table_index(table, column, row);
    exr_chunk_info_t info;
    memset(&info, 0, sizeof info);
    info.idx = (int32_t)(table->first + index);
    info.type = geometry->tiled ? EXR_STORAGE_TILED : EXR_STORAGE_SCANLINE;
    info.compression = (uint8_t)geometry->compression;
    info.start_x = geometry->tiled ? column : box.min_x;
    info.start_y = geometry->tiled ? row : box.min_y;
    info.width = (int32_t)zoe_box_width(&box);
    info.height = (int32_t)zoe_box_height(&box);
    info.level_x = info.level_y = (uint8_t)geometry->level;
    info.data_offset = zoe_exr_table_offset(table, index) + geometry->leader_bytes;
    info.packed_size = flat->chunk.packed_bytes;
    info.unpacked_size = flat->chunk.unpacked_bytes;
    return info;
}

static zoe_status decode_with_library(zoe_exr_flat *flat, int32_t column, int32_t row,
                                      zoe_error *error)
{
    const zoe_exr_layout *layout = flat->layout;
    uint8_t *scratch = flat->rows->scratch;
    exr_chunk_info_t info = library_info(flat, column, row);
    zoe_blocks memory;
    zoe_blocks_init(&memory, scratch + layout->library.at, layout->library.bytes);
    zoe_exr_file_forget_message();
    exr_result_t result;
    if (zoe_exr_library_decode(flat->reader->file->context, flat->geometry->part, &info,
                               &flat->chunk, scratch + layout->codec.at, &memory, &result))
        return ZOE_OK;
    return zoe_exr_file_error(flat->reader->file, result, &memory, error);
}

static zoe_status decode_whole(zoe_exr_flat *flat, int32_t column, int32_t row, zoe_error *error)
{
    const zoe_codec *routines = flat->geometry->routines;
    const zoe_exr_span *scratch = &flat->layout->codec;
    zoe_codec_chunk *chunk = &flat->chunk;
    zoe_status status = zoe_exr_reader_fetch(flat->reader, column, row, &chunk->packed,
                                             &chunk->packed_bytes, error);
    if (status != ZOE_OK)
        return status;
    /* Stored raw, whatever the file's compression. */
    if (chunk->packed_bytes == chunk->unpacked_bytes)
        status = zoe_none_decode(chunk, NULL, 0);
    else if (routines)
        status = routines->decode(chunk, flat->rows->scratch + scratch->at, scratch->bytes);
    else
        return decode_with_library(flat, column, row, error);
    return status == ZOE_OK ? ZOE_OK : codec_failed(flat, status, column, row, error);
}

/* Rows that were not decoded to where they belong go there. */
static void put_deferred(zoe_exr_flat *flat)
{
    for (size_t i = 0; i < flat->deferred_count; i++)
        zoe_exr_rows_put(flat->rows, flat->deferred[i].plane, &flat->deferred[i].row);
}

/* Measures the chunk and says where its rows go; false: it has none. */
static bool describe(zoe_exr_flat *flat, int32_t column, int32_t row)
{
    zoe_box box = zoe_exr_chunk_box(flat->geometry, column, row);
    measure_channels(flat, box);
    if (flat->chunk.unpacked_bytes == 0)
        return false; /* lines between the samples */
    list_segments(flat, box.min_x);
    return !zoe_stop_wanted();
}

zoe_status zoe_exr_flat_chunk(zoe_exr_flat *flat, int32_t column, int32_t row, zoe_error *error)
{
    if (zoe_exr_reader_lacks(flat->reader, column, column, row) > 0)
        return ZOE_ERROR_TRUNCATED;
    if (!describe(flat, column, row))
        return ZOE_OK;
    bool in_runs =
        flat->geometry->compression == ZOE_COMPRESSION_NONE && comes_in_runs(&flat->chunk);
    zoe_status status =
        in_runs ? decode_runs(flat, column, row, error) : decode_whole(flat, column, row, error);
    if (status == ZOE_OK)
        put_deferred(flat);
    return status;
}

bool zoe_exr_flat_many(zoe_exr_flat *lanes, size_t count, const int32_t *columns,
                       const int32_t *rows, zoe_status *status, zoe_error *error)
{
    const zoe_exr_geometry *geometry = lanes[0].geometry;
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
    geometry->routines->decode_many(chunks, count,
                                    lanes[0].rows->scratch + lanes[0].layout->codec.at,
                                    lanes[0].layout->codec.bytes, status);
    for (size_t i = 0; i < count; i++) {
        if (status[i] == ZOE_OK)
            put_deferred(&lanes[i]);
        else
            codec_failed(&lanes[i], status[i], columns[i], rows[i], error);
    }
    return true;
}
