/*
 * Settings page: a row for each option that is in the panel, by group, and the memory's figures
 * under its group. One of the panel's pages.
 *
 * It shows values and says which one the user changed; what a value means is the program's
 * business.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_SETTINGS_PAGE_H
#define ZOETROPE_PLAYER_SETTINGS_PAGE_H

#include <stdbool.h>

#include <SDL.h>

#include <zoetrope/engine.h>

#include "model/options.h"
#include "model/session.h"
#include "ui/ui_scroll.h"
#include "ui/ui_slider.h"

enum { ZOE_SETTINGS_ROWS = 32 };

typedef struct zoe_settings_page {
    const zoe_options *options;                /* the values in force; the caller's */
    const zoe_option *rows[ZOE_SETTINGS_ROWS]; /* [row_count], in the order they are shown */
    int row_count;
    int workers_auto; /* how many workers 0 stands for; 0: not known */
    char report[256]; /* what the last change of memory did; "" for nothing yet */
    zoe_ui_scroll scroll;
    zoe_value_range values; /* that the frame on screen has, where it is not colour */
    const void *measured;   /* the samples they were measured on */
} zoe_settings_page;

/* What the user changed. */
typedef struct zoe_settings_page_result {
    const zoe_option *option; /* NULL: nothing */
    double value;
    bool is_done; /* the change is complete: a drag that ended, a step */
    bool reset;   /* every row of the picture's group */
    bool fit;     /* the range of values */
    bool set_range;
    zoe_value_range range; /* with set_range */
} zoe_settings_page_result;

/* The rows are the options that are in the panel; their values are read where `options` says. */
void zoe_settings_page_start(zoe_settings_page *page, const zoe_options *options);

/* Part of a frame while the page is seen. Fills in the whole *result. */
void zoe_settings_page_run(zoe_ui *ui, SDL_Rect rect, zoe_settings_page *page, zoe_session *session,
                           const zoe_stats *stats, zoe_settings_page_result *result);

#endif
