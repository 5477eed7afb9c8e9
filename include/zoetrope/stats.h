/*
 * Statistics: what an engine has done and what it holds. Tier 1: includes status.h.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_STATS_H
#define ZOETROPE_STATS_H

#include <stdint.h>

#include <zoetrope/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A distribution of times. All 0 when nothing was measured. Percentiles are exact to 1/16. */
typedef struct zoe_times {
    uint64_t count;
    uint64_t p50_ns, p95_ns, max_ns;
    uint64_t total_ns;
} zoe_times;

/*
 * Since the engine was created or its statistics were reset, except what says "now".
 * Thread-safety: a plain value. The counters are read one by one while workers go on.
 */
typedef struct zoe_stats {
    uint64_t limit_bytes;      /* now: in force */
    uint64_t used_bytes;       /* now: buffers in memory, free ones included, and scratch */
    uint64_t frame_bytes;      /* now: in loaded frames */
    uint64_t full_frame_bytes; /* now: what those would take if each file's data filled its display
                                  window, and no plane were kept as one row; frame_bytes or more */
    uint64_t in_flight_bytes;  /* now: in frames being decoded */
    uint64_t free_bytes;       /* now: in buffers kept for reuse */
    uint64_t scratch_bytes;    /* now: decoding scratch, and memory of open files */
    uint64_t high_water_bytes; /* most used_bytes ever */
    uint64_t frames_loaded;    /* now */
    uint64_t loads_pending;    /* now: frames being decoded; never more than workers + 2, but that
                                  those of more workers than there are now are ended first */
    uint64_t hits;             /* acquires that gave a frame */
    uint64_t misses;    /* acquires that found a frame not loaded; asking again for the same frame
                           before it is loaded counts once */
    uint64_t decodes;   /* frames decoded to the end and kept */
    uint64_t errors;    /* frames that could not be decoded */
    uint64_t evictions; /* frames that left to make room, or because the limit fell */
    uint64_t stale_skipped;  /* loads given up before their first chunk because nobody wanted them
                                any more */
    uint64_t stale_stopped;  /* loads given up at a later chunk */
    uint64_t wasted_ns;      /* worker time spent on those */
    uint64_t allocations;    /* times memory was asked of the system: when a buffer or scratch is
                                first touched. 0 in steady playback */
    uint64_t bytes_read;     /* from files */
    uint64_t resident_bytes; /* now: the process's resident memory, from the system */
    uint64_t resident_peak_bytes; /* the process's, from the system */
    uint32_t workers;             /* now */
    uint32_t decoders;            /* processes that decode or read headers, looked at four times a
                                     second; 0 without isolation, see settings.h */
    uint64_t decoder_bytes;       /* now: resident memory of those beside frames' memory, and files
                                     from elsewhere that they were given in memory. It is part of
                                     resident_bytes and, but for scratch that is in used_bytes
                                     anyway, of used_bytes; looked at as often */
    uint64_t decoder_restarts;    /* processes started in place of another */
    uint64_t decoder_deaths; /* of those others: crashed, hung, were killed or gave an impossible
                                     answer */
    zoe_times decode;        /* wall time from a frame's claim to its being published */
    zoe_times chunk;         /* of one chunk: read, decompress, convert */
    zoe_times read;          /* of one read call */
} zoe_stats;

#ifdef __cplusplus
}
#endif

#endif
