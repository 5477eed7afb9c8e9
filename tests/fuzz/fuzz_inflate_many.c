/*
 * Two streams, inflated at once, and up to four: nothing outside their memory is touched, what is
 * read libdeflate reads the same, and what libdeflate packed is read. (libdeflate reads more:
 * symbols that the format reserves, which zlib does not read either.)
 *
 * The input: 2 bytes size of the first output, 2 bytes size of the second, 2 bytes where the rest
 * is cut in two, modulo its size. The highest two bits of these: 0, 1 the halves are zlib streams,
 * 2 they are deflate streams, that are given a head, the checksum and the output's size that they
 * should have, 3 they are packed here.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/inflate_many.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>

enum { HEAD_BYTES = 6, ZLIB_HEAD = 2, CHECKSUM = 4, OUTPUT_MAX = 65535 };

typedef zoe_inflate_job maker(const uint8_t *data, size_t bytes, size_t dst_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void *need(size_t bytes)
{
    void *memory = malloc(bytes ? bytes : 1);
    if (!memory)
        abort();
    return memory;
}

static struct libdeflate_decompressor *libdeflate(void)
{
    static struct libdeflate_decompressor *decompressor;
    if (!decompressor)
        decompressor = libdeflate_alloc_decompressor();
    if (!decompressor)
        abort();
    return decompressor;
}

/* A job on a copy of exactly its size. */
static zoe_inflate_job make(const uint8_t *data, size_t bytes, size_t dst_bytes)
{
    uint8_t *packed = need(bytes);
    if (bytes > 0)
        memcpy(packed, data, bytes);
    return (zoe_inflate_job){packed, bytes, dst_bytes, ZOE_OK, NULL};
}

/* A job on a zlib stream that libdeflate makes; its level is in the size. */
static zoe_inflate_job make_packed(const uint8_t *data, size_t bytes, size_t dst_bytes)
{
    enum { LEVELS = 10 };
    static struct libdeflate_compressor *compressors[LEVELS]; /* take long to make */
    size_t level = dst_bytes % LEVELS;
    if (!compressors[level])
        compressors[level] = libdeflate_alloc_compressor((int)level);
    if (!compressors[level])
        abort();
    size_t bound = libdeflate_zlib_compress_bound(compressors[level], bytes);
    uint8_t *zlib = need(bound);
    size_t end = libdeflate_zlib_compress(compressors[level], data, bytes, zlib, bound);
    zoe_inflate_job job = make(zlib, end, bytes);
    free(zlib);
    return job;
}

/* A job on a zlib stream that begins with a deflate one. Without its end it stays as it is. */
static zoe_inflate_job make_sound(const uint8_t *data, size_t bytes, size_t dst_bytes)
{
    uint8_t *zlib = need(ZLIB_HEAD + bytes + CHECKSUM);
    uint8_t *plain = need(OUTPUT_MAX);
    size_t used = bytes, made = dst_bytes, end = ZLIB_HEAD + bytes;
    zlib[0] = 0x78;
    zlib[1] = 0x01;
    if (bytes > 0)
        memcpy(zlib + ZLIB_HEAD, data, bytes);
    if (libdeflate_deflate_decompress_ex(libdeflate(), zlib + ZLIB_HEAD, bytes, plain, OUTPUT_MAX,
                                         &used, &made) == LIBDEFLATE_SUCCESS) {
        uint32_t sum = libdeflate_adler32(1, plain, made);
        end = ZLIB_HEAD + used;
        for (int i = 0; i < CHECKSUM; i++)
            zlib[end++] = (uint8_t)(sum >> (24 - 8 * i));
    } else {
        made = dst_bytes;
    }
    zoe_inflate_job job = make(zlib, end, made);
    free(plain);
    free(zlib);
    return job;
}

static void check(const zoe_inflate_job *job, bool must_be_read)
{
    const uint8_t *inflated = job->inflated;
    uint8_t *plain = need(job->dst_bytes);
    enum libdeflate_result result = libdeflate_zlib_decompress(
        libdeflate(), job->packed, job->packed_bytes, plain, job->dst_bytes, NULL);
    zoe_status expected = result == LIBDEFLATE_SUCCESS ? ZOE_OK : ZOE_ERROR_CORRUPT;
    if ((inflated != NULL) != (job->status == ZOE_OK) ||
        (inflated && (expected != ZOE_OK || memcmp(inflated, plain, job->dst_bytes) != 0)) ||
        (!inflated && (must_be_read || job->status != ZOE_ERROR_CORRUPT))) {
        fprintf(stderr, "fuzz_inflate_many: %s; libdeflate: %s\n", zoe_status_name(job->status),
                zoe_status_name(expected));
        abort();
    }
    free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes < HEAD_BYTES)
        return 0;
    size_t sizes[3];
    for (int i = 0; i < 3; i++)
        sizes[i] = (size_t)data[2 * i] | (size_t)data[2 * i + 1] << 8;
    data += HEAD_BYTES;
    bytes -= HEAD_BYTES;
    static maker *const makers[] = {make, make, make_sound, make_packed};
    size_t cut = (sizes[2] & 0x3fff) % (bytes + 1), kind = sizes[2] >> 14, most = 0;
    zoe_inflate_job jobs[ZOE_CODEC_MANY];
    for (size_t i = 0; i < ZOE_CODEC_MANY; i++) {
        jobs[i] = i % 2 ? makers[kind](data + cut, bytes - cut, sizes[1])
                        : makers[kind](data, cut, sizes[0]);
        most = jobs[i].dst_bytes > most ? jobs[i].dst_bytes : most;
    }
    for (size_t count = 2; count <= ZOE_CODEC_MANY; count++) {
        void *work = need(zoe_inflate_many_scratch_bytes(most, count));
        zoe_inflate_many(jobs, count, work);
        for (size_t i = 0; i < count; i++)
            check(&jobs[i], makers[kind] == make_packed);
        free(work);
    }
    for (size_t i = 0; i < ZOE_CODEC_MANY; i++)
        free((void *)(uintptr_t)jobs[i].packed);
    return 0;
}
