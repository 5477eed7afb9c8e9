#include <zoetrope/display.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/box.h"
#include "display/pixel.h"
#include "display/scale.h"

/*
 * A row of the destination is made in one of two ways:
 *
 *   direct    neither axis averages, the planes are halves and no channel depends on another:
 *             source rows go through the table of bytes as they are.
 *   general   zoe_scale_rows -> zoe_scale_columns -> (zoe_pixel_enter) -> (zoe_pixel_mix) ->
 *             (zoe_pixel_table) -> table of bytes.
 *
 * When the x axis does not average, both make the pixels of the visible source columns, and these
 * are then repeated as the magnification asks.
 *
 * This is done for what shows samples only. The rest of the frame's picture is 0 by definition and
 * has one colour, which is worked out once:
 *
 *     viewport  +-----------------------------+ outside
 *               |   +---------------------+   |
 *               |   | picture   +-----+   |   | zero
 *               |   |           | win |   |   | samples
 *               |   |           +-----+   |   |
 *               |   +---------------------+   |
 *               +-----------------------------+
 *
 * A destination pixel across the window's border averages samples and zeros; the zeros are left out
 * of its sum and stay in its weight. That changes nothing but the sign of a zero, which no table
 * tells apart.
 *
 * Columns are taken in groups of destination pixels whose source columns fit in ROOM, so that the
 * scratch does not depend on the frame's width.
 */
enum { ROOM = 8192 }; /* source columns */

/* One direction: the picture, and what of it the planes cover. */
typedef struct direction {
    zoe_axis axis;      /* over the picture */
    int32_t begin, end; /* pixels of the picture that have samples; begin == end: none */
    int32_t shift;      /* from such a pixel to the planes' row or column */
} direction;

typedef struct drawing {
    const zoe_display_lut *lut;
    direction x, y;
    int32_t begin, end;      /* destination pixels of a row that show samples; begin == end: none */
    int32_t group;           /* destination pixels that are worked out together */
    int32_t room;            /* columns that there is scratch for; not less than group */
    zoe_scale_source source; /* planes[0] alone, or red, green, blue */
    bool single;             /* planes[0] alone */
    bool opaque;             /* alpha is shown of a frame that has none: white */
    bool direct;
    bool repeats; /* x does not average, and is not 1:1 either */
    bool enters;  /* colours are decoded and go through the matrix first */
    bool tabled;  /* there is a cube or a process */
    float low, factor;
    uint32_t outside, zero;
    /* In scratch: */
    zoe_tap *taps;    /* for destination pixels begin..end-1; from their group's first column on */
    float *averaged;  /* room x ZOE_SCALE_LANES: columns, and then the light of a group */
    uint16_t *lanes;  /* room x ZOE_SCALE_LANES: of a group's pixels, or of its columns */
    uint32_t *colors; /* room: of a group's columns */
} drawing;

/* ---- what is drawn ---- */

/* The planes other than alpha, or alpha when there is nothing else. Returns how many. */
static uint32_t color_planes(const zoe_frame *frame, const zoe_plane *planes[3])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < frame->plane_count && count < 3; i++)
        if ((int32_t)i != frame->alpha_plane)
            planes[count++] = &frame->planes[i];
    if (count == 0)
        planes[count++] = &frame->planes[0];
    return count;
}

static void choose_planes(drawing *d, const zoe_frame *frame)
{
    const zoe_plane *planes[3] = {NULL, NULL, NULL};
    uint32_t count = color_planes(frame, planes);
    zoe_channel_view view = d->lut->grade.view;
    bool is_channel = view >= ZOE_VIEW_RED && view <= ZOE_VIEW_BLUE;
    memset(&d->source, 0, sizeof d->source);
    d->single = true;
    if (view == ZOE_VIEW_ALPHA) {
        d->opaque = frame->alpha_plane < 0;
        if (!d->opaque)
            d->source.planes[0] = &frame->planes[frame->alpha_plane];
    } else if (count == 1) {
        d->source.planes[0] = planes[0]; /* every view of a single channel is that channel */
    } else if (is_channel && d->lut->separable) {
        d->source.planes[0] = planes[view - ZOE_VIEW_RED];
    } else {
        memcpy(d->source.planes, planes, sizeof planes);
        d->single = false;
    }
    const zoe_color *color = &d->lut->color;
    d->enters = !d->single && (color->decode || color->has_matrix);
    d->tabled = view != ZOE_VIEW_ALPHA && (color->cube || color->process);
}

static void choose_range(drawing *d, const zoe_frame *frame)
{
    const zoe_grade *grade = &d->lut->grade;
    d->low = 0;
    d->factor = 1;
    if (!frame->is_color && grade->view != ZOE_VIEW_ALPHA) {
        d->low = grade->range_min;
        d->factor = (float)(1.0 / ((double)grade->range_max - (double)grade->range_min));
    }
}

static bool can_be_direct(const drawing *d)
{
    if (d->x.axis.averages || d->y.axis.averages || !d->lut->separable || d->low != 0.0f ||
        d->factor != 1.0f)
        return false;
    for (int i = 0; i < (d->single ? 1 : 3); i++)
        if (!d->source.planes[i] || d->source.planes[i]->type != ZOE_SAMPLE_HALF)
            return false;
    return true;
}

/* ---- where it goes ---- */

static bool viewport_is_valid(const zoe_viewport *v)
{
    enum { LONGEST = 32768 };
    return isfinite(v->origin_x) && isfinite(v->origin_y) && isfinite(v->step_x) &&
           isfinite(v->step_y) && v->step_x > 0 && v->step_y > 0 && v->width >= 1 &&
           v->width <= LONGEST && v->height >= 1 && v->height <= LONGEST;
}

static bool box_is_too_large(const zoe_box *box)
{
    return zoe_box_width(box) > INT32_MAX || zoe_box_height(box) > INT32_MAX;
}

static bool frame_is_valid(const zoe_frame *frame)
{
    if (frame->plane_count < 1 || frame->plane_count > ZOE_PLANES_MAX ||
        frame->alpha_plane >= (int32_t)frame->plane_count || box_is_too_large(&frame->window) ||
        box_is_too_large(&frame->picture))
        return false;
    bool empty = zoe_box_is_empty(&frame->window);
    for (uint32_t i = 0; i < frame->plane_count && !empty; i++)
        if (!frame->planes[i].data)
            return false;
    return true;
}

/* The rows or columns of the planes that destination pixel i shows; false: none. */
static bool tap_of(const direction *along, int32_t i, zoe_tap *tap)
{
    *tap = zoe_axis_tap(&along->axis, i);
    if (!zoe_tap_clip(tap, along->begin, along->end))
        return false;
    tap->first += along->shift;
    return true;
}

/* Picture and planes have low..high of their own each. */
static void make_direction(direction *along, int32_t picture_low, int32_t picture_high, int32_t low,
                           int32_t high, double origin, double step, int32_t length)
{
    int64_t size = (int64_t)picture_high - picture_low + 1;
    int64_t begin = (int64_t)low - picture_low, end = (int64_t)high - picture_low + 1;
    size = size > 0 ? size : 0;
    zoe_axis_make(&along->axis, origin - picture_low, step, (int32_t)size, length);
    int64_t first = begin > 0 ? begin : 0, last = end < size ? end : size;
    along->begin = along->end = along->shift = 0;
    if (first >= last)
        return;
    along->begin = (int32_t)first;
    along->end = (int32_t)last;
    along->shift = (int32_t)-begin;
}

/* A box that is empty in one direction has no pixels in the other either. */
static void make_directions(drawing *d, const zoe_frame *frame, const zoe_viewport *v)
{
    static const zoe_box nothing = {0, 0, -1, -1};
    zoe_box p = zoe_box_is_empty(&frame->picture) ? nothing : frame->picture;
    zoe_box w = zoe_box_is_empty(&frame->window) ? nothing : frame->window;
    make_direction(&d->x, p.min_x, p.max_x, w.min_x, w.max_x, v->origin_x, v->step_x, v->width);
    make_direction(&d->y, p.min_y, p.max_y, w.min_y, w.max_y, v->origin_y, v->step_y, v->height);
    zoe_tap tap;
    d->begin = d->x.axis.begin;
    d->end = d->x.axis.end;
    while (d->begin < d->end && !tap_of(&d->x, d->begin, &tap))
        d->begin++;
    while (d->end > d->begin && !tap_of(&d->x, d->end - 1, &tap))
        d->end--;
}

/* A group's columns are at most its pixels x step, and two more that are seen in part. */
static void choose_group(drawing *d)
{
    d->group = d->room = 0;
    if (d->begin == d->end)
        return;
    double step = d->x.axis.step > 1 ? d->x.axis.step : 1;
    d->group = (int32_t)((ROOM - 2) / step);
    if (d->group < 1)
        d->group = 1;
    /* Groups of equal size: a small last one would cost more than its columns. */
    int32_t groups = (d->end - d->begin + d->group - 1) / d->group;
    d->group = (d->end - d->begin + groups - 1) / groups;
    zoe_tap first, last;
    (void)tap_of(&d->x, d->begin, &first);
    (void)tap_of(&d->x, d->end - 1, &last);
    int64_t columns = (int64_t)last.first + zoe_tap_length(&last) - first.first;
    int64_t pixels = d->end - d->begin, most = columns > pixels ? columns : pixels;
    d->room = most < ROOM ? (int32_t)most : ROOM;
}

/* ---- scratch ---- */

static size_t rounded(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

/* Lays out the scratch; with NULL only its size. */
static size_t lay_out(drawing *d, char *scratch)
{
    size_t pixels = (size_t)(d->end - d->begin), room = (size_t)d->room;
    size_t taps = rounded(pixels * sizeof *d->taps);
    size_t averaged = rounded(room * ZOE_SCALE_LANES * sizeof *d->averaged);
    size_t lanes = rounded(room * ZOE_SCALE_LANES * sizeof *d->lanes);
    if (scratch) {
        d->taps = (zoe_tap *)(void *)scratch;
        d->averaged = (float *)(void *)(scratch + taps);
        d->lanes = (uint16_t *)(void *)(scratch + taps + averaged);
        d->colors = (uint32_t *)(void *)(scratch + taps + averaged + lanes);
    }
    return taps + averaged + lanes + rounded(room * sizeof *d->colors);
}

size_t zoe_display_scratch_bytes(const zoe_frame *frame, const zoe_viewport *viewport)
{
    if (!frame_is_valid(frame) || !viewport_is_valid(viewport))
        return 0;
    drawing d;
    make_directions(&d, frame, viewport);
    choose_group(&d);
    return lay_out(&d, NULL);
}

static void make_taps(drawing *d)
{
    bool one_to_one = true;
    int32_t base = 0;
    for (int32_t i = 0; i < d->end - d->begin; i++) {
        zoe_tap *tap = &d->taps[i];
        (void)tap_of(&d->x, d->begin + i, tap);
        if (i % d->group == 0)
            base = tap->first;
        tap->first -= base;
        one_to_one = one_to_one && tap->first == i % d->group;
    }
    d->repeats = !d->x.axis.averages && !one_to_one;
}

/* ---- rows ---- */

static const uint16_t *halves_of(const drawing *d, int plane, int32_t row, int32_t column)
{
    const zoe_plane *p = d->source.planes[plane];
    return (const uint16_t *)((const void *)((const char *)p->data + (size_t)row * p->stride)) +
           column;
}

static void draw_direct(const drawing *d, uint32_t *out, int32_t row, int32_t column, size_t count)
{
    if (d->single)
        zoe_pixel_from_plane(out, halves_of(d, 0, row, column), count, d->lut);
    else
        zoe_pixel_from_planes(out, halves_of(d, 0, row, column), halves_of(d, 1, row, column),
                              halves_of(d, 2, row, column), count, d->lut);
}

/* Scaled halves to pixels; `light` is scratch for as many. */
static void draw_lanes(const drawing *d, uint32_t *out, uint16_t *lanes, float *light, size_t count)
{
    const zoe_display_lut *lut = d->lut;
    zoe_channel_view view = lut->grade.view;
    bool is_alone = d->single && !lut->is_spread;
    bool is_grey = is_alone || (view != ZOE_VIEW_COLOR && view != ZOE_VIEW_ALPHA);
    if (d->single && lut->is_spread)
        zoe_pixel_spread(lanes, count);
    if (d->enters)
        zoe_pixel_enter(lanes, light, count, lut);
    if (lut->mixes && is_alone)
        zoe_pixel_light(lanes, light, count, lut);
    else if (lut->mixes)
        zoe_pixel_mix(lanes, light, count, lut);
    if (d->tabled) {
        if (is_grey)
            zoe_pixel_spread(lanes, count);
        zoe_pixel_table(lanes, light, count, lut);
    }
    zoe_pixel_from_lanes(out, lanes, count, is_grey && !d->tabled, lut);
}

static uint32_t color_of_zero(const drawing *d)
{
    if (d->opaque)
        return 0xffffffffu;
    _Alignas(32) float light[ZOE_SCALE_LANES] = {0};
    uint16_t lanes[ZOE_SCALE_LANES];
    uint32_t color;
    zoe_scale_columns(lanes, light, NULL, 1, d->low, d->factor);
    draw_lanes(d, &color, lanes, light, 1);
    return color;
}

/* `count` destination pixels from begin + first on: a group, or what is left for the last. */
static void draw_group(const drawing *d, uint32_t *out, const zoe_tap *rows, int32_t first,
                       int32_t count)
{
    const zoe_tap *taps = d->taps + first, *last = &taps[count - 1];
    bool averages = d->x.axis.averages;
    int32_t columns = last->first + zoe_tap_length(last);
    zoe_tap head;
    (void)tap_of(&d->x, d->begin + first, &head);
    uint32_t *to = d->repeats ? d->colors : out;
    if (d->direct) {
        draw_direct(d, to, rows->first, head.first, (size_t)columns);
    } else {
        int32_t made = averages ? count : columns;
        if (columns > d->room) {
            zoe_scale_wide(d->lanes, &d->source, rows, &head, d->averaged, d->room, d->low,
                           d->factor);
        } else {
            zoe_scale_rows(d->averaged, &d->source, rows, head.first, columns);
            zoe_scale_columns(d->lanes, d->averaged, averages ? taps : NULL, made, d->low,
                              d->factor);
        }
        draw_lanes(d, to, d->lanes, d->averaged, (size_t)made);
    }
    if (!d->repeats)
        return;
    for (int32_t i = 0; i < count; i++)
        out[i] = to[taps[i].first];
}

static void fill(uint32_t *out, int32_t from, int32_t to, uint32_t color)
{
    enum { SEED = 256 };
    int32_t i = from;
    for (; i < to && i - from < SEED; i++)
        out[i] = color;
    for (; i < to; i += SEED)
        memcpy(out + i, out + from, sizeof *out * (size_t)(to - i < SEED ? to - i : SEED));
}

static void draw_rows(const drawing *d, const zoe_viewport *viewport, int32_t first_row,
                      int32_t row_count, char *pixels, size_t stride)
{
    const zoe_axis *x = &d->x.axis, *y = &d->y.axis;
    int32_t last_source = -1, count = d->end - d->begin;
    for (int32_t i = 0; i < row_count; i++) {
        int32_t row = first_row + i;
        uint32_t *out = (uint32_t *)(void *)(pixels + (size_t)i * stride);
        if (row < y->begin || row >= y->end) {
            fill(out, 0, viewport->width, d->outside);
            continue;
        }
        zoe_tap rows;
        bool is_seen = count > 0 && tap_of(&d->y, row, &rows);
        if (is_seen && !y->averages && rows.first == last_source) {
            memcpy(out, pixels + (size_t)(i - 1) * stride, (size_t)viewport->width * 4);
            continue;
        }
        last_source = is_seen ? rows.first : -1;
        fill(out, 0, x->begin, d->outside);
        fill(out, x->begin, is_seen ? d->begin : x->end, d->zero);
        for (int32_t done = 0; done < count && is_seen; done += d->group)
            draw_group(d, out + d->begin + done, &rows, done,
                       count - done < d->group ? count - done : d->group);
        if (is_seen)
            fill(out, d->end, x->end, d->zero);
        fill(out, x->end, viewport->width, d->outside);
    }
}

zoe_status zoe_display_draw(const zoe_frame *frame, const zoe_display_lut *lut,
                            const zoe_viewport *viewport, int32_t first_row, int32_t row_count,
                            void *pixels, size_t stride, void *scratch)
{
    if (!frame || !lut || !viewport || !frame_is_valid(frame) || !viewport_is_valid(viewport))
        return ZOE_ERROR_ARGUMENT;
    if (first_row < 0 || row_count < 0 || first_row > viewport->height - row_count)
        return ZOE_ERROR_ARGUMENT;
    if (row_count == 0)
        return ZOE_OK;
    if (!pixels || (uintptr_t)pixels % 4 != 0 || stride % 4 != 0 ||
        stride / 4 < (size_t)viewport->width)
        return ZOE_ERROR_ARGUMENT;
    drawing d;
    memset(&d, 0, sizeof d);
    d.lut = lut;
    d.outside = viewport->outside;
    make_directions(&d, frame, viewport);
    choose_group(&d);
    if (lay_out(&d, scratch) > 0 && (!scratch || (uintptr_t)scratch % 64 != 0))
        return ZOE_ERROR_ARGUMENT;
    choose_planes(&d, frame);
    choose_range(&d, frame);
    d.direct = can_be_direct(&d);
    d.zero = color_of_zero(&d);
    if (d.opaque)
        d.end = d.begin; /* samples do not matter: the picture is of one colour */
    make_taps(&d);
    draw_rows(&d, viewport, first_row, row_count, pixels, stride);
    return ZOE_OK;
}

int32_t zoe_display_sample(const zoe_frame *frame, int32_t x, int32_t y,
                           float values[ZOE_PLANES_MAX])
{
    double exact[ZOE_PLANES_MAX];
    int32_t count = zoe_display_sample_exact(frame, x, y, exact);
    for (int32_t i = 0; i < count; i++)
        values[i] = (float)exact[i];
    return count;
}
