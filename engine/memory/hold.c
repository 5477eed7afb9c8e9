#include "memory/hold.h"

#include <assert.h>

#define REFERENCES (((uint64_t)1 << 24) - 1)
#define GENERATION 24 /* bits below it */

void zoe_hold_publish(zoe_hold *hold, uint64_t generation)
{
    assert(zoe_hold_references(hold) == 0 && generation << GENERATION >> GENERATION == generation);
    atomic_store_explicit(&hold->word, generation << GENERATION | 1, memory_order_release);
}

bool zoe_hold_pin(zoe_hold *hold, uint64_t generation)
{
    uint64_t word = atomic_load_explicit(&hold->word, memory_order_relaxed);
    do {
        uint64_t references = word & REFERENCES;
        if (word >> GENERATION != generation || references == 0 || references == REFERENCES)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&hold->word, &word, word + 1,
                                                    memory_order_acquire, memory_order_relaxed));
    return true;
}

uint32_t zoe_hold_unpin(zoe_hold *hold)
{
    uint64_t word = atomic_fetch_sub_explicit(&hold->word, 1, memory_order_seq_cst);
    assert(word & REFERENCES);
    return (uint32_t)(word & REFERENCES) - 1;
}

bool zoe_hold_evict(zoe_hold *hold)
{
    uint64_t word = atomic_load_explicit(&hold->word, memory_order_seq_cst);
    return (word & REFERENCES) == 1 &&
           atomic_compare_exchange_strong_explicit(&hold->word, &word, word - 1,
                                                   memory_order_acquire, memory_order_relaxed);
}

uint32_t zoe_hold_references(const zoe_hold *hold)
{
    return (uint32_t)(atomic_load_explicit(&hold->word, memory_order_seq_cst) & REFERENCES);
}
