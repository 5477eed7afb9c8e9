/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "base/settings.h"

#include <stdint.h>
#include <string.h>

zoe_status zoe_settings_copy(void *settings, size_t bytes, const void *given, const char *init,
                             zoe_error *error)
{
    if (!given)
        return ZOE_OK;
    size_t size;
    memcpy(&size, given, sizeof size);
    if (size < sizeof size)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT,
                             "settings of %zu bytes: they begin with %s()", size, init);
    for (size_t i = bytes; i < size; i++)
        if (((const uint8_t *)given)[i])
            return zoe_error_set(error, ZOE_ERROR_ARGUMENT,
                                 "settings of %zu bytes say more than this version's %zu", size,
                                 bytes);
    memcpy(settings, given, size < bytes ? size : bytes);
    return ZOE_OK;
}
