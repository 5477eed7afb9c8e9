#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "base/os_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/os_fault.h"
#include "base/os_file.h"

enum { FOLDER_FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

/* ---- the folder ---- */

static void make_folders(char *path)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
}

static zoe_status status_of(int code)
{
    switch (code) {
    case ENOENT: return ZOE_ERROR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS: return ZOE_ERROR_PERMISSION;
    case ENOTDIR: return ZOE_ERROR_ARGUMENT;
    default: return ZOE_ERROR_IO;
    }
}

zoe_status zoe_os_folder_open(const char *path, int *fd, zoe_error *error)
{
    char copy[ZOE_PATH_MAX];
    *fd = -1;
    if (!*path || strlen(path) >= sizeof copy)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: not a path", path);
    int opened = zoe_os_fails() ? (errno = EIO, -1) : open(path, FOLDER_FLAGS);
    if (opened < 0 && errno == ENOENT) {
        strcpy(copy, path);
        errno = 0;
        make_folders(copy);
        int code = errno;
        opened = open(path, FOLDER_FLAGS);
        if (opened < 0 && errno == ENOENT && code) /* say why it could not be made */
            errno = code;
    }
    if (opened < 0) {
        int code = errno;
        return zoe_error_set(error, status_of(code), "%s: %s", path, strerror(code));
    }
    struct stat s;
    const char *why = NULL;
    if (fstat(opened, &s) != 0)
        why = strerror(errno);
    else if (s.st_uid != geteuid())
        why = "belongs to another user";
    else if (s.st_mode & (S_IWGRP | S_IWOTH))
        why = "other users may write to it";
    if (why) {
        close(opened);
        return zoe_error_set(error, ZOE_ERROR_PERMISSION, "%s: %s", path, why);
    }
    *fd = opened;
    return ZOE_OK;
}

int zoe_os_folder_exchange(int fd, int with)
{
    int code = dup3(with, fd, O_CLOEXEC) < 0 ? errno : 0;
    close(with);
    return code;
}

uint64_t zoe_os_free_bytes(const char *path)
{
    char above[ZOE_PATH_MAX];
    struct statvfs s;
    if (strlen(path) >= sizeof above)
        return 0;
    strcpy(above, path);
    while (statvfs(above, &s) != 0) {
        char *slash = strrchr(above, '/');
        if (errno != ENOENT || !slash)
            return 0;
        /* "/a" stands in "/". */
        slash[slash == above && slash[1] ? 1 : 0] = '\0';
        if (!*above)
            return 0;
    }
    return (uint64_t)s.f_bavail * s.f_frsize;
}

/* ---- files ---- */

int64_t zoe_os_wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The subfolder, opened; the folder itself without one. */
static int enter(int folder, const char *sub)
{
    return sub ? openat(folder, sub, FOLDER_FLAGS | O_NOFOLLOW) : folder;
}

static void leave(int folder, int entered)
{
    if (entered != folder && entered >= 0) {
        int code = errno;
        close(entered);
        errno = code;
    }
}

static int take_entry(const struct stat *s, zoe_os_entry *entry)
{
    if (!S_ISREG(s->st_mode) || s->st_uid != geteuid())
        return S_ISLNK(s->st_mode) ? ELOOP : EPERM;
    entry->bytes = (uint64_t)s->st_size;
    entry->modified_ns = (int64_t)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec;
    return 0;
}

int zoe_os_below_open(int folder, const char *sub, const char *name, int *fd, zoe_os_entry *entry)
{
    *fd = -1;
    if (zoe_os_fails())
        return EIO;
    int in = enter(folder, sub);
    if (in < 0)
        return errno;
    int opened = openat(in, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    leave(folder, in);
    if (opened < 0)
        return errno;
    struct stat s;
    int code = fstat(opened, &s) != 0 ? errno : take_entry(&s, entry);
    if (code)
        close(opened);
    else
        *fd = opened;
    return code;
}

int zoe_os_below_look(int folder, const char *sub, const char *name, zoe_os_entry *entry)
{
    struct stat s;
    int in = enter(folder, sub);
    if (in < 0)
        return errno;
    int code = fstatat(in, name, &s, AT_SYMLINK_NOFOLLOW) != 0 ? errno : take_entry(&s, entry);
    leave(folder, in);
    return code;
}

int zoe_os_below_create(int folder, const char *sub, const char *name, uint64_t bytes, int *fd)
{
    *fd = -1;
    if (zoe_os_fails())
        return ENOSPC;
    int in = enter(folder, sub);
    if (in < 0 && errno == ENOENT && sub && (mkdirat(folder, sub, 0700) == 0 || errno == EEXIST))
        in = enter(folder, sub);
    if (in < 0)
        return errno;
    int opened = openat(in, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int code = opened < 0 ? errno : 0;
    if (!code && (flock(opened, LOCK_EX | LOCK_NB) != 0 || ftruncate(opened, (off_t)bytes) != 0)) {
        code = errno;
        unlinkat(in, name, 0);
        close(opened);
    }
    leave(folder, in);
    if (!code)
        *fd = opened;
    return code;
}

int zoe_os_below_open_shared(int folder, const char *name, int *fd)
{
    *fd = -1;
    if (zoe_os_fails())
        return EIO;
    int opened = openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (opened < 0)
        return errno;
    struct stat s;
    zoe_os_entry entry;
    int code = fstat(opened, &s) != 0 ? errno : take_entry(&s, &entry);
    if (code)
        close(opened);
    else
        *fd = opened;
    return code;
}

int zoe_os_below_rename(int folder, const char *sub, const char *from, const char *to)
{
    int in = enter(folder, sub);
    if (in < 0)
        return errno;
    int code = renameat(in, from, in, to) != 0 ? errno : 0;
    leave(folder, in);
    return code;
}

int zoe_os_below_remove(int folder, const char *sub, const char *name)
{
    int in = enter(folder, sub);
    if (in < 0)
        return errno;
    int code = unlinkat(in, name, 0) != 0 ? errno : 0;
    leave(folder, in);
    return code;
}

int zoe_os_file_write(int fd, const void *bytes, size_t count, uint64_t offset)
{
    if (zoe_os_fails())
        return ENOSPC;
    size_t done = 0;
    while (done < count) {
        ssize_t n = pwrite(fd, (const uint8_t *)bytes + done, count - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : ENOSPC;
        done += (size_t)n;
    }
    return 0;
}

int zoe_os_file_touch(int fd)
{
    return futimens(fd, (struct timespec[2]){{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_NOW}}) != 0
               ? errno
               : 0;
}

bool zoe_os_file_lock(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

void zoe_os_file_unlock(int fd)
{
    flock(fd, LOCK_UN);
}

bool zoe_os_file_is_removed(int fd)
{
    struct stat s;
    return fstat(fd, &s) != 0 || s.st_nlink == 0;
}

bool zoe_os_folder_is_empty(int fd)
{
    int in = openat(fd, ".", FOLDER_FLAGS);
    DIR *list = in < 0 ? NULL : fdopendir(in);
    bool is_empty = list != NULL;
    const struct dirent *entry;
    while (is_empty && (entry = readdir(list)) != NULL)
        is_empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
    if (list)
        closedir(list);
    else if (in >= 0)
        close(in);
    return is_empty;
}

int zoe_os_below_list(int folder, const char *sub, zoe_os_entry_fn *each, void *user)
{
    int in = openat(folder, sub, FOLDER_FLAGS | O_NOFOLLOW);
    if (in < 0)
        return errno;
    DIR *list = zoe_os_fails() ? (errno = EIO, NULL) : fdopendir(in);
    if (!list) {
        int code = errno;
        close(in);
        return code;
    }
    const struct dirent *entry;
    struct stat s;
    zoe_os_entry known;
    int code = 0;
    while (errno = 0, (entry = readdir(list)) != NULL)
        if (fstatat(in, entry->d_name, &s, AT_SYMLINK_NOFOLLOW) == 0 && take_entry(&s, &known) == 0)
            each(user, entry->d_name, &known);
    if (errno)
        code = errno;
    closedir(list);
    return code;
}
