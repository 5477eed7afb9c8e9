#include "ui/settings_page.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <zoetrope/settings.h>

#include "model/amount.h"
#include "model/paths.h"
#include "ui/theme.h"
#include "ui/ui_button.h"
#include "ui/ui_popup.h"

enum {
    CAPTION = 102, /* points, the column of names */
    CHOICES = 8,   /* words of a choice, at most */
};

void zoe_settings_page_start(zoe_settings_page *page, const zoe_options *options)
{
    memset(page, 0, sizeof *page);
    page->options = options;
    page->row_count = (int)zoe_options_in_panel(page->rows, ZOE_SETTINGS_ROWS);
}

/* ---- values ---- */

/* As many workers as the machine has cores may be asked for; more only at the command line. */
static double most_workers(void)
{
    int cores = SDL_GetCPUCount();
    return cores < 2 ? 2 : cores > ZOE_WORKERS_MAX ? ZOE_WORKERS_MAX : cores;
}

/* What the slider of an option goes through. */
static zoe_ui_range range_of(const zoe_option *option)
{
    zoe_ui_range range = {option->min, option->max, option->step, option->normal};
    if (option->low < 0.0 || option->high > 0.0) {
        range.low = option->low;
        range.high = option->high;
    } else if (option->zero_is_auto) {
        range.low = 0.0;
    }
    if (option == ZOE_OPTION(workers)) {
        range.low = 0.0;
        range.high = most_workers();
    }
    return range;
}

static void value_text(const zoe_settings_page *page, const zoe_option *option, double value,
                       char text[ZOE_OPTION_TEXT])
{
    zoe_option_figure(option, value, text);
    if (option == ZOE_OPTION(disk_cache_gb) && value < 0.0005)
        snprintf(text, ZOE_OPTION_TEXT, "Auto");
    if (option != ZOE_OPTION(workers) || value >= 0.5)
        return;
    if (page->workers_auto > 0)
        snprintf(text, ZOE_OPTION_TEXT, "Auto (%d)", page->workers_auto);
    else
        snprintf(text, ZOE_OPTION_TEXT, "Auto");
}

/* ---- rows ---- */

static void slider(zoe_ui *ui, SDL_Rect row, const zoe_settings_page *page,
                   const zoe_option *option, zoe_settings_page_result *result)
{
    char text[ZOE_OPTION_TEXT];
    zoe_ui_range range = range_of(option);
    double value = zoe_option_number(option, page->options);
    value_text(page, option, value, text);
    unsigned answer = zoe_ui_slider(ui, "value", row, &range, &value, text);
    if (!answer)
        return;
    result->option = option;
    result->value = value;
    result->is_done = (answer & ZOE_UI_DONE) != 0;
}

static void choice(zoe_ui *ui, SDL_Rect row, const zoe_settings_page *page,
                   const zoe_option *option, zoe_settings_page_result *result)
{
    char labels[CHOICES][ZOE_OPTION_TEXT];
    const char *words[CHOICES];
    int count = zoe_option_choices(option);
    int chosen = (int)lround(zoe_option_number(option, page->options));
    count = count > CHOICES ? CHOICES : count;
    for (int i = 0; i < count; i++)
        words[i] = zoe_option_label(option, i, labels[i]);
    SDL_Rect place = zoe_inset(row, 0, zoe_ui_px(ui, 2));
    if (!zoe_ui_choice(ui, "value", place, words, count, &chosen))
        return;
    result->option = option;
    result->value = chosen;
    result->is_done = true;
}

static void option_row(zoe_ui *ui, SDL_Rect row, const zoe_settings_page *page,
                       const zoe_option *option, zoe_settings_page_result *result)
{
    /* An explicit size is in force: percent and reserve are not. */
    bool is_off = page->options->cache_mb && option->group == ZOE_GROUP_MEMORY;
    SDL_Rect caption = zoe_cut_left(&row, zoe_ui_px(ui, CAPTION));
    zoe_ui_label(ui, caption, ZOE_TEXT_BODY, ZOE_UI_LEFT,
                 is_off ? ui->style->text_dim : ui->style->text, option->caption);
    zoe_ui_push(ui, option->name);
    if (zoe_option_choices(option) > 0)
        choice(ui, row, page, option, result);
    else
        slider(ui, row, page, option, result);
    zoe_ui_pop(ui);
}

/* ---- the memory's figures ---- */

static void memory_info(zoe_ui *ui, SDL_Rect *rest, const zoe_settings_page *page,
                        const zoe_stats *stats)
{
    char text[160];
    int line = zoe_ui_px(ui, ZOE_SPACE * 5);
    char amounts[3][ZOE_AMOUNT_TEXT];
    snprintf(text, sizeof text, "%s of %s used; whole program %s",
             zoe_amount_text(stats->used_bytes, amounts[0]),
             zoe_amount_text(stats->limit_bytes, amounts[1]),
             zoe_amount_text(stats->resident_bytes, amounts[2]));
    zoe_ui_label(ui, zoe_cut_top(rest, line), ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text, text);
    const char *report = page->report;
    if (!report[0] && page->options->cache_mb) {
        report = "Set by --cache-mb until a slider is moved";
    } else if (!report[0]) {
        snprintf(text, sizeof text, "%" PRIu64 " frames in memory", stats->frames_loaded);
        report = text;
    }
    zoe_ui_label(ui, zoe_cut_top(rest, line), ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text_light,
                 report);
}

/* Where the disk cache is; it is there from the start on, or not at all. */
static void disk_info(zoe_ui *ui, SDL_Rect *rest, const zoe_settings_page *page)
{
    char path[ZOE_PATH_TEXT], text[ZOE_PATH_TEXT + 16];
    int line = zoe_ui_px(ui, ZOE_SPACE * 5);
    const char *given = page->options->disk_cache;
    bool is_off = given && !strcmp(given, "off");
    if (is_off)
        snprintf(text, sizeof text, "Switched off by --disk-cache");
    else if (given)
        snprintf(text, sizeof text, "In %s", given);
    else if (zoe_path_xdg("XDG_CACHE_HOME", ".cache", "disk", path, sizeof path) == ZOE_OK)
        snprintf(text, sizeof text, "In %s", path);
    else
        text[0] = '\0';
    zoe_ui_label(ui, zoe_cut_top(rest, line), ZOE_TEXT_BODY, ZOE_UI_PATH, ui->style->text, text);
    zoe_ui_label(ui, zoe_cut_top(rest, line), ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text_dim,
                 "What is changed here counts from the next start");
}

/* ---- the range of values ---- */

/* The whole of a frame is looked at once, and not for each one that is played. */
static void measure(zoe_settings_page *page, const zoe_session *session)
{
    const zoe_frame *frame = &session->screen.frame;
    if (page->measured == frame->planes[0].data ||
        (page->measured && session->shots[session->current].transport.speed))
        return;
    page->measured = frame->planes[0].data;
    (void)zoe_value_range_measure(frame, &page->values);
}

static void range_end(zoe_ui *ui, SDL_Rect row, const char *caption, const zoe_ui_range *limits,
                      float *end, zoe_settings_page_result *result)
{
    char text[32];
    double value = (double)*end;
    zoe_ui_label(ui, zoe_cut_left(&row, zoe_ui_px(ui, CAPTION)), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                 ui->style->text, caption);
    snprintf(text, sizeof text, "%.5g", value);
    unsigned answer = zoe_ui_slider(ui, caption, row, limits, &value, text);
    if (!answer)
        return;
    *end = (float)value;
    result->set_range = true;
}

/* Black and white of a layer that is not colour, and fitting them. */
static void range_rows(zoe_ui *ui, SDL_Rect *rest, zoe_settings_page *page, zoe_session *session,
                       zoe_settings_page_result *result)
{
    const zoe_frame *frame = &session->screen.frame;
    if (!session->count || !frame->pin || frame->is_color || session->screen.is_foreign)
        return;
    measure(page, session);
    const zoe_grade *grade = &session->grade;
    zoe_value_range range = {grade->range_min, grade->range_max};
    double low = fmin((double)page->values.min, (double)range.min);
    double high = fmax((double)page->values.max, (double)range.max);
    if (!(low < high))
        return;
    double step = pow(10.0, floor(log10((high - low) / 200.0)));
    zoe_ui_range limits = {low, high, step, (double)page->values.min};
    int height = zoe_ui_px(ui, ZOE_ROW_HEIGHT);
    range_end(ui, zoe_cut_top(rest, height), "Black", &limits, &range.min, result);
    limits.otherwise = (double)page->values.max;
    range_end(ui, zoe_cut_top(rest, height), "White", &limits, &range.max, result);
    result->range = range;
    SDL_Rect row = zoe_cut_top(rest, height);
    zoe_cut_left(&row, zoe_ui_px(ui, CAPTION));
    int width = zoe_ui_button_width(ui, ZOE_ICON_NONE, "Fit to this frame", 0);
    result->fit =
        zoe_ui_button(ui, "fit", zoe_inset(zoe_cut_left(&row, width), 0, zoe_ui_px(ui, 2)),
                      ZOE_ICON_NONE, "Fit to this frame", 0);
    zoe_ui_tip(ui, "Black and white are fitted to the values of the frame on screen", "X");
}

/* ---- the page ---- */

static bool departs(const zoe_settings_page *page)
{
    for (int i = 0; i < page->row_count; i++) {
        const zoe_option *option = page->rows[i];
        if (option->group == ZOE_GROUP_PICTURE &&
            fabs(zoe_option_number(option, page->options) - option->normal) > 1e-9)
            return true;
    }
    return false;
}

static void group_heading(zoe_ui *ui, SDL_Rect *rest, const zoe_settings_page *page,
                          zoe_option_group group, zoe_settings_page_result *result)
{
    zoe_cut_top(rest, zoe_ui_px(ui, ZOE_SPACE * 2));
    SDL_Rect row = zoe_cut_top(rest, zoe_ui_px(ui, 24));
    if (group == ZOE_GROUP_PICTURE) {
        int width = zoe_ui_button_width(ui, ZOE_ICON_RESET, "Reset all", ZOE_UI_QUIET);
        bool was = ui->disabled;
        SDL_Rect place = zoe_cut_right(&row, width);
        ui->disabled = was || !departs(page);
        result->reset =
            zoe_ui_button(ui, "reset", place, ZOE_ICON_RESET, "Reset all", ZOE_UI_QUIET);
        ui->disabled = was;
    }
    zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text_dim,
                 zoe_option_group_name(group));
}

void zoe_settings_page_run(zoe_ui *ui, SDL_Rect rect, zoe_settings_page *page, zoe_session *session,
                           const zoe_stats *stats, zoe_settings_page_result *result)
{
    memset(result, 0, sizeof *result);
    SDL_Rect rest = zoe_ui_scroll_begin(ui, "settings", rect, &page->scroll);
    int top = rest.y;
    for (int i = 0; i < page->row_count; i++) {
        const zoe_option *option = page->rows[i];
        bool begins = !i || option->group != page->rows[i - 1]->group;
        bool ends = i + 1 == page->row_count || option->group != page->rows[i + 1]->group;
        if (begins)
            group_heading(ui, &rest, page, option->group, result);
        option_row(ui, zoe_cut_top(&rest, zoe_ui_px(ui, ZOE_ROW_HEIGHT)), page, option, result);
        if (ends && option->group == ZOE_GROUP_MEMORY)
            memory_info(ui, &rest, page, stats);
        if (ends && option->group == ZOE_GROUP_DISK)
            disk_info(ui, &rest, page);
        if (ends && option->group == ZOE_GROUP_PICTURE)
            range_rows(ui, &rest, page, session, result);
    }
    zoe_cut_top(&rest, zoe_ui_px(ui, ZOE_MARGIN));
    zoe_ui_scroll_end(ui, &page->scroll, rest.y - top);
}
