#include "cache/load.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cache/cache.h"

/* A file that changes under every load is being written: give its writer this many chances. */
enum { RETRIES_MAX = 3 };

/* ---- asked with the lock held ---- */

void zoe_load_claim_locked(zoe_load *load, zoe_source *source, int64_t position, zoe_buffer *buffer)
{
    assert(load->phase == ZOE_LOAD_FREE);
    zoe_slot_claim_locked(source->table, position);
    load->phase = ZOE_LOAD_OPENING;
    load->workers = 1;
    load->failed = false;
    load->outdated = false;
    load->unfit = false;
    load->keep = false;
    load->source = source;
    load->table = source->table;
    load->position = position;
    load->claimed_ns = zoe_os_now_ns();
    load->buffer = buffer;
    load->file = NULL;
    if (buffer) {
        buffer->table = source->table;
        buffer->position = position;
        source->table->slots[position].buffer = buffer;
    }
    /* Relaxed: others learn of the load under the lock. */
    atomic_store_explicit(&load->stale, 0, memory_order_relaxed);
    atomic_store_explicit(&load->halt, 0, memory_order_relaxed);
    atomic_store_explicit(&load->next_piece, 0, memory_order_relaxed);
    atomic_store_explicit(&load->done_pieces, 0, memory_order_relaxed);
    atomic_store_explicit(&load->missing_pieces, 0, memory_order_relaxed);
    atomic_store_explicit(&load->spent_ns, 0, memory_order_relaxed);
}

static bool is_stopped(const zoe_load *load)
{
    return atomic_load_explicit(&load->stale, memory_order_relaxed) ||
           atomic_load_explicit(&load->halt, memory_order_relaxed);
}

bool zoe_load_can_join_locked(const zoe_load *load)
{
    return load->phase == ZOE_LOAD_OPEN && !is_stopped(load) &&
           atomic_load_explicit(&load->next_piece, memory_order_relaxed) <
               load->picture.piece_count;
}

bool zoe_load_is_over_locked(const zoe_load *load)
{
    return load->phase == ZOE_LOAD_OPEN && load->workers == 0 && is_stopped(load);
}

static void fail_locked(zoe_load *load, const zoe_error *error)
{
    if (!load->failed)
        load->error = *error;
    load->failed = true;
    atomic_store_explicit(&load->halt, 1, memory_order_relaxed);
}

/* ---- opening ---- */

static void give_buffer_locked(zoe_cache *cache, zoe_load *load)
{
    load->table->slots[load->position].buffer = NULL;
    if (load->buffer)
        zoe_slab_give(&cache->slab, load->buffer);
    load->buffer = NULL;
}

static void give_buffer(zoe_cache *cache, zoe_load *load)
{
    zoe_cache_lock(cache);
    give_buffer_locked(cache, load);
    zoe_cache_unlock(cache);
}

/* Does the buffer that was taken on a guess suit the picture? It may be a little larger. */
static bool suits(const zoe_buffer *buffer, uint64_t bytes)
{
    return buffer && buffer->committed >= bytes && buffer->committed <= bytes + bytes / 8 + 65536;
}

/* What loading takes is known now, and is remembered for the next time. Blocks that the file was
 * refused before are looked for as long as it is the same file. */
static void note_needs(zoe_cache *cache, zoe_load *load, const zoe_needs *needs)
{
    zoe_cache_lock(cache);
    zoe_needs *known = &load->table->slots[load->position].needs;
    uint64_t refused = known->file_bytes;
    *known = *needs;
    if (known->file_bytes < refused)
        known->file_bytes = refused;
    /* What can never be loaded says nothing about others. */
    if (zoe_needs_cost(known) <= zoe_meter_limit(&cache->meter))
        load->source->needs = *known;
    zoe_cache_unlock(cache);
}

/* Makes sure of a buffer of the picture's size. */
static zoe_status fit_buffer_locked(zoe_cache *cache, zoe_load *load, uint32_t node)
{
    /* The rest was taken already. */
    const zoe_needs needs = {.bytes = load->picture.bytes};
    if (suits(load->buffer, needs.bytes))
        return ZOE_OK;
    give_buffer_locked(cache, load);
    int64_t use = zoe_cache_next_use_locked(load->table, load->position);
    zoe_buffer *buffer = NULL;
    zoe_status status = zoe_cache_take_buffer_locked(cache, &needs, use, node, load, &buffer);
    if (status != ZOE_OK)
        return status;
    buffer->table = load->table;
    buffer->position = load->position;
    load->buffer = buffer;
    load->table->slots[load->position].buffer = buffer;
    return ZOE_OK;
}

/* The buffer's record of the picture: what acquire copies. */
static void describe_frame(zoe_load *load)
{
    zoe_buffer *buffer = load->buffer;
    buffer->frame = load->picture.frame;
    buffer->file_id = load->picture.id;
    buffer->frame.position = load->position;
    for (uint32_t p = 0; p < buffer->frame.plane_count; p++)
        buffer->frame.planes[p].data = buffer->data + (size_t)buffer->frame.planes[p].data;
}

static zoe_status ensure_scratch(zoe_load_worker *worker, size_t bytes)
{
    zoe_cache *cache = worker->cache;
    size_t before = worker->scratch.committed;
    bool fresh = false;
    zoe_status status = zoe_scratch_ensure(&worker->scratch, bytes, &cache->meter,
                                           (zoe_reclaim){zoe_cache_reclaim, cache}, &fresh);
    if (fresh) {
        atomic_fetch_add_explicit(&cache->worker_scratch_bytes, worker->scratch.committed - before,
                                  memory_order_relaxed);
        atomic_fetch_add_explicit(&cache->worker_scratch_allocations, 1, memory_order_relaxed);
    }
    return status;
}

uint64_t zoe_load_release_scratch(zoe_load_worker *worker)
{
    uint64_t bytes = worker->scratch.committed;
    atomic_fetch_sub_explicit(&worker->cache->worker_scratch_bytes, bytes, memory_order_relaxed);
    zoe_scratch_release(&worker->scratch, &worker->cache->meter);
    return bytes;
}

/*
 * Scratch for a load that is being opened. Where there is no room for it, the buffer that was taken
 * on a guess is given up: two workers that hold a buffer each could wait for each other's memory,
 * and a worker keeps its scratch. STALE: there is no room now, but there will be.
 */
static zoe_status scratch_to_open(zoe_load_worker *worker, zoe_load *load)
{
    zoe_status status = ensure_scratch(worker, load->picture.scratch_bytes);
    if (status != ZOE_ERROR_OVER_BUDGET)
        return status;
    give_buffer(worker->cache, load);
    status = ensure_scratch(worker, load->picture.scratch_bytes);
    return status == ZOE_ERROR_OVER_BUDGET ? ZOE_STALE : status;
}

static zoe_status over_budget(const zoe_needs *needs, const char *path, uint64_t limit,
                              zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_OVER_BUDGET,
                         "%s: needs %.1f MB and %.1f MB of scratch; the memory limit is %.1f MB",
                         path, zoe_megabytes(needs->bytes),
                         zoe_megabytes(needs->scratch_bytes + needs->file_bytes),
                         zoe_megabytes(limit));
}

/* Blocks were refused: because others hold the memory? They will give it back, and the frame is as
 * good as before: that is no error of its own. It is not tried again before there is room for what
 * was refused; `file_bytes`: what the open file would have taken with it. */
static bool is_crowded_out(zoe_load_worker *worker, zoe_load *load, uint64_t file_bytes)
{
    zoe_cache *cache = worker->cache;
    zoe_cache_lock(cache);
    bool crowded = zoe_cache_is_crowded_locked(cache, worker, load);
    zoe_needs *needs = &load->table->slots[load->position].needs;
    if (needs->file_bytes < file_bytes)
        needs->file_bytes = file_bytes;
    zoe_cache_unlock(cache);
    return crowded;
}

/* Opens the file in memory of the load's own, as much as it takes; the next file has it too. */
static zoe_status open_in_memory(zoe_cache *cache, zoe_load *load, const char *path,
                                 const zoe_read_stats *reads, zoe_error *error)
{
    size_t bytes = ZOE_DECODER_FILE_BYTES;
    for (;;) {
        if (load->memory_bytes < bytes) {
            free(load->memory);
            load->memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
            load->memory_bytes = load->memory ? bytes : 0;
        }
        if (!load->memory)
            return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", path);
        zoe_status status = cache->decoder.open(
            cache->decoder.user, path, &load->source->choice, zoe_meter_limit(&cache->meter), reads,
            load->memory, load->memory_bytes, &load->picture, &load->file, error);
        if (status != ZOE_ERROR_TOO_SMALL || load->picture.file_bytes <= load->memory_bytes)
            return status;
        bytes = load->picture.file_bytes;
    }
}

/* Opens the file. Where there is no room for its blocks, the buffer that was taken on a guess is
 * given up. STALE: there is no room now, but there will be. */
static zoe_status open_counted(zoe_load_worker *worker, zoe_load *load, const char *path,
                               zoe_error *error)
{
    zoe_cache *cache = worker->cache;
    zoe_read_stats reads = {&cache->read_times, &cache->bytes_read};
    for (;;) {
        zoe_recycler_forget_refusal();
        uint64_t before = zoe_recycler_balance();
        zoe_status status = open_in_memory(cache, load, path, &reads, error);
        load->file_bytes = zoe_recycler_balance() - before;
        if (status != ZOE_ERROR_NO_MEMORY || !zoe_recycler_was_over_budget())
            return status;
        if (!load->buffer)
            return is_crowded_out(worker, load, zoe_recycler_balance_wanted() - before) ? ZOE_STALE
                                                                                        : status;
        give_buffer(cache, load);
    }
}

/* Opens the file and sees to buffer and scratch. On failure *error says why, except for STALE:
 * there is no buffer without harm now. */
static zoe_status open_file(zoe_load_worker *worker, zoe_load *load, const char *path,
                            zoe_error *error)
{
    zoe_cache *cache = worker->cache;
    zoe_status status = open_counted(worker, load, path, error);
    if (status != ZOE_OK)
        return status;
    uint64_t limit = zoe_meter_limit(&cache->meter);
    const zoe_needs needs = {load->picture.bytes, load->picture.scratch_bytes, load->file_bytes};
    note_needs(cache, load, &needs);
    if (zoe_needs_cost(&needs) > limit)
        return over_budget(&needs, path, limit, error);
    status = scratch_to_open(worker, load);
    if (status == ZOE_STALE)
        return status;
    if (status != ZOE_OK)
        return zoe_error_set(error, status, "%s: %s", path, zoe_status_text(status));
    zoe_cache_lock(cache);
    status = fit_buffer_locked(cache, load, worker->node);
    zoe_cache_unlock(cache);
    if (status == ZOE_ERROR_OVER_BUDGET)
        return ZOE_STALE;
    if (status != ZOE_OK)
        return zoe_error_set(error, status, "%s: %s", path, zoe_status_text(status));
    describe_frame(load);
    cache->decoder.prepare(cache->decoder.user, load->file, load->buffer->data);
    return ZOE_OK;
}

/* The file that play comes to next, for the system to read ahead; false when it was told already.
 */
static bool next_path_locked(zoe_source *source, char *path, size_t capacity)
{
    int64_t use, position = zoe_cache_candidate_locked(source, &use);
    if (position < 0 || position == source->announced)
        return false;
    source->announced = position;
    return zoe_sequence_path(source->sequence, position, path, capacity) == ZOE_OK;
}

/* OPENING → OPEN. false: the load is to be ended. */
static bool open_load(zoe_load_worker *worker, zoe_load *load)
{
    zoe_cache *cache = worker->cache;
    char path[ZOE_PATH_MAX], next[ZOE_PATH_MAX];
    zoe_error error = {.status = ZOE_OK};
    zoe_status status =
        zoe_sequence_path(load->source->sequence, load->position, path, sizeof path);
    if (status == ZOE_OK)
        status = open_file(worker, load, path, &error);
    else
        zoe_error_set(&error, status, "the path of a frame of %s does not fit",
                      zoe_sequence_name(load->source->sequence));
    zoe_cache_lock(cache);
    bool announce = false;
    if (status == ZOE_STALE) {
        load->unfit = true;
        atomic_store_explicit(&load->stale, 1, memory_order_relaxed);
    } else if (status != ZOE_OK) {
        fail_locked(load, &error);
    } else {
        load->phase = ZOE_LOAD_OPEN;
        announce = next_path_locked(load->source, next, sizeof next);
        if (zoe_cache_is_urgent_locked(load)) {
            /* All hands: the frame that the user waits for can be joined now. */
            atomic_fetch_add_explicit(&cache->attention, 1, memory_order_relaxed);
            pthread_cond_broadcast(&cache->work);
        }
    }
    zoe_cache_unlock(cache);
    if (announce)
        zoe_os_file_announce(next);
    return status == ZOE_OK;
}

/* ---- pieces ---- */

static bool should_leave(zoe_load_worker *worker, const zoe_load *load)
{
    zoe_cache *cache = worker->cache;
    uint32_t attention = atomic_load_explicit(&cache->attention, memory_order_relaxed);
    if (attention == worker->seen)
        return false;
    worker->seen = attention;
    zoe_cache_lock(cache);
    bool leave = zoe_cache_should_leave_locked(cache, load);
    zoe_cache_unlock(cache);
    return leave;
}

/* There is no room for scratch or for OpenEXR's blocks; a load that ends may make some. Without a
 * pause the worker would be sent to the same load again at once. */
static void wait_for_room(zoe_load_worker *worker)
{
    enum { PAUSE_NS = 5000000 };
    zoe_cache_lock(worker->cache);
    zoe_cache_pause_locked(worker->cache, worker, PAUSE_NS);
    zoe_cache_unlock(worker->cache);
}

static bool is_shared(zoe_cache *cache, const zoe_load *load)
{
    zoe_cache_lock(cache);
    bool shared = load->workers > 1;
    zoe_cache_unlock(cache);
    return shared;
}

static zoe_status decode_timed(zoe_load_worker *worker, zoe_load *load, int32_t piece,
                               zoe_error *error)
{
    zoe_cache *cache = worker->cache;
    zoe_recycler_forget_refusal();
    uint64_t start = zoe_os_now_ns();
    zoe_status status =
        cache->decoder.decode(cache->decoder.user, load->file, piece, load->buffer->data,
                              worker->scratch.base, worker->scratch.committed, error);
    uint64_t spent = zoe_os_now_ns() - start;
    zoe_histogram_add(&cache->piece_times, spent);
    atomic_fetch_add_explicit(&load->spent_ns, spent, memory_order_relaxed);
    return status;
}

/* Where blocks for a piece are refused that others at the same load may have, it is tried again
 * when they may have given them back. STALE: the load was stopped meanwhile. */
static zoe_status try_piece(zoe_load_worker *worker, zoe_load *load, int32_t piece,
                            zoe_error *error)
{
    enum { TRIES_MAX = 100 };
    zoe_status status = decode_timed(worker, load, piece, error);
    for (int tries = 1; tries < TRIES_MAX && status == ZOE_ERROR_NO_MEMORY &&
                        zoe_recycler_was_over_budget() && is_shared(worker->cache, load);
         tries++) {
        wait_for_room(worker);
        if (is_stopped(load))
            return ZOE_STALE;
        /* It may have been given up meanwhile. */
        if (ensure_scratch(worker, load->picture.scratch_bytes) == ZOE_OK)
            status = decode_timed(worker, load, piece, error);
    }
    return status;
}

/* Decodes one piece; false: it failed, and the load with it, or the load was stopped. */
static bool decode_piece(zoe_load_worker *worker, zoe_load *load, int32_t piece)
{
    zoe_cache *cache = worker->cache;
    zoe_error error = {.status = ZOE_OK};
    uint64_t before = zoe_recycler_balance();
    zoe_status status = try_piece(worker, load, piece, &error);
    if (status == ZOE_OK || status == ZOE_STALE)
        return status == ZOE_OK;
    if (status == ZOE_ERROR_TRUNCATED) {
        atomic_fetch_add_explicit(&load->missing_pieces, 1, memory_order_relaxed);
        return true;
    }
    bool crowded_out =
        status == ZOE_ERROR_NO_MEMORY && zoe_recycler_was_over_budget() &&
        is_crowded_out(worker, load, load->file_bytes + zoe_recycler_balance_wanted() - before);
    zoe_cache_lock(cache);
    if (crowded_out) {
        load->unfit = true;
        atomic_store_explicit(&load->stale, 1, memory_order_relaxed);
    } else {
        fail_locked(load, &error);
    }
    zoe_cache_unlock(cache);
    return false;
}

/* Takes pieces until there are none, the load is stopped, or there is better work. true: this
 * worker did the last piece. */
static bool decode_pieces(zoe_load_worker *worker, zoe_load *load)
{
    int32_t count = load->picture.piece_count;
    while (!is_stopped(load)) {
        int32_t piece = atomic_fetch_add_explicit(&load->next_piece, 1, memory_order_relaxed);
        if (piece >= count || !decode_piece(worker, load, piece))
            return false;
        if (atomic_fetch_add_explicit(&load->done_pieces, 1, memory_order_acq_rel) + 1 == count)
            return true;
        if (should_leave(worker, load))
            return false;
    }
    return false;
}

/* ---- ending ---- */

/* Takes the worker off the load. true: it is this worker's to end. */
static bool leave(zoe_cache *cache, zoe_load *load, bool did_last)
{
    zoe_cache_lock(cache);
    bool end = false;
    load->workers--;
    if (did_last) {
        end = true;
    } else if (load->phase == ZOE_LOAD_ENDED && load->workers == 0) {
        load->phase = ZOE_LOAD_FREE;
        pthread_cond_broadcast(&cache->ended);
    } else if (zoe_load_is_over_locked(load)) {
        end = true;
    }
    if (end) {
        load->phase = ZOE_LOAD_ENDING;
        load->workers++;
    }
    zoe_cache_unlock(cache);
    return end;
}

static void abandon_locked(zoe_cache *cache, zoe_load *load)
{
    give_buffer_locked(cache, load);
    zoe_slot_abandon_locked(load->table, load->position);
    zoe_cache_rewind_locked(load->table, load->position);
}

/* Nobody wants it any more. */
static void give_up_locked(zoe_cache *cache, zoe_load *load)
{
    if (!load->unfit) {
        if (atomic_load_explicit(&load->done_pieces, memory_order_relaxed) > 0)
            cache->totals.stale_stopped++;
        else
            cache->totals.stale_skipped++;
        cache->totals.wasted_ns += atomic_load_explicit(&load->spent_ns, memory_order_relaxed);
    }
    abandon_locked(cache, load);
}

static void give_error_locked(zoe_cache *cache, zoe_load *load)
{
    give_buffer_locked(cache, load);
    zoe_slot_fail_locked(load->table, load->position);
    zoe_slot_set_error_locked(load->table, load->position, &load->error);
    cache->totals.errors++;
}

static void publish_locked(zoe_cache *cache, zoe_load *load, const zoe_absence *absence)
{
    zoe_slot *slot = &load->table->slots[load->position];
    slot->retries = 0;
    atomic_store_explicit(&slot->last_use,
                          atomic_load_explicit(&cache->clock, memory_order_relaxed),
                          memory_order_relaxed);
    bool incomplete = absence->missing > 0;
    load->buffer->frame.incomplete = incomplete;
    if (incomplete) {
        zoe_error note;
        char path[ZOE_PATH_MAX];
        zoe_sequence_path(load->source->sequence, load->position, path, sizeof path);
        zoe_error_set(&note, ZOE_ERROR_TRUNCATED,
                      "%s: incomplete: %lld of %lld %s are not in the file", path,
                      (long long)absence->missing, (long long)absence->total, absence->unit);
        zoe_slot_set_error_locked(load->table, load->position, &note);
    } else {
        zoe_slot_set_error_locked(load->table, load->position, NULL);
    }
    load->buffer = NULL; /* the slot's now */
    zoe_slot_publish_locked(load->table, load->position, incomplete);
    cache->totals.decodes++;
    uint64_t took = zoe_os_now_ns() - load->claimed_ns;
    zoe_histogram_add(&cache->decode_times, took);
    cache->decode_ns = cache->decode_ns ? (cache->decode_ns * 7 + took) / 8 : took;
    if (load->keep || load->position == load->source->want.playhead)
        load->source->waiting_since_ns = 0;
}

/* What became of a load whose file is closed. */
static void settle_locked(zoe_cache *cache, zoe_load *load, const zoe_absence *absence,
                          zoe_status closed, const zoe_error *close_error)
{
    zoe_slot *slot = &load->table->slots[load->position];
    int32_t count = load->picture.piece_count;
    if (load->outdated || closed == ZOE_ERROR_CHANGED)
        slot->needs = (zoe_needs){0, 0, 0};
    if (load->outdated) {
        load->failed = false;
        abandon_locked(cache, load);
        return;
    }
    bool done = load->file == NULL && !load->failed && !load->unfit && load->buffer &&
                atomic_load_explicit(&load->done_pieces, memory_order_acquire) == count;
    if (closed == ZOE_ERROR_CHANGED && (done || load->failed)) {
        /* What was read may be half of one file and half of another. */
        if (slot->retries++ < RETRIES_MAX) {
            abandon_locked(cache, load);
            return;
        }
        load->failed = true;
        load->error = *close_error;
    } else if (done && absence->missing > 0 && absence->missing == absence->total) {
        load->failed = true;
        char path[ZOE_PATH_MAX];
        zoe_sequence_path(load->source->sequence, load->position, path, sizeof path);
        zoe_error_set(&load->error, ZOE_ERROR_TRUNCATED, "%s: file ends before its first pixels",
                      path);
    }
    if (load->failed)
        give_error_locked(cache, load);
    else if (done)
        publish_locked(cache, load, absence);
    else
        give_up_locked(cache, load);
}

/* What the file did not have, as its decoder counts. */
static zoe_absence count_absence(zoe_cache *cache, zoe_load *load)
{
    zoe_absence absence = {
        .missing = atomic_load_explicit(&load->missing_pieces, memory_order_relaxed),
        .total = load->picture.piece_count,
        .unit = "pieces",
    };
    if (absence.missing > 0 && load->file && cache->decoder.absence)
        cache->decoder.absence(cache->decoder.user, load->file, &absence);
    return absence;
}

/* What a listener hears of every load that did not fail. */
static void tell_end(zoe_cache *cache, const char *path, uint64_t took_ns, bool published)
{
    zoe_cache_write_notes(cache);
    if (published)
        zoe_log_write(&cache->log, ZOE_LOG_DEBUG, "loaded in %.1f ms: %s", (double)took_ns / 1e6,
                      path);
    else
        zoe_log_write(&cache->log, ZOE_LOG_DEBUG, "given up after %.1f ms: %s",
                      (double)took_ns / 1e6, path);
}

/* ENDING → FREE, or ENDED while others have yet to leave. */
static void end_load(zoe_cache *cache, zoe_load *load)
{
    zoe_error error = {.status = ZOE_OK};
    bool heard = zoe_log_is_heard(&cache->log, ZOE_LOG_DEBUG);
    char path[ZOE_PATH_MAX];
    path[0] = '\0';
    if (heard)
        (void)zoe_sequence_path(load->source->sequence, load->position, path, sizeof path);
    uint64_t begun = load->claimed_ns;
    zoe_status closed = ZOE_OK;
    zoe_absence absence = count_absence(cache, load);
    if (load->file)
        closed = cache->decoder.close(cache->decoder.user, &load->file, &error);
    zoe_cache_lock(cache);
    uint64_t decodes = cache->totals.decodes;
    settle_locked(cache, load, &absence, closed, &error);
    bool published = cache->totals.decodes != decodes;
    bool failed = load->failed;
    if (failed)
        error = load->error;
    load->workers--;
    load->phase = load->workers ? ZOE_LOAD_ENDED : ZOE_LOAD_FREE;
    pthread_cond_broadcast(&cache->loaded);
    pthread_cond_broadcast(&cache->ended);
    pthread_cond_signal(&cache->work);
    zoe_cache_unlock(cache);
    if (failed)
        zoe_log_write(&cache->log, ZOE_LOG_WARNING, "%s", error.text);
    else if (heard)
        tell_end(cache, path, zoe_os_now_ns() - begun, published);
}

bool zoe_load_work(zoe_load_worker *worker, zoe_load *load, zoe_load_phase phase)
{
    zoe_cache *cache = worker->cache;
    bool end = phase == ZOE_LOAD_ENDING, unfit = false;
    if (phase == ZOE_LOAD_OPENING && !open_load(worker, load)) {
        zoe_cache_lock(cache);
        load->phase = ZOE_LOAD_ENDING;
        unfit = load->unfit;
        zoe_cache_unlock(cache);
        end = true;
    }
    if (!end) {
        bool scratch = phase == ZOE_LOAD_OPENING ||
                       ensure_scratch(worker, load->picture.scratch_bytes) == ZOE_OK;
        bool did_last = scratch && decode_pieces(worker, load);
        end = leave(cache, load, did_last);
        if (!scratch && !end)
            wait_for_room(worker);
    }
    if (end)
        end_load(cache, load);
    if (unfit || zoe_recycler_was_over_budget()) {
        zoe_recycler_forget_refusal();
        wait_for_room(worker);
    }
    return end;
}
