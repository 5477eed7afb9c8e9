/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* mkdtemp */

#include "support/session_place.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/frame_header.h"
#include "model/exr_write.h"

const uint64_t session_place_second = 1000000000u;

/* Two minutes in all, in steps that cost nothing. */
enum { ROUNDS = 24000, ROUND_NS = 5000000 };

/* ---- begin and end ---- */

static int begin(void **state, uint64_t limit)
{
    session_place *p = calloc(1, sizeof *p);
    if (!p)
        return -1;
    *state = p;
    strcpy(p->folder, "/tmp/zoetrope-session-XXXXXX");
    if (!mkdtemp(p->folder))
        return -1;
    zoe_session_setup setup;
    memset(&setup, 0, sizeof setup);
    zoe_engine_settings_init(&setup.engine);
    zoe_source_settings_init(&setup.source);
    setup.engine.budget.bytes = limit;
    setup.engine.workers = 1;
    return zoe_session_start(&p->session, &setup, NULL) == ZOE_OK ? 0 : -1;
}

int session_place_set_up(void **state)
{
    return begin(state, (uint64_t)64 << 20);
}

int session_place_set_up_small(void **state)
{
    return begin(state, ZOE_LIMIT_MIN);
}

int session_place_tear_down(void **state)
{
    session_place *p = *state;
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

/* ---- files ---- */

typedef struct content {
    uint32_t channels;
    float number;
} content;

static int write_row(void *user, int32_t x, int32_t y, int32_t count,
                     void *const planes[ZOE_PLANES_MAX])
{
    const content *what = user;
    (void)y;
    for (uint32_t c = 0; c < what->channels; c++) {
        for (int32_t i = 0; i < count; i++) {
            float value = what->number;
            if (c == 3)
                value = 100.0f * value + (float)(x + i == SESSION_PLACE_WIDTH - 1);
            ((uint16_t *)planes[c])[i] = zoe_float_to_half(value);
        }
    }
    return 0;
}

void session_place_path(const session_place *p, const char *name, int number,
                        char path[SESSION_PLACE_PATH])
{
    snprintf(path, SESSION_PLACE_PATH, "%s/%s.%04d.exr", p->folder, name, number);
}

void session_place_write(const session_place *p, const char *name, int number,
                         session_place_kind kind)
{
    content what = {(uint32_t)kind, (float)number};
    zoe_exr_write_spec spec = {
        .data_window = {0, 0, SESSION_PLACE_WIDTH - 1, SESSION_PLACE_HEIGHT - 1},
        .display_window = {0, 0, SESSION_PLACE_WIDTH - 1, SESSION_PLACE_HEIGHT - 1},
        .pixel_aspect = 1.0,
        .compression = ZOE_COMPRESSION_ZIP,
        .channel_count = what.channels,
        .names = {"B", "G", "R", "Z"},
        .types = {ZOE_SAMPLE_HALF, ZOE_SAMPLE_HALF, ZOE_SAMPLE_HALF, ZOE_SAMPLE_HALF},
        .fps_numerator = 30000,
        .fps_denominator = 1001,
    };
    if (kind == SESSION_PLACE_Y)
        spec.names[0] = "Y";
    char path[SESSION_PLACE_PATH];
    zoe_error error = {ZOE_OK, ""};
    session_place_path(p, name, number, path);
    if (zoe_exr_write(path, &spec, write_row, &what, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

static int write_large(void *user, int32_t x, int32_t y, int32_t count,
                       void *const planes[ZOE_PLANES_MAX])
{
    const int *number = user;
    for (int32_t i = 0; i < count; i++)
        ((uint16_t *)planes[0])[i] = zoe_float_to_half(x + i == y + 9 ? 0.0f : (float)*number);
    return 0;
}

void session_place_write_large(const session_place *p, const char *name, int first, int last,
                               int32_t width, int32_t height)
{
    const zoe_box box = {0, 0, width - 1, height - 1};
    const zoe_exr_write_spec spec = {
        .data_window = box,
        .display_window = box,
        .pixel_aspect = 1.0,
        .compression = ZOE_COMPRESSION_RLE,
        .channel_count = 1,
        .names = {"Y"},
        .types = {ZOE_SAMPLE_HALF},
    };
    for (int number = first; number <= last; number++) {
        char path[SESSION_PLACE_PATH];
        session_place_path(p, name, number, path);
        assert_int_equal(zoe_exr_write(path, &spec, write_large, &number, NULL), ZOE_OK);
    }
}

void session_place_open(session_place *p, const char *name, int number, int replace)
{
    char path[SESSION_PLACE_PATH];
    zoe_error error = {ZOE_OK, ""};
    session_place_path(p, name, number, path);
    if (zoe_session_open(&p->session, path, replace, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

void session_place_open_neighbour(session_place *p, int by)
{
    zoe_shot_files files;
    zoe_error error = {ZOE_OK, ""};
    const char *spec = zoe_session_neighbour(&p->session, by);
    assert_non_null(spec);
    if (zoe_shot_files_read(&files, p->session.setup.storage, spec, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    /* The text belongs to the sequence that this closes. */
    char copy[SESSION_PLACE_PATH];
    snprintf(copy, sizeof copy, "%s", spec);
    if (zoe_session_open_in_place(&p->session, copy, &files, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    zoe_shot_files_free(&files);
}

/* ---- doing and seeing ---- */

zoe_status session_place_switch_layer(session_place *p, int by, zoe_error *error)
{
    zoe_header *header = NULL;
    const zoe_shot *shot = zoe_session_shot(&p->session);
    zoe_status status = zoe_frame_header_read(zoe_shot_sequence(shot),
                                              zoe_shot_header_position(shot), &header, error);
    if (status == ZOE_OK)
        status = zoe_session_switch_layer(&p->session, header, by, error);
    zoe_header_free(&header);
    return status;
}

zoe_status session_place_set_layer(session_place *p, const char *name, const char *view)
{
    zoe_header *header = NULL;
    const zoe_shot *shot = zoe_session_shot(&p->session);
    if (!shot)
        return zoe_session_choose_layer(&p->session, NULL, 0, NULL);
    zoe_status status = zoe_frame_header_read(zoe_shot_sequence(shot),
                                              zoe_shot_header_position(shot), &header, NULL);
    int32_t index = status == ZOE_OK ? zoe_header_find_layer(header, name, view) : -1;
    if (status == ZOE_OK)
        status = index < 0 ? ZOE_ERROR_NO_LAYER
                           : zoe_session_choose_layer(&p->session, header, index, NULL);
    zoe_header_free(&header);
    return status;
}

static zoe_status take(session_place *p, zoe_look *look, bool folder, zoe_refresh_report *report,
                       int64_t *shift)
{
    zoe_shot *shot = zoe_session_shot(&p->session);
    zoe_look_retry(look);
    zoe_status status = zoe_look_read(look, folder, NULL);
    if (status == ZOE_OK)
        status = zoe_session_take_look(&p->session, shot, look, report, shift, NULL);
    zoe_look_end(&look);
    zoe_fallback_forget(&shot->fallback);
    return status;
}

zoe_status session_place_refresh(session_place *p, zoe_refresh_report *report, int64_t *shift)
{
    zoe_look *look = NULL;
    zoe_status status = zoe_shot_look(zoe_session_shot(&p->session), &look, NULL);
    return status == ZOE_OK ? take(p, look, true, report, shift) : status;
}

bool session_place_reload(session_place *p)
{
    zoe_look *look = NULL;
    zoe_refresh_report report = {0};
    int64_t shift;
    const zoe_sequence *sequence = zoe_session_sequence(&p->session);
    assert_int_equal(zoe_look_begin(sequence, &look, NULL), ZOE_OK);
    int64_t playhead = zoe_session_transport(&p->session)->playhead;
    assert_int_equal(zoe_look_add_number(look, zoe_sequence_number(sequence, playhead)), ZOE_OK);
    assert_int_equal(take(p, look, false, &report, &shift), ZOE_OK);
    return report.changed > 0;
}

zoe_session_step session_place_update(session_place *p, uint64_t now_ns)
{
    zoe_session_step step;
    zoe_session_touch(&p->session);
    zoe_session_update(&p->session, now_ns, &step);
    return step;
}

static int is_settled(session_place *p)
{
    const zoe_shot *shot = zoe_session_shot(&p->session);
    for (int64_t i = 0; i < shot->transport.count; i++) {
        uint8_t one = ZOE_FRAME_EMPTY;
        assert_int_equal(zoe_source_states(shot->source, i, 1, &one), ZOE_OK);
        if (one < ZOE_FRAME_LOADED)
            return 0;
    }
    return 1;
}

static int is_there(session_place *p)
{
    return p->session.status != ZOE_LOADING;
}

static int waits_no_more(session_place *p)
{
    return !zoe_session_waits(&p->session);
}

static int has_let_go(session_place *p)
{
    return p->session.screen.tight.status == ZOE_NO_ROOM;
}

static void update_until(session_place *p, int (*done)(session_place *p), const char *otherwise)
{
    for (int round = 0; round < ROUNDS; round++) {
        session_place_update(p, session_place_second);
        if (done(p))
            return;
        nanosleep(&(struct timespec){.tv_nsec = ROUND_NS}, NULL);
    }
    fail_msg("%s", otherwise);
}

void session_place_settle(session_place *p)
{
    update_until(p, is_settled, "the frames do not load");
    /* The picture of what came last. */
    session_place_update(p, session_place_second);
}

void session_place_arrive(session_place *p)
{
    update_until(p, is_there, "the frame does not load");
}

void session_place_rest(session_place *p)
{
    update_until(p, waits_no_more, "it waits for a frame that does not come");
}

void session_place_let_go(session_place *p)
{
    p->session.screen.tight.status = ZOE_OK;
    zoe_session_copied(&p->session);
    update_until(p, has_let_go, "the picture on screen is not let go of");
}

int session_place_shown(const session_place *p)
{
    float values[ZOE_PLANES_MAX];
    if (!p->session.screen.frame.pin ||
        zoe_display_sample(&p->session.screen.frame, 1, 1, values) < 1)
        return -1;
    return (int)values[0];
}

zoe_status session_place_set_proxy(session_place *p, int32_t proxy_shift, zoe_error *error)
{
    zoe_source_settings form = p->session.setup.source;
    form.proxy_shift = proxy_shift;
    return zoe_session_set_form(&p->session, &form, error);
}

zoe_status session_place_set_overscan(session_place *p, bool on, zoe_error *error)
{
    zoe_source_settings form = p->session.setup.source;
    form.overscan = on;
    return zoe_session_set_form(&p->session, &form, error);
}

zoe_status session_place_set_precision(session_place *p, bool full, zoe_error *error)
{
    zoe_source_settings form = p->session.setup.source;
    form.full_precision = full;
    return zoe_session_set_form(&p->session, &form, error);
}
