/*
 * Every allocation, mapping, thread creation, file opening and read fails in turn: a status comes
 * back, nothing leaks, what was in memory stays right, and once the trouble is over all is well
 * again. Leaks are found by the address sanitizer's build.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <zoetrope/display.h>

#include "exr/decode.h"
#include "support/exr_files.h"
#include "support/stage.h"
#include "support/temp_folder.h"

enum { FRAMES = 6, WORKERS = 2 };

/* Real files, or the fake decoder's. */
typedef struct trial {
    char folder[64];
    bool real;
    fake_decoder *fake;
    zoe_engine *engine;
    zoe_source *source;
} trial;

static int count_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

/* For whoever has to find out why: the calls that fail at present. */
static uint64_t first_failure, more_failures;

static uint64_t fail_calls(uint64_t n, uint64_t more)
{
    first_failure = n;
    more_failures = more;
    return zoe_os_fail_at(n, more);
}

static void trial_begin(trial *t, bool real)
{
    memset(t, 0, sizeof *t);
    t->real = real;
    temp_folder_make(t->folder, sizeof t->folder);
    t->fake = fake_decoder_new(64 << 10, 3);
    for (int64_t i = 1; i <= FRAMES; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/f.%04" PRId64 ".exr", t->folder, i);
        if (!exr_files_write(path, i))
            fail_msg("%s cannot be written", path);
        fake_lock(t->fake, i)->scratch_bytes = 10000;
        fake_unlock(t->fake);
    }
}

static void trial_end(trial *t)
{
    fake_decoder_free(t->fake);
    temp_folder_remove(t->folder);
}

static void check_picture(const trial *t, const zoe_frame *frame, int64_t number)
{
    char why[160];
    if (!t->real) {
        if (!fake_frame_is_right(t->fake, frame, number, 1, why, sizeof why))
            fail_msg("%s", why);
        return;
    }
    for (int32_t y = 0; y < EXR_FILES_HEIGHT; y += 3)
        for (int32_t x = 0; x < EXR_FILES_WIDTH; x += 5) {
            float values[ZOE_PLANES_MAX] = {0};
            zoe_display_sample(frame, x, y, values);
            for (int32_t c = 0; c < 3; c++)
                if (values[c] != exr_files_value(number, c, x, y))
                    fail_msg("call %" PRIu64 " and %" PRIu64 " more: number %" PRId64
                             " incomplete %d (%d, %d) channel %d: %g, should be %g",
                             first_failure, more_failures, number, (int)frame->incomplete, (int)x,
                             (int)y, (int)c, (double)values[c],
                             (double)exr_files_value(number, c, x, y));
        }
}

/* What may come of a failure that was made. */
static void check_status(const char *what, zoe_status status)
{
    switch (status) {
    case ZOE_OK:
    case ZOE_ERROR_NO_MEMORY:
    case ZOE_ERROR_IO:
    case ZOE_ERROR_THREAD: return;
    default:
        fail_msg("call %" PRIu64 " and %" PRIu64 " more: %s: %s", first_failure, more_failures,
                 what, zoe_status_name(status));
    }
}

/* ---- the steps of a session ---- */

static zoe_status open_engine(trial *t)
{
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.workers = WORKERS;
    settings.budget.bytes = (uint64_t)16 << 20;
    zoe_decoder decoder = t->real ? *zoe_exr_decoder() : fake_decoder_interface(t->fake);
    zoe_error error = {.status = ZOE_OK};
    zoe_status status = zoe_engine_create_with(&settings, &decoder, &t->engine, &error);
    assert_true((status == ZOE_OK) == (t->engine != NULL));
    if (status != ZOE_OK)
        assert_int_equal(error.status, status);
    return status;
}

static zoe_status open_source(trial *t)
{
    char path[128];
    snprintf(path, sizeof path, "%s/f.0001.exr", t->folder);
    zoe_sequence *sequence = NULL;
    zoe_error error = {.status = ZOE_OK};
    zoe_status status = zoe_sequence_open(path, NULL, &sequence, &error);
    if (status == ZOE_OK)
        status = zoe_source_open(t->engine, &sequence, NULL, &t->source, &error);
    if (status != ZOE_OK) {
        assert_int_equal(error.status, status);
        assert_true(error.text[0] != '\0');
    }
    zoe_sequence_close(&sequence);
    return status;
}

/* Waits for each frame; all have to come, or to say why not. Returns how many came. */
static int64_t visit_frames(trial *t)
{
    int64_t shown = 0;
    for (int64_t i = 0; i < FRAMES; i++) {
        zoe_want want = stage_play(i, 0, FRAMES - 1);
        assert_int_equal(zoe_source_set_want(t->source, &want), ZOE_OK);
        zoe_frame frame;
        zoe_status status = zoe_source_wait(t->source, i, stage_soon(), &frame);
        check_status("a frame", status);
        if (status != ZOE_OK)
            continue;
        check_picture(t, &frame, i + 1);
        zoe_frame_release(&frame);
        shown++;
    }
    return shown;
}

static void close_all(trial *t)
{
    zoe_source_close(&t->source);
    zoe_engine_destroy(&t->engine);
    assert_null(t->engine);
    assert_int_equal(fake_open_now(t->fake), 0);
}

/* ---- from the beginning ---- */

/* Call n of a whole session fails, and `more` after it. Returns how many calls there were. */
static uint64_t run_session(trial *t, uint64_t n, uint64_t more)
{
    fail_calls(n, more);
    zoe_status status = open_engine(t);
    check_status("the engine", status);
    if (status == ZOE_OK) {
        status = open_source(t);
        check_status("the source", status);
    }
    if (status == ZOE_OK) {
        visit_frames(t);
        check_status("refreshing", zoe_source_refresh(t->source, NULL, NULL));
        visit_frames(t);
    }
    uint64_t calls = fail_calls(0, 0);
    close_all(t);
    return calls;
}

static void fail_each(bool real)
{
    trial t;
    trial_begin(&t, real);
    uint64_t calls = run_session(&t, 0, 0);
    int before = count_descriptors();
    for (uint64_t n = 1; n <= calls + 5; n++)
        run_session(&t, n, 0);
    for (uint64_t n = 1; n <= calls; n += 1 + n / 8)
        run_session(&t, n, UINT64_MAX / 2);
    assert_int_equal(count_descriptors(), before);
    print_message("%" PRIu64 " calls, each failed once\n", calls);
    trial_end(&t);
}

static void test_each_call_fails(void **state)
{
    (void)state;
    fail_each(false);
}

static void test_each_call_fails_with_real_files(void **state)
{
    (void)state;
    fail_each(true);
}

/* ---- in the middle ---- */

/* Everything that a session does once it is up. */
static void trouble(trial *t)
{
    visit_frames(t);
    check_status("workers", zoe_engine_set_workers(t->engine, WORKERS + 2));
    check_status("clearing", zoe_engine_clear(t->engine, NULL));
    visit_frames(t);
    check_status("refreshing", zoe_source_refresh(t->source, NULL, NULL));
    check_status("reloading", zoe_source_reload(t->source, 1, NULL));
    check_status("trimming", zoe_engine_trim(t->engine, NULL));
    visit_frames(t);
    check_status("workers", zoe_engine_set_workers(t->engine, WORKERS));
}

static uint64_t run_in_the_middle(trial *t, uint64_t n, uint64_t more)
{
    assert_int_equal(open_engine(t), ZOE_OK);
    assert_int_equal(open_source(t), ZOE_OK);
    zoe_want want = stage_play(0, 0, 1);
    assert_int_equal(zoe_source_set_want(t->source, &want), ZOE_OK);
    zoe_frame held[2];
    for (int64_t i = 0; i < 2; i++)
        held[i] = stage_wait(t->source, i);

    fail_calls(n, more);
    trouble(t);
    uint64_t calls = fail_calls(0, 0);

    for (int64_t i = 0; i < 2; i++) {
        check_picture(t, &held[i], i + 1);
        zoe_frame_release(&held[i]);
    }
    /* Once it is over, reading everything again brings every frame. */
    assert_int_equal(zoe_engine_set_workers(t->engine, WORKERS), ZOE_OK);
    assert_int_equal(zoe_source_refresh(t->source, NULL, NULL), ZOE_OK);
    assert_int_equal(visit_frames(t), FRAMES);
    close_all(t);
    return calls;
}

static void fail_each_in_the_middle(bool real)
{
    trial t;
    trial_begin(&t, real);
    uint64_t calls = run_in_the_middle(&t, 0, 0);
    int before = count_descriptors();
    for (uint64_t n = 1; n <= calls + 5; n++)
        run_in_the_middle(&t, n, 0);
    for (uint64_t n = 1; n <= calls; n += 1 + n / 8)
        run_in_the_middle(&t, n, n % 7);
    assert_int_equal(count_descriptors(), before);
    print_message("%" PRIu64 " calls, each failed once\n", calls);
    trial_end(&t);
}

static void test_what_is_in_memory_stays(void **state)
{
    (void)state;
    fail_each_in_the_middle(false);
}

static void test_what_is_in_memory_stays_with_real_files(void **state)
{
    (void)state;
    fail_each_in_the_middle(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_call_fails),
        cmocka_unit_test(test_each_call_fails_with_real_files),
        cmocka_unit_test(test_what_is_in_memory_stays),
        cmocka_unit_test(test_what_is_in_memory_stays_with_real_files),
    };
    return cmocka_run_group_tests_name("failures", tests, NULL, NULL);
}
