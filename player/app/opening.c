#include "app/opening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/history.h"

static const uint64_t long_ns = 400000000u;

enum { AT_ONCE = 4 /* are read */ };

typedef struct zoe_opening_job {
    zoe_storage *storage; /* shared */
    char path[ZOE_PATH_TEXT];
    bool is_recent;
    zoe_recent_item item; /* where it is */
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
    app->opening_say_ns = ZOE_NEVER;
}

static void begin(zoe_app *app)
{
    for (int i = 0; i < app->opening_count && i < AT_ONCE; i++) {
        opening_job *job = app->opening[i];
        zoe_task *task = NULL;
        zoe_error why;
        if (job->task || job->error.status != ZOE_OK)
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
    if (!app->opening_count)
        app->opening_say_ns = zoe_now_ns() + long_ns;
    app->opening[app->opening_count++] = job;
    begin(app);
    app->redraw = true;
}

static opening_job *make_job(zoe_app *app, const char *path)
{
    opening_job *job = strlen(path) < ZOE_PATH_TEXT ? calloc(1, sizeof *job) : NULL;
    if (job) {
        job->storage = zoe_storage_share(app->storage);
        memcpy(job->path, path, strlen(path) + 1);
    } else {
        zoe_message_say(&app->message, true, "Not opened: %s",
                        strlen(path) < ZOE_PATH_TEXT ? "memory is out" : "the path is too long");
    }
    return job;
}

void zoe_app_open(zoe_app *app, const char *path, bool is_first)
{
    if (is_first)
        zoe_app_end_opening(app);
    opening_job *job = make_job(app, path);
    if (job)
        add(app, job);
}

void zoe_app_open_recent(zoe_app *app, const zoe_recent_item *item)
{
    zoe_app_end_opening(app);
    opening_job *job = make_job(app, item->spec);
    if (!job)
        return;
    job->is_recent = true;
    job->item = *item;
    add(app, job);
}

/* ---- taking ---- */

static void take(zoe_app *app, opening_job *job)
{
    bool replace = !app->opened;
    zoe_error error = job->error;
    if (error.status == ZOE_OK && job->is_recent)
        (void)zoe_app_reopen(app, &job->item, &job->files, replace, &error);
    else if (error.status == ZOE_OK)
        (void)zoe_session_open_files(&app->session, job->path, &job->files, replace, &error);
    app->redraw = true;
    if (error.status != ZOE_OK) {
        zoe_message_say(&app->message, true, "%s", error.text);
        return;
    }
    app->opened++;
    if (!job->is_recent)
        app->place.zoom = 0.0;
    zoe_app_new_sequence(app);
    const zoe_shot *shot = zoe_session_shot(&app->session);
    if (shot->complaint[0])
        zoe_message_say(&app->message, true, "%s", shot->complaint);
}

void zoe_app_follow_opening(zoe_app *app, uint64_t now_ns)
{
    if (!app->opening_count)
        return;
    while (app->opening_count) {
        opening_job *job = app->opening[0];
        if (job->task ? !zoe_task_is_done(job->task) : job->error.status == ZOE_OK)
            break;
        take(app, job);
        leave(job);
        app->opening_count--;
        memmove(app->opening, app->opening + 1,
                (size_t)app->opening_count * sizeof app->opening[0]);
        begin(app);
    }
    if (!app->opening_count) {
        if (app->opened > 1) {
            zoe_session_show(&app->session, 0);
            zoe_app_new_sequence(app);
        }
        app->opened = 0;
        app->opening_say_ns = ZOE_NEVER;
    } else if (now_ns >= app->opening_say_ns) {
        zoe_message_answer(&app->message, "Opening: %s", app->opening[0]->path);
        app->message.until_ns = ZOE_NEVER; /* what comes of it takes its place */
        app->opening_say_ns = ZOE_NEVER;
        app->redraw = true;
    }
}

uint64_t zoe_app_opening_due_ns(const zoe_app *app)
{
    return app->opening_say_ns;
}
