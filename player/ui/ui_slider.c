#include "ui/ui_slider.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/ui_button.h"
#include "ui/ui_field.h"

enum { VALUE = 64, KNOB_W = 8, KNOB_H = 16, GROOVE = 4 }; /* points */

static const uint64_t scrolling_ns = 500 * 1000000ull;

/* The nearest value that the range has. */
static double snapped(const zoe_ui_range *range, double value)
{
    value = floor(value / range->step + 0.5) * range->step;
    return fmin(fmax(value, range->low), range->high);
}

static unsigned set(const zoe_ui_range *range, double *value, double to, unsigned more)
{
    to = snapped(range, to);
    if (fabs(to - *value) < range->step / 1000.0)
        return 0;
    *value = to;
    return ZOE_UI_CHANGED | more;
}

/* ---- typing ---- */

static void begin_typing(zoe_ui *ui, zoe_ui_id id, zoe_ui_id field, const char *text)
{
    ui->typing = id;
    snprintf(ui->typed, sizeof ui->typed, "%s", text);
    ui->typed_caret = ui->typed_anchor = strlen(ui->typed);
    ui->typed_focus = false;
    zoe_ui_take_focus(ui, field, false);
}

static void end_typing(zoe_ui *ui, zoe_ui_id id, bool to_slider)
{
    ui->typing = 0;
    if (to_slider)
        zoe_ui_take_focus(ui, id, false);
    zoe_ui_again(ui);
}

/* What was typed as a number: a comma is a point, what follows the number is no matter. */
static unsigned take_typed(zoe_ui *ui, const zoe_ui_range *range, double *value)
{
    for (char *c = ui->typed; *c; c++)
        *c = *c == ',' ? '.' : *c;
    char *end;
    double typed = strtod(ui->typed, &end);
    if (end == ui->typed || !isfinite(typed))
        return 0;
    return set(range, value, typed, ZOE_UI_DONE);
}

static unsigned hear_typing(zoe_ui *ui, zoe_ui_id id, SDL_Rect rect, const zoe_ui_range *range,
                            double *value)
{
    zoe_ui_field field = {.text = ui->typed,
                          .capacity = sizeof ui->typed,
                          .allowed = "0123456789+-.,",
                          .caret = ui->typed_caret,
                          .anchor = ui->typed_anchor,
                          .had_focus = ui->typed_focus};
    bool had_focus = ui->typed_focus;
    if (ui->typed_focus && zoe_ui_take_key(ui, SDLK_ESCAPE, KMOD_NONE)) {
        end_typing(ui, id, true);
        return 0;
    }
    unsigned answer = zoe_ui_edit_field(ui, "value", rect, &field);
    ui->typed_caret = field.caret;
    ui->typed_anchor = field.anchor;
    ui->typed_focus = field.had_focus;
    if (!(answer & ZOE_UI_ENTER) && (field.had_focus || !had_focus))
        return 0;
    end_typing(ui, id, answer & ZOE_UI_ENTER);
    return take_typed(ui, range, value);
}

/* ---- keys, wheel and mouse ---- */

static bool begins_number(const zoe_ui_key *key)
{
    return !key->key && key->text[0] && strchr("0123456789+-.,", key->text[0]);
}

static unsigned hear_keys(zoe_ui *ui, zoe_ui_id id, zoe_ui_id field, const zoe_ui_range *range,
                          double *value, const char *number)
{
    unsigned answer = 0;
    zoe_ui_key *key;
    for (int i = 0; (key = zoe_ui_next_key(ui, &i));) {
        double to = *value;
        if (begins_number(key)) {
            begin_typing(ui, id, field, key->text);
            ui->entered = 0; /* typing goes on behind the first digit: nothing is selected */
            key->used = true;
            zoe_ui_take_typing(ui);
            return answer;
        }
        if (key->modifiers && key->modifiers != KMOD_SHIFT)
            continue;
        double step = key->modifiers ? 10.0 * range->step : range->step;
        switch (key->key) {
        case SDLK_LEFT:
        case SDLK_DOWN: to -= step; break;
        case SDLK_RIGHT:
        case SDLK_UP: to += step; break;
        case SDLK_PAGEDOWN: to -= 10.0 * range->step; break;
        case SDLK_PAGEUP: to += 10.0 * range->step; break;
        case SDLK_HOME: to = range->low; break;
        case SDLK_END: to = range->high; break;
        case SDLK_DELETE:
        case SDLK_BACKSPACE: to = range->otherwise; break;
        case SDLK_RETURN:
        case SDLK_KP_ENTER: begin_typing(ui, id, field, number); break;
        default: continue;
        }
        key->used = true;
        answer |= set(range, value, to, ZOE_UI_DONE);
    }
    /* The press of the digit comes before its text, in a frame of its own perhaps. */
    zoe_ui_key *digit;
    for (int i = 0; (digit = zoe_ui_next_key(ui, &i));) {
        bool sign = digit->key && digit->key < 0x80 && strchr("0123456789+-.,", (char)digit->key);
        digit->used = digit->used || (sign && !digit->modifiers);
    }
    ui->answer.wants_text = true;
    return answer;
}

static unsigned hear_wheel(zoe_ui *ui, zoe_ui_hit hit, const zoe_ui_range *range, double *value)
{
    bool scrolling = ui->scrolled_ns && ui->now_ns - ui->scrolled_ns < scrolling_ns;
    if (!hit.hovered || scrolling || ui->input.wheel_y == 0.0)
        return 0;
    double steps = ui->input.wheel_y > 0.0 ? ceil(ui->input.wheel_y) : floor(ui->input.wheel_y);
    ui->input.wheel_y = 0.0;
    return set(range, value, *value + steps * range->step, ZOE_UI_DONE);
}

static unsigned hear_mouse(zoe_ui *ui, zoe_ui_hit hit, SDL_Rect groove, int way, int at,
                           const zoe_ui_range *range, double *value)
{
    int knob = zoe_ui_px(ui, KNOB_W), x = ui->input.mouse_x - groove.x;
    if (hit.pressed) {
        zoe_ui_take_focus(ui, hit.id, false);
        if (hit.clicks == 2) {
            ui->active = 0;
            return set(range, value, range->otherwise, ZOE_UI_DONE);
        }
        /* Held where it was taken; from elsewhere it comes to the pointer. */
        ui->grab_x = x >= at && x < at + knob ? x - at : knob / 2;
    }
    if (!hit.held || way < 1)
        return 0;
    double part = (double)(x - ui->grab_x) / (double)way;
    part = fmin(fmax(part, 0.0), 1.0);
    unsigned answer = 0;
    /* A press that does not move the knob does not move the value to the nearest pixel's. */
    if (x - ui->grab_x != at)
        answer = set(range, value, range->low + part * (range->high - range->low), 0);
    return hit.released ? answer | ZOE_UI_DONE : answer;
}

/* ---- drawing ---- */

static int knob_at(const zoe_ui_range *range, double value, int way)
{
    double part = (value - range->low) / (range->high - range->low);
    return (int)lround(fmin(fmax(part, 0.0), 1.0) * way);
}

static void draw_groove(zoe_ui *ui, SDL_Rect groove, int way, const zoe_ui_range *range,
                        double value, bool focused, zoe_ui_hit hit)
{
    const zoe_ui_style *s = ui->style;
    int knob_w = zoe_ui_px(ui, KNOB_W), knob_h = zoe_ui_px(ui, KNOB_H), h = zoe_ui_px(ui, GROOVE);
    int at = knob_at(range, value, way), home = knob_at(range, range->otherwise, way);
    SDL_Rect line = zoe_centered(groove, groove.w, h), done = line;
    zoe_draw_fill(&ui->draw, line, h / 2, s->groove);
    done.w = at + knob_w / 2;
    zoe_draw_fill(&ui->draw, done, h / 2, ui->disabled ? s->control : s->thumb);
    SDL_Rect mark = zoe_centered(groove, 0, h + zoe_ui_px(ui, 6));
    mark.w = zoe_ui_px(ui, 1);
    mark.x = groove.x + home + knob_w / 2;
    zoe_draw_fill(&ui->draw, mark, 0, s->edge);
    SDL_Rect knob = zoe_centered(groove, knob_w, knob_h);
    knob.x = groove.x + at;
    SDL_Color ink = focused || hit.held ? s->accent : hit.hovered ? s->text_light : s->text;
    zoe_draw_fill(&ui->draw, knob, zoe_ui_px(ui, 2), ui->disabled ? s->edge : ink);
    if (focused)
        zoe_ui_ring(ui, knob);
}

static unsigned value_box(zoe_ui *ui, zoe_ui_id id, zoe_ui_id field, SDL_Rect box,
                          const zoe_ui_range *range, double *value, const char *shown,
                          const char *number)
{
    const zoe_ui_style *s = ui->style;
    if (ui->typing == id)
        return hear_typing(ui, id, box, range, value);
    zoe_ui_hit hit = zoe_ui_hear(ui, field, box);
    if (hit.hovered) {
        ui->answer.cursor = SDL_SYSTEM_CURSOR_IBEAM;
        zoe_draw_outline(&ui->draw, box, zoe_ui_px(ui, ZOE_UI_RADIUS), zoe_ui_px(ui, 1), s->edge);
    }
    if (hit.clicked)
        begin_typing(ui, id, field, number);
    bool moved = fabs(*value - range->otherwise) > range->step / 1000.0;
    SDL_Color ink = ui->disabled ? s->text_disabled : moved ? s->text_light : s->text_dim;
    zoe_ui_label(ui, zoe_inset(box, zoe_ui_px(ui, 4), 0), ZOE_TEXT_BODY, ZOE_UI_RIGHT, ink, shown);
    return 0;
}

unsigned zoe_ui_slider(zoe_ui *ui, const char *name, SDL_Rect rect, const zoe_ui_range *range,
                       double *value, const char *shown)
{
    zoe_ui_id id = zoe_ui_make_id(ui, name);
    zoe_ui_push(ui, name);
    zoe_ui_id field = zoe_ui_make_id(ui, "value");
    int room = zoe_ui_px(ui, VALUE), inset = zoe_ui_px(ui, 2);
    SDL_Rect rest = rect, box = zoe_cut_right(&rest, room < rect.w / 2 ? room : rect.w / 2);
    zoe_cut_right(&rest, zoe_ui_px(ui, 4));
    char number[32];
    snprintf(number, sizeof number, "%.6g", *value);
    bool focused = zoe_ui_stop_at(ui, id, rect);
    zoe_ui_hit hit = zoe_ui_hear(ui, id, rest);
    int way = rest.w - zoe_ui_px(ui, KNOB_W);
    unsigned answer = hear_mouse(ui, hit, rest, way, knob_at(range, *value, way), range, value);
    answer |= hear_wheel(ui, hit, range, value);
    if (focused && ui->typing != id)
        answer |= hear_keys(ui, id, field, range, value, number);
    draw_groove(ui, rest, way, range, *value, focused || ui->focus == id, hit);
    answer |= value_box(ui, id, field, zoe_inset(box, 0, inset), range, value, shown, number);
    zoe_ui_pop(ui);
    if (hit.inside || zoe_ui_mouse_on(ui, rect))
        hit.inside = true;
    hit.rect = rect;
    ui->last = hit;
    if (answer)
        zoe_ui_again(ui);
    return answer;
}
