/*
 * Sources: a sequence in an engine, what is wanted of it, and its frames.
 */
#include <string.h>

#include "base/settings.h"
#include "cache/reserve.h"
#include "cache/scheduler.h"
#include "core/engine_internal.h"

void zoe_source_settings_init(zoe_source_settings *settings)
{
    memset(settings, 0, sizeof *settings);
    settings->size = sizeof *settings;
}

/* ---- opening and closing ---- */

static void free_source(zoe_source *source)
{
    zoe_sequence_close(&source->sequence);
    zoe_storage_close(&source->storage);
    zoe_os_free(source->choice.layer);
    zoe_os_free(source->choice.view);
    zoe_os_free(source);
}

/* An empty text means the default, like NULL. */
static bool copy_text(char **copy, const char *text)
{
    if (!text || !*text)
        return true;
    *copy = zoe_os_strdup(text);
    return *copy != NULL;
}

zoe_status zoe_source_open(zoe_engine *engine, zoe_sequence **sequence,
                           const zoe_source_settings *given, zoe_source **out, zoe_error *error)
{
    zoe_source_settings settings;
    zoe_source_settings_init(&settings);
    if (out)
        *out = NULL;
    if (!engine || !sequence || !*sequence || !out)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "opening a source: invalid argument");
    zoe_status status =
        zoe_settings_copy(&settings, sizeof settings, given, "zoe_source_settings_init", error);
    if (status != ZOE_OK)
        return status;
    if (settings.proxy_shift < 0 || settings.proxy_shift > 3)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "proxy shift %d is not in 0..3",
                             settings.proxy_shift);
    zoe_cache *cache = &engine->cache;
    zoe_source *source = zoe_os_alloc(sizeof *source);
    if (!source)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory for a source");
    source->cache = cache;
    source->all = &cache->sources;
    source->choice.proxy_shift = settings.proxy_shift;
    source->choice.overscan = settings.overscan != 0;
    source->choice.full_precision = settings.full_precision != 0;
    source->want.idle = 1;
    if (!copy_text(&source->choice.layer, settings.layer) ||
        !copy_text(&source->choice.view, settings.view) ||
        !(source->table = zoe_table_create(*sequence, source, &cache->lock, &source->changes))) {
        free_source(source);
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory for the frames of %s",
                             zoe_sequence_name(*sequence));
    }
    source->sequence = *sequence;
    source->storage = zoe_storage_share(zoe_sequence_storage(*sequence));
    *sequence = NULL;
    zoe_ahead_join(&engine->aheads, cache, source);
    zoe_cache_lock(cache);
    source->next = cache->sources;
    cache->sources = source;
    zoe_cache_unlock(cache);
    *out = source;
    return ZOE_OK;
}

/* Is it under way, or has a worker yet to leave it, for a frame of the source that `kept` has no
 * place for? */
static bool has_no_place_locked(const zoe_load *load, const zoe_source *source,
                                const zoe_sequence *kept)
{
    if (load->source != source || (load->phase == ZOE_LOAD_FREE && load->workers == 0))
        return false;
    if (!kept)
        return true;
    int64_t number = zoe_sequence_number(source->sequence, load->position);
    int64_t first = zoe_sequence_first(kept), last = zoe_sequence_last(kept);
    return number < first || number > last || (number - first) % zoe_sequence_step(kept) != 0;
}

void zoe_source_halt_locked(zoe_source *source, const zoe_sequence *kept)
{
    zoe_cache *cache = source->cache;
    zoe_lock_assert_held(&cache->lock);
    source->halted = true;
    for (;;) {
        bool any = false, any_goes_on = false;
        for (zoe_load *load = cache->loads; load < cache->loads + ZOE_LOADS_MAX; load++) {
            if (!has_no_place_locked(load, source, kept))
                continue;
            any_goes_on = any_goes_on || !zoe_load_is_stopped(load);
            zoe_cache_stop_load_locked(load);
            any = true;
        }
        if (!any)
            return;
        /* Not each time: workers without work say so, which ends the wait here. */
        if (any_goes_on)
            zoe_cache_wake_all_locked(cache);
        zoe_cache_wait_locked(cache, &cache->progress, ZOE_FOREVER);
    }
}

void zoe_source_let_go_all_locked(zoe_source *source)
{
    zoe_table *table = source->table;
    zoe_lock_assert_held(&source->cache->lock);
    for (int64_t i = 0; i < table->count; i++)
        if (zoe_state_is_loaded(zoe_table_state(table, i)))
            zoe_cache_let_go_locked(source->cache, table, i);
}

void zoe_source_close(zoe_source **out)
{
    if (!out || !*out)
        return;
    zoe_source *source = *out;
    zoe_cache *cache = source->cache;
    zoe_cache_lock(cache);
    zoe_source_halt_locked(source, NULL);
    zoe_source **link = &cache->sources;
    while (*link != source)
        link = &(*link)->next;
    *link = source->next;
    zoe_source_let_go_all_locked(source);
    zoe_memory_detach_frames(&cache->memory);
    zoe_cache_wake_all_locked(cache);
    zoe_cache_unlock(cache);
    zoe_ahead_leave(source);
    zoe_table_destroy(source->table);
    free_source(source);
    *out = NULL;
}

const zoe_sequence *zoe_source_sequence(const zoe_source *source)
{
    return source->sequence;
}

/* ---- wants ---- */

zoe_status zoe_source_set_want(zoe_source *source, const zoe_want *want)
{
    if (!source || !want)
        return ZOE_ERROR_ARGUMENT;
    /* Of an idle one, all else may be anything. */
    const zoe_want idle = {.idle = 1};
    zoe_cache *cache = source->cache;
    zoe_cache_lock(cache);
    zoe_status status = zoe_want_check(want, source->table->count);
    if (status == ZOE_OK)
        zoe_scheduler_set_want_locked(source, want->idle ? &idle : want);
    zoe_cache_unlock(cache);
    if (source->ahead)
        zoe_storage_wake(source->storage);
    return status;
}

uint64_t zoe_source_epoch(const zoe_source *source)
{
    return atomic_load_explicit(&source->epoch, memory_order_relaxed);
}

/* ---- frames ---- */

static bool position_is_valid(const zoe_source *source, int64_t position)
{
    return source && position >= 0 && position < source->table->count;
}

/* Why a frame cannot be pinned. */
static zoe_status why_not(zoe_source *source, int64_t position)
{
    switch (zoe_table_state(source->table, position)) {
    case ZOE_FRAME_MISSING: return ZOE_MISSING;
    case ZOE_FRAME_NO_ROOM: return ZOE_NO_ROOM;
    case ZOE_FRAME_ERROR: {
        zoe_status status = zoe_source_frame_error(source, position, NULL);
        return status == ZOE_OK ? ZOE_LOADING : status;
    }
    default: return ZOE_LOADING;
    }
}

zoe_status zoe_source_acquire(zoe_source *source, int64_t position, zoe_frame *frame)
{
    if (!frame)
        return ZOE_ERROR_ARGUMENT;
    frame->pin = NULL;
    if (!position_is_valid(source, position))
        return ZOE_ERROR_ARGUMENT;
    zoe_cache *cache = source->cache;
    zoe_slot *slot = &source->table->slots[position];
    zoe_frame_buffer *buffer = zoe_table_pin(source->table, position);
    if (!buffer) {
        memset(frame, 0, sizeof *frame);
        zoe_status status = why_not(source, position);
        if ((status == ZOE_LOADING || status == ZOE_NO_ROOM) &&
            !atomic_exchange_explicit(&slot->missed, 1, memory_order_relaxed))
            zoe_counter_add(&cache->misses);
        return status;
    }
    atomic_store_explicit(&slot->last_use,
                          atomic_load_explicit(&cache->clock, memory_order_relaxed),
                          memory_order_relaxed);
    *frame = buffer->frame;
    frame->position = position;
    frame->pin = buffer;
    frame->pin_owner = cache;
    zoe_counter_add(&cache->hits);
    return ZOE_OK;
}

void zoe_frame_release(zoe_frame *frame)
{
    if (!frame || !frame->pin)
        return;
    zoe_frame_buffer *buffer = frame->pin;
    zoe_cache *cache = frame->pin_owner;
    frame->pin = NULL;
    frame->pin_owner = NULL;
    uint32_t left = zoe_hold_unpin(&buffer->hold);
    /* One left may be the slot's: then the frame can be evicted. seq_cst: see memory/hold.h. */
    bool awaited = left <= 1 && atomic_load_explicit(&cache->starved, memory_order_seq_cst) &&
                   atomic_exchange_explicit(&cache->starved, 0, memory_order_seq_cst);
    if (left > 0 && !awaited)
        return;
    zoe_cache_lock(cache);
    if (left == 0)
        zoe_cache_free_picture_locked(cache, buffer);
    (void)zoe_reserve_fit_locked(cache, zoe_meter_limit(&cache->memory.meter));
    zoe_scheduler_unblock_locked(cache);
    zoe_cache_wake_worker_locked(cache);
    zoe_cache_unlock(cache);
}

/* Neither to be had now, nor given up: worth waiting for. */
static bool is_awaited(zoe_frame_state state)
{
    return state == ZOE_FRAME_LOADING || (zoe_state_is_empty(state) && state != ZOE_FRAME_NO_ROOM);
}

zoe_status zoe_source_wait(zoe_source *source, int64_t position, uint64_t deadline_ns,
                           zoe_frame *frame)
{
    zoe_status status = zoe_source_acquire(source, position, frame);
    bool in_time = true;
    while (status == ZOE_LOADING && in_time) {
        zoe_cache *cache = source->cache;
        zoe_cache_lock(cache);
        /* With the lock held no frame is published between looking and waiting. */
        while (in_time && is_awaited(zoe_table_state(source->table, position)))
            in_time = zoe_cache_wait_locked(cache, &cache->progress, deadline_ns);
        zoe_cache_unlock(cache);
        /* It may have been evicted again by now. */
        status = zoe_source_acquire(source, position, frame);
    }
    return status == ZOE_LOADING ? ZOE_TIMEOUT : status;
}

zoe_status zoe_source_frame_error(zoe_source *source, int64_t position, zoe_error *error)
{
    if (!position_is_valid(source, position))
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "no such frame");
    zoe_cache *cache = source->cache;
    zoe_cache_lock(cache);
    zoe_frame_state state = zoe_table_state(source->table, position);
    const zoe_note *note = source->table->slots[position].note;
    zoe_status status = ZOE_OK;
    if (note) {
        status = zoe_error_set(error, note->status, "%s", note->text);
    } else if (state == ZOE_FRAME_ERROR) {
        status = zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "out of memory");
    }
    zoe_cache_unlock(cache);
    return status;
}

zoe_status zoe_source_states(const zoe_source *source, int64_t first, int64_t count,
                             uint8_t *states)
{
    if (!source || first < 0 || count < 0 || count > source->table->count - first || !states)
        return ZOE_ERROR_ARGUMENT;
    const _Atomic uint8_t *from = source->table->states + first;
    for (int64_t i = 0; i < count; i++)
        states[i] = atomic_load_explicit(&from[i], memory_order_relaxed);
    return ZOE_OK;
}

zoe_status zoe_source_nearness(const zoe_source *source, int64_t first, int64_t count,
                               uint8_t *nearness)
{
    if (!source || first < 0 || count < 0 || count > source->table->count - first || !nearness)
        return ZOE_ERROR_ARGUMENT;
    for (int64_t i = 0; i < count; i++)
        nearness[i] = (uint8_t)zoe_table_nearness(source->table, first + i);
    return ZOE_OK;
}

int zoe_source_is_far(const zoe_source *source)
{
    return source && source->ahead;
}

uint64_t zoe_source_changes(const zoe_source *source)
{
    return atomic_load_explicit(&source->changes, memory_order_acquire);
}
