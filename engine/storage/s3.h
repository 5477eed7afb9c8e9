/*
 * s3://bucket/key as signed HTTP requests, to Amazon or to any server that speaks the same.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_S3_H
#define ZOE_STORAGE_S3_H

#include <stdbool.h>

#include <zoetrope/status.h>

#include "storage/http_request.h"

/* NULL: from the environment and the profile files (storage/aws_profile.h). Texts are copied. */
typedef struct zoe_s3_settings {
    const char *endpoint; /* http or https; NULL also: https://s3.REGION.amazonaws.com */
    const char *region;   /* NULL also: us-east-1 */
    const char *profile;
    bool is_path_style; /* https://endpoint/bucket/key */
    bool is_host_style; /* https://bucket.endpoint/key. Neither: of the host's name at Amazon, but
                             for buckets with a dot, whose certificate it would not be; else path */
    bool is_anonymous;  /* requests are not signed; so too when there are no credentials */
} zoe_s3_settings;

/* Thread-safety: never changes; any thread. */
typedef struct zoe_s3 zoe_s3;

/* Errors: NO_MEMORY, ARGUMENT (no such endpoint or region), and those of zoe_aws_profile_read(). */
zoe_status zoe_s3_create(const zoe_s3_settings *settings, zoe_s3 **s3, zoe_error *error);
void zoe_s3_destroy(zoe_s3 **s3);

/* Is it a path of s3://? */
bool zoe_s3_is_path(const char *path);

/* The URL of an object, to be freed with zoe_os_free(). Errors: ARGUMENT (no such bucket, no key),
 * NO_MEMORY; the text names the path. */
zoe_status zoe_s3_object_url(const zoe_s3 *s3, const char *path, char **url, zoe_error *error);

/* The prefix of the keys in a folder: "", or "a/b/". To be freed with zoe_os_free(); NULL: out of
 * memory. */
char *zoe_s3_prefix(const char *folder);

/* The URL that lists a folder, from the beginning (token "") or a token on; as the other. */
zoe_status zoe_s3_list_url(const zoe_s3 *s3, const char *folder, const char *prefix,
                           const char *token, char **url, zoe_error *error);

/* What requests are signed with; NULL: they are not. Stands as long as *s3. */
const zoe_http_signing *zoe_s3_signing(const zoe_s3 *s3);

#endif
