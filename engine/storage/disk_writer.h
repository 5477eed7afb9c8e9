/*
 * The thread that writes blocks that arrived to the disk cache.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_DISK_WRITER_H
#define ZOE_STORAGE_DISK_WRITER_H

#include "storage/fetch.h"

/* Its body: returns when `is_ending` is set and nothing is left to be written. */
void zoe_disk_writer_run(void *remote);

#endif
