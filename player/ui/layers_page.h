/*
 * Layers page: all parts, layers and views of the file under the playhead, to choose from. One of
 * the panel's pages.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_LAYERS_PAGE_H
#define ZOETROPE_PLAYER_LAYERS_PAGE_H

#include <stdbool.h>

#include <SDL.h>

#include "model/frame_header.h"
#include "model/session.h"
#include "ui/ui_field.h"
#include "ui/ui_list.h"

typedef struct zoe_layers_page {
    bool fresh; /* it was just opened: its search field takes the keyboard */
    /* its own */
    zoe_kept_header kept;
    char filter[128];
    zoe_ui_field field;
    zoe_ui_list list;
    int32_t *rows; /* [row_count]: layers of the header that match the filter */
    int row_count;
    int32_t current;           /* layer that is shown, -1: the file has it not */
    char name[256], view[256]; /* that was chosen last */
} zoe_layers_page;

/* What the user wants. */
typedef struct zoe_layers_page_result {
    const char *layer;        /* to show; NULL: none. The page's, valid until its next call */
    const char *view;         /* of it; NULL: the file's default */
    const zoe_header *header; /* the same as one of these layers, for those who have no time to read
                                 it again */
    int32_t index;
} zoe_layers_page_result;

void zoe_layers_page_start(zoe_layers_page *page);
void zoe_layers_page_end(zoe_layers_page *page);

/* Part of a frame while the page is seen. Fills in the whole *result. */
void zoe_layers_page_run(zoe_ui *ui, SDL_Rect rect, zoe_layers_page *page, zoe_session *session,
                         zoe_layers_page_result *result);

#endif
