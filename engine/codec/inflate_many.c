/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/inflate_many.h"

#include <stdbool.h>
#include <string.h>

#include <libdeflate.h>

#include "base/cpu.h"
#include "base/stop.h"
#include "codec/inflate_table.h"

/* The parts of the fast loop. They have to become one function, so that the streams' cursors stay
 * in registers. */
#define INLINE inline __attribute__((always_inline))

enum {
    LANES = ZOE_CODEC_MANY,
    LANE_ENTRIES = 3072,
    TABLE_BYTES = LANES * LANE_ENTRIES * 4,
    MARGIN = ZOE_INFLATE_MARGIN, /* writable bytes behind each output */

    ROUNDS = 8, /* of up to four literals, between two looks at the bounds */
    /*
     * Between two looks a lane moves on by at most 7 bytes a round, and reads 8. The last part of
     * the input is read from a copy with zeros behind it, where the bytes behind the end are
     * readable too.
     */
    NEAR = 96,
    TAIL = 128, /* bytes of the copy: more than NEAR, and what rounding to bytes adds */
    PAD = 128,
};

_Static_assert(ZOE_INFLATE_LITERAL_ENTRIES + ZOE_INFLATE_DISTANCE_ENTRIES <= LANE_ENTRIES,
               "a lane's tables fit");
_Static_assert(8 * ROUNDS + 8 <= NEAR && 8 * ROUNDS + 16 <= PAD, "reads stay in the input");
/* Between two looks at the bounds a lane writes the literals of ROUNDS rounds, or one match, which
 * copy_match() rounds up. */
_Static_assert(4 * ROUNDS <= MARGIN && 258 + 32 <= MARGIN, "writes stay in the margin");

/* What the fast loop works on. */
typedef struct cursor {
    uint64_t bits; /* next bit lowest; those above `count` are either 0 or the input's */
    const uint8_t *in;
    uint8_t *out;
    unsigned count; /* valid bits; in the fast loop only its lowest 6 bits are kept */
    uint32_t entry; /* in the fast loop: of the next symbol, whose bits are still there */
} cursor;

typedef struct lane {
    cursor at;
    const uint8_t *in_limit; /* further than this only in the next piece of input, if any */
    uint8_t *out_start;
    uint8_t *out_end;
    uint32_t *literals;
    uint32_t *distances; /* ZOE_INFLATE_LITERAL_ENTRIES behind them */
    const uint8_t *packed;
    size_t packed_bytes;
    bool in_tail; /* at.in is in `tail` */
    bool last_block;
    bool in_block;                                /* inside a block with codes */
    bool has_fixed;                               /* the tables are those of the fixed codes */
    unsigned tables_made;                         /* of blocks with codes of their own */
    zoe_inflate_code literal_code, distance_code; /* of such a block */
    bool done;
    bool bad;
    uint8_t tail[TAIL + PAD];
} lane;

/* ---- bits ---- */

static inline uint64_t load64(const uint8_t *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
    return value;
}

/* At least 56 bits. */
static INLINE void refill(cursor *c)
{
    c->count &= 63;
    c->bits |= load64(c->in) << c->count;
    c->in += (63 - c->count) >> 3;
    c->count |= 56;
}

static INLINE void drop(cursor *c, unsigned n)
{
    c->bits >>= n;
    c->count -= n;
}

static INLINE unsigned take(cursor *c, unsigned n)
{
    unsigned value = (unsigned)(c->bits & ((1u << n) - 1));
    drop(c, n);
    return value;
}

static size_t tail_start(const lane *s)
{
    return s->packed_bytes > TAIL ? s->packed_bytes - TAIL : 0;
}

/* The byte of the input that has the next bit, which is its bit *bit. Behind the end for a stream
 * that has used zeros of the padding. */
static size_t position(const lane *s, unsigned *bit)
{
    const uint8_t *in = s->at.in - (s->at.count + 7) / 8;
    *bit = (8 - s->at.count % 8) % 8;
    return s->in_tail ? tail_start(s) + (size_t)(in - s->tail) : (size_t)(in - s->packed);
}

/* Goes to a bit of the input; at <= packed_bytes, and less where bit > 0. */
static void go_to(lane *s, size_t at, unsigned bit)
{
    /* A cursor is up to 8 bytes ahead of its position: with them in the sum, a stream that has gone
     * on to the copy does not come back from it. */
    s->in_tail = at + NEAR + 8 >= s->packed_bytes;
    if (s->in_tail) {
        s->at.in = s->tail + (at - tail_start(s));
        s->in_limit = s->tail + (s->packed_bytes - tail_start(s)) + 8;
    } else {
        s->at.in = s->packed + at;
        s->in_limit = s->packed + s->packed_bytes - NEAR;
    }
    s->at.bits = 0;
    s->at.count = 0;
    if (bit > 0) {
        s->at.bits = (uint64_t)(*s->at.in++ >> bit);
        s->at.count = 8 - bit;
    }
}

static INLINE bool within(const cursor *c, const lane *s)
{
    return c->in <= s->in_limit && c->out <= s->out_end;
}

/* Is there input to go on with, and room for output? */
static bool has_room(lane *s)
{
    if (s->at.in > s->in_limit && !s->in_tail) {
        unsigned bit;
        size_t at = position(s, &bit);
        go_to(s, at, bit);
    }
    return within(&s->at, s);
}

/* ---- blocks ---- */

static bool make_tables(lane *s)
{
    return zoe_inflate_literal_table(s->literals, &s->literal_code) &&
           zoe_inflate_distance_table(s->distances, &s->distance_code);
}

/* Adds so many symbols from `first` on to a code. */
static void add_symbols(zoe_inflate_code *code, unsigned first, unsigned count, unsigned length)
{
    for (unsigned i = 0; i < count; i++)
        zoe_inflate_code_add(code, first + i, length);
}

static bool sort_codes(lane *s)
{
    return zoe_inflate_code_sort(&s->literal_code) && zoe_inflate_code_sort(&s->distance_code);
}

static void clear_codes(lane *s)
{
    zoe_inflate_code_clear(&s->literal_code);
    zoe_inflate_code_clear(&s->distance_code);
}

/* Once for blocks that follow one another: such a block may be 10 bits. */
static bool fixed_tables(lane *s)
{
    if (s->has_fixed)
        return true;
    clear_codes(s);
    add_symbols(&s->literal_code, 0, 144, 8);
    add_symbols(&s->literal_code, 144, 112, 9);
    add_symbols(&s->literal_code, 256, 24, 7);
    add_symbols(&s->literal_code, 280, 8, 8);
    add_symbols(&s->distance_code, 0, 32, 5);
    s->has_fixed = sort_codes(s) && make_tables(s);
    return s->has_fixed;
}

/* The code that the lengths of the others are in; *bits index its table. */
static bool read_length_code(lane *s, uint32_t *table, unsigned *bits)
{
    static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                      11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t lengths[19] = {0};
    zoe_inflate_code code;
    unsigned count = take(&s->at, 4) + 4;
    for (unsigned i = 0; i < count; i++) {
        refill(&s->at);
        lengths[order[i]] = (uint8_t)take(&s->at, 3);
    }
    zoe_inflate_code_clear(&code);
    for (unsigned i = 0; i < 19; i++)
        if (lengths[i])
            zoe_inflate_code_add(&code, i, lengths[i]);
    if (!zoe_inflate_code_sort(&code))
        return false;
    *bits = zoe_inflate_length_table(table, &code);
    return true;
}

/* `times` symbols of both codes, from the i-th on, have this length. */
static void add_lengths(lane *s, unsigned i, unsigned times, unsigned length, unsigned literals)
{
    if (length == 0)
        return;
    for (unsigned end = i + times; i < end; i++)
        if (i < literals)
            zoe_inflate_code_add(&s->literal_code, i, length);
        else
            zoe_inflate_code_add(&s->distance_code, i - literals, length);
}

/* The lengths of both codes, run-length coded; false also where no code ends the block. */
static bool read_codes(lane *s, unsigned literals, unsigned distances)
{
    enum { END = 256 };
    uint32_t table[1 << ZOE_INFLATE_CODE_BITS];
    unsigned bits, n = literals + distances, length = 0;
    bool has_end = false;
    if (!read_length_code(s, table, &bits))
        return false;
    clear_codes(s);
    for (unsigned i = 0, times; i < n; i += times) {
        if (!has_room(s))
            return false;
        refill(&s->at);
        uint32_t entry = table[s->at.bits & ((1u << bits) - 1)];
        if (entry & ZOE_INFLATE_ENTRY_BAD)
            return false;
        drop(&s->at, entry & 63);
        unsigned symbol = entry >> 16;
        times = 1;
        if (symbol == 16) {
            if (i == 0)
                return false;
            times = take(&s->at, 2) + 3;
        } else if (symbol > 16) {
            times = symbol == 17 ? take(&s->at, 3) + 3 : take(&s->at, 7) + 11;
            length = 0;
        } else {
            length = symbol;
        }
        if (times > n - i)
            return false;
        add_lengths(s, i, times, length, literals);
        has_end |= length > 0 && i <= END && END - i < times;
    }
    return has_end && sort_codes(s);
}

/* Does what was written so far pay for one more table? A stream may be blocks of some ten bytes
 * that hold next to nothing. */
static bool earns_tables(const lane *s)
{
    enum { FREE = 64, BYTES = 256 };
    return s->tables_made < FREE + (size_t)(s->at.out - s->out_start) / BYTES;
}

static bool stored_block(lane *s)
{
    unsigned bit;
    size_t at = position(s, &bit) + (bit > 0);
    if (s->packed_bytes < 4 || at > s->packed_bytes - 4)
        return false;
    const uint8_t *from = s->packed + at;
    size_t n = (size_t)from[0] | (size_t)from[1] << 8;
    size_t check = (size_t)from[2] | (size_t)from[3] << 8;
    at += 4;
    if ((n ^ check) != 0xffff || n > s->packed_bytes - at || n > (size_t)(s->out_end - s->at.out))
        return false;
    if (n > 0)
        memcpy(s->at.out, from + 4, n);
    s->at.out += n;
    go_to(s, at + n, 0);
    return true;
}

/* ---- symbols ---- */

/* Writes up to 32 bytes past the match. */
static INLINE void copy_match(uint8_t *out, size_t distance, size_t length)
{
    const uint8_t *from = out - distance;
    if (distance >= 16) {
        /* Most matches are short: two steps without a test are mispredicted less than a loop. */
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
        for (size_t i = 0; i < length; i++)
            out[i] = from[i];
    }
}

static INLINE void look_up(cursor *c, const uint32_t *literals)
{
    c->entry = literals[c->bits & ((1u << ZOE_INFLATE_LITERAL_BITS) - 1)];
}

/* Without moving `out`. */
static INLINE void put_literal(cursor *c, int at)
{
    c->out[at] = (uint8_t)(c->entry >> 16);
    c->bits >>= c->entry & 63;
    c->count -= c->entry; /* above its lowest 6 bits this is nonsense, which refill() drops */
}

/* What follows a symbol that is not a literal: *length of a match. False at the end of the block
 * and on bad data. */
static INLINE bool take_length(cursor *c, lane *s, size_t *length)
{
    uint32_t entry = c->entry;
    drop(c, entry & 63);
    if (entry & (ZOE_INFLATE_ENTRY_END | ZOE_INFLATE_ENTRY_BAD)) {
        s->in_block = false;
        s->bad = s->bad || (entry & ZOE_INFLATE_ENTRY_BAD);
        return false;
    }
    *length = (entry >> 16) + take(c, entry >> 8 & 15);
    return true;
}

/* The match; `entry` is of its distance, whose bits are still there. False on bad data. */
static INLINE bool put_match(cursor *c, lane *s, size_t length, uint32_t entry)
{
    drop(c, entry & 63);
    size_t distance = (entry >> 16) + take(c, entry >> 8 & 15);
    if ((entry & ZOE_INFLATE_ENTRY_BAD) || distance > (size_t)(c->out - s->out_start)) {
        s->in_block = false;
        s->bad = true;
        return false;
    }
    copy_match(c->out, distance, length);
    c->out += length;
    return true;
}

/* The next symbol; needs 48 bits. False at the end of the block and on bad data. */
static INLINE bool symbol(cursor *c, lane *s, const uint32_t *literals)
{
    if (!(c->entry & ZOE_INFLATE_ENTRY_LITERAL) && (c->entry & ZOE_INFLATE_ENTRY_LINK)) {
        drop(c, ZOE_INFLATE_LITERAL_BITS);
        c->entry = literals[(c->entry >> 16) + (c->bits & ((1u << (c->entry >> 8 & 15)) - 1))];
    }
    if (c->entry & ZOE_INFLATE_ENTRY_LITERAL) {
        put_literal(c, 0);
        c->out++;
        return true;
    }
    size_t length;
    if (!take_length(c, s, &length))
        return false;
    const uint32_t *distances = literals + ZOE_INFLATE_LITERAL_ENTRIES;
    uint32_t entry = distances[c->bits & ((1u << ZOE_INFLATE_DISTANCE_BITS) - 1)];
    if (entry & ZOE_INFLATE_ENTRY_LINK) {
        drop(c, ZOE_INFLATE_DISTANCE_BITS);
        entry = distances[(entry >> 16) + (c->bits & ((1u << (entry >> 8 & 15)) - 1))];
    }
    return put_match(c, s, length, entry);
}

static INLINE void refill_and_look(cursor *c, const uint32_t *literals)
{
    refill(c);
    look_up(c, literals);
}

/* One lane by itself, to the end of its block or until it is no longer within its bounds. */
static INLINE void run_one(lane *s)
{
    cursor c = s->at;
    refill_and_look(&c, s->literals);
    while (within(&c, s) && symbol(&c, s, s->literals))
        refill_and_look(&c, s->literals);
    c.count &= 63;
    s->at = c;
}

/*
 * Two lanes side by side, or four. They are variables of their own, not an array, and the tables
 * stand at fixed distances: so the compiler keeps them in registers, and knows that writing a byte
 * of output cannot change them.
 */
typedef struct cursors {
    cursor a, b, c, d;
} cursors;

static INLINE bool all_literals(const cursors *x, int lanes)
{
    uint32_t both = x->a.entry & x->b.entry;
    return (lanes == 2 ? both : both & x->c.entry & x->d.entry) & ZOE_INFLATE_ENTRY_LITERAL;
}

static INLINE bool all_within(const cursors *x, const lane *s, int lanes)
{
    return within(&x->a, &s[0]) && within(&x->b, &s[1]) &&
           (lanes == 2 || (within(&x->c, &s[2]) && within(&x->d, &s[3])));
}

static INLINE void put_and_look(cursor *c, int at, const uint32_t *literals)
{
    put_literal(c, at);
    look_up(c, literals);
}

static INLINE void put_all(cursors *x, int at, const uint32_t *tables, int lanes)
{
    put_and_look(&x->a, at, tables);
    put_and_look(&x->b, at, tables + LANE_ENTRIES);
    if (lanes == 4) {
        put_and_look(&x->c, at, tables + 2 * LANE_ENTRIES);
        put_and_look(&x->d, at, tables + 3 * LANE_ENTRIES);
    }
}

/* The entry was looked up before the refill: so the refill is not part of the chain from one entry
 * to the next, on which the speed depends. */
static INLINE void advance_all(cursors *x, int by, int lanes)
{
    x->a.out += by;
    x->b.out += by;
    refill(&x->a);
    refill(&x->b);
    if (lanes == 4) {
        x->c.out += by;
        x->d.out += by;
        refill(&x->c);
        refill(&x->d);
    }
}

static INLINE void look_all(cursors *x, const uint32_t *tables, int lanes)
{
    refill_and_look(&x->a, tables);
    refill_and_look(&x->b, tables + LANE_ENTRIES);
    if (lanes == 4) {
        refill_and_look(&x->c, tables + 2 * LANE_ENTRIES);
        refill_and_look(&x->d, tables + 3 * LANE_ENTRIES);
    }
}

static INLINE bool all_symbols(cursors *x, lane *s, const uint32_t *tables, int lanes)
{
    bool more = symbol(&x->a, &s[0], tables);
    more &= symbol(&x->b, &s[1], tables + LANE_ENTRIES);
    if (lanes == 4) {
        more &= symbol(&x->c, &s[2], tables + 2 * LANE_ENTRIES);
        more &= symbol(&x->d, &s[3], tables + 3 * LANE_ENTRIES);
    }
    return more;
}

/* 56 bits are enough for four literals of up to 11 bits and the look at a fifth, or for a match. */
static INLINE void run_side_by_side(lane *s, int lanes)
{
    const uint32_t *tables = s[0].literals;
    cursors x = {s[0].at, s[1].at, s[lanes - 2].at, s[lanes - 1].at};
    look_all(&x, tables, lanes);
    while (all_within(&x, s, lanes)) {
        if (!all_literals(&x, lanes)) {
            if (!all_symbols(&x, s, tables, lanes))
                break;
            look_all(&x, tables, lanes);
            continue;
        }
        for (int round = 0; round < ROUNDS && all_literals(&x, lanes); round++) {
            int put = 1;
            put_all(&x, 0, tables, lanes);
            if (all_literals(&x, lanes)) {
                put_all(&x, 1, tables, lanes);
                put = 2;
                if (all_literals(&x, lanes)) {
                    put_all(&x, 2, tables, lanes);
                    put = 3;
                    if (all_literals(&x, lanes)) {
                        put_all(&x, 3, tables, lanes);
                        put = 4;
                    }
                }
            }
            advance_all(&x, put, lanes);
        }
    }
    s[0].at = x.a;
    s[1].at = x.b;
    if (lanes == 4) {
        s[2].at = x.c;
        s[3].at = x.d;
    }
    for (int i = 0; i < lanes; i++)
        s[i].at.count &= 63;
}

static INLINE void run(lane *s, int lanes)
{
    if (lanes == 1)
        run_one(s);
    else
        run_side_by_side(s, lanes);
}

/* ---- the next block ---- */

/* Without tables, up to the block's end or as many symbols as one has tables for instead. */
static bool run_without_tables(lane *s)
{
    enum { SYMBOLS = 256 };
    for (int i = 0; i < SYMBOLS && s->in_block && has_room(s); i++) {
        refill(&s->at);
        s->at.entry = zoe_inflate_literal_of(&s->literal_code, s->at.bits);
        if (s->at.entry & ZOE_INFLATE_ENTRY_LITERAL) {
            put_literal(&s->at, 0);
            s->at.count &= 63;
            s->at.out++;
            continue;
        }
        size_t length;
        if (take_length(&s->at, s, &length))
            put_match(&s->at, s, length, zoe_inflate_distance_of(&s->distance_code, s->at.bits));
    }
    return !s->bad;
}

/* A block with codes of its own. */
static bool coded_block(lane *s)
{
    unsigned literals = take(&s->at, 5) + 257;
    unsigned distances = take(&s->at, 5) + 1;
    if (literals > 286 || distances > 30 || !read_codes(s, literals, distances))
        return false;
    s->in_block = true;
    if (!earns_tables(s) && (!run_without_tables(s) || !s->in_block))
        return !s->bad;
    s->tables_made++;
    s->has_fixed = false;
    return make_tables(s);
}

/* Starts the next block; one without codes is done at once, and one that is short may be. */
static bool next_block(lane *s)
{
    if (s->last_block) {
        s->done = true;
        return true;
    }
    /* A match may have gone on into the margin behind the output, where no stored block may
     * begin. */
    if (!has_room(s))
        return false;
    refill(&s->at);
    s->last_block = take(&s->at, 1);
    switch (take(&s->at, 2)) {
    case 0: return stored_block(s);
    case 1: s->in_block = true; return fixed_tables(s);
    case 2: return coded_block(s);
    default: return false;
    }
}

/* ---- forms ---- */

typedef void run_fn(lane *s);

/* For 1, 2 and 4 lanes. */
typedef struct form {
    run_fn *one, *two, *four;
} form;

static void run_1(lane *s)
{
    run(s, 1);
}

static void run_2(lane *s)
{
    run(s, 2);
}

static void run_4(lane *s)
{
    run(s, 4);
}

#if defined(__x86_64__)
__attribute__((target("bmi,bmi2"))) static void run_1_bmi2(lane *s)
{
    run(s, 1);
}

__attribute__((target("bmi,bmi2"))) static void run_2_bmi2(lane *s)
{
    run(s, 2);
}

__attribute__((target("bmi,bmi2"))) static void run_4_bmi2(lane *s)
{
    run(s, 4);
}
#endif

static form choose(void)
{
#if defined(__x86_64__)
    if (zoe_cpu_features() & ZOE_CPU_AVX2) /* which stands for BMI2 too */
        return (form){run_1_bmi2, run_2_bmi2, run_4_bmi2};
#endif
    return (form){run_1, run_2, run_4};
}

/* ---- streams ---- */

/* `out` has room for dst_bytes and the margin. */
static void open_lane(lane *s, const zoe_inflate_job *job, uint32_t *tables, uint8_t *out)
{
    s->packed = job->packed;
    s->packed_bytes = job->packed_bytes;
    s->at.out = s->out_start = out;
    s->out_end = out + job->dst_bytes;
    s->literals = tables;
    s->distances = tables + ZOE_INFLATE_LITERAL_ENTRIES;
    s->last_block = s->in_block = s->has_fixed = s->done = false;
    s->tables_made = 0;
    size_t copied = s->packed_bytes - tail_start(s);
    if (copied > 0)
        memcpy(s->tail, s->packed + tail_start(s), copied);
    memset(s->tail + copied, 0, sizeof s->tail - copied);
    /* RFC 1950: deflate, a window of 32 KB at most, no dictionary, and the two bytes as one number
     * are a multiple of 31. */
    const uint8_t *in = s->packed;
    s->bad = s->packed_bytes < 2 || (in[0] & 15) != 8 || in[0] >> 4 > 7 || in[1] & 32 ||
             (in[0] << 8 | in[1]) % 31 != 0;
    if (!s->bad)
        go_to(s, 2, 0);
}

static zoe_status close_lane(const lane *s)
{
    if (s->bad || s->at.out != s->out_end)
        return ZOE_ERROR_CORRUPT;
    unsigned bit;
    size_t at = position(s, &bit) + (bit > 0);
    if (s->packed_bytes < 4 || at > s->packed_bytes - 4)
        return ZOE_ERROR_CORRUPT;
    const uint8_t *from = s->packed + at;
    uint32_t stored =
        (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
    uint32_t sum = 1;
    for (const uint8_t *out = s->out_start; out < s->out_end && !zoe_stop_wanted();) {
        size_t left = (size_t)(s->out_end - out);
        size_t bytes = left < ZOE_STOP_BYTES ? left : ZOE_STOP_BYTES;
        sum = libdeflate_adler32(sum, out, bytes);
        out += bytes;
    }
    return sum == stored ? ZOE_OK : ZOE_ERROR_CORRUPT;
}

/* Brings a lane to where symbols are decoded; false: it is at its end, or is to stop. */
static bool prepare(lane *s)
{
    while (!s->done && !s->bad && !s->in_block) {
        if (zoe_stop_wanted())
            return false;
        s->bad = !next_block(s);
    }
    s->bad = s->bad || (!s->done && !has_room(s));
    return !s->done && !s->bad;
}

/* One step of the lanes: all four, or else neighbours together. false: all are at their ends. */
static bool step(lane *s, size_t count, const form *run)
{
    bool runs[LANES] = {false};
    for (size_t i = 0; i < count; i++)
        runs[i] = prepare(&s[i]);
    if (runs[0] && runs[1] && runs[2] && runs[3]) {
        run->four(s);
        return true;
    }
    for (size_t i = 0; i < LANES; i += 2) {
        if (runs[i] && runs[i + 1])
            run->two(&s[i]);
        else if (runs[i] || runs[i + 1])
            run->one(&s[runs[i] ? i : i + 1]);
    }
    return runs[0] || runs[1] || runs[2] || runs[3];
}

size_t zoe_inflate_many_scratch_bytes(size_t most, size_t count)
{
    if (most > SIZE_MAX / (2 * LANES))
        return SIZE_MAX;
    return TABLE_BYTES + count * (most + MARGIN);
}

void zoe_inflate_many(zoe_inflate_job *jobs, size_t count, void *work)
{
    lane lanes[LANES];
    const form run = choose();
    uint8_t *out = (uint8_t *)work + TABLE_BYTES;
    for (size_t i = 0; i < count; i++) {
        open_lane(&lanes[i], &jobs[i], (uint32_t *)work + i * LANE_ENTRIES, out);
        out += jobs[i].dst_bytes + MARGIN;
    }
    while (step(lanes, count, &run) && !zoe_stop_wanted())
        continue;
    for (size_t i = 0; i < count; i++) {
        jobs[i].status = zoe_stop_wanted() ? ZOE_STALE : close_lane(&lanes[i]);
        jobs[i].inflated = jobs[i].status == ZOE_OK ? lanes[i].out_start : NULL;
    }
}

/* The bounds end a step's worth ahead, or where the output does. */
static void begin_step(lane *s, uint8_t *end)
{
    s->out_end =
        s->at.out < end && end - s->at.out > ZOE_STOP_BYTES ? s->at.out + ZOE_STOP_BYTES : end;
}

zoe_status zoe_inflate_long(const uint8_t *packed, size_t packed_bytes, uint8_t *dst,
                            size_t dst_bytes)
{
    lane s;
    uint32_t tables[LANE_ENTRIES];
    const form run = choose();
    const zoe_inflate_job job = {
        .packed = packed, .packed_bytes = packed_bytes, .dst_bytes = dst_bytes};
    open_lane(&s, &job, tables, dst);
    uint8_t *end = s.out_end;
    while (!s.done && !s.bad) {
        if (zoe_stop_wanted())
            return ZOE_STALE;
        begin_step(&s, end);
        if (!s.in_block)
            s.bad = !next_block(&s);
        else if (has_room(&s))
            run.one(&s);
        else
            s.bad = true;
    }
    s.out_end = end;
    zoe_status status = close_lane(&s);
    return zoe_stop_wanted() ? ZOE_STALE : status;
}
