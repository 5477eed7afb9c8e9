/*
 * Metadata page: all attributes of the frame on screen, to search and to copy. One of the panel's
 * pages.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_METADATA_PAGE_H
#define ZOETROPE_PLAYER_METADATA_PAGE_H

#include <stdbool.h>

#include <SDL.h>

#include "model/frame_header.h"
#include "model/session.h"
#include "ui/ui_field.h"
#include "ui/ui_list.h"

enum { ZOE_METADATA_FACTS = 4 /* that are no attributes */ };

typedef struct zoe_metadata_row {
    const char *name, *value, *type; /* of an attribute; type NULL: a heading, "": a fact */
} zoe_metadata_row;

typedef struct zoe_metadata_page {
    bool fresh; /* it was just opened: its search field takes the keyboard */
    int copied; /* rows that were copied in this frame */
    /* its own */
    zoe_kept_header kept;
    char facts[ZOE_METADATA_FACTS][64];
    char file[4096]; /* where it is, for people */
    char filter[128];
    zoe_ui_field field;
    zoe_ui_list list;
    zoe_metadata_row *rows; /* [row_count]: what matches the filter; texts of the header */
    int row_count;
} zoe_metadata_page;

void zoe_metadata_page_start(zoe_metadata_page *page);
void zoe_metadata_page_end(zoe_metadata_page *page);

/* Part of a frame while the page is seen. */
void zoe_metadata_page_run(zoe_ui *ui, SDL_Rect rect, zoe_metadata_page *page,
                           zoe_session *session);

#endif
