#include "ui/panel.h"

#include <inttypes.h>
#include <math.h>
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

/* A setting: a slider over low..high, or a choice of words. heading: begins a group. */
typedef struct zoe_setting_row {
    const char *heading;
    const char *caption;
    double low, high, step, otherwise; /* of a slider; `otherwise` is the default of both */
    const char *const *words;          /* of a choice, NULL at the end */
} zoe_setting_row;

static const char *const page_names[ZOE_PANEL_PAGES] = {"Settings", "Memory"};

static const char *const strategies[] = {"Auto", "Spiral", "Forward", NULL};
static const char *const policies[] = {"Every frame", "Real time", NULL};
static const char *const loops[] = {"Loop", "Ping-pong", "Once", NULL};
static const char *const transfers[] = {"sRGB", "Rec.709", "Linear", NULL};

static const zoe_setting_row rows[ZOE_SETTING_COUNT] = {
    [ZOE_SETTING_CACHE] = {"Memory", "Cache", ZOE_PERCENT_MIN, ZOE_PERCENT_MAX, 5,
                           ZOE_PERCENT_DEFAULT, NULL},
    [ZOE_SETTING_RESERVE] = {NULL, "Reserve", 0.5, 8.0, 0.5, 2.0, NULL},
    [ZOE_SETTING_WORKERS] = {"Loading", "Workers", 0, 16, 1, 0, NULL},
    [ZOE_SETTING_STRATEGY] = {NULL, "Strategy", 0, 2, 1, 0, strategies},
    [ZOE_SETTING_POLICY] = {"Playback", "Policy", 0, 1, 1, 0, policies},
    [ZOE_SETTING_LOOP] = {NULL, "At the end", 0, 2, 1, 0, loops},
    [ZOE_SETTING_EXPOSURE] = {"Picture", "Exposure", -10, 10, 0.1, 0, NULL},
    [ZOE_SETTING_GAMMA] = {NULL, "Gamma", 0.2, 4.0, 0.05, 1, NULL},
    [ZOE_SETTING_CONTRAST] = {NULL, "Contrast", 0, 3, 0.05, 1, NULL},
    [ZOE_SETTING_SATURATION] = {NULL, "Saturation", 0, 3, 0.05, 1, NULL},
    [ZOE_SETTING_TRANSFER] = {NULL, "Output", 0, 2, 1, 0, transfers},
};

void zoe_panel_open(zoe_panel *panel)
{
    memset(panel, 0, sizeof *panel);
    panel->held = -1;
    for (int i = 0; i < ZOE_SETTING_COUNT; i++)
        panel->values[i] = rows[i].otherwise;
}

void zoe_panel_toggle(zoe_panel *panel, zoe_panel_page page)
{
    panel->open = !zoe_panel_shows(panel, page);
    panel->page = page;
    panel->held = -1;
}

int zoe_panel_shows(const zoe_panel *panel, zoe_panel_page page)
{
    return panel->open && panel->page == page;
}

static double low_of(int setting)
{
    return rows[setting].low;
}

/* As many workers as the machine has cores may be asked for; more only at the command line. */
static double high_of(int setting)
{
    if (setting != ZOE_SETTING_WORKERS)
        return rows[setting].high;
    int cores = SDL_GetCPUCount();
    return cores < 2 ? 2 : cores > ZOE_WORKERS_MAX ? ZOE_WORKERS_MAX : cores;
}

static double snap(int setting, double value)
{
    double step = rows[setting].step;
    value = floor(value / step + 0.5) * step;
    if (value < low_of(setting))
        value = low_of(setting);
    return value > high_of(setting) ? high_of(setting) : value;
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

/* Top of a setting's row from the panel's top, without scrolling; past the last: the height of all.
 */
static int row_top(const zoe_window *window, int setting)
{
    int y = title_height(window);
    for (int i = 0; i <= setting && i < ZOE_SETTING_COUNT; i++) {
        if (rows[i].heading)
            y += heading_height(window);
        if (i < setting)
            y += zoe_px(window, ZOE_ROW_HEIGHT);
        if (i < setting && i == ZOE_SETTING_RESERVE)
            y += info_height(window);
    }
    return y;
}

static int whole_height(const zoe_panel *panel, const zoe_window *window)
{
    if (panel->page == ZOE_PANEL_MEMORY)
        return title_height(window) + zoe_px(window, ZOE_SPACE) + zoe_memory_page_height(window);
    return row_top(window, ZOE_SETTING_COUNT) + zoe_px(window, ZOE_MARGIN);
}

void zoe_panel_place(zoe_panel *panel, const zoe_window *window, SDL_Rect room)
{
    int width = zoe_px(window, ZOE_PANEL_WIDTH);
    width = width > room.w ? room.w : width;
    panel->area = (SDL_Rect){room.x + room.w - width, room.y, width, room.h};
    if (panel->page == ZOE_PANEL_MEMORY) {
        panel->scroll = 0;
        return;
    }
    /* A window too low for all rows shows those around the focus. */
    int most = whole_height(panel, window) - room.h;
    int top = row_top(window, panel->focus) - heading_height(window);
    int bottom = row_top(window, panel->focus) + 2 * zoe_px(window, ZOE_ROW_HEIGHT);
    if (panel->scroll > top)
        panel->scroll = top;
    if (panel->scroll < bottom - room.h)
        panel->scroll = bottom - room.h;
    panel->scroll = panel->scroll > most ? most : panel->scroll;
    panel->scroll = panel->scroll < 0 ? 0 : panel->scroll;
}

static SDL_Rect row_rect(const zoe_panel *panel, const zoe_window *window, int setting)
{
    return (SDL_Rect){panel->area.x, panel->area.y + row_top(window, setting) - panel->scroll,
                      panel->area.w, zoe_px(window, ZOE_ROW_HEIGHT)};
}

/* Where a slider's groove or the words of a choice are. */
static SDL_Rect control_rect(const zoe_panel *panel, const zoe_window *window, int setting)
{
    SDL_Rect row = row_rect(panel, window, setting);
    int margin = zoe_px(window, ZOE_MARGIN);
    int left = row.x + margin + zoe_px(window, CAPTION);
    int right = row.x + row.w - margin;
    if (!rows[setting].words)
        right -= zoe_px(window, VALUE);
    return (SDL_Rect){left, row.y, right - left < 1 ? 1 : right - left, row.h};
}

static int setting_at(const zoe_panel *panel, const zoe_window *window, int x, int y)
{
    for (int i = 0; i < ZOE_SETTING_COUNT && panel->page == ZOE_PANEL_SETTINGS; i++) {
        if (zoe_inside(row_rect(panel, window, i), x, y))
            return i;
    }
    return -1;
}

static int word_count(const zoe_setting_row *row)
{
    int count = 0;
    while (row->words[count])
        count++;
    return count;
}

/* ---- drawing ---- */

static void value_text(const zoe_panel *panel, int setting, char *text, size_t capacity)
{
    double value = panel->values[setting];
    switch (setting) {
    case ZOE_SETTING_CACHE: snprintf(text, capacity, "%.0f%%", value); break;
    case ZOE_SETTING_RESERVE: snprintf(text, capacity, "%.1f GB", value); break;
    case ZOE_SETTING_WORKERS:
        if (value > 0.5)
            snprintf(text, capacity, "%.0f", value);
        else if (panel->workers_auto > 0)
            snprintf(text, capacity, "Auto (%d)", panel->workers_auto);
        else
            snprintf(text, capacity, "Auto");
        break;
    case ZOE_SETTING_EXPOSURE:
        snprintf(text, capacity, "%s%.2f", value > 0.004 ? "+" : "",
                 fabs(value) < 0.005 ? 0.0 : value);
        break;
    default: snprintf(text, capacity, "%.2f", value); break;
    }
}

static int is_off(const zoe_panel *panel, int setting)
{
    return panel->budget_by_size &&
           (setting == ZOE_SETTING_CACHE || setting == ZOE_SETTING_RESERVE);
}

static void draw_slider(const zoe_panel *panel, const zoe_window *window, int setting)
{
    zoe_theme theme = zoe_theme_dark;
    SDL_Rect control = control_rect(panel, window, setting);
    double low = low_of(setting), high = high_of(setting);
    double part = (panel->values[setting] - low) / (high - low);
    part = part < 0.0 ? 0.0 : part > 1.0 ? 1.0 : part;
    int knob_w = zoe_px(window, 8), knob_h = zoe_px(window, 16), groove_h = zoe_px(window, 4);
    int middle = control.y + control.h / 2;
    int at = (int)lround(part * (double)(control.w - knob_w));
    SDL_Rect groove = {control.x, middle - groove_h / 2, control.w, groove_h};
    zoe_fill(window, groove, theme.raised);
    groove.w = at + knob_w / 2;
    zoe_fill(window, groove, theme.text_dim);
    SDL_Rect knob = {control.x + at, middle - knob_h / 2, knob_w, knob_h};
    int lit = panel->focus == setting || panel->held == setting;
    zoe_fill(window, knob, is_off(panel, setting) ? theme.raised : lit ? theme.accent : theme.text);
}

static void draw_choice(const zoe_panel *panel, const zoe_window *window, int setting)
{
    zoe_theme theme = zoe_theme_dark;
    const zoe_setting_row *row = &rows[setting];
    SDL_Rect control = control_rect(panel, window, setting);
    int count = word_count(row);
    int chosen = (int)lround(panel->values[setting]);
    int inset = zoe_px(window, 3), gap = zoe_px(window, 2);
    int text_h = zoe_text_height(window->text, ZOE_TEXT_BODY);
    for (int i = 0; i < count; i++) {
        int left = control.x + i * (control.w + gap) / count;
        int right = control.x + (i + 1) * (control.w + gap) / count - gap;
        SDL_Rect box = {left, control.y + inset, right - left, control.h - 2 * inset};
        zoe_fill(window, box, i == chosen ? theme.raised : theme.track);
        if (i == chosen && panel->focus == setting)
            zoe_fill(window, (SDL_Rect){box.x, box.y + box.h - gap, box.w, gap}, theme.accent);
        int width = zoe_text_width(window->text, ZOE_TEXT_BODY, row->words[i]);
        zoe_text_draw(window->text, ZOE_TEXT_BODY, box.x + (box.w - width) / 2,
                      control.y + (control.h - text_h) / 2,
                      i == chosen ? theme.text_light : theme.text_dim, row->words[i]);
    }
}

static void draw_row(const zoe_panel *panel, const zoe_window *window, int setting)
{
    zoe_theme theme = zoe_theme_dark;
    SDL_Rect row = row_rect(panel, window, setting);
    int margin = zoe_px(window, ZOE_MARGIN);
    int text_y = row.y + (row.h - zoe_text_height(window->text, ZOE_TEXT_BODY)) / 2;
    if (rows[setting].heading) {
        int y = row.y - zoe_text_height(window->text, ZOE_TEXT_BODY) - zoe_px(window, ZOE_SPACE);
        zoe_text_draw(window->text, ZOE_TEXT_BODY, row.x + margin, y, theme.text_dim,
                      rows[setting].heading);
    }
    if (panel->focus == setting) {
        SDL_Rect mark = {row.x, row.y + zoe_px(window, ZOE_SPACE), zoe_px(window, 3),
                         row.h - 2 * zoe_px(window, ZOE_SPACE)};
        zoe_fill(window, mark, theme.accent);
    }
    SDL_Color ink = is_off(panel, setting)    ? theme.text_dim
                    : panel->focus == setting ? theme.text_light
                                              : theme.text;
    zoe_text_draw(window->text, ZOE_TEXT_BODY, row.x + margin, text_y, ink, rows[setting].caption);
    if (rows[setting].words) {
        draw_choice(panel, window, setting);
        return;
    }
    draw_slider(panel, window, setting);
    char text[32];
    value_text(panel, setting, text, sizeof text);
    int width = zoe_text_width(window->text, ZOE_TEXT_BODY, text);
    zoe_text_draw(window->text, ZOE_TEXT_BODY, row.x + row.w - margin - width, text_y, ink, text);
}

static void draw_memory(const zoe_panel *panel, const zoe_window *window, const zoe_stats *stats)
{
    char text[160];
    int margin = zoe_px(window, ZOE_MARGIN), line = zoe_px(window, ZOE_SPACE * 5);
    SDL_Rect row = row_rect(panel, window, ZOE_SETTING_RESERVE);
    int y = row.y + row.h + zoe_px(window, 2);
    int width = row.w - 2 * margin;
    snprintf(text, sizeof text,
             "Limit %" PRIu64 "  \302\267  used %" PRIu64 "  \302\267  process %" PRIu64 " MB",
             stats->limit_bytes >> 20, stats->used_bytes >> 20, stats->resident_bytes >> 20);
    zoe_text_draw_within(window->text, ZOE_TEXT_BODY, row.x + margin, y, width, zoe_theme_dark.text,
                         text, 0);
    const char *report = panel->report;
    if (!report[0] && panel->budget_by_size) {
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
    for (int i = 0; i < ZOE_SETTING_COUNT; i++)
        draw_row(panel, window, i);
    draw_memory(panel, window, stats);
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

static void change_to(const zoe_panel *panel, int setting, double value, zoe_panel_change *change)
{
    value = snap(setting, value);
    if (fabs(value - panel->values[setting]) < rows[setting].step / 100.0)
        return;
    change->setting = setting;
    change->value = value;
}

int zoe_panel_key(zoe_panel *panel, SDL_Keycode key, int modifiers, zoe_panel_change *change)
{
    change->setting = -1;
    if (!zoe_panel_shows(panel, ZOE_PANEL_SETTINGS) || (modifiers & (KMOD_CTRL | KMOD_ALT)))
        return 0;
    int setting = panel->focus;
    double step = rows[setting].step * (modifiers & KMOD_SHIFT && !rows[setting].words ? 5 : 1);
    switch (key) {
    case SDLK_DOWN: panel->focus = (setting + 1) % ZOE_SETTING_COUNT; return 1;
    case SDLK_UP: panel->focus = (setting + ZOE_SETTING_COUNT - 1) % ZOE_SETTING_COUNT; return 1;
    case SDLK_TAB: {
        int by = modifiers & KMOD_SHIFT ? ZOE_SETTING_COUNT - 1 : 1;
        panel->focus = (setting + by) % ZOE_SETTING_COUNT;
        return 1;
    }
    case SDLK_RIGHT: change_to(panel, setting, panel->values[setting] + step, change); return 1;
    case SDLK_LEFT: change_to(panel, setting, panel->values[setting] - step, change); return 1;
    case SDLK_HOME: change_to(panel, setting, low_of(setting), change); return 1;
    case SDLK_END: change_to(panel, setting, high_of(setting), change); return 1;
    case SDLK_BACKSPACE: change_to(panel, setting, rows[setting].otherwise, change); return 1;
    default: return 0;
    }
}

/* The value under x: of a slider by the knob's middle, of a choice by the word. */
static void change_at(const zoe_panel *panel, const zoe_window *window, int setting, int x,
                      zoe_panel_change *change)
{
    SDL_Rect control = control_rect(panel, window, setting);
    if (rows[setting].words) {
        int word = (x - control.x) * word_count(&rows[setting]) / control.w;
        if (x >= control.x && x < control.x + control.w)
            change_to(panel, setting, (double)word, change);
        return;
    }
    int knob = zoe_px(window, 8);
    double part = (double)(x - control.x - knob / 2) / (double)(control.w - knob);
    double low = low_of(setting);
    change_to(panel, setting, low + part * (high_of(setting) - low), change);
}

int zoe_panel_press(zoe_panel *panel, const zoe_window *window, int x, int y,
                    zoe_panel_change *change)
{
    change->setting = -1;
    if (!panel->open || !zoe_inside(panel->area, x, y))
        return 0;
    for (int i = 0; i < ZOE_PANEL_PAGES; i++) {
        if (zoe_inside(tab_rect(panel, window, i), x, y))
            panel->page = (zoe_panel_page)i;
    }
    int setting = setting_at(panel, window, x, y);
    if (setting < 0)
        return 1;
    panel->focus = setting;
    SDL_Rect control = control_rect(panel, window, setting);
    if (x < control.x - zoe_px(window, ZOE_SPACE) || x >= control.x + control.w)
        return 1;
    panel->held = rows[setting].words ? -1 : setting;
    change_at(panel, window, setting, x, change);
    return 1;
}

int zoe_panel_move(zoe_panel *panel, const zoe_window *window, int x, zoe_panel_change *change)
{
    change->setting = -1;
    if (!panel->open || panel->held < 0)
        return 0;
    change_at(panel, window, panel->held, x, change);
    return 1;
}

int zoe_panel_release(zoe_panel *panel)
{
    int held = panel->held >= 0;
    panel->held = -1;
    return held;
}

int zoe_panel_wheel(zoe_panel *panel, const zoe_window *window, int x, int y, double along,
                    zoe_panel_change *change)
{
    change->setting = -1;
    if (!panel->open || !zoe_inside(panel->area, x, y))
        return 0;
    int setting = setting_at(panel, window, x, y);
    if (setting >= 0) {
        panel->focus = setting;
        double step = along > 0.0 ? rows[setting].step : -rows[setting].step;
        change_to(panel, setting, panel->values[setting] + step, change);
    }
    return 1;
}
