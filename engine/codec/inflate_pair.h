/*
 * Inflating two zlib streams at once on one thread.
 *
 * A literal of a noisy picture waits for one thing only: its table entry, some five cycles after the one
 * before is known. No inflater can be faster on one stream; but two streams' chains fit beside each other in
 * one core. Where two chunks are at hand, this takes about two thirds of the time that libdeflate takes for one
 * after the other, and it needs no memory of its own.
 *
 * Source of the format: RFC 1950 and RFC 1951.
 *
 * Thread-safety: pure on its arguments; any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_INFLATE_PAIR_H
#define ZOE_CODEC_INFLATE_PAIR_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

enum {
    ZOE_INFLATE_PAIR_MARGIN = 512,             /* writable bytes after each output */
    ZOE_INFLATE_PAIR_TABLE_BYTES = 2 * 12 * 1024, /* of `tables`, 4-byte aligned */
};

/* One stream: it must hold exactly dst_bytes bytes; what follows it in `packed` is ignored. */
typedef struct zoe_inflate_job {
    const uint8_t *packed;
    size_t packed_bytes;
    uint8_t *dst; /* dst_bytes bytes, and ZOE_INFLATE_PAIR_MARGIN more that are scribbled on */
    size_t dst_bytes;
    zoe_status status; /* out: ZOE_OK or ZOE_ERROR_CORRUPT */
} zoe_inflate_job;

/* Inflates both, each with its own outcome; checksums are verified. */
void zoe_inflate_pair(zoe_inflate_job *a, zoe_inflate_job *b, void *tables);

#endif
