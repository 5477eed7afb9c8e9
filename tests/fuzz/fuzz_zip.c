/*
 * ZIP chunks.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/zip.h"
#include "fuzz_chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    return fuzz_zlib_chunk(data, bytes, zoe_zip_decode, zoe_zip_scratch_bytes);
}
