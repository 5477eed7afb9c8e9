#include "exr/chunk_groups.h"

#include "base/box.h"

/* A group is about this many pixels: enough that taking one costs nothing beside decoding it, few
 * enough that a worker that should do something else notices soon. 16 lines of a 4K frame. */
enum { GROUP_PIXELS = 65536 };

/* Where groups decode each other's border chunks, they have this many rows of chunks for each row
 * that is decoded twice. */
enum { ROWS_PER_SHARED = 4 };

static int64_t divide_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* The level row or column at which a row or column of chunks begins. */
static int64_t chunk_y(const zoe_exr_geometry *geometry, int64_t row)
{
    return (int64_t)geometry->data.min_y + row * geometry->chunk_height;
}

static int64_t chunk_x(const zoe_exr_geometry *geometry, int64_t column)
{
    return (int64_t)geometry->data.min_x + column * geometry->chunk_width;
}

/* Rows of chunks that a group decodes beside its own. */
static int64_t shared_rows(const zoe_exr_geometry *geometry)
{
    int64_t margin = (int64_t)geometry->margin_above + geometry->margin_below;
    int64_t block = (int64_t)1 << geometry->shift;
    if (geometry->chunk_height % block != 0 || geometry->data.min_y % block != 0)
        margin += block - 1;
    return margin == 0 ? 0 : divide_up(margin, geometry->chunk_height);
}

static bool columns_meet_blocks(const zoe_exr_geometry *geometry)
{
    int64_t block = (int64_t)1 << geometry->shift;
    return geometry->chunk_width % block == 0 && geometry->data.min_x % block == 0;
}

static void choose_size(zoe_exr_geometry *geometry)
{
    /* Of a small picture in large chunks only the part that exists. */
    int64_t width = zoe_min_i32(geometry->chunk_width, (int32_t)zoe_box_width(&geometry->data));
    int64_t height = zoe_min_i32(geometry->chunk_height, (int32_t)zoe_box_height(&geometry->data));
    int64_t across = GROUP_PIXELS / (width * height);
    int64_t down = 1;
    if (across < 1)
        across = 1;
    int64_t shared = shared_rows(geometry);
    if (across > geometry->chunks_across || !columns_meet_blocks(geometry) ||
        geometry->is_luma_chroma) {
        across = geometry->chunks_across;
        down = GROUP_PIXELS / (width * across) / height;
    }
    /* A chunk of its own would have nothing to be decoded beside. */
    if (geometry->lanes > 1 && across * down < 2)
        down = 2;
    int64_t blocks = divide_up((int64_t)1 << geometry->shift, height);
    if (down < blocks)
        down = blocks;
    if (down < shared * ROWS_PER_SHARED)
        down = shared * ROWS_PER_SHARED;
    if (down > geometry->chunks_down)
        down = geometry->chunks_down;
    geometry->group_across = (int32_t)across;
    geometry->group_down = (int32_t)down;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How large groups get. */
static void measure(zoe_exr_geometry *geometry)
{
    int64_t level_rows = (int64_t)geometry->group_down * geometry->chunk_height;
    int64_t level_columns = (int64_t)geometry->group_across * geometry->chunk_width;
    int64_t block = (int64_t)1 << geometry->shift;
    int64_t rows = smaller(level_rows / block + 2, zoe_box_height(&geometry->window));
    int64_t columns = smaller(level_columns / block + 2, zoe_box_width(&geometry->window));
    geometry->group_height = (int32_t)rows;
    geometry->group_width = (int32_t)columns;
    int64_t reach = smaller(rows * block, zoe_box_height(&geometry->covered));
    reach += (int64_t)geometry->margin_above + geometry->margin_below;
    geometry->reach_rows = (int32_t)smaller(reach, zoe_box_height(&geometry->data));
    int64_t down =
        smaller((int64_t)geometry->group_down + shared_rows(geometry) + 1, geometry->rows);
    int64_t more = columns_meet_blocks(geometry) ? 0 : 1;
    int64_t across = smaller((int64_t)geometry->group_across + more, geometry->columns);
    geometry->group_chunks = down * (geometry->is_luma_chroma ? geometry->columns : across);
}

void zoe_exr_groups_make(zoe_exr_geometry *geometry)
{
    geometry->groups_across = geometry->groups_down = 1;
    if (zoe_box_is_empty(&geometry->covered))
        return; /* one group without chunks */
    const zoe_box *c = &geometry->covered;
    int64_t x0 = ((int64_t)c->min_x - geometry->data.min_x) / geometry->chunk_width;
    int64_t x1 = ((int64_t)c->max_x - geometry->data.min_x) / geometry->chunk_width;
    int64_t y0 = ((int64_t)c->min_y - geometry->data.min_y) / geometry->chunk_height;
    int64_t y1 = ((int64_t)c->max_y - geometry->data.min_y) / geometry->chunk_height;
    geometry->first_column = (int32_t)x0;
    geometry->first_row = (int32_t)y0;
    geometry->chunks_across = (int32_t)(x1 - x0 + 1);
    geometry->chunks_down = (int32_t)(y1 - y0 + 1);
    choose_size(geometry);
    geometry->groups_across = (int32_t)divide_up(geometry->chunks_across, geometry->group_across);
    geometry->groups_down = (int32_t)divide_up(geometry->chunks_down, geometry->group_down);
    measure(geometry);
}

/* The first plane row (or column) of a group: the first whose block begins in it or later. */
static int32_t first_block(int64_t level, int32_t shift)
{
    return zoe_block_of(level + ((int64_t)1 << shift) - 1, shift);
}

zoe_exr_chunk_group zoe_exr_group_at(const zoe_exr_geometry *geometry, int32_t index)
{
    int32_t gx = index % geometry->groups_across, gy = index / geometry->groups_across;
    int64_t column = geometry->first_column + (int64_t)gx * geometry->group_across;
    int64_t row = geometry->first_row + (int64_t)gy * geometry->group_down;
    zoe_exr_chunk_group group = {.out = geometry->window};
    if (zoe_box_is_empty(&geometry->covered)) {
        group.column1 = group.row1 = -1;
        return group;
    }
    if (gx > 0)
        group.out.min_x = first_block(chunk_x(geometry, column), geometry->shift);
    if (gy > 0)
        group.out.min_y = first_block(chunk_y(geometry, row), geometry->shift);
    if (gx + 1 < geometry->groups_across)
        group.out.max_x =
            first_block(chunk_x(geometry, column + geometry->group_across), geometry->shift) - 1;
    if (gy + 1 < geometry->groups_down)
        group.out.max_y =
            first_block(chunk_y(geometry, row + geometry->group_down), geometry->shift) - 1;
    /* Beyond the last covered pixel there may be no block any more. */
    group.out = zoe_box_intersect(group.out, geometry->window);
    if (zoe_box_is_empty(&group.out)) {
        group.column1 = group.row1 = -1;
        return group;
    }
    group.need = zoe_box_grow(group.out, geometry->shift, geometry->covered);
    int64_t top = (int64_t)group.need.min_y - geometry->margin_above;
    int64_t bottom = (int64_t)group.need.max_y + geometry->margin_below;
    group.reach_first = (int32_t)(top > geometry->data.min_y ? top : geometry->data.min_y);
    group.reach_last = (int32_t)(bottom < geometry->data.max_y ? bottom : geometry->data.max_y);
    const zoe_box *d = &geometry->data;
    group.column0 = (int32_t)(((int64_t)group.need.min_x - d->min_x) / geometry->chunk_width);
    group.column1 = (int32_t)(((int64_t)group.need.max_x - d->min_x) / geometry->chunk_width);
    if (geometry->is_luma_chroma) { /* filters need whole rows */
        group.column0 = 0;
        group.column1 = geometry->columns - 1;
    }
    group.row0 = (int32_t)(((int64_t)group.reach_first - d->min_y) / geometry->chunk_height);
    group.row1 = (int32_t)(((int64_t)group.reach_last - d->min_y) / geometry->chunk_height);
    return group;
}

static bool is_counted(const zoe_exr_geometry *geometry, const zoe_exr_chunk_group *group,
                       int32_t column, int32_t row)
{
    zoe_box box = zoe_box_intersect(zoe_exr_chunk_box(geometry, column, row), geometry->covered);
    if (zoe_box_is_empty(&box))
        return false;
    int32_t x = zoe_block_of(box.min_x, geometry->shift),
            y = zoe_block_of(box.min_y, geometry->shift);
    return x >= group->out.min_x && x <= group->out.max_x && y >= group->out.min_y &&
           y <= group->out.max_y;
}

int64_t zoe_exr_group_counts(const zoe_exr_geometry *geometry, const zoe_exr_chunk_group *group,
                             int32_t first, int32_t last, int32_t row)
{
    /* Those that other groups count stand at the ends. */
    while (first <= last && !is_counted(geometry, group, first, row))
        first++;
    while (first <= last && !is_counted(geometry, group, last, row))
        last--;
    return (int64_t)last - first + 1;
}
