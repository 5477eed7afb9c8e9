/*
 * Memory from the system: the heap and address space.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_OS_MEMORY_H
#define ZOE_BASE_OS_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Bytes as they are shown to people: MB of 2^20. */
static inline double zoe_megabytes(uint64_t bytes)
{
    return (double)bytes / (1 << 20);
}

/* ---- heap ---- */

/* Zeroed memory, or NULL. Freed by zoe_os_free(), which accepts NULL. */
void *zoe_os_alloc(size_t bytes);
void zoe_os_free(void *memory);

/* A copy of a string on the heap, or NULL. NULL gives NULL. */
char *zoe_os_strdup(const char *text);

/* The same of the text's first `length` bytes, terminated. */
char *zoe_os_strndup(const char *text, size_t length);

/* Gives the heap's free memory back to the system. */
void zoe_os_heap_trim(void);

/* ---- address space ---- */

/* The most memory that is worth address space to be reserved for, many times over. ThreadSanitizer
 * leaves a program half a terabyte, where threads soon find no room for their stacks. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ZOE_OS_RESERVE_MAX ((uint64_t)256 << 20)
#endif
#elif defined(__SANITIZE_THREAD__)
#define ZOE_OS_RESERVE_MAX ((uint64_t)256 << 20)
#endif
#ifndef ZOE_OS_RESERVE_MAX
#define ZOE_OS_RESERVE_MAX UINT64_MAX
#endif

/* Bytes of a page: the unit in which memory is committed and released. */
size_t zoe_os_page(void);

/* Reserves zeroed, writable address space aligned to `alignment` (a power of two, a page at least)
 * that takes memory only when it is touched, in whole pages. NULL when the system refuses. Freed by
 * zoe_os_unreserve(), with the same size; NULL is accepted. */
void *zoe_os_reserve(size_t bytes, size_t alignment);
void zoe_os_unreserve(void *address, size_t bytes);

/* Asks for huge pages over this range, if the system has them. Page-aligned. Best effort. */
void zoe_os_advise_huge(void *address, size_t bytes);

/* Gives the pages of a range back to the system at once; they are zero when touched again. Huge
 * pages are no longer asked for. Page-aligned. */
void zoe_os_release(void *address, size_t bytes);

#endif
