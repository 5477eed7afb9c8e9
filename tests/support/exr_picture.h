/*
 * Decodes a whole picture the way workers do, but on one thread: for tests that look at pixels.
 *
 * Thread-safety: none needed; tests call it on one thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef EXR_PICTURE_H
#define EXR_PICTURE_H

#include "base/decoder.h"

enum { EXR_PICTURE_LIMIT = 256 << 20 }; /* bytes that a picture or its scratch may have */

typedef struct exr_picture {
    zoe_status opened;
    zoe_error error; /* the first */
    zoe_picture picture;
    uint8_t *buffer;
    int32_t truncated, failed; /* pieces */
    zoe_absence absence;
    uint64_t reads, bytes_read; /* from the system */
} exr_picture;

/* Opens the file and decodes every piece once, in an order that `order` chooses, into memory full
 * of rubbish. Asserts that nothing is written or kept that should not be. To be freed. */
exr_picture exr_picture_decode(const char *path, const zoe_choice *choice, uint32_t order);

/* The same, of a file that is whole: fails the test with the decoder's message when any of it does
 * not come. */
exr_picture exr_picture_decode_whole(const char *path, const zoe_choice *choice, uint32_t order);

void exr_picture_free(exr_picture *r);

/* The bits of a sample; x and y are plane pixels. Outside the window they are 0. */
uint32_t exr_picture_at(const exr_picture *r, uint32_t plane, int32_t x, int32_t y);

#endif
