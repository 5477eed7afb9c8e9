#include "ui/ui_field.h"

#include <string.h>

#include "ui/ui_edit.h"

static const uint64_t blink_ns = 530 * 1000000ull;
static const uint64_t drag_ns = 40 * 1000000ull; /* between steps of a selection beyond the edge */

static int width_to(zoe_ui *ui, const char *text, size_t bytes)
{
    return ui->host.text_width(ui->host.user, ZOE_TEXT_BODY, text, bytes);
}

/* The border between characters that is nearest to x, from the text's beginning. */
static size_t position_at(zoe_ui *ui, const char *text, int x)
{
    size_t at = 0;
    int left = 0;
    while (text[at]) {
        size_t next = zoe_utf8_next(text, at);
        int width = width_to(ui, text + at, next - at);
        if (x < left + width / 2)
            break;
        left += width;
        at = next;
    }
    return at;
}

/* What the completion adds, or NULL. */
static const char *offered(const zoe_ui_field *field)
{
    size_t length = strlen(field->text);
    bool fits = field->completion && !strncmp(field->completion, field->text, length) &&
                field->completion[length];
    return fits ? field->completion + length : NULL;
}

/* ---- keys ---- */

static void copy_selection(zoe_ui *ui, const zoe_edit *edit)
{
    char part[4096];
    size_t from = zoe_edit_first(edit), bytes = zoe_edit_end(edit) - from;
    if (!bytes || !ui->host.copy)
        return;
    bytes = bytes < sizeof part ? bytes : sizeof part - 1;
    memcpy(part, edit->text + from, bytes);
    part[bytes] = '\0';
    ui->host.copy(ui->host.user, part);
}

static bool insert(const zoe_ui_field *field, zoe_edit *edit, const char *text)
{
    if (!field->allowed)
        return zoe_edit_insert(edit, text, strlen(text));
    char kept[256];
    size_t count = 0;
    for (; *text && count < sizeof kept; text++) {
        if (strchr(field->allowed, *text))
            kept[count++] = *text;
    }
    return count ? zoe_edit_insert(edit, kept, count) : false;
}

static bool paste(zoe_ui *ui, const zoe_ui_field *field, zoe_edit *edit)
{
    char *text = ui->host.paste ? ui->host.paste(ui->host.user) : NULL;
    bool changed = text && insert(field, edit, text);
    SDL_free(text);
    return changed;
}

/* Takes what the completion offers, at the end of the text. */
static bool complete(zoe_edit *edit, const char *more)
{
    zoe_edit_to(edit, strlen(edit->text), false);
    return zoe_edit_insert(edit, more, strlen(more));
}

/* Keys that move the caret. Returns whether it is one. */
static bool move_by_key(zoe_edit *edit, const zoe_ui_key *key)
{
    bool select = key->modifiers & KMOD_SHIFT, word = key->modifiers & KMOD_CTRL;
    bool leaves = edit->caret != edit->anchor && !select && !word;
    size_t to;
    switch (key->key) {
    case SDLK_LEFT:
        to = leaves ? zoe_edit_first(edit)
             : word ? zoe_edit_word(edit, edit->caret, false)
                    : zoe_utf8_previous(edit->text, edit->caret);
        break;
    case SDLK_RIGHT:
        to = leaves ? zoe_edit_end(edit)
             : word ? zoe_edit_word(edit, edit->caret, true)
                    : zoe_utf8_next(edit->text, edit->caret);
        break;
    case SDLK_HOME: to = 0; break;
    case SDLK_END: to = strlen(edit->text); break;
    default: return false;
    }
    zoe_edit_to(edit, to, select);
    return true;
}

static bool delete_by_key(zoe_edit *edit, const zoe_ui_key *key)
{
    bool word = key->modifiers & KMOD_CTRL, back = key->key == SDLK_BACKSPACE;
    size_t to = word   ? zoe_edit_word(edit, edit->caret, !back)
                : back ? zoe_utf8_previous(edit->text, edit->caret)
                       : zoe_utf8_next(edit->text, edit->caret);
    return zoe_edit_delete_to(edit, to);
}

/* Keys with Ctrl, and the older ones of the clipboard. Returns whether it is one. */
static bool command_by_key(zoe_ui *ui, const zoe_ui_field *field, zoe_edit *edit,
                           const zoe_ui_key *key, bool *changed)
{
    bool ctrl = key->modifiers == KMOD_CTRL, shift = key->modifiers == KMOD_SHIFT;
    if (ctrl && key->key == SDLK_a) {
        zoe_edit_select_all(edit);
    } else if (ctrl && (key->key == SDLK_c || key->key == SDLK_INSERT)) {
        copy_selection(ui, edit);
    } else if ((ctrl && key->key == SDLK_x) || (shift && key->key == SDLK_DELETE)) {
        copy_selection(ui, edit);
        *changed |= zoe_edit_delete_to(edit, edit->caret);
    } else if ((ctrl && key->key == SDLK_v) || (shift && key->key == SDLK_INSERT)) {
        *changed |= paste(ui, field, edit);
    } else {
        return false;
    }
    return true;
}

/* Returns whether the field takes the key. */
static bool hear_key(zoe_ui *ui, const zoe_ui_field *field, zoe_edit *edit, const zoe_ui_key *key,
                     unsigned *answer, bool *changed)
{
    const char *more = offered(field);
    bool at_end = !edit->text[edit->caret] && edit->caret == edit->anchor;
    if (!key->key) {
        *changed |= insert(field, edit, key->text);
        return true;
    }
    if (key->modifiers & (KMOD_ALT | KMOD_GUI))
        return false;
    if (!key->modifiers && (key->key == SDLK_RETURN || key->key == SDLK_KP_ENTER)) {
        *answer |= ZOE_UI_ENTER | ZOE_UI_DONE;
        return true;
    }
    if (more && !key->modifiers && (key->key == SDLK_TAB || (key->key == SDLK_RIGHT && at_end))) {
        *changed |= complete(edit, more);
        return true;
    }
    if (command_by_key(ui, field, edit, key, changed) || move_by_key(edit, key))
        return true;
    if (key->key != SDLK_BACKSPACE && key->key != SDLK_DELETE)
        return false;
    *changed |= delete_by_key(edit, key);
    return true;
}

/* Returns whether the text changed. */
static bool hear_keys(zoe_ui *ui, const zoe_ui_field *field, zoe_edit *edit, unsigned *answer)
{
    zoe_ui_key *key;
    bool changed = false;
    for (int i = 0; (key = zoe_ui_next_key(ui, &i));) {
        if (!hear_key(ui, field, edit, key, answer, &changed))
            continue;
        key->used = true;
        ui->caret_ns = ui->now_ns;
    }
    zoe_ui_take_typing(ui);
    return changed;
}

/* ---- the mouse ---- */

static void hear_mouse(zoe_ui *ui, zoe_ui_id id, zoe_ui_hit hit, SDL_Rect inner,
                       zoe_ui_field *field, zoe_edit *edit)
{
    int x = ui->input.mouse_x - inner.x + field->scroll;
    if (hit.hovered || hit.held)
        ui->answer.cursor = SDL_SYSTEM_CURSOR_IBEAM;
    if (hit.pressed) {
        zoe_ui_take_focus(ui, id, false);
        field->had_focus = true;
        ui->grab_x = hit.clicks;
        size_t at = position_at(ui, field->text, x);
        if (hit.clicks == 2)
            zoe_edit_select_word(edit, at);
        else if (hit.clicks > 2)
            zoe_edit_select_all(edit);
        else
            zoe_edit_to(edit, at, ui->input.modifiers & KMOD_SHIFT);
    } else if (hit.held && ui->grab_x == 1) {
        zoe_edit_to(edit, position_at(ui, field->text, x), true);
        if (x < field->scroll || x > field->scroll + inner.w)
            zoe_ui_wake(ui, ui->now_ns + drag_ns);
    }
}

/* ---- drawing ---- */

static void draw_frame(zoe_ui *ui, SDL_Rect rect, const zoe_ui_field *field, bool focused,
                       bool hovered)
{
    const zoe_ui_style *s = ui->style;
    int radius = zoe_ui_px(ui, ZOE_UI_RADIUS);
    SDL_Color edge = field->wrong ? s->error
                     : focused    ? s->accent
                     : hovered    ? s->thumb_hover
                                  : s->edge;
    zoe_draw_fill(&ui->draw, rect, radius, ui->disabled ? s->page : s->groove);
    zoe_draw_outline(&ui->draw, rect, radius, zoe_ui_px(ui, 1), ui->disabled ? s->control : edge);
}

static void draw_caret(zoe_ui *ui, SDL_Rect at)
{
    ui->answer.text_at = at;
    uint64_t turns = (ui->now_ns - ui->caret_ns) / blink_ns;
    zoe_ui_wake(ui, ui->caret_ns + (turns + 1) * blink_ns);
    if (turns % 2 == 0)
        zoe_draw_fill(&ui->draw, at, 0, ui->style->text_light);
}

static void draw_text(zoe_ui *ui, SDL_Rect inner, const zoe_ui_field *field, const zoe_edit *edit,
                      bool focused)
{
    const zoe_ui_style *s = ui->style;
    const char *text = field->text;
    int height = zoe_ui_text_height(ui, ZOE_TEXT_BODY);
    int x = inner.x - field->scroll, y = inner.y + (inner.h - height) / 2;
    zoe_ui_clip(ui, inner);
    if (focused && edit->caret != edit->anchor) {
        int from = width_to(ui, text, zoe_edit_first(edit));
        int until = width_to(ui, text, zoe_edit_end(edit));
        SDL_Rect chosen = {x + from, y - zoe_ui_px(ui, 1), until - from, height + zoe_ui_px(ui, 2)};
        zoe_draw_fill(&ui->draw, chosen, 0, s->row_focused);
    }
    int width = width_to(ui, text, strlen(text));
    SDL_Rect line = {x, y, width, height};
    SDL_Color ink = ui->disabled ? s->text_disabled : focused ? s->text_light : s->text;
    if (focused)
        zoe_draw_text(&ui->draw, ZOE_TEXT_BODY, line, ink, text, strlen(text));
    else
        zoe_ui_text(ui, ZOE_TEXT_BODY, x, y, inner.w, ink, text,
                    field->keep_end ? ZOE_UI_KEEP_END : ZOE_UI_KEEP_BEGINNING);
    if (!*text && field->placeholder)
        zoe_ui_text(ui, ZOE_TEXT_BODY, x, y, inner.w, ui->disabled ? s->text_disabled : s->text_dim,
                    field->placeholder, ZOE_UI_KEEP_BEGINNING);
    const char *more = focused ? offered(field) : NULL;
    if (more && *text)
        zoe_ui_text(ui, ZOE_TEXT_BODY, x + width, y, inner.x + inner.w - x - width,
                    s->text_disabled, more, ZOE_UI_KEEP_BEGINNING);
    if (focused) {
        int at = x + width_to(ui, text, edit->caret);
        draw_caret(
            ui, (SDL_Rect){at, y - zoe_ui_px(ui, 1), zoe_ui_px(ui, 1), height + zoe_ui_px(ui, 2)});
    }
    zoe_ui_unclip(ui);
}

/* Moves the text so that the caret is in sight and no room is wasted. */
static void follow_caret(zoe_ui *ui, int room, zoe_ui_field *field, size_t caret)
{
    int at = width_to(ui, field->text, caret), line = zoe_ui_px(ui, 1);
    int most = width_to(ui, field->text, strlen(field->text)) + line - room;
    if (field->scroll < at + line - room)
        field->scroll = at + line - room;
    if (field->scroll > at)
        field->scroll = at;
    field->scroll = zoe_clamp_int(field->scroll, 0, most > 0 ? most : 0);
}

/* The button that empties the field. Returns whether it was clicked. */
static bool clear_button(zoe_ui *ui, zoe_ui_id id, SDL_Rect *inner, const zoe_ui_field *field)
{
    if (!field->clearable || !field->text[0])
        return false;
    SDL_Rect place = zoe_cut_right(inner, zoe_ui_px(ui, ZOE_UI_ICON));
    zoe_ui_hit hit = zoe_ui_hear(ui, id + 1, place);
    zoe_draw_icon(&ui->draw, zoe_inset(place, zoe_ui_px(ui, 2), zoe_ui_px(ui, 2)), ZOE_ICON_CLOSE,
                  hit.hovered ? ui->style->text_light : ui->style->text_dim);
    zoe_cut_right(inner, zoe_ui_px(ui, 4));
    return hit.clicked;
}

zoe_ui_field zoe_ui_search_field(char *text, size_t capacity, const char *placeholder)
{
    return (zoe_ui_field){.text = text,
                          .capacity = capacity,
                          .placeholder = placeholder,
                          .icon = ZOE_ICON_SEARCH,
                          .clearable = true};
}

unsigned zoe_ui_edit_field(zoe_ui *ui, const char *name, SDL_Rect rect, zoe_ui_field *field)
{
    zoe_ui_id id = zoe_ui_make_id(ui, name);
    zoe_edit edit = {field->text, field->capacity, field->caret, field->anchor};
    unsigned answer = 0;
    zoe_edit_mend(&edit);
    bool focused = zoe_ui_stop_at(ui, id, rect);
    draw_frame(ui, rect, field, focused, zoe_ui_mouse_on(ui, rect) && !ui->disabled);
    SDL_Rect inner = zoe_inset(rect, zoe_ui_px(ui, ZOE_UI_PAD), 0);
    if (field->icon) {
        int side = zoe_ui_px(ui, 14);
        SDL_Rect place = zoe_cut_left(&inner, side);
        zoe_draw_icon(&ui->draw, zoe_centered(place, side, side), field->icon, ui->style->text_dim);
        zoe_cut_left(&inner, zoe_ui_px(ui, 6));
    }
    if (clear_button(ui, id, &inner, field)) {
        zoe_edit_select_all(&edit);
        zoe_edit_delete_to(&edit, 0);
        zoe_ui_take_focus(ui, id, false);
        field->had_focus = true;
        answer |= ZOE_UI_CHANGED;
    }
    zoe_ui_hit hit = zoe_ui_hear(ui, id, rect);
    if (focused && ui->entered == id)
        zoe_edit_select_all(&edit);
    hear_mouse(ui, id, hit, inner, field, &edit);
    focused = focused || (ui->focus == id && !ui->disabled && zoe_ui_hears_keys(ui));
    if (ui->entered == id)
        ui->entered = 0;
    if (focused && hear_keys(ui, field, &edit, &answer))
        answer |= ZOE_UI_CHANGED;
    field->changed = field->changed || (answer & ZOE_UI_CHANGED);
    if (field->had_focus && !focused && field->changed)
        answer |= ZOE_UI_DONE;
    if (answer & ZOE_UI_DONE)
        field->changed = false;
    field->had_focus = focused;
    if (focused) {
        ui->field_focused = true;
        ui->answer.wants_text = true;
        ui->focus_seen = true;
        follow_caret(ui, inner.w, field, edit.caret);
    } else {
        field->scroll = 0;
    }
    field->caret = edit.caret;
    field->anchor = edit.anchor;
    if (answer)
        zoe_ui_again(ui);
    draw_text(ui, inner, field, &edit, focused);
    return answer;
}
