/*
 * Frame write: one frame into a file, as it is or as it is shown.
 *
 * Both files are written under a temporary name and take their own when they are complete, over an
 * old file of that name; with is_new they fail where there is one by then. Both block.
 *
 * Thread-safety: any number of threads, each its own file, while the frame is pinned.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FRAME_WRITE_H
#define ZOETROPE_PLAYER_FRAME_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/display.h>
#include <zoetrope/frame.h>
#include <zoetrope/sequence.h>

#include "model/args.h"
#include "model/paint.h"

enum { ZOE_FRAME_WRITE_SIDE_MAX = 32768 /* pixels of a PNG */ };

/*
 * The linear pixels as they are in memory. file, layer, view (NULL or "": the default): whose frame
 * it is, for the names of its channels; the file is read for them, from that storage, and need not
 * be there any more. Errors: as zoe_exr_write().
 */
zoe_status zoe_frame_write_exr(const char *path, const zoe_frame *frame, zoe_storage *storage,
                               const char *file, const char *layer, const char *view, bool is_new,
                               zoe_error *error);

/*
 * As the viewer shows it with this grade and look, over black. seen: what is drawn of which frames;
 * its tables and viewport are not looked at. size 0x0: one pixel for each row of the frame and as
 * wide as the pixel aspect says; else as large as fits in it; of pictures beside each other, each
 * of them. others: [seen->other_count]; NULL: their colours are as the frame's. Errors: as
 * zoe_png_write().
 */
zoe_status zoe_frame_write_png(const char *path, const zoe_paint *seen, const zoe_grade *grade,
                               const zoe_color *color, const zoe_other_color *others,
                               zoe_extent size, bool is_new, zoe_error *error);

/*
 * A path in the folder that no file has: "shot 1001.png", then "shot 1001 (2).png". The blank keeps
 * it out of the sequence; a single picture's has no number. Returns false when there is none, or no
 * room for it.
 */
bool zoe_frame_write_name(const zoe_sequence *sequence, int64_t number, const char *folder,
                          const char *ending, char *path, size_t capacity);

#endif
