#include "ui/ui_popup.h"

#include <string.h>

enum {
    PANEL_Z = 1, /* panels, modal pages and popups, each in the order of calls */
    MODAL_Z = 1000,
    POPUP_Z = 2000,
    TIP_Z = 3000,
    TIP_LINES = 8
};

static const uint64_t tip_delay_ns = 500 * 1000000ull;
static const uint64_t tip_chain_ns = 400 * 1000000ull; /* the next one comes at once within this */

/* ---- layers ---- */

static void enter(zoe_ui *ui, zoe_ui_layer layer)
{
    layer.z += ui->layer_count;
    if (ui->layer_count < ZOE_UI_LAYERS)
        ui->layers[ui->layer_count++] = layer;
    if (ui->depth < ZOE_UI_LAYERS)
        ui->current[ui->depth++] = layer;
    ui->draw.layer = layer.z;
    /* A layer is not cut by what it is called from. */
    ui->draw.clip = ui->window;
    zoe_ui_clip(ui, ui->window);
}

static void leave(zoe_ui *ui)
{
    ui->depth -= ui->depth > 0;
    ui->draw.layer = ui->depth ? ui->current[ui->depth - 1].z : 0;
    zoe_ui_unclip(ui);
    zoe_ui_pop(ui);
}

void zoe_ui_layer_begin(zoe_ui *ui, const char *id, SDL_Rect rect)
{
    zoe_ui_id keys = ui->depth ? ui->current[ui->depth - 1].keys : 0;
    int z = ui->depth ? ui->current[ui->depth - 1].z : 0;
    z = z < PANEL_Z ? PANEL_Z : z;
    enter(ui, (zoe_ui_layer){zoe_ui_make_id(ui, id), z, rect, false, keys});
    zoe_ui_push(ui, id);
    zoe_ui_cover(ui, rect);
}

void zoe_ui_layer_end(zoe_ui *ui)
{
    leave(ui);
}

/* ---- what is open ---- */

static int find(const zoe_ui *ui, zoe_ui_id id)
{
    for (int i = 0; i < ui->open_count; i++) {
        if (ui->open[i].id == id)
            return i;
    }
    return -1;
}

static zoe_ui_open *add(zoe_ui *ui, zoe_ui_id id)
{
    if (ui->open_count == ZOE_UI_OPEN)
        zoe_ui_close_from(ui, ZOE_UI_OPEN - 1);
    zoe_ui_open *open = &ui->open[ui->open_count++];
    memset(open, 0, sizeof *open);
    open->id = id;
    open->focus_before = ui->focus;
    open->ring_before = ui->ring;
    open->at_x = ui->input.mouse_x;
    open->at_y = ui->input.mouse_y;
    open->cursor = -1;
    zoe_ui_leave_focus(ui);
    /* The click that opened it is not one on nothing. */
    ui->focus_taken = true;
    return open;
}

static void ground(zoe_ui *ui, SDL_Rect rect, SDL_Color color)
{
    int radius = zoe_ui_px(ui, ZOE_UI_RADIUS + 1);
    for (int i = 3; i >= 1; i--) {
        SDL_Rect around = zoe_inset(rect, -zoe_ui_px(ui, 2 * i), -zoe_ui_px(ui, 2 * i));
        around.y += zoe_ui_px(ui, 2);
        zoe_draw_fill(&ui->draw, around, radius + zoe_ui_px(ui, 2 * i), ui->style->shadow);
    }
    zoe_draw_fill(&ui->draw, rect, radius, color);
    zoe_draw_outline(&ui->draw, rect, radius, zoe_ui_px(ui, 1), ui->style->edge);
}

SDL_Rect zoe_ui_modal_begin(zoe_ui *ui, const char *id, SDL_Rect rect)
{
    zoe_ui_id self = zoe_ui_make_id(ui, id);
    int at = find(ui, self);
    zoe_ui_open *open = at < 0 ? add(ui, self) : &ui->open[at];
    open->modal = true;
    open->seen = true;
    open->rect = zoe_rect_common(rect, ui->window);
    SDL_Rect place = open->rect;
    enter(ui, (zoe_ui_layer){self, MODAL_Z, place, true, self});
    zoe_ui_push(ui, id);
    zoe_draw_fill(&ui->draw, ui->window, 0, ui->style->dim);
    ground(ui, place, ui->style->page);
    return place;
}

unsigned zoe_ui_modal_end(zoe_ui *ui)
{
    const zoe_ui_layer *layer = &ui->current[ui->depth - 1];
    unsigned answer = 0;
    if (zoe_ui_hears_keys(ui) && zoe_ui_take_key(ui, SDLK_ESCAPE, KMOD_NONE))
        answer |= ZOE_UI_ESCAPE;
    if (ui->mouse_layer == layer->id && (ui->input.pressed & SDL_BUTTON_LMASK) &&
        !zoe_rect_has(layer->rect, ui->input.mouse_x, ui->input.mouse_y))
        answer |= ZOE_UI_OUTSIDE;
    if (answer)
        zoe_ui_again(ui);
    leave(ui);
    return answer;
}

void zoe_ui_popup_open(zoe_ui *ui, const char *id, SDL_Rect anchor)
{
    zoe_ui_id keys = ui->depth ? ui->current[ui->depth - 1].keys : 0;
    zoe_ui_close_from(ui, find(ui, keys) + 1);
    add(ui, zoe_ui_make_id(ui, id))->anchor = anchor;
}

void zoe_ui_popup_close(zoe_ui *ui, const char *id)
{
    int at = find(ui, zoe_ui_make_id(ui, id));
    if (at >= 0)
        zoe_ui_close_from(ui, at);
}

bool zoe_ui_popup_is_open(const zoe_ui *ui, const char *id)
{
    return find(ui, zoe_ui_make_id(ui, id)) >= 0;
}

bool zoe_ui_popup_begin(zoe_ui *ui, const char *id, int width, int height, SDL_Rect *inner)
{
    zoe_ui_id self = zoe_ui_make_id(ui, id);
    int at = find(ui, self);
    if (at < 0)
        return false;
    int pad = zoe_ui_px(ui, 4);
    zoe_ui_open *open = &ui->open[at];
    open->seen = true;
    open->rect = zoe_placed(zoe_inset(ui->window, pad, pad), open->anchor, width, height);
    enter(ui, (zoe_ui_layer){self, POPUP_Z, open->rect, true, self});
    zoe_ui_push(ui, id);
    ground(ui, open->rect, ui->style->popup);
    *inner = zoe_inset(open->rect, zoe_ui_px(ui, 1), pad);
    return true;
}

void zoe_ui_popup_end(zoe_ui *ui)
{
    leave(ui);
}

zoe_ui_open *zoe_ui_popup_current(zoe_ui *ui)
{
    int at = ui->depth ? find(ui, ui->current[ui->depth - 1].id) : -1;
    return at < 0 ? NULL : &ui->open[at];
}

/* ---- the tooltip ---- */

static void draw_tip(zoe_ui *ui, const char *text, const char *key)
{
    const char *starts[TIP_LINES];
    int lengths[TIP_LINES];
    int pad = zoe_ui_px(ui, 8), line = zoe_ui_text_height(ui, ZOE_TEXT_BODY);
    int count = zoe_ui_wrap(ui, ZOE_TEXT_BODY, text, zoe_ui_px(ui, ZOE_UI_TIP_WIDTH), starts,
                            lengths, TIP_LINES);
    int key_w = key ? zoe_ui_text_width(ui, ZOE_TEXT_BODY, key) + 2 * pad : 0;
    int width = 0;
    for (int i = 0; i < count; i++) {
        int w = ui->host.text_width(ui->host.user, ZOE_TEXT_BODY, starts[i], (size_t)lengths[i]);
        w += i == 0 ? key_w : 0;
        width = w > width ? w : width;
    }
    int margin = zoe_ui_px(ui, 4);
    SDL_Rect anchor = zoe_inset(ui->last.rect, 0, -margin);
    SDL_Rect place = zoe_placed(zoe_inset(ui->window, margin, margin), anchor, width + 2 * pad,
                                count * line + pad + margin);
    SDL_Rect clip = ui->draw.clip;
    int layer = ui->draw.layer;
    ui->draw.clip = ui->window;
    ui->draw.layer = TIP_Z;
    ground(ui, place, ui->style->popup);
    int y = place.y + (place.h - count * line) / 2;
    for (int i = 0; i < count; i++, y += line) {
        SDL_Rect rect = {place.x + pad, y, width, line};
        zoe_draw_text(&ui->draw, ZOE_TEXT_BODY, rect, ui->style->text, starts[i],
                      (size_t)lengths[i]);
    }
    if (key)
        zoe_ui_text(ui, ZOE_TEXT_BODY, place.x + place.w - pad - key_w + 2 * pad,
                    place.y + (place.h - count * line) / 2, key_w, ui->style->text_dim, key,
                    ZOE_UI_KEEP_BEGINNING);
    ui->draw.clip = clip;
    ui->draw.layer = layer;
}

void zoe_ui_tip(zoe_ui *ui, const char *text, const char *key)
{
    if (!ui->last.inside || ui->active || !text)
        return;
    if (ui->tip != ui->last.id) {
        bool chained =
            ui->tip_up || (ui->tip_shown_ns && ui->now_ns - ui->tip_shown_ns < tip_chain_ns);
        ui->tip = ui->last.id;
        ui->tip_ns = chained && ui->now_ns > tip_delay_ns ? ui->now_ns - tip_delay_ns : ui->now_ns;
        ui->tip_up = false;
        ui->tip_quiet = ui->input.pressed != 0;
    }
    ui->tip_seen = true;
    if (ui->tip_quiet)
        return;
    if (ui->now_ns - ui->tip_ns < tip_delay_ns) {
        zoe_ui_wake(ui, ui->tip_ns + tip_delay_ns);
        return;
    }
    ui->tip_up = true;
    ui->tip_shown_ns = ui->now_ns;
    draw_tip(ui, text, key);
}
