/*
 * Layers of an opened EXR file: which channels belong together, and which of them a name means.
 *
 * How channels become layers
 *
 *   group    The channels of a part that share everything before the last dot of their name. The
 *            channels without a dot are the part's plain group.
 *   view     In a file of one part the attribute multiView lists the views; a group belongs to the
 *            view that is the last component of its prefix ("forward.left.u": layer "forward", view
 *            "left"), else to the one that is the first ("left.beauty.R"); the plain group belongs
 *            to the first view; other groups belong to no view. Otherwise the part's attribute
 *            `view` says it.
 *   set      Within a group R G B (A), Y RY BY (A), X Y Z (W), U V (W), X Y, R G, and Y (A) are a
 *            layer each, in this order of choice, in upper or lower case, also spelled out (red).
 *            Every channel that is left is a layer by itself.
 *   name     The group's prefix without the view; "" for the plain group of a single-part file. In
 *            a multi-part file the part's name without the view comes first, unless the prefix says
 *            the same and the part has no plain group, which has that name then: "b" and "b.b". A
 *            group's second and further layers, all of a group that has the name of a plain
 * channel, and what is not a picture in a plain group, add what they are: "Z", "left.xyz".
 *
 * The default layer is, in this order: flat before deep, the default view (the first of multiView;
 * the first part's that has one; what belongs to no view counts as every view), plain colour, a
 * colour layer with a name that is usual for the picture (rgba, beauty, …), other colour, plain
 * luminance, the rest; then file order.
 *
 * Nothing here allocates. A channel is looked at a bounded number of times, whatever the file says.
 *
 * Thread-safety: the functions read the context only; any number of threads.
 *
 * Formats: "Standard Attributes" and "Multi-View OpenEXR" (openexr.com) for multiView, view, and
 * channel names; OpenEXR's luminance/chroma channels are Y, RY, BY.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_LAYER_H
#define ZOE_EXR_LAYER_H

#include <stddef.h>
#include <stdint.h>

#include <openexr.h>

#include <zoetrope/header.h>
#include <zoetrope/status.h>

#include "exr/names.h"
#include "exr/scan.h"

/* Which channels of a file make up a layer. The fields mean the same as zoe_layer's. */
typedef struct zoe_exr_layer {
    int32_t part;
    int32_t channel_count; /* 1..4 */
    int32_t channels[4]; /* indices into the part's channel list, as exr_get_channels() gives it */
    int32_t is_color;    /* 1 also for luminance and chroma, which become R G B */
    int32_t alpha;       /* index into channels[]; -1: none */
    int32_t is_luminance_chroma;
} zoe_exr_layer;

/* A layer while the file's layers are walked through. The strings live during the call only. */
typedef struct zoe_exr_layer_seen {
    zoe_exr_layer layer;
    const char *name;  /* terminated, cut at ZOE_EXR_NAME_MAX */
    const char *view;  /* terminated, "" for none; a string of the context or a view of it */
    int32_t rank;      /* lower is nearer to being the default; equal: the earlier */
    int32_t view_rank; /* 0: the default view or none; 1: another view */
} zoe_exr_layer_seen;

/* Returns 0 to go on, anything else to stop. */
typedef int zoe_exr_layer_fn(void *user, const zoe_exr_layer_seen *seen);

/*
 * Calls `visit` for every layer in file order: by part, then by the group's first channel, then by
 * set. Returns ZOE_OK, also when `visit` stopped; NO_LAYER when the file has no channels; TOO_LARGE
 * over the limits of exr/scan.h; CORRUPT when the context cannot say what it must.
 */
zoe_status zoe_exr_walk_layers(exr_const_context_t ctxt, zoe_exr_layer_fn *visit, void *user);

/*
 * The layer of that name and view, as zoe_header_find_layer() takes them (NULL or "": any; the
 * default). On success *out is filled in. The error's text names the layer, not the file: callers
 * put the file's name in front. Errors: NO_LAYER, TOO_LARGE, CORRUPT.
 */
zoe_status zoe_exr_resolve_layer(exr_const_context_t ctxt, const char *layer, const char *view,
                                 zoe_exr_layer *out, zoe_error *error);

/*
 * How well a layer answers a question, for both ways of asking: 0 or more, lower is better; -1: not
 * at all. `name` and `view` are what is asked for ("" for any). `part_name` is the name of the
 * layer's part, and channel_names[channel_count] the full names of its channels.
 */
int32_t zoe_exr_layer_match(const char *name, const char *view, const char *layer_name,
                            const char *layer_view, const char *part_name,
                            const char *const *channel_names, int32_t channel_count);

#endif
