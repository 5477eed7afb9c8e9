/*
 * PXR24 chunks.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/pxr24.h"
#include "fuzz_chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    return fuzz_zlib_chunk(data, bytes, zoe_pxr24_decode, zoe_pxr24_scratch_bytes);
}
