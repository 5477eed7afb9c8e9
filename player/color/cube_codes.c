#include "color/cube_codes.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zoetrope/display.h>

enum {
    HALVES = 0x7c00, /* those that are finite and not negative */
};

static const double WHITE = 255.0 * ZOE_DISPLAY_CODE_STEP;

/* What the display shows of light, from 0 on; negative light is its mirror image. */
typedef struct curve {
    float light[HALVES], shown[HALVES];
} curve;

/* ---- the curve ---- */

/* The display's own; and beyond white, where it may be flat, and all is shown as white, something
 * that rises, from a quarter over white on only so much that every half has a code. */
static bool make_curve(curve *c, const float *encode)
{
    const float most_black = 1 / 510.0f, least_white = 1 - 1 / 1020.0f;
    float white = 0, knee = 0;
    if (!(fabsf(encode[0]) <= most_black))
        return false;
    for (uint32_t h = 0; h < HALVES; h++) {
        float shown = encode[h], light = zoe_half_to_float((uint16_t)h);
        if (!(encode[h | 0x8000] <= most_black) || !(shown >= 0 || h == 0))
            return false;
        if (white == 0 && shown >= 1)
            white = light;
        if (white > 0) {
            if (!(shown >= least_white))
                return false;
            shown = fmaxf(shown, 1 + 0.25f * (light / white - 1));
            if (knee == 0 && shown >= 1.25f)
                knee = light;
            if (knee > 0)
                shown = 1.25f + 0.04f * log2f(light / knee);
        }
        if (h > 0 && shown < c->shown[h - 1] - 1e-6f)
            return false;
        c->light[h] = light;
        c->shown[h] = h > 0 ? fmaxf(shown, c->shown[h - 1]) : 0;
    }
    return true;
}

/* Between two halves a curve is a line: of a float's bits as well, from the least normal half
 * on. */
static float shown_of(const curve *c, float light)
{
    const float least = 0x1p-14f;
    float size = fabsf(light), part, shown;
    uint32_t h, bits;
    if (size < least) {
        h = (uint32_t)(size * 0x1p24f);
        part = size * 0x1p24f - (float)h;
    } else {
        memcpy(&bits, &size, sizeof bits);
        h = (bits >> 13) - (112 << 10);
        part = (float)(bits & 8191) / 8192;
    }
    if (h >= HALVES - 1)
        shown = c->shown[HALVES - 1];
    else
        shown = c->shown[h] + (c->shown[h + 1] - c->shown[h]) * part;
    return light < 0 ? -shown : shown;
}

static int16_t code_of(double shown)
{
    double code = floor(shown * WHITE + ZOE_DISPLAY_CODE_HALF + 0.5);
    return (int16_t)fmax(fmin(code, INT16_MAX), INT16_MIN);
}

static double shown_by(double code)
{
    return (code - ZOE_DISPLAY_CODE_HALF) / WHITE;
}

static void make_code_of_light(zoe_look_table *table, const curve *c)
{
    for (uint32_t h = 0; h < ZOE_DISPLAY_LUT_SIZE; h++) {
        uint32_t size = h & 0x7fff;
        double shown = size > HALVES ? 0 : (double)c->shown[size < HALVES ? size : HALVES - 1];
        table->code[h] = code_of(h & 0x8000 ? -shown : shown);
    }
}

static void make_light_of_code(zoe_look_table *table, const curve *c)
{
    const int32_t black = ZOE_DISPLAY_CODE_HALF;
    uint32_t h = 0;
    for (int32_t code = black; code <= INT16_MAX; code++) {
        double shown = shown_by(code), light = 0;
        while (h + 1 < HALVES && (double)c->shown[h + 1] <= shown && code > black)
            h++;
        if (h + 1 == HALVES) {
            light = (double)c->light[h];
        } else if (code > black) {
            double low = (double)c->shown[h], high = (double)c->shown[h + 1];
            double from = (double)c->light[h], to = (double)c->light[h + 1];
            light = from + (to - from) * (shown - low) / (high - low);
        }
        table->code_light[(uint16_t)code] = (float)light;
        int32_t mirrored = 2 * black - code;
        table->code_light[(uint16_t)mirrored] = (float)-light;
        for (; code == INT16_MAX && mirrored >= INT16_MIN; mirrored--)
            table->code_light[(uint16_t)mirrored] = (float)-light;
    }
}

/* ---- the cells ---- */

/* A corner of a cell, in one channel. */
typedef struct cell_corner {
    float light, shown; /* shown: as the code has it */
} cell_corner;

/* Is what lies between two codes off by more than so many steps from the code of what lies between
 * their lights? The curve bends one way on each side of black. Where two lights lie on both sides,
 * a mixture of three may be off by more than one of two. */
static bool is_off(const curve *c, const cell_corner *a, const cell_corner *b, float most_off)
{
    static const float parts[] = {0.5f, 0.25f, 0.0625f};
    const cell_corner *low = a->light < b->light ? a : b, *high = a->light < b->light ? b : a;
    const float width = high->light - low->light, rise = high->shown - low->shown;
    if (low->shown >= 1 || high->shown * 255 < most_off)
        return false;
    const bool is_crossing = low->light < 0;
    const float from = is_crossing ? -low->light / width : 0;
    /* Between lights that are nearly the same it bends evenly. */
    const int count = low->light > 0 && high->light < 1.2f * low->light ? 1 : 3;
    most_off *= is_crossing ? 0.5f : 1.0f;
    for (int i = 0; i < count; i++) {
        float part = from + (1 - from) * parts[i];
        float is = shown_of(c, low->light + width * part), seems = low->shown + rise * part;
        is = is > 1 ? 1 : is > 0 ? is : 0;
        seems = seems > 1 ? 1 : seems > 0 ? seems : 0;
        if (fabsf(is - seems) * 255 > most_off)
            return true;
    }
    return false;
}

/* The corners of a tetrahedron are two at a time the ends of one of these: from a corner to one
 * that lies further along each axis, or as far. */
static bool has_bent_side(const curve *c, const cell_corner corners[8], float most_off)
{
    for (int i = 0; i < 8; i++)
        for (int k = i + 1; k < 8; k++)
            if ((i & k) == i && is_off(c, &corners[i], &corners[k], most_off))
                return true;
    return false;
}

/* The lights of its corners from the least to the greatest, as if these were the ends of a side. */
static bool may_bend(const curve *c, const cell_corner corners[8], float most_off)
{
    const cell_corner *low = corners, *high = corners;
    for (int i = 1; i < 8; i++) {
        low = corners[i].light < low->light ? &corners[i] : low;
        high = corners[i].light > high->light ? &corners[i] : high;
    }
    return is_off(c, low, high, most_off * 0.5f);
}

/* Of the cell that begins at `node`. */
static bool is_marked(const zoe_look_table *table, const curve *c, size_t node, float most_off)
{
    const size_t edge = (size_t)table->cube.edge, row = 4 * edge, area = row * edge;
    float most = 0, least = INFINITY;
    for (size_t channel = 0; channel < 3; channel++) {
        cell_corner corners[8];
        float low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < 8; i++) {
            size_t at = node + channel + (i & 1) * 4 + (i >> 1 & 1) * row + (i >> 2) * area;
            corners[i].light = table->nodes[at];
            corners[i].shown = (float)shown_by(table->code_nodes[at]);
            low = fminf(low, corners[i].light);
            high = fmaxf(high, corners[i].light);
        }
        if (may_bend(c, corners, most_off) && has_bent_side(c, corners, most_off))
            return true;
        most = fmaxf(most, fmaxf(-low, high));
        least = fminf(least, low < 0 && high > 0 ? 0 : fminf(fabsf(low), fabsf(high)));
    }
    return least < table->color.exact_below * most;
}

static void make_nodes(zoe_look_table *table, const curve *c, float most_off)
{
    const size_t edge = (size_t)table->cube.edge, count = edge * edge * edge * 4, last = edge - 1;
    int16_t *to = table->code_nodes;
    for (size_t i = 0; i < count; i++)
        to[i] = i % 4 == 3 ? 0 : code_of((double)shown_of(c, table->nodes[i]));
    for (size_t i = 0; i < count; i += 4) {
        size_t red = i / 4 % edge, green = i / 4 / edge % edge, blue = i / 4 / edge / edge;
        bool has_cell = red < last && green < last && blue < last;
        if (has_cell && is_marked(table, c, i, most_off))
            to[i + 3] = ZOE_DISPLAY_CAREFUL;
    }
}

bool zoe_cube_codes_make(zoe_look_table *table, float most_off)
{
    const size_t edge = (size_t)table->cube.edge;
    const size_t bytes = (edge * edge * edge * 4 * sizeof(int16_t) + 8 + 63) / 64 * 64;
    curve *c = table->color.encode ? malloc(sizeof *c) : NULL;
    bool done = false;
    if (c && make_curve(c, table->color.encode) &&
        (table->code_nodes = aligned_alloc(64, bytes)) != NULL) {
        memset((char *)table->code_nodes + bytes - 64, 0, 64);
        make_code_of_light(table, c);
        make_light_of_code(table, c);
        make_nodes(table, c, most_off);
        table->codes = (zoe_display_codes){table->code_nodes, table->code_light, table->code};
        table->cube.codes = &table->codes;
        done = true;
    }
    free(c);
    return done;
}

/* ---- as it is drawn ---- */

/* The corners of a tetrahedron as offsets into nodes, and their weights, with a place for each
 * channel that is rounded to 1 / `one`. */
static void find_corners(const zoe_look_table *table, const float in[3], double one,
                         size_t corner[4], double weight[4])
{
    const int32_t edge = table->cube.edge;
    const size_t sides[3] = {4, 4 * (size_t)edge, 4 * (size_t)edge * (size_t)edge};
    double f[3];
    int order[3] = {0, 1, 2};
    corner[0] = 0;
    for (int c = 0; c < 3; c++) {
        double at = (double)table->cube.shaper[c][zoe_float_to_half(in[c])];
        at = fmax(fmin(floor(at * one + 0.5) / one, edge - 1 - 1 / one), 0);
        corner[0] += (size_t)at * sides[c];
        f[c] = at - floor(at);
    }
    for (int i = 0; i < 3; i++) {
        int k = i == 1 ? 1 : 0;
        if (f[order[k]] < f[order[k + 1]]) {
            int kept = order[k];
            order[k] = order[k + 1];
            order[k + 1] = kept;
        }
    }
    for (int i = 0; i < 3; i++)
        corner[i + 1] = corner[i] + sides[order[i]];
    weight[0] = 1 - f[order[0]];
    weight[1] = f[order[0]] - f[order[1]];
    weight[2] = f[order[1]] - f[order[2]];
    weight[3] = f[order[2]];
}

bool zoe_cube_codes_at(const zoe_look_table *table, const float in[3], double shown[3],
                       float light[3])
{
    size_t corner[4];
    double weight[4];
    find_corners(table, in, 512, corner, weight);
    bool marked = table->code_nodes[corner[0] + 3] != 0;
    if (marked)
        find_corners(table, in, 1 << 24, corner, weight);
    for (size_t c = 0; c < 3; c++) {
        double code = 0, mix = 0;
        for (int i = 0; i < 4; i++) {
            int16_t node = table->code_nodes[corner[i] + c];
            code += node * weight[i];
            mix += (double)table->code_light[(uint16_t)node] * weight[i];
        }
        light[c] = (float)mix;
        shown[c] = marked ? shown_by(table->code[zoe_float_to_half(light[c])])
                          : (code - ZOE_DISPLAY_CODE_HALF) / WHITE;
    }
    return marked;
}
