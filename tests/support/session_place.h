/*
 * A folder of small EXR files and a player's session over a real engine, for tests of the session.
 *
 * Every sample of a frame is its number, so that what is on screen can be asked for.
 *
 * Thread-safety: one thread, the test's.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef SESSION_PLACE_H
#define SESSION_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/session.h"

enum { SESSION_PLACE_WIDTH = 37, SESSION_PLACE_HEIGHT = 18, SESSION_PLACE_PATH = 256 };

/* What channels a frame has, by how many they are. */
typedef enum session_place_kind {
    SESSION_PLACE_Y = 1,
    SESSION_PLACE_RGB = 3,
    /* Depth is a hundred times the number, and one more in the last column. */
    SESSION_PLACE_RGBZ = 4
} session_place_kind;

typedef struct session_place {
    char folder[64];
    zoe_session session;
} session_place;

/* For cmocka: *state becomes a place whose engine has one worker and a limit of 64 MiB, or the
 * least that an engine may have; and the end of it, which fails when a hidden file (what a writer
 * had under way) was left in the folder. */
int session_place_set_up(void **state);
int session_place_set_up_small(void **state);
int session_place_tear_down(void **state);

/* ---- files ---- */

/* "a", 12 is a.0012.exr. */
void session_place_path(const session_place *p, const char *name, int number,
                        char path[SESSION_PLACE_PATH]);

/* Writes a frame, of 30000/1001 frames a second. */
void session_place_write(const session_place *p, const char *name, int number,
                         session_place_kind kind);

/* Writes frames of one half channel of that size, which take memory and little of the disk. */
void session_place_write_large(const session_place *p, const char *name, int first, int last,
                               int32_t width, int32_t height);

/* Opens the sequence that a frame belongs to. */
void session_place_open(session_place *p, const char *name, int number, int replace);

/* Opens the next (+1) or the previous (-1) sequence of the folder in the place of the only one that
 * is open. */
void session_place_open_neighbour(session_place *p, int by);

/* ---- doing and seeing ---- */

/* A nanosecond count like any other; what happens without one of its own happens then. */
extern const uint64_t session_place_second;

/* The next (+1) or the previous (-1) layer of the playhead's file. */
zoe_status session_place_switch_layer(session_place *p, int by, zoe_error *error);

/* The layer of that name and view, "" for the default, in the playhead's file; NO_LAYER where it
 * has none such. */
zoe_status session_place_set_layer(session_place *p, const char *name, const char *view);

/* The current sequence's folder is read again, and errors are tried again, at once. As
 * zoe_session_take_look(). */
zoe_status session_place_refresh(session_place *p, zoe_refresh_report *report, int64_t *shift);

/* The same for the playhead's file alone. Returns whether it changed. */
bool session_place_reload(session_place *p);

/* What a window's turn does. */
zoe_session_step session_place_update(session_place *p, uint64_t now_ns);

/* Another form of the frames, as a window's keys ask for it. */
zoe_status session_place_set_proxy(session_place *p, int32_t proxy_shift, zoe_error *error);
zoe_status session_place_set_overscan(session_place *p, bool on, zoe_error *error);
zoe_status session_place_set_precision(session_place *p, bool full, zoe_error *error);

/* Updates until every frame of the current sequence is in its last state. The test fails when that
 * takes long. */
void session_place_settle(session_place *p);

/* Updates until the playhead's frame is there, or it is known that it does not come. */
void session_place_arrive(session_place *p);

/* Updates until the session waits for no frame. */
void session_place_rest(session_place *p);

/* The picture on screen is drawn: updates until the screen has let go of it. Its successor may be
 * there by then. */
void session_place_let_go(session_place *p);

/* The number written into the picture on screen; -1 without one. */
int session_place_shown(const session_place *p);

#endif
