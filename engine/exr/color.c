#include "exr/color.h"

#include <string.h>

#include "base/box.h"
#include "exr/room.h"

/* The first picture row in a source's band, from the data window's corner: the one with samples at
 * or above the first row that is needed. */
static int32_t first_band_row(const zoe_exr_rows *rows, uint32_t source)
{
    const zoe_exr_plan *plan = rows->plan;
    int32_t row = (int32_t)((int64_t)rows->piece->reach_first - plan->data.min_y);
    return row / plan->y_sampling[source] * plan->y_sampling[source];
}

void zoe_exr_color_begin(const zoe_exr_rows *rows)
{
    for (uint32_t s = 0; s < 3; s++)
        memset(rows->scratch + rows->plan->bands[s].at, 0, rows->plan->bands[s].bytes);
}

uint8_t *zoe_exr_color_band_row(const zoe_exr_rows *rows, uint32_t source, int32_t x, int32_t y)
{
    const zoe_exr_plan *plan = rows->plan;
    if (y > rows->piece->reach_last)
        return NULL;
    int64_t row = (int64_t)y - plan->data.min_y - first_band_row(rows, source);
    if (row < 0)
        return NULL;
    size_t sample = (size_t)((int64_t)x - plan->data.min_x) / (size_t)plan->x_sampling[source];
    return rows->scratch + plan->bands[source].at +
           (size_t)(row / plan->y_sampling[source]) * plan->band_stride[source] +
           sample * zoe_exr_sample_bytes(plan->source_type[source]);
}

/* To scratch, and from there to blocks. */
static void convert_and_shrink(zoe_exr_rows *rows, const zoe_luma_chroma_source *sources,
                               int32_t first, int32_t count)
{
    const zoe_exr_plan *plan = rows->plan;
    uint8_t type = (uint8_t)zoe_exr_color_type(plan);
    zoe_luma_chroma_target target = {.column_count = plan->luma_chroma.width, .type = type};
    for (uint32_t p = 0; p < 3; p++) {
        target.planes[p] = rows->scratch + plan->colors[p].at;
        target.strides[p] = plan->color_stride;
    }
    zoe_luma_chroma_convert(&plan->luma_chroma, sources, first, count, &target,
                            rows->scratch + plan->luma_chroma_room.at);
    for (int32_t i = 0; i < count; i++) {
        for (uint32_t p = 0; p < 3; p++) {
            zoe_exr_row row = {
                .y = rows->piece->need.min_y + i,
                .x = plan->data.min_x,
                .count = plan->luma_chroma.width,
                .type = type,
                .samples = (uint8_t *)target.planes[p] + (size_t)i * plan->color_stride,
            };
            zoe_exr_rows_put_full(rows, p, &row);
        }
    }
}

/* Straight to the planes. */
static void convert(zoe_exr_rows *rows, const zoe_luma_chroma_source *sources, int32_t first,
                    int32_t count)
{
    const zoe_exr_plan *plan = rows->plan;
    const zoe_box *need = &rows->piece->need;
    zoe_luma_chroma_target target = {
        .first_column = (int32_t)((int64_t)need->min_x - plan->data.min_x),
        .column_count = (int32_t)zoe_box_width(need),
        .type = (uint8_t)plan->plane_type[0],
    };
    for (uint32_t p = 0; p < 3; p++) {
        target.planes[p] = zoe_exr_plane_row(plan, rows->buffer, p, need->min_y) +
                           (size_t)((int64_t)need->min_x - plan->window.min_x) *
                               zoe_exr_sample_bytes((int)plan->plane_type[p]);
        target.strides[p] = plan->plane_stride[p];
    }
    zoe_luma_chroma_convert(&plan->luma_chroma, sources, first, count, &target,
                            rows->scratch + plan->luma_chroma_room.at);
}

void zoe_exr_color_end(zoe_exr_rows *rows)
{
    const zoe_exr_plan *plan = rows->plan;
    zoe_luma_chroma_source sources[3];
    for (uint32_t s = 0; s < 3; s++)
        sources[s] = (zoe_luma_chroma_source){
            .data = rows->scratch + plan->bands[s].at,
            .stride = plan->band_stride[s],
            .first_row = first_band_row(rows, s),
            .type = plan->source_type[s],
        };
    int32_t first = (int32_t)((int64_t)rows->piece->need.min_y - plan->data.min_y);
    int32_t count = (int32_t)zoe_box_height(&rows->piece->need);
    if (plan->shift > 0)
        convert_and_shrink(rows, sources, first, count);
    else
        convert(rows, sources, first, count);
}
