/*
 * Session: what is open and playing: the engine, the shots, the picture's grade, and the screen.
 *
 * Knows nothing of SDL. The program calls zoe_session_update() when time has come, when frames got
 * ready (zoe_session_touch() from the main thread), and after every change; it answers whether the
 * picture is another one and when to ask again.
 *
 * Thread-safety: the main thread only. Times are zoe_now_ns().
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_SESSION_H
#define ZOETROPE_PLAYER_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/zoetrope.h>

#include "model/args.h"
#include "model/partners.h"
#include "model/screen.h"
#include "model/shot.h"

enum { ZOE_SESSION_SHOTS = 32 /* open at once */ };

/* How sequences are opened and played. Texts live as long as the session. */
typedef struct zoe_session_setup {
    zoe_engine_settings engine;
    zoe_source_settings source;
    zoe_storage *storage; /* where sequences are opened from; NULL: local files only */
    zoe_rate rate;        /* instead of the file's; 0/0: none given */
    zoe_strategy strategy;
    zoe_policy policy;
    zoe_loop_mode loop;
} zoe_session_setup;

/* What zoe_session_update() found. */
typedef struct zoe_session_step {
    bool picture;  /* another frame is on screen, or, with screen.frame.pin NULL, none any more */
    bool playhead; /* the playhead moved, or what is known of its frame changed */
    uint64_t wake_ns; /* ask again then; ZOE_NEVER: only when something changes */
} zoe_session_step;

typedef struct zoe_session {
    zoe_engine *engine;
    zoe_session_setup setup;
    zoe_shot shots[ZOE_SESSION_SHOTS];
    int count;       /* 0: nothing is open */
    int current;     /* 0..count-1 */
    uint64_t opened; /* goes up with every sequence that is opened */
    zoe_grade grade;

    zoe_partners partners; /* what it is compared with; change through the functions below */

    zoe_screen screen;
    int64_t playhead;  /* as of the last update */
    zoe_status status; /* of the playhead's frame: OK, LOADING, MISSING, NO_ROOM or its error */
    zoe_error why; /* when status is NO_ROOM or an error, or the frame lacks chunks; else text "" */
    bool scrubbing;      /* the user holds the playhead; play goes on after */
    int32_t speed_after; /* the speed to go on with */

    /* the session's own */
    bool touched;  /* an update is due whatever the time */
    zoe_want want; /* as last told to the engine */
    bool want_told;
    uint64_t wake_ns;
} zoe_session;

/* Starts the engine. On failure nothing is left. Errors: as zoe_engine_create(). */
zoe_status zoe_session_start(zoe_session *session, const zoe_session_setup *setup,
                             zoe_error *error);
void zoe_session_end(zoe_session *session);

/*
 * Opens a sequence and makes it the current one. replace: everything that was open is closed, once
 * the new one is there; else a frame's file of a sequence that is open only makes that one current,
 * so that `zoetrope *.exr` opens it once. On failure nothing changes. Blocks on the folder and one
 * header. Errors: as zoe_shot_open(); TOO_LARGE when ZOE_SESSION_SHOTS are open.
 */
zoe_status zoe_session_open(zoe_session *session, const char *spec, bool replace, zoe_error *error);

/* The same of what zoe_shot_files_read() read of this spec, which it takes the sequence from where
 * it opens. Does not block. */
zoe_status zoe_session_open_files(zoe_session *session, const char *spec, zoe_shot_files *files,
                                  bool replace, zoe_error *error);

/* The path names the file of a frame of an open sequence: opening that reads nothing. */
bool zoe_session_has_file(const zoe_session *session, const char *path);

/* Makes a shot current, 0..count-1. */
void zoe_session_show(zoe_session *session, int index);

/* Shows the next (+1) or the previous (-1) of the open sequences. Returns false where there is no
 * other. */
bool zoe_session_switch(zoe_session *session, int by);

/* Where only one sequence is open: the pattern of the next (+1) or the previous (-1) one of its
 * folder; else NULL. Lives as long as that sequence is open. */
const char *zoe_session_neighbour(zoe_session *session, int by);

/*
 * Opens a sequence in the place of all that are open: at the frame number of the current one, with
 * the same work area, in the same layer and as it played: another version of the same shot. files:
 * as zoe_session_open_files(). Errors: as zoe_session_open().
 */
zoe_status zoe_session_open_in_place(zoe_session *session, const char *spec, zoe_shot_files *files,
                                     zoe_error *error);

/*
 * Compares the current sequence with others: TILE with all that are open, any other mode with the
 * partner that was chosen last, else the next of the open ones. Returns false, and nothing changes,
 * where no other one is open. OFF ends it.
 */
bool zoe_session_compare(zoe_session *session, zoe_compare_mode mode);

/* Another partner; FLIP where nothing was compared. False for the current one. */
bool zoe_session_compare_with(zoe_session *session, int index);

/* Pins what is on screen of each partner, once more: frames[ZOE_COMPARE_OTHERS], without a pin
 * where there is nothing. */
void zoe_session_pin_partners(zoe_session *session, zoe_frame *frames, int *count);

/* Alignment or offset in partners.compare changed. */
void zoe_session_realign(zoe_session *session);

/*
 * Opens a sequence to compare the current one with, which stays current: spec, or another view of
 * its own file where that is NULL. files: what was read of spec; NULL: it is read. Errors: as
 * zoe_session_open(); NO_LAYER where there is no other view.
 */
zoe_status zoe_session_open_partner(zoe_session *session, const char *spec, zoe_shot_files *files,
                                    const char *view, zoe_error *error);

/* The current shot, its transport and sequence; NULL when nothing is open. */
zoe_shot *zoe_session_shot(zoe_session *session);
zoe_transport *zoe_session_transport(zoe_session *session);
const zoe_sequence *zoe_session_sequence(zoe_session *session);

/* Something changed that an update should look at: frames got ready, a key was pressed. */
void zoe_session_touch(zoe_session *session);

/* Does it wait for a frame: the playhead's, one that belongs to it and has no room yet, or the one
 * on screen, whose samples went? Then an update is due with every frame that gets ready. */
bool zoe_session_waits(const zoe_session *session);

/* Tells the engine what is wanted, moves playback on, and takes the frame to show. */
void zoe_session_update(zoe_session *session, uint64_t now_ns, zoe_session_step *step);

/* Whoever draws has a copy of the picture on screen: its memory may go to the next one. */
void zoe_session_copied(zoe_session *session);

/* Moves the playhead; while stopped its way is remembered, see above. */
void zoe_session_seek(zoe_session *session, int64_t position, uint64_t now_ns);
void zoe_session_step_by(zoe_session *session, int64_t frames, uint64_t now_ns);

/* The user takes hold of the playhead, and lets it go: playback stops meanwhile. */
void zoe_session_scrub_begin(zoe_session *session, uint64_t now_ns);
void zoe_session_scrub_end(zoe_session *session, uint64_t now_ns);

void zoe_session_play(zoe_session *session, int32_t speed, uint64_t now_ns);

/* For all open sequences, and those to come. */
void zoe_session_set_strategy(zoe_session *session, zoe_strategy strategy);
void zoe_session_set_policy(zoe_session *session, zoe_policy policy, uint64_t now_ns);
void zoe_session_set_loop(zoe_session *session, zoe_loop_mode loop);

/*
 * Shows the sequences in another form, which is the proxy scale, overscan and precision of *form;
 * its other fields are not looked at. First the current sequence, the others when they are shown
 * again, and those to come. The picture stays until its successor is ready; frames in the form
 * before stay in memory as long as there is room. Errors: as
 * zoe_shot_set_form().
 */
zoe_status zoe_session_set_form(zoe_session *session, const zoe_source_settings *form,
                                zoe_error *error);

/*
 * Shows a layer of a header that was read for all frames of the current sequence: one without it
 * shows its default layer instead, see zoe_screen. switch: the next (+1) or the previous (-1) one
 * of the header; NO_LAYER when there is no other, or nothing is open. Other errors: as
 * zoe_shot_choose_layer().
 */
zoe_status zoe_session_choose_layer(zoe_session *session, const zoe_header *header, int32_t index,
                                    zoe_error *error);
zoe_status zoe_session_switch_layer(zoe_session *session, const zoe_header *header, int by,
                                    zoe_error *error);

/* The name and view of the layer that was chosen, "" for the default; "" when nothing is open.
 * Valid until the next choice. */
void zoe_session_layer(zoe_session *session, const char **name, const char **view);

/* The position of the frame that is on screen; while that is another sequence's or layer's, of the
 * playhead. -1 when nothing is open. */
int64_t zoe_session_shown_position(zoe_session *session);

/* Fits the range of a layer that is not colour to the frame on screen: to what is suitable, and
 * when that is in force, to all of its values. Returns false for colour. */
bool zoe_session_fit_range(zoe_session *session);

/* Shows a layer that is not colour over this range. Returns false for colour, and where min is not
 * less than max. */
bool zoe_session_set_range(zoe_session *session, const zoe_value_range *range);

/* The range in force of the layer on screen; NULL for colour, and for what is shown over 0..1
 * because nobody asked otherwise. */
const zoe_value_range *zoe_session_range(zoe_session *session);

/* One of the shots takes a look at its files; what is on screen stays until its successor is ready.
 * *report and *shift (positions added in front) are set. Errors: as zoe_shot_take_look(). */
zoe_status zoe_session_take_look(zoe_session *session, zoe_shot *shot, const zoe_look *look,
                                 zoe_refresh_report *report, int64_t *shift, zoe_error *error);

#endif
