#include "cache/loader.h"

#include <string.h>

#include "cache/reserve.h"
#include "cache/scheduler.h"
#include "storage/storage.h"

/* A file that changes under every load is being written: give its writer this many chances. */
enum { RETRIES_MAX = 3 };

/* Notes what a decoder answered. It may give up where the load was stopped: that is no error,
 * whatever it found wrong by then. Who gives up unasked would do so again and again. */
static void note_error(zoe_load *load, zoe_status status, const zoe_error *error)
{
    if (load->error.status != ZOE_OK || (status == ZOE_STALE && zoe_load_is_stopped(load)))
        return;
    load->error = *error;
    load->error.status = status == ZOE_STALE ? ZOE_ERROR_CORRUPT : status;
}

/* ---- opening: false, and load->error is OK: there is no room without harm, or it was stopped ---- */

/* The file is open, or needs more memory for that: notes what it takes, and reserves what the load
 * does not have yet. */
static bool adjust(zoe_load_worker *worker, zoe_load *load, const zoe_needs *needs)
{
    zoe_cache *cache = worker->cache;
    zoe_source *source = load->source;
    zoe_cache_lock(cache);
    uint64_t limit = zoe_meter_limit(&cache->memory.meter);
    source->table->slots[load->position].needs = *needs;
    source->table->slots[load->position].uniform = (uint16_t)load->uniform;
    if (needs->bytes)
        source->buffer_bytes = load->picture.buffer_bytes;
    zoe_status status = zoe_reserve_locked(worker, load, needs, zoe_load_use_locked(load));
    /* What can never be loaded says nothing about others. */
    if (status != ZOE_ERROR_TOO_LARGE && needs->bytes)
        source->needs = *needs;
    zoe_cache_unlock(cache);
    if (status == ZOE_ERROR_TOO_LARGE)
        zoe_error_set(&load->error, ZOE_ERROR_OVER_BUDGET,
                      "%s: needs %.1f MB, and %.1f MB to decode it; the memory limit is %.1f MB",
                      load->path, zoe_megabytes(needs->bytes),
                      zoe_megabytes(needs->scratch_bytes + needs->file_bytes),
                      zoe_megabytes(limit));
    else if (status == ZOE_ERROR_NO_MEMORY)
        zoe_error_set(&load->error, status, "%s: out of memory", load->path);
    return status == ZOE_OK;
}

/* Opens the file. Where the memory that was reserved for it is too small, it says what is enough,
 * and gets that, or the load is not begun. */
static bool open_file(zoe_load_worker *worker, zoe_load *load)
{
    enum { TRIES_MAX = 3 };
    zoe_cache *cache = worker->cache;
    zoe_read_stats reads = {&cache->read_times, &cache->bytes_read};
    for (int tries = 1;; tries++) {
        const zoe_buffer *memory = load->file_memory;
        size_t bytes = memory ? memory->needed : 0;
        zoe_error error = {.status = ZOE_OK};
        load->picture.file_bytes = 0;
        zoe_status status = cache->decoder.open(
            cache->decoder.user, load->source->storage, load->path, &load->source->choice,
            zoe_meter_limit(&cache->memory.meter), &reads, memory ? memory->data : NULL, bytes,
            &load->picture, &load->file, &error);
        if (status == ZOE_OK)
            return true;
        const zoe_needs needs = {.file_bytes = load->picture.file_bytes};
        if (status != ZOE_ERROR_TOO_SMALL || needs.file_bytes <= bytes || tries == TRIES_MAX) {
            note_error(load, status, &error);
            return false;
        }
        if (!adjust(worker, load, &needs))
            return false;
    }
}

/* Opens the file, and gets what its picture takes. */
static bool begin(zoe_load_worker *worker, zoe_load *load)
{
    zoe_picture *picture = &load->picture;
    if (load->error.status != ZOE_OK || !open_file(worker, load))
        return false;
    picture->bytes = zoe_picture_fitted(picture, load->uniform);
    /* A frame without samples has a buffer too: it is where the frame is described. */
    const zoe_needs needs = {picture->bytes ? picture->bytes : 1, picture->scratch_bytes,
                             picture->file_bytes};
    if (!adjust(worker, load, &needs))
        return false;
    memset(load->memory->data + (picture->bytes - picture->shared_bytes), 0, picture->shared_bytes);
    return true;
}

/* The file that play comes to next, for the system to read ahead; false: there is none. */
static bool next_path_locked(zoe_source *source, char *path, size_t capacity)
{
    int64_t use, position = zoe_source_candidate_locked(source, &use);
    return position >= 0 && zoe_sequence_path(source->sequence, position, path, capacity) == ZOE_OK;
}

/* OPENING -> OPEN. false: the load is to be ended. */
static bool open_load(zoe_load_worker *worker, zoe_load *load)
{
    zoe_cache *cache = worker->cache;
    char next[ZOE_PATH_MAX];
    bool begun = begin(worker, load);
    zoe_cache_lock(cache);
    load->phase = begun ? ZOE_LOAD_OPEN : ZOE_LOAD_ENDING;
    bool announce = begun && next_path_locked(load->source, next, sizeof next);
    /* All hands: the frame that the user waits for can be joined now. Or it is the first of its
     * source, whose others are like it. */
    if (begun && zoe_load_is_urgent_locked(load))
        zoe_cache_wake_all_locked(cache);
    else
        zoe_cache_wake_worker_locked(cache);
    zoe_cache_unlock(cache);
    if (announce)
        zoe_storage_announce(load->source->storage, next);
    return begun;
}

/* ---- pieces ---- */

/* Decodes one piece; false: it failed, or was stopped, and the load with it. */
static bool decode_piece(zoe_load_worker *worker, zoe_load *load, int32_t piece)
{
    zoe_cache *cache = worker->cache;
    zoe_error error = {.status = ZOE_OK};
    const zoe_buffer *scratch = worker->scratch;
    uint64_t start = zoe_os_now_ns();
    zoe_status status = cache->decoder.decode(
        cache->decoder.user, load->file, piece, load->memory->data, load->picture.bytes,
        scratch ? scratch->data : NULL, scratch ? scratch->needed : 0, &error);
    uint64_t spent = zoe_os_now_ns() - start;
    zoe_histogram_add(&cache->piece_times, spent);
    atomic_fetch_add_explicit(&load->spent_ns, spent, memory_order_relaxed);
    if (status == ZOE_OK || status == ZOE_ERROR_TRUNCATED)
        return true;
    zoe_cache_lock(cache);
    note_error(load, status, &error);
    /* The picture has more planes with samples of their own than was expected: it is decoded again,
     * and these are expected of no other frame. Where two kinds of frames take turns, every other
     * one would be decoded twice. */
    if (status == ZOE_ERROR_TOO_SMALL && load->uniform) {
        load->outdated = true;
        load->source->unlike |= load->uniform;
    }
    zoe_cache_stop_load_locked(load);
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
        if (zoe_scheduler_should_leave(worker, load))
            return false;
    }
    return false;
}

/* ---- ending ---- */

/* Makes the buffer's record of its picture, which acquire copies, and says what part of that is
 * absent. false: not all pieces were decoded, or they make no picture. */
static bool complete(const zoe_cache *cache, zoe_load *load, zoe_error *absent)
{
    zoe_picture *picture = &load->picture;
    int32_t count = picture->piece_count;
    /* One that is not open yet has no pieces. */
    if (load->error.status != ZOE_OK || count == 0 || zoe_load_done(load) < count)
        return false;
    zoe_frame_buffer *buffer = zoe_load_buffer(load);
    uint8_t *data = load->memory->data;
    bool is_empty = picture->bytes == 0;
    zoe_error error = {.status = ZOE_OK};
    zoe_status status = cache->decoder.finish(cache->decoder.user, load->file, data, picture->bytes,
                                              picture, &error);
    if (status == ZOE_ERROR_TRUNCATED && picture->frame.incomplete) {
        *absent = error;
    } else if (status != ZOE_OK) {
        note_error(load, status, &error);
        return false;
    }
    for (uint32_t p = 0; p < picture->frame.plane_count; p++)
        picture->frame.planes[p].data =
            is_empty ? NULL : data + (size_t)picture->frame.planes[p].data;
    buffer->frame = picture->frame;
    buffer->file_id = picture->id;
    return true;
}

/* The buffer keeps what the planes take, and others of the source are expected to be like it. */
static void fit_locked(zoe_cache *cache, zoe_load *load)
{
    zoe_source *source = load->source;
    zoe_slot *slot = &source->table->slots[load->position];
    slot->uniform = (uint16_t)zoe_frame_uniform(&zoe_load_buffer(load)->frame);
    source->uniform = slot->uniform;
    if (slot->uniform == 0)
        return;
    zoe_slab_shrink(&cache->memory.frames, load->memory, load->picture.bytes);
    slot->needs.bytes = source->needs.bytes = load->picture.bytes;
}

static void publish_locked(zoe_cache *cache, zoe_load *load, const zoe_error *incomplete)
{
    fit_locked(cache, load);
    zoe_source *source = load->source;
    zoe_frame_buffer *buffer = zoe_load_buffer(load);
    load->memory = NULL;
    buffer->frame.generation = ++cache->generation;
    zoe_hold_publish(&buffer->hold, cache->generation);
    zoe_table_publish_locked(source->table, load->position, buffer,
                             atomic_load_explicit(&cache->clock, memory_order_relaxed), incomplete);
    source->table->slots[load->position].retries = 0;
    cache->frames++;
    cache->frame_bytes += buffer->memory.needed;
    buffer->spared_bytes = zoe_bytes_beyond(load->picture.buffer_bytes, buffer->memory.needed);
    cache->spared_bytes += buffer->spared_bytes;
    cache->totals.decodes++;
    uint64_t took = cache->now_ns() - load->claimed_ns;
    zoe_histogram_add(&cache->decode_times, took);
    cache->decode_ns = cache->decode_ns ? (cache->decode_ns * 7 + took) / 8 : took;
    if (load->must_finish || load->position == source->want.playhead)
        source->waiting_since_ns = 0;
}

/* LOADING -> EMPTY, as if it had not been begun: it begins again, there is no room for it, nobody
 * wants it any more, or its file went meanwhile, which makes it a gap. */
static void give_up_locked(zoe_cache *cache, zoe_load *load)
{
    zoe_source *source = load->source;
    zoe_table_abandon_locked(source->table, load->position);
    if (load->error.status == ZOE_ERROR_NOT_FOUND ||
        !zoe_sequence_has_file(source->sequence, load->position))
        zoe_table_reset_locked(source->table, load->position, false);
    zoe_source_rewind_locked(source, load->position);
    if (load->error.status != ZOE_OK || load->outdated || !zoe_load_is_stopped(load))
        return;
    *(zoe_load_done(load) > 0 ? &cache->totals.stale_stopped : &cache->totals.stale_skipped) += 1;
    cache->totals.wasted_ns += atomic_load_explicit(&load->spent_ns, memory_order_relaxed);
}

/* What became of a load whose file is `closed`: is it `done`? */
static void settle_locked(zoe_cache *cache, zoe_load *load, bool done, const zoe_error *closed,
                          const zoe_error *absent)
{
    zoe_table *table = load->source->table;
    zoe_slot *slot = &table->slots[load->position];
    zoe_status status = load->error.status;
    bool is_other = closed->status == ZOE_ERROR_CHANGED;
    if (load->outdated || is_other)
        slot->needs = (zoe_needs){0, 0, 0};
    if (is_other && (done || status != ZOE_OK)) {
        /* What was read may be half of one file and half of another. */
        load->outdated |= slot->retries++ < RETRIES_MAX;
        load->error = *closed;
    } else if (zoe_status_is_for_memory(status)) {
        /* That it does not fit may not be true any more. */
        load->outdated |= zoe_meter_limit(&cache->memory.meter) > load->limit;
    }
    status = load->error.status;
    if (load->outdated || status == ZOE_ERROR_NOT_FOUND || (status == ZOE_OK && !done)) {
        give_up_locked(cache, load);
    } else if (status == ZOE_OK) {
        publish_locked(cache, load, absent->status == ZOE_OK ? NULL : absent);
    } else {
        zoe_table_refuse_locked(table, load->position, ZOE_FRAME_ERROR, &load->error,
                                &load->picture.id);
        cache->totals.errors++;
    }
}

/* ENDING -> FREE. */
static void end_load(zoe_load_worker *worker, zoe_load *load)
{
    zoe_cache *cache = worker->cache;
    zoe_error closed = {.status = ZOE_OK}, absent = {.status = ZOE_OK};
    const zoe_stop *before = zoe_stop_enter(&load->stop);
    bool done = complete(cache, load, &absent);
    /* What could not even be opened is known by what is at its path: which may be to ask a network.
     */
    if (load->error.status != ZOE_OK && !load->picture.id.inode)
        (void)zoe_storage_identify(load->source->storage, load->path, UINT64_MAX,
                                   &load->picture.id);
    zoe_stop_enter(before);
    if (load->file)
        cache->decoder.close(cache->decoder.user, &load->file, &closed);
    zoe_cache_lock(cache);
    settle_locked(cache, load, done, &closed, &absent);
    zoe_cache_give_load_locked(worker, load);
    /* What was read of it need not be near any more. */
    if (load->source->ahead)
        zoe_storage_wake(load->source->storage);
    zoe_frame_state state = zoe_table_state(load->source->table, load->position);
    double took_ms = (double)(cache->now_ns() - load->claimed_ns) / 1e6;
    load->phase = ZOE_LOAD_FREE;
    zoe_cache_tell_locked(cache);
    zoe_cache_wake_worker_locked(cache);
    zoe_cache_unlock(cache);
    zoe_log_write_notes(&cache->log);
    if (state == ZOE_FRAME_ERROR)
        zoe_log_write(&cache->log, ZOE_LOG_WARNING, "%s", load->error.text);
    else
        zoe_log_write(&cache->log, ZOE_LOG_DEBUG, "%s %.1f ms: %s",
                      zoe_state_is_loaded(state) ? "loaded in" : "given up after", took_ms,
                      load->path);
    zoe_cache_notify(cache);
}

void zoe_loader_work_locked(zoe_load_worker *worker)
{
    zoe_cache *cache = worker->cache;
    zoe_load *load = worker->load;
    bool opens = load->phase == ZOE_LOAD_OPENING;
    zoe_cache_unlock(cache);
    const zoe_stop *before = zoe_stop_enter(&load->stop);
    bool begun = !opens || open_load(worker, load);
    bool ends = !begun || decode_pieces(worker, load);
    zoe_stop_enter(before);
    zoe_cache_lock(cache);
    zoe_slab_give_any(&cache->memory.work, &worker->scratch);
    ends =
        ends || (load->phase == ZOE_LOAD_OPEN && load->workers == 1 && zoe_load_is_stopped(load));
    if (ends) {
        load->phase = ZOE_LOAD_ENDING;
        zoe_cache_unlock(cache);
        end_load(worker, load);
        zoe_cache_lock(cache);
    }
    /* Only when nobody is at it may a FREE load be claimed again. */
    if (--load->workers == 0 && load->phase == ZOE_LOAD_FREE)
        zoe_cache_tell_locked(cache);
}
