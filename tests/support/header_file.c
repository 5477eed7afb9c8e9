/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "support/header_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/open_exr.h"
#include "support/temp_folder.h"

char header_file_folder[64];
char header_file_path[96];

int header_file_set_up(void **state)
{
    (void)state;
    temp_folder_make(header_file_folder, sizeof header_file_folder);
    snprintf(header_file_path, sizeof header_file_path, "%s/test.exr", header_file_folder);
    return 0;
}

int header_file_tear_down(void **state)
{
    (void)state;
    temp_folder_remove(header_file_folder);
    return 0;
}

/* ---- writing ---- */

static void quiet(exr_const_context_t ctxt, exr_result_t result, const char *message)
{
    (void)ctxt;
    (void)result;
    (void)message;
}

void header_file_must(exr_result_t result)
{
    if (result != EXR_ERR_SUCCESS)
        fail_msg("%s", exr_get_error_code_as_string(result));
}

exr_context_t header_file_begin(void)
{
    exr_context_initializer_t settings = EXR_DEFAULT_CONTEXT_INITIALIZER;
    settings.error_handler_fn = quiet;
    exr_context_t ctxt;
    header_file_must(exr_start_write(&ctxt, header_file_path, EXR_WRITE_FILE_DIRECTLY, &settings));
    return ctxt;
}

int header_file_add_part(exr_context_t ctxt, const char *name, const char *channels)
{
    int part;
    header_file_must(exr_add_part(ctxt, name, EXR_STORAGE_SCANLINE, &part));
    header_file_must(exr_initialize_required_attr_simple(ctxt, part, 4, 2, EXR_COMPRESSION_NONE));
    char list[512];
    snprintf(list, sizeof list, "%s", channels);
    char *rest = list;
    for (char *channel; (channel = strtok_r(rest, " ", &rest));)
        header_file_must(exr_add_channel(ctxt, part, channel, EXR_PIXEL_HALF,
                                         EXR_PERCEPTUALLY_LOGARITHMIC, 1, 1));
    return part;
}

void header_file_set_views(exr_context_t ctxt, int part, const char *views)
{
    char list[64];
    const char *names[4];
    int32_t count = 0;
    snprintf(list, sizeof list, "%s", views);
    char *rest = list;
    for (char *view; (view = strtok_r(rest, " ", &rest));) {
        assert_in_range(count, 0, 3);
        names[count++] = view;
    }
    header_file_must(exr_attr_set_string_vector(ctxt, part, "multiView", count, names));
}

/* OpenEXR removes a file without its pixels: they are all 0. */
void header_file_end(exr_context_t ctxt)
{
    static const unsigned char zeros[1 << 16];
    int parts;
    header_file_must(exr_write_header(ctxt));
    header_file_must(exr_get_count(ctxt, &parts));
    for (int part = 0; part < parts; part++) {
        const exr_attr_chlist_t *channels;
        header_file_must(exr_get_channels(ctxt, part, &channels));
        uint64_t bytes = (uint64_t)channels->num_channels * 4 * 2;
        assert_in_range(bytes, 1, sizeof zeros);
        for (int y = 0; y < 2; y++)
            header_file_must(exr_write_scanline_chunk(ctxt, part, y, zeros, bytes));
    }
    header_file_must(exr_finish(&ctxt));
}

void header_file_write_bytes(const void *bytes, size_t count)
{
    FILE *out = fopen(header_file_path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, count, out), count);
    assert_int_equal(fclose(out), 0);
}

size_t header_file_read_bytes(unsigned char *bytes, size_t capacity)
{
    FILE *in = fopen(header_file_path, "rb");
    assert_non_null(in);
    size_t count = fread(bytes, 1, capacity, in);
    fclose(in);
    return count;
}

/* ---- reading ---- */

zoe_header *header_file_must_read(const char *path)
{
    zoe_header *header = NULL;
    zoe_error error = {0};
    if (zoe_header_read(path, NULL, &header, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    assert_non_null(header);
    return header;
}

/* There is one reading of a file: the decoder says the same. */
static void must_fail_to_open(const char *path, const zoe_error *expected)
{
    const zoe_choice choice = {.layer = NULL};
    zoe_picture picture;
    zoe_error error = {0};
    open_exr_file opened;
    zoe_status status = open_exr(path, &choice, UINT64_MAX, NULL, &picture, &opened, &error);
    assert_int_equal(status, expected->status);
    assert_string_equal(error.text, expected->text);
}

void header_file_must_fail(const char *path, zoe_status expected)
{
    zoe_header *header = NULL;
    zoe_error error = {0};
    zoe_status status = zoe_header_read(path, NULL, &header, &error);
    if (status != expected)
        fail_msg("%s: %s instead of %s: %s", path, zoe_status_name(status),
                 zoe_status_name(expected), error.text);
    assert_null(header);
    assert_int_equal(error.status, expected);
    if (!strstr(error.text, path))
        fail_msg("\"%s\" does not name %s", error.text, path);
    must_fail_to_open(path, &error);
}
