#include "ui/memory_page.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model/amount.h"
#include "model/capacity.h"
#include "ui/theme.h"
#include "ui/ui_button.h"
#include "ui/ui_popup.h"

enum {
    LINE = ZOE_SPACE * 5,
    GAP = ZOE_SPACE * 2,
    INDENT = ZOE_SPACE * 3,
    GRAPH = ZOE_SPACE * 30,
    FIGURES = 17,
    TEXT = ZOE_AMOUNT_TEXT,
};

/* A line of the page. */
typedef struct figure {
    const char *caption;
    bool part;      /* a part of the one above */
    bool gap;       /* begins a group */
    bool is_memory; /* bytes; else a count */
    uint64_t value;
    const char *text; /* instead of the value; NULL: none */
    const char *tip;
} figure;

static void hit_rate_text(const zoe_stats *stats, char text[TEXT])
{
    uint64_t asked = stats->hits + stats->misses;
    if (!asked)
        snprintf(text, TEXT, "\342\200\223");
    else
        snprintf(text, TEXT, "%.1f %%", 100.0 * (double)stats->hits / (double)asked);
}

/* How long the frames that fit play, of the work area only. */
static void fit_text(const zoe_stats *stats, const zoe_transport *transport, char text[TEXT])
{
    int64_t fit = zoe_capacity_frames(stats);
    if (!transport || !fit) {
        snprintf(text, TEXT, "\342\200\223");
        return;
    }
    int64_t area = transport->out - transport->in + 1;
    snprintf(text, TEXT, "%.1f s",
             (double)(fit < area ? fit : area) * (double)transport->rate_denominator /
                 (double)transport->rate_numerator);
}

static void fill_figures(figure figures[FIGURES], const zoe_stats *s, const char *hit_rate,
                         const char *fit)
{
    const figure all[FIGURES] = {
        {"Limit", 0, 0, 1, s->limit_bytes, NULL,
         "What frames may take, by the settings and what other programs leave"},
        {"Used", 0, 0, 1, s->used_bytes, NULL,
         "What they take now, with all that loading them needs"},
        {"Frames", 1, 0, 1, s->frame_bytes, NULL, "Frames that can be shown at once"},
        {"Being loaded", 1, 0, 1, s->in_flight_bytes, NULL,
         "Frames that are being read and decoded"},
        {"Decoders' own", 1, 0, 1, s->scratch_bytes, NULL, "What decoding needs besides"},
        {"Ready for more", 1, 0, 1, s->free_bytes, NULL,
         "Of frames that were dropped; the next ones take it"},
        {"Other", 1, 0, 1, zoe_capacity_other(s), NULL,
         "The decoders' processes, and room for what comes over a network"},
        {"Whole program", 0, 1, 1, s->resident_bytes, NULL,
         "What the system counts for this program"},
        {"At most so far", 0, 0, 1, s->resident_peak_bytes, NULL,
         "The same, at its highest since the start"},
        {"Frames in memory", 0, 1, 0, s->frames_loaded, NULL, "Of all sequences that are open"},
        {"Memory saved", 0, 0, 1, s->full_frame_bytes - s->frame_bytes, NULL,
         "What they would take besides if the empty part of each picture were kept"},
        {"Frames that fit", 0, 0, 0, (uint64_t)zoe_capacity_frames(s), NULL,
         "Into the limit, if the others are like those in memory"},
        {"Of the work area", 0, 0, 0, 0, fit, "How long the frames that fit play, at its rate"},
        {"Found in memory", 0, 0, 0, 0, hit_rate,
         "Of all frames that were asked for, those that were there already"},
        {"Frames decoded", 0, 0, 0, s->decodes, NULL, "Since the start"},
        {"Frames dropped", 0, 0, 0, s->evictions, NULL, "To make room for others"},
        {"Loads called off", 0, 0, 0, s->stale_stopped, NULL,
         "Because nobody wanted the frame any more"},
    };
    memcpy(figures, all, sizeof all);
}

static void figure_text(const figure *f, char text[TEXT])
{
    if (f->text)
        snprintf(text, TEXT, "%s", f->text);
    else if (f->is_memory)
        zoe_amount_text(f->value, text);
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
    fill_figures(of_a, a, rate_a, "");
    fill_figures(of_b, b, rate_b, "");
    for (int i = 0; i < FIGURES; i++) {
        int shift = of_a[i].is_memory ? 20 : 0;
        if (of_a[i].value >> shift != of_b[i].value >> shift)
            return true;
    }
    return false;
}

/* ---- figures ---- */

/* The number ends at one edge, its unit behind it. */
static void draw_figure(zoe_ui *ui, SDL_Rect *rest, const figure *f)
{
    const zoe_ui_style *style = ui->style;
    SDL_Color ink = f->part ? style->text : style->text_light;
    char text[TEXT];
    zoe_cut_top(rest, f->gap ? zoe_ui_px(ui, GAP) : 0);
    SDL_Rect row = zoe_cut_top(rest, zoe_ui_px(ui, LINE));
    figure_text(f, text);
    zoe_ui_hear(ui, zoe_ui_make_id(ui, f->caption), row);
    zoe_ui_tip(ui, f->tip, NULL);
    SDL_Rect unit = zoe_cut_right(&row, zoe_ui_text_width(ui, ZOE_TEXT_BODY, " MB"));
    char *blank = strchr(text, ' ');
    if (blank)
        zoe_ui_label(ui, unit, ZOE_TEXT_BODY, ZOE_UI_LEFT, ink, blank);
    if (blank)
        *blank = '\0';
    zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_RIGHT, ink, text);
    zoe_cut_left(&row, f->part ? zoe_ui_px(ui, INDENT) : 0);
    zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_LEFT, f->part ? style->text_dim : style->text,
                 f->caption);
}

static void draw_figures(zoe_ui *ui, SDL_Rect *rest, const zoe_stats *stats,
                         const zoe_transport *transport)
{
    figure figures[FIGURES];
    char rate[TEXT], fit[TEXT];
    hit_rate_text(stats, rate);
    fit_text(stats, transport, fit);
    fill_figures(figures, stats, rate, fit);
    for (int i = 0; i < FIGURES; i++)
        draw_figure(ui, rest, &figures[i]);
}

/* What comes from a network and what is kept of it on disk; nothing where none was asked for. */
static void draw_storage(zoe_ui *ui, SDL_Rect *rest, const zoe_storage_stats *s)
{
    if (!s->requests && !s->requests_waiting && !s->disk_hits)
        return;
    const figure all[] = {
        {"From the network", 0, 1, 1, s->network_bytes, NULL, "Since the start"},
        {"A second", 1, 0, 1, s->network_bytes_per_s, NULL, "What arrives now"},
        {"Requests", 0, 0, 0, s->requests, NULL, "That were answered since the start"},
        {"Waiting", 1, 0, 0, s->requests_waiting, NULL, "Under way, or waiting for a connection"},
        {"Disk cache", 0, 1, 1, s->disk_bytes, NULL, "What its folder has now, of all programs"},
        {"At most", 1, 0, 1, s->disk_limit_bytes, NULL, "What it may have"},
        {"Reads from it", 0, 0, 0, s->disk_hits, NULL, "That it answered since the start"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        draw_figure(ui, rest, &all[i]);
    if (s->disk_problem[0])
        zoe_ui_notice(ui, zoe_cut_top(rest, 2 * zoe_ui_px(ui, LINE)), ZOE_UI_WARNING,
                      s->disk_problem);
}

/* ---- graph ---- */

static void draw_used(zoe_ui *ui, SDL_Rect box, const zoe_memory_history *history, uint64_t ceiling)
{
    for (int age = 0; age < history->count; age++) {
        int left = zoe_memory_graph_left(age, box.w), right = zoe_memory_graph_right(age, box.w);
        int rise = zoe_memory_graph_rise(zoe_memory_history_at(history, age)->used, ceiling, box.h);
        SDL_Rect column = {box.x + left, box.y + box.h - rise, right - left, rise};
        zoe_draw_fill(&ui->draw, column, 0, zoe_theme_dark.tick);
    }
}

/* A line without gaps: each sample's piece reaches to the height of the one before. */
static void draw_resident(zoe_ui *ui, SDL_Rect box, const zoe_memory_history *history,
                          uint64_t ceiling)
{
    SDL_Color ink = ui->style->text_light;
    int thick = zoe_ui_px(ui, 1.5), before = -1;
    for (int age = history->count - 1; age >= 0; age--) {
        int left = box.x + zoe_memory_graph_left(age, box.w);
        int right = box.x + zoe_memory_graph_right(age, box.w);
        int rise =
            zoe_memory_graph_rise(zoe_memory_history_at(history, age)->resident, ceiling, box.h);
        int y = box.y + box.h - rise;
        zoe_draw_fill(&ui->draw, (SDL_Rect){left, y, right - left, thick}, 0, ink);
        if (before >= 0 && before != y) {
            int top = before < y ? before : y, bottom = before < y ? y : before;
            zoe_draw_fill(&ui->draw, (SDL_Rect){left, top, thick, bottom - top + thick}, 0, ink);
        }
        before = y;
    }
}

static void draw_limit(zoe_ui *ui, SDL_Rect box, const zoe_memory_history *history,
                       uint64_t ceiling)
{
    for (int age = 0; age < history->count; age++) {
        int left = zoe_memory_graph_left(age, box.w), right = zoe_memory_graph_right(age, box.w);
        int rise =
            zoe_memory_graph_rise(zoe_memory_history_at(history, age)->limit, ceiling, box.h);
        SDL_Rect piece = {box.x + left, box.y + box.h - rise, right - left, zoe_ui_px(ui, 1)};
        zoe_draw_fill(&ui->draw, piece, 0, ui->style->accent);
    }
}

/* A mark of a colour and its word, cut from the row. */
static void draw_key(zoe_ui *ui, SDL_Rect *row, int height, SDL_Color color, const char *word)
{
    int side = zoe_ui_px(ui, ZOE_SPACE * 2);
    zoe_draw_fill(&ui->draw, zoe_centered(zoe_cut_left(row, side), side, height), 0, color);
    zoe_cut_left(row, zoe_ui_px(ui, ZOE_SPACE));
    SDL_Rect place = zoe_cut_left(row, zoe_ui_text_width(ui, ZOE_TEXT_SMALL, word));
    zoe_ui_label(ui, place, ZOE_TEXT_SMALL, ZOE_UI_LEFT, ui->style->text_dim, word);
    zoe_cut_left(row, zoe_ui_px(ui, ZOE_SPACE * 4));
}

static void draw_graph(zoe_ui *ui, SDL_Rect box, SDL_Rect legend, const zoe_memory_history *history)
{
    uint64_t ceiling = zoe_memory_history_ceiling(history);
    char text[TEXT];
    zoe_draw_fill(&ui->draw, box, 0, ui->style->groove);
    draw_used(ui, box, history, ceiling);
    draw_resident(ui, box, history, ceiling);
    draw_limit(ui, box, history, ceiling);
    snprintf(text, sizeof text, "%d s", (int)ZOE_HISTORY_SECONDS);
    zoe_ui_label(ui, legend, ZOE_TEXT_SMALL, ZOE_UI_RIGHT, ui->style->text_dim, text);
    draw_key(ui, &legend, zoe_ui_px(ui, ZOE_SPACE * 2), zoe_theme_dark.tick, "Used");
    draw_key(ui, &legend, zoe_ui_px(ui, 1.5), ui->style->text_light, "Program");
    draw_key(ui, &legend, zoe_ui_px(ui, 1), ui->style->accent, "Limit");
}

/* ---- page ---- */

void zoe_memory_page_run(zoe_ui *ui, SDL_Rect rect, zoe_memory_page *page, const zoe_stats *stats,
                         const zoe_storage_stats *storage, const zoe_transport *transport,
                         const zoe_memory_history *history)
{
    SDL_Rect rest = zoe_ui_scroll_begin(ui, "memory", rect, &page->scroll);
    int top = rest.y;
    draw_figures(ui, &rest, stats, transport);
    draw_storage(ui, &rest, storage);
    zoe_cut_top(&rest, zoe_ui_px(ui, GAP * 2));
    SDL_Rect box = zoe_cut_top(&rest, zoe_ui_px(ui, GRAPH));
    zoe_cut_top(&rest, zoe_ui_px(ui, ZOE_SPACE));
    SDL_Rect legend = zoe_cut_top(&rest, zoe_ui_text_height(ui, ZOE_TEXT_SMALL));
    draw_graph(ui, box, legend, history);
    zoe_cut_top(&rest, zoe_ui_px(ui, ZOE_MARGIN));
    zoe_ui_scroll_end(ui, &page->scroll, rest.y - top);
}
