/*
 * The engine: one memory budget, one set of workers, one cache for all open sequences. Tier 5:
 * includes settings.h, sequence.h, stats.h, want.h and frame.h.
 *
 * A program makes one engine, opens a *source* for each sequence it shows, tells each source its
 * want, and acquires frames. Nothing is queued: workers ask the wants what to decode next.
 *
 * Pointers that are given to functions are not NULL where it does not say that they may be.
 *
 * Thread-safety: unless a function says otherwise, any thread may call it at any time, also several
 * at once. Functions that "do not block" take at most one lock, which is not held across I/O,
 * decoding, callbacks or giving pages back, and wait for nothing else.
 *
 * Forking: workers stay behind in the parent. What is forked off may execute another program or
 * end, and may call nothing of this library.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_ENGINE_H
#define ZOETROPE_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/frame.h>
#include <zoetrope/sequence.h>
#include <zoetrope/settings.h>
#include <zoetrope/stats.h>
#include <zoetrope/status.h>
#include <zoetrope/want.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zoe_engine zoe_engine;
typedef struct zoe_source zoe_source;

/* ---- engine ---- */

/*
 * Starts an engine and its workers. `settings` may be NULL for all defaults; it is copied. On
 * success *engine is the caller's, to be ended with zoe_engine_destroy(); on failure it is NULL.
 * Errors: ARGUMENT, NO_MEMORY, THREAD.
 */
ZOE_API zoe_status zoe_engine_create(const zoe_engine_settings *settings, zoe_engine **engine,
                                     zoe_error *error);

/*
 * Stops the workers (each at its next chunk), closes all sources, frees all memory, sets *engine to
 * NULL. All frames must have been released and no other call may be under way. NULL and pointer to
 * NULL are accepted. Blocks for a chunk's time.
 */
ZOE_API void zoe_engine_destroy(zoe_engine **engine);

/*
 * How zoe_header_read() parses files from now on, in the whole process: `isolation`,
 * `decoder_program` and `decoder_hang_ms` of the settings count, in every mode as for frames; NULL:
 * all defaults, in this process. A header that is isolated is read by a process that does nothing
 * else meanwhile; it takes some 3 ms to start, and then waits a second for the next header. It ends
 * with the thread that started it, and at this call; where it has ended by itself, the next header,
 * this call, or an engine takes its exit status. AUTO: in this process where none can be started.
 * Errors then besides those of zoe_header_read(): DECODER, and with ON those of starting a process.
 * Errors: ARGUMENT. Thread-safety: not while another thread reads headers.
 */
ZOE_API zoe_status zoe_header_isolate(const zoe_engine_settings *settings);

/* What a change of memory did. Resident memory is the whole process's, from the system, in bytes.
 */
typedef struct zoe_memory_report {
    uint64_t resident_before;
    uint64_t resident_after;
    uint64_t limit_bytes;    /* the limit now in force */
    uint64_t used_bytes;     /* of the budget, now */
    uint64_t frames_evicted; /* by this call */
} zoe_memory_report;

/*
 * Changes the budget while running. Lowering evicts, stops what no longer fits, and gives the pages
 * back to the system before it returns; nothing is begun meanwhile. What is pinned stays, and can
 * be acquired, until it is released; if that is more than the limit it goes then. Raising costs
 * nothing until it is used. `report` may be NULL. Blocks until loads that are to stop have come to
 * their next chunk, and for as long as the system takes for the pages (about a millisecond for
 * every 20 MB). Errors: ARGUMENT.
 */
ZOE_API zoe_status zoe_engine_set_budget(zoe_engine *engine, const zoe_budget *budget,
                                         zoe_memory_report *report);

/* The budget as last set, defaults filled in. Does not block. */
ZOE_API void zoe_engine_budget(zoe_engine *engine, zoe_budget *budget);

/* Changes the number of workers, 1..ZOE_WORKERS_MAX; 0: the default. Blocks for a chunk's time.
 * Errors: ARGUMENT, THREAD (as many as could be started go on), NO_MEMORY. */
ZOE_API zoe_status zoe_engine_set_workers(zoe_engine *engine, uint32_t workers);

/* Gives free buffers, idle scratch and the C heap's free memory back to the system. Loaded frames
 * stay. Waits for the system, and for another change of memory that is under way. */
ZOE_API zoe_status zoe_engine_trim(zoe_engine *engine, zoe_memory_report *report);

/* Evicts every frame that is not pinned, of all sources, then trims. Preload starts again at once.
 * Waits as trimming does. */
ZOE_API zoe_status zoe_engine_clear(zoe_engine *engine, zoe_memory_report *report);

/* Does not block. Costs the same whatever is in memory; the process's resident memory is asked of
 * the system. */
ZOE_API void zoe_engine_stats(zoe_engine *engine, zoe_stats *stats);

/* Sets every counter and distribution to 0 and the high water to what is used now. */
ZOE_API void zoe_engine_reset_stats(zoe_engine *engine);

/* ---- sources ---- */

/* Which picture of each file. Filled by zoe_source_settings_init(). Strings are copied. */
typedef struct zoe_source_settings {
    size_t size;       /* of this struct, in bytes; see zoe_engine_settings */
    const char *layer; /* as zoe_header_find_layer() takes it; NULL: the default. A frame without it
                          is an error */
    const char *view;  /* NULL: the default */
    int32_t proxy_shift;    /* 0 full size, 1 half, 2 a quarter, 3 an eighth in each direction: each
                            sample is the mean of a block of the full-size frame's (or of a smaller
                            level's that the file has), where the block reaches beyond the frame of
                            those in it; with uint kept as uint, the first of them. default 0 */
    int32_t overscan;       /* 1: frames cover the data window too; 0: the display window only.
                               default 0 */
    int32_t full_precision; /* 1: float stays float, uint stays uint; 0: all becomes half.
                               default 0 */
} zoe_source_settings;

ZOE_API void zoe_source_settings_init(zoe_source_settings *settings);

/*
 * Opens a sequence in the engine. Takes over *sequence and sets it to NULL, on success only.
 * `settings` may be NULL. The want is idle until it is set. No file is opened. On success *source
 * is the caller's, to be closed with zoe_source_close() or by the engine's end; on failure it is
 * NULL, and *sequence still the caller's. Errors: ARGUMENT, NO_MEMORY.
 */
ZOE_API zoe_status zoe_source_open(zoe_engine *engine, zoe_sequence **sequence,
                                   const zoe_source_settings *settings, zoe_source **source,
                                   zoe_error *error);

/*
 * Closes a source: stops its loads, evicts its frames, gives their memory back, sets *source to
 * NULL. Frames of it that are still pinned stay valid until they are released. NULL and pointer to
 * NULL are accepted. Blocks for a chunk's time. No other call on this source may be under way.
 */
ZOE_API void zoe_source_close(zoe_source **source);

/* The source's sequence; it lives until the source is refreshed or closed. */
ZOE_API const zoe_sequence *zoe_source_sequence(const zoe_source *source);

/*
 * Says what is wanted next. The playhead's next step goes on with the epoch; anything else begins a
 * new one, and workers stop at their next chunk what the new want does not need soon. Does not
 * block; allocates nothing. A step costs a look at each load; a new epoch also one at the states of
 * the frames from the playhead, in the want's order, to the first that is not in memory. Errors:
 * ARGUMENT.
 */
ZOE_API zoe_status zoe_source_set_want(zoe_source *source, const zoe_want *want);

/*
 * Pins a frame if it is loaded: on ZOE_OK, *frame is the caller's until zoe_frame_release().
 * Otherwise says why not and clears *frame: LOADING (not loaded, whether or not a worker is at it),
 * NO_ROOM (it is the playhead's, and what is held leaves no room for it: it comes when enough is
 * released, or the limit raised), MISSING, or the frame's own error. On a loaded frame it is one
 * atomic compare-and-swap and a copy, without a lock; never blocks.
 */
ZOE_API zoe_status zoe_source_acquire(zoe_source *source, int64_t position, zoe_frame *frame);

/*
 * As zoe_source_acquire(), but waits for a frame that is not loaded until the deadline
 * (zoe_now_ns() clock). The frame should be part of the want: nobody else brings it. Blocks. Also
 * returns TIMEOUT.
 */
ZOE_API zoe_status zoe_source_wait(zoe_source *source, int64_t position, uint64_t deadline_ns,
                                   zoe_frame *frame);

/* Why a frame is in ZOE_FRAME_ERROR or ZOE_FRAME_NO_ROOM (what it takes, what is held, and which
 * limit would do), or what ZOE_FRAME_INCOMPLETE lacks. Returns the frame's status and fills *error;
 * ZOE_OK when nothing is wrong with it. */
ZOE_API zoe_status zoe_source_frame_error(zoe_source *source, int64_t position, zoe_error *error);

/*
 * Copies the states (zoe_frame_state) of positions first..first+count-1 to states[count], a byte
 * each. Lock-free. Errors: ARGUMENT.
 */
ZOE_API zoe_status zoe_source_states(const zoe_source *source, int64_t first, int64_t count,
                                     uint8_t *states);

/* The same for where the bytes of their files are (zoe_nearness). */
ZOE_API zoe_status zoe_source_nearness(const zoe_source *source, int64_t first, int64_t count,
                                       uint8_t *nearness);

/* 1: its files are fetched ahead of decoding; 0: they are read as they are decoded. */
ZOE_API int zoe_source_is_far(const zoe_source *source);

/* Goes up with every change of any of the source's states or nearnesses: nothing changed, nothing
 * need be read. Lock-free. */
ZOE_API uint64_t zoe_source_changes(const zoe_source *source);

/* Goes up whenever the want changed other than by the playhead's next step. Lock-free. */
ZOE_API uint64_t zoe_source_epoch(const zoe_source *source);

typedef struct zoe_refresh_report {
    int64_t added;   /* frames that have a file now and had none */
    int64_t removed; /* frames whose file is gone */
    int64_t
        changed; /* frames in memory or in error whose file is another one, to be loaded again */
} zoe_refresh_report;

/*
 * Reads the folder again, and looks at the file of every frame that was read: what changed is
 * let go of and will be decoded again; what did not stays in memory, pinned or not, and goes on
 * being loaded. Frames in ERROR are tried again, and count as changed only where their file is
 * another one. Numbers may be added at both ends: positions then shift, the want with them.
 * Blocks on the folder and on one stat() a frame in memory; a second refresh of the same source
 * waits for the first one. `report` may be NULL. On failure the source stays as it was. Not at the
 * same time as another call on this source that takes a position from the old sequence. Errors: as
 * zoe_sequence_open().
 */
ZOE_API zoe_status zoe_source_refresh(zoe_source *source, zoe_refresh_report *report,
                                      zoe_error *error);

/*
 * Looks at the file of one frame again, and has the frame decoded anew if it is another file than
 * the one that was read (size, time of change, inode), if the frame is in ERROR, or if it was
 * MISSING and its file is back; a frame whose file is gone becomes MISSING. For frames that are
 * still being written: costs one stat(), and does not disturb the other frames.
 *
 * The frame is EMPTY then, and decoded when the want comes to it. Whoever holds a pin keeps the old
 * picture, unchanged, and both pictures are in memory until it is released. A load that reads the
 * old file begins again.
 *
 * *changed (may be NULL): 1 if the frame is to be decoded again or gone, 0 if all is as it was.
 * Numbers that had no file when the sequence was opened or last refreshed stay gaps (MISSING is
 * returned): zoe_source_refresh() finds new files. Blocks on the stat(), with no lock held. Not at
 * the same time as zoe_source_refresh() on this source. Errors: ARGUMENT.
 */
ZOE_API zoe_status zoe_source_reload(zoe_source *source, int64_t position, int32_t *changed);

/*
 * A look at files: what refreshing and reloading do, in steps, for programs that may not wait for a
 * file system. A look is begun and filled on the thread of its sources, read on any other one while
 * they go on, and then taken by each source, which blocks on nothing.
 *
 *     zoe_look_begin(sequence, &look, &error);
 *     zoe_look_add_source(look, source);             or zoe_look_add_number()
 *     zoe_look_read(look, 1, &error);                on another thread
 *     zoe_source_take_look(source, look, &report, &error);
 *     zoe_look_end(&look);
 *
 * Thread-safety: one thread at a time.
 */
typedef struct zoe_look zoe_look;

/* On success *look is the caller's, to be ended with zoe_look_end(). Shares the sequence. Errors:
 * ARGUMENT, NO_MEMORY. */
ZOE_API zoe_status zoe_look_begin(const zoe_sequence *sequence, zoe_look **look, zoe_error *error);

/* Frees and sets *look to NULL; accepts NULL. */
ZOE_API void zoe_look_end(zoe_look **look);

/* Looks at the file of the frame of this number. One that has no file in the sequence is passed
 * over. Does not block. Errors: NO_MEMORY, ARGUMENT (the look was read). */
ZOE_API zoe_status zoe_look_add_number(zoe_look *look, int64_t number);

/* The same for every frame of a source that is in memory, in error, or being loaded. Its sequence
 * has the frame numbers of the look's. Does not block. Errors: as zoe_look_add_number(). */
ZOE_API zoe_status zoe_look_add_source(zoe_look *look, zoe_source *source);

/* Frames in ERROR are tried again, whatever their file is, as by zoe_source_refresh(). */
ZOE_API void zoe_look_retry(zoe_look *look);

/*
 * Looks at the files; with `folder` 1 the folder is read first, for files that came and went. Once
 * for each look. Blocks on the folder and one stat() a frame; of URLs many are asked about at a
 * time, and a frame of which no server says anything stays as it is. Errors: as
 * zoe_sequence_reopen(), and ARGUMENT for a look that was read; one that failed is only to be
 * ended.
 */
ZOE_API zoe_status zoe_look_read(zoe_look *look, int32_t folder, zoe_error *error);

/*
 * Lets a source know what was seen. Frames whose file is another one are decoded again, as by
 * zoe_source_reload(), but those in ERROR only where their file is another one too; frames whose
 * file is gone become MISSING. If the folder was read, the source has the sequence as it is now,
 * and positions may shift, as by zoe_source_refresh(). What was read since the look began stays.
 *
 * Does not block, but for a chunk's time where a frame goes from the sequence's end while it is
 * being loaded. `report` may be NULL. Not at the same time as another call on this source that
 * takes a position. On failure the source stays as it was. Errors: ARGUMENT (the look was not
 * read), NO_MEMORY.
 */
ZOE_API zoe_status zoe_source_take_look(zoe_source *source, const zoe_look *look,
                                        zoe_refresh_report *report, zoe_error *error);

/* ---- clock ---- */

/* Monotonic nanoseconds, the clock of all deadlines. */
ZOE_API uint64_t zoe_now_ns(void);

#ifdef __cplusplus
}
#endif

#endif
