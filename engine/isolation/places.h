/*
 * The processes of the threads that decode: each such thread has a place, and a place has at most
 * one process, started when it is first needed and again when it is no more.
 *
 *   FREE --take--> TAKEN, no process --provide--> TAKEN, a process
 *    ^                  ^                             |
 *    |                  '---- it died, is worn, is not needed any more
 *    '---- the thread ends
 *
 * A place also knows which files its process has open, by their serials: a file that is closed is
 * forgotten in all places, and the processes close it when they look next.
 *
 * Thread-safety: functions of all places: any thread. A place that was taken: its thread, until it
 * is left.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_PLACES_H
#define ZOE_ISOLATION_PLACES_H

#include <pthread.h>

#include "base/log.h"
#include "isolation/process.h"
#include "isolation/windows.h"

typedef struct zoe_places zoe_places;

typedef struct zoe_isolation_settings {
    const char *program;     /* path of zoetrope-decoder; NULL: where it is looked for */
    uint32_t recycle_frames; /* a process is started anew after so many; 0: never */
    uint64_t memory_bytes;   /* and where it has more memory than it was told to use, by so much;
                                0: 64 MiB */
    uint32_t hang_ms;        /* without progress for so long it is ended, and where a command takes
                                60 times as long; 0: 10 s */
    uint64_t address_bytes;  /* address space for frames that it may use */
    zoe_log log;
} zoe_isolation_settings;

typedef struct zoe_place {
    /* fixed */
    zoe_places *all;

    bool taken; /* by a thread; guarded by the lock of all */

    pthread_mutex_t lock; /* held by its thread while the process works, before that of all; a
                             process that nobody works with may be ended by whoever has it */

    /* guarded by `lock` */
    zoe_isolation_process process;
    zoe_isolation_windows windows; /* that the process has mapped */
    /* Of files that the process has open; 0: none. Set by its thread, cleared by whoever closes the
     * file, both under the lock of all. Relaxed: its thread reads them without that, and asks
     * for its own files only. */
    _Atomic uint64_t serials[ZOE_ISOLATION_FILES];
    uint64_t used[ZOE_ISOLATION_FILES]; /* when; the larger, the later */
    uint64_t clock;
    uint64_t frames; /* that it has opened */
    uint64_t worked_ns;
    uint64_t told; /* bytes that it was told to use: scratch and files' memory */
    bool had_one;  /* a process was here before */

    /* relaxed: for figures only. A pid that is looked at while its process ends is at worst
     * another's once */
    _Atomic int pid;
    _Atomic uint64_t base_bytes;
} zoe_place;

/* ---- all ---- */

/* Sees that a process can be started, which then waits for headers (isolation/header_reader.h).
 * Errors: those of zoe_isolation_create(). */
zoe_status zoe_places_create(const zoe_isolation_settings *settings, zoe_places **places,
                             zoe_error *error);

/* Ends all processes. No place is taken, but by threads that have left it. NULL is accepted. */
void zoe_places_destroy(zoe_places **places);

/* How many threads have one. */
uint32_t zoe_places_threads(const zoe_places *places);

/* As zoe_isolation_trim(), zoe_isolation_count() and, without files and headers,
 * zoe_isolation_measure(). */
void zoe_places_trim(zoe_places *places);
void zoe_places_count(const zoe_places *places, zoe_isolation_report *report);
void zoe_places_measure(zoe_places *places, zoe_isolation_report *report);

/* A number for a file, which no other has. */
uint64_t zoe_places_new_serial(zoe_places *places);

/* The file is closed: no process has to have it open any more. */
void zoe_places_forget_file(zoe_places *places, uint64_t serial);

/* ---- one ---- */

/* The calling thread's, until zoe_place_leave(). NULL: there are too many threads. */
zoe_place *zoe_places_take(zoe_places *places);
void zoe_place_leave(zoe_place *place);

/* Sees that a process is gone that has died since its last command: no frame is at fault. Where it
 * is worn, and `may_end`, it is ended. */
void zoe_place_look(zoe_place *place, bool may_end);

/* Sees to it that there is a process. `name` is what it is needed for. Errors: STALE, DECODER. */
zoe_status zoe_place_provide(zoe_place *place, const char *name, zoe_error *error);

/* Has the process do what stands in its block. false: it is no more; *cause says why. */
bool zoe_place_command(zoe_place *place, zoe_isolation_answer *answer, zoe_isolation_cause *cause);

/* The process has died under a command for that file: returns the error, DECODER or STALE. */
zoe_status zoe_place_mourn(zoe_place *place, const char *path, const zoe_isolation_cause *cause,
                           zoe_error *error);

/* Ends it for an answer that cannot be: returns the error, as above. */
zoe_status zoe_place_refuse(zoe_place *place, const char *path, zoe_error *error);

/* Ends it, for no fault of its own. */
void zoe_place_end(zoe_place *place);

/* The process has opened a frame that has it use so many bytes. */
void zoe_place_note_frame(zoe_place *place, uint64_t told);

/* ---- its files ---- */

/* Where the process has the file open, which is used now; ZOE_ISOLATION_FILES: it has not. */
uint32_t zoe_place_find_file(zoe_place *place, uint64_t serial);

/* Where it is to open the file: instead of the one that was used longest ago. */
uint32_t zoe_place_add_file(zoe_place *place, uint64_t serial);

/* It could not be opened there. */
void zoe_place_drop_file(zoe_place *place, uint32_t index);

#endif
