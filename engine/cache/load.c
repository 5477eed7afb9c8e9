#include "cache/load.h"

#include <assert.h>

void zoe_load_claim_locked(zoe_load *load, zoe_source *source, int64_t position, uint64_t now_ns)
{
    assert(load->phase == ZOE_LOAD_FREE && !load->file);
    zoe_table_claim_locked(source->table, position);
    load->phase = ZOE_LOAD_OPENING;
    load->workers = 1;
    load->failed = load->must_finish = load->outdated = load->no_room = false;
    load->limit_rose = false;
    load->source = source;
    load->table = source->table;
    load->position = position;
    load->claimed_ns = now_ns;
    load->picture.piece_count = 0;
    zoe_load_own_buffer_locked(load);
    /* Relaxed: others learn of the load under the lock. */
    atomic_store_explicit(&load->stale, 0, memory_order_relaxed);
    atomic_store_explicit(&load->halt, 0, memory_order_relaxed);
    atomic_store_explicit(&load->next_piece, 0, memory_order_relaxed);
    atomic_store_explicit(&load->done_pieces, 0, memory_order_relaxed);
    atomic_store_explicit(&load->missing_pieces, 0, memory_order_relaxed);
    atomic_store_explicit(&load->spent_ns, 0, memory_order_relaxed);
}

void zoe_load_own_buffer_locked(zoe_load *load)
{
    if (!load->buffer)
        return;
    load->buffer->table = load->table;
    load->buffer->position = load->position;
    load->buffer->source = load->source;
}

void zoe_load_fail_locked(zoe_load *load, const zoe_error *error)
{
    if (!load->failed)
        load->error = *error;
    load->failed = true;
    atomic_store_explicit(&load->halt, 1, memory_order_relaxed);
}

void zoe_load_stop_locked(zoe_load *load)
{
    atomic_store_explicit(&load->stale, 1, memory_order_relaxed);
}

bool zoe_load_is_under_way_locked(const zoe_load *load)
{
    return load->phase != ZOE_LOAD_FREE && load->phase != ZOE_LOAD_ENDED;
}

bool zoe_load_is_stopped(const zoe_load *load)
{
    return atomic_load_explicit(&load->stale, memory_order_relaxed) ||
           atomic_load_explicit(&load->halt, memory_order_relaxed);
}

bool zoe_load_can_join_locked(const zoe_load *load)
{
    return load->phase == ZOE_LOAD_OPEN && !zoe_load_is_stopped(load) &&
           atomic_load_explicit(&load->next_piece, memory_order_relaxed) <
               load->picture.piece_count;
}

bool zoe_load_is_over_locked(const zoe_load *load)
{
    return load->phase == ZOE_LOAD_OPEN && load->workers == 0 && zoe_load_is_stopped(load);
}

int64_t zoe_load_use_locked(const zoe_load *load)
{
    return load->must_finish ? -1 : zoe_source_next_use_locked(load->source, load->position);
}

bool zoe_load_is_urgent_locked(const zoe_load *load)
{
    return load->must_finish || zoe_source_waits_for_locked(load->source, load->position);
}
