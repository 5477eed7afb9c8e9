/*
 * Render: puts a draw list of the widgets on the window.
 *
 * Icons and round corners are rasterized once for each size and kept in a texture; a frame whose
 * signs are known allocates nothing.
 *
 * Thread-safety: the renderer's thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_RENDER_H
#define ZOETROPE_PLAYER_UI_RENDER_H

#include <zoetrope/status.h>

#include "ui/ui_draw.h"
#include "ui/window.h"

typedef struct zoe_ui_render zoe_ui_render;

/* For a window's renderer and text, which must outlive it. On failure *render is NULL. Errors:
 * NO_MEMORY. */
zoe_status zoe_ui_render_create(const zoe_window *window, zoe_ui_render **render, zoe_error *error);

/* Frees and sets *render to NULL. NULL and pointer to NULL are accepted. */
void zoe_ui_render_destroy(zoe_ui_render **render);

/* Forgets what is rasterized: after the renderer lost its textures. */
void zoe_ui_render_forget(zoe_ui_render *render);

/* Draws the list; leaves no clip and no blending behind. */
void zoe_ui_render_draw(zoe_ui_render *render, const zoe_window *window, const zoe_draw_list *list);

#endif
