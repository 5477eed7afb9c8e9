/*
 * The chunk: its header, then each kind of channels in turn. Kinds of which no row is wanted are
 * not looked at.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/dwa.h"

#include "base/stop.h"
#include "codec/chunk_rows.h"
#include "codec/dwa_dct.h"
#include "codec/dwa_header.h"
#include "codec/dwa_lossy.h"
#include "codec/dwa_rle.h"
#include "codec/huffman.h"
#include "codec/inflate.h"
#include "codec/reorder.h"

/* Everything a chunk's decoding knows; the pointers lead into the scratch. */
typedef struct decoder {
    const zoe_codec_chunk *chunk;
    zoe_dwa_header header;
    zoe_dwa_class *classes; /* one a channel */
    zoe_dwa_set *sets;
    size_t set_count;
    size_t *first_row; /* one a channel: where its rows begin in `rows` */
    uint32_t *rows;    /* channel after channel, the segment of each row from the top */
    uint8_t *free;     /* scratch that is not in use */
    size_t free_bytes;
} decoder;

/* Where the next lossy channels' coefficients are. */
typedef struct blocks_at {
    const uint16_t *ac;
    const uint16_t *ac_end;
    const uint16_t *dc;
} blocks_at;

/* Sums that stay at SIZE_MAX once they do not fit. */
static size_t add(size_t a, size_t b)
{
    return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

static size_t times(size_t a, size_t b)
{
    return b && a > SIZE_MAX / b ? SIZE_MAX : a * b;
}

static size_t aligned(size_t bytes)
{
    return add(bytes, 63) & ~(size_t)63;
}

static size_t channel_bytes(const zoe_codec_channel *channel)
{
    return times(times((size_t)channel->width, (size_t)channel->height),
                 zoe_codec_sample_bytes(channel));
}

/* What a stream inflates to, with the margin that inflating takes. */
static size_t inflated(size_t bytes)
{
    return aligned(add(bytes, ZOE_INFLATE_MARGIN));
}

/* What the lossy channels need if they have `blocks` blocks together. */
static size_t lossy_bytes(size_t blocks)
{
    size_t ac = inflated(times(add(times(blocks, 63), ZOE_DWA_AC_PADDING), 2));
    size_t dc = times(blocks, 2);
    return add(add(ac, add(aligned(dc), inflated(dc))), aligned(zoe_huffman_scratch_bytes()));
}

/* The three kinds of channels are decoded one after the other, in the same scratch. Any channel may
 * be of any kind, since the file's rules say so. */
size_t zoe_dwa_scratch_bytes(const zoe_codec_chunk *chunk)
{
    size_t blocks = 0;
    size_t raw = 0;
    size_t line = 0;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        const zoe_codec_channel *channel = &chunk->channels[c];
        blocks = add(blocks, zoe_dwa_block_count(channel));
        raw = add(raw, channel_bytes(channel));
        if (zoe_dwa_rle_line_bytes(channel) > line)
            line = zoe_dwa_rle_line_bytes(channel);
    }
    size_t most = lossy_bytes(blocks);
    size_t rle = add(inflated(times(raw, 2)), aligned(line));
    if (rle > most)
        most = rle;
    if (zoe_dwa_rules_scratch_bytes() > most)
        most = aligned(zoe_dwa_rules_scratch_bytes());
    size_t info = aligned(times(chunk->channel_count, sizeof(zoe_dwa_class)));
    info = add(info, aligned(times(chunk->channel_count, sizeof(zoe_dwa_set))));
    info = add(info, aligned(times(chunk->channel_count, sizeof(size_t))));
    info = add(info, aligned(times(chunk->segment_count, sizeof(uint32_t))));
    most = add(most, info);
    return most >= SIZE_MAX - 63 ? SIZE_MAX : most;
}

/* 64-byte aligned scratch, or NULL if the caller gave too little. */
static void *carve(decoder *d, size_t bytes)
{
    bytes = aligned(bytes);
    if (bytes > d->free_bytes)
        return NULL;
    void *memory = d->free;
    d->free += bytes;
    d->free_bytes -= bytes;
    return memory;
}

static bool is_wanted(const decoder *d, size_t c)
{
    const uint32_t *rows = &d->rows[d->first_row[c]];
    for (int32_t y = 0; y < d->chunk->channels[c].height; y++)
        if (d->chunk->segments[rows[y]].dst)
            return true;
    return false;
}

/* The number after the last channel of a kind that is wanted: what comes later need not be
 * decoded. */
static size_t wanted_end(const decoder *d, uint8_t scheme)
{
    for (size_t c = d->chunk->channel_count; c > 0; c--)
        if (d->classes[c - 1].scheme == scheme && is_wanted(d, c - 1))
            return c;
    return 0;
}

static size_t scheme_bytes(const decoder *d, uint8_t scheme)
{
    size_t bytes = 0;
    for (size_t c = 0; c < d->chunk->channel_count; c++)
        if (d->classes[c].scheme == scheme)
            bytes += channel_bytes(&d->chunk->channels[c]);
    return bytes;
}

/* The blocks up to the last that is wanted: sets come first, as in decode_blocks(). */
static size_t wanted_blocks(const decoder *d)
{
    size_t blocks = 0, end = 0;
    for (size_t s = 0; s < d->set_count; s++) {
        for (int i = 0; i < 3; i++)
            blocks += zoe_dwa_block_count(&d->chunk->channels[d->sets[s].index[i]]);
        for (int i = 0; i < 3; i++)
            if (is_wanted(d, (size_t)d->sets[s].index[i]))
                end = blocks;
    }
    for (size_t c = 0; c < d->chunk->channel_count; c++) {
        if (d->classes[c].scheme != ZOE_DWA_LOSSY || d->classes[c].in_set)
            continue;
        blocks += zoe_dwa_block_count(&d->chunk->channels[c]);
        if (is_wanted(d, c))
            end = blocks;
    }
    return end;
}

/* The AC symbols that may be wanted, with the padding that lets a block run over their end. */
static zoe_status read_ac(decoder *d, uint16_t *ac)
{
    const zoe_dwa_header *header = &d->header;
    size_t count = (size_t)header->ac_count, wanted = wanted_blocks(d) * 63;
    zoe_status status = ZOE_ERROR_CORRUPT;
    if (header->ac_compression == ZOE_DWA_AC_HUFFMAN) {
        size_t bytes = zoe_huffman_scratch_bytes();
        void *huffman = carve(d, bytes);
        if (huffman)
            status = zoe_huffman_decode(header->ac.data, header->ac.bytes, ac, count,
                                        wanted < count ? wanted : count, huffman, bytes);
    } else if (header->ac_compression == ZOE_DWA_AC_DEFLATE) {
        status = zoe_inflate(header->ac.data, header->ac.bytes, (uint8_t *)ac, count * 2);
    }
    for (size_t i = 0; i < ZOE_DWA_AC_PADDING; i++)
        ac[count + i] = ZOE_DWA_END_OF_BLOCK;
    return status;
}

/* The DC values: reordered and differenced as ZIP's bytes are. */
static zoe_status read_dc(const zoe_dwa_header *header, uint8_t *coded, uint16_t *dc)
{
    uint32_t bytes = (uint32_t)header->dc_count * 2;
    zoe_status status = zoe_inflate(header->dc.data, header->dc.bytes, coded, bytes);
    if (status != ZOE_OK)
        return status;
    const zoe_codec_segment whole = {(uint8_t *)dc, bytes};
    const zoe_codec_chunk values = {
        .unpacked_bytes = bytes, .line_count = 1, .segments = &whole, .segment_count = 1};
    zoe_reorder(&values, coded);
    return ZOE_OK;
}

/* Decodes the channels index[0 .. count-1], and takes those that are wanted off *wanted. */
static bool decode_job(const decoder *d, const int32_t *index, int count, blocks_at *at,
                       size_t *wanted)
{
    zoe_dwa_lossy job = {.count = count, .segments = d->chunk->segments};
    for (int i = 0; i < count; i++) {
        size_t c = (size_t)index[i];
        job.channel[i] = &d->chunk->channels[c];
        job.rows[i] = &d->rows[d->first_row[c]];
        *wanted -= is_wanted(d, c);
    }
    job.is_linear = count == 1 && job.channel[0]->p_linear;
    if (!zoe_dwa_decode_lossy(&job, &at->ac, at->ac_end, at->dc))
        return false;
    at->dc += (size_t)count * zoe_dwa_block_count(job.channel[0]);
    return true;
}

/* The complete sets come first, then the other lossy channels in file order. What comes after the
 * last channel that is wanted is left. */
static zoe_status decode_blocks(const decoder *d, blocks_at at)
{
    size_t wanted = 0;
    for (size_t c = 0; c < d->chunk->channel_count; c++)
        wanted += d->classes[c].scheme == ZOE_DWA_LOSSY && is_wanted(d, c);
    for (size_t s = 0; s < d->set_count && wanted > 0; s++)
        if (!decode_job(d, d->sets[s].index, 3, &at, &wanted))
            return ZOE_ERROR_CORRUPT;
    for (size_t c = 0; c < d->chunk->channel_count && wanted > 0; c++) {
        int32_t index = (int32_t)c;
        if (d->classes[c].scheme == ZOE_DWA_LOSSY && !d->classes[c].in_set &&
            !decode_job(d, &index, 1, &at, &wanted))
            return ZOE_ERROR_CORRUPT;
    }
    return ZOE_OK;
}

static zoe_status decode_lossy(decoder d)
{
    const zoe_dwa_header *header = &d.header;
    size_t blocks = 0;
    for (size_t c = 0; c < d.chunk->channel_count; c++)
        if (d.classes[c].scheme == ZOE_DWA_LOSSY)
            blocks += zoe_dwa_block_count(&d.chunk->channels[c]);
    if (blocks == 0 || wanted_end(&d, ZOE_DWA_LOSSY) == 0)
        return ZOE_OK;
    /* A block takes at least one symbol, the end of the block, and at most one for each
     * coefficient. */
    if (header->dc_count != blocks || header->ac_count < blocks || blocks > UINT32_MAX / 128 ||
        header->ac_count > blocks * 63)
        return ZOE_ERROR_CORRUPT;
    uint16_t *ac = carve(&d, inflated(((size_t)header->ac_count + ZOE_DWA_AC_PADDING) * 2));
    uint16_t *dc = carve(&d, blocks * 2);
    uint8_t *coded = carve(&d, inflated(blocks * 2));
    if (!ac || !dc || !coded)
        return ZOE_ERROR_CORRUPT;
    zoe_status status = read_ac(&d, ac);
    if (status == ZOE_OK)
        status = read_dc(header, coded, dc);
    if (status == ZOE_OK)
        status = decode_blocks(&d, (blocks_at){ac, ac + header->ac_count, dc});
    return status;
}

static zoe_status decode_rle(decoder d)
{
    const zoe_dwa_header *header = &d.header;
    size_t raw = scheme_bytes(&d, ZOE_DWA_RLE);
    size_t end = wanted_end(&d, ZOE_DWA_RLE);
    if (raw == 0 || end == 0)
        return ZOE_OK;
    /* Twice the raw size is the worst that any encoder can make of it. */
    if (header->rle_raw_bytes != raw || header->rle_coded_bytes > 2 * raw)
        return ZOE_ERROR_CORRUPT;
    size_t coded_bytes = (size_t)header->rle_coded_bytes;
    uint8_t *coded = carve(&d, inflated(coded_bytes));
    if (!coded)
        return ZOE_ERROR_CORRUPT;
    zoe_status status = zoe_inflate(header->rle.data, header->rle.bytes, coded, coded_bytes);
    if (status != ZOE_OK)
        return status;
    zoe_dwa_rle rle = {.at = coded, .end = coded + coded_bytes};
    for (size_t c = 0; c < end; c++) {
        const zoe_codec_channel *channel = &d.chunk->channels[c];
        if (d.classes[c].scheme != ZOE_DWA_RLE)
            continue;
        if (d.free_bytes < zoe_dwa_rle_line_bytes(channel) ||
            !zoe_dwa_rle_channel(&rle, channel, &d.rows[d.first_row[c]], d.chunk->segments, d.free))
            return ZOE_ERROR_CORRUPT;
    }
    return ZOE_OK;
}

static zoe_status decode_unknown(decoder d)
{
    const zoe_dwa_header *header = &d.header;
    size_t raw = scheme_bytes(&d, ZOE_DWA_UNKNOWN);
    size_t end = wanted_end(&d, ZOE_DWA_UNKNOWN);
    if (raw == 0 || end == 0)
        return ZOE_OK;
    uint8_t *bytes = header->unknown_raw_bytes == raw ? carve(&d, inflated(raw)) : NULL;
    if (!bytes)
        return ZOE_ERROR_CORRUPT;
    zoe_status status = zoe_inflate(header->unknown.data, header->unknown.bytes, bytes, raw);
    if (status != ZOE_OK)
        return status;
    for (size_t c = 0; c < end; c++) {
        if (d.classes[c].scheme != ZOE_DWA_UNKNOWN)
            continue;
        const uint32_t *rows = &d.rows[d.first_row[c]];
        for (int32_t y = 0; y < d.chunk->channels[c].height && !zoe_stop_wanted(); y++) {
            const zoe_codec_segment *segment = &d.chunk->segments[rows[y]];
            if (segment->dst && !zoe_stop_copy(segment->dst, bytes, segment->bytes))
                return ZOE_STALE;
            bytes += segment->bytes;
        }
    }
    return ZOE_OK;
}

/* The table of rules is needed no longer than this takes. */
static zoe_status classify(decoder *d)
{
    decoder with_rules = *d;
    void *scratch = carve(&with_rules, zoe_dwa_rules_scratch_bytes());
    if (!scratch)
        return ZOE_ERROR_CORRUPT;
    return zoe_dwa_classify(&d->header, d->chunk->channels, d->chunk->channel_count, scratch,
                            d->classes, d->sets, &d->set_count);
}

zoe_status zoe_dwa_decode(const zoe_codec_chunk *chunk, void *scratch, size_t scratch_bytes)
{
    decoder d = {.chunk = chunk, .free = scratch, .free_bytes = scratch_bytes};
    size_t channels = chunk->channel_count;
    d.classes = carve(&d, channels * sizeof *d.classes);
    d.sets = carve(&d, channels * sizeof *d.sets);
    d.first_row = carve(&d, channels * sizeof *d.first_row);
    d.rows = carve(&d, chunk->segment_count * sizeof *d.rows);
    if (!d.classes || !d.sets || !d.first_row || !d.rows ||
        !zoe_codec_sort_rows(chunk, d.rows, d.first_row))
        return ZOE_ERROR_CORRUPT;
    zoe_status status = zoe_dwa_read_header(chunk->packed, chunk->packed_bytes, &d.header);
    if (status == ZOE_OK)
        status = classify(&d);
    /* Each has a copy of `d`: what one carves off the scratch is free again for the next. */
    if (status == ZOE_OK)
        status = decode_lossy(d);
    if (status == ZOE_OK)
        status = decode_rle(d);
    if (status == ZOE_OK)
        status = decode_unknown(d);
    return zoe_stop_wanted() ? ZOE_STALE : status;
}
