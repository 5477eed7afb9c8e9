#include "ui/view.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model/frame_box.h"
#include "model/screen.h"
#include "ui/theme.h"

zoe_status zoe_view_open(zoe_view *view, zoe_error *error)
{
    memset(view, 0, sizeof *view);
    zoe_view_map_init(&view->map);
    zoe_compare_init(&view->compare);
    view->columns = view->rows = 1;
    view->lut = malloc(sizeof *view->lut);
    if (!view->lut || zoe_painter_create(-1, &view->painter) != ZOE_OK)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "out of memory for the display");
    return ZOE_OK;
}

void zoe_view_close(zoe_view *view)
{
    if (view->texture)
        SDL_DestroyTexture(view->texture);
    free(view->lut);
    for (int i = 0; i < ZOE_COMPARE_OTHERS; i++)
        free(view->other_luts[i]);
    zoe_look_table_free(&view->table);
    zoe_painter_destroy(&view->painter);
    memset(view, 0, sizeof *view);
}

/* A cell is what the map maps. */
static void fit_map(zoe_view *view)
{
    int32_t width = (view->area.w - (view->columns - 1) * ZOE_PAINT_GAP) / view->columns;
    int32_t height = (view->area.h - (view->rows - 1) * ZOE_PAINT_GAP) / view->rows;
    zoe_view_map_resize(&view->map, width, height);
    view->stale = true;
}

void zoe_view_place(zoe_view *view, SDL_Rect area)
{
    area.w = area.w < 1 ? 1 : area.w;
    area.h = area.h < 1 ? 1 : area.h;
    bool is_other = area.w != view->area.w || area.h != view->area.h;
    view->area = area;
    if (is_other)
        fit_map(view);
}

/* ---- comparing ---- */

void zoe_view_compare(zoe_view *view, const zoe_compare *compare, const zoe_frame *const *others,
                      const zoe_other_color *colors, int count)
{
    bool is_other = count != view->other_count || !zoe_compare_is_same(&view->compare, compare);
    for (int i = 0; i < count; i++) {
        is_other |= others[i] != view->others[i];
        view->others[i] = others[i];
        if (view->other_colors[i].serial == colors[i].serial)
            continue;
        view->other_colors[i] = colors[i];
        view->lut_made = 0;
    }
    view->other_count = count;
    view->compare = *compare;
    view->stale |= is_other;
    int columns, rows;
    zoe_compare_grid(compare, 1 + count, &columns, &rows);
    if (columns == view->columns && rows == view->rows)
        return;
    view->columns = columns;
    view->rows = rows;
    fit_map(view);
}

SDL_Rect zoe_view_cell(const zoe_view *view, int index)
{
    int32_t width = view->map.width, height = view->map.height;
    return (SDL_Rect){view->area.x + index % view->columns * (width + ZOE_PAINT_GAP),
                      view->area.y + index / view->columns * (height + ZOE_PAINT_GAP), width,
                      height};
}

int zoe_view_cell_at(const zoe_view *view, int x, int y, double *cell_x, double *cell_y)
{
    int column = (x - view->area.x) / (view->map.width + ZOE_PAINT_GAP);
    int row = (y - view->area.y) / (view->map.height + ZOE_PAINT_GAP);
    column = column < 0 ? 0 : column >= view->columns ? view->columns - 1 : column;
    row = row < 0 ? 0 : row >= view->rows ? view->rows - 1 : row;
    SDL_Rect cell = zoe_view_cell(view, row * view->columns + column);
    *cell_x = (double)(x - cell.x) + 0.5;
    *cell_y = (double)(y - cell.y) + 0.5;
    return row * view->columns + column;
}

/* ---- pictures ---- */

static int32_t at_full_size(int32_t value, int32_t shift)
{
    int64_t full = (int64_t)value * ((int64_t)1 << shift);
    if (full > INT32_MAX / 2)
        full = INT32_MAX / 2;
    return (int32_t)(full < INT32_MIN / 2 ? INT32_MIN / 2 : full);
}

static zoe_box full_size(const zoe_box *box, int32_t shift)
{
    if (!shift)
        return *box;
    return (zoe_box){at_full_size(box->min_x, shift), at_full_size(box->min_y, shift),
                     at_full_size(box->max_x + 1, shift) - 1,
                     at_full_size(box->max_y + 1, shift) - 1};
}

static int32_t lesser(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t greater(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* The display window is what the picture is; overscan lies around it. A picture that lies outside
 * altogether is seen with both. */
static zoe_box picture_box(const zoe_frame *frame)
{
    zoe_box box = frame->display_window, all = frame->picture;
    if (zoe_frame_box_is_empty(&box))
        box = all;
    else if (zoe_frame_is_outside(frame))
        box = (zoe_box){lesser(box.min_x, all.min_x), lesser(box.min_y, all.min_y),
                        greater(box.max_x, all.max_x), greater(box.max_y, all.max_y)};
    return full_size(&box, frame->proxy_shift);
}

/* A proxy pixel stands for several, so that the edges of its picture lie a little outside. */
static bool is_same_picture(const zoe_box *full, const zoe_box *proxy, int32_t shift)
{
    int64_t size = (int64_t)1 << shift;
    return (int64_t)full->min_x - proxy->min_x < size && full->min_x >= proxy->min_x &&
           (int64_t)full->min_y - proxy->min_y < size && full->min_y >= proxy->min_y &&
           (int64_t)proxy->max_x - full->max_x < size && proxy->max_x >= full->max_x &&
           (int64_t)proxy->max_y - full->max_y < size && proxy->max_y >= full->max_y;
}

void zoe_view_frame(zoe_view *view, const zoe_frame *frame)
{
    zoe_box box = picture_box(frame);
    /* Another scale of the picture that is on screen keeps its size and place to the pixel. */
    if (frame->proxy_shift > 0 && is_same_picture(&view->map.box, &box, frame->proxy_shift))
        box = view->map.box;
    zoe_view_map_picture(&view->map, box, frame->pixel_aspect);
    view->stale = true;
}

void zoe_view_forget(zoe_view *view)
{
    view->filled = false;
    view->stale = true;
}

void zoe_view_invalidate(zoe_view *view)
{
    view->stale = true;
}

static bool fit_texture(zoe_view *view, const zoe_window *window, int width, int height)
{
    if (view->texture && view->texture_width == width && view->texture_height == height)
        return true;
    if (view->texture)
        SDL_DestroyTexture(view->texture);
    view->filled = false;
    view->texture = SDL_CreateTexture(window->renderer, SDL_PIXELFORMAT_ARGB8888,
                                      SDL_TEXTUREACCESS_STREAMING, width, height);
    if (!view->texture)
        return false;
    SDL_SetTextureBlendMode(view->texture, SDL_BLENDMODE_NONE);
    view->texture_width = width;
    view->texture_height = height;
    return true;
}

/* Field by field: padding may differ. */
static bool same_grade(const zoe_grade *a, const zoe_grade *b)
{
    const float fa[6] = {a->exposure,   a->gamma,     a->contrast,
                         a->saturation, a->range_min, a->range_max};
    const float fb[6] = {b->exposure,   b->gamma,     b->contrast,
                         b->saturation, b->range_min, b->range_max};
    for (int i = 0; i < 6; i++) {
        if (fa[i] < fb[i] || fa[i] > fb[i])
            return false;
    }
    return a->view == b->view && a->transfer == b->transfer;
}

void zoe_view_look(zoe_view *view, const zoe_look *look)
{
    if (zoe_look_is_same(&view->look, look))
        return;
    view->look = *look;
    zoe_view_map_mirror(&view->map, look->flop, look->flip);
    view->stale = true;
}

zoe_viewport zoe_view_port(const zoe_view *view, const zoe_frame *frame)
{
    const zoe_view_map *map = &view->map;
    double proxy = (double)((int64_t)1 << frame->proxy_shift);
    SDL_Color grey = zoe_theme_dark.surround;
    double left, top;
    zoe_view_map_point(map, 0.0, 0.0, &left, &top);
    zoe_viewport port = {
        .origin_x = left / proxy,
        .origin_y = top / proxy,
        .step_x = (map->flop ? -1.0 : 1.0) / (map->zoom * map->aspect * proxy),
        .step_y = (map->flip ? -1.0 : 1.0) / (map->zoom * proxy),
        .filter = view->look.filter,
        .width = map->width,
        .height = map->height,
        .outside = 0xFF000000u | (uint32_t)grey.r << 16 | (uint32_t)grey.g << 8 | grey.b,
    };
    return port;
}

/* Scopes show what the picture is, without false colours and marks: these are drawn after them. */
static zoe_status draw_measured(zoe_view *view, zoe_paint *paint, void *pixels, size_t pitch)
{
    zoe_look plain = view->look;
    plain.false_color = plain.marks = plain.ids = false;
    paint->look = &plain;
    paint->has_line = false;
    zoe_status status = zoe_painter_draw(view->painter, paint, pixels, pitch, &view->found);
    if (status == ZOE_OK)
        zoe_scope_measure(view->scope, pixels, view->texture_width, view->texture_height, pitch,
                          paint->viewport->outside);
    paint->look = &view->look;
    paint->has_line = true;
    bool is_same = zoe_look_is_same(&plain, &view->look) && view->compare.mode != ZOE_COMPARE_WIPE;
    if (status != ZOE_OK || is_same)
        return status;
    return zoe_painter_draw(view->painter, paint, pixels, pitch, &view->found);
}

/* Those of the others that differ; one without memory is drawn as the frame is. */
static void use_other_colors(zoe_view *view, zoe_paint *paint)
{
    for (int i = 0; i < view->other_count; i++) {
        paint->others[i] = view->others[i];
        if (view->other_colors[i].serial)
            paint->other_luts[i] = view->other_luts[i];
    }
    if (view->other_count && paint->other_luts[0])
        paint->other_matrix = view->other_colors[0].matrix;
}

static void refill(zoe_view *view, const zoe_window *window, const zoe_frame *frame)
{
    zoe_viewport port = zoe_view_port(view, frame);
    zoe_paint paint = {.frame = frame,
                       .lut = view->lut,
                       .viewport = &port,
                       .look = &view->look,
                       .compare = view->other_count ? &view->compare : NULL,
                       .other_count = view->other_count,
                       .has_line = true};
    use_other_colors(view, &paint);
    if (!fit_texture(view, window, zoe_paint_width(&paint), zoe_paint_height(&paint)))
        return;
    void *pixels;
    int pitch;
    if (SDL_LockTexture(view->texture, NULL, &pixels, &pitch))
        return;
    zoe_status status =
        view->scope ? draw_measured(view, &paint, pixels, (size_t)pitch)
                    : zoe_painter_draw(view->painter, &paint, pixels, (size_t)pitch, &view->found);
    SDL_UnlockTexture(view->texture);
    view->filled = view->filled || status == ZOE_OK;
}

/* Where a box of the picture at full size is seen: device pixels from the area's corner. */
static SDL_Rect seen_at(const zoe_view *view, zoe_box box)
{
    zoe_box seen = zoe_view_map_box(&view->map, box);
    return (SDL_Rect){seen.min_x, seen.min_y, seen.max_x - seen.min_x + 1,
                      seen.max_y - seen.min_y + 1};
}

static bool has_overscan(const zoe_frame *frame)
{
    const zoe_box *w = &frame->picture, *d = &frame->display_window;
    return w->min_x < d->min_x || w->min_y < d->min_y || w->max_x > d->max_x || w->max_y > d->max_y;
}

/* What a proxy's edge pixels stand for beyond the picture is no part of it. Overscan is. */
static void trim_proxy(const zoe_view *view, const zoe_window *window)
{
    const SDL_Rect *area = &view->area;
    SDL_Color grey = zoe_theme_dark.surround;
    SDL_Rect seen = seen_at(view, view->map.box);
    int right = area->w - seen.x - seen.w, bottom = area->h - seen.y - seen.h;
    zoe_fill(window, (SDL_Rect){area->x, area->y, seen.x, area->h}, grey);
    zoe_fill(window, (SDL_Rect){area->x, area->y, area->w, seen.y}, grey);
    zoe_fill(window, (SDL_Rect){area->x + area->w - right, area->y, right, area->h}, grey);
    zoe_fill(window, (SDL_Rect){area->x, area->y + area->h - bottom, area->w, bottom}, grey);
}

/* Amid overscan the display window would not be told apart: a line around it, beside its pixels. */
static void mark_display_window(const zoe_view *view, const zoe_window *window,
                                const zoe_frame *frame)
{
    int line = zoe_px(window, 1);
    SDL_Rect seen = seen_at(view, full_size(&frame->display_window, frame->proxy_shift));
    seen.x += view->area.x - line;
    seen.y += view->area.y - line;
    seen.w += 2 * line;
    seen.h += 2 * line;
    SDL_RenderSetClipRect(window->renderer, &view->area);
    zoe_outline(window, seen, line, zoe_theme_dark.tick);
    SDL_RenderSetClipRect(window->renderer, NULL);
}

static void make_other_luts(zoe_view *view, const zoe_grade *grade)
{
    for (int i = 0; i < view->other_count; i++) {
        if (!view->other_colors[i].serial)
            continue;
        if (!view->other_luts[i])
            view->other_luts[i] = malloc(sizeof *view->other_luts[i]);
        if (view->other_luts[i])
            zoe_display_lut_make(view->other_luts[i], grade, &view->other_colors[i].color);
    }
}

void zoe_view_draw(zoe_view *view, const zoe_window *window, const zoe_frame *frame,
                   const zoe_grade *grade, const zoe_colored *colored)
{
    zoe_fill(window, view->area, zoe_theme_dark.surround);
    if (!view->lut_made || !same_grade(&view->lut->grade, grade) ||
        view->serial != colored->serial) {
        zoe_look_table *before = view->table;
        view->table = zoe_look_table_hold(colored->table);
        view->serial = colored->serial;
        zoe_display_lut_make(view->lut, grade, colored->serial ? &colored->color : NULL);
        make_other_luts(view, grade);
        zoe_look_table_free(&before);
        view->lut->grade = *grade;
        view->lut_made = 1;
        view->stale = true;
    }
    if (view->stale && frame && frame->pin) {
        refill(view, window, frame);
        view->stale = false;
    }
    if (!view->filled || !view->texture)
        return;
    SDL_Rect drawn = {view->area.x, view->area.y, view->texture_width, view->texture_height};
    SDL_RenderCopy(window->renderer, view->texture, NULL, &drawn);
    if (!frame || view->columns * view->rows > 1)
        return;
    if (has_overscan(frame))
        mark_display_window(view, window, frame);
    else if (frame->proxy_shift > 0)
        trim_proxy(view, window);
}

int32_t zoe_view_probe(const zoe_view *view, const zoe_frame *frame, int x, int y, int32_t *pixel_x,
                       int32_t *pixel_y, double values[ZOE_PLANES_MAX])
{
    if (!frame->pin || !zoe_inside(view->area, x, y))
        return 0;
    double px, py;
    double cell_x, cell_y;
    (void)zoe_view_cell_at(view, x, y, &cell_x, &cell_y);
    zoe_view_map_point(&view->map, cell_x, cell_y, &px, &py);
    px = floor(px);
    py = floor(py);
    if (fabs(px) > 1e9 || fabs(py) > 1e9)
        return 0;
    *pixel_x = (int32_t)px;
    *pixel_y = (int32_t)py;
    double proxy = (double)((int64_t)1 << frame->proxy_shift);
    return zoe_display_sample_exact(frame, (int32_t)floor(px / proxy), (int32_t)floor(py / proxy),
                                    values);
}
