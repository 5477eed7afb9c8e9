/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "support/display_reference.h"

#include <math.h>
#include <stdbool.h>

#include "support/display_fixture.h"

static double transfer_of(zoe_transfer transfer, double v)
{
    if (transfer == ZOE_TRANSFER_SRGB)
        return v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055;
    if (transfer == ZOE_TRANSFER_REC709)
        return v < 0.018 ? 4.5 * v : 1.099 * pow(v, 0.45) - 0.099;
    return v;
}

double display_reference_exposed(const zoe_grade *g, double v)
{
    v *= exp2((double)g->exposure);
    return v > 0 ? 0.18 * pow(v / 0.18, (double)g->contrast) : v;
}

double display_reference_shown(const zoe_grade *g, double v)
{
    v = transfer_of(g->transfer, v);
    v = v > 0 ? pow(v, 1 / (double)g->gamma) : 0;
    return v > 1 ? 255 : v * 255;
}

/* ---- scaling, one direction after the other ---- */

typedef struct line {
    const zoe_frame *frame;
    const zoe_viewport *viewport;
    uint32_t plane;
    int x;        /* of a column; unused along a row */
    bool along_x; /* the row whose samples are what the columns make of destination row dy */
    int dy;
} line;

static double made_of(const line *l, int d);

static double sample_of(const line *l, int i)
{
    const zoe_box *w = &l->frame->window;
    if (l->along_x) {
        line column = {l->frame, l->viewport, l->plane, i, false, 0};
        return made_of(&column, l->dy);
    }
    if (l->x < w->min_x || l->x > w->max_x || i < w->min_y || i > w->max_y)
        return 0;
    return display_fixture_get(l->frame, l->plane, l->x, i);
}

/* Catmull and Rom's spline through four samples, kept between the inner two; the picture's edges go
 * on. */
static double cubic(const line *l, double at, int low, int high)
{
    double p[4], from = floor(at - 0.5), t = at - 0.5 - from;
    for (int k = 0; k < 4; k++)
        p[k] = sample_of(l, (int)fmin(fmax(from - 1 + k, low), high));
    double v =
        0.5 * (2 * p[1] + (p[2] - p[0]) * t + (2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]) * t * t +
               (3 * p[1] - p[0] - 3 * p[2] + p[3]) * t * t * t);
    return fmin(fmax(v, fmin(p[1], p[2])), fmax(p[1], p[2]));
}

/* The value of destination pixel d of the line. */
static double made_of(const line *l, int d)
{
    const zoe_box *w = &l->frame->picture;
    const zoe_viewport *v = l->viewport;
    double step = l->along_x ? v->step_x : v->step_y;
    double from = (l->along_x ? v->origin_x : v->origin_y) + d * step, to = from + step;
    int low = l->along_x ? w->min_x : w->min_y, high = l->along_x ? w->max_x : w->max_y;
    if (step < 0) {
        double kept = from;
        from = to;
        to = kept;
        step = -step;
    }
    if (step < 1 && step > 0.5 && v->filter == ZOE_FILTER_AUTO)
        return cubic(l, from + step / 2, low, high);
    if (step <= 1) {
        from = floor(from + step / 2);
        to = from + 1;
    }
    double sum = 0, weight = 0;
    for (int i = (int)fmax(floor(from), low); i <= high && i < to; i++) {
        double length = fmin(i + 1, to) - fmax(i, from);
        sum += length * sample_of(l, i);
        weight += length;
    }
    return sum / weight;
}

static double scaled(const zoe_frame *frame, uint32_t plane, const zoe_viewport *v, int dx, int dy)
{
    line row = {frame, v, plane, 0, true, dy};
    return made_of(&row, dx);
}

/* ---- pixels ---- */

int display_reference_inside(const zoe_frame *frame, const zoe_viewport *v, int dx, int dy)
{
    const zoe_box *w = &frame->picture;
    double x = v->origin_x + (dx + 0.5) * v->step_x, y = v->origin_y + (dy + 0.5) * v->step_y;
    return x >= w->min_x && x < w->max_x + 1.0 && y >= w->min_y && y < w->max_y + 1.0;
}

void display_reference(const zoe_frame *frame, const zoe_grade *g, const zoe_viewport *v, int dx,
                       int dy, double out[3])
{
    double c[3], y = 0;
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    if (g->view == ZOE_VIEW_ALPHA) {
        double alpha =
            frame->alpha_plane < 0 ? 1 : scaled(frame, (uint32_t)frame->alpha_plane, v, dx, dy);
        alpha = pow(fmin(fmax(alpha, 0), 1), 1 / (double)g->gamma) * 255;
        out[0] = out[1] = out[2] = alpha;
        return;
    }
    for (int i = 0; i < 3; i++) {
        uint32_t plane = frame->plane_count >= 3 ? (uint32_t)i : 0;
        c[i] = scaled(frame, plane, v, dx, dy);
        if (!frame->is_color)
            c[i] = (c[i] - (double)g->range_min) / ((double)g->range_max - (double)g->range_min);
        c[i] = display_reference_exposed(g, c[i]);
        y += weights[i] * c[i];
    }
    for (int i = 0; i < 3; i++)
        c[i] = y + (double)g->saturation * (c[i] - y);
    for (int i = 0; i < 3; i++) {
        double value = g->view == ZOE_VIEW_COLOR       ? c[i]
                       : g->view == ZOE_VIEW_LUMINANCE ? y
                                                       : c[g->view - ZOE_VIEW_RED];
        out[i] = display_reference_shown(g, value);
    }
}
