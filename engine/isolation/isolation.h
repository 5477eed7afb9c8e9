/*
 * A decoder whose work is done in other processes: each thread that decodes has one of its own,
 * started when it is first needed. The program opens files and looks at their identity; the process
 * has the descriptor, the range of memory that the frame's buffer lies in, and nothing else.
 *
 *   protocol   what the two say to each other
 *   check      what the process answers, held to what can be
 *   process    one process: start, commands, end
 *   descriptor by which a process gets a file
 *   windows    which ranges of frames' memory it has mapped
 *   header_image, header_reader   a header by itself
 *   isolation  files, threads and their processes
 *   service    what the process does
 *
 * A process may die at any time. What it was at fails, with ERROR_DECODER and the reason; the next
 * frame finds a new one, which opens files again that others are still at.
 *
 * Buffers must lie in memory from zoe_os_shared_reserve().
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_H
#define ZOE_ISOLATION_H

#include "base/decoder.h"
#include "base/log.h"

typedef struct zoe_isolation zoe_isolation;

typedef struct zoe_isolation_settings {
    const char *program;     /* path of zoetrope-decoder; NULL: where it is looked for */
    uint32_t recycle_frames; /* a process is started anew after so many; 0: never */
    uint64_t memory_bytes;   /* and where it has more memory than it was told to use, by so much;
                                0: 64 MiB */
    uint32_t hang_ms;        /* without progress for so long it is ended; 0: 10 s */
    uint64_t address_bytes;  /* address space for frames that it may use */
    zoe_log log;
} zoe_isolation_settings;

/* What all processes have come to. */
typedef struct zoe_isolation_report {
    uint64_t running;    /* now */
    uint64_t restarts;   /* processes started in place of another */
    uint64_t deaths;     /* of those: it died, hung or answered what cannot be */
    uint64_t bytes;      /* now: resident, beside frames' memory, and files that they were given in
                            memory */
    uint64_t base_bytes; /* of them, what the processes had before they did anything */
} zoe_isolation_report;

/* Starts a process and ends it again, to see that it can be done. Errors: NOT_FOUND (no program),
 * UNSUPPORTED (the system or the build cannot lock it in), and others of starting it; the text says
 * why. */
zoe_status zoe_isolation_create(const zoe_isolation_settings *settings, zoe_isolation **isolation,
                                zoe_error *error);

/* All files are closed, and no thread decodes. Ends all processes. */
void zoe_isolation_destroy(zoe_isolation **isolation);

/* The decoder; it stands as long as `isolation`. */
zoe_decoder zoe_isolation_decoder(zoe_isolation *isolation);

/* Ends processes that are at nothing, to give their memory back. Any thread. */
void zoe_isolation_trim(zoe_isolation *isolation);

/* Fills in restarts and deaths. Any thread. */
void zoe_isolation_count(const zoe_isolation *isolation, zoe_isolation_report *report);

/* All of it, which asks the system about each process. Any thread. */
void zoe_isolation_measure(zoe_isolation *isolation, zoe_isolation_report *report);

#endif
