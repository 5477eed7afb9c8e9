/*
 * What is in a folder of a server: by what the server speaks.
 *
 *   http, https   nginx's JSON (`autoindex_format json`), else WebDAV, else the links of a page
 *   s3            ListObjectsV2, page by page
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_HTTP_LIST_H
#define ZOE_STORAGE_HTTP_LIST_H

#include <zoetrope/status.h>

#include "base/os_file.h"
#include "storage/http.h"
#include "storage/s3.h"

/*
 * Tells the names in a folder: folder, "/" and name together are a path. Blocks, and asks
 * zoe_stop_wanted(). OK also when `each` ended it. *s3 is needed for s3:// only. Errors: NOT_FOUND,
 * PERMISSION, NO_MEMORY, STALE, UNSUPPORTED (the server does not list), TOO_LARGE (more than
 * ZOE_LISTING_NAMES names or ZOE_LISTING_BYTES bytes), SYNTAX, ARGUMENT, IO; the text names the
 * folder. *is_unreachable (may be NULL): as in zoe_http_request.
 */
zoe_status zoe_http_list(zoe_http *http, const zoe_s3 *s3, const char *folder, zoe_os_name_fn *each,
                         void *each_user, bool *is_unreachable, zoe_error *error);

#endif
