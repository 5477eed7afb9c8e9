/*
 * Credentials and settings for S3, from the environment and the files that AWS's own tools use.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_AWS_PROFILE_H
#define ZOE_STORAGE_AWS_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include <zoetrope/status.h>

/* Texts on the heap; NULL: not given. Thread-safety: a plain value; one thread at a time. */
typedef struct zoe_aws_profile {
    char *access_key, *secret_key, *token;
    char *region, *endpoint;
} zoe_aws_profile;

/*
 * Reads $AWS_ACCESS_KEY_ID with $AWS_SECRET_ACCESS_KEY and $AWS_SESSION_TOKEN, $AWS_REGION or
 * $AWS_DEFAULT_REGION, $AWS_ENDPOINT_URL_S3 or $AWS_ENDPOINT_URL, and what these leave open from
 * the profile in ~/.aws/credentials and ~/.aws/config ($AWS_SHARED_CREDENTIALS_FILE,
 * $AWS_CONFIG_FILE). name: the profile, whose credentials then go before the environment's; NULL:
 * $AWS_PROFILE, else "default".
 *
 * On success to be freed with zoe_aws_profile_free(). Errors: NO_MEMORY; NOT_FOUND: a named profile
 * is in neither file; PERMISSION, IO, ARGUMENT: a file is there and cannot be read.
 */
zoe_status zoe_aws_profile_read(const char *name, zoe_aws_profile *profile, zoe_error *error);

/* Overwrites the secrets first. */
void zoe_aws_profile_free(zoe_aws_profile *profile);

/* What a file's text says of a profile is taken where the profile says nothing yet. Its section is
 * [name], or with `is_config` [profile name] unless it is "default". *has_section: it is there.
 * false: out of memory. */
bool zoe_aws_profile_parse(zoe_aws_profile *profile, const char *text, size_t bytes,
                           const char *name, bool is_config, bool *has_section);

#endif
