/*
 * File names of frames, and patterns that stand for them. Pure: no files, no allocation.
 *
 * Where the frame number stands in a name, extension aside: the last run of digits that a letter
 * does not follow (so "0001_4k" is frame 1 and "v2.0101.left" frame 101), else the last run of
 * digits. Runs of more than ZOE_DIGITS_MAX digits are no numbers. A '-' in front of the digits is a
 * sign only at the start of the name or behind '.' or '_' ("a.-5", "-5"), and never before a zero;
 * elsewhere it separates ("shot-0005").
 *
 * A number with padding p is written with p digits at least, its sign aside, and without leading
 * zeros beyond that. A negative one may also have p - 1 digits: that is how printf counts.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SEQUENCE_PATTERN_H
#define ZOE_SEQUENCE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ZOE_DIGITS_MAX = 18 }; /* any such number, and the distance of any two, fits an int64_t */

/* A number as it stands in a file name. */
typedef struct zoe_numeral {
    int64_t value;
    uint8_t width;    /* digits, 1..ZOE_DIGITS_MAX */
    uint8_t ext_case; /* bit n: letter n of the extension is upper case */
} zoe_numeral;

typedef struct zoe_frame_name {
    size_t prefix_length; /* bytes in front of the number, its sign included in the number */
    size_t suffix_start;  /* where the rest begins, ".exr" included */
    zoe_numeral numeral;
} zoe_frame_name;

/* Whether the name ends in .exr, in any case, with something in front of it. */
bool zoe_is_exr_name(const char *name, size_t length);

/* Bits of zoe_numeral.ext_case for a name that ends in .exr. */
uint8_t zoe_ext_case(const char *name, size_t length);

/* Finds the frame number in an EXR file's name; false if there is none. */
bool zoe_frame_name_parse(const char *name, size_t length, zoe_frame_name *out);

/* Whether an EXR file's name is prefix, number, suffix; the case of the extension does not matter.
 * If so, *out is filled in. */
bool zoe_frame_name_match(const char *name, size_t length, const char *prefix, size_t prefix_length,
                          const char *suffix, zoe_numeral *out);

/* Decimal digits of |value|, 1 for 0. */
int zoe_digit_count(int64_t value);

/* Whether the number is written with more digits than it needs. */
bool zoe_has_leading_zero(const zoe_numeral *numeral);

/* Whether a number written like this belongs to a sequence of that padding. */
bool zoe_fits_padding(const zoe_numeral *numeral, int padding);

typedef enum zoe_pattern_kind {
    ZOE_PATTERN_NONE = 0,      /* the text stands for itself */
    ZOE_PATTERN_NUMBER = 1,    /* any number */
    ZOE_PATTERN_RANGE = 2,     /* numbers of a range */
    ZOE_PATTERN_MALFORMED = 3, /* what should be a range is none: see problem */
} zoe_pattern_kind;

typedef struct zoe_pattern {
    zoe_pattern_kind kind;
    size_t prefix_length; /* up to the number; range excluded */
    size_t range_start;   /* == token_start without a range */
    size_t token_start;   /* of # @ or % */
    size_t suffix_start;
    int padding;               /* 0: numbers of any width, leading zeros or not */
    int padding_without_range; /* what it means when the range is read as part of the name */
    int64_t first, last, step; /* of a range */
    char problem[160];         /* for MALFORMED: one sentence */
} zoe_pattern;

/* Reads the last # @ or %d of a file name (without folder) as the place of the frame number. */
void zoe_pattern_parse(const char *name, zoe_pattern *out);

#endif
