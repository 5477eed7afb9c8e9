#include "base/os_fault.h"

#include <stdatomic.h>

static _Atomic uint64_t fail_calls; /* relaxed: tests count calls; they order nothing by them */
static _Atomic uint64_t fail_first; /* release, written last; acquire, read before fail_last: a
                                       thread that sees a range's start sees its end too */
static _Atomic uint64_t fail_last;  /* relaxed, see fail_first */

uint64_t zoe_os_fail_at(uint64_t n, uint64_t more)
{
    atomic_store_explicit(&fail_first, 0, memory_order_relaxed);
    uint64_t calls = atomic_exchange_explicit(&fail_calls, 0, memory_order_relaxed);
    atomic_store_explicit(&fail_last, n + more, memory_order_relaxed);
    atomic_store_explicit(&fail_first, n, memory_order_release);
    return calls;
}

bool zoe_os_fails(void)
{
    uint64_t call = atomic_fetch_add_explicit(&fail_calls, 1, memory_order_relaxed) + 1;
    uint64_t first = atomic_load_explicit(&fail_first, memory_order_acquire);
    return first && call >= first && call <= atomic_load_explicit(&fail_last, memory_order_relaxed);
}
