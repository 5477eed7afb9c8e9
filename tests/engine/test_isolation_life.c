/*
 * Decoding in processes that may die: what becomes of the processes. The decoder is one that does
 * what its files say (support/bad_decoder.c).
 */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <zoetrope/zoetrope.h>

#include "core/engine_internal.h"
#include "support/children.h"
#include "support/decoder_room.h"
#include "support/fake_storage.h"

static void add_good_frames(decoder_room *r, int count)
{
    for (int i = 0; i < count; i++)
        room_add(r, NULL);
}

static void test_killed_while_idle(void **state)
{
    (void)state;
    decoder_room r;
    room_make(&r);
    add_good_frames(&r, 12);
    zoe_engine_settings settings = room_settings();
    room_begin(&r, &settings);
    for (int64_t p = 0; p < 6; p++)
        room_assert_right(&r, p);
    zoe_want idle = {.idle = 1};
    assert_int_equal(zoe_source_set_want(r.source, &idle), ZOE_OK);
    pid_t pids[8];
    size_t count = children_list(pids, COUNT_OF(pids));
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++)
        kill(pids[i], SIGKILL);
    assert_int_equal(zoe_engine_clear(r.engine, NULL), ZOE_OK);
    for (int64_t p = 0; p < r.frames; p++)
        room_assert_right(&r, p);
    room_end(&r);
}

static void test_recycled(void **state)
{
    (void)state;
    decoder_room r;
    room_make(&r);
    add_good_frames(&r, 12);
    zoe_engine_settings settings = room_settings();
    settings.workers = 1;
    settings.decoder_frames = 3;
    room_begin(&r, &settings);
    for (int64_t p = 0; p < r.frames; p++)
        room_assert_right(&r, p);
    zoe_stats stats;
    zoe_engine_stats(r.engine, &stats);
    assert_int_equal(stats.decoder_restarts, 3);
    assert_int_equal(stats.decoder_deaths, 0);
    room_end(&r);
}

static void test_trim_ends_idle_ones(void **state)
{
    (void)state;
    decoder_room r;
    room_make(&r);
    add_good_frames(&r, 4);
    zoe_engine_settings settings = room_settings();
    room_begin(&r, &settings);
    for (int64_t p = 0; p < r.frames; p++)
        room_assert_right(&r, p);
    zoe_want idle = {.idle = 1};
    assert_int_equal(zoe_source_set_want(r.source, &idle), ZOE_OK);
    assert_true(children_count() > r.children);
    assert_int_equal(zoe_engine_trim(r.engine, NULL), ZOE_OK);
    assert_int_equal(children_count(), r.children);
    assert_int_equal(zoe_engine_clear(r.engine, NULL), ZOE_OK);
    room_assert_right(&r, 2);
    room_end(&r);
}

/* Waits until the engine's watch has looked at its processes, and done what follows from it. */
static void await_watch(const decoder_room *r)
{
    uint64_t deadline = zoe_now_ns() + (uint64_t)ROOM_WAIT_S * 1000000000u;
    for (int looks = 0; looks < 2; looks++) {
        zoe_cache_lock(&r->engine->cache);
        r->engine->decoders.running = UINT32_MAX;
        zoe_cache_unlock(&r->engine->cache);
        zoe_stats stats;
        do {
            assert_true(zoe_now_ns() < deadline);
            usleep(1000);
            zoe_engine_stats(r->engine, &stats);
        } while (stats.decoders == UINT32_MAX);
    }
}

/* Counts so many bytes as given back by another thread. */
static void give_back(const decoder_room *r, uint64_t bytes)
{
    zoe_cache *cache = &r->engine->cache;
    zoe_cache_lock(cache);
    cache->memory.returning += bytes;
    zoe_meter_add(&cache->memory.meter, bytes);
    zoe_cache_unlock(cache);
}

static void end_giving_back(const decoder_room *r, uint64_t bytes)
{
    zoe_cache *cache = &r->engine->cache;
    zoe_cache_lock(cache);
    cache->memory.returning -= bytes;
    zoe_meter_give(&cache->memory.meter, bytes);
    zoe_cache_unlock(cache);
}

/* Memory that is on its way back makes a full limit look exceeded. Processes do not end for
 * that. */
static void test_full_limit_ends_none(void **state)
{
    (void)state;
    decoder_room r;
    room_make(&r);
    add_good_frames(&r, 8);
    zoe_engine_settings settings = room_settings();
    room_begin(&r, &settings);
    for (int64_t p = 0; p < r.frames; p++) {
        zoe_stats stats;
        room_assert_right(&r, p);
        zoe_engine_stats(r.engine, &stats);
        uint64_t bytes = stats.limit_bytes - stats.used_bytes + (1 << 20);
        give_back(&r, bytes);
        await_watch(&r);
        end_giving_back(&r, bytes);
    }
    zoe_stats stats;
    zoe_engine_stats(r.engine, &stats);
    assert_true(stats.decoders > 0);
    assert_int_equal(stats.decoder_restarts, 0);
    assert_int_equal(stats.decoder_deaths, 0);
    room_end(&r);
}

/* A file from afar is in memory as long as it is open: that is in what decoders have. */
static void test_memory_of_files(void **state)
{
    (void)state;
    enum { FILE_BYTES = 40 << 20 };
    decoder_room r;
    char path[ROOM_PATH], url[160];
    zoe_error error;
    zoe_stats stats;
    zoe_sequence *sequence = NULL;
    room_make(&r);
    room_add(&r, "first hang");
    room_path(&r, 1, path);
    assert_int_equal(truncate(path, FILE_BYTES), 0);
    fake_storage *far = fake_storage_create("");
    zoe_engine_settings settings = room_settings();
    settings.decoder_hang_ms = ROOM_WAIT_S * 1000;
    if (zoe_engine_create(&settings, &r.engine, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    snprintf(url, sizeof url, "http://fake%s", path);
    if (zoe_sequence_open(url, fake_storage_storage(far), &sequence, &error) != ZOE_OK ||
        zoe_source_open(r.engine, &sequence, NULL, &r.source, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    zoe_want want = {.direction = 1};
    assert_int_equal(zoe_source_set_want(r.source, &want), ZOE_OK);
    uint64_t deadline = zoe_now_ns() + (uint64_t)ROOM_WAIT_S / 2 * 1000000000u;
    do {
        usleep(10000);
        zoe_engine_stats(r.engine, &stats);
    } while (stats.decoder_bytes < FILE_BYTES && zoe_now_ns() < deadline);
    assert_in_range(stats.decoder_bytes, FILE_BYTES, stats.used_bytes);
    assert_in_range(stats.decoder_bytes, FILE_BYTES, stats.resident_bytes);
    uint64_t less = stats.decoder_bytes - FILE_BYTES / 2;
    zoe_source_close(&r.source);
    do {
        usleep(10000);
        zoe_engine_stats(r.engine, &stats);
    } while (stats.decoder_bytes > less && zoe_now_ns() < deadline);
    assert_in_range(stats.decoder_bytes, 0, less);
    room_end(&r);
    fake_storage_destroy(far);
}

static void test_no_program(void **state)
{
    (void)state;
    decoder_room r;
    zoe_error error;
    room_make(&r);
    zoe_engine_settings settings = room_settings();
    settings.decoder_program = "/nowhere/zoetrope-decoder";
    assert_int_equal(zoe_engine_create(&settings, &r.engine, &error), ZOE_ERROR_NOT_FOUND);
    assert_null(r.engine);
    assert_non_null(strstr(error.text, "/nowhere/zoetrope-decoder"));
    settings.isolation = ZOE_ISOLATION_AUTO;
    assert_int_equal(zoe_engine_create(&settings, &r.engine, &error), ZOE_OK);
    room_end(&r);
}

static void test_dies_at_its_start(void **state)
{
    (void)state;
    decoder_room r;
    char name[128];
    zoe_error error;
    room_make(&r);
    snprintf(name, sizeof name, "%s/decoder_at_start", r.folder);
    assert_int_equal(symlink(BAD_DECODER, name), 0);
    zoe_engine_settings settings = room_settings();
    settings.decoder_program = name;
    assert_int_equal(zoe_engine_create(&settings, &r.engine, &error), ZOE_ERROR_DECODER);
    assert_non_null(strstr(error.text, "decoder crashed (signal 11) at its start"));
    settings.isolation = ZOE_ISOLATION_AUTO;
    assert_int_equal(zoe_engine_create(&settings, &r.engine, &error), ZOE_OK);
    room_end(&r);
}

/* Once it was well, and then it is not any more. */
static void test_program_goes_away(void **state)
{
    (void)state;
    decoder_room r;
    char name[128];
    room_make(&r);
    add_good_frames(&r, 3);
    snprintf(name, sizeof name, "%s/decoder", r.folder);
    assert_int_equal(symlink(BAD_DECODER, name), 0);
    zoe_engine_settings settings = room_settings();
    settings.decoder_program = name;
    room_begin(&r, &settings);
    assert_int_equal(unlink(name), 0);
    zoe_frame frame;
    zoe_error error;
    assert_int_equal(room_wait(&r, 0, &frame), ZOE_ERROR_DECODER);
    zoe_source_frame_error(r.source, 0, &error);
    assert_non_null(strstr(error.text, "no decoder for "));
    assert_int_equal(symlink(BAD_DECODER, name), 0);
    zoe_refresh_report report;
    assert_int_equal(zoe_source_refresh(r.source, &report, &error), ZOE_OK);
    room_assert_right(&r, 0);
    room_end(&r);
}

/* A process that is killed takes its decoders with it. */
static void test_nobody_is_left_behind(void **state)
{
    (void)state;
    decoder_room r;
    int ends[2];
    room_make(&r);
    add_good_frames(&r, 4);
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        pid_t pids[8] = {0};
        zoe_engine_settings settings = room_settings();
        room_begin(&r, &settings);
        room_assert_right(&r, 0);
        room_assert_right(&r, 3);
        size_t count = children_list(pids, COUNT_OF(pids));
        if (write(ends[1], &count, sizeof count) < 0 || write(ends[1], pids, sizeof pids) < 0)
            _exit(1);
        pause();
    }
    size_t count = 0;
    pid_t pids[8];
    assert_int_equal(read(ends[0], &count, sizeof count), sizeof count);
    assert_int_equal(read(ends[0], pids, sizeof pids), sizeof pids);
    assert_true(count > 0 && count <= COUNT_OF(pids));
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    close(ends[0]);
    close(ends[1]);
    uint64_t deadline = zoe_now_ns() + (uint64_t)ROOM_WAIT_S * 1000000000u;
    for (size_t i = 0; i < count; i++)
        while (kill(pids[i], 0) == 0) {
            /* Whoever takes orphans over may not wait for them: that one is over is enough. */
            char path[64], text[256] = "";
            snprintf(path, sizeof path, "/proc/%d/stat", (int)pids[i]);
            FILE *file = fopen(path, "re");
            if (!file || !fgets(text, sizeof text, file) || strstr(text, ") Z ")) {
                if (file)
                    fclose(file);
                break;
            }
            fclose(file);
            assert_true(zoe_now_ns() < deadline);
            usleep(1000);
        }
    room_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_while_idle),     cmocka_unit_test(test_recycled),
        cmocka_unit_test(test_trim_ends_idle_ones),   cmocka_unit_test(test_full_limit_ends_none),
        cmocka_unit_test(test_memory_of_files),       cmocka_unit_test(test_no_program),
        cmocka_unit_test(test_dies_at_its_start),     cmocka_unit_test(test_program_goes_away),
        cmocka_unit_test(test_nobody_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
