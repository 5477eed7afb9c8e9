/*
 * Inflating up to four zlib streams at once on one thread.
 *
 * What a literal costs is the wait for its table entry, whose address depends on the length of the
 * one before: some seven cycles in which a core has little else to do. Several streams' waits
 * overlap. Of chunks of a noisy picture this takes, measured on 4K frames with grain, 0.64 of the
 * time that libdeflate takes for one after the other (tiles, ZIPS), 0.72 with only two streams at
 * hand, and 0.81 where matches are many (ZIP, two streams); and it allocates nothing.
 *
 * The streams are begun together: chunks of one size have their literals first and their matches
 * last, and go fastest side by side while they are at the same. Giving a lane its next chunk as
 * soon as it is through with one was measured to be 3 % slower.
 *
 * Source of the format: RFC 1950 and RFC 1951.
 *
 * Thread-safety: pure on its arguments; any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_INFLATE_MANY_H
#define ZOE_CODEC_INFLATE_MANY_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

#include "codec/codec.h"

/* Writable bytes that zoe_inflate_long() and zoe_inflate() (inflate.h) want behind their output. */
enum { ZOE_INFLATE_MARGIN = 512 };

/* One stream: it must hold exactly dst_bytes bytes; what follows it in `packed` is ignored. */
typedef struct zoe_inflate_job {
    const uint8_t *packed;
    size_t packed_bytes;
    size_t dst_bytes;
    zoe_status status;       /* out: ZOE_OK, ZOE_ERROR_CORRUPT, or ZOE_STALE (base/stop.h) */
    const uint8_t *inflated; /* out: dst_bytes bytes in `work`, or NULL */
} zoe_inflate_job;

/* Inflates ZOE_CODEC_MANY at most, each with its own outcome; checksums are verified. `work`:
 * 4-byte aligned, zoe_inflate_many_scratch_bytes() bytes for as many jobs, none of which has more
 * than `most` dst_bytes; SIZE_MAX when that does not fit. */
void zoe_inflate_many(zoe_inflate_job *jobs, size_t count, void *work);

/* One stream that may be of any size, with looks at whether to stop: ZOE_OK, ZOE_ERROR_CORRUPT or
 * ZOE_STALE (base/stop.h). Behind dst there are ZOE_INFLATE_MARGIN writable bytes. */
zoe_status zoe_inflate_long(const uint8_t *packed, size_t packed_bytes, uint8_t *dst,
                            size_t dst_bytes);
size_t zoe_inflate_many_scratch_bytes(size_t most, size_t count);

#endif
