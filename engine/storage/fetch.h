/*
 * What the store of far objects holds, and the requests that it makes of their origins: which
 * objects it has met, the blocks in memory, and the queue to disk. remote.c is its outside;
 * fetch_ahead.c and disk_writer.c have a thread each.
 *
 *   UNKNOWN --> OPENING --> KNOWN        an object; one request, or what is on disk tells its size
 *      ^-----------'  failed  |          and identity
 *      ^----------------------'          it is another one now
 *
 * With the opening of what the user has jumped to its other blocks are asked for too, as many as
 * its neighbours have: guesses, which are judged when the object is known.
 *
 * What is known of objects takes a quarter of the bound of memory: of those that nobody uses the
 * ones that were met longest ago are forgotten, with the blocks on disk still there.
 *
 * An object is asked for its identity once; after that it is believed until a request for a block
 * of it, or zoe_store's identify(), finds another. Where its host is out of
 * reach the record on disk is believed until the host answers again, which one request at a time
 * finds out in the background.
 *
 * Lock order: locks of a demand's owner, then `lock`, then the origins' and the disk cache's. No
 * function of a demand or an origin is called with `lock` held.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_FETCH_H
#define ZOE_STORAGE_FETCH_H

#include "base/lock.h"
#include "storage/disk_cache.h"
#include "storage/held.h"
#include "storage/storage.h"

enum {
    ZOE_FAR_CHAINS = 4096,
    ZOE_FAR_FOLDERS = 16,
    ZOE_FLIGHTS = 16, /* objects that are fetched ahead at a time */
    ZOE_POLL_MS = 20, /* between two looks at whether a wait is to end */
};

typedef enum zoe_far_state {
    ZOE_FAR_UNKNOWN,
    ZOE_FAR_OPENING,
    ZOE_FAR_KNOWN,
} zoe_far_state;

/* Of an object as it once was; kept as long as the object, as requests may use it. */
typedef struct zoe_far_tag {
    struct zoe_far_tag *next;
    zoe_origin_tag tag;
    char texts[];
} zoe_far_tag;

/* Of a folder's object that was opened last. */
typedef struct zoe_far_folder {
    uint64_t hash;  /* of its path */
    uint64_t bytes; /* 0: nothing is known, or it comes whole only */
} zoe_far_folder;

/* An object that was met. Kept while it is of use: it is open or held, OPENING or asked, or a block
 * of it is in memory. */
typedef struct zoe_far_object {
    /* fixed */
    struct zoe_far_object *chain;
    const char *path;
    const zoe_origin *origin;
    zoe_disk_key record_key;
    uint64_t host;   /* zoe_url_host() */
    uint64_t folder; /* hash of its folder's path */

    /* guarded by zoe_remote.lock */
    zoe_far_state state;
    const zoe_origin_tag *tag;   /* since it was known first, else NULL */
    zoe_disk_key key;            /* of its blocks as it is now */
    zoe_status open_status;      /* of the last opening */
    zoe_error *open_error;       /* of one that failed, else NULL */
    struct zoe_opening *opening; /* while it is OPENING and the request is under way, else NULL */
    uint64_t guess_bytes;        /* while it is OPENING: how large it probably is; 0: who knows */
    zoe_disk_key guess_key;      /* what is on disk of it, if it is as the record says */
    bool is_asked;               /* whether it is still the same */
    zoe_status ask_status;       /* of the last asking, or opening that told what it is */
    uint64_t answered_ns;        /* when that began; 0: never */
    zoe_far_tag *tags;           /* all that it had */
    uint32_t opens;              /* zoe_storage_objects of it */
    uint32_t holds;              /* requests for blocks, writes, flights, and who waits for it */
    uint64_t used;               /* zoe_remote.uses when it was met last */
    bool is_whole_only;
    bool is_read;           /* since it was opened, more than its beginning */
    bool is_unrecorded;     /* the record on disk does not say what is known */
    bool is_believed;       /* by the record: its origin was out of reach */
    zoe_demand_token token; /* of its last fetching ahead */
} zoe_far_object;

/* An object that is being fetched ahead. */
typedef struct zoe_flight {
    bool is_used;
    zoe_demand_token token;
    zoe_far_object *object;
    bool is_cold;         /* there is no other beside it: the first, or what the user jumped to */
    bool has_opened;      /* it was asked what it is, or that was known */
    uint64_t near_until;  /* blocks before it are near */
    uint64_t asked_until; /* blocks before it were asked for */
    uint64_t serial;      /* the lower, the sooner it is wanted */
    zoe_status status;    /* not OK: it failed */
    zoe_error error;
} zoe_flight;

typedef struct zoe_remote {
    /* fixed after creation */
    zoe_origin web, files;
    zoe_disk_cache *disk;   /* NULL: none */
    char disk_problem[256]; /* why there is none, or "" */
    uint64_t ahead_bytes;   /* of memory, that fetching ahead may use */

    zoe_lock lock;
    pthread_cond_t changed;     /* a block or an opening came to its end, or memory came free */
    pthread_cond_t ahead_wake;  /* the same, and: there is something to do for its thread */
    pthread_cond_t writer_wake; /* there is something to write, or it is to end */
    pthread_cond_t detached;    /* the demand is no longer used */

    /* guarded by lock */
    zoe_held held;
    zoe_far_object *objects[ZOE_FAR_CHAINS];
    uint64_t uses;    /* how often one was met */
    uint64_t trim_at; /* bytes of what is known at which some is forgotten; 0: at the bound */
    zoe_held_block *unwritten, **unwritten_end; /* in the order in which they came */
    bool is_offline;                   /* the last opening at `offline_host` reached nobody */
    bool is_probing;                   /* whether that is still so */
    uint64_t offline_host, offline_ns; /* and when that began */
    bool is_ending;
    const zoe_storage_demand *demand; /* NULL: none */
    bool is_detaching, is_woken, has_no_more;
    zoe_flight flights[ZOE_FLIGHTS];
    uint64_t flight_serial;
    bool is_cold;  /* the next flight is alone: there was nothing to do, or no room for more */
    bool may_jump; /* the next flight need not wait for room: it may be what the user looks at */
    uint64_t usual_bytes; /* of the object that was opened last */
    zoe_far_folder folders[ZOE_FAR_FOLDERS];
    bool is_disk_failing; /* the last block was not written */
    bool needs_room;      /* fetching ahead waits for memory */
    uint64_t signals;     /* how often zoe_fetch_signal_locked() was called */

    zoe_os_thread *ahead_thread, *writer_thread; /* fixed after creation */

    /* guarded by lock: bytes that had come at times, for the rate */
    uint64_t rate_ns[2], rate_bytes[2];
} zoe_remote;

/* The object at a path, met now if need be. NULL: no memory. Lock held. */
zoe_far_object *zoe_fetch_object_locked(zoe_remote *remote, const char *path);

/* Asks for the identity of an object whose state the caller has set to OPENING. Reads the disk,
 * and does not wait for the network; `changed` is signalled at the end. flight: for whom, NULL:
 * somebody waits. No lock held. */
void zoe_fetch_open(zoe_remote *remote, zoe_far_object *object, const zoe_flight *flight);

/* Asks whether an object that is KNOWN is still the same; the caller has set is_asked, which is
 * false again at the end. is_urgent: somebody waits. No lock held. */
void zoe_fetch_ask(zoe_remote *remote, zoe_far_object *object, bool is_urgent);

/* Whether its host was out of reach when it was asked last. Lock held. */
bool zoe_fetch_is_offline_locked(const zoe_remote *remote, const zoe_far_object *object);

/* How many blocks it has on disk, and what the n-th of them is part of in memory: that block, or
 * ZOE_BLOCK_WHOLE. Lock held; the object is KNOWN. */
uint64_t zoe_fetch_block_count(const zoe_far_object *object);
uint64_t zoe_fetch_index(const zoe_far_object *object, uint64_t n);

/* Whether a block is on disk. No lock held. */
bool zoe_fetch_is_on_disk(zoe_remote *remote, zoe_disk_key key, uint64_t index);

/*
 * A block that is not in memory, to be asked for: held once by the request, which the caller
 * submits with zoe_fetch_submit() when it has given the lock back. NULL: no memory for it now.
 * Lock held; the object is KNOWN. flight: for whom it is fetched ahead, NULL: for who reads it.
 * takes_all: somebody waits, and what others' flights brought may be let go for it.
 */
zoe_held_block *zoe_fetch_block_locked(zoe_remote *remote, zoe_far_object *object, uint64_t index,
                                       zoe_flight *flight, bool takes_all);
void zoe_fetch_submit(zoe_held_block *block);

/* The same of an object that is being opened for the flight: blocks it has if it is as large as is
 * guessed. How many those are; 0: nothing is guessed. */
uint64_t zoe_fetch_guess_count(const zoe_far_object *object);
zoe_held_block *zoe_fetch_guess_locked(zoe_remote *remote, zoe_far_object *object, uint64_t index,
                                       zoe_flight *flight);

/* Whether memory comes free by itself. Lock held. */
bool zoe_fetch_is_moving_locked(const zoe_remote *remote);

/* Whether it comes whole only, and is larger than is taken into memory: there will be no block of
 * it. Lock held; the object is KNOWN. */
bool zoe_fetch_is_too_large_locked(const zoe_remote *remote, const zoe_far_object *object);

/* Cancels the requests for blocks of an object that nobody holds: those of a flight, and the
 * opening for it, or with NULL those of none. Lock held, and given back meanwhile. */
void zoe_fetch_cancel_locked(zoe_remote *remote, zoe_far_object *object, const zoe_flight *flight);

/* Frees an object, which is in no chain any more and not in use. */
void zoe_fetch_free_object(zoe_remote *remote, zoe_far_object *object);

/* It is another one than was known, or may be. Lock held. */
void zoe_fetch_forget_locked(zoe_remote *remote, zoe_far_object *object);

/* Memory came free, or something came to its end. Lock held. */
void zoe_fetch_signal_locked(zoe_remote *remote);

/* What the record on disk is made of; for disk_writer.c. */
enum { ZOE_RECORD_BYTES = 24 + 8 + ZOE_ETAG_BYTES + ZOE_DATE_BYTES };

#define ZOE_RECORD_INDEX  UINT64_MAX       /* of the record among the blocks of its key */
#define ZOE_LISTING_INDEX (UINT64_MAX - 1) /* of a folder's names */

void zoe_fetch_make_record(const zoe_origin_tag *tag, bool is_whole_only,
                           uint8_t record[ZOE_RECORD_BYTES]);

#endif
