#include "app/picture.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/commands.h"
#include "app/compare.h"
#include "app/effects.h"
#include "app/menus.h"
#include "model/paths.h"
#include "ui/guides.h"
#include "ui/theme.h"
#include "ui/ui_button.h"

enum {
    CLICK_SLACK = 4, /* points that a click may move without being a drag */
    FRAME_MOST = 12, /* points of a drag for each frame, at most */
};

/* ---- mouse ---- */

static void press(zoe_app *app, zoe_ui_hit hit)
{
    const zoe_ui_input *in = &app->ui.input;
    bool alt = (in->modifiers & KMOD_ALT) != 0;
    app->grab_button = hit.middle ? SDL_BUTTON_MMASK : SDL_BUTTON_LMASK;
    app->grab_x = in->mouse_x;
    app->grab_frame = -1;
    zoe_grab wipe =
        hit.pressed ? zoe_app_compare_grab(app, in->mouse_x, in->mouse_y) : ZOE_GRAB_NONE;
    if (wipe != ZOE_GRAB_NONE && !alt)
        app->grab = wipe;
    else if (hit.pressed && hit.clicks == 2)
        zoe_app_run(app, "fit");
    else if (hit.middle || alt)
        app->grab = ZOE_GRAB_PAN;
    else if (app->press_changes != ZOE_GRAB_NONE)
        app->grab = app->press_changes;
    else if (app->options.drag_scrubs)
        app->grab = ZOE_GRAB_SCRUB;
}

/* From where the drag began: the width of the picture's area is all frames, of a short sequence
 * less. */
static void scrub(zoe_app *app, int x)
{
    zoe_session *session = &app->session;
    const zoe_transport *transport = zoe_session_transport(session);
    if (app->grab_frame < 0) {
        if (abs(x - app->grab_x) < zoe_ui_px(&app->ui, CLICK_SLACK) || transport->count < 2)
            return;
        app->grab_frame = transport->playhead;
        zoe_session_scrub_begin(session, zoe_now_ns());
    }
    double each = fmin((double)app->view.area.w / (double)transport->count,
                       (double)zoe_ui_px(&app->ui, FRAME_MOST));
    double to = (double)app->grab_frame + (double)(x - app->grab_x) / each;
    to = fmin(fmax(to, 0.0), (double)(transport->count - 1));
    if (llround(to) != transport->playhead)
        zoe_session_seek(session, llround(to), zoe_now_ns());
    app->redraw = true;
}

static void drag(zoe_app *app, int x, int y, int dx, int dy)
{
    switch (app->grab) {
    case ZOE_GRAB_NONE: break;
    case ZOE_GRAB_PAN:
        zoe_view_map_pan(&app->view.map, dx, dy);
        zoe_view_invalidate(&app->view);
        break;
    case ZOE_GRAB_SCRUB: scrub(app, x); break;
    case ZOE_GRAB_WIPE:
    case ZOE_GRAB_WIPE_TURN: zoe_app_compare_drag(app, app->grab, x, y); break;
    case ZOE_GRAB_EXPOSURE:
        zoe_app_set_option(app, ZOE_OPTION(exposure),
                           app->options.exposure + dx * 0.01 / app->window.scale);
        break;
    case ZOE_GRAB_GAMMA:
        zoe_app_set_option(app, ZOE_OPTION(gamma),
                           app->options.gamma * pow(2.0, dx * 0.005 / app->window.scale));
        break;
    }
}

static void let_go(zoe_app *app)
{
    if (app->grab == ZOE_GRAB_SCRUB && app->grab_frame >= 0)
        zoe_session_scrub_end(&app->session, zoe_now_ns());
    app->grab = ZOE_GRAB_NONE;
    app->redraw = true;
}

static void zoom(zoe_app *app, const zoe_ui_input *in)
{
    zoe_view_map *map = &app->view.map;
    double x, y;
    (void)zoe_view_cell_at(&app->view, in->mouse_x, in->mouse_y, &x, &y);
    zoe_view_map_zoom_to(map, x - 0.5, y - 0.5, map->zoom * pow(1.25, in->wheel_y));
    zoe_view_invalidate(&app->view);
}

/* ---- what is said instead ---- */

/* Two lines in the middle of a picture area that has no picture. */
static void draw_placard(zoe_app *app, const char *title, const char *line)
{
    zoe_ui *ui = &app->ui;
    SDL_Rect area = zoe_inset(app->view.area, zoe_ui_px(ui, ZOE_MARGIN), 0);
    int height = zoe_ui_text_height(ui, ZOE_TEXT_TITLE) + zoe_ui_px(ui, ZOE_SPACE * 2);
    area = zoe_centered(area, area.w, 2 * height);
    zoe_ui_label(ui, zoe_cut_top(&area, height), ZOE_TEXT_TITLE, ZOE_UI_CENTER, ui->style->text,
                 title);
    zoe_ui_label(ui, area, ZOE_TEXT_BODY, ZOE_UI_CENTER, ui->style->text_dim, line);
}

/* The cause stands in the status bar, and only there, unless that is hidden. */
static void draw_absence(zoe_app *app)
{
    char text[64];
    const char *trouble = zoe_message_trouble(&app->session);
    if (!app->session.count || zoe_screen_has_picture(&app->session.screen) || !trouble[0])
        return;
    snprintf(text, sizeof text, "No picture of frame %" PRId64,
             zoe_sequence_number(zoe_session_sequence(&app->session), app->session.playhead));
    bool is_watched =
        app->options.watch &&
        !zoe_path_is_address(zoe_sequence_folder(zoe_session_sequence(&app->session)));
    const char *hint = is_watched ? "It comes when its file changes" : "Ctrl+R reads it again";
    draw_placard(app, zoe_app_bars_shown(app) ? text : trouble, hint);
}

/* Text in the picture's upper left corner, on a ground of its own. */
static void draw_in_corner(zoe_app *app, zoe_ui_severity severity, const char *text)
{
    zoe_ui *ui = &app->ui;
    int margin = zoe_ui_px(ui, ZOE_MARGIN), pad = zoe_ui_px(ui, ZOE_UI_PAD);
    SDL_Rect area = zoe_inset(app->view.area, margin, margin);
    int width = zoe_ui_text_width(ui, ZOE_TEXT_BODY, text) + zoe_ui_px(ui, 24) + 2 * pad;
    SDL_Rect box = zoe_cut_top(&area, zoe_ui_px(ui, 26));
    box = zoe_cut_left(&box, width);
    SDL_Color ground = ui->style->popup;
    ground.a = 224;
    zoe_draw_fill(&ui->draw, box, zoe_ui_px(ui, ZOE_UI_RADIUS), ground);
    zoe_ui_notice(ui, zoe_inset(box, pad, 0), severity, text);
}

/* Without the bars the picture's corner says what the message line would. */
static void draw_message(zoe_app *app)
{
    char text[1100], first[1100];
    zoe_message_kind kind;
    const char *line = zoe_message_line(&app->message, &app->session, &kind, text, sizeof text);
    if (line[0])
        draw_in_corner(app, (zoe_ui_severity)kind,
                       zoe_message_cause_first(line, first, sizeof first));
}

/* While another frame's picture is held, or one that lacks something, its corner says so and
 * why. */
static void draw_badge(zoe_app *app)
{
    const zoe_session *session = &app->session;
    const zoe_frame *shown = &session->screen.frame;
    if (!session->count || !zoe_screen_has_picture(&session->screen))
        return;
    bool is_held = !session->screen.is_foreign && shown->position != session->playhead;
    const char *why = session->status == ZOE_MISSING ? "Gap"
                      : session->status == ZOE_LOADING
                          ? session->shots[session->current].transport.speed ? "" : "Loading"
                      : session->status == ZOE_NO_ROOM ? "No room"
                      : session->status != ZOE_OK      ? "Error"
                      : shown->incomplete              ? "Incomplete"
                                                       : "";
    if (!why[0] || (session->status == ZOE_LOADING && !is_held))
        return;
    char text[96];
    const zoe_sequence *sequence = zoe_source_sequence(session->shots[session->current].source);
    if (is_held)
        snprintf(text, sizeof text, "%s: frame %" PRId64 " is shown", why,
                 zoe_sequence_number(sequence, shown->position));
    else
        snprintf(text, sizeof text, "%s", why);
    bool is_error = session->status != ZOE_OK && session->status != ZOE_MISSING &&
                    session->status != ZOE_LOADING;
    zoe_ui_severity severity = session->status == ZOE_LOADING ? ZOE_UI_INFO
                               : is_error                     ? ZOE_UI_ERROR
                                                              : ZOE_UI_WARNING;
    draw_in_corner(app, severity, text);
}

/* ---- marks ---- */

static const struct {
    zoe_mark mark;
    const char *text;
} mark_words[] = {{ZOE_MARK_NAN, "NaN"},
                  {ZOE_MARK_INFINITE, "Infinite"},
                  {ZOE_MARK_OVER, "Over 1"},
                  {ZOE_MARK_UNDER, "Under 0"}};

/* The colours of the marks, in the corner; those that the picture has are lit. */
static void draw_legend(zoe_app *app)
{
    zoe_ui *ui = &app->ui;
    if (!app->view.look.marks || !app->session.screen.frame.pin)
        return;
    int margin = zoe_ui_px(ui, ZOE_MARGIN), pad = zoe_ui_px(ui, ZOE_UI_PAD);
    int side = zoe_ui_px(ui, 10), width = pad, gap = zoe_ui_px(ui, 6);
    for (int i = 0; i < 4; i++)
        width += side + gap + zoe_ui_text_width(ui, ZOE_TEXT_BODY, mark_words[i].text) + 2 * pad;
    SDL_Rect area = zoe_inset(app->view.area, margin, margin);
    SDL_Rect box = zoe_cut_top(&area, zoe_ui_px(ui, 26));
    box = zoe_cut_right(&box, width);
    SDL_Color ground = ui->style->popup;
    ground.a = 224;
    zoe_draw_fill(&ui->draw, box, zoe_ui_px(ui, ZOE_UI_RADIUS), ground);
    zoe_cut_left(&box, pad);
    for (int i = 0; i < 4; i++) {
        const char *text = mark_words[i].text;
        uint32_t rgb = zoe_inspect_mark_color(mark_words[i].mark);
        bool is_found = (app->view.found & (uint32_t)mark_words[i].mark) != 0;
        SDL_Color color = {(Uint8)(rgb >> 16), (Uint8)(rgb >> 8), (Uint8)rgb, is_found ? 255 : 90};
        SDL_Rect swatch = zoe_cut_left(&box, side);
        zoe_draw_fill(&ui->draw, zoe_centered(swatch, side, side), zoe_ui_px(ui, 2), color);
        zoe_cut_left(&box, gap);
        zoe_ui_label(ui, zoe_cut_left(&box, zoe_ui_text_width(ui, ZOE_TEXT_BODY, text) + 2 * pad),
                     ZOE_TEXT_BODY, ZOE_UI_LEFT,
                     is_found ? ui->style->text_light : ui->style->text_disabled, text);
    }
}

/* ---- frame ---- */

/* Tells the view how the user wants to see pictures. */
static void give_look(zoe_app *app)
{
    const zoe_options *options = &app->options;
    const zoe_session *session = &app->session;
    const zoe_shot *shot = session->count ? &session->shots[session->current] : NULL;
    const zoe_look look = {
        .ids = options->ids,
        .hashed = shot && shot->is_hashed && !session->screen.is_fallback,
        .marks = options->marks,
        .false_color = options->false_color,
        .flop = options->flop,
        .flip = options->flip,
        .filter = options->pixels ? ZOE_FILTER_NEAREST : ZOE_FILTER_AUTO,
    };
    zoe_view_look(&app->view, &look);
}

void zoe_app_hear_picture(zoe_app *app)
{
    zoe_ui *ui = &app->ui;
    const zoe_ui_input *in = &ui->input;
    int x = in->mouse_x, y = in->mouse_y;
    zoe_ui_hit hit = zoe_ui_hear(ui, zoe_ui_make_id(ui, "picture"), app->view.area);
    int px = hit.inside ? x : -1, py = hit.inside ? y : -1;
    /* The status bar was run before: it reads the values in the next frame. */
    app->redraw |= px != app->statusbar.pointer_x || py != app->statusbar.pointer_y;
    app->statusbar.pointer_x = px;
    app->statusbar.pointer_y = py;
    give_look(app);
    zoe_app_follow_compare(app);
    const zoe_guides guides = {app->options.guides, app->options.aspect};
    zoe_guides_run(ui, &guides, &app->view);
    draw_absence(app);
    if (zoe_app_bars_shown(app))
        draw_badge(app);
    else
        draw_message(app);
    draw_legend(app);
    zoe_app_draw_compare(app);
    if (!app->session.count) {
        app->grab = ZOE_GRAB_NONE;
        return;
    }
    if (hit.right)
        zoe_app_open_menu(app, ZOE_MENU_PICTURE, NULL, (SDL_Rect){x, y, 0, 0});
    if (app->grab == ZOE_GRAB_NONE && (hit.pressed || hit.middle))
        press(app, hit);
    else if (app->grab != ZOE_GRAB_NONE)
        drag(app, x, y, x - app->mouse_x, y - app->mouse_y);
    if (app->grab != ZOE_GRAB_NONE && !(in->down & app->grab_button))
        let_go(app);
    if (hit.hovered && in->wheel_y != 0.0)
        zoom(app, in);
}
