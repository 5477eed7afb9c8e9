/*
 * A store of far objects with a folder of its own for its disk cache, over an origin that does what
 * it is told. One in a program; one thread, but for what the store allows on more.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_REMOTE_PLACE_H
#define ZOE_SUPPORT_REMOTE_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "storage/disk_cache.h"
#include "storage/storage.h"
#include "support/fake_origin.h"

enum { MB = 1 << 20, BLOCK = ZOE_DISK_BLOCK, BYTES = 5 * BLOCK / 2 /* three blocks */ };

typedef struct remote_place {
    char top[64], folder[96]; /* the test's, and the disk cache's in it, which the store makes */
    zoe_storage_settings settings; /* of the next store */
    fake_origin *fake;             /* of the store */
    zoe_store store;               /* cleared: there is none */
} remote_place;

extern remote_place remote;

/* cmocka's set-up and tear-down. The first makes no store yet. */
int remote_place_begin(void **state);
int remote_place_finish(void **state);

/* A new store, in place of the old one, over an origin whose objects have so many bytes. */
void remote_place_open(uint64_t bytes);

/* Ends the store and its origin; what is on disk stays. Nothing happens where there is none. */
void remote_place_close(void);

/* The path of an object of the origin's; the next call's takes its place. */
const char *remote_place_path(unsigned n);

/* The test fails where an error has no text. */
zoe_status remote_place_open_object(unsigned n, zoe_storage_object *object);

/* Reads a part, or all, and compares: the test fails for wrong bytes. OK, or the error. */
zoe_status remote_place_check_part(const zoe_storage_object *object, unsigned n, uint64_t version,
                                   uint64_t offset, size_t bytes);
zoe_status remote_place_check_whole(unsigned n, uint64_t version);

zoe_storage_stats remote_place_stats(void);

#endif
