/*
 * The planes of a picture while its pieces are decoded: which of them are uniform so far (all
 * samples equal), and where in the buffer the others stand.
 *
 * A plane is uniform until two samples of it differ. Up to then nothing is written of it: its rows
 * are decoded to scratch and compared with its one value there, so that its memory is never
 * touched. A plane with different samples is spread: it has rows of its own, behind those of the
 * planes that were spread before it. So what uniform planes do not take is all at the end of the
 * buffer:
 *
 *     while it is decoded   | plane 3 | plane 0 |                         | what pieces share |
 *     finished              | plane 3 | plane 0 | row of 1 | row of 2 |
 *
 * Pieces are decoded on several threads, or in several processes. What they have to agree on stands
 * at the end of the buffer: the order in which planes were spread, the value of each uniform one,
 * and which pieces wrote nothing of a plane since it was uniform. Those are filled in when a plane
 * turns out not to be: at the end.
 *
 * Small pictures share nothing: their planes are all spread from the beginning.
 *
 * Thread-safety: a zoe_exr_planes belongs to the thread that decodes its piece.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_PLANES_H
#define ZOE_EXR_PLANES_H

#include <stdbool.h>

#include "base/decoder.h"
#include "exr/geometry.h"

typedef struct zoe_exr_shared zoe_exr_shared;

/* The planes as one piece sees them. */
typedef struct zoe_exr_planes {
    const zoe_exr_geometry *geometry;
    zoe_exr_shared *shared; /* NULL: all planes are spread */
    uint8_t *buffer;
    size_t capacity;             /* bytes of the buffer, without what is shared */
    zoe_box out;                 /* plane pixels that the piece writes */
    uint8_t *at[ZOE_PLANES_MAX]; /* the first row of the window, of planes that are spread */
    uint32_t held;               /* bit p: plane p is uniform so far; nothing was written of it */
    uint32_t known;              /* bit p: it has a value */
    uint32_t value[ZOE_PLANES_MAX];
    bool lacks_room; /* more planes have to be spread than there is room for */
} zoe_exr_planes;

/* Bytes at the end of the buffer for a picture of that many pieces, whose planes take `bytes`; 0:
 * its planes are spread from the beginning. A multiple of 64. */
size_t zoe_exr_planes_shared_bytes(size_t bytes, int32_t pieces);

/* Before the first sample of a piece. shared_bytes: as above. */
void zoe_exr_planes_begin(zoe_exr_planes *planes, const zoe_exr_geometry *geometry, zoe_box out,
                          uint8_t *buffer, size_t buffer_bytes, size_t shared_bytes);

/* Gives a plane rows of its own for the piece to write to, if it has none. false: there is no room
 * for them. */
bool zoe_exr_planes_spread(zoe_exr_planes *planes, uint32_t plane);

/* Takes samples of the plane's type to row y, from column x on; both lie in `out`. */
void zoe_exr_planes_store(zoe_exr_planes *planes, uint32_t plane, int32_t x, int32_t y,
                          const void *samples, size_t count);

/* Some of the plane's samples in `out` are 0. true: nothing is to be written for that. */
bool zoe_exr_planes_are_zero(zoe_exr_planes *planes, uint32_t plane);

/* When the piece has all its samples. false: there was no room. */
bool zoe_exr_planes_end(zoe_exr_planes *planes, int32_t piece);

/* When all pieces are done; what zoe_decoder's finish does. */
void zoe_exr_planes_finish(const zoe_exr_geometry *geometry, uint8_t *buffer, size_t buffer_bytes,
                           size_t shared_bytes, zoe_picture *picture);

static inline bool zoe_exr_planes_hold(const zoe_exr_planes *planes, uint32_t plane)
{
    return planes->held & 1u << plane;
}

/* Column x of row y of a plane that is spread; plane pixels. */
static inline uint8_t *zoe_exr_planes_at(const zoe_exr_planes *planes, uint32_t plane, int32_t x,
                                         int32_t y)
{
    const zoe_exr_geometry *geometry = planes->geometry;
    return planes->at[plane] +
           (size_t)((int64_t)y - geometry->window.min_y) * geometry->plane_stride[plane] +
           (size_t)((int64_t)x - geometry->window.min_x) *
               zoe_exr_sample_bytes((int)geometry->plane_type[plane]);
}

#endif
