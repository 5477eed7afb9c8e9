#include "exr/scratch_layout.h"

#include <string.h>

#include "base/box.h"
#include "exr/library_codec.h"
#include "exr/row.h"

/* Small chunks are read together up to this many bytes, which stay in the second-level cache. */
enum { READ_BYTES = 1 << 19 };

/* Places a span behind those before it. Sums that are too large stay too large. */
static void place(zoe_exr_span *span, uint64_t bytes, uint64_t *at)
{
    span->at = (size_t)*at;
    span->bytes = (size_t)bytes;
    bytes = bytes > UINT64_MAX / 4 ? UINT64_MAX / 4 : (bytes + 63) / 64 * 64;
    *at = *at + bytes > UINT64_MAX / 4 ? UINT64_MAX / 4 : *at + bytes;
}

/* a times b, or a number that is too large for any memory. */
static uint64_t times(uint64_t a, uint64_t b)
{
    return a != 0 && b > UINT64_MAX / 8 / a ? UINT64_MAX / 8 : a * b;
}

/* A span for each lane, in equal parts. */
static void place_lanes(const zoe_exr_layout *layout, zoe_exr_span *span, uint64_t bytes,
                        uint64_t *at)
{
    place(span, times((bytes + 63) / 64 * 64, layout->lanes), at);
}

/* With as many chunks together as the routines are to be given. */
static uint64_t codec_bytes(const zoe_exr_geometry *geometry, const zoe_codec_chunk *chunk)
{
    const zoe_codec *routines = geometry->routines;
    if (!routines)
        return chunk->unpacked_bytes;
    return geometry->lanes > 1 ? routines->many_scratch_bytes(chunk, geometry->lanes)
                               : routines->scratch_bytes(chunk);
}

static void lay_reading(zoe_exr_layout *layout, const zoe_exr_geometry *geometry,
                        const zoe_codec_chunk *chunk, uint64_t *at)
{
    uint64_t one = geometry->leader_bytes + (uint64_t)geometry->chunk_bytes;
    uint64_t all = times(one, (uint64_t)geometry->group_chunks);
    uint64_t least = times(one, geometry->lanes);
    if (all > READ_BYTES)
        all = READ_BYTES;
    place(&layout->packed, all > least ? all : least, at);
    place(&layout->codec, codec_bytes(geometry, chunk), at);
    if (!geometry->routines)
        place(&layout->library, zoe_exr_library_scratch_bytes(chunk), at);
    size_t channel_bytes = geometry->channel_count * (sizeof(zoe_codec_channel) + 1);
    place_lanes(layout, &layout->codec_channels, channel_bytes, at);
    place_lanes(layout, &layout->segments, chunk->segment_count * sizeof(zoe_codec_segment), at);
}

static void lay_deferred(zoe_exr_layout *layout, const zoe_exr_geometry *geometry, uint64_t *at)
{
    const zoe_box *data = &geometry->data;
    uint64_t width = (uint64_t)zoe_min_i32(geometry->chunk_width, (int32_t)zoe_box_width(data));
    uint64_t height = (uint64_t)zoe_min_i32(geometry->chunk_height, (int32_t)zoe_box_height(data));
    uint64_t rows = 0, count = 0;
    for (uint32_t s = geometry->is_luma_chroma ? 3 : 0; s < geometry->source_count; s++) {
        uint64_t samples = width / (uint32_t)geometry->x_sampling[s] + 1;
        rows += times(zoe_exr_row_bytes((size_t)samples, geometry->source_type[s]), height);
        count += height;
    }
    place_lanes(layout, &layout->deferred, times(count, sizeof(zoe_exr_deferred_row)), at);
    place_lanes(layout, &layout->deferred_rows, rows, at);
    uint64_t pixels = geometry->is_luma_chroma ? (uint64_t)zoe_box_width(data) : width;
    /* A row begins and ends with up to a block more. */
    place(&layout->row, times((pixels + 32) * sizeof(float), 2) / 64 * 64 + 128, at);
}

static void lay_luma_chroma(zoe_exr_layout *layout, const zoe_exr_geometry *geometry, uint64_t *at)
{
    uint64_t width = (uint64_t)zoe_box_width(&geometry->data);
    for (uint32_t s = 0; s < 3; s++) {
        uint64_t rows = (uint64_t)geometry->reach_rows / (uint32_t)geometry->y_sampling[s] + 2;
        layout->band_stride[s] = zoe_exr_row_bytes(
            (size_t)(width / (uint32_t)geometry->x_sampling[s]), geometry->source_type[s]);
        place(&layout->bands[s], times(layout->band_stride[s], rows), at);
    }
    layout->color_stride = zoe_exr_row_bytes((size_t)width, zoe_exr_color_type(geometry));
    for (uint32_t s = 0; s < 3 && geometry->shift > 0; s++)
        place(&layout->colors[s], times(layout->color_stride, (uint64_t)geometry->reach_rows), at);
    place(&layout->luma_chroma, zoe_luma_chroma_scratch_bytes(&geometry->luma_chroma), at);
}

zoe_status zoe_exr_layout_make(zoe_exr_layout *layout, const zoe_exr_geometry *geometry,
                               const zoe_codec_chunk *chunk, uint64_t deep_bytes, uint64_t limit)
{
    uint64_t at = 0;
    memset(layout, 0, sizeof *layout);
    layout->lanes = geometry->lanes;
    if (zoe_box_is_empty(&geometry->covered))
        return ZOE_OK; /* nothing is decoded */
    if (chunk)
        lay_reading(layout, geometry, chunk, &at);
    lay_deferred(layout, geometry, &at);
    if (geometry->shift > 0) {
        uint64_t sums = times((uint64_t)geometry->group_width, (uint64_t)geometry->group_height);
        place(&layout->sums, times(sums, geometry->plane_count * sizeof(float)), &at);
    }
    if (geometry->is_luma_chroma)
        lay_luma_chroma(layout, geometry, &at);
    place(&layout->deep, deep_bytes, &at);
    if (at > limit)
        return ZOE_ERROR_OVER_BUDGET;
    layout->bytes = (size_t)at;
    return ZOE_OK;
}
