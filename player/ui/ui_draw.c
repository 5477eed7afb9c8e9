#include "ui/ui_draw.h"

#include <stdlib.h>
#include <string.h>

#include "ui/ui_layout.h"

void zoe_draw_clear(zoe_draw_list *list, SDL_Rect clip)
{
    list->count = 0;
    list->strings_used = 0;
    list->clip = clip;
    list->layer = 0;
}

void zoe_draw_free(zoe_draw_list *list)
{
    free(list->items);
    free(list->strings);
    memset(list, 0, sizeof *list);
}

/* A new item at the end, or NULL where it cannot be seen or has no memory. */
static zoe_draw *add(zoe_draw_list *list, zoe_draw_kind kind, SDL_Rect rect, SDL_Color color)
{
    SDL_Rect seen = zoe_rect_common(rect, list->clip);
    if (seen.w <= 0 || seen.h <= 0)
        return NULL;
    if (list->count == list->capacity) {
        int capacity = list->capacity ? list->capacity * 2 : 256;
        zoe_draw *items = realloc(list->items, (size_t)capacity * sizeof *items);
        if (!items)
            return NULL;
        list->items = items;
        list->capacity = capacity;
    }
    zoe_draw *item = &list->items[list->count++];
    memset(item, 0, sizeof *item);
    item->kind = kind;
    item->layer = list->layer;
    item->rect = rect;
    item->clip = list->clip;
    item->color = color;
    return item;
}

void zoe_draw_fill(zoe_draw_list *list, SDL_Rect rect, int radius, SDL_Color color)
{
    zoe_draw *item = add(list, ZOE_DRAW_FILL, rect, color);
    if (item)
        item->as.box.radius = radius;
}

void zoe_draw_outline(zoe_draw_list *list, SDL_Rect rect, int radius, int thickness,
                      SDL_Color color)
{
    zoe_draw *item = add(list, ZOE_DRAW_OUTLINE, rect, color);
    if (!item)
        return;
    item->as.box.radius = radius;
    item->as.box.thickness = thickness;
}

static bool keep_string(zoe_draw_list *list, const char *text, size_t bytes, size_t *at)
{
    size_t needed = list->strings_used + bytes + 1;
    if (needed > list->strings_capacity) {
        size_t capacity = list->strings_capacity ? list->strings_capacity : 4096;
        while (capacity < needed)
            capacity *= 2;
        char *strings = realloc(list->strings, capacity);
        if (!strings)
            return false;
        list->strings = strings;
        list->strings_capacity = capacity;
    }
    *at = list->strings_used;
    memcpy(list->strings + *at, text, bytes);
    list->strings[*at + bytes] = '\0';
    list->strings_used = needed;
    return true;
}

void zoe_draw_text(zoe_draw_list *list, zoe_text_style style, SDL_Rect rect, SDL_Color color,
                   const char *text, size_t bytes)
{
    zoe_draw *item = add(list, ZOE_DRAW_TEXT, rect, color);
    if (!item)
        return;
    item->as.text.style = style;
    if (!keep_string(list, text, bytes, &item->as.text.at))
        list->count--;
}

void zoe_draw_icon(zoe_draw_list *list, SDL_Rect rect, zoe_icon icon, SDL_Color color)
{
    int side = rect.w < rect.h ? rect.w : rect.h;
    zoe_draw *item = add(list, ZOE_DRAW_ICON, zoe_centered(rect, side, side), color);
    if (item)
        item->as.icon = icon;
}

void zoe_draw_image(zoe_draw_list *list, SDL_Rect rect, SDL_Texture *image)
{
    zoe_draw *item = add(list, ZOE_DRAW_IMAGE, rect, (SDL_Color){255, 255, 255, 255});
    if (item)
        item->as.image = image;
}

const char *zoe_draw_string(const zoe_draw_list *list, const zoe_draw *item)
{
    return list->strings + item->as.text.at;
}

int zoe_draw_next_layer(const zoe_draw_list *list, int after)
{
    int next = -1;
    for (int i = 0; i < list->count; i++) {
        int layer = list->items[i].layer;
        if (layer > after && (next < 0 || layer < next))
            next = layer;
    }
    return next;
}
