#include "codec/huffman.h"

#include <stdbool.h>
#include <string.h>

#include "base/cpu.h"
#include "base/stop.h"

/*
 * The code, as OpenEXR writes it:
 *
 *   uint32 first, last   the symbols that have a code lie in first..last; `last` is the run symbol
 *   uint32 table_bytes, bit_count, reserved
 *   lengths              of the codes of first..last, 6 bits each, most significant bit first:
 *                        0 to 58, a length, 0 for no code; 59 to 62, two to five symbols
 *                        without a code; 63 and 8 bits more, 6 to 261 of them
 *   codes                from the next byte on, bit_count bits; the run symbol is followed by
 *                        8 bits: how often the symbol before it is repeated
 *
 * Codes are canonical: of equal length, in the symbols' order; of two lengths, the longer ones come
 * first when both are written left-aligned.
 *
 * Look-up. Because longer codes come first, the windows (the next 64 bits, as a number) of one
 * length are one interval, and all windows with the same first PREFIX_BITS bits have the same
 * length except where an interval ends inside a prefix, once a length at most. So a table of
 * prefixes tells the length, and where that length's symbols are, for short and for long codes
 * alike and without a branch.
 *
 * Lanes. A code begins where the one before it ends, so look-ups form a chain and the processor
 * waits for each in turn. Therefore LANES pieces of the stream are decoded side by side. The first
 * begins where we are; the others begin at a guess, mostly in the middle of a code, and yield
 * rubbish until by chance they meet a true boundary between codes, after which they are right:
 * Huffman codes synchronize by themselves, mostly within a dozen codes. The seam between two pieces
 * is found by following both from the guess on until they agree; where they do not, the earlier
 * piece simply goes on. Nothing but speed depends on the guess.
 */
enum {
    HEADER_BYTES = 20,
    SYMBOL_COUNT = (1 << 16) + 1, /* all 16-bit values and the run symbol */
    LENGTH_MAX = 58,
    SHORT_ZEROS = 59,
    LONG_ZEROS = 63,

    PREFIX_BITS = 12,
    ENTRY_SHIFT = 8, /* an entry's low bits hold the length, the others the offset */
    ENTRY_MASK = (1 << ENTRY_SHIFT) - 1,
    GROUP = 3,            /* codes decoded from one window of 57 bits */
    FAST_LENGTH_MAX = 19, /* GROUP of these fit */
    /* The length in entries that need care. A group with one of them has a sum with a CAREFUL_BITS
     * bit, a group without has not; and it is small modulo 64, so that what it shifts stays in
     * bounds. */
    CAREFUL = 65,
    CAREFUL_BITS = 64 | 128,

    LANES = 4,
    LANE_BITS = 1 << 16,     /* a piece; long beside the codes lost at its seam */
    LANE_BITS_MIN = 1 << 11, /* shorter pieces are not worth their seams */
    LANE_SYMBOLS = 1 << 15,  /* that a lane can hold; a full lane stops early */
    SEAM_BITS = 1 << 13,     /* pieces that do not agree within this many are not joined */
};

typedef struct huffman_code {
    uint32_t prefix[1 << PREFIX_BITS];
    uint64_t base[LENGTH_MAX + 2];   /* by length: the first code, left-aligned in 64 bits */
    uint64_t first[LENGTH_MAX + 2];  /* the first code */
    uint32_t offset[LENGTH_MAX + 2]; /* index in `symbols` of code k is offset + k */
    uint32_t count[LENGTH_MAX + 2];  /* codes of the length */
    uint32_t shortest;
    uint32_t run_index;                 /* of the run symbol in `symbols` */
    uint16_t symbols[SYMBOL_COUNT + 1]; /* longest code first */
    union {
        uint32_t list[SYMBOL_COUNT]; /* while building: symbol | length << 24 */
        uint16_t lanes[LANES - 1][LANE_SYMBOLS];
    } u;
} huffman_code;

/* The codes' bits. */
typedef struct bits {
    const uint8_t *src;
    size_t bytes;        /* readable */
    uint64_t count;      /* bits; at most 8 * bytes */
    uint64_t fast_limit; /* from bits below this one, a group can be read without checks */
} bits;

/* One chain of codes. */
typedef struct lane {
    uint64_t bit;   /* the next code's */
    uint64_t limit; /* stops here or shortly before */
    uint16_t *out;
    uint16_t *begin, *end; /* room for symbols */
} lane;

size_t zoe_huffman_scratch_bytes(void)
{
    return sizeof(huffman_code);
}

static uint32_t read_u32(const uint8_t *src)
{
    uint32_t value;
    memcpy(&value, src, sizeof value);
    return value;
}

/* The 64 bits from `bit` on, zeros after the end. */
static inline uint64_t peek(const bits *b, uint64_t bit)
{
    const size_t byte = (size_t)(bit >> 3);
    const unsigned shift = (unsigned)(bit & 7);
    const size_t left = byte < b->bytes ? b->bytes - byte : 0;
    uint64_t window = 0;
    unsigned next = 0;
    if (left > sizeof window) {
        memcpy(&window, b->src + byte, sizeof window);
        next = b->src[byte + sizeof window];
    } else if (left > 0) {
        memcpy(&window, b->src + byte, left);
    }
    return __builtin_bswap64(window) << shift | next >> (8 - shift);
}

/* Lists the symbols that have a code, in order, and counts them by length. False when the table is
 * damaged; *used_bytes is its size. */
static bool read_lengths(huffman_code *code, const bits *b, uint32_t first, uint32_t last,
                         uint32_t *listed, size_t *used_bytes)
{
    const uint64_t bit_end = (uint64_t)b->bytes * 8;
    uint64_t bit = 0;
    uint32_t symbol = first, count = 0;
    memset(code->count, 0, sizeof code->count);
    while (symbol <= last) {
        const uint64_t window = peek(b, bit);
        const uint32_t length = (uint32_t)(window >> 58);
        uint32_t skip;
        if (length < SHORT_ZEROS) {
            /* Lone zeros are as common as lengths: no branch between the two. */
            code->u.list[count] = symbol | length << 24;
            code->count[length]++;
            count += length > 0;
            bit += 6;
            skip = 1;
        } else if (length < LONG_ZEROS) {
            bit += 6;
            skip = 2 + length - SHORT_ZEROS;
        } else {
            bit += 6 + 8;
            skip = 6 + (uint32_t)(window >> 50 & 0xff);
        }
        if (bit > bit_end || skip > last + 1 - symbol)
            return false;
        symbol += skip;
    }
    *listed = count;
    *used_bytes = (size_t)((bit + 7) / 8);
    return true;
}

/* Where each length's codes and symbols are. False when the lengths are not those of a prefix
 * code. */
static bool place_lengths(huffman_code *code)
{
    uint64_t next = 0;
    uint32_t index = 0;
    code->shortest = 0;
    for (unsigned length = LENGTH_MAX; length >= 1; length--) {
        const uint64_t end = next + code->count[length];
        code->first[length] = next;
        code->base[length] = next << (64 - length);
        /* Never negative: of the longer codes, at least two go into one of this length. */
        code->offset[length] = index - (uint32_t)next;
        if (end > (uint64_t)1 << length)
            return false;
        if (code->count[length] > 0)
            code->shortest = length;
        index += code->count[length];
        /* Two neighbours go into one code of the next shorter length. Were one left over, a code of
         * that length would be the beginning of it. */
        if (length > 1 && end % 2 != 0)
            return false;
        next = end / 2;
    }
    return code->shortest > 0;
}

static void place_symbols(huffman_code *code, uint32_t listed, uint32_t run_symbol)
{
    uint32_t next[LENGTH_MAX + 1];
    for (unsigned length = 1; length <= LENGTH_MAX; length++)
        next[length] = code->offset[length] + (uint32_t)code->first[length];
    code->run_index = UINT32_MAX;
    for (uint32_t i = 0; i < listed; i++) {
        const uint32_t symbol = code->u.list[i] & 0xffffff, length = code->u.list[i] >> 24;
        const uint32_t index = next[length]++;
        code->symbols[index] = (uint16_t)symbol;
        if (symbol == run_symbol)
            code->run_index = index;
    }
}

/* Entries that need care hold the shortest length that the prefix may have. */
static uint32_t careful_entry(uint32_t length)
{
    return length << ENTRY_SHIFT | CAREFUL;
}

static void fill_prefixes(huffman_code *code)
{
    for (size_t i = 0; i < 1 << PREFIX_BITS; i++)
        code->prefix[i] = careful_entry(code->shortest);
    for (uint32_t length = LENGTH_MAX; length >= 1; length--) {
        if (code->count[length] == 0)
            continue;
        const uint64_t first = code->first[length], end = first + code->count[length];
        uint64_t from, to;
        if (length > PREFIX_BITS) {
            const unsigned extra = length - PREFIX_BITS;
            from = (first + ((uint64_t)1 << extra) - 1) >> extra;
            to = end >> extra;
            /* Going from long to short, a shared prefix keeps the shortest. */
            code->prefix[first >> extra] = careful_entry(length);
            code->prefix[(end - 1) >> extra] = careful_entry(length);
        } else {
            from = first << (PREFIX_BITS - length);
            to = end << (PREFIX_BITS - length);
        }
        const uint32_t entry = length <= FAST_LENGTH_MAX
                                   ? code->offset[length] << ENTRY_SHIFT | length
                                   : careful_entry(length);
        for (uint64_t i = from; i < to; i++)
            code->prefix[i] = entry;

        /* The run symbol is the last of its length. */
        if (code->run_index == code->offset[length] + end - 1) {
            const unsigned shift = length > PREFIX_BITS ? length - PREFIX_BITS : 0;
            const unsigned widen = length < PREFIX_BITS ? PREFIX_BITS - length : 0;
            for (uint64_t i = (end - 1) >> shift << widen, n = 0; n < (uint64_t)1 << widen; n++)
                code->prefix[i + n] = careful_entry(length);
        }
    }
}

/* What one code says. */
typedef struct step {
    bool run;
    uint32_t value; /* the symbol, or how often to repeat the one before */
} step;

/* The reference decoder of one code. False when there is none at *bit. */
static bool next_step(const huffman_code *code, const bits *b, uint64_t *bit, step *s)
{
    const uint64_t window = peek(b, *bit);
    const uint32_t entry = code->prefix[window >> (64 - PREFIX_BITS)];
    uint32_t length = entry & ENTRY_MASK;
    if (length == CAREFUL)
        length = entry >> ENTRY_SHIFT;
    while (window < code->base[length]) /* the longest length's is 0 */
        length++;
    const uint64_t number = window >> (64 - length);
    if (number - code->first[length] >= code->count[length] || *bit + length > b->count)
        return false;
    const uint32_t index = code->offset[length] + (uint32_t)number;
    if (index != code->run_index) {
        *s = (step){.run = false, .value = code->symbols[index]};
        *bit += length;
        return true;
    }
    if (*bit + length + 8 > b->count)
        return false;
    *s = (step){.run = true, .value = (uint32_t)(peek(b, *bit + length) >> 56)};
    *bit += length + 8;
    return true;
}

/* Repeats the lane's last symbol; both it and the room for the others are there. */
static inline void repeat_last(lane *l, size_t count)
{
    enum { WIDE = 16 };
    const uint16_t last = l->out[-1];
    const uint64_t four = last * 0x0001000100010001u;
    if ((size_t)(l->end - l->out) < count + WIDE) {
        for (size_t i = 0; i < count; i++)
            l->out[i] = last;
    } else {
        /* Writes past the run's end what the next symbols will overwrite. */
        for (size_t i = 0; i < count; i += WIDE) {
            for (size_t k = 0; k < WIDE; k += 4)
                memcpy(l->out + i + k, &four, sizeof four);
        }
    }
    l->out += count;
}

/* One code of a lane, with all checks. False, and nothing moved, when the lane cannot go on. */
static bool advance(const huffman_code *code, const bits *b, lane *l)
{
    uint64_t bit = l->bit;
    step s;
    if (!next_step(code, b, &bit, &s))
        return false;
    if (!s.run) {
        if (l->out == l->end)
            return false;
        *l->out++ = (uint16_t)s.value;
    } else {
        if (l->out == l->begin || s.value > (size_t)(l->end - l->out))
            return false;
        repeat_last(l, s.value);
    }
    l->bit = bit;
    return true;
}

/* How many groups the lane can take without a check. */
static inline uint64_t rounds_left(const lane *l)
{
    const uint64_t bits_left = l->bit < l->limit ? l->limit - l->bit : 0;
    const uint64_t by_bits = bits_left / 64; /* more than a group's, and a shift */
    const uint64_t by_room = (uint64_t)(l->end - l->out) / GROUP;
    return by_bits < by_room ? by_bits : by_room;
}

/* Writes a group's symbols; returns their lengths' sum, with CAREFUL_BITS when one of them needs
 * care, in which case what was written is rubbish. */
static inline __attribute__((always_inline)) uint32_t decode_group(const huffman_code *code,
                                                                   const uint8_t *src, uint64_t bit,
                                                                   uint16_t *out)
{
    uint64_t window;
    memcpy(&window, src + (bit >> 3), sizeof window);
    window = __builtin_bswap64(window) << (bit & 7);
    uint32_t sum = 0;
#pragma GCC unroll 4
    for (int i = 0; i < GROUP; i++) {
        const uint32_t entry = code->prefix[window >> (64 - PREFIX_BITS)];
        out[i] = code->symbols[(entry >> ENTRY_SHIFT) + (window >> (-entry & 63))];
        window <<= entry & 63;
        sum += entry;
    }
    return sum & ENTRY_MASK;
}

/* The lane's group again, code by code. */
static __attribute__((noinline)) void decode_carefully(const huffman_code *code, const bits *b,
                                                       lane *l)
{
    for (int i = 0; i < GROUP; i++) {
        if (!advance(code, b, l)) {
            l->limit = l->bit;
            return;
        }
    }
}

/* Runs `count` lanes side by side until one of them is done. */
static inline __attribute__((always_inline)) void run_together(const huffman_code *code,
                                                               const bits *b, lane *const *lanes,
                                                               int count)
{
    for (;;) {
        uint64_t rounds = UINT64_MAX;
        uint64_t bit[LANES];
        uint16_t *out[LANES];
#pragma GCC unroll 4
        for (int i = 0; i < count; i++) {
            const uint64_t left = rounds_left(lanes[i]);
            rounds = left < rounds ? left : rounds;
            bit[i] = lanes[i]->bit;
            out[i] = lanes[i]->out;
        }
        if (rounds == 0)
            return;
        lane *careful = NULL;
        do {
#pragma GCC unroll 4
            for (int i = 0; i < count; i++) {
                const uint32_t sum = decode_group(code, b->src, bit[i], out[i]);
                if (__builtin_expect((sum & CAREFUL_BITS) != 0, 0)) {
                    careful = lanes[i];
                    goto leave;
                }
                bit[i] += sum;
                out[i] += GROUP;
            }
        } while (--rounds != 0);
    leave:
        for (int i = 0; i < count; i++) {
            lanes[i]->bit = bit[i];
            lanes[i]->out = out[i];
        }
        if (careful)
            decode_carefully(code, b, careful);
    }
}

typedef void run_fn(const huffman_code *code, const bits *b, lane *const *lanes, int count);

#define DEFINE_RUN(NAME, ATTRIBUTE)                                                                \
    ATTRIBUTE static void NAME(const huffman_code *code, const bits *b, lane *const *lanes,        \
                               int count)                                                          \
    {                                                                                              \
        switch (count) {                                                                           \
        case 4: run_together(code, b, lanes, 4); break;                                            \
        case 3: run_together(code, b, lanes, 3); break;                                            \
        case 2: run_together(code, b, lanes, 2); break;                                            \
        default: run_together(code, b, lanes, 1); break;                                           \
        }                                                                                          \
    }

DEFINE_RUN(run_plain, )
#if defined(__x86_64__)
/* BMI2 has shifts by a variable that leave the flags alone. */
DEFINE_RUN(run_bmi2, __attribute__((target("bmi2"))))
#endif

/* Runs all lanes to their limits, as near as whole groups go. */
static void run_lanes(const huffman_code *code, const bits *b, run_fn *run, lane *lanes, int count)
{
    lane *active[LANES];
    int n = 0;
    for (int i = 0; i < count; i++) {
        if (lanes[i].limit > b->fast_limit)
            lanes[i].limit = b->fast_limit;
        active[n++] = &lanes[i];
    }
    while (n > 0) {
        int kept = 0;
        for (int i = 0; i < n; i++) {
            if (rounds_left(active[i]) > 0)
                active[kept++] = active[i];
        }
        n = kept;
        if (n > 0)
            run(code, b, active, n);
    }
}

/* Brings the true lane to `bit` or just past it, or to the end of its room. False when the data is
 * damaged before that. */
static bool go_to(const huffman_code *code, const bits *b, run_fn *run, lane *l, uint64_t bit)
{
    while (l->bit < bit && l->out < l->end) {
        l->limit = bit;
        run_lanes(code, b, run, l, 1);
        /* One at least; what is left of a piece after whole groups. */
        for (int i = 0; i < GROUP && l->bit < bit && l->out < l->end; i++) {
            if (!advance(code, b, l))
                return false;
        }
    }
    return true;
}

/* Joins the piece that `guess` decoded from bit `start` on to the true lane, which has reached it,
 * if the two agree. False when the data is damaged. */
static bool join_lane(const huffman_code *code, const bits *b, lane *truth, const lane *guess,
                      uint64_t start)
{
    uint64_t bit = start; /* the guess's chain once more, from its start */
    size_t count = 0;     /* the symbols it had made */
    int32_t last = -1;    /* the last of them; a run repeats it, so it must agree too */
    const uint64_t end = guess->bit < start + SEAM_BITS ? guess->bit : start + SEAM_BITS;
    while (bit < end && truth->bit < end && truth->out < truth->end) {
        if (truth->bit == bit && truth->out > truth->begin && truth->out[-1] == last) {
            const size_t rest = (size_t)(guess->out - guess->begin) - count;
            if (rest > (size_t)(truth->end - truth->out))
                return false;
            memcpy(truth->out, guess->begin + count, rest * sizeof *truth->out);
            truth->out += rest;
            truth->bit = guess->bit;
            return true;
        }
        if (truth->bit < bit) {
            if (!advance(code, b, truth))
                return false;
            continue;
        }
        step s;
        if (!next_step(code, b, &bit, &s))
            return true;
        count += s.run ? s.value : 1;
        if (!s.run)
            last = (int32_t)s.value;
    }
    return true;
}

static bool decode_symbols(huffman_code *code, const bits *b, uint16_t *dst, size_t dst_count,
                           size_t wanted)
{
    run_fn *run = run_plain;
#if defined(__x86_64__)
    if (zoe_cpu_features() & ZOE_CPU_AVX2)
        run = run_bmi2;
#endif
    lane truth = {.out = dst, .begin = dst, .end = dst + dst_count};
    while (truth.out < dst + wanted) {
        if (zoe_stop_wanted())
            return false;
        uint64_t piece = (b->count - truth.bit) / LANES;
        if (piece < LANE_BITS_MIN) {
            if (!go_to(code, b, run, &truth, b->count))
                return false;
            break;
        }
        if (piece > LANE_BITS)
            piece = LANE_BITS;
        lane lanes[LANES];
        uint64_t start = truth.bit;
        const uint64_t first_start = start;
        lanes[0] = truth;
        lanes[0].limit = start + piece;
        for (int i = 1; i < LANES; i++) {
            start += piece;
            lanes[i] = (lane){.bit = start,
                              .limit = start + piece,
                              .out = code->u.lanes[i - 1],
                              .begin = code->u.lanes[i - 1],
                              .end = code->u.lanes[i - 1] + LANE_SYMBOLS};
        }
        run_lanes(code, b, run, lanes, LANES);
        truth = lanes[0];
        for (int i = 1; i < LANES; i++) {
            start = first_start + (uint64_t)i * piece;
            if (!go_to(code, b, run, &truth, start) ||
                !join_lane(code, b, &truth, &lanes[i], start))
                return false;
        }
    }
    if (wanted < dst_count)
        return truth.out >= dst + wanted;
    return truth.out == truth.end && truth.bit == b->count;
}

zoe_status zoe_huffman_decode(const uint8_t *src, size_t src_bytes, uint16_t *dst, size_t dst_count,
                              size_t wanted, void *scratch, size_t scratch_bytes)
{
    huffman_code *code = scratch;
    if (wanted == 0)
        return ZOE_OK;
    if (src_bytes < HEADER_BYTES || scratch_bytes < sizeof *code)
        return ZOE_ERROR_CORRUPT;
    const uint32_t first = read_u32(src), last = read_u32(src + 4), bit_count = read_u32(src + 12);
    if (first > last || last >= SYMBOL_COUNT)
        return ZOE_ERROR_CORRUPT;
    bits b = {.src = src + HEADER_BYTES, .bytes = src_bytes - HEADER_BYTES};
    uint32_t listed;
    size_t table_bytes;
    if (!read_lengths(code, &b, first, last, &listed, &table_bytes))
        return ZOE_ERROR_CORRUPT;
    b.src += table_bytes;
    b.bytes -= table_bytes;
    b.count = bit_count;
    if (b.count > (uint64_t)b.bytes * 8)
        return ZOE_ERROR_CORRUPT;
    b.fast_limit = b.bytes < 8 ? 0 : (uint64_t)(b.bytes - 8) * 8;
    if (b.fast_limit > b.count)
        b.fast_limit = b.count;
    if (!place_lengths(code))
        return ZOE_ERROR_CORRUPT;
    place_symbols(code, listed, last);
    fill_prefixes(code);
    if (decode_symbols(code, &b, dst, dst_count, wanted))
        return ZOE_OK;
    return zoe_stop_wanted() ? ZOE_STALE : ZOE_ERROR_CORRUPT;
}
