#include <zoetrope/display.h>

#include <stdbool.h>
#include <string.h>

#include "base/box.h"
#include "display/codes.h"
#include "display/cubic.h"
#include "display/drawable.h"
#include "display/lanes.h"
#include "display/pixel.h"
#include "display/scale.h"

/*
 * A row of the destination is made in one of two ways:
 *
 *   direct    both axes take the nearest sample, the planes are halves and no channel depends on
 *             another, or only a cube with codes makes it: source rows go through the table of
 *             bytes or that cube as they are.
 *   general   zoe_scale_rows -> zoe_scale_columns -> (zoe_pixel_enter) -> (zoe_pixel_mix) ->
 *             (zoe_pixel_table) -> table of bytes, with the functions of cubic.h in place of the
 *             first or the second where the axis is cubic, and zoe_codes_draw in place of the last
 *             two where there are codes.
 *
 * When the x axis takes the nearest sample, both make the pixels of the visible source columns, and
 * these are then repeated as the magnification asks.
 *
 * A mirrored viewport is drawn as its mirror image would be: rows from the last to the first, and
 * the pixels of each row are put into the other order when it is done.
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
 * Columns are taken in groups of destination pixels whose source columns fit in COLUMNS_MAX, so
 * that the scratch does not depend on the frame's width.
 */
enum {
    COLUMNS_MAX = 8192, /* source columns */
    BESIDE = 8,         /* of these for what a group needs beside its own: a cubic's neighbours */
};

/* One direction: the picture, and what of it the planes cover. */
typedef struct direction {
    zoe_axis axis;      /* over the picture */
    int32_t begin, end; /* pixels of the picture that have samples; begin == end: none */
    int32_t shift;      /* from such a pixel to the planes' row or column */
    bool is_mirrored;
} direction;

/* The rows of the planes that a row of the destination shows. */
typedef struct sources {
    zoe_tap tap; /* of an axis that is not cubic */
    int32_t rows[ZOE_CUBIC_TAPS];
    float weight[ZOE_CUBIC_TAPS];
} sources;

typedef struct drawing {
    const zoe_display_lut *lut;
    direction x, y;
    int32_t begin, end;      /* destination pixels of a row that show samples; begin == end: none */
    int32_t group;           /* destination pixels that are worked out together */
    int32_t columns;         /* columns that there is scratch for; not less than group */
    zoe_scale_source source; /* planes[0] alone, or red, green, blue */
    bool single;             /* planes[0] alone */
    bool opaque;             /* alpha is shown of a frame that has none: white */
    bool direct;
    bool repeats; /* x takes the nearest sample, and is not 1:1 either */
    bool enters;  /* colours are decoded and go through the matrix first */
    bool tabled;  /* there is a cube or a process */
    bool coded;   /* there is a cube with codes */
    float low, factor;
    uint32_t outside, zero;
    /* In scratch: */
    /* For destination pixels begin..end-1, from their group's first column on; one of the two: */
    zoe_tap *taps;
    zoe_cubic *cubics;
    float *averaged;  /* columns x ZOE_SCALE_LANES: columns, and then the light of a group */
    uint16_t *lanes;  /* columns x ZOE_SCALE_LANES: of a group's pixels, or of its columns */
    uint32_t *colors; /* columns: of a group's columns */
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
    d->coded = d->tabled && color->cube && color->cube->codes;
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
    const zoe_axis *x = &d->x.axis, *y = &d->y.axis;
    const zoe_display_lut *lut = d->lut;
    if (x->averages || x->is_cubic || y->averages || y->is_cubic || d->low != 0.0f ||
        d->factor != 1.0f)
        return false;
    if (!lut->separable && (!d->coded || d->enters || lut->mixes))
        return false;
    for (int i = 0; i < (d->single ? 1 : 3); i++)
        if (!d->source.planes[i] || d->source.planes[i]->type != ZOE_SAMPLE_HALF)
            return false;
    return true;
}

/* ---- where it goes ---- */

/* The rows or columns of the planes that destination pixel i shows; false: none. Not of a cubic. */
static bool tap_of(const direction *along, int32_t i, zoe_tap *tap)
{
    *tap = zoe_axis_tap(&along->axis, i);
    if (!zoe_tap_clip(tap, along->begin, along->end))
        return false;
    tap->first += along->shift;
    return true;
}

static int32_t lesser(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t greater(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* The first and the last row or column of the planes that destination pixel i shows; false:
 * none. */
static bool reach_of(const direction *along, int32_t i, int32_t *first, int32_t *last)
{
    if (!along->axis.is_cubic) {
        zoe_tap tap;
        if (!tap_of(along, i, &tap))
            return false;
        *first = tap.first;
        *last = tap.first + zoe_tap_length(&tap) - 1;
        return true;
    }
    zoe_cubic cubic = zoe_axis_cubic(&along->axis, i);
    *first = greater(cubic.first, along->begin) + along->shift;
    *last = lesser(cubic.first, along->end - ZOE_CUBIC_TAPS) + (ZOE_CUBIC_TAPS - 1) + along->shift;
    return *first <= *last;
}

/* The rows that destination row i shows; false: none that has samples. */
static bool sources_of(const direction *along, int32_t i, sources *from)
{
    if (!along->axis.is_cubic)
        return tap_of(along, i, &from->tap);
    zoe_cubic cubic = zoe_axis_cubic(&along->axis, i);
    bool any = false;
    memcpy(from->weight, cubic.weight, sizeof from->weight);
    for (int k = 0; k < ZOE_CUBIC_TAPS; k++) {
        int32_t row = greater(lesser(cubic.first, along->axis.size - 1 - k) + k, 0);
        bool has_samples = row >= along->begin && row < along->end;
        from->rows[k] = has_samples ? row + along->shift : ZOE_CUBIC_ZERO;
        any |= has_samples;
    }
    return any;
}

/* Picture and planes have low..high of their own each. */
static void make_direction(direction *along, int32_t picture_low, int32_t picture_high, int32_t low,
                           int32_t high, double origin, double step, int32_t length)
{
    int64_t size = (int64_t)picture_high - picture_low + 1;
    int64_t begin = (int64_t)low - picture_low, end = (int64_t)high - picture_low + 1;
    size = size > 0 ? size : 0;
    along->is_mirrored = step < 0;
    if (along->is_mirrored) {
        origin += length * step;
        step = -step;
    }
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
    if (v->filter == ZOE_FILTER_NEAREST)
        d->x.axis.is_cubic = d->y.axis.is_cubic = false;
    /* Where one pixel's columns do not fit in the scratch they are summed up row by row. */
    if (d->x.axis.step > COLUMNS_MAX - BESIDE)
        d->y.axis.is_cubic = false;
    int32_t first, last;
    d->begin = d->x.axis.begin;
    d->end = d->x.axis.end;
    while (d->begin < d->end && !reach_of(&d->x, d->begin, &first, &last))
        d->begin++;
    while (d->end > d->begin && !reach_of(&d->x, d->end - 1, &first, &last))
        d->end--;
}

/* A group's columns are at most its pixels x step, and a few that are seen in part or beside it. */
static void choose_group(drawing *d)
{
    d->group = d->columns = 0;
    if (d->begin == d->end)
        return;
    double step = d->x.axis.step > 1 ? d->x.axis.step : 1;
    d->group = (int32_t)((COLUMNS_MAX - BESIDE) / step);
    if (d->group < 1)
        d->group = 1;
    /* Groups of equal size: a small last one would cost more than its columns. */
    int32_t groups = (d->end - d->begin + d->group - 1) / d->group;
    d->group = (d->end - d->begin + groups - 1) / groups;
    int32_t first = 0, last = 0, unused;
    (void)reach_of(&d->x, d->begin, &first, &unused);
    (void)reach_of(&d->x, d->end - 1, &unused, &last);
    int64_t columns = (int64_t)last - first + 1 + BESIDE;
    int64_t pixels = d->end - d->begin, most = columns > pixels ? columns : pixels;
    d->columns = most < COLUMNS_MAX ? (int32_t)most : COLUMNS_MAX;
}

/* ---- scratch ---- */

static size_t rounded(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

/* Lays out the scratch; with NULL only its size. */
static size_t lay_out(drawing *d, char *scratch)
{
    size_t pixels = (size_t)(d->end - d->begin), columns = (size_t)d->columns;
    size_t each = d->x.axis.is_cubic ? sizeof *d->cubics : sizeof *d->taps;
    size_t taps = rounded(pixels * each);
    size_t averaged = rounded(columns * ZOE_SCALE_LANES * sizeof *d->averaged);
    size_t lanes = rounded(columns * ZOE_SCALE_LANES * sizeof *d->lanes);
    if (scratch) {
        d->taps = (zoe_tap *)(void *)scratch;
        d->cubics = (zoe_cubic *)(void *)scratch;
        d->averaged = (float *)(void *)(scratch + taps);
        d->lanes = (uint16_t *)(void *)(scratch + taps + averaged);
        d->colors = (uint32_t *)(void *)(scratch + taps + averaged + lanes);
    }
    return taps + averaged + lanes + rounded(columns * sizeof *d->colors);
}

size_t zoe_display_scratch_bytes(const zoe_frame *frame, const zoe_viewport *viewport)
{
    if (!zoe_frame_is_drawable(frame) || !zoe_viewport_is_drawable(viewport))
        return 0;
    drawing d;
    make_directions(&d, frame, viewport);
    choose_group(&d);
    return lay_out(&d, NULL);
}

/*
 * Of a group of a cubic axis: columns from..to of the planes have samples, of which the first
 * stands at column `at` of the scratch, so that what lies before it finds room there. `at` is even:
 * the loops write to whole 32 bytes.
 */
typedef struct span {
    int32_t from, to; /* columns of the planes */
    int32_t at;       /* of the scratch */
    int32_t origin;   /* column 0 of the scratch, as a pixel of the picture */
    int32_t columns;  /* of the scratch */
} span;

static span span_of(const drawing *d, int32_t first, int32_t count)
{
    const direction *x = &d->x;
    span s;
    int32_t unused;
    int32_t left = zoe_axis_cubic(&x->axis, d->begin + first).first;
    int64_t right =
        (int64_t)zoe_axis_cubic(&x->axis, d->begin + first + count - 1).first + ZOE_CUBIC_TAPS;
    (void)reach_of(x, d->begin + first, &s.from, &unused);
    (void)reach_of(x, d->begin + first + count - 1, &unused, &s.to);
    s.at = s.from - x->shift - left;
    s.at += s.at % 2;
    s.origin = s.from - x->shift - s.at;
    s.columns = (int32_t)(right - s.origin);
    return s;
}

static void make_cubics(drawing *d)
{
    int32_t count = d->end - d->begin;
    for (int32_t first = 0; first < count; first += d->group) {
        int32_t pixels = lesser(count - first, d->group);
        span s = span_of(d, first, pixels);
        for (int32_t i = first; i < first + pixels; i++) {
            d->cubics[i] = zoe_axis_cubic(&d->x.axis, d->begin + i);
            d->cubics[i].first -= s.origin;
        }
    }
}

static void make_taps(drawing *d)
{
    bool one_to_one = true;
    int32_t base = 0;
    if (d->x.axis.is_cubic) {
        make_cubics(d);
        return;
    }
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
    const uint16_t *red = halves_of(d, 0, row, column);
    const uint16_t *green = d->single ? red : halves_of(d, 1, row, column);
    const uint16_t *blue = d->single ? red : halves_of(d, 2, row, column);
    if (d->coded)
        zoe_codes_draw(out, (zoe_codes_source){red, green, blue, 1, NULL}, count, d->lut);
    else if (d->single)
        zoe_pixel_from_plane(out, red, count, d->lut);
    else
        zoe_pixel_from_planes(out, red, green, blue, count, d->lut);
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
        if (d->coded) {
            const bool is_rounded = d->enters && !lut->mixes;
            const zoe_codes_source all = {lanes, lanes + 1, lanes + 2, ZOE_SCALE_LANES,
                                          is_rounded ? light : NULL};
            zoe_codes_draw(out, all, count, lut);
            return;
        }
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

/* The rows' light, for columns of the planes. */
static void make_rows(const drawing *d, float *out, const sources *from, int32_t column,
                      int32_t columns)
{
    if (d->y.axis.is_cubic)
        zoe_cubic_rows(out, &d->source, from->rows, from->weight, column, columns);
    else
        zoe_scale_rows(out, &d->source, &from->tap, column, columns);
}

/* The picture's first and last column go on beyond its edges; what has no samples is 0. */
static void fill_beside(const drawing *d, const span *s)
{
    const direction *x = &d->x;
    size_t bytes = ZOE_SCALE_LANES * sizeof *d->averaged;
    int32_t end = s->at + s->to - s->from + 1;
    for (int32_t i = 0; i < s->columns; i++) {
        int64_t pixel = (int64_t)s->origin + i;
        float *column = d->averaged + (size_t)i * ZOE_SCALE_LANES;
        if (i == s->at)
            i = end - 1;
        else if (pixel < 0 && x->begin == 0)
            memcpy(column, d->averaged + (size_t)s->at * ZOE_SCALE_LANES, bytes);
        else if (pixel >= x->axis.size && x->end == x->axis.size)
            memcpy(column, d->averaged + (size_t)(end - 1) * ZOE_SCALE_LANES, bytes);
        else
            memset(column, 0, bytes);
    }
}

static void make_cubic(const drawing *d, const sources *from, int32_t first, int32_t count)
{
    span s = span_of(d, first, count);
    make_rows(d, d->averaged + (size_t)s.at * ZOE_SCALE_LANES, from, s.from, s.to - s.from + 1);
    fill_beside(d, &s);
    zoe_cubic_columns(d->lanes, d->averaged, d->cubics + first, count, d->low, d->factor);
}

/* `count` destination pixels from begin + first on: a group, or what is left for the last. Makes
 * d->lanes: one for each pixel, or for each column where they are repeated. Returns how many. */
static int32_t make_group(const drawing *d, const sources *from, int32_t first, int32_t count)
{
    if (d->x.axis.is_cubic) {
        make_cubic(d, from, first, count);
        return count;
    }
    const zoe_tap *taps = d->taps + first, *last = &taps[count - 1];
    bool averages = d->x.axis.averages;
    int32_t columns = last->first + zoe_tap_length(last), made = averages ? count : columns;
    zoe_tap head;
    (void)tap_of(&d->x, d->begin + first, &head);
    if (columns > d->columns && !d->y.axis.is_cubic) {
        zoe_scale_wide(d->lanes, &d->source, &from->tap, &head, d->averaged, d->columns, d->low,
                       d->factor);
    } else {
        make_rows(d, d->averaged, from, head.first, columns);
        zoe_scale_columns(d->lanes, d->averaged, averages ? taps : NULL, made, d->low, d->factor);
    }
    return made;
}

static void draw_group(const drawing *d, uint32_t *out, const sources *from, int32_t first,
                       int32_t count)
{
    uint32_t *to = d->repeats ? d->colors : out;
    if (d->direct) {
        const zoe_tap *last = &d->taps[first + count - 1];
        zoe_tap head;
        (void)tap_of(&d->x, d->begin + first, &head);
        draw_direct(d, to, from->tap.first, head.first,
                    (size_t)(last->first + zoe_tap_length(last)));
    } else {
        int32_t made = make_group(d, from, first, count);
        draw_lanes(d, to, d->lanes, d->averaged, (size_t)made);
    }
    if (!d->repeats)
        return;
    const zoe_tap *taps = d->taps + first;
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

static void reverse(uint32_t *pixels, int32_t count)
{
    for (int32_t i = 0, k = count - 1; i < k; i++, k--) {
        uint32_t kept = pixels[i];
        pixels[i] = pixels[k];
        pixels[k] = kept;
    }
}

/* A row that the picture has; from NULL: no samples of it. */
static void draw_row(const drawing *d, uint32_t *out, int32_t width, const sources *from)
{
    const zoe_axis *x = &d->x.axis;
    int32_t count = from ? d->end - d->begin : 0;
    fill(out, 0, x->begin, d->outside);
    fill(out, x->begin, count > 0 ? d->begin : x->end, d->zero);
    for (int32_t done = 0; done < count; done += d->group)
        draw_group(d, out + d->begin + done, from, done, lesser(count - done, d->group));
    if (count > 0)
        fill(out, d->end, x->end, d->zero);
    fill(out, x->end, width, d->outside);
}

static void draw_rows(const drawing *d, const zoe_viewport *viewport, int32_t first_row,
                      int32_t row_count, char *pixels, size_t stride)
{
    const zoe_axis *y = &d->y.axis;
    bool repeats = !y->averages && !y->is_cubic;
    int32_t last_source = -1;
    for (int32_t i = 0; i < row_count; i++) {
        int32_t row = d->y.is_mirrored ? viewport->height - 1 - first_row - i : first_row + i;
        uint32_t *out = (uint32_t *)(void *)(pixels + (size_t)i * stride);
        if (row < y->begin || row >= y->end) {
            fill(out, 0, viewport->width, d->outside);
            continue;
        }
        sources from;
        bool is_seen = d->begin < d->end && sources_of(&d->y, row, &from);
        if (is_seen && repeats && from.tap.first == last_source) {
            memcpy(out, pixels + (size_t)(i - 1) * stride, (size_t)viewport->width * 4);
            continue;
        }
        last_source = is_seen && repeats ? from.tap.first : -1;
        draw_row(d, out, viewport->width, is_seen ? &from : NULL);
        if (d->x.is_mirrored)
            reverse(out, viewport->width);
    }
}

zoe_status zoe_display_draw(const zoe_frame *frame, const zoe_display_lut *lut,
                            const zoe_viewport *viewport, int32_t first_row, int32_t row_count,
                            void *pixels, size_t stride, void *scratch)
{
    if (!frame || !lut || !viewport || !zoe_frame_is_drawable(frame) ||
        !zoe_viewport_is_drawable(viewport))
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

/* ---- lanes ---- */

static void choose_lanes(drawing *d, const zoe_frame *frame, bool is_alpha)
{
    const zoe_plane *planes[3] = {NULL, NULL, NULL};
    uint32_t count = color_planes(frame, planes);
    d->low = 0;
    d->factor = 1;
    d->opaque = is_alpha && frame->alpha_plane < 0;
    if (is_alpha)
        planes[0] = &frame->planes[d->opaque ? 0 : frame->alpha_plane];
    d->single = is_alpha || count == 1;
    for (int i = 0; i < 3; i++)
        d->source.planes[i] = d->single ? planes[0] : planes[i];
}

static void lanes_of_row(const drawing *d, uint64_t *out, int32_t width, const sources *from)
{
    const uint64_t one = 0x3c003c003c003c00u;
    memset(out, 0, (size_t)width * sizeof *out);
    for (int32_t i = d->x.axis.begin; i < d->x.axis.end && d->opaque; i++)
        out[i] = one;
    for (int32_t first = 0; first < d->end - d->begin && from && !d->opaque; first += d->group) {
        int32_t count = lesser(d->end - d->begin - first, d->group);
        const uint64_t *made = (const uint64_t *)(const void *)d->lanes;
        uint64_t *to = out + d->begin + first;
        (void)make_group(d, from, first, count);
        for (int32_t i = 0; i < count; i++)
            to[i] = made[d->repeats ? d->taps[first + i].first : i];
    }
    for (int32_t i = 0, k = width - 1; i < k && d->x.is_mirrored; i++, k--) {
        uint64_t kept = out[i];
        out[i] = out[k];
        out[k] = kept;
    }
}

bool zoe_lanes_rows(const zoe_frame *frame, const zoe_viewport *viewport, bool is_alpha,
                    int32_t first_row, int32_t row_count, uint16_t *out, void *scratch,
                    zoe_lanes_extent *extent)
{
    if (!zoe_frame_is_drawable(frame) || !zoe_viewport_is_drawable(viewport))
        return false;
    drawing d;
    memset(&d, 0, sizeof d);
    make_directions(&d, frame, viewport);
    choose_group(&d);
    (void)lay_out(&d, scratch);
    choose_lanes(&d, frame, is_alpha);
    make_taps(&d);
    const zoe_axis *x = &d.x.axis, *y = &d.y.axis;
    int32_t width = viewport->width, height = viewport->height;
    *extent = (zoe_lanes_extent){
        d.x.is_mirrored ? width - x->end : x->begin, d.x.is_mirrored ? width - x->begin : x->end,
        d.y.is_mirrored ? height - y->end : y->begin, d.y.is_mirrored ? height - y->begin : y->end};
    for (int32_t i = 0; i < row_count; i++) {
        int32_t row = d.y.is_mirrored ? height - 1 - first_row - i : first_row + i;
        uint64_t *to = (uint64_t *)(void *)out + (size_t)i * (size_t)width;
        sources from;
        bool is_inside = row >= y->begin && row < y->end;
        bool is_seen = is_inside && d.begin < d.end && sources_of(&d.y, row, &from);
        if (is_inside)
            lanes_of_row(&d, to, width, is_seen ? &from : NULL);
        else
            memset(to, 0, (size_t)width * sizeof *to);
    }
    return true;
}

/* ---- values ---- */

int32_t zoe_display_sample(const zoe_frame *frame, int32_t x, int32_t y,
                           float values[ZOE_PLANES_MAX])
{
    double exact[ZOE_PLANES_MAX];
    int32_t count = zoe_display_sample_exact(frame, x, y, exact);
    for (int32_t i = 0; i < count; i++)
        values[i] = (float)exact[i];
    return count;
}
