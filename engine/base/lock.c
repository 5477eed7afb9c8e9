#include "base/lock.h"

#include <assert.h>
#include <time.h>

/* Any address that is this thread's own will do as its name. */
static uintptr_t thread_name(void)
{
    static _Thread_local char here;
    return (uintptr_t)&here;
}

static void set_owner(zoe_lock *lock, uintptr_t owner)
{
    atomic_store_explicit(&lock->owner, owner, memory_order_relaxed);
}

bool zoe_lock_init(zoe_lock *lock)
{
    set_owner(lock, 0);
    return pthread_mutex_init(&lock->mutex, NULL) == 0;
}

void zoe_lock_destroy(zoe_lock *lock)
{
    pthread_mutex_destroy(&lock->mutex);
}

void zoe_lock_take(zoe_lock *lock)
{
    pthread_mutex_lock(&lock->mutex);
    set_owner(lock, thread_name());
}

void zoe_lock_give(zoe_lock *lock)
{
    set_owner(lock, 0);
    pthread_mutex_unlock(&lock->mutex);
}

void zoe_lock_assert_held(const zoe_lock *lock)
{
    assert(atomic_load_explicit(&lock->owner, memory_order_relaxed) == thread_name());
    (void)lock;
}

/* With the clock of zoe_os_now_ns(): deadlines must not jump with the wall clock. */
static bool init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool ok = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
              pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return ok;
}

bool zoe_lock_init_with(zoe_lock *lock, pthread_cond_t *const conditions[], size_t count)
{
    size_t made = 0;
    while (made < count && init_condition(conditions[made]))
        made++;
    if (made == count && zoe_lock_init(lock))
        return true;
    while (made > 0)
        pthread_cond_destroy(conditions[--made]);
    return false;
}

bool zoe_lock_wait(zoe_lock *lock, pthread_cond_t *condition, uint64_t deadline_ns)
{
    zoe_lock_assert_held(lock);
    set_owner(lock, 0);
    int result = 0;
    if (deadline_ns == ZOE_FOREVER) {
        result = pthread_cond_wait(condition, &lock->mutex);
    } else {
        struct timespec until = {.tv_sec = (time_t)(deadline_ns / 1000000000u),
                                 .tv_nsec = (long)(deadline_ns % 1000000000u)};
        result = pthread_cond_timedwait(condition, &lock->mutex, &until);
    }
    set_owner(lock, thread_name());
    return result == 0;
}
