/*
 * B44 chunks.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/b44.h"
#include "fuzz_chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    return fuzz_chunk(data, bytes, zoe_b44_decode, zoe_b44_scratch_bytes);
}
