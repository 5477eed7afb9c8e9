#include "commands/bench.h"

#include <stdio.h>
#include <string.h>

#include "model/args.h"
#include "commands/bench_common.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} benchmarks[] = {
    {"decode", zoe_bench_decode, "how fast frames are decoded"},
    {"hit", zoe_bench_hit, "what it costs to get a frame that is loaded"},
    {"loop", zoe_bench_loop, "looping a work area with a given cache"},
    {"scrub", zoe_bench_scrub, "how soon a frame is there after a jump"},
};

static void print_help(void)
{
    printf("usage: zoetrope bench NAME [OPTIONS] SEQUENCE\n\n"
           "Measures what this machine and storage can do. Each has its own --help.\n\n");
    for (size_t i = 0; i < COUNT_OF(benchmarks); i++)
        printf("  %-8s %s\n", benchmarks[i].name, benchmarks[i].help);
}

int zoe_cmd_bench(int argc, char **argv)
{
    static const char command[] = "zoetrope bench";
    if (argc < 2)
        return zoe_usage_error(command, "name one of decode, hit, loop, scrub");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help();
        return ZOE_EXIT_DONE;
    }
    for (size_t i = 0; i < COUNT_OF(benchmarks); i++)
        if (strcmp(argv[1], benchmarks[i].name) == 0)
            return benchmarks[i].run(argc - 1, argv + 1);
    return zoe_usage_error(command, "'%s' is none of decode, hit, loop, scrub", argv[1]);
}
