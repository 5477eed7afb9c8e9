/*
 * Files of the file system. All there is of an open one is its descriptor.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "storage/storage.h"

static zoe_status list(void *user, const char *folder, zoe_os_name_fn *each, void *each_user,
                       zoe_error *error)
{
    (void)user;
    zoe_status status = zoe_os_folder_list(folder, each, each_user);
    return status == ZOE_OK ? ZOE_OK
                            : zoe_error_set(error, status, "%s: cannot read the folder: %s", folder,
                                            zoe_status_text(status));
}

static zoe_status open_object(void *user, const char *path, zoe_storage_object *object,
                              zoe_error *error)
{
    (void)user;
    zoe_os_file_id id = {0, 0, 0};
    int fd = -1;
    zoe_status status = zoe_os_file_open(path, &fd, &id, error);
    *object = zoe_storage_adopt(fd, &id);
    return status;
}

static int64_t read_object(void *user, const zoe_storage_object *object, void *buffer, size_t bytes,
                           uint64_t offset, zoe_error *error)
{
    (void)user;
    int64_t got = zoe_os_file_read(object->fd, buffer, bytes, offset);
    if (got < 0)
        zoe_error_set(error, ZOE_ERROR_IO, "a file cannot be read");
    return got;
}

static zoe_status identify(void *user, const char *path, uint64_t since_ns, zoe_os_file_id *id)
{
    (void)user;
    (void)since_ns;
    return zoe_os_path_identify(path, id) ? ZOE_OK : ZOE_ERROR_NOT_FOUND;
}

static bool identify_object(void *user, const zoe_storage_object *object, zoe_os_file_id *id)
{
    (void)user;
    return zoe_os_file_identify(object->fd, id);
}

static void announce(void *user, const char *path)
{
    (void)user;
    zoe_os_file_announce(path);
}

static void close_object(void *user, zoe_storage_object *object)
{
    (void)user;
    zoe_os_file_close(object->fd);
}

const zoe_store *zoe_local_store(void)
{
    static const zoe_store store = {
        .list = list,
        .open = open_object,
        .read = read_object,
        .identify = identify,
        .identify_object = identify_object,
        .announce = announce,
        .close = close_object,
    };
    return &store;
}
