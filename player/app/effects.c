#include "app/effects.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "app/color.h"
#include "model/amount.h"

static const uint64_t save_delay_ns = 500000000u;

/* ---- memory ---- */

static void report_memory(zoe_app *app, const char *what, const zoe_memory_report *report)
{
    uint64_t before = report->resident_before >> 20, after = report->resident_after >> 20;
    /* A drag reports all of itself, not the last of its steps. */
    if (!app->change.is_on)
        app->change = (zoe_app_change){true, app->stats.limit_bytes, before, 0};
    app->change.evicted += report->frames_evicted;
    uint64_t old_limit = app->change.limit_bytes;
    before = app->change.resident_mb;
    char *text = app->settings_page.report;
    size_t capacity = sizeof app->settings_page.report;
    char amount[ZOE_AMOUNT_TEXT];
    if (report->limit_bytes > old_limit)
        snprintf(text, capacity, "Room for %s more",
                 zoe_amount_text(report->limit_bytes - old_limit, amount));
    else if (before > after)
        snprintf(text, capacity, "%" PRIu64 " MB given back, %" PRIu64 " frames dropped",
                 before - after, app->change.evicted);
    else
        snprintf(text, capacity, "Nothing had to be given back");
    zoe_message_say(&app->message, false, "%s: %s", what, text);
    zoe_app_read_stats(app);
}

void zoe_app_end_change(zoe_app *app)
{
    app->change.is_on = false;
}

void zoe_app_clear_cache(zoe_app *app)
{
    zoe_memory_report report;
    zoe_app_read_stats(app);
    if (zoe_engine_clear(app->session.engine, &report) == ZOE_OK)
        report_memory(app, "Cache emptied", &report);
    zoe_app_end_change(app);
    zoe_session_touch(&app->session);
}

/* ---- what each option does ---- */

/* Makes what is in app->options happen. Returns false, with the reason, where that is
 * impossible. */
typedef bool effect_fn(zoe_app *app, zoe_error *error);

static bool change_budget(zoe_app *app, zoe_error *error)
{
    zoe_engine_settings wanted;
    zoe_memory_report report;
    char what[64];
    /* Whoever moves these sliders wants them to count. */
    int64_t exact = app->options.cache_mb;
    app->options.cache_mb = 0;
    zoe_engine_settings_init(&wanted);
    zoe_options_apply(&app->options, &wanted);
    zoe_app_read_stats(app);
    zoe_status status = zoe_engine_set_budget(app->session.engine, &wanted.budget, &report);
    if (status != ZOE_OK) {
        app->options.cache_mb = exact;
        zoe_error_set(error, status, "The cache's limit could not be changed");
        return false;
    }
    char amount[ZOE_AMOUNT_TEXT];
    snprintf(what, sizeof what, "Limit %s", zoe_amount_text(report.limit_bytes, amount));
    report_memory(app, what, &report);
    zoe_session_touch(&app->session);
    return true;
}

static bool change_workers(zoe_app *app, zoe_error *error)
{
    uint32_t workers = (uint32_t)app->options.workers;
    zoe_status status = zoe_engine_set_workers(app->session.engine, workers);
    zoe_app_read_stats(app);
    if (status != ZOE_OK) {
        zoe_error_set(error, status, "%s: %" PRIu32 " workers go on", zoe_status_text(status),
                      app->stats.workers);
        return false;
    }
    app->session.setup.engine.workers = workers;
    app->settings_page.workers_auto = workers ? 0 : (int)app->stats.workers;
    return true;
}

static bool change_strategy(zoe_app *app, zoe_error *error)
{
    (void)error;
    zoe_session_set_strategy(&app->session, (zoe_strategy)app->options.strategy);
    return true;
}

static bool change_policy(zoe_app *app, zoe_error *error)
{
    (void)error;
    zoe_session_set_policy(&app->session, (zoe_policy)app->options.policy, zoe_now_ns());
    return true;
}

static bool change_loop(zoe_app *app, zoe_error *error)
{
    (void)error;
    zoe_session_set_loop(&app->session, (zoe_loop_mode)app->options.loop);
    return true;
}

void zoe_app_apply_grade(zoe_app *app)
{
    zoe_grade *grade = &app->session.grade;
    grade->exposure = (float)app->options.exposure;
    grade->gamma = (float)app->options.gamma;
    grade->contrast = (float)app->options.contrast;
    grade->saturation = (float)app->options.saturation;
    grade->transfer = (zoe_transfer)app->options.transfer;
}

static bool change_grade(zoe_app *app, zoe_error *error)
{
    (void)error;
    zoe_app_apply_grade(app);
    return true;
}

/* Frames are asked for in another form: proxy scale, overscan, precision. */
static bool change_form(zoe_app *app, zoe_error *error)
{
    zoe_source_settings form = app->session.setup.source;
    form.proxy_shift = app->options.proxy;
    form.overscan = app->options.overscan;
    form.full_precision = app->options.full_precision;
    return zoe_session_set_form(&app->session, &form, error) == ZOE_OK;
}

static bool change_watch(zoe_app *app, zoe_error *error)
{
    return zoe_follower_watch(app->follower, app->options.watch != 0, error) == ZOE_OK;
}

static bool change_color(zoe_app *app, zoe_error *error)
{
    return zoe_app_choose_color(app, error);
}

static bool change_ui_scale(zoe_app *app, zoe_error *error)
{
    (void)error;
    app->window.ui_scale = app->options.ui_scale;
    zoe_window_measure(&app->window);
    return true;
}

static const struct {
    size_t option; /* offset in zoe_options */
    effect_fn *change;
} effects[] = {
    {offsetof(zoe_options, cache_percent), change_budget},
    {offsetof(zoe_options, reserve_gb), change_budget},
    {offsetof(zoe_options, workers), change_workers},
    {offsetof(zoe_options, strategy), change_strategy},
    {offsetof(zoe_options, policy), change_policy},
    {offsetof(zoe_options, loop), change_loop},
    {offsetof(zoe_options, exposure), change_grade},
    {offsetof(zoe_options, gamma), change_grade},
    {offsetof(zoe_options, contrast), change_grade},
    {offsetof(zoe_options, saturation), change_grade},
    {offsetof(zoe_options, transfer), change_grade},
    {offsetof(zoe_options, proxy), change_form},
    {offsetof(zoe_options, overscan), change_form},
    {offsetof(zoe_options, full_precision), change_form},
    {offsetof(zoe_options, watch), change_watch},
    {offsetof(zoe_options, ocio), change_color},
    {offsetof(zoe_options, input_space), change_color},
    {offsetof(zoe_options, display), change_color},
    {offsetof(zoe_options, view_transform), change_color},
    {offsetof(zoe_options, look), change_color},
    {offsetof(zoe_options, lut), change_color},
    {offsetof(zoe_options, lut_space), change_color},
    {offsetof(zoe_options, cdl), change_color},
    {offsetof(zoe_options, cdl_id), change_color},
    {offsetof(zoe_options, ui_scale), change_ui_scale},
};

static effect_fn *find_effect(const zoe_option *option)
{
    for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++) {
        if (effects[i].option == option->at)
            return effects[i].change;
    }
    return NULL;
}

/* ---- changing ---- */

bool zoe_app_set_option(zoe_app *app, const zoe_option *option, double value)
{
    zoe_error error = {ZOE_OK, ""};
    double before = zoe_option_number(option, &app->options);
    effect_fn *change = find_effect(option);
    app->redraw = true;
    zoe_option_set_number(option, &app->options, value);
    if (change && !change(app, &error)) {
        zoe_option_set_number(option, &app->options, before);
        zoe_message_say(&app->message, true, "%s", error.text);
        return false;
    }
    if (option->where & ZOE_IN_FILE) {
        zoe_option_copy(option, &app->kept, &app->options);
        app->save_ns = zoe_now_ns() + save_delay_ns;
    }
    return true;
}

/* What is said of a display, view or look of one configuration does not hold for another. */
static void forget_names(zoe_app *app, const zoe_option *option)
{
    const zoe_option *const names[] = {ZOE_OPTION(display), ZOE_OPTION(view_transform),
                                       ZOE_OPTION(look), ZOE_OPTION(input_space)};
    bool is_config = option == ZOE_OPTION(ocio);
    for (int i = 0; i < 4; i++) {
        if (!is_config && (option != ZOE_OPTION(display) || i != 1))
            continue;
        zoe_option_set_text(names[i], &app->options, NULL);
        zoe_option_copy(names[i], &app->kept, &app->options);
    }
}

/* A configuration and the names that were chosen in it are kept together. */
static bool is_name_of_config(const zoe_option *option)
{
    return option == ZOE_OPTION(display) || option == ZOE_OPTION(view_transform) ||
           option == ZOE_OPTION(look);
}

/* A file that is used is offered again. Where a path leads from here it leads from elsewhere
 * too. */
static void note_color_file(zoe_app *app, const zoe_option *option, const char *text)
{
    char path[ZOE_PATH_TEXT];
    bool is_file = (option == ZOE_OPTION(ocio) && strcmp(text, ZOE_OCIO_ACES) != 0 &&
                    strcmp(text, "none") != 0) ||
                   option == ZOE_OPTION(lut) || option == ZOE_OPTION(cdl);
    if (!is_file || !text[0] || zoe_path_resolve(text, NULL, path) != ZOE_OK)
        return;
    zoe_recent_add_color(&app->recent, path);
    zoe_recent_changed(&app->recent, zoe_now_ns());
}

bool zoe_app_set_text(zoe_app *app, const zoe_option *option, const char *text)
{
    zoe_error error = {ZOE_OK, ""};
    zoe_options before = app->options, kept = app->kept;
    effect_fn *change = find_effect(option);
    zoe_option_set_text(option, &app->options, text);
    forget_names(app, option);
    if (change && !change(app, &error)) {
        app->options = before;
        app->kept = kept;
        (void)change(app, NULL);
        fprintf(stderr, "zoetrope: %s\n", error.text);
        zoe_message_say(&app->message, true, "%s", error.text);
        return false;
    }
    note_color_file(app, option, text ? text : "");
    if (option->where & ZOE_IN_FILE) {
        zoe_option_copy(option, &app->kept, &app->options);
        if (is_name_of_config(option))
            zoe_option_copy(ZOE_OPTION(ocio), &app->kept, &app->options);
        app->save_ns = zoe_now_ns() + save_delay_ns;
    }
    return true;
}

void zoe_app_forget_kept_color(zoe_app *app)
{
    const char *kept = app->kept.ocio, *given = app->given->ocio;
    if (!given || (kept && strcmp(kept, given) == 0))
        return;
    zoe_option_set_text(ZOE_OPTION(display), &app->options, NULL);
    zoe_option_set_text(ZOE_OPTION(view_transform), &app->options, NULL);
    zoe_option_set_text(ZOE_OPTION(look), &app->options, NULL);
}

void zoe_app_next_value(zoe_app *app, const zoe_option *option)
{
    char label[ZOE_OPTION_TEXT];
    int count = zoe_option_choices(option);
    int next = ((int)lround(zoe_option_number(option, &app->options)) + 1) % count;
    if (!zoe_app_set_option(app, option, next))
        return;
    zoe_option_label(option, next, label);
    if (option->caption)
        zoe_message_say(&app->message, false, "%s: %s", option->caption, label);
    else
        zoe_message_say(&app->message, false, "%s", label);
}
