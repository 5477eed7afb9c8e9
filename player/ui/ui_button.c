#include "ui/ui_button.h"

#include <stdio.h>

enum { PARAGRAPH = 8 }; /* lines, at most */

/* ---- labels ---- */

bool zoe_ui_label(zoe_ui *ui, SDL_Rect rect, zoe_text_style style, zoe_ui_align align,
                  SDL_Color color, const char *text)
{
    int width = zoe_ui_text_width(ui, style, text);
    int y = rect.y + (rect.h - zoe_ui_text_height(ui, style)) / 2;
    int x = rect.x;
    if (width < rect.w && align == ZOE_UI_CENTER)
        x += (rect.w - width) / 2;
    if (width < rect.w && align == ZOE_UI_RIGHT)
        x += rect.w - width;
    zoe_ui_text(ui, style, x, y, rect.w, color, text,
                align == ZOE_UI_PATH   ? ZOE_UI_KEEP_END
                : align == ZOE_UI_NAME ? ZOE_UI_KEEP_BOTH
                                       : ZOE_UI_KEEP_BEGINNING);
    return width <= rect.w;
}

int zoe_ui_paragraph(zoe_ui *ui, SDL_Rect rect, zoe_text_style style, SDL_Color color,
                     const char *text, int most)
{
    const char *starts[PARAGRAPH];
    int lengths[PARAGRAPH], line = zoe_ui_text_height(ui, style);
    most = zoe_clamp_int(most, 1, PARAGRAPH);
    int count = zoe_ui_wrap(ui, style, text, rect.w, starts, lengths, most);
    for (int i = 0; i < count && (i + 1) * line <= rect.h; i++) {
        char part[1024];
        snprintf(part, sizeof part, "%.*s", lengths[i], starts[i]);
        zoe_ui_text(ui, style, rect.x, rect.y + i * line, rect.w, color, part,
                    ZOE_UI_KEEP_BEGINNING);
    }
    return count * line;
}

bool zoe_ui_notice(zoe_ui *ui, SDL_Rect rect, zoe_ui_severity severity, const char *text)
{
    static const zoe_icon icons[] = {ZOE_ICON_INFO, ZOE_ICON_WARNING, ZOE_ICON_ERROR};
    const zoe_ui_style *style = ui->style;
    SDL_Color sign = severity == ZOE_UI_ERROR     ? style->error
                     : severity == ZOE_UI_WARNING ? style->warning
                                                  : style->accent;
    int side = zoe_ui_px(ui, ZOE_UI_ICON);
    SDL_Rect place = zoe_cut_left(&rect, side);
    zoe_draw_icon(&ui->draw, zoe_centered(place, side, side), icons[severity], sign);
    zoe_cut_left(&rect, zoe_ui_px(ui, 6));
    return zoe_ui_label(ui, rect, ZOE_TEXT_BODY, ZOE_UI_LEFT,
                        severity == ZOE_UI_INFO ? style->text : sign, text);
}

void zoe_ui_image(zoe_ui *ui, SDL_Rect rect, SDL_Texture *image, int width, int height)
{
    if (image) {
        zoe_draw_image(&ui->draw, zoe_fitted(rect, width, height), image);
        return;
    }
    int side = zoe_ui_px(ui, 24);
    zoe_draw_fill(&ui->draw, rect, 0, ui->style->groove);
    zoe_draw_icon(&ui->draw, zoe_centered(rect, side, side), ZOE_ICON_FILM, ui->style->edge);
}

/* ---- buttons ---- */

/* Space or Enter on what has the keyboard. */
static bool used_by_key(zoe_ui *ui, bool focused)
{
    return focused && (zoe_ui_take_key(ui, SDLK_SPACE, KMOD_NONE) ||
                       zoe_ui_take_key(ui, SDLK_RETURN, KMOD_NONE) ||
                       zoe_ui_take_key(ui, SDLK_KP_ENTER, KMOD_NONE));
}

typedef struct look {
    SDL_Color ground, ink;
    bool filled;
} look;

static look button_look(const zoe_ui *ui, zoe_ui_hit hit, unsigned flags)
{
    const zoe_ui_style *s = ui->style;
    bool down = hit.held && hit.hovered, over = hit.hovered;
    look l = {s->control, s->text, !(flags & ZOE_UI_QUIET) || over || down};
    l.ground = down ? s->control_pressed : over ? s->control_hover : s->control;
    if (flags & ZOE_UI_ON) {
        l.filled = true;
        l.ground = down ? s->control_pressed : over ? s->thumb : s->control_on;
        l.ink = s->text_light;
    }
    if (over)
        l.ink = s->text_light;
    if (flags & ZOE_UI_PRIMARY) {
        l.ground = down ? s->accent_pressed : over ? s->accent_hover : s->accent;
        l.ink = s->on_accent;
    }
    if (ui->disabled) {
        l.ink = s->text_disabled;
        l.ground = s->control_pressed;
        l.filled = !(flags & ZOE_UI_QUIET);
    }
    return l;
}

static int button_padding(const zoe_ui *ui, zoe_icon icon, const char *text)
{
    return zoe_ui_px(ui, text ? ZOE_UI_PAD : icon ? 4 : 0);
}

int zoe_ui_button_width(zoe_ui *ui, zoe_icon icon, const char *text, unsigned flags)
{
    int width = 2 * button_padding(ui, icon, text);
    if (icon)
        width += zoe_ui_px(ui, ZOE_UI_ICON);
    if (icon && text)
        width += zoe_ui_px(ui, 6);
    if (text)
        width += zoe_ui_text_width(ui, ZOE_TEXT_BODY, text);
    if (flags & ZOE_UI_OPENS)
        width += zoe_ui_px(ui, 16);
    return width;
}

static void draw_button(zoe_ui *ui, SDL_Rect rect, look l, zoe_icon icon, const char *text,
                        unsigned flags)
{
    int side = zoe_ui_px(ui, ZOE_UI_ICON);
    if (l.filled)
        zoe_draw_fill(&ui->draw, rect, zoe_ui_px(ui, ZOE_UI_RADIUS), l.ground);
    int needed = zoe_ui_button_width(ui, icon, text, flags);
    SDL_Rect inner = rect;
    if (!(flags & ZOE_UI_AT_LEFT) && needed < rect.w)
        inner = zoe_centered(rect, needed, rect.h);
    inner = zoe_inset(inner, button_padding(ui, icon, text), 0);
    if (flags & ZOE_UI_OPENS) {
        SDL_Rect place = zoe_cut_right(&inner, zoe_ui_px(ui, 12));
        zoe_draw_icon(&ui->draw, place, ZOE_ICON_CHEVRON_DOWN, l.ink);
        zoe_cut_right(&inner, zoe_ui_px(ui, 4));
    }
    if (icon) {
        SDL_Rect place = text ? zoe_cut_left(&inner, side) : inner;
        zoe_draw_icon(&ui->draw, zoe_centered(place, side, side), icon, l.ink);
        zoe_cut_left(&inner, zoe_ui_px(ui, 6));
    }
    if (text)
        zoe_ui_label(ui, inner, ZOE_TEXT_BODY, ZOE_UI_LEFT, l.ink, text);
}

bool zoe_ui_button(zoe_ui *ui, const char *name, SDL_Rect rect, zoe_icon icon, const char *text,
                   unsigned flags)
{
    zoe_ui_id id = zoe_ui_make_id(ui, name);
    bool focused = zoe_ui_stop_at(ui, id, rect);
    zoe_ui_hit hit = zoe_ui_hear(ui, id, rect);
    bool used = flags & ZOE_UI_OPENS ? hit.pressed : hit.clicked;
    used = used_by_key(ui, focused) || used;
    draw_button(ui, rect, button_look(ui, hit, flags), icon, text, flags);
    if (focused)
        zoe_ui_ring(ui, rect);
    if (used)
        zoe_ui_again(ui);
    return used;
}

bool zoe_ui_toggle(zoe_ui *ui, const char *name, SDL_Rect rect, const char *caption, bool *on)
{
    const zoe_ui_style *s = ui->style;
    zoe_ui_id id = zoe_ui_make_id(ui, name);
    bool focused = zoe_ui_stop_at(ui, id, rect);
    zoe_ui_hit hit = zoe_ui_hear(ui, id, rect);
    bool used = used_by_key(ui, focused) || hit.clicked;
    if (used) {
        *on = !*on;
        zoe_ui_again(ui);
    }
    int side = zoe_ui_px(ui, ZOE_UI_ICON), radius = zoe_ui_px(ui, ZOE_UI_RADIUS);
    SDL_Rect rest = rect, box = zoe_centered(zoe_cut_left(&rest, side), side, side);
    SDL_Color ground = *on ? (hit.hovered ? s->accent_hover : s->accent) : s->groove;
    zoe_draw_fill(&ui->draw, box, radius, ui->disabled && *on ? s->edge : ground);
    if (!*on)
        zoe_draw_outline(&ui->draw, box, radius, zoe_ui_px(ui, 1),
                         hit.hovered ? s->thumb_hover : s->edge);
    else
        zoe_draw_icon(&ui->draw, zoe_inset(box, side / 8, side / 8), ZOE_ICON_CHECK, s->on_accent);
    if (focused)
        zoe_ui_ring(ui, box);
    zoe_cut_left(&rest, zoe_ui_px(ui, ZOE_UI_PAD));
    zoe_ui_label(ui, rest, ZOE_TEXT_BODY, ZOE_UI_LEFT,
                 ui->disabled  ? s->text_disabled
                 : hit.hovered ? s->text_light
                               : s->text,
                 caption);
    return used;
}

/* ---- one of several ---- */

/* The arrow keys on what has the keyboard: goes along without wrapping. */
static bool chosen_by_key(zoe_ui *ui, bool focused, int count, int *chosen)
{
    if (!focused)
        return false;
    int to = *chosen;
    while (zoe_ui_take_key(ui, SDLK_LEFT, KMOD_NONE))
        to--;
    while (zoe_ui_take_key(ui, SDLK_RIGHT, KMOD_NONE))
        to++;
    if (zoe_ui_take_key(ui, SDLK_HOME, KMOD_NONE))
        to = 0;
    if (zoe_ui_take_key(ui, SDLK_END, KMOD_NONE))
        to = count - 1;
    to = zoe_clamp_int(to, 0, count - 1);
    bool changed = to != *chosen;
    *chosen = to;
    return changed;
}

/* Which of the pieces was clicked becomes chosen; the piece's own hit is returned. */
static zoe_ui_hit hear_piece(zoe_ui *ui, zoe_ui_id id, SDL_Rect piece, int index, int *chosen,
                             bool *changed)
{
    zoe_ui_hit hit = zoe_ui_hear(ui, id + 0x9E3779B9u * (zoe_ui_id)(index + 1), piece);
    if (hit.clicked && *chosen != index) {
        *chosen = index;
        *changed = true;
    }
    return hit;
}

bool zoe_ui_choice(zoe_ui *ui, const char *name, SDL_Rect rect, const char *const *words, int count,
                   int *chosen)
{
    const zoe_ui_style *s = ui->style;
    zoe_ui_id id = zoe_ui_make_id(ui, name);
    bool focused = zoe_ui_stop_at(ui, id, rect);
    bool changed = chosen_by_key(ui, focused, count, chosen);
    int inset = zoe_ui_px(ui, 2), radius = zoe_ui_px(ui, ZOE_UI_RADIUS);
    zoe_draw_fill(&ui->draw, rect, radius, s->groove);
    zoe_ui_hit over = {.id = id, .rect = rect};
    for (int i = 0; i < count; i++) {
        SDL_Rect piece = zoe_column(rect, i, count, 0);
        zoe_ui_hit hit = hear_piece(ui, id, piece, i, chosen, &changed);
        over.inside = over.inside || hit.inside;
        bool on = *chosen == i;
        SDL_Rect box = zoe_inset(piece, inset, inset);
        if (on || hit.hovered)
            zoe_draw_fill(&ui->draw, box, radius - 1, on ? s->control_on : s->control);
        SDL_Color ink = on || hit.hovered ? s->text_light : s->text_dim;
        zoe_ui_label(ui, zoe_inset(box, inset, 0), ZOE_TEXT_BODY, ZOE_UI_CENTER,
                     ui->disabled ? s->text_disabled : ink, words[i]);
    }
    /* A tooltip is of the whole. */
    ui->last = over;
    if (focused)
        zoe_ui_ring(ui, rect);
    if (changed)
        zoe_ui_again(ui);
    return changed;
}

bool zoe_ui_tabs(zoe_ui *ui, const char *name, SDL_Rect rect, const char *const *names, int count,
                 int *chosen)
{
    const zoe_ui_style *s = ui->style;
    zoe_ui_id id = zoe_ui_make_id(ui, name);
    bool focused = zoe_ui_stop_at(ui, id, rect);
    bool changed = chosen_by_key(ui, focused, count, chosen);
    int pad = zoe_ui_px(ui, 10), whole = 0;
    for (int i = 0; i < count; i++)
        whole += zoe_ui_text_width(ui, ZOE_TEXT_BODY, names[i]) + 2 * pad;
    /* Where they have too little room, first what is around the words goes. */
    if (whole > rect.w && count > 0) {
        int less = (whole - rect.w + 2 * count - 1) / (2 * count), least = zoe_ui_px(ui, 3);
        less = less > pad - least ? pad - least : less;
        pad -= less;
        whole -= 2 * count * less;
    }
    SDL_Rect line = rect;
    line = zoe_cut_bottom(&line, zoe_ui_px(ui, 1));
    zoe_draw_fill(&ui->draw, line, 0, s->edge);
    SDL_Rect rest = rect;
    for (int i = 0; i < count; i++) {
        int width = zoe_ui_text_width(ui, ZOE_TEXT_BODY, names[i]) + 2 * pad;
        if (whole > rect.w)
            width = (int)((int64_t)width * rect.w / whole);
        SDL_Rect tab = zoe_cut_left(&rest, width);
        zoe_ui_hit hit = hear_piece(ui, id, tab, i, chosen, &changed);
        bool on = *chosen == i;
        SDL_Color ink = on || hit.hovered ? s->text_light : s->text_dim;
        int room = pad < tab.w / 6 ? pad : tab.w / 6;
        zoe_ui_label(ui, zoe_inset(tab, room, 0), ZOE_TEXT_BODY, ZOE_UI_CENTER, ink, names[i]);
        if (on)
            zoe_draw_fill(&ui->draw, zoe_cut_bottom(&tab, zoe_ui_px(ui, 2)), 0, s->accent);
        if (on && focused)
            zoe_ui_ring(ui, zoe_inset(tab, zoe_ui_px(ui, 2), zoe_ui_px(ui, 2)));
    }
    if (changed)
        zoe_ui_again(ui);
    return changed;
}
