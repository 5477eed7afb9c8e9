/*
 * PXR24 chunks. With an odd first byte the data after the header is packed as it is; with an even
 * one it is what a zlib stream holds, so that mutations reach past the stream's checksum.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>

#include "codec/pxr24.h"
#include "fuzz_chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* The header, and the rest as a zlib stream. */
static uint8_t *deflate_payload(const uint8_t *data, size_t *bytes)
{
    size_t header = 4u + data[0] % 8u + 1u;
    if (*bytes < header)
        return NULL;
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(1);
    if (!compressor)
        abort();
    size_t bound = libdeflate_zlib_compress_bound(compressor, *bytes - header);
    uint8_t *made = malloc(header + bound);
    if (!made)
        abort();
    memcpy(made, data, header);
    *bytes = header + libdeflate_zlib_compress(compressor, data + header, *bytes - header,
                                               made + header, bound);
    libdeflate_free_compressor(compressor);
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes < 1)
        return 0;
    bool packed = data[0] & 1;
    ++data;
    --bytes;
    if (packed)
        return fuzz_chunk(data, bytes, zoe_pxr24_decode, zoe_pxr24_scratch_bytes);
    uint8_t *made = bytes > 0 ? deflate_payload(data, &bytes) : NULL;
    if (made)
        fuzz_chunk(made, bytes, zoe_pxr24_decode, zoe_pxr24_scratch_bytes);
    free(made);
    return 0;
}
