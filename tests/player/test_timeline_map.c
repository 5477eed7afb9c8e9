/* The timeline's arithmetic: frames to pixels and back, zoom, pages, columns, merged states. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include <zoetrope/frame.h>

#include "ui/timeline_map.h"

/* cmocka's own compares as float. */
static void assert_near(double found, double expected, double slack)
{
    if (!(found >= expected - slack && found <= expected + slack))
        fail_msg("%.12g is not %.12g", found, expected);
}

static uint64_t random_state;

static uint32_t next_random(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33);
}

static void seed_random(void)
{
    const char *given = getenv("ZOETROPE_SEED");
    random_state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    print_message("ZOETROPE_SEED=%llu\n", (unsigned long long)random_state);
}

/* What every map promises, whatever was done to it. */
static void check(const zoe_timeline_map *map)
{
    double visible = (double)map->width / map->scale;
    double slack = 1e-6 * (double)map->count;
    if (map->left < 0.0 || map->left + visible > (double)map->count + slack)
        fail_msg("visible %f..%f of %lld", map->left, map->left + visible, (long long)map->count);
    if (map->fitted && (map->left > 0.0 || map->scale * (double)map->count > map->width + 1e-6))
        fail_msg("fitted, but left %f scale %f", map->left, map->scale);
}

static void fits_at_first(void **state)
{
    (void)state;
    zoe_timeline_map map;
    zoe_timeline_map_init(&map, 100, 1000);
    check(&map);
    assert_int_equal(zoe_timeline_map_position(&map, 0.0), 0);
    assert_int_equal(zoe_timeline_map_position(&map, 9.99), 0);
    assert_int_equal(zoe_timeline_map_position(&map, 10.0), 1);
    assert_int_equal(zoe_timeline_map_position(&map, 999.0), 99);
    assert_int_equal(zoe_timeline_map_position(&map, -50.0), 0);
    assert_int_equal(zoe_timeline_map_position(&map, 5000.0), 99);
    assert_near(zoe_timeline_map_x(&map, 50.0), 500.0, 1e-9);
}

static void one_frame_fills_it(void **state)
{
    (void)state;
    zoe_timeline_map map;
    int64_t first, last;
    zoe_timeline_map_init(&map, 1, 1256);
    check(&map);
    zoe_timeline_map_zoom(&map, 600.0, 8.0);
    check(&map);
    assert_int_equal(zoe_timeline_map_column(&map, 1255, &first, &last), 1);
    assert_int_equal(first, 0);
    assert_int_equal(last, 0);
}

static void zoom_keeps_what_is_under_the_pointer(void **state)
{
    (void)state;
    zoe_timeline_map map;
    zoe_timeline_map_init(&map, 1000, 1000);
    for (int i = 0; i < 6; i++) {
        int64_t before = zoe_timeline_map_position(&map, 640.5);
        zoe_timeline_map_zoom(&map, 640.5, 1.7);
        check(&map);
        assert_int_equal(zoe_timeline_map_position(&map, 640.5), before);
    }
    for (int i = 0; i < 12; i++)
        zoe_timeline_map_zoom(&map, 640.5, 0.5);
    check(&map);
    assert_int_equal(map.fitted, 1);
}

static void resize_keeps_fitting(void **state)
{
    (void)state;
    zoe_timeline_map map;
    zoe_timeline_map_init(&map, 240, 1256);
    zoe_timeline_map_resize(&map, 2536);
    check(&map);
    assert_near(map.scale, 2536.0 / 240.0, 1e-9);
    zoe_timeline_map_zoom(&map, 0.0, 2.0);
    double scale = map.scale;
    zoe_timeline_map_resize(&map, 2000);
    check(&map);
    assert_near(map.scale, scale, 1e-9);
}

static void show_and_reveal(void **state)
{
    (void)state;
    zoe_timeline_map map;
    int64_t first, last;
    zoe_timeline_map_init(&map, 10000, 1000);
    zoe_timeline_map_show(&map, 4000, 4099);
    check(&map);
    zoe_timeline_map_visible(&map, &first, &last);
    assert_int_equal(first, 4000);
    assert_int_equal(last, 4099);
    assert_int_equal(zoe_timeline_map_reveal(&map, 4050), 0);
    const int64_t places[] = {4100, 9999, 3999, 0, 5000};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        assert_int_equal(zoe_timeline_map_reveal(&map, places[i]), 1);
        check(&map);
        zoe_timeline_map_visible(&map, &first, &last);
        assert_in_range(places[i], first, last);
    }
}

static void recount_moves_with_the_frames(void **state)
{
    (void)state;
    zoe_timeline_map map;
    zoe_timeline_map_init(&map, 1000, 1000);
    zoe_timeline_map_show(&map, 400, 499);
    zoe_timeline_map_recount(&map, 1050, 50);
    check(&map);
    assert_near(map.left, 450.0, 1e-6);
    zoe_timeline_map_recount(&map, 3, 0);
    check(&map);
}

/* Every visible frame is in exactly one column when frames are narrower than a pixel, and columns
 * never leave one out. */
static void columns_hold_each_frame(void **state)
{
    (void)state;
    seed_random();
    for (int round = 0; round < 200; round++) {
        zoe_timeline_map map;
        int64_t count = 1 + next_random() % 20000;
        zoe_timeline_map_init(&map, count, 1 + (int32_t)(next_random() % 700));
        if (next_random() % 2)
            zoe_timeline_map_zoom(&map, next_random() % 700, 1.0 + next_random() % 5);
        check(&map);
        int64_t next = -1;
        for (int32_t x = 0; x < map.width; x++) {
            int64_t first, last;
            if (!zoe_timeline_map_column(&map, x, &first, &last))
                continue;
            if (first > last || first < 0 || last >= count)
                fail_msg("column %d: %lld..%lld of %lld", x, (long long)first, (long long)last,
                         (long long)count);
            if (next >= 0 &&
                (first > next || (map.scale < 1.0 && first != next && last != next - 1)))
                fail_msg("column %d begins at %lld, expected %lld", x, (long long)first,
                         (long long)next);
            next = map.scale < 1.0 ? last + 1 : first + 1;
        }
    }
}

static void steps_are_round(void **state)
{
    (void)state;
    zoe_timeline_map map;
    zoe_timeline_map_init(&map, 100, 1000);
    assert_int_equal(zoe_timeline_map_step(&map, 5.0), 1);
    assert_int_equal(zoe_timeline_map_step(&map, 11.0), 2);
    assert_int_equal(zoe_timeline_map_step(&map, 40.0), 5);
    assert_int_equal(zoe_timeline_map_step(&map, 51.0), 10);
    zoe_timeline_map_init(&map, 4000000, 1000);
    assert_int_equal(zoe_timeline_map_step(&map, 50.0), 200000);
}

static void merged_states_tell_the_worst(void **state)
{
    (void)state;
    /* In falling order of what they say. */
    const uint8_t order[] = {ZOE_FRAME_ERROR,  ZOE_FRAME_NO_ROOM, ZOE_FRAME_LOADING,
                             ZOE_FRAME_EMPTY,  ZOE_FRAME_HEADER,  ZOE_FRAME_INCOMPLETE,
                             ZOE_FRAME_LOADED, ZOE_FRAME_MISSING};
    for (size_t i = 0; i < sizeof order; i++) {
        for (size_t j = 0; j < sizeof order; j++) {
            uint8_t expected = order[i < j ? i : j];
            assert_int_equal(zoe_timeline_merge(order[i], order[j]), expected);
        }
    }
}

static void a_position_comes_to_the_middle(void **state)
{
    (void)state;
    zoe_timeline_map map;
    zoe_timeline_map_init(&map, 100, 1000);
    zoe_timeline_map_center(&map, 70.0);
    assert_true(map.fitted); /* all is visible: nothing moves */
    zoe_timeline_map_zoom(&map, 0.0, 4.0);
    zoe_timeline_map_center(&map, 70.0);
    assert_true(fabs(zoe_timeline_map_x(&map, 70.0) - 500.0) < 1e-9);
    zoe_timeline_map_center(&map, 99.0);
    assert_true(fabs(zoe_timeline_map_x(&map, 100.0) - 1000.0) < 1e-9);
    zoe_timeline_map_center(&map, -5.0);
    assert_true(fabs(map.left) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fits_at_first),
        cmocka_unit_test(one_frame_fills_it),
        cmocka_unit_test(zoom_keeps_what_is_under_the_pointer),
        cmocka_unit_test(resize_keeps_fitting),
        cmocka_unit_test(show_and_reveal),
        cmocka_unit_test(recount_moves_with_the_frames),
        cmocka_unit_test(columns_hold_each_frame),
        cmocka_unit_test(steps_are_round),
        cmocka_unit_test(merged_states_tell_the_worst),
        cmocka_unit_test(a_position_comes_to_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
