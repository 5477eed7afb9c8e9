/*
 * A header as one run of bytes, which one process makes and another reads: the structs, arrays and
 * texts of a zoe_exr_header one behind the other, in the order in which they are met. Where each
 * begins follows from what stands before it, so that no pointer in it is looked at.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_HEADER_IMAGE_H
#define ZOE_ISOLATION_HEADER_IMAGE_H

#include <stdbool.h>

#include <zoetrope/header.h>

/* Bytes of a header's image. */
size_t zoe_header_image_bytes(const zoe_header *header);

/* Writes it to memory of so many bytes, 64-byte aligned. false: there is no room. */
bool zoe_header_image_write(const zoe_header *header, void *image, size_t bytes);

/*
 * Makes a header of an image, which may be anything, in its place: it is the header then. It has to
 * be 64-byte aligned, and nobody else's meanwhile. What is given out is complete: counts, indices
 * and flags are in range, texts end. false: it is no header's.
 */
bool zoe_header_image_read(void *image, size_t bytes);

#endif
