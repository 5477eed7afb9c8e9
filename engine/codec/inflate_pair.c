/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/inflate_pair.h"

#include <stdbool.h>
#include <string.h>

#include <libdeflate.h>

#include "codec/cpu.h"
#include "codec/inflate.h"

/*
 * A table entry: bits 0-5 the code's length; 8-11 how many extra bits follow (or, of a link, how
 * many bits index the second table); 12-14 what it is if not a plain length or distance; 16-30 the
 * value: a literal, the base of a length or distance, or where the second table starts; bit 31
 * marks literals.
 */
enum {
    ENTRY_END = 1 << 12,  /* end of block */
    ENTRY_LINK = 1 << 13, /* the code is longer than the first table's index */
    ENTRY_BAD = 1 << 14,  /* no such code or symbol */
};
#define ENTRY_LITERAL 0x80000000u

/* What the fast loop is made of: only if all of it is in one function do the streams stay in
 * registers. */
#define INLINE inline __attribute__((always_inline))

enum {
    LITERAL_BITS = 11,
    DISTANCE_BITS = 8,
    CODE_BITS = 7,
    MAX_CODE = 15,
    /* Entries that any code needs at most, second tables included: 288 symbols with 11 bits first,
     * 32 with 8, both up to 15 bits. The known figures are 2342 and 402. */
    LITERAL_ENTRIES = 2400,
    DISTANCE_ENTRIES = 448,
    IN_MARGIN = 32, /* the fast loop refills from 8 bytes three times between two looks */
};

_Static_assert(2 * (LITERAL_ENTRIES + DISTANCE_ENTRIES) * sizeof(uint32_t) <=
                   ZOE_INFLATE_PAIR_TABLE_BYTES,
               "both streams' tables fit");

typedef struct stream {
    const uint8_t *in;
    const uint8_t *in_end;
    uint64_t bits;  /* next bit lowest; those above `count` are either 0 or the input's */
    unsigned count; /* valid bits */
    unsigned past;  /* zero bytes taken for those behind the input's end */
    uint8_t *out;
    uint8_t *out_start;
    uint8_t *out_end;
    uint32_t *literals;
    uint32_t *distances;
    bool last_block;
    bool in_block; /* inside a block with codes */
    bool done;
    bool bad;
} stream;

/* --- bits --------------------------------------------------------------------------------------
 */

static inline uint64_t load64(const uint8_t *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
    return value;
}

/* At least 56 bits; needs 8 readable bytes. */
static INLINE void refill_fast(stream *s)
{
    s->bits |= load64(s->in) << s->count;
    s->in += (63 - s->count) >> 3;
    s->count |= 56;
}

/* At least 56 bits; zeros behind the end. */
static void refill(stream *s)
{
    if (s->in_end - s->in >= 8) {
        refill_fast(s);
        return;
    }
    while (s->count < 56) {
        if (s->in < s->in_end)
            s->bits |= (uint64_t)*s->in++ << s->count;
        else
            ++s->past;
        s->count += 8;
    }
}

static INLINE void drop(stream *s, unsigned n)
{
    s->bits >>= n;
    s->count -= n;
}

static INLINE unsigned take(stream *s, unsigned n)
{
    unsigned value = (unsigned)(s->bits & ((1u << n) - 1));
    drop(s, n);
    return value;
}

/* --- tables ------------------------------------------------------------------------------------
 */

static uint32_t literal_entry(unsigned symbol)
{
    static const uint16_t base[29] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                      15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                      67, 83, 99, 115, 131, 163, 195, 227, 258};
    static const uint8_t extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                      2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    if (symbol < 256)
        return ENTRY_LITERAL | symbol << 16;
    if (symbol == 256)
        return ENTRY_END;
    if (symbol > 285)
        return ENTRY_BAD;
    return (uint32_t)base[symbol - 257] << 16 | (uint32_t)extra[symbol - 257] << 8;
}

static uint32_t distance_entry(unsigned symbol)
{
    if (symbol > 29)
        return ENTRY_BAD;
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

/* The codes longer than `first_bits`, in tables behind the first; `at` is the first such symbol. */
static bool link_tables(uint32_t *table, size_t entries, unsigned first_bits, unsigned code,
                        unsigned length, unsigned *left, const uint16_t *sorted, unsigned at,
                        unsigned symbols, entry_fn *entry)
{
    size_t start = 0;
    size_t end = (size_t)1 << first_bits;
    unsigned prefix = ~0u;
    unsigned bits = 0;
    for (; at < symbols; ++at) {
        while (left[length] == 0)
            ++length;
        if ((code & ((1u << first_bits) - 1)) != prefix) {
            /* A second table has as many bits as the codes with this prefix need to be complete. */
            prefix = code & ((1u << first_bits) - 1);
            bits = length - first_bits;
            for (unsigned used = left[length]; used < 1u << bits && first_bits + bits < MAX_CODE;) {
                ++bits;
                used = used * 2 + left[first_bits + bits];
            }
            start = end;
            end += (size_t)1 << bits;
            if (end > entries)
                return false;
            table[prefix] = (uint32_t)start << 16 | ENTRY_LINK | bits << 8 | first_bits;
        }
        uint32_t value = entry(sorted[at]) | (length - first_bits);
        for (size_t i = code >> first_bits; i < (size_t)1 << bits;
             i += (size_t)1 << (length - first_bits))
            table[start + i] = value;
        --left[length];
        code = next_code(code, length);
        /* Longer codes go on at the same place. */
    }
    return true;
}

/*
 * The table of a code from its lengths. A code must be complete; but there may be no symbol, or a
 * single one of length 1, which is what writers make where there is no or one distance.
 */
static bool build(uint32_t *table, size_t entries, unsigned first_bits, const uint8_t *lengths,
                  unsigned n, entry_fn *entry)
{
    unsigned counts[MAX_CODE + 1] = {0};
    unsigned offsets[MAX_CODE + 2] = {0};
    uint16_t sorted[288];
    for (unsigned i = 0; i < n; ++i)
        ++counts[lengths[i]];
    unsigned symbols = n - counts[0];
    counts[0] = 0;
    unsigned space = 0; /* in units of the longest code */
    for (unsigned i = 1; i <= MAX_CODE; ++i) {
        offsets[i + 1] = offsets[i] + counts[i];
        space += counts[i] << (MAX_CODE - i);
    }
    for (unsigned i = 0; i < n; ++i)
        if (lengths[i])
            sorted[offsets[lengths[i]]++] = (uint16_t)i;
    if (space != 1u << MAX_CODE) {
        if (symbols > 1 || counts[1] != symbols)
            return false;
        for (size_t i = 0; i < (size_t)1 << first_bits; ++i)
            table[i] = symbols == 1 && i % 2 == 0 ? entry(sorted[0]) | 1 : ENTRY_BAD;
        return true;
    }
    /* Short codes first, in a table of their size, which is doubled for each bit more. */
    unsigned code = 0;
    unsigned at = 0;
    unsigned length = 1;
    for (; length <= first_bits; ++length) {
        if (length > 1)
            memcpy(table + ((size_t)1 << (length - 1)), table, sizeof *table << (length - 1));
        for (; counts[length] > 0; --counts[length]) {
            table[code] = entry(sorted[at++]) | length;
            code = next_code(code, length);
        }
    }
    return link_tables(table, entries, first_bits, code, length, counts, sorted, at, symbols,
                       entry);
}

/* --- blocks ------------------------------------------------------------------------------------
 */

static bool fixed_tables(stream *s)
{
    uint8_t lengths[288];
    memset(lengths, 8, 144);
    memset(lengths + 144, 9, 112);
    memset(lengths + 256, 7, 24);
    memset(lengths + 280, 8, 8);
    if (!build(s->literals, LITERAL_ENTRIES, LITERAL_BITS, lengths, 288, literal_entry))
        return false;
    memset(lengths, 5, 32);
    return build(s->distances, DISTANCE_ENTRIES, DISTANCE_BITS, lengths, 32, distance_entry);
}

/* The lengths of both codes, run-length coded with a code of their own. */
static bool read_lengths(stream *s, uint8_t *lengths, unsigned n)
{
    static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                      11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint32_t table[1 << CODE_BITS];
    uint8_t code_lengths[19] = {0};
    unsigned codes = take(s, 4) + 4;
    for (unsigned i = 0; i < codes; ++i) {
        refill(s);
        code_lengths[order[i]] = (uint8_t)take(s, 3);
    }
    if (!build(table, 1 << CODE_BITS, CODE_BITS, code_lengths, 19, code_entry))
        return false;
    for (unsigned i = 0; i < n;) {
        refill(s);
        uint32_t entry = table[s->bits & ((1 << CODE_BITS) - 1)];
        if (entry & ENTRY_BAD)
            return false;
        drop(s, entry & 63);
        unsigned symbol = entry >> 16;
        if (symbol < 16) {
            lengths[i++] = (uint8_t)symbol;
            continue;
        }
        if (symbol == 16 && i == 0)
            return false;
        uint8_t value = symbol == 16 ? lengths[i - 1] : 0;
        unsigned times = symbol == 16   ? take(s, 2) + 3
                         : symbol == 17 ? take(s, 3) + 3
                                        : take(s, 7) + 11;
        if (times > n - i)
            return false;
        memset(lengths + i, value, times);
        i += times;
    }
    return true;
}

static bool dynamic_tables(stream *s)
{
    uint8_t lengths[288 + 32];
    unsigned literals = take(s, 5) + 257;
    unsigned distances = take(s, 5) + 1;
    if (literals > 286 || distances > 30 || !read_lengths(s, lengths, literals + distances) ||
        lengths[256] == 0)
        return false;
    return build(s->literals, LITERAL_ENTRIES, LITERAL_BITS, lengths, literals, literal_entry) &&
           build(s->distances, DISTANCE_ENTRIES, DISTANCE_BITS, lengths + literals, distances,
                 distance_entry);
}

/* Gives unread whole bytes back, so that s->in is the next byte. False if zeros behind the end were
 * used. */
static bool align_to_byte(stream *s)
{
    unsigned bytes = s->count / 8;
    if (s->past > bytes)
        return false;
    s->in -= bytes - s->past;
    s->past = 0;
    s->bits = 0;
    s->count = 0;
    return true;
}

static bool stored_block(stream *s)
{
    if (!align_to_byte(s) || s->in_end - s->in < 4)
        return false;
    size_t n = (size_t)s->in[0] | (size_t)s->in[1] << 8;
    size_t check = (size_t)s->in[2] | (size_t)s->in[3] << 8;
    s->in += 4;
    if ((n ^ check) != 0xffff || n > (size_t)(s->in_end - s->in) ||
        n > (size_t)(s->out_end - s->out))
        return false;
    if (n > 0)
        memcpy(s->out, s->in, n);
    s->in += n;
    s->out += n;
    return true;
}

/* Starts the next block; one without codes is done at once. */
static bool next_block(stream *s)
{
    if (s->last_block) {
        s->done = true;
        return align_to_byte(s);
    }
    refill(s);
    /* Zeros behind the input are an endless row of empty blocks; the output's margin may be in use.
     */
    if (s->past > 8 || s->out > s->out_end)
        return false;
    s->last_block = take(s, 1);
    switch (take(s, 2)) {
    case 0: return stored_block(s);
    case 1: s->in_block = true; return fixed_tables(s);
    case 2: s->in_block = true; return dynamic_tables(s);
    default: return false;
    }
}

/* --- symbols -----------------------------------------------------------------------------------
 */

/* Writes up to 32 bytes past the match. */
static INLINE void copy_match(uint8_t *out, size_t distance, size_t length)
{
    const uint8_t *from = out - distance;
    if (distance >= 16) {
        /* Most matches are short: two steps without asking guess wrong less often than a loop. */
        memcpy(out, from, 16);
        memcpy(out + 16, from + 16, 16);
        for (size_t i = 32; i < length; i += 16)
            memcpy(out + i, from + i, 16);
    } else if (distance >= 8) {
        for (size_t i = 0; i < length; i += 8)
            memcpy(out + i, from + i, 8);
    } else if (distance == 1) {
        memset(out, *from, length);
    } else {
        for (size_t i = 0; i < length; ++i)
            out[i] = from[i];
    }
}

/* A symbol that is not a literal of the first table, `entry` being its entry there. Needs 48 bits.
 * False at the end of the block and on bad data. */
static INLINE bool other_symbol(stream *s, uint32_t entry)
{
    if (entry & ENTRY_LINK) {
        drop(s, LITERAL_BITS);
        entry = s->literals[(entry >> 16) + (s->bits & ((1u << (entry >> 8 & 15)) - 1))];
        if (entry & ENTRY_LITERAL) {
            drop(s, entry & 63);
            *s->out++ = (uint8_t)(entry >> 16);
            return true;
        }
    }
    drop(s, entry & 63);
    if (entry & (ENTRY_END | ENTRY_BAD)) {
        s->in_block = false;
        s->bad = s->bad || (entry & ENTRY_BAD);
        return false;
    }
    size_t length = (entry >> 16) + take(s, entry >> 8 & 15);
    entry = s->distances[s->bits & ((1u << DISTANCE_BITS) - 1)];
    if (entry & ENTRY_LINK) {
        drop(s, DISTANCE_BITS);
        entry = s->distances[(entry >> 16) + (s->bits & ((1u << (entry >> 8 & 15)) - 1))];
    }
    drop(s, entry & 63);
    size_t distance = (entry >> 16) + take(s, entry >> 8 & 15);
    if ((entry & ENTRY_BAD) || distance > (size_t)(s->out - s->out_start)) {
        s->in_block = false;
        s->bad = true;
        return false;
    }
    copy_match(s->out, distance, length);
    s->out += length;
    return true;
}

static INLINE uint32_t look_up(const stream *s)
{
    return s->literals[s->bits & ((1u << LITERAL_BITS) - 1)];
}

static INLINE void put_literal(stream *s, uint32_t entry)
{
    *s->out++ = (uint8_t)(entry >> 16);
    drop(s, entry & 63);
}

static INLINE bool symbol(stream *s, uint32_t entry)
{
    if (entry & ENTRY_LITERAL) {
        put_literal(s, entry);
        return true;
    }
    return other_symbol(s, entry);
}

/* The rest of the block, each bound looked at. The output's margin takes one symbol too many. */
static void rest_of_block(stream *s)
{
    do {
        if (s->out > s->out_end || s->past > 8) {
            s->bad = true;
            return;
        }
        refill(s);
    } while (symbol(s, look_up(s)));
}

static INLINE bool has_margin(const stream *s)
{
    return s->in_end - s->in >= IN_MARGIN && s->out <= s->out_end;
}

/* A literal for each, and the entries that follow. */
static INLINE void put_both(stream *a, uint32_t *ea, stream *b, uint32_t *eb)
{
    put_literal(a, *ea);
    put_literal(b, *eb);
    *ea = look_up(a);
    *eb = look_up(b);
}

/* Both streams side by side, while both are inside a block and far from their ends. */
static INLINE void both(stream *sa, stream *sb)
{
    /* Copies of its own let the compiler keep the streams in registers: writing a byte of output
     * cannot change them. */
    stream a = *sa;
    stream b = *sb;
    if (!has_margin(&a) || !has_margin(&b))
        return;
    refill_fast(&a);
    refill_fast(&b);
    uint32_t ea = look_up(&a);
    uint32_t eb = look_up(&b);
    /* Here each stream has 56 bits, which are enough for four literals of up to 11 bits and the
     * look at a fifth, or for a match. Looking before refilling keeps the refill out of the chain.
     */
    while (has_margin(&a) && has_margin(&b)) {
        if (ea & eb & ENTRY_LITERAL) {
            put_both(&a, &ea, &b, &eb);
            if (ea & eb & ENTRY_LITERAL) {
                put_both(&a, &ea, &b, &eb);
                if (ea & eb & ENTRY_LITERAL) {
                    put_both(&a, &ea, &b, &eb);
                    if (ea & eb & ENTRY_LITERAL)
                        put_both(&a, &ea, &b, &eb);
                }
            }
            refill_fast(&a);
            refill_fast(&b);
        } else {
            bool more_a = symbol(&a, ea);
            bool more_b = symbol(&b, eb);
            if (!more_a || !more_b)
                break;
            refill_fast(&a);
            refill_fast(&b);
            ea = look_up(&a);
            eb = look_up(&b);
        }
    }
    *sa = a;
    *sb = b;
}

#if defined(__x86_64__)
__attribute__((target("bmi,bmi2"))) static void both_bmi2(stream *a, stream *b)
{
    both(a, b);
}
#endif

static void both_any(stream *a, stream *b)
{
#if defined(__x86_64__)
    if (zoe_cpu_features() & ZOE_CPU_AVX2) { /* which stands for BMI2 too */
        both_bmi2(a, b);
        return;
    }
#endif
    both(a, b);
}

/* --- streams -----------------------------------------------------------------------------------
 */

static stream open_stream(const zoe_inflate_job *job, uint32_t *tables)
{
    stream s = {.in = job->packed,
                .in_end = job->packed + job->packed_bytes,
                .out = job->dst,
                .out_start = job->dst,
                .out_end = job->dst + job->dst_bytes,
                .literals = tables,
                .distances = tables + LITERAL_ENTRIES};
    /* Deflate, a window of 32 KB at most, no dictionary, and the check that makes it divisible. */
    if (job->packed_bytes < 2 || (s.in[0] & 15) != 8 || s.in[0] >> 4 > 7 || s.in[1] & 32 ||
        (s.in[0] << 8 | s.in[1]) % 31 != 0)
        s.bad = true;
    else
        s.in += 2;
    return s;
}

static zoe_status close_stream(const stream *s)
{
    if (s->bad || s->out != s->out_end || s->in_end - s->in < 4)
        return ZOE_ERROR_CORRUPT;
    uint32_t stored =
        (uint32_t)s->in[0] << 24 | (uint32_t)s->in[1] << 16 | (uint32_t)s->in[2] << 8 | s->in[3];
    uint32_t sum = libdeflate_adler32(1, s->out_start, (size_t)(s->out_end - s->out_start));
    return sum == stored ? ZOE_OK : ZOE_ERROR_CORRUPT;
}

static bool runs(const stream *s)
{
    return !s->done && !s->bad;
}

void zoe_inflate_pair(zoe_inflate_job *a, zoe_inflate_job *b, void *tables)
{
    stream s[2] = {open_stream(a, tables),
                   open_stream(b, (uint32_t *)tables + LITERAL_ENTRIES + DISTANCE_ENTRIES)};
    while (runs(&s[0]) || runs(&s[1])) {
        for (int i = 0; i < 2; ++i)
            if (runs(&s[i]) && !s[i].in_block && !next_block(&s[i]))
                s[i].bad = true;
        if (runs(&s[0]) && runs(&s[1]) && s[0].in_block && s[1].in_block)
            both_any(&s[0], &s[1]);
        /* Alone: who has no partner, or is at the end of its data. */
        for (int i = 0; i < 2; ++i)
            if (runs(&s[i]) && s[i].in_block && (!runs(&s[1 - i]) || !has_margin(&s[i])))
                rest_of_block(&s[i]);
    }
    a->status = close_stream(&s[0]);
    b->status = close_stream(&s[1]);
}

size_t zoe_inflate_pair_room(const zoe_codec_chunk *const chunks[2])
{
    size_t most = 0;
    for (int i = 0; i < 2; ++i)
        if (chunks[i]->unpacked_bytes > most)
            most = chunks[i]->unpacked_bytes;
    if (most > SIZE_MAX / 4)
        return SIZE_MAX;
    size_t both = ZOE_INFLATE_PAIR_TABLE_BYTES + 2 * (most + ZOE_INFLATE_PAIR_MARGIN);
    size_t one = zoe_inflate_room(most);
    return both > one ? both : one;
}
