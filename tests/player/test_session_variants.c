/* Layers and proxies of an open sequence, over a real engine and small files. */
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

enum { WIDTH = 37, HEIGHT = 18, PATH = 256, FRAMES = 6, WITHOUT_DEPTH = 4 };

static const uint64_t second = 1000000000u;

typedef struct place {
    char folder[64];
    zoe_session session;
} place;

/* ---- files ---- */

typedef struct picture {
    uint32_t planes;
    float number;
} picture;

/* Colour is the frame's number, depth a hundred times as much and one more to the right. */
static int write_row(void *user, int32_t x, int32_t y, int32_t count,
                     void *const planes[ZOE_PLANES_MAX])
{
    const picture *p = user;
    (void)y;
    for (uint32_t c = 0; c < p->planes; c++) {
        for (int32_t i = 0; i < count; i++) {
            float value = c < 3 ? p->number : p->number * 100.0f + (float)(x + i == WIDTH - 1);
            ((uint16_t *)planes[c])[i] = zoe_float_to_half(value);
        }
    }
    return 0;
}

static void write_frame(const place *p, int number)
{
    char path[PATH];
    zoe_error error = {ZOE_OK, ""};
    picture content = {number == WITHOUT_DEPTH ? 3 : 4, (float)number};
    zoe_exr_write_spec spec = {
        .data_window = {0, 0, WIDTH - 1, HEIGHT - 1},
        .display_window = {0, 0, WIDTH - 1, HEIGHT - 1},
        .pixel_aspect = 1.0,
        .compression = ZOE_COMPRESSION_ZIP,
        .channel_count = content.planes,
        .names = {"B", "G", "R", "Z"},
        .types = {ZOE_SAMPLE_HALF, ZOE_SAMPLE_HALF, ZOE_SAMPLE_HALF, ZOE_SAMPLE_HALF},
    };
    snprintf(path, sizeof path, "%s/a.%04d.exr", p->folder, number);
    if (zoe_exr_write(path, &spec, write_row, &content, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

static int set_up(void **state)
{
    place *p = calloc(1, sizeof *p);
    if (!p)
        return -1;
    *state = p;
    strcpy(p->folder, "/tmp/zoetrope-variants-XXXXXX");
    if (!mkdtemp(p->folder))
        return -1;
    zoe_session_setup setup;
    memset(&setup, 0, sizeof setup);
    zoe_engine_settings_init(&setup.engine);
    zoe_source_settings_init(&setup.source);
    setup.engine.budget.bytes = (uint64_t)64 << 20;
    setup.engine.workers = 1;
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

/* ---- doing and seeing ---- */

static zoe_session_step update(place *p)
{
    zoe_session_step step;
    zoe_session_touch(&p->session);
    zoe_session_update(&p->session, second, &step);
    return step;
}

/* Updates until every frame is in its last state. */
static void settle(place *p)
{
    const zoe_session_item *item = zoe_session_item_now(&p->session);
    const struct timespec pause = {0, 5000000};
    for (int round = 0; round < 4000; round++) {
        update(p);
        int left = 0;
        for (int64_t i = 0; i < item->transport.count; i++) {
            uint8_t one = ZOE_FRAME_EMPTY;
            assert_int_equal(zoe_source_states(item->source, i, 1, &one), ZOE_OK);
            left += one < ZOE_FRAME_LOADED;
        }
        if (!left) {
            update(p);
            return;
        }
        nanosleep(&pause, NULL);
    }
    fail_msg("the frames do not load");
}

static int shown_number(const place *p)
{
    float values[ZOE_PLANES_MAX];
    if (!p->session.shown.pin || zoe_display_sample(&p->session.shown, 1, 1, values) < 1)
        return -1;
    return (int)values[0];
}

static void open_frames(place *p, int number)
{
    char path[PATH];
    zoe_error error = {ZOE_OK, ""};
    for (int i = 1; i <= FRAMES; i++)
        write_frame(p, i);
    snprintf(path, sizeof path, "%s/a.%04d.exr", p->folder, number);
    if (zoe_session_open(&p->session, path, 0, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    settle(p);
}

static void layer_by(place *p, int by)
{
    zoe_error error = {ZOE_OK, ""};
    int64_t shift;
    if (zoe_session_switch_layer(&p->session, by, second, &shift, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    assert_int_equal(shift, 0);
}

static void proxy(place *p, int32_t proxy_shift, int64_t expected)
{
    zoe_error error = {ZOE_OK, ""};
    int64_t shift;
    if (zoe_session_set_proxy(&p->session, proxy_shift, second, &shift, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    assert_int_equal(shift, expected);
}

/* ---- tests ---- */

static void layers_go_round(void **state)
{
    place *p = *state;
    open_frames(p, 2);
    const zoe_session_item *item = zoe_session_item_now(&p->session);
    assert_string_equal(item->layer, "RGB");
    assert_int_equal(shown_number(p), 2);
    layer_by(p, 1);
    assert_string_equal(item->layer, "Z");
    update(p);
    assert_int_not_equal(shown_number(p), -1);
    settle(p);
    assert_int_equal(shown_number(p), 200);
    layer_by(p, 1);
    assert_string_equal(item->layer, "RGB");
    /* What is still in memory is there at once. */
    update(p);
    assert_int_equal(shown_number(p), 2);
    layer_by(p, -1);
    update(p);
    assert_int_equal(shown_number(p), 200);
    assert_int_equal(item->variants.count, 2);
}

static void values_get_a_range(void **state)
{
    place *p = *state;
    const zoe_grade *grade = &p->session.grade;
    open_frames(p, 2);
    assert_int_equal(zoe_session_fit_range(&p->session), 0);
    assert_float_equal(grade->range_max, 1.0, 0.0);
    layer_by(p, 1);
    settle(p);
    assert_float_equal(grade->range_min, 200.0, 0.0);
    assert_float_equal(grade->range_max, 201.0, 0.0);
    /* It stays on other frames, until it is fitted again. */
    zoe_session_seek(&p->session, 4, second);
    update(p);
    assert_int_equal(shown_number(p), 500);
    assert_float_equal(grade->range_min, 200.0, 0.0);
    assert_int_equal(zoe_session_fit_range(&p->session), 1);
    assert_float_equal(grade->range_min, 500.0, 0.0);
    assert_float_equal(grade->range_max, 501.0, 0.0);
    layer_by(p, 1);
    settle(p);
    assert_float_equal(grade->range_min, 0.0, 0.0);
    assert_float_equal(grade->range_max, 1.0, 0.0);
}

/* Updates until the playhead's frame is there or never comes. */
static void arrive(place *p)
{
    const struct timespec pause = {0, 5000000};
    for (int round = 0; round < 4000; round++) {
        update(p);
        if (p->session.status != ZOE_LOADING)
            return;
        nanosleep(&pause, NULL);
    }
    fail_msg("the frame does not load");
}

static void a_frame_without_the_layer_shows_its_default(void **state)
{
    place *p = *state;
    open_frames(p, 3);
    layer_by(p, 1);
    settle(p);
    const zoe_session_item *item = zoe_session_item_now(&p->session);
    zoe_session_seek(&p->session, WITHOUT_DEPTH - 1, second);
    arrive(p);
    assert_int_equal(p->session.status, ZOE_OK);
    assert_int_equal(shown_number(p), WITHOUT_DEPTH);
    assert_int_equal(p->session.stands_in, 1);
    assert_int_equal(p->session.shown.is_color, 1);
    assert_float_equal(p->session.grade.range_max, 1.0, 0.0);
    assert_string_equal(item->stand_in.layer, "RGB");
    assert_string_equal(item->layer, "Z");
    assert_string_equal(p->session.why.text, "");
    /* The choice is remembered, and its range. */
    zoe_session_seek(&p->session, WITHOUT_DEPTH, second);
    arrive(p);
    assert_int_equal(p->session.stands_in, 0);
    assert_int_equal(shown_number(p), 500);
    assert_float_equal(p->session.grade.range_max, 301.0, 0.0);
    /* From a layer that the file does not have, the first of what it has. */
    zoe_session_seek(&p->session, WITHOUT_DEPTH - 1, second);
    arrive(p);
    layer_by(p, 1);
    settle(p);
    assert_int_equal(p->session.stands_in, 0);
    assert_int_equal(shown_number(p), WITHOUT_DEPTH);
}

/* The folder grows in front while another layer stands in. */
static void a_stand_in_follows_the_folder(void **state)
{
    place *p = *state;
    zoe_refresh_report report;
    int64_t shift;
    open_frames(p, 3);
    layer_by(p, 1);
    settle(p);
    zoe_session_seek(&p->session, WITHOUT_DEPTH - 1, second);
    arrive(p);
    write_frame(p, 0);
    assert_int_equal(zoe_session_refresh(&p->session, second, &report, &shift, NULL), ZOE_OK);
    assert_int_equal(shift, 1);
    settle(p);
    arrive(p);
    assert_int_equal(shown_number(p), WITHOUT_DEPTH);
    assert_int_equal(p->session.shown.position, WITHOUT_DEPTH);
    proxy(p, 1, 0);
    settle(p);
    arrive(p);
    assert_int_equal(p->session.stands_in, 1);
    assert_int_equal(p->session.shown.proxy_shift, 1);
    assert_int_equal(shown_number(p), WITHOUT_DEPTH);
}

static void only_frames_without_the_layer_are_read_twice(void **state)
{
    place *p = *state;
    uint8_t frames[FRAMES];
    p->session.setup.source.layer = "Z";
    open_frames(p, WITHOUT_DEPTH);
    arrive(p);
    assert_int_equal(p->session.stands_in, 1);
    assert_int_equal(shown_number(p), WITHOUT_DEPTH);
    zoe_variant *other = zoe_variants_stand_in_now(&p->session.items[0].variants);
    assert_int_equal(zoe_source_states(other->source, 0, FRAMES, frames), ZOE_OK);
    for (int i = 0; i < FRAMES; i++) {
        if (i != WITHOUT_DEPTH - 1)
            assert_int_not_equal(frames[i], ZOE_FRAME_LOADED);
    }
}

static void a_layer_that_no_frame_has(void **state)
{
    place *p = *state;
    p->session.setup.source.layer = "nonsense";
    open_frames(p, 2);
    arrive(p);
    assert_int_equal(p->session.stands_in, 1);
    assert_int_equal(shown_number(p), 2);
    assert_string_equal(zoe_session_item_now(&p->session)->layer, "nonsense");
}

static void other_forms_keep_the_layer(void **state)
{
    place *p = *state;
    zoe_error error = {ZOE_OK, ""};
    int64_t shift = 1;
    open_frames(p, 2);
    layer_by(p, 1);
    settle(p);
    assert_int_equal(zoe_session_set_precision(&p->session, 1, second, &shift, &error), ZOE_OK);
    assert_int_equal(shift, 0);
    settle(p);
    assert_int_equal(zoe_session_set_overscan(&p->session, 1, second, &shift, &error), ZOE_OK);
    settle(p);
    const zoe_variant *now = zoe_variants_now(&p->session.items[0].variants);
    assert_int_equal(now->full_precision, 1);
    assert_int_equal(now->overscan, 1);
    assert_string_equal(now->layer, "Z");
    assert_int_equal(shown_number(p), 200);
    assert_int_equal(p->session.items[0].variants.count, 4);
}

static void proxies_keep_the_picture(void **state)
{
    place *p = *state;
    open_frames(p, 5);
    for (int32_t shift = 1; shift <= 3; shift++) {
        proxy(p, shift, 0);
        update(p);
        assert_int_equal(shown_number(p), 5);
        settle(p);
        assert_int_equal(p->session.shown.proxy_shift, shift);
        assert_int_equal(shown_number(p), 5);
    }
    proxy(p, 0, 0);
    update(p);
    assert_int_equal(p->session.shown.proxy_shift, 0);
    assert_int_equal(p->session.shown.window.max_x, WIDTH - 1);
    assert_int_equal(shown_number(p), 5);
}

static void many_variants_come_and_go(void **state)
{
    place *p = *state;
    open_frames(p, 2);
    const zoe_session_item *item = zoe_session_item_now(&p->session);
    for (int round = 0; round < 12; round++) {
        zoe_variant *now = zoe_variants_now(&p->session.items[0].variants);
        proxy(p, (now->proxy_shift + 1) % 4, 0);
        if (round % 3 == 0)
            layer_by(p, 1);
        settle(p);
        int depth = !strcmp(item->layer, "Z");
        assert_int_equal(shown_number(p), depth ? 200 : 2);
        assert_true(item->variants.count <= ZOE_VARIANTS_MAX);
    }
    zoe_source_settings settings;
    zoe_source_settings_init(&settings);
    for (int i = 0; i < 3 * ZOE_VARIANTS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "none%d", i);
        settings.layer = name;
        assert_int_equal(
            zoe_variants_choose(&p->session.items[0].variants, p->session.engine, &settings, NULL),
            ZOE_OK);
        assert_true(item->variants.count <= ZOE_VARIANTS_MAX);
    }
}

static void other_sequences_follow_the_proxy(void **state)
{
    place *p = *state;
    char path[PATH];
    open_frames(p, 2);
    snprintf(path, sizeof path, "%s/b.exr", p->folder);
    char from[PATH];
    snprintf(from, sizeof from, "%s/a.0006.exr", p->folder);
    assert_int_equal(rename(from, path), 0);
    assert_int_equal(zoe_session_open(&p->session, path, 0, NULL), ZOE_OK);
    settle(p);
    proxy(p, 2, 0);
    settle(p);
    assert_int_equal(p->session.shown.proxy_shift, 2);
    zoe_session_show(&p->session, 0);
    settle(p);
    assert_int_equal(p->session.shown.proxy_shift, 2);
    assert_int_equal(shown_number(p), 2);
}

static void a_grown_folder_keeps_frame_numbers(void **state)
{
    place *p = *state;
    zoe_refresh_report report;
    int64_t shift;
    open_frames(p, 5);
    proxy(p, 1, 0);
    settle(p);
    proxy(p, 0, 0);
    settle(p);
    /* Seen by the refreshed variant now, by the other one when it is chosen. */
    write_frame(p, 0);
    assert_int_equal(zoe_session_refresh(&p->session, second, &report, &shift, NULL), ZOE_OK);
    assert_int_equal(shift, 1);
    settle(p);
    assert_int_equal(shown_number(p), 5);
    proxy(p, 1, 0);
    settle(p);
    assert_int_equal(shown_number(p), 5);
    assert_int_equal(zoe_session_transport(&p->session)->count, FRAMES + 1);
    /* A new variant reads the folder by itself. */
    write_frame(p, 7);
    proxy(p, 2, 0);
    settle(p);
    assert_int_equal(shown_number(p), 5);
    assert_int_equal(zoe_session_transport(&p->session)->count, FRAMES + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(layers_go_round, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_get_a_range, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_frame_without_the_layer_shows_its_default, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_stand_in_follows_the_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_frames_without_the_layer_are_read_twice, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_layer_that_no_frame_has, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_forms_keep_the_layer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(proxies_keep_the_picture, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_variants_come_and_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_sequences_follow_the_proxy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_grown_folder_keeps_frame_numbers, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("variants", tests, NULL, NULL);
}
