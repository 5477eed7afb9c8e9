#include "display_pixel.h"

#include "display_scale.h"
#include "half.h"

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
                          int grey, const zoe_display_lut *restrict lut)
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
