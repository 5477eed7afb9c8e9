#include "cache/buffer.h"

#include <assert.h>

#define REFERENCES (((uint64_t)1 << 24) - 1)
#define GENERATION 24 /* bits below it */

void zoe_buffer_publish_locked(zoe_frame_buffer *buffer, uint64_t generation)
{
    assert(zoe_buffer_references(buffer) == 0 &&
           generation << GENERATION >> GENERATION == generation);
    atomic_store_explicit(&buffer->hold, generation << GENERATION | 1, memory_order_release);
}

bool zoe_buffer_pin(zoe_frame_buffer *buffer, uint64_t generation)
{
    uint64_t hold = atomic_load_explicit(&buffer->hold, memory_order_relaxed);
    do {
        uint64_t references = hold & REFERENCES;
        if (hold >> GENERATION != generation || references == 0 || references == REFERENCES)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&buffer->hold, &hold, hold + 1,
                                                    memory_order_acquire, memory_order_relaxed));
    return true;
}

uint32_t zoe_buffer_unpin(zoe_frame_buffer *buffer)
{
    uint64_t hold = atomic_fetch_sub_explicit(&buffer->hold, 1, memory_order_seq_cst);
    assert(hold & REFERENCES);
    return (uint32_t)(hold & REFERENCES) - 1;
}

bool zoe_buffer_evict_locked(zoe_frame_buffer *buffer)
{
    /* seq_cst: reads the pins after `starved` was written. */
    uint64_t hold = atomic_load_explicit(&buffer->hold, memory_order_seq_cst);
    return (hold & REFERENCES) == 1 &&
           atomic_compare_exchange_strong_explicit(&buffer->hold, &hold, hold - 1,
                                                   memory_order_acquire, memory_order_relaxed);
}

uint32_t zoe_buffer_references(const zoe_frame_buffer *buffer)
{
    return (uint32_t)(atomic_load_explicit(&buffer->hold, memory_order_seq_cst) & REFERENCES);
}
