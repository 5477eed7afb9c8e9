/*
 * Layout: rectangles cut from rectangles, in device pixels.
 *
 * A page starts with its whole rectangle and cuts rows, columns and margins from it; what is left
 * stays in the rectangle. A cut never takes more than there is, so that a window too small gives
 * narrower or empty pieces and never ones outside the whole.
 *
 * Thread-safety: pure.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_LAYOUT_H
#define ZOETROPE_PLAYER_UI_LAYOUT_H

#include <stdbool.h>

#include <SDL.h>

static inline int zoe_clamp_int(int value, int low, int high)
{
    /* The lower bound wins where the two cross. */
    value = value > high ? high : value;
    return value < low ? low : value;
}

static inline SDL_Rect zoe_cut_top(SDL_Rect *from, int height)
{
    height = zoe_clamp_int(height, 0, from->h);
    SDL_Rect piece = {from->x, from->y, from->w, height};
    from->y += height;
    from->h -= height;
    return piece;
}

static inline SDL_Rect zoe_cut_bottom(SDL_Rect *from, int height)
{
    height = zoe_clamp_int(height, 0, from->h);
    from->h -= height;
    return (SDL_Rect){from->x, from->y + from->h, from->w, height};
}

static inline SDL_Rect zoe_cut_left(SDL_Rect *from, int width)
{
    width = zoe_clamp_int(width, 0, from->w);
    SDL_Rect piece = {from->x, from->y, width, from->h};
    from->x += width;
    from->w -= width;
    return piece;
}

static inline SDL_Rect zoe_cut_right(SDL_Rect *from, int width)
{
    width = zoe_clamp_int(width, 0, from->w);
    from->w -= width;
    return (SDL_Rect){from->x + from->w, from->y, width, from->h};
}

/* Smaller by dx on the left and the right and by dy above and below; negative: larger. */
static inline SDL_Rect zoe_inset(SDL_Rect rect, int dx, int dy)
{
    dx = dx * 2 > rect.w ? rect.w / 2 : dx;
    dy = dy * 2 > rect.h ? rect.h / 2 : dy;
    return (SDL_Rect){rect.x + dx, rect.y + dy, rect.w - 2 * dx, rect.h - 2 * dy};
}

/* Column `index` of `count` equal ones that are `gap` apart; together they fill the rectangle. */
static inline SDL_Rect zoe_column(SDL_Rect row, int index, int count, int gap)
{
    int left = index * (row.w + gap) / count;
    int right = (index + 1) * (row.w + gap) / count - gap;
    return (SDL_Rect){row.x + left, row.y, right > left ? right - left : 0, row.h};
}

/* A rectangle of this size in the middle, not larger than the whole. */
static inline SDL_Rect zoe_centered(SDL_Rect whole, int width, int height)
{
    width = zoe_clamp_int(width, 0, whole.w);
    height = zoe_clamp_int(height, 0, whole.h);
    return (SDL_Rect){whole.x + (whole.w - width) / 2, whole.y + (whole.h - height) / 2, width,
                      height};
}

/* The largest rectangle of the aspect width : height in the middle of the whole. */
static inline SDL_Rect zoe_fitted(SDL_Rect whole, int width, int height)
{
    if (width <= 0 || height <= 0)
        return whole;
    if ((Sint64)whole.w * height <= (Sint64)whole.h * width)
        return zoe_centered(whole, whole.w, (int)((Sint64)whole.w * height / width));
    return zoe_centered(whole, (int)((Sint64)whole.h * width / height), whole.h);
}

static inline bool zoe_rect_has(SDL_Rect rect, int x, int y)
{
    return x >= rect.x && x < rect.x + rect.w && y >= rect.y && y < rect.y + rect.h;
}

/* What both have; width and height are 0 where that is nothing. */
static inline SDL_Rect zoe_rect_common(SDL_Rect a, SDL_Rect b)
{
    int left = a.x > b.x ? a.x : b.x;
    int top = a.y > b.y ? a.y : b.y;
    int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    if (right <= left || bottom <= top)
        return (SDL_Rect){left, top, 0, 0};
    return (SDL_Rect){left, top, right - left, bottom - top};
}

/*
 * Where something of this size that belongs to `anchor` stands: below it, above where there is more
 * room, its left edges aligned; in the window at any rate. An anchor without a size is a point.
 */
static inline SDL_Rect zoe_placed(SDL_Rect window, SDL_Rect anchor, int width, int height)
{
    width = zoe_clamp_int(width, 0, window.w);
    height = zoe_clamp_int(height, 0, window.h);
    int below = window.y + window.h - (anchor.y + anchor.h), above = anchor.y - window.y;
    int y = height <= below || below >= above ? anchor.y + anchor.h : anchor.y - height;
    int x = anchor.x;
    if (x + width > window.x + window.w)
        x = anchor.x + anchor.w - width;
    x = zoe_clamp_int(x, window.x, window.x + window.w - width);
    y = zoe_clamp_int(y, window.y, window.y + window.h - height);
    return (SDL_Rect){x, y, width, height};
}

#endif
