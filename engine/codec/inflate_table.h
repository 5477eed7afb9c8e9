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
#include <string.h>

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
    /* Of one code. */
    ZOE_INFLATE_LENGTH_MAX = 15,
    ZOE_INFLATE_SYMBOLS = 288,
};

/* Which symbols have a code, and of how many bits. What is made of it costs as much as there are
 * such symbols, not as there could be. */
typedef struct zoe_inflate_code {
    unsigned count;                                 /* symbols that have one */
    uint16_t of_length[ZOE_INFLATE_LENGTH_MAX + 1]; /* how many of them, from 1 on */
    uint16_t symbols[ZOE_INFLATE_SYMBOLS];          /* as they were added */
    uint8_t lengths[ZOE_INFLATE_SYMBOLS];           /* of each */
    /* once it was sorted */
    uint16_t sorted[ZOE_INFLATE_SYMBOLS]; /* symbols in the order of their codes */
    bool is_complete;
} zoe_inflate_code;

static inline void zoe_inflate_code_clear(zoe_inflate_code *code)
{
    code->count = 0;
    memset(code->of_length, 0, sizeof code->of_length);
}

/* Symbols in ascending order, each once; length 1..ZOE_INFLATE_LENGTH_MAX. */
static inline void zoe_inflate_code_add(zoe_inflate_code *code, unsigned symbol, unsigned length)
{
    code->symbols[code->count] = (uint16_t)symbol;
    code->lengths[code->count++] = (uint8_t)length;
    code->of_length[length]++;
}

/* When all symbols were added. A code must be complete; but there may be no symbol, or a single one
 * of length 1, which is what writers make where there is no or one distance. false: it is
 * neither, and nothing can be made of it. */
bool zoe_inflate_code_sort(zoe_inflate_code *code);

/*
 * The table of a code, with room for so many entries as stand above; that of the code for lengths,
 * of 19 symbols, has 1 << ZOE_INFLATE_CODE_BITS, and returns how many bits index it. false: there
 * is too little room, which no code needs.
 */
bool zoe_inflate_literal_table(uint32_t *table, const zoe_inflate_code *code);
bool zoe_inflate_distance_table(uint32_t *table, const zoe_inflate_code *code);
unsigned zoe_inflate_length_table(uint32_t *table, const zoe_inflate_code *code);

/* The entry of the symbol that comes next in `bits`, without a table: bit by bit, which is as fast
 * as making one for some hundred symbols. Its length is that of the whole code. */
uint32_t zoe_inflate_literal_of(const zoe_inflate_code *code, uint64_t bits);
uint32_t zoe_inflate_distance_of(const zoe_inflate_code *code, uint64_t bits);

#endif
