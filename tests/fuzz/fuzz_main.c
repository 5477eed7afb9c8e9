/*
 * Runs a fuzz target without a fuzzer: over the files of a corpus, over changed copies of them, and
 * over random bytes. For ordinary tests, and for a file that a fuzzer has found.
 *
 *   fuzz_… [--rounds N] [--seed X] [FILE | FOLDER]...
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* fopen's "e" */
#endif

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { RANDOM_BYTES = 512, CORPUS_MAX = 4096, FILE_MAX = 1 << 20 };

typedef struct input {
    uint8_t *data;
    size_t bytes;
} input;

static input corpus[CORPUS_MAX];
static size_t corpus_count;

static uint64_t next_random(uint64_t *state, uint64_t below)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % below;
}

/* A copy of exactly the input's size, so that a sanitizer sees every byte beyond. */
static void run(const uint8_t *data, size_t bytes)
{
    uint8_t *copy = malloc(bytes ? bytes : 1);
    if (!copy)
        abort();
    if (bytes)
        memcpy(copy, data, bytes);
    LLVMFuzzerTestOneInput(copy, bytes);
    free(copy);
}

static void add_file(const char *path)
{
    FILE *file = fopen(path, "rbe");
    if (!file || corpus_count == CORPUS_MAX) {
        fprintf(stderr, "%s is left out\n", path);
        if (file)
            fclose(file);
        return;
    }
    input *in = &corpus[corpus_count];
    in->data = malloc(FILE_MAX);
    if (!in->data)
        abort();
    in->bytes = fread(in->data, 1, FILE_MAX, file);
    corpus_count++;
    fclose(file);
}

static void add(const char *path)
{
    struct stat info;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        DIR *folder = opendir(path);
        for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
            char name[4096];
            int n = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
            if (n > 0 && (size_t)n < sizeof name && stat(name, &info) == 0 && S_ISREG(info.st_mode))
                add_file(name);
        }
        if (folder)
            closedir(folder);
    } else {
        add_file(path);
    }
}

static void run_random(uint64_t *state)
{
    uint8_t data[RANDOM_BYTES];
    size_t bytes = (size_t)next_random(state, sizeof data);
    for (size_t i = 0; i < bytes; i++)
        data[i] = (uint8_t)next_random(state, 256);
    run(data, bytes);
}

/* A few bytes changed, or the end cut off. */
static void run_changed(uint64_t *state, const input *in)
{
    if (in->bytes == 0)
        return;
    uint8_t *data = malloc(in->bytes);
    if (!data)
        abort();
    memcpy(data, in->data, in->bytes);
    size_t bytes = in->bytes;
    if (next_random(state, 4) == 0)
        bytes = (size_t)next_random(state, bytes);
    for (uint64_t changes = next_random(state, 8); bytes && changes > 0; changes--) {
        /* Headers are at the beginning: half of the changes go there. */
        size_t range = next_random(state, 2) && bytes > 512 ? 512 : bytes;
        data[next_random(state, range)] = (uint8_t)next_random(state, 256);
    }
    run(data, bytes);
    free(data);
}

int main(int argc, char **argv)
{
    uint64_t rounds = 0, seed = 1;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            rounds = strtoull(argv[++i], NULL, 0);
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            seed = strtoull(argv[++i], NULL, 0);
        else
            add(argv[i]);
    }
    printf("%zu files, %" PRIu64 " rounds, --seed %" PRIu64 "\n", corpus_count, rounds, seed);
    for (size_t i = 0; i < corpus_count; i++)
        run(corpus[i].data, corpus[i].bytes);
    uint64_t state = seed;
    for (uint64_t i = 0; i < rounds; i++) {
        run_random(&state);
        if (corpus_count)
            run_changed(&state, &corpus[next_random(&state, corpus_count)]);
    }
    for (size_t i = 0; i < corpus_count; i++)
        free(corpus[i].data);
    return 0;
}
