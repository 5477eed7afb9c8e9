/*
 * The packed bytes are records: a count byte below 0 and that many bytes as they are, or a count
 * byte c from 0 up and one byte that stands for c + 1 of them. The records must fill the chunk
 * exactly.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/rle.h"

#include <string.h>

#include "base/stop.h"
#include "codec/reorder.h"

enum {
    STEP = 32,               /* bytes written at once, whether needed or not */
    LONGEST = 128,           /* bytes one record can stand for */
    MARGIN = LONGEST + STEP, /* writable past the chunk's bytes */
};

/* What is left of input and output. */
typedef struct cursor {
    const uint8_t *in;
    const uint8_t *in_end;
    uint8_t *out;
    uint8_t *out_end;
} cursor;

/* One record at a time, every bound checked. */
static bool expand_careful(cursor *c)
{
    while (c->in < c->in_end) {
        int count = (int8_t)*c->in++;
        size_t n = (size_t)(count < 0 ? -count : count + 1);
        size_t take = count < 0 ? n : 1;
        if (n > (size_t)(c->out_end - c->out) || take > (size_t)(c->in_end - c->in))
            return false;
        if (count < 0)
            memcpy(c->out, c->in, n);
        else
            memset(c->out, *c->in, n);
        c->in += take;
        c->out += n;
    }
    return c->out == c->out_end;
}

/* STEP bytes of a record: copied, or one byte repeated. Which of the two is nearly random from
 * record to record, so that a mask that takes both is faster than a branch that is guessed
 * wrong. */
static inline void expand_step(uint8_t *out, const uint8_t *in, uint64_t copy, uint64_t repeated)
{
    uint64_t words[STEP / 8];
    memcpy(words, in, STEP);
    for (size_t i = 0; i < STEP / 8; i++)
        words[i] = (words[i] & copy) | repeated;
    memcpy(out, words, STEP);
}

/* Records far enough from the ends of input and output, which need no look at either. */
static void expand_fast(cursor *c)
{
    const uint8_t *in = c->in;
    uint8_t *out = c->out;
    /* A record takes at most 1 + LONGEST bytes; the step may read STEP more. */
    const uint8_t *look = out + ZOE_STOP_BYTES;
    while (c->in_end - in > 1 + LONGEST + STEP && c->out_end - out > LONGEST) {
        if (out >= look) {
            if (zoe_stop_wanted())
                break;
            look = out + ZOE_STOP_BYTES;
        }
        int count = (int8_t)in[0];
        uint64_t copy = count < 0 ? ~UINT64_C(0) : 0;
        uint64_t repeated = ~copy & in[1] * UINT64_C(0x0101010101010101);
        size_t n = (size_t)(count < 0 ? -count : count + 1);
        in++;
        expand_step(out, in, copy, repeated);
        for (size_t at = STEP; at < n; at += STEP)
            expand_step(out + at, in + at, copy, repeated);
        out += n;
        in += count < 0 ? n : 1;
    }
    c->in = in;
    c->out = out;
}

size_t zoe_rle_scratch_bytes(const zoe_codec_chunk *chunk)
{
    return chunk->unpacked_bytes > SIZE_MAX - MARGIN ? SIZE_MAX : chunk->unpacked_bytes + MARGIN;
}

zoe_status zoe_rle_decode(const zoe_codec_chunk *chunk, void *scratch, size_t scratch_bytes)
{
    if (!zoe_reorder_fits(chunk) || scratch_bytes < zoe_rle_scratch_bytes(chunk))
        return ZOE_ERROR_CORRUPT;
    if (!zoe_reorder_wanted(chunk))
        return ZOE_OK;
    uint8_t *bytes = scratch;
    cursor c = {chunk->packed, chunk->packed + chunk->packed_bytes, bytes,
                bytes + chunk->unpacked_bytes};
    expand_fast(&c);
    if (zoe_stop_wanted())
        return ZOE_STALE;
    if (!expand_careful(&c))
        return ZOE_ERROR_CORRUPT;
    zoe_reorder(chunk, bytes);
    return zoe_stop_wanted() ? ZOE_STALE : ZOE_OK;
}
