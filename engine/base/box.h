/*
 * Boxes of pixels, corners included, in arithmetic that does not overflow.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_BOX_H
#define ZOE_BASE_BOX_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/header.h>

static inline bool zoe_box_is_empty(const zoe_box *box)
{
    return box->max_x < box->min_x || box->max_y < box->min_y;
}

static inline int64_t zoe_box_width(const zoe_box *box)
{
    return (int64_t)box->max_x - box->min_x + 1;
}

static inline int64_t zoe_box_height(const zoe_box *box)
{
    return (int64_t)box->max_y - box->min_y + 1;
}

static inline int32_t zoe_min_i32(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static inline int32_t zoe_max_i32(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static inline zoe_box zoe_box_intersect(zoe_box a, zoe_box b)
{
    return (zoe_box){zoe_max_i32(a.min_x, b.min_x), zoe_max_i32(a.min_y, b.min_y),
                     zoe_min_i32(a.max_x, b.max_x), zoe_min_i32(a.max_y, b.max_y)};
}

static inline zoe_box zoe_box_unite(zoe_box a, zoe_box b)
{
    return (zoe_box){zoe_min_i32(a.min_x, b.min_x), zoe_min_i32(a.min_y, b.min_y),
                     zoe_max_i32(a.max_x, b.max_x), zoe_max_i32(a.max_y, b.max_y)};
}

/* The block of 2^shift pixels that a pixel lies in: pixel / 2^shift, rounded down, also below 0. */
static inline int32_t zoe_block_of(int64_t pixel, int32_t shift)
{
    int64_t size = (int64_t)1 << shift;
    return (int32_t)((pixel < 0 ? pixel - (size - 1) : pixel) / size);
}

/* The blocks of 2^shift x 2^shift pixels that a box touches. */
static inline zoe_box zoe_box_shrink(zoe_box box, int32_t shift)
{
    return (zoe_box){zoe_block_of(box.min_x, shift), zoe_block_of(box.min_y, shift),
                     zoe_block_of(box.max_x, shift), zoe_block_of(box.max_y, shift)};
}

/* The reverse: the pixels of the blocks in `box` that lie in `within`. Every one of the blocks has
 * some there. */
static inline zoe_box zoe_box_grow(zoe_box box, int32_t shift, zoe_box within)
{
    int64_t size = (int64_t)1 << shift;
    int64_t x0 = box.min_x * size, x1 = box.max_x * size + size - 1;
    int64_t y0 = box.min_y * size, y1 = box.max_y * size + size - 1;
    return (zoe_box){(int32_t)(x0 > within.min_x ? x0 : within.min_x),
                     (int32_t)(y0 > within.min_y ? y0 : within.min_y),
                     (int32_t)(x1 < within.max_x ? x1 : within.max_x),
                     (int32_t)(y1 < within.max_y ? y1 : within.max_y)};
}

#endif
