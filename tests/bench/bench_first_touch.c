/*
 * What a buffer costs when it is written for the first time: fresh pages, fresh huge pages, and
 * pages that are there already. The three are measured in turn, round by round, so that whatever
 * else the machine does falls on all of them.
 *
 *     bench_first_touch [MEGABYTES [ROUNDS]]
 *
 * Default 70, a 4K frame of four half channels, and 15 rounds.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "bench/median.h"

enum { ROUNDS_MAX = 1000 };

static const size_t huge = (size_t)2 << 20;

/* Writes every byte, as a decoder does. Milliseconds. */
static double touch(uint8_t *memory, size_t bytes, int value)
{
    uint64_t start = zoe_os_now_ns();
    memset(memory, value, bytes);
    /* The compiler must not leave out what is written. */
    __asm__ volatile("" : : "r"(memory) : "memory");
    return (double)(zoe_os_now_ns() - start) / 1e6;
}

/* Bytes of this process that are in huge pages. */
static uint64_t huge_bytes(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    if (!file)
        return 0;
    char line[256];
    unsigned long long kb = 0;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "AnonHugePages: %llu", &kb) == 1)
            break;
    fclose(file);
    return kb * 1024;
}

int main(int argc, char **argv)
{
    size_t megabytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 70;
    int rounds = argc > 2 ? atoi(argv[2]) : 15;
    if (megabytes < 2 || megabytes > 4096 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: %s [MEGABYTES [ROUNDS]]\n", argv[0]);
        return 2;
    }
    static double small[ROUNDS_MAX], large[ROUNDS_MAX], again[ROUNDS_MAX];
    size_t bytes = megabytes * 1000000 / huge * huge;
    uint8_t *memory = zoe_os_reserve(bytes, huge);
    if (!memory) {
        fprintf(stderr, "%s: no address space\n", argv[0]);
        return 1;
    }
    uint64_t got = 0;
    for (int i = 0; i < rounds; i++) {
        zoe_os_release(memory, bytes);
        small[i] = touch(memory, bytes, i);
        zoe_os_release(memory, bytes);
        zoe_os_advise_huge(memory, bytes);
        large[i] = touch(memory, bytes, i);
        got = huge_bytes();
        again[i] = touch(memory, bytes, i + 1);
    }
    double s = median(small, rounds), l = median(large, rounds), a = median(again, rounds);
    printf("first write of %.1f MB, median of %d rounds:\n", (double)bytes / 1e6, rounds);
    printf("  fresh pages       %8.2f ms\n", s);
    printf("  fresh huge pages  %8.2f ms   (%.1f MB of them huge)\n", l, (double)got / 1e6);
    printf("  pages in use      %8.2f ms\n", a);
    printf("fresh : huge : in use = %.1f : %.1f : 1\n", s / a, l / a);
    zoe_os_unreserve(memory, bytes);
    return 0;
}
