/*
 * Start: what the command line asks to be opened: sequences, what was open last, and whom to
 * compare with.
 *
 * It is read by the threads of opening.h. Where all of it answers at once, as files of this machine
 * do, it is open before the window is; a server or a network drive that takes its time is waited
 * for in the window.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_START_H
#define ZOETROPE_PLAYER_START_H

#include "app/state.h"

/* Begins to open what app->options names, and waits for a moment. app->start.has_failed: there is
 * nothing to show, which was said on stderr. */
void zoe_app_start(zoe_app *app);

/* Goes on: after zoe_app_follow_opening(). */
void zoe_app_follow_start(zoe_app *app);

/* The window is there, and app->start is over: says what went wrong, and plays if that was asked
 * for. */
void zoe_app_end_start(zoe_app *app);

#endif
