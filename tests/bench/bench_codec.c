/*
 * Where decoding time goes: the chunks of a file, one thread, from memory to memory, beside what a
 * copy of the samples takes, and, for codecs with a zlib stream, what libdeflate alone takes. All
 * are measured in turn, round by round, so that whatever else the machine does falls on all of
 * them. Milliseconds a picture, the median over the rounds.
 *
 *     bench_codec [--rounds N] FILE...        default 9
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>

#include <zoetrope/header.h>

#include "base/os.h"
#include "bench/median.h"
#include "codec/codecs.h"
#include "codec/none.h"
#include "support/codec_fixture.h"

enum { ROUNDS_MAX = 1000 };

/* What is measured: each goes through all chunks. */
typedef struct bench {
    const codec_fixture *fixture;
    const zoe_codec *codec;
    uint8_t *samples; /* as many as the picture has */
    void *scratch;
    size_t scratch_bytes;
    size_t at_once; /* chunks that a codec is given together */
    struct libdeflate_decompressor *libdeflate;
} bench;

static void fail(const char *what)
{
    fprintf(stderr, "bench_codec: %s\n", what);
    exit(1);
}

static bool is_raw(const zoe_codec_chunk *chunk)
{
    return chunk->packed_bytes == chunk->unpacked_bytes;
}

static void copy(const bench *b)
{
    const uint8_t *from = b->samples;
    for (size_t i = 0; i < b->fixture->chunk_count; i++) {
        const fixture_chunk *c = &b->fixture->chunks[i];
        memcpy(c->out, from, c->chunk.unpacked_bytes);
        from += c->chunk.unpacked_bytes;
    }
}

static void one_by_one(const bench *b)
{
    for (size_t i = 0; i < b->fixture->chunk_count; i++) {
        const zoe_codec_chunk *chunk = &b->fixture->chunks[i].chunk;
        zoe_status status = is_raw(chunk) ? zoe_none_decode(chunk, NULL, 0)
                                          : b->codec->decode(chunk, b->scratch, b->scratch_bytes);
        if (status != ZOE_OK)
            fail(zoe_status_name(status));
    }
}

static void together(const bench *b)
{
    const zoe_codec_chunk *chunks[ZOE_CODEC_MANY];
    zoe_status status[ZOE_CODEC_MANY];
    size_t count = 0;
    for (size_t i = 0; i < b->fixture->chunk_count; i++) {
        const zoe_codec_chunk *chunk = &b->fixture->chunks[i].chunk;
        if (is_raw(chunk))
            zoe_none_decode(chunk, NULL, 0);
        else
            chunks[count++] = chunk;
        if (count < b->at_once && (i + 1 < b->fixture->chunk_count || count == 0))
            continue;
        b->codec->decode_many(chunks, count, b->scratch, b->scratch_bytes, status);
        for (size_t j = 0; j < count; j++)
            if (status[j] != ZOE_OK)
                fail(zoe_status_name(status[j]));
        count = 0;
    }
}

static void inflate(const bench *b)
{
    for (size_t i = 0; i < b->fixture->chunk_count; i++) {
        const zoe_codec_chunk *chunk = &b->fixture->chunks[i].chunk;
        size_t made;
        if (!is_raw(chunk) &&
            libdeflate_zlib_decompress(b->libdeflate, chunk->packed, chunk->packed_bytes,
                                       b->scratch, b->scratch_bytes, &made) != 0)
            fail("libdeflate refuses a chunk");
    }
}

static double timed(void (*what)(const bench *), const bench *b)
{
    uint64_t start = zoe_os_now_ns();
    what(b);
    return (double)(zoe_os_now_ns() - start) / 1e6;
}

static void make_scratch(bench *b)
{
    size_t most = 0;
    for (size_t i = 0; i < b->fixture->chunk_count; i++) {
        const zoe_codec_chunk *chunk = &b->fixture->chunks[i].chunk;
        size_t sizes[3] = {chunk->unpacked_bytes, b->codec->scratch_bytes(chunk),
                           b->codec->decode_many ? b->codec->many_scratch_bytes(chunk, b->at_once)
                                                 : 0};
        for (int j = 0; j < 3; j++)
            most = sizes[j] > most ? sizes[j] : most;
    }
    b->scratch_bytes = (most + 63) / 64 * 64;
    b->scratch = aligned_alloc(64, b->scratch_bytes);
    b->samples = malloc(b->fixture->unpacked_bytes);
    if (!b->scratch || !b->samples)
        fail("out of memory");
    memset(b->scratch, 1, b->scratch_bytes);
    memset(b->samples, 1, b->fixture->unpacked_bytes);
}

static void print_column(double *values, int rounds, bool measured)
{
    if (measured)
        printf(" %9.1f", median(values, rounds));
    else
        printf(" %9s", "-");
}

static void run(const char *path, int rounds)
{
    static double times[4][ROUNDS_MAX];
    codec_fixture *fixture = fixture_open(path);
    bench b = {.fixture = fixture};
    if (fixture)
        b.codec = zoe_codec_of((zoe_compression)fixture->compression);
    if (!b.codec || fixture->chunk_count == 0)
        fail(path);
    b.at_once = zoe_codec_together(b.codec, fixture->chunks[0].chunk.unpacked_bytes);
    b.libdeflate = libdeflate_alloc_decompressor();
    make_scratch(&b);
    bool zlib = b.codec->decode_many != NULL;
    for (int r = -1; r < rounds; r++) { /* the first one is thrown away */
        int at = r < 0 ? 0 : r;
        times[0][at] = timed(copy, &b);
        times[1][at] = timed(one_by_one, &b);
        times[2][at] = zlib ? timed(together, &b) : 0;
        times[3][at] = zlib ? timed(inflate, &b) : 0;
    }
    const char *name = strrchr(path, '/');
    printf("%-28s %-8s", name ? name + 1 : path,
           zoe_compression_name((zoe_compression)fixture->compression));
    print_column(times[0], rounds, true);
    print_column(times[1], rounds, true);
    print_column(times[2], rounds, zlib);
    print_column(times[3], rounds, zlib);
    printf("\n");
    libdeflate_free_decompressor(b.libdeflate);
    free(b.samples);
    free(b.scratch);
    fixture_free(&fixture);
}

int main(int argc, char **argv)
{
    int rounds = 9, first = 1;
    if (argc > 2 && strcmp(argv[1], "--rounds") == 0) {
        rounds = atoi(argv[2]);
        first = 3;
    }
    if (first >= argc || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_codec [--rounds N] FILE...\n");
        return 2;
    }
    printf("%-28s %-8s %9s %9s %9s %9s\n", "file", "codec", "copy", "alone", "together",
           "libdeflate");
    for (int i = first; i < argc; i++)
        run(argv[i], rounds);
    return 0;
}
