#include <zoetrope/display.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

/*
 * Everything that needs a power is worked out here, once for each half, in double. The C library's
 * pow differs in the last bit between versions and processors; the one here is built of basic
 * operations alone, which IEEE 754 fixes, so that the tables are the same on every machine. It
 * needs the compiler to keep to those operations: no contraction (-ffp-contract=off).
 */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/* What tables hold for infinities, so that mixing channels never gives infinity minus infinity. Far
 * over the largest half, and the sums of Rec. 709 weights and saturation stay within float. */
static const double LIGHT_MAX = 1e36;

static const double MIDDLE_GREY = 0.18;

enum { HALF_INFINITY = 0x7c00 };

/* ---- powers ---- */

/* log2(x) for finite x > 0, to about 1e-15: with x = m 2^e and s = (m - 1) / (m + 1),
 * ln m = 2 (s + s^3 / 3 + s^5 / 5 + …). */
static double log_2(double x)
{
    int exponent;
    double m = frexp(x, &exponent);
    if (m < 0.70710678118654752) {
        m *= 2;
        exponent--;
    }
    static const double terms[] = {1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11,
                                   1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3,  1.0};
    double s = (m - 1) / (m + 1), s2 = s * s, sum = 0;
    for (size_t k = 0; k < sizeof terms / sizeof *terms; k++)
        sum = sum * s2 + terms[k];
    return exponent + 2 * s * sum * 1.4426950408889634;
}

/* 2^x for -1000 <= x <= 1000: the series of e^(f ln 2) on |f| <= 1/2. */
static double exp_2(double x)
{
    static const double terms[] = {1 / 87178291200.0,
                                   1 / 6227020800.0,
                                   1 / 479001600.0,
                                   1 / 39916800.0,
                                   1 / 3628800.0,
                                   1 / 362880.0,
                                   1 / 40320.0,
                                   1 / 5040.0,
                                   1 / 720.0,
                                   1 / 120.0,
                                   1 / 24.0,
                                   1 / 6.0,
                                   1 / 2.0,
                                   1.0,
                                   1.0};
    double whole = floor(x + 0.5), f = (x - whole) * 0.69314718055994531, sum = 0;
    for (size_t k = 0; k < sizeof terms / sizeof *terms; k++)
        sum = sum * f + terms[k];
    return ldexp(sum, (int)whole);
}

/* x^y for finite x >= 0, y >= 0; 0 and overflow saturate. */
static double power(double x, double y)
{
    if (y == 1.0)
        return x;
    if (y == 0.0)
        return 1.0;
    if (x <= 0)
        return 0.0;
    double exponent = y * log_2(x);
    if (exponent > 300)
        return LIGHT_MAX;
    return exponent < -300 ? 0.0 : exp_2(exponent);
}

/* ---- the grade ---- */

void zoe_grade_init(zoe_grade *grade)
{
    grade->exposure = 0;
    grade->gamma = 1;
    grade->contrast = 1;
    grade->saturation = 1;
    grade->range_min = 0;
    grade->range_max = 1;
    grade->view = ZOE_VIEW_COLOR;
    grade->transfer = ZOE_TRANSFER_SRGB;
}

void zoe_color_init(zoe_color *color)
{
    memset(color, 0, sizeof *color);
    for (int i = 0; i < 3; i++) {
        color->matrix[4 * i] = 1;
        color->cdl.slope[i] = color->cdl.power[i] = 1;
    }
    color->cdl.saturation = 1;
    /* ITU-R BT.709-6, item 3.2 */
    color->luminance[0] = 0.2126f;
    color->luminance[1] = 0.7152f;
    color->luminance[2] = 0.0722f;
}

static float clamped(float value, float low, float high, float otherwise)
{
    if (!(value == value))
        return otherwise;
    return value < low ? low : value > high ? high : value;
}

static void clamp_grade(zoe_grade *grade)
{
    grade->exposure = clamped(grade->exposure, -20, 20, 0);
    grade->gamma = clamped(grade->gamma, 0.1f, 10, 1);
    grade->contrast = clamped(grade->contrast, 0, 10, 1);
    grade->saturation = clamped(grade->saturation, 0, 10, 1);
    if (!(grade->range_max > grade->range_min) || isinf(grade->range_max - grade->range_min)) {
        grade->range_min = 0;
        grade->range_max = 1;
    }
    if (grade->view < ZOE_VIEW_COLOR || grade->view > ZOE_VIEW_LUMINANCE)
        grade->view = ZOE_VIEW_COLOR;
    if (grade->transfer < ZOE_TRANSFER_SRGB || grade->transfer > ZOE_TRANSFER_LINEAR)
        grade->transfer = ZOE_TRANSFER_SRGB;
}

static void clamp_color(zoe_color *color)
{
    zoe_cdl *cdl = &color->cdl;
    for (int i = 0; i < 3; i++) {
        cdl->slope[i] = clamped(cdl->slope[i], 0, 1e6f, 1);
        cdl->offset[i] = clamped(cdl->offset[i], -1e6f, 1e6f, 0);
        cdl->power[i] = clamped(cdl->power[i], 1e-3f, 1e3f, 1);
    }
    cdl->saturation = clamped(cdl->saturation, 0, 1e3f, 1);
    for (int i = 0; i < 9 && color->has_matrix; i++) {
        if (!(fabsf(color->matrix[i]) <= 1e6f))
            color->has_matrix = 0;
    }
    if (color->cube && (color->cube->edge < 2 || color->cube->edge > ZOE_DISPLAY_EDGE_MAX))
        color->cube = NULL;
    color->exact_below = clamped(color->exact_below, 0, 1, 0);
    if (color->cube && !(color->exact_below > 0))
        color->process = NULL;
}

/* Without its saturation, which is mixed with the grade's. */
static bool changes_channels(const zoe_cdl *cdl)
{
    for (int i = 0; i < 3; i++) {
        if (cdl->slope[i] != 1.0f || cdl->offset[i] != 0.0f || cdl->power[i] != 1.0f)
            return true;
    }
    return false;
}

/* What the drawing has to do. */
static void plan(zoe_display_lut *lut)
{
    const zoe_color *color = &lut->color;
    zoe_channel_view view = lut->grade.view;
    bool is_one = view >= ZOE_VIEW_RED && view <= ZOE_VIEW_BLUE;
    bool graded = changes_channels(&color->cdl), tabled = color->cube || color->process;
    bool enters = color->decode || color->has_matrix;
    lut->saturation = lut->grade.saturation * color->cdl.saturation;
    lut->mixes = view != ZOE_VIEW_ALPHA &&
                 (view == ZOE_VIEW_LUMINANCE || lut->saturation != 1.0f || graded ||
                  (color->process && !color->cube) || (is_one && (enters || tabled)));
    lut->separable = view == ZOE_VIEW_ALPHA || !(lut->mixes || enters || tabled);
    lut->is_spread = view != ZOE_VIEW_ALPHA && (graded || tabled);
}

/* ---- from half to light and from light to display ---- */

/* Scene light as the grade exposes and contrasts it. */
static double to_light(const zoe_grade *grade, double gain, double value)
{
    value *= gain;
    if (value > 0 && grade->contrast != 1.0f)
        value = MIDDLE_GREY * power(value / MIDDLE_GREY, (double)grade->contrast);
    return value;
}

static double transferred(zoe_transfer transfer, double light)
{
    switch (transfer) {
    case ZOE_TRANSFER_SRGB:
        return light <= 0.0031308 ? 12.92 * light : 1.055 * power(light, 1 / 2.4) - 0.055;
    case ZOE_TRANSFER_REC709:
        return light < 0.018 ? 4.5 * light : 1.099 * power(light, 0.45) - 0.099;
    case ZOE_TRANSFER_LINEAR: break;
    }
    return light;
}

/* A value of the display as the viewer's gamma shows it. */
static double to_viewer(const zoe_grade *grade, double shown)
{
    return power(shown > 0 ? shown : 0, 1 / (double)grade->gamma);
}

static double to_display(const zoe_grade *grade, double light)
{
    if (grade->view != ZOE_VIEW_ALPHA)
        light = transferred(grade->transfer, light);
    return to_viewer(grade, light);
}

/* Does the half reach a level of display? Everything from light on is increasing, so that the 255
 * places where the byte changes are found by halving instead of 31744 powers. The small difference
 * keeps ties on the same side whatever the last bit is. */
static bool reaches(const zoe_display_lut *lut, double gain, bool mixed, uint16_t half, int level)
{
    double value = (double)zoe_half_to_float(half);
    if (!mixed && lut->grade.view != ZOE_VIEW_ALPHA)
        value = to_light(&lut->grade, gain, value);
    return to_display(&lut->grade, value) * 255 >= level - 0.5 - 1e-9;
}

static void make_bytes(zoe_display_lut *lut, double gain, bool mixed)
{
    uint16_t at = 0;
    for (int level = 0; level < 255; level++) {
        /* The first half that reaches the next level; 0x7c00, infinity, reaches every one. */
        uint16_t low = at, high = HALF_INFINITY;
        while (low < high) {
            uint16_t middle = (uint16_t)((low + high) / 2);
            if (reaches(lut, gain, mixed, middle, level + 1))
                high = middle;
            else
                low = (uint16_t)(middle + 1);
        }
        for (; at < low; at++)
            lut->to_byte[at] = (uint8_t)level;
    }
    for (; at <= HALF_INFINITY; at++)
        lut->to_byte[at] = 255;
    for (uint32_t h = at; h < ZOE_DISPLAY_LUT_SIZE; h++)
        lut->to_byte[h] = 0; /* NaN, and everything negative */
    /* -0 is 0, which may be more than black: contrast 0 makes the same grey of all light over 0
     * only. */
    lut->to_byte[0x8000] = lut->to_byte[0];
}

/* The same with a table in place of the transfer function, which may fall, and have values for what
 * is negative. */
static void make_encoded_bytes(zoe_display_lut *lut, bool mixed)
{
    for (uint32_t h = 0; h < ZOE_DISPLAY_LUT_SIZE; h++) {
        uint16_t at = mixed ? (uint16_t)h : zoe_float_to_half(lut->to_light[0][h]);
        double shown = to_viewer(&lut->grade, (double)lut->color.encode[at]) * 255 + 0.5 + 1e-9;
        bool is_nan = (h & 0x7fff) > HALF_INFINITY;
        lut->to_byte[h] = !(shown >= 1) || is_nan ? 0 : shown >= 255 ? 255 : (uint8_t)shown;
    }
}

/* Of codes, which are what the display shows already. */
static void make_code_bytes(zoe_display_lut *lut)
{
    for (int32_t code = INT16_MIN; code <= INT16_MAX; code++) {
        double shown = (double)(code - ZOE_DISPLAY_CODE_HALF) / (255 * ZOE_DISPLAY_CODE_STEP);
        shown = to_viewer(&lut->grade, shown) * 255 + 0.5 + 1e-9;
        lut->to_byte[(uint16_t)code] = shown >= 255 ? 255 : (uint8_t)shown;
    }
}

static double graded(const zoe_cdl *cdl, int channel, double value)
{
    value = value * (double)cdl->slope[channel] + (double)cdl->offset[channel];
    return value > 0 ? power(value, (double)cdl->power[channel]) : value;
}

static void make_light(zoe_display_lut *lut, double gain)
{
    for (uint32_t h = 0; h < 0x8000; h++) {
        double value = h < HALF_INFINITY ? (double)zoe_half_to_float((uint16_t)h) : LIGHT_MAX;
        double positive = to_light(&lut->grade, gain, value), negative = -value * gain;
        if (positive > LIGHT_MAX || h == HALF_INFINITY)
            positive = LIGHT_MAX;
        if (h == HALF_INFINITY)
            negative = -LIGHT_MAX;
        if (h > HALF_INFINITY)
            positive = negative = 0;
        lut->to_light[0][h] = (float)positive;
        lut->to_light[0][h | 0x8000] = (float)negative;
    }
    bool is_graded = changes_channels(&lut->color.cdl);
    for (int channel = 2; channel >= 0; channel--) {
        float *to = lut->to_light[channel];
        if (!is_graded && channel > 0)
            memcpy(to, lut->to_light[0], sizeof lut->to_light[0]);
        for (uint32_t h = 0; h < ZOE_DISPLAY_LUT_SIZE && is_graded; h++) {
            double value = graded(&lut->color.cdl, channel, (double)lut->to_light[0][h]);
            to[h] = (float)(value > LIGHT_MAX    ? LIGHT_MAX
                            : value < -LIGHT_MAX ? -LIGHT_MAX
                                                 : value);
        }
    }
}

/* The last node itself is the end of the last cell: a little less than 1 of it, so that there
 * always is a next node. */
static uint32_t coordinate_of(const zoe_display_lut *lut, int channel, uint32_t half, uint32_t one)
{
    const zoe_display_cube *cube = lut->color.cube;
    const uint32_t last = (uint32_t)(cube->edge - 1) * one - 1;
    uint16_t at = (uint16_t)half;
    if (!lut->mixes)
        at = zoe_float_to_half(lut->to_light[channel][half]);
    float x = cube->shaper[channel][at] * (float)one + 0.5f;
    return !(x > 0) ? 0 : x >= (float)last ? last : (uint32_t)x;
}

/* Channels that differ in nothing share a table. (Where they are graded they are mixed, and light
 * has its place by itself.) */
static void make_coordinates(zoe_display_lut *lut)
{
    const zoe_display_cube *cube = lut->color.cube;
    for (int channel = 0; channel < 3; channel++) {
        int same = 0;
        while (cube->shaper[same] != cube->shaper[channel])
            same++;
        lut->coordinate_of[channel] = same;
        for (uint32_t h = 0; h < ZOE_DISPLAY_LUT_SIZE && same == channel; h++) {
            if (cube->codes)
                lut->place[channel][h] = (uint16_t)coordinate_of(lut, channel, h, 512);
            else
                lut->coordinate[channel][h] = coordinate_of(lut, channel, h, 65536);
        }
    }
}

/*
 * When channels are mixed, drawing goes through to_light, mixes, and then through the cube or
 * to_byte with the half of the mixed light: to_byte has only what comes after the mixing or the
 * cube.
 */
void zoe_display_lut_make(zoe_display_lut *lut, const zoe_grade *grade, const zoe_color *color)
{
    lut->grade = *grade;
    clamp_grade(&lut->grade);
    if (color)
        lut->color = *color;
    else
        zoe_color_init(&lut->color);
    clamp_color(&lut->color);
    plan(lut);
    double gain = exp_2((double)lut->grade.exposure);
    bool is_alpha = lut->grade.view == ZOE_VIEW_ALPHA;
    bool tabled = !is_alpha && (lut->color.cube || lut->color.process);
    make_light(lut, gain);
    if (lut->color.cube && !is_alpha)
        make_coordinates(lut);
    if (lut->color.cube && lut->color.cube->codes && !is_alpha)
        make_code_bytes(lut);
    else if (lut->color.encode && !is_alpha)
        make_encoded_bytes(lut, lut->mixes || tabled);
    else
        make_bytes(lut, gain, lut->mixes || tabled);
}
