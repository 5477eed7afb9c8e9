/*
 * The disk cache: blocks of objects that are slow to get, as files in one bounded folder on a fast
 * disk, least recently used out first. It knows nothing of where the blocks come from.
 *
 *   FOLDER/xx/<32 hex digits>        a block: header with checksums, then its bytes
 *   FOLDER/xx/<32 hex digits>.new    one that is being written
 *   FOLDER/used                      bytes of all of these, under a file lock
 *
 * What is read is verified: a block that is damaged, cut short or another one's is a miss, and is
 * removed. So nothing is ever synced to the disk, and a program that is killed, at any moment,
 * leaves at most a file that is not finished, which the next one removes.
 *
 * Any number of processes may share a folder, and keep the bound together: each counts what it
 * writes in FOLDER/used before it does, so that the number may be too high after a kill, never too
 * low. It is counted anew by zoe_disk_cache_trim(), and whenever a process has used up its list of
 * files to remove. Choosing what to remove is a step along that list, not a search.
 *
 * Where the folder cannot be written (full, read-only, removed), nothing is written for half a
 * minute, and the statistics say why; what is there can still be read.
 *
 * The folder must be the user's, with no right for others to write. Checksums find damage, not an
 * attack by the user's own programs.
 *
 * Thread-safety: any thread. Reading takes no lock and never waits for a writer.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_DISK_CACHE_H
#define ZOE_STORAGE_DISK_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

#include "base/os_file.h"

enum {
    ZOE_DISK_BLOCK = 4 << 20,  /* the most bytes of a block */
    ZOE_DISK_PIECE = 64 << 10, /* the unit of checksums: what a small read verifies */
    ZOE_DISK_TROUBLE = 200,    /* bytes of a text */
};

typedef struct zoe_disk_cache zoe_disk_cache;

/* An object as it is at one time: another identity is another object. */
typedef struct zoe_disk_key {
    uint64_t low, high;
} zoe_disk_key;

zoe_disk_key zoe_disk_key_of(const char *path, const zoe_os_file_id *id);

/* Makes the folder where it is missing. `bound`: bytes of all files in it; 0: a tenth of
 * what it could take on its disk, 50 GB at most. The cache is ended with
 * zoe_disk_cache_destroy(), when no other thread uses it any more. Errors: PERMISSION, NOT_FOUND,
 * ARGUMENT, IO, NO_MEMORY; the text names the folder. */
zoe_status zoe_disk_cache_create(const char *folder, uint64_t bound, zoe_disk_cache **cache,
                                 zoe_error *error);
void zoe_disk_cache_destroy(zoe_disk_cache **cache);

/* Counts what is there and removes what is over the bound. Blocks for a look at every file. */
void zoe_disk_cache_trim(zoe_disk_cache *cache);

/* Bytes of a block from an offset on, verified: as many as were asked for, less only at the
 * block's end. -1: it is not there; what the buffer then holds is unspecified. Counts as a use. */
int64_t zoe_disk_cache_read(zoe_disk_cache *cache, zoe_disk_key key, uint64_t index, void *buffer,
                            size_t bytes, uint64_t offset);

/* Whether a block is there; reading may find it damaged after all. Counts as a use. */
bool zoe_disk_cache_has(zoe_disk_cache *cache, zoe_disk_key key, uint64_t index);

/* Writes a block of at most ZOE_DISK_BLOCK bytes unless it is there. true: it is there now. Blocks
 * for the disk, and for other processes' writers up to half a second. */
bool zoe_disk_cache_write(zoe_disk_cache *cache, zoe_disk_key key, uint64_t index, const void *data,
                          size_t bytes);

/* Removes a block if it is there. Blocks as writing does. */
void zoe_disk_cache_remove(zoe_disk_cache *cache, zoe_disk_key key, uint64_t index);

typedef struct zoe_disk_cache_stats {
    uint64_t bytes; /* in the folder, as counted together by those who share it */
    uint64_t bound;
    /* Of this process: */
    uint64_t hits, misses; /* reads */
    uint64_t writes, evictions;
    uint64_t damaged;               /* blocks that did not pass verification */
    char trouble[ZOE_DISK_TROUBLE]; /* why nothing is written at present, or "" */
} zoe_disk_cache_stats;

void zoe_disk_cache_stats_get(zoe_disk_cache *cache, zoe_disk_cache_stats *stats);

#endif
