/*
 * Sources whose files change: a look at them is taken by the source, which lets go of what is not
 * as it was. Refreshing is a look at the folder and all that was read, reloading one at a single
 * file.
 */
#include "core/engine_internal.h"
#include "storage/storage.h"
#include "core/look.h"

/* ---- the folder ---- */

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

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* The want in the new sequence's positions. A work area that was the whole sequence stays the
 * whole. */
static void shift_want_locked(zoe_source *source, const zoe_sequence *fresh)
{
    zoe_lock_assert_held(&source->cache->lock);
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

static zoe_load *find_load_locked(zoe_source *source, int64_t position)
{
    zoe_lock_assert_held(&source->cache->lock);
    zoe_cache *cache = source->cache;
    for (zoe_load *load = NULL; (load = zoe_cache_next_load_locked(cache, load)) != NULL;)
        if (load->source == source && load->position == position)
            return load;
    return NULL;
}

/* Does the load read the file that is there now? Which one is being opened nobody can tell under
 * the lock, unless that began after looking. */
static bool reads_this_file(const zoe_load *load, const zoe_looked *now, uint64_t looked_ns)
{
    if (load->phase == ZOE_LOAD_OPENING && load->claimed_ns > looked_ns)
        return true;
    return load->phase == ZOE_LOAD_OPEN && now->there &&
           zoe_os_file_id_equal(&now->id, &load->picture.id);
}

/* It begins again, where there is a file. */
static void stop_outdated_locked(zoe_load *load)
{
    load->outdated = true;
    zoe_cache_stop_load_locked(load);
}

/* Is the file of a frame that is in memory or in error the one that was read? */
static bool is_same_file_locked(const zoe_slot *slot, zoe_frame_state state, const zoe_looked *now)
{
    const zoe_os_file_id *id = NULL;
    if (zoe_state_is_loaded(state))
        id = &slot->buffer->file_id;
    else if (slot->note)
        id = &slot->note->file_id;
    return now->there && id && zoe_os_file_id_equal(id, &now->id);
}

/* Loads go on in the new table, from the beginning where the file is another one. Each is looked at
 * once: on the way two may bear the same position, of the old table and of the new one. */
static void move_loads_locked(zoe_source *source, const zoe_look *look, zoe_table *table)
{
    zoe_lock_assert_held(&source->cache->lock);
    zoe_cache *cache = source->cache;
    for (zoe_load *load = NULL; (load = zoe_cache_next_load_locked(cache, load)) != NULL;) {
        if (load->source != source)
            continue;
        int64_t from = load->position, number = zoe_sequence_number(source->sequence, from);
        const zoe_looked *now = zoe_look_find(look, number);
        bool is_there = new_position(source, look->fresh, from) >= 0;
        load->position = zoe_sequence_position(look->fresh, number);
        zoe_table_move_locked(source->table, from, table, load->position);
        if (!is_there || (now && !reads_this_file(load, now, look->began_ns)))
            stop_outdated_locked(load);
    }
}

/* Of the frames of the old table goes over what is as it was. */
static void move_frames_locked(zoe_source *source, const zoe_look *look, zoe_table *table,
                               zoe_refresh_report *report)
{
    zoe_lock_assert_held(&source->cache->lock);
    zoe_table *old = source->table;
    move_loads_locked(source, look, table);
    for (int64_t i = 0; i < old->count; i++) {
        zoe_frame_state state = zoe_table_state(old, i);
        /* A worker finds out anew what has no room. */
        if (state == ZOE_FRAME_EMPTY || state == ZOE_FRAME_NO_ROOM || state == ZOE_FRAME_MISSING)
            continue;
        int64_t number = zoe_sequence_number(source->sequence, i);
        const zoe_looked *now = zoe_look_find(look, number);
        int64_t to = new_position(source, look->fresh, i);
        if (to < 0)
            continue;
        if (state == ZOE_FRAME_HEADER || !now || is_same_file_locked(&old->slots[i], state, now))
            zoe_table_move_locked(old, i, table, to);
        else
            report->changed++;
    }
}

/* Puts the new sequence and table in place of the old ones, which are handed back through the same
 * pointers. */
static void swap_locked(zoe_source *source, const zoe_look *look, zoe_sequence **fresh,
                        zoe_table **table, zoe_refresh_report *report)
{
    zoe_lock_assert_held(&source->cache->lock);
    zoe_table *old_table = source->table;
    zoe_sequence *old_sequence = source->sequence;
    /* Loads of frames beyond the new sequence's ends have no place in it. */
    zoe_source_halt_locked(source, *fresh);
    source->halted = false;
    move_frames_locked(source, look, *table, report);
    zoe_source_let_go_all_locked(source);
    shift_want_locked(source, *fresh);
    source->table = *table;
    source->sequence = *fresh;
    atomic_fetch_add_explicit(&source->changes, 1, memory_order_release);
    atomic_fetch_add_explicit(&source->epoch, 1, memory_order_relaxed);
    *fresh = old_sequence;
    *table = old_table;
}

/* The source has the sequence of the look from now on. */
static zoe_status take_folder(zoe_source *source, const zoe_look *look, zoe_refresh_report *report,
                              zoe_error *error)
{
    zoe_cache *cache = source->cache;
    zoe_table *table = zoe_table_create(look->fresh, source, &cache->lock, &source->changes);
    if (!table)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory to read %s again",
                             zoe_sequence_name(source->sequence));
    table->is_far = source->ahead != NULL;
    zoe_sequence *fresh = zoe_sequence_share(look->fresh);
    count_files(source, fresh, report);
    zoe_cache_lock(cache);
    swap_locked(source, look, &fresh, &table, report);
    zoe_cache_unlock(cache);
    zoe_table_destroy(table);
    zoe_sequence_close(&fresh);
    return ZOE_OK;
}

/* One refresh at a time: a second one waits, and then reads the folder anew. */
static void begin_refresh(zoe_source *source)
{
    zoe_cache *cache = source->cache;
    zoe_cache_lock(cache);
    while (source->refreshing)
        zoe_cache_wait_locked(cache, &cache->progress, ZOE_FOREVER);
    source->refreshing = true;
    zoe_cache_unlock(cache);
}

static void end_refresh(zoe_source *source)
{
    zoe_cache *cache = source->cache;
    if (source->ahead)
        zoe_storage_wake(source->storage);
    zoe_cache_lock(cache);
    source->refreshing = false;
    zoe_cache_tell_locked(cache);
    zoe_cache_wake_all_locked(cache);
    zoe_cache_unlock(cache);
}

/* ---- one frame ---- */

/* Returns whether the frame is to be decoded again, or gone. retry: an ERROR is tried again
 * whatever its file is. */
static bool reload_locked(zoe_source *source, int64_t position, const zoe_looked *now,
                          uint64_t looked_ns, bool retry)
{
    zoe_lock_assert_held(&source->cache->lock);
    zoe_cache *cache = source->cache;
    zoe_table *table = source->table;
    zoe_frame_state state = zoe_table_state(table, position);
    bool is_other = true;
    switch (state) {
    case ZOE_FRAME_LOADING: {
        zoe_load *load = find_load_locked(source, position);
        if (reads_this_file(load, now, looked_ns))
            return false;
        stop_outdated_locked(load);
        return true;
    }
    case ZOE_FRAME_LOADED:
    case ZOE_FRAME_INCOMPLETE:
        if (is_same_file_locked(&table->slots[position], state, now))
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
    case ZOE_FRAME_ERROR:
        if (!retry && is_same_file_locked(&table->slots[position], state, now))
            return false;
        break;
    }
    zoe_table_reset_locked(table, position, now->there);
    return is_other;
}

/* After frames were reset: whoever waits for one, and workers. */
static void settle_locked(zoe_source *source, int64_t position)
{
    zoe_lock_assert_held(&source->cache->lock);
    zoe_source_rewind_locked(source, position);
    zoe_cache_tell_locked(source->cache);
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
    zoe_looked now = {.there = false};
    uint64_t looked_ns = zoe_os_now_ns();
    if (!zoe_look_at(source->storage, path, UINT64_MAX, &now))
        return ZOE_OK;
    zoe_cache_lock(cache);
    bool other = reload_locked(source, position, &now, looked_ns, true);
    if (other)
        settle_locked(source, position);
    /* What the frame needs may be less by now, though nothing was read of it. */
    zoe_cache_wake_all_locked(cache);
    zoe_cache_unlock(cache);
    if (changed)
        *changed = other;
    if (other && source->ahead)
        zoe_storage_wake(source->storage);
    if (other)
        zoe_cache_notify(cache);
    return ZOE_OK;
}

/* Frames of the look alone. */
static void take_frames(zoe_source *source, const zoe_look *look, zoe_refresh_report *report)
{
    zoe_cache *cache = source->cache;
    const zoe_sequence *sequence = source->sequence;
    zoe_cache_lock(cache);
    for (size_t i = 0; i < look->count; i++) {
        const zoe_looked *now = &look->list[i];
        int64_t position = zoe_sequence_position(sequence, now->number);
        if (zoe_sequence_number(sequence, position) != now->number ||
            !zoe_sequence_has_file(sequence, position) ||
            !reload_locked(source, position, now, look->began_ns, false))
            continue;
        settle_locked(source, position);
        if (now->there)
            report->changed++;
        else
            report->removed++;
    }
    zoe_cache_unlock(cache);
}

/* ---- looks ---- */

/* Frames in error are tried again, whatever their files are, and what those that are not in memory
 * take is no longer taken for known. */
static void forget_rest(zoe_source *source)
{
    zoe_cache *cache = source->cache;
    zoe_cache_lock(cache);
    for (int64_t i = 0; i < source->table->count; i++) {
        zoe_frame_state state = zoe_table_state(source->table, i);
        if (state != ZOE_FRAME_ERROR && state != ZOE_FRAME_HEADER)
            continue;
        zoe_table_reset_locked(source->table, i, true);
        zoe_source_rewind_locked(source, i);
    }
    zoe_cache_unlock(cache);
}

static zoe_status take(zoe_source *source, const zoe_look *look, zoe_refresh_report *report,
                       zoe_error *error)
{
    if (!look->fresh) {
        take_frames(source, look, report);
    } else {
        zoe_status status = take_folder(source, look, report, error);
        if (status != ZOE_OK)
            return status;
    }
    if (look->retries)
        forget_rest(source);
    return ZOE_OK;
}

zoe_status zoe_source_take_look(zoe_source *source, const zoe_look *look, zoe_refresh_report *out,
                                zoe_error *error)
{
    zoe_refresh_report report = {0};
    zoe_status status = ZOE_OK;
    if (!source || !look || !look->is_read)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "a look that was not read is taken");
    begin_refresh(source);
    status = take(source, look, &report, error);
    end_refresh(source);
    if (status == ZOE_OK && out)
        *out = report;
    zoe_cache_notify(source->cache);
    return status;
}

zoe_status zoe_source_refresh(zoe_source *source, zoe_refresh_report *out, zoe_error *error)
{
    if (!source)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "no source");
    zoe_look *look = NULL;
    zoe_refresh_report report = {0};
    begin_refresh(source);
    zoe_status status = zoe_look_begin(source->sequence, &look, error);
    if (status == ZOE_OK && zoe_look_add_source(look, source) != ZOE_OK)
        status = zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory to read %s again",
                               zoe_sequence_name(source->sequence));
    if (status == ZOE_OK)
        status = zoe_look_read(look, 1, error);
    if (status == ZOE_OK) {
        zoe_look_retry(look);
        status = take(source, look, &report, error);
    }
    end_refresh(source);
    zoe_look_end(&look);
    if (status == ZOE_OK && out)
        *out = report;
    zoe_cache_notify(source->cache);
    return status;
}
