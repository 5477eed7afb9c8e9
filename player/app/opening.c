#include "app/opening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/history.h"

static const uint64_t long_ns = 400000000u;
static const uint64_t second_ns = 1000000000u;

enum { AT_ONCE = 4 /* are read */ };

typedef struct zoe_opening_job {
    zoe_storage *storage; /* shared */
    char path[ZOE_PATH_TEXT];
    zoe_opening_fn *open;
    zoe_opened_fn *then; /* NULL: what is opened is shown */
    int value;
    zoe_recent_item item; /* as which it comes back; else spec "" */
    bool is_shown;        /* of those that come back */
    bool is_there;        /* its sequence is open: nothing is read */
    zoe_task *task;       /* NULL: not begun */
    /* what the thread found */
    zoe_shot_files files;
    zoe_error error; /* status OK: none */
} opening_job;

/* ---- the thread ---- */

static void read_files(void *data)
{
    opening_job *job = data;
    zoe_error why;
    zoe_status status = zoe_shot_files_read(&job->files, job->storage, job->path, &why);
    if (status != ZOE_OK)
        job->error = why;
}

static void free_job(void *data)
{
    opening_job *job = data;
    zoe_shot_files_free(&job->files);
    zoe_storage_close(&job->storage);
    free(job);
}

/* ---- the queue ---- */

static void leave(opening_job *job)
{
    zoe_task *task = job->task;
    if (task)
        zoe_task_leave(&task); /* which frees the job when its thread is done */
    else
        free_job(job);
}

void zoe_app_end_opening(zoe_app *app)
{
    for (int i = 0; i < app->opening_count; i++)
        leave(app->opening[i]);
    app->opening_count = app->opened = 0;
    app->opening_error[0] = '\0';
    app->opening_say_ns = ZOE_NEVER;
    app->start.is_on = false;
}

static bool is_read(const opening_job *job)
{
    /* What its thread found is looked at when that is done. */
    return job->is_there || (job->task ? zoe_task_is_done(job->task) : job->error.status != ZOE_OK);
}

static void begin(zoe_app *app)
{
    for (int i = 0; i < app->opening_count && i < AT_ONCE; i++) {
        opening_job *job = app->opening[i];
        zoe_task *task = NULL;
        zoe_error why;
        if (job->task || is_read(job))
            continue;
        job->is_there = app->opened && zoe_session_has_file(&app->session, job->path);
        if (job->is_there)
            continue;
        if (zoe_task_start(zoe_follower_hub(app->follower), read_files, free_job, job, &task,
                           &why) != ZOE_OK)
            zoe_error_set(&job->error, why.status, "%s: %.400s", job->path, why.text);
        job->task = task;
    }
}

static void add(zoe_app *app, opening_job *job)
{
    if (app->opening_count == ZOE_OPEN_PAGE_SPECS) {
        zoe_message_say(&app->message, true, "%s: not opened: too many at once", job->path);
        free_job(job);
        return;
    }
    if (!app->opening_count) {
        app->opening_since_ns = zoe_now_ns();
        app->opening_say_ns = app->opening_since_ns + long_ns;
    }
    app->opening[app->opening_count++] = job;
    begin(app);
    app->redraw = true;
}

static opening_job *make_job(zoe_app *app, const char *path, zoe_opening_fn *open)
{
    opening_job *job = strlen(path) < ZOE_PATH_TEXT ? calloc(1, sizeof *job) : NULL;
    if (job) {
        job->storage = zoe_storage_share(app->storage);
        job->open = open;
        memcpy(job->path, path, strlen(path) + 1);
    } else {
        const char *why = strlen(path) < ZOE_PATH_TEXT ? "memory is out" : "the path is too long";
        zoe_message_say(&app->message, true, "Not opened: %s", why);
        if (app->start.is_on)
            fprintf(stderr, "zoetrope: not opened: %s\n", why);
    }
    return job;
}

void zoe_app_open_with(zoe_app *app, const char *path, zoe_opening_fn *open)
{
    opening_job *job = make_job(app, path, open);
    if (job)
        add(app, job);
}

static zoe_status open_asked(zoe_app *app, const char *spec, zoe_shot_files *files,
                             zoe_error *error)
{
    zoe_status status = zoe_session_open_files(&app->session, spec, files, !app->opened, error);
    if (status == ZOE_OK)
        app->place.zoom = 0.0;
    return status;
}

void zoe_app_open(zoe_app *app, const char *path, bool is_first)
{
    if (is_first)
        zoe_app_end_opening(app);
    zoe_app_open_with(app, path, open_asked);
}

static zoe_status open_in_place(zoe_app *app, const char *spec, zoe_shot_files *files,
                                zoe_error *error)
{
    return zoe_session_open_in_place(&app->session, spec, files, error);
}

void zoe_app_open_in_place(zoe_app *app, const char *path)
{
    zoe_app_end_opening(app);
    zoe_app_open_with(app, path, open_in_place);
}

static zoe_status open_partner(zoe_app *app, const char *spec, zoe_shot_files *files,
                               zoe_error *error)
{
    return zoe_session_open_partner(&app->session, spec, files, NULL, error);
}

void zoe_app_open_partner(zoe_app *app, const char *path, zoe_opened_fn *then, int value)
{
    zoe_app_end_opening(app);
    opening_job *job = make_job(app, path, open_partner);
    if (!job)
        return;
    job->then = then;
    job->value = value;
    add(app, job);
}

void zoe_app_open_recent(zoe_app *app, const zoe_recent_item *item, bool is_shown)
{
    opening_job *job = make_job(app, item->spec, NULL);
    if (!job)
        return;
    job->item = *item;
    job->is_shown = is_shown;
    add(app, job);
}

/* ---- taking ---- */

void zoe_app_complain(zoe_app *app, const zoe_error *error, bool on_stderr)
{
    snprintf(app->opening_error, sizeof app->opening_error, "%s", error->text);
    if (on_stderr)
        fprintf(stderr, "zoetrope: %s\n", error->text);
}

/* The one to show in the end: what was shown when it was left, else what comes back, else the
 * first. */
static void choose_shown(zoe_app *app, const opening_job *job)
{
    bool comes_back = job->item.spec[0] != '\0', had_one = app->opened_item.spec[0] != '\0';
    if (app->opened && !(comes_back && (job->is_shown || !had_one)))
        return;
    app->opened_shown = app->session.current;
    app->opened_item = job->item;
}

static void take(zoe_app *app, opening_job *job)
{
    bool replace = !app->opened;
    zoe_error error = job->error, why;
    if (error.status == ZOE_OK) {
        zoe_status status = job->open ? job->open(app, job->path, &job->files, &why)
                                      : zoe_app_reopen(app, &job->item, &job->files, replace, &why);
        if (status != ZOE_OK)
            error = why;
    }
    app->redraw = true;
    if (error.status != ZOE_OK) {
        zoe_app_complain(app, &error, app->start.is_on);
        return;
    }
    if (!app->session.count)
        return; /* there was nothing to compare with */
    if (job->then) {
        job->then(app, job->value);
        return;
    }
    choose_shown(app, job);
    app->opened++;
    zoe_app_new_sequence(app);
}

void zoe_app_show_opened(zoe_app *app)
{
    if (app->opened < 2)
        return;
    zoe_session_show(&app->session, app->opened_shown);
    if (app->opened_item.spec[0])
        zoe_app_take_look(app, &app->opened_item);
    zoe_app_new_sequence(app);
}

void zoe_app_finish_opening(zoe_app *app)
{
    zoe_app_show_opened(app);
    const zoe_shot *shot = zoe_session_shot(&app->session);
    if (app->opening_error[0])
        zoe_message_say(&app->message, true, "%s", app->opening_error);
    else if (app->opened && shot && shot->complaint[0])
        zoe_message_say(&app->message, true, "%s", shot->complaint);
    app->opening_error[0] = '\0';
    app->opened = 0;
    app->opening_say_ns = ZOE_NEVER;
}

/* Where there is no picture the page that stands in its place says it. */
static void say_that_it_takes_long(zoe_app *app, uint64_t now_ns)
{
    app->redraw = true;
    if (!app->session.count) {
        app->opening_say_ns = now_ns + second_ns;
        return;
    }
    app->opening_say_ns = ZOE_NEVER;
    zoe_message_answer(&app->message, "Opening: %s", app->opening[0]->path);
    app->message.until_ns = ZOE_NEVER; /* what comes of it takes its place */
}

void zoe_app_follow_opening(zoe_app *app, uint64_t now_ns)
{
    if (!app->opening_count)
        return;
    begin(app);
    while (app->opening_count && is_read(app->opening[0])) {
        opening_job *job = app->opening[0];
        app->opening_count--;
        memmove(app->opening, app->opening + 1,
                (size_t)app->opening_count * sizeof app->opening[0]);
        take(app, job);
        leave(job);
        begin(app);
    }
    if (!app->opening_count && !app->start.is_on)
        zoe_app_finish_opening(app);
    else if (app->opening_count && now_ns >= app->opening_say_ns)
        say_that_it_takes_long(app, now_ns);
}

bool zoe_app_opening_is_long(const zoe_app *app, uint64_t now_ns, const char **path,
                             uint64_t *since_ns)
{
    if (!app->opening_count || (!app->start.is_on && now_ns - app->opening_since_ns < long_ns))
        return false;
    *path = app->opening[0]->path;
    *since_ns = app->opening_since_ns;
    return true;
}

void zoe_app_stop_opening(zoe_app *app)
{
    app->quit |= app->start.is_on && !app->session.count;
    zoe_app_end_opening(app);
    zoe_message_answer(&app->message, "Opening was given up");
    app->redraw = true;
}

uint64_t zoe_app_opening_due_ns(const zoe_app *app)
{
    if (app->opening_count && is_read(app->opening[0]))
        return 0;
    return app->opening_say_ns;
}
