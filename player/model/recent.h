/*
 * Recent: the sequences that were looked at last, each with where one was in it; what was open
 * last, for --restore; the folders that were opened from; and the colour files that were used.
 *
 * A JSON object in $XDG_STATE_HOME/zoetrope/recent.json ($HOME/.local/state), with a thumbnail of
 * each sequence beside it in $XDG_CACHE_HOME/zoetrope/thumbnails. It says where one was, never what
 * was seen: no frames. Network addresses are kept without user, password and query.
 *
 * It is written some seconds after a change, so that a crash loses no more than that, under a
 * temporary name that is renamed. Two programs may share the file: what the other one looked at
 * since is taken in before writing. Paths that are no UTF-8 cannot be written and are left out.
 *
 * Reading believes nothing: lists, texts and numbers are bounded, unknown keys and values of the
 * wrong kind are ignored. A file that is no JSON is renamed to recent.json.broken.
 *
 * Thread-safety: a plain value; one thread at a time. About 520 KB: not for the stack.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_RECENT_H
#define ZOETROPE_PLAYER_RECENT_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/display.h>
#include <zoetrope/status.h>

#include "model/paths.h"

enum {
    ZOE_RECENT_ITEMS = 50,
    ZOE_RECENT_OPEN = 32,
    ZOE_RECENT_FOLDERS = 16,
    ZOE_RECENT_COLORS = 16,
    ZOE_RECENT_LAYER = 256, /* bytes of a layer's name, terminator included */
    ZOE_RECENT_VIEW = 64,
    ZOE_RECENT_FILE_MAX = 4 << 20, /* a longer file is not read */
    ZOE_RECENT_DELAY_S = 3         /* from a change to writing it */
};

/* A sequence, and where one was in it. Numbers are frame numbers. All 0 but `spec` is a usable
 * item, apart from the grade: see zoe_recent_item_init(). */
typedef struct zoe_recent_item {
    char spec[ZOE_PATH_TEXT];     /* as zoe_sequence_open() takes it, absolute */
    char layer[ZOE_RECENT_LAYER]; /* "": the default */
    char view[ZOE_RECENT_VIEW];   /* "": the default */
    int64_t first, last;          /* of the sequence */
    int64_t frame;                /* that was on screen */
    int64_t in, out;              /* work area, in <= out */
    int32_t has_area;             /* 0: no work area was set */
    double zoom;                  /* screen pixels a frame pixel, 0..1024; 0: fitted */
    double pan_x, pan_y;          /* the frame's point in the middle of the window */
    zoe_grade grade;
    int64_t when_ms; /* since 1970, by the wall clock */
} zoe_recent_item;

typedef struct zoe_recent {
    zoe_recent_item items[ZOE_RECENT_ITEMS]; /* newest first, each spec once */
    int count;
    zoe_recent_item open[ZOE_RECENT_OPEN]; /* what was open last */
    int open_count;
    int open_current;                                /* 0..open_count-1; 0 without */
    char folders[ZOE_RECENT_FOLDERS][ZOE_PATH_TEXT]; /* newest first */
    int folder_count;
    char colors[ZOE_RECENT_COLORS][ZOE_PATH_TEXT]; /* configurations, tables, lists; newest first */
    int color_count;
    uint64_t due_ns;   /* when to write; ZOE_NEVER: nothing changed */
    int64_t synced_ms; /* the newest item that the file had when it was read or written last */
} zoe_recent;

/* An empty list. */
void zoe_recent_init(zoe_recent *recent);

/* No texts, all numbers 0, the default grade. */
void zoe_recent_item_init(zoe_recent_item *item);

/* Writes the file's path. Errors: as zoe_path_xdg(). */
zoe_status zoe_recent_path(char *path, size_t capacity);

/*
 * Reads the file. *recent always ends up usable. Returns ZOE_OK, also where there is no file;
 * otherwise the text says what was wrong and what was done about it. Blocks. Errors: SYNTAX (and
 * set aside if it was no JSON), TOO_LARGE, IO, PERMISSION, NO_MEMORY.
 */
zoe_status zoe_recent_load(const char *path, zoe_recent *recent, zoe_error *error);

/* Takes in what others added to the file, and writes it; makes its folder where there is none. On
 * failure the old file is untouched. Blocks. Errors: IO, PERMISSION, NO_MEMORY, NOT_FOUND. */
zoe_status zoe_recent_save(const char *path, zoe_recent *recent, zoe_error *error);

/* Something changed: the file is due ZOE_RECENT_DELAY_S later, or sooner if it was already. While
 * playing, the frame's going on is no change; stopping is. */
void zoe_recent_changed(zoe_recent *recent, uint64_t now_ns);

/* zoe_recent_save() if it is due; ZOE_OK otherwise. After a failure the next change tries again. */
zoe_status zoe_recent_save_due(const char *path, zoe_recent *recent, uint64_t now_ns,
                               zoe_error *error);

/*
 * Puts an item in front, in the place of one with the same spec; the oldest goes when there are too
 * many. Its spec is made absolute and freed of secrets. Returns 0 where that is not possible.
 */
int zoe_recent_add(zoe_recent *recent, const zoe_recent_item *item);

/* Takes an item away. An index outside is left alone. */
void zoe_recent_remove(zoe_recent *recent, int index);

/* Remembers what is open, in its order; no items: what was open before stays remembered. More than
 * ZOE_RECENT_OPEN are cut. */
void zoe_recent_set_open(zoe_recent *recent, const zoe_recent_item *items, int count, int current);

/* Puts an absolute path in front of the folders. */
void zoe_recent_add_folder(zoe_recent *recent, const char *path);

/* The same of the files that say colours: .ocio, .cube, .cc and the like. */
void zoe_recent_add_color(zoe_recent *recent, const char *path);

/* Writes the path of a sequence's thumbnail, whether or not it is there. Errors: as
 * zoe_path_xdg(). */
zoe_status zoe_recent_thumbnail(const char *spec, char *path, size_t capacity);

/* Removes thumbnails of what is in no list any more, a day after they were made. Blocks. */
void zoe_recent_prune_thumbnails(const zoe_recent *recent);

#endif
