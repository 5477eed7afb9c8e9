/*
 * Decoding in processes that may die: what becomes of the frame they were at, of all others, and of
 * the processes. The decoder is one that does what its files say (support/bad_decoder.c).
 */
#define _GNU_SOURCE

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <zoetrope/zoetrope.h>

#include "core/engine_internal.h"
#include "support/bad_decoder.h"
#include "support/children.h"
#include "support/fake_storage.h"
#include "support/temp_folder.h"
#include "support/threads.h"

/* HANG_MS: a busy machine keeps nothing waiting for so long. */
enum { HANG_MS = 1000, WAIT_S = 60 };

typedef struct room {
    char folder[64];
    zoe_engine *engine;
    zoe_source *source;
    int64_t frames;
    size_t descriptors, children;
} room;

/* ---- files, engine ---- */

/* The next frame's file. */
static void add_frame(room *r, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/f.%04d.exr", r->folder, (int)++r->frames);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    /* Each good one is of another size, which its samples say. */
    if (!text)
        for (int64_t i = 0; i < 100 + r->frames; i++)
            fputc('.', file);
    else
        fputs(text, file);
    fclose(file);
}

static void make_room(room *r)
{
    memset(r, 0, sizeof *r);
    (void)threads_begin();
    r->descriptors = descriptors_count();
    r->children = children_count();
    temp_folder_make(r->folder, sizeof r->folder);
}

static zoe_engine_settings settings_for(void)
{
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.budget.bytes = (uint64_t)256 << 20;
    settings.workers = 2;
    settings.isolation = ZOE_ISOLATION_ON;
    settings.decoder_program = BAD_DECODER;
    settings.decoder_hang_ms = HANG_MS;
    return settings;
}

static void begin(room *r, const zoe_engine_settings *settings)
{
    zoe_error error;
    zoe_sequence *sequence = NULL;
    if (zoe_engine_create(settings, &r->engine, &error) != ZOE_OK ||
        zoe_sequence_open(r->folder, NULL, &sequence, &error) != ZOE_OK ||
        zoe_source_open(r->engine, &sequence, NULL, &r->source, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

static void end(room *r)
{
    zoe_source_close(&r->source);
    zoe_engine_destroy(&r->engine);
    temp_folder_remove(r->folder);
    assert_int_equal(children_count(), r->children);
    assert_int_equal(descriptors_count(), r->descriptors);
}

/* ---- frames ---- */

static zoe_status wait_for(room *r, int64_t position, zoe_frame *frame)
{
    zoe_want want = {.playhead = position, .in = 0, .out = r->frames - 1, .direction = 1};
    want.playing = 1;
    assert_int_equal(zoe_source_set_want(r->source, &want), ZOE_OK);
    uint64_t deadline = zoe_now_ns() + (uint64_t)WAIT_S * 1000000000u;
    return zoe_source_wait(r->source, position, deadline, frame);
}

static void assert_right(room *r, int64_t position)
{
    zoe_frame frame;
    zoe_error error = {.text = ""};
    zoe_status status = wait_for(r, position, &frame);
    zoe_source_frame_error(r->source, position, &error);
    if (status != ZOE_OK)
        fail_msg("frame %d: %s: %s", (int)position, zoe_status_name(status), error.text);
    for (int y = 0; y < BAD_HEIGHT; y++) {
        const uint16_t *row = (const uint16_t *)(const void *)((const char *)frame.planes[0].data +
                                                               (size_t)y * frame.planes[0].stride);
        for (int x = 0; x < BAD_WIDTH; x++)
            assert_int_equal(row[x], 101 + position);
    }
    zoe_frame_release(&frame);
}

/* The frame is an error that names the file and says `why`. */
static void assert_bad(room *r, int64_t position, const char *what, const char *why)
{
    char name[64];
    zoe_frame frame;
    zoe_error error = {.text = ""};
    zoe_status status = wait_for(r, position, &frame);
    assert_int_equal(zoe_source_frame_error(r->source, position, &error), status);
    if (status != ZOE_ERROR_DECODER)
        fail_msg("%s: %s: %s", what, zoe_status_name(status), error.text);
    snprintf(name, sizeof name, "f.%04d.exr", (int)position + 1);
    if (!strstr(error.text, name) || (why && !strstr(error.text, why)))
        fail_msg("%s: expected '%s' on %s, got '%s'", what, why ? why : "", name, error.text);
    assert_null(strstr(error.text, "(status 99)"));
}

/* ---- bad decoders ---- */

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
    room r;
    char text[64];
    make_room(&r);
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%s %s", phase, list[i].action);
        add_frame(&r, NULL);
        add_frame(&r, text);
    }
    add_frame(&r, NULL);
    zoe_engine_settings settings = settings_for();
    begin(&r, &settings);
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%s %s", phase, list[i].action);
        assert_right(&r, (int64_t)i * 2);
        assert_bad(&r, (int64_t)i * 2 + 1, text, list[i].why);
    }
    assert_right(&r, (int64_t)count * 2);
    zoe_stats stats;
    zoe_engine_stats(r.engine, &stats);
    assert_true(stats.decoder_deaths >= count);
    assert_true(stats.decoder_restarts > 0);
    /* What killed one is not tried again as long as it is the same. */
    uint64_t deaths = stats.decoder_deaths;
    for (int64_t p = 0; p < r.frames; p++) {
        zoe_frame frame;
        if (wait_for(&r, p, &frame) == ZOE_OK)
            zoe_frame_release(&frame);
    }
    zoe_engine_stats(r.engine, &stats);
    assert_int_equal(stats.decoder_deaths, deaths);
    end(&r);
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

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
    room r;
    make_room(&r);
    add_frame(&r, "open slow");
    add_frame(&r, "last slow");
    zoe_engine_settings settings = settings_for();
    begin(&r, &settings);
    for (int64_t p = 0; p < r.frames; p++) {
        zoe_frame frame;
        assert_int_equal(wait_for(&r, p, &frame), ZOE_OK);
        zoe_frame_release(&frame);
    }
    zoe_stats stats;
    zoe_engine_stats(r.engine, &stats);
    assert_int_equal(stats.decoder_deaths, 0);
    end(&r);
}

/* A process that only says that it gets on does not keep a frame, and those after it, for ever. */
static void test_pretended_progress_comes_to_an_end(void **state)
{
    (void)state;
    room r;
    make_room(&r);
    add_frame(&r, "open pretend");
    add_frame(&r, "last pretend");
    add_frame(&r, NULL);
    zoe_engine_settings settings = settings_for();
    settings.decoder_hang_ms = HANG_MS / 7;
    begin(&r, &settings);
    for (int64_t p = 0; p < 2; p++) {
        zoe_frame frame;
        assert_int_equal(wait_for(&r, p, &frame), ZOE_ERROR_DECODER);
    }
    assert_right(&r, 2);
    end(&r);
}

/* A header is an error that says why, and a process is there for the next. */
static void check_header(const room *r, int64_t number, const char *what, const char *why)
{
    char path[128], name[32];
    zoe_header *header = NULL;
    zoe_error error = {.text = ""};
    snprintf(path, sizeof path, "%s/f.%04d.exr", r->folder, (int)number);
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
    room r;
    char text[64];
    make_room(&r);
    zoe_engine_settings settings = settings_for();
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    for (size_t i = 0; i < COUNT_OF(deeds); i++) {
        snprintf(text, sizeof text, "header %s", deeds[i].action);
        add_frame(&r, text);
        check_header(&r, r.frames, text, deeds[i].why);
        add_frame(&r, NULL);
        check_header(&r, r.frames, NULL, NULL);
    }
    add_frame(&r, "header empty");
    check_header(&r, r.frames, "no parts", "impossible answer");
    for (int seed = 1; seed <= 8; seed++) {
        snprintf(text, sizeof text, "header garbage%d", seed);
        add_frame(&r, text);
        check_header(&r, r.frames, text, NULL);
    }
    settings.decoder_program = "/nowhere";
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    zoe_header *header = NULL;
    char path[128];
    snprintf(path, sizeof path, "%s/f.0002.exr", r.folder);
    assert_int_equal(zoe_header_read(path, NULL, &header, NULL), ZOE_ERROR_NOT_FOUND);
    settings.isolation = ZOE_ISOLATION_AUTO; /* here, then, where it is no picture */
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    assert_int_equal(zoe_header_read(path, NULL, &header, NULL), ZOE_ERROR_NOT_EXR);
    settings.isolation = 3;
    assert_int_equal(zoe_header_isolate(&settings), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_header_isolate(NULL), ZOE_OK);
    temp_folder_remove(r.folder);
    assert_int_equal(children_count(), r.children);
    assert_int_equal(descriptors_count(), r.descriptors);
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
    room r;
    pthread_t thread;
    make_room(&r);
    zoe_engine_settings settings = settings_for();
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    for (int i = 0; i < 3; i++)
        add_frame(&r, NULL);
    add_frame(&r, "header later");
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
    char path[128];
    snprintf(path, sizeof path, "%s/f.0004.exr", r.folder);
    assert_int_equal(zoe_header_read(path, NULL, &header, NULL), ZOE_OK);
    zoe_header_free(&header);
    assert_int_not_equal(only_child(), pid);
    /* That of another thread ends with it, and is not missed. */
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    assert_int_equal(pthread_create(&thread, NULL, read_on_a_thread, &r), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    check_header(&r, 3, NULL, NULL);
    assert_int_equal(zoe_header_isolate(NULL), ZOE_OK);
    temp_folder_remove(r.folder);
    assert_int_equal(children_count(), r.children);
    assert_int_equal(descriptors_count(), r.descriptors);
}

/* Nothing stays behind where no more headers are read: not a process, and with an engine not what
 * is left of one. */
static void test_headers_leave_nothing(void **state)
{
    (void)state;
    room r;
    make_room(&r);
    zoe_engine_settings settings = settings_for();
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    add_frame(&r, NULL);
    check_header(&r, 1, NULL, NULL);
    (void)only_child();
    uint64_t deadline = zoe_now_ns() + (uint64_t)WAIT_S * 1000000000u;
    while (children_list(NULL, 0) > 0 && zoe_now_ns() < deadline)
        usleep(10000);
    assert_int_equal(children_list(NULL, 0), 0);
    /* Nor one that does not end itself, with an engine. */
    zoe_header *header = NULL;
    char path[128];
    add_frame(&r, "header stay");
    snprintf(path, sizeof path, "%s/f.0002.exr", r.folder);
    assert_int_equal(zoe_header_read(path, NULL, &header, NULL), ZOE_OK);
    zoe_header_free(&header);
    (void)only_child();
    settings.isolation = ZOE_ISOLATION_OFF;
    begin(&r, &settings);
    while (children_count() > r.children && zoe_now_ns() < deadline)
        usleep(10000);
    assert_int_equal(children_count(), r.children);
    end(&r);
    assert_int_equal(zoe_header_isolate(NULL), ZOE_OK);
}

/* A process that wants more and more of a file that is far away does not get all of it. */
static void test_insatiable_at_header(void **state)
{
    (void)state;
    enum { HEADER_MAX = 64 << 20 }; /* as include/zoetrope/header.h has it */
    room r;
    char path[128], url[160];
    zoe_header *header = NULL;
    make_room(&r);
    zoe_engine_settings settings = settings_for();
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
    add_frame(&r, "header more");
    snprintf(path, sizeof path, "%s/f.%04d.exr", r.folder, (int)r.frames);
    assert_int_equal(truncate(path, (off_t)4 * HEADER_MAX), 0);
    fake_storage *far = fake_storage_create("");
    snprintf(url, sizeof url, "http://fake%s", path);
    assert_int_equal(zoe_header_read(url, fake_storage_storage(far), &header, NULL),
                     ZOE_ERROR_TRUNCATED);
    assert_in_range(fake_storage_count(far).bytes_read, HEADER_MAX, 2 * HEADER_MAX);
    fake_storage_destroy(far);
    assert_int_equal(zoe_header_isolate(NULL), ZOE_OK);
    temp_folder_remove(r.folder);
    assert_int_equal(children_count(), r.children);
    assert_int_equal(descriptors_count(), r.descriptors);
}

/* Rubbish in every field: an error, or at worst wrong pixels. A process whose answer could have
 * been true goes on to the next frame, which it then spoils: that is an error too, and the end of
 * it. */
static void test_rubbish(void **state)
{
    (void)state;
    static const char *const phases[] = {"open", "first", "last", "finish"};
    room r;
    char text[64];
    make_room(&r);
    for (size_t p = 0; p < COUNT_OF(phases); p++)
        for (int seed = 1; seed <= 8; seed++) {
            snprintf(text, sizeof text, "%s garbage%d", phases[p], seed);
            add_frame(&r, NULL);
            add_frame(&r, text);
        }
    add_frame(&r, NULL);
    zoe_engine_settings settings = settings_for();
    begin(&r, &settings);
    for (int64_t p = 0; p < r.frames; p++) {
        zoe_frame frame;
        zoe_status status = wait_for(&r, p, &frame);
        assert_true(status == ZOE_OK || status == ZOE_ERROR_DECODER || p % 2 == 1);
        if (status == ZOE_OK && p % 2 == 0) {
            zoe_frame_release(&frame);
            assert_right(&r, p);
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
    end(&r);
}

/* ---- the life of processes ---- */

static void add_good_frames(room *r, int count)
{
    for (int i = 0; i < count; i++)
        add_frame(r, NULL);
}

static void test_killed_while_idle(void **state)
{
    (void)state;
    room r;
    make_room(&r);
    add_good_frames(&r, 12);
    zoe_engine_settings settings = settings_for();
    begin(&r, &settings);
    for (int64_t p = 0; p < 6; p++)
        assert_right(&r, p);
    zoe_want idle = {.idle = 1};
    assert_int_equal(zoe_source_set_want(r.source, &idle), ZOE_OK);
    pid_t pids[8];
    size_t count = children_list(pids, COUNT_OF(pids));
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++)
        kill(pids[i], SIGKILL);
    assert_int_equal(zoe_engine_clear(r.engine, NULL), ZOE_OK);
    for (int64_t p = 0; p < r.frames; p++)
        assert_right(&r, p);
    end(&r);
}

static void test_recycled(void **state)
{
    (void)state;
    room r;
    make_room(&r);
    add_good_frames(&r, 12);
    zoe_engine_settings settings = settings_for();
    settings.workers = 1;
    settings.decoder_frames = 3;
    begin(&r, &settings);
    for (int64_t p = 0; p < r.frames; p++)
        assert_right(&r, p);
    zoe_stats stats;
    zoe_engine_stats(r.engine, &stats);
    assert_int_equal(stats.decoder_restarts, 3);
    assert_int_equal(stats.decoder_deaths, 0);
    end(&r);
}

static void test_trim_ends_idle_ones(void **state)
{
    (void)state;
    room r;
    make_room(&r);
    add_good_frames(&r, 4);
    zoe_engine_settings settings = settings_for();
    begin(&r, &settings);
    for (int64_t p = 0; p < r.frames; p++)
        assert_right(&r, p);
    zoe_want idle = {.idle = 1};
    assert_int_equal(zoe_source_set_want(r.source, &idle), ZOE_OK);
    assert_true(children_count() > r.children);
    assert_int_equal(zoe_engine_trim(r.engine, NULL), ZOE_OK);
    assert_int_equal(children_count(), r.children);
    assert_int_equal(zoe_engine_clear(r.engine, NULL), ZOE_OK);
    assert_right(&r, 2);
    end(&r);
}

/* Waits until the engine's watch has looked at its processes, and done what follows from it. */
static void await_watch(const room *r)
{
    uint64_t deadline = zoe_now_ns() + (uint64_t)WAIT_S * 1000000000u;
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
static void give_back(const room *r, uint64_t bytes)
{
    zoe_cache *cache = &r->engine->cache;
    zoe_cache_lock(cache);
    cache->memory.returning += bytes;
    zoe_meter_add(&cache->memory.meter, bytes);
    zoe_cache_unlock(cache);
}

static void end_giving_back(const room *r, uint64_t bytes)
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
    room r;
    make_room(&r);
    add_good_frames(&r, 8);
    zoe_engine_settings settings = settings_for();
    begin(&r, &settings);
    for (int64_t p = 0; p < r.frames; p++) {
        zoe_stats stats;
        assert_right(&r, p);
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
    end(&r);
}

/* A file from afar is in memory as long as it is open: that is in what decoders have. */
static void test_memory_of_files(void **state)
{
    (void)state;
    enum { FILE_BYTES = 40 << 20 };
    room r;
    char path[128], url[160];
    zoe_error error;
    zoe_stats stats;
    zoe_sequence *sequence = NULL;
    make_room(&r);
    add_frame(&r, "first hang");
    snprintf(path, sizeof path, "%s/f.0001.exr", r.folder);
    assert_int_equal(truncate(path, FILE_BYTES), 0);
    fake_storage *far = fake_storage_create("");
    zoe_engine_settings settings = settings_for();
    settings.decoder_hang_ms = WAIT_S * 1000;
    if (zoe_engine_create(&settings, &r.engine, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    snprintf(url, sizeof url, "http://fake%s", path);
    if (zoe_sequence_open(url, fake_storage_storage(far), &sequence, &error) != ZOE_OK ||
        zoe_source_open(r.engine, &sequence, NULL, &r.source, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    zoe_want want = {.direction = 1};
    assert_int_equal(zoe_source_set_want(r.source, &want), ZOE_OK);
    uint64_t deadline = zoe_now_ns() + (uint64_t)WAIT_S / 2 * 1000000000u;
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
    end(&r);
    fake_storage_destroy(far);
}

static void test_no_program(void **state)
{
    (void)state;
    room r;
    zoe_error error;
    make_room(&r);
    zoe_engine_settings settings = settings_for();
    settings.decoder_program = "/nowhere/zoetrope-decoder";
    assert_int_equal(zoe_engine_create(&settings, &r.engine, &error), ZOE_ERROR_NOT_FOUND);
    assert_null(r.engine);
    assert_non_null(strstr(error.text, "/nowhere/zoetrope-decoder"));
    settings.isolation = ZOE_ISOLATION_AUTO;
    assert_int_equal(zoe_engine_create(&settings, &r.engine, &error), ZOE_OK);
    end(&r);
}

static void test_dies_at_its_start(void **state)
{
    (void)state;
    room r;
    char name[128];
    zoe_error error;
    make_room(&r);
    snprintf(name, sizeof name, "%s/decoder_at_start", r.folder);
    assert_int_equal(symlink(BAD_DECODER, name), 0);
    zoe_engine_settings settings = settings_for();
    settings.decoder_program = name;
    assert_int_equal(zoe_engine_create(&settings, &r.engine, &error), ZOE_ERROR_DECODER);
    assert_non_null(strstr(error.text, "decoder crashed (signal 11) at its start"));
    settings.isolation = ZOE_ISOLATION_AUTO;
    assert_int_equal(zoe_engine_create(&settings, &r.engine, &error), ZOE_OK);
    end(&r);
}

/* Once it was well, and then it is not any more. */
static void test_program_goes_away(void **state)
{
    (void)state;
    room r;
    char name[128];
    make_room(&r);
    add_good_frames(&r, 3);
    snprintf(name, sizeof name, "%s/decoder", r.folder);
    assert_int_equal(symlink(BAD_DECODER, name), 0);
    zoe_engine_settings settings = settings_for();
    settings.decoder_program = name;
    begin(&r, &settings);
    assert_int_equal(unlink(name), 0);
    zoe_frame frame;
    zoe_error error;
    assert_int_equal(wait_for(&r, 0, &frame), ZOE_ERROR_DECODER);
    zoe_source_frame_error(r.source, 0, &error);
    assert_non_null(strstr(error.text, "no decoder for "));
    assert_int_equal(symlink(BAD_DECODER, name), 0);
    zoe_refresh_report report;
    assert_int_equal(zoe_source_refresh(r.source, &report, &error), ZOE_OK);
    assert_right(&r, 0);
    end(&r);
}

/* A process that is killed takes its decoders with it. */
static void test_nobody_is_left_behind(void **state)
{
    (void)state;
    room r;
    int ends[2];
    make_room(&r);
    add_good_frames(&r, 4);
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        pid_t pids[8] = {0};
        zoe_engine_settings settings = settings_for();
        begin(&r, &settings);
        assert_right(&r, 0);
        assert_right(&r, 3);
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
    uint64_t deadline = zoe_now_ns() + (uint64_t)WAIT_S * 1000000000u;
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
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_at_open),
        cmocka_unit_test(test_bad_at_first_piece),
        cmocka_unit_test(test_bad_at_last_piece),
        cmocka_unit_test(test_bad_at_finish),
        cmocka_unit_test(test_headers_share_a_process),
        cmocka_unit_test(test_headers_leave_nothing),
        cmocka_unit_test(test_slow_is_not_hung),
        cmocka_unit_test(test_pretended_progress_comes_to_an_end),
        cmocka_unit_test(test_bad_at_header),
        cmocka_unit_test(test_insatiable_at_header),
        cmocka_unit_test(test_rubbish),
        cmocka_unit_test(test_killed_while_idle),
        cmocka_unit_test(test_recycled),
        cmocka_unit_test(test_trim_ends_idle_ones),
        cmocka_unit_test(test_full_limit_ends_none),
        cmocka_unit_test(test_memory_of_files),
        cmocka_unit_test(test_no_program),
        cmocka_unit_test(test_dies_at_its_start),
        cmocka_unit_test(test_program_goes_away),
        cmocka_unit_test(test_nobody_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
