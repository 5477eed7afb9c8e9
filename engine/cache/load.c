#include "cache/load.h"

#include <assert.h>

void zoe_load_claim_locked(zoe_load *load, zoe_source *source, int64_t position, uint64_t now_ns)
{
    assert(load->phase == ZOE_LOAD_FREE && load->workers == 0 && !load->file);
    zoe_table_claim_locked(source->table, position);
    *load = (zoe_load){
        .phase = ZOE_LOAD_OPENING,
        .workers = 1,
        .source = source,
        .position = position,
        .claimed_ns = now_ns,
        .file_memory = load->file_memory,
        .buffer = load->buffer,
    };
}

void zoe_load_stop_locked(zoe_load *load)
{
    atomic_store_explicit(&load->stopped, 1, memory_order_relaxed);
}

bool zoe_load_is_stopped(const zoe_load *load)
{
    return atomic_load_explicit(&load->stopped, memory_order_relaxed);
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
