#include "model/frame_header.h"

#include <string.h>

enum { PATH_CAPACITY = 4096 };

zoe_status zoe_frame_header_read(const zoe_sequence *sequence, int64_t position,
                                 zoe_header **header, zoe_error *error)
{
    char path[PATH_CAPACITY];
    *header = NULL;
    zoe_status status = zoe_sequence_path(sequence, position, path, sizeof path);
    if (status != ZOE_OK)
        return zoe_error_set(error, status, "%s: %s", zoe_sequence_name(sequence),
                             zoe_status_text(status));
    return zoe_header_read(path, header, error);
}

bool zoe_kept_header_follow(zoe_kept_header *kept, const zoe_sequence *sequence, int64_t position,
                            uint64_t generation)
{
    char path[sizeof kept->path];
    int64_t number = zoe_sequence_number(sequence, position);
    if (zoe_sequence_path(sequence, position, path, sizeof path) != ZOE_OK)
        path[0] = '\0';
    if (kept->is_read && kept->number == number && kept->generation == generation &&
        !strcmp(kept->path, path))
        return false;
    zoe_kept_header_drop(kept);
    kept->is_read = true;
    kept->number = number;
    kept->generation = generation;
    memcpy(kept->path, path, sizeof path);
    (void)zoe_frame_header_read(sequence, position, &kept->header, &kept->error);
    return true;
}

void zoe_kept_header_drop(zoe_kept_header *kept)
{
    zoe_header_free(&kept->header);
    memset(kept, 0, sizeof *kept);
}
