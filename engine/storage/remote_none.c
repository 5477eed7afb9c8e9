/*
 * The store of URLs in a library without one.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "storage/storage.h"

zoe_status zoe_remote_create(const zoe_storage_settings *settings, zoe_store *store,
                             zoe_error *error)
{
    (void)settings;
    (void)store;
    return zoe_error_set(error, ZOE_ERROR_UNSUPPORTED,
                         "this library was built without HTTP and S3 (ZOETROPE_REMOTE=OFF)");
}
