/*
 * Chunks in a compression that OpenEXR's library knows and Zoetrope does not: unpacked by the
 * library's own pipeline.
 *
 * Thread-safety: the context is only read; any number of threads, each with its own chunk and
 * memory.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_LIBRARY_CODEC_H
#define ZOE_EXR_LIBRARY_CODEC_H

#include <stdbool.h>

#include <openexr.h>

#include <zoetrope/status.h>

#include "codec/codec.h"
#include "memory/blocks.h"

/* An upper bound of what unpacking a chunk takes beside the unpacked data: what the library
 * allocates through its hooks, from the scratch, and the memory that OpenJPH, with which it decodes
 * HTJ2K and LJ2K, takes from the heap by itself. It is more than zstd takes. */
zoe_codec_scratch_fn zoe_exr_library_scratch_bytes;

/*
 * Unpacks chunk->packed, the chunk that `info` describes, into `unpacked`, which has room for
 * chunk->unpacked_bytes, and its rows to where chunk->segments says. The library's allocations come
 * from `memory`. *result is what the library answered; false where that is no success.
 */
bool zoe_exr_library_decode(exr_const_context_t context, int32_t part, const exr_chunk_info_t *info,
                            const zoe_codec_chunk *chunk, void *unpacked, zoe_blocks *memory,
                            exr_result_t *result);

#endif
