#include "ui/view_map.h"

#include <math.h>

#include "model/frame_box.h"

static const double zoom_min = 1.0 / 256.0;
static const double zoom_max = 256.0;

static double box_width(const zoe_view_map *map)
{
    return (double)map->box.max_x - (double)map->box.min_x + 1.0;
}

static double box_height(const zoe_view_map *map)
{
    return (double)map->box.max_y - (double)map->box.min_y + 1.0;
}

static double clamp(double value, double low, double high)
{
    if (value > high)
        value = high;
    return value < low ? low : value;
}

static double zoom_fit(const zoe_view_map *map)
{
    if (!map->has_picture)
        return 1.0;
    double across = (double)map->width / (box_width(map) * map->aspect);
    double down = (double)map->height / box_height(map);
    return across < down ? across : down;
}

/* Around a picture in the middle. What is thinner than a device pixel lies about a pixel's middle,
 * where it is seen. */
static double margin_around(double area, double picture)
{
    return picture < 1.0 ? floor(area / 2.0) + (1.0 - picture) / 2.0
                         : floor((area - picture) / 2.0 + 0.5);
}

/* Puts a fitted picture in the middle on whole device pixels; keeps a corner of any other in the
 * area. */
static void settle(zoe_view_map *map)
{
    if (map->fitted) {
        map->zoom = clamp(zoom_fit(map), 1e-6, zoom_max);
        double across = map->zoom * map->aspect;
        double margin_x = margin_around(map->width, box_width(map) * across);
        double margin_y = margin_around(map->height, box_height(map) * map->zoom);
        map->left = (double)map->box.min_x - margin_x / across;
        map->top = (double)map->box.min_y - margin_y / map->zoom;
        return;
    }
    double visible_x = (double)map->width / (map->zoom * map->aspect);
    double visible_y = (double)map->height / map->zoom;
    double keep_x = visible_x / 8.0 < box_width(map) ? visible_x / 8.0 : box_width(map);
    double keep_y = visible_y / 8.0 < box_height(map) ? visible_y / 8.0 : box_height(map);
    map->left = clamp(map->left, (double)map->box.min_x + keep_x - visible_x,
                      (double)map->box.max_x + 1.0 - keep_x);
    map->top = clamp(map->top, (double)map->box.min_y + keep_y - visible_y,
                     (double)map->box.max_y + 1.0 - keep_y);
}

/* As zoe_view_map_point(), of the mirror image. */
static void image_point(const zoe_view_map *map, double x, double y, double *image_x,
                        double *image_y)
{
    *image_x = map->left + x / (map->zoom * map->aspect);
    *image_y = map->top + y / map->zoom;
}

static double mirrored(double at, int32_t low, int32_t high)
{
    return (double)low + (double)high + 1.0 - at;
}

void zoe_view_map_init(zoe_view_map *map)
{
    map->flop = map->flip = map->has_picture = false;
    map->width = 1;
    map->height = 1;
    map->box = (zoe_box){0, 0, 0, 0};
    map->aspect = 1.0;
    map->fitted = true;
    settle(map);
}

void zoe_view_map_resize(zoe_view_map *map, int32_t width, int32_t height)
{
    double middle_x, middle_y;
    image_point(map, (double)map->width / 2.0, (double)map->height / 2.0, &middle_x, &middle_y);
    map->width = width < 1 ? 1 : width;
    map->height = height < 1 ? 1 : height;
    map->left = middle_x - (double)map->width / (2.0 * map->zoom * map->aspect);
    map->top = middle_y - (double)map->height / (2.0 * map->zoom);
    settle(map);
}

void zoe_view_map_picture(zoe_view_map *map, zoe_box box, double aspect)
{
    if (zoe_frame_box_is_empty(&box))
        return;
    map->box = box;
    map->aspect = aspect > 0.0 && isfinite(aspect) ? aspect : 1.0;
    if (!map->has_picture) {
        double across = map->zoom * map->aspect;
        map->left = (double)box.min_x + (box_width(map) - (double)map->width / across) / 2.0;
        map->top = (double)box.min_y + (box_height(map) - (double)map->height / map->zoom) / 2.0;
        map->has_picture = true;
    }
    settle(map);
}

void zoe_view_map_fit(zoe_view_map *map)
{
    map->fitted = true;
    settle(map);
}

void zoe_view_map_mirror(zoe_view_map *map, bool flop, bool flip)
{
    double x, y;
    image_point(map, (double)map->width / 2.0, (double)map->height / 2.0, &x, &y);
    if (flop != map->flop)
        map->left += mirrored(x, map->box.min_x, map->box.max_x) - x;
    if (flip != map->flip)
        map->top += mirrored(y, map->box.min_y, map->box.max_y) - y;
    map->flop = flop;
    map->flip = flip;
    settle(map);
}

void zoe_view_map_zoom_to(zoe_view_map *map, double x, double y, double zoom)
{
    double anchor_x, anchor_y;
    image_point(map, x, y, &anchor_x, &anchor_y);
    /* A picture that fits only at a smaller zoom than the least may keep the one it has. */
    double low = zoom_min < zoom_fit(map) ? zoom_min : zoom_fit(map);
    map->fitted = false;
    map->zoom = clamp(zoom, low, zoom_max);
    map->left = anchor_x - x / (map->zoom * map->aspect);
    map->top = anchor_y - y / map->zoom;
    settle(map);
}

void zoe_view_map_place(zoe_view_map *map, double zoom, double picture_x, double picture_y)
{
    double x = (double)map->width / 2.0, y = (double)map->height / 2.0;
    zoe_view_map_zoom_to(map, x, y, zoom);
    if (map->flop)
        picture_x = mirrored(picture_x, map->box.min_x, map->box.max_x);
    if (map->flip)
        picture_y = mirrored(picture_y, map->box.min_y, map->box.max_y);
    map->left = picture_x - x / (map->zoom * map->aspect);
    map->top = picture_y - y / map->zoom;
    settle(map);
}

void zoe_view_map_pan(zoe_view_map *map, double dx, double dy)
{
    map->fitted = false;
    map->left -= dx / (map->zoom * map->aspect);
    map->top -= dy / map->zoom;
    settle(map);
}

void zoe_view_map_point(const zoe_view_map *map, double x, double y, double *picture_x,
                        double *picture_y)
{
    image_point(map, x, y, picture_x, picture_y);
    if (map->flop)
        *picture_x = mirrored(*picture_x, map->box.min_x, map->box.max_x);
    if (map->flip)
        *picture_y = mirrored(*picture_y, map->box.min_y, map->box.max_y);
}

static int32_t to_pixel(double x)
{
    const double far = 1e6;
    return (int32_t)lround(clamp(x, -far, far));
}

zoe_box zoe_view_map_box(const zoe_view_map *map, zoe_box box)
{
    double across = map->zoom * map->aspect, down = map->zoom;
    double left = (double)box.min_x, right = (double)box.max_x + 1.0;
    double top = (double)box.min_y, bottom = (double)box.max_y + 1.0;
    if (map->flop) {
        double kept = mirrored(left, map->box.min_x, map->box.max_x);
        left = mirrored(right, map->box.min_x, map->box.max_x);
        right = kept;
    }
    if (map->flip) {
        double kept = mirrored(top, map->box.min_y, map->box.max_y);
        top = mirrored(bottom, map->box.min_y, map->box.max_y);
        bottom = kept;
    }
    return (zoe_box){
        .min_x = to_pixel((left - map->left) * across),
        .min_y = to_pixel((top - map->top) * down),
        .max_x = to_pixel((right - map->left) * across) - 1,
        .max_y = to_pixel((bottom - map->top) * down) - 1,
    };
}
