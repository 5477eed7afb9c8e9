/*
 * Decoding the chunks of flat (not deep) pictures: from packed bytes to rows.
 *
 * Rows go straight from the codec's last pass into the planes where they fit there as they are;
 * otherwise to scratch, and from there through exr/rows.h. Those of luminance and chroma go to
 * bands that exr/chroma_bands.h converts when a group has all its rows.
 *
 * Thread-safety: a zoe_exr_flat belongs to the thread that decodes its group.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_FLAT_H
#define ZOE_EXR_FLAT_H

#include "codec/chunk_rows.h"
#include "exr/chunk_reader.h"
#include "exr/rows.h"

/* One lane of a group on its way. */
typedef struct zoe_exr_flat {
    const zoe_exr_geometry *geometry;
    const zoe_exr_layout *layout;
    zoe_exr_chunk_reader *reader;
    zoe_exr_rows *rows;
    /* the chunk at hand; its arrays stand in scratch */
    zoe_codec_chunk chunk;
    zoe_codec_channel *channels;
    zoe_codec_segment *segments;
    int8_t *sources;  /* of the channels: a source of the geometry, or -1 */
    bool by_segments; /* what nobody wants is one segment, and channels have no heights */
    zoe_codec_samplings samplings;           /* of the channels; at the line at hand */
    int32_t measured_width, measured_height; /* of the chunk that the channels were measured for */
    int32_t wanted[ZOE_PLANES_MAX];          /* channels of the sources, in file order */
    /* Bytes of a line's rows that have samples on every s-th line: before each wanted channel, and
     * behind them; and all of them. */
    size_t skipped[ZOE_PLANES_MAX + 1][ZOE_EXR_SAMPLING_MAX + 1];
    size_t line_bytes[ZOE_EXR_SAMPLING_MAX + 1];
    zoe_exr_deferred_row *deferred;
    size_t deferred_count;
    uint8_t *deferred_rows;
} zoe_exr_flat;

/* Before the first chunk of a group; each lane has its own. */
void zoe_exr_flat_begin(zoe_exr_flat *flat, zoe_exr_chunk_reader *reader, zoe_exr_rows *rows,
                        uint32_t lane);

/* Decodes one chunk of the group. TRUNCATED: it is not in the file. Errors: CORRUPT, IO,
 * UNSUPPORTED, NO_MEMORY, TOO_SMALL; the text names the file. */
zoe_status zoe_exr_flat_chunk(zoe_exr_flat *flat, int32_t column, int32_t row, zoe_error *error);

/*
 * Decodes some chunks of the group side by side, each in a lane of its own; status and errors of
 * each as above, in order. false: nothing was done, since they do not go together.
 */
bool zoe_exr_flat_many(zoe_exr_flat *lanes, size_t count, const int32_t *columns,
                       const int32_t *rows, zoe_status *status, zoe_error *error);

#endif
