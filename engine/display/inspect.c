#include <zoetrope/inspect.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/box.h"
#include "display/drawable.h"
#include "display/samples.h"
#include "display/scale.h"

/* ---- where samples are seen ---- */

/* Samples from..to of a row or column of the planes; from > to: none. */
typedef struct range {
    int32_t from, to;
} range;

typedef struct place {
    zoe_axis axis;      /* over the picture */
    int32_t low, count; /* of the planes' samples: the first in the picture, and how many */
    int32_t length;     /* of the destination */
    bool is_mirrored;
} place;

static place place_of(int32_t picture_low, int32_t picture_high, int32_t low, int32_t high,
                      double origin, double step, int32_t length)
{
    place p = {.is_mirrored = step < 0, .length = length};
    int64_t size = (int64_t)picture_high - picture_low + 1;
    if (p.is_mirrored) {
        origin += length * step;
        step = -step;
    }
    zoe_axis_make(&p.axis, origin - picture_low, step, (int32_t)(size > 0 ? size : 0), length);
    p.low = (int32_t)((int64_t)low - picture_low);
    p.count = (int32_t)((int64_t)high - low + 1);
    return p;
}

static range covered_by(const place *p, int32_t at)
{
    range none = {0, -1};
    int32_t d = p->is_mirrored ? p->length - 1 - at : at;
    if (d < p->axis.begin || d >= p->axis.end)
        return none;
    zoe_tap tap = zoe_axis_tap(&p->axis, d);
    int64_t from = (int64_t)tap.first - p->low, to = from + zoe_tap_length(&tap) - 1;
    from = from < 0 ? 0 : from;
    to = to >= p->count ? p->count - 1 : to;
    return from > to ? none : (range){(int32_t)from, (int32_t)to};
}

/* The nearest sample; `is_inside`: the pixel belongs to the picture, with samples or not. */
static int32_t nearest_to(const place *p, int32_t at, bool *is_inside)
{
    int32_t d = p->is_mirrored ? p->length - 1 - at : at;
    *is_inside = d >= p->axis.begin && d < p->axis.end;
    int64_t sample = zoe_axis_centre(&p->axis, d) / 65536 - p->low;
    return *is_inside && sample >= 0 && sample < p->count ? (int32_t)sample : -1;
}

static bool is_drawable(const zoe_frame *frame, const zoe_viewport *v, int32_t first_row,
                        int32_t row_count, const void *pixels, size_t stride, const void *scratch)
{
    return frame && v && zoe_frame_is_drawable(frame) && zoe_viewport_is_drawable(v) &&
           first_row >= 0 && row_count >= 0 && first_row <= v->height - row_count && pixels &&
           scratch && (uintptr_t)pixels % 4 == 0 && stride % 4 == 0 &&
           stride / 4 >= (size_t)v->width;
}

size_t zoe_inspect_scratch_bytes(const zoe_viewport *viewport)
{
    return (size_t)(viewport->width > 0 ? viewport->width : 0) * sizeof(range);
}

static void places_of(const zoe_frame *frame, const zoe_viewport *v, place *x, place *y)
{
    static const zoe_box nothing = {0, 0, -1, -1};
    zoe_box p = zoe_box_is_empty(&frame->picture) ? nothing : frame->picture;
    zoe_box w = zoe_box_is_empty(&frame->window) ? nothing : frame->window;
    *x = place_of(p.min_x, p.max_x, w.min_x, w.max_x, v->origin_x, v->step_x, v->width);
    *y = place_of(p.min_y, p.max_y, w.min_y, w.max_y, v->origin_y, v->step_y, v->height);
}

/* ---- marks ---- */

/*
 * Samples are compared as keys: the bits of a half as a signed number that grows with its value.
 * NaN is beyond both infinities. The least and the largest key of a pixel's samples tell all of its
 * marks.
 */
enum { KEY_INFINITY = 0x7c00, KEY_MINUS_INFINITY = -0x7c01, BLOCK = 1024 };

static inline int16_t key_of(uint16_t half)
{
    int16_t bits = (int16_t)half;
    return (int16_t)(bits ^ ((bits >> 15) & 0x7fff));
}

static uint16_t half_of(int key)
{
    return (uint16_t)(key < 0 ? key ^ 0x7fff : key);
}

/* A plane that is seen, and its keys that are marked. */
typedef struct watched {
    const zoe_plane *plane;
    int over, under;   /* keys from `over` on, and below `under` */
    float low, factor; /* of the range */
} watched;

static float light_of(const zoe_display_lut *lut, int channel, int key)
{
    uint16_t half = half_of(key);
    if (lut->grade.view == ZOE_VIEW_ALPHA)
        return zoe_half_to_float(half);
    if (lut->color.decode)
        half = zoe_float_to_half(lut->color.decode[half]);
    return lut->to_light[channel][half];
}

/* The first key whose light is over a limit, or at it; light grows with the key. */
static int first_key(const zoe_display_lut *lut, int channel, float limit, bool at_it)
{
    int low = KEY_MINUS_INFINITY + 1, high = KEY_INFINITY;
    while (low < high) {
        int middle = low + (high - low) / 2;
        float light = light_of(lut, channel, middle);
        if (light > limit || (at_it && light >= limit))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void watch(watched *w, const zoe_plane *plane, int channel, const zoe_frame *frame,
                  const zoe_display_lut *lut)
{
    const zoe_grade *grade = &lut->grade;
    bool has_range = !frame->is_color && grade->view != ZOE_VIEW_ALPHA;
    w->plane = plane;
    w->over = first_key(lut, channel, 1, false);
    w->under = first_key(lut, channel, 0, true);
    w->low = has_range ? grade->range_min : 0;
    w->factor =
        has_range ? (float)(1.0 / ((double)grade->range_max - (double)grade->range_min)) : 1;
}

/* The planes that are seen. Returns how many. */
static int watch_planes(watched seen[3], const zoe_frame *frame, const zoe_display_lut *lut)
{
    zoe_channel_view view = lut->grade.view;
    int count = 0;
    if (view == ZOE_VIEW_ALPHA) {
        if (frame->alpha_plane >= 0)
            watch(&seen[count++], &frame->planes[frame->alpha_plane], 0, frame, lut);
        return count;
    }
    for (uint32_t i = 0; i < frame->plane_count && count < 3; i++)
        if ((int32_t)i != frame->alpha_plane || frame->plane_count == 1) {
            watch(&seen[count], &frame->planes[i], count, frame, lut);
            count++;
        }
    if (count == 3 && view >= ZOE_VIEW_RED && view <= ZOE_VIEW_BLUE) {
        seen[0] = seen[view - ZOE_VIEW_RED];
        count = 1;
    }
    return count;
}

/* Any other sample as a key: what matters is on which side of the limits it lies. */
static int16_t key_of_value(const watched *w, float value)
{
    if (!(value == value))
        return INT16_MAX;
    if (isinf(value))
        return (int16_t)(value > 0 ? KEY_INFINITY : KEY_MINUS_INFINITY);
    int16_t key = key_of(zoe_float_to_half((value - w->low) * w->factor));
    if (key >= KEY_INFINITY)
        return KEY_INFINITY - 1;
    return key <= KEY_MINUS_INFINITY ? KEY_MINUS_INFINITY + 1 : key;
}

static bool is_plain(const watched *w)
{
    return w->plane->type == ZOE_SAMPLE_HALF && w->low == 0.0f && w->factor == 1.0f;
}

static void load_keys(int16_t *keys, const watched *w, int32_t row, int32_t column, int32_t count)
{
    const zoe_plane *plane = w->plane;
    const char *at = zoe_plane_row(plane, row);
    if (is_plain(w)) {
        const uint16_t *half = (const uint16_t *)(const void *)at + column;
        for (int32_t i = 0; i < count; i++)
            keys[i] = key_of(half[i]);
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        int32_t c = column + i;
        float value = plane->type == ZOE_SAMPLE_HALF
                          ? zoe_half_to_float(((const uint16_t *)(const void *)at)[c])
                      : plane->type == ZOE_SAMPLE_FLOAT
                          ? ((const float *)(const void *)at)[c]
                          : (float)((const uint32_t *)(const void *)at)[c];
        keys[i] = key_of_value(w, value);
    }
}

#if defined(__x86_64__)

/* Eight columns at a time of halves, with what every x86-64 processor has. Returns how many
 * columns. */
static int32_t extremes_of_halves(int16_t *least, int16_t *most, const watched *w, range rows,
                                  int32_t column, int32_t count)
{
    const __m128i magnitude = _mm_set1_epi16(0x7fff);
    int32_t done = 0, last = w->plane->stride ? rows.to : rows.from;
    for (; done + 8 <= count; done += 8) {
        __m128i low = magnitude, high = _mm_set1_epi16(INT16_MIN);
        for (int32_t row = rows.from; row <= last; row++) {
            const char *at = zoe_plane_row(w->plane, row) + (size_t)(column + done) * 2;
            __m128i half = _mm_loadu_si128((const __m128i *)(const void *)at);
            __m128i key = _mm_xor_si128(half, _mm_and_si128(_mm_srai_epi16(half, 15), magnitude));
            low = _mm_min_epi16(low, key);
            high = _mm_max_epi16(high, key);
        }
        _mm_storeu_si128((__m128i *)(void *)(least + done), low);
        _mm_storeu_si128((__m128i *)(void *)(most + done), high);
    }
    return done;
}

#endif

/* The least and the largest key of each column over some rows. */
static void extremes(int16_t *restrict least, int16_t *restrict most, const watched *w, range rows,
                     int32_t column, int32_t count)
{
    int16_t keys[BLOCK];
    int32_t done = 0;
#if defined(__x86_64__)
    if (is_plain(w))
        done = extremes_of_halves(least, most, w, rows, column, count);
#endif
    least += done;
    most += done;
    column += done;
    count -= done;
    if (!count)
        return;
    load_keys(least, w, rows.from, column, count);
    memcpy(most, least, (size_t)count * sizeof *most);
    for (int32_t row = rows.from + 1; row <= rows.to && w->plane->stride; row++) {
        load_keys(keys, w, row, column, count);
        for (int32_t i = 0; i < count; i++) {
            least[i] = keys[i] < least[i] ? keys[i] : least[i];
            most[i] = keys[i] > most[i] ? keys[i] : most[i];
        }
    }
}

static uint32_t marks_of(const watched *w, int least, int most)
{
    uint32_t marks = 0;
    if (most > KEY_INFINITY || least < KEY_MINUS_INFINITY)
        marks |= ZOE_MARK_NAN;
    if (most == KEY_INFINITY || least == KEY_MINUS_INFINITY)
        marks |= ZOE_MARK_INFINITE;
    if (most >= w->over && most < KEY_INFINITY)
        marks |= ZOE_MARK_OVER;
    if (least < w->under && least > KEY_MINUS_INFINITY)
        marks |= ZOE_MARK_UNDER;
    return marks;
}

uint32_t zoe_inspect_mark_color(zoe_mark mark)
{
    switch (mark) {
    case ZOE_MARK_NAN: return 0xffff00ffu;
    case ZOE_MARK_INFINITE: return 0xffffe000u;
    case ZOE_MARK_OVER: return 0xffff2a1fu;
    case ZOE_MARK_UNDER: return 0xff00a8ffu;
    }
    return 0;
}

/* The one that is shown. */
static uint32_t first_of(uint32_t marks)
{
    return marks & (~marks + 1);
}

/* Of a pixel that covers more columns than a block has. */
static uint32_t marks_of_wide(const watched *w, range rows, range columns)
{
    int16_t least[BLOCK], most[BLOCK];
    uint32_t marks = 0;
    for (int32_t column = columns.from; column <= columns.to; column += BLOCK) {
        int32_t count = columns.to - column + 1 < BLOCK ? columns.to - column + 1 : BLOCK;
        extremes(least, most, w, rows, column, count);
        for (int32_t i = 0; i < count; i++)
            marks |= marks_of(w, least[i], most[i]);
    }
    return marks;
}

/* Pixels from `first` on whose columns fit into a block together; at least one. */
static int32_t count_together(const range *columns, int32_t first, int32_t width, range *all)
{
    int32_t i = first;
    *all = columns[first];
    for (; i < width && columns[i].from <= columns[i].to; i++) {
        int32_t from = columns[i].from < all->from ? columns[i].from : all->from;
        int32_t to = columns[i].to > all->to ? columns[i].to : all->to;
        if (to - from >= BLOCK && i > first)
            break;
        *all = (range){from, to};
    }
    return i > first ? i - first : 1;
}

/* The extremes of a block's columns from `base` on, over those of a pixel. */
static inline uint32_t marks_of_pixel(const watched *w, const int16_t *least, const int16_t *most,
                                      range columns, int32_t base)
{
    int low = least[columns.from - base], high = most[columns.from - base];
    for (int32_t c = columns.from + 1 - base; c <= columns.to - base; c++) {
        low = least[c] < low ? least[c] : low;
        high = most[c] > high ? most[c] : high;
    }
    return low >= w->under && high < w->over ? 0 : marks_of(w, low, high);
}

static uint32_t mark_row(uint32_t *out, int32_t width, const range *columns, range rows,
                         const watched *seen, int planes)
{
    int16_t least[BLOCK], most[BLOCK];
    uint32_t marks[BLOCK], found = 0;
    for (int32_t first = 0, count; first < width; first += count) {
        range all;
        count = count_together(columns, first, width, &all);
        count = count > BLOCK ? BLOCK : count;
        if (all.from > all.to)
            continue;
        memset(marks, 0, (size_t)count * sizeof *marks);
        for (int p = 0; p < planes; p++) {
            if (all.to - all.from >= BLOCK) {
                marks[0] |= marks_of_wide(&seen[p], rows, all);
                continue;
            }
            extremes(least, most, &seen[p], rows, all.from, all.to - all.from + 1);
            for (int32_t i = 0; i < count; i++)
                marks[i] |= marks_of_pixel(&seen[p], least, most, columns[first + i], all.from);
        }
        for (int32_t i = 0; i < count; i++) {
            uint32_t mark = first_of(marks[i]);
            out[first + i] = mark ? zoe_inspect_mark_color((zoe_mark)mark) : out[first + i];
            found |= mark;
        }
    }
    return found;
}

zoe_status zoe_inspect_draw_marks(const zoe_frame *frame, const zoe_display_lut *lut,
                                  const zoe_viewport *viewport, int32_t first_row,
                                  int32_t row_count, void *pixels, size_t stride, void *scratch,
                                  uint32_t *found)
{
    if (!lut || !is_drawable(frame, viewport, first_row, row_count, pixels, stride, scratch))
        return ZOE_ERROR_ARGUMENT;
    place x, y;
    watched seen[3];
    range *columns = scratch;
    uint32_t all = 0;
    places_of(frame, viewport, &x, &y);
    int planes = zoe_box_is_empty(&frame->window) ? 0 : watch_planes(seen, frame, lut);
    for (int32_t i = 0; i < viewport->width; i++)
        columns[i] = covered_by(&x, i);
    for (int32_t i = 0; i < row_count && planes; i++) {
        range rows = covered_by(&y, first_row + i);
        uint32_t *out = (uint32_t *)(void *)((char *)pixels + (size_t)i * stride);
        if (rows.from <= rows.to)
            all |= mark_row(out, viewport->width, columns, rows, seen, planes);
    }
    if (found)
        *found |= all;
    return ZOE_OK;
}

/* ---- ids ---- */

/*
 * Hues follow each other by the golden ratio, so that neighbours are far apart, after the bits were
 * mixed (Murmur's finalizer, public domain): ids that come in steps differ as well.
 */
uint32_t zoe_inspect_id_color(uint32_t id)
{
    if (id == 0)
        return 0xff000000u;
    uint32_t mixed = id;
    mixed = (mixed ^ mixed >> 16) * 0x85ebca6bu;
    mixed = (mixed ^ mixed >> 13) * 0xc2b2ae35u;
    mixed ^= mixed >> 16;
    /* Hue in six parts of 256, by the id itself, lightness by the mixed bits. */
    uint32_t hue = id * 0x9e3779b9u >> 16;
    hue = hue * 1536u >> 16;
    uint32_t high = 176 + (mixed & 63), low = 32 + (mixed >> 8 & 63);
    uint32_t part = hue >> 8, rise = low + ((high - low) * (hue & 255) >> 8),
             fall = high + low - rise;
    static const uint8_t order[6][3] = {{0, 2, 1}, {3, 0, 1}, {1, 0, 2},
                                        {1, 3, 0}, {2, 1, 0}, {0, 1, 3}};
    const uint32_t levels[4] = {high, low, rise, fall};
    const uint8_t *o = order[part];
    return 0xff000000u | levels[o[0]] << 16 | levels[o[1]] << 8 | levels[o[2]];
}

static uint32_t id_at(const zoe_plane *plane, int32_t row, int32_t column)
{
    const char *at = zoe_plane_row(plane, row);
    if (plane->type == ZOE_SAMPLE_HALF) {
        float value = zoe_half_to_float(((const uint16_t *)(const void *)at)[column]);
        return value > 0 && value <= 65504.0f ? (uint32_t)value : 0;
    }
    uint32_t bits;
    memcpy(&bits, at + (size_t)column * sizeof bits, sizeof bits);
    return bits;
}

zoe_status zoe_inspect_draw_ids(const zoe_frame *frame, const zoe_viewport *viewport,
                                int32_t first_row, int32_t row_count, void *pixels, size_t stride,
                                void *scratch)
{
    if (!is_drawable(frame, viewport, first_row, row_count, pixels, stride, scratch))
        return ZOE_ERROR_ARGUMENT;
    enum { OUTSIDE = -2 };
    const zoe_plane *plane = &frame->planes[0];
    int32_t *columns = scratch;
    place x, y;
    bool is_inside;
    places_of(frame, viewport, &x, &y);
    for (int32_t i = 0; i < viewport->width; i++) {
        columns[i] = nearest_to(&x, i, &is_inside);
        columns[i] = is_inside ? columns[i] : OUTSIDE;
    }
    for (int32_t i = 0; i < row_count; i++) {
        uint32_t *out = (uint32_t *)(void *)((char *)pixels + (size_t)i * stride);
        int32_t row = nearest_to(&y, first_row + i, &is_inside);
        uint32_t last = 0, color = zoe_inspect_id_color(0);
        for (int32_t k = 0; k < viewport->width; k++) {
            if (!is_inside || columns[k] == OUTSIDE) {
                out[k] = viewport->outside;
                continue;
            }
            uint32_t id = row < 0 || columns[k] < 0 ? 0 : id_at(plane, row, columns[k]);
            if (id != last) {
                last = id;
                color = zoe_inspect_id_color(id);
            }
            out[k] = color;
        }
    }
    return ZOE_OK;
}
