#include "model/compare.h"

#include <math.h>

void zoe_compare_init(zoe_compare *compare)
{
    *compare = (zoe_compare){
        .mode = ZOE_COMPARE_OFF, .wipe_x = 0.5, .wipe_y = 0.5, .gain = 1.0, .mix = 0.5};
}

static bool same(double a, double b)
{
    return fabs(a - b) <= 0.0;
}

bool zoe_compare_is_same(const zoe_compare *a, const zoe_compare *b)
{
    return a->mode == b->mode && a->is_second == b->is_second && a->by_start == b->by_start &&
           a->is_exact == b->is_exact && a->offset == b->offset && same(a->wipe_x, b->wipe_x) &&
           same(a->wipe_y, b->wipe_y) && same(a->wipe_angle, b->wipe_angle) &&
           same(a->gain, b->gain) && same(a->mix, b->mix);
}

const char *zoe_compare_name(zoe_compare_mode mode)
{
    static const char *const names[ZOE_COMPARE_MODES] = {
        "Off", "Flip A and B", "Wipe", "Difference", "Blend", "Anaglyph", "Side by side", "Tile"};
    return names[mode];
}

/* ---- frames ---- */

int64_t zoe_compare_position(const zoe_compare *compare, int64_t position, int64_t first_a,
                             int64_t first_b)
{
    int64_t shift = compare->by_start ? 0 : first_a - first_b;
    return position + shift + compare->offset;
}

static int64_t within(int64_t position, int64_t count)
{
    return position < 0 ? 0 : position >= count ? count - 1 : position;
}

bool zoe_compare_want(const zoe_compare *compare, const zoe_want *of_a, int64_t first_a,
                      int64_t first_b, int64_t count, zoe_want *of_b)
{
    *of_b = *of_a;
    if (of_a->idle)
        return false;
    int64_t shift = zoe_compare_position(compare, 0, first_a, first_b);
    int64_t playhead = of_a->playhead + shift, in = of_a->in + shift, out = of_a->out + shift;
    bool has_area = in < count && out >= 0, has_playhead = playhead >= 0 && playhead < count;
    if (!has_area && !has_playhead)
        return false;
    of_b->in = within(in, count);
    of_b->out = within(out, count);
    if (!has_area)
        of_b->in = of_b->out = playhead;
    /* While A is where B has nothing, what B is needed for first comes after. */
    of_b->playhead = within(playhead, count);
    return true;
}

/* ---- places ---- */

static double width_of(const zoe_box *box)
{
    return (double)box->max_x - (double)box->min_x + 1.0;
}

static double height_of(const zoe_box *box)
{
    return (double)box->max_y - (double)box->min_y + 1.0;
}

static double aspect_of(const zoe_frame *frame)
{
    return frame->pixel_aspect > 0.0 && isfinite(frame->pixel_aspect) ? frame->pixel_aspect : 1.0;
}

static double proxy_of(const zoe_frame *frame)
{
    return (double)((int64_t)1 << frame->proxy_shift);
}

/* B's pixels for each of A's, both as they are in memory. */
static void factors(const zoe_compare *compare, const zoe_frame *a, const zoe_frame *b, double *x,
                    double *y)
{
    double wide = aspect_of(a) / aspect_of(b);
    if (compare->is_exact) {
        double proxy = proxy_of(a) / proxy_of(b);
        *x = wide * proxy;
        *y = proxy;
    } else {
        *x = width_of(&b->display_window) / width_of(&a->display_window);
        *y = *x / wide;
    }
}

/* Middle on middle: what lies at `at` along one direction of A. */
static double placed(double at, int32_t low_a, int32_t high_a, int32_t low_b, int32_t high_b,
                     double factor)
{
    double middle_a = ((double)low_a + (double)high_a + 1.0) / 2.0;
    double middle_b = ((double)low_b + (double)high_b + 1.0) / 2.0;
    return middle_b + (at - middle_a) * factor;
}

static void place(const zoe_compare *compare, const zoe_frame *a, const zoe_frame *b, double x,
                  double y, double *b_x, double *b_y)
{
    const zoe_box *of_a = &a->display_window, *of_b = &b->display_window;
    double across, down;
    factors(compare, a, b, &across, &down);
    *b_x = placed(x, of_a->min_x, of_a->max_x, of_b->min_x, of_b->max_x, across);
    *b_y = placed(y, of_a->min_y, of_a->max_y, of_b->min_y, of_b->max_y, down);
}

void zoe_compare_viewport(const zoe_compare *compare, const zoe_frame *a, const zoe_frame *b,
                          const zoe_viewport *of_a, zoe_viewport *of_b)
{
    double across, down;
    *of_b = *of_a;
    factors(compare, a, b, &across, &down);
    place(compare, a, b, of_a->origin_x, of_a->origin_y, &of_b->origin_x, &of_b->origin_y);
    of_b->step_x = of_a->step_x * across;
    of_b->step_y = of_a->step_y * down;
}

void zoe_compare_point(const zoe_compare *compare, const zoe_frame *a, const zoe_frame *b, double x,
                       double y, double *b_x, double *b_y)
{
    place(compare, a, b, x / proxy_of(a), y / proxy_of(a), b_x, b_y);
    *b_x *= proxy_of(b);
    *b_y *= proxy_of(b);
}

zoe_wipe_line zoe_compare_line(const zoe_compare *compare, const zoe_frame *a,
                               const zoe_viewport *of_a)
{
    const zoe_box *box = &a->display_window;
    double x = (double)box->min_x + compare->wipe_x * width_of(box);
    double y = (double)box->min_y + compare->wipe_y * height_of(box);
    return (zoe_wipe_line){(x - of_a->origin_x) / of_a->step_x, (y - of_a->origin_y) / of_a->step_y,
                           cos(compare->wipe_angle), sin(compare->wipe_angle)};
}

void zoe_compare_grid(const zoe_compare *compare, int pictures, int *columns, int *rows)
{
    *columns = *rows = 1;
    if (compare->mode == ZOE_COMPARE_SIDE && pictures > 1)
        *columns = 2;
    if (compare->mode != ZOE_COMPARE_TILE)
        return;
    while (*columns * *columns < pictures)
        (*columns)++;
    *rows = (pictures + *columns - 1) / *columns;
}
