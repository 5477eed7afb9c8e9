/*
 * Refreshing a source: the folder as it is now, and of the frames in memory only those whose files
 * are what they were. And reloading one frame, when only its file is in question.
 */
#include <string.h>

#include "core/engine_internal.h"

/* A frame of the old table that was read, and whether its file is still the same. */
typedef struct carried {
    int64_t from;     /* its position in the old table */
    int64_t position; /* in the new sequence; -1: it is not there any more */
    zoe_buffer *buffer;
    zoe_os_file_id id; /* of the file it was read from */
    bool same;
} carried;

typedef struct carry {
    zoe_source *source;
    const zoe_sequence *fresh;
    carried *list;
    size_t count, capacity;
} carry;

static bool list_loaded(void *user, zoe_buffer *buffer)
{
    carry *c = user;
    if (buffer->table == c->source->table && zoe_buffer_has_slot(buffer) && c->count < c->capacity)
        c->list[c->count++] =
            (carried){.from = buffer->position, .buffer = buffer, .id = buffer->file_id};
    return true;
}

static bool count_loaded(void *user, zoe_buffer *buffer)
{
    carry *c = user;
    if (buffer->table == c->source->table && zoe_buffer_has_slot(buffer))
        c->capacity++;
    return true;
}

/* The position in the new sequence that stands for the same file as `position` in the old one; -1:
 * none. */
static int64_t new_position(const zoe_source *source, const zoe_sequence *fresh, int64_t position)
{
    int64_t number = zoe_sequence_number(source->sequence, position);
    int64_t there = zoe_sequence_position(fresh, number);
    if (there < 0 || there >= zoe_sequence_count(fresh) ||
        zoe_sequence_number(fresh, there) != number || !zoe_sequence_has_file(fresh, there))
        return -1;
    return there;
}

/* Looks at the file of every frame in memory; no lock is held. */
static void compare_files(carry *c)
{
    char path[ZOE_PATH_MAX];
    for (size_t i = 0; i < c->count; i++) {
        carried *item = &c->list[i];
        zoe_os_file_id id;
        item->position = new_position(c->source, c->fresh, item->from);
        item->same = item->position >= 0 &&
                     zoe_sequence_path(c->fresh, item->position, path, sizeof path) == ZOE_OK &&
                     zoe_os_path_identify(path, &id) && zoe_os_file_id_equal(&id, &item->id);
    }
}

/* Moves a frame that is LOADED and not pinned from the old table to the new one. */
static bool move_frame_locked(carry *c, const carried *item, zoe_table *table)
{
    zoe_buffer *buffer = item->buffer;
    zoe_table *old = c->source->table;
    /* Another frame's by now? */
    if (buffer->table != old || buffer->position != item->from)
        return false;
    bool incomplete = buffer->frame.incomplete != 0;
    zoe_slot *from = &old->slots[buffer->position], *to = &table->slots[item->position];
    uint64_t last = atomic_load_explicit(&from->last_use, memory_order_relaxed);
    if (!zoe_slot_evict_locked(old, buffer->position))
        return false;
    zoe_slot_claim_locked(table, item->position);
    to->buffer = buffer;
    to->needs = from->needs;
    zoe_slot_set_error_locked(table, item->position, NULL);
    to->note = from->note;
    from->note = NULL;
    from->buffer = NULL;
    buffer->table = table;
    buffer->position = item->position;
    buffer->frame.position = item->position;
    atomic_store_explicit(&to->last_use, last, memory_order_relaxed);
    zoe_slot_publish_locked(table, item->position, incomplete);
    return true;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* The want in the new sequence's positions. A work area that was the whole sequence stays the
 * whole. */
static void shift_want_locked(zoe_source *source, const zoe_sequence *fresh)
{
    zoe_want *want = &source->want;
    const zoe_sequence *old = source->sequence;
    int64_t last = zoe_sequence_count(fresh) - 1;
    bool whole = want->in == 0 && want->out == zoe_sequence_count(old) - 1;
    int64_t *fields[] = {&want->playhead, &want->in, &want->out};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        int64_t number = zoe_sequence_number(old, *fields[i]);
        *fields[i] = clamp(zoe_sequence_position(fresh, number), 0, last);
    }
    if (whole) {
        want->in = 0;
        want->out = last;
    }
    source->cursor = 0;
    source->announced = -1;
}

static void count_files(const zoe_source *source, const zoe_sequence *fresh,
                        zoe_refresh_report *report)
{
    const zoe_sequence *old = source->sequence;
    int64_t kept = 0;
    for (int64_t i = 0; i < zoe_sequence_count(old); i++) {
        if (!zoe_sequence_has_file(old, i))
            continue;
        if (new_position(source, fresh, i) >= 0)
            kept++;
        else
            report->removed++;
    }
    report->added = zoe_sequence_file_count(fresh) - kept;
}

static int64_t count_errors(const zoe_table *table)
{
    int64_t errors = 0;
    for (int64_t i = 0; i < table->count; i++)
        errors += atomic_load_explicit(&table->states[i], memory_order_relaxed) == ZOE_FRAME_ERROR;
    return errors;
}

/* Puts the new sequence and table in place of the old ones, which are handed back through the same
 * pointers; *table is NULL when pinned frames still need the old one. */
static void swap_locked(carry *c, zoe_sequence **fresh, zoe_table **table,
                        zoe_refresh_report *report)
{
    zoe_source *source = c->source;
    zoe_cache *cache = source->cache;
    report->changed = count_errors(source->table);
    for (size_t i = 0; i < c->count; i++) {
        const carried *item = &c->list[i];
        if (item->same)
            move_frame_locked(c, item, *table);
        else if (item->position >= 0)
            report->changed++;
    }
    zoe_table *old_table = source->table;
    zoe_sequence *old_sequence = source->sequence;
    shift_want_locked(source, *fresh);
    zoe_cache_evict_table_locked(cache, old_table);
    old_table->source = NULL;
    (*table)->source = source;
    /* The change counter never goes back: who compares it must see that everything is new. */
    uint64_t changes = atomic_load_explicit(&old_table->changes, memory_order_relaxed);
    atomic_fetch_add_explicit(&(*table)->changes, changes + 1, memory_order_release);
    (*table)->first_generation = old_table->first_generation + UINT32_MAX;
    source->table = *table;
    source->sequence = *fresh;
    atomic_fetch_add_explicit(&source->epoch, 1, memory_order_relaxed);
    *fresh = old_sequence;
    *table = old_table->doomed == 0 ? old_table : NULL;
}

zoe_status zoe_source_refresh(zoe_source *source, zoe_refresh_report *out, zoe_error *error)
{
    if (!source)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "no source");
    zoe_cache *cache = source->cache;
    zoe_sequence *fresh = NULL;
    zoe_status status = zoe_sequence_reopen(source->sequence, &fresh, error);
    if (status != ZOE_OK)
        return status;
    zoe_refresh_report report = {0};
    carry c = {.source = source, .fresh = fresh};
    zoe_table *table = zoe_table_create(cache, fresh);

    zoe_cache_lock(cache);
    zoe_cache_stop_source_locked(source);
    zoe_slab_visit(&cache->slab, count_loaded, &c);
    zoe_cache_unlock(cache);
    c.list = zoe_os_alloc(c.capacity * sizeof *c.list);
    if (!table || !c.list) {
        status = zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory to read %s again",
                               zoe_sequence_name(source->sequence));
    } else {
        /* The source begins nothing now; frames can only leave, when others need room. They are
         * listed, compared without the lock, and listed frames that left meanwhile are recognised
         * by their table. */
        zoe_cache_lock(cache);
        zoe_slab_visit(&cache->slab, list_loaded, &c);
        zoe_cache_unlock(cache);
        compare_files(&c);
        count_files(source, fresh, &report);
        zoe_cache_lock(cache);
        swap_locked(&c, &fresh, &table, &report);
        zoe_cache_unlock(cache);
    }
    zoe_cache_lock(cache);
    source->closing = false;
    atomic_fetch_add_explicit(&cache->attention, 1, memory_order_relaxed);
    pthread_cond_broadcast(&cache->work);
    zoe_cache_unlock(cache);
    zoe_os_free(c.list);
    if (table)
        zoe_table_destroy(table);
    zoe_sequence_close(&fresh);
    if (status == ZOE_OK && out)
        *out = report;
    zoe_cache_notify(cache);
    return status;
}

/* ---- one frame ---- */

/* What is known of a frame's file now. */
typedef struct looked {
    bool there;
    zoe_os_file_id id;
    zoe_remnant *remnant; /* for the picture, if it is pinned; NULL once it is used */
} looked;

/* The load of a frame, unless it is known to read the file that is there now: it begins again. */
static bool stop_if_other_locked(zoe_cache *cache, const zoe_table *table, int64_t position,
                                 const looked *now)
{
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++) {
        zoe_load *load = &cache->loads[i];
        if (load->phase == ZOE_LOAD_FREE || load->phase == ZOE_LOAD_ENDED || load->table != table ||
            load->position != position)
            continue;
        /* Which file is being opened, or was read to its end, nobody can tell under the lock. */
        if (load->phase == ZOE_LOAD_OPEN && now->there &&
            zoe_os_file_id_equal(&now->id, &load->picture.id))
            return false;
        load->outdated = true;
        atomic_store_explicit(&load->stale, 1, memory_order_relaxed);
        return true;
    }
    return false;
}

/* Returns whether the frame is to be decoded again, or gone. */
static bool reload_locked(zoe_cache *cache, zoe_table *table, int64_t position, looked *now)
{
    switch (zoe_slot_state(&table->slots[position])) {
    case ZOE_FRAME_LOADING: return stop_if_other_locked(cache, table, position, now);
    case ZOE_FRAME_LOADED: {
        const zoe_buffer *buffer = table->slots[position].buffer;
        if (now->there && zoe_os_file_id_equal(&now->id, &buffer->file_id))
            return false;
        if (zoe_cache_replace_locked(cache, table, position, now->remnant))
            now->remnant = NULL;
        /* Else it is about to leave by itself. */
        if (zoe_slot_is_empty(&table->slots[position]))
            zoe_slot_reset_locked(table, position, now->there);
        return true;
    }
    case ZOE_FRAME_MISSING:
        if (!now->there)
            return false;
        break;
    case ZOE_FRAME_EMPTY:
    case ZOE_FRAME_HEADER:
        if (now->there) {
            zoe_slot_forget_needs_locked(table, position);
            return false;
        }
        break;
    default: break;
    }
    zoe_slot_reset_locked(table, position, now->there);
    return true;
}

zoe_status zoe_source_reload(zoe_source *source, int64_t position, int32_t *changed)
{
    char path[ZOE_PATH_MAX];
    if (changed)
        *changed = 0;
    if (!source)
        return ZOE_ERROR_ARGUMENT;
    zoe_status status = zoe_sequence_path(source->sequence, position, path, sizeof path);
    if (status != ZOE_OK)
        return status;
    zoe_cache *cache = source->cache;
    looked now = {.remnant = zoe_os_alloc(sizeof *now.remnant)};
    if (!now.remnant)
        return ZOE_ERROR_NO_MEMORY;
    now.there = zoe_os_path_identify(path, &now.id);
    zoe_cache_lock(cache);
    bool other = reload_locked(cache, source->table, position, &now);
    if (other) {
        zoe_cache_rewind_locked(source->table, position);
        atomic_fetch_add_explicit(&cache->attention, 1, memory_order_relaxed);
        pthread_cond_broadcast(&cache->loaded);
    }
    /* What the frame needs may be less by now, though nothing was read of it. */
    pthread_cond_broadcast(&cache->work);
    zoe_cache_unlock(cache);
    zoe_os_free(now.remnant);
    if (changed)
        *changed = other;
    if (other)
        zoe_cache_notify(cache);
    return ZOE_OK;
}
