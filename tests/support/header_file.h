/*
 * One EXR file for tests of headers, in a folder of its own: written through OpenEXR's C API, part
 * by part, or byte by byte; and what reading it must give.
 *
 * A part has 4x2 pixels of halves, all 0, stored as they are.
 *
 * Thread-safety: none needed; tests call it on one thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef HEADER_FILE_H
#define HEADER_FILE_H

#include <stddef.h>

#include <openexr.h>

#include <zoetrope/header.h>

extern char header_file_folder[64];
extern char header_file_path[96];

/* For cmocka, around each test: makes the folder, removes it and the file. */
int header_file_set_up(void **state);
int header_file_tear_down(void **state);

/* Fails the test unless OpenEXR was content. */
void header_file_must(exr_result_t result);

/* ---- writing ---- */

exr_context_t header_file_begin(void);

/* A part with the channels that the text lists, blanks between them. Returns its index. */
int header_file_add_part(exr_context_t file, const char *name, const char *channels);

/* The attribute that names a part's views: the text lists them, blanks between. */
void header_file_set_views(exr_context_t file, int part, const char *views);

/* Writes header and pixels, and closes the file. */
void header_file_end(exr_context_t file);

void header_file_write_bytes(const void *bytes, size_t count);

/* Returns how many bytes were read: all of the file, or `capacity`. */
size_t header_file_read_bytes(unsigned char *bytes, size_t capacity);

/* ---- reading ---- */

/* What zoe_header_read() gives; or the error that it must give, which names the file, and which the
 * decoder must give too. */
zoe_header *header_file_must_read(const char *path);
void header_file_must_fail(const char *path, zoe_status expected);

#endif
