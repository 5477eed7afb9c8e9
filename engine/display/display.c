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
 *   general   zoe_scale_rows -> zoe_scale_columns -> (zoe_pixel_mix) -> table of bytes.
 *
 * When the x axis does not average, both make the pixels of the visible source columns, and these
 * are then repeated as the magnification asks.
 */
typedef struct drawing {
    const zoe_display_lut *lut;
    zoe_axis x, y;
    zoe_scale_source source; /* planes[0] alone, or red, green, blue */
    bool single;             /* planes[0] alone */
    bool opaque;             /* alpha is shown of a frame that has none: white */
    bool direct;
    bool repeats; /* x does not average, and is not 1:1 either */
    bool grey;    /* the result is lane 0 */
    float low, factor;
    int32_t first_column, columns; /* of the source, that are visible */
    uint32_t outside;
    /* In scratch: */
    zoe_tap *taps;    /* for each destination pixel from x.begin on; columns from first_column on */
    float *averaged;  /* columns x ZOE_SCALE_LANES, and then of as many destination pixels: light */
    uint16_t *lanes;  /* destination pixels, or columns, x ZOE_SCALE_LANES */
    uint32_t *colors; /* columns */
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
    d->grey = d->single || is_channel || view == ZOE_VIEW_LUMINANCE;
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
    if (d->x.averages || d->y.averages || !d->lut->separable || d->low != 0.0f || d->factor != 1.0f)
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

static bool frame_is_valid(const zoe_frame *frame)
{
    const zoe_box *w = &frame->window;
    if (frame->plane_count < 1 || frame->plane_count > ZOE_PLANES_MAX ||
        frame->alpha_plane >= (int32_t)frame->plane_count || zoe_box_width(w) > INT32_MAX ||
        zoe_box_height(w) > INT32_MAX)
        return false;
    bool empty = zoe_box_is_empty(w);
    for (uint32_t i = 0; i < frame->plane_count && !empty; i++)
        if (!frame->planes[i].data)
            return false;
    return true;
}

static void make_axes(drawing *d, const zoe_frame *frame, const zoe_viewport *v)
{
    const zoe_box *w = &frame->window;
    bool empty = zoe_box_is_empty(w);
    int32_t width = empty ? 0 : (int32_t)zoe_box_width(w);
    int32_t height = empty ? 0 : (int32_t)zoe_box_height(w);
    zoe_axis_make(&d->x, v->origin_x - w->min_x, v->step_x, width, v->width);
    zoe_axis_make(&d->y, v->origin_y - w->min_y, v->step_y, height, v->height);
    d->first_column = d->columns = 0;
    if (d->x.begin == d->x.end)
        return;
    zoe_tap first = zoe_axis_tap(&d->x, d->x.begin);
    zoe_tap last = zoe_axis_tap(&d->x, d->x.end - 1);
    d->first_column = first.first;
    d->columns = last.first + last.middle + (last.last_weight > 0) + 1 - first.first;
}

/* ---- scratch ---- */

static size_t rounded(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

/* Lays out the scratch; with NULL only its size. */
static size_t lay_out(drawing *d, char *scratch)
{
    size_t pixels = (size_t)(d->x.end - d->x.begin), columns = (size_t)d->columns;
    size_t most = pixels > columns ? pixels : columns;
    size_t taps = rounded(pixels * sizeof *d->taps);
    size_t averaged = rounded(most * ZOE_SCALE_LANES * sizeof *d->averaged);
    size_t lanes = rounded(most * ZOE_SCALE_LANES * sizeof *d->lanes);
    if (scratch) {
        d->taps = (zoe_tap *)(void *)scratch;
        d->averaged = (float *)(void *)(scratch + taps);
        d->lanes = (uint16_t *)(void *)(scratch + taps + averaged);
        d->colors = (uint32_t *)(void *)(scratch + taps + averaged + lanes);
    }
    return taps + averaged + lanes + rounded(columns * sizeof *d->colors);
}

size_t zoe_display_scratch_bytes(const zoe_frame *frame, const zoe_viewport *viewport)
{
    if (!frame_is_valid(frame) || !viewport_is_valid(viewport))
        return 0;
    drawing d;
    make_axes(&d, frame, viewport);
    return lay_out(&d, NULL);
}

static void make_taps(drawing *d)
{
    bool one_to_one = true;
    for (int32_t i = d->x.begin; i < d->x.end; i++) {
        zoe_tap tap = zoe_axis_tap(&d->x, i);
        tap.first -= d->first_column;
        one_to_one = one_to_one && tap.first == i - d->x.begin;
        d->taps[i - d->x.begin] = tap;
    }
    d->repeats = !d->x.averages && !one_to_one;
}

/* ---- rows ---- */

static const uint16_t *halves_of(const drawing *d, int plane, int32_t row)
{
    const zoe_plane *p = d->source.planes[plane];
    return (const uint16_t *)((const void *)((const char *)p->data + (size_t)row * p->stride)) +
           d->first_column;
}

static void draw_direct(const drawing *d, uint32_t *out, int32_t row)
{
    size_t count = (size_t)d->columns;
    if (d->single)
        zoe_pixel_from_plane(out, halves_of(d, 0, row), count, d->lut);
    else
        zoe_pixel_from_planes(out, halves_of(d, 0, row), halves_of(d, 1, row), halves_of(d, 2, row),
                              count, d->lut);
}

static void draw_general(const drawing *d, uint32_t *out, const zoe_tap *rows)
{
    int32_t count = d->x.averages ? d->x.end - d->x.begin : d->columns;
    zoe_scale_rows(d->averaged, &d->source, rows, d->first_column, d->columns);
    zoe_scale_columns(d->lanes, d->averaged, d->x.averages ? d->taps : NULL, count, d->low,
                      d->factor);
    if (!d->lut->separable) {
        if (d->single)
            zoe_pixel_light(d->lanes, d->averaged, (size_t)count, d->lut);
        else
            zoe_pixel_mix(d->lanes, d->averaged, (size_t)count, d->lut);
    }
    zoe_pixel_from_lanes(out, d->lanes, (size_t)count, d->grey, d->lut);
}

static void fill(uint32_t *out, int32_t from, int32_t to, uint32_t color)
{
    for (int32_t i = from; i < to; i++)
        out[i] = color;
}

static void draw_row(const drawing *d, uint32_t *out, const zoe_tap *rows)
{
    uint32_t *inside = out + d->x.begin;
    if (d->opaque) {
        fill(out, d->x.begin, d->x.end, 0xffffffffu);
        return;
    }
    uint32_t *to = d->repeats ? d->colors : inside;
    if (d->direct)
        draw_direct(d, to, rows->first);
    else
        draw_general(d, to, rows);
    if (d->repeats)
        for (int32_t i = 0; i < d->x.end - d->x.begin; i++)
            inside[i] = d->colors[d->taps[i].first];
}

static void draw_rows(const drawing *d, const zoe_viewport *viewport, int32_t first_row,
                      int32_t row_count, char *pixels, size_t stride)
{
    int32_t last_source = -1;
    for (int32_t i = 0; i < row_count; i++) {
        int32_t y = first_row + i;
        uint32_t *out = (uint32_t *)(void *)(pixels + (size_t)i * stride);
        if (y < d->y.begin || y >= d->y.end || d->columns == 0) {
            fill(out, 0, viewport->width, d->outside);
            continue;
        }
        zoe_tap rows = zoe_axis_tap(&d->y, y);
        if (!d->y.averages && rows.first == last_source) {
            memcpy(out, pixels + (size_t)(i - 1) * stride, (size_t)viewport->width * 4);
            continue;
        }
        last_source = rows.first;
        fill(out, 0, d->x.begin, d->outside);
        draw_row(d, out, &rows);
        fill(out, d->x.end, viewport->width, d->outside);
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
    make_axes(&d, frame, viewport);
    if (lay_out(&d, scratch) > 0 && (!scratch || (uintptr_t)scratch % 64 != 0))
        return ZOE_ERROR_ARGUMENT;
    choose_planes(&d, frame);
    choose_range(&d, frame);
    d.direct = can_be_direct(&d);
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
