/*
 * OpenEXR's Huffman code for 16-bit symbols, as PIZ stores its wavelet coefficients and DWA its
 * static AC coefficients: a table of packed code lengths (canonical codes of at most 58 bits), then
 * the bits, with one extra symbol that stands for "repeat the last symbol".
 *
 * Thread-safety: pure on its arguments; any number of threads, each with its own scratch.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_HUFFMAN_H
#define ZOE_CODEC_HUFFMAN_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

/* The scratch that zoe_huffman_decode() needs, in bytes: a constant below 1 MB, whatever the
 * data. */
size_t zoe_huffman_scratch_bytes(void);

/*
 * Decodes `dst_count` symbols from `src_bytes` bytes at `src`, which begin with the code's own
 * 20-byte header. That header says how many bits there are; all of them must be used. Bytes after
 * them are ignored. Only the first `wanted` symbols are sure to be decoded, 0 .. dst_count; when
 * not all are wanted, what comes behind them is not checked. With none, `src` is not looked at.
 *
 * `dst` does not overlap `src` or `scratch`; `scratch` is 64-byte aligned, its contents unspecified
 * before and after. Nothing outside dst[0 .. dst_count-1] is written. Returns ZOE_OK,
 * ZOE_ERROR_CORRUPT or ZOE_STALE (base/stop.h); after an error the contents of `dst` are
 * unspecified.
 */
zoe_status zoe_huffman_decode(const uint8_t *src, size_t src_bytes, uint16_t *dst, size_t dst_count,
                              size_t wanted, void *scratch, size_t scratch_bytes);

#endif
