/*
 * Tables that tell the symbol of a deflate code from the bits that come next (RFC 1951, 3.2). Pure:
 * any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_INFLATE_TABLE_H
#define ZOE_CODEC_INFLATE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A table entry: bits 0-5 the code's length; 8-11 how many extra bits follow (or, of a link, how
 * many bits index the second table); 12-14 what it is if not a plain length or distance; 16-30 the
 * value: a literal, the base of a length or distance, or where the second table starts; bit 31
 * marks literals.
 */
enum {
    ZOE_INFLATE_ENTRY_END = 1 << 12,  /* end of block */
    ZOE_INFLATE_ENTRY_LINK = 1 << 13, /* the code is longer than the first table's index */
    ZOE_INFLATE_ENTRY_BAD = 1 << 14,  /* no such code or symbol */
};
#define ZOE_INFLATE_ENTRY_LITERAL 0x80000000u

enum {
    /* Bits that index the first tables. */
    ZOE_INFLATE_LITERAL_BITS = 11,
    ZOE_INFLATE_DISTANCE_BITS = 8,
    ZOE_INFLATE_CODE_BITS = 7,
    /* Entries that any code needs at most, second tables included: 288 symbols with 11 bits first,
     * 32 with 8, both up to 15 bits. zlib's examples/enough.c finds 2342 and 402. */
    ZOE_INFLATE_LITERAL_ENTRIES = 2400,
    ZOE_INFLATE_DISTANCE_ENTRIES = 448,
};

/*
 * The table of a code from the lengths of its n symbols. A code must be complete; but there may be
 * no symbol, or a single one of length 1, which is what writers make where there is no or one
 * distance. false: it is neither. The tables have room for so many entries as stand above; that of
 * the code for lengths, of 19 symbols, has 1 << ZOE_INFLATE_CODE_BITS.
 */
bool zoe_inflate_literal_table(uint32_t *table, const uint8_t *lengths, unsigned n);
bool zoe_inflate_distance_table(uint32_t *table, const uint8_t *lengths, unsigned n);
bool zoe_inflate_code_table(uint32_t *table, const uint8_t *lengths);

#endif
