#define _POSIX_C_SOURCE 200809L /* getcwd */

#include "app/commands.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <zoetrope/storage.h>

#include "app/color_choice.h"
#include "app/compare.h"
#include "app/effects.h"
#include "app/opening.h"
#include "model/frame_write.h"
#include "ui/ui_layout.h"

const zoe_rate zoe_app_rates[] = {{6, 1},        {12, 1},       {15, 1}, {24000, 1001}, {24, 1},
                                  {25, 1},       {30000, 1001}, {30, 1}, {48, 1},       {50, 1},
                                  {60000, 1001}, {60, 1},       {90, 1}, {120, 1}};

enum { RATES = sizeof zoe_app_rates / sizeof zoe_app_rates[0] };

const int zoe_app_rate_count = RATES;

/* Arguments of functions that take an end of the work area. */
enum { IN, OUT };

/* ---- options ---- */

/* offset: of the option in zoe_options. */
static void next_value(zoe_app *app, int offset)
{
    zoe_app_next_value(app, zoe_option_at((size_t)offset));
}

static void reset_value(zoe_app *app, int offset)
{
    const zoe_option *option = zoe_option_at((size_t)offset);
    zoe_app_set_option(app, option, option->normal);
}

static void next_view(zoe_app *app, int by)
{
    zoe_app_next_view(app, by);
}

/* ---- playback ---- */

/* The same way again is faster, the other way begins at once. */
static void shuttle(zoe_app *app, int way)
{
    int32_t speed = zoe_session_transport(&app->session)->speed;
    int32_t next = speed * way > 0 ? speed * 2 : way;
    if (next <= ZOE_TRANSPORT_SPEED_MAX && next >= -ZOE_TRANSPORT_SPEED_MAX)
        zoe_session_play(&app->session, next, zoe_now_ns());
}

static void play_pause(zoe_app *app, int unused)
{
    (void)unused;
    const zoe_transport *transport = zoe_session_transport(&app->session);
    int32_t speed = 1;
    if (transport->loop == ZOE_PING_PONG && transport->direction < 0)
        speed = -1;
    zoe_session_play(&app->session, transport->speed ? 0 : speed, zoe_now_ns());
}

void zoe_app_set_rate(zoe_app *app, zoe_rate rate)
{
    zoe_transport_set_rate(zoe_session_transport(&app->session), rate.numerator, rate.denominator);
    zoe_session_touch(&app->session);
    app->redraw = true;
}

static void change_rate(zoe_app *app, int by)
{
    const zoe_transport *t = zoe_session_transport(&app->session);
    double now = (double)t->rate_numerator / (double)t->rate_denominator;
    int best = -1;
    for (int i = 0; i < RATES; i++) {
        double rate = (double)zoe_app_rates[i].numerator / (double)zoe_app_rates[i].denominator;
        if (by > 0 && rate > now + 0.001 && best < 0)
            best = i;
        if (by < 0 && rate < now - 0.001)
            best = i;
    }
    if (best >= 0)
        zoe_app_set_rate(app, zoe_app_rates[best]);
}

static void file_rate(zoe_app *app, int unused)
{
    (void)unused;
    zoe_shot *shot = zoe_session_shot(&app->session);
    zoe_rate rate = shot->file_rate;
    if (rate.numerator <= 0 || rate.denominator <= 0)
        rate = (zoe_rate){24, 1};
    zoe_transport_set_rate(&shot->transport, rate.numerator, rate.denominator);
    zoe_session_touch(&app->session);
}

static void stop(zoe_app *app, int unused)
{
    (void)unused;
    zoe_session_play(&app->session, 0, zoe_now_ns());
}

static void step(zoe_app *app, int frames)
{
    zoe_session_step_by(&app->session, frames, zoe_now_ns());
}

/* ---- work area ---- */

static void go_to_end(zoe_app *app, int is_out)
{
    const zoe_transport *t = zoe_session_transport(&app->session);
    zoe_session_seek(&app->session, is_out ? t->out : t->in, zoe_now_ns());
}

static void set_area(zoe_app *app, int64_t in, int64_t out)
{
    zoe_transport_set_area(zoe_session_transport(&app->session), in, out);
    zoe_session_touch(&app->session);
}

/* An end set beyond the other one takes it along: the area never turns inside out. */
static void set_end(zoe_app *app, int is_out)
{
    const zoe_transport *t = zoe_session_transport(&app->session);
    int64_t at = app->here >= 0 ? app->here : t->playhead;
    if (!is_out)
        set_area(app, at, t->out < at ? t->count - 1 : t->out);
    else
        set_area(app, t->in > at ? 0 : t->in, at);
}

static void clear_area(zoe_app *app, int unused)
{
    (void)unused;
    set_area(app, 0, zoe_session_transport(&app->session)->count - 1);
}

/* ---- files and memory ---- */

/* What comes of it is said when it is there. */
static void refresh(zoe_app *app, int unused)
{
    (void)unused;
    zoe_follower_ask(app->follower, &app->session);
}

static void switch_sequence(zoe_app *app, int by)
{
    const char *neighbour = zoe_session_neighbour(&app->session, by);
    if (zoe_session_switch(&app->session, by))
        zoe_app_new_sequence(app);
    else if (neighbour)
        zoe_app_open_in_place(app, neighbour);
    else
        zoe_message_say(&app->message, false, "There is no other sequence");
}

static void clear_cache(zoe_app *app, int unused)
{
    (void)unused;
    zoe_app_clear_cache(app);
}

/* ---- picture ---- */

/* It waits for the header of the playhead's file, see zoe_app_switch_layers(). */
static void switch_layer(zoe_app *app, int by)
{
    app->layer_by += by;
    zoe_app_switch_layers(app);
}

static void fit_range(zoe_app *app, int unused)
{
    (void)unused;
    const zoe_grade *grade = &app->session.grade;
    if (zoe_session_fit_range(&app->session))
        zoe_message_say(&app->message, false, "Black is %g, white is %g", (double)grade->range_min,
                        (double)grade->range_max);
    else
        zoe_message_say(&app->message, false, "Colour has no range to fit");
}

static void toggle_channel(zoe_app *app, int view)
{
    zoe_grade *grade = &app->session.grade;
    grade->view = (int)grade->view == view ? ZOE_VIEW_COLOR : (zoe_channel_view)view;
}

static void view_options(zoe_app *app, int unused)
{
    (void)unused;
    zoe_app_ask_menu(app, ZOE_MENU_VIEW);
}

static void fit(zoe_app *app, int unused)
{
    (void)unused;
    zoe_view_map_fit(&app->view.map);
    zoe_view_invalidate(&app->view);
}

static void zoom(zoe_app *app, double zoom_to)
{
    zoe_view_map *map = &app->view.map;
    zoe_view_map_zoom_to(map, map->width / 2.0, map->height / 2.0, zoom_to);
    zoe_view_invalidate(&app->view);
}

static void one_to_one(zoe_app *app, int unused)
{
    (void)unused;
    zoom(app, 1.0);
}

static void zoom_in_steps(zoe_app *app, int steps)
{
    zoom(app, app->view.map.zoom * pow(1.25, steps));
}

/* ---- copy and save ---- */

enum { PATH_CAPACITY = 4096 };

static void copy_text(zoe_app *app, const char *text)
{
    app->ui.host.copy(app->ui.host.user, text);
    zoe_message_answer(&app->message, "Copied: %s", text);
}

static void copy_path(zoe_app *app, int unused)
{
    (void)unused;
    char path[PATH_CAPACITY], seen[PATH_CAPACITY];
    int64_t position = zoe_session_shown_position(&app->session);
    if (zoe_sequence_path(zoe_session_sequence(&app->session), position, path, sizeof path) !=
        ZOE_OK) {
        zoe_message_say(&app->message, true, "This frame has no file");
        return;
    }
    zoe_storage_text(path, seen, sizeof seen);
    copy_text(app, seen);
}

static void copy_frame(zoe_app *app, int unused)
{
    (void)unused;
    char text[32];
    snprintf(text, sizeof text, "%" PRId64,
             zoe_sequence_number(zoe_session_sequence(&app->session),
                                 zoe_session_shown_position(&app->session)));
    copy_text(app, text);
}

/* What is seen now is what will be saved, under the name that the save page asks for. */
static bool take_picture(zoe_app *app)
{
    zoe_session *session = &app->session;
    const char *layer, *view;
    static zoe_save_picture picture; /* too large for the stack */
    if (zoe_screen_pin(&session->screen, zoe_session_shot(session), session->engine,
                       &picture.frame) != ZOE_OK) {
        zoe_message_say(&app->message, true, "There is no picture to save");
        return false;
    }
    picture.grade = session->grade;
    picture.is_colored = app->view.serial != 0;
    picture.color = app->view.lut->color;
    picture.table = zoe_look_table_hold(app->view.table);
    picture.look = app->view.look;
    memcpy(picture.other_colors, app->view.other_colors, sizeof picture.other_colors);
    zoe_session_pin_partners(session, picture.others, &picture.other_count);
    picture.compare = session->partners.compare;
    zoe_session_layer(session, &layer, &view);
    bool is_own = !session->screen.is_fallback;
    snprintf(picture.layer, sizeof picture.layer, "%s", is_own ? layer : "");
    snprintf(picture.view, sizeof picture.view, "%s", is_own ? view : "");
    if (zoe_sequence_path(zoe_session_sequence(session), picture.frame.position, picture.file,
                          sizeof picture.file) != ZOE_OK)
        picture.file[0] = '\0';
    picture.storage = app->storage;
    if (app->save && zoe_save_take(app->save, &picture))
        return true;
    zoe_message_say(&app->message, true, "The last picture is still being saved");
    return false;
}

/* A free name is proposed, in the folder that was saved into last, at first in the one that the
 * player was started in. */
static void save_picture(zoe_app *app, int is_linear)
{
    char folder[PATH_CAPACITY], path[PATH_CAPACITY];
    const zoe_sequence *sequence = zoe_session_sequence(&app->session);
    int64_t position = zoe_session_shown_position(&app->session);
    if (!take_picture(app))
        return;
    if (app->saved_to[0])
        snprintf(folder, sizeof folder, "%s", app->saved_to);
    else if (!getcwd(folder, sizeof folder))
        snprintf(folder, sizeof folder, "%s", "");
    if (!zoe_frame_write_name(sequence, zoe_sequence_number(sequence, position), folder,
                              is_linear ? "exr" : "png", path, sizeof path))
        path[0] = '\0';
    zoe_save_page_show(&app->save_page, path, is_linear);
}

/* ---- timeline ---- */

static void zoom_timeline(zoe_app *app, int steps)
{
    zoe_timeline_map *map = &app->timeline.map;
    const zoe_transport *t = zoe_session_transport(&app->session);
    zoe_timeline_map_zoom(map, zoe_timeline_map_x(map, (double)t->playhead + 0.5), pow(1.5, steps));
    app->timeline.columns_stale = true;
}

static void pan_timeline(zoe_app *app, int eighths)
{
    zoe_timeline_map *map = &app->timeline.map;
    zoe_timeline_map_pan(map, map->width / 8.0 * eighths);
    app->timeline.columns_stale = true;
}

static void show_all_frames(zoe_app *app, int unused)
{
    (void)unused;
    zoe_timeline_map_fit(&app->timeline.map);
    app->timeline.columns_stale = true;
}

static void show_area(zoe_app *app, int unused)
{
    (void)unused;
    const zoe_transport *t = zoe_session_transport(&app->session);
    zoe_timeline_map_show(&app->timeline.map, t->in, t->out);
    app->timeline.columns_stale = true;
}

/* ---- window ---- */

static void toggle_panel(zoe_app *app, int page)
{
    zoe_panel_toggle(&app->panel, (zoe_panel_page)page);
    app->layers_page.fresh = zoe_panel_shows(&app->panel, ZOE_PANEL_LAYERS);
    app->metadata_page.fresh = zoe_panel_shows(&app->panel, ZOE_PANEL_METADATA);
}

static void toggle_help(zoe_app *app, int unused)
{
    (void)unused;
    app->help.open = !app->help.open;
}

static void open_files(zoe_app *app, int unused)
{
    (void)unused;
    if (app->open_page.open)
        zoe_open_page_hide(&app->open_page);
    else
        zoe_open_page_show(&app->open_page,
                           app->open_page.shown[0] || !app->session.count
                               ? NULL
                               : zoe_sequence_folder(zoe_session_sequence(&app->session)));
}

static void go_to_frame(zoe_app *app, int unused)
{
    (void)unused;
    SDL_Rect below = app->view.area;
    below = zoe_cut_bottom(&below, 0);
    bool shown = zoe_app_bars_shown(app);
    zoe_goto_page_show(&app->ui, &app->goto_page, shown ? app->statusbar.frame_place : below);
}

static void toggle_bars(zoe_app *app, int unused)
{
    (void)unused;
    if (app->window.fullscreen)
        app->bars_full = !app->bars_full;
    else
        app->bars_hidden = !app->bars_hidden;
}

static void toggle_fullscreen(zoe_app *app, int unused)
{
    (void)unused;
    app->bars_full = false;
    zoe_window_set_fullscreen(&app->window, !app->window.fullscreen);
    zoe_window_measure(&app->window);
}

static void scale_ui(zoe_app *app, int quarters)
{
    double scale = floor(app->window.scale * 4.0 + 0.5) / 4.0 + 0.25 * quarters;
    /* Not 0, which means the display's. */
    zoe_app_set_option(app, ZOE_OPTION(ui_scale), scale < 0.5 ? 0.5 : scale);
    zoe_message_answer(&app->message, "Text and bars at %.0f%%", app->options.ui_scale * 100.0);
}

static void quit(zoe_app *app, int unused)
{
    (void)unused;
    app->quit = true;
}

/* What is open above the rest has taken the key already. */
static void escape(zoe_app *app, int unused)
{
    if (app->opening_count && !app->session.count)
        zoe_app_stop_opening(app);
    else if (app->window.fullscreen)
        toggle_fullscreen(app, unused);
    else if (app->panel.open)
        app->panel.open = false;
    else if (app->opening_count)
        zoe_app_stop_opening(app);
}

/* ---- the table ---- */

enum { SHIFT = KMOD_SHIFT, CTRL = KMOD_CTRL };

#define HEADING(text)                                                                              \
    {                                                                                              \
        .heading = text                                                                            \
    }
#define MOUSE(keys, text)                                                                          \
    {                                                                                              \
        .page_keys = keys, .page_help = text                                                       \
    }
#define RUN(command, function, value) .name = command, .run = function, .argument = value
#define OPTION(member)                .run = next_value, .argument = (int)offsetof(zoe_options, member)
#define VALUES(member)                .option = offsetof(zoe_options, member)

/* clang-format off */
const zoe_command zoe_commands[] = {
    HEADING("Playback"),
    {RUN("play-pause", play_pause, 0), .keys = {{SDLK_SPACE, 0}}, .help = "Play, pause", .page_keys = "Space"},
    {RUN("backward", shuttle, -1), .keys = {{SDLK_j, 0}}, .help = "Play backward; again: faster",
     .page_keys = "J  K  L", .page_help = "Back, stop, on; again: faster"},
    {RUN("stop", stop, 0), .keys = {{SDLK_k, 0}}, .help = "Stop"},
    {RUN("forward", shuttle, 1), .keys = {{SDLK_l, 0}}, .help = "Play forward; again: faster"},
    {RUN("step-back", step, -1), .keys = {{SDLK_LEFT, 0}}, .repeats = true, .help = "One frame back",
     .page_keys = "Left  Right", .page_help = "One frame"},
    {RUN("step-on", step, 1), .keys = {{SDLK_RIGHT, 0}}, .repeats = true, .help = "One frame on"},
    {RUN("leap-back", step, -10), .keys = {{SDLK_LEFT, SHIFT}}, .repeats = true, .help = "Ten frames back",
     .page_keys = "Shift+Left  Right", .page_help = "Ten frames"},
    {RUN("leap-on", step, 10), .keys = {{SDLK_RIGHT, SHIFT}}, .repeats = true, .help = "Ten frames on"},
    {RUN("to-in", go_to_end, IN), .keys = {{SDLK_HOME, 0}}, .help = "First frame of the work area",
     .page_keys = "Home  End", .page_help = "Ends of the work area"},
    {RUN("to-out", go_to_end, OUT), .keys = {{SDLK_END, 0}}, .help = "Last frame of the work area"},
    {.name = "loop-mode", OPTION(loop), VALUES(loop), .keys = {{SDLK_p, 0}}, .page_keys = "P"},
    {.name = "policy", OPTION(policy), VALUES(policy), .keys = {{SDLK_t, 0}}, .page_keys = "T"},
    {RUN("rate-up", change_rate, 1), .keys = {{SDLK_UP, 0}}, .repeats = true, .help = "Faster rate",
     .page_keys = "Up  Down", .page_help = "Rate"},
    {RUN("rate-down", change_rate, -1), .keys = {{SDLK_DOWN, 0}}, .repeats = true, .help = "Slower rate"},
    {RUN("go-to-frame", go_to_frame, 0), .keys = {{SDLK_g, CTRL}}, .help = "Go to frame\342\200\246", .page_keys = "Ctrl+G"},
    {RUN("rate-of-file", file_rate, 0), .keys = {{SDLK_BACKSPACE, 0}}, .help = "The file's rate", .page_keys = "Backspace"},

    HEADING("Work area"),
    {RUN("set-in", set_end, IN), .keys = {{SDLK_b, 0}, {SDLK_i, 0}, {SDLK_LEFTBRACKET, 0}}, .help = "Work area begins here",
     .page_keys = "B  I  [", .page_help = "Begins here"},
    {RUN("set-out", set_end, OUT), .keys = {{SDLK_n, 0}, {SDLK_o, 0}, {SDLK_RIGHTBRACKET, 0}}, .help = "Work area ends here",
     .page_keys = "N  O  ]", .page_help = "Ends here"},
    {RUN("clear-area", clear_area, 0), .keys = {{SDLK_b, CTRL}}, .help = "Work area of all frames",
     .page_keys = "Ctrl+B", .page_help = "All frames"},

    HEADING("Timeline"),
    MOUSE("Drag", "Scrub; handles: work area"),
    MOUSE("Wheel  Shift+wheel", "Zoom, pan"),
    MOUSE("Middle drag  Alt+drag", "Pan"),
    {RUN("timeline-zoom-in", zoom_timeline, 1), .keys = {{SDLK_UP, CTRL}}, .repeats = true, .help = "Enlarge the timeline",
     .page_keys = "Ctrl+Up  Down", .page_help = "Zoom"},
    {RUN("timeline-zoom-out", zoom_timeline, -1), .keys = {{SDLK_DOWN, CTRL}}, .repeats = true, .help = "Shrink the timeline"},
    {RUN("timeline-left", pan_timeline, 1), .keys = {{SDLK_LEFT, CTRL}}, .repeats = true, .help = "Earlier part of the timeline",
     .page_keys = "Ctrl+Left  Right", .page_help = "Pan"},
    {RUN("timeline-right", pan_timeline, -1), .keys = {{SDLK_RIGHT, CTRL}}, .repeats = true, .help = "Later part of the timeline"},
    {RUN("timeline-all", show_all_frames, 0), .keys = {{SDLK_f, SHIFT}}, .help = "Timeline of all frames",
     .page_keys = "Shift+F", .page_help = "All frames"},
    {RUN("timeline-area", show_area, 0), .keys = {{SDLK_f, CTRL}}, .help = "Timeline of the work area",
     .page_keys = "Ctrl+F", .page_help = "Work area"},

    HEADING("Picture"),
    MOUSE("Wheel", "Zoom at the pointer"),
    MOUSE("Drag", "Scrub"),
    MOUSE("Middle drag  Alt+drag", "Pan"),
    {RUN("fit", fit, 0), .keys = {{SDLK_f, 0}}, .help = "Fit", .page_keys = "F  Double click"},
    {RUN("one-to-one", one_to_one, 0), .keys = {{SDLK_1, 0}}, .help = "One to one", .page_keys = "1  +  -", .page_help = "One to one; zoom"},
    {RUN("view-options", view_options, 0), .keys = {{SDLK_v, 0}}, .help = "View options\342\200\246", .page_keys = "V",
     .page_help = "Menu of view options"},
    {RUN("zoom-in", zoom_in_steps, 1), .repeats = true, .help = "Enlarge the picture",
     .keys = {{SDLK_EQUALS, 0}, {SDLK_EQUALS, SHIFT}, {SDLK_PLUS, 0}, {SDLK_KP_PLUS, 0}}},
    {RUN("zoom-out", zoom_in_steps, -1), .keys = {{SDLK_MINUS, 0}, {SDLK_KP_MINUS, 0}}, .repeats = true, .help = "Shrink the picture"},
    {RUN("red", toggle_channel, ZOE_VIEW_RED), .keys = {{SDLK_r, 0}, {SDLK_r, SHIFT}}, .help = "Red; again: colour",
     .page_keys = "R  G  Shift+B", .page_help = "Red, green, blue; again: colour"},
    {RUN("green", toggle_channel, ZOE_VIEW_GREEN), .keys = {{SDLK_g, 0}, {SDLK_g, SHIFT}}, .help = "Green; again: colour"},
    {RUN("blue", toggle_channel, ZOE_VIEW_BLUE), .keys = {{SDLK_b, SHIFT}}, .help = "Blue; again: colour"},
    {RUN("alpha", toggle_channel, ZOE_VIEW_ALPHA), .keys = {{SDLK_a, 0}, {SDLK_a, SHIFT}}, .help = "Alpha; again: colour",
     .page_keys = "A  Y", .page_help = "Alpha, luminance; again: colour"},
    {RUN("luminance", toggle_channel, ZOE_VIEW_LUMINANCE), .keys = {{SDLK_y, 0}}, .help = "Luminance; again: colour"},
    {RUN("view-next", next_view, 1), .keys = {{SDLK_c, 0}}, .help = "Next view of OpenColorIO", .page_keys = "C  Shift+V",
     .page_help = "Next, previous view of OpenColorIO"},
    {RUN("view-previous", next_view, -1), .keys = {{SDLK_v, SHIFT}}, .help = "Previous view of OpenColorIO"},
    {RUN("layer-previous", switch_layer, -1), .keys = {{SDLK_LEFTBRACKET, SHIFT}, {SDLK_PAGEUP, CTRL}}, .help = "Previous layer",
     .page_keys = "{  }", .page_help = "Previous, next layer"},
    {RUN("layer-next", switch_layer, 1), .keys = {{SDLK_RIGHTBRACKET, SHIFT}, {SDLK_PAGEDOWN, CTRL}}, .help = "Next layer"},
    {.name = "proxy", OPTION(proxy), .keys = {{SDLK_p, SHIFT}}, .help = "Full size, 1/2, 1/4, 1/8", .page_keys = "Shift+P"},
    {.name = "overscan", OPTION(overscan), .keys = {{SDLK_o, SHIFT}}, .help = "Show overscan, or not", .page_keys = "Shift+O  Shift+D",
     .page_help = "Overscan; float in full, or as half"},
    {.name = "precision", OPTION(full_precision), .keys = {{SDLK_d, SHIFT}}, .help = "Float in full, or as half"},
    {.name = "pixels", OPTION(pixels), .keys = {{SDLK_n, SHIFT}}, .help = "Pixels at every size, or smooth below 200%", .page_keys = "Shift+N",
     .page_help = "Pixels, or smooth below 200%"},
    {.name = "flop", OPTION(flop), .keys = {{SDLK_x, SHIFT}}, .help = "Mirror left to right", .page_keys = "Shift+X  Shift+Y",
     .page_help = "Mirror: left to right, top to bottom"},
    {.name = "flip", OPTION(flip), .keys = {{SDLK_y, SHIFT}}, .help = "Mirror top to bottom"},
    {.name = "guides", OPTION(guides), .keys = {{SDLK_s, SHIFT}}, .help = "Safe areas: action 90%, title 80%; with middle", .page_keys = "Shift+S  Shift+T",
     .page_help = "Safe areas; frame of an aspect"},
    {.name = "aspect", OPTION(aspect), .keys = {{SDLK_t, SHIFT}}, .help = "Frame of another aspect"},
    {.name = "marks", OPTION(marks), .keys = {{SDLK_z, 0}}, .help = "Mark NaN, infinity and clipping", .page_keys = "Z"},
    {.name = "false-color", OPTION(false_color), .keys = {{SDLK_h, SHIFT}}, .help = "Levels as false colours", .page_keys = "Shift+H"},
    {.name = "ids", OPTION(ids), .keys = {{SDLK_i, SHIFT}}, .help = "Ids as colours, or black to white", .page_keys = "Shift+I"},
    {RUN("fit-range", fit_range, 0), .keys = {{SDLK_x, 0}}, .help = "Fit the range of depth, ids", .page_keys = "X"},
    MOUSE("E+drag  M+drag", "Exposure, gamma"),
    {RUN("exposure-reset", reset_value, (int)offsetof(zoe_options, exposure)), .keys = {{SDLK_e, SHIFT}}, .help = "Reset exposure",
     .page_keys = "Shift+E  Shift+M", .page_help = "Reset exposure, gamma"},
    {RUN("gamma-reset", reset_value, (int)offsetof(zoe_options, gamma)), .keys = {{SDLK_m, SHIFT}}, .help = "Reset gamma"},

    HEADING("Compare"),
    {RUN("compare-menu", zoe_app_compare_menu, 0), .keys = {{SDLK_c, KMOD_ALT}}, .help = "Compare\342\200\246", .page_keys = "Alt+C  Alt+X",
     .page_help = "Menu: with what, and how; stop"},
    {RUN("compare-flip", zoe_app_compare, ZOE_COMPARE_FLIP), .keys = {{SDLK_RETURN, 0}}, .help = "Flip A and B", .page_keys = "Return"},
    {RUN("compare-wipe", zoe_app_compare, ZOE_COMPARE_WIPE), .keys = {{SDLK_w, 0}}, .help = "Wipe", .page_keys = "W  D  U",
     .page_help = "Wipe, difference, blend; again: off"},
    {RUN("compare-difference", zoe_app_compare, ZOE_COMPARE_DIFFERENCE), .keys = {{SDLK_d, 0}}, .help = "Difference"},
    {RUN("compare-blend", zoe_app_compare, ZOE_COMPARE_BLEND), .keys = {{SDLK_u, 0}}, .help = "Blend"},
    {RUN("compare-side", zoe_app_compare, ZOE_COMPARE_SIDE), .keys = {{SDLK_w, SHIFT}}, .help = "Side by side",
     .page_keys = "Shift+W  Shift+U  Ctrl+A", .page_help = "Side by side, tile, anaglyph"},
    {RUN("compare-tile", zoe_app_compare, ZOE_COMPARE_TILE), .keys = {{SDLK_u, SHIFT}}, .help = "Tile"},
    {RUN("compare-anaglyph", zoe_app_compare, ZOE_COMPARE_ANAGLYPH), .keys = {{SDLK_a, CTRL}}, .help = "Anaglyph"},
    {RUN("compare-off", zoe_app_compare, ZOE_COMPARE_OFF), .keys = {{SDLK_x, KMOD_ALT}}, .help = "Stop comparing"},
    {RUN("compare-earlier", zoe_app_compare_offset, -1), .keys = {{SDLK_LEFT, KMOD_ALT}}, .repeats = true, .help = "B one frame earlier",
     .page_keys = "Alt+Left  Right", .page_help = "B earlier, later"},
    {RUN("compare-later", zoe_app_compare_offset, 1), .keys = {{SDLK_RIGHT, KMOD_ALT}}, .repeats = true, .help = "B one frame later"},
    {RUN("compare-no-offset", zoe_app_compare_offset, 0), .keys = {{SDLK_0, KMOD_ALT}}, .help = "B not offset"},
    {RUN("compare-more", zoe_app_compare_amount, 1), .keys = {{SDLK_UP, KMOD_ALT}}, .repeats = true, .help = "More gain, more of B",
     .page_keys = "Alt+Up  Down", .page_help = "Gain of the difference; share of B"},
    {RUN("compare-less", zoe_app_compare_amount, -1), .keys = {{SDLK_DOWN, KMOD_ALT}}, .repeats = true, .help = "Less gain, less of B"},
    {RUN("compare-align", zoe_app_compare_align, 0), .keys = {{SDLK_n, KMOD_ALT}}, .help = "By first frame, not by number", .page_keys = "Alt+N  Alt+P",
     .page_help = "First with first; pixel for pixel"},
    {RUN("compare-size", zoe_app_compare_size, 0), .keys = {{SDLK_p, KMOD_ALT}}, .help = "Pixel for pixel, middle on middle"},
    MOUSE("Drag the line", "Wipe; the round handle turns it"),

    HEADING("Files and memory"),
    MOUSE("Drop", "Open files and folders"),
    {RUN("open", open_files, 0), .keys = {{SDLK_o, CTRL}}, .is_always = true, .help = "Open\342\200\246", .page_keys = "Ctrl+O"},
    {RUN("sequence-previous", switch_sequence, -1), .keys = {{SDLK_PAGEUP, 0}}, .help = "Previous sequence",
     .page_keys = "Page Up  Down", .page_help = "Previous, next sequence"},
    {RUN("sequence-next", switch_sequence, 1), .keys = {{SDLK_PAGEDOWN, 0}}, .help = "Next sequence"},
    {RUN("copy-path", copy_path, 0), .keys = {{SDLK_c, CTRL}}, .help = "Copy the frame's path", .page_keys = "Ctrl+C  Ctrl+Shift+C",
     .page_help = "Copy the frame's path, number"},
    {RUN("copy-frame", copy_frame, 0), .keys = {{SDLK_c, CTRL | SHIFT}}, .help = "Copy the frame number"},
    {RUN("save-png", save_picture, 0), .keys = {{SDLK_s, CTRL}}, .help = "Save as seen (PNG)\342\200\246", .page_keys = "Ctrl+S  Ctrl+Shift+S",
     .page_help = "Save as seen, linear\342\200\246"},
    {RUN("save-exr", save_picture, 1), .keys = {{SDLK_s, CTRL | SHIFT}}, .help = "Save linear (EXR)\342\200\246"},
    {RUN("refresh", refresh, 0), .keys = {{SDLK_r, CTRL}}, .help = "Read changed files again", .page_keys = "Ctrl+R"},
    {RUN("clear-cache", clear_cache, 0), .keys = {{SDLK_c, SHIFT}}, .is_always = true, .help = "Empty the cache", .page_keys = "Shift+C"},
    {.name = "strategy", OPTION(strategy), VALUES(strategy), .keys = {{SDLK_s, 0}}, .help = "Preload: ", .page_keys = "S"},

    HEADING("Window"),
    {RUN("settings", toggle_panel, ZOE_PANEL_SETTINGS), .keys = {{SDLK_COMMA, 0}, {SDLK_F9, 0}}, .is_always = true, .help = "Settings",
     .page_keys = ",  F9  .  Shift+F9", .page_help = "Settings, memory"},
    {RUN("memory", toggle_panel, ZOE_PANEL_MEMORY), .keys = {{SDLK_PERIOD, 0}, {SDLK_F9, SHIFT}}, .is_always = true, .help = "Memory"},
    {RUN("layers", toggle_panel, ZOE_PANEL_LAYERS), .keys = {{SDLK_l, CTRL}}, .is_always = true, .help = "Layers", .page_keys = "Ctrl+L  Ctrl+I",
     .page_help = "Layers, metadata"},
    {RUN("metadata", toggle_panel, ZOE_PANEL_METADATA), .keys = {{SDLK_i, CTRL}}, .is_always = true, .help = "Metadata"},
    {RUN("color", toggle_panel, ZOE_PANEL_COLOR), .keys = {{SDLK_k, CTRL}}, .is_always = true, .help = "Colour", .page_keys = "Ctrl+K  Ctrl+H",
     .page_help = "Colour; waveform and histogram"},
    {RUN("scopes", toggle_panel, ZOE_PANEL_SCOPES), .keys = {{SDLK_h, CTRL}}, .is_always = true, .help = "Scopes"},
    {RUN("messages", toggle_panel, ZOE_PANEL_MESSAGES), .keys = {{SDLK_m, CTRL}}, .is_always = true, .help = "Messages", .page_keys = "Ctrl+M"},
    {RUN("bars", toggle_bars, 0), .keys = {{SDLK_h, 0}}, .is_always = true, .help = "Hide, show timeline and bars", .page_keys = "H  F11",
     .page_help = "Hide the bars; full screen"},
    {RUN("fullscreen", toggle_fullscreen, 0), .keys = {{SDLK_F11, 0}}, .is_always = true, .help = "Full screen"},
    {RUN("ui-larger", scale_ui, 1), .repeats = true, .is_always = true, .help = "Larger text",
     .keys = {{SDLK_EQUALS, CTRL}, {SDLK_EQUALS, CTRL | SHIFT}, {SDLK_PLUS, CTRL}, {SDLK_KP_PLUS, CTRL}},
     .page_keys = "Ctrl++  Ctrl+-", .page_help = "Larger, smaller text"},
    {RUN("ui-smaller", scale_ui, -1), .keys = {{SDLK_MINUS, CTRL}, {SDLK_KP_MINUS, CTRL}}, .repeats = true, .is_always = true,
     .help = "Smaller text"},
    {RUN("help", toggle_help, 0), .keys = {{SDLK_F1, 0}}, .is_always = true, .help = "This page", .page_keys = "F1"},
    {RUN("quit", quit, 0), .keys = {{SDLK_q, 0}, {SDLK_q, CTRL}}, .is_always = true, .help = "Quit",
     .page_keys = "Q  Ctrl+Q"},
    {RUN("escape", escape, 0), .keys = {{SDLK_ESCAPE, 0}}, .is_always = true, .help = "Leave full screen, close a page, stop opening",
     .page_keys = "Esc"},
};
/* clang-format on */

const size_t zoe_command_count = sizeof zoe_commands / sizeof zoe_commands[0];

void zoe_command_run(zoe_app *app, const zoe_command *command)
{
    app->redraw = true;
    if (command->run && (command->is_always || app->session.count))
        command->run(app, command->argument);
}

const zoe_command *zoe_app_command(const char *name)
{
    return zoe_command_by_name(zoe_commands, zoe_command_count, name);
}

void zoe_app_run(zoe_app *app, const char *name)
{
    const zoe_command *command = zoe_app_command(name);
    if (command)
        zoe_command_run(app, command);
}
