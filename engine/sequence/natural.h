/*
 * Natural order of names: runs of digits are compared as numbers, so that shot2 comes before
 * shot10, and ASCII letters regardless of case. Names that are equal in that sense are ordered by
 * their bytes, so that the order is total: 0 only for the same bytes.
 *
 * Thread-safety: any thread; does not depend on the locale.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SEQUENCE_NATURAL_H
#define ZOE_SEQUENCE_NATURAL_H

/* Less than, equal to or more than 0, as strcmp() answers. */
int zoe_natural_compare(const char *a, const char *b);

#endif
