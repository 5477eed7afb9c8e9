#include "exr/deep_rows.h"

#include <string.h>

#include "base/box.h"
#include "memory/scratch.h"

/* Describes the chunk as OpenEXR does, from its leader. */
static zoe_status describe(zoe_exr_reader *reader, zoe_box box, int32_t column, int32_t row,
                           exr_chunk_info_t *info, zoe_error *error)
{
    const zoe_exr_plan *plan = reader->plan;
    uint64_t sizes[3], at;
    zoe_status status = zoe_exr_reader_deep_leader(reader, column, row, sizes, &at, error);
    if (status != ZOE_OK)
        return status;
    memset(info, 0, sizeof *info);
    info->idx = (int32_t)(reader->table->first + zoe_exr_table_index(reader->table, column, row));
    info->type = plan->tiled ? EXR_STORAGE_DEEP_TILED : EXR_STORAGE_DEEP_SCANLINE;
    info->compression = (uint8_t)plan->compression;
    info->start_x = plan->tiled ? column : box.min_x;
    info->start_y = plan->tiled ? row : box.min_y;
    info->width = (int32_t)zoe_box_width(&box);
    info->height = (int32_t)zoe_box_height(&box);
    info->level_x = info->level_y = (uint8_t)plan->level;
    info->sample_count_data_offset = at;
    info->sample_count_table_size = sizes[0];
    info->data_offset = at + sizes[0];
    info->packed_size = sizes[1];
    info->unpacked_size = sizes[2];
    return ZOE_OK;
}

/* Straight to the planes. */
static void flatten(zoe_exr_rows *rows, const zoe_exr_deep_chunk *chunk, zoe_box box, zoe_box part)
{
    const zoe_exr_plan *plan = rows->plan;
    zoe_exr_deep_target target = {
        .first_row = (int32_t)((int64_t)part.min_y - box.min_y),
        .row_count = (int32_t)zoe_box_height(&part),
        .first_column = (int32_t)((int64_t)part.min_x - box.min_x),
        .column_count = (int32_t)zoe_box_width(&part),
    };
    for (uint32_t p = 0; p < plan->plane_count; p++) {
        size_t bytes = zoe_exr_sample_bytes((int)plan->plane_type[p]);
        target.types[p] = plan->plane_type[p];
        target.strides[p] = plan->plane_stride[p];
        target.planes[p] = zoe_exr_plane_row(plan, rows->buffer, p, part.min_y) +
                           (size_t)((int64_t)part.min_x - plan->window.min_x) * bytes;
    }
    zoe_exr_deep_flatten(&plan->deep, chunk, &target);
}

/* Row by row to scratch, and from there to blocks. */
static void flatten_and_shrink(zoe_exr_rows *rows, const zoe_exr_deep_chunk *chunk, zoe_box box,
                               zoe_box part)
{
    const zoe_exr_plan *plan = rows->plan;
    zoe_exr_deep_target target = {
        .row_count = 1,
        .first_column = (int32_t)((int64_t)part.min_x - box.min_x),
        .column_count = (int32_t)zoe_box_width(&part),
    };
    uint8_t *at = rows->scratch + plan->fix_rows.at;
    for (uint32_t p = 0; p < plan->plane_count; p++) {
        target.types[p] = (zoe_sample_type)plan->source_type[p];
        target.planes[p] = at;
        target.strides[p] = zoe_exr_row_bytes((size_t)target.column_count, plan->source_type[p]);
        at += target.strides[p];
    }
    for (int64_t y = part.min_y; y <= part.max_y; y++) {
        target.first_row = (int32_t)(y - box.min_y);
        zoe_exr_deep_flatten(&plan->deep, chunk, &target);
        for (uint32_t p = 0; p < plan->plane_count; p++) {
            zoe_exr_row row = {(int32_t)y, part.min_x, target.column_count, plan->source_type[p],
                               target.planes[p]};
            zoe_exr_rows_put_full(rows, p, &row);
        }
    }
}

/* Unpacks the chunk into `scratch` and flattens what the piece needs of it. */
static zoe_status decode(zoe_exr_reader *reader, zoe_exr_rows *rows, const exr_chunk_info_t *info,
                         zoe_box box, void *scratch, size_t bytes, zoe_error *error)
{
    const zoe_exr_plan *plan = rows->plan;
    zoe_exr_deep_chunk chunk;
    exr_result_t result = EXR_ERR_SUCCESS;
    zoe_exr_file_forget_message();
    zoe_status status = zoe_exr_deep_read(&plan->deep, reader->file->context, info, scratch, bytes,
                                          &chunk, &result);
    if (result != EXR_ERR_SUCCESS)
        return zoe_exr_file_error(reader->file, result, error);
    if (status != ZOE_OK)
        return zoe_error_set(error, status, "%s: %s: deep samples", reader->file->path,
                             zoe_status_text(status));
    zoe_box part = zoe_box_intersect(box, rows->piece->need);
    if (plan->shift > 0)
        flatten_and_shrink(rows, &chunk, box, part);
    else
        flatten(rows, &chunk, box, part);
    return ZOE_OK;
}

zoe_status zoe_exr_deep_rows_chunk(zoe_exr_reader *reader, zoe_exr_rows *rows, int32_t column,
                                   int32_t row, zoe_error *error)
{
    const zoe_exr_plan *plan = rows->plan;
    zoe_box box = zoe_exr_chunk_box(plan, column, row);
    exr_chunk_info_t info;
    zoe_status status = describe(reader, box, column, row, &info, error);
    if (status != ZOE_OK)
        return status;
    size_t bytes = 0;
    status = zoe_exr_deep_measure(&plan->deep, &info, plan->limit, &bytes);
    if (status == ZOE_ERROR_OVER_BUDGET)
        return zoe_error_set(error, status,
                             "%s: one chunk of deep samples needs more than the memory limit of "
                             "%.1f MB",
                             reader->file->path, zoe_megabytes(plan->limit));
    if (status != ZOE_OK)
        return zoe_exr_reader_damaged(reader, column, row, "impossible size", error);
    /* The recycler's blocks are 16-byte aligned. */
    uint8_t *block = zoe_recycler_alloc(bytes + 64);
    if (!block)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", reader->file->path);
    uint8_t *scratch = block + (64 - (uintptr_t)block % 64);
    status = decode(reader, rows, &info, box, scratch, bytes, error);
    zoe_recycler_free(block);
    return status;
}
