#include "isolation/program.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/os.h"

#ifndef ZOE_DECODER_PATH
#error "the build defines ZOE_DECODER_PATH"
#endif

/* An address within this program or library. */
static const char anchor;

zoe_status zoe_isolation_find_program(const char *given, char *path, size_t capacity,
                                      zoe_error *error)
{
    static const char *const beside[] = {"zoetrope-decoder", "../libexec/zoetrope-decoder",
                                         "../../libexec/zoetrope-decoder"};
    if (!given || !*given)
        given = getenv("ZOETROPE_DECODER");
    if (given && *given) {
        int length = snprintf(path, capacity, "%s", given);
        return length > 0 && (size_t)length < capacity && zoe_os_path_is_program(path)
                   ? ZOE_OK
                   : zoe_error_set(error, ZOE_ERROR_NOT_FOUND, "%s: not a program", given);
    }
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++)
        if (zoe_os_path_beside(&anchor, beside[i], path, capacity) && zoe_os_path_is_program(path))
            return ZOE_OK;
    int length = snprintf(path, capacity, "%s", ZOE_DECODER_PATH);
    if (length > 0 && (size_t)length < capacity && zoe_os_path_is_program(path))
        return ZOE_OK;
    return zoe_error_set(error, ZOE_ERROR_NOT_FOUND,
                         "zoetrope-decoder is neither beside the program nor at %s",
                         ZOE_DECODER_PATH);
}
