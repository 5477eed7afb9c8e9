#include "ui/ui.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ui/ui_edit.h"

static const char ellipsis[] = "\342\200\246";

void zoe_ui_init(zoe_ui *ui, const zoe_ui_host *host, double scale)
{
    memset(ui, 0, sizeof *ui);
    ui->host = *host;
    ui->style = &zoe_ui_style_dark;
    ui->scale = scale;
}

void zoe_ui_free(zoe_ui *ui)
{
    zoe_draw_free(&ui->draw);
    free(ui->stops);
    ui->stops = NULL;
    ui->stop_capacity = 0;
}

int zoe_ui_px(const zoe_ui *ui, double points)
{
    int pixels = (int)lround(points * ui->scale);
    return pixels == 0 && points > 0.0 ? 1 : pixels;
}

void zoe_ui_wake(zoe_ui *ui, uint64_t ns)
{
    if (ns < ui->answer.wake_ns)
        ui->answer.wake_ns = ns;
}

void zoe_ui_again(zoe_ui *ui)
{
    ui->answer.wake_ns = ui->now_ns;
}

/* ---- frames ---- */

static int find_open(const zoe_ui *ui, zoe_ui_id id)
{
    for (int i = 0; i < ui->open_count; i++) {
        if (ui->open[i].id == id)
            return i;
    }
    return -1;
}

void zoe_ui_close_from(zoe_ui *ui, int index)
{
    if (index >= ui->open_count)
        return;
    zoe_ui_leave_focus(ui);
    ui->focus = ui->open[index].focus_before;
    ui->ring = ui->open[index].ring_before;
    ui->focus_taken = true;
    ui->open_count = index;
    zoe_ui_again(ui);
}

/* A click outside the popup on top closes it and is heard by nobody. */
static void close_outside(zoe_ui *ui)
{
    const zoe_ui_open *top = ui->open_count ? &ui->open[ui->open_count - 1] : NULL;
    if (!ui->input.pressed || !top || top->modal || !top->rect.w ||
        zoe_rect_has(top->rect, ui->input.mouse_x, ui->input.mouse_y))
        return;
    zoe_ui_close_from(ui, ui->open_count - 1);
    ui->input.pressed = 0;
}

/* The layer that hears the mouse, by where layers were in the last frame; 0: the page itself. */
static zoe_ui_id layer_under_mouse(const zoe_ui *ui)
{
    const zoe_ui_layer *found = NULL;
    for (int i = 0; i < ui->before_count; i++) {
        const zoe_ui_layer *layer = &ui->before[i];
        bool closed = layer->keys && find_open(ui, layer->keys) < 0;
        bool hears =
            layer->blocks || zoe_rect_has(layer->rect, ui->input.mouse_x, ui->input.mouse_y);
        if (!closed && hears && (!found || layer->z > found->z))
            found = layer;
    }
    return found ? found->id : 0;
}

static void begin_tip(zoe_ui *ui)
{
    const zoe_ui_input *in = &ui->input;
    if (!ui->tip_up && (in->mouse_x != ui->last_x || in->mouse_y != ui->last_y))
        ui->tip_ns = ui->now_ns;
    if (in->pressed || in->key_count || in->wheel_y != 0.0)
        ui->tip_quiet = true;
    ui->tip_seen = false;
    ui->last_x = in->mouse_x;
    ui->last_y = in->mouse_y;
}

void zoe_ui_begin(zoe_ui *ui, const zoe_ui_input *input, uint64_t now_ns)
{
    ui->input = *input;
    ui->now_ns = now_ns;
    ui->window = (SDL_Rect){0, 0, input->width, input->height};
    zoe_draw_clear(&ui->draw, ui->window);
    memset(&ui->answer, 0, sizeof ui->answer);
    ui->answer.wake_ns = UINT64_MAX;
    ui->answer.cursor = SDL_SYSTEM_CURSOR_ARROW;
    ui->disabled = false;
    memset(&ui->last, 0, sizeof ui->last);
    ui->hovered = 0;
    ui->focus_seen = ui->focus_taken = ui->field_focused = ui->show = false;
    ui->stop_count = 0;
    ui->scope_count = 0;
    ui->clips[0] = ui->window;
    ui->clip_count = 1;
    memcpy(ui->before, ui->layers, sizeof ui->before);
    ui->before_count = ui->layer_count;
    ui->layer_count = ui->depth = 0;
    for (int i = 0; i < ui->open_count; i++)
        ui->open[i].seen = false;
    close_outside(ui);
    ui->keys_of = ui->open_count ? ui->open[ui->open_count - 1].id : 0;
    ui->mouse_layer = layer_under_mouse(ui);
    ui->answer.wants_mouse = ui->mouse_layer != 0;
    if (ui->active && !((input->down | input->released) & SDL_BUTTON_LMASK))
        ui->active = 0;
    begin_tip(ui);
}

static void move_focus(zoe_ui *ui, int step)
{
    int count = ui->stop_count;
    int at = step > 0 ? -1 : count;
    for (int i = 0; i < count; i++) {
        if (ui->stops[i].id == ui->focus && ui->focus)
            at = i;
    }
    for (int k = 1; k <= count; k++) {
        const zoe_ui_stop *stop = &ui->stops[((at + step * k) % count + count) % count];
        if (stop->keys == ui->keys_of) {
            zoe_ui_take_focus(ui, stop->id, true);
            return;
        }
    }
}

/* What no widget wanted: Esc closes or leaves, Tab goes on, a click on nothing leaves. */
static void end_focus(zoe_ui *ui)
{
    const zoe_ui_open *top = ui->open_count ? &ui->open[ui->open_count - 1] : NULL;
    bool open = top && top->id == ui->keys_of;
    if (open && !top->modal && zoe_ui_take_key(ui, SDLK_ESCAPE, KMOD_NONE))
        zoe_ui_close_from(ui, ui->open_count - 1);
    else if (ui->focus && !ui->keys_of && zoe_ui_take_key(ui, SDLK_ESCAPE, KMOD_NONE))
        zoe_ui_leave_focus(ui);
    if (ui->stop_count && zoe_ui_take_key(ui, SDLK_TAB, KMOD_NONE))
        move_focus(ui, 1);
    if (ui->stop_count && zoe_ui_take_key(ui, SDLK_TAB, KMOD_SHIFT))
        move_focus(ui, -1);
    if (ui->input.pressed && !ui->focus_taken && !ui->keys_of && ui->focus)
        zoe_ui_leave_focus(ui);
    /* A widget that is no longer shown does not keep the keyboard. */
    ui->focus_unseen = ui->focus_seen || !ui->focus ? 0 : ui->focus_unseen + 1;
    if (ui->focus_unseen > 2)
        zoe_ui_leave_focus(ui);
}

void zoe_ui_end(zoe_ui *ui)
{
    for (int i = 0; i < ui->open_count; i++) {
        zoe_ui_open *open = &ui->open[i];
        open->unseen = open->seen ? 0 : open->unseen + 1;
        if (!open->unseen)
            continue;
        /* A popup may have been opened after the place where it is drawn: it has one more frame. */
        zoe_ui_again(ui);
        if (open->modal) {
            /* It closed with the last frame: what came in since was meant for what is under it. */
            ui->answer.replay = true;
            ui->input.key_count = 0;
        }
        if (open->modal || open->unseen > 1) {
            zoe_ui_close_from(ui, i);
            break;
        }
    }
    end_focus(ui);
    if (!(ui->input.down & SDL_BUTTON_LMASK))
        ui->active = 0;
    if (!ui->tip_seen) {
        ui->tip_shown_ns = ui->tip_up ? ui->now_ns : ui->tip_shown_ns;
        ui->tip = 0;
        ui->tip_up = false;
    }
    if (ui->active || ui->open_count)
        ui->answer.wants_mouse = true;
    ui->answer.wants_keyboard = ui->field_focused || ui->open_count > 0;
}

/* ---- scopes ---- */

static zoe_ui_id hash(zoe_ui_id seed, const void *data, size_t bytes)
{
    const unsigned char *s = data;
    zoe_ui_id value = seed ^ 2166136261u;
    for (size_t i = 0; i < bytes; i++)
        value = (value ^ s[i]) * 16777619u;
    value ^= value >> 15;
    return value ? value : 1;
}

static zoe_ui_id scope(const zoe_ui *ui)
{
    int count = ui->scope_count > ZOE_UI_SCOPES ? ZOE_UI_SCOPES : ui->scope_count;
    return count ? ui->scopes[count - 1] : 0;
}

static void push(zoe_ui *ui, zoe_ui_id id)
{
    if (ui->scope_count < ZOE_UI_SCOPES)
        ui->scopes[ui->scope_count] = id;
    ui->scope_count++;
}

zoe_ui_id zoe_ui_make_id(const zoe_ui *ui, const char *id)
{
    return hash(scope(ui), id, strlen(id));
}

void zoe_ui_push(zoe_ui *ui, const char *id)
{
    push(ui, zoe_ui_make_id(ui, id));
}

void zoe_ui_push_index(zoe_ui *ui, int index)
{
    push(ui, hash(scope(ui), &index, sizeof index));
}

void zoe_ui_pop(zoe_ui *ui)
{
    ui->scope_count -= ui->scope_count > 0;
}

void zoe_ui_clip(zoe_ui *ui, SDL_Rect rect)
{
    ui->draw.clip = zoe_rect_common(ui->draw.clip, rect);
    if (ui->clip_count < ZOE_UI_SCOPES)
        ui->clips[ui->clip_count] = ui->draw.clip;
    ui->clip_count++;
}

void zoe_ui_unclip(zoe_ui *ui)
{
    ui->clip_count -= ui->clip_count > 1;
    int at = ui->clip_count > ZOE_UI_SCOPES ? ZOE_UI_SCOPES : ui->clip_count;
    ui->draw.clip = ui->clips[at - 1];
}

/* ---- the mouse ---- */

bool zoe_ui_mouse_on(const zoe_ui *ui, SDL_Rect rect)
{
    zoe_ui_id layer = ui->depth ? ui->current[ui->depth - 1].id : 0;
    rect = zoe_rect_common(rect, ui->draw.clip);
    return ui->input.mouse_in && layer == ui->mouse_layer &&
           zoe_rect_has(rect, ui->input.mouse_x, ui->input.mouse_y);
}

zoe_ui_hit zoe_ui_hear(zoe_ui *ui, zoe_ui_id id, SDL_Rect rect)
{
    const zoe_ui_input *in = &ui->input;
    zoe_ui_hit hit = {.id = id, .rect = rect, .clicks = in->clicks};
    if (zoe_ui_mouse_on(ui, rect) && (!ui->hovered || ui->hovered == id)) {
        ui->hovered = id;
        ui->answer.wants_mouse = true;
        hit.inside = true;
    }
    hit.hovered = hit.inside && !ui->disabled && (!ui->active || ui->active == id);
    if (hit.hovered) {
        hit.pressed = in->pressed & SDL_BUTTON_LMASK;
        hit.right = in->pressed & SDL_BUTTON_RMASK;
        hit.middle = in->pressed & SDL_BUTTON_MMASK;
    }
    if (hit.pressed)
        ui->active = id;
    hit.held = ui->active == id && !ui->disabled;
    hit.released = hit.held && (in->released & SDL_BUTTON_LMASK);
    hit.clicked = hit.released && hit.hovered;
    ui->last = hit;
    return hit;
}

void zoe_ui_cover(zoe_ui *ui, SDL_Rect rect)
{
    if (zoe_ui_mouse_on(ui, rect))
        ui->answer.wants_mouse = true;
}

/* ---- the keyboard ---- */

bool zoe_ui_hears_keys(const zoe_ui *ui)
{
    zoe_ui_id keys = ui->depth ? ui->current[ui->depth - 1].keys : 0;
    return keys == ui->keys_of;
}

bool zoe_ui_stop_at(zoe_ui *ui, zoe_ui_id id, SDL_Rect rect)
{
    if (ui->disabled)
        return false;
    if (ui->stop_count == ui->stop_capacity) {
        int capacity = ui->stop_capacity ? ui->stop_capacity * 2 : 64;
        zoe_ui_stop *stops = realloc(ui->stops, (size_t)capacity * sizeof *stops);
        if (!stops)
            return false;
        ui->stops = stops;
        ui->stop_capacity = capacity;
    }
    zoe_ui_id keys = ui->depth ? ui->current[ui->depth - 1].keys : 0;
    ui->stops[ui->stop_count++] = (zoe_ui_stop){id, keys};
    if (ui->focus != id)
        return false;
    ui->focus_seen = true;
    if (ui->reached == id) {
        ui->reached = 0;
        ui->show = true;
        ui->show_rect = rect;
    }
    return zoe_ui_hears_keys(ui);
}

void zoe_ui_take_focus(zoe_ui *ui, zoe_ui_id id, bool by_key)
{
    if (ui->focus != id || by_key)
        ui->ring = by_key;
    ui->focus = id;
    ui->focus_taken = true;
    ui->focus_unseen = 0;
    ui->reached = by_key ? id : 0;
    ui->entered = id;
    ui->caret_ns = ui->now_ns;
    zoe_ui_again(ui);
}

void zoe_ui_focus(zoe_ui *ui, const char *id)
{
    zoe_ui_take_focus(ui, zoe_ui_make_id(ui, id), false);
}

void zoe_ui_leave_focus(zoe_ui *ui)
{
    ui->focus = 0;
    ui->ring = false;
    ui->focus_unseen = 0;
    zoe_ui_again(ui);
}

zoe_ui_key *zoe_ui_next_key(zoe_ui *ui, int *index)
{
    while (*index < ui->input.key_count) {
        zoe_ui_key *key = &ui->input.keys[(*index)++];
        if (!key->used)
            return key;
    }
    return NULL;
}

bool zoe_ui_take_key(zoe_ui *ui, SDL_Keycode wanted, int modifiers)
{
    zoe_ui_key *key;
    for (int i = 0; (key = zoe_ui_next_key(ui, &i));) {
        if (key->key == wanted && key->modifiers == modifiers) {
            key->used = true;
            return true;
        }
    }
    return false;
}

void zoe_ui_take_typing(zoe_ui *ui)
{
    zoe_ui_key *key;
    for (int i = 0; (key = zoe_ui_next_key(ui, &i));) {
        bool letter = key->key >= SDLK_SPACE && !(key->key & SDLK_SCANCODE_MASK);
        bool keypad = key->key >= SDLK_KP_DIVIDE && key->key <= SDLK_KP_PERIOD;
        if ((letter || keypad) && !(key->modifiers & (KMOD_CTRL | KMOD_ALT | KMOD_GUI)))
            key->used = true;
    }
}

/* ---- drawing ---- */

int zoe_ui_text_height(zoe_ui *ui, zoe_text_style style)
{
    return ui->host.text_height(ui->host.user, style);
}

int zoe_ui_text_width(zoe_ui *ui, zoe_text_style style, const char *text)
{
    return ui->host.text_width(ui->host.user, style, text, strlen(text));
}

static int draw_text(zoe_ui *ui, zoe_text_style style, int x, int y, SDL_Color color,
                     const char *text, size_t bytes)
{
    int width = ui->host.text_width(ui->host.user, style, text, bytes);
    SDL_Rect rect = {x, y, width, zoe_ui_text_height(ui, style)};
    zoe_draw_text(&ui->draw, style, rect, color, text, bytes);
    return width;
}

int zoe_ui_text(zoe_ui *ui, zoe_text_style style, int x, int y, int width, SDL_Color color,
                const char *text, zoe_ui_keep keep)
{
    size_t length = strlen(text);
    int whole = ui->host.text_width(ui->host.user, style, text, length);
    if (whole <= width)
        return draw_text(ui, style, x, y, color, text, length);
    int dots = zoe_ui_text_width(ui, style, ellipsis);
    if (width < dots)
        return 0;
    char part[1024];
    /* What is left out grows from here; the middle is that of a character perhaps. */
    size_t from = keep == ZOE_UI_KEEP_BEGINNING ? length
                  : keep == ZOE_UI_KEEP_BOTH    ? length / 2
                                                : 0;
    while (((unsigned char)text[from] & 0xC0u) == 0x80u)
        from++;
    size_t until = from;
    /* Characters have one width wherever they stand. */
    while (from + (length - until) > 0 &&
           (whole + dots > width || from + (length - until) > sizeof part - sizeof ellipsis)) {
        bool is_before = until == length || (keep == ZOE_UI_KEEP_BOTH && from > length - until);
        size_t one = is_before ? zoe_utf8_previous(text, from) : until;
        size_t next = is_before ? from : zoe_utf8_next(text, until);
        whole -= ui->host.text_width(ui->host.user, style, text + one, next - one);
        from = is_before ? one : from;
        until = is_before ? until : next;
    }
    while (from > 0 && text[from - 1] == ' ')
        from--;
    memcpy(part, text, from);
    memcpy(part + from, ellipsis, sizeof ellipsis - 1);
    memcpy(part + from + sizeof ellipsis - 1, text + until, length - until);
    return draw_text(ui, style, x, y, color, part, from + sizeof ellipsis - 1 + length - until);
}

/* How much of a word that is wider than a line goes on this line. */
static size_t cut_word(zoe_ui *ui, zoe_text_style style, const char *text, size_t length, int width)
{
    size_t fits = 0, slash = 0, at = 0;
    while (at < length) {
        at = zoe_utf8_next(text, at);
        if (ui->host.text_width(ui->host.user, style, text, at) > width)
            break;
        fits = at;
        slash = text[at - 1] == '/' ? at : slash;
    }
    return slash ? slash : fits ? fits : zoe_utf8_next(text, 0);
}

int zoe_ui_wrap(zoe_ui *ui, zoe_text_style style, const char *text, int width, const char **starts,
                int *lengths, int most)
{
    int count = 0;
    while (*text && count < most) {
        size_t fits = 0, at = 0;
        bool is_last = count + 1 == most;
        while (text[at]) {
            size_t end = at + strcspn(text + at, " ");
            bool is_wide = ui->host.text_width(ui->host.user, style, text, end) > width;
            if (is_wide && !is_last) {
                fits = fits ? fits : cut_word(ui, style, text, end, width);
                break;
            }
            fits = end;
            at = end + strspn(text + end, " ");
        }
        starts[count] = text;
        lengths[count++] = (int)fits;
        text += fits;
        text += strspn(text, " ");
    }
    return count;
}

void zoe_ui_ring(zoe_ui *ui, SDL_Rect rect)
{
    if (!ui->ring)
        return;
    /* A gap, so that it is seen around what has the accent itself. */
    int t = zoe_ui_px(ui, 2), away = t + zoe_ui_px(ui, 1);
    zoe_draw_outline(&ui->draw, zoe_inset(rect, -away, -away), zoe_ui_px(ui, ZOE_UI_RADIUS) + away,
                     t, ui->style->accent);
}
