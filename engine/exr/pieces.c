#include "exr/pieces.h"

#include "base/box.h"

/* A piece is about this many pixels: enough that taking one costs nothing
 * beside decoding it, few enough that a worker that should do something else
 * notices soon. 16 lines of a 4K frame. */
enum { PIECE_PIXELS = 65536 };

/* Where pieces decode each other's border chunks, they have this many rows of
 * chunks for each row that is decoded twice. */
enum { ROWS_PER_SHARED = 4 };

static int64_t divide_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* The level row or column at which a row or column of chunks begins. */
static int64_t chunk_y(const zoe_exr_plan *plan, int64_t row)
{
    return (int64_t)plan->data.min_y + row * plan->chunk_height;
}

static int64_t chunk_x(const zoe_exr_plan *plan, int64_t column)
{
    return (int64_t)plan->data.min_x + column * plan->chunk_width;
}

/* Rows of chunks that a piece decodes beside its own. */
static int64_t shared_rows(const zoe_exr_plan *plan)
{
    int64_t margin = (int64_t)plan->margin_above + plan->margin_below;
    int64_t block = (int64_t)1 << plan->shift;
    if (plan->chunk_height % block != 0 || plan->data.min_y % block != 0)
        margin += block - 1;
    return margin == 0 ? 0 : divide_up(margin, plan->chunk_height);
}

static bool columns_meet_blocks(const zoe_exr_plan *plan)
{
    int64_t block = (int64_t)1 << plan->shift;
    return plan->chunk_width % block == 0 && plan->data.min_x % block == 0;
}

static void group(zoe_exr_plan *plan)
{
    /* Of a small picture in large chunks only the part that exists. */
    int64_t width = zoe_min_i32(plan->chunk_width, (int32_t)zoe_box_width(&plan->data));
    int64_t height = zoe_min_i32(plan->chunk_height, (int32_t)zoe_box_height(&plan->data));
    int64_t across = PIECE_PIXELS / (width * height);
    int64_t down = 1;
    if (across < 1)
        across = 1;
    int64_t shared = shared_rows(plan);
    if (across > plan->chunks_across || !columns_meet_blocks(plan) || plan->is_luma_chroma) {
        across = plan->chunks_across;
        down = PIECE_PIXELS / (width * across) / height;
    }
    /* A chunk of its own would have nothing to be decoded beside. */
    if (plan->lanes > 1 && across * down < 2)
        down = 2;
    int64_t blocks = divide_up((int64_t)1 << plan->shift, height);
    if (down < blocks)
        down = blocks;
    if (down < shared * ROWS_PER_SHARED)
        down = shared * ROWS_PER_SHARED;
    if (down > plan->chunks_down)
        down = plan->chunks_down;
    plan->group_across = (int32_t)across;
    plan->group_down = (int32_t)down;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How large pieces get. */
static void measure(zoe_exr_plan *plan)
{
    int64_t level_rows = (int64_t)plan->group_down * plan->chunk_height;
    int64_t level_columns = (int64_t)plan->group_across * plan->chunk_width;
    int64_t block = (int64_t)1 << plan->shift;
    int64_t rows = smaller(level_rows / block + 2, zoe_box_height(&plan->target));
    int64_t columns = smaller(level_columns / block + 2, zoe_box_width(&plan->target));
    plan->piece_height = (int32_t)rows;
    plan->piece_width = (int32_t)columns;
    int64_t reach = smaller(rows * block, zoe_box_height(&plan->covered));
    reach += (int64_t)plan->margin_above + plan->margin_below;
    plan->reach_rows = (int32_t)smaller(reach, zoe_box_height(&plan->data));
    int64_t down = smaller((int64_t)plan->group_down + shared_rows(plan) + 1, plan->rows);
    int64_t more = columns_meet_blocks(plan) ? 0 : 1;
    int64_t across = smaller((int64_t)plan->group_across + more, plan->columns);
    plan->piece_chunks = down * (plan->is_luma_chroma ? plan->columns : across);
}

void zoe_exr_pieces_plan(zoe_exr_plan *plan)
{
    plan->groups_across = plan->groups_down = 1;
    if (zoe_box_is_empty(&plan->covered))
        return; /* one piece without chunks */
    const zoe_box *c = &plan->covered;
    int64_t x0 = ((int64_t)c->min_x - plan->data.min_x) / plan->chunk_width;
    int64_t x1 = ((int64_t)c->max_x - plan->data.min_x) / plan->chunk_width;
    int64_t y0 = ((int64_t)c->min_y - plan->data.min_y) / plan->chunk_height;
    int64_t y1 = ((int64_t)c->max_y - plan->data.min_y) / plan->chunk_height;
    plan->first_column = (int32_t)x0;
    plan->first_row = (int32_t)y0;
    plan->chunks_across = (int32_t)(x1 - x0 + 1);
    plan->chunks_down = (int32_t)(y1 - y0 + 1);
    group(plan);
    plan->groups_across = (int32_t)divide_up(plan->chunks_across, plan->group_across);
    plan->groups_down = (int32_t)divide_up(plan->chunks_down, plan->group_down);
    measure(plan);
}

/* The first plane row (or column) of a group: the first whose block begins in
 * it or later. */
static int32_t first_block(int64_t level, int32_t shift)
{
    return zoe_block_of(level + ((int64_t)1 << shift) - 1, shift);
}

zoe_exr_piece zoe_exr_piece_at(const zoe_exr_plan *plan, int32_t index)
{
    int32_t gx = index % plan->groups_across, gy = index / plan->groups_across;
    int64_t column = plan->first_column + (int64_t)gx * plan->group_across;
    int64_t row = plan->first_row + (int64_t)gy * plan->group_down;
    zoe_exr_piece piece = {.out = plan->target};
    if (zoe_box_is_empty(&plan->covered)) {
        piece.column1 = piece.row1 = -1;
        return piece;
    }
    if (gx > 0)
        piece.out.min_x = first_block(chunk_x(plan, column), plan->shift);
    if (gy > 0)
        piece.out.min_y = first_block(chunk_y(plan, row), plan->shift);
    if (gx + 1 < plan->groups_across)
        piece.out.max_x = first_block(chunk_x(plan, column + plan->group_across), plan->shift) - 1;
    if (gy + 1 < plan->groups_down)
        piece.out.max_y = first_block(chunk_y(plan, row + plan->group_down), plan->shift) - 1;
    /* Beyond the last covered pixel there may be no block any more. */
    piece.out = zoe_box_intersect(piece.out, plan->target);
    if (zoe_box_is_empty(&piece.out)) {
        piece.column1 = piece.row1 = -1;
        return piece;
    }
    piece.need = zoe_box_grow(piece.out, plan->shift, plan->covered);
    int64_t top = (int64_t)piece.need.min_y - plan->margin_above;
    int64_t bottom = (int64_t)piece.need.max_y + plan->margin_below;
    piece.reach_first = (int32_t)(top > plan->data.min_y ? top : plan->data.min_y);
    piece.reach_last = (int32_t)(bottom < plan->data.max_y ? bottom : plan->data.max_y);
    const zoe_box *d = &plan->data;
    piece.column0 = (int32_t)(((int64_t)piece.need.min_x - d->min_x) / plan->chunk_width);
    piece.column1 = (int32_t)(((int64_t)piece.need.max_x - d->min_x) / plan->chunk_width);
    if (plan->is_luma_chroma) { /* filters need whole rows */
        piece.column0 = 0;
        piece.column1 = plan->columns - 1;
    }
    piece.row0 = (int32_t)(((int64_t)piece.reach_first - d->min_y) / plan->chunk_height);
    piece.row1 = (int32_t)(((int64_t)piece.reach_last - d->min_y) / plan->chunk_height);
    return piece;
}

bool zoe_exr_piece_counts(const zoe_exr_plan *plan, const zoe_exr_piece *piece, int32_t column,
                          int32_t row)
{
    zoe_box box = zoe_box_intersect(zoe_exr_chunk_box(plan, column, row), plan->covered);
    if (zoe_box_is_empty(&box))
        return false;
    int32_t x = zoe_block_of(box.min_x, plan->shift), y = zoe_block_of(box.min_y, plan->shift);
    return x >= piece->out.min_x && x <= piece->out.max_x && y >= piece->out.min_y &&
           y <= piece->out.max_y;
}

zoe_box zoe_exr_chunk_box(const zoe_exr_plan *plan, int32_t column, int32_t row)
{
    int64_t x0 = chunk_x(plan, column), y0 = chunk_y(plan, row);
    int64_t x1 = x0 + plan->chunk_width - 1, y1 = y0 + plan->chunk_height - 1;
    return (zoe_box){(int32_t)x0, (int32_t)y0,
                     (int32_t)(x1 < plan->data.max_x ? x1 : plan->data.max_x),
                     (int32_t)(y1 < plan->data.max_y ? y1 : plan->data.max_y)};
}
