#include "ui/ui_icon.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * An outline is written in a grid of 24 x 24, y downwards:
 *     f, s       what follows is filled (even-odd: a shape inside a shape is a hole) or a line
 *     W w        width of lines from here
 *     M x y      begins a path
 *     L x y      a line to there
 *     Z          a line to where the path began
 *     A x y r a b  an arc around x, y from angle a to b, degrees clockwise from the right
 *     C x y r    a circle
 */
static const char *const outlines[ZOE_ICON_COUNT] = {
    [ZOE_ICON_PLAY] = "f M7 4 L20 12 L7 20 Z",
    [ZOE_ICON_BACKWARD] = "f M17 4 L4 12 L17 20 Z",
    [ZOE_ICON_PAUSE] = "f M6 4 L10 4 L10 20 L6 20 Z M14 4 L18 4 L18 20 L14 20 Z",
    [ZOE_ICON_STOP] = "f M5 5 L19 5 L19 19 L5 19 Z",
    [ZOE_ICON_STEP_BACK] = "f M13 5 L4 12 L13 19 Z M16 5 L18.5 5 L18.5 19 L16 19 Z",
    [ZOE_ICON_STEP_ON] = "f M11 5 L20 12 L11 19 Z M5.5 5 L8 5 L8 19 L5.5 19 Z",
    [ZOE_ICON_FIRST] = "f M19 5 L8.5 12 L19 19 Z M5 5 L7.5 5 L7.5 19 L5 19 Z",
    [ZOE_ICON_LAST] = "f M5 5 L15.5 12 L5 19 Z M16.5 5 L19 5 L19 19 L16.5 19 Z",
    [ZOE_ICON_LOOP] = "s M5 12 L5 9 L7 7 L18.5 7 M15.5 3.5 L19 7 L15.5 10.5 "
                      "M19 12 L19 15 L17 17 L5.5 17 M8.5 13.5 L5 17 L8.5 20.5",
    [ZOE_ICON_PING_PONG] = "s M4 12 L20 12 M8 7 L3 12 L8 17 M16 7 L21 12 L16 17",
    [ZOE_ICON_ONCE] = "s M3 12 L16 12 M11 7 L16 12 L11 17 M20 5 L20 19",
    [ZOE_ICON_IN] = "s M14 4 L8 4 L8 20 L14 20",
    [ZOE_ICON_OUT] = "s M10 4 L16 4 L16 20 L10 20",
    [ZOE_ICON_FOLDER] = "s M3 5.5 L9 5.5 L11.5 8.5 L21 8.5 L21 19 L3 19 Z",
    [ZOE_ICON_FOLDER_UP] = "s M12 20 L12 5 M5.5 11 L12 4.5 L18.5 11",
    [ZOE_ICON_FILE] = "s M6 3 L14 3 L18.5 7.5 L18.5 21 L6 21 Z M13.5 3.5 L13.5 8 L18 8",
    [ZOE_ICON_FILM] = "s M3 5 L21 5 L21 19 L3 19 Z M7.5 5 L7.5 19 M16.5 5 L16.5 19 M3 9.7 L7.5 9.7 "
                      "M3 14.3 L7.5 14.3 M16.5 9.7 L21 9.7 M16.5 14.3 L21 14.3",
    [ZOE_ICON_RECENT] = "s C12 12 8.8 M12 7 L12 12.5 L15.5 14.5",
    [ZOE_ICON_LAYERS] = "s M12 3 L21 8 L12 13 L3 8 Z M3 12.3 L12 17.3 L21 12.3 "
                        "M3 16.5 L12 21.5 L21 16.5",
    [ZOE_ICON_GEAR] = "s C12 12 6.2 W3.4 M12 5.5 L12 3 M12 18.5 L12 21 M5.5 12 L3 12 M18.5 12 L21 "
                      "12 M7.4 7.4 L5.7 5.7 M16.6 7.4 L18.3 5.7 M7.4 16.6 L5.7 18.3 "
                      "M16.6 16.6 L18.3 18.3 f C12 12 1.9",
    [ZOE_ICON_SEARCH] = "s C10.5 10.5 6.5 M15.5 15.5 L20.5 20.5",
    [ZOE_ICON_CLOSE] = "s M6 6 L18 18 M18 6 L6 18",
    [ZOE_ICON_CHEVRON_LEFT] = "s M15 5.5 L8.5 12 L15 18.5",
    [ZOE_ICON_CHEVRON_RIGHT] = "s M9 5.5 L15.5 12 L9 18.5",
    [ZOE_ICON_CHEVRON_UP] = "s M5.5 15 L12 8.5 L18.5 15",
    [ZOE_ICON_CHEVRON_DOWN] = "s M5.5 9 L12 15.5 L18.5 9",
    [ZOE_ICON_CHECK] = "s W2.6 M4.5 12.5 L10 18 L19.5 6.5",
    [ZOE_ICON_DOT] = "f C12 12 4.5",
    [ZOE_ICON_WARNING] = "f M12 2 L23 21.5 L1 21.5 Z M10.9 9 L13.1 9 L13.1 15.5 L10.9 15.5 Z "
                         "M10.9 17 L13.1 17 L13.1 19.2 L10.9 19.2 Z",
    [ZOE_ICON_ERROR] = "f M8 2 L16 2 L22 8 L22 16 L16 22 L8 22 L2 16 L2 8 Z "
                       "M12 10.4 L15.2 7.2 L16.8 8.8 L13.6 12 L16.8 15.2 L15.2 16.8 L12 13.6 "
                       "L8.8 16.8 L7.2 15.2 L10.4 12 L7.2 8.8 L8.8 7.2 Z",
    [ZOE_ICON_INFO] = "f C12 12 10 M10.9 10.5 L13.1 10.5 L13.1 17.5 L10.9 17.5 Z "
                      "M10.9 6.5 L13.1 6.5 L13.1 8.7 L10.9 8.7 Z",
    [ZOE_ICON_FULLSCREEN] = "s M4 9 L4 4 L9 4 M15 4 L20 4 L20 9 M20 15 L20 20 L15 20 "
                            "M9 20 L4 20 L4 15",
    [ZOE_ICON_HELP] = "s C12 12 9.3 A12 9.8 2.9 180 420 M12 13 L12 14.2 f C12 17.3 1.3",
    [ZOE_ICON_COPY] =
        "s M8.5 8.5 L20 8.5 L20 20 L8.5 20 Z M15.5 8.5 L15.5 4 L4 4 L4 15.5 L8.5 15.5",
    [ZOE_ICON_CAMERA] = "s M3 7.5 L8 7.5 L9.5 4.5 L14.5 4.5 L16 7.5 L21 7.5 L21 19 L3 19 Z "
                        "C12 13 3.4",
    [ZOE_ICON_RESET] = "s A12 12.5 7.5 -150 150 M4.5 4.5 L5.5 9 L10 8.2",
    [ZOE_ICON_MENU] = "s M4 6.5 L20 6.5 M4 12 L20 12 M4 17.5 L20 17.5",
};

enum { SEGMENTS = 256, ARC_STEPS = 24, SUB = 4 };

typedef struct segment {
    double x0, y0, x1, y1;
    double half; /* of the line's width; 0: an edge of what is filled */
} segment;

typedef struct outline {
    segment segments[SEGMENTS];
    int count;
    double x, y, begin_x, begin_y; /* where the pen is, and where its path began */
    double half;
} outline;

static void line_to(outline *to, double x, double y)
{
    if (to->count < SEGMENTS)
        to->segments[to->count++] = (segment){to->x, to->y, x, y, to->half};
    to->x = x;
    to->y = y;
}

static void move_to(outline *to, double x, double y)
{
    to->x = to->begin_x = x;
    to->y = to->begin_y = y;
}

static void arc(outline *to, double x, double y, double r, double from, double until)
{
    const double degree = 3.14159265358979323846 / 180.0;
    move_to(to, x + r * cos(from * degree), y + r * sin(from * degree));
    for (int i = 1; i <= ARC_STEPS; i++) {
        double angle = (from + (until - from) * i / ARC_STEPS) * degree;
        line_to(to, x + r * cos(angle), y + r * sin(angle));
    }
}

static void parse(const char *text, outline *into)
{
    const double usual = 1.0;
    double width = usual;
    memset(into, 0, sizeof *into);
    while (*text) {
        char letter = *text++;
        double v[5] = {0};
        int wanted = letter == 'A' ? 5 : letter == 'C' ? 3 : strchr("ML", letter) ? 2 : 0;
        wanted = letter == 'W' ? 1 : wanted;
        for (int i = 0; i < wanted; i++) {
            char *end;
            v[i] = strtod(text, &end);
            text = end;
        }
        switch (letter) {
        case 'f': into->half = 0.0; break;
        case 's': into->half = width; break;
        case 'W': into->half = width = v[0] / 2.0; break;
        case 'M': move_to(into, v[0], v[1]); break;
        case 'L': line_to(into, v[0], v[1]); break;
        case 'Z': line_to(into, into->begin_x, into->begin_y); break;
        case 'A': arc(into, v[0], v[1], v[2], v[3], v[4]); break;
        case 'C': arc(into, v[0], v[1], v[2], 0.0, 360.0); break;
        default: break; /* space */
        }
    }
}

static bool on_line(const segment *s, double x, double y)
{
    double dx = s->x1 - s->x0, dy = s->y1 - s->y0;
    double length = dx * dx + dy * dy;
    double along = length > 0.0 ? ((x - s->x0) * dx + (y - s->y0) * dy) / length : 0.0;
    along = along < 0.0 ? 0.0 : along > 1.0 ? 1.0 : along;
    double away_x = s->x0 + along * dx - x, away_y = s->y0 + along * dy - y;
    return away_x * away_x + away_y * away_y <= s->half * s->half;
}

static bool crosses(const segment *s, double x, double y)
{
    return (s->y0 > y) != (s->y1 > y) &&
           x < s->x0 + (y - s->y0) * (s->x1 - s->x0) / (s->y1 - s->y0);
}

static bool covered(const outline *shape, double x, double y)
{
    bool inside = false;
    for (int i = 0; i < shape->count; i++) {
        const segment *s = &shape->segments[i];
        if (s->half > 0.0) {
            if (on_line(s, x, y))
                return true;
        } else if (crosses(s, x, y)) {
            inside = !inside;
        }
    }
    return inside;
}

static void raster(const outline *shape, int size, uint8_t *coverage)
{
    for (int i = 0; i < size * size; i++) {
        int hits = 0;
        for (int sub = 0; sub < SUB * SUB; sub++) {
            double x = i % size + (sub % SUB + 0.5) / SUB;
            double y = i / size + ((sub >> 2) + 0.5) / SUB;
            hits += covered(shape, x * 24.0 / size, y * 24.0 / size);
        }
        coverage[i] = (uint8_t)(hits * 255 / (SUB * SUB));
    }
}

void zoe_icon_raster(zoe_icon icon, int size, uint8_t *coverage)
{
    memset(coverage, 0, (size_t)size * (size_t)size);
    if (icon <= ZOE_ICON_NONE || icon >= ZOE_ICON_COUNT)
        return;
    outline shape;
    parse(outlines[icon], &shape);
    raster(&shape, size, coverage);
}

void zoe_disc_raster(int size, int thickness, uint8_t *coverage)
{
    double middle = size / 2.0, outer = size / 2.0;
    double inner = thickness ? outer - thickness : -1.0;
    for (int i = 0; i < size * size; i++) {
        double x = i % size + 0.5 - middle, y = i / size + 0.5 - middle;
        double r = sqrt(x * x + y * y);
        double cover = fmin(1.0, fmax(0.0, outer - r + 0.5));
        if (thickness)
            cover *= fmin(1.0, fmax(0.0, r - inner + 0.5));
        coverage[i] = (uint8_t)lround(cover * 255.0);
    }
}
