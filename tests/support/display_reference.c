/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "support/display_reference.h"

#include <math.h>

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

/* Average over the destination pixel's part of the window, or the sample at its centre. */
static double average(const zoe_frame *frame, uint32_t plane, const zoe_viewport *v, int dx, int dy)
{
    const zoe_box *w = &frame->picture;
    double x0 = v->origin_x + dx * v->step_x, x1 = x0 + v->step_x;
    double y0 = v->origin_y + dy * v->step_y, y1 = y0 + v->step_y;
    if (v->step_x <= 1) {
        x0 = floor(v->origin_x + (dx + 0.5) * v->step_x);
        x1 = x0 + 1;
    }
    if (v->step_y <= 1) {
        y0 = floor(v->origin_y + (dy + 0.5) * v->step_y);
        y1 = y0 + 1;
    }
    double sum = 0, weight = 0;
    for (int y = (int)fmax(floor(y0), w->min_y); y <= w->max_y && y < y1; y++)
        for (int x = (int)fmax(floor(x0), w->min_x); x <= w->max_x && x < x1; x++) {
            double area = (fmin(x + 1, x1) - fmax(x, x0)) * (fmin(y + 1, y1) - fmax(y, y0));
            sum += area * display_fixture_get(frame, plane, x, y);
            weight += area;
        }
    return sum / weight;
}

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
            frame->alpha_plane < 0 ? 1 : average(frame, (uint32_t)frame->alpha_plane, v, dx, dy);
        alpha = pow(fmin(fmax(alpha, 0), 1), 1 / (double)g->gamma) * 255;
        out[0] = out[1] = out[2] = alpha;
        return;
    }
    for (int i = 0; i < 3; i++) {
        uint32_t plane = frame->plane_count >= 3 ? (uint32_t)i : 0;
        c[i] = average(frame, plane, v, dx, dy);
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
