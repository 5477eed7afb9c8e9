#include "exr/rows.h"

#include <float.h>
#include <string.h>

#include "base/box.h"
#include "base/half.h"
#include "base/stop.h"
#include "exr/shrink.h"

/* ---- clearing ---- */

static void clear_plane(zoe_exr_rows *rows, uint32_t plane, zoe_box box)
{
    if (zoe_box_is_empty(&box) || zoe_exr_planes_are_zero(&rows->planes, plane))
        return;
    size_t length =
        (size_t)zoe_box_width(&box) * zoe_exr_sample_bytes((int)rows->geometry->plane_type[plane]);
    for (int64_t y = box.min_y; y <= box.max_y && !zoe_stop_wanted(); y++)
        zoe_stop_clear(zoe_exr_planes_at(&rows->planes, plane, box.min_x, (int32_t)y), length);
}

/* The first multiple of `step` from `value` on. */
static int64_t next_multiple(int64_t value, int32_t step)
{
    int64_t over = value % step;
    if (over < 0)
        over += step;
    return over == 0 ? value : value + step - over;
}

void zoe_exr_rows_clear(zoe_exr_rows *rows, zoe_box chunk)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    if (geometry->shift > 0)
        return; /* nothing is added to the sums */
    for (uint32_t p = 0; p < geometry->plane_count; p++) {
        /* The rows that the chunk's samples stand for, which may be others than it is made of. */
        int64_t first = next_multiple(chunk.min_y, geometry->y_sampling[p]);
        int64_t last = next_multiple((int64_t)chunk.max_y + 1, geometry->y_sampling[p]) - 1;
        zoe_box box = rows->group->need;
        if (first > box.max_y || last < box.min_y)
            continue;
        if (first > box.min_y)
            box.min_y = (int32_t)first;
        if (last < box.max_y)
            box.max_y = (int32_t)last;
        box.min_x = zoe_max_i32(box.min_x, chunk.min_x);
        box.max_x = zoe_min_i32(box.max_x, chunk.max_x);
        clear_plane(rows, p, box);
    }
}

/* ---- conversion ---- */

static void to_plane(uint8_t *dst, zoe_sample_type to, const uint8_t *src, uint8_t from,
                     size_t count)
{
    if (from == (uint8_t)to)
        memcpy(dst, src, count * zoe_exr_sample_bytes((int)to));
    else if (from == ZOE_CODEC_FLOAT)
        zoe_half_from_float_row((uint16_t *)(void *)dst, (const float *)(const void *)src, count);
    else
        zoe_half_from_uint_row((uint16_t *)(void *)dst, (const uint32_t *)(const void *)src, count);
}

/* Takes samples of any type to a plane. Those of a plane that is uniform so far are converted to be
 * compared, some at a time. */
static void store(zoe_exr_rows *rows, uint32_t plane, int32_t x, int32_t y, const uint8_t *src,
                  uint8_t from, size_t count)
{
    enum { SOME = 1024 };
    zoe_exr_planes *planes = &rows->planes;
    zoe_sample_type to = rows->geometry->plane_type[plane];
    if (from == (uint8_t)to) {
        zoe_exr_planes_store(planes, plane, x, y, src, count);
        return;
    }
    while (count > 0 && zoe_exr_planes_hold(planes, plane)) {
        uint32_t some[SOME];
        size_t n = count < SOME ? count : SOME;
        to_plane((uint8_t *)some, to, src, from, n);
        zoe_exr_planes_store(planes, plane, x, y, some, n);
        x += (int32_t)n;
        src += n * zoe_exr_sample_bytes(from);
        count -= n;
    }
    if (count > 0)
        to_plane(zoe_exr_planes_at(planes, plane, x, y), to, src, from, count);
}

static void to_float(float *dst, const void *src, uint8_t from, size_t count)
{
    if (from == ZOE_CODEC_HALF) {
        zoe_half_to_float_row(dst, src, count);
    } else if (from == ZOE_CODEC_FLOAT) {
        memcpy(dst, src, count * sizeof *dst);
    } else {
        const uint32_t *values = src;
        for (size_t i = 0; i < count; i++)
            dst[i] = (float)values[i];
    }
}

/* Repeats each sample `times` times. */
static void spread(void *dst, const void *src, uint8_t type, size_t count, size_t times)
{
    if (type == ZOE_CODEC_HALF) {
        uint16_t *to = dst;
        const uint16_t *from = src;
        for (size_t i = 0; i < count; i++)
            for (size_t n = 0; n < times; n++)
                *to++ = from[i];
    } else {
        uint32_t *to = dst;
        const uint32_t *from = src;
        for (size_t i = 0; i < count; i++)
            for (size_t n = 0; n < times; n++)
                *to++ = from[i];
    }
}

/* ---- blocks ---- */

static float *sum_row(const zoe_exr_rows *rows, uint32_t plane, int32_t y)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    size_t index = (size_t)plane * (size_t)geometry->group_height +
                   (size_t)((int64_t)y - rows->group->out.min_y);
    return (float *)(void *)(rows->scratch + rows->layout->sums.at) +
           index * (size_t)geometry->group_width;
}

/* How many of a block's pixels along one side lie in the picture, from `low` to `high` there. */
static int32_t pixels_of(int32_t block, int32_t shift, int32_t low, int32_t high)
{
    int64_t size = (int64_t)1 << shift, first = block * size, last = first + size - 1;
    return (int32_t)((last < high ? last : high) - (first > low ? first : low) + 1);
}

/* Unsigned integers are ids, which have no mean: a block has the id of the first of its pixels that
 * lie in the picture. */
static bool picks(const zoe_exr_geometry *geometry, uint32_t plane)
{
    return geometry->plane_type[plane] == ZOE_SAMPLE_UINT;
}

static void pick(const zoe_exr_rows *rows, uint32_t plane, const zoe_exr_row *row)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    const zoe_box *picture = &geometry->picture;
    int32_t block = 1 << geometry->shift;
    if ((row->y % block != 0 && row->y != picture->min_y) || rows->planes.lacks_room)
        return;
    uint32_t *dst = (uint32_t *)(void *)zoe_exr_planes_at(
        &rows->planes, plane, geometry->window.min_x, zoe_block_of(row->y, geometry->shift));
    const uint32_t *src = row->samples;
    int64_t end = (int64_t)row->x + row->count;
    int64_t x = row->x == picture->min_x ? row->x : next_multiple(row->x, block);
    for (; x < end; x = next_multiple(x + 1, block))
        dst[(int64_t)zoe_block_of(x, geometry->shift) - geometry->window.min_x] = src[x - row->x];
}

static void add(const zoe_exr_rows *rows, uint32_t plane, const zoe_exr_row *row)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    if (picks(geometry, plane)) {
        pick(rows, plane, row);
        return;
    }
    float *samples = (float *)(void *)(rows->scratch + rows->layout->row.at);
    size_t block = (size_t)1 << geometry->shift;
    int32_t first = zoe_block_of(row->x, geometry->shift);
    size_t lead = (size_t)(row->x - (int64_t)first * (int64_t)block);
    size_t count = (size_t)row->count;
    for (size_t i = 0; i < lead; i++)
        samples[i] = 0;
    to_float(samples + lead, row->samples, row->type, count);
    count += lead;
    while (count % block != 0)
        samples[count++] = 0;
    float limit = geometry->plane_type[plane] == ZOE_SAMPLE_HALF ? (float)ZOE_HALF_MAX : FLT_MAX;
    float *sums = sum_row(rows, plane, zoe_block_of(row->y, geometry->shift));
    zoe_exr_shrink_row(sums + ((int64_t)first - rows->group->out.min_x), samples,
                       count >> geometry->shift, geometry->shift, limit);
}

void zoe_exr_rows_begin(zoe_exr_rows *rows)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    if (geometry->shift == 0)
        return;
    zoe_stop_clear(rows->scratch + rows->layout->sums.at, rows->layout->sums.bytes);
    for (uint32_t p = 0; p < geometry->plane_count; p++)
        if (picks(geometry, p) && zoe_exr_planes_spread(&rows->planes, p))
            clear_plane(rows, p, rows->group->out);
}

/* From sums to means. The picture cuts no blocks but the first and the last of a row or column. */
static void mean_row(const zoe_exr_geometry *geometry, const zoe_box *out, int32_t y, float *sums,
                     size_t width)
{
    const zoe_box *picture = &geometry->picture;
    int32_t down = pixels_of(y, geometry->shift, picture->min_y, picture->max_y);
    int32_t first = pixels_of(out->min_x, geometry->shift, picture->min_x, picture->max_x);
    int32_t last = pixels_of(out->max_x, geometry->shift, picture->min_x, picture->max_x);
    zoe_exr_shrink_mean(sums, 1, first * down);
    if (width > 1)
        zoe_exr_shrink_mean(sums + width - 1, 1, last * down);
    if (width > 2)
        zoe_exr_shrink_mean(sums + 1, width - 2, down << geometry->shift);
}

void zoe_exr_rows_end(zoe_exr_rows *rows)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    const zoe_box *out = &rows->group->out;
    if (geometry->shift == 0 || zoe_box_is_empty(out))
        return;
    size_t width = (size_t)zoe_box_width(out);
    for (uint32_t p = 0; p < geometry->plane_count; p++) {
        if (picks(geometry, p))
            continue;
        for (int64_t y = out->min_y; y <= out->max_y && !zoe_stop_wanted(); y++) {
            float *sums = sum_row(rows, p, (int32_t)y);
            mean_row(geometry, out, (int32_t)y, sums, width);
            store(rows, p, out->min_x, (int32_t)y, (const uint8_t *)sums, ZOE_CODEC_FLOAT, width);
        }
    }
}

/* ---- rows ---- */

/* Samples of a row that are converted between two looks at whether to stop. */
enum { PART_SAMPLES = 1 << 20 };

static void put_part(zoe_exr_rows *rows, uint32_t plane, const zoe_exr_row *part)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    if (geometry->shift > 0) {
        add(rows, plane, part);
        return;
    }
    store(rows, plane, part->x, part->y, part->samples, part->type, (size_t)part->count);
}

void zoe_exr_rows_put_full(zoe_exr_rows *rows, uint32_t plane, const zoe_exr_row *row)
{
    const zoe_box *need = &rows->group->need;
    if (row->y < need->min_y || row->y > need->max_y)
        return;
    int64_t first = row->x > need->min_x ? row->x : need->min_x;
    int64_t last = (int64_t)row->x + row->count - 1;
    if (last > need->max_x)
        last = need->max_x;
    if (last < first)
        return;
    size_t skip = (size_t)(first - row->x) * zoe_exr_sample_bytes(row->type);
    const uint8_t *samples = (const uint8_t *)row->samples + skip;
    for (int64_t x = first, end; x <= last && !zoe_stop_wanted(); x = end) {
        /* Blocks are aligned to multiples of their size, and so are the parts: none is cut. */
        end = (x & -(int64_t)PART_SAMPLES) + PART_SAMPLES;
        end = end > last ? last + 1 : end;
        zoe_exr_row part = {row->y, (int32_t)x, (int32_t)(end - x), row->type, samples};
        put_part(rows, plane, &part);
        samples += (size_t)(end - x) * zoe_exr_sample_bytes(row->type);
    }
}

void zoe_exr_rows_put(zoe_exr_rows *rows, uint32_t plane, const zoe_exr_row *row)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    int32_t across = geometry->x_sampling[plane], down = geometry->y_sampling[plane];
    zoe_exr_row full = *row;
    if (across > 1) {
        /* The second half of the span: the first is for blocks. */
        void *wide = rows->scratch + rows->layout->row.at + rows->layout->row.bytes / 2;
        spread(wide, row->samples, row->type, (size_t)row->count, (size_t)across);
        full.samples = wide;
        full.count = row->count * across;
    }
    for (int32_t n = 0; n < down && row->y <= (int64_t)geometry->data.max_y - n; n++) {
        full.y = row->y + n;
        zoe_exr_rows_put_full(rows, plane, &full);
    }
}
