/*
 * Luminance and chroma of a group: the bands of rows they are decoded to, and their conversion to
 * red, green and blue (luma_chroma.h).
 *
 * Thread-safety: as zoe_exr_rows.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_CHROMA_BANDS_H
#define ZOE_EXR_CHROMA_BANDS_H

#include "exr/rows.h"

/* Clears the bands: what the file does not have is 0. Where rows are converted right into planes
 * 0, 1, 2, these are spread. false: there is no room for them. */
bool zoe_exr_chroma_begin(zoe_exr_rows *rows);

/* Where the samples of source 0, 1 or 2 from level pixel x, y on go, which lies in the data window.
 * NULL: the group does not need that row. */
uint8_t *zoe_exr_chroma_band_row(const zoe_exr_rows *rows, uint32_t source, int32_t x, int32_t y);

/* Converts the group's rows and takes them to planes 0, 1, 2. */
void zoe_exr_chroma_end(zoe_exr_rows *rows);

#endif
