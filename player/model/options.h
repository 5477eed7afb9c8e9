/*
 * Options of `zoetrope play` (the default command), with a window or headless.
 *
 * Every setting has an option, and every option that has a setting has a `..._given` flag, so that
 * the program can let the settings file speak where the command line is silent:
 *
 *     zoe_options options;
 *     zoe_options_init(&options);
 *     switch (zoe_options_parse(&options, argc, argv)) { ... }
 *
 * Frames are frame numbers (as in file names), not positions.
 *
 * Thread-safety: a plain value; one thread at a time. Ownership: texts point into argv.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_OPTIONS_H
#define ZOETROPE_PLAYER_OPTIONS_H

#include <stdint.h>

#include <zoetrope/engine.h>
#include <zoetrope/settings.h>
#include <zoetrope/transport.h>
#include <zoetrope/want.h>

#include "model/args.h"

typedef struct zoe_options {
    /* what to play */
    char **sequences;       /* [sequence_count], into argv, as reordered by parsing */
    int32_t sequence_count; /* 0: none given (never with `headless`) */
    const char *layer;      /* NULL: the file's default */
    const char *view;       /* NULL: the file's default */
    int32_t proxy;          /* as shift: 0 full size, 1 half, 2 a quarter, 3 an eighth */
    int32_t proxy_given;
    int32_t overscan;       /* 1: show the data window too. default 0 */
    int32_t full_precision; /* 1: float stays float. default 0 */

    /* how to play */
    int64_t in, out; /* frame numbers; only where given. in <= out when both are given */
    int32_t in_given, out_given;
    int64_t frame; /* frame number to start at; only where given */
    int32_t frame_given;
    zoe_rate rate; /* frames a second; only where given: else the file's, else 24.
                      numerator 0 (headless only): as fast as frames get ready */
    int32_t rate_given;
    int32_t loop; /* zoe_loop_mode. default ZOE_LOOP */
    int32_t loop_given;
    int32_t policy; /* zoe_policy. default ZOE_POLICY_EVERY_FRAME */
    int32_t policy_given;
    int32_t play; /* 1: start playing at once. default 0 */

    /* memory and workers */
    int64_t cache_percent; /* 25..95; 0: not given (default 75) */
    int64_t cache_mb;      /* MiB, 16 or more, overrides percent and reserve; 0: not given */
    double reserve_gb;     /* GiB, 0.5..8; 0: not given (default 2) */
    int64_t workers;       /* 1..ZOE_WORKERS_MAX; 0: default, three quarters of the cores */
    int32_t workers_given;
    int32_t strategy; /* zoe_strategy. default ZOE_STRATEGY_AUTO */
    int32_t strategy_given;

    /* the program */
    int32_t headless;   /* 1: no window, and no settings file either */
    int32_t json;       /* headless: print one JSON object */
    int64_t loops;      /* headless: times the work area is played. default 1 */
    int32_t fullscreen; /* 1: start in full screen */
    zoe_extent size;    /* window size in screen units, each 160..16384; 0 x 0: not given */
    double ui_scale;    /* 0.5..4; 0: not given, as the display says */
    const char *config; /* settings file; NULL: the one in the user's config folder */
    int32_t use_config; /* 0: neither read nor write a settings file. default 1 */
    int32_t verbose;    /* times -v was given: 0 errors and warnings, 1 info, 2 debug */
} zoe_options;

/* Fills in every default. */
void zoe_options_init(zoe_options *options);

/*
 * Parses argv[1..] into options that were initialised. On ZOE_ARGS_WRONG one line was written to
 * stderr; on ZOE_ARGS_DONE the help or the version was printed.
 */
zoe_args_result zoe_options_parse(zoe_options *options, int argc, char **argv);

/*
 * Engine settings with the options' budget, workers and log level over what is in *settings, which
 * was initialised before (and may hold what the settings file said). An explicit --cache-mb wins
 * over --cache-percent and --reserve-gb; either of those wins over an explicit size in *settings.
 */
void zoe_options_apply(const zoe_options *options, zoe_engine_settings *settings);

/* The layer, view, proxy, overscan and precision options over an initialised *settings. The texts
 * live as long as argv. */
void zoe_options_apply_source(const zoe_options *options, zoe_source_settings *settings);

#endif
