#include "model/frame_header.h"

#include <stdlib.h>
#include <string.h>

#include <zoetrope/engine.h>
#include <zoetrope/transport.h>

enum { PATH_CAPACITY = 4096 };

zoe_status zoe_frame_header_read(const zoe_sequence *sequence, int64_t position,
                                 zoe_header **header, zoe_error *error)
{
    char path[PATH_CAPACITY];
    *header = NULL;
    zoe_status status = zoe_sequence_path(sequence, position, path, sizeof path);
    if (status != ZOE_OK)
        return zoe_error_set(error, status, "%s: %s", zoe_sequence_name(sequence),
                             zoe_status_text(status));
    return zoe_header_read(path, zoe_sequence_storage(sequence), header, error);
}

/* ---- kept ---- */

typedef struct zoe_header_job {
    zoe_storage *storage; /* shared; NULL: local files only */
    char path[PATH_CAPACITY];
    int64_t number;
    uint64_t generation;
    /* what came of it */
    zoe_header *header;
    zoe_error error;
} header_job;

static void read_header(void *data)
{
    header_job *job = data;
    (void)zoe_header_read(job->path, job->storage, &job->header, &job->error);
}

static void free_job(void *data)
{
    header_job *job = data;
    zoe_header_free(&job->header);
    zoe_storage_close(&job->storage);
    free(job);
}

/* What was read is what is kept from now on. */
static void take(zoe_kept_header *kept, header_job *job)
{
    zoe_header_free(&kept->header);
    kept->header = job->header;
    job->header = NULL;
    kept->error = job->error;
    kept->is_read = true;
    kept->number = job->number;
    kept->generation = job->generation;
    memcpy(kept->path, job->path, sizeof kept->path);
}

/* On a thread, or here where there is none. Returns true if it is done. */
static bool begin(zoe_kept_header *kept, header_job *job)
{
    if (kept->hub && job->path[0]) {
        if (zoe_task_start(kept->hub, read_header, free_job, job, &kept->task, &job->error) ==
            ZOE_OK) {
            kept->job = job;
            kept->late_ns = zoe_now_ns() + ZOE_HEADER_LATE_NS;
            return false;
        }
    } else if (job->path[0]) {
        read_header(job);
    }
    take(kept, job);
    /* That others do not answer says nothing of this file: it is tried again. */
    kept->is_read = job->error.status != ZOE_ERROR_THREAD;
    free_job(job);
    return true;
}

/* The task goes on: is it time to let go of the old one? */
static bool wait_longer(zoe_kept_header *kept)
{
    if (zoe_now_ns() < kept->late_ns)
        return false;
    kept->late_ns = ZOE_NEVER;
    kept->is_read = false;
    zoe_header_free(&kept->header);
    return true;
}

bool zoe_kept_header_follow(zoe_kept_header *kept, const zoe_sequence *sequence, int64_t position,
                            uint64_t generation)
{
    char path[sizeof kept->path];
    int64_t number = zoe_sequence_number(sequence, position);
    if (zoe_sequence_path(sequence, position, path, sizeof path) != ZOE_OK)
        path[0] = '\0';
    if (kept->task && kept->job->number == number && kept->job->generation == generation &&
        !strcmp(kept->job->path, path)) {
        if (!zoe_task_is_done(kept->task))
            return wait_longer(kept);
        take(kept, kept->job);
        zoe_task_leave(&kept->task);
        return true;
    }
    zoe_task_leave(&kept->task);
    if (kept->is_read && kept->number == number && kept->generation == generation &&
        !strcmp(kept->path, path))
        return false;
    header_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    job->storage = zoe_storage_share(zoe_sequence_storage(sequence));
    job->number = number;
    job->generation = generation;
    memcpy(job->path, path, sizeof job->path);
    return begin(kept, job);
}

bool zoe_kept_header_is_ready(const zoe_kept_header *kept)
{
    return kept->task && zoe_task_is_done(kept->task);
}

void zoe_kept_header_drop(zoe_kept_header *kept)
{
    zoe_task_hub *hub = kept->hub;
    zoe_task_leave(&kept->task);
    zoe_header_free(&kept->header);
    memset(kept, 0, sizeof *kept);
    kept->hub = hub;
}
