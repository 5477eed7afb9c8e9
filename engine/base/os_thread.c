#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "base/os_thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/os_fault.h"
#include "base/os_memory.h"

struct zoe_os_thread {
    pthread_t handle;
    void (*body)(void *);
    void *arg;
};

static void *thread_main(void *arg)
{
    zoe_os_thread *thread = arg;
    thread->body(thread->arg);
    return NULL;
}

zoe_status zoe_os_thread_start(zoe_os_thread **thread, void (*body)(void *), void *arg)
{
    *thread = NULL;
    zoe_os_thread *made = zoe_os_alloc(sizeof *made);
    if (!made)
        return ZOE_ERROR_NO_MEMORY;
    made->body = body;
    made->arg = arg;
    if (zoe_os_fails() || pthread_create(&made->handle, NULL, thread_main, made) != 0) {
        zoe_os_free(made);
        return ZOE_ERROR_THREAD;
    }
    *thread = made;
    return ZOE_OK;
}

void zoe_os_thread_join(zoe_os_thread **thread)
{
    if (!*thread)
        return;
    pthread_join((*thread)->handle, NULL);
    zoe_os_free(*thread);
    *thread = NULL;
}

void zoe_os_thread_name(const char *name)
{
    pthread_setname_np(pthread_self(), name);
}

void zoe_os_thread_lower_priority(void)
{
    /* On Linux a nice value belongs to the thread. Five steps leave this thread a quarter of a core
     * that it shares with one of normal priority: the thread that shows frames goes first, without
     * starving those that decode them. */
    id_t tid = (id_t)syscall(SYS_gettid);
    errno = 0;
    int nice_now = getpriority(PRIO_PROCESS, tid);
    if (nice_now != -1 || errno == 0)
        setpriority(PRIO_PROCESS, tid, nice_now + 5);
}

void zoe_os_thread_block_signals(void)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT};
    sigset_t blocked;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        sigdelset(&blocked, own[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, NULL);
}

void zoe_os_sleep(uint32_t milliseconds)
{
    struct timespec t = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};
    while (nanosleep(&t, &t) != 0 && errno == EINTR)
        continue;
}

uint64_t zoe_os_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void zoe_os_random(void *buffer, size_t bytes)
{
    if (getrandom(buffer, bytes, GRND_NONBLOCK) == (ssize_t)bytes)
        return;
    /* Early at boot, or on a kernel of before 2014. */
    uint64_t number = zoe_os_now_ns() ^ (uint64_t)getpid() << 32 ^ (uintptr_t)&number;
    uint8_t *out = buffer;
    for (size_t i = 0; i < bytes; i++) {
        number = number * UINT64_C(6364136223846793005) + 1442695040888963407;
        out[i] = (uint8_t)(number >> 56);
    }
}
