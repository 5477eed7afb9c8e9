/*
 * Save: the picture on screen, written into a file by a thread of its own.
 *
 * What is saved is what was seen when it was asked for: the frame stays pinned, grade and look are
 * copies, whatever is played meanwhile. The thread first looks whether the file may be written:
 * nothing on the caller's thread waits for a file system.
 *
 *      IDLE --take--> READY --write--> CHECKING --> WRITING --> DONE, FAILED --drop--> IDLE
 *                       ^                 |
 *                       +---- write ---- EXISTS, REFUSED (and --drop--> IDLE)
 *
 * Thread-safety: one thread at a time; `wake` comes from another.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_SAVE_H
#define ZOETROPE_PLAYER_SAVE_H

#include <stdbool.h>

#include <zoetrope/display.h>
#include <zoetrope/frame.h>
#include <zoetrope/status.h>

#include "model/look_table.h"
#include "model/paint.h"
#include "model/paths.h"

typedef enum zoe_save_state {
    ZOE_SAVE_IDLE,     /* there is no picture */
    ZOE_SAVE_READY,    /* it was not asked to be written yet */
    ZOE_SAVE_CHECKING, /* whether the path can be written */
    ZOE_SAVE_EXISTS,   /* there is something of that name, and it was not said to be replaced */
    ZOE_SAVE_REFUSED,  /* there is no such folder, or the path is one: another may be tried */
    ZOE_SAVE_WRITING,
    ZOE_SAVE_DONE,
    ZOE_SAVE_FAILED,
} zoe_save_state;

/* What is saved. A plain value; the frame is pinned. */
typedef struct zoe_save_picture {
    zoe_frame frame;
    zoe_grade grade;
    bool is_colored; /* false: without what follows */
    zoe_color color;
    zoe_look_table *table; /* what color points into, held for the picture; NULL: nothing */
    zoe_look look;
    zoe_compare compare;                  /* with what follows; OFF: the frame alone */
    zoe_frame others[ZOE_COMPARE_OTHERS]; /* pinned, or without a picture */
    zoe_other_color other_colors[ZOE_COMPARE_OTHERS];
    int other_count;
    zoe_storage *storage;       /* where that file is from; outlives the saving */
    char file[ZOE_PATH_TEXT];   /* the frame's own, for the names of its channels; "": unknown */
    char layer[256], view[256]; /* "": the default ones */
} zoe_save_picture;

typedef struct zoe_save zoe_save;

/* NULL when memory is out. wake(user) is called on the thread when the state has changed. */
zoe_save *zoe_save_create(void (*wake)(void *user), void *user);

/* Waits until a file that is being written is complete, or could not be. */
void zoe_save_wait(zoe_save *save);

/* The same, and frees it. Accepts a pointer to NULL. */
void zoe_save_destroy(zoe_save **save);

/* The picture that is saved next; its pin and its hold of the table pass over in any case. False,
 * and the frame is released, while another is being written. */
bool zoe_save_take(zoe_save *save, const zoe_save_picture *picture);

/*
 * Writes it: linear pixels into an EXR, or what is seen into a PNG. replaces: also over a file of
 * that name, which else stays also where it appears while this one is written. In READY, EXISTS and
 * REFUSED only. Errors: ARGUMENT, THREAD; the state stays then.
 */
zoe_status zoe_save_write(zoe_save *save, const char *path, bool is_linear, bool replaces,
                          zoe_error *error);

/* What became of it. path: as it was last written to; error: of REFUSED and FAILED. Both live until
 * the next call that changes the state, and may be NULL. */
zoe_save_state zoe_save_look(zoe_save *save, const char **path, const zoe_error **error);

/* Lets go of the picture, unless it is being written; while the path is looked at, no file is
 * written and the state becomes REFUSED. */
void zoe_save_drop(zoe_save *save);

#endif
