/*
 * Two zlib streams at once: 2 bytes each of output size, 2 of where the data is cut in two, and the
 * data.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/inflate_pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void *need(size_t bytes)
{
    void *memory = malloc(bytes ? bytes : 1);
    if (!memory)
        abort();
    return memory;
}

/* A job on copies of exactly its sizes. */
static zoe_inflate_job make(const uint8_t *data, size_t bytes, size_t dst_bytes)
{
    uint8_t *packed = need(bytes);
    if (bytes > 0)
        memcpy(packed, data, bytes);
    return (zoe_inflate_job){packed, bytes, need(dst_bytes + ZOE_INFLATE_PAIR_MARGIN), dst_bytes,
                             ZOE_OK};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes < 6)
        return 0;
    size_t sizes[3];
    for (int i = 0; i < 3; ++i)
        sizes[i] = (size_t)data[2 * i] | (size_t)data[2 * i + 1] << 8;
    data += 6;
    bytes -= 6;
    size_t cut = sizes[2] % (bytes + 1);
    zoe_inflate_job a = make(data, cut, sizes[0]);
    zoe_inflate_job b = make(data + cut, bytes - cut, sizes[1]);
    void *tables = need(ZOE_INFLATE_PAIR_TABLE_BYTES);
    zoe_inflate_pair(&a, &b, tables);
    free(tables);
    free((void *)(uintptr_t)a.packed);
    free((void *)(uintptr_t)b.packed);
    free(a.dst);
    free(b.dst);
    return 0;
}
