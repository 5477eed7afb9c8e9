/*
 * A remote store whose objects are the files of a folder: http://fake/a/b.exr is a/b.exr there.
 * What it refuses, and when what is fetched ahead arrives, the test says.
 *
 * Thread-safety: any thread, but for create and destroy. What is set may be set at any time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef FAKE_STORAGE_H
#define FAKE_STORAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/storage.h"

typedef struct fake_storage fake_storage;

/* Ends the program when it cannot be made. */
fake_storage *fake_storage_create(const char *folder);

/* The storage, which is the fake's: others share it. */
zoe_storage *fake_storage_storage(fake_storage *fake);

/* Closes the storage, which nobody else may have any more. */
void fake_storage_destroy(fake_storage *fake);

/* What listing a folder, or opening, fetching and asking about the objects whose paths hold this
 * text, gives; OK: as it is. One of each. */
void fake_storage_refuse_list(fake_storage *fake, zoe_status status);
void fake_storage_refuse(fake_storage *fake, const char *text, zoe_status status);

/* Of what is fetched ahead no more arrives than this in all; at first all does. */
void fake_storage_let_arrive(fake_storage *fake, int64_t count);

/* How many are fetched at the same time; at first 2. */
void fake_storage_fetch_at_once(fake_storage *fake, int count);

/* The bounds that it tells of; at first 1 GB on disk and 1 MB of memory. 0 on disk: no disk cache.
 * A file takes as many bytes as `each`; at first 1000. */
void fake_storage_set_room(fake_storage *fake, uint64_t disk, uint64_t memory, uint64_t each);

/* So far: how many were asked for, arrived (whatever came of them), were cancelled, were opened
 * before they had arrived, and were asked what they are now; and bytes that were read. */
typedef struct fake_storage_counts {
    int64_t asked, arrived, cancelled, opened_far, identified, bytes_read;
} fake_storage_counts;

fake_storage_counts fake_storage_count(fake_storage *fake);

/* The paths that were asked for, behind the host, in their order, each with a space behind it. */
void fake_storage_order(fake_storage *fake, char *text, size_t capacity);

/* Waits until that many were asked for, and have arrived; ends the program after two minutes. */
void fake_storage_wait(fake_storage *fake, int64_t asked, int64_t arrived);

#endif
