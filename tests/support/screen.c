/*
 * What is on the screen of an X server, for scripts that look at windows:
 *
 *   screen shoot FILE.ppm        keeps what is there now ($DISPLAY)
 *   screen FILE.ppm LOOK...      looks at what was kept; one line for each
 *
 *   color X Y                    RED,GREEN,BLUE of a pixel, 0..255
 *   has R,G,B X Y WIDTH HEIGHT   1 if a pixel of the rectangle has exactly that colour, else 0
 *   colors X Y WIDTH HEIGHT      how many colours the rectangle has
 *   box R,G,B WIDTH HEIGHT ROWS  of the picture's first WIDTH x HEIGHT pixels the lowest ROWS: the
 *                                box around all of that colour there, "WIDTH HEIGHT X Y", or "none"
 *   light X Y WIDTH HEIGHT       thousandths of white, the mean over the rectangle
 *   spread X Y WIDTH HEIGHT      the greatest difference between two channels of a pixel
 *   sum X Y WIDTH HEIGHT         a number that is another one where a pixel is
 *
 * One process for what would be many of a program for pictures: a test looks some hundred times.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <X11/Xlib.h>
#include <X11/Xutil.h>

typedef struct picture {
    int width, height;
    uint8_t *pixels; /* [height][width][3] */
} picture;

typedef struct area {
    int x, y, width, height;
} area;

static void give_up(const char *what)
{
    fprintf(stderr, "screen: %s\n", what);
    exit(2);
}

static picture new_picture(int width, int height)
{
    picture p = {width, height, NULL};
    if (width > 0 && height > 0)
        p.pixels = calloc((size_t)width * (size_t)height, 3);
    if (!p.pixels)
        give_up("no picture");
    return p;
}

static uint8_t *pixel(const picture *p, int x, int y)
{
    return p->pixels + ((size_t)y * (size_t)p->width + (size_t)x) * 3;
}

static uint32_t color(const picture *p, int x, int y)
{
    const uint8_t *at = pixel(p, x, y);
    return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
}

/* ---- what is there ---- */

static picture shoot(void)
{
    Display *display = XOpenDisplay(NULL);
    if (!display)
        give_up("no display");
    XWindowAttributes root;
    if (!XGetWindowAttributes(display, DefaultRootWindow(display), &root))
        give_up("no screen");
    picture p = new_picture(root.width, root.height);
    XImage *image = XGetImage(display, DefaultRootWindow(display), 0, 0, (unsigned)root.width,
                              (unsigned)root.height, AllPlanes, ZPixmap);
    if (!image || image->red_mask != 0xff0000 || image->blue_mask != 0xff ||
        image->bits_per_pixel != 32)
        give_up("not a screen of 8 bits a channel");
    int red = image->byte_order == LSBFirst ? 2 : 1, step = image->byte_order == LSBFirst ? -1 : 1;
    for (int y = 0; y < p.height; y++) {
        const char *from = image->data + (ptrdiff_t)y * image->bytes_per_line;
        for (int x = 0; x < p.width; x++)
            for (int i = 0; i < 3; i++)
                pixel(&p, x, y)[i] = (uint8_t)from[4 * x + red + i * step];
    }
    XDestroyImage(image);
    XCloseDisplay(display);
    return p;
}

static void save(const picture *p, const char *path)
{
    FILE *file = fopen(path, "wb");
    size_t bytes = (size_t)p->width * (size_t)p->height * 3;
    if (!file || fprintf(file, "P6\n%d %d\n255\n", p->width, p->height) < 0 ||
        fwrite(p->pixels, 1, bytes, file) != bytes || fclose(file) != 0)
        give_up(path);
}

static picture load(const char *path)
{
    FILE *file = fopen(path, "rb");
    int width = 0, height = 0;
    if (!file || fscanf(file, "P6 %d %d 255%*c", &width, &height) != 2)
        give_up(path);
    picture p = new_picture(width, height);
    size_t bytes = (size_t)width * (size_t)height * 3;
    if (fread(p.pixels, 1, bytes, file) != bytes)
        give_up(path);
    fclose(file);
    return p;
}

/* ---- what it looks like ---- */

static int compare_colors(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

static int count_colors(const picture *p, area in)
{
    size_t all = (size_t)in.width * (size_t)in.height, count = 0;
    uint32_t *seen = malloc(all * sizeof *seen);
    if (!seen)
        give_up("no memory");
    for (int y = in.y; y < in.y + in.height; y++)
        for (int x = in.x; x < in.x + in.width; x++)
            seen[count++] = color(p, x, y);
    qsort(seen, all, sizeof *seen, compare_colors);
    int different = 1;
    for (size_t i = 1; i < all; i++)
        different += seen[i] != seen[i - 1];
    free(seen);
    return different;
}

/* The box around all of one colour; without any its width is 0. */
static area box_of(const picture *p, area in, uint32_t wanted)
{
    int left = in.x + in.width, right = in.x - 1, top = in.y + in.height, bottom = in.y - 1;
    for (int y = in.y; y < in.y + in.height; y++) {
        for (int x = in.x; x < in.x + in.width; x++) {
            if (color(p, x, y) != wanted)
                continue;
            left = x < left ? x : left;
            right = x > right ? x : right;
            top = y < top ? y : top;
            bottom = y > bottom ? y : bottom;
        }
    }
    if (right < left)
        return (area){0, 0, 0, 0};
    return (area){left, top, right - left + 1, bottom - top + 1};
}

static int light(const picture *p, area in)
{
    double sum = 0;
    for (int y = in.y; y < in.y + in.height; y++) {
        for (int x = in.x; x < in.x + in.width; x++) {
            const uint8_t *at = pixel(p, x, y);
            sum += 0.2126 * at[0] + 0.7152 * at[1] + 0.0722 * at[2];
        }
    }
    return (int)(1000 * sum / 255 / in.width / in.height);
}

static int spread(const picture *p, area in)
{
    int most = 0;
    for (int y = in.y; y < in.y + in.height; y++) {
        for (int x = in.x; x < in.x + in.width; x++) {
            const uint8_t *at = pixel(p, x, y);
            for (int i = 0; i < 3; i++) {
                int difference = abs(at[i] - at[(i + 1) % 3]);
                most = difference > most ? difference : most;
            }
        }
    }
    return most;
}

/* FNV-1a. */
static uint64_t sum(const picture *p, area in)
{
    uint64_t hash = 14695981039346656037u;
    for (int y = in.y; y < in.y + in.height; y++)
        for (int x = in.x; x < in.x + in.width; x++)
            hash = (hash ^ color(p, x, y)) * 1099511628211u;
    return hash;
}

/* ---- what is asked for ---- */

static char **words; /* those left */

static const char *next_word(void)
{
    if (!*words)
        give_up("a word is missing");
    return *words++;
}

static int next_number(void)
{
    const char *word = next_word();
    char *end;
    long number = strtol(word, &end, 10);
    if (end == word || *end || number < 0 || number > 100000)
        give_up(word);
    return (int)number;
}

static uint32_t next_color(void)
{
    const char *word = next_word();
    unsigned r, g, b;
    if (sscanf(word, "%u,%u,%u", &r, &g, &b) != 3)
        give_up(word);
    return r << 16 | g << 8 | b;
}

/* A rectangle, all of it in the picture. */
static area next_area(const picture *p)
{
    area a;
    a.x = next_number();
    a.y = next_number();
    a.width = next_number();
    a.height = next_number();
    if (a.width < 1 || a.height < 1 || a.x + a.width > p->width || a.y + a.height > p->height)
        give_up("not in the picture");
    return a;
}

static void look_at_color(const picture *p)
{
    int x = next_number(), y = next_number();
    if (x >= p->width || y >= p->height)
        give_up("not in the picture");
    const uint8_t *at = pixel(p, x, y);
    printf("%d,%d,%d\n", at[0], at[1], at[2]);
}

static void look_at_box(const picture *p)
{
    uint32_t wanted = next_color();
    int width = next_number(), height = next_number(), rows = next_number();
    if (width < 1 || width > p->width || height > p->height || rows < 1 || rows > height)
        give_up("not in the picture");
    area box = box_of(p, (area){0, height - rows, width, rows}, wanted);
    if (box.width > 0)
        printf("%d %d %d %d\n", box.width, box.height, box.x, box.y - (height - rows));
    else
        puts("none");
}

static void look(const picture *p, const char *what)
{
    if (!strcmp(what, "color")) {
        look_at_color(p);
    } else if (!strcmp(what, "has")) {
        uint32_t wanted = next_color();
        printf("%d\n", box_of(p, next_area(p), wanted).width > 0);
    } else if (!strcmp(what, "colors")) {
        printf("%d\n", count_colors(p, next_area(p)));
    } else if (!strcmp(what, "box")) {
        look_at_box(p);
    } else if (!strcmp(what, "light")) {
        printf("%d\n", light(p, next_area(p)));
    } else if (!strcmp(what, "spread")) {
        printf("%d\n", spread(p, next_area(p)));
    } else if (!strcmp(what, "sum")) {
        printf("%" PRIu64 "\n", sum(p, next_area(p)));
    } else {
        give_up(what);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        give_up("usage: screen shoot FILE | screen FILE LOOK...");
    words = argv + 2;
    bool shoots = !strcmp(argv[1], "shoot");
    picture p = shoots ? shoot() : load(argv[1]);
    if (shoots)
        save(&p, next_word());
    while (*words)
        look(&p, next_word());
    free(p.pixels);
    return 0;
}
