/*
 * How far reading a folder is, and how the browser is told: what the browser and its jobs both
 * speak of.
 *
 * Thread-safety: types only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_BROWSER_STATE_H
#define ZOETROPE_PLAYER_BROWSER_STATE_H

/*
 * There is something for zoe_browser_update(). Comes from another thread, several times a second at
 * most while a folder is read, and not after zoe_browser_destroy() has returned. A lock is held
 * that only this call and zoe_browser_destroy() take; the callback may post an event, and may not
 * call the browser.
 */
typedef void zoe_browser_notify_fn(void *user);

typedef enum zoe_browser_state {
    ZOE_BROWSER_IDLE = 0,      /* nothing was asked for, or it was stopped */
    ZOE_BROWSER_LISTING = 1,   /* no rows yet */
    ZOE_BROWSER_SEARCHING = 2, /* rows are there, none of them an EXR file: looking below */
    ZOE_BROWSER_MEASURING = 3, /* rows are there, their sizes and times are coming */
    ZOE_BROWSER_DONE = 4,
    ZOE_BROWSER_FAILED = 5, /* see zoe_browser_error() */
} zoe_browser_state;

#endif
