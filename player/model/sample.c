#include "model/sample.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { HALF_DIGITS = 5, FLOAT_DIGITS = 9 };

void zoe_sample_text(double value, zoe_sample_type type, char text[ZOE_SAMPLE_TEXT])
{
    int digits = type == ZOE_SAMPLE_HALF ? HALF_DIGITS : FLOAT_DIGITS;
    double size = fabs(value);
    if (type == ZOE_SAMPLE_UINT) {
        snprintf(text, ZOE_SAMPLE_TEXT, "%.0f", value);
    } else if (isnan(value)) {
        snprintf(text, ZOE_SAMPLE_TEXT, "nan");
    } else if (isinf(value) || size <= 0.0) {
        snprintf(text, ZOE_SAMPLE_TEXT, "%g", value);
    } else if (size < 0.001 || size >= pow(10.0, digits)) {
        snprintf(text, ZOE_SAMPLE_TEXT, "%.*e", digits - 1, value);
    } else {
        int decimals = digits - 1 - (int)floor(log10(size));
        snprintf(text, ZOE_SAMPLE_TEXT, "%.*f", decimals < 0 ? 0 : decimals, value);
    }
}

const char *zoe_sample_widest(zoe_sample_type type)
{
    return type == ZOE_SAMPLE_UINT    ? "4000000000"
           : type == ZOE_SAMPLE_FLOAT ? "-0.00000000e-00"
                                      : "-0.0000e-00";
}

void zoe_sample_bits(double value, zoe_sample_type type, char text[ZOE_SAMPLE_TEXT])
{
    uint32_t bits = 0;
    float single = (float)value;
    text[0] = '\0';
    if (type == ZOE_SAMPLE_HALF)
        return;
    if (type == ZOE_SAMPLE_UINT)
        bits = (uint32_t)value;
    else
        memcpy(&bits, &single, sizeof bits);
    snprintf(text, ZOE_SAMPLE_TEXT, "0x%08" PRIx32, bits);
}
