#include "app/frame.h"

#include "app/bar.h"
#include "app/color.h"
#include "app/commands.h"
#include "app/effects.h"
#include "app/menus.h"
#include "app/pages.h"
#include "app/picture.h"
#include "ui/theme.h"

/* ---- timeline ---- */

static void run_timeline(zoe_app *app)
{
    zoe_timeline_result result;
    zoe_timeline_run(&app->ui, &app->timeline, &app->session, &result);
    app->redraw |= result.changed;
    SDL_Rect pointer = {app->ui.input.mouse_x, app->ui.input.mouse_y, 0, 0};
    if (result.menu)
        zoe_app_open_menu(app, ZOE_MENU_TIMELINE, NULL, pointer);
}

static void run_statusbar(zoe_app *app)
{
    zoe_statusbar_result result;
    app->statusbar.storage = &app->storage_stats;
    zoe_statusbar_run(&app->ui, &app->statusbar, &app->session, &app->view, &app->stats, &result);
    switch (result.value) {
    case ZOE_VALUE_NONE: break;
    case ZOE_VALUE_COLOR: zoe_app_run(app, "color"); break;
    case ZOE_VALUE_LAYER: zoe_app_run(app, "layers"); break;
    case ZOE_VALUE_RANGE: zoe_app_run(app, "fit-range"); break;
    case ZOE_VALUE_ZOOM: zoe_app_open_menu(app, ZOE_MENU_ZOOM, NULL, result.place); break;
    case ZOE_VALUE_CHANNEL: zoe_app_open_menu(app, ZOE_MENU_CHANNEL, NULL, result.place); break;
    case ZOE_VALUE_MEMORY: zoe_app_open_menu(app, ZOE_MENU_MEMORY, NULL, result.place); break;
    case ZOE_VALUE_OPTION:
        if (zoe_option_choices(result.option) && !(result.option->where & ZOE_IN_STATUSBAR))
            zoe_app_open_menu(app, ZOE_MENU_OPTION, result.option, result.place);
        else
            zoe_app_set_option(app, result.option, result.option->normal);
        break;
    case ZOE_VALUE_MESSAGE: zoe_app_run(app, "messages"); break;
    case ZOE_VALUE_COMPARE:
        app->menu_next = ZOE_MENU_COMPARE;
        app->menu_place = result.place;
        break;
    }
}

/* ---- keys ---- */

/* While something is open above the rest, or text is typed, letters are not commands. */
static bool is_command_now(const zoe_app *app, const zoe_ui_key *key, const zoe_command *command)
{
    if (!app->ui.answer.wants_keyboard)
        return true;
    bool is_function = key->key >= SDLK_F1 && key->key <= SDLK_F12;
    return command->is_always && (is_function || (key->modifiers & KMOD_CTRL));
}

static void hear_keys(zoe_app *app)
{
    zoe_ui_key *key;
    for (int i = 0; (key = zoe_ui_next_key(&app->ui, &i));) {
        const zoe_command *command = zoe_command_by_key(zoe_commands, zoe_command_count, key->key,
                                                        key->modifiers, key->repeat);
        if (command && is_command_now(app, key, command))
            zoe_command_run(app, command);
    }
}

/* ---- the frame ---- */

static void hear(zoe_app *app)
{
    zoe_app_run_pages(app);
    if (zoe_app_bars_shown(app)) {
        run_timeline(app);
        zoe_app_run_bar(app);
        run_statusbar(app);
    }
    zoe_app_hear_picture(app);
    zoe_app_run_menus(app);
    app->mouse_x = app->ui.input.mouse_x;
    app->mouse_y = app->ui.input.mouse_y;
}

/* Scopes are measured while their page is seen, which shows them in the frame after. */
static void follow_scopes(zoe_app *app)
{
    zoe_scope *wanted =
        zoe_panel_shows(&app->panel, ZOE_PANEL_SCOPES) && app->session.count ? &app->scope : NULL;
    if (wanted && !app->view.scope)
        zoe_view_invalidate(&app->view);
    app->view.scope = wanted;
}

static void draw(zoe_app *app)
{
    zoe_window *window = &app->window;
    zoe_session *session = &app->session;
    SDL_Color ground = zoe_theme_dark.surround;
    SDL_SetRenderDrawColor(window->renderer, ground.r, ground.g, ground.b, 255);
    SDL_RenderClear(window->renderer);
    uint32_t found = app->view.found;
    follow_scopes(app);
    zoe_view_draw(&app->view, window, &session->screen.frame, &session->grade, &app->colored);
    app->redraw |= app->view.scope && app->scopes_page.serial != app->scope.serial;
    app->redraw |= found != app->view.found; /* the legend names what is found */
    if (session->screen.frame.pin && app->view.filled && !app->view.stale)
        zoe_session_copied(session);
    zoe_ui_render_draw(app->render, window, &app->ui.draw);
    SDL_RenderPresent(window->renderer);
}

void zoe_app_frame(zoe_app *app, uint64_t now_ns)
{
    zoe_ui *ui = &app->ui;
    app->redraw = false;
    app->redraw_ns = ZOE_NEVER;
    ui->scale = app->window.scale;
    zoe_app_layout(app);
    zoe_ui_begin(ui, zoe_ui_system_input(&app->system), now_ns);
    zoe_app_follow_color(app);
    hear(app);
    zoe_ui_end(ui);
    hear_keys(app);
    zoe_ui_system_done(&app->system, ui);
    app->held_back = app->redraw && !app->held_back;
    if (app->held_back)
        return;
    app->drawn_ns = now_ns;
    draw(app);
}
