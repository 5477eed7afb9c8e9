#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include "model/follower.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/folder_watcher.h"

static const uint64_t bad_interval_ns = 1000000000u;
static const uint64_t folder_interval_ns = 250000000u;

enum {
    REST_CPU = 40,  /* times what reading a folder took of a core it is left alone: 2.5 % */
    REST_TIME = 2,  /* times what it took in all, which is the file system's */
    BAD_FILES = 32, /* of frames, looked at each time */
    STATES = 4096,  /* asked for at a time */
};

struct zoe_follower {
    zoe_task_hub *hub;
    zoe_folder_watcher *watcher; /* NULL: nothing is watched */
    zoe_task_notify_fn *notify;
    void *user;
    uint64_t opened; /* the session's, when the watcher's folders were set; 0: not yet */
    uint64_t due_ns;
    zoe_folder_change change; /* large */
};

/* ---- the thread's work ---- */

typedef struct zoe_look_job {
    zoe_look *look;
    bool has_folder, is_asked;
    zoe_storage *storage; /* of that file; shared */
    char path[4096]; /* of a file whose header is read too: what it says of colours; "": none */
    /* what came of it */
    zoe_file_color color;
    zoe_error error;
    uint64_t rest_ns; /* how long the folder is to be left alone */
} look_job;

static uint64_t thread_ns(void)
{
    struct timespec used;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used))
        return 0;
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

static void read_look(void *data)
{
    look_job *job = data;
    uint64_t start = zoe_now_ns(), used = thread_ns();
    (void)zoe_look_read(job->look, job->has_folder, &job->error);
    zoe_header *header = NULL;
    if (job->path[0] && zoe_header_read(job->path, job->storage, &header, NULL) != ZOE_OK)
        job->path[0] = '\0';
    if (header)
        zoe_file_color_read(&job->color, header, job->path);
    zoe_header_free(&header);
    used = (thread_ns() - used) * REST_CPU;
    uint64_t took = (zoe_now_ns() - start) * REST_TIME;
    job->rest_ns = used > took ? used : took;
}

static void free_job(void *data)
{
    look_job *job = data;
    zoe_look_end(&job->look);
    zoe_storage_close(&job->storage);
    free(job);
}

/* ---- life ---- */

zoe_follower *zoe_follower_create(zoe_task_notify_fn *notify, void *user)
{
    zoe_follower *follower = calloc(1, sizeof *follower);
    if (!follower)
        return NULL;
    follower->notify = notify;
    follower->user = user;
    follower->due_ns = ZOE_NEVER;
    follower->hub = zoe_task_hub_create(notify, user);
    if (!follower->hub)
        zoe_follower_destroy(&follower);
    return follower;
}

void zoe_follower_destroy(zoe_follower **follower)
{
    if (!*follower)
        return;
    zoe_folder_watcher_destroy(&(*follower)->watcher);
    zoe_task_hub_leave(&(*follower)->hub);
    free(*follower);
    *follower = NULL;
}

zoe_task_hub *zoe_follower_hub(zoe_follower *follower)
{
    return follower->hub;
}

zoe_status zoe_follower_watch(zoe_follower *follower, bool on, zoe_error *error)
{
    follower->opened = 0;
    if (!on)
        zoe_folder_watcher_destroy(&follower->watcher);
    if (!on || follower->watcher)
        return ZOE_OK;
    return zoe_folder_watcher_create(ZOE_FOLDER_WATCH_AUTO, follower->notify, follower->user,
                                     &follower->watcher, error);
}

/* ---- what changed ---- */

static void set_folders(zoe_follower *follower, zoe_session *session)
{
    const char *folders[ZOE_SESSION_SHOTS];
    size_t count = 0;
    for (int i = 0; i < session->count; i++) {
        const char *folder = zoe_sequence_folder(zoe_shot_sequence(&session->shots[i]));
        /* Servers are asked when the user asks. */
        if (!zoe_storage_is_url(folder))
            folders[count++] = folder;
    }
    /* Each new one is told as changed once it is watched: what happened since it was read. */
    if (zoe_folder_watcher_set(follower->watcher, folders, count) == ZOE_OK)
        follower->opened = session->opened;
}

static void note_number(zoe_followed *followed, int64_t number)
{
    for (int32_t i = 0; i < followed->count; i++)
        if (followed->numbers[i] == number)
            return;
    if (followed->count < ZOE_FOLLOWED_NUMBERS)
        followed->numbers[followed->count++] = number;
    else
        followed->wants_folder = true;
}

/* Files that are not known may be new frames, or versions for Page Down. */
static void note_change(zoe_shot *shot, const zoe_folder_change *change)
{
    int64_t number;
    shot->followed.wants_folder |= change->all != 0;
    for (int32_t i = 0; i < change->count; i++) {
        if (zoe_shot_find_file(shot, change->names[i], &number) == ZOE_SHOT_FILE_FRAME)
            note_number(&shot->followed, number);
        else
            shot->followed.wants_folder = true;
    }
}

static void hear_watcher(zoe_follower *follower, zoe_session *session)
{
    if (follower->opened != session->opened)
        set_folders(follower, session);
    while (zoe_folder_watcher_take(follower->watcher, &follower->change)) {
        for (int i = 0; i < session->count; i++) {
            zoe_shot *shot = &session->shots[i];
            if (!strcmp(zoe_sequence_folder(zoe_shot_sequence(shot)), follower->change.folder))
                note_change(shot, &follower->change);
        }
    }
}

static bool is_bad(uint8_t state)
{
    return state == ZOE_FRAME_ERROR || state == ZOE_FRAME_INCOMPLETE;
}

static uint8_t state_at(const zoe_shot *shot, int64_t position)
{
    uint8_t state = ZOE_FRAME_EMPTY;
    (void)zoe_source_states(shot->source, position, 1, &state);
    return state;
}

/* Frames whose files may still be written: the one under the playhead, and of the others some in
 * turn. Returns whether there is one. */
static bool note_bad(zoe_shot *shot)
{
    uint8_t states[STATES];
    const zoe_sequence *sequence = zoe_shot_sequence(shot);
    int64_t count = zoe_sequence_count(sequence), playhead = shot->transport.playhead;
    int32_t before = shot->followed.count;
    if (is_bad(state_at(shot, playhead)))
        note_number(&shot->followed, zoe_sequence_number(sequence, playhead));
    int64_t at = shot->followed.bad_next < count ? shot->followed.bad_next : 0;
    for (int64_t seen = 0; seen < count;) {
        int64_t length = count - at < STATES ? count - at : STATES;
        if (zoe_source_states(shot->source, at, length, states) != ZOE_OK)
            break;
        for (int64_t i = 0; i < length && shot->followed.count - before < BAD_FILES; i++, seen++) {
            shot->followed.bad_next = at + i + 1;
            if (is_bad(states[i]) && shot->followed.count < ZOE_FOLLOWED_NUMBERS)
                note_number(&shot->followed, zoe_sequence_number(sequence, at + i));
        }
        if (shot->followed.count - before >= BAD_FILES)
            break;
        at = (at + length) % count;
    }
    return shot->followed.count > before;
}

/* ---- looks ---- */

/* Takes what the shot's thread has found, if it is done. */
static void finish(zoe_session *session, zoe_shot *shot, uint64_t now_ns, zoe_follower_news *news)
{
    zoe_followed *followed = &shot->followed;
    if (!followed->task || !zoe_task_is_done(followed->task))
        return;
    const look_job *job = followed->job;
    zoe_error error = job->error;
    zoe_refresh_report report = {0};
    int64_t shift = 0;
    uint64_t rest = job->rest_ns;
    if (error.status == ZOE_OK) {
        (void)zoe_session_take_look(session, shot, job->look, &report, &shift, &error);
        rest += (zoe_now_ns() - now_ns) * REST_CPU;
        /* The sequence may end earlier. */
        followed->wants_folder |= !job->has_folder && report.removed > 0;
        if (!job->has_folder || job->is_asked)
            zoe_fallback_forget(&shot->fallback);
        if (job->path[0])
            shot->color = job->color;
    }
    if (job->has_folder)
        followed->folder_ns = now_ns + (rest > folder_interval_ns ? rest : folder_interval_ns);
    if (shot == zoe_session_shot(session)) {
        news->is_taken = true;
        news->shift += shift;
        if (job->is_asked) {
            news->is_told = true;
            news->report = report;
            news->error = error;
        }
    }
    zoe_task_leave(&followed->task);
}

/* Starts a thread that looks; what it is to look at is forgotten. */
static zoe_status start(zoe_follower *follower, zoe_shot *shot, bool has_folder)
{
    zoe_followed *followed = &shot->followed;
    look_job *job = calloc(1, sizeof *job);
    if (!job)
        return ZOE_ERROR_NO_MEMORY;
    job->has_folder = has_folder;
    job->is_asked = has_folder && followed->is_asked;
    /* A new rendering may say other colours. */
    const zoe_sequence *sequence = zoe_shot_sequence(shot);
    if (job->is_asked && zoe_sequence_path(sequence, zoe_shot_header_position(shot), job->path,
                                           sizeof job->path) != ZOE_OK)
        job->path[0] = '\0';
    job->storage = zoe_storage_share(zoe_sequence_storage(zoe_shot_sequence(shot)));
    zoe_status status = has_folder ? zoe_shot_look(shot, &job->look, NULL)
                                   : zoe_look_begin(zoe_shot_sequence(shot), &job->look, NULL);
    for (int32_t i = 0; i < followed->count && status == ZOE_OK; i++)
        status = zoe_look_add_number(job->look, followed->numbers[i]);
    if (status == ZOE_OK && job->is_asked)
        zoe_look_retry(job->look);
    if (status == ZOE_OK)
        status = zoe_task_start(follower->hub, read_look, free_job, job, &followed->task, NULL);
    if (status != ZOE_OK) {
        free_job(job);
        return status;
    }
    followed->job = job;
    followed->count = 0;
    if (has_folder)
        followed->wants_folder = followed->is_asked = false;
    return ZOE_OK;
}

/* Looks at what is due of a shot; due_ns: when more is. */
static void begin(zoe_follower *follower, zoe_shot *shot, uint64_t now_ns, uint64_t *due_ns)
{
    zoe_followed *followed = &shot->followed;
    if (followed->task)
        return; /* its end notifies */
    bool is_url = zoe_storage_is_url(zoe_sequence_folder(zoe_shot_sequence(shot))) != 0;
    if (follower->watcher && !is_url && now_ns >= followed->bad_ns) {
        followed->bad_ns = now_ns + bad_interval_ns;
        followed->has_bad = note_bad(shot);
    }
    bool is_folder =
        followed->is_asked || (followed->wants_folder && now_ns >= followed->folder_ns);
    if ((is_folder || followed->count) && start(follower, shot, is_folder) != ZOE_OK)
        followed->folder_ns = now_ns + bad_interval_ns;
    if (followed->wants_folder && followed->folder_ns < *due_ns)
        *due_ns = followed->folder_ns;
    if (follower->watcher && followed->has_bad && followed->bad_ns < *due_ns)
        *due_ns = followed->bad_ns;
}

void zoe_follower_ask(zoe_follower *follower, zoe_session *session)
{
    zoe_shot *shot = zoe_session_shot(session);
    if (!shot)
        return;
    shot->followed.is_asked = true;
    follower->due_ns = 0;
}

void zoe_follower_update(zoe_follower *follower, zoe_session *session, uint64_t now_ns,
                         zoe_follower_news *news)
{
    memset(news, 0, sizeof *news);
    if (follower->watcher)
        hear_watcher(follower, session);
    follower->due_ns = ZOE_NEVER;
    for (int i = 0; i < session->count; i++) {
        finish(session, &session->shots[i], now_ns, news);
        begin(follower, &session->shots[i], now_ns, &follower->due_ns);
    }
}

uint64_t zoe_follower_due_ns(const zoe_follower *follower)
{
    return follower->due_ns;
}
