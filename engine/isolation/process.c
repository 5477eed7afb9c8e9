#include "isolation/process.h"

#include <stdio.h>
#include <string.h>

/* How often the program looks whether a process that has not answered yet is still alive, and
 * whether its work is still wanted. */
enum { LOOK_MS = 10 };

/* What shows progress all the time is at its work for so many times as long as it may hang at most:
 * it says itself that there is some, and the work of a frame has an end. */
enum { HANGS_MAX = 60 };

/* A process that was told to stop has so long. What OpenEXR does by itself, parsing a header and
 * the compressions that it decodes, does not hear of it. */
enum { STOP_MS = 200 };

/* It starts in some 5 ms; a machine that swaps needs longer. */
enum { START_MS = 10000 };

/* After SIGKILL; one that waits for a dead network file system takes longer, and is left behind for
 * the system to end. */
enum { END_MS = 10000 };

/* ---- end ---- */

static void describe(const zoe_os_process_end *end, zoe_isolation_cause *cause)
{
    enum { KILL = 9, XCPU = 24, SYS = 31 };
    if (end->signal == SYS)
        snprintf(cause->text, sizeof cause->text,
                 "decoder asked the system for what it may not have (signal %d)", end->signal);
    else if (end->signal == KILL)
        snprintf(cause->text, sizeof cause->text, "decoder was killed (signal %d)", end->signal);
    else if (end->signal)
        snprintf(cause->text, sizeof cause->text, "decoder crashed (signal %d)", end->signal);
    else if (end->status >= 0)
        snprintf(cause->text, sizeof cause->text, "decoder ended (status %d)", end->status);
    else
        snprintf(cause->text, sizeof cause->text, "decoder is gone");
}

void zoe_isolation_end(zoe_isolation_process *process)
{
    zoe_os_process_end end;
    zoe_os_process_kill(&process->os);
    if (!zoe_os_process_is_over(&process->os, END_MS, &end))
        zoe_os_process_leave(&process->os);
}

/* Of one that has ended by itself, or is about to. */
static void bury(zoe_isolation_process *process, zoe_isolation_cause *cause)
{
    zoe_os_process_end end;
    /* Its socket may be closed a moment before it is over. */
    if (!zoe_os_process_is_over(&process->os, LOOK_MS * 10, &end)) {
        zoe_isolation_end(process);
        end = (zoe_os_process_end){0, -1};
    }
    describe(&end, cause);
}

void zoe_isolation_free(zoe_isolation_process *process)
{
    zoe_isolation_end(process);
    if (process->block)
        zoe_os_shared_unreserve(process->block, sizeof *process->block);
    process->block = NULL;
}

bool zoe_isolation_has_died(zoe_isolation_process *process, zoe_isolation_cause *cause)
{
    if (!zoe_isolation_runs(process) || zoe_os_socket_is_open(process->os.socket))
        return false;
    bury(process, cause);
    return true;
}

void zoe_isolation_reject(zoe_isolation_process *process, zoe_isolation_cause *cause)
{
    snprintf(cause->text, sizeof cause->text, "decoder gave an impossible answer");
    zoe_isolation_end(process);
}

/* ---- commands ---- */

bool zoe_isolation_hand_over(zoe_isolation_process *process, zoe_isolation_hand what, int fd)
{
    const uint32_t message = (uint32_t)what;
    return zoe_os_socket_send(process->os.socket, &message, sizeof message, fd);
}

/* What a wait has seen so far. */
typedef struct watch {
    uint64_t began_ns;
    uint64_t progress_ns; /* when there was some */
    uint64_t bytes_read;
    uint32_t progress;
    uint64_t stopped_ns; /* when it was told to; 0: it was not */
} watch;

/* false: it shall be ended; *cause says why. */
static bool look(const zoe_isolation_process *process, watch *w, zoe_isolation_cause *cause)
{
    zoe_isolation_block *block = process->block;
    uint64_t now = zoe_os_now_ns();
    uint64_t bytes = atomic_load_explicit(&block->bytes_read, memory_order_relaxed);
    uint32_t progress = atomic_load_explicit(&block->progress, memory_order_relaxed);
    if (bytes != w->bytes_read || progress != w->progress)
        w->progress_ns = now;
    w->bytes_read = bytes;
    w->progress = progress;
    if (!w->stopped_ns && zoe_stop_wanted()) {
        w->stopped_ns = now;
        zoe_stop_ask(&block->stop);
    }
    uint64_t idle_ms = (now - w->progress_ns) / 1000000;
    if (idle_ms >= process->hang_ms) {
        snprintf(cause->text, sizeof cause->text, "decoder hung (no progress for %.1f s)",
                 (double)process->hang_ms / 1000);
        return false;
    }
    if ((now - w->began_ns) / 1000000 / HANGS_MAX >= process->hang_ms) {
        snprintf(cause->text, sizeof cause->text, "decoder came to no end in %.1f s",
                 (double)process->hang_ms * HANGS_MAX / 1000);
        return false;
    }
    if (w->stopped_ns && now - w->stopped_ns >= (uint64_t)STOP_MS * 1000000) {
        snprintf(cause->text, sizeof cause->text, "decoder did not stop");
        return false;
    }
    return true;
}

/* Waits until `answered` has the number of the last request. */
static bool await_answer(zoe_isolation_process *process, zoe_isolation_cause *cause)
{
    zoe_isolation_block *block = process->block;
    const uint32_t before = process->request - 1;
    watch w = {.progress_ns = 0};
    for (;;) {
        uint32_t answered = atomic_load_explicit(&block->answered, memory_order_acquire);
        if (answered == process->request)
            return true;
        if (answered != before) {
            zoe_isolation_reject(process, cause);
            return false;
        }
        zoe_os_word_wait(&block->answered, before, LOOK_MS);
        if (atomic_load_explicit(&block->answered, memory_order_relaxed) != before)
            continue;
        if (!w.progress_ns) {
            w.began_ns = w.progress_ns = zoe_os_now_ns();
            w.bytes_read = atomic_load_explicit(&block->bytes_read, memory_order_relaxed);
            w.progress = atomic_load_explicit(&block->progress, memory_order_relaxed);
        }
        if (!zoe_os_socket_is_open(process->os.socket)) {
            bury(process, cause);
            return false;
        }
        if (!look(process, &w, cause)) {
            zoe_isolation_end(process);
            return false;
        }
    }
}

bool zoe_isolation_command_it(zoe_isolation_process *process, zoe_isolation_answer *answer,
                              zoe_isolation_cause *cause)
{
    zoe_isolation_block *block = process->block;
    atomic_store_explicit(&block->stop.asked, 0, memory_order_relaxed);
    atomic_store_explicit(&block->request, ++process->request, memory_order_release);
    zoe_os_word_wake(&block->request);
    if (!await_answer(process, cause))
        return false;
    memcpy(answer, &block->answer, sizeof *answer);
    return true;
}

/* ---- start ---- */

/* A block of its own for the process to come. */
static zoe_status make_block(zoe_isolation_process *process, zoe_os_shared *shared,
                             zoe_error *error)
{
    process->block = zoe_os_shared_reserve(sizeof *process->block, zoe_os_page());
    if (process->block && zoe_os_shared_find(process->block, shared))
        return ZOE_OK;
    return zoe_error_set(error, ZOE_ERROR_UNSUPPORTED,
                         "the system gives no memory that a decoder could share");
}

zoe_status zoe_isolation_start(zoe_isolation_process *process, const char *path,
                               const zoe_isolation_hello *hello, uint32_t hang_ms, zoe_error *error)
{
    zoe_os_shared shared;
    zoe_isolation_free(process);
    *process = (zoe_isolation_process){.os = {0, -1}, .hang_ms = START_MS};
    zoe_status status = make_block(process, &shared, error);
    if (status == ZOE_OK)
        status = zoe_os_process_start(&process->os, path, error);
    if (status != ZOE_OK)
        return status;
    zoe_isolation_cause cause;
    zoe_isolation_answer answer;
    process->request = 1;
    atomic_store_explicit(&process->block->request, process->request, memory_order_relaxed);
    if (!zoe_os_socket_send(process->os.socket, hello, sizeof *hello, shared.fd))
        bury(process, &cause);
    else if (await_answer(process, &cause)) {
        memcpy(&answer, &process->block->answer, sizeof answer);
        answer.text[sizeof answer.text - 1] = '\0';
        process->hang_ms = hang_ms;
        process->base_bytes = zoe_os_process_resident(&process->os);
        if (answer.status == ZOE_OK)
            return ZOE_OK;
        zoe_isolation_end(process);
        return zoe_error_set(error, ZOE_ERROR_UNSUPPORTED, "%s: %s", path, answer.text);
    }
    return zoe_error_set(error, ZOE_ERROR_DECODER, "%s: %s at its start", path, cause.text);
}
