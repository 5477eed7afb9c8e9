#include "model/paths.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zoetrope/storage.h>

int zoe_path_is_address(const char *text)
{
    size_t scheme =
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    return scheme > 0 && strncmp(text + scheme, "://", 3) == 0;
}

/* Appends the names of `text` to the absolute path `path`, which is "" for the root. */
static zoe_status append(char path[ZOE_PATH_TEXT], const char *text)
{
    size_t length = strlen(path);
    while (*text) {
        size_t name = strcspn(text, "/");
        if (name == 2 && text[0] == '.' && text[1] == '.') {
            while (length > 0 && path[--length] != '/')
                ;
        } else if (name > 0 && !(name == 1 && text[0] == '.')) {
            if (length + name + 2 > ZOE_PATH_TEXT)
                return ZOE_ERROR_ARGUMENT;
            path[length++] = '/';
            memcpy(path + length, text, name);
            length += name;
        }
        path[length] = '\0';
        text += name;
        text += strspn(text, "/");
    }
    return ZOE_OK;
}

zoe_status zoe_path_resolve(const char *text, const char *base, char path[ZOE_PATH_TEXT])
{
    char working[ZOE_PATH_TEXT];
    path[0] = '\0';
    if (zoe_path_is_address(text)) {
        int length = snprintf(path, ZOE_PATH_TEXT, "%s", text);
        return length >= 0 && length < ZOE_PATH_TEXT ? ZOE_OK : ZOE_ERROR_ARGUMENT;
    }
    const char *start = "";
    if (text[0] == '~' && (text[1] == '/' || text[1] == '\0')) {
        start = getenv("HOME");
        text++;
        if (!start || start[0] != '/')
            return ZOE_ERROR_NOT_FOUND;
    } else if (text[0] != '/' && base && zoe_path_is_address(base)) {
        size_t end = strlen(base);
        bool has_slash = end > 0 && base[end - 1] == '/';
        int length = snprintf(path, ZOE_PATH_TEXT, "%s%s%s", base, has_slash ? "" : "/", text);
        return length >= 0 && length < ZOE_PATH_TEXT ? ZOE_OK : ZOE_ERROR_ARGUMENT;
    } else if (text[0] != '/') {
        start = base ? base : getcwd(working, sizeof working);
        if (!start || start[0] != '/')
            return ZOE_ERROR_NOT_FOUND;
    }
    zoe_status status = append(path, start);
    if (status == ZOE_OK)
        status = append(path, text);
    if (path[0] == '\0')
        strcpy(path, "/");
    return status;
}

void zoe_path_parent(const char *path, char parent[ZOE_PATH_TEXT])
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    /* The host's own is the highest. */
    if (zoe_path_is_address(path) && slash < strstr(path, "://") + 3)
        length = strlen(path);
    if (length == 0 || length >= ZOE_PATH_TEXT) {
        strcpy(parent, "/");
        return;
    }
    memcpy(parent, path, length);
    parent[length] = '\0';
}

zoe_status zoe_path_xdg(const char *variable, const char *fallback, const char *name, char *path,
                        size_t capacity)
{
    const char *given = getenv(variable);
    const char *home = getenv("HOME");
    int length;
    if (given && given[0] == '/')
        length = snprintf(path, capacity, "%s/zoetrope/%s", given, name);
    else if (home && home[0])
        length = snprintf(path, capacity, "%s/%s/zoetrope/%s", home, fallback, name);
    else
        return ZOE_ERROR_NOT_FOUND;
    return length > 0 && (size_t)length < capacity ? ZOE_OK : ZOE_ERROR_ARGUMENT;
}

size_t zoe_path_shot_length(const char *name)
{
    size_t length = strcspn(name, "#%");
    if (!name[length]) {
        const char *dot = strrchr(name, '.');
        length = dot ? (size_t)(dot - name) : length;
    }
    while (length > 0 && strchr("._- ", name[length - 1]))
        length--;
    return length ? length : strlen(name);
}

void zoe_path_unlike(const char *folder, const char *other, char *text, size_t capacity)
{
    char own[ZOE_PATH_TEXT], its[ZOE_PATH_TEXT];
    zoe_storage_text(folder, own, sizeof own);
    zoe_storage_text(other, its, sizeof its);
    size_t at = strlen(own), theirs = strlen(its);
    while (at > 0 && theirs > 0 && own[at - 1] == its[theirs - 1]) {
        at--;
        theirs--;
    }
    if (at == 0 && theirs == 0) {
        text[0] = '\0';
        return;
    }
    /* All of the other's names are its last ones: the name before them. */
    if (theirs == 0 && at > 0 && own[at - 1] == '/')
        at--;
    size_t end = at + strcspn(own + at, "/"), begin = end;
    while (begin > 0 && own[begin - 1] != '/')
        begin--;
    snprintf(text, capacity, "%.*s%s", (int)(end - begin), own + begin,
             own[end] ? "/\342\200\246" : "");
}

void zoe_path_make_folders(const char *path)
{
    char folder[ZOE_PATH_TEXT];
    int length = snprintf(folder, sizeof folder, "%s", path);
    if (length <= 0 || (size_t)length >= sizeof folder)
        return;
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(folder, 0700);
        *slash = '/';
    }
}
