/*
 * An arena: small pieces of memory that are all freed together.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_ARENA_H
#define ZOE_BASE_ARENA_H

#include <stddef.h>

typedef struct zoe_arena_block zoe_arena_block;

/* Starts as all zero. */
typedef struct zoe_arena {
    zoe_arena_block *blocks; /* the newest first; owned */
} zoe_arena;

/* Zeroed memory, aligned for any type, that lives until zoe_arena_free(). NULL when memory is out
 * or count x bytes is more than an address. 0 bytes give a pointer that may not be read. */
void *zoe_arena_alloc(zoe_arena *arena, size_t count, size_t bytes);

/* A copy of the text's first `length` bytes, terminated; NULL when memory is out. */
char *zoe_arena_copy(zoe_arena *arena, const char *text, size_t length);

void zoe_arena_free(zoe_arena *arena);

#endif
