/*
 * What an engine may use: memory, workers, and who hears its messages. Tier 1: includes status.h.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_SETTINGS_H
#define ZOETROPE_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How much memory all frames and all decoding scratch of an engine may take together.
 *
 *   limit = min(bytes, 4 x total), if bytes is not 0; else min(percent x total, total - reserve)
 *
 * where total is physical memory, or the memory limit of the process's control group if that is
 * lower. The limit in force is never below ZOE_LIMIT_MIN bytes. Thread-safety: a plain value; one
 * thread at a time.
 */
typedef struct zoe_budget {
    uint32_t percent;       /* of total, ZOE_PERCENT_MIN..ZOE_PERCENT_MAX; 0: ZOE_PERCENT_DEFAULT */
    uint64_t reserve_bytes; /* left to other programs, 512 MiB..8 GiB; 0: 2 GiB */
    uint64_t bytes;         /* an explicit limit that overrides both; 0: none */
} zoe_budget;

enum {
    ZOE_PERCENT_MIN = 25,
    ZOE_PERCENT_MAX = 95,
    ZOE_PERCENT_DEFAULT = 75,
    ZOE_LIMIT_TOTALS = 4, /* times total: the most that an explicit limit may be */
};

#define ZOE_RESERVE_MIN     ((uint64_t)512 << 20)
#define ZOE_RESERVE_MAX     ((uint64_t)8 << 30)
#define ZOE_RESERVE_DEFAULT ((uint64_t)2 << 30)
#define ZOE_LIMIT_MIN       ((uint64_t)16 << 20)

enum { ZOE_WORKERS_MAX = 64 };

typedef enum zoe_log_level {
    ZOE_LOG_ERROR = 0,   /* something the user asked for did not happen */
    ZOE_LOG_WARNING = 1, /* something works less well than it should */
    ZOE_LOG_INFO = 2,    /* what the engine found and decided */
    ZOE_LOG_DEBUG = 3,   /* every load, eviction and epoch */
} zoe_log_level;

/*
 * Hears one message: UTF-8, one line, no newline, valid during the call only. Called on any thread
 * of the engine and on callers' threads, several at once, with no lock held. It may not call the
 * engine.
 */
typedef void zoe_log_fn(void *user, zoe_log_level level, const char *message);

/*
 * Told that frames changed state (loaded, failed or evicted), so that whoever shows them may look.
 * Called on worker threads and on callers' threads, several at once, with no lock held. It may
 * acquire frames and read states of a source that is neither being refreshed nor closed; it may not
 * block (closing a source waits for workers that are in it), change the want, or destroy the
 * engine. Most programs only wake their own thread in it.
 */
typedef void zoe_notify_fn(void *user);

/* Where files are parsed and decoded. */
typedef enum zoe_isolation_mode {
    /* in the program's own process */
    ZOE_ISOLATION_OFF = 0,
    /* in processes of their own, one for each worker, that can read the file they are given and
     * write frames' memory, and nothing else. A file that makes one crash or hang costs its frame;
     * the next frame has a new one */
    ZOE_ISOLATION_ON = 1,
    /* on where the system and the installation allow it; else off, and the log says why at level
     * INFO */
    ZOE_ISOLATION_AUTO = 2,
} zoe_isolation_mode;

/*
 * Filled by zoe_engine_settings_init(); then change what you like.
 * Thread-safety: a plain value; one thread at a time.
 */
typedef struct zoe_engine_settings {
    size_t size; /* of this struct, in bytes; set by the init function. A shorter one, of a program
                    built against an older version, has the defaults for what it lacks; a longer one
                    is accepted while all that it has more is 0 */
    zoe_budget budget;
    uint32_t workers;        /* decoding threads, 1..ZOE_WORKERS_MAX; 0: 3/4 of the usable cores,
                                rounded up */
    int32_t bind_workers;    /* 1: each worker is bound to a core of its own where allowed; 0: not.
                                default 1 */
    uint64_t overhead_bytes; /* what the process may take beside the budget (code, windows, index);
                                a warning is logged when resident memory goes beyond limit +
                                overhead. 0: 48 MiB, right for a program without a window */
    zoe_log_level log_level; /* messages above this level are not made; default ZOE_LOG_WARNING */
    zoe_log_fn *log;         /* NULL: messages are dropped. default NULL */
    void *log_user;          /* given to log */
    zoe_notify_fn *notify;   /* NULL: nobody is told. default NULL */
    void *notify_user;       /* given to notify */

    /* Decoding in processes of its own. The library starts none unless asked to. */
    int32_t isolation;           /* a zoe_isolation_mode; default ZOE_ISOLATION_OFF */
    const char *decoder_program; /* path of zoetrope-decoder, the program that those processes run;
                                    NULL: what the environment's ZOETROPE_DECODER says, else beside
                                    the library or the program, else where it was installed.
                                    Looked at during zoe_engine_create() only. default NULL */
    uint32_t decoder_frames;     /* a process is started anew after so many frames; 0: never.
                                    default 0 */
    uint64_t decoder_bytes;      /* and when it has so much more memory than it was told to use; 0:
                                    64 MiB */
    uint32_t decoder_hang_ms; /* a process that makes no progress for so long is ended, and one that
                                 is at one piece or header for 60 times as long; 0: 10,000 */
} zoe_engine_settings;

/* Fills in the size and every default. Thread-safety: any thread. */
ZOE_API void zoe_engine_settings_init(zoe_engine_settings *settings);

#ifdef __cplusplus
}
#endif

#endif
