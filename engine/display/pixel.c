#include "display/pixel.h"

#include "base/half.h"
#include "display/scale.h"

/* gcc does not contract in ISO C mode; clang needs to be told. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

static const uint32_t OPAQUE = 0xff000000u;

static uint32_t rgb(uint32_t red, uint32_t green, uint32_t blue)
{
    return OPAQUE | red << 16 | green << 8 | blue;
}

void zoe_pixel_from_planes(uint32_t *restrict out, const uint16_t *restrict red,
                           const uint16_t *restrict green, const uint16_t *restrict blue,
                           size_t count, const zoe_display_lut *restrict lut)
{
    const uint8_t *byte = lut->to_byte;
    for (size_t i = 0; i < count; i++)
        out[i] = rgb(byte[red[i]], byte[green[i]], byte[blue[i]]);
}

void zoe_pixel_from_plane(uint32_t *restrict out, const uint16_t *restrict plane, size_t count,
                          const zoe_display_lut *restrict lut)
{
    const uint8_t *byte = lut->to_byte;
    for (size_t i = 0; i < count; i++)
        out[i] = OPAQUE | byte[plane[i]] * 0x010101u;
}

void zoe_pixel_from_lanes(uint32_t *restrict out, const uint16_t *restrict lanes, size_t count,
                          bool grey, const zoe_display_lut *restrict lut)
{
    const uint8_t *byte = lut->to_byte;
    if (grey) {
        for (size_t i = 0; i < count; i++)
            out[i] = OPAQUE | byte[lanes[i * ZOE_SCALE_LANES]] * 0x010101u;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const uint16_t *at = lanes + i * ZOE_SCALE_LANES;
        out[i] = rgb(byte[at[0]], byte[at[1]], byte[at[2]]);
    }
}

void zoe_pixel_mix(uint16_t *lanes, float *restrict light, size_t count,
                   const zoe_display_lut *restrict lut)
{
    const float *to_light = lut->to_light;
    const float saturation = lut->grade.saturation;
    const zoe_channel_view view = lut->grade.view;
    for (size_t i = 0; i < count; i++) {
        const uint16_t *at = lanes + i * ZOE_SCALE_LANES;
        float *to = light + i * ZOE_SCALE_LANES;
        float red = to_light[at[0]], green = to_light[at[1]], blue = to_light[at[2]];
        /* ITU-R BT.709-6, item 3.2 */
        float luminance = 0.2126f * red + 0.7152f * green + 0.0722f * blue;
        to[0] = luminance + saturation * (red - luminance);
        to[1] = luminance + saturation * (green - luminance);
        to[2] = luminance + saturation * (blue - luminance);
        to[3] = 0;
        if (view == ZOE_VIEW_GREEN)
            to[0] = to[1];
        else if (view == ZOE_VIEW_BLUE)
            to[0] = to[2];
        else if (view == ZOE_VIEW_LUMINANCE) /* saturation does not change it */
            to[0] = luminance;
    }
    zoe_half_from_float_row(lanes, light, count * ZOE_SCALE_LANES);
}

void zoe_pixel_light(uint16_t *lanes, float *restrict light, size_t count,
                     const zoe_display_lut *restrict lut)
{
    for (size_t i = 0; i < count; i++) {
        float *to = light + i * ZOE_SCALE_LANES;
        to[0] = lut->to_light[lanes[i * ZOE_SCALE_LANES]];
        to[1] = to[2] = to[3] = 0;
    }
    zoe_half_from_float_row(lanes, light, count * ZOE_SCALE_LANES);
}

static double sample(const zoe_plane *plane, size_t x, size_t y)
{
    const char *row = (const char *)plane->data + y * plane->stride;
    switch (plane->type) {
    case ZOE_SAMPLE_UINT: return (double)((const uint32_t *)(const void *)row)[x];
    case ZOE_SAMPLE_FLOAT: return (double)((const float *)(const void *)row)[x];
    case ZOE_SAMPLE_HALF: break;
    }
    return (double)zoe_half_to_float(((const uint16_t *)(const void *)row)[x]);
}

static bool is_within(const zoe_box *box, int32_t x, int32_t y)
{
    return x >= box->min_x && x <= box->max_x && y >= box->min_y && y <= box->max_y;
}

int32_t zoe_display_sample_exact(const zoe_frame *frame, int32_t x, int32_t y,
                                 double values[ZOE_PLANES_MAX])
{
    const zoe_box *w = &frame->window;
    if (!is_within(&frame->picture, x, y))
        return 0;
    bool has_samples = is_within(w, x, y);
    size_t across = (size_t)((int64_t)x - w->min_x), down = (size_t)((int64_t)y - w->min_y);
    for (uint32_t i = 0; i < frame->plane_count; i++)
        values[i] = has_samples ? sample(&frame->planes[i], across, down) : 0.0;
    return (int32_t)frame->plane_count;
}
