/*
 * Task: work that may wait for a file system, on a thread of its own.
 *
 * A task belongs to its thread and to whoever started it. Leaving it waits for nothing: the thread
 * ends by itself, when the file system has answered, and what it made is freed then.
 *
 * Thread-safety: one thread at a time, but for what the thread itself does.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_TASK_H
#define ZOETROPE_PLAYER_TASK_H

#include <stdbool.h>

#include <zoetrope/status.h>

/* Threads at the same time, of all tasks of a hub: those that do not answer are not added to. */
enum { ZOE_TASKS_MAX = 16 };

typedef struct zoe_task zoe_task;
typedef struct zoe_task_hub zoe_task_hub;

/* A task is done, or says that it has got further. Comes from its thread; a lock is held that only
 * this call and zoe_task_hub_leave() take. May post an event, and may not call tasks or their
 * hub. */
typedef void zoe_task_notify_fn(void *user);

/* What the tasks of a program share; it outlives its user as long as threads run. NULL when memory
 * is out. `notify` may be NULL. */
zoe_task_hub *zoe_task_hub_create(zoe_task_notify_fn *notify, void *user);

/* `notify` does not come any more once this returns. Sets *hub to NULL; accepts NULL. */
void zoe_task_hub_leave(zoe_task_hub **hub);

/*
 * Starts a thread that calls work(data) once. `data` is the thread's until the task is done, then
 * the caller's to look at until the task is left; free_data(data) is called when both have let go
 * of it. On failure `data` stays the caller's. Errors: THREAD (also: too many do not answer),
 * NO_MEMORY.
 */
zoe_status zoe_task_start(zoe_task_hub *hub, void (*work)(void *data),
                          void (*free_data)(void *data), void *data, zoe_task **task,
                          zoe_error *error);

/* Called by a task's work: tells the hub's user that there is something to look at before it is
 * done. */
void zoe_task_hub_notify(zoe_task_hub *hub);

bool zoe_task_is_done(const zoe_task *task);

/* Sets *task to NULL; accepts NULL. */
void zoe_task_leave(zoe_task **task);

#endif
