/*
 * Planes whose samples are all equal are one row with stride 0, however they are stored, and take
 * no more memory than that; one sample that differs makes a plane of them.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <zoetrope/display.h>

#include "base/stop.h"
#include "support/exr_deep_reference.h"
#include "support/exr_maker.h"
#include "support/exr_picture.h"
#include "support/open_exr.h"
#include "support/stage.h"
#include "support/temp_folder.h"

/* Of several pieces. */
enum { WIDTH = 500, HEIGHT = 400, LEFT = -12, TOP = 30 };

enum { ALPHA = 1, ALL = 15 }; /* channels A, B, G, R */

enum { RED_PLANE, GREEN_PLANE, BLUE_PLANE, ALPHA_PLANE };

enum { COMPRESSION_NONE = 0, COMPRESSION_ZIP = 3 };

static char folder[64], path[128];

static int make_folder(void **state)
{
    (void)state;
    temp_folder_make(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/f.0001.exr", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    temp_folder_remove(folder);
    return 0;
}

/* Red, green, blue and alpha of one type, of which some channels are 1 everywhere. */
static exr_maker_file file_of(int type, unsigned flat)
{
    exr_maker_file file = {.part_count = 1, .seed = 3 | EXR_MAKER_SMOOTH};
    exr_maker_part *part = &file.parts[0];
    static const int window[4] = {LEFT, TOP, LEFT + WIDTH - 1, TOP + HEIGHT - 1};
    memcpy(part->data, window, sizeof window);
    memcpy(part->display, window, sizeof window);
    part->compression = COMPRESSION_ZIP;
    part->flat = flat;
    part->channel_count = 4;
    static const char names[4][2] = {"A", "B", "G", "R"};
    for (int c = 0; c < 4; c++) {
        part->channels[c] = (exr_maker_channel){"", type, 1, 1};
        memcpy(part->channels[c].name, names[c], 2);
    }
    return file;
}

static void put_other(exr_maker_file *file, int x, int y)
{
    file->parts[0].has_other = 1;
    file->parts[0].other_x = x;
    file->parts[0].other_y = y;
}

static exr_picture decode(const exr_maker_file *file, int32_t shift, uint32_t order)
{
    assert_int_equal(exr_maker_write(path, file), 0);
    const zoe_choice choice = {.proxy_shift = shift, .full_precision = true};
    exr_picture r = exr_picture_decode_whole(path, &choice, order);
    assert_true(shift > 0 || r.picture.piece_count > 2);
    return r;
}

/* ---- pixels ---- */

static uint32_t bits_of(int type, int value)
{
    if (type == 0)
        return (uint32_t)value;
    float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    return type == 1 ? zoe_float_to_half(single) : bits;
}

/* A channel is as OpenEXR reads it, at full size. */
static void check_channel(const exr_picture *r, const exr_maker_file *file, int channel,
                          uint32_t plane)
{
    static uint32_t values[WIDTH * HEIGHT];
    int width = 0, height = 0;
    assert_int_equal(exr_maker_read(path, file, 0, channel, 0, values, &width, &height), 0);
    const exr_maker_channel *c = &file->parts[0].channels[channel];
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint32_t want = values[y / c->y_sampling * width + x / c->x_sampling];
            uint32_t got = exr_picture_at(r, plane, LEFT + x, TOP + y);
            if (got != want)
                fail_msg("channel %s at %d,%d: %x, expected %x", c->name, x, y, got, want);
        }
}

static void check_all_channels(const exr_picture *r, const exr_maker_file *file)
{
    for (int c = 0; c < 4; c++)
        check_channel(r, file, c, 3 - (uint32_t)c);
}

static void assert_uniform(const exr_picture *r, uint32_t planes)
{
    const zoe_frame *frame = &r->picture.frame;
    size_t rows = 0;
    for (uint32_t p = 0; p < frame->plane_count; p++) {
        bool is_uniform = frame->planes[p].stride == 0;
        if (is_uniform != (planes >> p & 1))
            fail_msg("plane %u has stride %zu", p, frame->planes[p].stride);
        rows += is_uniform ? 1 : (size_t)(frame->window.max_y - frame->window.min_y + 1);
    }
    size_t width = (size_t)(frame->window.max_x - frame->window.min_x + 1);
    size_t sample = frame->planes[0].type == ZOE_SAMPLE_HALF ? 2 : 4;
    size_t row = (width * sample + 63) / 64 * 64;
    assert_int_equal(r->picture.bytes, rows * row + r->picture.shared_bytes);
}

typedef struct kind {
    const char *name;
    int compression, tile;
} kind;

static const kind kinds[] = {
    {"ZIP", COMPRESSION_ZIP, 0},
    {"tiles", COMPRESSION_ZIP, 32},
    {"plain", COMPRESSION_NONE, 0},
    {"plain tiles", COMPRESSION_NONE, 64},
};

static exr_maker_file file_of_kind(const kind *k, int type, unsigned flat)
{
    exr_maker_file file = file_of(type, flat);
    file.parts[0].compression = k->compression;
    file.parts[0].tile_width = file.parts[0].tile_height = k->tile;
    return file;
}

static void an_opaque_alpha_is_one_row(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int type = 0; type < 3; type++) {
            exr_maker_file file = file_of_kind(&kinds[k], type, ALPHA);
            exr_picture r = decode(&file, 0, (uint32_t)type);
            assert_uniform(&r, 1 << ALPHA_PLANE);
            check_all_channels(&r, &file);
            exr_picture_free(&r);
        }
}

static void one_other_sample_makes_a_plane(void **state)
{
    (void)state;
    static const int places[][2] = {
        {0, 0}, {WIDTH - 1, 0}, {WIDTH / 2, HEIGHT / 2}, {0, HEIGHT - 1}, {WIDTH - 1, HEIGHT - 1},
    };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int type = 0; type < 3; type++)
            for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
                exr_maker_file file = file_of_kind(&kinds[k], type, ALPHA);
                put_other(&file, places[i][0], places[i][1]);
                exr_picture r = decode(&file, 0, (uint32_t)i);
                assert_uniform(&r, 0);
                check_all_channels(&r, &file);
                exr_picture_free(&r);
            }
}

/* Every piece is uniform, but they are not alike. */
static void two_values_make_a_plane(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (uint32_t order = 0; order < 4; order++) {
            exr_maker_file file = file_of_kind(&kinds[k], 1, ALPHA);
            put_other(&file, 0, 256);
            file.parts[0].has_other = 2;
            exr_picture r = decode(&file, 0, order);
            assert_uniform(&r, 0);
            check_all_channels(&r, &file);
            exr_picture_free(&r);
        }
}

/* A matte in red, a shadow in alpha, nothing at all. */
static void any_planes_can_be_uniform(void **state)
{
    (void)state;
    for (unsigned flat = 0; flat <= ALL; flat++)
        for (uint32_t order = 0; order < 3; order++) {
            exr_maker_file file = file_of(1, flat);
            exr_picture r = decode(&file, 0, order);
            uint32_t planes = 0;
            for (uint32_t c = 0; c < 4; c++)
                planes |= (flat >> c & 1) << (3 - c);
            assert_uniform(&r, planes);
            check_all_channels(&r, &file);
            exr_picture_free(&r);
        }
}

static void as_half_they_are_compared_as_they_are_kept(void **state)
{
    (void)state;
    for (int type = 0; type < 3; type++) {
        exr_maker_file file = file_of(type, ALPHA);
        assert_int_equal(exr_maker_write(path, &file), 0);
        exr_picture r = exr_picture_decode_whole(path, &(zoe_choice){.layer = NULL}, 0);
        assert_uniform(&r, 1 << ALPHA_PLANE);
        assert_int_equal(exr_picture_at(&r, ALPHA_PLANE, LEFT + 5, TOP + 77), bits_of(1, 1));
        exr_picture_free(&r);
    }
}

static void proxies(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int32_t shift = 1; shift < 3; shift++) {
            exr_maker_file file = file_of_kind(&kinds[k], 2, ALPHA);
            exr_picture r = decode(&file, shift, 1);
            assert_uniform(&r, 1 << ALPHA_PLANE);
            const zoe_box *window = &r.picture.frame.window;
            for (int y = window->min_y; y <= window->max_y; y++)
                for (int x = window->min_x; x <= window->max_x; x++)
                    assert_int_equal(exr_picture_at(&r, ALPHA_PLANE, x, y), bits_of(2, 1));
            put_other(&file, 21, HEIGHT - 1);
            exr_picture other = decode(&file, shift, 1);
            assert_uniform(&other, 0);
            int found = 0;
            for (int y = window->min_y; y <= window->max_y; y++)
                for (int x = window->min_x; x <= window->max_x; x++) {
                    for (uint32_t p = 0; p < ALPHA_PLANE; p++)
                        assert_int_equal(exr_picture_at(&other, p, x, y),
                                         exr_picture_at(&r, p, x, y));
                    found += exr_picture_at(&other, ALPHA_PLANE, x, y) != bits_of(2, 1);
                }
            assert_int_equal(found, 1);
            exr_picture_free(&other);
            exr_picture_free(&r);
        }
}

static void subsampled_channels(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        exr_maker_file file = file_of(1, 1 << 3 | ALPHA);
        exr_maker_channel *red = &file.parts[0].channels[3];
        red->x_sampling = red->y_sampling = 2;
        if (i == 1)
            put_other(&file, WIDTH / 2 - 1, HEIGHT / 2 - 1);
        exr_picture r = decode(&file, 0, 1);
        assert_uniform(&r, i == 0 ? 1 << RED_PLANE | 1 << ALPHA_PLANE : 0);
        check_all_channels(&r, &file);
        exr_picture_free(&r);
    }
}

static void luminance_and_chroma(void **state)
{
    (void)state;
    exr_maker_file file = file_of(1, ALPHA);
    exr_maker_part *part = &file.parts[0];
    memcpy(part->channels[1].name, "BY", 3);
    memcpy(part->channels[2].name, "RY", 3);
    memcpy(part->channels[3].name, "Y", 2);
    for (int c = 1; c < 3; c++)
        part->channels[c].x_sampling = part->channels[c].y_sampling = 2;
    exr_picture r = decode(&file, 0, 2);
    assert_uniform(&r, 1 << ALPHA_PLANE);
    check_channel(&r, &file, 0, ALPHA_PLANE);
    static uint32_t values[WIDTH * HEIGHT];
    int width = 0, height = 0;
    for (uint32_t p = 0; p < 3; p++) {
        assert_int_equal(exr_maker_read_color(path, (int)p, values, &width, &height), 0);
        for (int i = 0; i < WIDTH * HEIGHT; i++)
            assert_int_equal(exr_picture_at(&r, p, LEFT + i % WIDTH, TOP + i / WIDTH), values[i]);
    }
    exr_picture_free(&r);
}

static void deep_pictures(void **state)
{
    (void)state;
    static uint16_t red[WIDTH * HEIGHT], alpha[WIDTH * HEIGHT];
    static unsigned counts[WIDTH * HEIGHT];
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        counts[i] = 1;
        red[i] = zoe_float_to_half((float)(i % 50) / 64);
        alpha[i] = zoe_float_to_half(1);
    }
    const exr_deep_reference_channel channels[] = {
        {"A", 1, alpha}, {"B", 1, red}, {"G", 1, red}, {"R", 1, red}};
    for (int tile = 0; tile <= 64; tile += 32)
        for (int other = 0; other < 2; other++) {
            const exr_deep_reference_image image = {LEFT, TOP,    WIDTH,    HEIGHT, 2,
                                                    tile, counts, channels, 4};
            alpha[WIDTH * HEIGHT - 1] = zoe_float_to_half(other ? 0.5f : 1);
            assert_int_equal(exr_deep_reference_write(path, &image), 0);
            exr_picture r = exr_picture_decode_whole(path, &(zoe_choice){.layer = NULL}, 1);
            assert_uniform(&r, other ? 0 : 1 << ALPHA_PLANE);
            for (int i = 0; i < WIDTH * HEIGHT; i++) {
                int x = LEFT + i % WIDTH, y = TOP + i / WIDTH;
                assert_int_equal(exr_picture_at(&r, ALPHA_PLANE, x, y), alpha[i]);
                assert_int_equal(exr_picture_at(&r, RED_PLANE, x, y), red[i]);
                assert_int_equal(exr_picture_at(&r, BLUE_PLANE, x, y), red[i]);
            }
            exr_picture_free(&r);
        }
}

/* What is equal is what is seen: the overscan may be anything. */
static void only_what_is_in_the_picture_counts(void **state)
{
    (void)state;
    exr_maker_file file = file_of(1, ALPHA);
    put_other(&file, 3, HEIGHT / 2);
    file.parts[0].display[0] += 10;
    exr_picture r = decode(&file, 0, 1);
    assert_uniform(&r, 1 << ALPHA_PLANE);
    exr_picture_free(&r);
    const zoe_choice all = {.overscan = true, .full_precision = true};
    r = exr_picture_decode_whole(path, &all, 1);
    assert_uniform(&r, 0);
    check_all_channels(&r, &file);
    exr_picture_free(&r);
}

/* ---- room ---- */

/* Decodes with room for a plane less. Returns the first error. */
static zoe_status decode_fitted(uint32_t uniform, exr_picture *r)
{
    const zoe_decoder *decoder = zoe_exr_decoder();
    const zoe_choice choice = {.full_precision = true};
    zoe_error error = {.status = ZOE_OK};
    open_exr_file opened;
    *r = (exr_picture){.opened = ZOE_OK};
    assert_int_equal(open_exr(path, &choice, EXR_PICTURE_LIMIT, NULL, &r->picture, &opened, &error),
                     ZOE_OK);
    const size_t bytes = zoe_picture_fitted(&r->picture, uniform), shared = r->picture.shared_bytes;
    void *buffer = NULL, *scratch = NULL;
    assert_int_equal(posix_memalign(&buffer, 64, bytes), 0);
    assert_int_equal(posix_memalign(&scratch, 64, r->picture.scratch_bytes), 0);
    memset((uint8_t *)buffer + bytes - shared, 0, shared);
    zoe_status status = ZOE_OK;
    for (int32_t piece = 0; piece < r->picture.piece_count && status == ZOE_OK; piece++)
        status = decoder->decode(NULL, opened.file, piece, buffer, bytes, scratch,
                                 r->picture.scratch_bytes, &error);
    if (status == ZOE_OK) {
        decoder->finish(NULL, opened.file, buffer, bytes, &r->picture, NULL);
        assert_int_equal(r->picture.bytes, bytes);
    }
    r->buffer = buffer;
    free(scratch);
    assert_int_equal(close_exr(&opened), ZOE_OK);
    return status;
}

static void as_much_room_as_the_last_time_is_enough(void **state)
{
    (void)state;
    exr_picture r;
    exr_maker_file file = file_of(1, ALPHA);
    assert_int_equal(exr_maker_write(path, &file), 0);
    assert_int_equal(decode_fitted(1 << ALPHA_PLANE, &r), ZOE_OK);
    assert_uniform(&r, 1 << ALPHA_PLANE);
    check_all_channels(&r, &file);
    exr_picture_free(&r);
    /* Another plane is than was expected. */
    assert_int_equal(decode_fitted(1 << GREEN_PLANE, &r), ZOE_OK);
    check_all_channels(&r, &file);
    exr_picture_free(&r);
}

static void a_plane_without_room_is_said(void **state)
{
    (void)state;
    exr_picture r;
    static const int rows[] = {0, HEIGHT / 2, HEIGHT - 1};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        exr_maker_file file = file_of(1, ALPHA);
        put_other(&file, 7, rows[i]);
        assert_int_equal(exr_maker_write(path, &file), 0);
        assert_int_equal(decode_fitted(1 << ALPHA_PLANE, &r), ZOE_ERROR_TOO_SMALL);
        exr_picture_free(&r);
        assert_int_equal(decode_fitted(0, &r), ZOE_OK);
        check_all_channels(&r, &file);
        exr_picture_free(&r);
    }
    exr_maker_file file = file_of(1, 0);
    assert_int_equal(exr_maker_write(path, &file), 0);
    assert_int_equal(decode_fitted(15, &r), ZOE_ERROR_TOO_SMALL);
    exr_picture_free(&r);
}

/* A piece that is stopped has not seen all of its samples. */
static void a_stopped_piece_tells_others_nothing(void **state)
{
    (void)state;
    exr_maker_file file = file_of(1, ALPHA);
    assert_int_equal(exr_maker_write(path, &file), 0);
    zoe_picture picture;
    open_exr_file opened;
    zoe_error error = {.status = ZOE_OK};
    const zoe_choice choice = {.full_precision = true};
    assert_int_equal(open_exr(path, &choice, EXR_PICTURE_LIMIT, NULL, &picture, &opened, &error),
                     ZOE_OK);
    const size_t bytes = zoe_picture_fitted(&picture, 1 << ALPHA_PLANE);
    void *buffer = NULL, *scratch = NULL;
    assert_int_equal(posix_memalign(&buffer, 64, bytes), 0);
    assert_int_equal(posix_memalign(&scratch, 64, picture.scratch_bytes), 0);
    const uint8_t *shared = (uint8_t *)buffer + bytes - picture.shared_bytes;
    memset(buffer, 0, bytes);
    zoe_stop stop = {0};
    zoe_stop_ask(&stop);
    const zoe_stop *before = zoe_stop_enter(&stop);
    for (int32_t piece = 0; piece < picture.piece_count; piece++)
        assert_int_equal(zoe_exr_decoder()->decode(NULL, opened.file, piece, buffer, bytes, scratch,
                                                   picture.scratch_bytes, &error),
                         ZOE_STALE);
    zoe_stop_enter(before);
    for (size_t i = sizeof(uint64_t); i < picture.shared_bytes; i++) /* behind the planes' order */
        assert_int_equal(shared[i], 0);
    free(scratch);
    free(buffer);
    assert_int_equal(close_exr(&opened), ZOE_OK);
}

/* ---- threads ---- */

enum { THREADS = 4 };

typedef struct shared_picture {
    exr_picture r;
    open_exr_file opened;
    size_t bytes;
    _Atomic int32_t next;
    _Atomic int failed;
} shared_picture;

static void *decode_some(void *user)
{
    shared_picture *s = user;
    void *scratch = NULL;
    if (posix_memalign(&scratch, 64, s->r.picture.scratch_bytes) != 0)
        return NULL;
    for (int32_t piece; (piece = atomic_fetch_add(&s->next, 1)) < s->r.picture.piece_count;) {
        zoe_error error;
        s->failed +=
            zoe_exr_decoder()->decode(NULL, s->opened.file, piece, s->r.buffer, s->bytes, scratch,
                                      s->r.picture.scratch_bytes, &error) != ZOE_OK;
    }
    free(scratch);
    return NULL;
}

static void threads_share_a_picture(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        exr_maker_file file = file_of_kind(&kinds[i % 4], 1, 1u << 2 | ALPHA);
        if (i >= 4)
            put_other(&file, i * 67 % WIDTH, i * 131 % HEIGHT);
        assert_int_equal(exr_maker_write(path, &file), 0);
        static shared_picture s;
        s = (shared_picture){.next = 0};
        const zoe_choice choice = {.full_precision = true};
        assert_int_equal(
            open_exr(path, &choice, EXR_PICTURE_LIMIT, NULL, &s.r.picture, &s.opened, &s.r.error),
            ZOE_OK);
        void *buffer = NULL;
        s.bytes = s.r.picture.bytes;
        assert_int_equal(posix_memalign(&buffer, 64, s.bytes), 0);
        memset(buffer, 0xA5, s.bytes);
        memset((uint8_t *)buffer + s.bytes - s.r.picture.shared_bytes, 0, s.r.picture.shared_bytes);
        s.r.buffer = buffer;
        pthread_t threads[THREADS];
        for (int t = 0; t < THREADS; t++)
            assert_int_equal(pthread_create(&threads[t], NULL, decode_some, &s), 0);
        for (int t = 0; t < THREADS; t++)
            pthread_join(threads[t], NULL);
        assert_int_equal(s.failed, 0);
        zoe_exr_decoder()->finish(NULL, s.opened.file, buffer, s.bytes, &s.r.picture, NULL);
        assert_uniform(&s.r, i < 4 ? 1 << GREEN_PLANE | 1 << ALPHA_PLANE : 0);
        check_all_channels(&s.r, &file);
        assert_int_equal(close_exr(&s.opened), ZOE_OK);
        exr_picture_free(&s.r);
    }
}

/* ---- in the cache ---- */

enum { FRAMES = 12, ROW_BYTES = 1024, PLANE_BYTES = ROW_BYTES * HEIGHT };

static void write_sequence(const char *name, int from, int to, unsigned flat, int other_at)
{
    for (int i = from; i <= to; i++) {
        exr_maker_file file = file_of(1, flat);
        if (i == other_at)
            put_other(&file, 11, HEIGHT - 1);
        char frame[160];
        snprintf(frame, sizeof frame, "%s/%s.%04d.exr", folder, name, i);
        assert_int_equal(exr_maker_write(frame, &file), 0);
    }
}

static zoe_engine *begin_engine(const char *name, uint64_t limit, zoe_source **source)
{
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.budget.bytes = limit;
    settings.workers = 3;
    zoe_engine *engine = NULL;
    zoe_sequence *sequence = NULL;
    char frames[160];
    snprintf(frames, sizeof frames, "%s/%s.####.exr", folder, name);
    assert_int_equal(zoe_engine_create(&settings, &engine, NULL), ZOE_OK);
    assert_int_equal(zoe_sequence_open(frames, NULL, &sequence, NULL), ZOE_OK);
    assert_int_equal(zoe_source_open(engine, &sequence, NULL, source, NULL), ZOE_OK);
    return engine;
}

/* Waits for all frames; returns how many have `planes` uniform. */
static int load_all(zoe_source *source, uint32_t planes)
{
    int found = 0;
    zoe_want want = stage_play(0, 0, FRAMES - 1);
    for (want.playhead = 0; want.playhead < FRAMES; want.playhead++) {
        stage_want(source, &want);
        zoe_frame frame = stage_wait(source, want.playhead);
        uint32_t uniform = 0;
        for (uint32_t p = 0; p < frame.plane_count; p++)
            uniform |= (uint32_t)(frame.planes[p].stride == 0) << p;
        found += uniform == planes;
        zoe_frame_release(&frame);
    }
    return found;
}

static uint64_t pages(uint64_t bytes)
{
    return (bytes + 4095) / 4096 * 4096;
}

static void the_cache_counts_what_is_kept(void **state)
{
    (void)state;
    write_sequence("even", 1, FRAMES, ALPHA, 0);
    zoe_source *source = NULL;
    zoe_engine *engine = begin_engine("even", 64 << 20, &source);
    zoe_stats stats;
    for (int round = 0; round < 2; round++) {
        assert_int_equal(load_all(source, 1 << ALPHA_PLANE), FRAMES);
        zoe_engine_stats(engine, &stats);
        const uint64_t most = FRAMES * pages(3 * PLANE_BYTES + ROW_BYTES + 64);
        assert_true(stats.frame_bytes <= most);
        assert_true(stats.full_frame_bytes >= (uint64_t)FRAMES * 4 * PLANE_BYTES);
        assert_int_equal(zoe_engine_clear(engine, NULL), ZOE_OK);
    }
    assert_int_equal(stats.errors, 0);
    zoe_source_close(&source);
    zoe_engine_destroy(&engine);
}

static void an_empty_pass_takes_next_to_nothing(void **state)
{
    (void)state;
    write_sequence("empty", 1, FRAMES, ALL, 0);
    zoe_source *source = NULL;
    zoe_engine *engine = begin_engine("empty", 64 << 20, &source);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(load_all(source, 15), FRAMES);
        zoe_stats stats;
        zoe_engine_stats(engine, &stats);
        assert_true(stats.frame_bytes <= FRAMES * pages(4 * ROW_BYTES + 64));
        assert_int_equal(zoe_engine_clear(engine, NULL), ZOE_OK);
    }
    zoe_source_close(&source);
    zoe_engine_destroy(&engine);
}

/* Frames for whose alpha there was no room are decoded again, and right. */
static void a_frame_unlike_the_others(void **state)
{
    (void)state;
    write_sequence("odd", 1, FRAMES, ALPHA, 9);
    zoe_source *source = NULL;
    zoe_engine *engine = begin_engine("odd", 64 << 20, &source);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(load_all(source, 1 << ALPHA_PLANE), FRAMES - 1);
        zoe_frame frame = stage_wait(source, 8);
        float pixel[ZOE_PLANES_MAX];
        zoe_display_sample(&frame, LEFT + 11, TOP + HEIGHT - 1, pixel);
        assert_float_equal(pixel[ALPHA_PLANE], 2, 0);
        zoe_display_sample(&frame, LEFT + 10, TOP + HEIGHT - 1, pixel);
        assert_float_equal(pixel[ALPHA_PLANE], 1, 0);
        zoe_frame_release(&frame);
        zoe_stats stats;
        zoe_engine_stats(engine, &stats);
        assert_int_equal(stats.errors, 0);
        assert_int_equal(stats.decodes, (round + 1) * FRAMES);
        assert_int_equal(zoe_engine_clear(engine, NULL), ZOE_OK);
    }
    zoe_source_close(&source);
    zoe_engine_destroy(&engine);
}

enum { LARGE_PLANE = 1280 * 400 };

static void write_large(const char *name, unsigned flat)
{
    exr_maker_file file = file_of(1, flat);
    file.parts[0].data[2] = file.parts[0].display[2] = LEFT + 640 - 1;
    file.parts[0].data[3] = file.parts[0].display[3] = TOP + 400 - 1;
    for (int i = 1; i <= FRAMES; i++) {
        char frame[160];
        snprintf(frame, sizeof frame, "%s/%s.%04d.exr", folder, name, i);
        assert_int_equal(exr_maker_write(frame, &file), 0);
    }
}

/* Until nothing is loaded any more. */
static void rest(zoe_engine *engine, zoe_stats *stats)
{
    int quiet = 0;
    for (int i = 0; i < 3000 && quiet < 10; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        zoe_engine_stats(engine, stats);
        quiet = stats->loads_pending > 0 ? 0 : quiet + 1;
    }
}

/* Room is for what frames take: four thirds of them. */
static void more_frames_fit(void **state)
{
    (void)state;
    /* Three processes take most of the smallest limit, now more and now less. */
    if (getenv("ZOE_TEST_ISOLATED"))
        skip();
    static const char *const names[] = {"full", "opaque"};
    for (int i = 0; i < 2; i++) {
        write_large(names[i], i ? ALPHA : 0);
        zoe_source *source = NULL;
        zoe_engine *engine = begin_engine(names[i], ZOE_LIMIT_MIN, &source);
        for (int round = 0; round < 3; round++)
            load_all(source, 0);
        zoe_stats stats;
        const uint64_t size =
            pages(i ? 3 * (uint64_t)LARGE_PLANE + 1280 + 64 : 4 * (uint64_t)LARGE_PLANE + 64);
        uint64_t fit = 0;
        /* A busy machine may keep a worker from the next frame for longer than rest() looks. */
        for (int tries = 0; tries < 100 && (!fit || stats.frames_loaded < fit); tries++) {
            rest(engine, &stats);
            /* Idle workers may have given their scratch to frames. */
            fit = (stats.limit_bytes - stats.scratch_bytes) / size;
        }
        if (stats.frames_loaded < fit)
            fail_msg("%s: %d frames, room for %d", names[i], (int)stats.frames_loaded, (int)fit);
        assert_true(stats.high_water_bytes <= stats.limit_bytes);
        zoe_source_close(&source);
        zoe_engine_destroy(&engine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_opaque_alpha_is_one_row),
        cmocka_unit_test(one_other_sample_makes_a_plane),
        cmocka_unit_test(two_values_make_a_plane),
        cmocka_unit_test(any_planes_can_be_uniform),
        cmocka_unit_test(as_half_they_are_compared_as_they_are_kept),
        cmocka_unit_test(proxies),
        cmocka_unit_test(subsampled_channels),
        cmocka_unit_test(luminance_and_chroma),
        cmocka_unit_test(deep_pictures),
        cmocka_unit_test(only_what_is_in_the_picture_counts),
        cmocka_unit_test(as_much_room_as_the_last_time_is_enough),
        cmocka_unit_test(a_plane_without_room_is_said),
        cmocka_unit_test(a_stopped_piece_tells_others_nothing),
        cmocka_unit_test(threads_share_a_picture),
        cmocka_unit_test(the_cache_counts_what_is_kept),
        cmocka_unit_test(an_empty_pass_takes_next_to_nothing),
        cmocka_unit_test(a_frame_unlike_the_others),
        cmocka_unit_test(more_frames_fit),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
