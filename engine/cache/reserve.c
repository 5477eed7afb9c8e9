#include "cache/reserve.h"

/* ---- victims ---- */

/* How soon a load's frame is needed. */
typedef struct urgency {
    int64_t use;  /* in so many steps */
    bool is_due;  /* nothing else can be begun in time before it */
    bool circles; /* once it is shown, all others of its want are needed before it is again */
} urgency;

static const urgency at_once = {-1, true, false};

/* May a frame push out one of a source that is needed in `victim_use` steps? */
static bool is_harmless(const zoe_source *source, int64_t victim_use, urgency need)
{
    if (victim_use == ZOE_NO_USE)
        return true;
    return need.use < victim_use && (need.is_due || !zoe_want_is_cyclic(&source->want));
}

static uint64_t last_use_of(const void *table, int64_t position)
{
    return atomic_load_explicit(&((const zoe_table *)table)->slots[position].last_use,
                                memory_order_relaxed);
}

/* The frame that is needed last of all that are in their tables' victims. NULL: it must not leave
 * for one of that need, or there is none. */
static zoe_frame_buffer *last_needed_locked(zoe_cache *cache, urgency need)
{
    zoe_source *best = NULL;
    zoe_victim last = {.position = 0};
    for (zoe_source *s = cache->sources; s; s = s->next) {
        zoe_victim v;
        if (!zoe_victims_last(&s->table->victims, &s->want, last_use_of, s->table, &v))
            continue;
        v.use = zoe_source_next_use_locked(s, v.position);
        if (!best || v.use > last.use || (v.use == last.use && v.last_use < last.last_use)) {
            best = s;
            last = v;
        }
    }
    return best && is_harmless(best, last.use, need) ? best->table->slots[last.position].buffer
                                                     : NULL;
}

/* Chooses frames of which those that are not pinned have `bytes` together, or as many as there are.
 * Returns their bytes; *list is all that was chosen. */
static uint64_t choose_locked(zoe_cache *cache, urgency need, uint64_t bytes,
                              zoe_frame_buffer **list)
{
    uint64_t chosen = 0;
    zoe_frame_buffer *buffer;
    *list = NULL;
    while (chosen < bytes && (buffer = last_needed_locked(cache, need)) != NULL) {
        zoe_victims_remove(&buffer->table->victims, buffer->position);
        buffer->next_victim = *list;
        *list = buffer;
        /* Whoever gives back a last pin from now on wakes the workers. A pin that went before the
         * flag could be seen is found by looking again; one that came after the first look, when
         * the frame is to be evicted: then the caller looks again. */
        if (zoe_hold_references(&buffer->hold) > 1) {
            atomic_store_explicit(&cache->starved, 1, memory_order_seq_cst);
            if (zoe_hold_references(&buffer->hold) > 1)
                continue;
        }
        chosen += zoe_slab_held_cost(&buffer->memory);
    }
    for (buffer = *list; buffer; buffer = buffer->next_victim)
        zoe_victims_add(&buffer->table->victims, buffer->position,
                        last_use_of(buffer->table, buffer->position));
    return chosen;
}

uint64_t zoe_reserve_held_locked(zoe_cache *cache, uint64_t bytes)
{
    zoe_frame_buffer *list;
    uint64_t used = cache->frame_bytes + cache->storage_bytes;
    uint64_t lacking = zoe_bytes_beyond(used + bytes, zoe_meter_limit(&cache->memory.meter));
    uint64_t chosen = choose_locked(cache, (urgency){0, true, false}, lacking, &list);
    return chosen < lacking ? zoe_bytes_beyond(used, chosen) : 0;
}

/* Evicts frames of `bytes` together, if that does no harm to what is needed sooner. false: there
 * are not enough, and none has left. */
static bool evict_locked(zoe_cache *cache, urgency need, uint64_t bytes)
{
    zoe_frame_buffer *list, *next;
    if (cache->frame_bytes + cache->frames * sizeof *list < bytes ||
        choose_locked(cache, need, bytes, &list) < bytes)
        return false;
    /* Those that are pinned stay, and one that was pinned just now: then the caller comes again. */
    for (; list; list = next) {
        next = list->next_victim;
        zoe_cache_evict_locked(cache, list);
    }
    return true;
}

/* ---- reserving ---- */

uint64_t zoe_reserve_cost(const zoe_cache *cache, const zoe_needs *needs)
{
    uint64_t frame = zoe_slab_cost(&cache->memory.frames, (size_t)needs->bytes);
    uint64_t scratch = zoe_slab_cost(&cache->memory.work, (size_t)needs->scratch_bytes);
    uint64_t file = zoe_slab_cost(&cache->memory.work, (size_t)needs->file_bytes);
    return zoe_bytes_add(frame, zoe_bytes_add(scratch, file));
}

/* Evicts until there is room for what is demanded beside what is in use. Frames leave rather than
 * scratch and files' memory that nobody uses now: the next load needs those again, and fresh memory
 * is slow. Where the frames that may leave are too few, those are taken, and then only frames for
 * what is lacking still; on a circle, as frames are, for what is due.
 *
 * Where other threads are giving pages back, a frame that has time waits for those: whoever
 * gives them back wakes the workers. One that is needed now does not, since gigabytes take half
 * a second. */
static bool make_room_locked(zoe_cache *cache, urgency need, const zoe_demand *demands,
                             size_t count, uint32_t node)
{
    const zoe_memory *memory = &cache->memory;
    uint64_t lacking, coming = need.is_due ? 0 : memory->returning;
    /* The limit fell: first it has to be kept again. */
    if (zoe_meter_used(&memory->meter) > zoe_meter_limit(&memory->meter))
        return false;
    bool keeps_work = true;
    while ((lacking = zoe_memory_lacking(memory, demands, count, node, keeps_work)) > 0) {
        if (lacking > coming && evict_locked(cache, need, lacking - coming))
            continue;
        if (!keeps_work || (need.circles && !need.is_due))
            return false;
        keeps_work = false;
    }
    return true;
}

zoe_status zoe_reserve_locked(zoe_load_worker *worker, zoe_load *load, const zoe_needs *needs,
                              int64_t use)
{
    zoe_cache *cache = worker->cache;
    zoe_memory *memory = &cache->memory;
    const zoe_source *source = load->source;
    urgency need = {use, use - source->lead <= (int64_t)cache->workers,
                    zoe_want_is_cyclic(&source->want)};
    zoe_demand demands[] = {
        {&memory->frames, &load->memory, {(size_t)needs->bytes, (size_t)source->buffer_bytes}},
        /* Of an open file it must not move. */
        {&memory->work, &load->file_memory, {load->file ? 0 : (size_t)needs->file_bytes, 0}},
        {&memory->work, &worker->scratch, {(size_t)needs->scratch_bytes, 0}},
    };
    const size_t count = sizeof demands / sizeof demands[0];
    bool any = false;
    if (zoe_reserve_cost(cache, needs) > zoe_meter_limit(&memory->meter))
        return ZOE_ERROR_TOO_LARGE;
    for (zoe_demand *d = demands; d < demands + count; d++) {
        /* It may have been reserved for what a frame of the source probably needs. */
        if (d->size.bytes && *d->buffer && zoe_slab_refit(d->slab, *d->buffer, d->size.bytes))
            d->size.bytes = 0;
        if (d->size.bytes)
            zoe_slab_give_any(d->slab, d->buffer);
        any = any || d->size.bytes;
    }
    if (any && !make_room_locked(cache, need, demands, count, worker->node))
        return ZOE_ERROR_OVER_BUDGET;
    zoe_status status = ZOE_OK;
    for (const zoe_demand *d = demands; d < demands + count && status == ZOE_OK; d++) {
        /* A system that grants too little address space: frames leave as for a lower limit, at most
         * all that can. They have none of what else loads take. */
        while (d->size.bytes && d->slab == &memory->frames && zoe_slab_is_full(d->slab, d->size) &&
               evict_locked(cache, need, 1))
            continue;
        if (d->size.bytes)
            status = zoe_memory_take(memory, d, worker->node);
    }
    return status;
}

uint64_t zoe_reserve_fit_locked(zoe_cache *cache, uint64_t limit)
{
    uint64_t before = cache->totals.evictions;
    for (uint64_t excess; (excess = zoe_memory_excess(&cache->memory, limit)) > 0;)
        if (!zoe_memory_detach(&cache->memory, excess, (zoe_buffer_size){0, 0}) &&
            !evict_locked(cache, at_once, 1))
            break;
    return cache->totals.evictions - before;
}
