#include "exr/room.h"

#include "base/box.h"
#include "exr/fix.h"
#include "exr/reader.h"
#include "exr/stock.h"
#include "memory/scratch.h"

/* Small chunks are read together up to this many bytes, which stay in the
 * second-level cache. */
enum { READ_BYTES = 1 << 19 };

int zoe_exr_color_type(const zoe_exr_plan *plan)
{
    bool half = plan->source_type[0] == ZOE_CODEC_HALF && plan->source_type[1] == ZOE_CODEC_HALF &&
                plan->source_type[2] == ZOE_CODEC_HALF;
    return half ? ZOE_CODEC_HALF : ZOE_CODEC_FLOAT;
}

static zoe_status over_budget(const zoe_exr_file *file, uint64_t limit, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_OVER_BUDGET,
                         "%s: one chunk needs more than the memory limit of %.1f MB", file->path,
                         zoe_megabytes(limit));
}

static int32_t samples_along(int32_t length, int32_t sampling)
{
    return (int32_t)(((int64_t)length + sampling - 1) / sampling);
}

/* The channels of a full chunk, as a codec wants them. */
static bool describe_chunk(const zoe_exr_plan *plan, uint64_t limit, zoe_codec_channel *channels,
                           zoe_codec_chunk *chunk)
{
    /* A chunk may be declared larger than the picture it belongs to. */
    int32_t width = zoe_min_i32(plan->chunk_width, (int32_t)zoe_box_width(&plan->data));
    int32_t height = zoe_min_i32(plan->chunk_height, (int32_t)zoe_box_height(&plan->data));
    uint64_t bytes = 0, segments = 0;
    for (int c = 0; c < plan->channels->num_channels; c++) {
        const exr_attr_chlist_entry_t *entry = &plan->channels->entries[c];
        channels[c] = (zoe_codec_channel){
            .name = entry->name.str,
            .type = (uint8_t)entry->pixel_type,
            .p_linear = entry->p_linear != 0,
            .width = samples_along(width, entry->x_sampling),
            .height = samples_along(height, entry->y_sampling),
            .x_sampling = entry->x_sampling,
            .y_sampling = entry->y_sampling,
        };
        bytes += (uint64_t)channels[c].width * zoe_exr_sample_bytes((int)entry->pixel_type) *
                 (uint64_t)channels[c].height;
        segments += (uint64_t)channels[c].height;
        if (bytes > limit || segments > limit / sizeof(zoe_codec_segment))
            return false;
    }
    chunk->packed_bytes = chunk->unpacked_bytes = (size_t)bytes;
    chunk->line_count = height;
    chunk->channels = channels;
    chunk->channel_count = (size_t)plan->channels->num_channels;
    chunk->segment_count = (size_t)segments;
    return true;
}

/* For the plan's routines, with as many chunks together as they are to be given. */
static size_t codec_room(const zoe_exr_plan *plan, const zoe_codec_chunk *chunk)
{
    if (!plan->routines)
        return zoe_exr_stock_scratch_bytes(chunk);
    return plan->lanes > 1 ? plan->routines->many_scratch_bytes(chunk, plan->lanes)
                           : plan->routines->scratch_bytes(chunk);
}

zoe_status zoe_exr_room_chunk(zoe_exr_plan *plan, const zoe_exr_file *file, uint64_t limit,
                              zoe_error *error)
{
    size_t count = (size_t)plan->channels->num_channels;
    zoe_codec_channel *channels = zoe_recycler_alloc(count * sizeof *channels);
    if (!channels)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", file->path);
    zoe_codec_chunk chunk = {.packed = NULL};
    bool fits = describe_chunk(plan, limit, channels, &chunk);
    if (fits) {
        plan->chunk_bytes = chunk.unpacked_bytes;
        plan->lanes = zoe_codec_together(plan->routines, chunk.unpacked_bytes);
        plan->codec.bytes = codec_room(plan, &chunk);
        plan->segments.bytes = chunk.segment_count * sizeof(zoe_codec_segment);
        plan->codec_channels.bytes = count * (sizeof(zoe_codec_channel) + 1);
        fits = plan->codec.bytes <= limit;
    }
    zoe_recycler_free(channels);
    return fits ? ZOE_OK : over_budget(file, limit, error);
}

/* ---- layout ---- */

/* Places a room behind those before it. Sums that are too large stay too large.
 */
static void place(zoe_exr_room *room, uint64_t bytes, uint64_t *at)
{
    room->at = (size_t)*at;
    room->bytes = (size_t)bytes;
    bytes = bytes > UINT64_MAX / 4 ? UINT64_MAX / 4 : (bytes + 63) / 64 * 64;
    *at = *at + bytes > UINT64_MAX / 4 ? UINT64_MAX / 4 : *at + bytes;
}

/* a times b, or a number that is too large for any memory. */
static uint64_t times(uint64_t a, uint64_t b)
{
    return a != 0 && b > UINT64_MAX / 8 / a ? UINT64_MAX / 8 : a * b;
}

/* Room for each lane, in equal parts. */
static void place_lanes(const zoe_exr_plan *plan, zoe_exr_room *room, uint64_t bytes, uint64_t *at)
{
    place(room, times((bytes + 63) / 64 * 64, plan->lanes), at);
}

static void lay_reading(zoe_exr_plan *plan, const zoe_exr_file *file, uint64_t *at)
{
    uint64_t one = zoe_exr_leader_bytes(plan, file) + (uint64_t)plan->chunk_bytes;
    uint64_t all = times(one, (uint64_t)plan->piece_chunks);
    uint64_t least = times(one, plan->lanes);
    if (all > READ_BYTES)
        all = READ_BYTES;
    place(&plan->packed, all > least ? all : least, at);
    place(&plan->codec, plan->codec.bytes, at);
    place_lanes(plan, &plan->codec_channels, plan->codec_channels.bytes, at);
    place_lanes(plan, &plan->segments, plan->segments.bytes, at);
}

static void lay_fixes(zoe_exr_plan *plan, uint64_t *at)
{
    uint64_t width = (uint64_t)zoe_min_i32(plan->chunk_width, (int32_t)zoe_box_width(&plan->data));
    uint64_t height =
        (uint64_t)zoe_min_i32(plan->chunk_height, (int32_t)zoe_box_height(&plan->data));
    uint64_t rows = 0, count = 0;
    for (uint32_t s = plan->is_luma_chroma ? 3 : 0; s < plan->source_count; s++) {
        uint64_t samples = width / (uint32_t)plan->x_sampling[s] + 1;
        rows += times(zoe_exr_row_bytes((size_t)samples, plan->source_type[s]), height);
        count += height;
    }
    place_lanes(plan, &plan->fixes, times(count, sizeof(zoe_exr_fix)), at);
    place_lanes(plan, &plan->fix_rows, rows, at);
    uint64_t pixels = plan->is_luma_chroma ? (uint64_t)zoe_box_width(&plan->data) : width;
    /* A row begins and ends with up to a block more. */
    place(&plan->row, times((pixels + 32) * sizeof(float), 2) / 64 * 64 + 128, at);
}

static void lay_luma_chroma(zoe_exr_plan *plan, uint64_t *at)
{
    uint64_t width = (uint64_t)zoe_box_width(&plan->data);
    for (uint32_t s = 0; s < 3; s++) {
        uint64_t rows = (uint64_t)plan->reach_rows / (uint32_t)plan->y_sampling[s] + 2;
        plan->band_stride[s] = zoe_exr_row_bytes((size_t)(width / (uint32_t)plan->x_sampling[s]),
                                                 plan->source_type[s]);
        place(&plan->bands[s], times(plan->band_stride[s], rows), at);
    }
    plan->color_stride = zoe_exr_row_bytes((size_t)width, zoe_exr_color_type(plan));
    for (uint32_t s = 0; s < 3 && plan->shift > 0; s++)
        place(&plan->colors[s], times(plan->color_stride, (uint64_t)plan->reach_rows), at);
    place(&plan->luma_chroma_room, zoe_luma_chroma_scratch_bytes(&plan->luma_chroma), at);
}

zoe_status zoe_exr_room_lay(zoe_exr_plan *plan, const zoe_exr_file *file, uint64_t limit,
                            zoe_picture *picture, zoe_error *error)
{
    uint64_t at = 0;
    picture->scratch_bytes = 0;
    if (zoe_box_is_empty(&plan->covered))
        return ZOE_OK; /* nothing is decoded */
    if (!plan->is_deep)
        lay_reading(plan, file, &at);
    lay_fixes(plan, &at);
    if (plan->shift > 0) {
        uint64_t sums = times((uint64_t)plan->piece_width, (uint64_t)plan->piece_height);
        place(&plan->sums, times(sums, plan->plane_count * sizeof(float)), &at);
    }
    if (plan->is_luma_chroma)
        lay_luma_chroma(plan, &at);
    if (at > limit)
        return over_budget(file, limit, error);
    picture->scratch_bytes = (size_t)at;
    return ZOE_OK;
}
