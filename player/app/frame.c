#include "app/frame.h"

#include "app/commands.h"
#include "app/pages.h"
#include "app/picture.h"
#include "ui/theme.h"

/* ---- timeline ---- */

static void hear_timeline(zoe_app *app)
{
    zoe_ui *ui = &app->ui;
    zoe_timeline *timeline = &app->timeline;
    const zoe_ui_input *in = &ui->input;
    int x = in->mouse_x, y = in->mouse_y, dx = x - app->mouse_x;
    bool alt = (in->modifiers & KMOD_ALT) != 0;
    zoe_ui_hit hit = zoe_ui_hear(ui, zoe_ui_make_id(ui, "timeline"), timeline->area);
    if (!app->session.count)
        return;
    if (hit.pressed || hit.middle)
        zoe_timeline_press(timeline, &app->window, &app->session, x, y,
                           hit.pressed ? SDL_BUTTON_LEFT : SDL_BUTTON_MIDDLE, hit.clicks, alt);
    bool there = hit.inside || timeline->hold != ZOE_HOLD_NONE;
    zoe_timeline_move(timeline, &app->window, &app->session, there ? x : -1, there ? y : -1, dx);
    if (!in->down)
        zoe_timeline_release(timeline, &app->session);
    if (hit.hovered && (in->wheel_x != 0.0 || in->wheel_y != 0.0)) {
        bool shift = (SDL_GetModState() & KMOD_SHIFT) != 0;
        zoe_timeline_wheel(timeline, x, y, -in->wheel_x + (shift ? in->wheel_y : 0.0),
                           shift ? 0.0 : in->wheel_y);
        app->redraw = true;
    }
    if (timeline->hover == ZOE_HOLD_IN || timeline->hover == ZOE_HOLD_OUT)
        ui->answer.cursor = SDL_SYSTEM_CURSOR_SIZEWE;
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
    if (zoe_app_bars_shown(app))
        hear_timeline(app);
    zoe_app_hear_picture(app);
    app->mouse_x = app->ui.input.mouse_x;
    app->mouse_y = app->ui.input.mouse_y;
}

static void draw(zoe_app *app)
{
    zoe_window *window = &app->window;
    zoe_session *session = &app->session;
    SDL_Color ground = zoe_theme_dark.surround;
    SDL_SetRenderDrawColor(window->renderer, ground.r, ground.g, ground.b, 255);
    SDL_RenderClear(window->renderer);
    zoe_view_draw(&app->view, window, &session->screen.frame, &session->grade);
    if (zoe_app_bars_shown(app)) {
        zoe_timeline_draw(&app->timeline, window, session);
        zoe_statusbar_draw(&app->statusbar, window, session, &app->view, &app->stats);
    }
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
