/*
 * Several zlib streams at once, against libdeflate.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libdeflate.h>

#include "base/cpu.h"
#include "codec/inflate_many.h"
#include "support/codec_fixture.h"
#include "support/seeded_random.h"

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
    for (size_t i = 0; i < n; i++) {
        uint64_t r = seeded_random(random);
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
    uint64_t r = seeded_random(random);
    size_t n = r % 4 == 0 ? r >> 8 & 255 : r >> 8 & 0x1ffff;
    return make(n, (unsigned)(r >> 40) % 6, (int)(r >> 48) % 13, random);
}

typedef struct batch {
    sample samples[ZOE_CODEC_MANY];
    zoe_inflate_job jobs[ZOE_CODEC_MANY];
    size_t count;
    void *work;
} batch;

static batch make_batch(size_t count, uint64_t *random)
{
    batch b = {.count = count};
    for (size_t i = 0; i < count; i++) {
        const sample s = b.samples[i] = random_sample(random);
        b.jobs[i] = (zoe_inflate_job){s.packed, s.packed_bytes, s.plain_bytes, ZOE_ERROR_IO, NULL};
    }
    return b;
}

static void inflate_batch(batch *b)
{
    size_t most = 0;
    for (size_t i = 0; i < b->count; i++)
        most = b->jobs[i].dst_bytes > most ? b->jobs[i].dst_bytes : most;
    size_t bytes = zoe_inflate_many_scratch_bytes(most, b->count);
    b->work = need(bytes);
    memset(b->work, 0x5a, bytes);
    zoe_inflate_many(b->jobs, b->count, b->work);
}

static void drop_batch(batch *b)
{
    for (size_t i = 0; i < b->count; i++)
        drop(&b->samples[i]);
    free(b->work);
}

static void good_streams(void **state)
{
    (void)state;
    uint64_t random = seeded_random_seed(FIXTURE_SEED);
    for (int round = 0; round < 150; round++) {
        zoe_cpu_limit(round & 1 ? ~0u : 0);
        batch b = make_batch(1 + (size_t)(round / 2) % ZOE_CODEC_MANY, &random);
        inflate_batch(&b);
        for (size_t i = 0; i < b.count; i++) {
            assert_string_equal(zoe_status_name(b.jobs[i].status), "OK");
            assert_non_null(b.jobs[i].inflated);
            assert_memory_equal(b.jobs[i].inflated, b.samples[i].plain, b.samples[i].plain_bytes);
        }
        drop_batch(&b);
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
    assert_int_equal(job->inflated != NULL, job->status == ZOE_OK);
    if (job->inflated)
        assert_memory_equal(job->inflated, plain, job->dst_bytes);
    free(plain);
}

/* Damages a stream, or says a wrong size of it. */
static void hurt(zoe_inflate_job *job, sample *s, unsigned how, uint64_t *random)
{
    uint64_t r = seeded_random(random);
    if (how == 0) {
        job->packed_bytes = r % s->packed_bytes;
    } else if (how == 1 && s->plain_bytes > 0) {
        job->dst_bytes = s->plain_bytes - 1 - r % (s->plain_bytes < 600 ? 1 : 600);
    } else {
        size_t reach = how == 2 && s->packed_bytes > 100 ? 100 : s->packed_bytes;
        for (unsigned n = 0; n <= r % 5; n++) {
            uint64_t v = seeded_random(random);
            s->packed[(v >> 8) % reach] ^= (uint8_t)(1u << v % 8);
        }
    }
    /* An allocation of exactly the size that the job now has. */
    uint8_t *packed = need(job->packed_bytes);
    memcpy(packed, s->packed, job->packed_bytes);
    free(s->packed);
    job->packed = s->packed = packed;
}

/* One stream is damaged, or its size is wrong; the others must not suffer. */
static void damaged_streams(void **state)
{
    (void)state;
    uint64_t random = seeded_random_seed(FIXTURE_SEED) + 1;
    for (unsigned round = 0; round < 400; round++) {
        zoe_cpu_limit(round & 1 ? ~0u : 0);
        batch b = make_batch(1 + round / 2 % ZOE_CODEC_MANY, &random);
        size_t victim = seeded_random(&random) % b.count;
        hurt(&b.jobs[victim], &b.samples[victim], round / 4 % 4, &random);
        inflate_batch(&b);
        for (size_t i = 0; i < b.count; i++)
            check_verdict(&b.jobs[i]);
        drop_batch(&b);
    }
    zoe_cpu_limit(~0u);
}

/* Blocks of the fixed codes, of codes of their own and of the fixed ones again; a letter each. */
static void codes_take_turns(void **state)
{
    (void)state;
    static const char fixed_a[] = "0"
                                  "10"
                                  "10010001"
                                  "0000000";
    static const char fixed_b[] = "0"
                                  "10"
                                  "10010010"
                                  "0000000";
    static const char last_c[] = "1"
                                 "10"
                                 "10010011"
                                 "0000000";
    /* 257 lengths and one; the lengths' own code has 18 for zeros and 1; 0 and "end" have 1 bit
     * each. */
    static const char own_0[] = "0"
                                "01"
                                "00000"
                                "00000"
                                "0111"
                                "000"
                                "000"
                                "100"
                                "000"
                                "000"
                                "000"
                                "000"
                                "000"
                                "000"
                                "000"
                                "000"
                                "000"
                                "000"
                                "000"
                                "000"
                                "000"
                                "000"
                                "100"
                                "0"
                                "1"
                                "1111111"
                                "1"
                                "0101011"
                                "0"
                                "0"
                                "0"
                                "1";
    static const char *const blocks[] = {fixed_a, own_0, fixed_b, fixed_a, own_0, own_0, last_c};
    static const uint8_t plain[] = {'a', 0, 'b', 'a', 0, 0, 'c'};
    uint8_t packed[256] = {0x78, 0x9C}, dst[sizeof plain + ZOE_INFLATE_MARGIN];
    size_t bit = 16;
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        for (const char *next = blocks[i]; *next; next++, bit++)
            packed[bit / 8] |= (uint8_t)((*next == '1') << bit % 8);
    size_t at = (bit + 7) / 8;
    uint32_t sum = libdeflate_adler32(1, plain, sizeof plain);
    for (int shift = 24; shift >= 0; shift -= 8)
        packed[at++] = (uint8_t)(sum >> shift);
    assert_int_equal(zoe_inflate_long(packed, at, dst, sizeof plain), ZOE_OK);
    assert_memory_equal(dst, plain, sizeof plain);
}

/* ---- blocks by the hundred ---- */

/* A stream of deflate blocks while it is written, and what it should give. */
typedef struct writer {
    uint8_t *packed, *plain;
    size_t bits, plain_bytes;
} writer;

static void put_bits(writer *w, unsigned value, unsigned count)
{
    for (unsigned i = 0; i < count; i++, w->bits++)
        w->packed[w->bits / 8] |= (uint8_t)((value >> i & 1) << w->bits % 8);
}

/* A code of a deflate block: the lengths of its symbols, 0 for those without. */
typedef struct code {
    unsigned count;
    uint8_t lengths[288];
} code;

static void put_symbol(writer *w, const code *c, unsigned symbol)
{
    unsigned number = 0;
    for (unsigned i = 0; i < c->count; i++) {
        unsigned length = c->lengths[i], own = c->lengths[symbol];
        if (length && (length < own || (length == own && i < symbol)))
            number += 1u << (own - length);
    }
    for (unsigned i = c->lengths[symbol]; i-- > 0;)
        put_bits(w, number >> i, 1);
}

/* A complete code of so many of the symbols, `one` among them: a tree whose leaves are split. */
static code random_code(unsigned count, unsigned used, unsigned one, uint64_t *random)
{
    code c = {.count = count};
    uint8_t leaves[288] = {0};
    unsigned symbols[288], n = 1;
    for (unsigned tries = 0; n < used && tries < 10000; tries++) {
        unsigned leaf = (unsigned)(seeded_random(random) % n);
        if (leaves[leaf] == 15)
            continue;
        leaves[leaf]++;
        leaves[n++] = leaves[leaf];
    }
    for (unsigned i = 0; i < count; i++)
        symbols[i] = i;
    symbols[0] = one;
    symbols[one] = 0;
    for (unsigned i = 1; i < n; i++) {
        unsigned other = i + (unsigned)(seeded_random(random) % (count - i)), kept = symbols[i];
        symbols[i] = symbols[other];
        symbols[other] = kept;
    }
    for (unsigned i = 0; i < n && n > 1; i++)
        c.lengths[symbols[i]] = leaves[i];
    if (n == 1)
        c.lengths[one] = 1;
    return c;
}

/* Both codes, with their lengths as they are: those are 13 symbols of 4 bits and 6 of 5. */
static void put_codes(writer *w, const code *literals, const code *distances, bool last)
{
    static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                      11, 4,  12, 3, 13, 2, 14, 1, 15};
    code of_lengths = {.count = 19};
    for (unsigned i = 0; i < 19; i++)
        of_lengths.lengths[i] = i < 13 ? 4 : 5;
    put_bits(w, last, 1);
    put_bits(w, 2, 2);
    put_bits(w, literals->count - 257, 5);
    put_bits(w, distances->count - 1, 5);
    put_bits(w, 15, 4);
    for (unsigned i = 0; i < 19; i++)
        put_bits(w, of_lengths.lengths[order[i]], 3);
    for (unsigned i = 0; i < literals->count; i++)
        put_symbol(w, &of_lengths, literals->lengths[i]);
    for (unsigned i = 0; i < distances->count; i++)
        put_symbol(w, &of_lengths, distances->lengths[i]);
}

/* A match of 3 bytes, near or far, if there is a symbol for it and enough to copy. */
static bool put_match_of_three(writer *w, const code *literals, const code *distances, uint64_t r)
{
    unsigned symbol = (unsigned)(r % distances->count), extra = symbol < 4 ? 0 : symbol / 2 - 1;
    size_t distance = symbol < 4 ? symbol + 1 : ((2 + symbol % 2) << extra) + 1;
    if (!literals->lengths[257] || !distances->lengths[symbol] || distance > w->plain_bytes)
        return false;
    put_symbol(w, literals, 257);
    put_symbol(w, distances, symbol);
    put_bits(w, 0, extra);
    for (int i = 0; i < 3; i++, w->plain_bytes++)
        w->plain[w->plain_bytes] = w->plain[w->plain_bytes - distance];
    return true;
}

static void put_block(writer *w, bool last, uint64_t *random)
{
    enum { END = 256 };
    uint64_t r = seeded_random(random);
    unsigned used = r % 4 == 0 ? 1 : 1 + (unsigned)(r >> 8) % 257;
    const code literals = random_code(258, used, END, random);
    const code distances = random_code(30, (unsigned)(r >> 16) % 31, 0, random);
    put_codes(w, &literals, &distances, last);
    /* Now and then more than are decoded without a table. */
    unsigned symbols = (unsigned)(r >> 32) % (r % 8 == 1 ? 600 : 10);
    for (unsigned i = 0; i < symbols; i++) {
        unsigned symbol = (unsigned)(seeded_random(random) % END);
        if (i % 3 == 2 && put_match_of_three(w, &literals, &distances, seeded_random(random)))
            continue;
        if (!literals.lengths[symbol])
            continue;
        put_symbol(w, &literals, symbol);
        w->plain[w->plain_bytes++] = (uint8_t)symbol;
    }
    put_symbol(w, &literals, END);
}

static sample make_blocks(unsigned count, uint64_t *random)
{
    enum { BLOCK_BYTES = 4096 };
    writer w = {.packed = calloc(count, BLOCK_BYTES), .plain = need((size_t)count * BLOCK_BYTES)};
    assert_non_null(w.packed);
    put_bits(&w, 0x9C78, 16);
    for (unsigned i = 0; i < count; i++)
        put_block(&w, i + 1 == count, random);
    size_t at = (w.bits + 7) / 8;
    uint32_t sum = libdeflate_adler32(1, w.plain, w.plain_bytes);
    for (int shift = 24; shift >= 0; shift -= 8)
        w.packed[at++] = (uint8_t)(sum >> shift);
    sample s = {need(at), at, w.plain, w.plain_bytes};
    memcpy(s.packed, w.packed, at);
    free(w.packed);
    return s;
}

/* More blocks than have tables made at once: all kinds of codes, of one symbol to all, read the
 * same with and without tables, by itself and side by side. */
static void small_blocks(void **state)
{
    (void)state;
    uint64_t random = seeded_random_seed(FIXTURE_SEED) + 2;
    for (size_t round = 0; round < 12; round++) {
        batch b = {.count = 1 + round % ZOE_CODEC_MANY};
        for (size_t i = 0; i < b.count; i++) {
            const sample s = b.samples[i] = make_blocks(200, &random);
            b.jobs[i] =
                (zoe_inflate_job){s.packed, s.packed_bytes, s.plain_bytes, ZOE_ERROR_IO, NULL};
        }
        if (round >= 8)
            hurt(&b.jobs[0], &b.samples[0], 3, &random);
        inflate_batch(&b);
        for (size_t i = 0; i < b.count; i++) {
            check_verdict(&b.jobs[i]);
            if (round >= 8 && i == 0)
                continue;
            assert_string_equal(zoe_status_name(b.jobs[i].status), "OK");
            assert_memory_equal(b.jobs[i].inflated, b.samples[i].plain, b.samples[i].plain_bytes);
        }
        drop_batch(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_streams),
        cmocka_unit_test(codes_take_turns),
        cmocka_unit_test(damaged_streams),
        cmocka_unit_test(small_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
