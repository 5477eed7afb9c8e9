/*
 * Sources: a sequence in an engine, what is wanted of it, and its frames.
 */
#include <string.h>

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
    if (!engine || !sequence || !*sequence || !out || (given && given->size != sizeof *given))
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "opening a source: invalid argument");
    if (given)
        settings = *given;
    if (settings.proxy_shift < 0 || settings.proxy_shift > 3)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "proxy shift %d is not in 0..3",
                             settings.proxy_shift);
    *out = NULL;
    zoe_cache *cache = &engine->cache;
    zoe_source *source = zoe_os_alloc(sizeof *source);
    if (!source)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory for a source");
    source->cache = cache;
    source->choice.proxy_shift = settings.proxy_shift;
    source->choice.overscan = settings.overscan != 0;
    source->choice.full_precision = settings.full_precision != 0;
    source->want.idle = 1;
    source->announced = -1;
    if (!copy_text(&source->choice.layer, settings.layer) ||
        !copy_text(&source->choice.view, settings.view) ||
        !(source->table = zoe_table_create(cache, *sequence))) {
        free_source(source);
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory for the frames of %s",
                             zoe_sequence_name(*sequence));
    }
    source->table->source = source;
    source->sequence = *sequence;
    *sequence = NULL;
    zoe_cache_lock(cache);
    source->next = cache->sources;
    cache->sources = source;
    zoe_cache_unlock(cache);
    *out = source;
    return ZOE_OK;
}

/* Takes a table away from its source. Returns it when it can be destroyed at once. */
static zoe_table *retire_table_locked(zoe_cache *cache, zoe_table *table)
{
    zoe_cache_evict_table_locked(cache, table);
    table->source = NULL;
    return table->doomed == 0 ? table : NULL;
}

void zoe_source_close(zoe_source **out)
{
    if (!out || !*out)
        return;
    zoe_source *source = *out;
    zoe_cache *cache = source->cache;
    zoe_cache_lock(cache);
    zoe_cache_stop_source_locked(source);
    zoe_source **link = &cache->sources;
    while (*link != source)
        link = &(*link)->next;
    *link = source->next;
    zoe_table *table = retire_table_locked(cache, source->table);
    /* Its sizes may never come again; what stays in use elsewhere is warm already. */
    zoe_slab_shrink(&cache->slab, UINT64_MAX, 0);
    /* There is room for the other sources now. */
    pthread_cond_broadcast(&cache->work);
    zoe_cache_unlock(cache);
    if (table)
        zoe_table_destroy(table);
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
    zoe_cache *cache = source->cache;
    zoe_cache_lock(cache);
    zoe_status status = zoe_want_check(want, source->table->count);
    if (status == ZOE_OK && !source->closing)
        zoe_cache_set_want_locked(source, want);
    zoe_cache_unlock(cache);
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
    switch (zoe_slot_state(&source->table->slots[position])) {
    case ZOE_FRAME_MISSING: return ZOE_MISSING;
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
    zoe_table *table = source->table;
    zoe_cache *cache = source->cache;
    zoe_slot *slot = &table->slots[position];
    uint64_t generation;
    const zoe_buffer *buffer = NULL;
    if (zoe_slot_pin(slot, &generation)) {
        buffer = zoe_slot_pinned_buffer(slot, generation);
        if (!buffer)
            zoe_cache_unpin_remnant(cache, table, position, generation);
    }
    if (!buffer) {
        memset(frame, 0, sizeof *frame);
        zoe_status status = why_not(source, position);
        if (status == ZOE_LOADING &&
            !atomic_exchange_explicit(&slot->missed, 1, memory_order_relaxed))
            zoe_counter_add(&cache->misses);
        return status;
    }
    atomic_store_explicit(&slot->last_use,
                          atomic_load_explicit(&cache->clock, memory_order_relaxed),
                          memory_order_relaxed);
    *frame = buffer->frame;
    frame->generation = table->first_generation + generation;
    frame->pin = slot;
    frame->pin_owner = table;
    zoe_counter_add(&cache->hits);
    return ZOE_OK;
}

void zoe_frame_release(zoe_frame *frame)
{
    if (!frame || !frame->pin)
        return;
    zoe_slot *slot = frame->pin;
    zoe_table *table = frame->pin_owner;
    /* Read before the pin is gone: a table that is only kept by pins may go with the last one. */
    zoe_cache *cache = table->cache;
    frame->pin = NULL;
    frame->pin_owner = NULL;
    uint64_t generation = frame->generation - table->first_generation;
    switch (zoe_slot_unpin(slot, generation)) {
    case ZOE_UNPIN_NOTHING: break;
    case ZOE_UNPIN_REMNANT:
        zoe_cache_unpin_remnant(cache, table, slot - table->slots, generation);
        break;
    case ZOE_UNPIN_REAP: zoe_cache_reap(cache, table, slot); break;
    case ZOE_UNPIN_FREE:
        /* seq_cst: see slots.h. */
        if (atomic_load_explicit(&cache->starved, memory_order_seq_cst) &&
            atomic_exchange_explicit(&cache->starved, 0, memory_order_seq_cst)) {
            zoe_cache_lock(cache);
            pthread_cond_broadcast(&cache->work);
            zoe_cache_unlock(cache);
        }
        break;
    }
}

/* Neither to be had now, nor given up: worth waiting for. */
static bool is_awaited(const zoe_slot *slot)
{
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_acquire);
    switch ((zoe_frame_state)(word & ZOE_SLOT_STATE)) {
    case ZOE_FRAME_EMPTY:
    case ZOE_FRAME_HEADER:
    case ZOE_FRAME_LOADING: return true;
    case ZOE_FRAME_LOADED: return (word & ZOE_SLOT_DOOMED) != 0;
    default: return false;
    }
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
        while (in_time && is_awaited(&source->table->slots[position]))
            in_time = zoe_cache_wait_locked(cache, &cache->loaded, deadline_ns);
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
    zoe_frame_state state = zoe_slot_state(&source->table->slots[position]);
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

uint64_t zoe_source_changes(const zoe_source *source)
{
    return atomic_load_explicit(&source->table->changes, memory_order_acquire);
}
