#include <string.h>

#include "app/player.h"
#include "commands/bench.h"
#include "commands/generate.h"
#include "commands/info.h"
#include "commands/play_headless.h"
#include "commands/snapshot.h"
#include "model/args.h"
#include "model/options.h"

static int play(int argc, char **argv)
{
    zoe_options options;
    zoe_options_init(&options);
    switch (zoe_options_parse(&options, argc, argv)) {
    case ZOE_ARGS_RUN: break;
    case ZOE_ARGS_DONE: return ZOE_EXIT_DONE;
    default: return ZOE_EXIT_USAGE;
    }
    return options.headless ? zoe_cmd_play_headless(&options) : zoe_player_run(&options);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {
        {"play", play},
        {"info", zoe_cmd_info},
        {"snapshot", zoe_cmd_snapshot},
        {"generate", zoe_cmd_generate},
        {"bench", zoe_cmd_bench},
    };
    /* A file called like a command is opened as ./info or with `zoetrope play info`. */
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof commands[0]; i++) {
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    }
    return play(argc, argv);
}
