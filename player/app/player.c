#include "app/player.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/color.h"
#include "app/compare.h"
#include "app/effects.h"
#include "app/events.h"
#include "app/frame.h"
#include "app/history.h"
#include "app/opening.h"
#include "app/pages.h"
#include "app/start.h"
#include "app/state.h"
#include "model/settings.h"
#include "ui/memory_page.h"

static const char command[] = "zoetrope";
static const uint64_t ms = 1000000u;
static const uint64_t stats_interval_ns = 250000000u;
static const uint64_t soft_redraw_ns = 40000000u; /* the indicator while frames load */
static const uint64_t idle_ns = 2000000000u;
static const uint64_t page_ns = 1000000000u; /* the same, while the memory page is seen */
/* SDL, the display driver, fonts and the window's own pixels, up to a 4K one. */
static const uint64_t window_overhead = (uint64_t)192 << 20;

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* ---- called by the engine, on any thread ---- */

static void frames_changed(void *user)
{
    zoe_app *app = user;
    if (!SDL_AtomicGet(&app->listening) || !SDL_AtomicCAS(&app->notified, 0, 1))
        return;
    SDL_Event event;
    memset(&event, 0, sizeof event);
    event.type = app->notify_event;
    if (SDL_PushEvent(&event) != 1)
        SDL_AtomicSet(&app->notified, 0);
}

/* Called on the threads that watch files. */
static void files_changed(void *user)
{
    zoe_app *app = user;
    if (!SDL_AtomicGet(&app->listening))
        return;
    SDL_Event event;
    memset(&event, 0, sizeof event);
    event.type = app->follow_event;
    SDL_PushEvent(&event);
}

static void log_line(void *user, zoe_log_level level, const char *message)
{
    (void)user;
    (void)level;
    fprintf(stderr, "%s: %s\n", command, message);
}

/* ---- set-up ---- */

static void load_settings(zoe_app *app)
{
    zoe_error error;
    app->settings_path[0] = '\0';
    zoe_options_init(&app->kept);
    if (!app->given->use_config)
        return;
    zoe_status status = ZOE_OK;
    if (app->given->config) {
        int length =
            snprintf(app->settings_path, sizeof app->settings_path, "%s", app->given->config);
        if (length <= 0 || (size_t)length >= sizeof app->settings_path)
            app->settings_path[0] = '\0';
    } else {
        status = zoe_settings_path(app->settings_path, sizeof app->settings_path);
    }
    if (status != ZOE_OK || !app->settings_path[0]) {
        app->settings_path[0] = '\0';
        return;
    }
    if (zoe_settings_load(app->settings_path, &app->kept, &error) != ZOE_OK)
        zoe_app_complain(app, &error, true);
}

static void save_settings(zoe_app *app)
{
    zoe_error error;
    app->save_ns = ZOE_NEVER;
    if (!app->settings_path[0])
        return;
    if (zoe_settings_save(app->settings_path, &app->kept, &error) != ZOE_OK) {
        fprintf(stderr, "%s: %s\n", command, error.text);
        zoe_message_say(&app->message, true, "%s", error.text);
        app->redraw = true;
    }
}

/* When waiting for servers ends, in SDL_GetTicks(); 0: it goes on. Threads that nobody waits for
 * ask, when there is no app any more. */
static SDL_atomic_t wait_until;

static int has_waited(void *user)
{
    (void)user;
    int until = SDL_AtomicGet(&wait_until);
    return until && (int32_t)(SDL_GetTicks() - (uint32_t)until) >= 0;
}

static void end_waiting_in(uint32_t milliseconds)
{
    SDL_AtomicSet(&wait_until, (int)((SDL_GetTicks() + milliseconds) | 1));
}

static bool make_storage(zoe_app *app, zoe_error *error)
{
    zoe_storage_settings settings;
    SDL_AtomicSet(&wait_until, 0);
    zoe_storage_settings_init(&settings);
    zoe_options_apply_storage(&app->options, &settings);
    settings.log = log_line;
    settings.cancel = has_waited;
    return zoe_storage_create(&settings, &app->storage, error) == ZOE_OK;
}

static void prepare_setup(zoe_app *app, zoe_session_setup *setup)
{
    const zoe_options *options = &app->options;
    memset(setup, 0, sizeof *setup);
    zoe_engine_settings_init(&setup->engine);
    setup->engine.overhead_bytes = window_overhead;
    setup->engine.log = log_line;
    setup->engine.notify = frames_changed;
    setup->engine.notify_user = app;
    zoe_options_apply(options, &setup->engine);
    zoe_source_settings_init(&setup->source);
    zoe_options_apply_source(options, &setup->source);
    setup->storage = app->storage;
    if (ZOE_GIVEN(options, rate))
        setup->rate = options->rate;
    setup->strategy = (zoe_strategy)options->strategy;
    setup->policy = (zoe_policy)options->policy;
    setup->loop = (zoe_loop_mode)options->loop;
}

/* ---- the loop ---- */

static void show_frame(zoe_app *app)
{
    zoe_view_frame(&app->view, &app->session.screen.frame);
    if (!(app->place.zoom > 0.0) || app->session.screen.is_foreign)
        return;
    zoe_view_map_place(&app->view.map, app->place.zoom, app->place.x, app->place.y);
    app->place.zoom = 0.0;
}

static void update_session(zoe_app *app, uint64_t now_ns)
{
    zoe_session_step step;
    zoe_session *session = &app->session;
    /* Who began to wait while nobody listened has not heard of what got ready meanwhile. */
    if (now_ns >= app->listen_ns && zoe_session_waits(session))
        zoe_session_touch(session);
    if (session->touched || now_ns >= app->listen_ns)
        zoe_app_listen(app);
    zoe_session_update(session, now_ns, &step);
    if (step.picture) {
        if (session->screen.frame.pin)
            show_frame(app);
        else
            zoe_view_forget(&app->view);
        app->redraw = true;
    }
    if (step.playhead) {
        app->redraw = true;
        zoe_message_follow(&app->message, session, now_ns);
        if (!session->scrubbing && zoe_timeline_map_reveal(&app->timeline.map, session->playhead))
            app->timeline.columns_stale = true;
    }
    if (zoe_app_bars_shown(app) && zoe_timeline_outdated(&app->timeline, session))
        app->redraw_ns = earlier(app->redraw_ns, app->drawn_ns + soft_redraw_ns);
}

/* When the figures are due again: soon while frames change, else now and then, because memory that
 * other programs take or leave comes without an event. */
static uint64_t stats_due(const zoe_app *app)
{
    /* What arrives from a network does so without an event. */
    bool is_busy =
        app->storage_stats.requests_waiting > 0 || app->storage_stats.network_bytes_per_s > 0;
    if (is_busy)
        return app->stats_ns + stats_interval_ns;
    uint64_t idle = zoe_panel_shows(&app->panel, ZOE_PANEL_MEMORY) ? page_ns : idle_ns;
    return app->stats_ns + (app->stats_stale ? stats_interval_ns : idle);
}

static void look_around(zoe_app *app, uint64_t now_ns)
{
    if (now_ns < stats_due(app))
        return;
    zoe_stats before = app->stats;
    zoe_storage_stats storage = app->storage_stats;
    zoe_app_read_stats(app);
    if (zoe_statusbar_network_differs(&storage, &app->storage_stats))
        app->redraw = true;
    if (before.used_bytes >> 20 != app->stats.used_bytes >> 20 ||
        before.limit_bytes >> 20 != app->stats.limit_bytes >> 20)
        app->redraw = true;
    if (zoe_panel_shows(&app->panel, ZOE_PANEL_MEMORY) &&
        (zoe_memory_page_differs(&before, &app->stats) ||
         !zoe_memory_history_is_flat(&app->history)))
        app->redraw = true;
}

/* What happened to files since. */
static void follow_files(zoe_app *app, uint64_t now_ns)
{
    zoe_follower_news news;
    zoe_follower_update(app->follower, &app->session, now_ns, &news);
    if (news.is_taken)
        zoe_app_follow_sequence(app, news.shift);
    /* Whoever waits for a header. */
    zoe_app_switch_layers(app);
    if (zoe_kept_header_is_ready(&app->views_header)) {
        zoe_app_find_views(app);
        if (app->compare_after && app->session.count)
            zoe_app_compare(app, app->compare_after);
        app->redraw = true;
    }
    app->redraw |= zoe_kept_header_is_ready(&app->layers_page.kept) &&
                   zoe_panel_shows(&app->panel, ZOE_PANEL_LAYERS);
    app->redraw |= zoe_kept_header_is_ready(&app->metadata_page.kept) &&
                   zoe_panel_shows(&app->panel, ZOE_PANEL_METADATA);
    if (!news.is_told)
        return;
    if (news.error.status != ZOE_OK)
        zoe_message_say(&app->message, true, "%s", news.error.text);
    else
        zoe_message_answer(&app->message,
                           "Read again: %" PRId64 " new, %" PRId64 " gone, %" PRId64 " changed",
                           news.report.added, news.report.removed, news.report.changed);
    app->redraw = true;
}

static int wait_time(const zoe_app *app, uint64_t wake_ns)
{
    uint64_t now = zoe_now_ns();
    if (app->redraw || wake_ns <= now)
        return 0;
    uint64_t left = (wake_ns - now + ms - 1) / ms;
    return left > 60000 ? 60000 : (int)left;
}

static void run(zoe_app *app)
{
    SDL_Event event;
    uint64_t wake = 0;
    while (!app->quit) {
        int more = SDL_WaitEventTimeout(&event, wait_time(app, wake));
        while (more && !app->quit) {
            zoe_app_event(app, &event);
            more = SDL_PollEvent(&event);
        }
        uint64_t now = zoe_now_ns();
        zoe_app_note_history(app, now);
        follow_files(app, now);
        zoe_app_follow_opening(app, now);
        zoe_app_follow_start(app);
        update_session(app, now);
        zoe_app_note_history(app, now);
        app->redraw |= zoe_message_expire(&app->message, now);
        if (now >= app->save_ns)
            save_settings(app);
        zoe_app_save_history(app, now);
        look_around(app, now);
        if (app->redraw || now >= app->redraw_ns || now >= app->ui.answer.wake_ns ||
            zoe_ui_system_waits(&app->system)) {
            if (now - app->stats_ns >= stats_interval_ns)
                zoe_app_read_stats(app);
            zoe_app_frame(app, now);
        }
        wake = earlier(app->session.count ? app->session.wake_ns : ZOE_NEVER, app->redraw_ns);
        wake = earlier(wake, earlier(app->message.until_ns, app->save_ns));
        wake = earlier(wake, earlier(app->listen_ns, stats_due(app)));
        wake = earlier(wake, earlier(app->recent.due_ns, zoe_app_opening_due_ns(app)));
        wake = earlier(wake, earlier(zoe_follower_due_ns(app->follower), app->ui.answer.wake_ns));
        if (app->session.touched || zoe_ui_system_waits(&app->system))
            wake = 0;
    }
}

/* ---- start and end ---- */

static zoe_status open_window(zoe_app *app, zoe_error *error)
{
    const zoe_options *options = &app->options;
    bool is_given = options->size.width > 0;
    int width = is_given ? options->size.width : (int)options->window_width;
    int height = is_given ? options->size.height : (int)options->window_height;
    zoe_status status = zoe_window_open(&app->window, width, height,
                                        options->maximized && !is_given, options->ui_scale, error);
    if (status != ZOE_OK)
        return status;
    SDL_GetWindowSize(app->window.window, &app->start_width, &app->start_height);
    app->notify_event = SDL_RegisterEvents(3);
    app->wake_event = app->notify_event + 1;
    app->follow_event = app->notify_event + 2;
    SDL_EventState(SDL_DROPFILE, SDL_ENABLE);
    SDL_EventState(SDL_DROPTEXT, SDL_ENABLE);
    if (options->fullscreen)
        zoe_window_set_fullscreen(&app->window, 1);
    zoe_window_measure(&app->window);
    status = zoe_ui_render_create(&app->window, &app->render, error);
    if (status != ZOE_OK)
        return status;
    zoe_ui_system_open(&app->system, &app->window);
    zoe_ui_host host = zoe_ui_system_host(&app->system);
    zoe_ui_init(&app->ui, &host, app->window.scale);
    zoe_app_start_pages(app);
    SDL_AtomicSet(&app->listening, 1);
    return ZOE_OK;
}

/* A size the user chose is remembered; one that the command line gave and nobody changed is not. */
static void note_window(zoe_app *app)
{
    int width, height;
    Uint32 flags = SDL_GetWindowFlags(app->window.window);
    bool maximized = (flags & SDL_WINDOW_MAXIMIZED) != 0;
    if (app->window.fullscreen)
        return;
    SDL_GetWindowSize(app->window.window, &width, &height);
    if (maximized != app->kept.maximized && !app->options.size.width) {
        app->kept.maximized = maximized;
        app->save_ns = 0;
    }
    if (maximized || (width == app->start_width && height == app->start_height))
        return;
    app->kept.window_width = width;
    app->kept.window_height = height;
    app->save_ns = 0;
}

static int play(zoe_app *app)
{
    zoe_session_setup setup;
    zoe_error error;
    load_settings(app);
    zoe_app_load_history(app);
    app->options = app->kept;
    zoe_app_forget_kept_color(app);
    zoe_options_override(&app->options, app->given);
    zoe_options_isolate(&app->options);
    if (!make_storage(app, &error))
        return zoe_failure(command, "%s", error.text);
    prepare_setup(app, &setup);
    app->follower = zoe_follower_create(files_changed, app);
    if (!app->follower)
        return zoe_failure(command, "out of memory");
    app->layer_header.hub = zoe_follower_hub(app->follower);
    if (zoe_session_start(&app->session, &setup, &error) != ZOE_OK ||
        zoe_view_open(&app->view, &error) != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    app->save = zoe_save_create(zoe_app_wake, app);
    zoe_app_apply_grade(app);
    app->coloring = zoe_coloring_create(zoe_app_wake, app);
    if (!app->coloring)
        return zoe_failure(command, "out of memory");
    if (!zoe_app_choose_color(app, &error))
        zoe_app_complain(app, &error, true);
    zoe_app_start(app);
    if (app->start.has_failed)
        return ZOE_EXIT_FAILED;
    if (open_window(app, &error) != ZOE_OK)
        return zoe_failure(command, "%s", error.text);

    zoe_app_read_stats(app);
    app->settings_page.workers_auto = setup.engine.workers ? 0 : (int)app->stats.workers;
    zoe_app_layout(app);
    if (app->session.count)
        zoe_app_name_window(app); /* there was none when it was opened */
    if (!app->start.is_on)
        zoe_app_end_start(app);
    if (zoe_follower_watch(app->follower, app->options.watch != 0, &error) != ZOE_OK)
        zoe_message_say(&app->message, true, "%s", error.text);
    run(app);
    zoe_app_end_history(app);
    note_window(app);
    if (app->save_ns != ZOE_NEVER)
        save_settings(app);
    return app->start.has_failed ? ZOE_EXIT_FAILED : ZOE_EXIT_DONE;
}

/* A picture that is being saved is waited for; nobody sees the window any more. Its file's server,
 * which is asked for names, is waited for no longer than one that answers takes. */
static void end_saving(zoe_app *app)
{
    enum { ANSWER_MS = 2000 };
    const zoe_error *error;
    if (!app->save)
        return;
    end_waiting_in(ANSWER_MS);
    zoe_save_wait(app->save);
    if (zoe_save_look(app->save, NULL, &error) == ZOE_SAVE_FAILED)
        fprintf(stderr, "%s: %s\n", command, error->text);
    zoe_save_destroy(&app->save);
}

int zoe_player_run(const zoe_options *options)
{
    zoe_app *app = calloc(1, sizeof *app);
    if (!app)
        return zoe_failure(command, "out of memory");
    app->given = options;
    app->save_ns = ZOE_NEVER;
    app->redraw_ns = ZOE_NEVER;
    app->opening_say_ns = ZOE_NEVER;
    app->listen_ns = ZOE_NEVER;
    app->redraw = true;
    app->here = -1;
    zoe_timeline_open(&app->timeline);
    zoe_message_init(&app->message);
    zoe_statusbar_open(&app->statusbar, &app->options, &app->message);
    int result = play(app);
    /* The engine's threads push events: they end before SDL does. */
    SDL_AtomicSet(&app->listening, 0);
    end_saving(app);
    end_waiting_in(0);
    zoe_app_end_opening(app);
    zoe_kept_header_drop(&app->layer_header);
    zoe_kept_header_drop(&app->views_header);
    zoe_follower_destroy(&app->follower);
    zoe_session_end(&app->session);
    zoe_view_close(&app->view);
    zoe_look_table_free(&app->colored.table);
    zoe_coloring_destroy(&app->coloring);
    zoe_timeline_close(&app->timeline);
    if (app->render) {
        zoe_app_end_pages(app);
        zoe_ui_free(&app->ui);
        zoe_ui_system_close(&app->system);
        zoe_ui_render_destroy(&app->render);
    }
    zoe_storage_close(&app->storage);
    zoe_window_close(&app->window);
    free(app);
    return result;
}
