/*
 * The picture of a decoder process for tests: see bad_decoder.c.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef BAD_DECODER_H
#define BAD_DECODER_H

enum { BAD_WIDTH = 64, BAD_HEIGHT = 64, BAD_PIECES = 4 };

#endif
