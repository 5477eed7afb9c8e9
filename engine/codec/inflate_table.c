/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/inflate_table.h"

#include <stddef.h>
#include <string.h>

static uint32_t literal_entry(unsigned symbol)
{
    static const uint16_t base[29] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                      15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                      67, 83, 99, 115, 131, 163, 195, 227, 258};
    static const uint8_t extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                      2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    if (symbol < 256)
        return ZOE_INFLATE_ENTRY_LITERAL | symbol << 16;
    if (symbol == 256)
        return ZOE_INFLATE_ENTRY_END;
    if (symbol > 285)
        return ZOE_INFLATE_ENTRY_BAD;
    return (uint32_t)base[symbol - 257] << 16 | (uint32_t)extra[symbol - 257] << 8;
}

static uint32_t distance_entry(unsigned symbol)
{
    if (symbol > 29)
        return ZOE_INFLATE_ENTRY_BAD;
    if (symbol < 4)
        return (symbol + 1) << 16;
    unsigned extra = symbol / 2 - 1;
    return (((2u + symbol % 2) << extra) + 1) << 16 | extra << 8;
}

static uint32_t code_entry(unsigned symbol)
{
    return symbol << 16;
}

typedef uint32_t entry_fn(unsigned symbol);

/* The next code of `length` bits, first bit lowest: an addition whose carry goes the other way. */
static unsigned next_code(unsigned code, unsigned length)
{
    unsigned all = (1u << length) - 1;
    if (code == all)
        return 0;
    unsigned bit = 1u << (31 - (unsigned)__builtin_clz(code ^ all));
    return (code & (bit - 1)) | bit;
}

/* A code whose tables are being made. */
typedef struct maker {
    uint32_t *table;
    size_t entries;      /* that there is room for */
    unsigned first_bits; /* of the first table; longer codes have second ones behind it */
    entry_fn *entry;
    const zoe_inflate_code *symbols;
    unsigned left[ZOE_INFLATE_LENGTH_MAX + 1]; /* symbols of each length that are not in a table
                                                  yet */

    /* the first of those */
    unsigned at;
    unsigned length;
    unsigned code;
} maker;

bool zoe_inflate_code_sort(zoe_inflate_code *code)
{
    unsigned offsets[ZOE_INFLATE_LENGTH_MAX + 2] = {0};
    unsigned taken = 0; /* of all codes of the greatest length */
    for (unsigned i = 1; i <= ZOE_INFLATE_LENGTH_MAX; i++) {
        offsets[i + 1] = offsets[i] + code->of_length[i];
        taken += (unsigned)code->of_length[i] << (ZOE_INFLATE_LENGTH_MAX - i);
    }
    for (unsigned i = 0; i < code->count; i++)
        code->sorted[offsets[code->lengths[i]]++] = code->symbols[i];
    code->is_complete = taken == 1u << ZOE_INFLATE_LENGTH_MAX;
    return code->is_complete || (code->count <= 1 && code->of_length[1] == code->count);
}

/* Short codes, in a table of their size, which is doubled for each bit more. */
static void fill_first(maker *m)
{
    for (m->length = 1; m->length <= m->first_bits; m->length++) {
        if (m->length > 1)
            memcpy(m->table + ((size_t)1 << (m->length - 1)), m->table,
                   sizeof *m->table << (m->length - 1));
        for (; m->left[m->length] > 0; m->left[m->length]--) {
            m->table[m->code] = m->entry(m->symbols->sorted[m->at++]) | m->length;
            m->code = next_code(m->code, m->length);
        }
    }
}

/* A second table has as many bits as the codes that begin like the next one need to be complete. */
static unsigned second_bits(const maker *m)
{
    unsigned bits = m->length - m->first_bits;
    for (unsigned used = m->left[m->length];
         used < 1u << bits && m->first_bits + bits < ZOE_INFLATE_LENGTH_MAX;) {
        bits++;
        used = used * 2 + m->left[m->first_bits + bits];
    }
    return bits;
}

/* The others; false: there is no room for them. */
static bool fill_second(maker *m)
{
    size_t start = 0;
    size_t end = (size_t)1 << m->first_bits;
    unsigned prefix = ~0u;
    unsigned bits = 0;
    for (; m->at < m->symbols->count; m->at++) {
        while (m->left[m->length] == 0)
            m->length++;
        if ((m->code & ((1u << m->first_bits) - 1)) != prefix) {
            prefix = m->code & ((1u << m->first_bits) - 1);
            bits = second_bits(m);
            start = end;
            end += (size_t)1 << bits;
            if (end > m->entries)
                return false;
            m->table[prefix] =
                (uint32_t)start << 16 | ZOE_INFLATE_ENTRY_LINK | bits << 8 | m->first_bits;
        }
        uint32_t value = m->entry(m->symbols->sorted[m->at]) | (m->length - m->first_bits);
        for (size_t i = m->code >> m->first_bits; i < (size_t)1 << bits;
             i += (size_t)1 << (m->length - m->first_bits))
            m->table[start + i] = value;
        m->left[m->length]--;
        m->code = next_code(m->code, m->length);
    }
    return true;
}

static bool make(uint32_t *table, size_t entries, unsigned first_bits, const zoe_inflate_code *code,
                 entry_fn *entry)
{
    maker m = {.table = table,
               .entries = entries,
               .first_bits = first_bits,
               .entry = entry,
               .symbols = code};
    if (code->is_complete) {
        for (unsigned i = 1; i <= ZOE_INFLATE_LENGTH_MAX; i++)
            m.left[i] = code->of_length[i];
        fill_first(&m);
        return fill_second(&m);
    }
    for (size_t i = 0; i < (size_t)1 << first_bits; i++)
        table[i] =
            code->count == 1 && i % 2 == 0 ? entry(code->sorted[0]) | 1 : ZOE_INFLATE_ENTRY_BAD;
    return true;
}

bool zoe_inflate_literal_table(uint32_t *table, const zoe_inflate_code *code)
{
    return make(table, ZOE_INFLATE_LITERAL_ENTRIES, ZOE_INFLATE_LITERAL_BITS, code, literal_entry);
}

bool zoe_inflate_distance_table(uint32_t *table, const zoe_inflate_code *code)
{
    return make(table, ZOE_INFLATE_DISTANCE_ENTRIES, ZOE_INFLATE_DISTANCE_BITS, code,
                distance_entry);
}

unsigned zoe_inflate_length_table(uint32_t *table, const zoe_inflate_code *code)
{
    unsigned bits = ZOE_INFLATE_CODE_BITS;
    while (bits > 1 && code->of_length[bits] == 0)
        bits--;
    (void)make(table, 1 << ZOE_INFLATE_CODE_BITS, bits, code, code_entry);
    return bits;
}

/* ---- without a table ---- */

/* Codes of each length are numbers that follow one another, and the first of a length follows the
 * last of the one before, doubled. */
static uint32_t find(const zoe_inflate_code *code, uint64_t bits, entry_fn *entry)
{
    unsigned at = 0;     /* in `sorted`, of the first of this length */
    unsigned number = 0; /* of what was read, less that of the first of this length */
    for (unsigned length = 1; length <= ZOE_INFLATE_LENGTH_MAX; length++) {
        number = number * 2 + (unsigned)(bits & 1);
        bits >>= 1;
        if (number < code->of_length[length])
            return entry(code->sorted[at + number]) | length;
        at += code->of_length[length];
        number -= code->of_length[length];
    }
    return ZOE_INFLATE_ENTRY_BAD;
}

uint32_t zoe_inflate_literal_of(const zoe_inflate_code *code, uint64_t bits)
{
    return find(code, bits, literal_entry);
}

uint32_t zoe_inflate_distance_of(const zoe_inflate_code *code, uint64_t bits)
{
    return find(code, bits, distance_entry);
}
