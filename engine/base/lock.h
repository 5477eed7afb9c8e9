/*
 * A lock that knows who holds it, so that functions that need it held can say so and be checked.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_LOCK_H
#define ZOE_LOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct zoe_lock {
    pthread_mutex_t mutex;
    _Atomic uintptr_t owner; /* for assertions; relaxed: a thread only compares with itself */
} zoe_lock;

bool zoe_lock_init(zoe_lock *lock);

/* Makes a lock and conditions for zoe_lock_wait() with it: all or none. */
bool zoe_lock_init_with(zoe_lock *lock, pthread_cond_t *const conditions[], size_t count);

void zoe_lock_destroy(zoe_lock *lock);

void zoe_lock_take(zoe_lock *lock);
void zoe_lock_give(zoe_lock *lock);

/* Asserts that the calling thread holds it. */
void zoe_lock_assert_held(const zoe_lock *lock);

/* Lets go of the lock and waits on such a condition; until `deadline_ns` (zoe_os_now_ns()), or
 * without end for ZOE_FOREVER. false: the deadline passed. */
#define ZOE_FOREVER UINT64_MAX
bool zoe_lock_wait(zoe_lock *lock, pthread_cond_t *condition, uint64_t deadline_ns);

#endif
