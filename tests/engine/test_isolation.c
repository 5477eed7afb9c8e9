/*
 * Decoding in processes that may die: what becomes of the frame they were at, and of all others.
 * The decoder is one that does what its files say (support/bad_decoder.c).
 */
#define _GNU_SOURCE

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <zoetrope/zoetrope.h>

#include "support/bad_decoder.h"
#include "support/children.h"
#include "support/decoder_room.h"
#include "support/fake_storage.h"

typedef struct deed {
    const char *action;
    const char *why; /* in the error's text; NULL: any reason */
} deed;

#ifdef BAD_DECODER_SANITIZED
#define REFUSED "(status 77)" /* its runtime needs calls to fail, not to end it */
#else
#define REFUSED "decoder asked the system for what it may not have (signal 31)"
#endif

static const deed deeds[] = {
    {"crash", "decoder crashed (signal 11) on "},
    {"abort", "decoder crashed (signal 6) on "},
    {"exit", "decoder ended (status 3) on "},
    {"hang", "decoder hung (no progress for 1.0 s) on "},
    {"spin", "decoder hung (no progress for 1.0 s) on "},
    {"file", REFUSED},
    {"network", REFUSED},
    {"exec", REFUSED},
    {"fork", REFUSED},
    {"trace", REFUSED},
    {"murder", REFUSED},
    {"code", REFUSED},
    {"write", REFUSED},
};

static void check_phase(const char *phase, const deed *list, size_t count)
{
    decoder_room r;
    char text[64];
    room_make(&r);
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%s %s", phase, list[i].action);
        room_add(&r, NULL);
        room_add(&r, text);
    }
    room_add(&r, NULL);
    zoe_engine_settings settings = room_settings();
    room_begin(&r, &settings);
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%s %s", phase, list[i].action);
        room_assert_right(&r, (int64_t)i * 2);
        room_assert_bad(&r, (int64_t)i * 2 + 1, text, list[i].why);
    }
    room_assert_right(&r, (int64_t)count * 2);
    zoe_stats stats;
    zoe_engine_stats(r.engine, &stats);
    assert_true(stats.decoder_deaths >= count);
    assert_true(stats.decoder_restarts > 0);
    /* What killed one is not tried again as long as it is the same. */
    uint64_t deaths = stats.decoder_deaths;
    for (int64_t p = 0; p < r.frames; p++) {
        zoe_frame frame;
        if (room_wait(&r, p, &frame) == ZOE_OK)
            zoe_frame_release(&frame);
    }
    zoe_engine_stats(r.engine, &stats);
    assert_int_equal(stats.decoder_deaths, deaths);
    room_end(&r);
}

static void test_bad_at_open(void **state)
{
    (void)state;
    check_phase("open", deeds, COUNT_OF(deeds));
}

static void test_bad_at_first_piece(void **state)
{
    (void)state;
    check_phase("first", deeds, COUNT_OF(deeds));
}

static void test_bad_at_last_piece(void **state)
{
    (void)state;
    check_phase("last", deeds, COUNT_OF(deeds));
}

static void test_bad_at_finish(void **state)
{
    (void)state;
    check_phase("finish", deeds, COUNT_OF(deeds));
}

/* What takes longer than a process may hang, but looks whether it should stop, does not hang. */
static void test_slow_is_not_hung(void **state)
{
    (void)state;
    decoder_room r;
    room_make(&r);
    room_add(&r, "open slow");
    room_add(&r, "last slow");
    zoe_engine_settings settings = room_settings();
    room_begin(&r, &settings);
    for (int64_t p = 0; p < r.frames; p++) {
        zoe_frame frame;
        assert_int_equal(room_wait(&r, p, &frame), ZOE_OK);
        zoe_frame_release(&frame);
    }
    zoe_stats stats;
    zoe_engine_stats(r.engine, &stats);
    assert_int_equal(stats.decoder_deaths, 0);
    room_end(&r);
}

/* A process that only says that it gets on does not keep a frame, and those after it, for ever. */
static void test_pretended_progress_comes_to_an_end(void **state)
{
    (void)state;
    decoder_room r;
    room_make(&r);
    room_add(&r, "open pretend");
    room_add(&r, "last pretend");
    room_add(&r, NULL);
    zoe_engine_settings settings = room_settings();
    settings.decoder_hang_ms = ROOM_HANG_MS / 7;
    room_begin(&r, &settings);
    for (int64_t p = 0; p < 2; p++) {
        zoe_frame frame;
        assert_int_equal(room_wait(&r, p, &frame), ZOE_ERROR_DECODER);
    }
    room_assert_right(&r, 2);
    room_end(&r);
}

/* A header is an error that says why, and a process is there for the next. */
static void check_header(const decoder_room *r, int64_t number, const char *what, const char *why)
{
    char path[ROOM_PATH], name[32];
    zoe_header *header = NULL;
    zoe_error error = {.text = ""};
    room_path(r, number, path);
    zoe_status status = zoe_header_read(path, NULL, &header, &error);
    if (what && (status != ZOE_ERROR_DECODER || header || !strstr(error.text, path) ||
                 (why && !strstr(error.text, why))))
        fail_msg("%s: expected '%s', got %s: %s", what, why ? why : "", zoe_status_name(status),
                 error.text);
    if (what)
        return;
    if (status != ZOE_OK)
        fail_msg("%s: %s", zoe_status_name(status), error.text);
    snprintf(name, sizeof name, "%d", (int)(100 + number));
    assert_int_equal(header->part_count, 1);
    assert_string_equal(header->parts[0].name, name);
    assert_int_equal(header->file_bytes, 100 + number);
    zoe_header_free(&header);
}

static void test_bad_at_header(void **state)
{
    (void)state;
    decoder_room r;
    char text[64];
    room_make(&r);
    zoe_engine_settings settings = room_settings();
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    for (size_t i = 0; i < COUNT_OF(deeds); i++) {
        snprintf(text, sizeof text, "header %s", deeds[i].action);
        room_add(&r, text);
        check_header(&r, r.frames, text, deeds[i].why);
        room_add(&r, NULL);
        check_header(&r, r.frames, NULL, NULL);
    }
    room_add(&r, "header empty");
    check_header(&r, r.frames, "no parts", "impossible answer");
    for (int seed = 1; seed <= 8; seed++) {
        snprintf(text, sizeof text, "header garbage%d", seed);
        room_add(&r, text);
        check_header(&r, r.frames, text, NULL);
    }
    settings.decoder_program = "/nowhere";
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    zoe_header *header = NULL;
    char path[ROOM_PATH];
    room_path(&r, 2, path);
    assert_int_equal(zoe_header_read(path, NULL, &header, NULL), ZOE_ERROR_NOT_FOUND);
    settings.isolation = ZOE_ISOLATION_AUTO; /* here, then, where it is no picture */
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    assert_int_equal(zoe_header_read(path, NULL, &header, NULL), ZOE_ERROR_NOT_EXR);
    settings.isolation = 3;
    assert_int_equal(zoe_header_isolate(&settings), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_header_isolate(NULL), ZOE_OK);
    room_end(&r);
}

/* The one child that runs. */
static pid_t only_child(void)
{
    pid_t pids[8];
    assert_int_equal(children_list(pids, COUNT_OF(pids)), 1);
    return pids[0];
}

static void *read_on_a_thread(void *r)
{
    check_header(r, 1, NULL, NULL);
    return NULL;
}

/* Headers share a process, which costs none but its own when it dies. */
static void test_headers_share_a_process(void **state)
{
    (void)state;
    decoder_room r;
    pthread_t thread;
    room_make(&r);
    zoe_engine_settings settings = room_settings();
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    for (int i = 0; i < 3; i++)
        room_add(&r, NULL);
    room_add(&r, "header later");
    /* It ends itself when it has had nothing to do for a second: where a busy machine may have kept
     * this process from asking for so long, it is asked again. */
    pid_t pid = 0, after = 0;
    uint64_t begin_ns, took_ns;
    int tries = 0;
    do {
        begin_ns = zoe_now_ns();
        check_header(&r, 1, NULL, NULL);
        size_t count = children_list(&pid, 1);
        for (int i = 0; i < 20; i++)
            check_header(&r, 1 + i % 3, NULL, NULL);
        if (children_list(&after, 1) != 1 || count != 1)
            after = 0;
        took_ns = zoe_now_ns() - begin_ns;
    } while (took_ns > 1000000000u && ++tries < 10);
    assert_int_equal(after, pid);
    /* Idle, it is killed from outside: the next header knows nothing of it. */
    assert_int_equal(kill(pid, SIGKILL), 0);
    check_header(&r, 2, NULL, NULL);
    assert_int_not_equal(only_child(), pid);
    pid = only_child();
    /* One that has read others dies under a header that is none the worse for it. */
    zoe_header *header = NULL;
    char path[ROOM_PATH];
    room_path(&r, 4, path);
    assert_int_equal(zoe_header_read(path, NULL, &header, NULL), ZOE_OK);
    zoe_header_free(&header);
    assert_int_not_equal(only_child(), pid);
    /* That of another thread ends with it, and is not missed. */
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    assert_int_equal(pthread_create(&thread, NULL, read_on_a_thread, &r), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    check_header(&r, 3, NULL, NULL);
    assert_int_equal(zoe_header_isolate(NULL), ZOE_OK);
    room_end(&r);
}

/* Nothing stays behind where no more headers are read: not a process, and with an engine not what
 * is left of one. */
static void test_headers_leave_nothing(void **state)
{
    (void)state;
    decoder_room r;
    room_make(&r);
    zoe_engine_settings settings = room_settings();
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    room_add(&r, NULL);
    check_header(&r, 1, NULL, NULL);
    (void)only_child();
    uint64_t deadline = zoe_now_ns() + (uint64_t)ROOM_WAIT_S * 1000000000u;
    while (children_list(NULL, 0) > 0 && zoe_now_ns() < deadline)
        usleep(10000);
    assert_int_equal(children_list(NULL, 0), 0);
    /* Nor one that does not end itself, with an engine. */
    zoe_header *header = NULL;
    char path[ROOM_PATH];
    room_add(&r, "header stay");
    room_path(&r, 2, path);
    assert_int_equal(zoe_header_read(path, NULL, &header, NULL), ZOE_OK);
    zoe_header_free(&header);
    (void)only_child();
    settings.isolation = ZOE_ISOLATION_OFF;
    room_begin(&r, &settings);
    while (children_count() > r.children && zoe_now_ns() < deadline)
        usleep(10000);
    assert_int_equal(children_count(), r.children);
    room_end(&r);
    assert_int_equal(zoe_header_isolate(NULL), ZOE_OK);
}

/* A process that wants more and more of a file that is far away does not get all of it. */
static void test_insatiable_at_header(void **state)
{
    (void)state;
    enum { HEADER_MAX = 64 << 20 }; /* as include/zoetrope/header.h has it */
    decoder_room r;
    char path[ROOM_PATH], url[160];
    zoe_header *header = NULL;
    room_make(&r);
    zoe_engine_settings settings = room_settings();
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    room_add(&r, "header more");
    room_path(&r, r.frames, path);
    assert_int_equal(truncate(path, (off_t)4 * HEADER_MAX), 0);
    fake_storage *far = fake_storage_create("");
    snprintf(url, sizeof url, "http://fake%s", path);
    assert_int_equal(zoe_header_read(url, fake_storage_storage(far), &header, NULL),
                     ZOE_ERROR_TRUNCATED);
    assert_in_range(fake_storage_count(far).bytes_read, HEADER_MAX, 2 * HEADER_MAX);
    fake_storage_destroy(far);
    assert_int_equal(zoe_header_isolate(NULL), ZOE_OK);
    room_end(&r);
}

/* Rubbish in every field: an error, or at worst wrong pixels. A process whose answer could have
 * been true goes on to the next frame, which it then spoils: that is an error too, and the end of
 * it. */
static void test_rubbish(void **state)
{
    (void)state;
    static const char *const phases[] = {"open", "first", "last", "finish"};
    decoder_room r;
    char text[64];
    room_make(&r);
    for (size_t p = 0; p < COUNT_OF(phases); p++)
        for (int seed = 1; seed <= 8; seed++) {
            snprintf(text, sizeof text, "%s garbage%d", phases[p], seed);
            room_add(&r, NULL);
            room_add(&r, text);
        }
    room_add(&r, NULL);
    zoe_engine_settings settings = room_settings();
    room_begin(&r, &settings);
    for (int64_t p = 0; p < r.frames; p++) {
        zoe_frame frame;
        zoe_status status = room_wait(&r, p, &frame);
        assert_true(status == ZOE_OK || status == ZOE_ERROR_DECODER || p % 2 == 1);
        if (status == ZOE_OK && p % 2 == 0) {
            zoe_frame_release(&frame);
            room_assert_right(&r, p);
        } else if (status == ZOE_OK) {
            /* Whatever it says can be read. */
            float pixel[ZOE_PLANES_MAX] = {0};
            for (int y = 0; y < BAD_HEIGHT; y++)
                for (int x = 0; x < BAD_WIDTH; x++)
                    zoe_display_sample(&frame, x, y, pixel);
            assert_true(memchr(frame.time_code, 0, sizeof frame.time_code) != NULL);
            zoe_frame_release(&frame);
        }
    }
    room_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_at_open),
        cmocka_unit_test(test_bad_at_first_piece),
        cmocka_unit_test(test_bad_at_last_piece),
        cmocka_unit_test(test_bad_at_finish),
        cmocka_unit_test(test_slow_is_not_hung),
        cmocka_unit_test(test_pretended_progress_comes_to_an_end),
        cmocka_unit_test(test_bad_at_header),
        cmocka_unit_test(test_headers_share_a_process),
        cmocka_unit_test(test_headers_leave_nothing),
        cmocka_unit_test(test_insatiable_at_header),
        cmocka_unit_test(test_rubbish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
