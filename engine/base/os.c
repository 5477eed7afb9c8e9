#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/os_cgroup.h"

/* ---- failing on purpose ---- */

static _Atomic uint64_t fail_calls; /* relaxed: tests count calls; they order nothing by them */
static _Atomic uint64_t fail_first; /* release after the two others, acquired before them: who sees
                                       a range has its end, too */
static _Atomic uint64_t fail_last;  /* relaxed, see fail_first */

uint64_t zoe_os_fail_at(uint64_t n, uint64_t more)
{
    atomic_store_explicit(&fail_first, 0, memory_order_relaxed);
    uint64_t calls = atomic_exchange_explicit(&fail_calls, 0, memory_order_relaxed);
    atomic_store_explicit(&fail_last, n + more, memory_order_relaxed);
    atomic_store_explicit(&fail_first, n, memory_order_release);
    return calls;
}

static bool fails(void)
{
    uint64_t call = atomic_fetch_add_explicit(&fail_calls, 1, memory_order_relaxed) + 1;
    uint64_t first = atomic_load_explicit(&fail_first, memory_order_acquire);
    return first && call >= first && call <= atomic_load_explicit(&fail_last, memory_order_relaxed);
}

/* ---- heap ---- */

void *zoe_os_alloc(size_t bytes)
{
    return fails() ? NULL : calloc(1, bytes ? bytes : 1);
}

void zoe_os_free(void *memory)
{
    free(memory);
}

char *zoe_os_strdup(const char *text)
{
    if (!text)
        return NULL;
    size_t bytes = strlen(text) + 1;
    char *copy = zoe_os_alloc(bytes);
    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

void zoe_os_heap_trim(void)
{
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

/* ---- address space ---- */

size_t zoe_os_page(void)
{
    static _Atomic size_t page; /* relaxed: every thread finds the same value */
    size_t bytes = atomic_load_explicit(&page, memory_order_relaxed);
    if (!bytes) {
        bytes = (size_t)sysconf(_SC_PAGESIZE);
        atomic_store_explicit(&page, bytes, memory_order_relaxed);
    }
    return bytes;
}

void *zoe_os_reserve(size_t bytes, size_t alignment)
{
    if (bytes == 0 || bytes > SIZE_MAX - alignment || fails())
        return NULL;
    size_t padded = bytes + alignment;
    uint8_t *raw = mmap(NULL, padded, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (raw == MAP_FAILED)
        return NULL;
    size_t lead = (alignment - (uintptr_t)raw % alignment) % alignment;
    if (lead)
        munmap(raw, lead);
    if (alignment - lead)
        munmap(raw + lead + bytes, alignment - lead);
    /* Huge pages only where they are asked for: elsewhere they would take memory nobody counted.
     * Frames do not belong in a core file. */
    madvise(raw + lead, bytes, MADV_NOHUGEPAGE);
    madvise(raw + lead, bytes, MADV_DONTDUMP);
    return raw + lead;
}

void zoe_os_unreserve(void *address, size_t bytes)
{
    if (address)
        munmap(address, bytes);
}

void zoe_os_advise_huge(void *address, size_t bytes)
{
    if (bytes)
        madvise(address, bytes, MADV_HUGEPAGE);
}

void zoe_os_release(void *address, size_t bytes)
{
    if (!bytes)
        return;
    madvise(address, bytes, MADV_DONTNEED);
    /* The next to use the range may use less of it: a huge page at its end would be resident
     * without being counted. */
    madvise(address, bytes, MADV_NOHUGEPAGE);
}

/* ---- what the system says ---- */

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
}

zoe_status zoe_os_pressure_open(zoe_os_pressure *pressure)
{
    pressure->trigger = -1;
    pressure->stop = fails() ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (pressure->stop < 0)
        return ZOE_ERROR_NO_MEMORY;
    /* Any task stalled on memory for 100 ms of 2 s; two seconds is the window that needs no
     * privilege. */
    static const char wish[] = "some 100000 2000000";
    int fd = open("/proc/pressure/memory", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && write(fd, wish, sizeof wish) == (ssize_t)sizeof wish)
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
        /* Its source is gone; asked again it would answer at once each time. */
        zoe_os_file_close(pressure->trigger);
        pressure->trigger = -1;
    }
}

void zoe_os_pressure_stop(zoe_os_pressure *pressure)
{
    eventfd_write(pressure->stop, 1);
}

uint64_t zoe_os_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- files ---- */

bool zoe_os_file_id_equal(const zoe_os_file_id *a, const zoe_os_file_id *b)
{
    return a->inode == b->inode && a->bytes == b->bytes && a->modified_ns == b->modified_ns;
}

static void identify(const struct stat *s, zoe_os_file_id *id)
{
    id->inode = (uint64_t)s->st_ino;
    id->bytes = (uint64_t)s->st_size;
    id->modified_ns = (int64_t)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec;
}

static zoe_status status_of_errno(int code)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR: return ZOE_ERROR_NOT_FOUND;
    case EACCES:
    case EPERM: return ZOE_ERROR_PERMISSION;
    case ENOMEM: return ZOE_ERROR_NO_MEMORY;
    default: return ZOE_ERROR_IO;
    }
}

zoe_status zoe_os_file_open(const char *path, int *fd, zoe_os_file_id *id, zoe_error *error)
{
    *fd = -1;
    /* O_NONBLOCK: opening a fifo must not wait for a writer. Ordinary files do not mind. */
    int opened = fails() ? (errno = EIO, -1) : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (opened < 0) {
        int code = errno;
        return zoe_error_set(error, status_of_errno(code), "%s: %s", path, strerror(code));
    }
    struct stat s;
    if (fstat(opened, &s) != 0) {
        int code = errno;
        close(opened);
        return zoe_error_set(error, status_of_errno(code), "%s: %s", path, strerror(code));
    }
    if (!S_ISREG(s.st_mode)) {
        close(opened);
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: not an ordinary file", path);
    }
    identify(&s, id);
    *fd = opened;
    return ZOE_OK;
}

void zoe_os_file_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

bool zoe_os_file_identify(int fd, zoe_os_file_id *id)
{
    struct stat s;
    if (fstat(fd, &s) != 0)
        return false;
    identify(&s, id);
    return true;
}

bool zoe_os_path_identify(const char *path, zoe_os_file_id *id)
{
    struct stat s;
    if (stat(path, &s) != 0)
        return false;
    identify(&s, id);
    return true;
}

int64_t zoe_os_file_read(int fd, void *buffer, size_t bytes, uint64_t offset)
{
    if (fails() || offset > INT64_MAX)
        return -1;
    size_t done = 0;
    while (done < bytes) {
        ssize_t n = pread(fd, (uint8_t *)buffer + done, bytes - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (int64_t)done;
}

void zoe_os_file_announce(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED);
    close(fd);
}

/* ---- threads ---- */

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
    if (fails() || pthread_create(&made->handle, NULL, thread_main, made) != 0) {
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
    /* On Linux a nice value belongs to the thread. Five steps leave a decoder a third of a
     * contended core: the one who shows pictures goes first, without starving those who make them.
     */
    id_t tid = (id_t)syscall(SYS_gettid);
    errno = 0;
    int nice_now = getpriority(PRIO_PROCESS, tid);
    if (nice_now != -1 || errno == 0)
        setpriority(PRIO_PROCESS, tid, nice_now + 5);
}
