/*
 * Whole files as headers: reading them, finding every layer again, and opening it give the same, or
 * an error that names the file.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* memfd_create */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zoetrope/header.h>

#include "support/open_exr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_header: %s\n", what);
    abort();
}

static void check_layer(const zoe_header *header, const zoe_layer *layer)
{
    check(layer->part >= 0 && (size_t)layer->part < header->part_count, "part of a layer");
    const zoe_part *part = &header->parts[layer->part];
    check(layer->channel_count >= 1 && layer->channel_count <= 4, "channels of a layer");
    check(layer->alpha >= -1 && layer->alpha < layer->channel_count, "alpha of a layer");
    for (int32_t i = 0; i < layer->channel_count; i++)
        check(layer->channels[i] >= 0 && (size_t)layer->channels[i] < part->channel_count,
              "channel of a layer");
}

/* The decoder opens the layer that is found. It may refuse the picture, but not the layer. */
static void check_opened(const zoe_header *header, const char *path, const char *name,
                         const char *view)
{
    enum { LIMIT = 48 << 20 };
    const zoe_choice choice = {.layer = (char *)(uintptr_t)name, .view = (char *)(uintptr_t)view};
    zoe_picture picture;
    open_exr_file opened;
    zoe_status status = open_exr(path, &choice, LIMIT, NULL, &picture, &opened, NULL);
    int32_t found = zoe_header_find_layer(header, name, view);
    check((status == ZOE_ERROR_NO_LAYER) == (found < 0) || status == ZOE_ERROR_OVER_BUDGET,
          "one finds what the other does not");
    if (status != ZOE_OK)
        return;
    const zoe_layer *layer = &header->layers[found];
    check(picture.frame.plane_count == (uint32_t)layer->channel_count &&
              picture.frame.is_color == layer->is_color &&
              picture.frame.alpha_plane == layer->alpha,
          "two ways to a layer, two layers");
    close_exr(&opened);
}

static void check_header(const zoe_header *header, const char *path)
{
    enum { LAYERS_TRIED = 16 };
    check_opened(header, path, NULL, NULL);
    for (size_t i = 0; i < header->layer_count; i++) {
        check_layer(header, &header->layers[i]);
        if (i < LAYERS_TRIED) {
            check_opened(header, path, header->layers[i].name, header->layers[i].view);
            check_opened(header, path, header->layers[i].name, NULL);
            check_opened(header, path, NULL, header->layers[i].view);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    int file = memfd_create("fuzz_header", 0);
    check(file >= 0 && write(file, data, bytes) == (ssize_t)bytes, "no temporary file");
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    zoe_header *header = NULL;
    zoe_error error = {ZOE_OK, ""};
    zoe_status status = zoe_header_read(path, NULL, &header, &error);
    check((status == ZOE_OK) == (header != NULL), "status and header differ");
    if (header)
        check_header(header, path);
    else
        check(strstr(error.text, path) != NULL, "an error does not name the file");
    /* The scan refuses whatever would make OpenEXR read on in the middle of a value. */
    check(strstr(error.text, "hides attributes") == NULL, "the scan has missed attributes");
    zoe_header_free(&header);
    close(file);
    return 0;
}
