/*
 * Gallery: every widget in every state in a real window, for people to look at and try.
 * Usage: ui_gallery [SCALE [WIDTH HEIGHT]]
 * F1: modal page, F2: menu, F3: all disabled, Ctrl+Q: quit.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ui/theme.h"
#include "ui/ui_button.h"
#include "ui/ui_field.h"
#include "ui/ui_list.h"
#include "ui/ui_menu.h"
#include "ui/ui_popup.h"
#include "ui/ui_render.h"
#include "ui/ui_scroll.h"
#include "ui/ui_slider.h"
#include "ui/ui_system.h"

typedef struct gallery {
    zoe_ui ui;
    zoe_ui_system system;
    zoe_ui_scroll panel;
    zoe_ui_list files, layers;
    zoe_ui_field path, search, wrong;
    char path_text[512], search_text[128], wrong_text[32];
    char completion[512];
    double exposure, gamma, cache;
    bool proxy, overscan, off, modal, quit;
    int loop, tab, chosen;
    char said[128];
} gallery;

static const zoe_ui_menu_item menu_items[] = {
    {.text = "Open\342\200\246", .keys = "Ctrl+O", .icon = ZOE_ICON_FOLDER},
    {.text = "Copy picture", .keys = "Ctrl+C", .value = 1, .icon = ZOE_ICON_COPY},
    {.text = "Save picture\342\200\246", .keys = "Ctrl+S", .value = 2, .icon = ZOE_ICON_CAMERA},
    {.text = NULL},
    {.text = "Loop", .value = 3, .checked = true},
    {.text = "Ping-pong", .value = 4},
    {.text = "Once", .value = 5},
    {.text = NULL},
    {.text = "Mark in", .keys = "I", .value = 6},
    {.text = "Clear work area", .keys = "Shift+I", .value = 7, .disabled = true},
    {.text = NULL},
    {.text = "Full screen", .keys = "F11", .value = 8, .icon = ZOE_ICON_FULLSCREEN},
};

static int pt(const gallery *g, double points)
{
    return zoe_ui_px(&g->ui, points);
}

static void heading(gallery *g, SDL_Rect *from, const char *text)
{
    zoe_cut_top(from, pt(g, 10));
    zoe_ui_label(&g->ui, zoe_cut_top(from, pt(g, 24)), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                 g->ui.style->text_dim, text);
}

static void transport(gallery *g, SDL_Rect bar)
{
    static const struct {
        zoe_icon icon;
        const char *id, *tip, *key;
    } buttons[] = {{ZOE_ICON_FIRST, "first", "To the first frame", "Home"},
                   {ZOE_ICON_STEP_BACK, "back", "One frame back", "Left"},
                   {ZOE_ICON_BACKWARD, "backward", "Play backward", "J"},
                   {ZOE_ICON_PAUSE, "pause", "Pause", "K"},
                   {ZOE_ICON_PLAY, "play", "Play", "Space"},
                   {ZOE_ICON_STEP_ON, "on", "One frame on", "Right"},
                   {ZOE_ICON_LAST, "last", "To the last frame", "End"}};
    zoe_ui *ui = &g->ui;
    SDL_Rect row = zoe_inset(bar, pt(g, ZOE_MARGIN), pt(g, 4));
    for (size_t i = 0; i < sizeof buttons / sizeof buttons[0]; i++) {
        SDL_Rect place = zoe_cut_left(&row, pt(g, 28));
        if (zoe_ui_button(ui, buttons[i].id, place, buttons[i].icon, NULL,
                          ZOE_UI_QUIET | (i == 4 ? ZOE_UI_ON : 0)))
            snprintf(g->said, sizeof g->said, "%s", buttons[i].tip);
        zoe_ui_tip(ui, buttons[i].tip, buttons[i].key);
        zoe_cut_left(&row, pt(g, 2));
    }
    zoe_cut_left(&row, pt(g, 8));
    int width = zoe_ui_button_width(ui, ZOE_ICON_LOOP, "Loop", ZOE_UI_OPENS);
    SDL_Rect loop = zoe_cut_left(&row, width);
    if (zoe_ui_button(ui, "loop", loop, ZOE_ICON_LOOP, "Loop", ZOE_UI_QUIET | ZOE_UI_OPENS))
        zoe_ui_popup_open(ui, "loop menu", loop);
    zoe_ui_tip(
        ui,
        "What happens at the end of the work area: begin again, go back, or stop. The frames "
        "that will be shown next are loaded first.",
        "L");
    zoe_cut_left(&row, pt(g, 8));
    SDL_Rect last = zoe_cut_right(&row, pt(g, 110));
    if (zoe_ui_button(ui, "open", last, ZOE_ICON_FOLDER, "Open\342\200\246", ZOE_UI_PRIMARY))
        g->modal = true;
    zoe_ui_tip(ui, "Open a sequence", "Ctrl+O");
    int chosen =
        zoe_ui_menu(ui, "loop menu", menu_items, (int)(sizeof menu_items / sizeof menu_items[0]));
    if (chosen >= 0)
        snprintf(g->said, sizeof g->said, "Menu: %d", chosen);
    zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text_dim, g->said);
}

static SDL_Rect captioned(gallery *g, SDL_Rect *rest, const char *caption)
{
    zoe_ui *ui = &g->ui;
    SDL_Rect row = zoe_cut_top(rest, pt(g, ZOE_ROW_HEIGHT));
    zoe_ui_label(ui, zoe_cut_left(&row, pt(g, 84)), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                 ui->disabled ? ui->style->text_disabled : ui->style->text, caption);
    return row;
}

static void sliders(gallery *g, SDL_Rect *rest)
{
    static const zoe_ui_range exposure = {-10, 10, 0.1, 0}, gamma = {0.2, 4, 0.05, 1};
    static const zoe_ui_range cache = {25, 95, 5, 75};
    zoe_ui *ui = &g->ui;
    char text[32];
    heading(g, rest, "Picture");
    snprintf(text, sizeof text, "%+.1f", g->exposure);
    zoe_ui_slider(ui, "exposure", captioned(g, rest, "Exposure"), &exposure, &g->exposure, text);
    snprintf(text, sizeof text, "%.2f", g->gamma);
    zoe_ui_slider(ui, "gamma", captioned(g, rest, "Gamma"), &gamma, &g->gamma, text);
    snprintf(text, sizeof text, "%.0f %%", g->cache);
    zoe_ui_slider(ui, "cache", captioned(g, rest, "Cache"), &cache, &g->cache, text);
    double half = 0.5;
    ui->disabled = true;
    zoe_ui_slider(ui, "disabled", captioned(g, rest, "Disabled"), &gamma, &half, "0.50");
    ui->disabled = g->off;
}

static void choices(gallery *g, SDL_Rect *rest)
{
    static const char *const loops[] = {"Loop", "Ping-pong", "Once"};
    zoe_ui *ui = &g->ui;
    int gap = pt(g, 8);
    heading(g, rest, "Playback");
    SDL_Rect row = captioned(g, rest, "At the end");
    zoe_ui_choice(ui, "loop", zoe_inset(row, 0, pt(g, 2)), loops, 3, &g->loop);
    row = zoe_cut_top(rest, pt(g, ZOE_ROW_HEIGHT));
    zoe_ui_toggle(ui, "proxy", row, "Proxies at half size while playing", &g->proxy);
    row = zoe_cut_top(rest, pt(g, ZOE_ROW_HEIGHT));
    zoe_ui_toggle(ui, "overscan", row, "Show overscan", &g->overscan);
    heading(g, rest, "Buttons");
    row = zoe_cut_top(rest, pt(g, ZOE_UI_CONTROL));
    zoe_ui_button(ui, "plain", zoe_column(row, 0, 3, gap), ZOE_ICON_NONE, "Plain", 0);
    zoe_ui_button(ui, "on", zoe_column(row, 1, 3, gap), ZOE_ICON_LAYERS, "On", ZOE_UI_ON);
    ui->disabled = true;
    zoe_ui_button(ui, "off", zoe_column(row, 2, 3, gap), ZOE_ICON_RESET, "Disabled", 0);
    ui->disabled = g->off;
    zoe_cut_top(rest, pt(g, 6));
    row = zoe_cut_top(rest, pt(g, ZOE_UI_CONTROL));
    zoe_ui_button(ui, "narrow", zoe_cut_left(&row, pt(g, 110)), ZOE_ICON_RESET,
                  "Reset all settings of this page", 0);
}

static void notices_and_signs(gallery *g, SDL_Rect *rest)
{
    zoe_ui *ui = &g->ui;
    heading(g, rest, "Messages");
    zoe_ui_notice(ui, zoe_cut_top(rest, pt(g, 22)), ZOE_UI_INFO, "48 frames in memory");
    zoe_ui_notice(ui, zoe_cut_top(rest, pt(g, 22)), ZOE_UI_WARNING,
                  "3 frames are missing: 1017, 1018, 1040");
    zoe_ui_notice(ui, zoe_cut_top(rest, pt(g, 22)), ZOE_UI_ERROR,
                  "Frame 1020: the file ends in the middle of a chunk, 3 of 68 rows");
    heading(g, rest, "Signs");
    SDL_Rect row = *rest;
    for (int i = 1; i < ZOE_ICON_COUNT; i++) {
        if (i % 10 == 1)
            row = zoe_cut_top(rest, pt(g, 28));
        SDL_Rect place = zoe_cut_left(&row, pt(g, 30));
        int side = pt(g, i < 21 ? 16 : 20);
        zoe_draw_icon(&ui->draw, zoe_centered(place, side, side), (zoe_icon)i, ui->style->text);
    }
    zoe_cut_top(rest, pt(g, 12));
}

static void settings(gallery *g, SDL_Rect area)
{
    static const char *const names[] = {"Settings", "Memory", "Messages"};
    zoe_ui *ui = &g->ui;
    zoe_draw_fill(&ui->draw, area, 0, ui->style->page);
    SDL_Rect head = zoe_cut_top(&area, pt(g, 36));
    zoe_ui_tabs(ui, "tabs", zoe_inset(head, pt(g, ZOE_MARGIN), 0), names, 3, &g->tab);
    SDL_Rect rest = zoe_ui_scroll_begin(ui, "settings", area, &g->panel);
    int top = rest.y;
    rest = zoe_inset(rest, pt(g, ZOE_MARGIN), 0);
    sliders(g, &rest);
    choices(g, &rest);
    notices_and_signs(g, &rest);
    zoe_ui_scroll_end(ui, &g->panel, rest.y - top);
}

static void files(gallery *g, SDL_Rect area)
{
    zoe_ui *ui = &g->ui;
    SDL_Rect top = zoe_cut_top(&area, pt(g, ZOE_UI_CONTROL));
    zoe_ui_button(ui, "up", zoe_cut_left(&top, pt(g, 28)), ZOE_ICON_FOLDER_UP, NULL, 0);
    zoe_ui_tip(ui, "Folder above", "Alt+Up");
    zoe_cut_left(&top, pt(g, 6));
    SDL_Rect search = zoe_cut_right(&top, top.w / 3);
    zoe_cut_right(&top, pt(g, 6));
    snprintf(g->completion, sizeof g->completion, "/shots/sh010/comp/v012");
    g->path.completion = g->completion;
    zoe_ui_edit_field(ui, "path", top, &g->path);
    zoe_ui_edit_field(ui, "search", search, &g->search);
    zoe_cut_top(&area, pt(g, 6));
    SDL_Rect low = zoe_cut_bottom(&area, pt(g, ZOE_UI_CONTROL));
    zoe_cut_bottom(&area, pt(g, 6));
    zoe_ui_edit_field(ui, "wrong", zoe_cut_left(&low, pt(g, 90)), &g->wrong);
    zoe_cut_left(&low, pt(g, 8));
    zoe_ui_notice(ui, low, ZOE_UI_ERROR, "There is no frame 1250");
    zoe_draw_fill(&ui->draw, area, pt(g, 3), ui->style->groove);
    int row;
    SDL_Rect place;
    zoe_ui_list_begin(ui, "files", zoe_inset(area, pt(g, 1), pt(g, 1)), &g->files, 100000,
                      pt(g, ZOE_ROW_HEIGHT), ZOE_UI_LIST_MANY | ZOE_UI_LIST_FILTER);
    while (zoe_ui_list_next(ui, &g->files, &row, &place)) {
        char text[64];
        int side = pt(g, 16);
        bool chosen = zoe_ui_list_has(&g->files, row);
        SDL_Color dim = chosen ? ui->style->text : ui->style->text_dim;
        SDL_Rect sign = zoe_centered(zoe_cut_left(&place, side), side, side);
        zoe_draw_icon(&ui->draw, sign, row < 3 ? ZOE_ICON_FOLDER : ZOE_ICON_FILM, dim);
        zoe_cut_left(&place, pt(g, 8));
        SDL_Rect size = zoe_cut_right(&place, pt(g, 70)), range = zoe_cut_right(&place, pt(g, 90));
        snprintf(text, sizeof text, "sh%03d_comp_v012.####.exr", row * 10);
        zoe_ui_label(ui, place, ZOE_TEXT_BODY, ZOE_UI_LEFT,
                     chosen ? ui->style->text_light : ui->style->text, text);
        zoe_ui_label(ui, range, ZOE_TEXT_BODY, ZOE_UI_RIGHT, dim, "1001\342\200\2231148");
        zoe_ui_label(ui, size, ZOE_TEXT_BODY, ZOE_UI_RIGHT, dim, "1.4 GB");
    }
    unsigned answer = zoe_ui_list_end(ui, &g->files);
    if (answer & ZOE_UI_ENTER)
        snprintf(g->said, sizeof g->said, "Open row %d", g->files.cursor);
    if (g->files.menu_row >= 0)
        zoe_ui_popup_open(ui, "row menu", (SDL_Rect){ui->input.mouse_x, ui->input.mouse_y, 0, 0});
    zoe_ui_menu(ui, "row menu", menu_items, 3);
}

static void modal(gallery *g)
{
    zoe_ui *ui = &g->ui;
    SDL_Rect place = zoe_inset(ui->window, ui->window.w / 8, ui->window.h / 8);
    place = zoe_ui_modal_begin(ui, "open page", place);
    SDL_Rect rest = zoe_inset(place, pt(g, 16), pt(g, 12));
    SDL_Rect title = zoe_cut_top(&rest, pt(g, 28));
    if (zoe_ui_button(ui, "close", zoe_cut_right(&title, pt(g, 28)), ZOE_ICON_CLOSE, NULL,
                      ZOE_UI_QUIET))
        g->modal = false;
    zoe_ui_label(ui, title, ZOE_TEXT_TITLE, ZOE_UI_LEFT, ui->style->text_light, "Open");
    zoe_cut_top(&rest, pt(g, 8));
    SDL_Rect low = zoe_cut_bottom(&rest, pt(g, 28));
    zoe_cut_bottom(&rest, pt(g, 8));
    zoe_ui_button(ui, "open", zoe_cut_right(&low, pt(g, 90)), ZOE_ICON_NONE, "Open",
                  ZOE_UI_PRIMARY);
    zoe_cut_right(&low, pt(g, 8));
    if (zoe_ui_button(ui, "cancel", zoe_cut_right(&low, pt(g, 90)), ZOE_ICON_NONE, "Cancel", 0))
        g->modal = false;
    files(g, rest);
    if (zoe_ui_modal_end(ui))
        g->modal = false;
}

static void frame(gallery *g)
{
    zoe_ui *ui = &g->ui;
    SDL_Rect rest = ui->window;
    zoe_draw_fill(&ui->draw, rest, 0, zoe_theme_dark.surround);
    ui->disabled = g->off;
    SDL_Rect bar = zoe_cut_bottom(&rest, pt(g, 36));
    zoe_draw_fill(&ui->draw, bar, 0, zoe_theme_dark.bar);
    transport(g, bar);
    SDL_Rect panel = zoe_cut_right(&rest, pt(g, ZOE_PANEL_WIDTH));
    settings(g, panel);
    files(g, zoe_inset(rest, pt(g, ZOE_MARGIN), pt(g, ZOE_MARGIN)));
    if (g->modal)
        modal(g);
}

static void hear_keys(gallery *g)
{
    zoe_ui_key *key;
    for (int i = 0; (key = zoe_ui_next_key(&g->ui, &i));) {
        if (key->key == SDLK_F1)
            g->modal = !g->modal;
        else if (key->key == SDLK_F2)
            zoe_ui_popup_open(&g->ui, "loop menu", (SDL_Rect){pt(g, 300), pt(g, 200), 0, 0});
        else if (key->key == SDLK_F3)
            g->off = !g->off;
        else if (key->key == SDLK_q && key->modifiers == KMOD_CTRL)
            g->quit = true;
        zoe_ui_again(&g->ui);
    }
}

static void begin(gallery *g)
{
    g->gamma = 1.0;
    g->cache = 75.0;
    g->proxy = true;
    snprintf(g->path_text, sizeof g->path_text, "/shots/sh010/comp");
    snprintf(g->wrong_text, sizeof g->wrong_text, "1250");
    g->path.text = g->path_text;
    g->path.capacity = sizeof g->path_text;
    g->path.keep_end = true;
    g->search.text = g->search_text;
    g->search.capacity = sizeof g->search_text;
    g->search.placeholder = "Filter";
    g->search.icon = ZOE_ICON_SEARCH;
    g->search.clearable = true;
    g->wrong.text = g->wrong_text;
    g->wrong.capacity = sizeof g->wrong_text;
    g->wrong.allowed = "0123456789:";
    g->wrong.wrong = true;
    g->files.cursor = 4;
}

static uint64_t now_ns(void)
{
    return (uint64_t)((double)SDL_GetPerformanceCounter() * 1e9 /
                      (double)SDL_GetPerformanceFrequency());
}

static void run(gallery *g, zoe_window *window, zoe_ui_render *render)
{
    while (!g->quit) {
        zoe_window_measure(window);
        g->ui.scale = window->scale;
        zoe_ui_begin(&g->ui, zoe_ui_system_input(&g->system), now_ns());
        frame(g);
        zoe_ui_end(&g->ui);
        hear_keys(g);
        zoe_ui_system_done(&g->system, &g->ui);
        zoe_ui_render_draw(render, window, &g->ui.draw);
        SDL_RenderPresent(window->renderer);
        uint64_t now = now_ns(), wake = g->ui.answer.wake_ns;
        uint64_t left = wake > now ? (wake - now) / 1000000u + 1 : 0;
        int ms = zoe_ui_system_waits(&g->system) ? 0 : left > 1000 ? 1000 : (int)left;
        SDL_Event event;
        if (!SDL_WaitEventTimeout(&event, ms))
            continue;
        do {
            zoe_ui_system_event(&g->system, &event);
            g->quit = g->quit || event.type == SDL_QUIT;
        } while (SDL_PollEvent(&event));
    }
}

int main(int argc, char **argv)
{
    static gallery g;
    zoe_window window;
    zoe_ui_render *render;
    zoe_error error;
    double scale = argc > 1 ? atof(argv[1]) : 0.0;
    int width = argc > 3 ? atoi(argv[2]) : 1280, height = argc > 3 ? atoi(argv[3]) : 720;
    if (zoe_window_open(&window, width, height, 0, scale, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    if (zoe_ui_render_create(&window, &render, &error)) {
        fprintf(stderr, "%s\n", error.text);
        zoe_window_close(&window);
        return 1;
    }
    zoe_ui_system_open(&g.system, &window);
    zoe_ui_host host = zoe_ui_system_host(&g.system);
    zoe_ui_init(&g.ui, &host, window.scale);
    begin(&g);
    run(&g, &window, render);
    zoe_ui_list_free(&g.files);
    zoe_ui_free(&g.ui);
    zoe_ui_system_close(&g.system);
    zoe_ui_render_destroy(&render);
    zoe_window_close(&window);
    return 0;
}
