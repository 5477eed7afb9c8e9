/*
 * Decoding the chunks of flat (not deep) pictures: from packed bytes to rows.
 *
 * Rows go straight from the codec's last pass into the planes where they fit
 * there as they are; otherwise to scratch, and from there through exr_rows.h.
 * Those of luminance and chroma go to bands that exr_color.h converts when a
 * piece has all its rows.
 *
 * Thread-safety: a zoe_exr_flat belongs to the thread that decodes its piece.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_FLAT_H
#define ZOE_EXR_FLAT_H

#include "exr_reader.h"
#include "exr_rows.h"

typedef struct zoe_exr_fix zoe_exr_fix;

/* One piece on its way. */
typedef struct zoe_exr_flat {
    const zoe_exr_plan *plan;
    zoe_exr_reader *reader;
    zoe_exr_rows *rows;
    /* the chunk at hand; its arrays stand in scratch */
    zoe_codec_chunk chunk;
    zoe_codec_channel *channels;
    zoe_codec_segment *segments;
    int8_t *sources; /* of the channels: a source of the plan, or -1 */
    zoe_exr_fix *fixes;
    size_t fix_count;
    uint8_t *fix_rows;
} zoe_exr_flat;

/* Before the first chunk of a piece; each lane has its own. */
void zoe_exr_flat_begin(zoe_exr_flat *flat, zoe_exr_reader *reader, zoe_exr_rows *rows,
                        uint32_t lane);

/* Decodes one chunk of the piece. TRUNCATED: it is not in the file. Errors:
 * CORRUPT, IO, UNSUPPORTED, NO_MEMORY; the text names the file. */
zoe_status zoe_exr_flat_chunk(zoe_exr_flat *flat, int32_t column, int32_t row, zoe_error *error);

/*
 * Decodes two chunks of the piece side by side, in two lanes; status and errors
 * of each as above, in order. false: nothing was done, since they do not go
 * together.
 */
bool zoe_exr_flat_pair(zoe_exr_flat *const lanes[2], const int32_t columns[2],
                       const int32_t rows[2], zoe_status status[2], zoe_error *error);

#endif
