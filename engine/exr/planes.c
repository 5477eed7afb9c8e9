#include "exr/planes.h"

#include <stdatomic.h>
#include <string.h>

#include "base/box.h"
#include "base/stop.h"
#include "exr/chunk_groups.h"

/* Zero is the beginning. The order is relaxed: it says where rows are to be, not that they are
 * there; whoever saw all pieces done sees their rows. */
struct zoe_exr_shared {
    /* which planes are spread: four bits for each plane, 0 or its rank from 1 on */
    _Atomic uint32_t order;
    _Atomic uint64_t value[ZOE_PLANES_MAX]; /* of uniform pieces, and HAS_VALUE; the first one's */
    uint8_t left_out[]; /* for each piece, which writes it: bit p: it wrote nothing of plane p */
};

#define HAS_VALUE ((uint64_t)1 << 32)

/* Memory comes in pages: of a smaller picture, what is shared takes about what could be saved. */
enum { LEAST_BYTES = 16 << 10 };

size_t zoe_exr_planes_shared_bytes(size_t bytes, int32_t pieces)
{
    return bytes < LEAST_BYTES ? 0 : (sizeof(zoe_exr_shared) + (size_t)pieces + 63) / 64 * 64;
}

/* ---- where planes are ---- */

static size_t plane_bytes(const zoe_exr_geometry *geometry, uint32_t plane)
{
    return geometry->plane_stride[plane] * (size_t)zoe_box_height(&geometry->window);
}

static uint32_t rank_of(uint32_t order, uint32_t plane)
{
    return order >> 4 * plane & 15;
}

/* As a picture whose planes are all spread has them: one after another. */
static uint32_t all_in_order(const zoe_exr_geometry *geometry)
{
    uint32_t order = 0;
    for (uint32_t p = 0; p < geometry->plane_count; p++)
        order |= (p + 1) << 4 * p;
    return order;
}

/* Where a spread plane begins. */
static size_t offset_of(const zoe_exr_geometry *geometry, uint32_t order, uint32_t plane)
{
    size_t offset = 0;
    for (uint32_t p = 0; p < geometry->plane_count; p++)
        if (rank_of(order, p) > 0 && rank_of(order, p) < rank_of(order, plane))
            offset += plane_bytes(geometry, p);
    return offset;
}

/* What all planes take: the spread ones, and a row of each other one. */
static size_t bytes_of(const zoe_exr_geometry *geometry, uint32_t order)
{
    size_t bytes = 0;
    for (uint32_t p = 0; p < geometry->plane_count; p++)
        bytes += rank_of(order, p) > 0 ? plane_bytes(geometry, p) : geometry->plane_stride[p];
    return bytes;
}

/* The order with one more plane at its end. */
static uint32_t with_plane(const zoe_exr_geometry *geometry, uint32_t order, uint32_t plane)
{
    uint32_t count = 0;
    for (uint32_t p = 0; p < geometry->plane_count; p++)
        count += rank_of(order, p) > 0;
    return order | (count + 1) << 4 * plane;
}

/* ---- a piece ---- */

void zoe_exr_planes_begin(zoe_exr_planes *planes, const zoe_exr_geometry *geometry, zoe_box out,
                          uint8_t *buffer, size_t buffer_bytes, size_t shared_bytes)
{
    *planes = (zoe_exr_planes){.geometry = geometry,
                               .buffer = buffer,
                               .capacity = buffer_bytes - shared_bytes,
                               .out = out};
    uint32_t order = all_in_order(geometry);
    if (shared_bytes > 0) {
        planes->shared = (zoe_exr_shared *)(void *)(buffer + planes->capacity);
        order = atomic_load_explicit(&planes->shared->order, memory_order_relaxed);
    }
    for (uint32_t p = 0; p < geometry->plane_count; p++) {
        if (rank_of(order, p) > 0)
            planes->at[p] = buffer + offset_of(geometry, order, p);
        else
            planes->held |= 1u << p;
    }
}

static void fill(uint8_t *row, size_t sample_bytes, uint32_t value, size_t count)
{
    if (sample_bytes == 2) {
        uint16_t *samples = (uint16_t *)(void *)row;
        for (size_t i = 0; i < count; i++)
            samples[i] = (uint16_t)value;
    } else {
        uint32_t *samples = (uint32_t *)(void *)row;
        for (size_t i = 0; i < count; i++)
            samples[i] = value;
    }
}

static void fill_box(const zoe_exr_planes *planes, uint32_t plane, zoe_box box, uint32_t value)
{
    size_t bytes = zoe_exr_sample_bytes((int)planes->geometry->plane_type[plane]);
    if (zoe_box_is_empty(&box))
        return;
    for (int64_t y = box.min_y; y <= box.max_y && !zoe_stop_wanted(); y++)
        fill(zoe_exr_planes_at(planes, plane, box.min_x, (int32_t)y), bytes, value,
             (size_t)zoe_box_width(&box));
}

bool zoe_exr_planes_spread(zoe_exr_planes *planes, uint32_t plane)
{
    const zoe_exr_geometry *geometry = planes->geometry;
    if (!zoe_exr_planes_hold(planes, plane) || planes->lacks_room)
        return !planes->lacks_room;
    _Atomic uint32_t *shared = &planes->shared->order;
    uint32_t order = atomic_load_explicit(shared, memory_order_relaxed), wanted;
    do {
        wanted = rank_of(order, plane) > 0 ? order : with_plane(geometry, order, plane);
        if (bytes_of(geometry, wanted) > planes->capacity) {
            planes->lacks_room = true;
            return false;
        }
    } while (wanted != order &&
             !atomic_compare_exchange_weak_explicit(shared, &order, wanted, memory_order_relaxed,
                                                    memory_order_relaxed));
    planes->at[plane] = planes->buffer + offset_of(geometry, wanted, plane);
    planes->held &= ~(1u << plane);
    if (planes->known & 1u << plane)
        fill_box(planes, plane, planes->out, planes->value[plane]);
    return true;
}

static uint32_t first_of(const void *samples, size_t sample_bytes)
{
    return sample_bytes == 2 ? *(const uint16_t *)samples : *(const uint32_t *)samples;
}

/* Are the samples all equal to the piece's value, which the first ever gives? */
static bool are_as_before(zoe_exr_planes *planes, uint32_t plane, const void *samples,
                          size_t sample_bytes, size_t count)
{
    uint32_t first = first_of(samples, sample_bytes), bit = 1u << plane;
    if (memcmp(samples, (const uint8_t *)samples + sample_bytes, (count - 1) * sample_bytes) != 0)
        return false;
    if (!(planes->known & bit)) {
        planes->known |= bit;
        planes->value[plane] = first;
    }
    return planes->value[plane] == first;
}

void zoe_exr_planes_store(zoe_exr_planes *planes, uint32_t plane, int32_t x, int32_t y,
                          const void *samples, size_t count)
{
    size_t bytes = zoe_exr_sample_bytes((int)planes->geometry->plane_type[plane]);
    if (zoe_exr_planes_hold(planes, plane) &&
        (are_as_before(planes, plane, samples, bytes, count) ||
         !zoe_exr_planes_spread(planes, plane)))
        return;
    memcpy(zoe_exr_planes_at(planes, plane, x, y), samples, count * bytes);
}

bool zoe_exr_planes_are_zero(zoe_exr_planes *planes, uint32_t plane)
{
    const uint32_t zero = 0;
    if (!zoe_exr_planes_hold(planes, plane))
        return false;
    return are_as_before(planes, plane, &zero, sizeof zero, 1) ||
           !zoe_exr_planes_spread(planes, plane);
}

bool zoe_exr_planes_end(zoe_exr_planes *planes, int32_t piece)
{
    zoe_exr_shared *shared = planes->shared;
    for (uint32_t p = 0; p < planes->geometry->plane_count && !planes->lacks_room; p++) {
        if (!zoe_exr_planes_hold(planes, p))
            continue;
        uint64_t own = planes->value[p] | HAS_VALUE, value = 0;
        bool is_first = atomic_compare_exchange_strong_explicit(
            &shared->value[p], &value, own, memory_order_relaxed, memory_order_relaxed);
        uint32_t order = atomic_load_explicit(&shared->order, memory_order_relaxed);
        if ((is_first || value == own) && rank_of(order, p) == 0)
            shared->left_out[piece] |= (uint8_t)(1u << p);
        else
            zoe_exr_planes_spread(planes, p);
    }
    return !planes->lacks_room;
}

/* ---- the whole picture ---- */

/* A plane was spread after some pieces had been left out of it. */
static void fill_in(zoe_exr_planes *planes, uint32_t plane)
{
    const zoe_exr_geometry *geometry = planes->geometry;
    uint32_t value = (uint32_t)planes->shared->value[plane];
    int32_t count = geometry->groups_across * geometry->groups_down;
    for (int32_t piece = 0; piece < count; piece++)
        if (planes->shared->left_out[piece] & 1u << plane)
            fill_box(planes, plane, zoe_exr_group_at(geometry, piece).out, value);
}

void zoe_exr_planes_finish(const zoe_exr_geometry *geometry, uint8_t *buffer, size_t buffer_bytes,
                           size_t shared_bytes, zoe_picture *picture)
{
    zoe_exr_planes planes;
    if (shared_bytes == 0)
        return;
    zoe_exr_planes_begin(&planes, geometry, geometry->window, buffer, buffer_bytes, shared_bytes);
    uint32_t order = planes.shared->order;
    size_t end = 0;
    for (uint32_t p = 0; p < geometry->plane_count; p++) {
        planes.value[p] = (uint32_t)planes.shared->value[p];
        if (zoe_exr_planes_hold(&planes, p))
            continue;
        fill_in(&planes, p);
        end += plane_bytes(geometry, p);
        picture->frame.planes[p].data = (const void *)(uintptr_t)offset_of(geometry, order, p);
    }
    for (uint32_t p = 0; p < geometry->plane_count; p++) {
        if (!zoe_exr_planes_hold(&planes, p))
            continue;
        size_t bytes = zoe_exr_sample_bytes((int)geometry->plane_type[p]);
        fill(buffer + end, bytes, planes.value[p], geometry->plane_stride[p] / bytes);
        picture->frame.planes[p].data = (const void *)(uintptr_t)end;
        picture->frame.planes[p].stride = 0;
        end += geometry->plane_stride[p];
    }
    /* As much as the same frame is given next time: then it neither grows nor leaves any over. */
    picture->bytes = end + shared_bytes;
}
