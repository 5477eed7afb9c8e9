#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "base/os_memory.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/os_fault.h"

/* ---- heap ---- */

void *zoe_os_alloc(size_t bytes)
{
    return zoe_os_fails() ? NULL : calloc(1, bytes ? bytes : 1);
}

void zoe_os_free(void *memory)
{
    free(memory);
}

char *zoe_os_strdup(const char *text)
{
    return text ? zoe_os_strndup(text, strlen(text)) : NULL;
}

char *zoe_os_strndup(const char *text, size_t length)
{
    char *copy = zoe_os_alloc(length + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
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
    size_t page_bytes = zoe_os_page();
    if (bytes == 0 || bytes > SIZE_MAX - alignment - page_bytes || zoe_os_fails())
        return NULL;
    bytes = (bytes + page_bytes - 1) / page_bytes * page_bytes;
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
