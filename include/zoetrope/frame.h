/*
 * Frames: decoded pictures and their states. Tier 4: includes status.h and header.h.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_FRAME_H
#define ZOETROPE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/header.h>
#include <zoetrope/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where the bytes of a frame's file are: of sources that read from URLs, or through the disk
 * cache. */
typedef enum zoe_nearness {
    ZOE_FAR = 0,      /* at their origin */
    ZOE_FETCHING = 1, /* on their way */
    ZOE_NEAR = 2,     /* on disk or in memory: decoding waits for nothing. So are local files */
} zoe_nearness;

/*
 *                EMPTY --> LOADING --> LOADED --> HEADER  evicted, to be decoded again, or its file
 *                ^         |     |                        changed
 *                '---------'     '---> ERROR  --> EMPTY   file changed, or reload
 *                stopped at a chunk
 *
 *   MISSING <--> EMPTY   the file went, or came back
 *
 * HEADER is EMPTY with its size known, NO_ROOM is EMPTY with the reason why it stays so for now,
 * INCOMPLETE is LOADED with a note on what is missing.
 */
typedef enum zoe_frame_state {
    ZOE_FRAME_EMPTY = 0,   /* not in memory */
    ZOE_FRAME_HEADER = 1,  /* EMPTY, and its size is known */
    ZOE_FRAME_LOADING = 2, /* being decoded */
    ZOE_FRAME_LOADED = 3,  /* can be acquired */
    ZOE_FRAME_ERROR = 4,   /* cannot be decoded; zoe_source_frame_error() says why */
    ZOE_FRAME_MISSING = 5, /* a gap: the sequence has no file for it */
    /* LOADED, but the file lacks some of its chunks (it is still being written) */
    ZOE_FRAME_INCOMPLETE = 6,
    /* EMPTY, and the playhead's: what is pinned, or another playhead's, or held by a storage,
     * leaves no room for it under the limit. It is loaded as soon as that is let go of, or the
     * limit is raised */
    ZOE_FRAME_NO_ROOM = 7,
} zoe_frame_state;

enum { ZOE_PLANES_MAX = 4 };

/*
 * One channel of a frame: as many rows as the frame's window has, contiguous in a row, row 0 at the
 * top. Row y begins at (const char *)data + y * stride, whatever the stride is. A plane whose
 * samples are all equal may be kept as one row with stride 0: every row is then that one.
 * Thread-safety: read only, any number of threads, while the frame is pinned.
 */
typedef struct zoe_plane {
    const void *data; /* 64-byte aligned; NULL when the frame's window is empty */
    size_t stride;    /* bytes from a row to the next; a multiple of 64, or 0: one row for all */
    zoe_sample_type type;
} zoe_plane;

/*
 * A decoded picture, as zoe_source_acquire() gives it.
 *
 *   picture   all that the frame shows: the display window; with overscan, both windows together
 *   window    the part of it that has samples in memory: data window and display window have it in
 *             common; with overscan, the data window
 *
 * The planes cover `window` only: max_x - min_x + 1 samples a row, max_y - min_y + 1 rows. It lies
 * within `picture` and may be empty (max_x < min_x or max_y < min_y): the planes then have a type
 * but no samples, and their data is NULL. Samples within `picture` and outside `window` are 0
 * (transparent black). All boxes are in pixels of the planes: at a proxy scale, proxy pixels.
 *
 * Zoetrope keeps half as half, and float and uint as half unless the source asks for full
 * precision.
 *
 * Thread-safety: the holder's; several threads may read the planes while the frame is pinned.
 */
typedef struct zoe_frame {
    zoe_box picture;        /* all that the frame shows */
    zoe_box window;         /* what the planes cover; within picture, may be empty */
    zoe_box display_window; /* of the file, at the frame's proxy scale */
    zoe_box data_window;    /* of the file, at the frame's proxy scale */
    double pixel_aspect;    /* width of a pixel / its height */
    int32_t proxy_shift;    /* 0: full size; n: 1/2^n in each direction */
    uint32_t plane_count;   /* 1..4 */
    int32_t is_color; /* 1: planes are red, green, blue and, with four, alpha; 0: single values */
    int32_t alpha_plane; /* index of the alpha plane; -1: none, the picture is opaque */
    zoe_plane planes[ZOE_PLANES_MAX];
    int32_t incomplete; /* 1: chunks are missing in the file; their pixels are 0 */
    int32_t has_chromaticities;
    float chromaticities[8]; /* as in zoe_header */
    char time_code[32];      /* of this frame's file, as in zoe_header; "" where there is none */
    int64_t position;
    uint64_t generation; /* of this picture: no other one of the engine has it, 1 or more. Equal:
                            same pixels */
    void *pin;           /* the hold, with its owner; for zoe_frame_release() only. NULL: none */
    void *pin_owner;
} zoe_frame;

/*
 * Gives the frame back. Its planes may be gone as soon as this returns. The pin is cleared; a frame
 * without a pin is left alone. Costs one atomic subtraction; only where its memory is waited for
 * (a load, or a limit that fell), or the picture was given up meanwhile, the last holder takes a
 * lock that is not held across I/O or decoding, and gives the pages back. Thread-safety: any
 * thread.
 */
ZOE_API void zoe_frame_release(zoe_frame *frame);

/* "empty", "loaded", …. Never NULL. Thread-safety: any thread. */
ZOE_API const char *zoe_frame_state_name(zoe_frame_state state);

#ifdef __cplusplus
}
#endif

#endif
