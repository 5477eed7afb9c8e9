#include "exr/decode.h"

#include <string.h>

#include "base/box.h"
#include "exr/chroma_bands.h"
#include "exr/deep_rows.h"
#include "exr/flat.h"
#include "exr/plan.h"

/* Stands at the beginning of the memory that open() is given; the file's head and a region for
 * everything else follow.
 *
 * Thread-safety: after it was opened it does not change, but for the atomics. */
typedef struct open_file {
    zoe_exr_file file;
    zoe_exr_header header;
    zoe_exr_plan plan;
    size_t shared_bytes; /* the picture's */
    zoe_blocks blocks;
    _Atomic uint32_t largest; /* packed chunk seen; relaxed: a hint */
    _Atomic int64_t missing;  /* scanlines or tiles; relaxed: asked for when all pieces are done */
} open_file;

/* ---- open and close ---- */

enum {
    HEAD_AT = (sizeof(open_file) + 63) / 64 * 64,
    BLOCKS_AT = HEAD_AT + ZOE_EXR_HEAD_BYTES,
};

/* All the memory that an open file takes, at most. */
static uint64_t needed_bytes(const zoe_exr_file *file)
{
    const zoe_exr_outline *outline = &file->outline;
    return BLOCKS_AT + outline->context_bytes + zoe_exr_header_bytes(outline, false) +
           zoe_exr_plan_bytes(outline) + zoe_blocks_kept(strlen(file->path) + 1);
}

static zoe_status too_small(const zoe_exr_file *file, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_TOO_SMALL, "%s: %s", file->path,
                         zoe_status_text(ZOE_ERROR_TOO_SMALL));
}

/* The header, and all that is made of it. */
static zoe_status read_picture(open_file *open, const zoe_choice *choice, uint64_t limit,
                               zoe_picture *picture, zoe_error *error)
{
    zoe_exr_file *file = &open->file;
    zoe_status status = zoe_exr_file_parse(file, &open->blocks, error);
    if (status == ZOE_OK)
        status = zoe_exr_header_make(&open->header, file, &open->blocks, false, error);
    if (status == ZOE_OK)
        status = zoe_exr_plan_make(&open->plan, file, &open->header, choice, limit, &open->blocks,
                                   picture, error);
    if (status != ZOE_OK)
        return status;
    open->shared_bytes = picture->shared_bytes;
    zoe_exr_file_forget_head(file);
    /* OpenEXR's context is not needed any more, unless OpenEXR is to decode the chunks. */
    if (open->plan.geometry.routines || open->plan.geometry.is_deep)
        zoe_exr_file_finish(file);
    return ZOE_OK;
}

/* Moves the opened file into its memory. */
static open_file *settle_down(const zoe_exr_file *file, uint8_t *memory, size_t memory_bytes)
{
    open_file *open = (open_file *)(void *)memory;
    memset(open, 0, sizeof *open);
    open->file = *file;
    zoe_blocks_init(&open->blocks, memory + BLOCKS_AT, memory_bytes - BLOCKS_AT);
    size_t length = strlen(file->path);
    char *path = zoe_blocks_keep(&open->blocks, length + 1, 1);
    if (!path)
        return NULL;
    memcpy(path, file->path, length);
    open->file.path = path;
    return open;
}

static zoe_status close_exr(void *user, void **file, zoe_error *error)
{
    (void)user;
    open_file *open = *file;
    *file = NULL;
    return zoe_exr_file_close(&open->file, error);
}

/* A file that is open, with its head read if there is memory for it. */
static zoe_status make_picture(zoe_exr_file *file, const zoe_choice *choice, uint64_t limit,
                               uint8_t *memory, size_t memory_bytes, zoe_picture *picture,
                               void **out, zoe_error *error)
{
    uint64_t needed = needed_bytes(file);
    open_file *open = NULL;
    zoe_status status = ZOE_OK;
    if (needed > limit)
        status = zoe_error_set(error, ZOE_ERROR_OVER_BUDGET,
                               "%s: the header needs %.1f MB; the memory limit is %.1f MB",
                               file->path, zoe_megabytes(needed), zoe_megabytes(limit));
    else if (needed > memory_bytes || !(open = settle_down(file, memory, memory_bytes)))
        status = too_small(file, error);
    if (status == ZOE_OK)
        status = read_picture(open, choice, limit, picture, error);
    /* A release of OpenEXR that takes more than was reckoned with. */
    if (status == ZOE_ERROR_TOO_SMALL && needed <= memory_bytes)
        needed = 2 * (uint64_t)memory_bytes;
    picture->file_bytes = (size_t)needed;
    if (zoe_stop_wanted())
        status = ZOE_STALE;
    if (status == ZOE_OK)
        *out = open;
    else
        zoe_exr_file_close(open ? &open->file : file, NULL);
    return status;
}

static uint8_t *head_of(void *memory, size_t memory_bytes)
{
    return memory_bytes >= BLOCKS_AT ? (uint8_t *)memory + HEAD_AT : NULL;
}

static zoe_status open_exr(void *user, zoe_storage *storage, const char *path,
                           const zoe_choice *choice, uint64_t limit, const zoe_read_stats *stats,
                           void *memory, size_t memory_bytes, zoe_picture *picture, void **out,
                           zoe_error *error)
{
    (void)user;
    *out = NULL;
    memset(picture, 0, sizeof *picture);
    zoe_exr_file file;
    zoe_status status =
        zoe_exr_file_open(&file, storage, path, stats, head_of(memory, memory_bytes), error);
    picture->id = file.object.id;
    return status != ZOE_OK
               ? status
               : make_picture(&file, choice, limit, memory, memory_bytes, picture, out, error);
}

zoe_status zoe_exr_open_descriptor(int fd, const zoe_os_file_id *id, const zoe_choice *choice,
                                   uint64_t limit, const zoe_read_stats *stats, void *memory,
                                   size_t memory_bytes, zoe_picture *picture, void **out,
                                   zoe_error *error)
{
    *out = NULL;
    memset(picture, 0, sizeof *picture);
    zoe_exr_file file;
    const zoe_storage_object object = zoe_storage_adopt(fd, id);
    zoe_status status =
        zoe_exr_file_adopt(&file, &object, "-", stats, head_of(memory, memory_bytes), error);
    picture->id = *id;
    return status != ZOE_OK
               ? status
               : make_picture(&file, choice, limit, memory, memory_bytes, picture, out, error);
}

/* ---- pieces ---- */

/* Neighbouring chunks of a row that are not in the file. */
static void miss(open_file *open, zoe_exr_rows *rows, int32_t first, int32_t last, int32_t row)
{
    const zoe_exr_geometry *geometry = &open->plan.geometry;
    zoe_box box = zoe_exr_chunk_box(geometry, first, row);
    box.max_x = zoe_exr_chunk_box(geometry, last, row).max_x;
    zoe_exr_rows_clear(rows, box);
    int64_t count = zoe_exr_group_counts(geometry, rows->group, first, last, row);
    if (count == 0)
        return;
    box = zoe_box_intersect(box, geometry->covered);
    atomic_fetch_add_explicit(&open->missing, geometry->tiled ? count : zoe_box_height(&box),
                              memory_order_relaxed);
}

/* A worker's way through a group. */
typedef struct group_run {
    open_file *open;
    zoe_exr_flat lanes[ZOE_CODEC_MANY];
    zoe_exr_rows *rows;
    zoe_exr_chunk_reader *reader;
    zoe_status missing; /* TRUNCATED once a chunk was not there */
} group_run;

/* What became of a chunk. Returns what ends the group, or OK. */
static zoe_status settle(group_run *run, zoe_status status, int32_t column, int32_t row)
{
    if (status != ZOE_ERROR_TRUNCATED)
        return status;
    run->missing = status;
    miss(run->open, run->rows, column, column, row);
    return ZOE_OK;
}

static zoe_status decode_one(group_run *run, int32_t column, int32_t row, zoe_error *error)
{
    zoe_status status = run->open->plan.geometry.is_deep
                            ? zoe_exr_deep_rows_chunk(run->reader, run->rows, column, row, error)
                            : zoe_exr_flat_chunk(&run->lanes[0], column, row, error);
    return settle(run, status, column, row);
}

/* Some chunks, as many of them side by side as go together. */
static zoe_status decode_many(group_run *run, size_t count, const int32_t *columns,
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

static zoe_status decode_chunks(group_run *run, const zoe_exr_chunk_group *group, zoe_error *error)
{
    int64_t across = (int64_t)group->column1 - group->column0 + 1;
    int64_t count = across * ((int64_t)group->row1 - group->row0 + 1);
    int64_t lanes = run->open->plan.geometry.lanes;
    zoe_status status = ZOE_OK;
    for (int64_t i = 0, n; i < count && status == ZOE_OK; i += n) {
        if (zoe_stop_wanted())
            return ZOE_STALE;
        int32_t column = group->column0 + (int32_t)(i % across);
        int32_t row = group->row0 + (int32_t)(i / across);
        n = zoe_exr_reader_lacks(run->reader, column, group->column1, row);
        if (n > 0) {
            miss(run->open, run->rows, column, column + (int32_t)n - 1, row);
            run->missing = ZOE_ERROR_TRUNCATED;
            continue;
        }
        int32_t columns[ZOE_CODEC_MANY], rows[ZOE_CODEC_MANY];
        n = count - i < lanes ? count - i : lanes;
        for (int64_t j = 0; j < n; j++) {
            columns[j] = group->column0 + (int32_t)((i + j) % across);
            rows[j] = group->row0 + (int32_t)((i + j) / across);
        }
        status = decode_many(run, (size_t)n, columns, rows, error);
    }
    return status == ZOE_OK ? run->missing : status;
}

static zoe_status decode_group(open_file *open, int32_t index, uint8_t *buffer, size_t buffer_bytes,
                               void *scratch, size_t scratch_bytes, zoe_error *error)
{
    const zoe_exr_geometry *geometry = &open->plan.geometry;
    const zoe_exr_layout *layout = &open->plan.layout;
    zoe_exr_chunk_group group = zoe_exr_group_at(geometry, index);
    if (zoe_box_is_empty(&group.out))
        return ZOE_OK;
    if (scratch_bytes < layout->bytes)
        return too_small(&open->file, error);
    zoe_exr_rows rows = {
        .geometry = geometry, .layout = layout, .group = &group, .scratch = scratch};
    zoe_exr_planes_begin(&rows.planes, geometry, group.out, buffer, buffer_bytes,
                         open->shared_bytes);
    zoe_exr_chunk_reader reader = {
        .geometry = geometry,
        .table = &open->plan.table,
        .group = &group,
        .file = &open->file,
        .largest = &open->largest,
        .block = (uint8_t *)scratch + layout->packed.at,
        .capacity = layout->packed.bytes,
    };
    group_run run = {.open = open, .rows = &rows, .reader = &reader};
    for (uint32_t lane = 0; lane < geometry->lanes && !geometry->is_deep; lane++)
        zoe_exr_flat_begin(&run.lanes[lane], &reader, &rows, lane);
    zoe_exr_rows_begin(&rows);
    if (geometry->is_luma_chroma && !zoe_exr_chroma_begin(&rows))
        return too_small(&open->file, error);
    zoe_status status = decode_chunks(&run, &group, error);
    if (status != ZOE_OK && status != ZOE_ERROR_TRUNCATED)
        return status;
    if (geometry->is_luma_chroma)
        zoe_exr_chroma_end(&rows);
    zoe_exr_rows_end(&rows);
    /* Others must not go by what half a piece looks like. */
    if (zoe_stop_wanted())
        return ZOE_STALE;
    return zoe_exr_planes_end(&rows.planes, index) ? status : too_small(&open->file, error);
}

static zoe_status decode_exr(void *user, void *file, int32_t index, uint8_t *buffer,
                             size_t buffer_bytes, void *scratch, size_t scratch_bytes,
                             zoe_error *error)
{
    (void)user;
    zoe_status status =
        decode_group(file, index, buffer, buffer_bytes, scratch, scratch_bytes, error);
    /* What was stopped somewhere inside may look like anything. */
    return zoe_stop_wanted() ? ZOE_STALE : status;
}

void zoe_exr_absence(void *file, zoe_absence *absence)
{
    open_file *open = file;
    const zoe_exr_geometry *geometry = &open->plan.geometry;
    absence->missing = atomic_load_explicit(&open->missing, memory_order_relaxed);
    absence->total = 0;
    if (!zoe_box_is_empty(&geometry->covered))
        absence->total = geometry->tiled ? (int64_t)geometry->chunks_across * geometry->chunks_down
                                         : zoe_box_height(&geometry->covered);
    absence->unit = geometry->tiled ? "tiles" : "scanlines";
}

static zoe_status finish_exr(void *user, void *file, uint8_t *buffer, size_t buffer_bytes,
                             zoe_picture *picture, zoe_error *error)
{
    (void)user;
    const open_file *open = file;
    zoe_absence absence;
    zoe_exr_planes_finish(&open->plan.geometry, buffer, buffer_bytes, open->shared_bytes, picture);
    /* Rows that were left out may still lack. */
    if (zoe_stop_wanted())
        return zoe_error_set(error, ZOE_STALE, "%s: %s", open->file.path,
                             zoe_status_text(ZOE_STALE));
    zoe_exr_absence(file, &absence);
    return zoe_absence_answer(&absence, open->file.path, picture, error);
}

const zoe_decoder *zoe_exr_decoder(void)
{
    static const zoe_decoder decoder = {
        .open = open_exr,
        .decode = decode_exr,
        .finish = finish_exr,
        .close = close_exr,
    };
    return &decoder;
}
