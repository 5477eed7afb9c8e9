#include "exr/decode.h"

#include "base/box.h"
#include "exr/color.h"
#include "exr/deep_rows.h"
#include "exr/flat.h"
#include "exr/pieces.h"
#include "exr/table.h"
#include "memory/scratch.h"

/* Thread-safety: after it was opened it does not change, but for the atomics.
 */
typedef struct open_file {
    zoe_exr_file file;
    zoe_exr_plan plan;
    zoe_exr_table table;
    _Atomic uint32_t largest; /* packed chunk seen; relaxed: a hint */
    _Atomic int64_t missing;  /* scanlines or tiles; relaxed: asked for when all
                                 pieces are done */
} open_file;

/* ---- open and close ---- */

static zoe_status plan_file(open_file *open, const zoe_choice *choice, uint64_t limit,
                            zoe_picture *picture, zoe_error *error)
{
    zoe_status status = zoe_exr_plan_make(&open->plan, &open->file, choice, limit, picture, error);
    if (status == ZOE_OK)
        status = zoe_exr_table_read(&open->table, &open->plan, &open->file, limit, error);
    zoe_exr_file_forget_head(&open->file);
    return status;
}

static zoe_status close_exr(void *user, void **file, zoe_error *error)
{
    (void)user;
    open_file *open = *file;
    zoe_exr_table_free(&open->table);
    zoe_status status = zoe_exr_file_close(&open->file, error);
    zoe_recycler_free(open);
    *file = NULL;
    return status;
}

static zoe_status open_exr(void *user, const char *path, const zoe_choice *choice, uint64_t limit,
                           const zoe_read_stats *stats, void *memory, size_t memory_bytes,
                           zoe_picture *picture, void **out, zoe_error *error)
{
    (void)memory;
    (void)memory_bytes;
    *out = NULL;
    open_file *open = zoe_recycler_alloc(sizeof *open);
    if (!open)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", path);
    open->table.offsets = NULL;
    atomic_init(&open->largest, 0);
    atomic_init(&open->missing, 0);
    zoe_status status = zoe_exr_file_open(&open->file, path, stats, error);
    if (status != ZOE_OK) {
        zoe_recycler_free(open);
        return status;
    }
    *out = open;
    status = plan_file(open, choice, limit, picture, error);
    if (status != ZOE_OK) {
        picture->id = open->file.id;
        close_exr(user, out, NULL);
    }
    picture->file_bytes = ZOE_DECODER_FILE_BYTES;
    return status;
}

/* Everything outside the data window is transparent black. */
static void prepare_exr(void *user, void *file, uint8_t *buffer)
{
    (void)user;
    const zoe_exr_plan *plan = &((const open_file *)file)->plan;
    zoe_box w = plan->window, t = plan->target;
    if (zoe_box_is_empty(&t)) {
        zoe_exr_rows_clear_planes(plan, buffer, w);
        return;
    }
    if (t.min_y > w.min_y)
        zoe_exr_rows_clear_planes(plan, buffer, (zoe_box){w.min_x, w.min_y, w.max_x, t.min_y - 1});
    if (t.max_y < w.max_y)
        zoe_exr_rows_clear_planes(plan, buffer, (zoe_box){w.min_x, t.max_y + 1, w.max_x, w.max_y});
    if (t.min_x > w.min_x)
        zoe_exr_rows_clear_planes(plan, buffer, (zoe_box){w.min_x, t.min_y, t.min_x - 1, t.max_y});
    if (t.max_x < w.max_x)
        zoe_exr_rows_clear_planes(plan, buffer, (zoe_box){t.max_x + 1, t.min_y, w.max_x, t.max_y});
}

/* ---- pieces ---- */

/* A chunk that is not in the file. */
static void miss(open_file *open, zoe_exr_rows *rows, int32_t column, int32_t row)
{
    const zoe_exr_plan *plan = &open->plan;
    zoe_box box = zoe_exr_chunk_box(plan, column, row);
    zoe_exr_rows_clear(rows, box);
    if (!zoe_exr_piece_counts(plan, rows->piece, column, row))
        return;
    box = zoe_box_intersect(box, plan->covered);
    atomic_fetch_add_explicit(&open->missing, plan->tiled ? 1 : zoe_box_height(&box),
                              memory_order_relaxed);
}

/* A worker's way through a piece. */
typedef struct piece_run {
    open_file *open;
    zoe_exr_flat lanes[ZOE_CODEC_MANY];
    zoe_exr_rows *rows;
    zoe_exr_reader *reader;
    zoe_status missing; /* TRUNCATED once a chunk was not there */
} piece_run;

/* What became of a chunk. Returns what ends the piece, or OK. */
static zoe_status settle(piece_run *run, zoe_status status, int32_t column, int32_t row)
{
    if (status != ZOE_ERROR_TRUNCATED)
        return status;
    run->missing = status;
    miss(run->open, run->rows, column, row);
    return ZOE_OK;
}

static zoe_status decode_one(piece_run *run, int32_t column, int32_t row, zoe_error *error)
{
    zoe_status status = run->open->plan.is_deep
                            ? zoe_exr_deep_rows_chunk(run->reader, run->rows, column, row, error)
                            : zoe_exr_flat_chunk(&run->lanes[0], column, row, error);
    return settle(run, status, column, row);
}

/* Some chunks, as many of them side by side as go together. */
static zoe_status decode_many(piece_run *run, size_t count, const int32_t *columns,
                              const int32_t *rows, zoe_error *error)
{
    if (count == 1)
        return decode_one(run, columns[0], rows[0], error);
    zoe_status status[ZOE_CODEC_MANY];
    if (!zoe_exr_flat_many(run->lanes, count, columns, rows, status, error)) {
        size_t half = count / 2;
        zoe_status end = decode_many(run, half, columns, rows, error);
        return end != ZOE_OK ? end
                             : decode_many(run, count - half, columns + half, rows + half, error);
    }
    for (size_t i = 0; i < count; i++) {
        zoe_status end = settle(run, status[i], columns[i], rows[i]);
        if (end != ZOE_OK)
            return end;
    }
    return ZOE_OK;
}

static zoe_status decode_chunks(piece_run *run, const zoe_exr_piece *piece, zoe_error *error)
{
    int64_t across = (int64_t)piece->column1 - piece->column0 + 1;
    int64_t count = across * ((int64_t)piece->row1 - piece->row0 + 1);
    int64_t lanes = run->open->plan.lanes;
    zoe_status status = ZOE_OK;
    for (int64_t i = 0; i < count && status == ZOE_OK; i += lanes) {
        int32_t columns[ZOE_CODEC_MANY], rows[ZOE_CODEC_MANY];
        int64_t n = count - i < lanes ? count - i : lanes;
        for (int64_t j = 0; j < n; j++) {
            columns[j] = piece->column0 + (int32_t)((i + j) % across);
            rows[j] = piece->row0 + (int32_t)((i + j) / across);
        }
        status = decode_many(run, (size_t)n, columns, rows, error);
    }
    return status == ZOE_OK ? run->missing : status;
}

static zoe_status decode_exr(void *user, void *file, int32_t index, uint8_t *buffer, void *scratch,
                             size_t scratch_bytes, zoe_error *error)
{
    (void)user;
    (void)scratch_bytes;
    open_file *open = file;
    const zoe_exr_plan *plan = &open->plan;
    zoe_exr_piece piece = zoe_exr_piece_at(plan, index);
    if (zoe_box_is_empty(&piece.out))
        return ZOE_OK;
    zoe_exr_rows rows = {plan, &piece, buffer, scratch};
    zoe_exr_reader reader = {
        .plan = plan,
        .table = &open->table,
        .piece = &piece,
        .file = &open->file,
        .largest = &open->largest,
        .block = (uint8_t *)scratch + plan->packed.at,
    };
    piece_run run = {.open = open, .rows = &rows, .reader = &reader};
    for (uint32_t lane = 0; lane < plan->lanes && !plan->is_deep; lane++)
        zoe_exr_flat_begin(&run.lanes[lane], &reader, &rows, lane);
    zoe_exr_rows_begin(&rows);
    if (plan->is_luma_chroma)
        zoe_exr_color_begin(&rows);
    zoe_status status = decode_chunks(&run, &piece, error);
    if (status != ZOE_OK && status != ZOE_ERROR_TRUNCATED)
        return status;
    if (plan->is_luma_chroma)
        zoe_exr_color_end(&rows);
    zoe_exr_rows_end(&rows);
    return status;
}

static void absence_exr(void *user, void *file, zoe_absence *absence)
{
    (void)user;
    open_file *open = file;
    const zoe_exr_plan *plan = &open->plan;
    absence->missing = atomic_load_explicit(&open->missing, memory_order_relaxed);
    absence->total = 0;
    if (!zoe_box_is_empty(&plan->covered))
        absence->total = plan->tiled ? (int64_t)plan->chunks_across * plan->chunks_down
                                     : zoe_box_height(&plan->covered);
    absence->unit = plan->tiled ? "tiles" : "scanlines";
}

const zoe_decoder *zoe_exr_decoder(void)
{
    static const zoe_decoder decoder = {
        .open = open_exr,
        .prepare = prepare_exr,
        .decode = decode_exr,
        .close = close_exr,
        .absence = absence_exr,
    };
    return &decoder;
}
