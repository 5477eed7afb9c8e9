/*
 * Victims: which frame of a table is needed last. Pure: no locks, no clock.
 *
 * The members are the positions whose frames may go. They stand in a tree of 16 children a node
 * over all positions of the table:
 *
 *   level 2                  [ 0 ]                        height: the level with one key
 *   level 1        [ 0 | 1 | 2 | ...  ]                   a key: the greatest of its 16 children's
 *   level 0   [ 0..15 ][ 16..31 ][ 32..47 ] ...           one key a position
 *
 * The key of a position is 0 when it is no member, else the greater the longer it is unused. So the
 * same tree finds the longest unused member of a range, and the first or last member of one, in
 * steps that grow with the number of levels only. It lies in reserved address space, of which only
 * the pages near members take memory: about 8.5 bytes a position.
 *
 * Frames are used without telling: a key is as of when its last use was last asked for, and never
 * newer than the truth. A member that comes up as longest unused is asked; if it was used
 * meanwhile, its node's keys are brought up to date and the search goes on. Each change of a last
 * use is caught up with once, so that a search takes O(log n) steps, amortised.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_VICTIM_H
#define ZOE_VICTIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

#include "cache/order.h"

/* Levels of ZOE_SEQUENCE_POSITIONS_MAX positions. */
enum { ZOE_VICTIMS_LEVELS = 7 };

typedef struct zoe_victims {
    /* fixed after init */
    int64_t count;
    int height;                         /* levels in use */
    uint64_t *keys[ZOE_VICTIMS_LEVELS]; /* of each level, whole nodes; [0]: [count] */
    uint64_t *memory;                   /* reserved; all levels, the topmost first */
    size_t bytes;
} zoe_victims;

typedef struct zoe_victim {
    int64_t position;
    int64_t use; /* zoe_want_next_use(); ZOE_NO_USE when the want does not need it */
    uint64_t last_use;
} zoe_victim;

/* When a position's frame was last used, on a clock that only rises; less than UINT64_MAX. Asked of
 * members, and never less than what was told or answered before; where readers that race leave the
 * older of their times, the order of these frames is either. */
typedef uint64_t zoe_last_use_fn(const void *user, int64_t position);

/* No members. ARGUMENT when count is not 1 .. ZOE_SEQUENCE_POSITIONS_MAX; NO_MEMORY. After a
 * failure destroy may be called, and need not be. */
zoe_status zoe_victims_init(zoe_victims *victims, int64_t count);
void zoe_victims_destroy(zoe_victims *victims);

/* Adding a member again tells its last use; removing what is no member does nothing. */
void zoe_victims_add(zoe_victims *victims, int64_t position, uint64_t last_use);
void zoe_victims_remove(zoe_victims *victims, int64_t position);
bool zoe_victims_has(const zoe_victims *victims, int64_t position);

/* The member that the want needs last: of those that it does not need the longest unused, and of
 * these the one of lowest position; else the one of the farthest next use, of which there is only
 * one. It stays a member. The want fits the count. false: there are no members. */
bool zoe_victims_last(zoe_victims *victims, const zoe_want *want, zoe_last_use_fn *last_use,
                      const void *user, zoe_victim *victim);

#endif
