/*
 * Inflating zlib streams, for the codecs that wrap one.
 *
 * libdeflate's decompressor is an object of some 11 KB that holds its tables; it cannot live in the
 * caller's scratch because the library allocates it itself, and its allocator can only be replaced
 * for the whole process. So each thread keeps one: made by the first call (or by
 * zoe_inflate_prepare, for threads that want to have met every allocation before they start), freed
 * when the thread ends.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_INFLATE_H
#define ZOE_CODEC_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

#include "codec/inflate_many.h"

/* A stream may have a block, and with it a new code, for every 11 bytes: libdeflate makes 700 of
 * those in a millisecond. */
enum { ZOE_INFLATE_LONG = 16 << 20, ZOE_INFLATE_PACKED = 1 << 20 };

/* Can a stream of these sizes take long: more than a tenth of a second or so? */
static inline bool zoe_inflate_is_long(size_t packed_bytes, size_t dst_bytes)
{
    return packed_bytes > ZOE_INFLATE_PACKED || dst_bytes > ZOE_INFLATE_LONG;
}

/* Makes the calling thread's decompressor if it has none. ZOE_OK or ZOE_ERROR_NO_MEMORY.
 * Thread-safety: any thread. */
zoe_status zoe_inflate_prepare(void);

/*
 * Inflates a zlib stream that must hold exactly dst_bytes bytes; what follows the stream in
 * `packed` is ignored, as OpenEXR's own decoder does. The checksum is verified. Behind dst there
 * are ZOE_INFLATE_MARGIN bytes more that may be written to. ZOE_OK, ZOE_ERROR_CORRUPT,
 * ZOE_ERROR_NO_MEMORY where the thread's decompressor cannot be made, or ZOE_STALE (base/stop.h).
 *
 * libdeflate cannot be interrupted, so streams that would take it long go through a loop of ours
 * (codec/inflate_many.h) that can.
 * Thread-safety: any thread.
 */
zoe_status zoe_inflate(const uint8_t *packed, size_t packed_bytes, uint8_t *dst, size_t dst_bytes);

/*
 * The same with padding behind input and output, which is much faster for small and for well
 * compressed streams: the library leaves its fast path some 30 bytes before the end of its input
 * and some 300 bytes before the end of its output, and of a stream of 600 bytes the last 30 can be
 * most of the chunk. The output is the first dst_bytes bytes of `work`; what lies behind, up to
 * zoe_inflate_padded_scratch_bytes(dst_bytes), is overwritten. `packed` must not overlap `work`.
 */
zoe_status zoe_inflate_padded(const uint8_t *packed, size_t packed_bytes, uint8_t *work,
                              size_t work_bytes, size_t dst_bytes);

/* The bytes of `work` that zoe_inflate_padded() needs for an output of dst_bytes; SIZE_MAX when
 * they do not fit in a size_t. */
size_t zoe_inflate_padded_scratch_bytes(size_t dst_bytes);

#endif
