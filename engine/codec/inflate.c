/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/inflate.h"

#include <pthread.h>
#include <string.h>

#include <libdeflate.h>

enum {
    IN_MARGIN = 64, /* readable bytes past the input that keep the library on its fast path */
    OUT_MARGIN = ZOE_INFLATE_MARGIN, /* likewise, writable bytes past the output */
    COPY_BYTES = 64 * 1024, /* inputs up to here are copied to get their margin; of a larger one
                                the last bytes are too small a part to be worth it */
};

/* The pointer that decoding reads is the thread-local one: no call, no lock. The key exists only
 * because C11 thread-locals have no destructor and a pthread key has. */
static _Thread_local struct libdeflate_decompressor *own;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int key_result; /* written once under `once`, read only after it */

static void destroy(void *decompressor)
{
    libdeflate_free_decompressor(decompressor);
    own = NULL; /* another key's destructor may still decode on this thread */
}

static void make_key(void)
{
    key_result = pthread_key_create(&key, destroy);
}

zoe_status zoe_inflate_prepare(void)
{
    if (own)
        return ZOE_OK;
    pthread_once(&once, make_key);
    if (key_result != 0)
        return ZOE_ERROR_NO_MEMORY;
    struct libdeflate_decompressor *fresh = libdeflate_alloc_decompressor();
    if (!fresh)
        return ZOE_ERROR_NO_MEMORY;
    if (pthread_setspecific(key, fresh) != 0) {
        libdeflate_free_decompressor(fresh);
        return ZOE_ERROR_NO_MEMORY;
    }
    own = fresh;
    return ZOE_OK;
}

zoe_status zoe_inflate(const uint8_t *packed, size_t packed_bytes, uint8_t *dst, size_t dst_bytes)
{
    if (zoe_inflate_is_long(packed_bytes, dst_bytes))
        return zoe_inflate_long(packed, packed_bytes, dst, dst_bytes);
    zoe_status status = zoe_inflate_prepare();
    if (status != ZOE_OK)
        return status;
    /* Without the last argument the library answers "short output" for a stream that ends early. */
    enum libdeflate_result result =
        libdeflate_zlib_decompress(own, packed, packed_bytes, dst, dst_bytes, NULL);
    return result == LIBDEFLATE_SUCCESS ? ZOE_OK : ZOE_ERROR_CORRUPT;
}

size_t zoe_inflate_padded_scratch_bytes(size_t dst_bytes)
{
    size_t more = OUT_MARGIN + COPY_BYTES + IN_MARGIN;
    return dst_bytes > SIZE_MAX - more ? SIZE_MAX : dst_bytes + more;
}

zoe_status zoe_inflate_padded(const uint8_t *packed, size_t packed_bytes, uint8_t *work,
                              size_t work_bytes, size_t dst_bytes)
{
    if (work_bytes < zoe_inflate_padded_scratch_bytes(dst_bytes))
        return ZOE_ERROR_CORRUPT;
    if (zoe_inflate_is_long(packed_bytes, dst_bytes))
        return zoe_inflate_long(packed, packed_bytes, work, dst_bytes);
    zoe_status status = zoe_inflate_prepare();
    if (status != ZOE_OK)
        return status;
    const uint8_t *from = packed;
    size_t from_bytes = packed_bytes;
    if (packed_bytes <= COPY_BYTES) {
        uint8_t *copy = work + dst_bytes + OUT_MARGIN;
        if (packed_bytes > 0)
            memcpy(copy, packed, packed_bytes);
        memset(copy + packed_bytes, 0, IN_MARGIN);
        from = copy;
        from_bytes = packed_bytes + IN_MARGIN;
    }
    size_t used = 0;
    size_t made = 0;
    enum libdeflate_result result = libdeflate_zlib_decompress_ex(
        own, from, from_bytes, work, dst_bytes + OUT_MARGIN, &used, &made);
    /* A stream that goes on into the margin was cut short. */
    bool whole = result == LIBDEFLATE_SUCCESS && used <= packed_bytes && made == dst_bytes;
    return whole ? ZOE_OK : ZOE_ERROR_CORRUPT;
}
