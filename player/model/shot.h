/*
 * Shot: one open sequence as it is played: its sources in every form that was looked at, its
 * transport, and what is known of its layer.
 *
 * Thread-safety: one thread at a time. Times are zoe_now_ns().
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_SHOT_H
#define ZOETROPE_PLAYER_SHOT_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/zoetrope.h>

#include "model/args.h"
#include "model/fallback.h"
#include "model/file_color.h"
#include "model/task.h"
#include "model/value_range.h"
#include "model/variants.h"

enum { ZOE_FOLLOWED_NUMBERS = 64 };

/* What a shot's files are known to have gone through; the follower's. All zero: nothing. */
typedef struct zoe_followed {
    zoe_task *task;           /* a look that is being read; NULL: none */
    struct zoe_look_job *job; /* the task's */
    bool wants_folder;        /* it is to be read again */
    bool is_asked; /* by the user, who hears of it, and for whom errors are tried again */
    int32_t count; /* of numbers */
    int64_t numbers[ZOE_FOLLOWED_NUMBERS]; /* of frames whose files changed */
    uint64_t folder_ns;                    /* the folder is not read again before */
    bool has_bad;     /* frames in error, or incomplete, when they were looked for last */
    uint64_t bad_ns;  /* when they are looked for again */
    int64_t bad_next; /* position to go on with */
} zoe_followed;

typedef struct zoe_shot {
    zoe_source *source; /* the current variant's */
    zoe_variants variants;
    zoe_transport transport;
    zoe_rate file_rate;                /* 0/0: the file says none */
    char layer[128];                   /* name for people: "RGBA", "beauty", "beauty left" */
    char channels[ZOE_PLANES_MAX][32]; /* what its values are called: "Z"; "" where unknown */
    char complaint[512];  /* of opening: the layer that was asked for is not there, and which are */
    bool is_data;         /* the layer's values are shown as grey over `range` */
    bool is_wide;         /* its file has float or uint, see zoe_layer_is_wide() */
    bool is_whole;        /* it has uint, which is kept in full whatever is asked for */
    bool full_asked;      /* full precision is asked for all layers */
    bool is_hashed;       /* the bits of its values are ids */
    zoe_file_color color; /* what the file that was opened says, or as the user had it read again */
    zoe_followed followed;
    zoe_fallback fallback;
    zoe_value_range range; /* fitted to the first frame shown of the layer, or when asked to;
                              0..0: not yet */
} zoe_shot;

/* What opening reads. Begin with all zero. */
typedef struct zoe_shot_files {
    zoe_sequence *sequence; /* NULL: nothing was read, or it was opened */
    int64_t start;          /* the position that was named, or the first with a file */
    zoe_header *header;     /* of its file; NULL: it cannot be read, which its frame will say */
    zoe_file_color color;
} zoe_shot_files;

/* Blocks on the folder and one header; any thread. On failure nothing is held. Errors: as
 * zoe_sequence_open(). */
zoe_status zoe_shot_files_read(zoe_shot_files *files, zoe_storage *storage, const char *spec,
                               zoe_error *error);
void zoe_shot_files_free(zoe_shot_files *files);

/* As zoe_shot_open(), of what was read: the sequence is taken from it. Does not block. */
zoe_status zoe_shot_open_files(zoe_shot *shot, zoe_engine *engine, zoe_shot_files *files,
                               const zoe_source_settings *settings, zoe_rate rate,
                               zoe_error *error);

/*
 * Opens a sequence at the frame that was named. rate: instead of the file's; 0/0: none. On failure
 * nothing is held. Blocks on the folder and one header. Errors: as zoe_sequence_open() and
 * zoe_source_open().
 */
zoe_status zoe_shot_open(zoe_shot *shot, zoe_engine *engine, zoe_storage *storage, const char *spec,
                         const zoe_source_settings *settings, zoe_rate rate, zoe_error *error);

/* Frames of it that are still pinned stay valid until they are released. */
void zoe_shot_close(zoe_shot *shot);

const zoe_sequence *zoe_shot_sequence(const zoe_shot *shot);

/* Stops it, and the engine need not load anything of it. */
void zoe_shot_rest(zoe_shot *shot);

/* True if the path names the file of one of its frames, in the words the sequence itself would use:
 * no folder is read to find out. */
bool zoe_shot_has_file(const zoe_shot *shot, const char *path);

/* The pattern of the next (+1) or the previous (-1) sequence of its folder; NULL when it is the
 * only one. Lives as long as the shot's sequence. */
const char *zoe_shot_neighbour(const zoe_shot *shot, int by);

/* Asks for its frames in the proxy scale, overscan and precision of *form. On failure nothing
 * changes. Errors: as zoe_variants_choose(). */
zoe_status zoe_shot_set_form(zoe_shot *shot, zoe_engine *engine, const zoe_source_settings *form,
                             zoe_error *error);

/* The position whose header says which layers there are: the playhead's, or the next that has a
 * file. */
int64_t zoe_shot_header_position(const zoe_shot *shot);

/* Goes to a layer of a header that was read. Does not block. Errors: as zoe_shot_set_form(). */
zoe_status zoe_shot_choose_layer(zoe_shot *shot, zoe_engine *engine, const zoe_header *header,
                                 int32_t index, zoe_error *error);

/* A look at everything that was read of the shot, to be read on another thread. Errors: as
 * zoe_look_begin(). */
zoe_status zoe_shot_look(const zoe_shot *shot, zoe_look **look, zoe_error *error);

/* Takes a look. *report is about the form that is shown; *shift: positions that were added in
 * front, with which the transport was moved along. Does not block. Errors: as
 * zoe_variants_take_look(). */
zoe_status zoe_shot_take_look(zoe_shot *shot, const zoe_look *look, zoe_refresh_report *report,
                              int64_t *shift, zoe_error *error);

/* What the shot knows of a file in its folder. */
typedef enum zoe_shot_file {
    ZOE_SHOT_FILE_FRAME, /* the frame of this number */
    ZOE_SHOT_FILE_OTHER, /* another sequence's, or one that came after the folder was read */
} zoe_shot_file;

zoe_shot_file zoe_shot_find_file(const zoe_shot *shot, const char *name, int64_t *number);

#endif
