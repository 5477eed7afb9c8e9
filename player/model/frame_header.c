#include "model/frame_header.h"

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
