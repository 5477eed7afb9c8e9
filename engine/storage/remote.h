/*
 * The store of far objects: what is read of them stands in memory or in the disk cache as blocks,
 * which their origins are asked for ahead of the reading (fetch.h) or, failing that, when they are
 * read. zoe_remote_create() in storage.h makes it with the origins of this library.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_REMOTE_H
#define ZOE_STORAGE_REMOTE_H

#include "storage/origin.h"
#include "storage/storage.h"

/* The same with other origins: of URLs, and of files of the file system. They are the store's from
 * now on, and destroyed with it, or at once when this fails. */
zoe_status zoe_remote_create_with(const zoe_storage_settings *settings, const zoe_origin *web,
                                  const zoe_origin *files, zoe_store *store, zoe_error *error);

#endif
