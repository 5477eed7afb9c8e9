#include "ui/ui_render.h"

#include <stdlib.h>
#include <string.h>

#include "ui/ui_layout.h"

enum {
    ATLAS = 512,     /* pixels on a side */
    MASK_MOST = 128, /* largest mask; what is larger is stretched */
    MASKS = 512,     /* of the table, a power of two */
    MASKS_MOST = 384 /* filled before all are forgotten */
};

typedef enum mask_kind {
    MASK_ICON = 1,
    MASK_ROUND = 2, /* a disc, or a ring as thick as `what` says */
} mask_kind;

typedef struct mask {
    uint32_t key; /* 0: free */
    SDL_Rect place;
} mask;

struct zoe_ui_render {
    SDL_Renderer *renderer;
    SDL_Texture *atlas;
    int shelf_x, shelf_y, shelf_height; /* where the next mask goes */
    int count;
    mask masks[MASKS];
    uint8_t coverage[MASK_MOST * MASK_MOST];
    uint32_t pixels[MASK_MOST * MASK_MOST];
};

zoe_status zoe_ui_render_create(const zoe_window *window, zoe_ui_render **out, zoe_error *error)
{
    *out = NULL;
    zoe_ui_render *render = calloc(1, sizeof *render);
    if (!render)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "out of memory for widgets");
    render->renderer = window->renderer;
    render->atlas = SDL_CreateTexture(window->renderer, SDL_PIXELFORMAT_ARGB8888,
                                      SDL_TEXTUREACCESS_STATIC, ATLAS, ATLAS);
    if (!render->atlas) {
        free(render);
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "cannot make a texture for widgets: %s",
                             SDL_GetError());
    }
    SDL_SetTextureBlendMode(render->atlas, SDL_BLENDMODE_BLEND);
    *out = render;
    return ZOE_OK;
}

void zoe_ui_render_destroy(zoe_ui_render **pointer)
{
    if (!pointer || !*pointer)
        return;
    SDL_DestroyTexture((*pointer)->atlas);
    free(*pointer);
    *pointer = NULL;
}

void zoe_ui_render_forget(zoe_ui_render *render)
{
    memset(render->masks, 0, sizeof render->masks);
    render->count = render->shelf_x = render->shelf_y = render->shelf_height = 0;
}

/* ---- masks ---- */

/* A square of the atlas, a pixel from its neighbours. Returns false when it is full. */
static bool find_room(zoe_ui_render *render, int size, SDL_Rect *place)
{
    if (render->shelf_x + size + 1 > ATLAS) {
        render->shelf_x = 0;
        render->shelf_y += render->shelf_height;
        render->shelf_height = 0;
    }
    if (render->shelf_y + size + 1 > ATLAS)
        return false;
    *place = (SDL_Rect){render->shelf_x, render->shelf_y, size, size};
    render->shelf_x += size + 1;
    if (render->shelf_height < size + 1)
        render->shelf_height = size + 1;
    return true;
}

static void rasterize(zoe_ui_render *render, mask_kind kind, int what, SDL_Rect place)
{
    int size = place.w;
    if (kind == MASK_ICON)
        zoe_icon_raster((zoe_icon)what, size, render->coverage);
    else
        zoe_disc_raster(size, what, render->coverage);
    for (int i = 0; i < size * size; i++)
        render->pixels[i] = (uint32_t)render->coverage[i] << 24 | 0xFFFFFFu;
    SDL_UpdateTexture(render->atlas, &place, render->pixels, size * 4);
}

static SDL_Rect find_mask(zoe_ui_render *render, mask_kind kind, int what, int size)
{
    size = zoe_clamp_int(size, 1, MASK_MOST);
    uint32_t key = (uint32_t)kind << 24 | (uint32_t)(what & 0xFF) << 16 | (uint32_t)size;
    uint32_t slot = (key * 2654435761u) >> 23;
    while (render->masks[slot].key && render->masks[slot].key != key)
        slot = (slot + 1) & (MASKS - 1);
    if (render->masks[slot].key)
        return render->masks[slot].place;
    SDL_Rect place;
    if (render->count >= MASKS_MOST || !find_room(render, size, &place)) {
        /* Sizes of another scale fill it: what is still used comes back at once. */
        zoe_ui_render_forget(render);
        return find_mask(render, kind, what, size);
    }
    rasterize(render, kind, what, place);
    render->masks[slot] = (mask){key, place};
    render->count++;
    return place;
}

static void set_color(zoe_ui_render *render, SDL_Color color)
{
    SDL_SetTextureColorMod(render->atlas, color.r, color.g, color.b);
    SDL_SetTextureAlphaMod(render->atlas, color.a);
}

/* ---- items ---- */

/* The four corners of a disc or ring, at the corners of the rectangle. */
static void draw_corners(zoe_ui_render *render, SDL_Rect rect, int radius, int thickness,
                         SDL_Color color)
{
    SDL_Rect from = find_mask(render, MASK_ROUND, thickness, 2 * radius);
    int half = from.w / 2;
    set_color(render, color);
    for (int i = 0; i < 4; i++) {
        int right = i & 1, low = i >> 1;
        SDL_Rect source = {from.x + right * half, from.y + low * half, half, half};
        SDL_Rect target = {rect.x + right * (rect.w - radius), rect.y + low * (rect.h - radius),
                           radius, radius};
        SDL_RenderCopy(render->renderer, render->atlas, &source, &target);
    }
}

static int corner_radius(const zoe_draw *item)
{
    int side = item->rect.w < item->rect.h ? item->rect.w : item->rect.h;
    return zoe_clamp_int(item->as.box.radius, 0, side / 2);
}

static void draw_fill(zoe_ui_render *render, const zoe_window *window, const zoe_draw *item)
{
    SDL_Rect r = item->rect;
    int radius = corner_radius(item);
    if (radius <= 1) {
        zoe_fill(window, r, item->color);
        return;
    }
    int inside = r.h - 2 * radius;
    zoe_fill(window, (SDL_Rect){r.x + radius, r.y, r.w - 2 * radius, r.h}, item->color);
    zoe_fill(window, (SDL_Rect){r.x, r.y + radius, radius, inside}, item->color);
    zoe_fill(window, (SDL_Rect){r.x + r.w - radius, r.y + radius, radius, inside}, item->color);
    draw_corners(render, r, radius, 0, item->color);
}

static void draw_outline(zoe_ui_render *render, const zoe_window *window, const zoe_draw *item)
{
    SDL_Rect r = item->rect;
    int radius = corner_radius(item), t = item->as.box.thickness;
    if (radius <= 1) {
        zoe_outline(window, r, t, item->color);
        return;
    }
    int across = r.w - 2 * radius, along = r.h - 2 * radius;
    zoe_fill(window, (SDL_Rect){r.x + radius, r.y, across, t}, item->color);
    zoe_fill(window, (SDL_Rect){r.x + radius, r.y + r.h - t, across, t}, item->color);
    zoe_fill(window, (SDL_Rect){r.x, r.y + radius, t, along}, item->color);
    zoe_fill(window, (SDL_Rect){r.x + r.w - t, r.y + radius, t, along}, item->color);
    draw_corners(render, r, radius, t, item->color);
}

static void draw_item(zoe_ui_render *render, const zoe_window *window, const zoe_draw_list *list,
                      const zoe_draw *item)
{
    switch (item->kind) {
    case ZOE_DRAW_FILL: draw_fill(render, window, item); break;
    case ZOE_DRAW_OUTLINE: draw_outline(render, window, item); break;
    case ZOE_DRAW_TEXT:
        zoe_text_draw(window->text, item->as.text.style, item->rect.x, item->rect.y, item->color,
                      zoe_draw_string(list, item));
        break;
    case ZOE_DRAW_ICON: {
        SDL_Rect from = find_mask(render, MASK_ICON, (int)item->as.icon, item->rect.w);
        set_color(render, item->color);
        SDL_RenderCopy(render->renderer, render->atlas, &from, &item->rect);
        break;
    }
    case ZOE_DRAW_IMAGE: SDL_RenderCopy(render->renderer, item->as.image, NULL, &item->rect); break;
    }
}

void zoe_ui_render_draw(zoe_ui_render *render, const zoe_window *window, const zoe_draw_list *list)
{
    SDL_Rect clip = {0, 0, 0, 0};
    SDL_SetRenderDrawBlendMode(render->renderer, SDL_BLENDMODE_BLEND);
    for (int layer = -1; (layer = zoe_draw_next_layer(list, layer)) >= 0;) {
        for (int i = 0; i < list->count; i++) {
            const zoe_draw *item = &list->items[i];
            if (item->layer != layer)
                continue;
            if (memcmp(&clip, &item->clip, sizeof clip)) {
                clip = item->clip;
                SDL_RenderSetClipRect(render->renderer, &clip);
            }
            draw_item(render, window, list, item);
        }
    }
    SDL_RenderSetClipRect(render->renderer, NULL);
    SDL_SetRenderDrawBlendMode(render->renderer, SDL_BLENDMODE_NONE);
}
