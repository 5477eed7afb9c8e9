/*
 * How the files of a sequence are written, and which of a class's files belong to it.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SEQUENCE_NAMING_H
#define ZOE_SEQUENCE_NAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sequence/pattern.h"
#include "sequence/scan.h"

/* How most of the files are written. */
typedef struct zoe_naming_rule {
    int padding;        /* digits at least, 1..ZOE_DIGITS_MAX */
    int negative_width; /* digits at least of a negative number: padding or padding - 1 */
    uint8_t ext_case;   /* as in zoe_numeral */
} zoe_naming_rule;

/* Which of a class's files are taken. */
typedef struct zoe_selection {
    int padding; /* 0: any */
    bool has_range;
    int64_t first, last, step; /* of the range */
} zoe_selection;

/* How many files are taken, and those with the lowest and the highest number; NULL where none
 * is. */
typedef struct zoe_extent {
    int64_t count;
    const zoe_numeral *lowest, *highest;
} zoe_extent;

zoe_extent zoe_find_extent(const zoe_scan_class *class, const zoe_selection *selection);

/* The numbers of the selected files in ascending order, for zoe_os_free(), and how many they are:
 * two files may have the same (7 and 0007). NULL when memory is out. */
int64_t *zoe_sorted_numbers(const zoe_scan_class *class, const zoe_selection *selection,
                            size_t *count);

/*
 * Where the selected files' numbers lie further apart than a sequence may be long, and more than
 * half of the files lie together, the selection becomes the range that these have: one stray file
 * does not take a sequence with it. false when memory is out.
 */
bool zoe_leave_strays(const zoe_scan_class *class, zoe_selection *selection);

bool zoe_is_selected(const zoe_selection *selection, const zoe_numeral *file);

/* The rule that most of the selected files follow. */
zoe_naming_rule zoe_find_rule(const zoe_scan_class *class, const zoe_selection *selection);

/* Digits of a number by the rule. */
int zoe_width_by_rule(const zoe_naming_rule *rule, int64_t number);

bool zoe_follows_rule(const zoe_naming_rule *rule, const zoe_numeral *file);

/* Writes the name of a class's file, terminated; returns its length, or 0 when it does not fit.
 * Allocates nothing. */
size_t zoe_write_file_name(char *text, size_t capacity, const zoe_scan_class *class,
                           const zoe_numeral *numeral);

/*
 * "beauty.####.exr"; where `exact` is set, marks that mean this padding and no other ('#' alone
 * stands for any). The caller's, to be freed; NULL when memory is out.
 */
char *zoe_pattern_name(const zoe_scan_class *class, const zoe_naming_rule *rule, bool exact);

#endif
