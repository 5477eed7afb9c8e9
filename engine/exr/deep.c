#include "exr/deep.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/half.h"
#include "base/stop.h"
#include "codec/codec.h"
#include "codec/rle.h"
#include "codec/zip.h"

/* No compressor makes data smaller than to a 1100th of its size: deflate's limit is 1032, run
 * lengths' 64. A leader that claims more asks for memory that its data cannot fill. */
enum { RATIO_MAX = 1100 };

enum { ALIGNMENT = 64 };

/* Where things stand in scratch. */
typedef struct layout {
    size_t counts_at, samples_at; /* unpacked */
    size_t packed_at;             /* read into; the table stands before the samples */
    size_t packed_table_at;
    size_t work_at, work_bytes; /* the codec's scratch, then the flattened rows and theirs */
    size_t bytes;
} layout;

/* ---- channels ---- */

static uint32_t sample_bytes(const zoe_exr_deep *deep, int32_t channel)
{
    return deep->channels[channel].type == ZOE_SAMPLE_HALF ? 2 : 4;
}

static const char *channel_name(const zoe_exr_deep *deep, int32_t channel)
{
    return deep->channels[channel].name;
}

/* The length of a channel's group, last dot included. */
static size_t group_length(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? (size_t)(dot - name) + 1 : 0;
}

/* The channel of that name in the group of `like`, else among the plain channels; -1: none. */
static int32_t find_channel(const zoe_exr_deep *deep, int32_t like, const char *name)
{
    const char *group = channel_name(deep, like);
    size_t length = group_length(group);
    int32_t plain = -1;
    for (int32_t c = 0; c < deep->channel_count; c++) {
        const char *candidate = channel_name(deep, c);
        size_t own = group_length(candidate);
        if (strcasecmp(candidate + own, name) != 0)
            continue;
        if (own == length && strncmp(candidate, group, length) == 0)
            return c;
        if (own == 0)
            plain = c;
    }
    return plain;
}

static bool is_depth(const zoe_exr_deep *deep, int32_t channel)
{
    const char *name = channel_name(deep, channel);
    name += group_length(name);
    return strcasecmp(name, "Z") == 0 || strcasecmp(name, "ZBack") == 0;
}

static bool is_known(zoe_compression compression)
{
    return compression == ZOE_COMPRESSION_NONE || compression == ZOE_COMPRESSION_RLE ||
           compression == ZOE_COMPRESSION_ZIPS || compression == ZOE_COMPRESSION_ZIP;
}

zoe_status zoe_exr_deep_init(zoe_exr_deep *deep, const zoe_part *part,
                             const int32_t *plane_channels, uint32_t plane_count)
{
    *deep = (zoe_exr_deep){.compression = part->compression,
                           .channels = part->channels,
                           .channel_count = (int32_t)part->channel_count,
                           .empty_depth = INFINITY,
                           .plane_count = plane_count};
    if (plane_count < 1 || plane_count > ZOE_PLANES_MAX)
        return ZOE_ERROR_CORRUPT;
    if (!is_known(deep->compression))
        return ZOE_ERROR_UNSUPPORTED;
    if (part->type == ZOE_PART_DEEP_TILED)
        deep->tile_pixels = (uint64_t)(uint32_t)part->tile_width * (uint32_t)part->tile_height;
    uint64_t bytes = 0;
    for (int32_t c = 0; c < deep->channel_count; c++) {
        if (deep->channels[c].x_sampling != 1 || deep->channels[c].y_sampling != 1)
            return ZOE_ERROR_CORRUPT;
        bytes += sample_bytes(deep, c);
    }
    if (bytes > UINT32_MAX)
        return ZOE_ERROR_CORRUPT;
    deep->sample_bytes = (uint32_t)bytes;
    for (uint32_t p = 0; p < plane_count; p++) {
        int32_t c = plane_channels[p];
        if (c < 0 || c >= deep->channel_count)
            return ZOE_ERROR_CORRUPT;
        bool front = is_depth(deep, c) || deep->channels[c].type == ZOE_SAMPLE_UINT;
        deep->plane_channel[p] = c;
        deep->plane_rule[p] = front ? ZOE_DEEP_FRONT : ZOE_DEEP_OVER;
    }
    deep->alpha = find_channel(deep, plane_channels[0], "A");
    deep->z = find_channel(deep, plane_channels[0], "Z");
    deep->z_back = find_channel(deep, plane_channels[0], "ZBack");
    return ZOE_OK;
}

/* ---- sizes ---- */

static size_t round_up(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* The codec's view of `bytes` bytes: one row, whatever they are. */
static size_t codec_scratch(const zoe_exr_deep *deep, size_t bytes)
{
    zoe_codec_chunk chunk = {.unpacked_bytes = bytes};
    switch (deep->compression) {
    case ZOE_COMPRESSION_RLE: return zoe_rle_scratch_bytes(&chunk);
    case ZOE_COMPRESSION_ZIPS:
    case ZOE_COMPRESSION_ZIP: return zoe_zip_scratch_bytes(&chunk);
    default: return 0;
    }
}

static uint64_t table_bytes(const exr_chunk_info_t *info)
{
    return (uint64_t)info->width * (uint64_t)info->height * sizeof(int32_t);
}

/* The table of a tile at the picture's edge may be as long as a whole tile's: the library stores it
 * so when it is not compressed. */
static uint64_t full_table_bytes(const zoe_exr_deep *deep, const exr_chunk_info_t *info)
{
    uint64_t own = table_bytes(info), tile = deep->tile_pixels * sizeof(int32_t);
    return deep->tile_pixels > INT32_MAX || tile < own ? own : tile;
}

/* The codecs count bytes in 32 bits. */
static bool is_plausible(const zoe_exr_deep *deep, uint64_t packed, uint64_t unpacked,
                         uint64_t packed_max)
{
    if (unpacked > INT32_MAX || packed > packed_max || packed > INT32_MAX)
        return false;
    if (deep->compression == ZOE_COMPRESSION_NONE)
        return packed >= unpacked;
    return unpacked / RATIO_MAX <= packed;
}

/* Both sizes were found plausible: nothing here overflows a 64-bit size_t. */
static void lay_out(const zoe_exr_deep *deep, const exr_chunk_info_t *info, layout *at)
{
    size_t table = (size_t)table_bytes(info), samples = (size_t)info->unpacked_size;
    uint64_t most = deep->sample_bytes > 0 ? info->unpacked_size / deep->sample_bytes : 0;
    size_t codec = codec_scratch(deep, samples > table ? samples : table);
    size_t rows = round_up((size_t)info->width * sizeof(float)) * (ZOE_PLANES_MAX + 1);
    size_t flatten = rows + zoe_deep_flatten_scratch_bytes(most);
    at->counts_at = 0;
    at->samples_at = round_up(table);
    at->work_at = at->samples_at + round_up(samples);
    /* What was read is no longer needed once it is unpacked; the flattening works in its place. */
    at->packed_table_at = at->work_at;
    at->packed_at = at->packed_table_at + round_up((size_t)info->sample_count_table_size);
    size_t read = round_up((size_t)info->sample_count_table_size) +
                  round_up((size_t)info->packed_size) + round_up(codec);
    at->work_bytes = round_up(read > flatten ? read : flatten);
    at->bytes = at->work_at + at->work_bytes;
}

zoe_status zoe_exr_deep_measure(const zoe_exr_deep *deep, const exr_chunk_info_t *info,
                                uint64_t limit, size_t *scratch_bytes)
{
    if (info->width < 1 || info->height < 1)
        return ZOE_ERROR_CORRUPT;
    if (!is_plausible(deep, info->sample_count_table_size, table_bytes(info),
                      full_table_bytes(deep, info)) ||
        !is_plausible(deep, info->packed_size, info->unpacked_size, info->unpacked_size))
        return ZOE_ERROR_CORRUPT;
    layout at;
    lay_out(deep, info, &at);
    if (at.bytes > limit)
        return ZOE_ERROR_OVER_BUDGET;
    *scratch_bytes = at.bytes;
    return ZOE_OK;
}

/* ---- unpacking ---- */

/* Where to unpack to, and what there is to work in. */
typedef struct unpacking {
    uint8_t *dst;
    size_t bytes;
    uint8_t *scratch;
    size_t scratch_bytes;
} unpacking;

static zoe_status decompress(const zoe_exr_deep *deep, const void *packed, uint64_t packed_bytes,
                             const unpacking *u)
{
    const zoe_codec_segment segment = {u->dst, u->bytes};
    const zoe_codec_chunk chunk = {
        .packed = packed,
        .packed_bytes = (size_t)packed_bytes,
        .unpacked_bytes = u->bytes,
        .line_count = 1,
        .segments = &segment,
        .segment_count = 1,
    };
    return deep->compression == ZOE_COMPRESSION_RLE
               ? zoe_rle_decode(&chunk, u->scratch, u->scratch_bytes)
               : zoe_zip_decode(&chunk, u->scratch, u->scratch_bytes);
}

/* Are the counts what they must be, and are there samples for all of them? */
static bool are_counts_right(const zoe_exr_deep *deep, const exr_chunk_info_t *info,
                             const int32_t *counts)
{
    uint64_t left = info->unpacked_size;
    for (int32_t y = 0; y < info->height; y++) {
        if (zoe_stop_wanted())
            return false;
        const int32_t *row = counts + (size_t)y * (size_t)info->width;
        int32_t before = 0;
        for (int32_t x = 0; x < info->width; x++) {
            if (row[x] < before)
                return false;
            before = row[x];
        }
        uint64_t bytes = (uint64_t)before * deep->sample_bytes;
        if (bytes > left)
            return false;
        left -= bytes;
    }
    return true;
}

/* A compressed table may be as long as it would be as it is, and longer, as long as it is shorter
 * than a whole tile's. Of its own size it can be either: other writers may store it so. */
static zoe_status unpack_table(const zoe_exr_deep *deep, const exr_chunk_info_t *info,
                               const void *table, const unpacking *u)
{
    const int32_t *counts = (const int32_t *)(const void *)u->dst;
    uint64_t bytes = info->sample_count_table_size;
    if (deep->compression != ZOE_COMPRESSION_NONE && bytes < full_table_bytes(deep, info)) {
        zoe_status status = decompress(deep, table, bytes, u);
        if (status == ZOE_OK && are_counts_right(deep, info, counts))
            return ZOE_OK;
        if (status == ZOE_ERROR_NO_MEMORY || status == ZOE_STALE || bytes != u->bytes)
            return status == ZOE_OK ? ZOE_ERROR_CORRUPT : status;
    }
    memcpy(u->dst, table, u->bytes);
    return are_counts_right(deep, info, counts) ? ZOE_OK : ZOE_ERROR_CORRUPT;
}

zoe_status zoe_exr_deep_unpack(const zoe_exr_deep *deep, const exr_chunk_info_t *info,
                               const void *table, const void *packed, void *scratch,
                               size_t scratch_bytes, zoe_exr_deep_chunk *chunk)
{
    size_t needed;
    zoe_status status = zoe_exr_deep_measure(deep, info, scratch_bytes, &needed);
    if (status != ZOE_OK)
        return status;
    layout at;
    lay_out(deep, info, &at);
    uint8_t *base = scratch;
    /* The codec's scratch is the end of the work area, behind what may have been read there. */
    size_t codec_at = at.packed_at + round_up((size_t)info->packed_size);
    unpacking u = {base + at.counts_at, (size_t)table_bytes(info), base + codec_at,
                   at.bytes - codec_at};
    status = unpack_table(deep, info, table, &u);
    if (status != ZOE_OK)
        return status;
    *chunk = (zoe_exr_deep_chunk){
        .width = info->width,
        .height = info->height,
        .counts = (const int32_t *)(const void *)u.dst,
        .samples = base + at.samples_at,
        .work = base + at.work_at,
        .work_bytes = at.work_bytes,
    };
    u.dst = base + at.samples_at;
    u.bytes = (size_t)info->unpacked_size;
    if (info->packed_size != info->unpacked_size)
        return decompress(deep, packed, info->packed_size, &u);
    return zoe_stop_copy(u.dst, packed, u.bytes) ? ZOE_OK : ZOE_STALE;
}

zoe_status zoe_exr_deep_read(const zoe_exr_deep *deep, zoe_exr_read_fn *read, void *user,
                             const exr_chunk_info_t *info, void *scratch, size_t scratch_bytes,
                             zoe_exr_deep_chunk *chunk)
{
    size_t needed;
    zoe_status status = zoe_exr_deep_measure(deep, info, scratch_bytes, &needed);
    if (status != ZOE_OK)
        return status;
    layout at;
    lay_out(deep, info, &at);
    uint8_t *table = (uint8_t *)scratch + at.packed_table_at;
    size_t table_size = (size_t)info->sample_count_table_size;
    size_t bytes = table_size + (size_t)info->packed_size;
    int64_t got = read(user, table, bytes, info->sample_count_data_offset);
    if (got < 0)
        return ZOE_ERROR_IO;
    if ((size_t)got < bytes)
        return ZOE_ERROR_TRUNCATED;
    return zoe_exr_deep_unpack(deep, info, table, table + table_size, scratch, scratch_bytes,
                               chunk);
}

/* ---- flattening ---- */

/* A channel of a row whose samples begin at `samples`, `count` of each channel. A row without
 * samples has no bytes to go over: it costs the same however many channels there are. */
static zoe_deep_channel channel_of(const zoe_exr_deep *deep, int32_t channel,
                                   const uint8_t *samples, size_t count)
{
    if (channel < 0)
        return (zoe_deep_channel){NULL, 0};
    for (int32_t c = 0; c < channel && count > 0; c++)
        samples += count * sample_bytes(deep, c);
    return (zoe_deep_channel){samples, (uint8_t)deep->channels[channel].type};
}

static void describe_row(const zoe_exr_deep *deep, const uint8_t *samples, size_t count,
                         zoe_deep_row *row)
{
    row->alpha = channel_of(deep, deep->alpha, samples, count);
    row->z = channel_of(deep, deep->z, samples, count);
    row->z_back = channel_of(deep, deep->z_back, samples, count);
    row->plane_count = deep->plane_count;
    for (uint32_t p = 0; p < deep->plane_count; p++) {
        int32_t c = deep->plane_channel[p];
        row->planes[p] = (zoe_deep_plane){channel_of(deep, c, samples, count), deep->plane_rule[p],
                                          is_depth(deep, c) ? deep->empty_depth : 0};
    }
}

static void store_row(void *dst, zoe_sample_type to, const void *src, uint8_t from, size_t count)
{
    if (to != ZOE_SAMPLE_HALF)
        memcpy(dst, src, count * 4);
    else if (from == ZOE_CODEC_UINT)
        zoe_half_from_uint_row(dst, src, count);
    else
        zoe_half_from_float_row(dst, src, count);
}

void zoe_exr_deep_skip_rows(const zoe_exr_deep *deep, zoe_exr_deep_chunk *chunk, int32_t rows)
{
    for (int32_t y = 0; y < rows; y++) {
        chunk->samples += (size_t)chunk->counts[chunk->width - 1] * deep->sample_bytes;
        chunk->counts += chunk->width;
    }
    chunk->height -= rows;
}

void zoe_exr_deep_flatten(const zoe_exr_deep *deep, const zoe_exr_deep_chunk *chunk,
                          const zoe_exr_deep_target *target)
{
    size_t row_bytes = round_up((size_t)chunk->width * sizeof(float));
    uint8_t *work = chunk->work;
    void *out[ZOE_DEEP_PLANES_MAX];
    for (size_t p = 0; p < ZOE_DEEP_PLANES_MAX; p++)
        out[p] = work + p * row_bytes;
    size_t rows_bytes = ZOE_PLANES_MAX * row_bytes;
    zoe_exr_deep_chunk rest = *chunk;
    zoe_exr_deep_skip_rows(deep, &rest, target->first_row);
    for (int32_t y = 0; y < target->row_count && !zoe_stop_wanted(); y++) {
        zoe_deep_row row = {.ends = rest.counts, .width = rest.width};
        describe_row(deep, rest.samples, (size_t)row.ends[rest.width - 1], &row);
        /* The scratch was measured for a chunk with all samples in one pixel. */
        zoe_deep_flatten_row(&row, target->first_column, target->column_count, out,
                             work + rows_bytes, chunk->work_bytes - rows_bytes);
        for (uint32_t p = 0; p < deep->plane_count; p++)
            store_row((uint8_t *)target->planes[p] + (size_t)y * target->strides[p],
                      target->types[p], out[p], row.planes[p].channel.type,
                      (size_t)target->column_count);
        zoe_exr_deep_skip_rows(deep, &rest, 1);
    }
}
