#include "ui/ui_list.h"

#include <stdlib.h>
#include <string.h>

#include "ui/ui_edit.h"

/* ---- selection ---- */

/* Whether there are bits for all rows; without memory for them only the cursor is selected. */
static bool has_bits(zoe_ui_list *list)
{
    size_t words = ((size_t)list->count + 63) / 64;
    if (words <= list->bits_capacity)
        return list->bits != NULL;
    uint64_t *bits = realloc(list->bits, words * sizeof *bits);
    if (!bits)
        return false;
    memset(bits + list->bits_capacity, 0, (words - list->bits_capacity) * sizeof *bits);
    list->bits = bits;
    list->bits_capacity = words;
    return true;
}

static bool bit(const zoe_ui_list *list, int row)
{
    size_t word = (size_t)row / 64;
    return row >= 0 && word < list->bits_capacity && (list->bits[word] >> (row % 64) & 1);
}

static void set_bit(zoe_ui_list *list, int row, bool on)
{
    uint64_t mask = (uint64_t)1 << (row % 64);
    if (on)
        list->bits[row / 64] |= mask;
    else
        list->bits[row / 64] &= ~mask;
}

static void clear_bits(zoe_ui_list *list)
{
    if (list->bits)
        memset(list->bits, 0, list->bits_capacity * sizeof *list->bits);
}

static void select_range(zoe_ui_list *list, int from, int until)
{
    if (!(list->flags & ZOE_UI_LIST_MANY) || !has_bits(list))
        return;
    clear_bits(list);
    if (from > until) {
        int other = from;
        from = until;
        until = other;
    }
    for (int i = from < 0 ? 0 : from; i <= until && i < list->count; i++)
        set_bit(list, i, true);
}

bool zoe_ui_list_has(const zoe_ui_list *list, int row)
{
    if (row < 0 || row >= list->count)
        return false;
    return list->flags & ZOE_UI_LIST_MANY && list->bits ? bit(list, row) : row == list->cursor;
}

int zoe_ui_list_selected(const zoe_ui_list *list)
{
    if (!(list->flags & ZOE_UI_LIST_MANY) || !list->bits)
        return list->cursor >= 0 && list->cursor < list->count;
    int count = 0;
    for (int i = 0; i < list->count; i++)
        count += bit(list, i);
    return count;
}

void zoe_ui_list_select(zoe_ui_list *list, int row)
{
    list->cursor = list->anchor = row;
    list->show = row + 1;
    clear_bits(list);
    if (row >= 0 && (size_t)row / 64 < list->bits_capacity)
        set_bit(list, row, true);
}

void zoe_ui_list_free(zoe_ui_list *list)
{
    free(list->bits);
    list->bits = NULL;
    list->bits_capacity = 0;
}

/* The cursor goes to a row: alone, extending from the anchor, or switching that row. */
static void go_to(zoe_ui_list *list, int row, bool extend, bool flip)
{
    bool many = list->flags & ZOE_UI_LIST_MANY && has_bits(list);
    list->cursor = row;
    list->answer |= ZOE_UI_CHANGED;
    if (extend) {
        select_range(list, list->anchor, row);
        return;
    }
    list->anchor = row;
    if (many && flip)
        set_bit(list, row, !bit(list, row));
    else
        select_range(list, row, row);
}

/* ---- keys ---- */

static void step(zoe_ui_list *list, int rows, bool extend)
{
    int from = list->cursor < 0 ? (rows > 0 ? -1 : list->count) : list->cursor;
    int64_t to = (int64_t)from + rows;
    int row = to < 0 ? 0 : to >= list->count ? list->count - 1 : (int)to;
    if (row != list->cursor)
        go_to(list, row, extend, false);
    list->show = row + 1;
}

static void hear_key(zoe_ui_list *list, zoe_ui_key *key)
{
    bool shift = key->modifiers == KMOD_SHIFT, ctrl = key->modifiers == KMOD_CTRL;
    int page = list->row_height > 0 ? list->area.h / list->row_height - 1 : 1;
    page = page < 1 ? 1 : page;
    if (key->modifiers && !ctrl && !(shift && list->flags & ZOE_UI_LIST_MANY))
        return;
    bool several = ctrl && list->flags & ZOE_UI_LIST_MANY;
    bool taken = !ctrl;
    switch (ctrl ? SDLK_UNKNOWN : key->key) {
    case SDLK_UP: step(list, -1, shift); break;
    case SDLK_DOWN: step(list, 1, shift); break;
    case SDLK_PAGEUP: step(list, -page, shift); break;
    case SDLK_PAGEDOWN: step(list, page, shift); break;
    case SDLK_HOME: step(list, -list->count, shift); break;
    case SDLK_END: step(list, list->count, shift); break;
    case SDLK_RETURN:
    case SDLK_KP_ENTER:
        taken = !shift && list->cursor >= 0;
        list->answer |= taken ? ZOE_UI_ENTER : 0;
        break;
    default: taken = false; break;
    }
    if (several && key->key == SDLK_a) {
        select_range(list, 0, list->count - 1);
        list->answer |= ZOE_UI_CHANGED;
        taken = true;
    } else if (several && key->key == SDLK_SPACE && list->cursor >= 0) {
        go_to(list, list->cursor, false, true);
        taken = true;
    }
    key->used = key->used || taken;
}

/* Returns whether the key changed the filter or was meant for it. */
static bool filter_key(zoe_ui_list *list, const zoe_ui_key *key)
{
    size_t length = strlen(list->filter);
    zoe_edit edit = {list->filter, sizeof list->filter, length, length};
    if (!key->key) {
        if (!length && key->text[0] == ' ')
            return false;
        zoe_edit_insert(&edit, key->text, strlen(key->text));
    } else if (length && key->key == SDLK_BACKSPACE) {
        bool word = key->modifiers & KMOD_CTRL;
        zoe_edit_delete_to(&edit, word ? zoe_edit_word(&edit, length, false)
                                       : zoe_utf8_previous(list->filter, length));
    } else if (length && key->key == SDLK_ESCAPE && !key->modifiers) {
        list->filter[0] = '\0';
    } else {
        return false;
    }
    list->filter_changed = true;
    return true;
}

static void hear_keys(zoe_ui *ui, zoe_ui_list *list)
{
    bool typing = list->focused && list->flags & ZOE_UI_LIST_FILTER;
    zoe_ui_key *key;
    for (int i = 0; (key = zoe_ui_next_key(ui, &i));) {
        if (typing && filter_key(list, key))
            key->used = true;
        else if (key->key && list->count > 0)
            hear_key(list, key);
    }
    if (typing) {
        ui->answer.wants_text = true;
        zoe_ui_take_typing(ui);
    }
}

/* ---- frames ---- */

static void draw_filter(zoe_ui *ui, SDL_Rect strip, const zoe_ui_list *list)
{
    int side = zoe_ui_px(ui, 14), pad = zoe_ui_px(ui, ZOE_UI_PAD);
    zoe_draw_fill(&ui->draw, strip, 0, ui->style->popup);
    strip = zoe_inset(strip, pad, 0);
    SDL_Rect place = zoe_cut_left(&strip, side);
    zoe_draw_icon(&ui->draw, zoe_centered(place, side, side), ZOE_ICON_SEARCH, ui->style->accent);
    zoe_cut_left(&strip, zoe_ui_px(ui, 6));
    int y = strip.y + (strip.h - zoe_ui_text_height(ui, ZOE_TEXT_BODY)) / 2;
    zoe_ui_text(ui, ZOE_TEXT_BODY, strip.x, y, strip.w, ui->style->text_light, list->filter,
                ZOE_UI_KEEP_END);
}

void zoe_ui_list_begin(zoe_ui *ui, const char *name, SDL_Rect rect, zoe_ui_list *list, int count,
                       int row_height, unsigned flags)
{
    list->id = zoe_ui_make_id(ui, name);
    list->count = count;
    list->row_height = row_height < 1 ? 1 : row_height;
    list->flags = flags;
    list->answer = 0;
    list->menu_row = -1;
    list->filter_changed = false;
    if (list->cursor >= count)
        list->cursor = count - 1;
    if (list->anchor >= count || list->anchor < 0)
        list->anchor = list->cursor < 0 ? 0 : list->cursor;
    list->focused = zoe_ui_stop_at(ui, list->id, rect);
    list->area = rect;
    if (list->filter[0])
        draw_filter(ui, zoe_cut_top(&list->area, zoe_ui_px(ui, 26)), list);
    bool keys = flags & ZOE_UI_LIST_KEYS && !ui->disabled && zoe_ui_hears_keys(ui);
    if (list->focused || keys)
        hear_keys(ui, list);
    list->scroll.content = (int64_t)count * list->row_height;
    if (list->show)
        zoe_ui_scroll_to(&list->scroll, (int64_t)(list->show - 1) * list->row_height,
                         list->row_height, list->area.h);
    list->show = 0;
    zoe_ui_scroll_wheel(ui, &list->scroll, list->area);
    list->next = (int)(list->scroll.offset / list->row_height);
    zoe_ui_clip(ui, list->area);
    zoe_ui_push(ui, name);
    zoe_ui_push_index(ui, -1);
}

static SDL_Rect row_rect(const zoe_ui *ui, const zoe_ui_list *list, int row)
{
    int64_t top = (int64_t)row * list->row_height - list->scroll.offset;
    bool bar = list->scroll.content > list->area.h;
    return (SDL_Rect){list->area.x, list->area.y + (int)top,
                      list->area.w - (bar ? zoe_ui_scroll_bar(ui) : 0), list->row_height};
}

bool zoe_ui_list_next(zoe_ui *ui, zoe_ui_list *list, int *row, SDL_Rect *place)
{
    const zoe_ui_style *s = ui->style;
    zoe_ui_pop(ui);
    if (list->next >= list->count)
        return false;
    SDL_Rect rect = row_rect(ui, list, list->next);
    if (rect.y >= list->area.y + list->area.h)
        return false;
    bool chosen = zoe_ui_list_has(list, list->next);
    bool over = zoe_ui_mouse_on(ui, rect) && !ui->active && !ui->disabled;
    if (chosen || over)
        zoe_draw_fill(&ui->draw, rect, 0,
                      !chosen         ? s->row_hover
                      : list->focused ? s->row_focused
                                      : s->row_chosen);
    if (list->focused && list->next == list->cursor && (ui->ring || !chosen))
        zoe_draw_outline(&ui->draw, rect, 0, zoe_ui_px(ui, 1), s->accent);
    *row = list->next++;
    *place = zoe_inset(rect, zoe_ui_px(ui, ZOE_UI_PAD), 0);
    zoe_ui_push_index(ui, *row);
    return true;
}

static void hear_mouse(zoe_ui *ui, zoe_ui_list *list)
{
    SDL_Rect rows = list->area;
    if (list->scroll.content > rows.h)
        zoe_cut_right(&rows, zoe_ui_scroll_bar(ui));
    zoe_ui_hit hit = zoe_ui_hear(ui, list->id, rows);
    if (!hit.pressed && !hit.right)
        return;
    zoe_ui_take_focus(ui, list->id, false);
    int64_t at = (ui->input.mouse_y - rows.y + list->scroll.offset) / list->row_height;
    if (at >= list->count)
        return;
    int row = (int)at;
    bool many = list->flags & ZOE_UI_LIST_MANY;
    if (hit.right) {
        /* A menu is for all that is selected where it is opened on it. */
        if (!zoe_ui_list_has(list, row))
            go_to(list, row, false, false);
        list->cursor = list->menu_row = row;
    } else {
        go_to(list, row, many && ui->input.modifiers & KMOD_SHIFT,
              many && ui->input.modifiers & KMOD_CTRL);
        /* A double click that follows another at once counts on: its second press is the fourth. */
        if (hit.clicks > 0 && hit.clicks % 2 == 0 && !ui->input.modifiers)
            list->answer |= ZOE_UI_ENTER;
    }
}

unsigned zoe_ui_list_end(zoe_ui *ui, zoe_ui_list *list)
{
    hear_mouse(ui, list);
    zoe_ui_scroll_draw_bar(ui, zoe_ui_make_id(ui, "bar"), &list->scroll, list->area);
    zoe_ui_unclip(ui);
    zoe_ui_pop(ui);
    if (list->answer || list->filter_changed)
        zoe_ui_again(ui);
    return list->answer;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool contains(const char *text, const char *word, size_t bytes)
{
    for (; *text; text++) {
        size_t i = 0;
        while (i < bytes && text[i] && lower(text[i]) == lower(word[i]))
            i++;
        if (i == bytes)
            return true;
    }
    return bytes == 0;
}

bool zoe_ui_matches(const char *text, const char *filter)
{
    while (*filter) {
        filter += strspn(filter, " ");
        size_t bytes = strcspn(filter, " ");
        if (!contains(text, filter, bytes))
            return false;
        filter += bytes;
    }
    return true;
}
