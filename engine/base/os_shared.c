#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "base/os_shared.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/os_fault.h"
#include "base/os_memory.h"
#include "base/stop.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* Linux 6.1 */
#endif

/* ---- the list of what was reserved ---- */

typedef struct entry {
    zoe_os_shared memory;
    struct entry *next;
} entry;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the rest; taken last */
static entry *all;
static uint64_t last_serial;

static size_t whole_pages(size_t bytes)
{
    size_t page = zoe_os_page();
    return (bytes + page - 1) / page * page;
}

/* A descriptor of that size, which nobody can change any more, nor more than its bytes. */
static int make_memory(size_t bytes, int more_seals)
{
    int fd = zoe_os_fails() ? -1 : memfd_create("zoetrope", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -1;
    if (ftruncate(fd, (off_t)bytes) != 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | more_seals) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Address space as zoe_os_reserve() gives it, with the descriptor's memory in it. */
static uint8_t *map_aligned(int fd, uint64_t offset, size_t bytes, size_t alignment)
{
    uint8_t *base = zoe_os_reserve(bytes, alignment);
    if (!base)
        return NULL;
    if (mmap(base, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, fd,
             (off_t)offset) == MAP_FAILED) {
        zoe_os_unreserve(base, bytes);
        return NULL;
    }
    madvise(base, bytes, MADV_NOHUGEPAGE);
    madvise(base, bytes, MADV_DONTDUMP);
    return base;
}

void *zoe_os_shared_reserve(size_t bytes, size_t alignment)
{
    if (bytes == 0 || bytes > (size_t)INT64_MAX / 2)
        return NULL;
    bytes = whole_pages(bytes);
    entry *made = zoe_os_alloc(sizeof *made);
    int fd = made ? make_memory(bytes, F_SEAL_SEAL) : -1;
    uint8_t *base = fd >= 0 ? map_aligned(fd, 0, bytes, alignment) : NULL;
    if (!base) {
        if (fd >= 0)
            close(fd);
        zoe_os_free(made);
        return NULL;
    }
    pthread_mutex_lock(&lock);
    made->memory = (zoe_os_shared){base, bytes, fd, ++last_serial};
    made->next = all;
    all = made;
    pthread_mutex_unlock(&lock);
    return base;
}

void zoe_os_shared_unreserve(void *address, size_t bytes)
{
    if (!address)
        return;
    pthread_mutex_lock(&lock);
    entry **link = &all;
    while (*link && (*link)->memory.base != address)
        link = &(*link)->next;
    entry *found = *link;
    if (found)
        *link = found->next;
    pthread_mutex_unlock(&lock);
    if (found)
        close(found->memory.fd);
    zoe_os_free(found);
    munmap(address, whole_pages(bytes));
}

void zoe_os_shared_release(void *address, size_t bytes)
{
    if (!bytes)
        return;
    madvise(address, bytes, MADV_REMOVE);
    madvise(address, bytes, MADV_NOHUGEPAGE);
}

bool zoe_os_shared_find(const void *address, zoe_os_shared *found)
{
    const uint8_t *at = address;
    pthread_mutex_lock(&lock);
    const entry *e = all;
    while (e && (at < e->memory.base || at >= e->memory.base + e->memory.bytes))
        e = e->next;
    if (e)
        *found = e->memory;
    pthread_mutex_unlock(&lock);
    return e != NULL;
}

bool zoe_os_shared_touch(const void *address)
{
    unsigned char there = 1;
    size_t page = zoe_os_page();
    uint8_t *start = (uint8_t *)((uintptr_t)address / page * page);
    if (mincore(start, page, &there) != 0 || (there & 1))
        return false;
    (void)*(volatile uint8_t *)start;
    return true;
}

uint64_t zoe_os_shared_resident(void)
{
    uint64_t blocks = 0;
    pthread_mutex_lock(&lock);
    for (const entry *e = all; e; e = e->next) {
        struct stat s;
        if (fstat(e->memory.fd, &s) == 0)
            blocks += (uint64_t)s.st_blocks;
    }
    pthread_mutex_unlock(&lock);
    return blocks * 512;
}

/* ---- what nobody changes ---- */

void *zoe_os_sealed_begin(size_t bytes, int *fd)
{
    *fd = make_memory(bytes, 0);
    if (*fd < 0)
        return NULL;
    size_t mapped = bytes ? whole_pages(bytes) : zoe_os_page();
    void *memory = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (memory != MAP_FAILED) {
        /* A child of this process that had it could write to it, and so it could not be sealed. */
        madvise(memory, mapped, MADV_DONTFORK);
        return memory;
    }
    close(*fd);
    *fd = -1;
    return NULL;
}

bool zoe_os_sealed_end(void *memory, size_t bytes, int fd)
{
    munmap(memory, bytes ? whole_pages(bytes) : zoe_os_page());
    return fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL) == 0;
}

/* ---- what was given by another process ---- */

static const size_t huge = (size_t)2 << 20;

void *zoe_os_shared_map(int fd, uint64_t offset, size_t bytes, size_t huge_bytes)
{
    if (bytes == 0 || offset > INT64_MAX)
        return NULL;
    uint8_t *base = map_aligned(fd, offset, bytes, bytes >= huge ? huge : zoe_os_page());
    if (base)
        zoe_os_advise_huge(base, huge_bytes / huge * huge);
    return base;
}

void zoe_os_shared_make_huge(void *address, size_t bytes)
{
    enum { SLICE = 32 << 20 }; /* some 10 ms */
    uint8_t *base = address;
    bytes = bytes / huge * huge;
    for (size_t from = 0; from < bytes && !zoe_stop_wanted(); from += SLICE) {
        size_t slice = bytes - from < SLICE ? bytes - from : SLICE;
        /* The first page of each is where it was placed, or else near to this thread; the rest
         * follows it. It is read, which gives it memory too: somebody else may write there
         * already. */
        for (size_t at = from; at < from + slice; at += huge)
            (void)((const volatile uint8_t *)base)[at];
        madvise(base + from, slice, MADV_COLLAPSE);
    }
}

void zoe_os_shared_unmap(void *address, size_t bytes)
{
    if (address)
        munmap(address, whole_pages(bytes));
}

/* ---- words ---- */

void zoe_os_word_wait(_Atomic uint32_t *word, uint32_t value, uint32_t milliseconds)
{
    const struct timespec timeout = {(time_t)(milliseconds / 1000),
                                     (long)(milliseconds % 1000) * 1000000};
    syscall(SYS_futex, word, FUTEX_WAIT, value, &timeout, NULL, 0);
}

void zoe_os_word_wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}
