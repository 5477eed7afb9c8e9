#include "app/bar.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "app/commands.h"
#include "app/menus.h"
#include "ui/theme.h"
#include "ui/ui_button.h"
#include "ui/ui_popup.h"

enum {
    BUTTON = 28, /* points, like what follows */
    GAP = 8,
    RATE = 116, /* room that is kept for the rate */
    TEXT = 96,  /* bytes */
};

/* ---- pieces ---- */

/* A button that does what a command does; its tooltip says so, with the key. */
static void command_button(zoe_app *app, SDL_Rect place, const char *name, zoe_icon icon,
                           bool is_on)
{
    zoe_ui *ui = &app->ui;
    char help[ZOE_COMMAND_TEXT], key[ZOE_COMMAND_TEXT];
    const zoe_command *command = zoe_app_command(name);
    SDL_Rect box = zoe_centered(place, place.w, zoe_ui_px(ui, ZOE_UI_CONTROL + 4));
    ui->disabled = !command->is_always && !app->session.count;
    if (zoe_ui_button(ui, name, box, icon, NULL, ZOE_UI_QUIET | (is_on ? ZOE_UI_ON : 0)))
        zoe_command_run(app, command);
    ui->disabled = false;
    zoe_command_help(command, help);
    zoe_command_key_text(command, key);
    zoe_ui_tip(ui, help, key[0] ? key : NULL);
}

/* A value as a button that opens a menu; marked where it is not the default. */
static bool value_button(zoe_ui *ui, SDL_Rect *rest, const char *id, const char *text,
                         bool is_marked, const char *tip, const char *key, SDL_Rect *place)
{
    int width = zoe_ui_button_width(ui, ZOE_ICON_NONE, text, ZOE_UI_QUIET);
    if (width > rest->w)
        return false;
    *place = zoe_cut_right(rest, width);
    *place = zoe_centered(*place, place->w, zoe_ui_px(ui, ZOE_UI_CONTROL));
    bool used = zoe_ui_button(ui, id, *place, ZOE_ICON_NONE, text,
                              ZOE_UI_QUIET | (is_marked ? ZOE_UI_ON : 0));
    zoe_ui_tip(ui, tip, key);
    return used;
}

/* ---- the frame and what is done with it ---- */

static void speed_text(const zoe_transport *t, char text[TEXT])
{
    int32_t speed = t->speed < 0 ? -t->speed : t->speed;
    const char *way = t->speed < 0 ? "Backward" : "Playing";
    if (!t->speed)
        snprintf(text, TEXT, "Paused");
    else if (speed == 1)
        snprintf(text, TEXT, "%s", way);
    else
        snprintf(text, TEXT, "%s %" PRId32 "\303\227", way, speed);
}

static int64_t shown_position(const zoe_session *session, const zoe_transport *t)
{
    const zoe_frame *shown = &session->screen.frame;
    bool is_shown = zoe_screen_has_picture(&session->screen) && !session->screen.is_foreign;
    return is_shown ? shown->position : t->playhead;
}

/* "1014", the range that it is in, and the state. */
static void run_frame(zoe_app *app, SDL_Rect rest)
{
    zoe_ui *ui = &app->ui;
    zoe_session *session = &app->session;
    const zoe_sequence *sequence = zoe_session_sequence(session);
    const zoe_transport *t = zoe_session_transport(session);
    char text[TEXT], widest[TEXT];
    int gap = zoe_ui_px(ui, GAP);
    snprintf(text, sizeof text, "%" PRId64,
             zoe_sequence_number(sequence, shown_position(session, t)));
    snprintf(widest, sizeof widest, "%" PRId64, zoe_sequence_last(sequence));
    int pad = zoe_ui_px(ui, 6), width = zoe_ui_text_width(ui, ZOE_TEXT_TITLE, text);
    int most = zoe_ui_text_width(ui, ZOE_TEXT_TITLE, widest);
    width = (width > most ? width : most) + 2 * pad;
    SDL_Rect place = zoe_cut_left(&rest, width);
    place = zoe_centered(place, place.w, zoe_ui_px(ui, ZOE_UI_CONTROL + 2));
    zoe_ui_hit hit = zoe_ui_hear(ui, zoe_ui_make_id(ui, "frame"), place);
    zoe_draw_fill(&ui->draw, place, zoe_ui_px(ui, ZOE_UI_RADIUS),
                  hit.hovered ? ui->style->control_hover : ui->style->groove);
    zoe_ui_label(ui, place, ZOE_TEXT_TITLE, ZOE_UI_CENTER, ui->style->text_light, text);
    zoe_ui_tip(ui, "The frame that is shown. Go to another one", "Ctrl+G");
    app->statusbar.frame_place = place;
    if (hit.clicked)
        zoe_app_run(app, "go-to-frame");
    zoe_cut_left(&rest, gap);
    speed_text(t, text);
    int state = zoe_ui_text_width(ui, ZOE_TEXT_TITLE, "Playing") + gap;
    int own = zoe_ui_text_width(ui, ZOE_TEXT_TITLE, text) + gap;
    state = own > state ? own : state;
    char range[TEXT];
    if (t->count == 1)
        snprintf(range, sizeof range, "single picture");
    else
        snprintf(range, sizeof range, "%" PRId64 "\342\200\223%" PRId64 ", %" PRId64 " frames",
                 zoe_sequence_first(sequence), zoe_sequence_last(sequence), t->count);
    int range_width = zoe_ui_text_width(ui, ZOE_TEXT_BODY, range) + 2 * gap;
    if (range_width <= rest.w)
        zoe_ui_label(ui, zoe_cut_left(&rest, range_width), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                     ui->style->text_dim, range);
    if (state <= rest.w)
        zoe_ui_label(ui, zoe_cut_left(&rest, state), ZOE_TEXT_TITLE, ZOE_UI_LEFT,
                     t->speed ? ui->style->text_light : ui->style->text_dim, text);
}

/* ---- buttons ---- */

static void loop_button(zoe_app *app, SDL_Rect place, SDL_Rect *opened)
{
    static const zoe_icon icons[] = {ZOE_ICON_LOOP, ZOE_ICON_PING_PONG, ZOE_ICON_ONCE};
    zoe_ui *ui = &app->ui;
    int loop = zoe_clamp_int(app->options.loop, 0, 2);
    SDL_Rect box = zoe_centered(place, place.w, zoe_ui_px(ui, ZOE_UI_CONTROL + 4));
    if (zoe_ui_button(ui, "loop", box, icons[loop], NULL, ZOE_UI_QUIET | (loop ? ZOE_UI_ON : 0)))
        *opened = box;
    zoe_ui_tip(ui, "At the end of the work area: begin again, go back, or stop", "P");
}

/* *loop_menu: where the menu of loop modes is asked for. */
static void run_transport(zoe_app *app, SDL_Rect rest, SDL_Rect *loop_menu)
{
    const zoe_transport *t = zoe_session_transport(&app->session);
    int32_t speed = t ? t->speed : 0;
    bool is_set = t && (t->in > 0 || t->out < t->count - 1);
    const struct {
        const char *name;
        zoe_icon icon;
        bool is_on, is_minor;
    } buttons[] = {
        {"set-in", ZOE_ICON_IN, is_set && t->in > 0, true},
        {"to-in", ZOE_ICON_FIRST, false, false},
        {"step-back", ZOE_ICON_STEP_BACK, false, false},
        {"backward", ZOE_ICON_BACKWARD, speed < 0, false},
        {"stop", ZOE_ICON_STOP, false, true},
        {"play-pause", speed > 0 ? ZOE_ICON_PAUSE : ZOE_ICON_PLAY, speed > 0, false},
        {"step-on", ZOE_ICON_STEP_ON, false, false},
        {"to-out", ZOE_ICON_LAST, false, false},
        {"set-out", ZOE_ICON_OUT, is_set && t->out < t->count - 1, true},
    };
    int count = (int)(sizeof buttons / sizeof buttons[0]), width = zoe_ui_px(&app->ui, BUTTON);
    bool all = rest.w >= (count + 1) * width;
    for (int i = 0; i < count; i++) {
        if ((!all && buttons[i].is_minor) || rest.w < width)
            continue; /* better none than half of one */
        command_button(app, zoe_cut_left(&rest, width), buttons[i].name, buttons[i].icon,
                       buttons[i].is_on);
    }
    if (all)
        loop_button(app, zoe_cut_left(&rest, width), loop_menu);
}

static int transport_width(const zoe_app *app, int room)
{
    int width = zoe_ui_px(&app->ui, BUTTON);
    return room >= 10 * width ? 10 * width : 6 * width;
}

static void run_pages(zoe_app *app, SDL_Rect *rest)
{
    const struct {
        const char *name;
        zoe_icon icon;
        bool is_on;
    } buttons[] = {
        {"help", ZOE_ICON_HELP, app->help.open},
        {"fullscreen", ZOE_ICON_FULLSCREEN, app->window.fullscreen},
        {"settings", ZOE_ICON_GEAR, zoe_panel_shows(&app->panel, ZOE_PANEL_SETTINGS)},
        {"layers", ZOE_ICON_LAYERS, zoe_panel_shows(&app->panel, ZOE_PANEL_LAYERS)},
        {"open", ZOE_ICON_FOLDER, app->open_page.open},
    };
    for (size_t i = 0; i < sizeof buttons / sizeof buttons[0]; i++)
        command_button(app, zoe_cut_right(rest, zoe_ui_px(&app->ui, BUTTON)), buttons[i].name,
                       buttons[i].icon, buttons[i].is_on);
}

/* ---- values ---- */

/* "23.976", "24": no more decimals than say something. */
static void rate_text(double rate, char text[TEXT])
{
    snprintf(text, TEXT, fabs(rate - floor(rate + 0.5)) < 0.0005 ? "%.0f" : "%.3f", rate);
}

static void fps_text(const zoe_transport *t, char text[TEXT])
{
    char rate[TEXT], wanted[TEXT];
    double own = (double)t->rate_numerator / (double)t->rate_denominator;
    double measured = zoe_transport_measured_rate(t, zoe_now_ns());
    int32_t times = t->speed < 0 ? -t->speed : t->speed;
    rate_text(own, rate);
    rate_text(own * (double)(times ? times : 1), wanted);
    if (!times || measured <= 0.0)
        snprintf(text, TEXT, "%.16s fps", rate);
    else if (times == 1)
        snprintf(text, TEXT, "%.1f of %.16s fps", measured, wanted);
    else
        snprintf(text, TEXT, "%.1f of %.16s fps (%" PRId32 "\303\227)", measured, wanted, times);
}

static void run_values(zoe_app *app, SDL_Rect *rest)
{
    zoe_ui *ui = &app->ui;
    const zoe_transport *t = zoe_session_transport(&app->session);
    char text[TEXT];
    SDL_Rect place;
    fps_text(t, text);
    zoe_rate own = app->session.shots[app->session.current].file_rate;
    own = own.numerator > 0 && own.denominator > 0 ? own : (zoe_rate){24, 1};
    bool is_other = (int64_t)t->rate_numerator * own.denominator !=
                    (int64_t)own.numerator * t->rate_denominator;
    if (value_button(ui, rest, "rate", text, is_other,
                     is_other ? "Frames a second; not the file's rate" : "Frames a second",
                     "Up, Down", &place))
        zoe_app_open_menu(app, ZOE_MENU_RATE, NULL, place);
    const zoe_option *policy = ZOE_OPTION(policy);
    zoe_option_label(policy, (int)t->policy, text);
    if (value_button(
            ui, rest, "policy", text, t->policy != 0,
            "Every frame: none is left out, playback waits. Real time: frames are left out "
            "to keep the rate.",
            "T", &place))
        zoe_app_open_menu(app, ZOE_MENU_OPTION, policy, place);
    if (!t->skipped || t->policy != ZOE_POLICY_REAL_TIME)
        return;
    snprintf(text, sizeof text, "%" PRIu64 " left out", t->skipped);
    int width = zoe_ui_text_width(ui, ZOE_TEXT_BODY, text) + zoe_ui_px(ui, GAP);
    if (width <= rest->w)
        zoe_ui_label(ui, zoe_cut_right(rest, width), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                     ui->style->text_dim, text);
}

/* ---- the row ---- */

void zoe_app_run_bar(zoe_app *app)
{
    zoe_ui *ui = &app->ui;
    int gap = zoe_ui_px(ui, GAP);
    SDL_Rect rest = zoe_inset(app->bar, zoe_ui_px(ui, ZOE_MARGIN), 0);
    zoe_draw_fill(&ui->draw, app->bar, 0, zoe_theme_dark.bar);
    zoe_ui_cover(ui, app->bar);
    zoe_ui_push(ui, "bar");
    /* The buttons stand in the middle of the window, unless what is beside them needs the room. */
    int frame = zoe_ui_px(ui, 90);
    int pages = 5 * zoe_ui_px(ui, BUTTON), rate = zoe_ui_px(ui, RATE);
    int buttons = transport_width(app, rest.w - pages - frame - rate - 3 * gap);
    int middle = app->bar.x + (app->bar.w - buttons) / 2;
    int most = rest.x + rest.w - pages - rate - 2 * gap - buttons;
    int at = middle < most ? middle : most;
    at = at < rest.x + frame + gap ? rest.x + frame + gap : at;
    run_pages(app, &rest);
    zoe_cut_right(&rest, gap);
    SDL_Rect left = zoe_cut_left(&rest, at - gap - rest.x);
    zoe_cut_left(&rest, gap);
    SDL_Rect row = zoe_cut_left(&rest, buttons);
    SDL_Rect loop_menu = {0, 0, 0, 0};
    if (app->session.count)
        run_transport(app, row, &loop_menu);
    zoe_ui_pop(ui);
    if (!app->session.count)
        return;
    /* Menus are drawn outside of this scope. */
    if (loop_menu.w)
        zoe_app_open_menu(app, ZOE_MENU_OPTION, ZOE_OPTION(loop), loop_menu);
    run_values(app, &rest);
    run_frame(app, left);
}
