#include "app/pages.h"

#include <string.h>

#include "app/color.h"
#include "app/commands.h"
#include "app/effects.h"
#include "app/opening.h"

void zoe_app_start_pages(zoe_app *app)
{
    zoe_scopes_page_start(&app->scopes_page, app->window.renderer);
    zoe_color_page_start(&app->color_page, &app->options, &app->recent);
    zoe_settings_page_start(&app->settings_page, &app->options);
    zoe_layers_page_start(&app->layers_page);
    zoe_metadata_page_start(&app->metadata_page);
    app->layers_page.kept.hub = app->metadata_page.kept.hub = zoe_follower_hub(app->follower);
    app->views_header.hub = zoe_follower_hub(app->follower);
    zoe_messages_page_start(&app->messages_page);
    zoe_goto_page_start(&app->goto_page);
    zoe_save_page_start(&app->save_page, zoe_app_wake, app);
    zoe_open_page_start(&app->open_page, &app->recent, app->storage, zoe_app_wake, app);
    zoe_start_page_start(&app->start_page, app->window.renderer, &app->recent);
}

void zoe_app_end_pages(zoe_app *app)
{
    zoe_scopes_page_end(&app->scopes_page);
    zoe_start_page_end(&app->start_page);
    zoe_open_page_end(&app->open_page);
    zoe_save_page_end(&app->save_page);
    zoe_messages_page_end(&app->messages_page);
    zoe_metadata_page_end(&app->metadata_page);
    zoe_layers_page_end(&app->layers_page);
}

/* ---- in the panel ---- */

static void run_settings(zoe_app *app, SDL_Rect rect)
{
    zoe_settings_page_result result;
    zoe_settings_page_run(&app->ui, rect, &app->settings_page, &app->session, &app->stats, &result);
    if (result.option) {
        zoe_app_set_option(app, result.option, result.value);
        if (result.is_done)
            zoe_app_end_change(app);
    }
    for (int i = 0; result.reset && i < app->settings_page.row_count; i++) {
        const zoe_option *option = app->settings_page.rows[i];
        if (option->group == ZOE_GROUP_PICTURE)
            zoe_app_set_option(app, option, option->normal);
    }
    if (result.fit)
        zoe_app_run(app, "fit-range");
    if (result.set_range)
        app->redraw |= zoe_session_set_range(&app->session, &result.range);
}

static void run_layers(zoe_app *app, SDL_Rect rect)
{
    zoe_layers_page_result result;
    zoe_layers_page_run(&app->ui, rect, &app->layers_page, &app->session, &result);
    if (!result.layer)
        return;
    zoe_error error;
    if (zoe_session_choose_layer(&app->session, result.header, result.index, &error) != ZOE_OK) {
        zoe_message_say(&app->message, true, "%s", error.text);
        return;
    }
    app->redraw = true;
}

static void run_metadata(zoe_app *app, SDL_Rect rect)
{
    zoe_metadata_page_run(&app->ui, rect, &app->metadata_page, &app->session);
    int copied = app->metadata_page.copied;
    if (copied)
        zoe_message_answer(&app->message, "%d %s copied", copied, copied == 1 ? "line" : "lines");
}

/* A file for an option is looked for: beside the one that it has, else beside the last one of its
 * kind. */
static void browse_color(zoe_app *app, const zoe_option *option)
{
    const char *title = option == ZOE_OPTION(ocio)  ? "Configuration of OpenColorIO"
                        : option == ZOE_OPTION(lut) ? "Lookup table"
                                                    : "Colour decision list";
    const char *now = option == ZOE_OPTION(ocio)  ? app->options.ocio
                      : option == ZOE_OPTION(lut) ? app->options.lut
                                                  : app->options.cdl;
    const char *last = app->recent.color_count ? app->recent.colors[0] : NULL;
    bool is_path = now && strchr(now, '/');
    static char folder[ZOE_PATH_TEXT];
    if (is_path || last)
        zoe_path_parent(is_path ? now : last, folder);
    zoe_open_page_show_files(&app->open_page, option, title, zoe_color_page_endings(option),
                             is_path || last ? folder : NULL);
}

static void run_color(zoe_app *app, SDL_Rect rect)
{
    char note[512];
    zoe_color_page_result result;
    zoe_app_color_note(app, note, sizeof note);
    zoe_color_page_run(&app->ui, rect, &app->color_page, app->coloring, note, &result);
    if (result.option && result.text)
        (void)zoe_app_set_text(app, result.option, result.text);
    else if (result.option)
        zoe_app_set_option(app, result.option, result.value);
    if (result.cdl) {
        zoe_coloring_set_cdl(app->coloring, result.cdl);
        app->redraw = true;
    }
    if (result.browse)
        browse_color(app, result.browse);
}

static void run_scopes(zoe_app *app, SDL_Rect rect)
{
    bool on = app->options.false_color;
    if (zoe_scopes_page_run(&app->ui, rect, &app->scopes_page, &app->scope, &on))
        zoe_app_set_option(app, ZOE_OPTION(false_color), on);
}

static void run_panel(zoe_app *app)
{
    zoe_ui *ui = &app->ui;
    SDL_Rect rect;
    if (!zoe_panel_begin(ui, &app->panel, &rect))
        return;
    switch (app->panel.page) {
    case ZOE_PANEL_SETTINGS: run_settings(app, rect); break;
    case ZOE_PANEL_LAYERS: run_layers(app, rect); break;
    case ZOE_PANEL_METADATA: run_metadata(app, rect); break;
    case ZOE_PANEL_MEMORY:
        zoe_memory_page_run(ui, rect, &app->memory_page, &app->stats, &app->storage_stats,
                            zoe_session_transport(&app->session), &app->history);
        break;
    case ZOE_PANEL_COLOR: run_color(app, rect); break;
    case ZOE_PANEL_SCOPES: run_scopes(app, rect); break;
    case ZOE_PANEL_MESSAGES:
        zoe_messages_page_run(ui, rect, &app->messages_page, &app->message);
        break;
    }
    zoe_panel_end(ui, &app->panel);
    app->redraw |= !app->panel.open;
}

/* ---- above the rest ---- */

static void run_open(zoe_app *app)
{
    zoe_open_page_result result;
    zoe_open_page_run(&app->ui, &app->open_page, &result);
    if (result.count && result.purpose) {
        (void)zoe_app_set_text(app, result.purpose, result.specs[0]);
        return;
    }
    for (int i = 0; i < result.count; i++)
        zoe_app_open(app, result.specs[i], i == 0);
}

/* What became of the picture that was to be saved is told once. */
static void tell_saved(zoe_app *app)
{
    const char *path = "";
    const zoe_error *error = NULL;
    zoe_save_state state = app->save ? zoe_save_look(app->save, &path, &error) : ZOE_SAVE_IDLE;
    if (state == app->save_told || !error)
        return;
    app->save_told = state;
    zoe_save_page_tell(&app->save_page, state, error);
    if (state == ZOE_SAVE_WRITING)
        zoe_message_answer(&app->message, "Saving: %s", path);
    if (state == ZOE_SAVE_DONE)
        zoe_message_answer(&app->message, "Saved: %s", path);
    if (state == ZOE_SAVE_FAILED)
        zoe_message_say(&app->message, true, "%s", error->text);
    if (state == ZOE_SAVE_DONE)
        zoe_path_parent(path, app->saved_to);
    bool is_over = state == ZOE_SAVE_DONE || state == ZOE_SAVE_FAILED;
    /* The page was left while the path was looked at: nobody tries another one. */
    is_over |= !app->save_page.open && (state == ZOE_SAVE_EXISTS || state == ZOE_SAVE_REFUSED);
    if (is_over)
        zoe_save_drop(app->save);
    app->redraw = true;
}

static void run_save(zoe_app *app)
{
    zoe_error error;
    zoe_save_page_result result;
    zoe_save_page_run(&app->ui, &app->save_page, &result);
    if (result.cancel)
        zoe_save_drop(app->save);
    if (result.save)
        app->save_told = ZOE_SAVE_CHECKING;
    if (result.save &&
        zoe_save_write(app->save, result.path, result.is_linear, result.replaces, &error) != ZOE_OK)
        zoe_save_page_tell(&app->save_page, ZOE_SAVE_REFUSED, &error);
    app->redraw |= result.cancel || result.save;
}

/* While somebody waits for a sequence there is nothing to start from. */
static bool run_opening(zoe_app *app)
{
    const char *path;
    uint64_t now = zoe_now_ns(), since;
    if (!zoe_app_opening_is_long(app, now, &path, &since))
        return false;
    if (zoe_start_page_wait(&app->ui, app->view.area, path, now - since, app->start.is_on))
        zoe_app_stop_opening(app);
    return true;
}

static void run_start(zoe_app *app)
{
    zoe_start_page_result result;
    if (run_opening(app))
        return;
    zoe_start_page_run(&app->ui, app->view.area, &app->start_page, &result);
    if (result.item) {
        zoe_app_end_opening(app);
        zoe_app_open_recent(app, result.item, true);
    }
    if (result.browse)
        zoe_app_run(app, "open");
}

static void run_goto(zoe_app *app)
{
    zoe_goto_page_result result;
    zoe_goto_page_run(&app->ui, &app->goto_page, &app->session, &result);
    if (!result.go)
        return;
    zoe_session_seek(&app->session, result.position, zoe_now_ns());
    app->redraw = true;
}

void zoe_app_run_pages(zoe_app *app)
{
    bool modal = app->help.open || app->open_page.open || app->save_page.open;
    tell_saved(app);
    if (app->session.count)
        run_goto(app);
    if (!modal)
        run_panel(app);
    if (!app->session.count)
        run_start(app);
    if (app->open_page.open)
        run_open(app);
    if (app->save_page.open)
        run_save(app);
    if (app->help.open)
        zoe_help_run(&app->ui, &app->help, zoe_commands, zoe_command_count);
}
