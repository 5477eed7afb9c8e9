/*
 * A keyed hash, for tables whose keys come from strangers: file names, a file's texts. Who does not
 * know the key cannot make many keys that fall on one place of a table, which would make it slow.
 *
 * SipHash-1-3 (https://www.aumasson.jp/siphash/), with a key that each process draws anew. Values
 * differ from run to run: they say where something stands in a table and nothing else. The first
 * call draws the key from the system: a process that locks itself in calls it before.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_HASH_H
#define ZOE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t zoe_hash(const void *bytes, size_t count);

/* The same with a given key: for tests. */
uint64_t zoe_hash_with_key(const uint64_t key[2], const void *bytes, size_t count);

#endif
