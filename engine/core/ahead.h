/*
 * What is fetched ahead of decoding: of the sources that read from far away (a storage's URLs,
 * files that go through the disk cache), the frame whose bytes are wanted next.
 *
 * Nobody enqueues anything: the storage asks which object is wanted most, as a worker asks which
 * frame is. Each position of such a source has a byte in its table that says where its bytes are:
 *
 *         next()            arrived: OK
 *   FAR ----------> FETCHING ----------> NEAR     to be decoded: workers pass over all others
 *    ^ <------------- |                   |
 *    |   STALE, NO_ROOM                   |       beyond the window; decoded, where nothing is kept
 *    '------------------------------------'       on disk; its file is looked at again
 *
 * What arrives as an error becomes the frame's: NOT_FOUND makes it MISSING, all else ERROR.
 *
 * The window. As many frames are near or on their way as the disk cache may hold, in the order of
 * the want; without it as many as there is memory for, not counting those that are decoded.
 *
 * Memory. The bound of what the storage holds is counted in the engine's limit while a source reads
 * from it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_AHEAD_H
#define ZOE_AHEAD_H

#include <zoetrope/engine.h>

#include "cache/cache.h"
#include "storage/storage.h"

/* Those of an engine. Zero-initialised but for the lock. */
typedef struct zoe_aheads {
    pthread_mutex_t lock;    /* held while one is made or ended; before the cache's */
    struct zoe_ahead *first; /* guarded by lock */
} zoe_aheads;

/* One for each storage that an engine's sources read from. */
typedef struct zoe_ahead {
    /* fixed after creation */
    zoe_aheads *all;
    zoe_cache *cache;
    zoe_storage *storage; /* shared */
    zoe_storage_demand demand;
    uint64_t memory_bytes; /* that the meter counts for it */

    /* guarded by the lock of `all` */
    int64_t sources;
    struct zoe_ahead *next;

    /* guarded by the cache's lock */
    uint64_t mean_bytes; /* of what arrived lately; 0: nothing did */
} zoe_ahead;

/*
 * Has a source that is in no list yet read from its storage by way of an ahead, which is made if
 * need be; where that cannot be, or its files are not far, its frames are read as they are decoded.
 * Not with the cache's lock held.
 */
void zoe_ahead_join(zoe_aheads *all, zoe_cache *cache, zoe_source *source);

/* The source is in no list any more. Blocks until what was under way for its ahead, if it was the
 * last one, has ended. Not with the cache's lock held. */
void zoe_ahead_leave(zoe_source *source);

#endif
