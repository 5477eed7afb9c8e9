/*
 * Attributes of an EXR file as text and as the values that a player asks for.
 *
 * Text is one line of UTF-8: control characters become blanks, bytes that are no UTF-8 become '?'.
 *
 * Thread-safety: any thread. Nothing allocates.
 *
 * Formats: "Standard Attributes" (openexr.com); time codes are packed as SMPTE 12M-1 says (BCD, 60
 * fields a second).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_ATTRIBUTE_H
#define ZOE_EXR_ATTRIBUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openexr.h>

#include "exr/text_sizes.h"

enum {
    ZOE_EXR_TIME_CODE_MAX = 32, /* bytes of a time code's text: zoe_frame.time_code */
};

/* Writes the attribute's value, terminated; longer ones are cut and end in "...". */
void zoe_exr_attribute_text(const exr_attribute_t *attribute, char text[ZOE_EXR_TEXT_MAX]);

/*
 * The frame rate that an attribute means, whatever its type: rational, int, float, double, a pair
 * of ints, or a string such as "24", "23.976" or "24000/1001". Decimals next to a film or video
 * rate mean that rate. Returns false when it means none; the fraction is in lowest terms.
 */
bool zoe_exr_attribute_rate(const exr_attribute_t *attribute, int32_t *numerator,
                            int32_t *denominator);

/* "01:02:03:04" for a time code, drop-frame "01:02:03;04", or for a string what it says; returns
 * false for other types. */
bool zoe_exr_attribute_time_code(const exr_attribute_t *attribute,
                                 char text[ZOE_EXR_TIME_CODE_MAX]);

/* Makes one line of UTF-8 of a terminated text, in place. */
void zoe_exr_clean_text(char *text);

#endif
