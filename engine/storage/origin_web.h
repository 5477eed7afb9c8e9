/*
 * The origin of URLs: http, https and s3.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_ORIGIN_WEB_H
#define ZOE_STORAGE_ORIGIN_WEB_H

#include "storage/origin.h"

/* The settings are copied. What s3:// needs is read when it is needed first. Errors: NO_MEMORY,
 * THREAD. */
zoe_status zoe_origin_web_create(const zoe_storage_settings *settings, zoe_origin *origin,
                                 zoe_error *error);

#endif
