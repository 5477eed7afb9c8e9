#include "exr/chroma_bands.h"

#include "base/box.h"
#include "base/stop.h"

/* The first picture row in a source's band, from the data window's corner: the one with samples at
 * or above the first row that is needed. */
static int32_t first_band_row(const zoe_exr_rows *rows, uint32_t source)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    int32_t row = (int32_t)((int64_t)rows->group->reach_first - geometry->data.min_y);
    return row / geometry->y_sampling[source] * geometry->y_sampling[source];
}

bool zoe_exr_chroma_begin(zoe_exr_rows *rows)
{
    bool has_room = true;
    for (uint32_t s = 0; s < 3; s++) {
        zoe_stop_clear(rows->scratch + rows->layout->bands[s].at, rows->layout->bands[s].bytes);
        if (rows->geometry->shift == 0)
            has_room = zoe_exr_planes_spread(&rows->planes, s) && has_room;
    }
    return has_room;
}

uint8_t *zoe_exr_chroma_band_row(const zoe_exr_rows *rows, uint32_t source, int32_t x, int32_t y)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    if (y > rows->group->reach_last)
        return NULL;
    int64_t row = (int64_t)y - geometry->data.min_y - first_band_row(rows, source);
    if (row < 0)
        return NULL;
    size_t sample =
        (size_t)((int64_t)x - geometry->data.min_x) / (size_t)geometry->x_sampling[source];
    return rows->scratch + rows->layout->bands[source].at +
           (size_t)(row / geometry->y_sampling[source]) * rows->layout->band_stride[source] +
           sample * zoe_exr_sample_bytes(geometry->source_type[source]);
}

/* To scratch, and from there to blocks. */
static void convert_and_shrink(zoe_exr_rows *rows, const zoe_luma_chroma_source *sources,
                               int32_t first, int32_t count)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    uint8_t type = (uint8_t)zoe_exr_color_type(geometry);
    zoe_luma_chroma_target target = {.column_count = geometry->luma_chroma.width, .type = type};
    for (uint32_t p = 0; p < 3; p++) {
        target.planes[p] = rows->scratch + rows->layout->colors[p].at;
        target.strides[p] = rows->layout->color_stride;
    }
    zoe_luma_chroma_convert(&geometry->luma_chroma, sources, first, count, &target,
                            rows->scratch + rows->layout->luma_chroma.at);
    for (int32_t i = 0; i < count; i++) {
        for (uint32_t p = 0; p < 3; p++) {
            zoe_exr_row row = {
                .y = rows->group->need.min_y + i,
                .x = geometry->data.min_x,
                .count = geometry->luma_chroma.width,
                .type = type,
                .samples = (uint8_t *)target.planes[p] + (size_t)i * rows->layout->color_stride,
            };
            zoe_exr_rows_put_full(rows, p, &row);
        }
    }
}

/* Straight to the planes. */
static void convert(zoe_exr_rows *rows, const zoe_luma_chroma_source *sources, int32_t first,
                    int32_t count)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    const zoe_box *need = &rows->group->need;
    zoe_luma_chroma_target target = {
        .first_column = (int32_t)((int64_t)need->min_x - geometry->data.min_x),
        .column_count = (int32_t)zoe_box_width(need),
        .type = (uint8_t)geometry->plane_type[0],
    };
    for (uint32_t p = 0; p < 3; p++) {
        target.planes[p] = zoe_exr_planes_at(&rows->planes, p, need->min_x, need->min_y);
        target.strides[p] = geometry->plane_stride[p];
    }
    zoe_luma_chroma_convert(&geometry->luma_chroma, sources, first, count, &target,
                            rows->scratch + rows->layout->luma_chroma.at);
}

void zoe_exr_chroma_end(zoe_exr_rows *rows)
{
    const zoe_exr_geometry *geometry = rows->geometry;
    zoe_luma_chroma_source sources[3];
    for (uint32_t s = 0; s < 3; s++)
        sources[s] = (zoe_luma_chroma_source){
            .data = rows->scratch + rows->layout->bands[s].at,
            .stride = rows->layout->band_stride[s],
            .first_row = first_band_row(rows, s),
            .type = geometry->source_type[s],
        };
    int32_t first = (int32_t)((int64_t)rows->group->need.min_y - geometry->data.min_y);
    int32_t count = (int32_t)zoe_box_height(&rows->group->need);
    if (geometry->shift > 0)
        convert_and_shrink(rows, sources, first, count);
    else
        convert(rows, sources, first, count);
}
