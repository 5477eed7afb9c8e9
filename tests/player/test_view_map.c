/* The picture's place in the window: fit, zoom at a point, pan, oblong pixels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/guides.h"
#include "ui/view_map.h"

/* cmocka's own compares as float. */
static void assert_near(double found, double expected, double slack)
{
    if (!(found >= expected - slack && found <= expected + slack))
        fail_msg("%.12g is not %.12g", found, expected);
}

static zoe_view_map make(int32_t width, int32_t height, zoe_box box, double aspect)
{
    zoe_view_map map;
    zoe_view_map_init(&map);
    zoe_view_map_resize(&map, width, height);
    zoe_view_map_picture(&map, box, aspect);
    return map;
}

static void fit_is_centred(void **state)
{
    (void)state;
    zoe_view_map map = make(1280, 620, (zoe_box){0, 0, 1919, 1079}, 1.0);
    assert_near(map.zoom, 620.0 / 1080.0, 1e-9);
    double x, y;
    zoe_view_map_point(&map, 640.0, 310.0, &x, &y);
    assert_near(x, 960.0, 1.0);
    assert_near(y, 540.0, 1e-6);
    /* The margin is whole pixels. */
    double margin = -map.left * map.zoom;
    assert_near(margin, (double)(int)(margin + 0.5), 1e-6);
}

static void fit_follows_window_and_picture(void **state)
{
    (void)state;
    zoe_view_map map = make(1000, 500, (zoe_box){-10, -10, 989, 489}, 1.0);
    assert_near(map.zoom, 1.0, 1e-9);
    assert_near(map.left, -10.0, 1e-9);
    zoe_view_map_resize(&map, 500, 500);
    assert_near(map.zoom, 0.5, 1e-9);
    zoe_view_map_picture(&map, (zoe_box){0, 0, 249, 249}, 1.0);
    assert_near(map.zoom, 2.0, 1e-9);
    zoe_view_map_picture(&map, (zoe_box){5, 5, 4, 4}, 1.0);
    assert_near(map.zoom, 2.0, 1e-9);
}

/* Zoomed while nothing was there yet, as to 1:1 while a large frame loads. */
static void a_first_picture_comes_into_the_middle(void **state)
{
    (void)state;
    zoe_view_map map;
    double x, y;
    zoe_view_map_init(&map);
    zoe_view_map_resize(&map, 1280, 584);
    assert_near(map.zoom, 1.0, 1e-9);
    zoe_view_map_zoom_to(&map, 100.0, 100.0, 2.0);
    zoe_view_map_picture(&map, (zoe_box){0, 0, 19999, 9999}, 2.0);
    assert_near(map.zoom, 2.0, 1e-9);
    zoe_view_map_point(&map, 640.0, 292.0, &x, &y);
    assert_near(x, 10000.0, 1e-6);
    assert_near(y, 5000.0, 1e-6);
    /* The next one has its place as it lies. */
    zoe_view_map_pan(&map, -50.0, 0.0);
    zoe_view_map_picture(&map, (zoe_box){0, 0, 19998, 9998}, 2.0);
    zoe_view_map_point(&map, 640.0, 292.0, &x, &y);
    assert_near(x, 10012.5, 1e-6);
}

static void a_thin_picture_covers_the_middle_of_a_pixel(void **state)
{
    (void)state;
    for (int32_t width = 1280; width <= 1281; width++) {
        zoe_view_map map = make(width, 584, (zoe_box){0, 0, 0, 1999}, 1.0);
        double x, y;
        zoe_view_map_point(&map, 640.5, 292.0, &x, &y);
        assert_near(x, 0.5, 1e-6);
    }
}

static void oblong_pixels_widen(void **state)
{
    (void)state;
    zoe_view_map map = make(1000, 1000, (zoe_box){0, 0, 499, 999}, 2.0);
    assert_near(map.zoom, 1.0, 1e-9);
    double x, y;
    zoe_view_map_point(&map, 1000.0, 1000.0, &x, &y);
    assert_near(x, 500.0, 1e-9);
    assert_near(y, 1000.0, 1e-9);
}

static void zoom_keeps_the_point(void **state)
{
    (void)state;
    zoe_view_map map = make(1280, 620, (zoe_box){0, 0, 4095, 2159}, 1.5);
    double x, y, after_x, after_y;
    const double zooms[] = {0.5, 1.0, 3.0, 100.0, 0.3};
    for (size_t i = 0; i < sizeof zooms / sizeof zooms[0]; i++) {
        zoe_view_map_point(&map, 700.0, 300.0, &x, &y);
        zoe_view_map_zoom_to(&map, 700.0, 300.0, zooms[i]);
        zoe_view_map_point(&map, 700.0, 300.0, &after_x, &after_y);
        assert_near(after_x, x, 1e-6);
        assert_near(after_y, y, 1e-6);
        assert_near(map.zoom, zooms[i], 1e-12);
    }
    zoe_view_map_zoom_to(&map, 0.0, 0.0, 1e9);
    assert_near(map.zoom, 256.0, 1e-9);
    zoe_view_map_fit(&map);
    assert_int_equal(map.fitted, 1);
}

static void picture_cannot_be_lost(void **state)
{
    (void)state;
    zoe_view_map map = make(1280, 620, (zoe_box){0, 0, 1919, 1079}, 1.0);
    const double far[4][2] = {{1e7, 0.0}, {-1e7, 0.0}, {0.0, 1e7}, {0.0, -1e7}};
    for (int i = 0; i < 4; i++) {
        zoe_view_map_pan(&map, far[i][0], far[i][1]);
        double x0, y0, x1, y1;
        zoe_view_map_point(&map, 0.0, 0.0, &x0, &y0);
        zoe_view_map_point(&map, 1280.0, 620.0, &x1, &y1);
        if (x1 <= 0.0 || y1 <= 0.0 || x0 >= 1920.0 || y0 >= 1080.0)
            fail_msg("window shows %f, %f .. %f, %f", x0, y0, x1, y1);
    }
}

static void middle_stays_when_the_window_changes(void **state)
{
    (void)state;
    zoe_view_map map = make(1280, 620, (zoe_box){0, 0, 1919, 1079}, 1.0);
    zoe_view_map_zoom_to(&map, 640.0, 310.0, 1.0);
    double x, y, after_x, after_y;
    zoe_view_map_point(&map, 640.0, 310.0, &x, &y);
    zoe_view_map_resize(&map, 800, 700);
    zoe_view_map_point(&map, 400.0, 350.0, &after_x, &after_y);
    assert_near(after_x, x, 1e-9);
    assert_near(after_y, y, 1e-9);
    assert_near(map.zoom, 1.0, 1e-12);
}

static void assert_box(zoe_box box, zoe_box wanted)
{
    if (memcmp(&box, &wanted, sizeof box) != 0)
        fail_msg("(%d %d) - (%d %d), wanted (%d %d) - (%d %d)", box.min_x, box.min_y, box.max_x,
                 box.max_y, wanted.min_x, wanted.min_y, wanted.max_x, wanted.max_y);
}

static void boxes_are_seen_where_they_are(void **state)
{
    (void)state;
    zoe_view_map map = make(1000, 1000, (zoe_box){0, 0, 499, 499}, 1.0);
    assert_near(map.zoom, 2.0, 1e-12);
    assert_box(zoe_view_map_box(&map, map.box), (zoe_box){0, 0, 999, 999});
    assert_box(zoe_view_map_box(&map, (zoe_box){-5, 10, 5, 10}), (zoe_box){-10, 20, 11, 21});
    zoe_view_map_zoom_to(&map, 0.0, 0.0, 64.0);
    const int32_t far = 1000000;
    assert_box(zoe_view_map_box(&map, (zoe_box){100000000, -100000000, 100000099, 100000000}),
               (zoe_box){far, -far, far - 1, far - 1});
    assert_box(zoe_view_map_box(&map, (zoe_box){INT32_MIN, INT32_MIN, INT32_MAX, INT32_MIN}),
               (zoe_box){-far, -far, far - 1, -far - 1});
}

/* What a point shows in a mirror, and that it stays under the pointer, in the middle and at
 * zooming. */
static void a_mirror_keeps_points_and_boxes(void **state)
{
    (void)state;
    zoe_view_map map = make(800, 600, (zoe_box){100, 50, 499, 249}, 1.0);
    double x, y, mx, my;
    zoe_view_map_zoom_to(&map, 200.0, 150.0, 4.0);
    zoe_view_map_point(&map, 400.0, 300.0, &x, &y);
    zoe_view_map_mirror(&map, true, true);
    zoe_view_map_point(&map, 400.0, 300.0, &mx, &my);
    assert_near(mx, x, 1e-9);
    assert_near(my, y, 1e-9);
    /* To the right is less now, and up is more. */
    zoe_view_map_point(&map, 410.0, 300.0, &mx, &my);
    assert_near(mx, x - 10.0 / 4.0, 1e-9);
    zoe_view_map_point(&map, 400.0, 290.0, &mx, &my);
    assert_near(my, y + 10.0 / 4.0, 1e-9);
    /* Zooming keeps the point; panning moves the picture with the pointer. */
    zoe_view_map_point(&map, 120.0, 80.0, &x, &y);
    zoe_view_map_zoom_to(&map, 120.0, 80.0, 6.0);
    zoe_view_map_point(&map, 120.0, 80.0, &mx, &my);
    assert_near(mx, x, 1e-9);
    assert_near(my, y, 1e-9);
    zoe_view_map_pan(&map, 30.0, -20.0);
    zoe_view_map_point(&map, 150.0, 60.0, &mx, &my);
    assert_near(mx, x, 1e-9);
    assert_near(my, y, 1e-9);
    /* A pixel's box lies where the pixel is seen. */
    zoe_view_map_point(&map, 400.0, 300.0, &x, &y);
    int32_t px = (int32_t)x, py = (int32_t)y;
    zoe_box seen = zoe_view_map_box(&map, (zoe_box){px, py, px, py});
    assert_true(seen.min_x <= 400 && seen.max_x >= 400 && seen.min_y <= 300 && seen.max_y >= 300);
    assert_int_equal(seen.max_x - seen.min_x + 1, 6);
    zoe_view_map_fit(&map);
    zoe_view_map_point(&map, 0.0, 300.0, &x, &y);
    assert_near(x, 500.0, 1e-6);
}

/* Where one was comes back in a window of any size, mirrored or not. */
static void a_place_comes_back(void **state)
{
    (void)state;
    for (int mirror = 0; mirror < 4; mirror++) {
        zoe_view_map map;
        double x, y;
        zoe_view_map_init(&map);
        zoe_view_map_resize(&map, 1280, 600);
        zoe_view_map_picture(&map, (zoe_box){-20, 10, 1899, 1089}, 2.0);
        zoe_view_map_mirror(&map, mirror & 1, mirror & 2);
        zoe_view_map_place(&map, 2.5, 300.25, 700.5);
        assert_false(map.fitted);
        assert_near(map.zoom, 2.5, 1e-9);
        zoe_view_map_point(&map, 640.0, 300.0, &x, &y);
        assert_near(x, 300.25, 1e-6);
        assert_near(y, 700.5, 1e-6);
        zoe_view_map_resize(&map, 801, 333);
        zoe_view_map_point(&map, 400.5, 166.5, &x, &y);
        assert_near(x, 300.25, 1e-6);
        assert_near(y, 700.5, 1e-6);
    }
}

static void guides_lie_in_the_middle(void **state)
{
    (void)state;
    double c[4];
    zoe_guides_box(1920.0, 1080.0, 1.0, 0.0, 0.9, c);
    assert_near(c[0], 96.0, 1e-9);
    assert_near(c[1], 54.0, 1e-9);
    assert_near(c[2], 1824.0, 1e-9);
    assert_near(c[3], 1026.0, 1e-9);
    zoe_guides_box(1920.0, 1080.0, 1.0, 2.4, 1.0, c);
    assert_near(c[0], 0.0, 1e-9);
    assert_near(c[3] - c[1], 800.0, 1e-9);
    zoe_guides_box(1920.0, 1080.0, 1.0, 1.0, 0.5, c);
    assert_near(c[2] - c[0], 540.0, 1e-9);
    assert_near(c[1], 270.0, 1e-9);
    /* Pixels twice as wide as high: 2:1 is as many columns as rows. */
    zoe_guides_box(1000.0, 500.0, 2.0, 2.0, 1.0, c);
    assert_near(c[2] - c[0], 500.0, 1e-9);
    assert_near(zoe_guides_aspect(7), 0.5625, 1e-9);
    assert_near(zoe_guides_aspect(8), 0.0, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fit_is_centred),
        cmocka_unit_test(fit_follows_window_and_picture),
        cmocka_unit_test(a_first_picture_comes_into_the_middle),
        cmocka_unit_test(a_thin_picture_covers_the_middle_of_a_pixel),
        cmocka_unit_test(oblong_pixels_widen),
        cmocka_unit_test(zoom_keeps_the_point),
        cmocka_unit_test(picture_cannot_be_lost),
        cmocka_unit_test(middle_stays_when_the_window_changes),
        cmocka_unit_test(boxes_are_seen_where_they_are),
        cmocka_unit_test(a_mirror_keeps_points_and_boxes),
        cmocka_unit_test(a_place_comes_back),
        cmocka_unit_test(guides_lie_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
