#include "ui/ui_scroll.h"

#include <math.h>

enum { WHEEL_STEP = 60, KEY_STEP = 40, LEAST_THUMB = 24 }; /* points */
enum { ENDLESS = 1 << 28 };

int zoe_ui_scroll_bar(const zoe_ui *ui)
{
    return zoe_ui_px(ui, ZOE_UI_BAR);
}

static void keep_in_limits(zoe_ui_scroll *scroll, int height)
{
    int64_t most = scroll->content - height;
    scroll->offset = scroll->offset > most ? most : scroll->offset;
    scroll->offset = scroll->offset < 0 ? 0 : scroll->offset;
}

static void scroll_by(zoe_ui *ui, zoe_ui_scroll *scroll, int64_t pixels)
{
    int64_t before = scroll->offset;
    scroll->offset += pixels;
    keep_in_limits(scroll, scroll->area.h);
    if (scroll->offset != before)
        zoe_ui_again(ui);
}

bool zoe_ui_scroll_wheel(zoe_ui *ui, zoe_ui_scroll *scroll, SDL_Rect area)
{
    zoe_ui_cover(ui, area);
    scroll->area = area;
    keep_in_limits(scroll, area.h);
    if (ui->input.wheel_y == 0.0 || scroll->content <= area.h || !zoe_ui_mouse_on(ui, area))
        return false;
    double pixels = scroll->rest - ui->input.wheel_y * WHEEL_STEP * ui->scale;
    double whole = floor(pixels);
    scroll->rest = pixels - whole;
    scroll_by(ui, scroll, (int64_t)whole);
    ui->input.wheel_y = 0.0;
    ui->scrolled_ns = ui->now_ns;
    return true;
}

SDL_Rect zoe_ui_scroll_begin(zoe_ui *ui, const char *id, SDL_Rect area, zoe_ui_scroll *scroll)
{
    zoe_ui_push(ui, id);
    scroll->area = area;
    scroll->show_before = ui->show;
    scroll->seen_before = ui->focus_seen;
    keep_in_limits(scroll, area.h);
    zoe_ui_clip(ui, area);
    int64_t top = (int64_t)area.y - scroll->offset;
    return (SDL_Rect){area.x, (int)top, area.w - zoe_ui_scroll_bar(ui), ENDLESS};
}

/* Keys that no widget wanted, where the keyboard is in the area. */
static void hear_keys(zoe_ui *ui, zoe_ui_scroll *scroll)
{
    bool focus_inside = ui->focus_seen && !scroll->seen_before;
    bool in_page = ui->keys_of && (!ui->focus || focus_inside);
    if (!zoe_ui_hears_keys(ui) || !(focus_inside || in_page) || scroll->content <= scroll->area.h)
        return;
    int page = scroll->area.h * 9 / 10, step = zoe_ui_px(ui, KEY_STEP);
    while (zoe_ui_take_key(ui, SDLK_PAGEUP, KMOD_NONE))
        scroll_by(ui, scroll, -page);
    while (zoe_ui_take_key(ui, SDLK_PAGEDOWN, KMOD_NONE))
        scroll_by(ui, scroll, page);
    while (zoe_ui_take_key(ui, SDLK_UP, KMOD_NONE))
        scroll_by(ui, scroll, -step);
    while (zoe_ui_take_key(ui, SDLK_DOWN, KMOD_NONE))
        scroll_by(ui, scroll, step);
    if (zoe_ui_take_key(ui, SDLK_HOME, KMOD_NONE))
        scroll_by(ui, scroll, -scroll->content);
    if (zoe_ui_take_key(ui, SDLK_END, KMOD_NONE))
        scroll_by(ui, scroll, scroll->content);
}

void zoe_ui_scroll_to(zoe_ui_scroll *scroll, int64_t top, int height, int area_height)
{
    if (scroll->offset < top + height - area_height)
        scroll->offset = top + height - area_height;
    if (scroll->offset > top)
        scroll->offset = top;
}

/* What Tab came to inside the area comes into sight, with a little around it. */
static void show_reached(zoe_ui *ui, zoe_ui_scroll *scroll)
{
    if (!ui->show || scroll->show_before)
        return;
    int around = zoe_ui_px(ui, 12);
    int64_t before = scroll->offset;
    int64_t top = ui->show_rect.y - scroll->area.y + scroll->offset - around;
    zoe_ui_scroll_to(scroll, top, ui->show_rect.h + 2 * around, scroll->area.h);
    keep_in_limits(scroll, scroll->area.h);
    ui->show_rect.y -= (int)(scroll->offset - before);
    if (scroll->offset != before)
        zoe_ui_again(ui);
}

void zoe_ui_scroll_draw_bar(zoe_ui *ui, zoe_ui_id id, zoe_ui_scroll *scroll, SDL_Rect area)
{
    keep_in_limits(scroll, area.h);
    if (scroll->content <= area.h || area.h <= 0)
        return;
    SDL_Rect rest = area, groove = zoe_cut_right(&rest, zoe_ui_scroll_bar(ui));
    int64_t most = scroll->content - area.h;
    int thumb = (int)((int64_t)groove.h * area.h / scroll->content);
    thumb = zoe_clamp_int(thumb, zoe_ui_px(ui, LEAST_THUMB), groove.h);
    int way = groove.h - thumb;
    int at = (int)((int64_t)way * scroll->offset / most);
    zoe_ui_hit hit = zoe_ui_hear(ui, id, groove);
    int y = ui->input.mouse_y - groove.y;
    if (hit.pressed) {
        ui->grab_y = y - at;
        if (y < at || y >= at + thumb) {
            /* Beside the thumb: by a page towards the pointer. */
            scroll_by(ui, scroll, y < at ? -area.h : area.h);
            at = (int)((int64_t)way * scroll->offset / most);
            ui->grab_y = y - at;
        }
    } else if (hit.held && way > 0) {
        at = zoe_clamp_int(y - ui->grab_y, 0, way);
        scroll_by(ui, scroll, (int64_t)at * most / way - scroll->offset);
    }
    bool lit = hit.hovered || hit.held;
    int width = zoe_ui_px(ui, lit ? 6 : 4);
    SDL_Rect bar = {groove.x + (groove.w - width) / 2, groove.y + at, width, thumb};
    bar = zoe_inset(bar, 0, zoe_ui_px(ui, 2));
    zoe_draw_fill(&ui->draw, bar, width / 2, lit ? ui->style->thumb_hover : ui->style->thumb);
}

void zoe_ui_scroll_end(zoe_ui *ui, zoe_ui_scroll *scroll, int64_t content)
{
    SDL_Rect area = scroll->area;
    scroll->content = content;
    show_reached(ui, scroll);
    zoe_ui_scroll_wheel(ui, scroll, area);
    hear_keys(ui, scroll);
    zoe_ui_scroll_draw_bar(ui, zoe_ui_make_id(ui, "bar"), scroll, area);
    zoe_ui_unclip(ui);
    zoe_ui_pop(ui);
}
