#include "window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <SDL_ttf.h>

static const int dense_dpi = 180;

static double display_scale(const zoe_window *window)
{
    if (window->ratio > 1.01)
        return window->ratio;
    const char *said = getenv("GDK_SCALE");
    double scale = said ? atof(said) : 0.0;
    if (scale >= 0.5 && scale <= 4.0)
        return scale;
    float dpi = 0.0f;
    int display = SDL_GetWindowDisplayIndex(window->window);
    if (display >= 0 && !SDL_GetDisplayDPI(display, &dpi, NULL, NULL) && dpi >= (float)dense_dpi)
        return 2.0;
    return 1.0;
}

int zoe_window_measure(zoe_window *window)
{
    int units = 0;
    int width = window->width, height = window->height;
    double scale = window->scale;
    SDL_GetWindowSize(window->window, &units, NULL);
    if (SDL_GetRendererOutputSize(window->renderer, &window->width, &window->height))
        return 0;
    window->ratio = units > 0 ? (double)window->width / (double)units : 1.0;
    window->scale = window->ui_scale > 0.0 ? window->ui_scale : display_scale(window);
    int rescaled = fabs(window->scale - scale) > 1e-6;
    if (rescaled && window->text)
        (void)zoe_text_set_scale(window->text, window->scale, NULL);
    return rescaled || width != window->width || height != window->height;
}

static void set_icon(SDL_Window *window)
{
    /* A play mark in a ring, drawn here so that the program needs no file to run. */
    enum { SIDE = 64 };
    SDL_Surface *icon = SDL_CreateRGBSurfaceWithFormat(0, SIDE, SIDE, 32, SDL_PIXELFORMAT_ARGB8888);
    if (!icon)
        return;
    for (int y = 0; y < SIDE; y++) {
        Uint32 *row = (Uint32 *)((char *)icon->pixels + (size_t)y * (size_t)icon->pitch);
        for (int x = 0; x < SIDE; x++) {
            double dx = x - 31.5, dy = y - 31.5, r = sqrt(dx * dx + dy * dy);
            int mark = dx > -9.0 && dx < 15.0 && fabs(dy) < (15.0 - dx) * 0.62;
            int ring = r > 24.0 && r < 30.0;
            row[x] = mark || ring ? 0xFFDCDCDCu : r <= 31.5 ? 0xFF2A2A2Au : 0u;
        }
    }
    SDL_SetWindowIcon(window, icon);
    SDL_FreeSurface(icon);
}

static zoe_status open_parts(zoe_window *window, int width, int height, int maximized,
                             zoe_error *error)
{
    if (SDL_Init(SDL_INIT_VIDEO))
        return zoe_error_set(error, ZOE_ERROR_IO, "cannot open a display: %s", SDL_GetError());
    if (TTF_Init())
        return zoe_error_set(error, ZOE_ERROR_IO, "cannot start SDL_ttf: %s", TTF_GetError());
    SDL_Rect usable;
    if (!SDL_GetDisplayUsableBounds(0, &usable) && usable.w > 0 && usable.h > 0) {
        width = width > usable.w ? usable.w : width;
        height = height > usable.h ? usable.h : height;
    }
    Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    if (maximized)
        flags |= SDL_WINDOW_MAXIMIZED;
    window->window = SDL_CreateWindow("Zoetrope", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                      width, height, flags);
    if (!window->window)
        return zoe_error_set(error, ZOE_ERROR_IO, "cannot open a window: %s", SDL_GetError());
    SDL_SetWindowMinimumSize(window->window, 480, 270);
    set_icon(window->window);
    window->renderer = SDL_CreateRenderer(window->window, -1, SDL_RENDERER_PRESENTVSYNC);
    if (!window->renderer)
        window->renderer = SDL_CreateRenderer(window->window, -1, SDL_RENDERER_SOFTWARE);
    if (!window->renderer)
        return zoe_error_set(error, ZOE_ERROR_IO, "cannot draw in the window: %s", SDL_GetError());
    SDL_RendererInfo info;
    if (!SDL_GetRendererInfo(window->renderer, &info))
        window->vsync = (info.flags & SDL_RENDERER_PRESENTVSYNC) != 0;
    zoe_window_measure(window);
    return zoe_text_create(window->renderer, window->scale, &window->text, error);
}

zoe_status zoe_window_open(zoe_window *window, int width, int height, int maximized,
                           double ui_scale, zoe_error *error)
{
    memset(window, 0, sizeof *window);
    window->ui_scale = ui_scale;
    /* A viewer that only waits must not keep the screen awake, nor the compositor off. */
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    zoe_status status = open_parts(window, width, height, maximized, error);
    if (status != ZOE_OK)
        zoe_window_close(window);
    return status;
}

void zoe_window_close(zoe_window *window)
{
    zoe_text_destroy(&window->text);
    if (window->renderer)
        SDL_DestroyRenderer(window->renderer);
    if (window->window)
        SDL_DestroyWindow(window->window);
    window->renderer = NULL;
    window->window = NULL;
    if (TTF_WasInit())
        TTF_Quit();
    SDL_Quit();
}

void zoe_window_set_fullscreen(zoe_window *window, int on)
{
    if (!SDL_SetWindowFullscreen(window->window, on ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0))
        window->fullscreen = on;
}

int zoe_px(const zoe_window *window, double points)
{
    int pixels = (int)lround(points * window->scale);
    return pixels == 0 && points > 0.0 ? 1 : pixels;
}

void zoe_fill(const zoe_window *window, SDL_Rect rect, SDL_Color color)
{
    if (rect.w <= 0 || rect.h <= 0)
        return;
    SDL_SetRenderDrawColor(window->renderer, color.r, color.g, color.b, color.a);
    SDL_RenderFillRect(window->renderer, &rect);
}

void zoe_outline(const zoe_window *window, SDL_Rect rect, int thickness, SDL_Color color)
{
    int t = thickness;
    zoe_fill(window, (SDL_Rect){rect.x, rect.y, rect.w, t}, color);
    zoe_fill(window, (SDL_Rect){rect.x, rect.y + rect.h - t, rect.w, t}, color);
    zoe_fill(window, (SDL_Rect){rect.x, rect.y + t, t, rect.h - 2 * t}, color);
    zoe_fill(window, (SDL_Rect){rect.x + rect.w - t, rect.y + t, t, rect.h - 2 * t}, color);
}

int zoe_inside(SDL_Rect rect, int x, int y)
{
    return x >= rect.x && x < rect.x + rect.w && y >= rect.y && y < rect.y + rect.h;
}
