#include "model/paint.h"

#include <string.h>

#include <zoetrope/pair.h>

#include "model/scope.h"

bool zoe_look_shows_ids(const zoe_look *look, const zoe_frame *frame)
{
    zoe_sample_type type = frame->planes[0].type;
    return look && look->ids && !frame->is_color &&
           (type == ZOE_SAMPLE_UINT || (type == ZOE_SAMPLE_FLOAT && look->hashed));
}

bool zoe_look_is_same(const zoe_look *a, const zoe_look *b)
{
    return a->ids == b->ids && a->hashed == b->hashed && a->marks == b->marks &&
           a->flop == b->flop && a->flip == b->flip && a->filter == b->filter &&
           a->false_color == b->false_color;
}

void zoe_look_apply(const zoe_look *look, zoe_viewport *viewport)
{
    if (look->flop) {
        viewport->origin_x += viewport->width * viewport->step_x;
        viewport->step_x = -viewport->step_x;
    }
    if (look->flip) {
        viewport->origin_y += viewport->height * viewport->step_y;
        viewport->step_y = -viewport->step_y;
    }
    viewport->filter = look->filter;
}

/* Columns and rows of cells. */
static void count_cells(const zoe_paint *paint, int *columns, int *rows)
{
    *columns = *rows = 1;
    if (paint->compare)
        zoe_compare_grid(paint->compare, 1 + paint->other_count, columns, rows);
}

int32_t zoe_paint_width(const zoe_paint *paint)
{
    int columns, rows;
    count_cells(paint, &columns, &rows);
    return columns * (paint->viewport->width + ZOE_PAINT_GAP) - ZOE_PAINT_GAP;
}

int32_t zoe_paint_height(const zoe_paint *paint)
{
    int columns, rows;
    count_cells(paint, &columns, &rows);
    return rows * (paint->viewport->height + ZOE_PAINT_GAP) - ZOE_PAINT_GAP;
}

/* ---- scratch ---- */

enum { SIDE_ROWS = 16 }; /* that are drawn of each side by itself at a time */

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* What is shown of B, or NULL. */
static const zoe_frame *second_of(const zoe_paint *paint)
{
    const zoe_frame *other = paint->compare && paint->other_count ? paint->others[0] : NULL;
    return other && other->pin ? other : NULL;
}

static zoe_pair pair_of(const zoe_paint *paint, const zoe_frame *second, const zoe_viewport *port)
{
    const zoe_compare *c = paint->compare;
    zoe_pair pair = {{paint->frame, second},
                     {paint->viewport, port},
                     c->mode == ZOE_COMPARE_BLEND      ? ZOE_PAIR_BLEND
                     : c->mode == ZOE_COMPARE_ANAGLYPH ? ZOE_PAIR_ANAGLYPH
                                                       : ZOE_PAIR_DIFFERENCE,
                     (float)(c->mode == ZOE_COMPARE_BLEND ? c->mix : c->gain),
                     paint->other_matrix};
    return pair;
}

static bool is_mixed(const zoe_compare *compare)
{
    return compare->mode == ZOE_COMPARE_DIFFERENCE || compare->mode == ZOE_COMPARE_BLEND ||
           compare->mode == ZOE_COMPARE_ANAGLYPH;
}

/* Rows of a side: B's of a wipe, the marks of both in a mixture. They stand in the scratch behind
 * what drawing them needs. */
static size_t side_bytes(const zoe_paint *paint)
{
    return (size_t)paint->viewport->width * 4 * SIDE_ROWS;
}

static bool has_marks(const zoe_paint *paint)
{
    return paint->look && paint->look->marks;
}

static size_t alone_bytes(const zoe_paint *paint)
{
    size_t most = zoe_inspect_scratch_bytes(paint->viewport);
    most = larger(most, zoe_display_scratch_bytes(paint->frame, paint->viewport));
    for (int i = 0; paint->compare && i < paint->other_count; i++) {
        zoe_viewport port;
        if (!paint->others[i]->pin)
            continue;
        zoe_compare_viewport(paint->compare, paint->frame, paint->others[i], paint->viewport,
                             &port);
        most = larger(most, zoe_display_scratch_bytes(paint->others[i], &port));
    }
    return (most + 63) / 64 * 64;
}

size_t zoe_paint_scratch_bytes(const zoe_paint *paint)
{
    size_t bytes = alone_bytes(paint);
    const zoe_frame *second = second_of(paint);
    if (second && is_mixed(paint->compare)) {
        zoe_viewport port;
        zoe_compare_viewport(paint->compare, paint->frame, second, paint->viewport, &port);
        zoe_pair pair = pair_of(paint, second, &port);
        bytes = larger(bytes, zoe_pair_scratch_bytes(&pair));
    }
    if (!second)
        return bytes;
    /* Marks are drawn when the mixture is there: its scratch is free again. */
    if (is_mixed(paint->compare) && has_marks(paint))
        bytes = larger(bytes, alone_bytes(paint) + 2 * side_bytes(paint));
    return bytes + (paint->compare->mode == ZOE_COMPARE_WIPE ? side_bytes(paint) : 0);
}

/* ---- one picture ---- */

typedef struct rows {
    int32_t first, count;
    char *pixels; /* of the first */
    size_t stride;
    void *scratch;
    uint32_t *found;
} rows;

static zoe_status draw_alone(const zoe_paint *paint, const zoe_frame *frame,
                             const zoe_display_lut *lut, const zoe_viewport *viewport,
                             const rows *r)
{
    if (zoe_look_shows_ids(paint->look, frame))
        return zoe_inspect_draw_ids(frame, viewport, r->first, r->count, r->pixels, r->stride,
                                    r->scratch);
    zoe_status status = zoe_display_draw(frame, lut, viewport, r->first, r->count, r->pixels,
                                         r->stride, r->scratch);
    if (status == ZOE_OK && paint->look && paint->look->false_color)
        zoe_false_color_rows(r->pixels, viewport->width, r->count, r->stride, viewport->outside);
    if (status == ZOE_OK && has_marks(paint))
        status = zoe_inspect_draw_marks(frame, lut, viewport, r->first, r->count, r->pixels,
                                        r->stride, r->scratch, r->found);
    return status;
}

static zoe_status draw_first(const zoe_paint *paint, const rows *r)
{
    return draw_alone(paint, paint->frame, paint->lut, paint->viewport, r);
}

static const zoe_display_lut *other_lut(const zoe_paint *paint, int index)
{
    return paint->other_luts[index] ? paint->other_luts[index] : paint->lut;
}

static zoe_status draw_other(const zoe_paint *paint, int index, const rows *r)
{
    zoe_viewport port;
    const zoe_frame *other = paint->others[index];
    zoe_compare_viewport(paint->compare, paint->frame, other, paint->viewport, &port);
    return draw_alone(paint, other, other_lut(paint, index), &port, r);
}

/* ---- two on each other ---- */

/* The line is a light one between two dark ones, so that it is seen on everything. */
static void draw_line(uint32_t *pixel, double distance)
{
    if (distance > -1.0 && distance < 1.0)
        *pixel = 0xffe8e8e8u;
    else if (distance > -2.0 && distance < 2.0)
        *pixel = 0xff101010u;
}

static zoe_status draw_wipe(const zoe_paint *paint, const rows *r)
{
    zoe_wipe_line line = zoe_compare_line(paint->compare, paint->frame, paint->viewport);
    int32_t width = paint->viewport->width;
    char *of_b = (char *)r->scratch + alone_bytes(paint);
    zoe_status status = draw_first(paint, r);
    for (int32_t done = 0; done < r->count && status == ZOE_OK; done += SIDE_ROWS) {
        rows part = {r->first + done,
                     r->count - done < SIDE_ROWS ? r->count - done : SIDE_ROWS,
                     of_b,
                     (size_t)width * 4,
                     r->scratch,
                     r->found};
        status = draw_other(paint, 0, &part);
        for (int32_t i = 0; i < part.count && status == ZOE_OK; i++) {
            const uint32_t *from = (const uint32_t *)(const void *)(of_b + (size_t)i * part.stride);
            uint32_t *to = (uint32_t *)(void *)(r->pixels + (size_t)(done + i) * r->stride);
            for (int32_t x = 0; x < width; x++) {
                double d = zoe_wipe_distance(&line, x + 0.5, part.first + i + 0.5);
                to[x] = d > 0.0 ? from[x] : to[x];
                if (paint->has_line)
                    draw_line(&to[x], d);
            }
        }
    }
    return status;
}

/* The first of the marks of two sides, as their colours; 0: none. */
static uint32_t first_mark(uint32_t a, uint32_t b)
{
    if (!a || !b || a == b)
        return a ? a : b;
    for (int mark = ZOE_MARK_NAN; mark < ZOE_MARK_UNDER; mark *= 2) {
        uint32_t color = zoe_inspect_mark_color((zoe_mark)mark);
        if (a == color || b == color)
            return color;
    }
    return a;
}

/* A pixel of a mixture is marked when that of either side is. */
static zoe_status mark_mixed(const zoe_paint *paint, const zoe_frame *second,
                             const zoe_viewport *port, const rows *r)
{
    const zoe_frame *frames[2] = {paint->frame, second};
    const zoe_viewport *ports[2] = {paint->viewport, port};
    const zoe_display_lut *luts[2] = {paint->lut, other_lut(paint, 0)};
    int32_t width = paint->viewport->width;
    uint32_t *marks[2];
    for (int i = 0; i < 2; i++)
        marks[i] = (uint32_t *)(void *)((char *)r->scratch + alone_bytes(paint) +
                                        (size_t)i * side_bytes(paint));
    for (int32_t done = 0; done < r->count; done += SIDE_ROWS) {
        int32_t count = r->count - done < SIDE_ROWS ? r->count - done : SIDE_ROWS;
        for (int i = 0; i < 2; i++) {
            memset(marks[i], 0, (size_t)width * 4 * (size_t)count);
            zoe_status status =
                zoe_inspect_draw_marks(frames[i], luts[i], ports[i], r->first + done, count,
                                       marks[i], (size_t)width * 4, r->scratch, r->found);
            if (status != ZOE_OK)
                return status;
        }
        for (int32_t y = 0; y < count; y++) {
            uint32_t *to = (uint32_t *)(void *)(r->pixels + (size_t)(done + y) * r->stride);
            for (int32_t x = 0; x < width; x++) {
                size_t at = (size_t)y * (size_t)width + (size_t)x;
                uint32_t mark = first_mark(marks[0][at], marks[1][at]);
                to[x] = mark ? mark : to[x];
            }
        }
    }
    return ZOE_OK;
}

static zoe_status draw_mixed(const zoe_paint *paint, const zoe_frame *second, const rows *r)
{
    zoe_viewport port;
    zoe_compare_viewport(paint->compare, paint->frame, second, paint->viewport, &port);
    zoe_pair pair = pair_of(paint, second, &port);
    zoe_status status =
        zoe_pair_draw(&pair, paint->lut, r->first, r->count, r->pixels, r->stride, r->scratch);
    if (status == ZOE_OK && paint->look && paint->look->false_color)
        zoe_false_color_rows(r->pixels, paint->viewport->width, r->count, r->stride,
                             paint->viewport->outside);
    return status == ZOE_OK && has_marks(paint) ? mark_mixed(paint, second, &port, r) : status;
}

static zoe_status draw_cell(const zoe_paint *paint, int index, const rows *r)
{
    if (index == 0)
        return draw_first(paint, r);
    if (index <= paint->other_count && paint->others[index - 1]->pin)
        return draw_other(paint, index - 1, r);
    for (int32_t i = 0; i < r->count; i++) {
        uint32_t *to = (uint32_t *)(void *)(r->pixels + (size_t)i * r->stride);
        for (int32_t x = 0; x < paint->viewport->width; x++)
            to[x] = paint->viewport->outside;
    }
    return ZOE_OK;
}

/* ---- cells ---- */

static void clear_rows(const zoe_paint *paint, const rows *r)
{
    int32_t width = zoe_paint_width(paint);
    for (int32_t i = 0; i < r->count; i++) {
        uint32_t *to = (uint32_t *)(void *)(r->pixels + (size_t)i * r->stride);
        for (int32_t x = 0; x < width; x++)
            to[x] = paint->viewport->outside;
    }
}

static zoe_status draw_cells(const zoe_paint *paint, int columns, int cell_rows, const rows *r)
{
    int32_t width = paint->viewport->width, height = paint->viewport->height;
    clear_rows(paint, r);
    for (int i = 0; i < columns * cell_rows; i++) {
        int32_t top = i / columns * (height + ZOE_PAINT_GAP);
        int32_t left = i % columns * (width + ZOE_PAINT_GAP);
        int32_t first = r->first > top ? r->first : top;
        int32_t end = r->first + r->count < top + height ? r->first + r->count : top + height;
        if (first >= end)
            continue;
        rows part = {first - top,
                     end - first,
                     r->pixels + (size_t)(first - r->first) * r->stride + (size_t)left * 4,
                     r->stride,
                     r->scratch,
                     r->found};
        zoe_status status = draw_cell(paint, i, &part);
        if (status != ZOE_OK)
            return status;
    }
    return ZOE_OK;
}

zoe_status zoe_paint_rows(const zoe_paint *paint, int32_t first_row, int32_t row_count,
                          void *pixels, size_t stride, void *scratch, uint32_t *found)
{
    const zoe_compare *compare = paint->compare;
    const zoe_frame *second = second_of(paint);
    const rows r = {first_row, row_count, pixels, stride, scratch, found};
    int columns, cell_rows;
    count_cells(paint, &columns, &cell_rows);
    if (columns * cell_rows > 1)
        return draw_cells(paint, columns, cell_rows, &r);
    if (second && compare->mode == ZOE_COMPARE_WIPE)
        return draw_wipe(paint, &r);
    if (second && is_mixed(compare))
        return draw_mixed(paint, second, &r);
    if (second && compare->mode == ZOE_COMPARE_FLIP && compare->is_second)
        return draw_other(paint, 0, &r);
    return draw_first(paint, &r);
}
