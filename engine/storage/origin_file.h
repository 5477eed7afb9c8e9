/*
 * The origin of files that go through the disk cache: those of network file systems. A few threads
 * read, so that waiting for one does not hold up the rest; they are started when they are needed.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_ORIGIN_FILE_H
#define ZOE_STORAGE_ORIGIN_FILE_H

#include "storage/origin.h"

zoe_status zoe_origin_file_create(zoe_origin *origin, zoe_error *error);

#endif
