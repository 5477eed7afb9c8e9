#include "model/screen.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

void zoe_screen_drop(zoe_screen *screen)
{
    zoe_frame_release(&screen->candidate.frame);
    screen->candidate.is_asked = false;
}

void zoe_screen_close(zoe_screen *screen)
{
    zoe_screen_drop(screen);
    zoe_screen_clear(screen);
}

void zoe_screen_clear(zoe_screen *screen)
{
    zoe_frame_release(&screen->frame);
    screen->is_unpinned = false;
    screen->is_foreign = false;
    screen->tight.status = ZOE_OK;
}

void zoe_screen_leave(zoe_screen *screen)
{
    zoe_screen_drop(screen);
    screen->is_foreign = zoe_screen_has_picture(screen);
    screen->is_fallback = false;
    screen->trail_count = 0;
}

/* ---- the candidate ---- */

/* A frame without the chosen layer is as its default layer is. */
static void ask_fallback(zoe_screen *screen, zoe_shot *shot, zoe_engine *engine,
                         const zoe_want *want, int64_t position)
{
    zoe_status status = zoe_fallback_acquire(&shot->fallback, &shot->variants, engine, position,
                                             &screen->candidate.frame);
    if (status != ZOE_OK && status != ZOE_LOADING && status != ZOE_NO_ROOM)
        return;
    screen->candidate.status = status;
    screen->candidate.is_fallback = true;
    zoe_fallback_tell(&shot->fallback, &shot->variants, want);
}

/* The picture on screen goes from memory, but stays on screen, once there is a copy of it. */
static void unpin(zoe_screen *screen)
{
    screen->has_asked = !screen->is_copied;
    if (screen->has_asked)
        return;
    zoe_frame_release(&screen->frame);
    for (uint32_t i = 0; i < screen->frame.plane_count; i++)
        screen->frame.planes[i].data = NULL;
    screen->is_unpinned = true;
}

/* The candidate has no room. Where that is for the picture on screen it makes room, and the
 * candidate is on its way. */
static zoe_status make_room(zoe_screen *screen, zoe_shot *shot)
{
    if (!screen->frame.pin)
        return ZOE_NO_ROOM;
    /* Before it goes: then nothing is in the candidate's way any more. */
    if (screen->is_copied)
        zoe_screen_explain(screen, shot, &screen->tight);
    unpin(screen);
    return ZOE_LOADING;
}

bool zoe_screen_give_way(zoe_screen *screen)
{
    const void *next = screen->candidate.is_asked ? screen->candidate.frame.pin : NULL;
    if (!screen->frame.pin || screen->frame.pin == next)
        return false;
    unpin(screen);
    return true;
}

bool zoe_screen_copied(zoe_screen *screen)
{
    bool has_asked = screen->has_asked;
    screen->is_copied = true;
    screen->has_asked = false;
    return has_asked;
}

bool zoe_screen_repin(zoe_screen *screen, zoe_shot *shot)
{
    zoe_frame frame;
    if (!screen->is_unpinned || screen->is_foreign || screen->is_fallback ||
        zoe_source_acquire(shot->source, screen->frame.position, &frame) != ZOE_OK)
        return false;
    screen->frame = frame;
    screen->is_unpinned = false;
    screen->is_copied = false;
    return true;
}

zoe_status zoe_screen_ask(zoe_screen *screen, zoe_shot *shot, zoe_engine *engine,
                          const zoe_want *want, int64_t position)
{
    bool is_here = screen->candidate.is_asked && screen->candidate.position == position;
    if (is_here && screen->candidate.frame.pin)
        return screen->candidate.status;
    zoe_screen_drop(screen);
    screen->candidate.is_asked = true;
    screen->candidate.position = position;
    screen->candidate.is_fallback = false;
    screen->candidate.status = zoe_source_acquire(shot->source, position, &screen->candidate.frame);
    if (screen->candidate.status == ZOE_ERROR_NO_LAYER)
        ask_fallback(screen, shot, engine, want, position);
    if (screen->candidate.status == ZOE_NO_ROOM)
        screen->candidate.status = make_room(screen, shot);
    return screen->candidate.status;
}

zoe_status zoe_screen_pin(const zoe_screen *screen, zoe_shot *shot, zoe_engine *engine,
                          zoe_frame *frame)
{
    int64_t position = screen->frame.position;
    if (!screen->frame.pin || screen->is_foreign)
        return ZOE_MISSING;
    if (screen->is_fallback)
        return zoe_fallback_acquire(&shot->fallback, &shot->variants, engine, position, frame);
    return zoe_source_acquire(shot->source, position, frame);
}

void zoe_screen_explain(const zoe_screen *screen, zoe_shot *shot, zoe_error *why)
{
    int64_t playhead = shot->transport.playhead;
    if (screen->candidate.is_fallback)
        zoe_fallback_error(&shot->variants, playhead, why);
    else
        (void)zoe_source_frame_error(shot->source, playhead, why);
}

/* ---- the range of values ---- */

static bool is_fitted(const zoe_value_range *range)
{
    return range->min < range->max;
}

/* Of the layer on screen. */
static zoe_value_range *kept_range(zoe_screen *screen, zoe_shot *shot)
{
    return screen->is_fallback ? zoe_fallback_range(&shot->fallback) : &shot->range;
}

/* One range for all frames of a layer, so that they can be compared. */
static void use_range(zoe_screen *screen, zoe_shot *shot, zoe_grade *grade)
{
    int is_data = screen->is_fallback ? shot->fallback.is_data : shot->is_data;
    zoe_value_range *kept = kept_range(screen, shot);
    zoe_value_range range = *kept;
    if ((screen->frame.is_color || !is_fitted(kept)) &&
        zoe_value_range_first(&screen->frame, is_data, &range))
        *kept = range;
    grade->range_min = range.min;
    grade->range_max = range.max;
}

const zoe_value_range *zoe_screen_range(zoe_screen *screen, zoe_shot *shot)
{
    if (!screen->frame.pin || screen->frame.is_color || screen->is_foreign)
        return NULL;
    zoe_value_range *kept = kept_range(screen, shot);
    return is_fitted(kept) ? kept : NULL;
}

bool zoe_screen_fit_range(zoe_screen *screen, zoe_shot *shot, zoe_grade *grade)
{
    if (!screen->frame.pin || screen->frame.is_color || screen->is_foreign)
        return false;
    zoe_value_range *kept = kept_range(screen, shot);
    zoe_value_range range = zoe_value_range_suitable(&screen->frame);
    float change = fabsf(range.min - kept->min) + fabsf(range.max - kept->max);
    if (is_fitted(kept) && change <= 0.0f)
        (void)zoe_value_range_measure(&screen->frame, &range);
    *kept = range;
    use_range(screen, shot, grade);
    return true;
}

bool zoe_screen_set_range(zoe_screen *screen, zoe_shot *shot, zoe_grade *grade,
                          const zoe_value_range *range)
{
    if (!screen->frame.pin || screen->frame.is_color || screen->is_foreign ||
        !(range->min < range->max))
        return false;
    *kept_range(screen, shot) = *range;
    use_range(screen, shot, grade);
    return true;
}

/* ---- showing ---- */

bool zoe_screen_show(zoe_screen *screen, zoe_shot *shot, zoe_grade *grade, bool may_block)
{
    const zoe_frame *next = &screen->candidate.frame, *now = &screen->frame;
    if (!next->pin)
        return false;
    bool is_other = !now->pin || now->generation != next->generation ||
                    now->position != next->position || now->pin != next->pin ||
                    now->planes[0].data != next->planes[0].data;
    bool has_no_name = is_other || !screen->is_fallback || shot->fallback.is_guess;
    if (screen->candidate.is_fallback && has_no_name)
        is_other |= zoe_fallback_show(&shot->fallback, &shot->variants, next, may_block) != 0;
    if (is_other && now->pin)
        screen->tight.status = ZOE_OK; /* there was room for both */
    if (is_other)
        screen->is_copied = false;
    zoe_frame_release(&screen->frame);
    screen->frame = screen->candidate.frame;
    screen->is_unpinned = false;
    screen->is_fallback = screen->candidate.is_fallback;
    screen->is_foreign = false;
    use_range(screen, shot, grade);
    memset(&screen->candidate.frame, 0, sizeof screen->candidate.frame);
    screen->candidate.is_asked = false;
    return is_other;
}

bool zoe_screen_name(zoe_screen *screen, zoe_shot *shot, zoe_grade *grade, bool may_block)
{
    if (!shot->fallback.is_guess ||
        !zoe_fallback_show(&shot->fallback, &shot->variants, &screen->frame, may_block))
        return false;
    use_range(screen, shot, grade);
    return true;
}

/* ---- the trail ---- */

void zoe_screen_pass(zoe_screen *screen, int64_t position)
{
    if (screen->trail_count == ZOE_SCREEN_TRAIL) {
        memmove(screen->trail, screen->trail + 1, (ZOE_SCREEN_TRAIL - 1) * sizeof screen->trail[0]);
        screen->trail_count--;
    }
    screen->trail[screen->trail_count++] = position;
}

bool zoe_screen_show_trail(zoe_screen *screen, zoe_shot *shot, zoe_grade *grade, bool may_block)
{
    for (int i = screen->trail_count - 1; i >= 0; i--) {
        uint8_t state = ZOE_FRAME_EMPTY;
        if (zoe_source_states(shot->source, screen->trail[i], 1, &state) != ZOE_OK ||
            (state != ZOE_FRAME_LOADED && state != ZOE_FRAME_INCOMPLETE))
            continue;
        zoe_screen_drop(screen);
        screen->candidate.is_fallback = false;
        if (zoe_source_acquire(shot->source, screen->trail[i], &screen->candidate.frame) != ZOE_OK)
            continue;
        int left = screen->trail_count - i - 1;
        memmove(screen->trail, screen->trail + i + 1, (size_t)left * sizeof screen->trail[0]);
        screen->trail_count = left;
        return zoe_screen_show(screen, shot, grade, may_block);
    }
    return false;
}

bool zoe_frame_is_outside(const zoe_frame *frame)
{
    const zoe_box *data = &frame->data_window, *display = &frame->display_window;
    return data->max_x < display->min_x || data->min_x > display->max_x ||
           data->max_y < display->min_y || data->min_y > display->max_y;
}
