/*
 * Layer: a file's layers by name, for people and in turn.
 *
 * Thread-safety: any thread; all functions are pure.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_LAYER_H
#define ZOETROPE_PLAYER_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/header.h>

/* Name for people: "beauty", "beauty left"; plain channels are called by their letters: "RGBA",
 * "Z left", luminance-chroma "YC", "YCA". index: 0..layer_count-1. */
void zoe_layer_label(const zoe_header *header, int32_t index, char *text, size_t capacity);

/*
 * The layer after (by +1) or before (-1) the one of that name and view (NULL or "": the default) in
 * the file's order, round and round; from a layer that the file does not have, the first or the
 * last. Only layers that zoe_header_find_layer() finds by their own name and view are passed.
 * Returns an index, or -1 when there is no other.
 */
int32_t zoe_layer_next(const zoe_header *header, const char *name, const char *view, int by);

/* True for values that have no natural range: depth, ids, vectors. False for colour and for
 * luminance and alpha, whose range is 0..1. */
bool zoe_layer_is_data(const zoe_header *header, int32_t index);

/* True if one of its channels is float or uint, which are kept as half unless full precision is
 * asked for. */
bool zoe_layer_is_wide(const zoe_header *header, int32_t index);

/* True if one of its channels is uint: ids, of which half would keep nothing. */
bool zoe_layer_is_whole(const zoe_header *header, int32_t index);

/* True for a Cryptomatte layer: the bits of its float values are ids. */
bool zoe_layer_is_hashed(const zoe_header *header, int32_t index);

/* "RGBA, beauty, Z": as many labels as there is room for; what is left out is counted: "and 12
 * more". */
void zoe_layer_list(const zoe_header *header, char *text, size_t capacity);

/* What a channel of the layer is called beside its value: "Z", "N.x"; only its last word where that
 * is long, as in "forward.left.u". "" where there is no such channel. channel: 0..3. */
void zoe_layer_channel(const zoe_header *header, int32_t index, int32_t channel, char *text,
                       size_t capacity);

#endif
