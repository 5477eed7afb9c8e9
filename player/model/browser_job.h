/*
 * Browser job: one folder that is read on a thread of its own.
 *
 * The job is the data of a task: it belongs to its thread and to whoever asked for it, and goes
 * with the last of them.
 *
 *   LISTING ──▶ SEARCHING ──▶ MEASURING ──▶ DONE       (SEARCHING where no entry is an EXR file)
 *      └──────────▶ FAILED
 *
 * What is found is only added to: `folder` and `below` never change once they are there.
 *
 * Thread-safety: any thread, as said at each field.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_BROWSER_JOB_H
#define ZOETROPE_PLAYER_BROWSER_JOB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/folder.h>
#include <zoetrope/status.h>

#include "model/browser_state.h"
#include "model/paths.h"
#include "model/task.h"

typedef struct zoe_browser_job {
    /* fixed after creation */
    zoe_task_hub *hub;
    zoe_storage *storage; /* shared; NULL: local files only */
    bool lists_only;      /* for a completion: names, and nothing else */
    const char *endings;  /* of the files that are looked for; NULL: sequences */
    char path[ZOE_PATH_TEXT];

    zoe_task *task; /* the one's who asked for it */

    atomic_bool cancelled;         /* relaxed: only asks the thread to end */
    atomic_uint_fast64_t progress; /* relaxed: a number to look at */

    pthread_mutex_t lock;
    /* guarded by lock */
    uint64_t version; /* goes up when something below changed */
    zoe_browser_state state;
    zoe_error error;
    bool is_sequence;       /* path can be opened; `folder` is the one that it is in */
    zoe_folder *folder;     /* owned; may be read without the lock once it is there */
    zoe_folder *below;      /* the same */
    zoe_folder_size *sizes; /* owned; of the folder's entries, then of those below */
    size_t measured;        /* how many of them are there */

    /* the thread's only */
    uint64_t notified_ns;
} zoe_browser_job;

/* Starts reading. On success *job is the caller's, for zoe_browser_job_leave(). Errors: THREAD,
 * NO_MEMORY. */
zoe_status zoe_browser_job_start(zoe_task_hub *hub, zoe_storage *storage, const char *path,
                                 const char *endings, bool lists_only, zoe_browser_job **job,
                                 zoe_error *error);

/* Tells the thread to end, lets go of the job and sets *job to NULL. Accepts NULL. Does not
 * wait. */
void zoe_browser_job_leave(zoe_browser_job **job);

#endif
