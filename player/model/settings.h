/*
 * Settings: what the player remembers from one run to the next.
 *
 * A JSON object in $XDG_CONFIG_HOME/zoetrope/settings.json ($HOME/.config where XDG_CONFIG_HOME is
 * unset or no absolute path, as the XDG Base Directory Specification says). Unknown keys are
 * ignored; a number out of its range is brought into it; a value of the wrong kind leaves the
 * default and is reported. A file that is no JSON is reported with its line and column, renamed to
 * settings.json.broken, and every default is used.
 *
 * Written to a temporary file beside it and renamed: a reader finds the old settings or the new
 * ones, never a half.
 *
 * Thread-safety: a plain value; one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_SETTINGS_H
#define ZOETROPE_PLAYER_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/display.h>
#include <zoetrope/settings.h>
#include <zoetrope/status.h>
#include <zoetrope/transport.h>
#include <zoetrope/want.h>

enum {
    ZOE_RESERVE_STEP_MB = 512, /* the reserve is kept in these steps */
    ZOE_RESERVE_STEPS_MAX = 16
};

typedef struct zoe_player_settings {
    int32_t cache_percent; /* 25..95. default 75 */
    int32_t reserve_mb;    /* 512..8192, MiB. default 2048 */
    int32_t workers;       /* 0..ZOE_WORKERS_MAX; 0: the engine's default. default 0 */
    zoe_strategy strategy; /* default ZOE_STRATEGY_AUTO */
    zoe_policy policy;     /* default ZOE_POLICY_EVERY_FRAME */
    zoe_loop_mode loop;    /* default ZOE_LOOP */
    zoe_transfer transfer; /* default ZOE_TRANSFER_SRGB */
    int32_t window_width,  /* 320..16384, in the window system's units. default 1280 x 720 */
        window_height;
    int32_t maximized; /* 0 or 1. default 0 */
    double ui_scale;   /* 0.5..4; 0: as the display says. default 0 */
} zoe_player_settings;

/* Fills in every default. */
void zoe_player_settings_init(zoe_player_settings *settings);

/* Writes the settings file's path into path[capacity]. Errors: NOT_FOUND (neither variable is set),
 * ARGUMENT (does not fit). */
zoe_status zoe_player_settings_path(char *path, size_t capacity);

/*
 * Reads the file. *settings always ends up usable. Returns ZOE_OK, also where there is no file;
 * otherwise the text says what was wrong and what was done about it. Errors: SYNTAX, IO,
 * PERMISSION.
 */
zoe_status zoe_player_settings_load(const char *path, zoe_player_settings *settings,
                                    zoe_error *error);

/* Writes the file, and makes its folder where there is none. On failure the old file is untouched.
 * Errors: IO, PERMISSION, NO_MEMORY, ARGUMENT. */
zoe_status zoe_player_settings_save(const char *path, const zoe_player_settings *settings,
                                    zoe_error *error);

#endif
