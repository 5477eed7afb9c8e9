/*
 * Structs of settings that programs of older and newer versions hand over.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_SETTINGS_H
#define ZOE_BASE_SETTINGS_H

#include <stddef.h>

#include <zoetrope/status.h>

/*
 * Copies a settings struct, which begins with its size, over one of `bytes` bytes with the
 * defaults; NULL: nothing. An older program's is shorter: what it does not have stays. Errors:
 * ARGUMENT: it is longer, and says something that this version does not know, or its size is not
 * set, which `init`, the function's name, does.
 */
zoe_status zoe_settings_copy(void *settings, size_t bytes, const void *given, const char *init,
                             zoe_error *error);

#endif
