/*
 * Screen: the frame that is shown, and which one comes next.
 *
 * What is shown stays pinned until its successor is ready, so that the picture never goes black.
 * Where memory has no room for both, the pin is let go of as soon as whoever draws has a copy of
 * the picture: that stays on screen, and what is under the pointer cannot be told for a moment.
 * The candidate is what the playhead's frame is at the moment: a pinned frame, or the reason why
 * there is none. While the playhead waits after a seek, frames that the user passed on the way
 * there are shown as they get ready, newest first: they are in `trail`.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_SCREEN_H
#define ZOETROPE_PLAYER_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/zoetrope.h>

#include "model/shot.h"

enum { ZOE_SCREEN_TRAIL = 32 /* positions passed that may still be shown */ };

/* Begin with all zero. */
typedef struct zoe_screen {
    zoe_frame frame;  /* pinned; pin NULL: nothing is shown */
    bool is_fallback; /* `frame` is the default layer of a frame without the chosen one */
    bool is_foreign;  /* `frame` is of another sequence or layer than the current one's */
    bool is_unpinned; /* `frame` is shown without a pin: what it says holds but for its samples */
    zoe_error tight;  /* why the picture before it had to go first; status OK: it had not */

    /* its own */
    bool is_copied; /* whoever draws has a copy of the picture */
    bool has_asked; /* a frame has no room until that is so */
    struct {
        zoe_frame frame; /* pinned where status is OK */
        int64_t position;
        bool is_asked; /* false: nothing is known */
        bool is_fallback;
        zoe_status status;
    } candidate;
    int64_t trail[ZOE_SCREEN_TRAIL];
    int trail_count;
} zoe_screen;

/* Is there a picture on screen, whether or not its samples are in memory? */
static inline bool zoe_screen_has_picture(const zoe_screen *screen)
{
    return screen->frame.pin || screen->is_unpinned;
}

/* Whoever draws has a copy of the picture that is pinned. Returns true if a frame waits for that:
 * it is to be asked for again. */
bool zoe_screen_copied(zoe_screen *screen);

/* Another frame that belongs to the same moment has no room: the picture on screen goes, unless it
 * is the candidate. Returns true if it went, or will once whoever draws has a copy: that frame is
 * on its way. */
bool zoe_screen_give_way(zoe_screen *screen);

/* A picture that is shown without a pin gets one again, if its frame is in memory again. Returns
 * true if it has. */
bool zoe_screen_repin(zoe_screen *screen, zoe_shot *shot);

/* Nothing is shown any more. */
void zoe_screen_clear(zoe_screen *screen);

/* Lets go of every frame. */
void zoe_screen_close(zoe_screen *screen);

/* Lets go of the candidate: before sources are asked anew, changed or closed. */
void zoe_screen_drop(zoe_screen *screen);

/* Another shot, or another layer of it, is the current one: what is shown stays, as a foreign
 * one. */
void zoe_screen_leave(zoe_screen *screen);

/*
 * Makes the frame at a position the candidate. want: as last told to the engine, for the fallback.
 * Returns its status: OK, LOADING, MISSING or its error; NO_ROOM where others than the screen hold
 * what is in its way.
 */
zoe_status zoe_screen_ask(zoe_screen *screen, zoe_shot *shot, zoe_engine *engine,
                          const zoe_want *want, int64_t position);

/* What is on screen, pinned once more, for who keeps it longer: OK, or why it cannot be. One of
 * another sequence or layer is MISSING. */
zoe_status zoe_screen_pin(const zoe_screen *screen, zoe_shot *shot, zoe_engine *engine,
                          zoe_frame *frame);

/* Why the candidate cannot be shown, or not all of it. */
void zoe_screen_explain(const zoe_screen *screen, zoe_shot *shot, zoe_error *why);

/*
 * Shows the candidate where it is a frame. may_block: a header is read where it names a fallback
 * layer. Returns true if that is another picture, or it has another name.
 */
bool zoe_screen_show(zoe_screen *screen, zoe_shot *shot, zoe_grade *grade, bool may_block);

/* Shows the newest frame of the trail that is ready, and forgets what was passed before it. Returns
 * as zoe_screen_show(). */
bool zoe_screen_show_trail(zoe_screen *screen, zoe_shot *shot, zoe_grade *grade, bool may_block);

/* Where the playhead's frame cannot be shown the picture before stays, maybe under a name that was
 * guessed while it played: the name is found out. Returns true if that changes something. */
bool zoe_screen_name(zoe_screen *screen, zoe_shot *shot, zoe_grade *grade, bool may_block);

/* The user passes a position. */
void zoe_screen_pass(zoe_screen *screen, int64_t position);

/* The range of values that becomes black to white; NULL for colour, and for what is shown over 0..1
 * because nobody asked otherwise. */
const zoe_value_range *zoe_screen_range(zoe_screen *screen, zoe_shot *shot);

/* Fits the range of a layer that is not colour to what is shown: to what is suitable, and when that
 * is in force, to all of its values. Returns false for colour. */
bool zoe_screen_fit_range(zoe_screen *screen, zoe_shot *shot, zoe_grade *grade);

/* Shows the layer over this range from now on. Returns false for colour, and where the range is
 * empty. */
bool zoe_screen_set_range(zoe_screen *screen, zoe_shot *shot, zoe_grade *grade,
                          const zoe_value_range *range);

/* True if the frame's data window has nothing in common with its display window. */
bool zoe_frame_is_outside(const zoe_frame *frame);

#endif
