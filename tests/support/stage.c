#define _GNU_SOURCE /* mkdtemp */

#include "support/stage.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/seeded_random.h"
#include "support/temp_folder.h"

enum { DEADLINE_SECONDS = 120 };

void stage_begin_with(stage *s, const zoe_engine_settings *settings, fake_decoder *fake,
                      const zoe_decoder *decoder)
{
    memset(s, 0, sizeof *s);
    temp_folder_make(s->folder, sizeof s->folder);
    s->fake = fake;
    zoe_decoder alone = fake_decoder_interface(fake);
    zoe_error error = {.status = ZOE_OK};
    if (zoe_engine_create_with(settings, decoder ? decoder : &alone, &s->engine, &error) != ZOE_OK)
        fail_msg("no engine: %s", error.text);
    assert_int_equal(s->engine->workers.count, settings->workers);
    /* As with decoders in other processes: what is said of memory holds for shared memory too. */
    s->engine->cache.memory.frames.shared = getenv("ZOE_TEST_SHARED") != NULL;
    /* Books are compared to the byte: nothing is guessed of a file. */
    s->engine->cache.first_file_bytes = 0;
}

void stage_begin(stage *s, uint32_t workers, uint64_t limit, size_t bytes, int32_t pieces)
{
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.workers = workers;
    settings.budget.bytes = limit;
    settings.bind_workers = 0;
    stage_begin_with(s, &settings, fake_decoder_new(bytes, pieces), NULL);
}

void stage_end(stage *s)
{
    fake_open_gates(s->fake);
    zoe_engine_destroy(&s->engine);
    assert_int_equal(fake_open_now(s->fake), 0);
    assert_int_equal(s->fake->clashes, 0);
    fake_decoder_free(s->fake);
    temp_folder_remove(s->folder);
}

static void path_of(const stage *s, const char *name, int64_t number, char path[128])
{
    snprintf(path, 128, "%s/%s.%04" PRId64 ".exr", s->folder, name, number);
}

void stage_touch(const stage *s, const char *name, int64_t number)
{
    char path[128];
    path_of(s, name, number, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        fail_msg("%s cannot be made", path);
    close(fd);
}

void stage_change(const stage *s, const char *name, int64_t number)
{
    char path[128];
    path_of(s, name, number, path);
    FILE *file = fopen(path, "ae");
    assert_non_null(file);
    fputc('.', file);
    fclose(file);
}

void stage_remove(const stage *s, const char *name, int64_t number)
{
    char path[128];
    path_of(s, name, number, path);
    unlink(path);
}

zoe_source *stage_source(stage *s, const char *name, int64_t first, int64_t last)
{
    for (int64_t i = first; i <= last; i++)
        stage_touch(s, name, i);
    char path[128];
    path_of(s, name, first, path);
    zoe_sequence *sequence = NULL;
    zoe_source *source = NULL;
    zoe_error error = {.status = ZOE_OK};
    if (zoe_sequence_open(path, NULL, &sequence, &error) != ZOE_OK ||
        zoe_source_open(s->engine, &sequence, NULL, &source, &error) != ZOE_OK)
        fail_msg("%s cannot be opened: %s", path, error.text);
    return source;
}

zoe_want stage_play(int64_t playhead, int64_t in, int64_t out)
{
    return (zoe_want){.playhead = playhead, .in = in, .out = out, .direction = 1, .playing = 1};
}

void stage_want(zoe_source *source, const zoe_want *want)
{
    assert_int_equal(zoe_source_set_want(source, want), ZOE_OK);
}

void stage_set_sizes(stage *s, int64_t number, size_t bytes, size_t scratch_bytes)
{
    fake_frame *frame = fake_lock(s->fake, number);
    frame->bytes = bytes;
    frame->scratch_bytes = scratch_bytes;
    fake_unlock(s->fake);
}

/* ---- waiting ---- */

void stage_nap(void *user)
{
    (void)user;
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
}

uint64_t stage_soon(void)
{
    return zoe_now_ns() + (uint64_t)DEADLINE_SECONDS * 1000000000u;
}

/* Have all workers looked for work since `attention` was this, and found none? */
static bool all_idle_locked(const zoe_engine *engine, uint32_t attention)
{
    const zoe_cache *cache = &engine->cache;
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++)
        if (cache->loads[i].phase != ZOE_LOAD_FREE)
            return false;
    for (uint32_t i = 0; i < engine->workers.count; i++) {
        const zoe_load_worker *worker = &engine->workers.workers[i].load_worker;
        if (worker->load || worker->seen != attention)
            return false;
    }
    return cache->idle == cache->workers;
}

void stage_rest(stage *s)
{
    zoe_cache *cache = &s->engine->cache;
    uint64_t until = stage_soon();
    /* A worker that was woken may not have run yet. So all are told to look for work: each has seen
     * that before it waits again. */
    zoe_cache_lock(cache);
    int64_t opened = -1;
    for (;;) {
        uint32_t attention = atomic_load(&cache->attention);
        bool idle = all_idle_locked(s->engine, attention);
        pthread_mutex_lock(&s->fake->lock);
        int64_t now = s->fake->opened;
        pthread_mutex_unlock(&s->fake->lock);
        if (idle && now == opened)
            break;
        if (idle) {
            opened = now;
            zoe_cache_wake_all_locked(cache);
        }
        zoe_cache_unlock(cache);
        if (zoe_now_ns() > until)
            fail_msg("the engine does not come to rest");
        nap();
        zoe_cache_lock(cache);
    }
    zoe_cache_unlock(cache);
}

void stage_settle(stage *s, zoe_source *source, const zoe_want *want)
{
    stage_want(source, want);
    stage_rest(s);
}

/* ---- frames ---- */

static zoe_frame must_come(zoe_status status, int64_t position, const zoe_frame *frame)
{
    if (status != ZOE_OK)
        fail_msg("position %" PRId64 ": %s", position, zoe_status_name(status));
    return *frame;
}

zoe_frame stage_acquire(zoe_source *source, int64_t position)
{
    zoe_frame frame;
    zoe_status status = zoe_source_acquire(source, position, &frame);
    return must_come(status, position, &frame);
}

zoe_frame stage_wait(zoe_source *source, int64_t position)
{
    zoe_frame frame;
    zoe_status status = zoe_source_wait(source, position, stage_soon(), &frame);
    return must_come(status, position, &frame);
}

void stage_assert_right(const stage *s, const zoe_frame *frame, int64_t number, uint32_t version)
{
    char why[160];
    if (!fake_frame_is_right(s->fake, frame, number, version, why, sizeof why))
        fail_msg("frame %" PRId64 ", version %u: %s", number, version, why);
}

zoe_frame_state stage_state(zoe_source *source, int64_t position)
{
    uint8_t state = 0;
    assert_int_equal(zoe_source_states(source, position, 1, &state), ZOE_OK);
    return (zoe_frame_state)state;
}

bool stage_wait_state(zoe_source *source, int64_t position, zoe_frame_state state)
{
    for (uint64_t until = stage_soon(); zoe_now_ns() < until; nap())
        if (stage_state(source, position) == state)
            return true;
    print_message("position %" PRId64 " is %s, waited for %s\n", position,
                  zoe_frame_state_name(stage_state(source, position)), zoe_frame_state_name(state));
    return false;
}

int64_t stage_loaded(zoe_source *source, int64_t first, int64_t last)
{
    int64_t loaded = 0;
    for (int64_t i = first; i <= last; i++) {
        zoe_frame_state state = stage_state(source, i);
        loaded += state == ZOE_FRAME_LOADED || state == ZOE_FRAME_INCOMPLETE;
    }
    return loaded;
}

void stage_assert_loaded(zoe_source *source, int64_t first, int64_t last)
{
    int64_t count = zoe_sequence_count(zoe_source_sequence(source));
    for (int64_t i = 0; i < count; i++) {
        bool loaded = stage_state(source, i) == ZOE_FRAME_LOADED;
        if (loaded != (i >= first && i <= last))
            fail_msg("position %" PRId64 " is %s; %" PRId64 "..%" PRId64 " should be loaded", i,
                     zoe_frame_state_name(stage_state(source, i)), first, last);
    }
}

zoe_stats stage_stats(stage *s)
{
    zoe_stats stats;
    zoe_engine_stats(s->engine, &stats);
    return stats;
}

bool stage_wait_limit(stage *s, uint64_t bytes)
{
    for (uint64_t until = stage_soon(); zoe_now_ns() < until; nap())
        if (stage_stats(s).limit_bytes == bytes)
            return true;
    return false;
}

zoe_memory_report stage_budget(stage *s, uint64_t bytes)
{
    zoe_memory_report report;
    zoe_budget budget = {.bytes = bytes};
    assert_int_equal(zoe_engine_set_budget(s->engine, &budget, &report), ZOE_OK);
    return report;
}

uint64_t stage_random(uint64_t *state, uint64_t below)
{
    return seeded_random_below(state, below);
}
