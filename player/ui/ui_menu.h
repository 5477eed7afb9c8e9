/*
 * Menu: a list of things to do, at the pointer or at a button, with the keys that do the same.
 *
 *     if (zoe_ui_button(ui, "loop", rect, ZOE_ICON_LOOP, NULL, ZOE_UI_OPENS))
 *         zoe_ui_popup_open(ui, "loop modes", rect);
 *     int chosen = zoe_ui_menu(ui, "loop modes", items, count);
 *
 * It is opened by zoe_ui_popup_open() and always lies in the window; where it is higher, it
 * scrolls. An item is taken by a click, by letting go of the button that opened it, or by the
 * arrow keys or a first letter and Enter.
 *
 * Thread-safety: as the context's.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_MENU_H
#define ZOETROPE_PLAYER_UI_MENU_H

#include "ui/ui_popup.h"

typedef struct zoe_ui_menu_item {
    const char *text; /* NULL: a line between groups */
    const char *keys; /* "Ctrl+O", or NULL */
    int value;        /* answered when it is chosen; 0 or more */
    bool checked, disabled;
    zoe_icon icon; /* where it is not checked */
} zoe_ui_menu_item;

/* Called in every frame; draws nothing while it is closed. Returns the chosen item's value, or
 * -1. */
int zoe_ui_menu(zoe_ui *ui, const char *id, const zoe_ui_menu_item *items, int count);

#endif
