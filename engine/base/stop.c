/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "base/stop.h"

#include <string.h>

static _Thread_local const zoe_stop *entered;
static _Thread_local _Atomic uint32_t *counter;
static _Thread_local const zoe_stop_asker *asked;

const zoe_stop *zoe_stop_enter(const zoe_stop *stop)
{
    const zoe_stop *before = entered;
    entered = stop;
    return before;
}

void zoe_stop_count(_Atomic uint32_t *looks)
{
    counter = looks;
}

bool zoe_stop_wanted(void)
{
    if (counter)
        atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    if (entered)
        return zoe_stop_is_asked(entered);
    return asked && asked->is_stopped && asked->is_stopped(asked->user);
}

const zoe_stop_asker *zoe_stop_enter_asker(const zoe_stop_asker *asker)
{
    const zoe_stop_asker *before = asked;
    asked = asker;
    return before;
}

static size_t next_step(size_t left)
{
    return left < ZOE_STOP_BYTES ? left : ZOE_STOP_BYTES;
}

bool zoe_stop_copy(void *dst, const void *src, size_t bytes)
{
    uint8_t *to = dst;
    const uint8_t *from = src;
    while (bytes > 0) {
        size_t step = next_step(bytes);
        memcpy(to, from, step);
        to += step;
        from += step;
        bytes -= step;
        if (bytes > 0 && zoe_stop_wanted())
            return false;
    }
    return true;
}

bool zoe_stop_clear(void *dst, size_t bytes)
{
    uint8_t *to = dst;
    while (bytes > 0) {
        size_t step = next_step(bytes);
        memset(to, 0, step);
        to += step;
        bytes -= step;
        if (bytes > 0 && zoe_stop_wanted())
            return false;
    }
    return true;
}
