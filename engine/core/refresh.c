/*
 * Refreshing a source: the folder as it is now, and of the frames in memory only those whose files
 * are what they were. And reloading one frame, when only its file is in question.
 */
#include "cache/scheduler.h"
#include "core/engine_internal.h"

/* A frame of the old table that was read, and whether its file is still the same. */
typedef struct carried {
    int64_t from;        /* its position in the old table */
    int64_t position;    /* in the new sequence; -1: it is not there any more */
    uint64_t generation; /* of its picture */
    zoe_os_file_id id;   /* of the file that was read */
    bool same;
} carried;

typedef struct carry {
    zoe_source *source;
    const zoe_sequence *fresh;
    carried *list;
    size_t count;
} carry;

static size_t count_loaded_locked(const zoe_table *table)
{
    size_t count = 0;
    for (int64_t i = -1; (i = zoe_table_next_loaded(table, i + 1)) < table->count;)
        count++;
    return count;
}

/* At most `capacity`: frames can only leave meanwhile. */
static void list_loaded_locked(carry *c, size_t capacity)
{
    const zoe_table *table = c->source->table;
    for (int64_t i = -1;
         (i = zoe_table_next_loaded(table, i + 1)) < table->count && c->count < capacity;)
        c->list[c->count++] = (carried){.from = i,
                                        .generation = table->slots[i].generation,
                                        .id = table->slots[i].buffer->file_id};
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
 * pointers. Frames whose files are the same go over, their pins with them. */
static void swap_locked(carry *c, zoe_sequence **fresh, zoe_table **table,
                        zoe_refresh_report *report)
{
    zoe_source *source = c->source;
    zoe_table *old_table = source->table;
    zoe_sequence *old_sequence = source->sequence;
    report->changed = count_errors(old_table);
    for (size_t i = 0; i < c->count; i++) {
        const carried *item = &c->list[i];
        bool there = zoe_state_is_loaded(zoe_table_state(old_table, item->from)) &&
                     old_table->slots[item->from].generation == item->generation;
        if (item->same && there)
            zoe_table_move_locked(old_table, item->from, *table, item->position);
        else if (!item->same && item->position >= 0)
            report->changed++;
    }
    zoe_cache_let_go_all_locked(source->cache, old_table);
    shift_want_locked(source, *fresh);
    source->table = *table;
    source->sequence = *fresh;
    atomic_fetch_add_explicit(&source->changes, 1, memory_order_release);
    atomic_fetch_add_explicit(&source->epoch, 1, memory_order_relaxed);
    *fresh = old_sequence;
    *table = old_table;
}

/* With the source halted: the new sequence and a table for it take the place of the old ones. */
static zoe_status refresh_halted(zoe_source *source, zoe_sequence **fresh,
                                 zoe_refresh_report *report, zoe_error *error)
{
    zoe_cache *cache = source->cache;
    carry c = {.source = source, .fresh = *fresh};
    zoe_table *table = zoe_table_create(*fresh, source, &cache->lock, &source->changes);
    zoe_cache_lock(cache);
    size_t loaded = count_loaded_locked(source->table);
    zoe_cache_unlock(cache);
    c.list = zoe_os_alloc((loaded + 1) * sizeof *c.list);
    zoe_status status = ZOE_OK;
    if (!table || !c.list) {
        status = zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory to read %s again",
                               zoe_sequence_name(source->sequence));
    } else {
        /* Frames are listed, and compared without the lock; those that leave meanwhile are known
         * by their generation. */
        zoe_cache_lock(cache);
        list_loaded_locked(&c, loaded);
        zoe_cache_unlock(cache);
        compare_files(&c);
        count_files(source, *fresh, report);
        zoe_cache_lock(cache);
        swap_locked(&c, fresh, &table, report);
        zoe_cache_unlock(cache);
    }
    zoe_os_free(c.list);
    if (table)
        zoe_table_destroy(table);
    return status;
}

/* One refresh at a time: a second one waits, and then reads the folder anew. */
static void begin_refresh(zoe_source *source)
{
    zoe_cache *cache = source->cache;
    zoe_cache_lock(cache);
    while (source->refreshing)
        zoe_cache_wait_locked(cache, &cache->ended, ZOE_FOREVER);
    source->refreshing = true;
    zoe_cache_unlock(cache);
}

static void end_refresh(zoe_source *source)
{
    zoe_cache *cache = source->cache;
    zoe_cache_lock(cache);
    source->halted = false;
    source->refreshing = false;
    zoe_cache_ended_locked(cache);
    zoe_cache_frame_settled_locked(cache);
    zoe_cache_wake_all_locked(cache);
    zoe_cache_unlock(cache);
}

zoe_status zoe_source_refresh(zoe_source *source, zoe_refresh_report *out, zoe_error *error)
{
    if (!source)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "no source");
    zoe_cache *cache = source->cache;
    zoe_sequence *fresh = NULL;
    zoe_refresh_report report = {0};
    begin_refresh(source);
    zoe_status status = zoe_sequence_reopen(source->sequence, &fresh, error);
    if (status == ZOE_OK) {
        zoe_cache_lock(cache);
        zoe_scheduler_halt_source_locked(source);
        zoe_cache_unlock(cache);
        status = refresh_halted(source, &fresh, &report, error);
    }
    end_refresh(source);
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
} looked;

/* The load of a frame, unless it is known to read the file that is there now: it begins again. */
static bool stop_if_other_locked(zoe_cache *cache, const zoe_table *table, int64_t position,
                                 const looked *now)
{
    for (zoe_load *load = NULL; (load = zoe_cache_next_load_locked(cache, load)) != NULL;) {
        if (load->source->table != table || load->position != position)
            continue;
        /* Which file is being opened, or was read to its end, nobody can tell under the lock. */
        if (load->phase == ZOE_LOAD_OPEN && now->there &&
            zoe_os_file_id_equal(&now->id, &load->picture.id))
            return false;
        load->outdated = true;
        zoe_load_stop_locked(load);
        return true;
    }
    return false;
}

/* Returns whether the frame is to be decoded again, or gone. */
static bool reload_locked(zoe_cache *cache, zoe_table *table, int64_t position, const looked *now)
{
    bool is_other = true;
    switch (zoe_table_state(table, position)) {
    case ZOE_FRAME_LOADING: return stop_if_other_locked(cache, table, position, now);
    case ZOE_FRAME_LOADED:
    case ZOE_FRAME_INCOMPLETE:
        if (now->there && zoe_os_file_id_equal(&now->id, &table->slots[position].buffer->file_id))
            return false;
        zoe_cache_let_go_locked(cache, table, position);
        break;
    case ZOE_FRAME_MISSING:
        if (!now->there)
            return false;
        break;
    case ZOE_FRAME_EMPTY:
    case ZOE_FRAME_HEADER:
    case ZOE_FRAME_NO_ROOM:
        /* What it takes may be something else by now; who waits for it goes on waiting. */
        is_other = !now->there;
        break;
    case ZOE_FRAME_ERROR: break;
    }
    zoe_table_reset_locked(table, position, now->there);
    return is_other;
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
    looked now = {.there = false};
    now.there = zoe_os_path_identify(path, &now.id);
    zoe_cache_lock(cache);
    bool other = reload_locked(cache, source->table, position, &now);
    if (other) {
        zoe_source_rewind_locked(source, position);
        zoe_cache_frame_settled_locked(cache);
    }
    /* What the frame needs may be less by now, though nothing was read of it. */
    zoe_cache_wake_all_locked(cache);
    zoe_cache_unlock(cache);
    if (changed)
        *changed = other;
    if (other)
        zoe_cache_notify(cache);
    return ZOE_OK;
}
