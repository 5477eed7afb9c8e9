/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "base/settings.h"

#include <stdint.h>
#include <string.h>

bool zoe_settings_copy(void *settings, size_t bytes, const void *given)
{
    size_t size;
    memcpy(&size, given, sizeof size);
    if (size < sizeof size)
        return false;
    for (size_t i = bytes; i < size; i++)
        if (((const uint8_t *)given)[i])
            return false;
    memcpy(settings, given, size < bytes ? size : bytes);
    return true;
}
