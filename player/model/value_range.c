#include "model/value_range.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <zoetrope/display.h>

#include "model/frame_box.h"

typedef struct extremes {
    double min, max; /* min > max: nothing yet */
    double least;    /* above 0 */
} extremes;

static void add(extremes *e, double low, double high)
{
    e->min = low < e->min ? low : e->min;
    e->max = high > e->max ? high : e->max;
}

static void add_positive(extremes *e, double value)
{
    if (value > 0.0 && value < e->least)
        e->least = value;
}

/* Halfs are compared as they are: with the sign turned round, their bits are in order. */
static void scan_half(const uint16_t *row, int64_t count, extremes *e)
{
    unsigned low = 0xFFFFu, high = 0, least = 0xFFFFu;
    for (int64_t i = 0; i < count; i++) {
        unsigned bits = row[i];
        if ((bits & 0x7C00u) == 0x7C00u)
            continue;
        unsigned key = bits & 0x8000u ? 0xFFFFu - bits : bits | 0x8000u;
        low = key < low ? key : low;
        high = key > high ? key : high;
        if (key > 0x8000u && key < least)
            least = key;
    }
    if (low > high)
        return;
    low = low & 0x8000u ? low & 0x7FFFu : 0xFFFFu - low;
    high = high & 0x8000u ? high & 0x7FFFu : 0xFFFFu - high;
    add(e, (double)zoe_half_to_float((uint16_t)low), (double)zoe_half_to_float((uint16_t)high));
    if (least < 0xFFFFu)
        add_positive(e, (double)zoe_half_to_float((uint16_t)(least & 0x7FFFu)));
}

/* Only values of a magnitude below `limit` count. */
static void scan_float(const float *row, int64_t count, float limit, extremes *e)
{
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(row[i]) || fabsf(row[i]) >= limit)
            continue;
        add(e, (double)row[i], (double)row[i]);
        add_positive(e, (double)row[i]);
    }
}

static void scan_uint(const uint32_t *row, int64_t count, extremes *e)
{
    for (int64_t i = 0; i < count; i++) {
        add(e, (double)row[i], (double)row[i]);
        add_positive(e, (double)row[i]);
    }
}

static void scan_plane(const zoe_plane *plane, const zoe_box *window, const zoe_box *seen,
                       float limit, extremes *e)
{
    int64_t count = (int64_t)seen->max_x - seen->min_x + 1;
    int64_t skip = (int64_t)seen->min_x - window->min_x;
    for (int64_t y = seen->min_y; y <= seen->max_y; y++) {
        const char *row = (const char *)plane->data + (size_t)(y - window->min_y) * plane->stride;
        switch (plane->type) {
        case ZOE_SAMPLE_HALF:
            scan_half((const uint16_t *)(const void *)row + skip, count, e);
            break;
        case ZOE_SAMPLE_FLOAT:
            scan_float((const float *)(const void *)row + skip, count, limit, e);
            break;
        case ZOE_SAMPLE_UINT:
            scan_uint((const uint32_t *)(const void *)row + skip, count, e);
            break;
        }
    }
}

static extremes scan(const zoe_frame *frame, float limit)
{
    extremes e = {HUGE_VAL, -HUGE_VAL, HUGE_VAL};
    zoe_box seen = zoe_frame_box_stored(frame);
    bool is_empty = zoe_frame_box_is_empty(&seen);
    for (uint32_t i = 0; i < frame->plane_count && !is_empty; i++) {
        if ((int32_t)i != frame->alpha_plane)
            scan_plane(&frame->planes[i], &frame->window, &seen, limit, &e);
    }
    return e;
}

/* ---- what is far outside the rest ---- */

enum {
    EXPONENTS = 256,
    FAR_GAP = 20,        /* a value is far outside when none is within this power of two below it */
    FAR_LEAST = 127 + 20 /* and it is this large: biased exponent */
};

/* Counts each exponent of the row's floats that are finite. */
static void count_exponents(const float *row, int64_t count, uint8_t has[EXPONENTS])
{
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &row[i], sizeof bits);
        has[bits >> 23 & 0xFFu] = 1;
    }
    has[EXPONENTS - 1] = 0; /* infinity, NaN */
}

/* Renderers put 1e30 and the like where a ray met nothing. Returns the biased exponent from which
 * on values of the plane stand for that; EXPONENTS: there are none. */
static int far_exponent(const uint8_t has[EXPONENTS])
{
    int highest = 0;
    for (int e = 1; e < EXPONENTS; e++) {
        if (!has[e])
            continue;
        if (highest && e - highest > FAR_GAP && e >= FAR_LEAST)
            return e;
        highest = e;
    }
    return EXPONENTS;
}

/* Values of this magnitude and more are far outside the rest; infinity: none are. Halfs reach no
 * such values, and of integers each counts. */
static float far_limit(const zoe_frame *frame)
{
    uint8_t has[EXPONENTS] = {0};
    zoe_box seen = zoe_frame_box_stored(frame);
    for (uint32_t i = 0; i < frame->plane_count; i++) {
        const zoe_plane *plane = &frame->planes[i];
        if ((int32_t)i == frame->alpha_plane || plane->type != ZOE_SAMPLE_FLOAT)
            continue;
        for (int64_t y = seen.min_y; y <= seen.max_y && seen.max_x >= seen.min_x; y++) {
            const char *row =
                (const char *)plane->data + (size_t)(y - frame->window.min_y) * plane->stride;
            count_exponents((const float *)(const void *)row + (seen.min_x - frame->window.min_x),
                            (int64_t)seen.max_x - seen.min_x + 1, has);
        }
    }
    int far = far_exponent(has);
    return far < EXPONENTS ? ldexpf(1.0f, far - 127) : HUGE_VALF;
}

static zoe_value_range range_of(const extremes *e)
{
    zoe_value_range range = {0.0f, 1.0f};
    if (e->min > e->max)
        return range;
    range.min = (float)e->min;
    range.max = (float)e->max;
    /* Half of a value is more than its last bit, however large it is. */
    if (!(range.max > range.min))
        range.max = range.min + fmaxf(1.0f, fabsf(range.min) / 2.0f);
    return range;
}

bool zoe_value_range_measure(const zoe_frame *frame, zoe_value_range *range)
{
    extremes e = scan(frame, HUGE_VALF);
    *range = range_of(&e);
    return e.min <= e.max;
}

zoe_value_range zoe_value_range_suitable(const zoe_frame *frame)
{
    extremes e = scan(frame, far_limit(frame));
    zoe_value_range range = range_of(&e);
    if (range.min < 0.0f)
        return range;
    if (range.max <= 1.0f && range.max >= 0.5f)
        return (zoe_value_range){0.0f, 1.0f};
    if (range.min <= 0.0f && e.least < e.max) {
        double low = e.least - (e.max - e.least) / 8.0;
        range.min = low > 0.0 ? (float)low : 0.0f;
    }
    return range;
}

bool zoe_value_range_first(const zoe_frame *frame, int is_data, zoe_value_range *range)
{
    bool fits = is_data && !frame->is_color;
    *range = fits ? zoe_value_range_suitable(frame) : (zoe_value_range){0.0f, 1.0f};
    return fits;
}
