/*
 * Whole files as headers: reading them, finding every layer again, and resolving layers on a
 * context of OpenEXR's own give the same, or an error that names the file.
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

#include <openexr.h>

#include <zoetrope/header.h>

#include "exr/layer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void quiet(exr_const_context_t ctxt, exr_result_t result, const char *message)
{
    (void)ctxt;
    (void)result;
    (void)message;
}

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

static void check_resolved(const zoe_header *header, exr_const_context_t ctxt, const char *name,
                           const char *view)
{
    zoe_exr_layer resolved;
    zoe_status status = zoe_exr_resolve_layer(ctxt, name, view, &resolved, NULL);
    int32_t found = zoe_header_find_layer(header, name, view);
    check((status == ZOE_OK) == (found >= 0), "one finds what the other does not");
    if (found < 0)
        return;
    const zoe_layer *layer = &header->layers[found];
    check(resolved.part == layer->part && resolved.channel_count == layer->channel_count &&
              memcmp(resolved.channels, layer->channels, sizeof resolved.channels) == 0,
          "two ways to a layer, two layers");
}

static void check_header(const zoe_header *header, const char *path)
{
    exr_context_initializer_t settings = EXR_DEFAULT_CONTEXT_INITIALIZER;
    settings.error_handler_fn = quiet;
    exr_context_t ctxt = NULL;
    if (exr_start_read(&ctxt, path, &settings) != EXR_ERR_SUCCESS)
        return;
    enum { LAYERS_TRIED = 64 };
    check_resolved(header, ctxt, NULL, NULL);
    for (size_t i = 0; i < header->layer_count; i++) {
        check_layer(header, &header->layers[i]);
        if (i < LAYERS_TRIED) {
            check_resolved(header, ctxt, header->layers[i].name, header->layers[i].view);
            check_resolved(header, ctxt, header->layers[i].name, NULL);
            check_resolved(header, ctxt, NULL, header->layers[i].view);
        }
    }
    exr_finish(&ctxt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    int file = memfd_create("fuzz_header", 0);
    check(file >= 0 && write(file, data, bytes) == (ssize_t)bytes, "no temporary file");
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    zoe_header *header = NULL;
    zoe_error error = {ZOE_OK, ""};
    zoe_status status = zoe_header_read(path, &header, &error);
    check((status == ZOE_OK) == (header != NULL), "status and header differ");
    if (header)
        check_header(header, path);
    else
        check(strstr(error.text, path) != NULL, "an error does not name the file");
    zoe_header_free(&header);
    close(file);
    return 0;
}
