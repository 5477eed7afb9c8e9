#include "support/open_exr.h"

#include <stdio.h>
#include <stdlib.h>

static void check(bool holds, const char *what, const char *path, const zoe_error *error)
{
    if (holds)
        return;
    fprintf(stderr, "%s: %s (%s)\n", path, what, error->text);
    abort();
}

zoe_status open_exr(const char *path, const zoe_choice *choice, uint64_t limit,
                    const zoe_read_stats *stats, zoe_picture *picture, open_exr_file *opened,
                    zoe_error *error)
{
    const zoe_decoder *decoder = zoe_exr_decoder();
    const zoe_read_stats none = {NULL, NULL};
    zoe_error own = {ZOE_OK, ""};
    error = error ? error : &own;
    opened->memory = NULL;
    zoe_status status = decoder->open(NULL, NULL, path, choice, limit, &none, NULL, 0, picture,
                                      &opened->file, error);
    check(status != ZOE_OK && !opened->file, "opened without memory", path, error);
    if (status != ZOE_ERROR_TOO_SMALL)
        return status;
    size_t bytes = picture->file_bytes;
    check(posix_memalign(&opened->memory, 64, bytes) == 0, "no memory for the test", path, error);
    status = decoder->open(NULL, NULL, path, choice, limit, stats ? stats : &none, opened->memory,
                           bytes, picture, &opened->file, error);
    check(status != ZOE_ERROR_TOO_SMALL, "was given what it asked for", path, error);
    check((status == ZOE_OK) == (opened->file != NULL), "status and file differ", path, error);
    if (status == ZOE_OK) {
        check(picture->file_bytes == bytes, "needs something else now", path, error);
        error->text[0] = '\0';
        return status;
    }
    free(opened->memory);
    opened->memory = NULL;
    return status;
}

zoe_status close_exr(open_exr_file *opened)
{
    zoe_status status = zoe_exr_decoder()->close(NULL, &opened->file, NULL);
    free(opened->memory);
    opened->memory = NULL;
    return status;
}
