/*
 * Layers, parts and views of a header, and finding one of them by its name: in files that the test
 * writes, and in OpenEXR's public test images.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/header_file.h"
#include "support/image_folder.h"
#include "support/open_exr.h"

/* ---- what a file has ---- */

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
    exr_context_t ctxt = header_file_begin();
    int part = header_file_add_part(ctxt, "main", channels);
    if (views)
        header_file_set_views(ctxt, part, views);
    header_file_end(ctxt);
    zoe_header *header = header_file_must_read(header_file_path);
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
    exr_context_t ctxt = header_file_begin();
    int depth = header_file_add_part(ctxt, "depth_left", "Z");
    int beauty = header_file_add_part(ctxt, "rgba_left", "R G B A");
    int other = header_file_add_part(ctxt, "rgba_right", "R G B A");
    header_file_add_part(ctxt, "mask", "mask.a mask.b R G B");
    header_file_must(exr_attr_set_string(ctxt, depth, "view", "left"));
    header_file_must(exr_attr_set_string(ctxt, beauty, "view", "left"));
    header_file_must(exr_attr_set_string(ctxt, other, "view", "right"));
    header_file_end(ctxt);
    zoe_header *header = header_file_must_read(header_file_path);
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

/* ---- finding ---- */

/* What zoe_header_find_layer() finds, and that the decoder opens the same. */
static void check_find(const zoe_header *header, const char *path, const char *name,
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
    const zoe_choice choice = {.layer = (char *)(uintptr_t)name, .view = (char *)(uintptr_t)view};
    zoe_picture picture;
    open_exr_file opened;
    zoe_status status = open_exr(path, &choice, (uint64_t)1 << 30, NULL, &picture, &opened, NULL);
    assert_int_equal(status, found >= 0 ? ZOE_OK : ZOE_ERROR_NO_LAYER);
    if (found < 0)
        return;
    const zoe_layer *layer = &header->layers[found];
    assert_int_equal(picture.frame.plane_count, layer->channel_count);
    assert_int_equal(picture.frame.is_color, layer->is_color);
    assert_int_equal(picture.frame.alpha_plane, layer->alpha);
    assert_memory_equal(&picture.frame.data_window, &header->parts[layer->part].data_window,
                        sizeof(zoe_box));
    close_exr(&opened);
}

static void test_find_layer(void **state)
{
    (void)state;
    exr_context_t ctxt = header_file_begin();
    int part = header_file_add_part(
        ctxt, "main",
        "R G B A Z left.R left.G left.B left.Z spec.left.R spec.left.G spec.left.B "
        "spec.right.R spec.right.G spec.right.B shared.u shared.v G.depth");
    header_file_set_views(ctxt, part, "right left");
    header_file_end(ctxt);
    zoe_header *header = header_file_must_read(header_file_path);
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
        check_find(header, header_file_path, cases[i].name, cases[i].view, cases[i].expected);
    zoe_header_free(&header);
    assert_int_equal(zoe_header_find_layer(NULL, NULL, NULL), -1);
}

/* A part's plain channels have its name; what has it as a prefix there is another layer. */
static void test_part_with_its_name_as_prefix(void **state)
{
    (void)state;
    exr_context_t ctxt = header_file_begin();
    header_file_add_part(ctxt, "a", "a.R a.G a.B");
    header_file_add_part(ctxt, "b", "b.R b.G b.B R G B");
    header_file_end(ctxt);
    zoe_header *header = header_file_must_read(header_file_path);
    char text[1024];
    describe_layers(header, text, sizeof text);
    assert_string_equal(text, "b|*: R G B; a|*: a.R a.G a.B; b.b|*: b.R b.G b.B");
    check_find(header, header_file_path, "a", NULL, "a|");
    check_find(header, header_file_path, "b", NULL, "b|");
    check_find(header, header_file_path, "b.b", NULL, "b.b|");
    check_find(header, header_file_path, "b.G", NULL, "b.b|");
    zoe_header_free(&header);
}

/* ---- real images ---- */

static const struct {
    const char *name;
    size_t parts, layers;
    zoe_part_type type;
    zoe_compression compression;
    zoe_box data_window;
    const char *first; /* of the default layer: view, channels */
} images[] = {
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

static void test_real_images(void **state)
{
    (void)state;
    char folder[1024];
    image_folder_path("", folder, sizeof folder);
    for (size_t i = 0; i < sizeof images / sizeof images[0]; i++) {
        char path[2048];
        snprintf(path, sizeof path, "%s%s", folder, images[i].name);
        zoe_header *header = header_file_must_read(path);
        assert_int_equal(header->part_count, images[i].parts);
        assert_int_equal(header->layer_count, images[i].layers);
        assert_int_equal(header->parts[0].type, images[i].type);
        assert_int_equal(header->parts[0].compression, images[i].compression);
        assert_memory_equal(&header->parts[0].data_window, &images[i].data_window, sizeof(zoe_box));
        char text[4096];
        describe_layers(header, text, sizeof text);
        if (strncmp(text, images[i].first, strlen(images[i].first)) != 0)
            fail_msg("%s: %s instead of %s", images[i].name, text, images[i].first);
        /* Every layer is found by its own name, and the decoder finds the same. */
        for (size_t j = 0; j < header->layer_count; j++) {
            const zoe_layer *layer = &header->layers[j];
            char expected[256];
            snprintf(expected, sizeof expected, "%s|%s", layer->name, layer->view);
            check_find(header, path, layer->name, layer->view, expected);
            check_find(header, path, layer->name, NULL, NULL);
            check_find(header, path, NULL, layer->view, NULL);
        }
        zoe_header_free(&header);
    }
}

int main(void)
{
#define IN_FOLDER(test)                                                                            \
    cmocka_unit_test_setup_teardown(test, header_file_set_up, header_file_tear_down)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_layers),
        IN_FOLDER(test_single_part_views),
        IN_FOLDER(test_parts),
        IN_FOLDER(test_find_layer),
        IN_FOLDER(test_part_with_its_name_as_prefix),
        cmocka_unit_test(test_real_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
