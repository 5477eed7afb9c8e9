#include "cache/loader.h"

#include "cache/reserve.h"
#include "cache/scheduler.h"

/* A file that changes under every load is being written: give its writer this many chances. */
enum { RETRIES_MAX = 3 };

/* ---- opening ---- */

/* What became of beginning a load. */
typedef enum beginning {
    BEGUN,
    NO_ROOM, /* it takes more than was reserved, and there is no more without harm */
    FAILED,  /* the error says why */
} beginning;

/* The first frame of a source is known: others that are being opened probably take as much. That is
 * reserved for them as long as there is room for it, lest frames that are needed later take it. */
static void reserve_for_others_locked(zoe_cache *cache, const zoe_source *source)
{
    const zoe_needs needs = {source->needs.bytes, source->needs.scratch_bytes, 0};
    for (zoe_load_worker *worker = cache->all_workers; worker; worker = worker->next) {
        zoe_load *load = worker->load;
        if (!load || load->source != source || load->phase != ZOE_LOAD_OPENING || load->buffer)
            continue;
        if (zoe_meter_used(&cache->meter) + zoe_reserve_cost(cache, &needs) >
            zoe_meter_limit(&cache->meter))
            return;
        zoe_reserve_locked(cache, worker, load, &needs, zoe_load_use_locked(load));
        zoe_load_own_buffer_locked(load);
    }
}

/* What loading takes is known now, and is remembered for the next time. */
static void note_needs_locked(zoe_cache *cache, zoe_load *load, const zoe_needs *needs)
{
    load->table->slots[load->position].needs = *needs;
    if (needs->bytes)
        load->source->buffer_bytes = load->picture.buffer_bytes;
    /* What can never be loaded says nothing about others. */
    if (needs->bytes && zoe_reserve_cost(cache, needs) <= zoe_meter_limit(&cache->meter))
        load->source->needs = *needs;
}

/* The file is open, or needs more memory for that: notes what it takes, and reserves what the load
 * does not have yet. */
static beginning adjust(zoe_load_worker *worker, zoe_load *load, const zoe_needs *needs,
                        const char *path, zoe_error *error)
{
    zoe_cache *cache = worker->cache;
    zoe_cache_lock(cache);
    bool is_first = !load->source->needs.bytes;
    note_needs_locked(cache, load, needs);
    uint64_t limit = zoe_meter_limit(&cache->meter);
    bool fits = zoe_reserve_cost(cache, needs) <= limit;
    zoe_reserved reserved = ZOE_RESERVE_NO_ROOM;
    if (fits)
        reserved = zoe_reserve_locked(cache, worker, load, needs, zoe_load_use_locked(load));
    zoe_load_own_buffer_locked(load);
    if (is_first && load->source->needs.bytes)
        reserve_for_others_locked(cache, load->source);
    zoe_cache_unlock(cache);
    if (!fits)
        zoe_error_set(error, ZOE_ERROR_OVER_BUDGET,
                      "%s: needs %.1f MB, and %.1f MB to decode it; the memory limit is %.1f MB",
                      path, zoe_megabytes(needs->bytes),
                      zoe_megabytes(needs->scratch_bytes + needs->file_bytes),
                      zoe_megabytes(limit));
    else if (reserved == ZOE_RESERVE_REFUSED)
        zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", path);
    else
        return reserved == ZOE_RESERVED ? BEGUN : NO_ROOM;
    return FAILED;
}

/* Opens the file. Where the memory that was reserved for it is too small, it says what is enough,
 * and gets that, or the load is not begun. */
static beginning open_file(zoe_load_worker *worker, zoe_load *load, const char *path,
                           zoe_error *error)
{
    enum { TRIES_MAX = 3 };
    zoe_cache *cache = worker->cache;
    zoe_read_stats reads = {&cache->read_times, &cache->bytes_read};
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        size_t bytes = load->file_memory.committed;
        load->picture.file_bytes = 0;
        zoe_status status = cache->decoder.open(
            cache->decoder.user, path, &load->source->choice, zoe_meter_limit(&cache->meter),
            &reads, load->file_memory.base, bytes, &load->picture, &load->file, error);
        if (status == ZOE_OK)
            return BEGUN;
        if (status != ZOE_ERROR_TOO_SMALL || load->picture.file_bytes <= bytes)
            return FAILED;
        const zoe_needs needs = {.file_bytes = load->picture.file_bytes};
        beginning result = adjust(worker, load, &needs, path, error);
        if (result != BEGUN)
            return result;
    }
    return FAILED;
}

/* The buffer's record of the picture: what acquire copies. */
static void describe_frame(zoe_load *load)
{
    zoe_frame_buffer *buffer = load->buffer;
    buffer->frame = load->picture.frame;
    buffer->file_id = load->picture.id;
    for (uint32_t p = 0; p < buffer->frame.plane_count; p++) {
        zoe_plane *plane = &buffer->frame.planes[p];
        plane->data = load->picture.bytes ? buffer->memory.data + (size_t)plane->data : NULL;
    }
}

static beginning begin(zoe_load_worker *worker, zoe_load *load, const char *path, zoe_error *error)
{
    beginning result = open_file(worker, load, path, error);
    if (result != BEGUN)
        return result;
    const zoe_picture *picture = &load->picture;
    /* A frame without samples has a buffer too: it is where the frame is described. */
    const size_t bytes = picture->bytes ? picture->bytes : 1;
    const zoe_needs needs = {bytes, picture->scratch_bytes, picture->file_bytes};
    result = adjust(worker, load, &needs, path, error);
    if (result == BEGUN)
        describe_frame(load);
    return result;
}

/* The file that play comes to next, for the system to read ahead; false when it was told already. */
static bool next_path_locked(zoe_source *source, char *path, size_t capacity)
{
    int64_t use, position = zoe_source_candidate_locked(source, &use);
    if (position < 0 || position == source->announced)
        return false;
    source->announced = position;
    return zoe_sequence_path(source->sequence, position, path, capacity) == ZOE_OK;
}

/* OPENING -> OPEN. false: the load is to be ended. */
static bool open_load(zoe_load_worker *worker, zoe_load *load)
{
    zoe_cache *cache = worker->cache;
    char path[ZOE_PATH_MAX], next[ZOE_PATH_MAX];
    zoe_error error = {.status = ZOE_OK};
    beginning result = FAILED;
    zoe_status status =
        zoe_sequence_path(load->source->sequence, load->position, path, sizeof path);
    if (status == ZOE_OK)
        result = begin(worker, load, path, &error);
    else
        zoe_error_set(&error, status, "the path of a frame of %s does not fit",
                      zoe_sequence_name(load->source->sequence));
    zoe_cache_lock(cache);
    bool announce = false;
    switch (result) {
    case BEGUN:
        load->phase = ZOE_LOAD_OPEN;
        announce = next_path_locked(load->source, next, sizeof next);
        /* All hands: the frame that the user waits for can be joined now. */
        if (zoe_load_is_urgent_locked(load))
            zoe_cache_wake_all_locked(cache);
        break;
    case NO_ROOM:
        load->no_room = true;
        load->phase = ZOE_LOAD_ENDING;
        break;
    case FAILED:
        zoe_load_fail_locked(load, &error);
        load->phase = ZOE_LOAD_ENDING;
        break;
    }
    zoe_cache_unlock(cache);
    if (announce)
        zoe_os_file_announce(next);
    return result == BEGUN;
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
    bool leave = zoe_scheduler_should_leave_locked(cache, load);
    zoe_cache_unlock(cache);
    return leave;
}

/* Decodes one piece; false: it failed, and the load with it. */
static bool decode_piece(zoe_load_worker *worker, zoe_load *load, int32_t piece)
{
    zoe_cache *cache = worker->cache;
    zoe_error error = {.status = ZOE_OK};
    uint64_t start = zoe_os_now_ns();
    zoe_status status =
        cache->decoder.decode(cache->decoder.user, load->file, piece, load->buffer->memory.data,
                              worker->scratch.base, worker->scratch.committed, &error);
    uint64_t spent = zoe_os_now_ns() - start;
    zoe_histogram_add(&cache->piece_times, spent);
    atomic_fetch_add_explicit(&load->spent_ns, spent, memory_order_relaxed);
    if (status == ZOE_ERROR_TRUNCATED)
        atomic_fetch_add_explicit(&load->missing_pieces, 1, memory_order_relaxed);
    if (status == ZOE_OK || status == ZOE_ERROR_TRUNCATED)
        return true;
    zoe_cache_lock(cache);
    zoe_load_fail_locked(load, &error);
    zoe_cache_unlock(cache);
    return false;
}

/* Takes pieces until there are none, the load is stopped, or there is better work. true: this
 * worker did the last piece. */
static bool decode_pieces(zoe_load_worker *worker, zoe_load *load)
{
    int32_t count = load->picture.piece_count;
    while (!zoe_load_is_stopped(load)) {
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
static bool leave(zoe_load_worker *worker, zoe_load *load, bool did_last)
{
    zoe_cache *cache = worker->cache;
    zoe_cache_lock(cache);
    load->workers--;
    bool end = did_last || zoe_load_is_over_locked(load);
    if (end) {
        load->phase = ZOE_LOAD_ENDING;
        load->workers++;
    } else if (load->phase == ZOE_LOAD_ENDED && load->workers == 0) {
        load->phase = ZOE_LOAD_FREE;
        zoe_cache_ended_locked(cache);
    }
    zoe_cache_unlock(cache);
    return end;
}

static void abandon_locked(zoe_cache *cache, zoe_load *load)
{
    zoe_cache_give_buffer_locked(cache, load);
    zoe_table_abandon_locked(load->table, load->position);
    zoe_source_rewind_locked(load->source, load->position);
}

/* Nobody wants it any more, or there is no room for it. */
static void give_up_locked(zoe_cache *cache, zoe_load *load)
{
    if (!load->no_room) {
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
    zoe_cache_give_buffer_locked(cache, load);
    zoe_table_fail_locked(load->table, load->position);
    zoe_table_set_error_locked(load->table, load->position, &load->error);
    cache->totals.errors++;
}

static void path_of(const zoe_load *load, char path[ZOE_PATH_MAX])
{
    path[0] = '\0';
    (void)zoe_sequence_path(load->source->sequence, load->position, path, ZOE_PATH_MAX);
}

static void publish_locked(zoe_cache *cache, zoe_load *load, const zoe_absence *absence)
{
    zoe_error note;
    bool incomplete = absence->missing > 0;
    load->buffer->frame.incomplete = incomplete;
    if (incomplete) {
        char path[ZOE_PATH_MAX];
        path_of(load, path);
        zoe_error_set(&note, ZOE_ERROR_TRUNCATED,
                      "%s: incomplete: %lld of %lld %s are not in the file", path,
                      (long long)absence->missing, (long long)absence->total, absence->unit);
    }
    zoe_table_set_error_locked(load->table, load->position, incomplete ? &note : NULL);
    load->table->slots[load->position].retries = 0;
    zoe_cache_publish_locked(cache, load);
    cache->totals.decodes++;
    uint64_t took = cache->now_ns() - load->claimed_ns;
    zoe_histogram_add(&cache->decode_times, took);
    cache->decode_ns = cache->decode_ns ? (cache->decode_ns * 7 + took) / 8 : took;
    if (load->must_finish || load->position == load->source->want.playhead)
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
    bool done = load->file == NULL && !load->failed && !load->no_room && load->buffer &&
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
        path_of(load, path);
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

/* ENDING -> FREE, or ENDED while others have yet to leave. */
static void end_load(zoe_cache *cache, zoe_load *load)
{
    zoe_error error = {.status = ZOE_OK};
    bool heard = zoe_log_is_heard(&cache->log, ZOE_LOG_DEBUG);
    char path[ZOE_PATH_MAX];
    if (heard)
        path_of(load, path);
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
    zoe_cache_frame_settled_locked(cache);
    zoe_cache_ended_locked(cache);
    zoe_cache_wake_worker_locked(cache);
    zoe_cache_unlock(cache);
    if (failed)
        zoe_log_write(&cache->log, ZOE_LOG_WARNING, "%s", error.text);
    else if (heard)
        tell_end(cache, path, cache->now_ns() - begun, published);
}

bool zoe_loader_work(zoe_load_worker *worker, zoe_load_phase phase)
{
    zoe_cache *cache = worker->cache;
    zoe_load *load = worker->load;
    bool end = phase == ZOE_LOAD_ENDING;
    if (phase == ZOE_LOAD_OPENING)
        end = !open_load(worker, load);
    if (!end)
        end = leave(worker, load, decode_pieces(worker, load));
    if (end)
        end_load(cache, load);
    return end;
}
