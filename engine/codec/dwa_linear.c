/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/dwa_linear.h"

#include <math.h>
#include <threads.h>

#include <zoetrope/display.h>

static uint16_t table[65536];
static once_flag made = ONCE_FLAG_INIT;

static uint16_t to_linear(uint16_t coded)
{
    if ((coded & 0x7c00) == 0x7c00)
        return 0;
    float value = zoe_half_to_float(coded);
    float sign = value < 0.0f ? -1.0f : 1.0f;
    value = fabsf(value);
    /* In single precision, as the encoder's own table was made: e is 2.7182818, and e^2.2 a
     * float. */
    const float base = (float)pow(2.7182818, 2.2);
    float linear = value <= 1.0f ? powf(value, 2.2f) : powf(base, value - 1.0f);
    return zoe_float_to_half(sign * linear);
}

static void make_table(void)
{
    for (uint32_t i = 0; i < 65536; i++)
        table[i] = to_linear((uint16_t)i);
}

const uint16_t *zoe_dwa_linear_table(void)
{
    call_once(&made, make_table);
    return table;
}
