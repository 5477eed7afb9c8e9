/*
 * Scaling for display: which source pixels make a destination pixel, and their average in linear
 * light.
 *
 * Each direction (axis) is by itself: where a destination pixel covers more than one source pixel
 * the axis averages, with each source pixel weighted by how much of it is covered; where it covers
 * less than one, but more than half of one, the axis is cubic (cubic.h); else it takes the source
 * pixel at the destination pixel's centre. Positions are rounded to 1/65536 of a source
 * pixel, so that moving the origin by whole destination pixels gives the same weights although the
 * sum of origin and offset is rounded differently.
 *
 * A destination pixel belongs to the picture when its centre does; its average is over the part
 * that lies in the picture, so that nothing from outside is mixed in.
 *
 * NaN samples count as 0 in an average. Infinite ones make it infinite; where infinities of both
 * signs meet it is NaN, which is shown as 0.
 *
 * Every function has a portable form, which is the reference, and an AVX2 form chosen by
 * zoe_cpu_features(); both add the same floats in the same order, so that they write the same bits.
 * That rests on plain IEEE arithmetic: no contraction of a multiplication and an addition
 * (-ffp-contract=off), no flush of denormals.
 *
 * Thread-safety: pure on their arguments; any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_DISPLAY_SCALE_H
#define ZOE_DISPLAY_SCALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/frame.h>

/* One direction of a viewport over one direction of a frame. */
typedef struct zoe_axis {
    double origin;      /* source pixels from the source's first edge to destination pixel 0's */
    double step;        /* source pixels for each destination pixel, more than 0 */
    int32_t size;       /* source pixels */
    int32_t begin, end; /* destination pixels whose centres lie in the source; begin == end: none */
    bool averages;
    bool is_cubic; /* never both */
} zoe_axis;

/* The source pixels of one destination pixel: `first`, then `middle` whole ones, then one more when
 * last_weight is not 0. */
typedef struct zoe_tap {
    int32_t first;
    int32_t middle;
    float first_weight; /* 0..1 */
    float last_weight;  /* 0..1 */
    float scale;        /* 1 / the sum of all weights */
} zoe_tap;

/* Fills in *axis; `length` is that of the destination. origin and step must be finite. */
void zoe_axis_make(zoe_axis *axis, double origin, double step, int32_t size, int32_t length);

/* The middle of destination pixel d, in 1/65536 of a source pixel. */
int64_t zoe_axis_centre(const zoe_axis *axis, int32_t d);

/* The source pixels of destination pixel d, axis->begin <= d < axis->end; of a cubic axis the one
 * at its centre. */
zoe_tap zoe_axis_tap(const zoe_axis *axis, int32_t d);

enum { ZOE_SCALE_LANES = 4 }; /* values for each column in rows of floats and halves */

/* How many source pixels that is. */
static inline int32_t zoe_tap_length(const zoe_tap *tap)
{
    return 1 + tap->middle + (tap->last_weight > 0);
}

/* Leaves out what lies outside source pixels begin..end-1, keeping the sum of the weights: what is
 * left out counts as 0. Returns false, and leaves *tap alone, where nothing would be left. */
bool zoe_tap_clip(zoe_tap *tap, int32_t begin, int32_t end);

/* What is averaged: one plane or three, into lanes 0, 1, 2 of each column. NULL: zeros. */
typedef struct zoe_scale_source {
    const zoe_plane *planes[3];
} zoe_scale_source;

/*
 * The average of the rows that `rows` names, for `columns` columns from first_column on, into
 * out[columns][ZOE_SCALE_LANES] (32-byte aligned). Lane 3 is 0.
 */
void zoe_scale_rows(float *out, const zoe_scale_source *source, const zoe_tap *rows,
                    int32_t first_column, int32_t columns);

/*
 * The average of the columns that taps[i] names (in[0] is column 0), less `low`, times `factor`, as
 * halves: out[count][ZOE_SCALE_LANES], lane 3 unspecified. taps NULL: column i alone for each i.
 */
void zoe_scale_columns(uint16_t *out, const float *in, const zoe_tap *taps, int32_t count,
                       float low, float factor);

/*
 * Both for one destination pixel of more columns than there is room for: out[ZOE_SCALE_LANES] as
 * zoe_scale_rows() and zoe_scale_columns() would make it. `columns` has plane columns; `scratch`
 * (32-byte aligned) is for scratch_columns x ZOE_SCALE_LANES floats.
 */
void zoe_scale_wide(uint16_t *out, const zoe_scale_source *source, const zoe_tap *rows,
                    const zoe_tap *columns, float *scratch, int32_t scratch_columns, float low,
                    float factor);

#endif
