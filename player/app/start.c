#include "app/start.h"

#include <stdio.h>
#include <time.h>

#include "app/compare.h"
#include "app/opening.h"

/* What takes longer is waited for in the window. */
static const uint64_t patience_ns = 300000000u;

/* ---- how it is opened ---- */

/* Work area and start as the command line says, in frame numbers. */
static void apply_places(zoe_app *app)
{
    const zoe_options *options = &app->options;
    const zoe_sequence *sequence = zoe_session_sequence(&app->session);
    zoe_transport *transport = zoe_session_transport(&app->session);
    int64_t in = transport->in, out = transport->out;
    if (ZOE_GIVEN(options, in))
        in = zoe_sequence_position(sequence, options->in);
    if (ZOE_GIVEN(options, out))
        out = zoe_sequence_position(sequence, options->out);
    if (ZOE_GIVEN(options, in) || ZOE_GIVEN(options, out))
        zoe_transport_set_area(transport, in, out);
    if (ZOE_GIVEN(options, frame))
        zoe_transport_seek(transport, zoe_sequence_position(sequence, options->frame),
                           zoe_now_ns());
    else if (ZOE_GIVEN(options, in) && transport->playhead < transport->in)
        zoe_transport_seek(transport, transport->in, zoe_now_ns());
}

static zoe_status open_named(zoe_app *app, const char *spec, zoe_shot_files *files,
                             zoe_error *error)
{
    zoe_status status = zoe_session_open_files(&app->session, spec, files, false, error);
    if (status == ZOE_OK)
        apply_places(app);
    return status;
}

/* Compares as the command line says; what cannot be leaves the first sequence shown alone. spec:
 * NULL: with another sequence that is open, or another view of the file. */
static zoe_status compare(zoe_app *app, const char *spec, zoe_shot_files *files, zoe_error *error)
{
    const zoe_options *options = &app->options;
    zoe_compare *how = &app->session.partners.compare;
    zoe_compare_mode mode = (zoe_compare_mode)(ZOE_COMPARE_FLIP + options->compare_mode);
    how->by_start = options->compare_align != 0;
    how->is_exact = options->compare_size != 0;
    how->offset = options->compare_offset;
    zoe_app_show_opened(app);
    if (!app->session.count)
        return ZOE_OK;
    if (!spec && app->session.count == 1) {
        zoe_app_find_views(app);
        app->compare_after = app->views_header.task ? (int)mode : ZOE_COMPARE_OFF;
    }
    if (app->compare_after)
        return ZOE_OK; /* when the header was read */
    const char *view = app->views.count ? app->views.names[0] : NULL;
    zoe_status status = ZOE_OK;
    if (spec || view)
        status = zoe_session_open_partner(&app->session, spec, files, view, error);
    if (status == ZOE_OK && !zoe_session_compare(&app->session, mode))
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT,
                             "There is no other sequence to compare with");
    return status;
}

/* ---- asking for it ---- */

/* Asks for one more. False: there is none. */
static bool ask_next(zoe_app *app)
{
    const zoe_options *options = &app->options;
    const zoe_recent *recent = &app->recent;
    int named = options->sequence_count, restored = options->restore ? recent->open_count : 0;
    int i = app->start.next;
    if (i < named)
        zoe_app_open_with(app, options->sequences[i], open_named);
    else if (i - named < restored)
        zoe_app_open_recent(app, &recent->open[i - named], i - named == recent->open_current);
    else if (i == named + restored && options->compare)
        zoe_app_open_with(app, options->compare, compare);
    else
        return false;
    app->start.next++;
    return true;
}

/* All is opened that can be. */
static void end(zoe_app *app)
{
    const zoe_options *options = &app->options;
    zoe_error error = {ZOE_OK, ""};
    app->start.is_on = false;
    bool is_silent = !app->opening_error[0];
    zoe_app_show_opened(app);
    if (!options->compare && ZOE_GIVEN(options, compare_mode))
        (void)compare(app, NULL, NULL, &error);
    if (error.status != ZOE_OK) {
        zoe_app_complain(app, &error, true);
    } else if (options->restore && !app->recent.open_count && is_silent) {
        snprintf(app->opening_error, sizeof app->opening_error, "There is nothing to restore");
    }
    /* Where nobody reads what is said on stderr, as when started from the desktop, the window says
     * it. */
    app->start.has_failed = !app->session.count && options->sequence_count && !options->stay;
    app->quit |= app->start.has_failed;
    if (app->render)
        zoe_app_end_start(app);
}

void zoe_app_follow_start(zoe_app *app)
{
    if (!app->start.is_on)
        return;
    while (app->opening_count < ZOE_OPEN_PAGE_SPECS && ask_next(app))
        continue;
    if (!app->opening_count)
        end(app);
}

void zoe_app_end_start(zoe_app *app)
{
    zoe_app_finish_opening(app);
    if (app->options.play && app->session.count)
        zoe_session_play(&app->session, 1, zoe_now_ns());
}

void zoe_app_start(zoe_app *app)
{
    uint64_t until = zoe_now_ns() + patience_ns;
    app->start.is_on = true;
    zoe_app_follow_start(app);
    while (app->start.is_on && zoe_now_ns() < until) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        zoe_app_follow_opening(app, zoe_now_ns());
        zoe_app_follow_start(app);
    }
}
