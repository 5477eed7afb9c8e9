/*
 * Deep pixels to flat ones: a row of pixels with any number of samples each, composited front to
 * back.
 *
 * A sample has an alpha, premultiplied colours, and a depth: a point at Z, or a volume of even
 * density from Z to ZBack. Samples may stand in any order. Where they overlap they are made tidy
 * first:
 *
 *   - a volume is cut where another sample begins or ends. A part of the length x of the whole has
 *     the alpha 1 - (1 - A)^x and colours in the same proportion to it; a volume with alpha 1 is
 *     opaque from its front on.
 *   - volumes that then have the same extent are merged: the absorptions -log(1 - A) add up, and
 *     each colour counts in proportion to its sample's absorption for one of its alpha. Any opaque
 *     samples hide the others that they are merged with; several opaque ones are averaged.
 *
 * Merging takes all volumes at once, so that their order does not matter. What remains is "over",
 * sample by sample, until the alpha is 1. Points at the same depth have no extent in which they
 * could mix: they are taken one after the other in the order of the file, as OpenEXR and
 * OpenImageIO do. Pixels that are tidy as they stand are composited in single precision, which
 * gives the result of OpenEXR's CompositeDeepScanLine bit for bit; the others in double precision.
 *
 * A plane is either composited like that, or takes the value of the nearest sample with an alpha
 * above 0 (of the nearest at all, if there is none), which is what depths and ids need: the depth
 * is the one of the first thing that is seen, however thin it is. This differs from OpenImageIO's
 * --flatten, which mixes depths by alpha, and from OpenEXR's CompositeDeepScanLine, which
 * composites them like colours.
 *
 * Odd values: alpha is clamped to 0..1 and counts as 0 when it is not a number; a depth that is not
 * a number is behind everything; a ZBack that is not finite or not behind Z makes a point. Without
 * alpha every sample is opaque; without Z samples are points in the order of the file.
 *
 * Thread-safety: pure functions; any number of threads, each with its own rows and scratch.
 *
 * Sources: Florian Kainz, "Interpreting OpenEXR Deep Pixels" (2013); Peter Hillman, "The Theory of
 * OpenEXR Deep Samples" (2013).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_DEEP_FLATTEN_H
#define ZOE_DEEP_FLATTEN_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

enum { ZOE_DEEP_PLANES_MAX = 4 };

typedef enum zoe_deep_rule {
    ZOE_DEEP_OVER = 0,  /* composited: colours and alpha */
    ZOE_DEEP_FRONT = 1, /* the nearest visible sample's value: depths and ids */
} zoe_deep_rule;

/* The samples of one channel in a row: those of the first pixel, then those of the second, … */
typedef struct zoe_deep_channel {
    const uint8_t *data; /* any alignment; NULL: the file has no such channel */
    uint8_t type;        /* ZOE_CODEC_… */
} zoe_deep_channel;

typedef struct zoe_deep_plane {
    zoe_deep_channel channel; /* never NULL; ZOE_CODEC_UINT only with ZOE_DEEP_FRONT */
    zoe_deep_rule rule;
    float empty; /* for pixels without samples; ids: 0 */
} zoe_deep_plane;

typedef struct zoe_deep_row {
    const int32_t *ends; /* ends[x]: samples in pixels 0..x. 0 or more, never falling */
    int32_t width;       /* pixels, 1 or more */
    zoe_deep_channel alpha, z, z_back;
    zoe_deep_plane planes[ZOE_DEEP_PLANES_MAX];
    uint32_t plane_count;
} zoe_deep_row;

/* Bytes of scratch for rows in which no pixel has more than `samples` samples; SIZE_MAX when they
 * do not fit in a size_t. */
size_t zoe_deep_flatten_scratch_bytes(uint64_t samples);

/*
 * Flattens pixels first .. first + count - 1. out[p] receives one 4-byte value a pixel: a float, or
 * for a plane of a ZOE_CODEC_UINT channel a uint32. `scratch` is 64-byte aligned; when its
 * `scratch_bytes` are fewer than zoe_deep_flatten_scratch_bytes() says for the fullest of these
 * pixels, the answer is ZOE_ERROR_OVER_BUDGET; ZOE_STALE where the thread
 * was told to stop (base/stop.h); else ZOE_OK.
 */
zoe_status zoe_deep_flatten_row(const zoe_deep_row *row, int32_t first, int32_t count,
                                void *const out[ZOE_DEEP_PLANES_MAX], void *scratch,
                                size_t scratch_bytes);

#endif
