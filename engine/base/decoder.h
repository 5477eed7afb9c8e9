/*
 * What the cache needs of a file format: open a file, say what its picture takes, decode it piece
 * by piece. exr/decode.c is the real one; tests bring their own.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_DECODER_H
#define ZOE_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/frame.h>
#include <zoetrope/storage.h>

#include "base/os.h"
#include "base/stop.h"
#include "base/times.h"

/* Which picture of each file. Strings are owned by the source; NULL: the default. */
typedef struct zoe_choice {
    char *layer;
    char *view;
    int32_t proxy_shift;
    bool overscan;
    bool full_precision;
} zoe_choice;

/* Memory that opening an ordinary file takes: what is given to open() at first. */
enum { ZOE_DECODER_FILE_BYTES = 256 << 10 };

/* What an opened file needs and gives. */
typedef struct zoe_picture {
    zoe_frame frame;      /* as acquire will give it; planes[].data are offsets into the buffer,
                             which finish says where there is one */
    size_t bytes;         /* of the buffer, with `shared_bytes`; 0: an empty window */
    size_t shared_bytes;  /* at the end of the buffer, for what pieces have to tell each other: a
                             multiple of 64. 0 before the first piece. 0 bytes: nothing */
    size_t buffer_bytes;  /* what it would take with all of its display window in memory, so that
                             frames of a sequence have buffers of one kind; 0: nothing is known */
    size_t scratch_bytes; /* that decoding one piece needs, at most */
    size_t file_bytes;    /* that the open file takes of the memory given to open(), at most */
    int32_t piece_count;  /* pieces are decoded independently, in any order, each once. 1 or more */
    zoe_os_file_id id;
} zoe_picture;

/* The planes of a frame that are one row for all: bit p is set for plane p. */
static inline uint32_t zoe_frame_uniform(const zoe_frame *frame)
{
    uint32_t uniform = 0;
    for (uint32_t p = 0; p < frame->plane_count; p++)
        uniform |= (uint32_t)(frame->planes[p].data && frame->planes[p].stride == 0) << p;
    return uniform;
}

/* What an opened picture takes while it is decoded when these planes of it are uniform. */
static inline size_t zoe_picture_fitted(const zoe_picture *picture, uint32_t uniform)
{
    const zoe_box *window = &picture->frame.window;
    size_t bytes = picture->bytes;
    for (uint32_t p = 0; p < picture->frame.plane_count && picture->shared_bytes > 0; p++)
        if (uniform & 1u << p)
            bytes -=
                picture->frame.planes[p].stride * (size_t)((int64_t)window->max_y - window->min_y);
    return bytes;
}

/* Where a decoder reports how long its reads took. */
typedef struct zoe_read_stats {
    zoe_histogram *read;
    _Atomic uint64_t *bytes;
} zoe_read_stats;

/* What of a picture its file does not have. */
typedef struct zoe_absence {
    int64_t missing, total;
    const char *unit; /* what is counted: "scanlines" or "tiles" */
} zoe_absence;

/* What finish() answers for a picture of which that is absent. */
static inline zoe_status zoe_absence_answer(const zoe_absence *absence, const char *path,
                                            zoe_picture *picture, zoe_error *error)
{
    picture->frame.incomplete = absence->missing > 0 && absence->missing < absence->total;
    if (absence->missing == 0)
        return ZOE_OK;
    if (!picture->frame.incomplete)
        return zoe_error_set(error, ZOE_ERROR_TRUNCATED, "%s: file ends before its first pixels",
                             path);
    return zoe_error_set(error, ZOE_ERROR_TRUNCATED,
                         "%s: incomplete: %lld of %lld %s are not in the file", path,
                         (long long)absence->missing, (long long)absence->total, absence->unit);
}

/*
 * One piece is one EXR chunk, or several small ones. All functions may be called on several
 * threads at once, decode also for the same file.
 *
 * open and decode may take long: a chunk can be a whole picture, a table can have millions of
 * entries. Their caller has entered the load's zoe_stop (base/stop.h); they ask zoe_stop_wanted()
 * every 20 ms or so, and once it is true return STALE, open with nothing open. Nobody looks at what
 * they have written by then, and only close follows.
 */
typedef struct zoe_decoder {
    void *user;

    /*
     * Opens a file of a storage (NULL: a local one) and says what its picture takes; on success
     * *file is to be closed by close. Everything that the open file needs (parser, header, chunk
     * table) comes from `memory`, which is 64-byte aligned, memory_bytes long and stays where it is
     * until close; decode too asks nobody else for memory than this and its scratch.
     * picture->file_bytes says how much of it is needed at most. `limit` is how much the picture
     * may take.
     *
     * Errors: TOO_SMALL (memory_bytes is not enough; picture->file_bytes says what is, and the
     * caller may try again), OVER_BUDGET (the header declares more than `limit`), and what is wrong
     * with the file. Nothing is open then.
     */
    zoe_status (*open)(void *user, zoe_storage *storage, const char *path, const zoe_choice *choice,
                       uint64_t limit, const zoe_read_stats *stats, void *memory,
                       size_t memory_bytes, zoe_picture *picture, void **file, zoe_error *error);

    /*
     * Decodes piece 0..piece_count-1 into the buffer, which is 64-byte aligned. Scratch is too, and
     * at least picture.scratch_bytes long.
     *
     * buffer_bytes is picture.bytes; or, where some planes are expected to be uniform (all of their
     * samples equal), less by all rows but one of each of those: zoe_picture_fitted().
     * It is the same for all pieces of a picture.
     *
     * Errors: TOO_SMALL (there are more planes with samples of their own than buffer_bytes is for:
     * the picture has to be decoded again with all of picture.bytes; or the scratch is too small),
     * TRUNCATED (the file does not have this piece (yet); its pixels were cleared).
     */
    zoe_status (*decode)(void *user, void *file, int32_t piece, uint8_t *buffer,
                         size_t buffer_bytes, void *scratch, size_t scratch_bytes,
                         zoe_error *error);

    /*
     * When all pieces were decoded: completes the planes, and sets picture->frame.planes[] to where
     * they are in the buffer and picture->bytes to how much of it they take, from its beginning:
     * what is behind that is not needed any more. A plane that is uniform is one row with stride 0.
     * Called once.
     *
     * TRUNCATED says what is not in the file: some of the picture, which can be shown all the same
     * and has its frame.incomplete set; or all of it. After this and any other error nothing in it
     * can be shown.
     */
    zoe_status (*finish)(void *user, void *file, uint8_t *buffer, size_t buffer_bytes,
                         zoe_picture *picture, zoe_error *error);

    /* Closes and sets *file to NULL. Returns CHANGED when the file is not what it was when it was
     * opened. */
    zoe_status (*close)(void *user, void **file, zoe_error *error);
} zoe_decoder;

#endif
