/*
 * The cache: its lock, its books, and the ways by which frames leave memory.
 *
 *   table, source, load   what is in it
 *   cache                 the whole, and who is woken when
 *   reserve               memory for loads, and which frames leave for them
 *   scheduler             what a worker does next
 *   loader                what it does with a load
 *
 * There is one lock. It is not held across I/O, decoding, callbacks or system calls that take long:
 * memory that goes back to the system is collected, and whoever lets go of the lock gives it back
 * after that. Lock order: the engine's `change` and the aheads' lock, then this one, then those of
 * a storage (storage/fetch.h: one may be woken with this lock held) and the log's.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CACHE_H
#define ZOE_CACHE_H

#include "base/log.h"
#include "cache/load.h"
#include "memory/memory.h"

/* What a worker brings. Guarded by the cache's lock, but for what is in the scratch. */
typedef struct zoe_load_worker {
    struct zoe_cache *cache;
    uint32_t node;       /* memory node it is on; fixed after creation */
    zoe_load *load;      /* that it is at; NULL: none */
    zoe_buffer *scratch; /* while it is at a load that needs some */
    bool stop;           /* it leaves its load at the next piece, and asks for no other */
    bool told;           /* a frame's state changed while it picked: see pick */
    uint32_t seen;       /* of the cache's attention; the worker's own while at a load */
} zoe_load_worker;

typedef struct zoe_cache {
    /* fixed after creation */
    bool made; /* the lock and the conditions are */
    zoe_decoder decoder;
    zoe_log log;
    uint64_t (*now_ns)(void);  /* the clock of patience and decode times */
    uint64_t first_file_bytes; /* memory for the open file of a frame of which nothing is known */
    uint64_t patience_ns;      /* how long scrubbing may go on without a picture; see must_finish */
    zoe_notify_fn *notify;
    void *notify_user;

    zoe_lock lock;
    pthread_cond_t work;     /* predicate: there may be work for a worker, or it shall stop */
    pthread_cond_t progress; /* for whoever is no worker. Predicate: a load has ended, a frame is
                                not awaited any more, a worker found nothing to do, pages are back
                                with the system, or a refresh is over */

    /* guarded by lock */
    zoe_memory memory; /* its meter is atomic */
    zoe_source *sources;
    zoe_load loads[ZOE_LOADS_MAX];
    uint32_t workers;       /* how many threads ask for work */
    uint32_t idle;          /* how many of them wait for some */
    bool paused;            /* nothing is begun: while memory is given back, and at the end */
    uint64_t decode_ns;     /* what a frame took lately, from claim to published: a running mean */
    uint64_t generation;    /* the last that was given to a picture */
    uint64_t frames;        /* LOADED ones */
    uint64_t frame_bytes;   /* that they need, and pictures that only pins still hold */
    uint64_t spared_bytes;  /* that they would need besides with their windows filled */
    uint64_t storage_bytes; /* that the meter counts for what storages hold, which no frame gets */
    zoe_stats totals; /* since they were reset: decodes, errors, evictions, and what was stale;
                            `allocations`: how many there were by then */

    /* atomic */
    _Atomic uint64_t clock;     /* relaxed: goes up with every want; orders last uses */
    _Atomic uint32_t attention; /* relaxed: goes up when workers should look for better work; they
                                   look at it after every piece, and see all else under the lock */
    _Atomic uint32_t starved;   /* seq_cst, see memory/hold.h: pins are in the way of a load or of a
                                   lower limit */
    _Atomic uint64_t bytes_read; /* relaxed */
    zoe_counter hits, misses;
    zoe_histogram decode_times, piece_times, read_times;
} zoe_cache;

/* Starts an empty cache in zeroed memory, whose budget is `limit` bytes. `settings` gives log and
 * notify. Destroy copes with one that was not made, or only zeroed. */
zoe_status zoe_cache_init(zoe_cache *cache, const zoe_decoder *decoder,
                          const zoe_engine_settings *settings, uint64_t limit,
                          uint64_t address_bytes);

/* Frees all memory. No worker is left, all sources are closed, all frames released. */
void zoe_cache_destroy(zoe_cache *cache);

/* ---- lock ---- */

void zoe_cache_lock(zoe_cache *cache);
void zoe_cache_unlock(zoe_cache *cache); /* gives back what was collected, which takes time */

/* As zoe_lock_wait(); comes back at once where memory was to be given back first. */
bool zoe_cache_wait_locked(zoe_cache *cache, pthread_cond_t *condition, uint64_t deadline_ns);

/* Gives it back without the lock. Returns whether there was any: others may have had the lock. */
bool zoe_cache_give_back_locked(zoe_cache *cache);

/* ---- waking ---- */

/* There may be work for one worker: memory became free, or a frame became EMPTY. Who takes work
 * wakes the next one. */
static inline void zoe_cache_wake_worker_locked(zoe_cache *cache)
{
    pthread_cond_signal(&cache->work);
}

/* All workers shall look for better work than what they are at, or for any. */
static inline void zoe_cache_wake_all_locked(zoe_cache *cache)
{
    atomic_fetch_add_explicit(&cache->attention, 1, memory_order_relaxed);
    pthread_cond_broadcast(&cache->work);
}

static inline void zoe_cache_tell_locked(zoe_cache *cache)
{
    pthread_cond_broadcast(&cache->progress);
}

/* ---- log ---- */

/* Notes for the log what became of a frame. The log has it when the program is notified. */
void zoe_cache_note_locked(zoe_cache *cache, const char *what, const zoe_source *source,
                           int64_t position);

/* Tells the notify callback. No lock held. */
void zoe_cache_notify(zoe_cache *cache);

/* ---- loads ---- */

/* Goes through the loads that are under way: NULL gives the first, and NULL ends it. */
zoe_load *zoe_cache_next_load_locked(zoe_cache *cache, zoe_load *after);

/* Its workers stop, inside a piece too. Where it has none, one is woken to end it. */
void zoe_cache_stop_load_locked(zoe_load *load);

/* Stops the load that is needed last, if that is later than in `use` steps. false: there is
 * none. */
bool zoe_cache_stop_farthest_locked(zoe_cache *cache, int64_t use);

/* ---- frames ---- */

/* What a load and a worker at it have is free again. */
void zoe_cache_give_load_locked(zoe_load_worker *worker, zoe_load *load);

/* Evicts a LOADED frame: the buffer becomes free. false: it is pinned, and stays. */
bool zoe_cache_evict_locked(zoe_cache *cache, zoe_frame_buffer *buffer);

/* A LOADED frame lets go of its picture, which stays while it is pinned. */
void zoe_cache_let_go_locked(zoe_cache *cache, zoe_table *table, int64_t position);

/* The last reference to a picture was given back: its memory becomes free, or goes back to the
 * system where its source is closed. */
void zoe_cache_free_picture_locked(zoe_cache *cache, zoe_frame_buffer *buffer);

/* In builds with ZOE_CHECKS: checks the invariants of table.h and load.h and the books of the
 * budget, every time the lock is let go of, in time that grows with the number of buffers. */
void zoe_cache_check_locked(zoe_cache *cache);

#endif
