/*
 * Sample: a pixel's values as text, with every digit that they have.
 *
 * Thread-safety: any thread; all functions are pure.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_SAMPLE_H
#define ZOETROPE_PLAYER_SAMPLE_H

#include <stddef.h>

#include <zoetrope/header.h>

enum { ZOE_SAMPLE_TEXT = 24 }; /* room for any of these texts */

/*
 * A value as zoe_display_sample_exact() gives it, from a plane of that type: an integer whole; a
 * half with 5 and a float with 9 significant digits, which tell it from every other one. Powers of
 * ten where there would be many zeros. "inf", "-inf", "nan".
 */
void zoe_sample_text(double value, zoe_sample_type type, char text[ZOE_SAMPLE_TEXT]);

/* A text as wide as any of that type. */
const char *zoe_sample_widest(zoe_sample_type type);

/* "0x4e200000": the 32 bits of an integer or a float, as tables of ids have them. "" for a half. */
void zoe_sample_bits(double value, zoe_sample_type type, char text[ZOE_SAMPLE_TEXT]);

#endif
