#include "app/app.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const uint64_t save_delay_ns = 500000000u;

static const zoe_rate rates[] = {{6, 1},        {12, 1},       {15, 1}, {24000, 1001}, {24, 1},
                                 {25, 1},       {30000, 1001}, {30, 1}, {48, 1},       {50, 1},
                                 {60000, 1001}, {60, 1},       {90, 1}, {120, 1}};

enum { RATES = sizeof rates / sizeof rates[0] };

static void save_soon(zoe_app *app)
{
    app->save_ns = zoe_now_ns() + save_delay_ns;
}

/* ---- memory ---- */

static void report_memory(zoe_app *app, const char *what, const zoe_memory_report *report)
{
    uint64_t before = report->resident_before >> 20, after = report->resident_after >> 20;
    uint64_t old_limit = app->stats.limit_bytes;
    char *text = app->panel.report;
    size_t capacity = sizeof app->panel.report;
    if (report->limit_bytes > old_limit)
        snprintf(text, capacity, "Room for %" PRIu64 " MB more",
                 (report->limit_bytes - old_limit) >> 20);
    else if (before > after)
        snprintf(text, capacity, "%" PRIu64 " MB given back, %" PRIu64 " frames dropped",
                 before - after, report->frames_evicted);
    else
        snprintf(text, capacity, "Nothing had to be given back");
    zoe_statusbar_say(&app->statusbar, 0,
                      "%s: %s (process %" PRIu64 " \342\206\222 %" PRIu64 " MB)", what, text,
                      before, after);
    zoe_app_read_stats(app);
}

static void set_budget(zoe_app *app)
{
    zoe_memory_report report;
    char what[64];
    /* Whoever moves these sliders wants them to count. */
    app->budget.bytes = 0;
    zoe_app_read_stats(app);
    if (zoe_engine_set_budget(app->session.engine, &app->budget, &report) != ZOE_OK) {
        zoe_statusbar_say(&app->statusbar, 1, "The cache's limit could not be changed");
        return;
    }
    snprintf(what, sizeof what, "Limit %" PRIu64 " MB", report.limit_bytes >> 20);
    report_memory(app, what, &report);
    zoe_session_touch(&app->session);
}

static void set_workers(zoe_app *app, uint32_t workers)
{
    zoe_status status = zoe_engine_set_workers(app->session.engine, workers);
    zoe_app_read_stats(app);
    if (status != ZOE_OK)
        zoe_statusbar_say(&app->statusbar, 1, "%s: %" PRIu32 " workers go on",
                          zoe_status_text(status), app->stats.workers);
    app->panel.workers_auto = workers ? 0 : (int)app->stats.workers;
}

static void clear_cache(zoe_app *app)
{
    zoe_memory_report report;
    zoe_app_read_stats(app);
    if (zoe_engine_clear(app->session.engine, &report) == ZOE_OK)
        report_memory(app, "Cache emptied", &report);
    zoe_session_touch(&app->session);
}

/* ---- settings ---- */

void zoe_app_set_exposure(zoe_app *app, double exposure)
{
    exposure = exposure < -20.0 ? -20.0 : exposure > 20.0 ? 20.0 : exposure;
    app->session.grade.exposure = (float)exposure;
    app->redraw = 1;
}

void zoe_app_set_gamma(zoe_app *app, double gamma)
{
    gamma = gamma < 0.1 ? 0.1 : gamma > 10.0 ? 10.0 : gamma;
    app->session.grade.gamma = (float)gamma;
    app->redraw = 1;
}

void zoe_app_fill_panel(zoe_app *app)
{
    double *values = app->panel.values;
    const zoe_session *session = &app->session;
    values[ZOE_SETTING_CACHE] = app->budget.percent;
    values[ZOE_SETTING_RESERVE] = (double)(app->budget.reserve_bytes >> 20) / 1024.0;
    values[ZOE_SETTING_WORKERS] = session->setup.engine.workers;
    values[ZOE_SETTING_STRATEGY] = (double)session->setup.strategy;
    values[ZOE_SETTING_POLICY] = (double)session->setup.policy;
    values[ZOE_SETTING_LOOP] = (double)session->setup.loop;
    values[ZOE_SETTING_EXPOSURE] = (double)session->grade.exposure;
    values[ZOE_SETTING_GAMMA] = (double)session->grade.gamma;
    values[ZOE_SETTING_CONTRAST] = (double)session->grade.contrast;
    values[ZOE_SETTING_SATURATION] = (double)session->grade.saturation;
    values[ZOE_SETTING_TRANSFER] = (double)session->grade.transfer;
    app->panel.budget_by_size = app->budget.bytes != 0;
}

/* A change by the user is in force and is kept, also where the command line said otherwise. */
void zoe_app_change(zoe_app *app, const zoe_panel_change *change)
{
    zoe_session *session = &app->session;
    zoe_player_settings *kept = &app->settings;
    double value = change->value;
    int whole = (int)lround(value);
    app->redraw = 1;
    switch (change->setting) {
    case ZOE_SETTING_CACHE:
        app->budget.percent = (uint32_t)whole;
        kept->cache_percent = whole;
        set_budget(app);
        break;
    case ZOE_SETTING_RESERVE:
        kept->reserve_mb = (int32_t)lround(value * 1024.0);
        app->budget.reserve_bytes = (uint64_t)kept->reserve_mb << 20;
        set_budget(app);
        break;
    case ZOE_SETTING_WORKERS:
        kept->workers = whole;
        session->setup.engine.workers = (uint32_t)whole;
        set_workers(app, (uint32_t)whole);
        break;
    case ZOE_SETTING_STRATEGY:
        kept->strategy = (zoe_strategy)whole;
        zoe_session_set_strategy(session, kept->strategy);
        break;
    case ZOE_SETTING_POLICY:
        kept->policy = (zoe_policy)whole;
        zoe_session_set_policy(session, kept->policy, zoe_now_ns());
        break;
    case ZOE_SETTING_LOOP:
        kept->loop = (zoe_loop_mode)whole;
        zoe_session_set_loop(session, kept->loop);
        break;
    case ZOE_SETTING_TRANSFER:
        kept->transfer = (zoe_transfer)whole;
        session->grade.transfer = kept->transfer;
        break;
    case ZOE_SETTING_EXPOSURE: zoe_app_set_exposure(app, value); return;
    case ZOE_SETTING_GAMMA: zoe_app_set_gamma(app, value); return;
    case ZOE_SETTING_CONTRAST: session->grade.contrast = (float)value; return;
    case ZOE_SETTING_SATURATION: session->grade.saturation = (float)value; return;
    default: return;
    }
    save_soon(app);
}

static void cycle(zoe_app *app, zoe_setting setting, int now, int count, const char *const *names)
{
    int next = (now + 1) % count;
    zoe_panel_change change = {(int)setting, (double)next};
    zoe_app_change(app, &change);
    zoe_statusbar_say(&app->statusbar, 0, "%s", names[next]);
}

static void toggle_view(zoe_app *app, zoe_channel_view view)
{
    zoe_grade *grade = &app->session.grade;
    grade->view = grade->view == view ? ZOE_VIEW_COLOR : view;
}

static void scale_ui(zoe_app *app, double by)
{
    double scale = floor(app->window.scale * 4.0 + 0.5) / 4.0 + by;
    scale = scale < 0.5 ? 0.5 : scale > 4.0 ? 4.0 : scale;
    app->window.ui_scale = scale;
    app->settings.ui_scale = scale;
    zoe_window_measure(&app->window);
    zoe_app_layout(app);
    zoe_statusbar_say(&app->statusbar, 0, "Text and bars at %.0f%%", scale * 100.0);
    save_soon(app);
}

/* ---- playback ---- */

/* J and L: the same way again is faster, the other way begins at once. */
static void shuttle(zoe_app *app, int way)
{
    int32_t speed = zoe_session_transport(&app->session)->speed;
    int32_t next = speed * way > 0 ? speed * 2 : way;
    if (next <= ZOE_TRANSPORT_SPEED_MAX && next >= -ZOE_TRANSPORT_SPEED_MAX)
        zoe_session_play(&app->session, next, zoe_now_ns());
}

static void play_pause(zoe_app *app)
{
    const zoe_transport *transport = zoe_session_transport(&app->session);
    int32_t speed = 1;
    if (transport->loop == ZOE_PING_PONG && transport->direction < 0)
        speed = -1;
    zoe_session_play(&app->session, transport->speed ? 0 : speed, zoe_now_ns());
}

static void change_rate(zoe_app *app, int by)
{
    zoe_transport *t = zoe_session_transport(&app->session);
    double now = (double)t->rate_numerator / (double)t->rate_denominator;
    int best = -1;
    for (int i = 0; i < RATES; i++) {
        double rate = (double)rates[i].numerator / (double)rates[i].denominator;
        if (by > 0 && rate > now + 0.001 && best < 0)
            best = i;
        if (by < 0 && rate < now - 0.001)
            best = i;
    }
    if (best < 0)
        return;
    zoe_transport_set_rate(t, rates[best].numerator, rates[best].denominator, zoe_now_ns());
    zoe_session_touch(&app->session);
}

static void file_rate(zoe_app *app)
{
    zoe_session_item *item = zoe_session_item_now(&app->session);
    zoe_rate rate = item->file_rate;
    if (rate.numerator <= 0 || rate.denominator <= 0)
        rate = (zoe_rate){24, 1};
    zoe_transport_set_rate(&item->transport, rate.numerator, rate.denominator, zoe_now_ns());
    zoe_session_touch(&app->session);
}

/* ---- work area ---- */

static void set_area(zoe_app *app, int64_t in, int64_t out)
{
    zoe_transport_set_area(zoe_session_transport(&app->session), in, out);
    zoe_session_touch(&app->session);
}

/* An end set beyond the other one takes it along: the area never turns inside out. */
static void set_end(zoe_app *app, int is_in)
{
    const zoe_transport *t = zoe_session_transport(&app->session);
    int64_t at = t->playhead;
    if (is_in)
        set_area(app, at, t->out < at ? t->count - 1 : t->out);
    else
        set_area(app, t->in > at ? 0 : t->in, at);
}

/* ---- files ---- */

/* The current sequence's positions may be others now. */
static void follow_sequence(zoe_app *app, int64_t shift)
{
    zoe_timeline_map_recount(&app->timeline.map, zoe_session_transport(&app->session)->count,
                             shift);
    app->timeline.columns_stale = 1;
}

void zoe_app_refresh(zoe_app *app)
{
    zoe_refresh_report report;
    zoe_error error;
    int64_t shift;
    if (zoe_session_refresh(&app->session, zoe_now_ns(), &report, &shift, &error) != ZOE_OK) {
        zoe_statusbar_say(&app->statusbar, 1, "%s", error.text);
        return;
    }
    follow_sequence(app, shift);
    zoe_statusbar_say(&app->statusbar, 0,
                      "Read again: %" PRId64 " new, %" PRId64 " gone, %" PRId64 " changed",
                      report.added, report.removed, report.changed);
}

/* After frames were asked for in another form. */
static void say_form(zoe_app *app, zoe_status status, int64_t shift, const zoe_error *error,
                     const char *name)
{
    if (status != ZOE_OK) {
        zoe_statusbar_say(&app->statusbar, 1, "%s", error->text);
        return;
    }
    follow_sequence(app, shift);
    zoe_statusbar_say(&app->statusbar, 0, "%s", name);
}

static void switch_proxy(zoe_app *app)
{
    static const char *const names[] = {"Full size", "Half size", "A quarter of the size",
                                        "An eighth of the size"};
    zoe_error error;
    int64_t shift;
    int32_t next = (app->session.setup.source.proxy_shift + 1) % 4;
    zoe_status status = zoe_session_set_proxy(&app->session, next, zoe_now_ns(), &shift, &error);
    say_form(app, status, shift, &error, names[next]);
}

static void switch_overscan(zoe_app *app)
{
    static const char *const names[] = {"The display window only",
                                        "With what lies outside the display window"};
    zoe_error error;
    int64_t shift;
    int next = !app->session.setup.source.overscan;
    zoe_status status = zoe_session_set_overscan(&app->session, next, zoe_now_ns(), &shift, &error);
    say_form(app, status, shift, &error, names[next]);
}

static void switch_precision(zoe_app *app)
{
    static const char *const names[] = {"Float and uint as half",
                                        "Float and uint in full precision"};
    zoe_error error;
    int64_t shift;
    int next = !app->session.setup.source.full_precision;
    zoe_status status =
        zoe_session_set_precision(&app->session, next, zoe_now_ns(), &shift, &error);
    say_form(app, status, shift, &error, names[next]);
}

static void switch_layer(zoe_app *app, int by)
{
    zoe_error error;
    int64_t shift;
    if (zoe_session_switch_layer(&app->session, by, zoe_now_ns(), &shift, &error) != ZOE_OK) {
        zoe_statusbar_say(&app->statusbar, error.status != ZOE_ERROR_NO_LAYER, "%s", error.text);
        return;
    }
    follow_sequence(app, shift);
    zoe_statusbar_say(&app->statusbar, 0, "Layer %s", zoe_session_item_now(&app->session)->layer);
}

static void fit_range(zoe_app *app)
{
    const zoe_grade *grade = &app->session.grade;
    if (zoe_session_fit_range(&app->session))
        zoe_statusbar_say(&app->statusbar, 0, "Black is %g, white is %g", (double)grade->range_min,
                          (double)grade->range_max);
    else
        zoe_statusbar_say(&app->statusbar, 0, "Colour has no range to fit");
}

static void switch_sequence(zoe_app *app, int by)
{
    zoe_error error = {ZOE_OK, ""};
    if (zoe_session_switch(&app->session, by, &error))
        zoe_app_new_sequence(app);
    else
        zoe_statusbar_say(&app->statusbar, error.text[0] != '\0', "%s",
                          error.text[0] ? error.text : "There is no other sequence");
}

/* ---- window ---- */

int zoe_app_bars_shown(const zoe_app *app)
{
    return app->window.fullscreen ? app->bars_full : !app->bars_hidden;
}

static void toggle_bars(zoe_app *app)
{
    if (app->window.fullscreen)
        app->bars_full = !app->bars_full;
    else
        app->bars_hidden = !app->bars_hidden;
    zoe_app_layout(app);
}

static void toggle_fullscreen(zoe_app *app)
{
    app->bars_full = 0;
    zoe_window_set_fullscreen(&app->window, !app->window.fullscreen);
    zoe_window_measure(&app->window);
    zoe_app_layout(app);
}

static void zoom(zoe_app *app, double zoom_to)
{
    zoe_view_map *map = &app->view.map;
    zoe_view_map_zoom_to(map, map->width / 2.0, map->height / 2.0, zoom_to);
    zoe_view_invalidate(&app->view);
}

static void toggle_panel(zoe_app *app, zoe_panel_page page)
{
    zoe_panel_toggle(&app->panel, page);
    zoe_app_layout(app);
}

static void escape(zoe_app *app)
{
    if (app->help_open)
        app->help_open = 0;
    else if (app->panel.open)
        toggle_panel(app, app->panel.page);
    else
        app->quit = 1;
}

/* ---- dispatch ---- */

static int act_on_program(zoe_app *app, zoe_action action)
{
    switch (action) {
    case ZOE_ACTION_SETTINGS: toggle_panel(app, ZOE_PANEL_SETTINGS); return 1;
    case ZOE_ACTION_MEMORY: toggle_panel(app, ZOE_PANEL_MEMORY); return 1;
    case ZOE_ACTION_HELP: app->help_open = !app->help_open; return 1;
    case ZOE_ACTION_BARS: toggle_bars(app); return 1;
    case ZOE_ACTION_FULLSCREEN: toggle_fullscreen(app); return 1;
    case ZOE_ACTION_UI_LARGER: scale_ui(app, 0.25); return 1;
    case ZOE_ACTION_UI_SMALLER: scale_ui(app, -0.25); return 1;
    case ZOE_ACTION_ESCAPE: escape(app); return 1;
    case ZOE_ACTION_QUIT: app->quit = 1; return 1;
    case ZOE_ACTION_CLEAR_CACHE: clear_cache(app); return 1;
    default: return 0;
    }
}

static int act_on_picture(zoe_app *app, zoe_action action)
{
    switch (action) {
    case ZOE_ACTION_FIT:
        zoe_view_map_fit(&app->view.map);
        zoe_view_invalidate(&app->view);
        return 1;
    case ZOE_ACTION_ONE_TO_ONE: zoom(app, 1.0); return 1;
    case ZOE_ACTION_ZOOM_IN: zoom(app, app->view.map.zoom * 1.25); return 1;
    case ZOE_ACTION_ZOOM_OUT: zoom(app, app->view.map.zoom / 1.25); return 1;
    case ZOE_ACTION_VIEW_RED: toggle_view(app, ZOE_VIEW_RED); return 1;
    case ZOE_ACTION_VIEW_GREEN: toggle_view(app, ZOE_VIEW_GREEN); return 1;
    case ZOE_ACTION_VIEW_BLUE: toggle_view(app, ZOE_VIEW_BLUE); return 1;
    case ZOE_ACTION_VIEW_ALPHA: toggle_view(app, ZOE_VIEW_ALPHA); return 1;
    case ZOE_ACTION_VIEW_LUMINANCE: toggle_view(app, ZOE_VIEW_LUMINANCE); return 1;
    case ZOE_ACTION_LAYER_NEXT: switch_layer(app, 1); return 1;
    case ZOE_ACTION_LAYER_PREVIOUS: switch_layer(app, -1); return 1;
    case ZOE_ACTION_FIT_RANGE: fit_range(app); return 1;
    case ZOE_ACTION_PROXY: switch_proxy(app); return 1;
    case ZOE_ACTION_OVERSCAN: switch_overscan(app); return 1;
    case ZOE_ACTION_PRECISION: switch_precision(app); return 1;
    case ZOE_ACTION_EXPOSURE_RESET: zoe_app_set_exposure(app, 0.0); return 1;
    case ZOE_ACTION_GAMMA_RESET: zoe_app_set_gamma(app, 1.0); return 1;
    default: return 0;
    }
}

static int act_on_timeline(zoe_app *app, zoe_action action)
{
    zoe_timeline_map *map = &app->timeline.map;
    const zoe_transport *t = zoe_session_transport(&app->session);
    double playhead = zoe_timeline_map_x(map, (double)t->playhead + 0.5);
    switch (action) {
    case ZOE_ACTION_TIMELINE_IN: zoe_timeline_map_zoom(map, playhead, 1.5); break;
    case ZOE_ACTION_TIMELINE_OUT: zoe_timeline_map_zoom(map, playhead, 1.0 / 1.5); break;
    case ZOE_ACTION_TIMELINE_LEFT: zoe_timeline_map_pan(map, map->width / 8.0); break;
    case ZOE_ACTION_TIMELINE_RIGHT: zoe_timeline_map_pan(map, -map->width / 8.0); break;
    case ZOE_ACTION_TIMELINE_FIT: zoe_timeline_map_fit(map); break;
    case ZOE_ACTION_TIMELINE_AREA: zoe_timeline_map_show(map, t->in, t->out); break;
    default: return 0;
    }
    app->timeline.columns_stale = 1;
    return 1;
}

static void act_on_playback(zoe_app *app, zoe_action action)
{
    static const char *const strategies[] = {"Preload: auto", "Preload: spiral",
                                             "Preload: forward"};
    static const char *const policies[] = {"Every frame is shown",
                                           "Real time: late frames are skipped"};
    static const char *const loops[] = {"Loop", "Ping-pong", "Once"};
    zoe_session *session = &app->session;
    const zoe_transport *t = zoe_session_transport(session);
    uint64_t now = zoe_now_ns();
    switch (action) {
    case ZOE_ACTION_PLAY_PAUSE: play_pause(app); break;
    case ZOE_ACTION_BACKWARD: shuttle(app, -1); break;
    case ZOE_ACTION_FORWARD: shuttle(app, 1); break;
    case ZOE_ACTION_STOP: zoe_session_play(session, 0, now); break;
    case ZOE_ACTION_STEP_BACK: zoe_session_step_by(session, -1, now); break;
    case ZOE_ACTION_STEP_ON: zoe_session_step_by(session, 1, now); break;
    case ZOE_ACTION_LEAP_BACK: zoe_session_step_by(session, -10, now); break;
    case ZOE_ACTION_LEAP_ON: zoe_session_step_by(session, 10, now); break;
    case ZOE_ACTION_TO_IN: zoe_session_seek(session, t->in, now); break;
    case ZOE_ACTION_TO_OUT: zoe_session_seek(session, t->out, now); break;
    case ZOE_ACTION_LOOP_MODE:
        cycle(app, ZOE_SETTING_LOOP, (int)session->setup.loop, 3, loops);
        break;
    case ZOE_ACTION_POLICY:
        cycle(app, ZOE_SETTING_POLICY, (int)session->setup.policy, 2, policies);
        break;
    case ZOE_ACTION_STRATEGY:
        cycle(app, ZOE_SETTING_STRATEGY, (int)session->setup.strategy, 3, strategies);
        break;
    case ZOE_ACTION_RATE_UP: change_rate(app, 1); break;
    case ZOE_ACTION_RATE_DOWN: change_rate(app, -1); break;
    case ZOE_ACTION_RATE_FILE: file_rate(app); break;
    case ZOE_ACTION_SET_IN: set_end(app, 1); break;
    case ZOE_ACTION_SET_OUT: set_end(app, 0); break;
    case ZOE_ACTION_CLEAR_AREA: set_area(app, 0, t->count - 1); break;
    case ZOE_ACTION_NEXT_SEQUENCE: switch_sequence(app, 1); break;
    case ZOE_ACTION_PREVIOUS_SEQUENCE: switch_sequence(app, -1); break;
    case ZOE_ACTION_REFRESH: zoe_app_refresh(app); break;
    default: break;
    }
}

void zoe_app_act(zoe_app *app, zoe_action action)
{
    app->redraw = 1;
    if (act_on_program(app, action) || !app->session.count)
        return;
    if (act_on_picture(app, action) || act_on_timeline(app, action))
        return;
    act_on_playback(app, action);
}
