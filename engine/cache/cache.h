/*
 * The cache: which frames are in memory, which leave, and what is decoded next.
 *
 * Nothing is queued. A worker that is free asks for work (zoe_cache_pick); the cache answers from
 * the wants of its sources: the frame under a playhead first, then loads that were left half done,
 * then the nearest frame of any want that is neither loaded nor loading, if a buffer can be had for
 * it without harm.
 *
 * Harm. A frame may only push out another one that is needed later than itself. On a circle that is
 * not enough: there the frame just shown is always needed last, so that reading ahead as far as
 * memory goes would push all frames round once a loop. A load that would evict a frame with a next
 * use on a circle is therefore started only when it is itself needed within as many steps as there
 * are workers; all other frames stay where they are, and a loop of N frames with room for C decodes
 * about N - C of them.
 *
 * Lock order: the cache's lock, then a recycler's (a leaf). No lock is held across I/O, decoding,
 * callbacks or system calls that wait; giving pages back is a system call that does not.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CACHE_H
#define ZOE_CACHE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/engine.h>

#include "memory/budget.h"
#include "base/decoder.h"
#include "cache/load.h"
#include "base/log.h"
#include "memory/scratch.h"
#include "memory/slab.h"
#include "cache/slots.h"
#include "base/times.h"
#include "cache/order.h"

struct zoe_source {
    /* fixed after creation */
    struct zoe_cache *cache;
    zoe_choice choice;

    /* changed by zoe_source_refresh() only, when no load of the source is under way */
    zoe_sequence *sequence;
    zoe_table *table;

    /* guarded by the cache's lock */
    zoe_want want;
    int64_t cursor;  /* every k below it is not empty: candidates start here */
    zoe_needs needs; /* of the last frame opened: what the next one probably takes */
    int64_t lead; /* while time does not wait: frames nearer than this many steps would be late */
    uint64_t waiting_since_ns; /* when a frame under the playhead was first not ready; 0: it is, or
                                  none was asked for */
    bool refused;              /* while a worker picks: there is no room for its candidate */
    int64_t announced;         /* position whose file the system was last told of; -1: none */
    bool closing;              /* nothing new is begun */
    zoe_source *next;          /* in the cache's list */

    /* atomic, relaxed: a number to compare */
    _Atomic uint64_t epoch;
};

/* Totals since the statistics were reset; guarded by the cache's lock. */
typedef struct zoe_cache_totals {
    uint64_t decodes, errors, evictions, stale_skipped, stale_stopped, wasted_ns;
} zoe_cache_totals;

typedef struct zoe_cache {
    /* fixed after creation */
    zoe_decoder decoder;
    zoe_log log;
    uint64_t patience_ns; /* how long scrubbing may go on without a picture; see zoe_load.keep */
    zoe_notify_fn *notify;
    void *notify_user;

    pthread_mutex_t lock;
    pthread_cond_t work;          /* predicate: there may be work for a worker, or it shall stop */
    pthread_cond_t loaded;        /* predicate: a frame that was loading is not any more */
    pthread_cond_t ended;         /* predicate: a load has ended and its memory is back, or a worker
                                     found nothing to do */
    _Atomic uintptr_t lock_owner; /* for assertions; relaxed: a thread only compares with itself */

    /* guarded by lock */
    zoe_slab slab;
    zoe_source *sources;
    zoe_load loads[ZOE_LOADS_MAX];
    uint32_t workers;              /* how many threads ask for work */
    uint32_t idle;                 /* how many of them wait for some */
    zoe_load_worker *free_workers; /* at no load: those that wait, and one that picks */
    bool stopping;                 /* workers end as soon as they can */
    uint64_t decode_ns; /* what a frame took lately, from claim to published: a running mean */
    bool paused;        /* nothing is begun: set while memory is given back */
    zoe_cache_totals totals;
    zoe_log_notes notes;       /* evictions and epochs; empty unless somebody hears DEBUG */
    uint64_t allocations_base; /* of slab and recycler when the statistics were reset */

    /* atomic */
    zoe_meter meter;
    _Atomic uint64_t clock;      /* relaxed: goes up with every want; orders last uses */
    _Atomic uint32_t attention;  /* relaxed: goes up when workers should look for better work; they
                                    look at it after every piece, and   see all else under the lock */
    _Atomic uint32_t starved;    /* seq_cst, see slots.h: a worker found every frame pinned */
    _Atomic uint64_t bytes_read; /* relaxed */
    _Atomic uint64_t worker_scratch_bytes;       /* relaxed: all workers' */
    _Atomic uint64_t worker_scratch_allocations; /* relaxed */
    zoe_recycler recycler;
    zoe_counter hits, misses;
    zoe_histogram decode_times, piece_times, read_times;
} zoe_cache;

/* Starts an empty cache whose budget is `limit` bytes. `settings` gives log and notify. */
zoe_status zoe_cache_init(zoe_cache *cache, const zoe_decoder *decoder,
                          const zoe_engine_settings *settings, uint64_t limit,
                          uint64_t address_bytes);

/* Frees all memory. No worker asks for work any more, and all sources are closed. */
void zoe_cache_destroy(zoe_cache *cache);

void zoe_cache_lock(zoe_cache *cache);
void zoe_cache_unlock(zoe_cache *cache);
void zoe_cache_assert_locked(const zoe_cache *cache);

/* Waits on one of the cache's conditions, the lock held; until `deadline_ns`, or without end for
 * ZOE_CACHE_FOREVER. false: the deadline passed. */
#define ZOE_CACHE_FOREVER UINT64_MAX
bool zoe_cache_wait_locked(zoe_cache *cache, pthread_cond_t *condition, uint64_t deadline_ns);

/* Writes what was noted for the log, if anything was. No lock held. */
void zoe_cache_write_notes(zoe_cache *cache);

/* Notes for the log what became of a frame; the callback must not run under the lock. */
void zoe_cache_note_locked(zoe_cache *cache, const char *what, const zoe_table *table,
                           int64_t position);

/* Tells the notify callback, and the log. No lock held. */
void zoe_cache_notify(zoe_cache *cache);

/* ---- buffers and victims ---- */

/*
 * A buffer on memory node `node` for a frame whose next use is `use`, if there is room for all that
 * it needs, evicting what is needed later; NULL for needs without a buffer. Scratch that free
 * workers keep is there for the frame's needs, and is given up for frames that are needed now.
 * `own`: the frame's load, if it is under way and has all but the buffer. Errors: OVER_BUDGET (not
 * without harm, for now), NO_MEMORY, TOO_LARGE.
 */
zoe_status zoe_cache_take_buffer_locked(zoe_cache *cache, const zoe_needs *needs, int64_t use,
                                        uint32_t node, const zoe_load *own, zoe_buffer **buffer);

/* What a load takes of the budget, its records included. UINT64_MAX: no buffer is so large. */
uint64_t zoe_needs_cost(const zoe_needs *needs);

/* Does anything but this worker with its load hold memory that may come back? */
bool zoe_cache_is_crowded_locked(zoe_cache *cache, const zoe_load_worker *worker,
                                 const zoe_load *load);

/* Evicts a LOADED frame: its buffer becomes free. false: it is pinned. */
bool zoe_cache_evict_locked(zoe_cache *cache, zoe_buffer *buffer);

/* Evicts every frame that is not pinned. */
void zoe_cache_evict_all_locked(zoe_cache *cache);

/* Evicts every frame of a table that is not pinned, and dooms the others. */
void zoe_cache_evict_table_locked(zoe_cache *cache, zoe_table *table);

/* The last pin of a doomed frame is gone. Takes the lock. */
void zoe_cache_reap(zoe_cache *cache, zoe_table *table, zoe_slot *slot);

/*
 * Takes the picture away from a LOADED frame, to be decoded again: its buffer becomes free, or with
 * its pins goes over to `remnant`, which is taken over then (true). A doomed frame whose last pin
 * is gone stays for whoever held that.
 */
bool zoe_cache_replace_locked(zoe_cache *cache, zoe_table *table, int64_t position,
                              zoe_remnant *remnant);

/* Gives back a pin of a picture that was replaced. Takes the lock. */
void zoe_cache_unpin_remnant(zoe_cache *cache, zoe_table *table, int64_t position,
                             uint64_t generation);

/* A zoe_reclaim_fn for scratch: makes room in the budget. Takes the lock. */
bool zoe_cache_reclaim(void *user, uint64_t bytes);

/* Gives back the scratch of free workers; returns how many bytes. */
uint64_t zoe_cache_give_scratch_locked(zoe_cache *cache);

/* Tells the load that is needed last to stop, if it is needed later than `use`. NULL: there is
 * none. */
zoe_load *zoe_cache_stop_farthest_locked(zoe_cache *cache, int64_t use);

/* Brings what is used under the limit: gives back free buffers and kept scratch, evicts, stops
 * loads and waits for them, dooms what is pinned. May let go of the lock while it waits. Returns
 * the number of frames evicted. */
uint64_t zoe_cache_fit_locked(zoe_cache *cache);

/* ---- wants ---- */

/* Steps until a position of a table is needed; ZOE_NO_USE when no want has it. */
int64_t zoe_cache_next_use_locked(const zoe_table *table, int64_t position);

/* Steps until a load's frame is needed; what is kept comes before everything. */
int64_t zoe_cache_load_use_locked(const zoe_load *load);

/* The first empty position in the source's order and its next use; -1 and ZOE_NO_USE when all is
 * loaded or loading. Moves the cursor. */
int64_t zoe_cache_candidate_locked(zoe_source *source, int64_t *use);

/* A position became empty: the cursor goes back to it. */
void zoe_cache_rewind_locked(zoe_table *table, int64_t position);

/* Sets a checked want: new epoch unless it is a step, stale loads are told to stop, workers are
 * woken if there is work. */
void zoe_cache_set_want_locked(zoe_source *source, const zoe_want *want);

/* Stops all loads of a source, which begins none until `closing` is taken back, and waits until
 * they have ended. Lets go of the lock while it waits. */
void zoe_cache_stop_source_locked(zoe_source *source);

/* ---- work ---- */

/*
 * The best work there is now, with the calling worker counted on it, or NULL. *phase says what it
 * has to begin with: opening, pieces, or ending. worker->seen receives the value of `attention`
 * that the choice was made with.
 */
zoe_load *zoe_cache_pick_locked(zoe_cache *cache, zoe_load_worker *worker, zoe_load_phase *phase);

/* Waits until there may be work. Meanwhile the worker's scratch may be taken from it. */
void zoe_cache_wait_for_work_locked(zoe_cache *cache, zoe_load_worker *worker);

/* Lets time pass for a worker that could not go on. Meanwhile its scratch may be taken from it. */
void zoe_cache_pause_locked(zoe_cache *cache, zoe_load_worker *worker, uint64_t ns);

/* Is it a load that all workers should share: of the frame under a playhead that waits for it, or
 * one that is kept? */
bool zoe_cache_is_urgent_locked(const zoe_load *load);

/* Should a worker leave its load after this piece for a frame under a playhead? */
bool zoe_cache_should_leave_locked(const zoe_cache *cache, const zoe_load *load);

/* Debug builds: checks the invariants of slots.h and load.h and the books of the budget. */
void zoe_cache_check_locked(zoe_cache *cache);

#endif
