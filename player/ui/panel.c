#include "ui/panel.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <zoetrope/settings.h>

#include "ui/memory_page.h"
#include "ui/theme.h"

enum {
    CAPTION = 84,   /* points, the column of names */
    VALUE = 60,     /* points, the column of figures */
    INFO_LINES = 2, /* under the memory settings */
};

static const char *const page_names[ZOE_PANEL_PAGES] = {"Settings", "Memory"};

void zoe_panel_open(zoe_panel *panel, const zoe_options *options)
{
    memset(panel, 0, sizeof *panel);
    panel->held = -1;
    panel->options = options;
    panel->row_count = (int)zoe_options_in_panel(panel->rows, ZOE_PANEL_ROWS_MAX);
}

void zoe_panel_toggle(zoe_panel *panel, zoe_panel_page page)
{
    panel->open = !zoe_panel_shows(panel, page);
    panel->page = page;
    panel->held = -1;
}

bool zoe_panel_shows(const zoe_panel *panel, zoe_panel_page page)
{
    return panel->open && panel->page == page;
}

static bool is_choice(const zoe_option *option)
{
    return option->kind == ZOE_ARG_CHOICE;
}

/* The ends of a slider; the first and the last of a choice. */
static double low_of(const zoe_option *option)
{
    if (option->low < 0.0 || option->high > 0.0)
        return option->low;
    return is_choice(option) || option->zero_is_auto ? 0.0 : option->min;
}

static double high_of(const zoe_option *option)
{
    if (is_choice(option))
        return zoe_option_choices(option) - 1;
    /* As many workers as the machine has cores may be asked for; more only at the command line. */
    if (option == ZOE_OPTION(workers)) {
        int cores = SDL_GetCPUCount();
        return cores < 2 ? 2 : cores > ZOE_WORKERS_MAX ? ZOE_WORKERS_MAX : cores;
    }
    return option->high > 0.0 ? option->high : option->max;
}

static double step_of(const zoe_option *option)
{
    return is_choice(option) ? 1.0 : option->step;
}

static double snap(const zoe_option *option, double value)
{
    double step = step_of(option), low = low_of(option), high = high_of(option);
    value = floor(value / step + 0.5) * step;
    return value < low ? low : value > high ? high : value;
}

static double value_of(const zoe_panel *panel, int row)
{
    return zoe_option_number(panel->rows[row], panel->options);
}

/* ---- layout ---- */

static int title_height(const zoe_window *window)
{
    return zoe_px(window, ZOE_SPACE * 10);
}

static int heading_height(const zoe_window *window)
{
    return zoe_px(window, ZOE_ROW_HEIGHT + ZOE_SPACE);
}

static int info_height(const zoe_window *window)
{
    return INFO_LINES * zoe_px(window, ZOE_SPACE * 5) + zoe_px(window, ZOE_SPACE);
}

static bool begins_group(const zoe_panel *panel, int row)
{
    return !row || panel->rows[row]->group != panel->rows[row - 1]->group;
}

/* The row under which the memory's figures stand. */
static bool has_info(const zoe_panel *panel, int row)
{
    return panel->rows[row]->group == ZOE_GROUP_MEMORY &&
           (row + 1 == panel->row_count || begins_group(panel, row + 1));
}

/* Top of a row from the panel's top, without scrolling; past the last: the height of all. */
static int row_top(const zoe_panel *panel, const zoe_window *window, int row)
{
    int y = title_height(window);
    for (int i = 0; i <= row && i < panel->row_count; i++) {
        if (begins_group(panel, i))
            y += heading_height(window);
        if (i < row)
            y += zoe_px(window, ZOE_ROW_HEIGHT);
        if (i < row && has_info(panel, i))
            y += info_height(window);
    }
    return y;
}

static int whole_height(const zoe_panel *panel, const zoe_window *window)
{
    if (panel->page == ZOE_PANEL_MEMORY)
        return title_height(window) + zoe_px(window, ZOE_SPACE) + zoe_memory_page_height(window);
    return row_top(panel, window, panel->row_count) + zoe_px(window, ZOE_MARGIN);
}

void zoe_panel_place(zoe_panel *panel, const zoe_window *window, SDL_Rect shared)
{
    int width = zoe_px(window, ZOE_PANEL_WIDTH);
    width = width > shared.w ? shared.w : width;
    panel->area = (SDL_Rect){shared.x + shared.w - width, shared.y, width, shared.h};
    if (panel->page == ZOE_PANEL_MEMORY) {
        panel->scroll = 0;
        return;
    }
    /* A window too low for all rows shows those around the focus. */
    int most = whole_height(panel, window) - shared.h;
    int top = row_top(panel, window, panel->focus) - heading_height(window);
    int bottom = row_top(panel, window, panel->focus) + 2 * zoe_px(window, ZOE_ROW_HEIGHT);
    if (panel->scroll > top)
        panel->scroll = top;
    if (panel->scroll < bottom - shared.h)
        panel->scroll = bottom - shared.h;
    panel->scroll = panel->scroll > most ? most : panel->scroll;
    panel->scroll = panel->scroll < 0 ? 0 : panel->scroll;
}

static SDL_Rect row_rect(const zoe_panel *panel, const zoe_window *window, int row)
{
    return (SDL_Rect){panel->area.x, panel->area.y + row_top(panel, window, row) - panel->scroll,
                      panel->area.w, zoe_px(window, ZOE_ROW_HEIGHT)};
}

/* Where a slider's groove or the words of a choice are. */
static SDL_Rect control_rect(const zoe_panel *panel, const zoe_window *window, int row)
{
    SDL_Rect line = row_rect(panel, window, row);
    int margin = zoe_px(window, ZOE_MARGIN);
    int left = line.x + margin + zoe_px(window, CAPTION);
    int right = line.x + line.w - margin;
    if (!is_choice(panel->rows[row]))
        right -= zoe_px(window, VALUE);
    return (SDL_Rect){left, line.y, right - left < 1 ? 1 : right - left, line.h};
}

static int row_at(const zoe_panel *panel, const zoe_window *window, int x, int y)
{
    for (int i = 0; i < panel->row_count && panel->page == ZOE_PANEL_SETTINGS; i++) {
        if (zoe_inside(row_rect(panel, window, i), x, y))
            return i;
    }
    return -1;
}

/* ---- drawing ---- */

static void value_text(const zoe_panel *panel, int row, char text[ZOE_OPTION_TEXT])
{
    double value = value_of(panel, row);
    zoe_option_figure(panel->rows[row], value, text);
    if (panel->rows[row] == ZOE_OPTION(workers) && value < 0.5) {
        if (panel->workers_auto > 0)
            snprintf(text, ZOE_OPTION_TEXT, "Auto (%d)", panel->workers_auto);
        else
            snprintf(text, ZOE_OPTION_TEXT, "Auto");
    }
}

/* An explicit size is in force: percent and reserve are not. */
static bool is_off(const zoe_panel *panel, int row)
{
    return panel->options->cache_mb && panel->rows[row]->group == ZOE_GROUP_MEMORY;
}

static void draw_slider(const zoe_panel *panel, const zoe_window *window, int row)
{
    zoe_theme theme = zoe_theme_dark;
    SDL_Rect control = control_rect(panel, window, row);
    double low = low_of(panel->rows[row]), high = high_of(panel->rows[row]);
    double part = (value_of(panel, row) - low) / (high - low);
    part = part < 0.0 ? 0.0 : part > 1.0 ? 1.0 : part;
    int knob_w = zoe_px(window, 8), knob_h = zoe_px(window, 16), groove_h = zoe_px(window, 4);
    int middle = control.y + control.h / 2;
    int at = (int)lround(part * (double)(control.w - knob_w));
    SDL_Rect groove = {control.x, middle - groove_h / 2, control.w, groove_h};
    zoe_fill(window, groove, theme.raised);
    groove.w = at + knob_w / 2;
    zoe_fill(window, groove, theme.text_dim);
    SDL_Rect knob = {control.x + at, middle - knob_h / 2, knob_w, knob_h};
    int lit = panel->focus == row || panel->held == row;
    zoe_fill(window, knob, is_off(panel, row) ? theme.raised : lit ? theme.accent : theme.text);
}

static void draw_choice(const zoe_panel *panel, const zoe_window *window, int row)
{
    zoe_theme theme = zoe_theme_dark;
    const zoe_option *option = panel->rows[row];
    SDL_Rect control = control_rect(panel, window, row);
    int count = zoe_option_choices(option);
    int chosen = (int)lround(value_of(panel, row));
    int inset = zoe_px(window, 3), gap = zoe_px(window, 2);
    int text_h = zoe_text_height(window->text, ZOE_TEXT_BODY);
    for (int i = 0; i < count; i++) {
        int left = control.x + i * (control.w + gap) / count;
        int right = control.x + (i + 1) * (control.w + gap) / count - gap;
        SDL_Rect box = {left, control.y + inset, right - left, control.h - 2 * inset};
        zoe_fill(window, box, i == chosen ? theme.raised : theme.track);
        if (i == chosen && panel->focus == row)
            zoe_fill(window, (SDL_Rect){box.x, box.y + box.h - gap, box.w, gap}, theme.accent);
        char label[ZOE_OPTION_TEXT];
        zoe_option_label(option, i, label);
        int width = zoe_text_width(window->text, ZOE_TEXT_BODY, label);
        zoe_text_draw(window->text, ZOE_TEXT_BODY, box.x + (box.w - width) / 2,
                      control.y + (control.h - text_h) / 2,
                      i == chosen ? theme.text_light : theme.text_dim, label);
    }
}

static void draw_row(const zoe_panel *panel, const zoe_window *window, int row)
{
    zoe_theme theme = zoe_theme_dark;
    const zoe_option *option = panel->rows[row];
    SDL_Rect line = row_rect(panel, window, row);
    int margin = zoe_px(window, ZOE_MARGIN);
    int text_y = line.y + (line.h - zoe_text_height(window->text, ZOE_TEXT_BODY)) / 2;
    if (begins_group(panel, row)) {
        int y = line.y - zoe_text_height(window->text, ZOE_TEXT_BODY) - zoe_px(window, ZOE_SPACE);
        zoe_text_draw(window->text, ZOE_TEXT_BODY, line.x + margin, y, theme.text_dim,
                      zoe_option_group_name(option->group));
    }
    if (panel->focus == row) {
        SDL_Rect mark = {line.x, line.y + zoe_px(window, ZOE_SPACE), zoe_px(window, 3),
                         line.h - 2 * zoe_px(window, ZOE_SPACE)};
        zoe_fill(window, mark, theme.accent);
    }
    SDL_Color ink = is_off(panel, row)    ? theme.text_dim
                    : panel->focus == row ? theme.text_light
                                          : theme.text;
    zoe_text_draw(window->text, ZOE_TEXT_BODY, line.x + margin, text_y, ink, option->caption);
    if (is_choice(option)) {
        draw_choice(panel, window, row);
        return;
    }
    draw_slider(panel, window, row);
    char text[ZOE_OPTION_TEXT];
    value_text(panel, row, text);
    int width = zoe_text_width(window->text, ZOE_TEXT_BODY, text);
    zoe_text_draw(window->text, ZOE_TEXT_BODY, line.x + line.w - margin - width, text_y, ink, text);
}

/* The memory's figures, under a row. */
static void draw_memory(const zoe_panel *panel, const zoe_window *window, int above,
                        const zoe_stats *stats)
{
    char text[160];
    int margin = zoe_px(window, ZOE_MARGIN), line = zoe_px(window, ZOE_SPACE * 5);
    SDL_Rect row = row_rect(panel, window, above);
    int y = row.y + row.h + zoe_px(window, 2);
    int width = row.w - 2 * margin;
    snprintf(text, sizeof text,
             "Limit %" PRIu64 "  \302\267  used %" PRIu64 "  \302\267  process %" PRIu64 " MB",
             stats->limit_bytes >> 20, stats->used_bytes >> 20, stats->resident_bytes >> 20);
    zoe_text_draw_within(window->text, ZOE_TEXT_BODY, row.x + margin, y, width, zoe_theme_dark.text,
                         text, 0);
    const char *report = panel->report;
    if (!report[0] && panel->options->cache_mb) {
        report = "Set by --cache-mb until a slider is moved";
    } else if (!report[0]) {
        snprintf(text, sizeof text, "%" PRIu64 " frames in memory", stats->frames_loaded);
        report = text;
    }
    zoe_text_draw_within(window->text, ZOE_TEXT_BODY, row.x + margin, y + line, width,
                         zoe_theme_dark.text_light, report, 0);
}

/* The heading of a page, which shows it when it is clicked. */
static SDL_Rect tab_rect(const zoe_panel *panel, const zoe_window *window, int page)
{
    int margin = zoe_px(window, ZOE_MARGIN);
    SDL_Rect tab = {panel->area.x + margin, panel->area.y + margin - panel->scroll, 0,
                    zoe_text_height(window->text, ZOE_TEXT_TITLE) + zoe_px(window, ZOE_SPACE)};
    for (int i = 0; i <= page; i++) {
        tab.x += i ? tab.w + zoe_px(window, ZOE_SPACE * 5) : 0;
        tab.w = zoe_text_width(window->text, ZOE_TEXT_TITLE, page_names[i]);
    }
    return tab;
}

static void draw_tabs(const zoe_panel *panel, const zoe_window *window)
{
    zoe_theme theme = zoe_theme_dark;
    for (int i = 0; i < ZOE_PANEL_PAGES; i++) {
        SDL_Rect tab = tab_rect(panel, window, i);
        int line = zoe_px(window, 2), shown = (int)panel->page == i;
        zoe_text_draw(window->text, ZOE_TEXT_TITLE, tab.x, tab.y,
                      shown ? theme.text_light : theme.text_dim, page_names[i]);
        if (shown)
            zoe_fill(window, (SDL_Rect){tab.x, tab.y + tab.h - line, tab.w, line}, theme.accent);
    }
}

static void draw_settings(const zoe_panel *panel, const zoe_window *window, const zoe_stats *stats)
{
    for (int i = 0; i < panel->row_count; i++) {
        draw_row(panel, window, i);
        if (has_info(panel, i))
            draw_memory(panel, window, i, stats);
    }
}

void zoe_panel_draw(zoe_panel *panel, const zoe_window *window, const zoe_stats *stats,
                    const zoe_memory_history *history)
{
    if (!panel->open)
        return;
    zoe_fill(window, panel->area, zoe_theme_dark.panel);
    SDL_RenderSetClipRect(window->renderer, &panel->area);
    draw_tabs(panel, window);
    if (panel->page == ZOE_PANEL_MEMORY) {
        SDL_Rect page = panel->area;
        int top = title_height(window) + zoe_px(window, ZOE_SPACE);
        page.y += top;
        page.h -= top;
        zoe_memory_page_draw(window, page, stats, history);
    } else {
        draw_settings(panel, window, stats);
    }
    SDL_RenderSetClipRect(window->renderer, NULL);
    zoe_outline(window, panel->area, zoe_px(window, 1), zoe_theme_dark.line);
}

/* ---- input ---- */

static void change_to(const zoe_panel *panel, int row, double value, zoe_panel_change *change)
{
    const zoe_option *option = panel->rows[row];
    value = snap(option, value);
    if (fabs(value - value_of(panel, row)) < step_of(option) / 100.0)
        return;
    change->option = option;
    change->value = value;
}

bool zoe_panel_key(zoe_panel *panel, SDL_Keycode key, int modifiers, zoe_panel_change *change)
{
    change->option = NULL;
    if (!zoe_panel_shows(panel, ZOE_PANEL_SETTINGS) || (modifiers & (KMOD_CTRL | KMOD_ALT)))
        return false;
    int row = panel->focus, count = panel->row_count;
    const zoe_option *option = panel->rows[row];
    double step = step_of(option) * (modifiers & KMOD_SHIFT && !is_choice(option) ? 5 : 1);
    double value = value_of(panel, row);
    switch (key) {
    case SDLK_DOWN: panel->focus = (row + 1) % count; return true;
    case SDLK_UP: panel->focus = (row + count - 1) % count; return true;
    case SDLK_TAB:
        panel->focus = (row + (modifiers & KMOD_SHIFT ? count - 1 : 1)) % count;
        return true;
    case SDLK_RIGHT: change_to(panel, row, value + step, change); return true;
    case SDLK_LEFT: change_to(panel, row, value - step, change); return true;
    case SDLK_HOME: change_to(panel, row, low_of(option), change); return true;
    case SDLK_END: change_to(panel, row, high_of(option), change); return true;
    case SDLK_BACKSPACE: change_to(panel, row, option->normal, change); return true;
    default: return false;
    }
}

/* The value under x: of a slider by the knob's middle, of a choice by the word. */
static void change_at(const zoe_panel *panel, const zoe_window *window, int row, int x,
                      zoe_panel_change *change)
{
    const zoe_option *option = panel->rows[row];
    SDL_Rect control = control_rect(panel, window, row);
    if (is_choice(option)) {
        int word = (x - control.x) * zoe_option_choices(option) / control.w;
        if (x >= control.x && x < control.x + control.w)
            change_to(panel, row, (double)word, change);
        return;
    }
    int knob = zoe_px(window, 8);
    double part = (double)(x - control.x - knob / 2) / (double)(control.w - knob);
    double low = low_of(option);
    change_to(panel, row, low + part * (high_of(option) - low), change);
}

bool zoe_panel_press(zoe_panel *panel, const zoe_window *window, int x, int y,
                     zoe_panel_change *change)
{
    change->option = NULL;
    if (!panel->open || !zoe_inside(panel->area, x, y))
        return false;
    for (int i = 0; i < ZOE_PANEL_PAGES; i++) {
        if (zoe_inside(tab_rect(panel, window, i), x, y))
            panel->page = (zoe_panel_page)i;
    }
    int row = row_at(panel, window, x, y);
    if (row < 0)
        return true;
    panel->focus = row;
    SDL_Rect control = control_rect(panel, window, row);
    if (x < control.x - zoe_px(window, ZOE_SPACE) || x >= control.x + control.w)
        return true;
    panel->held = is_choice(panel->rows[row]) ? -1 : row;
    change_at(panel, window, row, x, change);
    return true;
}

bool zoe_panel_move(zoe_panel *panel, const zoe_window *window, int x, zoe_panel_change *change)
{
    change->option = NULL;
    if (!panel->open || panel->held < 0)
        return false;
    change_at(panel, window, panel->held, x, change);
    return true;
}

bool zoe_panel_release(zoe_panel *panel)
{
    bool held = panel->held >= 0;
    panel->held = -1;
    return held;
}

bool zoe_panel_wheel(zoe_panel *panel, const zoe_window *window, int x, int y, double along,
                     zoe_panel_change *change)
{
    change->option = NULL;
    if (!panel->open || !zoe_inside(panel->area, x, y))
        return false;
    int row = row_at(panel, window, x, y);
    if (row >= 0) {
        double step = step_of(panel->rows[row]);
        panel->focus = row;
        change_to(panel, row, value_of(panel, row) + (along > 0.0 ? step : -step), change);
    }
    return true;
}
