/*
 * Two zlib streams at once, against libdeflate.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libdeflate.h>

#include "codec/cpu.h"
#include "codec/inflate_pair.h"
#include "codec_fixture.h"

/* A stream in an allocation of exactly its size, and what it should give. */
typedef struct sample {
    uint8_t *packed;
    size_t packed_bytes;
    uint8_t *plain;
    size_t plain_bytes;
} sample;

static void *need(size_t bytes)
{
    void *memory = malloc(bytes ? bytes : 1);
    assert_non_null(memory);
    return memory;
}

/* Bytes of one of six kinds: noise, skewed noise, repeats near and far, runs, and a mixture. */
static void fill(uint8_t *to, size_t n, unsigned kind, uint64_t *random)
{
    for (size_t i = 0; i < n; ++i) {
        uint64_t r = fixture_random(random);
        unsigned k = kind == 5 ? (unsigned)(i / 700 % 5) : kind;
        if (k == 0)
            to[i] = (uint8_t)r;
        else if (k == 1)
            to[i] =
                (uint8_t)(128 + ((int)(r & 15) + (int)(r >> 4 & 15) + (int)(r >> 8 & 127) / 100));
        else if (k == 2)
            to[i] = i >= 7 && r % 16 ? to[i - 1 - r / 65536 % 7] : (uint8_t)r;
        else if (k == 3)
            to[i] = i >= 3000 ? (uint8_t)(to[i - 3000] + (r % 20 == 0)) : (uint8_t)r;
        else
            to[i] = (uint8_t)(i / 300);
    }
}

static sample make(size_t n, unsigned kind, int level, uint64_t *random)
{
    sample s = {.plain = need(n), .plain_bytes = n};
    fill(s.plain, n, kind, random);
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);
    assert_non_null(compressor);
    size_t bound = libdeflate_zlib_compress_bound(compressor, n);
    uint8_t *packed = need(bound);
    s.packed_bytes = libdeflate_zlib_compress(compressor, s.plain, n, packed, bound);
    s.packed = need(s.packed_bytes);
    memcpy(s.packed, packed, s.packed_bytes);
    free(packed);
    libdeflate_free_compressor(compressor);
    return s;
}

static void drop(sample *s)
{
    free(s->packed);
    free(s->plain);
}

static sample random_sample(uint64_t *random)
{
    uint64_t r = fixture_random(random);
    size_t n = r % 4 == 0 ? r >> 8 & 255 : r >> 8 & 0x1ffff;
    return make(n, (unsigned)(r >> 40) % 6, (int)(r >> 48) % 13, random);
}

static void inflate_both(zoe_inflate_job *a, zoe_inflate_job *b)
{
    void *tables = need(ZOE_INFLATE_PAIR_TABLE_BYTES);
    memset(tables, 0x5a, ZOE_INFLATE_PAIR_TABLE_BYTES);
    zoe_inflate_pair(a, b, tables);
    free(tables);
}

static zoe_inflate_job job_of(const sample *s)
{
    return (zoe_inflate_job){s->packed, s->packed_bytes,
                             need(s->plain_bytes + ZOE_INFLATE_PAIR_MARGIN), s->plain_bytes,
                             ZOE_ERROR_IO};
}

static void good_streams(void **state)
{
    (void)state;
    uint64_t random = fixture_seed();
    for (int round = 0; round < 150; ++round) {
        zoe_cpu_limit(round & 1 ? ~0u : 0);
        sample s[2] = {random_sample(&random), random_sample(&random)};
        zoe_inflate_job a = job_of(&s[0]);
        zoe_inflate_job b = job_of(&s[1]);
        inflate_both(&a, &b);
        assert_string_equal(zoe_status_name(a.status), "OK");
        assert_string_equal(zoe_status_name(b.status), "OK");
        assert_memory_equal(a.dst, s[0].plain, s[0].plain_bytes);
        assert_memory_equal(b.dst, s[1].plain, s[1].plain_bytes);
        free(a.dst);
        free(b.dst);
        drop(&s[0]);
        drop(&s[1]);
    }
    zoe_cpu_limit(~0u);
}

/* What libdeflate makes of a job: OK only with the same bytes. */
static void check_verdict(const zoe_inflate_job *job)
{
    uint8_t *plain = need(job->dst_bytes);
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    assert_non_null(d);
    enum libdeflate_result result =
        libdeflate_zlib_decompress(d, job->packed, job->packed_bytes, plain, job->dst_bytes, NULL);
    libdeflate_free_decompressor(d);
    assert_string_equal(zoe_status_name(job->status),
                        result == LIBDEFLATE_SUCCESS ? "OK" : "ERROR_CORRUPT");
    if (job->status == ZOE_OK)
        assert_memory_equal(job->dst, plain, job->dst_bytes);
    free(plain);
}

/* One stream is damaged, or its size is wrong; the other must not suffer. */
static void damaged_streams(void **state)
{
    (void)state;
    uint64_t random = fixture_seed() + 1;
    for (int round = 0; round < 400; ++round) {
        zoe_cpu_limit(round & 1 ? ~0u : 0);
        sample s[2] = {random_sample(&random), random_sample(&random)};
        sample *hurt = &s[round >> 1 & 1];
        zoe_inflate_job a = job_of(&s[0]);
        zoe_inflate_job b = job_of(&s[1]);
        zoe_inflate_job *job = hurt == &s[0] ? &a : &b;
        uint64_t r = fixture_random(&random);
        if (round % 4 == 0) {
            job->packed_bytes = r % hurt->packed_bytes;
        } else if (round % 4 == 1 && hurt->plain_bytes > 0) {
            job->dst_bytes = hurt->plain_bytes - 1 - r % (hurt->plain_bytes < 600 ? 1 : 600);
        } else {
            size_t reach = round % 4 == 2 && hurt->packed_bytes > 100 ? 100 : hurt->packed_bytes;
            for (unsigned n = 0; n <= r % 5; ++n) {
                uint64_t v = fixture_random(&random);
                hurt->packed[(v >> 8) % reach] ^= (uint8_t)(1u << v % 8);
            }
        }
        /* Allocations of exactly the sizes that the job now has. */
        uint8_t *packed = need(job->packed_bytes);
        memcpy(packed, hurt->packed, job->packed_bytes);
        job->packed = packed;
        free(job->dst);
        job->dst = need(job->dst_bytes + ZOE_INFLATE_PAIR_MARGIN);
        inflate_both(&a, &b);
        check_verdict(&a);
        check_verdict(&b);
        free(packed);
        free(a.dst);
        free(b.dst);
        drop(&s[0]);
        drop(&s[1]);
    }
    zoe_cpu_limit(~0u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_streams),
        cmocka_unit_test(damaged_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
