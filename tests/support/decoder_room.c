#define _GNU_SOURCE

#include "support/decoder_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/bad_decoder.h"
#include "support/children.h"
#include "support/temp_folder.h"
#include "support/threads.h"

void room_path(const decoder_room *r, int64_t number, char path[ROOM_PATH])
{
    snprintf(path, ROOM_PATH, "%s/f.%04d.exr", r->folder, (int)number);
}

void room_add(decoder_room *r, const char *text)
{
    char path[ROOM_PATH];
    room_path(r, ++r->frames, path);
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

void room_make(decoder_room *r)
{
    memset(r, 0, sizeof *r);
    (void)threads_begin();
    r->descriptors = descriptors_count();
    r->children = children_count();
    temp_folder_make(r->folder, sizeof r->folder);
}

zoe_engine_settings room_settings(void)
{
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.budget.bytes = (uint64_t)256 << 20;
    settings.workers = 2;
    settings.isolation = ZOE_ISOLATION_ON;
    settings.decoder_program = BAD_DECODER;
    settings.decoder_hang_ms = ROOM_HANG_MS;
    return settings;
}

void room_begin(decoder_room *r, const zoe_engine_settings *settings)
{
    zoe_error error;
    zoe_sequence *sequence = NULL;
    if (zoe_engine_create(settings, &r->engine, &error) != ZOE_OK ||
        zoe_sequence_open(r->folder, NULL, &sequence, &error) != ZOE_OK ||
        zoe_source_open(r->engine, &sequence, NULL, &r->source, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

void room_end(decoder_room *r)
{
    zoe_source_close(&r->source);
    zoe_engine_destroy(&r->engine);
    temp_folder_remove(r->folder);
    assert_int_equal(children_count(), r->children);
    assert_int_equal(descriptors_count(), r->descriptors);
}

zoe_status room_wait(decoder_room *r, int64_t position, zoe_frame *frame)
{
    zoe_want want = {.playhead = position, .in = 0, .out = r->frames - 1, .direction = 1};
    want.playing = 1;
    assert_int_equal(zoe_source_set_want(r->source, &want), ZOE_OK);
    uint64_t deadline = zoe_now_ns() + (uint64_t)ROOM_WAIT_S * 1000000000u;
    return zoe_source_wait(r->source, position, deadline, frame);
}

void room_assert_right(decoder_room *r, int64_t position)
{
    zoe_frame frame;
    zoe_error error = {.text = ""};
    zoe_status status = room_wait(r, position, &frame);
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

void room_assert_bad(decoder_room *r, int64_t position, const char *what, const char *why)
{
    char name[64];
    zoe_frame frame;
    zoe_error error = {.text = ""};
    zoe_status status = room_wait(r, position, &frame);
    assert_int_equal(zoe_source_frame_error(r->source, position, &error), status);
    if (status != ZOE_ERROR_DECODER)
        fail_msg("%s: %s: %s", what, zoe_status_name(status), error.text);
    snprintf(name, sizeof name, "f.%04d.exr", (int)position + 1);
    if (!strstr(error.text, name) || (why && !strstr(error.text, why)))
        fail_msg("%s: expected '%s' on %s, got '%s'", what, why ? why : "", name, error.text);
    assert_null(strstr(error.text, "(status 99)"));
}
