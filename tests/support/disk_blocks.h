/*
 * Blocks with known bytes for tests of the disk cache, and looks at its folder from outside.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_DISK_BLOCKS_H
#define ZOE_SUPPORT_DISK_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/disk_cache.h"

/* The key of the n-th object. */
zoe_disk_key disk_blocks_key(unsigned object);

/* Fills data with what block `index` of an object holds. */
void disk_blocks_fill(unsigned object, uint64_t index, uint8_t *data, size_t bytes);

/* Reads the whole block. 1: its bytes are right; 0: it is not there; -1: they are wrong. */
int disk_blocks_check(zoe_disk_cache *cache, unsigned object, uint64_t index, size_t bytes);

bool disk_blocks_write(zoe_disk_cache *cache, unsigned object, uint64_t index, size_t bytes);

typedef struct disk_files {
    uint64_t bytes; /* of all in subfolders, as the cache counts them: in units of 4096 */
    unsigned blocks, unfinished;
    char last[4500]; /* the path of one block */
} disk_files;

void disk_files_look(const char *folder, disk_files *files);

#endif
