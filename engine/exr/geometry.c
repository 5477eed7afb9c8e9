#include "exr/geometry.h"

#include <stdio.h>

#include "base/box.h"

zoe_box zoe_exr_chunk_box(const zoe_exr_geometry *geometry, int32_t column, int32_t row)
{
    const zoe_box *data = &geometry->data;
    int64_t x0 = (int64_t)data->min_x + (int64_t)column * geometry->chunk_width;
    int64_t y0 = (int64_t)data->min_y + (int64_t)row * geometry->chunk_height;
    int64_t x1 = x0 + geometry->chunk_width - 1, y1 = y0 + geometry->chunk_height - 1;
    return (zoe_box){(int32_t)x0, (int32_t)y0, (int32_t)(x1 < data->max_x ? x1 : data->max_x),
                     (int32_t)(y1 < data->max_y ? y1 : data->max_y)};
}

void zoe_exr_chunk_name(const zoe_exr_geometry *geometry, int32_t column, int32_t row, char *name,
                        size_t capacity)
{
    zoe_box box = zoe_exr_chunk_box(geometry, column, row);
    if (geometry->tiled)
        snprintf(name, capacity, "tile %d, %d", column, row);
    else if (box.min_y == box.max_y)
        snprintf(name, capacity, "scanline %d", box.min_y);
    else
        snprintf(name, capacity, "scanlines %d to %d", box.min_y, box.max_y);
}

int zoe_exr_color_type(const zoe_exr_geometry *geometry)
{
    const uint8_t *types = geometry->source_type;
    bool half =
        types[0] == ZOE_CODEC_HALF && types[1] == ZOE_CODEC_HALF && types[2] == ZOE_CODEC_HALF;
    return half ? ZOE_CODEC_HALF : ZOE_CODEC_FLOAT;
}

static int32_t samples_along(int32_t length, int32_t sampling)
{
    return (int32_t)(((int64_t)length + sampling - 1) / sampling);
}

bool zoe_exr_chunk_describe(const zoe_exr_geometry *geometry, uint64_t limit,
                            zoe_codec_channel *channels, zoe_codec_chunk *chunk)
{
    /* A chunk may be declared larger than the picture it belongs to. */
    int32_t width = zoe_min_i32(geometry->chunk_width, (int32_t)zoe_box_width(&geometry->data));
    int32_t height = zoe_min_i32(geometry->chunk_height, (int32_t)zoe_box_height(&geometry->data));
    uint64_t bytes = 0, segments = 0;
    for (size_t c = 0; c < geometry->channel_count; c++) {
        const zoe_channel *channel = &geometry->channels[c];
        channels[c] = (zoe_codec_channel){
            .name = channel->name,
            .type = (uint8_t)channel->type,
            .p_linear = channel->p_linear != 0,
            .width = samples_along(width, channel->x_sampling),
            .height = samples_along(height, channel->y_sampling),
            .x_sampling = channel->x_sampling,
            .y_sampling = channel->y_sampling,
        };
        bytes += (uint64_t)channels[c].width * zoe_exr_sample_bytes((int)channel->type) *
                 (uint64_t)channels[c].height;
        segments += (uint64_t)channels[c].height;
        if (bytes > limit || segments > limit / sizeof(zoe_codec_segment))
            return false;
    }
    chunk->packed_bytes = chunk->unpacked_bytes = (size_t)bytes;
    chunk->line_count = height;
    chunk->channels = channels;
    chunk->channel_count = geometry->channel_count;
    chunk->segment_count = (size_t)segments;
    return true;
}
