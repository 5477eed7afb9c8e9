#include "memory/budget.h"

zoe_status zoe_budget_fill(const zoe_budget *given, zoe_budget *filled)
{
    *filled = *given;
    if (filled->percent == 0)
        filled->percent = ZOE_PERCENT_DEFAULT;
    if (filled->reserve_bytes == 0)
        filled->reserve_bytes = ZOE_RESERVE_DEFAULT;
    if (filled->percent < ZOE_PERCENT_MIN || filled->percent > ZOE_PERCENT_MAX ||
        filled->reserve_bytes < ZOE_RESERVE_MIN || filled->reserve_bytes > ZOE_RESERVE_MAX)
        return ZOE_ERROR_ARGUMENT;
    return ZOE_OK;
}

uint64_t zoe_budget_limit(const zoe_budget *budget, uint64_t total)
{
    uint64_t limit = budget->bytes;
    if (limit == 0) {
        uint64_t share = total / 100 * budget->percent;
        uint64_t rest = total > budget->reserve_bytes ? total - budget->reserve_bytes : 0;
        limit = share < rest ? share : rest;
    } else if (limit / ZOE_LIMIT_TOTALS > total) {
        /* What address space is reserved for has to have an end. */
        limit = total * ZOE_LIMIT_TOTALS;
    }
    return limit < ZOE_LIMIT_MIN ? ZOE_LIMIT_MIN : limit;
}

bool zoe_meter_take(zoe_meter *meter, uint64_t bytes)
{
    uint64_t limit = atomic_load_explicit(&meter->limit, memory_order_relaxed);
    uint64_t used = atomic_load_explicit(&meter->used, memory_order_relaxed);
    do {
        if (bytes > limit || used > limit - bytes)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&meter->used, &used, used + bytes,
                                                    memory_order_seq_cst, memory_order_relaxed));
    uint64_t now = used + bytes;
    /* The limit may have fallen meanwhile. Then either whoever lowered it sees these bytes, or they
     * are given back here. */
    if (now > atomic_load_explicit(&meter->limit, memory_order_seq_cst)) {
        zoe_meter_give(meter, bytes);
        return false;
    }
    uint64_t high = atomic_load_explicit(&meter->high_water, memory_order_relaxed);
    while (now > high &&
           !atomic_compare_exchange_weak_explicit(&meter->high_water, &high, now,
                                                  memory_order_relaxed, memory_order_relaxed))
        continue;
    return true;
}

void zoe_meter_add(zoe_meter *meter, uint64_t bytes)
{
    atomic_fetch_add_explicit(&meter->used, bytes, memory_order_seq_cst);
}

void zoe_meter_give(zoe_meter *meter, uint64_t bytes)
{
    atomic_fetch_sub_explicit(&meter->used, bytes, memory_order_relaxed);
}

uint64_t zoe_meter_used(const zoe_meter *meter)
{
    return atomic_load_explicit(&meter->used, memory_order_seq_cst);
}

uint64_t zoe_meter_limit(const zoe_meter *meter)
{
    return atomic_load_explicit(&meter->limit, memory_order_relaxed);
}

void zoe_meter_set_limit(zoe_meter *meter, uint64_t bytes)
{
    atomic_store_explicit(&meter->limit, bytes, memory_order_seq_cst);
}
