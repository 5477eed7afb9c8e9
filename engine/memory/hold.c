#include "memory/hold.h"

#include <assert.h>

void zoe_hold_publish(zoe_hold *hold, uint64_t generation)
{
    assert(zoe_hold_references(hold) == 0 &&
           generation << ZOE_HOLD_BITS >> ZOE_HOLD_BITS == generation);
    atomic_store_explicit(&hold->word, generation << ZOE_HOLD_BITS | 1, memory_order_release);
}

uint32_t zoe_hold_unpin(zoe_hold *hold)
{
    uint64_t word = atomic_fetch_sub_explicit(&hold->word, 1, memory_order_seq_cst);
    assert(word & ZOE_HOLD_REFERENCES);
    return (uint32_t)(word & ZOE_HOLD_REFERENCES) - 1;
}

bool zoe_hold_evict(zoe_hold *hold)
{
    uint64_t word = atomic_load_explicit(&hold->word, memory_order_seq_cst);
    return (word & ZOE_HOLD_REFERENCES) == 1 &&
           atomic_compare_exchange_strong_explicit(&hold->word, &word, word - 1,
                                                   memory_order_acquire, memory_order_relaxed);
}

uint32_t zoe_hold_references(const zoe_hold *hold)
{
    return (uint32_t)(atomic_load_explicit(&hold->word, memory_order_seq_cst) &
                      ZOE_HOLD_REFERENCES);
}
