/*
 * Headers: files that the test writes through OpenEXR's C API, damaged copies of them, and the
 * project's real images.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* mkdtemp */

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openexr.h>

#include <zoetrope/header.h>

#include "exr_attribute.h"
#include "exr_check.h"
#include "exr_decode.h"
#include "exr_layer.h"
#include "os.h"

static char folder[64];
static char file[96];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/zoetrope-header-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(file, sizeof file, "%s/test.exr", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    remove(file);
    return rmdir(folder);
}

/* ---- writing ---- */

static void quiet(exr_const_context_t ctxt, exr_result_t result, const char *message)
{
    (void)ctxt;
    (void)result;
    (void)message;
}

static void must(exr_result_t result)
{
    if (result != EXR_ERR_SUCCESS)
        fail_msg("%s", exr_get_error_code_as_string(result));
}

static exr_context_t begin(void)
{
    exr_context_initializer_t settings = EXR_DEFAULT_CONTEXT_INITIALIZER;
    settings.error_handler_fn = quiet;
    exr_context_t ctxt;
    must(exr_start_write(&ctxt, file, EXR_WRITE_FILE_DIRECTLY, &settings));
    return ctxt;
}

/* A part of 4x2 pixels with the channels that the text lists, blanks between them. */
static int add_part(exr_context_t ctxt, const char *name, const char *channels)
{
    int part;
    must(exr_add_part(ctxt, name, EXR_STORAGE_SCANLINE, &part));
    must(exr_initialize_required_attr_simple(ctxt, part, 4, 2, EXR_COMPRESSION_NONE));
    char list[512];
    snprintf(list, sizeof list, "%s", channels);
    char *rest = list;
    for (char *channel; (channel = strtok_r(rest, " ", &rest));)
        must(exr_add_channel(ctxt, part, channel, EXR_PIXEL_HALF, EXR_PERCEPTUALLY_LOGARITHMIC, 1,
                             1));
    return part;
}

/* OpenEXR removes a file without its pixels: they are all 0. */
static void end(exr_context_t ctxt)
{
    static const unsigned char zeros[4096];
    int parts;
    must(exr_write_header(ctxt));
    must(exr_get_count(ctxt, &parts));
    for (int part = 0; part < parts; part++) {
        const exr_attr_chlist_t *channels;
        must(exr_get_channels(ctxt, part, &channels));
        uint64_t bytes = (uint64_t)channels->num_channels * 4 * 2;
        for (int y = 0; y < 2; y++)
            must(exr_write_scanline_chunk(ctxt, part, y, zeros, bytes));
    }
    must(exr_finish(&ctxt));
}

static zoe_header *must_read(const char *path)
{
    zoe_header *header = NULL;
    zoe_error error = {0};
    if (zoe_header_read(path, &header, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    assert_non_null(header);
    return header;
}

static void must_fail(const char *path, zoe_status expected)
{
    zoe_header *header = NULL;
    zoe_error error = {0};
    zoe_status status = zoe_header_read(path, &header, &error);
    if (status != expected)
        fail_msg("%s: %s instead of %s: %s", path, zoe_status_name(status),
                 zoe_status_name(expected), error.text);
    assert_null(header);
    assert_int_equal(error.status, expected);
    if (!strstr(error.text, path))
        fail_msg("\"%s\" does not name %s", error.text, path);
}

static void write_bytes(const void *bytes, size_t count)
{
    FILE *out = fopen(file, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, count, out), count);
    assert_int_equal(fclose(out), 0);
}

static size_t read_bytes(unsigned char *bytes, size_t room)
{
    FILE *in = fopen(file, "rb");
    assert_non_null(in);
    size_t count = fread(bytes, 1, room, in);
    fclose(in);
    return count;
}

/* ---- layers ---- */

/* "name|view:channels;..." of all layers, colour marked by a star, alpha by a plus. */
static void describe_layers(const zoe_header *header, char *text, size_t room)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < header->layer_count; i++) {
        const zoe_layer *layer = &header->layers[i];
        used += (size_t)snprintf(text + used, room - used, "%s%s|%s%s:", i ? "; " : "", layer->name,
                                 layer->view, layer->is_color ? "*" : "");
        for (int32_t j = 0; j < layer->channel_count; j++)
            used +=
                (size_t)snprintf(text + used, room - used, " %s%s", layer->alpha == j ? "+" : "",
                                 header->parts[layer->part].channels[layer->channels[j]].name);
        assert_true(used < room);
    }
}

static void check_layers(const char *channels, const char *views, const char *expected)
{
    exr_context_t ctxt = begin();
    int part = add_part(ctxt, "main", channels);
    if (views) {
        char list[64];
        const char *names[4];
        int32_t count = 0;
        snprintf(list, sizeof list, "%s", views);
        char *rest = list;
        for (char *view; (view = strtok_r(rest, " ", &rest));)
            names[count++] = view;
        must(exr_attr_set_string_vector(ctxt, part, "multiView", count, names));
    }
    end(ctxt);
    zoe_header *header = must_read(file);
    char text[2048];
    describe_layers(header, text, sizeof text);
    assert_string_equal(text, expected);
    zoe_header_free(&header);
}

static void test_layers(void **state)
{
    (void)state;
    check_layers("R G B", NULL, "|*: R G B");
    check_layers("R G B A Z", NULL, "|*: R G B +A; Z|: Z");
    check_layers("Y", NULL, "|: Y");
    check_layers("Y A", NULL, "|: Y +A");
    check_layers("Y RY BY", NULL, "|*: Y RY BY");
    check_layers("Y RY BY A", NULL, "|*: Y RY BY +A");
    check_layers("Z", NULL, "Z|: Z");
    check_layers("r g b a", NULL, "|*: r g b +a");
    check_layers("spec.red spec.green spec.blue", NULL, "spec|*: spec.red spec.green spec.blue");
    check_layers("N.X N.Y N.Z", NULL, "N|: N.X N.Y N.Z");
    check_layers("P.x P.y P.z P.w", NULL, "P|: P.x P.y P.z P.w");
    check_layers("R G B motion.u motion.v", NULL, "|*: R G B; motion|: motion.u motion.v");
    check_layers("depth.Z R G B", NULL, "|*: R G B; depth|: depth.Z");
    /* The picture comes first, wherever it stands in the file. */
    check_layers("AO.R AO.G AO.B R G B A", NULL, "|*: R G B +A; AO|*: AO.R AO.G AO.B");
    check_layers("a.R a.G a.B beauty.R beauty.G beauty.B", NULL,
                 "beauty|*: beauty.R beauty.G beauty.B; a|*: a.R a.G a.B");
    check_layers("id.x mask", NULL, "id|: id.x; mask|: mask");
    check_layers("R G B id id.x Z Z.x", NULL, "|*: R G B; Z|: Z; id|: id; Z.x|: Z.x; id.x|: id.x");
    check_layers("id id.R id.G id.B R.x R G B", NULL,
                 "|*: R G B; id|: id; R|: R.x; id.rgb|*: id.R id.G id.B");
    check_layers("a.R a.b.R a.G a.c.R a.B", NULL, "a|*: a.R a.G a.B; a.b|: a.b.R; a.c|: a.c.R");
}

static void test_single_part_views(void **state)
{
    (void)state;
    check_layers("R G B left.R left.G left.B", "right left",
                 "|right*: R G B; |left*: left.R left.G left.B");
    check_layers("R G B Z spec.left.R spec.left.G spec.left.B left.Z both.u both.v", "right left",
                 "|right*: R G B; Z|right: Z; both|: both.u both.v; Z|left: left.Z; "
                 "spec|left*: spec.left.R spec.left.G spec.left.B");
    check_layers("R G B left.spec.R left.spec.G left.spec.B", "right left",
                 "|right*: R G B; spec|left*: left.spec.R left.spec.G left.spec.B");
    /* Without multiView the same names are layers. */
    check_layers("R G B left.R left.G left.B", NULL, "|*: R G B; left|*: left.R left.G left.B");
}

static void test_parts(void **state)
{
    (void)state;
    exr_context_t ctxt = begin();
    int depth = add_part(ctxt, "depth_left", "Z");
    int beauty = add_part(ctxt, "rgba_left", "R G B A");
    int other = add_part(ctxt, "rgba_right", "R G B A");
    int mask = add_part(ctxt, "mask", "mask.a mask.b R G B");
    must(exr_attr_set_string(ctxt, depth, "view", "left"));
    must(exr_attr_set_string(ctxt, beauty, "view", "left"));
    must(exr_attr_set_string(ctxt, other, "view", "right"));
    (void)mask;
    end(ctxt);
    zoe_header *header = must_read(file);
    char text[2048];
    describe_layers(header, text, sizeof text);
    assert_string_equal(text, "rgba|left*: R G B +A; depth|left: Z; rgba|right*: R G B +A; "
                              "mask|*: R G B; mask.mask|: mask.a; mask.mask.b|: mask.b");
    assert_int_equal(header->part_count, 4);
    assert_string_equal(header->parts[1].name, "rgba_left");
    assert_string_equal(header->parts[1].view, "left");
    zoe_header_free(&header);
    zoe_header_free(&header);
    zoe_header_free(NULL);
}

/* What zoe_header_find_layer() finds, and that opened files resolve to the same. */
static void check_find(const zoe_header *header, exr_const_context_t ctxt, const char *name,
                       const char *view, const char *expected)
{
    int32_t found = zoe_header_find_layer(header, name, view);
    char text[256] = "none";
    if (found >= 0)
        snprintf(text, sizeof text, "%s|%s", header->layers[found].name,
                 header->layers[found].view);
    if (expected && strcmp(text, expected) != 0)
        fail_msg("\"%s\", \"%s\": %s instead of %s", name ? name : "", view ? view : "", text,
                 expected);
    zoe_exr_layer resolved;
    zoe_status status = zoe_exr_resolve_layer(ctxt, name, view, &resolved, NULL);
    assert_int_equal(status, found >= 0 ? ZOE_OK : ZOE_ERROR_NO_LAYER);
    if (found < 0)
        return;
    const zoe_layer *layer = &header->layers[found];
    assert_int_equal(resolved.part, layer->part);
    assert_int_equal(resolved.channel_count, layer->channel_count);
    assert_memory_equal(resolved.channels, layer->channels,
                        (size_t)layer->channel_count * sizeof layer->channels[0]);
    assert_int_equal(resolved.is_color, layer->is_color);
    assert_int_equal(resolved.alpha, layer->alpha);
    assert_int_equal(resolved.is_luminance_chroma, layer->is_luminance_chroma);
}

static exr_context_t open_for_reading(const char *path)
{
    exr_context_initializer_t settings = EXR_DEFAULT_CONTEXT_INITIALIZER;
    settings.error_handler_fn = quiet;
    exr_context_t ctxt = NULL;
    must(exr_start_read(&ctxt, path, &settings));
    return ctxt;
}

static void test_find_layer(void **state)
{
    (void)state;
    exr_context_t ctxt = begin();
    int part = add_part(ctxt, "main",
                        "R G B A Z left.R left.G left.B left.Z spec.left.R spec.left.G spec.left.B "
                        "spec.right.R spec.right.G spec.right.B shared.u shared.v G.depth");
    const char *const views[] = {"right", "left"};
    must(exr_attr_set_string_vector(ctxt, part, "multiView", 2, (const char **)(uintptr_t)views));
    end(ctxt);
    zoe_header *header = must_read(file);
    exr_context_t opened = open_for_reading(file);
    static const struct {
        const char *name, *view, *expected;
    } cases[] = {
        {NULL, NULL, "|right"},
        {"", "", "|right"},
        {NULL, "left", "|left"},
        {"left", NULL, "|left"},
        {"Z", NULL, "Z|right"},
        {"Z", "left", "Z|left"},
        {"left.Z", NULL, "Z|left"},
        {"spec", NULL, "spec|right"},
        {"spec", "left", "spec|left"},
        {"left.spec", NULL, "spec|left"},
        {"spec.left", NULL, "spec|left"},
        {"spec.left.G", NULL, "spec|left"},
        {"shared", NULL, "shared|"},
        {"shared", "left", "shared|"},
        {"main", NULL, "|right"},
        {"G", NULL, "G|"}, /* a layer before a channel */
        {"R", NULL, "|right"},
        {"RGBA", "left", "|left"},
        {"nothing", NULL, "none"},
        {"Z", "up", "none"},
        {NULL, "up", "none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_find(header, opened, cases[i].name, cases[i].view, cases[i].expected);
    exr_finish(&opened);
    zoe_header_free(&header);
    assert_int_equal(zoe_header_find_layer(NULL, NULL, NULL), -1);
}

/* A part's plain channels have its name; what has it as a prefix there is another layer. */
static void test_part_with_its_name_as_prefix(void **state)
{
    (void)state;
    exr_context_t ctxt = begin();
    add_part(ctxt, "a", "a.R a.G a.B");
    add_part(ctxt, "b", "b.R b.G b.B R G B");
    end(ctxt);
    zoe_header *header = must_read(file);
    exr_context_t opened = open_for_reading(file);
    char text[1024];
    describe_layers(header, text, sizeof text);
    assert_string_equal(text, "b|*: R G B; a|*: a.R a.G a.B; b.b|*: b.R b.G b.B");
    check_find(header, opened, "a", NULL, "a|");
    check_find(header, opened, "b", NULL, "b|");
    check_find(header, opened, "b.b", NULL, "b.b|");
    check_find(header, opened, "b.G", NULL, "b.b|");
    exr_finish(&opened);
    zoe_header_free(&header);
}

/* ---- attributes ---- */

typedef void set_rate_fn(exr_context_t ctxt, const void *value);

static void set_rational(exr_context_t ctxt, const void *value)
{
    must(exr_attr_set_rational(ctxt, 0, "framesPerSecond", value));
}

static void set_float(exr_context_t ctxt, const void *value)
{
    must(exr_attr_set_float(ctxt, 0, "framesPerSecond", *(const float *)value));
}

static void set_double(exr_context_t ctxt, const void *value)
{
    must(exr_attr_set_double(ctxt, 0, "framesPerSecond", *(const double *)value));
}

static void set_int(exr_context_t ctxt, const void *value)
{
    must(exr_attr_set_int(ctxt, 0, "framesPerSecond", *(const int32_t *)value));
}

static void set_string(exr_context_t ctxt, const void *value)
{
    must(exr_attr_set_string(ctxt, 0, "framesPerSecond", value));
}

static void set_nuke_string(exr_context_t ctxt, const void *value)
{
    must(exr_attr_set_string(ctxt, 0, "nuke/input/frame_rate", value));
}

static void set_nuke_float(exr_context_t ctxt, const void *value)
{
    must(exr_attr_set_float(ctxt, 0, "nuke/input/frame_rate", *(const float *)value));
}

static void set_both(exr_context_t ctxt, const void *value)
{
    set_rational(ctxt, value);
    set_nuke_string(ctxt, "30");
}

static void test_rates(void **state)
{
    (void)state;
    static const exr_attr_rational_t film = {24, 1};
    static const exr_attr_rational_t video = {48000, 2002};
    static const exr_attr_rational_t none = {24, 0};
    static const float f24 = 24;
    static const float f23976 = 23.976F;
    static const float nan_rate = (float)(0.0F * 1e38F * 1e38F);
    static const double d2997 = 29.97;
    static const double d125 = 12.5;
    static const int32_t i25 = 25;
    static const int32_t negative = -3;
    static const struct {
        set_rate_fn *set;
        const void *value;
        int32_t numerator, denominator;
    } cases[] = {
        {set_rational, &film, 24, 1},
        {set_rational, &video, 24000, 1001},
        {set_rational, &none, 0, 0},
        {set_float, &f24, 24, 1},
        {set_float, &f23976, 24000, 1001},
        {set_float, &nan_rate, 0, 0},
        {set_double, &d2997, 30000, 1001},
        {set_double, &d125, 25, 2},
        {set_int, &i25, 25, 1},
        {set_int, &negative, 0, 0},
        {set_string, "24", 24, 1},
        {set_string, "23.98", 24000, 1001},
        {set_string, "24000/1001", 24000, 1001},
        {set_string, " 59.94 fps", 60000, 1001},
        {set_string, "fast", 0, 0},
        {set_string, "1/0", 0, 0},
        {set_nuke_string, "25", 25, 1},
        {set_nuke_float, &f23976, 24000, 1001},
        {set_both, &film, 24, 1},
        {set_both, &none, 30, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        exr_context_t ctxt = begin();
        add_part(ctxt, "main", "R G B");
        cases[i].set(ctxt, cases[i].value);
        end(ctxt);
        zoe_header *header = must_read(file);
        if (header->fps_numerator != cases[i].numerator ||
            header->fps_denominator != cases[i].denominator)
            fail_msg("case %zu: %d/%d instead of %d/%d", i, header->fps_numerator,
                     header->fps_denominator, cases[i].numerator, cases[i].denominator);
        zoe_header_free(&header);
    }
}

static void check_attribute(const zoe_part *part, const char *name, const char *type,
                            const char *value)
{
    for (size_t i = 0; i < part->attribute_count; i++) {
        if (strcmp(part->attributes[i].name, name) != 0)
            continue;
        assert_string_equal(part->attributes[i].type, type);
        assert_string_equal(part->attributes[i].value, value);
        return;
    }
    fail_msg("no attribute %s", name);
}

/* Replaces the first byte of the type's name in the file, which may then be one of OpenEXR's. */
static void rename_type(const char *type, char first)
{
    unsigned char bytes[8192];
    size_t count = read_bytes(bytes, sizeof bytes);
    size_t length = strlen(type) + 1;
    size_t at = 0;
    while (at + length <= count && memcmp(bytes + at, type, length) != 0)
        at++;
    assert_true(at + length <= count);
    bytes[at] = (unsigned char)first;
    write_bytes(bytes, count);
}

/* A frame has its own file's time code. */
static void check_frame_time_code(const char *expected)
{
    const zoe_decoder *decoder = zoe_exr_decoder();
    const zoe_choice choice = {.layer = NULL};
    const zoe_read_stats stats = {NULL, NULL};
    zoe_picture picture;
    zoe_error error = {ZOE_OK, ""};
    void *opened = NULL;
    decoder->open(NULL, file, &choice, (uint64_t)1 << 30, &stats, &picture, &opened, &error);
    assert_string_equal(error.text, "");
    assert_string_equal(picture.frame.time_code, expected);
    decoder->close(NULL, &opened, NULL);
}

static void test_attributes(void **state)
{
    (void)state;
    exr_context_t ctxt = begin();
    add_part(ctxt, "main", "R G B");
    const exr_attr_timecode_t code = {0x21594325U | 1U << 6, 0};
    const exr_attr_chromaticities_t colors = {0.7F, 0.3F, 0.2F, 0.7F, 0.1F, 0.05F, 0.3F, 0.32F};
    const exr_attr_box2f_t box = {.min = {.x = 0.5F, .y = 1}, .max = {.x = 2, .y = 3.25F}};
    const exr_attr_m33f_t matrix = {{1, 0, 0, 0, 1, 0, 0, 0, 1}};
    const exr_attr_v3d_t vector = {.x = 0.1, .y = 2, .z = -3};
    const float floats[20] = {1, 2, 3};
    const exr_attr_timecode_t end_code = {0x01020304U, 0xF7654321U};
    must(exr_attr_set_timecode(ctxt, 0, "timeCode", &code));
    must(exr_attr_set_timecode(ctxt, 0, "endCode", &end_code));
    must(exr_attr_set_chromaticities(ctxt, 0, "chromaticities", &colors));
    must(exr_attr_set_string(ctxt, 0, "comments", "two\nlines \xff \xC3\xBC"));
    must(exr_attr_set_float(ctxt, 0, "aperture", 2.8F));
    must(exr_attr_set_double(ctxt, 0, "exact", 0.1));
    must(exr_attr_set_box2f(ctxt, 0, "cut", &box));
    must(exr_attr_set_m33f(ctxt, 0, "matrix", &matrix));
    must(exr_attr_set_v3d(ctxt, 0, "where", &vector));
    must(exr_attr_set_float_vector(ctxt, 0, "few", 3, floats));
    must(exr_attr_set_float_vector(ctxt, 0, "many", 20, floats));
    must(exr_attr_set_user(ctxt, 0, "blob", "studioThing", 5, "abcd"));
    must(exr_attr_set_int(ctxt, 0, "take", -7));
    must(exr_attr_set_user(ctxt, 0, "deepImageState", "DeepImageState", 1, "\2"));
    must(exr_attr_set_user(ctxt, 0, "settings", "Bytes", 11, "\4\0\0\0json{ }"));
    must(exr_attr_set_user(ctxt, 0, "noSettings", "Cytes", 4, "\0\0\0\0"));
    end(ctxt);
    rename_type("DeepImageState", 'd');
    rename_type("Bytes", 'b');
    rename_type("Cytes", 'b');
    zoe_header *header = must_read(file);
    const zoe_part *part = &header->parts[0];
    assert_string_equal(header->time_code, "21:59:43;25");
    check_frame_time_code("21:59:43;25");
    assert_int_equal(header->has_chromaticities, 1);
    assert_memory_equal(header->chromaticities, &colors, sizeof header->chromaticities);
    check_attribute(part, "timeCode", "timecode", "21:59:43;25");
    check_attribute(part, "endCode", "timecode", "01:02:03:04, user data 1 2 3 4 5 6 7 F");
    check_attribute(part, "deepImageState", "deepImageState", "non-overlapping");
    check_attribute(part, "settings", "bytes", "3 bytes of json");
    check_attribute(part, "noSettings", "bytes", "0 bytes");
    check_attribute(part, "comments", "string", "two lines ? \xC3\xBC");
    check_attribute(part, "aperture", "float", "2.8");
    check_attribute(part, "exact", "double", "0.1");
    check_attribute(part, "cut", "box2f", "(0.5 1) - (2 3.25)");
    check_attribute(part, "matrix", "m33f", "1 0 0 0 1 0 0 0 1");
    check_attribute(part, "where", "v3d", "0.1 2 -3");
    check_attribute(part, "few", "floatvector", "1 2 3");
    check_attribute(part, "many", "floatvector", "20 floats");
    check_attribute(part, "blob", "studioThing", "5 bytes");
    check_attribute(part, "take", "int", "-7");
    check_attribute(part, "compression", "compression", "none");
    check_attribute(part, "dataWindow", "box2i", "(0 0) - (3 1)");
    check_attribute(part, "channels", "chlist", "B half, G half, R half");
    assert_int_equal(part->chunk_count, 2);
    assert_int_equal(part->lines_per_chunk, 1);
    zoe_header_free(&header);
}

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i <= ZOE_COMPRESSION_HTJ2K32; i++)
        assert_int_equal(zoe_compression_by_name(zoe_compression_name((zoe_compression)i)), i);
    assert_int_equal(zoe_compression_by_name("ZIPS"), ZOE_COMPRESSION_ZIPS);
    assert_int_equal(zoe_compression_by_name("lzw"), -1);
    assert_int_equal(zoe_compression_by_name(NULL), -1);
    assert_string_equal(zoe_compression_name((zoe_compression)99), "unknown");
    assert_string_equal(zoe_part_type_name(ZOE_PART_DEEP_TILED), "deep tiled");
    assert_string_equal(zoe_line_order_name(ZOE_LINES_RANDOM), "random");
    assert_string_equal(zoe_sample_type_name(ZOE_SAMPLE_HALF), "half");
}

/* ---- damage ---- */

static void test_errors(void **state)
{
    (void)state;
    must_fail(file, ZOE_ERROR_NOT_FOUND);
    must_fail(folder, ZOE_ERROR_ARGUMENT);
    write_bytes("", 0);
    must_fail(file, ZOE_ERROR_NOT_EXR);
    write_bytes("GIF89a and so on", 16);
    must_fail(file, ZOE_ERROR_NOT_EXR);
    write_bytes("\x76\x2f\x31\x01\x09\0\0\0more", 12);
    must_fail(file, ZOE_ERROR_UNSUPPORTED);
    zoe_header *header = NULL;
    assert_int_equal(zoe_header_read(NULL, &header, NULL), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_header_read(file, NULL, NULL), ZOE_ERROR_ARGUMENT);
}

/* Bytes of a header, put together by hand. */
static unsigned char *raw;
static size_t raw_count;
enum { RAW_ROOM = 8 << 20 };

static void raw_begin(int flags)
{
    static const unsigned char magic[4] = {0x76, 0x2f, 0x31, 0x01};
    raw = calloc(1, RAW_ROOM);
    assert_non_null(raw);
    memcpy(raw, magic, 4);
    raw[4] = 2;
    raw[5] = (unsigned char)(flags >> 8);
    raw_count = 8;
}

static void raw_text(const char *text)
{
    size_t length = strlen(text) + 1;
    assert_true(raw_count + length < RAW_ROOM);
    memcpy(raw + raw_count, text, length);
    raw_count += length;
}

static void raw_word(uint32_t word)
{
    for (int i = 0; i < 4; i++)
        raw[raw_count++] = (unsigned char)(word >> 8 * i);
}

static void raw_end(zoe_status expected)
{
    write_bytes(raw, raw_count);
    free(raw);
    must_fail(file, expected);
}

static void test_limits(void **state)
{
    (void)state;
    raw_begin(0);
    raw_text("channels");
    raw_text("chlist");
    raw_word((ZOE_EXR_CHANNELS_MAX + 1) * 22 + 1);
    for (int i = 0; i <= ZOE_EXR_CHANNELS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "%05d", i);
        raw_text(name);
        raw_word(1);
        raw_word(0);
        raw_word(1);
        raw_word(1);
    }
    raw_text("");
    raw_end(ZOE_ERROR_TOO_LARGE);

    raw_begin(0x1000);
    for (int i = 0; i <= ZOE_EXR_PARTS_MAX; i++) {
        raw_text("a");
        raw_text("int");
        raw_word(4);
        raw_word(7);
        raw_text("");
    }
    raw_end(ZOE_ERROR_TOO_LARGE);

    raw_begin(0);
    for (int i = 0; i <= ZOE_EXR_ATTRIBUTES_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "%05d", i);
        raw_text(name);
        raw_text("int");
        raw_word(4);
        raw_word(7);
    }
    raw_end(ZOE_ERROR_TOO_LARGE);

    raw_begin(0);
    raw_text("names");
    raw_text("stringvector");
    raw_word((ZOE_EXR_STRINGS_MAX + 1) * 4);
    for (int i = 0; i <= ZOE_EXR_STRINGS_MAX; i++)
        raw_word(0);
    raw_end(ZOE_ERROR_TOO_LARGE);

    raw_begin(0);
    raw_text("blob");
    raw_text("thing");
    raw_word(0x7fffffff);
    raw_end(ZOE_ERROR_TRUNCATED);

    raw_begin(0);
    raw_text("blob");
    raw_text("thing");
    raw_word(0xfffffff0);
    raw_end(ZOE_ERROR_CORRUPT);

    raw_begin(0);
    raw_text("compression");
    raw_text("compression");
    raw_word(1);
    raw[raw_count++] = 200;
    raw_end(ZOE_ERROR_UNSUPPORTED);

    /* A header over the limit in a file that has the bytes, as a hole. */
    raw_begin(0);
    raw_text("blob");
    raw_text("thing");
    raw_word(ZOE_EXR_HEADER_BYTES_MAX);
    write_bytes(raw, raw_count);
    free(raw);
    assert_int_equal(truncate(file, 2L * ZOE_EXR_HEADER_BYTES_MAX), 0);
    must_fail(file, ZOE_ERROR_TOO_LARGE);
}

/* A file cut short anywhere in its header says so; one with a byte changed gives an answer. */
static void test_damage(void **state)
{
    (void)state;
    exr_context_t ctxt = begin();
    int part = add_part(ctxt, "main", "R G B A left.R left.G left.B Z");
    const char *const views[] = {"right", "left"};
    must(exr_attr_set_string_vector(ctxt, part, "multiView", 2, (const char **)(uintptr_t)views));
    must(exr_attr_set_string(ctxt, part, "comments", "some words"));
    end(ctxt);
    unsigned char bytes[4096];
    size_t count = read_bytes(bytes, sizeof bytes);
    /* Two chunk offsets follow, and two chunks: y, size, 8 channels of 4 halves. */
    size_t header_bytes = count - 2 * 8 - 2 * (8 + 8 * 4 * 2);
    for (size_t length = 8; length < header_bytes; length++) {
        write_bytes(bytes, length);
        must_fail(file, ZOE_ERROR_TRUNCATED);
    }
    static const unsigned char values[] = {0x00, 0xff, 0x80, 0x01};
    for (size_t at = 0; at < header_bytes; at++) {
        for (size_t i = 0; i < sizeof values; i++) {
            unsigned char before = bytes[at];
            bytes[at] = values[i];
            write_bytes(bytes, count);
            bytes[at] = before;
            zoe_header *header = NULL;
            zoe_error error = {0};
            zoe_status status = zoe_header_read(file, &header, &error);
            if ((status == ZOE_OK) != (header != NULL) ||
                (status != ZOE_OK && !strstr(error.text, file)))
                fail_msg("byte %zu = %d: %s, %s", at, values[i], zoe_status_name(status),
                         error.text);
            zoe_header_free(&header);
        }
    }
}

static void test_no_memory(void **state)
{
    (void)state;
    exr_context_t ctxt = begin();
    add_part(ctxt, "main", "R G B A Z");
    end(ctxt);
    zoe_os_fail_at(0, 0);
    zoe_header *header = must_read(file);
    zoe_header_free(&header);
    uint64_t calls = zoe_os_fail_at(0, 0);
    assert_true(calls >= 3);
    for (uint64_t n = 1; n <= calls; n++) {
        zoe_os_fail_at(n, 0);
        zoe_error error = {0};
        zoe_status status = zoe_header_read(file, &header, &error);
        zoe_os_fail_at(0, 0);
        if (status == ZOE_OK || header)
            fail_msg("call %u of %u failed, and the header was read", (unsigned)n, (unsigned)calls);
        if (!strstr(error.text, file))
            fail_msg("call %u: \"%s\"", (unsigned)n, error.text);
    }
}

/* ---- real images ---- */

static const char *images(void)
{
    const char *path = getenv("ZOETROPE_TEST_IMAGES");
    if (!path || access(path, R_OK) != 0) {
        print_message("ZOETROPE_TEST_IMAGES is not set or not there: skipped\n");
        return NULL;
    }
    return path;
}

static void test_real_images(void **state)
{
    (void)state;
    const char *root = images();
    if (!root)
        skip();
    static const struct {
        const char *name;
        size_t parts, layers;
        zoe_part_type type;
        zoe_compression compression;
        zoe_box data_window;
        const char *first; /* of the default layer: view, channels */
    } cases[] = {
        {"Beachball/singlepart.0001.exr",
         1,
         10,
         ZOE_PART_SCANLINE,
         ZOE_COMPRESSION_ZIPS,
         {654, 245, 1564, 1120},
         "|right*: R G B +A"},
        {"Beachball/multipart.0001.exr",
         10,
         10,
         ZOE_PART_SCANLINE,
         ZOE_COMPRESSION_ZIPS,
         {654, 245, 1530, 1120},
         "rgba|right*: R G B +A"},
        {"MultiView/Fog.exr",
         1,
         2,
         ZOE_PART_SCANLINE,
         ZOE_COMPRESSION_PIZ,
         {0, 0, 999, 671},
         "|left: Y"},
        {"LuminanceChroma/Flowers.exr",
         1,
         1,
         ZOE_PART_SCANLINE,
         ZOE_COMPRESSION_B44,
         {0, 0, 783, 733},
         "|*: Y RY BY"},
        {"Tiles/GoldenGate.exr",
         1,
         1,
         ZOE_PART_TILED,
         ZOE_COMPRESSION_PIZ,
         {0, 0, 1261, 859},
         "|*: R G B"},
        {"v2/LowResLeftView/Trunks.exr",
         1,
         2,
         ZOE_PART_DEEP_SCANLINE,
         ZOE_COMPRESSION_ZIPS,
         {0, 141, 1023, 575},
         "|left*: R G B +A"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", root, cases[i].name);
        zoe_header *header = must_read(path);
        assert_int_equal(header->part_count, cases[i].parts);
        assert_int_equal(header->layer_count, cases[i].layers);
        assert_int_equal(header->parts[0].type, cases[i].type);
        assert_int_equal(header->parts[0].compression, cases[i].compression);
        assert_memory_equal(&header->parts[0].data_window, &cases[i].data_window, sizeof(zoe_box));
        char text[4096];
        describe_layers(header, text, sizeof text);
        if (strncmp(text, cases[i].first, strlen(cases[i].first)) != 0)
            fail_msg("%s: %s instead of %s", cases[i].name, text, cases[i].first);
        /* Every layer is found by its own name, and the decoder finds the same. */
        exr_context_t opened = open_for_reading(path);
        for (size_t j = 0; j < header->layer_count; j++) {
            const zoe_layer *layer = &header->layers[j];
            char expected[256];
            snprintf(expected, sizeof expected, "%s|%s", layer->name, layer->view);
            check_find(header, opened, layer->name, layer->view, expected);
            check_find(header, opened, layer->name, NULL, NULL);
            check_find(header, opened, NULL, layer->view, NULL);
        }
        exr_finish(&opened);
        zoe_header_free(&header);
    }
}

static void test_damaged_images(void **state)
{
    (void)state;
    const char *root = images();
    if (!root)
        skip();
    char path[1024];
    snprintf(path, sizeof path, "%s/Damaged", root);
    DIR *dir = opendir(path);
    if (!dir)
        skip();
    int count = 0;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/Damaged/%s", root, entry->d_name);
        zoe_header *header = NULL;
        zoe_error error = {0};
        zoe_status status = zoe_header_read(path, &header, &error);
        assert_int_equal(status == ZOE_OK, header != NULL);
        if (status != ZOE_OK && !strstr(error.text, entry->d_name))
            fail_msg("%s: %s", entry->d_name, error.text);
        zoe_header_free(&header);
        count++;
    }
    closedir(dir);
    print_message("%d damaged files\n", count);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_layers),
        IN_FOLDER(test_single_part_views),
        IN_FOLDER(test_parts),
        IN_FOLDER(test_find_layer),
        IN_FOLDER(test_part_with_its_name_as_prefix),
        IN_FOLDER(test_rates),
        IN_FOLDER(test_attributes),
        IN_FOLDER(test_errors),
        IN_FOLDER(test_limits),
        IN_FOLDER(test_damage),
        IN_FOLDER(test_no_memory),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_real_images),
        cmocka_unit_test(test_damaged_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
