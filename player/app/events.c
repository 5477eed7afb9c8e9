#include "app/events.h"

#include <stdbool.h>

#include "app/color_choice.h"
#include "app/opening.h"

static const uint64_t listen_interval_ns = 40000000u;

/* Which of the two is held tells the picture what a drag changes. */
static void hold_key(zoe_app *app, const SDL_KeyboardEvent *key)
{
    bool is_down = key->type == SDL_KEYDOWN;
    if (key->keysym.sym == SDLK_e)
        app->exposure_held = is_down;
    if (key->keysym.sym == SDLK_m)
        app->gamma_held = is_down;
}

/* ---- window and the rest ---- */

static void window_event(zoe_app *app, const SDL_WindowEvent *event)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_DISPLAY_CHANGED:
        zoe_window_measure(&app->window);
        app->redraw = true;
        break;
    case SDL_WINDOWEVENT_EXPOSED: app->redraw = true; break;
    case SDL_WINDOWEVENT_FOCUS_LOST:
        app->exposure_held = false;
        app->gamma_held = false;
        break;
    case SDL_WINDOWEVENT_LEAVE: app->redraw = true; break;
    default: break;
    }
}

static void lost_textures(zoe_app *app)
{
    zoe_text_forget(app->window.text);
    zoe_ui_render_forget(app->render);
    zoe_view_forget(&app->view);
    zoe_scopes_page_forget(&app->scopes_page);
    zoe_start_page_forget(&app->start_page);
    app->redraw = true;
}

void zoe_app_event(zoe_app *app, const SDL_Event *event)
{
    if (event->type == app->notify_event) {
        /* Small frames load by the thousand a second. Only who waits for one hears of each. */
        if (zoe_session_waits(&app->session))
            zoe_session_touch(&app->session);
        else if (app->listen_ns == ZOE_NEVER)
            app->listen_ns = zoe_now_ns() + listen_interval_ns;
        return;
    }
    if (event->type == app->wake_event) {
        app->redraw = true;
        return;
    }
    if (event->type == app->follow_event)
        return; /* the loop's turn looks */
    zoe_ui_system_event(&app->system, event);
    switch (event->type) {
    case SDL_QUIT: app->quit = true; break;
    case SDL_KEYDOWN:
    case SDL_KEYUP:
        hold_key(app, &event->key);
        app->redraw = true;
        break;
    case SDL_MOUSEBUTTONDOWN:
        /* The key may be up again when the frame that hears the press is due. */
        app->press_changes = app->exposure_held ? ZOE_GRAB_EXPOSURE
                             : app->gamma_held  ? ZOE_GRAB_GAMMA
                                                : ZOE_GRAB_NONE;
        app->redraw = true;
        break;
    case SDL_TEXTINPUT:
    case SDL_MOUSEBUTTONUP:
    case SDL_MOUSEMOTION:
    case SDL_MOUSEWHEEL: app->redraw = true; break;
    case SDL_WINDOWEVENT: window_event(app, &event->window); break;
    case SDL_DROPBEGIN: app->drop_first = true; break;
    case SDL_DROPTEXT:
        if (event->drop.file && !zoe_storage_is_url(event->drop.file)) {
            SDL_free(event->drop.file);
            break;
        }
        /* fall through */
    case SDL_DROPFILE:
        if (event->drop.file && zoe_app_drop_color(app, event->drop.file))
            app->redraw = true;
        else if (event->drop.file) {
            zoe_app_open(app, event->drop.file, app->drop_first);
            app->drop_first = false;
        }
        SDL_free(event->drop.file);
        break;
    case SDL_DROPCOMPLETE: app->drop_first = true; break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET: lost_textures(app); break;
    default: break;
    }
}
