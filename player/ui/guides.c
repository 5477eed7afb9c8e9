#include "ui/guides.h"

#include <math.h>

#include "ui/ui_draw.h"

static const SDL_Color line_color = {255, 255, 255, 150};
static const SDL_Color shade_color = {0, 0, 0,
                                      110}; /* around a line, so that it is seen on white */
static const SDL_Color matte_color = {0, 0, 0, 150}; /* what another aspect cuts off */

static const double aspects[] = {0.0, 4.0 / 3.0, 16.0 / 9.0, 1.85, 2.0, 2.39, 1.0, 9.0 / 16.0};

double zoe_guides_aspect(int32_t index)
{
    int32_t count = (int32_t)(sizeof aspects / sizeof aspects[0]);
    return index > 0 && index < count ? aspects[index] : 0.0;
}

void zoe_guides_box(double width, double height, double pixel_aspect, double aspect, double part,
                    double corners[4])
{
    double w = width, h = height;
    if (aspect > 0.0 && w * pixel_aspect > h * aspect)
        w = h * aspect / pixel_aspect;
    else if (aspect > 0.0)
        h = w * pixel_aspect / aspect;
    corners[0] = (width - w * part) / 2.0;
    corners[1] = (height - h * part) / 2.0;
    corners[2] = (width + w * part) / 2.0;
    corners[3] = (height + h * part) / 2.0;
}

/* Part of a picture that is seen at `seen`; far beyond the window it is cut. */
static SDL_Rect rect_of(SDL_Rect seen, double width, double height, const double corners[4])
{
    double across = (double)seen.w / width, down = (double)seen.h / height;
    int left = seen.x + (int)lround(corners[0] * across);
    int top = seen.y + (int)lround(corners[1] * down);
    int right = seen.x + (int)lround(corners[2] * across);
    int bottom = seen.y + (int)lround(corners[3] * down);
    return (SDL_Rect){left, top, right - left, bottom - top};
}

static void frame_line(zoe_ui *ui, SDL_Rect box)
{
    int line = zoe_ui_px(ui, 1);
    SDL_Rect outer = {box.x - line, box.y - line, box.w + 2 * line, box.h + 2 * line};
    zoe_draw_outline(&ui->draw, outer, 0, 3 * line, shade_color);
    zoe_draw_outline(&ui->draw, box, 0, line, line_color);
}

static void bar(zoe_ui *ui, SDL_Rect box)
{
    int line = zoe_ui_px(ui, 1);
    SDL_Rect outer = {box.x - line, box.y - line, box.w + 2 * line, box.h + 2 * line};
    zoe_draw_fill(&ui->draw, outer, 0, shade_color);
    zoe_draw_fill(&ui->draw, box, 0, line_color);
}

static void cross(zoe_ui *ui, SDL_Rect box)
{
    int line = zoe_ui_px(ui, 1), arm = zoe_ui_px(ui, 12);
    int x = box.x + box.w / 2, y = box.y + box.h / 2;
    bar(ui, (SDL_Rect){x - arm, y - line / 2, 2 * arm, line});
    bar(ui, (SDL_Rect){x - line / 2, y - arm, line, 2 * arm});
}

static void matte(zoe_ui *ui, SDL_Rect all, SDL_Rect kept)
{
    int right = kept.x + kept.w, bottom = kept.y + kept.h;
    zoe_draw_fill(&ui->draw, (SDL_Rect){all.x, all.y, all.w, kept.y - all.y}, 0, matte_color);
    zoe_draw_fill(&ui->draw, (SDL_Rect){all.x, bottom, all.w, all.y + all.h - bottom}, 0,
                  matte_color);
    zoe_draw_fill(&ui->draw, (SDL_Rect){all.x, kept.y, kept.x - all.x, kept.h}, 0, matte_color);
    zoe_draw_fill(&ui->draw, (SDL_Rect){right, kept.y, all.x + all.w - right, kept.h}, 0,
                  matte_color);
}

void zoe_guides_run(zoe_ui *ui, const zoe_guides *guides, const zoe_view *view)
{
    if (!view->filled || (!guides->safe && !guides->aspect))
        return;
    const zoe_box *box = &view->map.box;
    double width = (double)box->max_x - box->min_x + 1,
           height = (double)box->max_y - box->min_y + 1;
    double aspect = zoe_guides_aspect(guides->aspect), corners[4];
    zoe_box at = zoe_view_map_box(&view->map, *box);
    SDL_Rect seen = {view->area.x + at.min_x, view->area.y + at.min_y, at.max_x - at.min_x + 1,
                     at.max_y - at.min_y + 1};
    SDL_Rect clip = ui->draw.clip, kept;
    if (!SDL_IntersectRect(&clip, &view->area, &ui->draw.clip))
        return;
    zoe_guides_box(width, height, view->map.aspect, aspect, 1.0, corners);
    kept = rect_of(seen, width, height, corners);
    if (guides->aspect) {
        matte(ui, seen, kept);
        frame_line(ui, kept);
    }
    for (int i = 0; i < 2 && guides->safe; i++) {
        zoe_guides_box(width, height, view->map.aspect, aspect, i ? 0.8 : 0.9, corners);
        frame_line(ui, rect_of(seen, width, height, corners));
    }
    if (guides->safe == 2)
        cross(ui, kept);
    ui->draw.clip = clip;
}
