/*
 * One chunk of an EXR file, from its packed bytes to the caller's rows.
 *
 * A codec knows nothing of planes, pools or threads. It is given a chunk's packed bytes, the
 * channels in file order, and a list of segments that says where every row of every channel goes.
 * Rows that nobody wants have no destination: a codec skips what work it can for them. Samples are
 * written in the file's own type and in native (little-endian) order; conversion happens elsewhere.
 *
 * Input is hostile: a codec proves or checks every bound, never writes past a segment, never reads
 * past `packed`, uses only the scratch it was given, and answers ZOE_ERROR_CORRUPT when the data
 * cannot be right. What the segments hold after a failure is unspecified.
 *
 * Each codec has a scalar form, which is the reference, and may have SIMD forms; zoe_cpu_features()
 * chooses among them. All forms write the same bytes.
 *
 * Thread-safety: every function here is pure on its arguments; any number of threads, each with its
 * own chunk and scratch.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_CODEC_H
#define ZOE_CODEC_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

/* Sample types, with OpenEXR's own numbers (exr_pixel_type_t). */
enum {
    ZOE_CODEC_UINT = 0,  /* uint32, 4 bytes */
    ZOE_CODEC_HALF = 1,  /* binary16, 2 bytes */
    ZOE_CODEC_FLOAT = 2, /* binary32, 4 bytes */
};

/* One channel of a chunk, in file order. */
typedef struct zoe_codec_channel {
    const char *name;   /* as in the file, such as "R" or "beauty.R"; DWA classifies by it */
    uint8_t type;       /* ZOE_CODEC_… */
    bool p_linear;      /* the channel list's pLinear flag (B44) */
    int32_t width;      /* samples a row; 0 is possible for a subsampled channel */
    int32_t height;     /* rows in this chunk; 0 is possible for a subsampled channel */
    int32_t x_sampling; /* 1 or more */
    int32_t y_sampling; /* 1 or more; the channel has a row at y when y % y_sampling == 0 */
} zoe_codec_channel;

/* Where one row of one channel goes. */
typedef struct zoe_codec_segment {
    uint8_t *dst; /* `bytes` bytes, 2-byte aligned at least; NULL: this row is not wanted */
    size_t bytes; /* channel width x sample size; 2^30 floats are 4 GB */
} zoe_codec_segment;

typedef struct zoe_codec_chunk {
    const uint8_t *packed; /* packed_bytes bytes as read from the file */
    size_t packed_bytes;
    size_t unpacked_bytes; /* sum of all segments' bytes, whether wanted or not */
    int32_t first_y;       /* pixel row of the chunk's first line */
    int32_t line_count;    /* lines in the chunk: rows of a channel without subsampling */
    const zoe_codec_channel *channels;
    size_t channel_count;
    /* Rows in the file's unpacked order: for each line from the top, each channel in file order
     * that has a row there. segment_count is the sum of the channels' heights; but of codecs that
     * do not look at channels (codecs.h) several rows of a line that nobody wants may be one
     * segment, and the channels' heights be anything. */
    const zoe_codec_segment *segments;
    size_t segment_count;
} zoe_codec_chunk;

/*
 * Decodes one chunk. `scratch` is 64-byte aligned and at least the codec's scratch_bytes() for this
 * chunk long; its contents are unspecified before and after. Returns ZOE_OK, ZOE_ERROR_CORRUPT,
 * ZOE_STALE where the thread was told to stop (base/stop.h; a chunk can be a whole picture), or on
 * a thread's first call ZOE_ERROR_NO_MEMORY (codecs that inflate: inflate.h).
 *
 * A chunk whose packed size equals its unpacked size was stored raw: the caller sends it to
 * zoe_none_decode, whatever the file's compression.
 */
typedef zoe_status zoe_codec_decode_fn(const zoe_codec_chunk *chunk, void *scratch,
                                       size_t scratch_bytes);

/* An upper bound of the scratch that decoding needs, from sizes alone (`packed` may be NULL).
 * SIZE_MAX when it does not fit in a size_t. */
typedef size_t zoe_codec_scratch_fn(const zoe_codec_chunk *chunk);

/* Chunks that a codec is given together, at most. */
enum { ZOE_CODEC_MANY = 4 };

/*
 * Decodes 2..ZOE_CODEC_MANY chunks, side by side where that is faster than one after the other:
 * status[i] receives what decoding chunks[i] alone would answer. None is stored raw. Scratch as
 * above, of its own bound: for `count` chunks, none of which is larger than `largest`.
 */
typedef void zoe_codec_decode_many_fn(const zoe_codec_chunk *const *chunks, size_t count,
                                      void *scratch, size_t scratch_bytes, zoe_status *status);
typedef size_t zoe_codec_many_scratch_fn(const zoe_codec_chunk *largest, size_t count);

#endif
