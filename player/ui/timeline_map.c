#include "ui/timeline_map.h"

#include <math.h>
#include <stdbool.h>

#include <zoetrope/frame.h>

/* Wider frames than this help nobody to hit them. */
static const double scale_max = 64.0;

static double clamp(double value, double low, double high)
{
    if (value > high)
        value = high;
    return value < low ? low : value;
}

static double scale_fit(const zoe_timeline_map *map)
{
    return (double)map->width / (double)map->count;
}

/* Holds the invariants of the header after any change. */
static void settle(zoe_timeline_map *map)
{
    double least = scale_fit(map);
    double most = least > scale_max ? least : scale_max;
    map->scale = map->fitted ? least : clamp(map->scale, least, most);
    if (map->scale <= least)
        map->fitted = true;
    double visible = (double)map->width / map->scale;
    map->left = map->fitted ? 0.0 : clamp(map->left, 0.0, (double)map->count - visible);
}

void zoe_timeline_map_init(zoe_timeline_map *map, int64_t count, int32_t width)
{
    map->count = count < 1 ? 1 : count;
    map->width = width < 1 ? 1 : width;
    map->left = 0.0;
    map->fitted = true;
    map->scale = scale_fit(map);
}

void zoe_timeline_map_resize(zoe_timeline_map *map, int32_t width)
{
    map->width = width < 1 ? 1 : width;
    settle(map);
}

void zoe_timeline_map_recount(zoe_timeline_map *map, int64_t count, int64_t shift)
{
    map->count = count < 1 ? 1 : count;
    map->left += (double)shift;
    settle(map);
}

void zoe_timeline_map_fit(zoe_timeline_map *map)
{
    map->fitted = true;
    settle(map);
}

void zoe_timeline_map_show(zoe_timeline_map *map, int64_t first, int64_t last)
{
    if (last < first)
        return;
    double wanted = (double)(last - first) + 1.0;
    map->fitted = false;
    map->scale = (double)map->width / wanted;
    settle(map);
    double visible = (double)map->width / map->scale;
    map->left = (double)first - (visible - wanted) / 2.0;
    settle(map);
}

void zoe_timeline_map_zoom(zoe_timeline_map *map, double x, double factor)
{
    if (!(factor > 0.0))
        return;
    double anchor = map->left + x / map->scale;
    map->fitted = false;
    map->scale *= factor;
    settle(map);
    map->left = anchor - x / map->scale;
    settle(map);
}

void zoe_timeline_map_pan(zoe_timeline_map *map, double dx)
{
    map->left -= dx / map->scale;
    settle(map);
}

void zoe_timeline_map_center(zoe_timeline_map *map, double position)
{
    map->left = position - (double)map->width / map->scale / 2.0;
    settle(map);
}

bool zoe_timeline_map_reveal(zoe_timeline_map *map, int64_t position)
{
    double visible = (double)map->width / map->scale;
    double at = (double)position;
    double before = map->left;
    if (at < map->left)
        map->left = at - visible * 0.9;
    else if (at + 1.0 > map->left + visible)
        map->left = at - visible * 0.1;
    else
        return false;
    settle(map);
    /* A page backwards may leave less than the frame itself at the right edge. */
    if (at + 1.0 > map->left + visible)
        map->left = at + 1.0 - visible;
    settle(map);
    return map->left < before || map->left > before;
}

double zoe_timeline_map_x(const zoe_timeline_map *map, double position)
{
    return (position - map->left) * map->scale;
}

int64_t zoe_timeline_map_position(const zoe_timeline_map *map, double x)
{
    double at = floor(map->left + x / map->scale);
    return (int64_t)clamp(at, 0.0, (double)(map->count - 1));
}

bool zoe_timeline_map_column(const zoe_timeline_map *map, int32_t x, int64_t *first, int64_t *last)
{
    double low, high;
    if (map->scale >= 1.0) {
        low = floor(map->left + ((double)x + 0.5) / map->scale);
        high = low;
    } else {
        low = ceil(map->left + (double)x / map->scale);
        high = ceil(map->left + ((double)x + 1.0) / map->scale) - 1.0;
        if (high < low)
            high = low;
    }
    if (high < 0.0 || low > (double)(map->count - 1))
        return false;
    *first = (int64_t)clamp(low, 0.0, (double)(map->count - 1));
    *last = (int64_t)clamp(high, 0.0, (double)(map->count - 1));
    return true;
}

void zoe_timeline_map_visible(const zoe_timeline_map *map, int64_t *first, int64_t *last)
{
    *first = zoe_timeline_map_position(map, 0.0);
    double end = ceil(map->left + (double)map->width / map->scale) - 1.0;
    *last = (int64_t)clamp(end, (double)*first, (double)(map->count - 1));
}

int64_t zoe_timeline_map_step(const zoe_timeline_map *map, double min_pixels)
{
    static const int64_t mantissa[3] = {1, 2, 5};
    int64_t decade = 1;
    for (;;) {
        for (int i = 0; i < 3; i++) {
            int64_t step = mantissa[i] * decade;
            if ((double)step * map->scale >= min_pixels || step > INT64_MAX / 16)
                return step;
        }
        decade *= 10;
    }
}

uint8_t zoe_timeline_merge(uint8_t a, uint8_t b)
{
    static const uint8_t rank[8] = {
        [ZOE_FRAME_MISSING] = 0, [ZOE_FRAME_LOADED] = 1, [ZOE_FRAME_INCOMPLETE] = 2,
        [ZOE_FRAME_HEADER] = 3,  [ZOE_FRAME_EMPTY] = 4,  [ZOE_FRAME_LOADING] = 5,
        [ZOE_FRAME_NO_ROOM] = 6, [ZOE_FRAME_ERROR] = 7,
    };
    uint8_t rank_a = a < 8 ? rank[a] : 0;
    uint8_t rank_b = b < 8 ? rank[b] : 0;
    return rank_b > rank_a ? b : a;
}
