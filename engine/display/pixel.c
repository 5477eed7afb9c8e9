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

void zoe_pixel_spread(uint16_t *lanes, size_t count)
{
    for (size_t i = 0; i < count; i++, lanes += ZOE_SCALE_LANES)
        lanes[1] = lanes[2] = lanes[0];
}

/* No infinities, so that mixing channels never gives infinity minus infinity; NaN is 0. */
static float tamed(float value)
{
    const float most = 1e30f;
    value = value == value ? value : 0;
    value = value < most ? value : most;
    return value > -most ? value : -most;
}

void zoe_pixel_enter(uint16_t *lanes, float *restrict light, size_t count,
                     const zoe_display_lut *restrict lut)
{
    const float *decode = lut->color.decode, *m = lut->color.matrix;
    const bool has_matrix = lut->color.has_matrix != 0;
    if (!decode)
        zoe_half_to_float_row(light, lanes, count * ZOE_SCALE_LANES);
    for (size_t i = 0; i < count; i++) {
        const uint16_t *at = lanes + i * ZOE_SCALE_LANES;
        float *to = light + i * ZOE_SCALE_LANES;
        float red = tamed(decode ? decode[at[0]] : to[0]);
        float green = tamed(decode ? decode[at[1]] : to[1]);
        float blue = tamed(decode ? decode[at[2]] : to[2]);
        to[0] = has_matrix ? m[0] * red + m[1] * green + m[2] * blue : red;
        to[1] = has_matrix ? m[3] * red + m[4] * green + m[5] * blue : green;
        to[2] = has_matrix ? m[6] * red + m[7] * green + m[8] * blue : blue;
        to[3] = 0;
    }
    zoe_half_from_float_row(lanes, light, count * ZOE_SCALE_LANES);
}

/* Four floats that are added and multiplied at once, by whatever instructions the processor has: each
 * lane is rounded as a float by itself is, so that all write the same bits. */
typedef float four __attribute__((vector_size(16)));

static uint32_t lesser(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t greater(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/*
 * A cell is cut into six tetrahedra, each of which has the corners 000 and 111 and the way between them
 * along the axes in the order of the fractions, the greatest first.
 */
static void through_cube(float *restrict light, const uint16_t *restrict lanes, size_t count,
                         const zoe_display_lut *restrict lut)
{
    const four *nodes = (const four *)(const void *)lut->color.cube->nodes;
    const uint32_t edge = (uint32_t)lut->color.cube->edge, area = edge * edge;
    const uint32_t all = 1 + edge + area;
    const uint32_t *reds = lut->coordinate[0], *greens = lut->coordinate[1];
    const uint32_t *blues = lut->coordinate[2];
    for (size_t i = 0; i < count; i++) {
        const uint16_t *at = lanes + i * ZOE_SCALE_LANES;
        uint32_t red = reds[at[0]], green = greens[at[1]], blue = blues[at[2]];
        const four *cell =
            nodes + ((size_t)(blue >> 16) * area + (size_t)(green >> 16) * edge + (red >> 16));
        red &= 0xffff;
        green &= 0xffff;
        blue &= 0xffff;
        uint32_t most = greater(greater(red, green), blue);
        uint32_t least = lesser(lesser(red, green), blue);
        uint32_t middle = red + green + blue - most - least;
        uint32_t first = most == red ? 1 : most == green ? edge : area;
        uint32_t last = least == blue ? area : least == green ? edge : 1;
        const float unit = 1.0f / 65536.0f;
        float w0 = (float)(int32_t)(65536 - most) * unit;
        float w1 = (float)(int32_t)(most - middle) * unit;
        float w2 = (float)(int32_t)(middle - least) * unit;
        float w3 = (float)(int32_t)least * unit;
        four value = cell[0] * w0 + cell[first] * w1;
        value = value + cell[all - last] * w2;
        value = value + cell[all] * w3;
        *(four *)(void *)(light + i * ZOE_SCALE_LANES) = value;
    }
}

/* What a pixel is before the cube. */
static void enter_process(float *to, const uint16_t *lanes, const zoe_display_lut *lut)
{
    for (int c = 0; c < 3; c++)
        to[c] = lut->mixes ? tamed(zoe_half_to_float(lanes[c])) : lut->to_light[c][lanes[c]];
    to[3] = 0;
}

static float size_of(float value)
{
    return value < 0 ? -value : value;
}

/* Pixels that the cube is not good enough for, some at a time. */
static void through_process(float *restrict light, const uint16_t *restrict lanes, size_t count,
                            const zoe_display_lut *restrict lut)
{
    enum { SOME = 64 };
    float pixels[SOME * ZOE_SCALE_LANES];
    uint32_t places[SOME];
    size_t have = 0;
    const float share = lut->color.exact_below;
    for (size_t i = 0; i <= count; i++) {
        if (have == SOME || (i == count && have > 0)) {
            lut->color.process(lut->color.process_user, pixels, have);
            for (size_t k = 0; k < have; k++)
                for (int c = 0; c < 3; c++)
                    light[(size_t)places[k] * ZOE_SCALE_LANES + (size_t)c] =
                        pixels[k * ZOE_SCALE_LANES + (size_t)c];
            have = 0;
        }
        if (i == count)
            return;
        const float *at = light + i * ZOE_SCALE_LANES;
        float red = size_of(at[0]), green = size_of(at[1]), blue = size_of(at[2]);
        float most = red > green ? red : green, least = red < green ? red : green;
        most = most > blue ? most : blue;
        least = least < blue ? least : blue;
        if (!(least < share * most))
            continue;
        enter_process(pixels + have * ZOE_SCALE_LANES, lanes + i * ZOE_SCALE_LANES, lut);
        places[have++] = (uint32_t)i;
    }
}

void zoe_pixel_table(uint16_t *lanes, float *restrict light, size_t count,
                     const zoe_display_lut *restrict lut)
{
    if (lut->color.cube) {
        through_cube(light, lanes, count, lut);
        if (lut->color.process)
            through_process(light, lanes, count, lut);
    } else {
        zoe_half_to_float_row(light, lanes, count * ZOE_SCALE_LANES);
        lut->color.process(lut->color.process_user, light, count);
    }
    zoe_half_from_float_row(lanes, light, count * ZOE_SCALE_LANES);
}

void zoe_pixel_mix(uint16_t *lanes, float *restrict light, size_t count,
                   const zoe_display_lut *restrict lut)
{
    const float *const to_light[3] = {lut->to_light[0], lut->to_light[1], lut->to_light[2]};
    const float saturation = lut->saturation, *weights = lut->color.luminance;
    const zoe_channel_view view = lut->grade.view;
    for (size_t i = 0; i < count; i++) {
        const uint16_t *at = lanes + i * ZOE_SCALE_LANES;
        float *to = light + i * ZOE_SCALE_LANES;
        float red = to_light[0][at[0]], green = to_light[1][at[1]], blue = to_light[2][at[2]];
        float luminance = weights[0] * red + weights[1] * green + weights[2] * blue;
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
        to[0] = lut->to_light[0][lanes[i * ZOE_SCALE_LANES]];
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
