#include "model/scope.h"

#include <string.h>

/* ---- measuring ---- */

static void measure_row(zoe_scope *scope, const uint32_t *row, int width, uint32_t outside)
{
    for (int column = 0; column < ZOE_SCOPE_COLUMNS; column++) {
        int from = (int)((int64_t)width * column / ZOE_SCOPE_COLUMNS);
        int to = (int)((int64_t)width * (column + 1) / ZOE_SCOPE_COLUMNS);
        uint16_t(*bins)[ZOE_SCOPE_LEVELS] = scope->waveform[column];
        for (int x = from; x < to; x++) {
            uint32_t pixel = row[x];
            if (pixel == outside)
                continue;
            bins[0][pixel >> 16 & 255]++;
            bins[1][pixel >> 8 & 255]++;
            bins[2][pixel & 255]++;
        }
    }
}

void zoe_scope_measure(zoe_scope *scope, const void *pixels, int width, int height, size_t stride,
                       uint32_t outside)
{
    int64_t all = (int64_t)width * height;
    int step = (int)((all + ZOE_SCOPE_PIXELS - 1) / ZOE_SCOPE_PIXELS);
    step = step < 1 ? 1 : step;
    memset(scope->waveform, 0, sizeof scope->waveform);
    memset(scope->histogram, 0, sizeof scope->histogram);
    for (int y = step / 2; y < height; y += step)
        measure_row(scope,
                    (const uint32_t *)((const void *)((const char *)pixels + (size_t)y * stride)),
                    width, outside);
    for (int column = 0; column < ZOE_SCOPE_COLUMNS; column++)
        for (int c = 0; c < 3; c++)
            for (int level = 0; level < ZOE_SCOPE_LEVELS; level++)
                scope->histogram[c][level] += scope->waveform[column][c][level];
    scope->count = 0;
    for (int level = 0; level < ZOE_SCOPE_LEVELS; level++)
        scope->count += scope->histogram[0][level];
    scope->serial++;
}

/* ---- images ---- */

static const uint32_t GROUND = 0xff161616u, LINE = 0xff303030u;

/* The ground, with a line at each quarter. */
static void clear(uint32_t *image, int height)
{
    for (int y = 0; y < height; y++) {
        int quarter = (height - 1) / 4;
        uint32_t color =
            quarter > 0 && y % quarter == 0 && y / quarter > 0 && y / quarter < 4 ? LINE : GROUND;
        for (int x = 0; x < ZOE_SCOPE_WIDTH; x++)
            image[y * ZOE_SCOPE_WIDTH + x] = color;
    }
}

static uint32_t lit(uint32_t ground, const uint32_t light[3])
{
    uint32_t out = 0xff000000u;
    for (int c = 0; c < 3; c++) {
        uint32_t value = (ground >> (16 - 8 * c) & 255) + light[c];
        out |= (value > 255 ? 255 : value) << (16 - 8 * c);
    }
    return out;
}

void zoe_scope_draw_waveform(const zoe_scope *scope, uint32_t *image)
{
    enum { WIDE = ZOE_SCOPE_WIDTH / ZOE_SCOPE_COLUMNS, FULL = 16 };
    /* A level that a 16th of a column's pixels have is as bright as it gets; one that any has is
     * seen. */
    uint32_t each = scope->count / ZOE_SCOPE_COLUMNS / FULL + 1;
    clear(image, ZOE_SCOPE_WAVEFORM);
    for (int column = 0; column < ZOE_SCOPE_COLUMNS && scope->count; column++) {
        for (int level = 0; level < ZOE_SCOPE_LEVELS; level++) {
            uint32_t *to =
                image + (ZOE_SCOPE_WAVEFORM - 1 - level) * ZOE_SCOPE_WIDTH + column * WIDE;
            uint32_t light[3];
            for (int c = 0; c < 3; c++) {
                uint32_t n = scope->waveform[column][c][level];
                light[c] = n == 0 ? 0 : 48 + (n < each ? n : each) * 180 / each;
            }
            if (!(light[0] | light[1] | light[2]))
                continue;
            for (int i = 0; i < WIDE; i++)
                to[i] = lit(to[i], light);
        }
    }
}

void zoe_scope_draw_histogram(const zoe_scope *scope, uint32_t *image)
{
    enum { WIDE = ZOE_SCOPE_WIDTH / ZOE_SCOPE_LEVELS };
    /* Black and white are often more than all else, and would flatten it. */
    uint32_t most = 1;
    for (int c = 0; c < 3; c++)
        for (int level = 1; level < ZOE_SCOPE_LEVELS - 1; level++)
            most = scope->histogram[c][level] > most ? scope->histogram[c][level] : most;
    clear(image, ZOE_SCOPE_HISTOGRAM);
    for (int level = 0; level < ZOE_SCOPE_LEVELS && scope->count; level++) {
        for (int y = 0; y < ZOE_SCOPE_HISTOGRAM; y++) {
            uint32_t light[3];
            for (int c = 0; c < 3; c++) {
                uint64_t height = (uint64_t)scope->histogram[c][level] * ZOE_SCOPE_HISTOGRAM / most;
                light[c] = (uint64_t)(ZOE_SCOPE_HISTOGRAM - 1 - y) < height ? 176 : 0;
            }
            uint32_t *to = image + y * ZOE_SCOPE_WIDTH + level * WIDE;
            for (int i = 0; i < WIDE; i++)
                to[i] = lit(to[i], light);
        }
    }
}

/* ---- false colours ---- */

const zoe_false_color zoe_false_colors[] = {
    {0, 5, 0xff6a2c8fu, "Black, to 2%"},       {6, 25, 0xff2f5fc4u, "Dark, to 10%"},
    {110, 125, 0xff3f9a4bu, "Middle grey"},    {140, 153, 0xffd98aa0u, "A stop over it"},
    {230, 246, 0xffe0d030u, "Bright, to 97%"}, {247, 255, 0xffd23a2eu, "White"},
};

const size_t zoe_false_color_count = sizeof zoe_false_colors / sizeof zoe_false_colors[0];

void zoe_false_color_rows(void *pixels, int width, int rows, size_t stride, uint32_t outside)
{
    uint32_t colors[ZOE_SCOPE_LEVELS];
    for (uint32_t level = 0; level < ZOE_SCOPE_LEVELS; level++)
        colors[level] = 0xff000000u | level * 0x010101u;
    for (size_t i = 0; i < zoe_false_color_count; i++)
        for (int level = zoe_false_colors[i].low; level <= zoe_false_colors[i].high; level++)
            colors[level] = zoe_false_colors[i].color;
    for (int y = 0; y < rows; y++) {
        uint32_t *row = (uint32_t *)(void *)((char *)pixels + (size_t)y * stride);
        for (int x = 0; x < width; x++) {
            uint32_t p = row[x];
            /* 0.2126, 0.7152 and 0.0722 of 65536 */
            uint32_t luminance =
                ((p >> 16 & 255) * 13933 + (p >> 8 & 255) * 46871 + (p & 255) * 4732 + 32768) >> 16;
            row[x] = p == outside ? p : colors[luminance];
        }
    }
}
