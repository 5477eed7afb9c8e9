/* The session over a real engine and small files: opening, bad frames while playing, switching,
 * folders that change. */
#include <dirent.h>
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

#include "exr_write.h"
#include "session.h"

enum { WIDTH = 32, HEIGHT = 16, PATH = 256 };

static const uint64_t second = 1000000000u;

typedef struct place {
    char folder[64];
    zoe_session session;
} place;

/* ---- files ---- */

static int write_row(void *user, int32_t x, int32_t y, int32_t count,
                     void *const planes[ZOE_PLANES_MAX])
{
    const uint16_t *value = user;
    (void)x;
    (void)y;
    for (int32_t i = 0; i < count; i++)
        ((uint16_t *)planes[0])[i] = *value;
    return 0;
}

static void frame_path(const place *p, const char *name, int number, char path[PATH])
{
    snprintf(path, PATH, "%s/%s.%04d.exr", p->folder, name, number);
}

/* A frame whose every sample is its number. */
static void write_frame(const place *p, const char *name, int number)
{
    char path[PATH];
    zoe_error error = {ZOE_OK, ""};
    uint16_t value = zoe_float_to_half((float)number);
    zoe_exr_write_spec spec = {
        .data_window = {0, 0, WIDTH - 1, HEIGHT - 1},
        .display_window = {0, 0, WIDTH - 1, HEIGHT - 1},
        .pixel_aspect = 1.0,
        .compression = ZOE_COMPRESSION_ZIP,
        .channel_count = 1,
        .names = {"Y"},
        .types = {ZOE_SAMPLE_HALF},
        .fps_numerator = 30000,
        .fps_denominator = 1001,
    };
    frame_path(p, name, number, path);
    if (zoe_exr_write(path, &spec, write_row, &value, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

static void write_garbage(const place *p, const char *name, int number)
{
    char path[PATH];
    frame_path(p, name, number, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("no picture at all", file);
    fclose(file);
}

static int set_up(void **state)
{
    place *p = calloc(1, sizeof *p);
    if (!p)
        return -1;
    strcpy(p->folder, "/tmp/zoetrope-session-XXXXXX");
    if (!mkdtemp(p->folder))
        return -1;
    zoe_session_setup setup;
    memset(&setup, 0, sizeof setup);
    zoe_engine_settings_init(&setup.engine);
    zoe_source_settings_init(&setup.source);
    setup.engine.budget.bytes = ZOE_LIMIT_MIN;
    setup.engine.workers = 1;
    *state = p;
    return zoe_session_start(&p->session, &setup, NULL) == ZOE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    place *p = *state;
    zoe_session_end(&p->session);
    DIR *folder = opendir(p->folder);
    const struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", p->folder, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    if (folder)
        closedir(folder);
    int left = rmdir(p->folder);
    free(p);
    return left;
}

/* ---- waiting ---- */

static zoe_session_step update(place *p, uint64_t now_ns)
{
    zoe_session_step step;
    zoe_session_touch(&p->session);
    zoe_session_update(&p->session, now_ns, &step);
    return step;
}

/* Updates until every frame is in its last state. Fails after a long while. */
static void settle(place *p, uint64_t now_ns)
{
    const zoe_session_item *item = zoe_session_item_now(&p->session);
    const struct timespec pause = {0, 5000000};
    for (int round = 0; round < 4000; round++) {
        update(p, now_ns);
        int left = 0;
        for (int64_t i = 0; i < item->transport.count; i++) {
            uint8_t one = ZOE_FRAME_EMPTY;
            assert_int_equal(zoe_source_states(item->source, i, 1, &one), ZOE_OK);
            left += one < ZOE_FRAME_LOADED;
        }
        if (!left) {
            update(p, now_ns);
            return;
        }
        nanosleep(&pause, NULL);
    }
    fail_msg("the frames do not load");
}

/* The number written into the picture on screen; -1 without one. */
static int shown_number(const place *p)
{
    float values[ZOE_PLANES_MAX];
    if (!p->session.shown.pin || zoe_display_sample(&p->session.shown, 3, 3, values) < 1)
        return -1;
    return (int)values[0];
}

static void open_spec(place *p, const char *name, int number, int replace)
{
    char path[PATH];
    zoe_error error = {ZOE_OK, ""};
    frame_path(p, name, number, path);
    if (zoe_session_open(&p->session, path, replace, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

/* ---- tests ---- */

static void nothing_open_is_harmless(void **state)
{
    place *p = *state;
    zoe_refresh_report report;
    int64_t shift;
    zoe_session_step step = update(p, second);
    assert_int_equal(step.picture, 0);
    zoe_session_play(&p->session, 1, second);
    zoe_session_seek(&p->session, 3, second);
    zoe_session_step_by(&p->session, 1, second);
    zoe_session_scrub_begin(&p->session, second);
    zoe_session_scrub_end(&p->session, second);
    assert_int_equal(zoe_session_refresh(&p->session, second, &report, &shift, NULL), ZOE_OK);
    assert_int_equal(zoe_session_switch(&p->session, 1, NULL), 0);
    assert_null(zoe_session_sequence(&p->session));
}

static void failing_to_open_loses_nothing(void **state)
{
    place *p = *state;
    zoe_error error = {ZOE_OK, ""};
    for (int i = 1; i <= 4; i++)
        write_frame(p, "a", i);
    open_spec(p, "a", 2, 0);
    settle(p, second);
    assert_int_equal(shown_number(p), 2);
    assert_int_not_equal(zoe_session_open(&p->session, "/nowhere/at.all.exr", 1, &error), ZOE_OK);
    assert_non_null(strstr(error.text, "/nowhere"));
    assert_int_equal(p->session.count, 1);
    update(p, second);
    assert_int_equal(shown_number(p), 2);
}

static void frames_of_an_open_sequence_open_nothing(void **state)
{
    place *p = *state;
    char path[PATH];
    for (int i = 9; i <= 11; i++)
        write_frame(p, "a", i);
    write_frame(p, "ab", 9);
    open_spec(p, "a", 9, 0);
    open_spec(p, "a", 10, 0);
    open_spec(p, "a", 11, 0);
    assert_int_equal(p->session.count, 1);
    open_spec(p, "ab", 9, 0);
    assert_int_equal(p->session.count, 2);
    open_spec(p, "a", 10, 0);
    assert_int_equal(p->session.count, 2);
    assert_int_equal(p->session.current, 0);
    /* What only looks like a frame is opened on its own merits. */
    snprintf(path, sizeof path, "%s/a.10.exr", p->folder);
    assert_int_not_equal(zoe_session_open(&p->session, path, 0, NULL), ZOE_OK);
}

static void rate_comes_from_the_file(void **state)
{
    place *p = *state;
    write_frame(p, "a", 1);
    open_spec(p, "a", 1, 0);
    const zoe_transport *transport = zoe_session_transport(&p->session);
    assert_int_equal(transport->rate_numerator, 30000);
    assert_int_equal(transport->rate_denominator, 1001);
    assert_string_equal(zoe_session_item_now(&p->session)->layer, "Y");
}

static void playback_passes_bad_frames(void **state)
{
    place *p = *state;
    const int expected[] = {1, 2, 2, 4, 4, 6};
    for (int i = 1; i <= 6; i++) {
        if (i == 3)
            write_garbage(p, "a", i);
        else if (i != 5)
            write_frame(p, "a", i);
    }
    open_spec(p, "a", 1, 0);
    settle(p, second);
    zoe_session_play(&p->session, 1, second);
    for (int i = 0; i < 12; i++) {
        /* In the middle of each frame's time, to keep clear of rounding. */
        update(p, second + (uint64_t)(2 * i + 1) * second * 1001 / 60000);
        assert_int_equal(p->session.playhead, i % 6);
        assert_int_equal(shown_number(p), expected[i % 6]);
        assert_int_equal(p->session.why.text[0] != '\0', i % 6 == 2);
    }
}

static void scrubbing_holds_playback(void **state)
{
    place *p = *state;
    for (int i = 1; i <= 6; i++)
        write_frame(p, "a", i);
    open_spec(p, "a", 1, 0);
    settle(p, second);
    zoe_session_play(&p->session, 1, second);
    zoe_session_scrub_begin(&p->session, second);
    zoe_session_seek(&p->session, 4, second);
    update(p, 3 * second);
    assert_int_equal(shown_number(p), 5);
    assert_int_equal(zoe_session_transport(&p->session)->speed, 0);
    zoe_session_scrub_end(&p->session, 4 * second);
    assert_int_equal(zoe_session_transport(&p->session)->speed, 1);
}

static void picture_stays_until_the_next_is_there(void **state)
{
    place *p = *state;
    for (int i = 1; i <= 6; i++)
        write_frame(p, "a", i);
    open_spec(p, "a", 1, 0);
    settle(p, second);
    for (int round = 0; round < 20; round++) {
        zoe_memory_report report;
        assert_int_equal(zoe_engine_clear(p->session.engine, &report), ZOE_OK);
        zoe_session_seek(&p->session, 1 + round % 5, second);
        update(p, second);
        assert_int_not_equal(shown_number(p), -1);
        settle(p, second);
        assert_int_equal(shown_number(p), 2 + round % 5);
    }
}

static void switching_shows_the_other_one(void **state)
{
    place *p = *state;
    write_frame(p, "a", 1);
    write_frame(p, "b", 7);
    write_garbage(p, "c", 9);
    open_spec(p, "a", 1, 0);
    settle(p, second);
    assert_int_equal(shown_number(p), 1);
    open_spec(p, "b", 7, 0);
    open_spec(p, "c", 9, 0);
    assert_int_equal(shown_number(p), 1);
    settle(p, second);
    /* A bad picture does not hide behind a good one of another sequence. */
    assert_int_equal(shown_number(p), -1);
    assert_int_equal(zoe_session_switch(&p->session, -1, NULL), 1);
    settle(p, second);
    assert_int_equal(shown_number(p), 7);
    assert_int_equal(zoe_session_switch(&p->session, -1, NULL), 1);
    settle(p, second);
    assert_int_equal(shown_number(p), 1);
    open_spec(p, "b", 7, 1);
    assert_int_equal(p->session.count, 1);
    /* Alone, the next one of its folder follows. */
    assert_int_equal(zoe_session_switch(&p->session, -1, NULL), 1);
    settle(p, second);
    assert_int_equal(shown_number(p), 1);
}

static void refresh_keeps_frame_numbers(void **state)
{
    place *p = *state;
    zoe_refresh_report report;
    int64_t shift = 0;
    for (int i = 11; i <= 16; i++)
        write_frame(p, "a", i);
    open_spec(p, "a", 13, 0);
    settle(p, second);
    zoe_transport_set_area(zoe_session_transport(&p->session), 1, 4);
    write_frame(p, "a", 8);
    assert_int_equal(zoe_session_refresh(&p->session, second, &report, &shift, NULL), ZOE_OK);
    assert_int_equal(shift, 3);
    assert_int_equal(report.added, 1);
    const zoe_transport *transport = zoe_session_transport(&p->session);
    assert_int_equal(transport->count, 9);
    assert_int_equal(transport->playhead, 5);
    assert_int_equal(transport->in, 4);
    assert_int_equal(transport->out, 7);
    update(p, second);
    assert_int_equal(shown_number(p), 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_open_is_harmless, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failing_to_open_loses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(frames_of_an_open_sequence_open_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rate_comes_from_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(playback_passes_bad_frames, set_up, tear_down),
        cmocka_unit_test_setup_teardown(scrubbing_holds_playback, set_up, tear_down),
        cmocka_unit_test_setup_teardown(picture_stays_until_the_next_is_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(switching_shows_the_other_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refresh_keeps_frame_numbers, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
