#include <zoetrope/pair.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/half.h"
#include "display/drawable.h"
#include "display/lanes.h"
#include "display/scale.h"

/* gcc does not contract in ISO C mode; clang needs to be told. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/*
 * A few rows at a time: both frames' lanes, their mixture in three planes of halves, and a frame
 * made of these, which is then drawn one to one.
 */
enum { ROWS = 8 };

typedef struct work {
    uint16_t *lanes[2];  /* ROWS x width x ZOE_SCALE_LANES */
    float *floats[2];    /* width x ZOE_SCALE_LANES */
    uint16_t *mixed;     /* width x ZOE_SCALE_LANES */
    uint16_t *planes[3]; /* ROWS x `row` */
    size_t row;          /* bytes of a plane's row */
    void *scratch;
} work;

static size_t rounded(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The picture that is made of a few rows. */
static zoe_frame frame_of(const work *w, const zoe_pair *pair, int32_t width, int32_t rows)
{
    zoe_frame frame;
    memset(&frame, 0, sizeof frame);
    bool is_color = pair->frames[0]->is_color || pair->frames[1]->is_color;
    frame.picture = frame.window = (zoe_box){0, 0, width - 1, rows - 1};
    frame.display_window = frame.data_window = frame.picture;
    frame.pixel_aspect = 1;
    frame.is_color = is_color;
    frame.alpha_plane = -1;
    /* Three planes also of single values: an anaglyph of depth has colour. */
    frame.plane_count = 3;
    for (int i = 0; i < 3; i++)
        frame.planes[i] = (zoe_plane){w->planes[i], w->row, ZOE_SAMPLE_HALF};
    return frame;
}

static zoe_viewport viewport_of(const zoe_pair *pair, int32_t rows)
{
    const zoe_viewport *v = pair->viewports[0];
    return (zoe_viewport){0, 0, 1, 1, v->width, rows, v->outside, ZOE_FILTER_NEAREST};
}

/* Lays out the scratch; with NULL only its size. */
static size_t lay_out(work *w, const zoe_pair *pair, char *scratch)
{
    size_t width = (size_t)pair->viewports[0]->width;
    size_t lanes = rounded(width * ZOE_SCALE_LANES * sizeof(uint16_t));
    size_t floats = rounded(width * ZOE_SCALE_LANES * sizeof(float));
    size_t at = 0;
    w->row = rounded(width * sizeof(uint16_t));
    for (int i = 0; i < 2; i++, at += ROWS * lanes)
        w->lanes[i] = (uint16_t *)(void *)(scratch ? scratch + at : NULL);
    for (int i = 0; i < 2; i++, at += floats)
        w->floats[i] = (float *)(void *)(scratch ? scratch + at : NULL);
    w->mixed = (uint16_t *)(void *)(scratch ? scratch + at : NULL);
    at += lanes;
    for (int i = 0; i < 3; i++, at += ROWS * w->row)
        w->planes[i] = (uint16_t *)(void *)(scratch ? scratch + at : NULL);
    w->scratch = scratch ? scratch + at : NULL;
    /* The frame made of the rows is read in memory that is there; only its size matters here. */
    static const uint16_t something[32];
    zoe_frame frame = frame_of(w, pair, (int32_t)width, ROWS);
    for (int i = 0; i < 3; i++)
        frame.planes[i].data = something;
    zoe_viewport view = viewport_of(pair, ROWS);
    size_t most = zoe_display_scratch_bytes(&frame, &view);
    for (int i = 0; i < 2; i++)
        most = larger(most, zoe_display_scratch_bytes(pair->frames[i], pair->viewports[i]));
    return at + most;
}

static bool is_matrix(const float *matrix)
{
    for (int i = 0; matrix && i < 9; i++)
        if (!isfinite(matrix[i]))
            return false;
    return true;
}

static bool is_valid(const zoe_pair *pair)
{
    if (!pair || !pair->frames[0] || !pair->frames[1] || !pair->viewports[0] ||
        !pair->viewports[1] || !isfinite(pair->amount) || !is_matrix(pair->matrix))
        return false;
    const zoe_viewport *a = pair->viewports[0], *b = pair->viewports[1];
    return a->width == b->width && a->height == b->height && zoe_viewport_is_drawable(a) &&
           zoe_viewport_is_drawable(b);
}

size_t zoe_pair_scratch_bytes(const zoe_pair *pair)
{
    work w;
    return is_valid(pair) ? lay_out(&w, pair, NULL) : 0;
}

/* One row of the second, to the light of the first. */
static void convert_row(float *row, const float *m, size_t count)
{
    for (size_t i = 0; i < count; i += ZOE_SCALE_LANES) {
        float r = row[i], g = row[i + 1], b = row[i + 2];
        row[i] = m[0] * r + m[1] * g + m[2] * b;
        row[i + 1] = m[3] * r + m[4] * g + m[5] * b;
        row[i + 2] = m[6] * r + m[7] * g + m[8] * b;
    }
}

/* One row, into floats[0]. */
static void mix_row(const work *w, const zoe_pair *pair, size_t count)
{
    float *restrict a = w->floats[0];
    const float *restrict b = w->floats[1];
    float amount = pair->amount;
    switch (pair->mix) {
    case ZOE_PAIR_DIFFERENCE:
        for (size_t i = 0; i < count; i++)
            a[i] = fabsf(a[i] - b[i]) * amount;
        break;
    case ZOE_PAIR_BLEND:
        /* The ends are exact, also where the other side is infinite. */
        for (size_t i = 0; i < count && amount > 0 && amount < 1; i++)
            a[i] = a[i] + (b[i] - a[i]) * amount;
        if (amount >= 1)
            memcpy(a, b, count * sizeof *a);
        break;
    case ZOE_PAIR_ANAGLYPH:
        for (size_t i = 0; i < count; i += ZOE_SCALE_LANES)
            for (size_t lane = 1; lane < ZOE_SCALE_LANES; lane++)
                a[i + lane] = b[i + lane];
        break;
    }
}

static void mix_rows(const work *w, const zoe_pair *pair, bool is_alpha, int32_t rows)
{
    size_t width = (size_t)pair->viewports[0]->width, count = width * ZOE_SCALE_LANES;
    for (size_t y = 0; y < (size_t)rows; y++) {
        for (int i = 0; i < 2; i++)
            zoe_half_to_float_row(w->floats[i], w->lanes[i] + y * count, count);
        if (pair->matrix && !is_alpha)
            convert_row(w->floats[1], pair->matrix, count);
        mix_row(w, pair, count);
        zoe_half_from_float_row(w->mixed, w->floats[0], count);
        size_t at = y * (w->row / sizeof(uint16_t));
        uint16_t *restrict red = w->planes[0] + at, *restrict green = w->planes[1] + at;
        uint16_t *restrict blue = w->planes[2] + at;
        const uint16_t *restrict mixed = w->mixed;
        for (size_t x = 0; x < width; x++, mixed += ZOE_SCALE_LANES) {
            red[x] = mixed[0];
            green[x] = mixed[1];
            blue[x] = mixed[2];
        }
    }
}

static bool has(const zoe_lanes_extent *e, int32_t x, int32_t y)
{
    return x >= e->left && x < e->right && y >= e->top && y < e->bottom;
}

static void clear_outside(uint32_t *out, const zoe_pair *pair, const zoe_lanes_extent extents[2],
                          int32_t y)
{
    int32_t width = pair->viewports[0]->width;
    for (int i = 0; i < 2; i++)
        if (has(&extents[i], 0, y) && has(&extents[i], width - 1, y))
            return;
    for (int32_t x = 0; x < width; x++)
        if (!has(&extents[0], x, y) && !has(&extents[1], x, y))
            out[x] = pair->viewports[0]->outside;
}

zoe_status zoe_pair_draw(const zoe_pair *pair, const zoe_display_lut *lut, int32_t first_row,
                         int32_t row_count, void *pixels, size_t stride, void *scratch)
{
    if (!is_valid(pair) || !lut || !scratch || (uintptr_t)scratch % 64 != 0 || first_row < 0 ||
        row_count < 0 || first_row > pair->viewports[0]->height - row_count)
        return ZOE_ERROR_ARGUMENT;
    work w;
    bool is_alpha = lut->grade.view == ZOE_VIEW_ALPHA;
    /* Alpha has been taken from its plane: what is drawn is that as grey, which red is. */
    (void)lay_out(&w, pair, scratch);
    for (int32_t done = 0; done < row_count; done += ROWS) {
        int32_t rows = row_count - done < ROWS ? row_count - done : ROWS;
        zoe_lanes_extent extents[2];
        for (int i = 0; i < 2; i++)
            if (!zoe_lanes_rows(pair->frames[i], pair->viewports[i], is_alpha, first_row + done,
                                rows, w.lanes[i], w.scratch, &extents[i]))
                return ZOE_ERROR_ARGUMENT;
        mix_rows(&w, pair, is_alpha, rows);
        zoe_frame frame = frame_of(&w, pair, pair->viewports[0]->width, rows);
        zoe_viewport view = viewport_of(pair, rows);
        char *out = (char *)pixels + (size_t)done * stride;
        if (is_alpha) /* it is in every plane; in one of them only it is taken for alpha */
            frame.alpha_plane = 2;
        zoe_status status = zoe_display_draw(&frame, lut, &view, 0, rows, out, stride, w.scratch);
        if (status != ZOE_OK)
            return status;
        for (int32_t y = 0; y < rows; y++)
            clear_outside((uint32_t *)(void *)(out + (size_t)y * stride), pair, extents,
                          first_row + done + y);
    }
    return ZOE_OK;
}
