/*
 * Layers of an EXR file: which channels belong together, and which of them a name means.
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
 *            channel, and what is not a picture in a plain group, add what they are: "Z",
 *            "left.xyz".
 *
 * The default layer is, in this order: flat before deep, the default view (the first of multiView;
 * the first part's that has one; what belongs to no view counts as every view), plain colour, a
 * colour layer with a name that is usual for the picture (rgba, beauty, …), other colour, plain
 * luminance, the rest; then file order.
 *
 * Nothing here allocates. A channel is looked at a bounded number of times, whatever the file says.
 *
 * Thread-safety: pure on their arguments; any number of threads.
 *
 * Formats: "Standard Attributes" and "Multi-View OpenEXR" (openexr.com) for multiView, view, and
 * channel names; OpenEXR's luminance/chroma channels are Y, RY, BY.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_LAYER_H
#define ZOE_EXR_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/header.h>

#include "exr/text_sizes.h"

/* Gets one layer, whose name and view live during the call only, both cut at ZOE_EXR_NAME_MAX. The
 * layer of the lowest rank is the default; of equal ones the first. Returns true to go on. */
typedef bool zoe_exr_layer_fn(void *user, const zoe_layer *layer, int32_t rank);

/*
 * Calls `visit` for every layer in file order: by part, then by the group's first channel, then by
 * set. A layer takes at least one channel that no other has. views[view_count] is what the
 * attribute multiView of a single-part file lists.
 */
void zoe_exr_walk_layers(const zoe_part *parts, size_t part_count, const char *const *views,
                         size_t view_count, zoe_exr_layer_fn *visit, void *user);

/*
 * How well a layer answers a question: 0 or more, lower is better; -1: not at all. `name` and
 * `view` are what is asked for ("" for any). `part_name` is the name of the layer's part, and
 * channel_names[channel_count] the full names of its channels.
 */
int32_t zoe_exr_layer_match(const char *name, const char *view, const char *layer_name,
                            const char *layer_view, const char *part_name,
                            const char *const *channel_names, int32_t channel_count);

#endif
