/*
 * Options: every value of `zoetrope play` that the command line, the settings file or the settings
 * panel may set, in one struct, and the table that describes them. A new one is a member here and a
 * row of the table in options.c; what it does while the program runs stands in app/effects.c.
 *
 * The command line wins over the settings file, which wins over the default, and is not written to
 * the file. So the player has three of these structs: what the command line gave, what the file
 * keeps, and what is in force:
 *
 *     zoe_options given, kept, now;
 *     zoe_options_init(&given);
 *     switch (zoe_options_parse(&given, argc, argv)) { ... }
 *     zoe_settings_load(path, &kept, &error);
 *     now = kept;
 *     zoe_options_override(&now, &given);
 *
 * Frames are frame numbers (as in file names), not positions.
 *
 * Thread-safety: a plain value; one thread at a time. Ownership: texts point into argv.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_OPTIONS_H
#define ZOETROPE_PLAYER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/engine.h>
#include <zoetrope/settings.h>
#include <zoetrope/storage.h>

#include "model/args.h"
#include "model/option.h"

/* Words that the tables of several commands have. */
#define ZOE_WORDS_PROXY     "1|1/2|1/4|1/8"
#define ZOE_WORDS_TRANSFER  "srgb|rec709|linear"
#define ZOE_WORDS_ISOLATION "off|on|auto"
#define ZOE_WORDS_LUT       "linear|display|scene|log"

/* Ranges and defaults: see the table. */
typedef struct zoe_options {
    /* what to play */
    char **sequences;       /* [sequence_count], into argv, as reordered by parsing */
    int32_t sequence_count; /* 0: none given (never with `headless`) */
    uint64_t given[2];      /* bit i: the command line gave the option in row i */

    /* how to play */
    int64_t in, out;      /* frame numbers; only where given. in <= out when both are given */
    int64_t frame;        /* frame number to start at; only where given */
    bool play;            /* start playing at once */
    bool stay;            /* the window opens also where none of the sequences can be */
    const char *compare;  /* a sequence to compare the first one with; NULL: none */
    int32_t compare_mode; /* zoe_compare_mode less one; also without `compare`, where it is given */
    int32_t compare_align;  /* 1: first frames belong together */
    int64_t compare_offset; /* frames */
    int32_t compare_size;   /* 1: pixel for pixel */
    bool restore;           /* open again what was open last; never with sequences or headless */
    zoe_rate rate;          /* frames a second; only where given: else the file's, else 24.
                            numerator 0 (headless only): as fast as frames get ready */
    int32_t policy;         /* zoe_policy */
    int32_t loop;           /* zoe_loop_mode */

    /* picture */
    const char *layer;      /* NULL: the file's default */
    const char *view;       /* NULL: the file's default */
    int32_t proxy;          /* as shift: 0 full size, 1 half, 2 a quarter, 3 an eighth */
    bool overscan;          /* show the data window too */
    bool full_precision;    /* float stays float */
    double exposure, gamma; /* as in zoe_grade, like what follows */
    double contrast, saturation;
    int32_t transfer; /* zoe_transfer */

    /* colour; texts: NULL or "" is nothing */
    const char *ocio;        /* configuration of OpenColorIO; ZOE_OCIO_ACES, or "none" in spite of
                                the environment */
    const char *input_space; /* its colour space of the files; nothing: as they say */
    const char *display, *view_transform, *look; /* its names; nothing: its defaults */
    const char *lut;                             /* a `.cube` file */
    int32_t lut_space;                           /* zoe_cube_place */
    const char *cdl, *cdl_id; /* a colour decision list, and which correction of it */
    bool flop, flip;          /* mirrored: left to right, top to bottom */
    bool pixels;              /* what is magnified a little is not smoothed */
    bool false_color;         /* levels are shown as colours */
    bool marks;               /* NaN, infinity and clipping are marked */
    bool ids;                 /* whole numbers are shown as colours */
    int32_t guides;           /* safe areas; as ui/guides.h has them, like what follows */
    int32_t aspect;

    /* memory and workers */
    int64_t cache_percent;
    double reserve_gb;      /* GiB */
    int64_t cache_mb;       /* MiB; overrides percent and reserve; 0: they count */
    int64_t workers;        /* 0: the engine's default, three quarters of the cores */
    int32_t watch;          /* 1: files that change are read again; 0: only when asked to */
    int32_t strategy;       /* zoe_strategy */
    int32_t isolation;      /* zoe_isolation_mode */
    int64_t decoder_frames; /* that a process decodes before another takes its place; 0: no end */
    int64_t decoder_mb;     /* MiB that it may have beyond what it was told to use */
    int64_t decoder_hang;   /* seconds without progress after which it is ended */

    /* where files come from; texts: NULL or "" is nothing */
    const char *disk_cache; /* folder; nothing: the library's; "off": none */
    double disk_cache_gb;   /* GB (10^9) of it; 0: the library's choice */
    int32_t disk_cache_for; /* zoe_disk_cache_for */
    const char *ca_file;    /* certificates of servers; nothing: the system's */
    const char *s3_endpoint, *s3_region, *s3_profile;
    int32_t s3_style; /* 0: as the endpoint says, 1: bucket in the path, 2: in the host's name */
    bool s3_anonymous;

    /* the program */
    bool headless;            /* no window, and no settings file either */
    bool json;                /* headless: print one JSON object */
    int64_t loops;            /* headless: times the work area is played */
    bool drag_scrubs;         /* a drag on the picture with the left button moves the playhead */
    int64_t indicator_height; /* of the load indicator, points */
    bool fullscreen;
    zoe_extent size;                     /* window size in screen units; 0 x 0: not given */
    int64_t window_width, window_height; /* the same, as the settings file keeps it */
    bool maximized;
    double ui_scale;    /* 0: as the display says */
    const char *config; /* settings file; NULL: the one in the user's config folder */
    bool use_config;    /* false: neither read nor write a settings file */
    int32_t verbose;    /* times -v was given: 0 errors and warnings, 1 info, 2 debug */
} zoe_options;

/* In the order of the help text. Headings are rows too. */
extern const zoe_option zoe_option_table[];
extern const size_t zoe_option_count;

/* The row of a member: ZOE_OPTION(loop). */
#define ZOE_OPTION(member) zoe_option_at(offsetof(zoe_options, member))

/* The row of the value at an offset; NULL when there is none. */
const zoe_option *zoe_option_at(size_t offset);

/* The rows of the settings panel from top to bottom, at most `capacity`. Returns how many. */
size_t zoe_options_in_panel(const zoe_option **rows, size_t capacity);

/* Fills in every default. */
void zoe_options_init(zoe_options *options);

/*
 * Parses argv[1..] into options that were initialised. On ZOE_ARGS_WRONG one line was written to
 * stderr; on ZOE_ARGS_DONE the help or the version was printed.
 */
zoe_args_result zoe_options_parse(zoe_options *options, int argc, char **argv);

/* True if the command line gave it: ZOE_GIVEN(options, loop). */
#define ZOE_GIVEN(options, member) zoe_options_is_given(options, ZOE_OPTION(member))
bool zoe_options_is_given(const zoe_options *options, const zoe_option *option);

/* From now on it counts as given: for a program that sets the value itself. */
void zoe_options_give(zoe_options *options, const zoe_option *option);

/* Takes over what the command line gave. */
void zoe_options_override(zoe_options *options, const zoe_options *given);

/* Budget, workers, isolation and log level, over initialised settings of the engine. */
void zoe_options_apply(const zoe_options *options, zoe_engine_settings *settings);

/* Has headers read as frames are, from now on and in the whole program: in processes of their own
 * where the options say so. Once, before any is read. */
void zoe_options_isolate(const zoe_options *options);
/* Disk cache, servers and log level, over initialised settings of a storage. The texts live as long
 * as argv. */
void zoe_options_apply_storage(const zoe_options *options, zoe_storage_settings *settings);

/* Rows of the same options, with a heading, for the tables of other commands: returns how many,
 * none in a build without files from elsewhere. */
enum { ZOE_STORAGE_ROWS = 10 };
typedef struct zoe_storage_args {
    zoe_options options; /* where the values go */
    char help[ZOE_STORAGE_ROWS][ZOE_OPTION_HELP];
    bool given[ZOE_STORAGE_ROWS];
} zoe_storage_args;
size_t zoe_options_storage_args(zoe_storage_args *args, zoe_arg table[ZOE_STORAGE_ROWS]);

/* Layer, view, proxy, overscan and precision, over initialised settings of a source. The texts live
 * as long as argv. */
void zoe_options_apply_source(const zoe_options *options, zoe_source_settings *settings);

#endif
