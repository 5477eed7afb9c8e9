#define _GNU_SOURCE /* asprintf, getrandom, renameat2 */

#include "model/temp_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static zoe_status status_of(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR: return ZOE_ERROR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS: return ZOE_ERROR_PERMISSION;
    case ENOMEM: return ZOE_ERROR_NO_MEMORY;
    default: return ZOE_ERROR_IO;
    }
}

zoe_status zoe_temp_file_error(const char *path, int number, zoe_error *error)
{
    if (number == EEXIST)
        return zoe_error_set(error, ZOE_ERROR_IO, "%s: not written: a file of that name appeared",
                             path);
    const char *why = number == ENOENT ? "there is no such folder" : strerror(number);
    return zoe_error_set(error, status_of(number), "%s: cannot write: %s", path, why);
}

/* ".name.exr.9f86d081884c7d65.tmp": hidden, no frame of any sequence, and a name that nobody can
 * take beforehand. NULL with errno set. */
static char *temporary_name(const char *path)
{
    uint64_t number;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        return NULL;
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path + 1) : 0;
    char *name = NULL;
    if (asprintf(&name, "%.*s.%s.%016" PRIx64 ".tmp", folder, path, path + folder, number) < 0)
        return NULL;
    return name;
}

zoe_status zoe_temp_file_open(zoe_temp_file *file, const char *path, zoe_error *error)
{
    file->path = path;
    file->is_new = false;
    file->fd = -1;
    file->temporary = temporary_name(path);
    if (!file->temporary)
        return zoe_temp_file_error(path, errno, error);
    /* Nothing that stands there is followed or written over: a folder may be anybody's. */
    file->fd = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file->fd >= 0)
        return ZOE_OK;
    int number = errno;
    free(file->temporary);
    file->temporary = NULL;
    return zoe_temp_file_error(path, number, error);
}

/* Gives the file its name, if nothing has that; whoever comes at the same time is not replaced.
 * Returns an errno, EEXIST where something has it. */
static int take_new_name(const zoe_temp_file *file)
{
    struct stat there;
    if (!renameat2(AT_FDCWD, file->temporary, AT_FDCWD, file->path, RENAME_NOREPLACE))
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    /* Not on this file system. A second name is as good. */
    if (!link(file->temporary, file->path)) {
        unlink(file->temporary);
        return 0;
    }
    if (errno == EEXIST)
        return errno;
    /* Nor has that one links. */
    if (!lstat(file->path, &there))
        return EEXIST;
    return rename(file->temporary, file->path) ? errno : 0;
}

zoe_status zoe_temp_file_close(zoe_temp_file *file, int keep, zoe_error *error)
{
    int number = 0;
    if (close(file->fd) != 0)
        number = errno; /* a full disk may be noticed only now */
    file->fd = -1;
    if (keep && !number && file->is_new)
        number = take_new_name(file);
    else if (keep && !number && rename(file->temporary, file->path) != 0)
        number = errno;
    if (!keep || number)
        unlink(file->temporary);
    free(file->temporary);
    file->temporary = NULL;
    return keep && number ? zoe_temp_file_error(file->path, number, error) : ZOE_OK;
}
