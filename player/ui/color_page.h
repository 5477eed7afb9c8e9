/*
 * Colour page: the configuration of OpenColorIO with its input space, display, view and look; the
 * lookup table; and the CDL. One of the panel's pages.
 *
 * It shows what is chosen and says what the user chose; what follows from it is the program's
 * business.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_COLOR_PAGE_H
#define ZOETROPE_PLAYER_COLOR_PAGE_H

#include <stdbool.h>

#include <SDL.h>

#include "color/coloring.h"
#include "model/options.h"
#include "model/recent.h"
#include "ui/ui_field.h"
#include "ui/ui_scroll.h"

enum { ZOE_COLOR_FIELDS = 4, ZOE_COLOR_PATH = 4096 };

typedef struct zoe_color_page {
    const zoe_options *options; /* the values in force; the caller's, as what follows */
    const zoe_recent *recent;   /* whose colour files are offered */
    /* its own */
    char texts[ZOE_COLOR_FIELDS][ZOE_COLOR_PATH];
    const char *shown[ZOE_COLOR_FIELDS]; /* the options' texts that the fields were filled with */
    zoe_ui_field fields[ZOE_COLOR_FIELDS];
    zoe_ui_scroll scroll;
    zoe_cdl cdl; /* as the sliders left it */
} zoe_color_page;

/* What the user chose. */
typedef struct zoe_color_page_result {
    const zoe_option *option; /* NULL: nothing */
    const char *text;   /* its value, where it is a TEXT; "": none. Valid until the next call */
    int value;          /* where it is a choice */
    const zoe_cdl *cdl; /* it is to be in force; NULL: as it was. The page's */
    const zoe_option *browse; /* a file for this is to be looked for; NULL: none */
} zoe_color_page_result;

/* The endings of the files that an option names, as zoe_browser_look_for() takes them. */
const char *zoe_color_page_endings(const zoe_option *option);

void zoe_color_page_start(zoe_color_page *page, const zoe_options *options,
                          const zoe_recent *recent);

/* Part of a frame while the page is seen. Fills in the whole *result. note: what the file on screen
 * says of its colours; "": nothing. */
void zoe_color_page_run(zoe_ui *ui, SDL_Rect rect, zoe_color_page *page,
                        const zoe_coloring *coloring, const char *note,
                        zoe_color_page_result *result);

#endif
