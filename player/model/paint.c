#include "model/paint.h"

bool zoe_look_shows_ids(const zoe_look *look, const zoe_frame *frame)
{
    zoe_sample_type type = frame->planes[0].type;
    return look && look->ids && !frame->is_color &&
           (type == ZOE_SAMPLE_UINT || (type == ZOE_SAMPLE_FLOAT && look->hashed));
}

bool zoe_look_is_same(const zoe_look *a, const zoe_look *b)
{
    return a->ids == b->ids && a->hashed == b->hashed && a->marks == b->marks &&
           a->flop == b->flop && a->flip == b->flip && a->filter == b->filter;
}

void zoe_look_apply(const zoe_look *look, zoe_viewport *viewport)
{
    if (look->flop) {
        viewport->origin_x += viewport->width * viewport->step_x;
        viewport->step_x = -viewport->step_x;
    }
    if (look->flip) {
        viewport->origin_y += viewport->height * viewport->step_y;
        viewport->step_y = -viewport->step_y;
    }
    viewport->filter = look->filter;
}

size_t zoe_paint_scratch_bytes(const zoe_paint *paint)
{
    size_t picture = zoe_display_scratch_bytes(paint->frame, paint->viewport);
    size_t inspect = zoe_inspect_scratch_bytes(paint->viewport);
    return picture > inspect ? picture : inspect;
}

zoe_status zoe_paint_rows(const zoe_paint *paint, int32_t first_row, int32_t row_count,
                          void *pixels, size_t stride, void *scratch, uint32_t *found)
{
    if (zoe_look_shows_ids(paint->look, paint->frame))
        return zoe_inspect_draw_ids(paint->frame, paint->viewport, first_row, row_count, pixels,
                                    stride, scratch);
    zoe_status status = zoe_display_draw(paint->frame, paint->lut, paint->viewport, first_row,
                                         row_count, pixels, stride, scratch);
    if (status == ZOE_OK && paint->look && paint->look->marks)
        status = zoe_inspect_draw_marks(paint->frame, paint->lut, paint->viewport, first_row,
                                        row_count, pixels, stride, scratch, found);
    return status;
}
