/*
 * URLs as texts: what is one, and what of one nobody may see.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_URL_H
#define ZOE_BASE_URL_H

#include <stdbool.h>
#include <stdint.h>

/* Does it begin with http://, https:// or s3://, in any case? */
bool zoe_is_url(const char *path);

/* A number for its scheme, host and port: the same in this process for all URLs of a server. */
uint64_t zoe_url_host(const char *url);

/*
 * Takes "user:password@" and "?query" out of every URL in a text, in place. A query ends at white
 * space, but for a colon, quote, comma or parenthesis before that. Where it is not clear whether
 * something belongs to a URL, it goes.
 */
void zoe_url_hide_secrets(char *text);

#endif
