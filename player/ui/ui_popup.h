/*
 * What stands above the page: layers, modal pages, popups and the tooltip.
 *
 * Thread-safety: as the context's.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_POPUP_H
#define ZOETROPE_PLAYER_UI_POPUP_H

#include "ui/ui.h"

/* A panel over the picture: drawn above what is not in a layer, and what is beneath its rectangle
 * does not hear the mouse. Keys go to both. */
void zoe_ui_layer_begin(zoe_ui *ui, const char *id, SDL_Rect rect);
void zoe_ui_layer_end(zoe_ui *ui);

/*
 * A page that dims and blocks everything behind it, drawn for as long as it is called. The
 * rectangle, cut to the window, is its ground and is returned. The end answers ZOE_UI_ESCAPE or
 * ZOE_UI_OUTSIDE when the user asks to close it; the caller then stops calling it.
 */
SDL_Rect zoe_ui_modal_begin(zoe_ui *ui, const char *id, SDL_Rect rect);
unsigned zoe_ui_modal_end(zoe_ui *ui);

/* Opens the popup or menu of this id, in this scope, at a rectangle that it belongs to or, without
 * a size, at a point. What is open above the place where this is called closes. */
void zoe_ui_popup_open(zoe_ui *ui, const char *id, SDL_Rect anchor);
/* Closes it and all above; the keyboard goes back to who had it. */
void zoe_ui_popup_close(zoe_ui *ui, const char *id);
bool zoe_ui_popup_is_open(const zoe_ui *ui, const char *id);

/* If the popup is open: begins its layer, of this size or what the window has room for, sets *inner
 * to where its content goes and returns true; then zoe_ui_popup_end() is due. */
bool zoe_ui_popup_begin(zoe_ui *ui, const char *id, int width, int height, SDL_Rect *inner);
void zoe_ui_popup_end(zoe_ui *ui);

/* The open popup that the current layer is, or NULL: for the menu. */
zoe_ui_open *zoe_ui_popup_current(zoe_ui *ui);

/* Explains the widget called last once the pointer has rested on it: text, wrapped, and the key
 * that does the same, or NULL. */
void zoe_ui_tip(zoe_ui *ui, const char *text, const char *key);

#endif
