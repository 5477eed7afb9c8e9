#include "app/events.h"

#include <math.h>
#include <stdbool.h>

#include "app/commands.h"
#include "app/effects.h"

static const uint64_t listen_interval_ns = 40000000u;

/* What the panel answered. */
static void apply(zoe_app *app, const zoe_panel_change *change)
{
    if (change->option)
        zoe_app_set_option(app, change->option, change->value);
}

/* ---- keys ---- */

static void key_down(zoe_app *app, const SDL_KeyboardEvent *key)
{
    SDL_Keycode sym = key->keysym.sym;
    int modifiers = key->keysym.mod;
    zoe_panel_change change;
    if (sym == SDLK_e)
        app->exposure_held = true;
    if (sym == SDLK_m)
        app->gamma_held = true;
    if (app->help_open && (sym == SDLK_DOWN || sym == SDLK_UP)) {
        app->help_scroll += (sym == SDLK_DOWN ? 60 : -60) * (int)lround(app->window.scale);
        app->redraw = true;
        return;
    }
    if (!app->help_open && zoe_panel_key(&app->panel, sym, modifiers, &change)) {
        app->redraw = true;
        apply(app, &change);
        zoe_app_layout(app);
        return;
    }
    const zoe_command *command =
        zoe_command_by_key(zoe_commands, zoe_command_count, sym, modifiers, key->repeat != 0);
    if (command)
        zoe_command_run(app, command);
}

static void key_up(zoe_app *app, const SDL_KeyboardEvent *key)
{
    if (key->keysym.sym == SDLK_e)
        app->exposure_held = false;
    if (key->keysym.sym == SDLK_m)
        app->gamma_held = false;
}

/* ---- mouse ---- */

static bool alt_held(void)
{
    return (SDL_GetModState() & KMOD_ALT) != 0;
}

static void press_picture(zoe_app *app, int button)
{
    if (button == SDL_BUTTON_MIDDLE || (button == SDL_BUTTON_LEFT && alt_held()))
        app->grab = ZOE_GRAB_PAN;
    else if (button == SDL_BUTTON_LEFT && app->exposure_held)
        app->grab = ZOE_GRAB_EXPOSURE;
    else if (button == SDL_BUTTON_LEFT && app->gamma_held)
        app->grab = ZOE_GRAB_GAMMA;
}

static void mouse_down(zoe_app *app, const SDL_MouseButtonEvent *event)
{
    int x = app->mouse_x, y = app->mouse_y;
    zoe_panel_change change;
    if (app->grab != ZOE_GRAB_NONE)
        return;
    app->redraw = true;
    app->grab_button = event->button;
    if (app->help_open) {
        app->help_open = false;
    } else if (zoe_panel_press(&app->panel, &app->window, x, y, &change)) {
        app->grab = ZOE_GRAB_PANEL;
        apply(app, &change);
    } else if (zoe_app_bars_shown(app) &&
               zoe_timeline_press(&app->timeline, &app->window, &app->session, x, y, event->button,
                                  event->clicks, alt_held())) {
        app->grab = ZOE_GRAB_TIMELINE;
    } else if (zoe_inside(app->view.area, x, y)) {
        press_picture(app, event->button);
    }
}

static void mouse_up(zoe_app *app, const SDL_MouseButtonEvent *event)
{
    if (app->grab == ZOE_GRAB_NONE || event->button != app->grab_button)
        return;
    zoe_timeline_release(&app->timeline, &app->session);
    zoe_panel_release(&app->panel);
    app->grab = ZOE_GRAB_NONE;
    app->redraw = true;
}

static void move_free(zoe_app *app, int x, int y)
{
    int was = app->timeline.hover == ZOE_HOLD_IN || app->timeline.hover == ZOE_HOLD_OUT;
    int over_bars = zoe_app_bars_shown(app) && zoe_inside(app->timeline.area, x, y);
    if (over_bars || app->timeline.hover != ZOE_HOLD_NONE)
        app->redraw |= zoe_timeline_move(&app->timeline, &app->window, &app->session,
                                         over_bars ? x : -1, over_bars ? y : -1, 0);
    int is = app->timeline.hover == ZOE_HOLD_IN || app->timeline.hover == ZOE_HOLD_OUT;
    if (was != is && app->sideways && app->arrow)
        SDL_SetCursor(is ? app->sideways : app->arrow);
}

static void mouse_moved(zoe_app *app, int x, int y)
{
    int dx = x - app->mouse_x, dy = y - app->mouse_y;
    zoe_panel_change change;
    app->mouse_x = x;
    app->mouse_y = y;
    int over_picture = zoe_inside(app->view.area, x, y);
    if (over_picture || app->statusbar.pointer_x >= 0)
        app->redraw = true;
    app->statusbar.pointer_x = over_picture ? x : -1;
    app->statusbar.pointer_y = over_picture ? y : -1;
    switch (app->grab) {
    case ZOE_GRAB_NONE: move_free(app, x, y); break;
    case ZOE_GRAB_TIMELINE:
        app->redraw |= zoe_timeline_move(&app->timeline, &app->window, &app->session, x, y, dx);
        break;
    case ZOE_GRAB_PANEL:
        if (zoe_panel_move(&app->panel, &app->window, x, &change))
            apply(app, &change);
        break;
    case ZOE_GRAB_PAN:
        zoe_view_map_pan(&app->view.map, dx, dy);
        zoe_view_invalidate(&app->view);
        app->redraw = true;
        break;
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

static void mouse_wheel(zoe_app *app, const SDL_MouseWheelEvent *event)
{
    int x = app->mouse_x, y = app->mouse_y;
    double across = -(double)event->preciseX, along = (double)event->preciseY;
    zoe_panel_change change;
    app->redraw = true;
    if (app->help_open) {
        app->help_scroll -= (int)lround(along * app->window.scale * 60.0);
        return;
    }
    if (zoe_panel_wheel(&app->panel, &app->window, x, y, along, &change)) {
        apply(app, &change);
        return;
    }
    if (SDL_GetModState() & KMOD_SHIFT) {
        across += along;
        along = 0.0;
    }
    if (zoe_app_bars_shown(app) && zoe_timeline_wheel(&app->timeline, x, y, across, along))
        return;
    if (!zoe_inside(app->view.area, x, y) || !app->session.count)
        return;
    zoe_view_map *map = &app->view.map;
    zoe_view_map_zoom_to(map, x - app->view.area.x, y - app->view.area.y,
                         map->zoom * pow(1.25, along));
    zoe_view_invalidate(&app->view);
}

/* ---- window and the rest ---- */

static void window_event(zoe_app *app, const SDL_WindowEvent *event)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_DISPLAY_CHANGED:
        zoe_window_measure(&app->window);
        zoe_app_layout(app);
        break;
    case SDL_WINDOWEVENT_EXPOSED: app->redraw = true; break;
    case SDL_WINDOWEVENT_FOCUS_LOST:
        app->exposure_held = false;
        app->gamma_held = false;
        break;
    case SDL_WINDOWEVENT_LEAVE:
        if (app->grab == ZOE_GRAB_NONE)
            mouse_moved(app, -1, -1);
        break;
    default: break;
    }
}

static void lost_textures(zoe_app *app)
{
    zoe_text_forget(app->window.text);
    zoe_view_forget(&app->view);
    app->redraw = true;
}

/* Of several files dropped at once the first is shown. */
static void first_dropped(zoe_app *app)
{
    if (!app->drop_first && app->session.count > 1) {
        zoe_session_show(&app->session, 0);
        zoe_app_new_sequence(app);
    }
    app->drop_first = true;
}

static int to_pixels(const zoe_app *app, int units)
{
    return (int)lround(units * app->window.ratio);
}

void zoe_app_event(zoe_app *app, const SDL_Event *event)
{
    if (event->type == app->notify_event) {
        /* Small frames load by the thousand a second. Only who waits for one hears of each. */
        if (app->session.status == ZOE_LOADING)
            zoe_session_touch(&app->session);
        else if (app->listen_ns == ZOE_NEVER)
            app->listen_ns = zoe_now_ns() + listen_interval_ns;
        return;
    }
    switch (event->type) {
    case SDL_QUIT: app->quit = true; break;
    case SDL_KEYDOWN: key_down(app, &event->key); break;
    case SDL_KEYUP: key_up(app, &event->key); break;
    case SDL_MOUSEBUTTONDOWN:
        mouse_moved(app, to_pixels(app, event->button.x), to_pixels(app, event->button.y));
        mouse_down(app, &event->button);
        break;
    case SDL_MOUSEBUTTONUP: mouse_up(app, &event->button); break;
    case SDL_MOUSEMOTION:
        mouse_moved(app, to_pixels(app, event->motion.x), to_pixels(app, event->motion.y));
        break;
    case SDL_MOUSEWHEEL: mouse_wheel(app, &event->wheel); break;
    case SDL_WINDOWEVENT: window_event(app, &event->window); break;
    case SDL_DROPBEGIN: app->drop_first = true; break;
    case SDL_DROPFILE:
        if (event->drop.file && zoe_app_open(app, event->drop.file, app->drop_first))
            app->drop_first = false;
        SDL_free(event->drop.file);
        break;
    case SDL_DROPCOMPLETE: first_dropped(app); break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET: lost_textures(app); break;
    default: break;
    }
}
