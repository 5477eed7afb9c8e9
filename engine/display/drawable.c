#include "display/drawable.h"

#include <math.h>

#include "base/box.h"

bool zoe_viewport_is_drawable(const zoe_viewport *v)
{
    enum { LONGEST = 32768 };
    return isfinite(v->origin_x) && isfinite(v->origin_y) && isfinite(v->step_x) &&
           isfinite(v->step_y) && v->step_x != 0 && v->step_y != 0 && v->width >= 1 &&
           v->width <= LONGEST && v->height >= 1 && v->height <= LONGEST;
}

static bool box_is_too_large(const zoe_box *box)
{
    return zoe_box_width(box) > INT32_MAX || zoe_box_height(box) > INT32_MAX;
}

bool zoe_frame_is_drawable(const zoe_frame *frame)
{
    if (frame->plane_count < 1 || frame->plane_count > ZOE_PLANES_MAX ||
        frame->alpha_plane >= (int32_t)frame->plane_count || box_is_too_large(&frame->window) ||
        box_is_too_large(&frame->picture))
        return false;
    bool empty = zoe_box_is_empty(&frame->window);
    for (uint32_t i = 0; i < frame->plane_count && !empty; i++)
        if (!frame->planes[i].data)
            return false;
    return true;
}
