#include "cache/cache.h"

/* ---- beginning and end ---- */

zoe_status zoe_cache_init(zoe_cache *cache, const zoe_decoder *decoder,
                          const zoe_engine_settings *settings, uint64_t limit,
                          uint64_t address_bytes)
{
    cache->decoder = *decoder;
    zoe_log_init(&cache->log, settings->log, settings->log_user, settings->log_level);
    cache->now_ns = zoe_os_now_ns;
    cache->first_file_bytes = ZOE_DECODER_FILE_BYTES;
    /* Five pictures a second at least: fewer, and a drag feels dead. */
    cache->patience_ns = 200000000u;
    cache->notify = settings->notify;
    cache->notify_user = settings->notify_user;
    /* Of work, two for every load and worker: one in use, one on its way back to the system. */
    zoe_memory_init(&cache->memory, limit, sizeof(zoe_frame_buffer), address_bytes,
                    (size_t)4 * ZOE_LOADS_MAX);
    pthread_cond_t *conditions[] = {&cache->work, &cache->progress};
    cache->made = zoe_lock_init_with(&cache->lock, conditions, 2);
    return cache->made ? ZOE_OK : ZOE_ERROR_NO_MEMORY;
}

void zoe_cache_destroy(zoe_cache *cache)
{
    if (!cache->made)
        return;
    zoe_cache_lock(cache);
    zoe_cache_unlock(cache);
    zoe_memory_destroy(&cache->memory);
    pthread_cond_destroy(&cache->work);
    pthread_cond_destroy(&cache->progress);
    zoe_lock_destroy(&cache->lock);
    cache->made = false;
}

/* ---- lock ---- */

void zoe_cache_lock(zoe_cache *cache)
{
    zoe_lock_take(&cache->lock);
}

bool zoe_cache_give_back_locked(zoe_cache *cache)
{
    bool any = zoe_returns_any(&cache->memory.returns);
    /* Pools that have no memory left have their records given back in a second round. */
    while (zoe_returns_any(&cache->memory.returns)) {
        zoe_returns mine = zoe_memory_begin_returns(&cache->memory);
        zoe_lock_give(&cache->lock);
        zoe_returns_release(&mine);
        zoe_lock_take(&cache->lock);
        zoe_memory_end_returns(&cache->memory, &mine);
        /* Somebody may have looked for that room meanwhile, or wait until the limit is kept. */
        zoe_cache_wake_worker_locked(cache);
        zoe_cache_tell_locked(cache);
    }
    return any;
}

void zoe_cache_unlock(zoe_cache *cache)
{
    zoe_cache_give_back_locked(cache);
    zoe_cache_check_locked(cache);
    zoe_lock_give(&cache->lock);
}

bool zoe_cache_wait_locked(zoe_cache *cache, pthread_cond_t *condition, uint64_t deadline_ns)
{
    bool gave = zoe_cache_give_back_locked(cache);
    zoe_cache_check_locked(cache);
    return gave || zoe_lock_wait(&cache->lock, condition, deadline_ns);
}

/* ---- log ---- */

void zoe_cache_note_locked(zoe_cache *cache, const char *what, const zoe_source *source,
                           int64_t position)
{
    zoe_log_note(&cache->log, "%s: %.80s frame %lld", what, zoe_sequence_name(source->sequence),
                 (long long)zoe_sequence_number(source->sequence, position));
}

void zoe_cache_notify(zoe_cache *cache)
{
    zoe_log_write_notes(&cache->log);
    if (cache->notify)
        cache->notify(cache->notify_user);
}

/* ---- loads ---- */

zoe_load *zoe_cache_next_load_locked(zoe_cache *cache, zoe_load *after)
{
    zoe_load *load = after ? after + 1 : cache->loads;
    for (; load < cache->loads + ZOE_LOADS_MAX; load++)
        if (load->phase != ZOE_LOAD_FREE)
            return load;
    return NULL;
}

void zoe_cache_stop_load_locked(zoe_load *load)
{
    zoe_stop_ask(&load->stop);
    if (zoe_load_is_over_locked(load))
        zoe_cache_wake_worker_locked(load->source->cache);
}

bool zoe_cache_stop_farthest_locked(zoe_cache *cache, int64_t use)
{
    zoe_load *farthest = NULL;
    for (zoe_load *load = NULL; (load = zoe_cache_next_load_locked(cache, load)) != NULL;) {
        int64_t load_use = zoe_load_use_locked(load);
        if (load->phase != ZOE_LOAD_ENDING && !zoe_load_is_stopped(load) && load_use > use) {
            farthest = load;
            use = load_use;
        }
    }
    if (farthest)
        zoe_cache_stop_load_locked(farthest);
    return farthest != NULL;
}

/* ---- frames ---- */

void zoe_cache_give_load_locked(zoe_load_worker *worker, zoe_load *load)
{
    zoe_memory *memory = &worker->cache->memory;
    zoe_slab_give_any(&memory->frames, &load->memory);
    zoe_slab_give_any(&memory->work, &load->file_memory);
    zoe_slab_give_any(&memory->work, &worker->scratch);
}

void zoe_cache_free_picture_locked(zoe_cache *cache, zoe_frame_buffer *buffer)
{
    cache->frame_bytes -= buffer->memory.needed;
    cache->spared_bytes -= buffer->spared_bytes;
    zoe_slab_give(&cache->memory.frames, &buffer->memory);
    const zoe_source *source = cache->sources;
    while (source && source != buffer->source)
        source = source->next;
    if (!source)
        /* What others use is warm already, and its sizes may never come again. */
        zoe_memory_detach_frames(&cache->memory);
}

/* A LOADED frame leaves its slot; is nobody left who holds the picture? */
static void leave_table_locked(zoe_cache *cache, zoe_frame_buffer *buffer, bool is_unheld)
{
    zoe_source_rewind_locked(buffer->table->source, buffer->position);
    zoe_table_let_go_locked(buffer->table, buffer->position);
    cache->frames--;
    if (is_unheld)
        zoe_cache_free_picture_locked(cache, buffer);
}

bool zoe_cache_evict_locked(zoe_cache *cache, zoe_frame_buffer *buffer)
{
    if (!zoe_hold_evict(&buffer->hold))
        return false;
    zoe_cache_note_locked(cache, "evicted", buffer->table->source, buffer->position);
    leave_table_locked(cache, buffer, true);
    cache->totals.evictions++;
    return true;
}

void zoe_cache_let_go_locked(zoe_cache *cache, zoe_table *table, int64_t position)
{
    zoe_frame_buffer *buffer = table->slots[position].buffer;
    leave_table_locked(cache, buffer, zoe_hold_unpin(&buffer->hold) == 0);
}
