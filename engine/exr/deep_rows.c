#include "exr/deep_rows.h"

#include <string.h>

#include "base/box.h"

/* Chunks that are measured between two looks at whether to stop: a read each. */
enum { STOP_CHUNKS = 1 << 10 };

/* Describes the chunk as OpenEXR does, from the sizes in its leader; `at` is what follows them. */
static void describe(const zoe_exr_geometry *geometry, int32_t column, int32_t row,
                     const uint64_t sizes[3], uint64_t at, exr_chunk_info_t *info)
{
    zoe_box box = zoe_exr_chunk_box(geometry, column, row);
    memset(info, 0, sizeof *info);
    info->type = geometry->tiled ? EXR_STORAGE_DEEP_TILED : EXR_STORAGE_DEEP_SCANLINE;
    info->compression = (uint8_t)geometry->compression;
    info->width = (int32_t)zoe_box_width(&box);
    info->height = (int32_t)zoe_box_height(&box);
    info->sample_count_data_offset = at;
    info->sample_count_table_size = sizes[0];
    info->data_offset = at + sizes[0];
    info->packed_size = sizes[1];
    info->unpacked_size = sizes[2];
}

/* ---- measuring ---- */

static zoe_status too_large(const zoe_exr_file *file, uint64_t limit, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_OVER_BUDGET,
                         "%s: one chunk of deep samples needs more than the memory limit of %.1f "
                         "MB",
                         file->path, zoe_megabytes(limit));
}

zoe_status zoe_exr_deep_rows_measure(const zoe_exr_geometry *geometry,
                                     const zoe_exr_chunk_table *table, zoe_exr_file *file,
                                     uint64_t limit, uint64_t *bytes, zoe_error *error)
{
    *bytes = 0;
    zoe_exr_chunk_reader reader = {.geometry = geometry, .table = table, .file = file};
    for (int64_t i = 0; i < table->count; i++) {
        int64_t chunk = table->first + i - table->base;
        int32_t column = (int32_t)(chunk % table->columns), row = (int32_t)(chunk / table->columns);
        uint64_t sizes[3], at;
        size_t needed;
        if (i % STOP_CHUNKS == 0 && zoe_stop_wanted())
            return ZOE_STALE;
        exr_chunk_info_t info;
        if (zoe_exr_reader_deep_leader(&reader, column, row, sizes, &at, NULL) != ZOE_OK)
            continue;
        describe(geometry, column, row, sizes, at, &info);
        zoe_status status = zoe_exr_deep_measure(&geometry->deep, &info, limit, &needed);
        if (status == ZOE_ERROR_OVER_BUDGET)
            return too_large(file, limit, error);
        if (status == ZOE_OK && needed > *bytes)
            *bytes = needed;
    }
    return ZOE_OK;
}

/* ---- decoding ---- */

/* Straight to the planes. */
static void flatten(zoe_exr_rows *rows, const zoe_exr_deep_chunk *chunk, zoe_box box, zoe_box part)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    zoe_exr_deep_target target = {
        .first_row = (int32_t)((int64_t)part.min_y - box.min_y),
        .row_count = (int32_t)zoe_box_height(&part),
        .first_column = (int32_t)((int64_t)part.min_x - box.min_x),
        .column_count = (int32_t)zoe_box_width(&part),
    };
    for (uint32_t p = 0; p < geometry->plane_count; p++) {
        target.types[p] = geometry->plane_type[p];
        target.strides[p] = geometry->plane_stride[p];
        target.planes[p] = zoe_exr_planes_at(&rows->planes, p, part.min_x, part.min_y);
    }
    zoe_exr_deep_flatten(&geometry->deep, chunk, &target);
}

/* Row by row to scratch, and from there to blocks, or to planes some of which are uniform so
 * far. */
static void flatten_rows(zoe_exr_rows *rows, const zoe_exr_deep_chunk *chunk, zoe_box box,
                         zoe_box part)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    zoe_exr_deep_target target = {
        .row_count = 1,
        .first_column = (int32_t)((int64_t)part.min_x - box.min_x),
        .column_count = (int32_t)zoe_box_width(&part),
    };
    uint8_t *at = rows->scratch + rows->layout->deferred_rows.at;
    for (uint32_t p = 0; p < geometry->plane_count; p++) {
        target.types[p] = (zoe_sample_type)geometry->source_type[p];
        target.planes[p] = at;
        target.strides[p] =
            zoe_exr_row_bytes((size_t)target.column_count, geometry->source_type[p]);
        at += target.strides[p];
    }
    zoe_exr_deep_chunk rest = *chunk;
    zoe_exr_deep_skip_rows(&geometry->deep, &rest, (int32_t)((int64_t)part.min_y - box.min_y));
    for (int64_t y = part.min_y; y <= part.max_y && !zoe_stop_wanted(); y++) {
        zoe_exr_deep_flatten(&geometry->deep, &rest, &target);
        zoe_exr_deep_skip_rows(&geometry->deep, &rest, 1);
        for (uint32_t p = 0; p < geometry->plane_count; p++) {
            zoe_exr_row row = {(int32_t)y, part.min_x, target.column_count,
                               geometry->source_type[p], target.planes[p]};
            zoe_exr_rows_put_full(rows, p, &row);
        }
    }
}

static int64_t read_file(void *user, void *buffer, size_t bytes, uint64_t offset)
{
    return zoe_exr_file_read(user, buffer, bytes, offset);
}

static zoe_status failed(const zoe_exr_chunk_reader *reader, zoe_status status, zoe_error *error)
{
    const char *path = reader->file->path;
    switch (status) {
    case ZOE_STALE:
    case ZOE_ERROR_TRUNCATED: return status;
    case ZOE_ERROR_IO: return zoe_exr_file_unreadable(reader->file, error);
    case ZOE_ERROR_OVER_BUDGET:
        return zoe_error_set(error, ZOE_ERROR_CHANGED, "%s: changed while it was read", path);
    default:
        return zoe_error_set(error, status, "%s: %s: deep samples", path, zoe_status_text(status));
    }
}

zoe_status zoe_exr_deep_rows_chunk(zoe_exr_chunk_reader *reader, zoe_exr_rows *rows, int32_t column,
                                   int32_t row, zoe_error *error)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    uint64_t sizes[3], at;
    zoe_status status = zoe_exr_reader_deep_leader(reader, column, row, sizes, &at, error);
    if (status != ZOE_OK)
        return status;
    exr_chunk_info_t info;
    describe(geometry, column, row, sizes, at, &info);
    size_t needed;
    if (zoe_exr_deep_measure(&geometry->deep, &info, UINT64_MAX, &needed) != ZOE_OK)
        return zoe_exr_reader_damaged(reader, column, row, "impossible size", error);
    const zoe_exr_span *span = &rows->layout->deep;
    zoe_exr_deep_chunk chunk;
    status = zoe_exr_deep_read(&geometry->deep, read_file, reader->file, &info,
                               rows->scratch + span->at, span->bytes, &chunk);
    if (status != ZOE_OK)
        return failed(reader, status, error);
    zoe_box box = zoe_exr_chunk_box(geometry, column, row);
    zoe_box part = zoe_box_intersect(box, rows->group->need);
    if (geometry->shift > 0 || rows->planes.held)
        flatten_rows(rows, &chunk, box, part);
    else
        flatten(rows, &chunk, box, part);
    return ZOE_OK;
}
