/*
 * Browser: what is in a folder, for a page where people look for a sequence.
 *
 * A folder is read on a thread of its own: first its names, then the sizes and times of what was
 * found; where it holds no EXR files, the folders below that do. No call of this header waits for
 * that thread, however slow the file system. Asking for another folder, or stopping, tells the
 * thread to end; one that hangs in a system call is left behind and frees what it has when the call
 * returns.
 *
 * What the thread found is taken in by zoe_browser_update() and by nothing else: between two of its
 * calls everything that the browser says stays the same. The thread says by `notify` when there is
 * something to take in.
 *
 * Thread-safety: one thread at a time; `notify` comes from others.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_BROWSER_H
#define ZOETROPE_PLAYER_BROWSER_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/folder.h>
#include <zoetrope/status.h>

#include "model/browser_state.h"
#include "model/paths.h"

enum {
    ZOE_BROWSER_FILTER = 256,    /* bytes of the filter, terminator included */
    ZOE_BROWSER_CANDIDATES = 64, /* completions that are given by name */
    ZOE_BROWSER_NAME = 256,      /* bytes of such a name, terminator included */
};

typedef struct zoe_browser zoe_browser;

typedef enum zoe_browser_sort {
    ZOE_BROWSER_BY_NAME = 0, /* natural order */
    ZOE_BROWSER_BY_DATE = 1, /* of the newest file */
    ZOE_BROWSER_BY_SIZE = 2, /* folders by name */
} zoe_browser_sort;

typedef struct zoe_browser_row {
    zoe_folder_entry entry; /* its texts live until the next update, go or stop */
    int32_t is_below;       /* 1: a folder found below, named from here ("comp/v2") */
    int32_t is_measured;    /* 0: `size` is not known yet */
    zoe_folder_size size;
} zoe_browser_row;

/* NULL when memory is out. `notify` may be NULL. */
zoe_browser *zoe_browser_create(zoe_browser_notify_fn *notify, void *user);

/* Frees and sets *browser to NULL; accepts NULL. Waits for nothing but a `notify` under way. */
void zoe_browser_destroy(zoe_browser **browser);

/* ---- going somewhere ---- */

/* Where folders are read from on, which it shares; NULL, as at first: local files only. */
void zoe_browser_read_from(zoe_browser *browser, const zoe_storage *storage);

/* What is looked for from the next folder on: files of these endings, as zoe_folder_list_files()
 * has them; NULL: sequences. The text is the caller's and outlives the browser. */
void zoe_browser_look_for(zoe_browser *browser, const char *endings);

/*
 * Reads the folder that a text means: see zoe_path_resolve(), relative ones begin at the folder
 * that is read now. The filter is emptied and the rows go. The path of a sequence (a file, a
 * pattern) reads the folder that it is in: see zoe_browser_sequence(). Errors: ARGUMENT, NOT_FOUND
 * (no home), THREAD (also when too many hang), NO_MEMORY; the state is FAILED then.
 */
zoe_status zoe_browser_go(zoe_browser *browser, const char *text, zoe_error *error);

/* The folder above; "/" is its own. */
zoe_status zoe_browser_up(zoe_browser *browser, zoe_error *error);

/* Reads no more, and forgets the rows. The path stays. */
void zoe_browser_stop(zoe_browser *browser);

/* ---- what was found ---- */

/* Takes in what the thread found. Returns 1 if anything changed. */
int zoe_browser_update(zoe_browser *browser);

/* Goes up whenever anything that the browser says changed. */
uint64_t zoe_browser_changes(const zoe_browser *browser);

zoe_browser_state zoe_browser_state_now(const zoe_browser *browser);

/* The folder, absolute; "" before the first. While LISTING: what was asked for. */
const char *zoe_browser_path(const zoe_browser *browser);

/* What was asked for, where that is a sequence (a file) that is looked for and not a folder; ""
 * otherwise, and as long as it is not known. */
const char *zoe_browser_sequence(const zoe_browser *browser);

/* Why the state is FAILED. Text "" otherwise. */
const zoe_error *zoe_browser_error(const zoe_browser *browser);

/* Names read and files looked at so far: to show that it goes on. */
uint64_t zoe_browser_progress(const zoe_browser *browser);

/* 1: a search below ended at a limit. */
int zoe_browser_is_cut(const zoe_browser *browser);

/* Rows that the filter lets pass: folders first, then sequences and files. */
size_t zoe_browser_count(const zoe_browser *browser);

/* Fills in a row, 0..count-1. ZOE_ERROR_ARGUMENT outside. */
zoe_status zoe_browser_row_at(const zoe_browser *browser, size_t index, zoe_browser_row *row);

/* The row of that name, or -1. */
int64_t zoe_browser_find(const zoe_browser *browser, const char *name);

/* ---- what is shown of it ---- */

/* Only rows whose name holds every word of the text, in any order; ASCII letters in any case. */
void zoe_browser_filter(zoe_browser *browser, const char *text);

/* Rows that are not measured come last, whichever the direction. */
void zoe_browser_sort_by(zoe_browser *browser, zoe_browser_sort sort, int descending);

/* ---- completing a path that is typed ---- */

typedef struct zoe_browser_completion {
    int is_pending;           /* 1: the folder is being read; the rest is not valid yet */
    char text[ZOE_PATH_TEXT]; /* what was typed, as far as all candidates agree; with a slash behind
                                  the only one if it is a folder */
    size_t count;             /* candidates */
    char names[ZOE_BROWSER_CANDIDATES][ZOE_BROWSER_NAME]; /* the first of them, natural order */
} zoe_browser_completion;

/*
 * Looks for entries whose names begin with the last name of the text: as it is written, or in any
 * case where none does. Hidden ones only if it begins with a dot. The answer is in
 * zoe_browser_completed(), at once if the folder's names are known, else after a later update. A
 * new text takes the place of one that is pending.
 */
void zoe_browser_complete(zoe_browser *browser, const char *text);

/* The answer to the last text. Lives as long as the browser. */
const zoe_browser_completion *zoe_browser_completed(const zoe_browser *browser);

#endif
