/*
 * Compare: what keys, menu and mouse do about comparing, and what is said over the pictures: whose
 * they are, the values under the pointer, and the wipe's handles.
 *
 * Mouse: the wipe's line is dragged; its round handle turns it, and stays upright or level when it
 * is nearly so.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_APP_COMPARE_H
#define ZOETROPE_PLAYER_APP_COMPARE_H

#include "app/state.h"

/* Commands; see the table for their arguments. */
void zoe_app_compare(zoe_app *app, int mode);      /* again: ends it; FLIP: the other one */
void zoe_app_compare_offset(zoe_app *app, int by); /* 0: none */
void zoe_app_compare_amount(zoe_app *app, int by); /* gain, or the share of B */
void zoe_app_compare_menu(zoe_app *app, int unused);
void zoe_app_compare_align(zoe_app *app, int unused);
void zoe_app_compare_size(zoe_app *app, int unused);

enum { ZOE_SHOT_NAME = 160 }; /* bytes of an open sequence's name */

/* What an open sequence is called: "sh010_comp", and where others have that name, with what its
 * folder has unlike theirs: "v012/sh010_comp". Returns false where they have one folder, too. */
bool zoe_app_shot_name(const zoe_session *session, int shot, char text[ZOE_SHOT_NAME]);

/* Finds out which views the file on screen has, for the menu: none until its header was read, which
 * a thread does; then once more. */
void zoe_app_find_views(zoe_app *app);

/* Tells the view what is compared. */
void zoe_app_follow_compare(zoe_app *app);

/* Part of a frame: labels, values and handles over the pictures. */
void zoe_app_draw_compare(zoe_app *app);

/* What a button that went down at a point takes hold of; NONE: nothing of the wipe's. */
zoe_grab zoe_app_compare_grab(const zoe_app *app, int x, int y);

/* The pointer is there while it holds that. */
void zoe_app_compare_drag(zoe_app *app, zoe_grab grab, int x, int y);

#endif
