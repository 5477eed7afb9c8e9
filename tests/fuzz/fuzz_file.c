/*
 * Whole files through the decoder, as the cache drives it: a picture or an error that names the
 * file, in the memory that was promised. The last byte of the input says how it is asked for.
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

#include "support/open_exr.h"

enum { LIMIT = 48 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check(int holds, const char *what, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_file: %s (%s)\n", what, text);
    abort();
}

static void *block(size_t bytes)
{
    void *memory = NULL;
    check(posix_memalign(&memory, 64, bytes ? bytes : 1) == 0, "out of memory", "");
    return memory;
}

/* Buffers of exactly the sizes that were asked for, so that a sanitizer sees one byte too much. */
static void decode(void *file, const zoe_picture *picture, const char *path)
{
    const zoe_decoder *decoder = zoe_exr_decoder();
    uint8_t *buffer = block(picture->bytes), *scratch = block(picture->scratch_bytes);
    memset(buffer + picture->bytes - picture->shared_bytes, 0, picture->shared_bytes);
    int32_t missing = 0, failed = 0;
    for (int32_t piece = picture->piece_count - 1; piece >= 0 && !failed; piece--) {
        zoe_error error = {ZOE_OK, ""};
        zoe_status status = decoder->decode(NULL, file, piece, buffer, picture->bytes, scratch,
                                            picture->scratch_bytes, &error);
        missing += status == ZOE_ERROR_TRUNCATED;
        failed = status != ZOE_OK && status != ZOE_ERROR_TRUNCATED;
        check(!failed || strstr(error.text, path) != NULL, "an error does not name the file",
              error.text);
    }
    if (!failed) {
        zoe_picture finished = *picture;
        decoder->finish(NULL, file, buffer, picture->bytes, &finished, NULL);
        check(finished.bytes <= picture->bytes, "the planes take more than was asked for", "");
    }
    zoe_absence absence;
    zoe_exr_absence(file, &absence);
    check(absence.missing >= 0 && absence.missing <= absence.total, "more missing than there is",
          "");
    check(absence.missing == 0 || missing > 0 || failed, "missing, but no piece is incomplete", "");
    free(scratch);
    free(buffer);
}

static void open_and_decode(const char *path, const zoe_choice *choice)
{
    zoe_picture picture;
    zoe_error error = {ZOE_OK, ""};
    open_exr_file opened;
    zoe_status status = open_exr(path, choice, LIMIT, NULL, &picture, &opened, &error);
    if (status != ZOE_OK) {
        check(strstr(error.text, path) != NULL, "an error does not name the file", error.text);
        return;
    }
    check(picture.bytes <= LIMIT && picture.scratch_bytes <= LIMIT, "more than the limit", "");
    check(picture.file_bytes <= LIMIT, "more than the limit", "");
    check(picture.piece_count > 0, "no pieces", "");
    /* Time: what remains are the same steps over and over. */
    if (picture.piece_count <= 4096)
        decode(opened.file, &picture, path);
    close_exr(&opened);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    int file = memfd_create("fuzz_file", 0);
    check(file >= 0 && write(file, data, bytes) == (ssize_t)bytes, "no temporary file", "");
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    uint8_t how = bytes > 0 ? data[bytes - 1] : 0;
    zoe_choice choice = {
        .proxy_shift = how & 3,
        .overscan = (how & 4) != 0,
        .full_precision = (how & 8) != 0,
    };
    open_and_decode(path, &choice);
    close(file);
    return 0;
}
