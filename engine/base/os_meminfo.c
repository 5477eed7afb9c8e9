#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "base/os_meminfo.h"

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/os_cgroup.h"
#include "base/os_fault.h"
#include "base/os_file.h"
#include "base/os_memory.h"
#include "base/os_shared.h"

/* Reads a small file of /proc without touching the heap. Returns its length, 0 when it cannot be
 * read. */
static size_t read_proc(const char *path, char *text, size_t capacity)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, capacity - 1);
    close(fd);
    if (n < 0)
        n = 0;
    text[n] = '\0';
    return (size_t)n;
}

static uint64_t field_kb(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, 10) * 1024 : 0;
}

void zoe_os_memory_now(zoe_os_memory *memory)
{
    char text[4096];
    memory->total = 0;
    memory->available = 0;
    if (read_proc("/proc/meminfo", text, sizeof text)) {
        memory->total = field_kb(text, "MemTotal:");
        memory->available = field_kb(text, "MemAvailable:");
    }
    if (!memory->total) {
        memory->total = (uint64_t)sysconf(_SC_PHYS_PAGES) * zoe_os_page();
        memory->available = (uint64_t)sysconf(_SC_AVPHYS_PAGES) * zoe_os_page();
    }
    zoe_os_cgroup_apply(&memory->total, &memory->available);
}

void zoe_os_resident(uint64_t *now, uint64_t *peak)
{
    char text[4096];
    *now = 0;
    *peak = 0;
    if (read_proc("/proc/self/status", text, sizeof text)) {
        *now = field_kb(text, "VmRSS:");
        *peak = field_kb(text, "VmHWM:");
    }
    /* Of shared memory the system counts what this process has touched; what the others have is
     * here too. */
    uint64_t shared = zoe_os_shared_resident();
    if (!shared)
        return;
    uint64_t touched = field_kb(text, "RssShmem:");
    if (shared > touched)
        *now += shared - touched;
    static _Atomic uint64_t most; /* relaxed: a number by itself */
    uint64_t seen = atomic_load_explicit(&most, memory_order_relaxed);
    while (seen < *now && !atomic_compare_exchange_weak_explicit(
                              &most, &seen, *now, memory_order_relaxed, memory_order_relaxed))
        continue;
    if (*peak < seen)
        *peak = seen;
    if (*peak < *now)
        *peak = *now;
}

uint64_t zoe_os_resident_unshared(const char *path)
{
    char text[4096];
    if (!read_proc(path, text, sizeof text))
        return 0;
    return field_kb(text, "RssAnon:") + field_kb(text, "RssFile:");
}

zoe_status zoe_os_pressure_open(zoe_os_pressure *pressure)
{
    pressure->trigger = -1;
    pressure->stop = zoe_os_fails() ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (pressure->stop < 0)
        return ZOE_ERROR_NO_MEMORY;
    /* Reported when tasks were stalled on memory for 100 ms within 2 s. Windows that are a multiple
     * of two seconds need no privilege. */
    static const char threshold[] = "some 100000 2000000";
    int fd = open("/proc/pressure/memory", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && write(fd, threshold, sizeof threshold) == (ssize_t)sizeof threshold)
        pressure->trigger = fd;
    else if (fd >= 0)
        close(fd);
    return ZOE_OK;
}

void zoe_os_pressure_close(zoe_os_pressure *pressure)
{
    zoe_os_file_close(pressure->trigger);
    zoe_os_file_close(pressure->stop);
    pressure->trigger = pressure->stop = -1;
}

void zoe_os_pressure_wait(zoe_os_pressure *pressure, int milliseconds)
{
    /* poll() passes over negative descriptors. */
    struct pollfd fds[] = {{.fd = pressure->stop, .events = POLLIN},
                           {.fd = pressure->trigger, .events = POLLPRI}};
    if (poll(fds, 2, milliseconds) > 0 && fds[1].revents & (POLLERR | POLLNVAL)) {
        /* The system no longer reports pressure (its control group is gone). A broken descriptor is
         * ready at once in every poll(), which would make this a busy loop. */
        zoe_os_file_close(pressure->trigger);
        pressure->trigger = -1;
    }
}

void zoe_os_pressure_stop(zoe_os_pressure *pressure)
{
    eventfd_write(pressure->stop, 1);
}
