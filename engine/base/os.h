/*
 * All calls to the operating system: memory, files, threads, the clock and what the system says of
 * itself. Nothing above this file knows Linux.
 *
 * Everything that can fail for want of a resource goes through here, so that a test can make each
 * of them fail in turn (zoe_os_fail_at).
 *
 * Thread-safety: every function may be called on any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_OS_H
#define ZOE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

/* Bytes as people are told of them: MB of 2^20. */
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

/* Gives the heap's free memory back to the system. */
void zoe_os_heap_trim(void);

/* ---- address space ---- */

/* Bytes a page has; the unit of what is committed and released. */
size_t zoe_os_page(void);

/* Reserves zeroed, writable address space aligned to `alignment` (a power of two, a page at least)
 * that takes memory only when it is touched. NULL when the system refuses. */
void *zoe_os_reserve(size_t bytes, size_t alignment);
void zoe_os_unreserve(void *address, size_t bytes);

/* Asks for huge pages over this range, if the system has them. Page-aligned. Best effort. */
void zoe_os_advise_huge(void *address, size_t bytes);

/* Gives the pages of a range back to the system at once; they are zero when touched again. Huge
 * pages are no longer asked for. Page-aligned. */
void zoe_os_release(void *address, size_t bytes);

/* ---- what the system says ---- */

typedef struct zoe_os_memory {
    uint64_t total; /* physical memory, or the lowest memory limit of the control groups the process
                       is in */
    uint64_t available; /* what could be had without swapping, within the same limits */
} zoe_os_memory;

void zoe_os_memory_now(zoe_os_memory *memory);

/* The process's resident memory and its peak, in bytes; 0 where unknown. Allocates nothing. */
void zoe_os_resident(uint64_t *now, uint64_t *peak);

/* Waits for the system to say that memory is short (pressure stall information, where there is
 * any), for zoe_os_pressure_stop(), or for `milliseconds`. */
typedef struct zoe_os_pressure {
    int trigger; /* -1: the system does not say */
    int stop;
} zoe_os_pressure;

/* Errors: NO_MEMORY when there is no descriptor to be had. */
zoe_status zoe_os_pressure_open(zoe_os_pressure *pressure);
void zoe_os_pressure_close(zoe_os_pressure *pressure);
void zoe_os_pressure_wait(zoe_os_pressure *pressure, int milliseconds);
void zoe_os_pressure_stop(zoe_os_pressure *pressure);

uint64_t zoe_os_now_ns(void);

/* ---- files ---- */

/* Bytes of a path, terminator included, that are handled without the heap. */
enum { ZOE_PATH_MAX = 4096 };

/* What tells a file from the same path written again. All 0: not known. */
typedef struct zoe_os_file_id {
    uint64_t inode;
    uint64_t bytes;
    int64_t modified_ns;
} zoe_os_file_id;

bool zoe_os_file_id_equal(const zoe_os_file_id *a, const zoe_os_file_id *b);

/* Opens for reading; *fd is to be closed with zoe_os_file_close(). Only ordinary files. Errors:
 * NOT_FOUND, PERMISSION, IO, ARGUMENT (not an ordinary file); the text names the file. */
zoe_status zoe_os_file_open(const char *path, int *fd, zoe_os_file_id *id, zoe_error *error);
void zoe_os_file_close(int fd);

/* The file's identity now. false when it cannot be had. */
bool zoe_os_file_identify(int fd, zoe_os_file_id *id);
bool zoe_os_path_identify(const char *path, zoe_os_file_id *id);

/* Reads up to `bytes` at an offset. Returns what was read (less only at the file's end), or -1. */
int64_t zoe_os_file_read(int fd, void *buffer, size_t bytes, uint64_t offset);

/* Tells the system that a file will be read whole soon. Best effort, does not wait for the data. */
void zoe_os_file_announce(const char *path);

/* ---- threads ---- */

typedef struct zoe_os_thread zoe_os_thread;

/* Starts body(arg) on a new thread. Errors: THREAD, NO_MEMORY. */
zoe_status zoe_os_thread_start(zoe_os_thread **thread, void (*body)(void *), void *arg);

/* Waits for the thread's end and sets *thread to NULL. */
void zoe_os_thread_join(zoe_os_thread **thread);

/* For the calling thread: its name (15 characters), and a lower priority than its creator's. */
void zoe_os_thread_name(const char *name);
void zoe_os_thread_lower_priority(void);

/* ---- tests ---- */

/*
 * The n-th call from now on (1: the next) of heap, address space, file open, file read and thread
 * start fails, as do `more` calls after it. 0: none fails. Returns how many calls were made since
 * the last call of this function.
 */
uint64_t zoe_os_fail_at(uint64_t n, uint64_t more);

#endif
