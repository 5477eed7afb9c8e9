#include "app/draw.h"

#include "app/commands.h"
#include "ui/help.h"
#include "ui/theme.h"

/* Two lines in the middle of a picture area that has no picture. */
static void draw_placard(const zoe_app *app, const char *title, const char *line)
{
    const zoe_window *window = &app->window;
    SDL_Rect area = app->view.area;
    int margin = zoe_px(window, ZOE_MARGIN);
    int most = area.w - 2 * margin;
    int height = zoe_text_height(window->text, ZOE_TEXT_TITLE) + zoe_px(window, ZOE_SPACE * 2);
    int y = area.y + area.h / 2 - height;
    int width = zoe_text_width(window->text, ZOE_TEXT_TITLE, title);
    width = width > most ? most : width;
    zoe_text_draw_within(window->text, ZOE_TEXT_TITLE, area.x + (area.w - width) / 2, y, most,
                         zoe_theme_dark.text, title, 1);
    width = zoe_text_width(window->text, ZOE_TEXT_BODY, line);
    zoe_text_draw(window->text, ZOE_TEXT_BODY, area.x + (area.w - width) / 2, y + height,
                  zoe_theme_dark.text_dim, line);
}

/* What the picture area says while there is no picture at all. */
static void draw_absence(zoe_app *app)
{
    const char *trouble = zoe_message_trouble(&app->session);
    if (!app->session.count)
        draw_placard(app, "Drop an EXR sequence or a folder here", "F1 shows all keys");
    else if (!app->session.screen.frame.pin && trouble[0])
        draw_placard(app, trouble,
                     zoe_session_transport(&app->session)->count > 1
                         ? "Other frames may be good; Ctrl+R reads the files again"
                         : "Ctrl+R reads the file again");
}

void zoe_app_draw(zoe_app *app, uint64_t now_ns)
{
    zoe_window *window = &app->window;
    zoe_session *session = &app->session;
    app->redraw = false;
    app->redraw_ns = ZOE_NEVER;
    app->drawn_ns = now_ns;
    SDL_Color ground = zoe_theme_dark.surround;
    SDL_SetRenderDrawColor(window->renderer, ground.r, ground.g, ground.b, 255);
    SDL_RenderClear(window->renderer);
    zoe_view_draw(&app->view, window, &session->screen.frame, &session->grade);
    draw_absence(app);
    if (zoe_app_bars_shown(app)) {
        zoe_timeline_draw(&app->timeline, window, session);
        zoe_statusbar_draw(&app->statusbar, window, session, &app->view, &app->stats);
    }
    if (app->panel.open) {
        zoe_panel_place(&app->panel, window, app->content);
        zoe_panel_draw(&app->panel, window, &app->stats, &app->history);
    }
    if (app->help_open)
        zoe_help_draw(window, zoe_commands, zoe_command_count, app->content, &app->help_scroll);
    SDL_RenderPresent(window->renderer);
}
