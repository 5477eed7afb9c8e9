#define _POSIX_C_SOURCE 200809L

#include "model/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static zoe_status unreadable(const char *path, int number, zoe_error *error)
{
    zoe_status status = number == EACCES ? ZOE_ERROR_PERMISSION : ZOE_ERROR_IO;
    return zoe_error_set(error, status, "%s: not read: %s", path, strerror(number));
}

static zoe_status too_large(const char *path, size_t max, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_TOO_LARGE, "%s: larger than %zu MB, not read", path,
                         max >> 20);
}

/* Into buffer[max + 1]; a file may have grown since it was measured. */
static zoe_status read_all(int fd, const char *path, char *buffer, size_t max, size_t *length,
                           zoe_error *error)
{
    size_t used = 0;
    while (used <= max) {
        ssize_t got = read(fd, buffer + used, max + 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return unreadable(path, errno, error);
        if (got == 0)
            break;
        used += (size_t)got;
    }
    if (used > max)
        return too_large(path, max, error);
    buffer[used] = '\0';
    *length = used;
    return ZOE_OK;
}

static zoe_status read_file(int fd, const char *path, size_t max, char **text, size_t *length,
                            zoe_error *error)
{
    struct stat info;
    if (fstat(fd, &info))
        return unreadable(path, errno, error);
    if (!S_ISREG(info.st_mode))
        return zoe_error_set(error, ZOE_ERROR_IO, "%s: not read: not a regular file", path);
    if (info.st_size > (off_t)max)
        return too_large(path, max, error);
    *text = malloc(max + 1);
    if (!*text)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", path);
    zoe_status status = read_all(fd, path, *text, max, length, error);
    if (status != ZOE_OK) {
        free(*text);
        *text = NULL;
    }
    return status;
}

zoe_status zoe_text_file_read(const char *path, size_t max, char **text, size_t *length,
                              zoe_error *error)
{
    *text = NULL;
    *length = 0;
    /* A pipe without a writer would hold up the open; O_NOCTTY for a terminal's sake. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? ZOE_OK : unreadable(path, errno, error);
    zoe_status status = read_file(fd, path, max, text, length, error);
    close(fd);
    return status;
}

bool zoe_text_is_json_like(const char *text, size_t length)
{
    size_t start = strspn(text, " \t\r\n");
    return start == length || (text[start] == '{' && !memchr(text, '\0', length));
}
