/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/dwa_lossy.h"

#include <string.h>

#include "base/half.h"
#include "base/stop.h"
#include "codec/dwa_dct.h"
#include "codec/dwa_linear.h"

enum {
    /* Blocks side by side that are collected before their rows are written. They make 64 bytes of a
     * row of halfs: a whole cache line is written at once, also where the destination's rows fall
     * on the same cache set and evict each other. */
    GROUP = 4,
    GROUP_WIDTH = GROUP * 8,
};

/* The samples of a group of blocks. */
typedef struct group {
    _Alignas(64) uint16_t half[3 * 8 * GROUP_WIDTH]; /* channel, row, sample */
} group;

/* Eight rows of blocks' destinations; NULL where a row is not wanted or not there. */
typedef struct band {
    uint8_t *dst[3][8];
    bool wanted;
} band;

size_t zoe_dwa_block_count(const zoe_codec_channel *channel)
{
    size_t across = ((size_t)channel->width + 7) / 8;
    size_t down = ((size_t)channel->height + 7) / 8;
    return down && across > SIZE_MAX / down ? SIZE_MAX : across * down;
}

static void find_rows(const zoe_dwa_lossy *job, size_t first_row, band *rows)
{
    memset(rows, 0, sizeof *rows);
    for (int c = 0; c < job->count; c++) {
        size_t height = (size_t)job->channel[c]->height;
        for (size_t y = 0; y < 8 && first_row + y < height; y++) {
            rows->dst[c][y] = job->segments[job->rows[c][first_row + y]].dst;
            rows->wanted |= rows->dst[c][y] != NULL;
        }
    }
}

/* Puts a block into its group, in linear light. `out` is the block's first sample there. */
static void place(const uint16_t sample[64], bool constant, const uint16_t *linear, uint16_t *out)
{
    if (constant) {
        uint64_t four = linear[sample[0]] * UINT64_C(0x0001000100010001);
        for (int y = 0; y < 8; y++, out += GROUP_WIDTH) {
            memcpy(out, &four, sizeof four);
            memcpy(out + 4, &four, sizeof four);
        }
        return;
    }
    for (int y = 0; y < 8; y++, sample += 8, out += GROUP_WIDTH)
        for (int x = 0; x < 8; x++)
            out[x] = linear[sample[x]];
}

/* As place(), without the table. What a NaN's payload has become depends on the form; it is
 * dropped. */
static void place_linear(const uint16_t sample[64], bool constant, uint16_t *out)
{
    for (int y = 0; y < 8; y++, out += GROUP_WIDTH)
        for (int x = 0; x < 8; x++) {
            uint16_t half = sample[constant ? 0 : y * 8 + x];
            out[x] = (half & 0x7fff) > 0x7c00 ? 0x7e00 : half;
        }
}

static void write_row(const uint16_t half[GROUP_WIDTH], uint8_t type, size_t x, size_t width,
                      uint8_t *dst)
{
    if (type == ZOE_CODEC_FLOAT) {
        float wide[GROUP_WIDTH];
        zoe_half_to_float_row(wide, half, GROUP_WIDTH);
        memcpy(dst + x * sizeof *wide, wide, width * sizeof *wide);
    } else if (width == GROUP_WIDTH) {
        memcpy(dst + x * sizeof *half, half, GROUP_WIDTH * sizeof *half);
    } else {
        memcpy(dst + x * sizeof *half, half, width * sizeof *half);
    }
}

/* Writes a group to the rows: `width` samples a row, from sample `x` on. */
static void flush(const zoe_dwa_lossy *job, const group *collected, const band *rows, size_t x,
                  size_t width)
{
    for (int c = 0; c < job->count; c++)
        for (int y = 0; y < 8; y++)
            if (rows->dst[c][y])
                write_row(&collected->half[(c * 8 + y) * GROUP_WIDTH], job->channel[c]->type, x,
                          width, rows->dst[c][y]);
}

bool zoe_dwa_decode_lossy(const zoe_dwa_lossy *job, const uint16_t **ac, const uint16_t *ac_end,
                          const uint16_t *dc)
{
    const zoe_dwa_kernels kernels = zoe_dwa_choose_kernels();
    const uint16_t *linear = zoe_dwa_linear_table();
    const size_t width = (size_t)job->channel[0]->width;
    const size_t height = (size_t)job->channel[0]->height;
    const size_t blocks_across = (width + 7) / 8;
    const size_t plane = zoe_dwa_block_count(job->channel[0]);
    zoe_dwa_block blocks[3];
    zoe_dwa_samples samples;
    group collected;
    band rows;
    memset(&collected, 0, sizeof collected);
    for (size_t y = 0; y < height; y += 8) {
        if (zoe_stop_wanted())
            return false;
        find_rows(job, y, &rows);
        for (size_t b = 0; b < blocks_across; b++, dc++) {
            for (int c = 0; c < job->count; c++) {
                *ac = kernels.expand(*ac, dc[(size_t)c * plane], &blocks[c]);
                if (*ac > ac_end)
                    return false;
            }
            if (!rows.wanted)
                continue;
            kernels.inverse(blocks, job->count, &samples);
            size_t slot = b % GROUP;
            for (int c = 0; c < job->count; c++) {
                uint16_t *out = &collected.half[(size_t)c * 8 * GROUP_WIDTH + slot * 8];
                if (job->is_linear)
                    place_linear(samples.sample[c], samples.constant, out);
                else
                    place(samples.sample[c], samples.constant, linear, out);
            }
            if (slot == GROUP - 1 || b == blocks_across - 1) {
                size_t x = (b - slot) * 8;
                size_t left = width - x;
                flush(job, &collected, &rows, x, left < GROUP_WIDTH ? left : GROUP_WIDTH);
            }
        }
    }
    return true;
}
