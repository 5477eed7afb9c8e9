/*
 * Open page: where people look for sequences, or for another file: folders and what is in them, a
 * path to type, recent folders. Modal, as large as the window allows.
 *
 * Folders are read by a zoe_browser, on a thread of its own; leaving the page ends that.
 *
 * Thread-safety: the main thread only; `wake` comes from others.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_OPEN_PAGE_H
#define ZOETROPE_PLAYER_OPEN_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <SDL.h>

#include "model/browser.h"
#include "model/recent.h"
#include "ui/ui.h"
#include "ui/ui_field.h"
#include "ui/ui_list.h"

enum { ZOE_OPEN_PAGE_SPECS = 32 /* sequences opened at once */ };

typedef struct zoe_open_page {
    bool open; /* it is seen: set by the functions below only */

    const void
        *purpose; /* what a file is looked for, as the caller said; NULL: sequences to open */

    /* inside */
    const char *title;
    const char *endings; /* of the files; NULL: sequences */
    const zoe_recent *recent;
    void (*wake)(void *user);
    void *wake_user;
    zoe_browser *browser; /* NULL: memory is out, or it was never shown */
    zoe_storage *storage;
    bool fresh;                       /* its first frame is due: the path gets the keyboard */
    bool entered;                     /* Enter in the path: if it is a sequence, it is opened */
    bool is_edited;                   /* the path is not as the page wrote it */
    char asked[ZOE_PATH_TEXT];        /* what a completion was asked for */
    bool asks_again;                  /* the path is another one since */
    char shown[ZOE_PATH_TEXT];        /* the browser's path as of the last frame */
    char came_from[ZOE_BROWSER_NAME]; /* the folder's name that the cursor goes to; "": none */
    size_t rows;                      /* as of the last frame */
    char path[ZOE_PATH_TEXT];
    zoe_ui_field path_field;
    char search[ZOE_BROWSER_FILTER / 2];
    zoe_ui_field search_field;
    zoe_ui_list list;
    zoe_browser_sort sort;
    bool is_descending;
    char specs[ZOE_OPEN_PAGE_SPECS][ZOE_PATH_TEXT];
} zoe_open_page;

/* What the user wants. */
typedef struct zoe_open_page_result {
    const char *specs[ZOE_OPEN_PAGE_SPECS]; /* [count] to open, as zoe_sequence_open() takes them;
                                               the page's, valid until its next call */
    int count;                              /* 0: nothing yet. Else the page has closed itself */
    bool replace;                           /* what is open is closed */
    const void *purpose;                    /* NULL: sequences; else one file was chosen for this */
} zoe_open_page_result;

/* recent: whose folders are offered; storage: what they are read from (NULL: local files only).
 * Both must outlive the page. `wake`, which draws the window anew, may be called from any thread
 * until zoe_open_page_end(). */
void zoe_open_page_start(zoe_open_page *page, const zoe_recent *recent, zoe_storage *storage,
                         void (*wake)(void *user), void *user);
void zoe_open_page_end(zoe_open_page *page);

/* Opens the page at a folder or the folder of a file; NULL: where it was, or the folder that was
 * opened from last, or the current one. */
void zoe_open_page_show(zoe_open_page *page, const char *path);

/* Opens the page to choose one file of these endings (see zoe_browser_look_for()), for a purpose
 * that the caller knows again. title, endings: texts that stay. path: as above; NULL: the folder of
 * recent sequences. */
void zoe_open_page_show_files(zoe_open_page *page, const void *purpose, const char *title,
                              const char *endings, const char *path);

/* Closes it: nothing is read any more. */
void zoe_open_page_hide(zoe_open_page *page);

/* Part of a frame while the page is open. Fills in the whole *result. */
void zoe_open_page_run(zoe_ui *ui, zoe_open_page *page, zoe_open_page_result *result);

#endif
