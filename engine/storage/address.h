/*
 * URLs as requests need them: what a user wrote or a server listed, encoded (RFC 3986).
 *
 * Paths of http:// and https:// are URLs that may have characters in them which a URL may not have:
 * spaces, letters beyond ASCII, "#". "%41" is an A, and "?" begins a query. What follows
 * "s3://bucket/" is a key, as it is: nothing in it has a meaning of its own.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_ADDRESS_H
#define ZOE_STORAGE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* The URL of a path of http:// or https://, to be freed with zoe_os_free(). NULL: out of memory. */
char *zoe_address_encode(const char *path);

/* The same of a folder: with a "/" before the query, if there is none yet. */
char *zoe_address_encode_folder(const char *path);

/* Appends `text` to out[*used..capacity), terminated, with all but A-Z a-z 0-9 - . _ ~ and the
 * characters in `safe` as %XX. false: it does not fit. */
bool zoe_address_append(char *out, size_t capacity, size_t *used, const char *text,
                        const char *safe);

/* Undoes %XX in text[bytes]; anything else stays as it is. Terminated. false: it does not fit, or
 * has a zero in it. */
bool zoe_address_decode(const char *text, size_t bytes, char *out, size_t capacity);

/* A name that a server listed, as part of a path: what would be taken for something else is
 * encoded. false: it does not fit. */
bool zoe_address_name(const char *name, char *out, size_t capacity);

#endif
