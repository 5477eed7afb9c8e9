/*
 * The front of a DWA chunk: its counters, its channel rules, and what they make of each channel.
 *
 * A chunk begins with eleven 64-bit counters. From version 2 on, a block of rules follows: each
 * names a channel-name suffix and a sample type, and says how such channels are stored. Older
 * versions use a fixed list. Then come the four compressed streams: unknown, AC, DC, RLE.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_DWA_HEADER_H
#define ZOE_CODEC_DWA_HEADER_H

#include "codec/codec.h"
#include "codec/dwa_rules.h"

/* How the AC coefficients are stored, with the format's own numbers. */
enum {
    ZOE_DWA_AC_HUFFMAN = 0,
    ZOE_DWA_AC_DEFLATE = 1,
};

/* A stream inside the packed bytes: `bytes` bytes at `data`, proved to be inside. */
typedef struct zoe_dwa_stream {
    const uint8_t *data;
    size_t bytes;
} zoe_dwa_stream;

typedef struct zoe_dwa_header {
    bool legacy;          /* version 0 or 1: the fixed rules apply */
    zoe_dwa_stream rules; /* empty when legacy */
    zoe_dwa_stream unknown;
    zoe_dwa_stream ac;
    zoe_dwa_stream dc;
    zoe_dwa_stream rle;
    /* Claims of the file, not yet compared with anything. */
    uint64_t unknown_raw_bytes;
    uint64_t rle_coded_bytes; /* after inflating, before undoing the runs */
    uint64_t rle_raw_bytes;
    uint64_t ac_count; /* 16-bit symbols */
    uint64_t dc_count; /* 16-bit values */
    uint64_t ac_compression;
} zoe_dwa_header;

/* What the rules say of one channel. */
typedef struct zoe_dwa_class {
    uint8_t scheme; /* ZOE_DWA_… */
    bool in_set;    /* lossy, and decoded with the two others of its set */
} zoe_dwa_class;

/* Channels that share the name up to the last dot. Complete, of one sampling: stored as Y'CbCr. */
typedef struct zoe_dwa_set {
    const char *prefix;
    size_t prefix_length;
    int32_t index[3]; /* the channels that serve as red, green, blue; -1: none */
} zoe_dwa_set;

/* Splits the chunk into its streams. ZOE_OK or ZOE_ERROR_CORRUPT. */
zoe_status zoe_dwa_read_header(const uint8_t *packed, size_t packed_bytes, zoe_dwa_header *header);

/*
 * Applies the rules, with zoe_dwa_rules_scratch_bytes() of scratch. `classes` and `sets` have room
 * for channel_count each; the first *set_count sets are complete, have distinct lossy channels of
 * equal size, and stand in the order of their data.
 */
zoe_status zoe_dwa_classify(const zoe_dwa_header *header, const zoe_codec_channel *channels,
                            size_t channel_count, void *scratch, zoe_dwa_class *classes,
                            zoe_dwa_set *sets, size_t *set_count);

#endif
