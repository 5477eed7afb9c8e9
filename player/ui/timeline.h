/*
 * Timeline: the ruler with frame numbers, playhead and work area, and the load indicator under it.
 *
 * The geometry is in timeline_map; here are drawing and the mouse. The indicator keeps the merged
 * state of each pixel column and reads the engine's states only when zoe_source_changes() moved, or
 * the map did. How several frames in one column are merged: zoe_timeline_merge().
 *
 * Mouse: left in the ruler or indicator holds the playhead; left on a work area handle moves it;
 * middle (or Alt and left) pans; the wheel zooms at the pointer, with Shift it pans; a double click
 * on a handle puts it back to the end. While the ruler shows a part, a thin bar above it shows
 * which and can be dragged, and an arrow shows the side at which a playhead out of sight is.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_TIMELINE_H
#define ZOETROPE_PLAYER_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include <SDL.h>

#include <zoetrope/engine.h>
#include <zoetrope/status.h>

#include "model/session.h"
#include "ui/timeline_map.h"
#include "ui/ui.h"

typedef enum zoe_timeline_hold {
    ZOE_HOLD_NONE,
    ZOE_HOLD_PLAYHEAD,
    ZOE_HOLD_IN,
    ZOE_HOLD_OUT,
    ZOE_HOLD_PAN,
    ZOE_HOLD_OVERVIEW,
} zoe_timeline_hold;

typedef struct zoe_timeline {
    zoe_timeline_map map;
    SDL_Rect area;           /* all of it, device pixels */
    SDL_Rect ruler;          /* the ruler's track */
    SDL_Rect indicator;      /* the load indicator */
    SDL_Rect overview;       /* of all frames, while the ruler shows a part */
    int indicator_height;    /* points; the owner's */
    zoe_timeline_hold hold;  /* what the mouse holds */
    zoe_timeline_hold hover; /* what it would take */
    uint32_t held_button;    /* SDL_BUTTON(n) */
    int grab_x;              /* pixels from the middle of the overview's part to the pointer */
    int pointer_x;           /* last known; -1: not over the timeline */
    int last_x;              /* the same, wherever it was */
    uint8_t *columns; /* [column_capacity] zoe_frame_state of each pixel column, see timeline.c */
    int column_capacity;
    const zoe_source *source; /* whose states the columns are */
    uint64_t changes;         /* as of when */
    bool columns_stale;
} zoe_timeline;

void zoe_timeline_open(zoe_timeline *timeline);
void zoe_timeline_close(zoe_timeline *timeline);

/* Height of the whole timeline in device pixels. */
int zoe_timeline_height(const zoe_ui *ui, const zoe_timeline *timeline);

/* Where it is. */
void zoe_timeline_place(zoe_timeline *timeline, const zoe_ui *ui, SDL_Rect area);

/* Another sequence is shown: all of it. */
void zoe_timeline_reset(zoe_timeline *timeline, int64_t count);

/* True when states changed that the indicator does not show yet. */
bool zoe_timeline_outdated(const zoe_timeline *timeline, const zoe_session *session);

/* How the indicator shows a state (zoe_frame_state) and a gap: for its legend. */
void zoe_timeline_draw_state(zoe_ui *ui, SDL_Rect rect, uint8_t state);
void zoe_timeline_draw_gap(zoe_ui *ui, SDL_Rect rect);

/* The thin line along a state of frames that are not in memory: their files are on disk. */
void zoe_timeline_draw_near(zoe_ui *ui, SDL_Rect rect);

/* What the user did. */
typedef struct zoe_timeline_result {
    bool changed; /* the session or the timeline: the next frame is due */
    bool menu;    /* a right click */
} zoe_timeline_result;

/* Part of a frame: hears the mouse and draws. */
void zoe_timeline_run(zoe_ui *ui, zoe_timeline *timeline, zoe_session *session,
                      zoe_timeline_result *result);

#endif
