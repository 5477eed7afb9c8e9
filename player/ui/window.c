#include "ui/window.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <SDL_ttf.h>

#include "ui/desktop.h"
#include "model/interrupt.h"

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

bool zoe_window_measure(zoe_window *window)
{
    int units = 0;
    int width = window->width, height = window->height;
    double scale = window->scale;
    SDL_GetWindowSize(window->window, &units, NULL);
#if SDL_VERSION_ATLEAST(2, 26, 0)
    /* Not the renderer's: SDL 3 in SDL 2's clothes tells that only once it has drawn again. */
    SDL_GetWindowSizeInPixels(window->window, &window->width, &window->height);
#else
    if (SDL_GetRendererOutputSize(window->renderer, &window->width, &window->height))
        return false;
#endif
    window->ratio = units > 0 ? (double)window->width / (double)units : 1.0;
    window->scale = window->ui_scale > 0.0 ? window->ui_scale : display_scale(window);
    int rescaled = fabs(window->scale - scale) > 1e-6;
    if (rescaled && window->text)
        (void)zoe_text_set_scale(window->text, window->scale, NULL);
    return rescaled || width != window->width || height != window->height;
}

/* Whether there is a graphics device to draw with that this user may open. */
static bool has_gpu(void)
{
#if defined(__linux__)
    static const char *const devices[] = {"/dev/nvidiactl", "/dev/mali0", "/dev/kgsl-3d0"};
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        if (!access(devices[i], R_OK | W_OK))
            return true;
    }
    char node[32];
    for (int i = 128; i < 136; i++) {
        snprintf(node, sizeof node, "/dev/dri/renderD%d", i);
        if (!access(node, R_OK | W_OK))
            return true;
    }
    return false;
#else
    return true;
#endif
}

/* Without a device, OpenGL is a compiler and some threads that take time from the decoders and some
 * 90 MB; SDL's own drawing is twice as fast for what is drawn here. SDL_RENDER_DRIVER in the
 * environment wins. */
static void choose_renderer(void)
{
    if (has_gpu())
        return;
    SDL_SetHintWithPriority(SDL_HINT_RENDER_DRIVER, "software", SDL_HINT_DEFAULT);
    SDL_SetHintWithPriority(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0", SDL_HINT_DEFAULT);
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

/* X's libraries give a window no title with letters that the locale does not have. Numbers keep
 * their points: only what letters are is taken. */
static void take_locale(void)
{
    if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1)
        setlocale(LC_CTYPE, "C.UTF-8");
}

static zoe_status open_parts(zoe_window *window, int width, int height, int maximized,
                             zoe_error *error)
{
    take_locale();
    if (SDL_Init(SDL_INIT_VIDEO))
        return zoe_error_set(error, ZOE_ERROR_IO, "cannot open a display: %s", SDL_GetError());
    zoe_interrupt_install(); /* after SDL's own handlers */
    /* Without a display SDL falls back to windows that nobody can see. */
    const char *driver = SDL_GetCurrentVideoDriver();
    if (!getenv("SDL_VIDEODRIVER") && driver &&
        (!strcmp(driver, "offscreen") || !strcmp(driver, "dummy") || !strcmp(driver, "evdev")))
        return zoe_error_set(error, ZOE_ERROR_IO,
                             "there is no display to open a window on; --headless plays without");
    if (TTF_Init())
        return zoe_error_set(error, ZOE_ERROR_IO, "cannot start SDL_ttf: %s", TTF_GetError());
    SDL_Rect usable;
    if (!SDL_GetDisplayUsableBounds(0, &usable) && usable.w > 0 && usable.h > 0) {
        width = width > usable.w ? usable.w : width;
        height = height > usable.h ? usable.h : height;
    }
    /* Hidden: a renderer by OpenGL has SDL make the window anew, which would be seen. */
    Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI | SDL_WINDOW_HIDDEN;
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
    SDL_ShowWindow(window->window);
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
    choose_renderer();
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

/* Full screen where nobody manages windows: the window takes the display's place and size. */
static void cover_display(zoe_window *window, int on)
{
    SDL_Rect to = window->windowed;
    if (on) {
        SDL_Rect *from = &window->windowed;
        SDL_GetWindowPosition(window->window, &from->x, &from->y);
        SDL_GetWindowSize(window->window, &from->w, &from->h);
        int display = SDL_GetWindowDisplayIndex(window->window);
        if (SDL_GetDisplayBounds(display < 0 ? 0 : display, &to))
            return;
    }
    SDL_SetWindowPosition(window->window, to.x, to.y);
    SDL_SetWindowSize(window->window, to.w, to.h);
    window->fullscreen = on;
}

void zoe_window_set_fullscreen(zoe_window *window, int on)
{
    if (on == window->fullscreen)
        return;
    if (!zoe_desktop_is_managed(window->window))
        cover_display(window, on);
    else if (!SDL_SetWindowFullscreen(window->window, on ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0))
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

bool zoe_inside(SDL_Rect rect, int x, int y)
{
    return x >= rect.x && x < rect.x + rect.w && y >= rect.y && y < rect.y + rect.h;
}
