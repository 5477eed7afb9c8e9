#include "ui/memory_page.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ui/theme.h"

enum {
    LINE = ZOE_SPACE * 5,
    GAP = ZOE_SPACE * 2,
    INDENT = ZOE_SPACE * 3,
    GRAPH = ZOE_SPACE * 30,
    GRAPH_LEAST = ZOE_SPACE * 8,
    FIGURES = 13,
    TEXT = 32,
};

/* A line of the page. */
typedef struct figure {
    const char *caption;
    bool part;      /* a part of the one above */
    bool gap;       /* begins a group */
    bool is_memory; /* bytes; else a count */
    uint64_t value;
    const char *text; /* instead of the value; NULL: none */
} figure;

static void hit_rate_text(const zoe_stats *stats, char text[TEXT])
{
    uint64_t asked = stats->hits + stats->misses;
    if (!asked)
        snprintf(text, TEXT, "\342\200\223");
    else
        snprintf(text, TEXT, "%.1f %%", 100.0 * (double)stats->hits / (double)asked);
}

static void fill_figures(figure figures[FIGURES], const zoe_stats *s, const char *hit_rate)
{
    const figure all[FIGURES] = {
        {"Limit", 0, 0, 1, s->limit_bytes, NULL},
        {"Used", 0, 0, 1, s->used_bytes, NULL},
        {"Frames", 1, 0, 1, s->frame_bytes, NULL},
        {"In flight", 1, 0, 1, s->in_flight_bytes, NULL},
        {"Scratch", 1, 0, 1, s->scratch_bytes, NULL},
        {"Kept free", 1, 0, 1, s->free_bytes, NULL},
        {"Process, now", 0, 1, 1, s->resident_bytes, NULL},
        {"Process, peak", 0, 0, 1, s->resident_peak_bytes, NULL},
        {"Frames in memory", 0, 1, 0, s->frames_loaded, NULL},
        {"Hit rate", 0, 0, 0, 0, hit_rate},
        {"Decodes", 0, 0, 0, s->decodes, NULL},
        {"Evictions", 0, 0, 0, s->evictions, NULL},
        {"Stale, stopped", 0, 0, 0, s->stale_stopped, NULL},
    };
    memcpy(figures, all, sizeof all);
}

static void figure_text(const figure *f, char text[TEXT])
{
    if (f->text)
        snprintf(text, TEXT, "%s", f->text);
    else if (f->is_memory)
        snprintf(text, TEXT, "%" PRIu64 " MB", f->value >> 20);
    else
        snprintf(text, TEXT, "%" PRIu64, f->value);
}

bool zoe_memory_page_differs(const zoe_stats *a, const zoe_stats *b)
{
    figure of_a[FIGURES], of_b[FIGURES];
    char rate_a[TEXT], rate_b[TEXT];
    hit_rate_text(a, rate_a);
    hit_rate_text(b, rate_b);
    if (strcmp(rate_a, rate_b) != 0)
        return true;
    fill_figures(of_a, a, rate_a);
    fill_figures(of_b, b, rate_b);
    for (int i = 0; i < FIGURES; i++) {
        int shift = of_a[i].is_memory ? 20 : 0;
        if (of_a[i].value >> shift != of_b[i].value >> shift)
            return true;
    }
    return false;
}

/* ---- figures ---- */

static int figures_height(const zoe_window *window)
{
    zoe_stats none = {0};
    figure figures[FIGURES];
    fill_figures(figures, &none, "");
    int height = 0;
    for (int i = 0; i < FIGURES; i++)
        height += zoe_px(window, LINE) + (figures[i].gap ? zoe_px(window, GAP) : 0);
    return height;
}

/* Numbers end at one edge, their units behind it. */
static void draw_figures(const zoe_window *window, SDL_Rect area, const zoe_stats *stats)
{
    zoe_theme theme = zoe_theme_dark;
    figure figures[FIGURES];
    char text[TEXT], rate[TEXT];
    hit_rate_text(stats, rate);
    fill_figures(figures, stats, rate);
    int unit = zoe_text_width(window->text, ZOE_TEXT_BODY, " MB");
    int y = area.y;
    for (int i = 0; i < FIGURES; i++) {
        const figure *f = &figures[i];
        y += f->gap ? zoe_px(window, GAP) : 0;
        SDL_Color ink = f->part ? theme.text_dim : theme.text;
        zoe_text_draw(window->text, ZOE_TEXT_BODY, area.x + (f->part ? zoe_px(window, INDENT) : 0),
                      y, ink, f->caption);
        figure_text(f, text);
        char *blank = strchr(text, ' ');
        const char *behind = blank ? blank : "";
        int width = zoe_text_width(window->text, ZOE_TEXT_BODY, text) -
                    zoe_text_width(window->text, ZOE_TEXT_BODY, behind);
        zoe_text_draw(window->text, ZOE_TEXT_BODY, area.x + area.w - unit - width, y,
                      f->part ? theme.text : theme.text_light, text);
        y += zoe_px(window, LINE);
    }
}

/* ---- graph ---- */

static void draw_used(const zoe_window *window, SDL_Rect box, const zoe_memory_history *history,
                      uint64_t ceiling)
{
    SDL_Rect columns[ZOE_HISTORY_SAMPLES];
    SDL_Color ink = zoe_theme_dark.tick;
    for (int age = 0; age < history->count; age++) {
        int left = zoe_memory_graph_left(age, box.w), right = zoe_memory_graph_right(age, box.w);
        int rise = zoe_memory_graph_rise(zoe_memory_history_at(history, age)->used, ceiling, box.h);
        columns[age] = (SDL_Rect){box.x + left, box.y + box.h - rise, right - left, rise};
    }
    SDL_SetRenderDrawColor(window->renderer, ink.r, ink.g, ink.b, ink.a);
    SDL_RenderFillRects(window->renderer, columns, history->count);
}

/* A line without gaps: each sample's piece reaches to the height of the one before. */
static void draw_resident(const zoe_window *window, SDL_Rect box, const zoe_memory_history *history,
                          uint64_t ceiling)
{
    SDL_Rect pieces[2 * ZOE_HISTORY_SAMPLES];
    SDL_Color ink = zoe_theme_dark.text_light;
    int count = 0, thick = zoe_px(window, 1.5), before = -1;
    for (int age = history->count - 1; age >= 0; age--) {
        int left = box.x + zoe_memory_graph_left(age, box.w);
        int right = box.x + zoe_memory_graph_right(age, box.w);
        int rise =
            zoe_memory_graph_rise(zoe_memory_history_at(history, age)->resident, ceiling, box.h);
        int y = box.y + box.h - rise;
        pieces[count++] = (SDL_Rect){left, y, right - left, thick};
        if (before >= 0 && before != y) {
            int top = before < y ? before : y, bottom = before < y ? y : before;
            pieces[count++] = (SDL_Rect){left, top, thick, bottom - top + thick};
        }
        before = y;
    }
    SDL_SetRenderDrawColor(window->renderer, ink.r, ink.g, ink.b, ink.a);
    SDL_RenderFillRects(window->renderer, pieces, count);
}

static void draw_limit(const zoe_window *window, SDL_Rect box, const zoe_memory_history *history,
                       uint64_t ceiling)
{
    SDL_Rect pieces[ZOE_HISTORY_SAMPLES];
    SDL_Color ink = zoe_theme_dark.accent;
    for (int age = 0; age < history->count; age++) {
        int left = zoe_memory_graph_left(age, box.w), right = zoe_memory_graph_right(age, box.w);
        int rise =
            zoe_memory_graph_rise(zoe_memory_history_at(history, age)->limit, ceiling, box.h);
        pieces[age] =
            (SDL_Rect){box.x + left, box.y + box.h - rise, right - left, zoe_px(window, 1)};
    }
    SDL_SetRenderDrawColor(window->renderer, ink.r, ink.g, ink.b, ink.a);
    SDL_RenderFillRects(window->renderer, pieces, history->count);
}

/* A mark of a colour and its word; returns the x behind them. */
static int draw_key(const zoe_window *window, int x, int y, int height, SDL_Color color,
                    const char *word)
{
    int side = zoe_px(window, ZOE_SPACE * 2);
    int line = zoe_text_height(window->text, ZOE_TEXT_SMALL);
    zoe_fill(window, (SDL_Rect){x, y + (line - height) / 2, side, height}, color);
    return zoe_text_draw(window->text, ZOE_TEXT_SMALL, x + side + zoe_px(window, ZOE_SPACE), y,
                         zoe_theme_dark.text_dim, word) +
           zoe_px(window, ZOE_SPACE * 4);
}

static void draw_graph(const zoe_window *window, SDL_Rect box, const zoe_memory_history *history)
{
    zoe_theme theme = zoe_theme_dark;
    uint64_t ceiling = zoe_memory_history_ceiling(history);
    char text[TEXT];
    zoe_fill(window, box, theme.track);
    draw_used(window, box, history, ceiling);
    draw_resident(window, box, history, ceiling);
    draw_limit(window, box, history, ceiling);
    int y = box.y + box.h + zoe_px(window, ZOE_SPACE);
    int x = draw_key(window, box.x, y, zoe_px(window, ZOE_SPACE * 2), theme.tick, "Used");
    x = draw_key(window, x, y, zoe_px(window, 1.5), theme.text_light, "Process");
    (void)draw_key(window, x, y, zoe_px(window, 1), theme.accent, "Limit");
    snprintf(text, sizeof text, "%d s", (int)ZOE_HISTORY_SECONDS);
    int width = zoe_text_width(window->text, ZOE_TEXT_SMALL, text);
    zoe_text_draw(window->text, ZOE_TEXT_SMALL, box.x + box.w - width, y, theme.text_dim, text);
}

/* ---- page ---- */

static int legend_height(const zoe_window *window)
{
    return zoe_text_height(window->text, ZOE_TEXT_SMALL) + zoe_px(window, ZOE_SPACE);
}

int zoe_memory_page_height(const zoe_window *window)
{
    return figures_height(window) + zoe_px(window, GAP * 2) + zoe_px(window, GRAPH) +
           legend_height(window) + zoe_px(window, ZOE_MARGIN);
}

void zoe_memory_page_draw(const zoe_window *window, SDL_Rect area, const zoe_stats *stats,
                          const zoe_memory_history *history)
{
    int margin = zoe_px(window, ZOE_MARGIN);
    area.x += margin;
    area.w -= 2 * margin;
    draw_figures(window, area, stats);
    int top = area.y + figures_height(window) + zoe_px(window, GAP * 2);
    int most = area.y + area.h - margin - legend_height(window) - top;
    int height = zoe_px(window, GRAPH);
    height = height > most ? most : height;
    if (height >= zoe_px(window, GRAPH_LEAST) && area.w > 0)
        draw_graph(window, (SDL_Rect){area.x, top, area.w, height}, history);
}
