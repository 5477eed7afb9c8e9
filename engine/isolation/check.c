#include "isolation/check.h"

#include <math.h>
#include <string.h>

#include "base/box.h"

/* ---- pictures ---- */

static size_t sample_bytes(zoe_sample_type type)
{
    return type == ZOE_SAMPLE_HALF ? 2 : 4;
}

static bool is_type(zoe_sample_type type)
{
    return type == ZOE_SAMPLE_HALF || type == ZOE_SAMPLE_FLOAT || type == ZOE_SAMPLE_UINT;
}

/* Do all rows of the plane lie in the buffer? An empty window's plane has none. */
static bool check_plane(const zoe_plane *plane, const zoe_box *window, uint64_t bytes)
{
    if (!is_type(plane->type))
        return false;
    if (zoe_box_is_empty(window))
        return true;
    uint64_t row = (uint64_t)zoe_box_width(window) * sample_bytes(plane->type);
    uint64_t rows = (uint64_t)zoe_box_height(window);
    uint64_t at = (uint64_t)(uintptr_t)plane->data, stride = plane->stride;
    if (at % 64 != 0 || stride % 64 != 0 || (stride != 0 && stride < row))
        return false;
    if (row > bytes || at > bytes - row)
        return false;
    return stride == 0 || rows == 1 || stride <= (bytes - row - at) / (rows - 1);
}

static bool check_planes(const zoe_frame *frame, uint64_t bytes)
{
    if (frame->plane_count < 1 || frame->plane_count > ZOE_PLANES_MAX)
        return false;
    for (uint32_t p = 0; p < frame->plane_count; p++)
        if (!check_plane(&frame->planes[p], &frame->window, bytes))
            return false;
    return frame->alpha_plane >= -1 && frame->alpha_plane < (int32_t)frame->plane_count;
}

static bool contains(const zoe_box *outer, const zoe_box *inner)
{
    return inner->min_x >= outer->min_x && inner->max_x <= outer->max_x &&
           inner->min_y >= outer->min_y && inner->max_y <= outer->max_y;
}

static bool check_windows(const zoe_frame *frame)
{
    const zoe_box *picture = &frame->picture, *window = &frame->window;
    if (zoe_box_is_empty(picture) || zoe_box_is_empty(&frame->display_window) ||
        zoe_box_is_empty(&frame->data_window))
        return false;
    return zoe_box_is_empty(window) || contains(picture, window);
}

static bool is_flag(int32_t value)
{
    return value == 0 || value == 1;
}

static bool check_frame(zoe_frame *frame, const zoe_choice *choice, uint64_t bytes)
{
    if (!check_windows(frame) || !check_planes(frame, bytes) || !is_flag(frame->is_color) ||
        !is_flag(frame->has_chromaticities) || frame->proxy_shift != choice->proxy_shift ||
        !isfinite(frame->pixel_aspect) || frame->pixel_aspect <= 0)
        return false;
    for (uint32_t i = frame->plane_count; i < ZOE_PLANES_MAX; i++)
        memset(&frame->planes[i], 0, sizeof frame->planes[i]);
    frame->time_code[sizeof frame->time_code - 1] = '\0';
    zoe_text_clean(frame->time_code);
    frame->incomplete = 0;
    frame->position = 0;
    frame->generation = 0;
    frame->pin = NULL;
    frame->pin_owner = NULL;
    return true;
}

/* Has the buffer room for all planes side by side, and what pieces share? Then there is no less
 * than that of it where some planes have one row only: see zoe_picture_fitted(). */
static bool check_room(const zoe_picture *picture)
{
    const zoe_box *window = &picture->frame.window;
    uint64_t left = picture->bytes;
    if (picture->shared_bytes % 64 != 0 || picture->shared_bytes > left)
        return false;
    if (zoe_box_is_empty(window))
        return picture->bytes == 0;
    if (picture->shared_bytes == 0)
        return true;
    left -= picture->shared_bytes;
    uint64_t rows = (uint64_t)zoe_box_height(window);
    for (uint32_t p = 0; p < picture->frame.plane_count; p++) {
        uint64_t stride = picture->frame.planes[p].stride;
        if (stride == 0 || stride > left / rows)
            return false;
        left -= stride * rows;
    }
    return true;
}

bool zoe_isolation_check_picture(zoe_picture *picture, const zoe_choice *choice)
{
    /* Pieces are counted in 32 bits, and so are several of them together. */
    enum { PIECES_MAX = INT32_MAX / 2 };
    /* What is more than the limit is refused by the cache, which says why; here it only must not
     * overflow. */
    const size_t most = SIZE_MAX / 16;
    if (picture->bytes > most || picture->buffer_bytes > most || picture->scratch_bytes > most ||
        picture->file_bytes > most || picture->piece_count < 1 || picture->piece_count > PIECES_MAX)
        return false;
    return check_frame(&picture->frame, choice, picture->bytes) && check_room(picture);
}

bool zoe_isolation_check_finished(zoe_picture *picture, const zoe_picture *finished,
                                  size_t buffer_bytes)
{
    zoe_frame frame = picture->frame;
    if (finished->bytes > buffer_bytes)
        return false;
    for (uint32_t p = 0; p < frame.plane_count; p++) {
        const zoe_plane *plane = &finished->frame.planes[p];
        if (plane->stride != 0 && plane->stride != frame.planes[p].stride)
            return false;
        frame.planes[p].data = plane->data;
        frame.planes[p].stride = plane->stride;
    }
    if (!check_planes(&frame, finished->bytes))
        return false;
    picture->frame = frame;
    picture->bytes = finished->bytes;
    return true;
}

/* ---- the rest ---- */

bool zoe_isolation_check_status(int32_t status)
{
    switch (status) {
    case ZOE_OK:
    case ZOE_ERROR_ARGUMENT:
    case ZOE_ERROR_NO_MEMORY:
    case ZOE_ERROR_OVER_BUDGET:
    case ZOE_ERROR_IO:
    case ZOE_ERROR_NOT_EXR:
    case ZOE_ERROR_CORRUPT:
    case ZOE_ERROR_TRUNCATED:
    case ZOE_ERROR_UNSUPPORTED:
    case ZOE_ERROR_NO_LAYER:
    case ZOE_ERROR_TOO_LARGE:
    case ZOE_STALE:
    case ZOE_ERROR_TOO_SMALL: return true;
    default: return false;
    }
}

zoe_status zoe_isolation_pass_on(zoe_isolation_answer *answer, const char *path, zoe_error *error)
{
    char *text = answer->text;
    text[sizeof answer->text - 1] = '\0';
    /* The process does not know the path, and says "-". */
    bool begins = text[0] == '-' && text[1] == ':';
    return zoe_error_set(error, (zoe_status)answer->status, "%s: %s", path,
                         begins ? text + 2 + (text[2] == ' ') : text);
}
