/*
 * Memory shared with other processes: address space that a descriptor stands for, and words that
 * two processes wait on.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_OS_SHARED_H
#define ZOE_BASE_OS_SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- address space ---- */

/* As zoe_os_reserve(), in memory that can be handed to another process: whoever maps it cannot make
 * it shorter. Freed by zoe_os_shared_unreserve(), with the same size; NULL is accepted. */
void *zoe_os_shared_reserve(size_t bytes, size_t alignment);
void zoe_os_shared_unreserve(void *address, size_t bytes);

/* As zoe_os_release(): the pages are gone for every process that maps them. */
void zoe_os_shared_release(void *address, size_t bytes);

/* Which reserved memory an address lies in. */
typedef struct zoe_os_shared {
    uint8_t *base;
    size_t bytes;
    int fd;          /* stays open while the memory stands */
    uint64_t serial; /* of no other memory of this process, ever; 1 or more */
} zoe_os_shared;

/* false: in none. */
bool zoe_os_shared_find(const void *address, zoe_os_shared *found);

/* Has a page of it touched. true: it was not there before. */
bool zoe_os_shared_touch(const void *address);

/* Bytes that all of it takes now, whichever process touched them. */
uint64_t zoe_os_shared_resident(void);

/* A descriptor of memory that nobody can change any more: begin() makes it and maps it to be
 * filled, end() unmaps and seals it. `bytes` may be 0. NULL, false: the system refuses; *fd is the
 * caller's to close, but where begin() gave NULL. */
void *zoe_os_sealed_begin(size_t bytes, int *fd);
bool zoe_os_sealed_end(void *memory, size_t bytes, int fd);

/* What another process does with a descriptor that it was given: maps a range of it, with huge
 * pages where there are whole ones in its first `huge_bytes`. Page-aligned. NULL: the system
 * refuses. Undone with zoe_os_shared_unmap(). */
void *zoe_os_shared_map(int fd, uint64_t offset, size_t bytes, size_t huge_bytes);
void zoe_os_shared_unmap(void *address, size_t bytes);

/* Fills the whole huge pages in the first `bytes` of what was mapped with memory, in huge pages
 * also where the system gives none to shared memory by itself (Linux 6.1 and later). What it
 * cannot, and what is left when nobody wants the work any more (base/stop.h), is touched in small
 * pages. What is there stays, though others write meanwhile. */
void zoe_os_shared_make_huge(void *address, size_t bytes);

/* ---- words ---- */

/* Waits while the word, which lies in shared memory, is `value`, until it is woken or
 * `milliseconds` have passed; may also return for no reason. */
void zoe_os_word_wait(_Atomic uint32_t *word, uint32_t value, uint32_t milliseconds);

/* Wakes whoever waits there. */
void zoe_os_word_wake(_Atomic uint32_t *word);

#endif
