#include "app/state.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model/paths.h"
#include "ui/theme.h"

/* Points: where a panel would leave less than this of the picture, it lies over it. */
enum { PICTURE_LEAST = 160 };

bool zoe_app_bars_shown(const zoe_app *app)
{
    return app->window.fullscreen ? app->bars_full : !app->bars_hidden;
}

void zoe_app_layout(zoe_app *app)
{
    const zoe_window *window = &app->window;
    app->timeline.indicator_height = (int)app->options.indicator_height;
    SDL_Rect picture = {0, 0, window->width, window->height};
    if (zoe_app_bars_shown(app)) {
        int status = zoe_statusbar_height(&app->ui);
        int timeline = app->session.count ? zoe_timeline_height(&app->ui, &app->timeline) : 0;
        int bar = zoe_ui_px(&app->ui, ZOE_BAR_HEIGHT);
        picture.h -= status + bar + timeline;
        app->bar = (SDL_Rect){0, window->height - status - bar, window->width, bar};
        app->statusbar.area = (SDL_Rect){0, window->height - status, window->width, status};
        zoe_timeline_place(&app->timeline, &app->ui,
                           (SDL_Rect){0, picture.h, window->width, timeline});
    }
    app->content = picture;
    zoe_panel_place(&app->panel, window->scale, app->content);
    if (app->panel.open && picture.w - app->panel.area.w >= zoe_ui_px(&app->ui, PICTURE_LEAST))
        picture.w -= app->panel.area.w;
    zoe_view_place(&app->view, picture);
}

void zoe_app_wake(void *user)
{
    zoe_app *app = user;
    if (!SDL_AtomicGet(&app->listening))
        return;
    SDL_Event event;
    memset(&event, 0, sizeof event);
    event.type = app->wake_event;
    SDL_PushEvent(&event);
}

void zoe_app_read_stats(zoe_app *app)
{
    zoe_engine_stats(app->session.engine, &app->stats);
    zoe_storage_get_stats(app->storage, &app->storage_stats);
    app->stats_ns = zoe_now_ns();
    app->stats_stale = false;
    zoe_memory_sample sample = {app->stats.used_bytes, app->stats.resident_bytes,
                                app->stats.limit_bytes};
    zoe_memory_history_add(&app->history, &sample, app->stats_ns);
}

void zoe_app_name_window(zoe_app *app)
{
    char title[1024];
    const char *name = zoe_sequence_name(zoe_session_sequence(&app->session));
    int length = (int)zoe_path_shot_length(name);
    snprintf(title, sizeof title, "%.*s \342\200\224 Zoetrope", length, name);
    zoe_text_clean(title); /* the window manager, too, may show it in a terminal */
    SDL_SetWindowTitle(app->window.window, title);
}

void zoe_app_new_sequence(zoe_app *app)
{
    app->noted.is_new = true;
    const zoe_sequence *sequence = zoe_session_sequence(&app->session);
    zoe_app_name_window(app);
    zoe_timeline_reset(&app->timeline, zoe_sequence_count(sequence));
    size_t groups = zoe_sequence_group_count(sequence);
    if (app->session.count > 1)
        zoe_message_say(&app->message, false, "Sequence %d of %d", app->session.current + 1,
                        app->session.count);
    else if (groups > 1)
        zoe_message_say(&app->message, false,
                        "%zu sequences in this folder: Page Up and Page Down show the others",
                        groups);
    else
        zoe_message_clear(&app->message);
    app->redraw = true;
}

void zoe_app_listen(zoe_app *app)
{
    app->listen_ns = ZOE_NEVER;
    app->stats_stale = true;
    SDL_AtomicSet(&app->notified, 0);
}

void zoe_app_switch_layers(zoe_app *app)
{
    zoe_kept_header *kept = &app->layer_header;
    zoe_shot *shot = zoe_session_shot(&app->session);
    zoe_error error = {ZOE_OK, ""};
    if (!app->layer_by)
        return;
    if (shot)
        (void)zoe_kept_header_follow(kept, zoe_shot_sequence(shot), zoe_shot_header_position(shot),
                                     0);
    if (kept->task)
        return;
    int by = app->layer_by;
    app->layer_by = 0;
    if (!kept->header)
        error = kept->error;
    for (int step = by < 0 ? -1 : 1; kept->header && by != 0 && error.status == ZOE_OK; by -= step)
        (void)zoe_session_switch_layer(&app->session, kept->header, step, &error);
    zoe_kept_header_drop(kept); /* the next time it may be another one */
    if (error.status != ZOE_OK)
        zoe_message_say(&app->message, error.status != ZOE_ERROR_NO_LAYER, "%s", error.text);
    else if (shot)
        zoe_message_answer(&app->message, "Layer %s", shot->layer);
    app->redraw = true;
}

void zoe_app_follow_sequence(zoe_app *app, int64_t shift)
{
    zoe_timeline_map_recount(&app->timeline.map, zoe_session_transport(&app->session)->count,
                             shift);
    app->timeline.columns_stale = true;
}

void zoe_app_ask_menu(zoe_app *app, zoe_menu menu)
{
    SDL_Rect at = {app->mouse_x, app->mouse_y, 0, 0};
    if (!zoe_inside(app->view.area, at.x, at.y)) {
        at.x = app->view.area.x + app->view.area.w / 2;
        at.y = app->view.area.y + app->view.area.h / 4;
    }
    app->menu_next = menu;
    app->menu_place = at;
}
