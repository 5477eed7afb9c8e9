/*
 * Two sequences together: which frames belong together and where they lie, as arithmetic; and over
 * a real engine and small files, that they come, stay and play as pairs.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/exr_write.h"
#include "model/paint.h"
#include "support/session_place.h"

static void assert_near(double found, double expected)
{
    if (!(fabs(found - expected) < 1e-9))
        fail_msg("%.12g is not %.12g", found, expected);
}

/* ---- arithmetic ---- */

static void frames_belong_together(void **state)
{
    (void)state;
    zoe_compare c;
    zoe_compare_init(&c);
    /* A is 1001.., B is 990..: by number. */
    assert_int_equal(zoe_compare_position(&c, 0, 1001, 990), 11);
    c.offset = -3;
    assert_int_equal(zoe_compare_position(&c, 0, 1001, 990), 8);
    c.by_start = true;
    assert_int_equal(zoe_compare_position(&c, 5, 1001, 990), 2);
}

static void wants_are_brought_into_the_other(void **state)
{
    (void)state;
    zoe_compare c;
    zoe_want a = {.playhead = 5, .in = 2, .out = 20, .direction = 1, .playing = 1}, b;
    zoe_compare_init(&c);
    assert_true(zoe_compare_want(&c, &a, 100, 104, 10, &b));
    assert_int_equal(b.playhead, 1);
    assert_int_equal(b.in, 0);
    assert_int_equal(b.out, 9);
    assert_int_equal(b.playing, 1);
    a.playhead = 2;
    assert_true(zoe_compare_want(&c, &a, 100, 104, 10, &b));
    assert_int_equal(b.playhead, 0);
    a.in = a.out = a.playhead = 3;
    assert_false(zoe_compare_want(&c, &a, 100, 104, 10, &b));
    /* The playhead may lie outside of the work area. */
    a.playhead = 6;
    assert_true(zoe_compare_want(&c, &a, 100, 104, 10, &b));
    assert_int_equal(b.in, 2);
    assert_int_equal(b.out, 2);
    a.idle = 1;
    assert_false(zoe_compare_want(&c, &a, 100, 104, 10, &b));
}

static zoe_frame frame_of(zoe_box display, double aspect, int32_t proxy_shift)
{
    zoe_frame frame;
    memset(&frame, 0, sizeof frame);
    frame.display_window = frame.picture = display;
    frame.pixel_aspect = aspect;
    frame.proxy_shift = proxy_shift;
    return frame;
}

static void pictures_lie_on_each_other(void **state)
{
    (void)state;
    zoe_compare c;
    double x, y;
    zoe_compare_init(&c);
    zoe_frame a = frame_of((zoe_box){0, 0, 1919, 1079}, 1.0, 0);
    zoe_frame b = frame_of((zoe_box){-10, 20, 949, 559}, 1.0, 0); /* half as large */
    zoe_compare_point(&c, &a, &b, 0.0, 0.0, &x, &y);
    assert_near(x, -10.0);
    assert_near(y, 20.0);
    zoe_compare_point(&c, &a, &b, 1920.0, 1080.0, &x, &y);
    assert_near(x, 950.0);
    assert_near(y, 560.0);
    c.is_exact = true;
    zoe_compare_point(&c, &a, &b, 960.0, 540.0, &x, &y);
    assert_near(x, 470.0);
    assert_near(y, 290.0);
    zoe_compare_point(&c, &a, &b, 961.0, 542.0, &x, &y);
    assert_near(x, 471.0);
    assert_near(y, 292.0);
    /* A proxy of the same picture lies where it did, also through the viewport. */
    c.is_exact = false;
    zoe_frame small = frame_of((zoe_box){-5, 10, 474, 279}, 1.0, 1);
    zoe_compare_point(&c, &a, &small, 1920.0, 0.0, &x, &y);
    assert_near(x, 950.0);
    zoe_viewport v = {1920.0, 0.0, -1.0, 1.0, 1920, 1080, 0, ZOE_FILTER_AUTO}, of_b;
    zoe_compare_viewport(&c, &a, &b, &v, &of_b);
    assert_near(of_b.origin_x, 950.0);
    assert_near(of_b.step_x, -0.5);
    assert_near(of_b.step_y, 0.5);
    /* Pixels twice as wide: half as many columns are as wide. */
    zoe_frame wide = frame_of((zoe_box){0, 0, 959, 1079}, 2.0, 0);
    zoe_compare_viewport(&c, &a, &wide, &v, &of_b);
    assert_near(of_b.step_x, -0.5);
    assert_near(of_b.step_y, 1.0);
}

static void the_line_goes_with_the_picture(void **state)
{
    (void)state;
    zoe_compare c;
    zoe_compare_init(&c);
    zoe_frame a = frame_of((zoe_box){0, 0, 99, 49}, 1.0, 0);
    zoe_viewport v = {-10.0, 0.0, 0.5, 0.5, 300, 100, 0, ZOE_FILTER_AUTO};
    zoe_wipe_line line = zoe_compare_line(&c, &a, &v);
    assert_near(line.x, 120.0);
    assert_near(line.y, 50.0);
    assert_true(zoe_wipe_distance(&line, 121.0, 0.0) > 0.0);
    assert_true(zoe_wipe_distance(&line, 119.0, 99.0) < 0.0);
    c.wipe_angle = 1.5707963267948966;
    line = zoe_compare_line(&c, &a, &v);
    assert_true(zoe_wipe_distance(&line, 0.0, 51.0) > 0.0);
    assert_true(zoe_wipe_distance(&line, 290.0, 49.0) < 0.0);
}

static void grids_hold_all(void **state)
{
    (void)state;
    zoe_compare c;
    int columns, rows;
    zoe_compare_init(&c);
    zoe_compare_grid(&c, 5, &columns, &rows);
    assert_int_equal(columns * rows, 1);
    c.mode = ZOE_COMPARE_SIDE;
    zoe_compare_grid(&c, 2, &columns, &rows);
    assert_int_equal(columns * 10 + rows, 21);
    c.mode = ZOE_COMPARE_TILE;
    static const int expected[] = {11, 21, 22, 22, 32, 32, 33, 33, 33};
    for (int n = 1; n <= 9; n++) {
        zoe_compare_grid(&c, n, &columns, &rows);
        assert_int_equal(columns * 10 + rows, expected[n - 1]);
    }
}

/* ---- sequences ---- */

/* The number written into B's picture; -1 without one. */
static int shown_of_b(session_place *p)
{
    const zoe_frame *frame = &p->session.partners.list[0].screen.frame;
    float values[ZOE_PLANES_MAX];
    if (!frame->pin ||
        zoe_display_sample(frame, frame->window.min_x, frame->window.min_y, values) < 1)
        return -1;
    return (int)values[0];
}

/* a.1..8 and b.3..12; a is current, at its first frame. */
static void open_both(session_place *p)
{
    for (int i = 1; i <= 8; i++)
        session_place_write(p, "a", i, SESSION_PLACE_RGB);
    for (int i = 3; i <= 12; i++)
        session_place_write(p, "b", i, SESSION_PLACE_RGB);
    session_place_open(p, "b", 3, 0);
    session_place_open(p, "a", 1, 0);
    session_place_settle(p);
}

static void arrive_at(session_place *p, int64_t position)
{
    zoe_session_seek(&p->session, position, session_place_second);
    session_place_arrive(p);
}

static void pairs_are_shown_together(void **state)
{
    session_place *p = *state;
    zoe_session *session = &p->session;
    open_both(p);
    assert_true(zoe_session_compare(session, ZOE_COMPARE_WIPE));
    assert_int_equal(session->partners.count, 1);
    arrive_at(p, 4);
    assert_int_equal(session_place_shown(p), 5);
    assert_int_equal(shown_of_b(p), 5);
    /* B begins later: A alone, and it is said. */
    arrive_at(p, 1);
    assert_int_equal(session_place_shown(p), 2);
    assert_int_equal(shown_of_b(p), -1);
    assert_int_equal(session->partners.list[0].status, ZOE_MISSING);
    session->partners.compare.offset = 2;
    zoe_session_realign(session);
    session_place_arrive(p);
    assert_int_equal(shown_of_b(p), 4);
    session->partners.compare.by_start = true;
    zoe_session_realign(session);
    session_place_arrive(p);
    assert_int_equal(shown_of_b(p), 6);
    /* The end of it. */
    assert_true(zoe_session_compare(session, ZOE_COMPARE_OFF));
    assert_int_equal(session->partners.count, 0);
    session_place_update(p, session_place_second);
    assert_int_equal(session_place_shown(p), 2);
}

/* While the playhead's pair is on its way, one that was passed is shown; never one half of it. */
static void passed_pairs_are_shown_meanwhile(void **state)
{
    session_place *p = *state;
    zoe_session *session = &p->session;
    open_both(p);
    assert_true(zoe_session_compare(session, ZOE_COMPARE_WIPE));
    arrive_at(p, 2);
    for (int round = 0; round < 20; round++) {
        zoe_memory_report report;
        assert_int_equal(zoe_engine_clear(session->engine, &report), ZOE_OK);
        for (int i = 0; i < 8; i++) {
            zoe_session_seek(session, i, session_place_second);
            session_place_update(p, session_place_second);
            int a = session_place_shown(p), b = shown_of_b(p);
            if (a >= 3 ? b != a : b != -1)
                fail_msg("%d with %d", a, b);
            nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
        }
        session_place_arrive(p);
        assert_int_equal(session_place_shown(p), 8);
        assert_int_equal(shown_of_b(p), 8);
    }
}

/* Every picture that playback shows is a pair. */
static void playback_keeps_pairs_together(void **state)
{
    session_place *p = *state;
    zoe_session *session = &p->session;
    open_both(p);
    assert_true(zoe_session_compare(session, ZOE_COMPARE_DIFFERENCE));
    arrive_at(p, 2);
    uint64_t now = 2 * session_place_second;
    int pictures = 0;
    zoe_session_play(session, 1, now);
    for (int i = 0; i < 400000 && pictures < 30; i++, now += session_place_second / 100) {
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
        zoe_session_touch(session);
        zoe_session_step step = session_place_update(p, now);
        if (!step.picture)
            continue;
        pictures++;
        int a = session_place_shown(p), b = shown_of_b(p);
        if (a >= 3 ? b != a : b != -1)
            fail_msg("%d with %d", a, b);
    }
    assert_int_equal(pictures, 30);
}

static void partners_change_places(void **state)
{
    session_place *p = *state;
    zoe_session *session = &p->session;
    open_both(p);
    assert_true(zoe_session_compare(session, ZOE_COMPARE_FLIP));
    arrive_at(p, 6);
    assert_true(zoe_session_switch(session, 1));
    session_place_arrive(p);
    assert_int_equal(session_place_shown(p), 7); /* b's, at the same number */
    assert_int_equal(shown_of_b(p), 7);
    assert_int_equal(session->partners.list[0].shot, 1);
    assert_int_equal(session->current, 0);
    assert_false(zoe_session_compare_with(session, 0));
    /* Opening another one in their place ends it. */
    session_place_open(p, "a", 1, 1);
    assert_int_equal(session->partners.count, 0);
    assert_int_equal(session->partners.compare.mode, ZOE_COMPARE_OFF);
    assert_false(zoe_session_compare(session, ZOE_COMPARE_WIPE));
}

static void what_is_wrong_with_the_other_is_said(void **state)
{
    session_place *p = *state;
    zoe_session *session = &p->session;
    char path[SESSION_PLACE_PATH];
    open_both(p);
    session_place_path(p, "b", 6, path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("broken", file);
    fclose(file);
    session_place_path(p, "b", 7, path);
    unlink(path);
    assert_true(zoe_session_compare(session, ZOE_COMPARE_BLEND));
    arrive_at(p, 5);
    assert_int_equal(session_place_shown(p), 6);
    assert_int_equal(shown_of_b(p), -1);
    assert_true(session->partners.list[0].why.text[0]);
    arrive_at(p, 6);
    assert_int_equal(session_place_shown(p), 7);
    assert_int_equal(shown_of_b(p), -1);
    assert_int_not_equal(session->partners.list[0].status, ZOE_OK);
    arrive_at(p, 7);
    assert_int_equal(shown_of_b(p), 8);
}

/* ---- memory for one pair ---- */

enum { LARGE_WIDTH = 2048, LARGE_HEIGHT = 1800 /* 7 MiB of a limit of 16 */ };

/* As the window does: what is on screen was drawn. Nothing is pressed meanwhile. */
static void draw_until_both(session_place *p, int a, int b)
{
    for (int i = 0; i < 24000; i++) {
        zoe_session_step step;
        zoe_session_update(&p->session, session_place_second, &step);
        if (session_place_shown(p) == a && shown_of_b(p) == b)
            return;
        zoe_session_copied(&p->session);
        if (zoe_session_waits(&p->session)) /* what the engine's notice does */
            zoe_session_touch(&p->session);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    fail_msg("%d with %d, not %d with %d; status %d and %d", session_place_shown(p), shown_of_b(p),
             a, b, (int)p->session.status, (int)p->session.partners.list[0].status);
}

/* Pairs take turns in memory that has room for one of them: neither side's picture from before is
 * in the other's way, also where the other has none. */
static void pairs_take_turns_where_one_fits(void **state)
{
    session_place *p = *state;
    static const int way[] = {3, 4, 1, 2, 1, 4, 2, 3, 1};
    session_place_write_large(p, "a", 1, 4, LARGE_WIDTH, LARGE_HEIGHT);
    session_place_write_large(p, "b", 2, 4, LARGE_WIDTH, LARGE_HEIGHT);
    session_place_open(p, "b", 2, 0);
    session_place_open(p, "a", 1, 0);
    assert_true(zoe_session_compare(&p->session, ZOE_COMPARE_WIPE));
    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        zoe_session_seek(&p->session, way[i] - 1, session_place_second);
        draw_until_both(p, way[i], way[i] > 1 ? way[i] : -1);
    }
}

/* ---- pictures ---- */

/* What the wipe shows on either side is what each shows alone; a grid's cells likewise. */
static void a_wipe_shows_both(void **state)
{
    session_place *p = *state;
    zoe_session *session = &p->session;
    open_both(p);
    zoe_compare *c = &session->partners.compare;
    assert_true(zoe_session_compare(session, ZOE_COMPARE_WIPE));
    arrive_at(p, 4);
    session->partners.compare.offset = 3; /* another picture */
    zoe_session_realign(session);
    session_place_arrive(p);
    zoe_display_lut *lut = malloc(sizeof *lut);
    assert_non_null(lut);
    zoe_display_lut_make(lut, &session->grade, NULL);
    zoe_viewport v = {0, 0, 1, 1, SESSION_PLACE_WIDTH, SESSION_PLACE_HEIGHT, 1, ZOE_FILTER_AUTO};
    const zoe_frame *a = &session->screen.frame, *b = &session->partners.list[0].screen.frame;
    zoe_paint paint = {.frame = a, .lut = lut, .viewport = &v, .compare = c, .other_count = 1};
    paint.others[0] = b;
    enum { W = 2 * SESSION_PLACE_WIDTH + ZOE_PAINT_GAP, H = SESSION_PLACE_HEIGHT };
    static uint32_t alone[2][W * H], both[W * H];
    void *scratch = aligned_alloc(64, (zoe_paint_scratch_bytes(&paint) + 63) / 64 * 64);
    uint32_t found = 0;
    assert_non_null(scratch);
    for (int i = 0; i < 2; i++) {
        const zoe_paint one = {.frame = i ? b : a, .lut = lut, .viewport = &v};
        assert_int_equal(zoe_paint_rows(&one, 0, H, alone[i], W * 4, scratch, &found), ZOE_OK);
    }
    assert_int_equal(zoe_paint_rows(&paint, 0, H, both, W * 4, scratch, &found), ZOE_OK);
    for (int i = 0; i < SESSION_PLACE_WIDTH * H; i++) {
        int x = i % SESSION_PLACE_WIDTH, at = i / SESSION_PLACE_WIDTH * W + x;
        bool is_b = x + 0.5 > SESSION_PLACE_WIDTH / 2.0;
        assert_int_equal(both[at], alone[is_b][at]);
    }
    c->mode = ZOE_COMPARE_SIDE;
    assert_int_equal(zoe_paint_width(&paint), W);
    assert_int_equal(zoe_paint_height(&paint), H);
    for (int row = 0; row < H; row += 5)
        assert_int_equal(zoe_paint_rows(&paint, row, H - row < 5 ? H - row : 5, both + row * W,
                                        W * 4, scratch, &found),
                         ZOE_OK);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < SESSION_PLACE_WIDTH; x++) {
            int right = x + SESSION_PLACE_WIDTH + ZOE_PAINT_GAP;
            assert_int_equal(both[y * W + x], alone[0][y * W + x]);
            assert_int_equal(both[y * W + right], alone[1][y * W + x]);
        }
    c->mode = ZOE_COMPARE_FLIP;
    c->is_second = true;
    assert_int_equal(zoe_paint_rows(&paint, 0, H, both, W * 4, scratch, &found), ZOE_OK);
    assert_memory_equal(both, alone[1], SESSION_PLACE_WIDTH * 4);
    free(scratch);
    free(lut);
}

enum { SIDE = 20 /* pixels of a square picture, more rows than are marked at a time */ };

static void make_square(zoe_frame *frame, float *samples)
{
    memset(frame, 0, sizeof *frame);
    frame->pin = samples;
    frame->picture = frame->window = (zoe_box){0, 0, SIDE - 1, SIDE - 1};
    frame->display_window = frame->data_window = frame->picture;
    frame->pixel_aspect = 1;
    frame->is_color = 1;
    frame->alpha_plane = -1;
    frame->plane_count = 3;
    for (int i = 0; i < SIDE * SIDE * 3; i++)
        samples[i] = 0.25f;
    for (int i = 0; i < 3; i++)
        frame->planes[i] =
            (zoe_plane){samples + i * SIDE * SIDE, SIDE * sizeof(float), ZOE_SAMPLE_FLOAT};
}

/* A mixture is marked where either side is, whatever is left of it there; of two marks the more
 * serious. */
static void a_mixture_has_the_marks_of_both(void **state)
{
    (void)state;
    static const zoe_compare_mode modes[] = {ZOE_COMPARE_DIFFERENCE, ZOE_COMPARE_BLEND,
                                             ZOE_COMPARE_ANAGLYPH};
    static float samples[2][SIDE * SIDE * 3];
    static uint32_t plain[SIDE * SIDE], marked[SIDE * SIDE];
    zoe_frame frames[2];
    for (int i = 0; i < 2; i++)
        make_square(&frames[i], samples[i]);
    samples[0][0] = NAN, samples[1][0] = 2; /* both: the first wins */
    samples[1][SIDE * 18 + 3] = INFINITY;
    samples[0][SIDE * 9 + 1] = 4, samples[1][SIDE * 9 + 1] = 4;
    zoe_grade grade;
    zoe_grade_init(&grade);
    zoe_display_lut *lut = malloc(sizeof *lut);
    assert_non_null(lut);
    zoe_display_lut_make(lut, &grade, NULL);
    zoe_viewport v = {0, 0, 1, 1, SIDE, SIDE, 1, ZOE_FILTER_AUTO};
    zoe_look look = {.marks = true};
    zoe_compare c;
    zoe_compare_init(&c);
    zoe_paint paint = {
        .frame = &frames[0], .lut = lut, .viewport = &v, .compare = &c, .other_count = 1};
    paint.others[0] = &frames[1];
    for (int i = 0; i < 3; i++) {
        uint32_t found = 0;
        c.mode = modes[i];
        paint.look = &look;
        void *scratch = aligned_alloc(64, (zoe_paint_scratch_bytes(&paint) + 63) / 64 * 64);
        assert_non_null(scratch);
        assert_int_equal(zoe_paint_rows(&paint, 0, SIDE, marked, SIDE * 4, scratch, &found),
                         ZOE_OK);
        paint.look = NULL;
        assert_int_equal(zoe_paint_rows(&paint, 0, SIDE, plain, SIDE * 4, scratch, NULL), ZOE_OK);
        free(scratch);
        assert_int_equal(found, ZOE_MARK_NAN | ZOE_MARK_INFINITE | ZOE_MARK_OVER);
        assert_int_equal(marked[0], zoe_inspect_mark_color(ZOE_MARK_NAN));
        assert_int_equal(marked[SIDE * 18 + 3], zoe_inspect_mark_color(ZOE_MARK_INFINITE));
        assert_int_equal(marked[SIDE * 9 + 1], zoe_inspect_mark_color(ZOE_MARK_OVER));
        marked[0] = plain[0];
        marked[SIDE * 18 + 3] = plain[SIDE * 18 + 3];
        marked[SIDE * 9 + 1] = plain[SIDE * 9 + 1];
        assert_memory_equal(marked, plain, sizeof plain);
    }
    free(lut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_belong_together),
        cmocka_unit_test(wants_are_brought_into_the_other),
        cmocka_unit_test(pictures_lie_on_each_other),
        cmocka_unit_test(the_line_goes_with_the_picture),
        cmocka_unit_test(grids_hold_all),
        cmocka_unit_test(a_mixture_has_the_marks_of_both),
        cmocka_unit_test_setup_teardown(pairs_are_shown_together, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(passed_pairs_are_shown_meanwhile, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(playback_keeps_pairs_together, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(partners_change_places, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_with_the_other_is_said, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(pairs_take_turns_where_one_fits, session_place_set_up_small,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(a_wipe_shows_both, session_place_set_up,
                                        session_place_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
