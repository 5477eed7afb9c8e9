#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "base/os_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/os_fault.h"

/* ---- files ---- */

bool zoe_os_file_id_equal(const zoe_os_file_id *a, const zoe_os_file_id *b)
{
    return a->inode == b->inode && a->bytes == b->bytes && a->modified_ns == b->modified_ns;
}

static void identify(const struct stat *s, zoe_os_file_id *id)
{
    id->inode = (uint64_t)s->st_ino;
    id->bytes = (uint64_t)s->st_size;
    id->modified_ns = (int64_t)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec;
}

static zoe_status status_of_errno(int code)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG: return ZOE_ERROR_NOT_FOUND;
    case EACCES:
    case EPERM: return ZOE_ERROR_PERMISSION;
    case ENOMEM: return ZOE_ERROR_NO_MEMORY;
    default: return ZOE_ERROR_IO;
    }
}

zoe_status zoe_os_file_open(const char *path, int *fd, zoe_os_file_id *id, zoe_error *error)
{
    *fd = -1;
    /* O_NONBLOCK: opening a fifo must not wait for a writer. Ordinary files do not mind. */
    int opened = zoe_os_fails() ? (errno = EIO, -1) : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (opened < 0) {
        int code = errno;
        return zoe_error_set(error, status_of_errno(code), "%s: %s", path, strerror(code));
    }
    struct stat s;
    if (fstat(opened, &s) != 0) {
        int code = errno;
        close(opened);
        return zoe_error_set(error, status_of_errno(code), "%s: %s", path, strerror(code));
    }
    if (!S_ISREG(s.st_mode)) {
        close(opened);
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: not an ordinary file", path);
    }
    identify(&s, id);
    *fd = opened;
    return ZOE_OK;
}

void zoe_os_file_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

bool zoe_os_file_identify(int fd, zoe_os_file_id *id)
{
    struct stat s;
    if (fstat(fd, &s) != 0)
        return false;
    identify(&s, id);
    return true;
}

bool zoe_os_path_identify(const char *path, zoe_os_file_id *id)
{
    struct stat s;
    if (stat(path, &s) != 0)
        return false;
    identify(&s, id);
    return true;
}

int64_t zoe_os_file_read(int fd, void *buffer, size_t bytes, uint64_t offset)
{
    if (zoe_os_fails() || offset > INT64_MAX)
        return -1;
    size_t done = 0;
    while (done < bytes) {
        ssize_t n = pread(fd, (uint8_t *)buffer + done, bytes - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (int64_t)done;
}

void zoe_os_file_announce(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED);
    close(fd);
}

/* By the numbers in statfs(2) and linux/magic.h. */
bool zoe_os_path_is_network(const char *path)
{
    static const uint32_t types[] = {
        0x6969,     /* NFS */
        0x517B,     /* SMB */
        0xFF534D42, /* CIFS */
        0xFE534D42, /* SMB2 */
        0x01021997, /* 9p */
        0x65735546, /* FUSE: sshfs, rclone, s3fs */
        0x5346414F, /* AFS, OpenAFS */
        0x6B414653, /* kAFS */
        0x73757245, /* Coda */
        0x00C36400, /* Ceph */
        0x0BD00BD0, /* Lustre */
        0x47504653, /* GPFS */
        0x19830326, /* BeeGFS */
        0x01161970, /* GFS2 */
        0x7461636F, /* OCFS2 */
        0x20030528, /* OrangeFS */
        0xAAD7AAEA, /* PanFS */
        0x013111A8, /* IBRIX */
        0x786F4256, /* VirtualBox shared folders */
        0xBACBACBC, /* VMware shared folders */
        0x564C,     /* NCP */
    };
    struct statfs info;
    if (statfs(path, &info))
        return false;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if ((uint32_t)info.f_type == types[i])
            return true;
    return false;
}

/* ---- folders ---- */

zoe_status zoe_os_path_look(const char *path, bool *is_folder, zoe_error *error)
{
    struct stat s;
    *is_folder = false;
    if (stat(path, &s) != 0) {
        int code = errno;
        zoe_status status = status_of_errno(code);
        return zoe_error_set(error, status, "%s: %s", path,
                             status == ZOE_ERROR_IO ? strerror(code) : zoe_status_text(status));
    }
    *is_folder = S_ISDIR(s.st_mode);
    return ZOE_OK;
}

static zoe_os_name_kind kind_of(const struct dirent *entry)
{
#ifdef DT_DIR
    switch (entry->d_type) {
    case DT_DIR: return ZOE_OS_NAME_FOLDER;
    case DT_LNK: return ZOE_OS_NAME_LINK;
    case DT_UNKNOWN: return ZOE_OS_NAME_UNKNOWN;
    default: return ZOE_OS_NAME_FILE;
    }
#else
    (void)entry;
    return ZOE_OS_NAME_UNKNOWN;
#endif
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

zoe_status zoe_os_folder_list(const char *path, zoe_os_name_fn *each, void *user)
{
    DIR *folder = zoe_os_fails() ? (errno = ENOMEM, NULL) : opendir(path);
    if (!folder)
        return status_of_errno(errno);
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(folder)) != NULL)
        if (!is_dots(entry->d_name) && !each(user, entry->d_name, kind_of(entry)))
            break;
    /* Only a failed readdir() gives no entry and sets errno. */
    zoe_status status = !entry && errno ? status_of_errno(errno) : ZOE_OK;
    closedir(folder);
    return status;
}
