/*
 * The inverse of PIZ's wavelet: a two-dimensional Haar transform of 16-bit words, in place, as
 * OpenEXR defines it.
 *
 * A level of spacing p joins the words at multiples of p; levels go from the coarsest to p = 1,
 * which touches every word. The number of distinct values says which of two arithmetics the writer
 * chose: below 2^14 of them plain sums fit in 16 bits, otherwise everything is modulo 2^16.
 *
 * Thread-safety: pure on its arguments; any number of threads, each with its own data.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_WAVELET_H
#define ZOE_CODEC_WAVELET_H

#include <stddef.h>
#include <stdint.h>

/* A channel's coefficients. */
typedef struct zoe_wavelet {
    uint16_t *data; /* rows x columns x words, without gaps between the rows */
    size_t columns; /* samples a row */
    size_t rows;
    size_t words;       /* words a sample, 1 or 2; each is a transform of its own */
    uint32_t max_value; /* the greatest value the writer coded; chooses the arithmetic */
    unsigned features;  /* zoe_cpu_features() */
} zoe_wavelet;

/* All levels but the last; some of them only where the thread was told to stop. */
void zoe_wavelet_decode_coarse(const zoe_wavelet *w);

/* The last level for row `row`, an even number, and for the row after it if there is one. After
 * this the two rows are final; splitting the level like this lets the caller use them while they
 * are near. */
void zoe_wavelet_decode_row_pair(const zoe_wavelet *w, size_t row);

#endif
