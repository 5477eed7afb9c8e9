#include "model/amount.h"

#include <inttypes.h>
#include <stdio.h>

const char *zoe_amount_text(uint64_t bytes, char text[ZOE_AMOUNT_TEXT])
{
    if (bytes >> 20 >= 10000)
        snprintf(text, ZOE_AMOUNT_TEXT, "%.1f GB", (double)bytes / (1 << 30));
    else
        snprintf(text, ZOE_AMOUNT_TEXT, "%" PRIu64 " MB", bytes >> 20);
    return text;
}
