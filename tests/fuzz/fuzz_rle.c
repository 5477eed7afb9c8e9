/*
 * RLE chunks.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/rle.h"
#include "fuzz_chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    return fuzz_chunk(data, bytes, zoe_rle_decode, zoe_rle_scratch_bytes);
}
