/*
 * One decoder process, as the program sees it: its start, commands to it, and its end.
 *
 *   NONE --start--> READY --command--> READY
 *    ^                |
 *    '---- end -------'   it died, hung, gave an impossible answer, or is not needed any more
 *
 * Thread-safety: one thread at a time, but for the functions that say otherwise.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_PROCESS_H
#define ZOE_ISOLATION_PROCESS_H

#include "base/os.h"
#include "isolation/protocol.h"

/* Why a process is no more, for a person. */
typedef struct zoe_isolation_cause {
    char text[80]; /* "decoder crashed (signal 11)" */
} zoe_isolation_cause;

/* What all processes have come to. */
typedef struct zoe_isolation_report {
    uint64_t running;    /* now */
    uint64_t restarts;   /* processes started in place of another */
    uint64_t deaths;     /* of those: it died, hung or answered what cannot be */
    uint64_t bytes;      /* now: resident, beside frames' memory, and files that they were given in
                            memory */
    uint64_t base_bytes; /* of them, what the processes had before they did anything */
} zoe_isolation_report;

typedef struct zoe_isolation_process {
    zoe_os_process os;          /* pid 0: NONE */
    zoe_isolation_block *block; /* shared with it; stays when it has ended, until another one is
                                   started. NULL: there was none yet */
    uint32_t request;           /* the last one's number */
    uint32_t hang_ms;           /* without progress for so long: it is ended */
    uint64_t base_bytes;        /* resident after its start */
} zoe_isolation_process;

/* Starts the program at `path` and waits until it has locked itself in. Errors: those of
 * zoe_os_process_start(); UNSUPPORTED: the system or the build cannot lock it in; DECODER: it ended
 * instead. The text says why. */
zoe_status zoe_isolation_start(zoe_isolation_process *process, const char *path,
                               const zoe_isolation_hello *hello, uint32_t hang_ms,
                               zoe_error *error);

/* Ends it, if there is one. */
void zoe_isolation_end(zoe_isolation_process *process);

/* The same, and gives back what it shared with the program. */
void zoe_isolation_free(zoe_isolation_process *process);

static inline bool zoe_isolation_runs(const zoe_isolation_process *process)
{
    return process->os.pid > 0;
}

/* Has it ended while it had nothing to do? *cause says why. */
bool zoe_isolation_has_died(zoe_isolation_process *process, zoe_isolation_cause *cause);

/* Hands it a descriptor, before the command that asks for it. false: it does not take it. */
bool zoe_isolation_hand_over(zoe_isolation_process *process, zoe_isolation_hand what, int fd);

/*
 * Has it do what stands in block->command, and copies the answer. Where the calling thread is to
 * stop (base/stop.h), the process is told, and ended where it does not hear. false: it is no more;
 * *cause says why.
 */
bool zoe_isolation_command_it(zoe_isolation_process *process, zoe_isolation_answer *answer,
                              zoe_isolation_cause *cause);

/* Ends it for an answer that cannot be, and says so. */
void zoe_isolation_reject(zoe_isolation_process *process, zoe_isolation_cause *cause);

#endif
