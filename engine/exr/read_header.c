#include "exr/read_header.h"

#include "base/os.h"
#include "exr/header.h"

/* A header that was given out, in front of the memory that it points to. */
typedef struct owned_header {
    zoe_exr_header header; /* first: its address is the whole's */
    zoe_blocks blocks;
} owned_header;

/* Parses and interprets in a region of so many bytes, which the header keeps. */
static zoe_status read_in(zoe_exr_file *file, uint64_t bytes, owned_header **out, zoe_error *error)
{
    owned_header *owned =
        bytes <= SIZE_MAX / 2 ? zoe_os_alloc(sizeof *owned + (size_t)bytes) : NULL;
    if (!owned)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", file->path);
    uintptr_t end = (uintptr_t)(owned + 1);
    size_t gap = (size_t)(-end % ZOE_BLOCKS_ALIGNMENT);
    zoe_blocks_init(&owned->blocks, (uint8_t *)(owned + 1) + gap, (size_t)bytes - gap);
    zoe_status status = zoe_exr_file_parse(file, &owned->blocks, error);
    if (status == ZOE_OK)
        status = zoe_exr_header_make(&owned->header, file, &owned->blocks, true, error);
    zoe_exr_file_finish(file);
    if (status == ZOE_OK)
        *out = owned;
    else
        zoe_os_free(owned);
    return status;
}

/* Of a file that was opened, which is closed. */
static zoe_status read_opened(zoe_exr_file *file, zoe_header **header, zoe_error *error)
{
    /* A release of OpenEXR that takes more than the scan says is given more, up to this. The scan's
     * limits are far below it. */
    enum { BYTES_MAX = 1 << 30 };
    owned_header *owned = NULL;
    zoe_status status;
    uint64_t bytes = file->outline.context_bytes + zoe_exr_header_bytes(&file->outline, true) +
                     ZOE_BLOCKS_ALIGNMENT;
    do {
        status = read_in(file, bytes, &owned, error);
        bytes *= 2;
    } while (status == ZOE_ERROR_TOO_SMALL && bytes <= BYTES_MAX);
    const char *path = file->path;
    zoe_exr_file_close(file, NULL);
    if (status == ZOE_ERROR_TOO_SMALL)
        return zoe_error_set(error, ZOE_ERROR_TOO_LARGE,
                             "%s: the header takes more than %.0f MB of memory", path,
                             zoe_megabytes(BYTES_MAX));
    if (status == ZOE_OK)
        *header = &owned->header.header;
    return status;
}

zoe_status zoe_exr_header_read(const char *path, zoe_storage *storage, zoe_header **header,
                               zoe_error *error)
{
    const zoe_read_stats stats = {NULL, NULL};
    zoe_exr_file file;
    *header = NULL;
    zoe_status status = zoe_exr_file_open(&file, storage, path, &stats, NULL, error);
    return status == ZOE_OK ? read_opened(&file, header, error) : status;
}

zoe_status zoe_exr_header_read_descriptor(int fd, const zoe_os_file_id *id,
                                          const zoe_read_stats *stats, zoe_header **header,
                                          zoe_error *error)
{
    const zoe_storage_object object = zoe_storage_adopt(fd, id);
    zoe_exr_file file;
    *header = NULL;
    zoe_status status = zoe_exr_file_adopt(&file, &object, "-", stats, NULL, error);
    return status == ZOE_OK ? read_opened(&file, header, error) : status;
}

void zoe_header_free(zoe_header **header)
{
    if (!header || !*header)
        return;
    zoe_os_free(*header);
    *header = NULL;
}
