#include "ui/ui_menu.h"

#include <stdlib.h>

#include "ui/ui_button.h"
#include "ui/ui_scroll.h"

enum { ROW = 26, LINE = 9, SIGN = 24, KEYS_GAP = 28 }; /* points */

static bool can_choose(const zoe_ui_menu_item *item)
{
    return item->text && !item->disabled;
}

static int row_height(const zoe_ui *ui, const zoe_ui_menu_item *item)
{
    return zoe_ui_px(ui, item->text ? ROW : LINE);
}

static void measure(zoe_ui *ui, const zoe_ui_menu_item *items, int count, int *width, int *height)
{
    int text = 0, keys = 0;
    *height = 0;
    for (int i = 0; i < count; i++) {
        *height += row_height(ui, &items[i]);
        if (!items[i].text)
            continue;
        int w = zoe_ui_text_width(ui, ZOE_TEXT_BODY, items[i].text);
        int k = items[i].keys ? zoe_ui_text_width(ui, ZOE_TEXT_BODY, items[i].keys) : 0;
        text = w > text ? w : text;
        keys = k > keys ? k : keys;
    }
    *width = zoe_ui_px(ui, 8 + SIGN) + text + zoe_ui_px(ui, 14);
    if (keys)
        *width += keys + zoe_ui_px(ui, KEYS_GAP);
}

/* The next item that can be chosen, in steps of 1 or -1, round the ends. */
static int along(const zoe_ui_menu_item *items, int count, int from, int step)
{
    for (int i = 1; i <= count; i++) {
        int at = ((from + step * i) % count + count) % count;
        if (can_choose(&items[at]))
            return at;
    }
    return from;
}

static bool begins_with(const char *text, char letter)
{
    return (text[0] | 0x20) == (letter | 0x20);
}

static int by_letter(const zoe_ui_menu_item *items, int count, int from, char letter)
{
    for (int i = 1; i <= count; i++) {
        int at = (from + i) % count;
        if (can_choose(&items[at]) && begins_with(items[at].text, letter))
            return at;
    }
    return from;
}

/* Moves the cursor. Returns whether its item is chosen. */
static bool hear_keys(zoe_ui *ui, zoe_ui_open *open, const zoe_ui_menu_item *items, int count,
                      bool *moved)
{
    zoe_ui_key *key;
    bool chosen = false;
    int before = open->cursor;
    for (int i = 0; count > 0 && (key = zoe_ui_next_key(ui, &i));) {
        switch (key->key) {
        case 0: open->cursor = by_letter(items, count, open->cursor, key->text[0]); break;
        case SDLK_UP:
            open->cursor = along(items, count, open->cursor < 0 ? count : open->cursor, -1);
            break;
        case SDLK_DOWN: open->cursor = along(items, count, open->cursor, 1); break;
        case SDLK_HOME: open->cursor = along(items, count, -1, 1); break;
        case SDLK_END: open->cursor = along(items, count, count, -1); break;
        case SDLK_RETURN:
        case SDLK_KP_ENTER:
        case SDLK_SPACE: chosen = true; break;
        case SDLK_ESCAPE: continue; /* closes it, at the end of the frame */
        default: break;
        }
        key->used = true;
    }
    *moved = open->cursor != before;
    return chosen;
}

static void draw_item(zoe_ui *ui, SDL_Rect row, const zoe_ui_menu_item *item, bool lit)
{
    const zoe_ui_style *s = ui->style;
    int pad = zoe_ui_px(ui, 4);
    if (!item->text) {
        SDL_Rect line = zoe_centered(row, row.w - 2 * pad, zoe_ui_px(ui, 1));
        zoe_draw_fill(&ui->draw, line, 0, s->control_hover);
        return;
    }
    SDL_Rect box = zoe_inset(row, pad, 0);
    if (lit)
        zoe_draw_fill(&ui->draw, box, zoe_ui_px(ui, ZOE_UI_RADIUS), s->row_focused);
    SDL_Color ink = item->disabled ? s->text_disabled : lit ? s->text_light : s->text;
    SDL_Rect sign = zoe_cut_left(&box, zoe_ui_px(ui, SIGN));
    int side = zoe_ui_px(ui, 14);
    zoe_icon icon = item->checked ? ZOE_ICON_CHECK : item->icon;
    if (icon)
        zoe_draw_icon(&ui->draw, zoe_centered(sign, side, side), icon, ink);
    zoe_cut_right(&box, zoe_ui_px(ui, 10));
    if (item->keys) {
        int width = zoe_ui_text_width(ui, ZOE_TEXT_BODY, item->keys);
        SDL_Rect keys = zoe_cut_right(&box, width);
        zoe_ui_label(ui, keys, ZOE_TEXT_BODY, ZOE_UI_RIGHT,
                     item->disabled ? s->text_disabled
                     : lit          ? s->text
                                    : s->text_dim,
                     item->keys);
    }
    zoe_ui_label(ui, box, ZOE_TEXT_BODY, ZOE_UI_LEFT, ink, item->text);
}

/* Whether the mouse takes the item: a click, or the end of the drag that opened the menu. */
static bool hear_item(zoe_ui *ui, zoe_ui_open *open, SDL_Rect row, int index, bool enabled)
{
    zoe_ui_push_index(ui, index);
    zoe_ui_hit hit = zoe_ui_hear(ui, zoe_ui_make_id(ui, "item"), row);
    zoe_ui_pop(ui);
    int away = abs(ui->input.mouse_x - open->at_x) + abs(ui->input.mouse_y - open->at_y);
    bool moved = away > zoe_ui_px(ui, 4);
    if (!hit.inside)
        return false;
    if (moved || hit.pressed)
        open->cursor = enabled ? index : -1;
    uint32_t released = ui->input.released & (SDL_BUTTON_LMASK | SDL_BUTTON_RMASK);
    return enabled && (hit.clicked || (released && moved));
}

int zoe_ui_menu(zoe_ui *ui, const char *id, const zoe_ui_menu_item *items, int count)
{
    int width, height, answer = -1;
    SDL_Rect inner;
    measure(ui, items, count, &width, &height);
    if (!zoe_ui_popup_begin(ui, id, width, height + zoe_ui_px(ui, 8), &inner))
        return -1;
    zoe_ui_open *open = zoe_ui_popup_current(ui);
    bool moved = false, by_key = zoe_ui_hears_keys(ui) && hear_keys(ui, open, items, count, &moved);
    zoe_ui_scroll scroll = {.offset = open->scroll, .content = height};
    if (by_key && open->cursor >= 0)
        answer = items[open->cursor].value;
    int64_t top = 0;
    for (int i = 0; i < open->cursor && moved; i++)
        top += row_height(ui, &items[i]);
    if (moved)
        zoe_ui_scroll_to(&scroll, top, zoe_ui_px(ui, ROW), inner.h);
    bool bar = height > inner.h;
    SDL_Rect rest = zoe_ui_scroll_begin(ui, "items", inner, &scroll);
    rest.w = bar ? rest.w : inner.w;
    for (int i = 0; i < count; i++) {
        SDL_Rect row = zoe_cut_top(&rest, row_height(ui, &items[i]));
        if (hear_item(ui, open, row, i, can_choose(&items[i])))
            answer = items[i].value;
        draw_item(ui, row, &items[i], open->cursor == i);
    }
    zoe_ui_scroll_end(ui, &scroll, height);
    open->scroll = scroll.offset;
    zoe_ui_popup_end(ui);
    if (answer >= 0)
        zoe_ui_popup_close(ui, id);
    return answer;
}
