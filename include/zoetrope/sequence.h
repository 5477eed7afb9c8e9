/*
 * Sequences: frame numbers and the file of each. Tier 3: includes status.h and storage.h.
 *
 * Frames are counted twice. A *frame number* is what stands in the file name and what people say:
 * 1001, -5. A *position* is 0-based and dense: position 0 is the first number, count - 1 the last,
 * and a range with a step (1-100x2) has one position for each step. number = first + position x
 * step. Everything in Zoetrope that takes a frame takes a position, except where it says number.
 *
 * Thread-safety: a zoe_sequence never changes after it was opened; any number of threads may read
 * it. Closing it needs that nobody else uses it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_SEQUENCE_H
#define ZOETROPE_SEQUENCE_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>
#include <zoetrope/storage.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zoe_sequence zoe_sequence;

/* The most positions a sequence may have. Where numbers lie further apart, those of more than half
 * of the files make the sequence if they lie together; else it is ZOE_ERROR_TOO_LARGE. */
enum { ZOE_SEQUENCE_POSITIONS_MAX = 4 << 20 };

/*
 * Opens a sequence by one of
 *
 * - a frame's file: /shots/a/beauty.0101.exr means all files of the same name but for the number
 * - a folder: /shots/a means its first group in natural order
 * - a pattern: shot.####.exr, shot.@@@@.exr, shot.#.exr, shot.%04d.exr, shot.%d.exr
 * - a pattern with a range: shot.1-100#.exr, shot.1-100x2####.exr, shot.-5-10@@@.exr
 *
 * `#` alone after a range stands for four digits at least, or for any width where no file of the
 * range has four; otherwise, like `%d`, for a number of any width; `####` and `@@@@` give the width
 * by their count; wider numbers match when they have no leading zero (padding 4 covers 0001 and
 * 12345). A file without a number in its name is a sequence of one, numbered 0. A file whose own
 * name matches literally wins over its reading as a pattern. A file or pattern without a matching
 * number anywhere still opens when the named file exists. Folders are left out, and so are names
 * that begin with a dot unless the given name does. The folder is read once; files are not opened.
 *
 * Each of them may be a URL, http://, https:// or s3://, of that storage, which the sequence holds
 * on to; whatever does not end in .exr, a query aside, is a folder. Where the folder cannot be
 * listed, a pattern with a range has all numbers of the range, and those without a file turn out to
 * be gaps when they are read; a pattern without is an error, a file stands for itself. A query at
 * the end ("?sig=...") is part of all paths. NULL: local files only.
 *
 * Blocks on the folder. On success *sequence is the caller's, to be closed with
 * zoe_sequence_close(); on failure it is NULL. Errors: NOT_FOUND, PERMISSION, IO, NO_FRAMES,
 * PATTERN, TOO_LARGE, NO_MEMORY, ARGUMENT, UNSUPPORTED (a URL without a storage for it, or whose
 * server does not list).
 */
ZOE_API zoe_status zoe_sequence_open(const char *spec, zoe_storage *storage,
                                     zoe_sequence **sequence, zoe_error *error);

/* Opens the sequence's spec again, as the folder is now. What was opened by a folder keeps its
 * group, and so does what was opened by a file that is gone. The old sequence stays as it is. Same
 * ownership and errors as zoe_sequence_open(). */
ZOE_API zoe_status zoe_sequence_reopen(const zoe_sequence *old, zoe_sequence **sequence,
                                       zoe_error *error);

/* Frees, or lets go of what is shared, and sets *sequence to NULL. NULL and pointer to NULL are
 * accepted. */
ZOE_API void zoe_sequence_close(zoe_sequence **sequence);

/* The same sequence for one owner more, who closes it too: it goes with the last of them. Does not
 * fail. */
ZOE_API zoe_sequence *zoe_sequence_share(const zoe_sequence *sequence);

/* Number of positions, 1 or more. */
ZOE_API int64_t zoe_sequence_count(const zoe_sequence *sequence);

/* Frame number of the first and last position, and the step between positions (1 or more). */
ZOE_API int64_t zoe_sequence_first(const zoe_sequence *sequence);
ZOE_API int64_t zoe_sequence_last(const zoe_sequence *sequence);
ZOE_API int64_t zoe_sequence_step(const zoe_sequence *sequence);

/* Frame number of a position, also outside 0..count-1; and the position of a number, also outside,
 * rounded down where the number lies between two. */
ZOE_API int64_t zoe_sequence_number(const zoe_sequence *sequence, int64_t position);
ZOE_API int64_t zoe_sequence_position(const zoe_sequence *sequence, int64_t number);

/* Number of positions that have a file. */
ZOE_API int64_t zoe_sequence_file_count(const zoe_sequence *sequence);

/* 1 if the position has a file, 0 for a gap and for positions outside the sequence. */
ZOE_API int zoe_sequence_has_file(const zoe_sequence *sequence, int64_t position);

/*
 * Writes the path of a position's file, terminated, into path[capacity]. Returns ZOE_OK,
 * ZOE_MISSING for a gap, ZOE_ERROR_ARGUMENT when the position is outside or the path does not fit.
 * Allocates nothing.
 */
ZOE_API zoe_status zoe_sequence_path(const zoe_sequence *sequence, int64_t position, char *path,
                                     size_t capacity);

/* The position of the file that was named when the sequence was opened by a frame's file, else
 * -1. */
ZOE_API int64_t zoe_sequence_named_position(const zoe_sequence *sequence);

/* "beauty.####.exr": the name without folder, with a # for each digit of padding; the file's name
 * for one without a number. Lives as long as the sequence. */
ZOE_API const char *zoe_sequence_name(const zoe_sequence *sequence);

/* The folder, without a trailing slash; "." for the current one, "/" for the root. A URL's is
 * without a query. Lives as long as the sequence. */
ZOE_API const char *zoe_sequence_folder(const zoe_sequence *sequence);

/* What the sequence was opened by. Lives as long as the sequence. */
ZOE_API const char *zoe_sequence_spec(const zoe_sequence *sequence);

/* The storage that it was opened from, which is the sequence's; NULL: none. */
ZOE_API zoe_storage *zoe_sequence_storage(const zoe_sequence *sequence);

/*
 * The groups of EXR files in the folder, in natural order (shot2 before shot10), whichever of them
 * was opened. Each is given by what zoe_sequence_open() opens it with: a pattern
 * ("/shots/a/beauty.####.exr"), or one of its files where its names would be misread as a pattern.
 */
typedef struct zoe_sequence_group {
    const char *pattern; /* lives as long as the sequence */
    int64_t first;       /* frame numbers */
    int64_t last;
    int64_t files; /* how many there are; two files of one number count twice */
} zoe_sequence_group;

ZOE_API size_t zoe_sequence_group_count(const zoe_sequence *sequence);

/* index 0..group_count-1. *group is filled in; ZOE_ERROR_ARGUMENT outside. */
ZOE_API zoe_status zoe_sequence_group_at(const zoe_sequence *sequence, size_t index,
                                         zoe_sequence_group *group);

#ifdef __cplusplus
}
#endif

#endif
