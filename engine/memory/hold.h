/*
 * Holds: who keeps a picture in its buffer, readers without a lock among them.
 *
 * One atomic word counts references and names the picture by its generation, a number that no other
 * picture ever has. The owner has one reference; every pin is one more. Whoever finds the
 * generation that it looked for, and a reference, may add its own: it is this picture, and it
 * stays. (The model is dav1d's `ref`.)
 *
 *     0 --publish--> 1 --pin--> 2, 3 ...        evict: 1 -> 0, only where nobody else holds it
 *                      <-unpin-                 unpin by the owner: one less, whoever else holds it
 *
 * Whoever takes the last reference away gives the buffer back. A word may become zero while its
 * buffer has no memory (memory/slab.h): no generation is 0, so that is no picture.
 *
 * Memory order. Pinning acquires what publishing released: the pixels. Unpinning releases, so that
 * whoever takes the last reference away (acquire) sees all reads done. Unpinning, evicting and
 * counting are seq_cst: an owner that raises a flag and then finds pins, and a reader that unpins
 * and then looks at the flag, do not miss each other.
 *
 * Thread-safety: any thread pins and unpins; one at a time publishes and evicts.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_HOLD_H
#define ZOE_HOLD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { ZOE_HOLD_BITS = 24 };
#define ZOE_HOLD_REFERENCES (((uint64_t)1 << ZOE_HOLD_BITS) - 1)

typedef struct zoe_hold {
    _Atomic uint64_t word; /* references in the low bits, generation above */
} zoe_hold;

/* The steps of the diagram. Pinning says whether it is this picture still, evicting whether nobody
 * can pin it any more; unpinning returns how many references are left. */
void zoe_hold_publish(zoe_hold *hold, uint64_t generation);
uint32_t zoe_hold_unpin(zoe_hold *hold);
bool zoe_hold_evict(zoe_hold *hold);

/* Inline: readers of frames in memory do little else. */
static inline bool zoe_hold_pin(zoe_hold *hold, uint64_t generation)
{
    uint64_t word = atomic_load_explicit(&hold->word, memory_order_relaxed);
    do {
        uint64_t references = word & ZOE_HOLD_REFERENCES;
        if (word >> ZOE_HOLD_BITS != generation || references == 0 ||
            references == ZOE_HOLD_REFERENCES)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&hold->word, &word, word + 1,
                                                    memory_order_acquire, memory_order_relaxed));
    return true;
}

/* How many references there are, at least for a moment. */
uint32_t zoe_hold_references(const zoe_hold *hold);

#endif
