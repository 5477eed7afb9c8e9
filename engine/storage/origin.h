/*
 * Where the bytes of far objects come from: what HTTP, S3 and network file systems have to do for
 * the blocks that stand before them. They are asked for ranges, and answer on a thread of theirs.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_ORIGIN_H
#define ZOE_STORAGE_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/storage.h>

#include "base/os_file.h"

/* Of a version's tag and date, with their ends. Longer ones are taken as none. */
enum { ZOE_ETAG_BYTES = 256, ZOE_DATE_BYTES = 64 };

/* An object's identity, and what one tells the origin to have that one only: "" where it has none.
 * Does not change while requests use it. */
typedef struct zoe_origin_tag {
    zoe_os_file_id id;
    const char *etag;
    const char *modified; /* Last-Modified, as it was given */
} zoe_origin_tag;

typedef struct zoe_origin_request zoe_origin_request;

/* Zero-initialised but for what is asked. Between submit() and done() it is the origin's. */
struct zoe_origin_request {
    /* ---- what is asked ---- */
    const char *path;
    uint64_t offset;
    size_t bytes; /* of the range, at least 1; fewer come only at the object's end */
    void *buffer; /* takes them */
    const zoe_origin_tag *expected; /* another one is CHANGED; NULL: whatever it is now */
    bool is_urgent;                 /* somebody waits for it */
    void (*done)(zoe_origin_request *request); /* on the origin's thread, without a lock; does not
                                                  block. May free the request */
    void *user;

    /* ---- the answer ---- */
    zoe_status status; /* OK; NOT_FOUND, PERMISSION, CHANGED, STALE (cancelled), IO ... */
    zoe_error error;
    bool is_unreachable; /* nobody answered: as without a network */
    bool is_whole_only;  /* it gives objects from their beginning only */
    size_t received;
    /* Of what it is now, if OK. An object that says nothing of its version has an inode that no
     * other process gives it. */
    zoe_os_file_id id;
    char etag[ZOE_ETAG_BYTES];
    char modified[ZOE_DATE_BYTES];

    void *handle; /* the origin's */
};

typedef struct zoe_origin {
    void *user;

    /* Never blocks; done() follows, perhaps from within. */
    void (*submit)(void *user, zoe_origin_request *request);

    /* done() of a request that was submitted comes soon. The caller sees to it that it has not come
     * yet, or that the request is still there. */
    void (*cancel)(void *user, zoe_origin_request *request);

    /* As zoe_store's; NULL: not listed here. */
    zoe_status (*list)(void *user, const char *folder, zoe_os_name_fn *each, void *each_user,
                       zoe_error *error);

    /* Adds its figures; NULL: it has none. */
    void (*stats)(void *user, zoe_storage_stats *stats);

    /* Cancels what is under way, and returns when all is done. */
    void (*destroy)(void *user);
} zoe_origin;

#endif
