/*
 * Real EXR chunks for the codec tests: a file is written by OpenEXRCore into a temporary folder (or
 * an existing file is opened), and each chunk is offered three ways: its packed bytes, the channels
 * and segments that a codec wants, and the bytes that OpenEXR's own decoder makes of it, in file
 * order.
 *
 * Helpers fail the running cmocka test (or abort outside one) when the machine, not the codec, is
 * at fault. Thread-safety: one thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_CODEC_FIXTURE_H
#define ZOE_SUPPORT_CODEC_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/codec.h"

typedef enum fixture_pattern {
    FIXTURE_SMOOTH, /* gentle gradients: compresses well */
    FIXTURE_NOISE,  /* gradients with grain, negative values among them */
    FIXTURE_FLAT,   /* constant areas of 8x8 */
    FIXTURE_SPARSE, /* one sample in four has random bits (NaN, infinities, denormals), the rest are
                       0 */
    FIXTURE_BITS,   /* random bits: the encoder stores most chunks raw */
    FIXTURE_PATTERNS
} fixture_pattern;

typedef struct fixture_channel {
    const char *name;
    uint8_t type; /* ZOE_CODEC_… */
    bool p_linear;
    int32_t x_sampling; /* 0 is taken as 1 */
    int32_t y_sampling; /* 0 is taken as 1 */
} fixture_channel;

typedef struct fixture_spec {
    int compression;       /* exr_compression_t */
    int32_t min_x, min_y;  /* first pixel of the data window; a multiple of every sampling */
    int32_t width, height; /* multiples of every sampling */
    int32_t tile_width, tile_height; /* 0: scanlines */
    const fixture_channel *channels; /* any order; the file sorts them by name */
    size_t channel_count;
    fixture_pattern pattern;
    uint64_t seed;
} fixture_spec;

/* One chunk. `chunk` is ready to decode into `out`: all segments are wanted and lie in file
 * order. */
typedef struct fixture_chunk {
    zoe_codec_chunk chunk;
    uint8_t *packed;             /* chunk.packed_bytes */
    uint8_t *out;                /* chunk.unpacked_bytes; 64-byte aligned */
    uint8_t *expected;           /* OpenEXR's own bytes; NULL when it cannot decode the chunk */
    zoe_codec_channel *channels; /* chunk.channel_count */
    zoe_codec_segment *segments; /* chunk.segment_count */
} fixture_chunk;

typedef struct codec_fixture {
    fixture_chunk *chunks;
    size_t chunk_count;
    int compression;       /* exr_compression_t */
    size_t unpacked_bytes; /* of all chunks */
    size_t packed_bytes;   /* of all chunks */
    char **names;          /* the channels' names, which the chunks refer to */
    size_t name_count;
} codec_fixture;

/* Writes a file as `spec` says, reads it back and removes it. */
codec_fixture *fixture_make(const fixture_spec *spec);
/* Reads part 0 of an existing file, level 0. NULL when it cannot be read. */
codec_fixture *fixture_open(const char *path);
void fixture_free(codec_fixture **fixture);

/* Decodes neighbouring chunks by twos, threes and fours, in pictures of every pattern that
 * compresses, with and without a wrong one among them: each has its own outcome,
 * OpenEXR's own bytes or CORRUPT. */
void fixture_check_many(int compression, zoe_codec_decode_many_fn *decode,
                        zoe_codec_many_scratch_fn *scratch_bytes);

/* For seeded_random_seed(). */
enum { FIXTURE_SEED = 20240229 };

/* The levels of zoe_cpu_limit() worth testing: ends with ~0u. `count` receives how many. */
const unsigned *fixture_cpu_levels(size_t *count);

/*
 * Decodes every chunk with `decode` (raw ones with zoe_none_decode) at every level of SIMD and
 * compares with OpenEXR's own bytes. Each wanted row lies in an allocation of its own,
 * `misalign` bytes (even) past an aligned address, so that AddressSanitizer sees a byte too many.
 * `want(channel, line)` chooses rows; NULL wants all. Restores the limit to ~0u. `tolerance` is
 * NULL for equality, else it says whether a row's bytes are near enough.
 */
typedef bool fixture_want_fn(size_t channel, int32_t line);
typedef bool fixture_near_fn(const zoe_codec_channel *channel, const uint8_t *got,
                             const uint8_t *expected, size_t bytes);
void fixture_check(const codec_fixture *fixture, zoe_codec_decode_fn *decode,
                   zoe_codec_scratch_fn *scratch_bytes, size_t misalign, fixture_want_fn *want,
                   fixture_near_fn *tolerance);

/*
 * The whole round for one compression, through fixture_check and fixture_damage: layouts of one
 * channel to many, of all types, with subsampling; sizes from 1x1 to some chunks with a partial
 * last one; tiles; every pattern; all rows wanted, some wanted, none wanted; aligned and misaligned
 * rows.
 */
void fixture_check_matrix(int compression, zoe_codec_decode_fn *decode,
                          zoe_codec_scratch_fn *scratch_bytes, fixture_near_fn *tolerance);

/*
 * Feeds damaged forms of every chunk to `decode`, `rounds` of each kind: cut short, bits flipped,
 * bytes replaced. Only the status is checked; the sanitizers see the rest. Packed bytes, scratch
 * and output are allocations of exactly their sizes.
 */
void fixture_damage(const codec_fixture *fixture, zoe_codec_decode_fn *decode,
                    zoe_codec_scratch_fn *scratch_bytes, unsigned rounds, uint64_t seed);

#endif
