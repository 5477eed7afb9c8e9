#include "model/folder_poll.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct zoe_polled_file {
    char *name; /* owned */
    zoe_poll_stamp stamp;
} zoe_polled_file;

int zoe_folder_poll_counts(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && !strcasecmp(name + length - 4, ".exr");
}

static zoe_poll_stamp stamp_of(const struct stat *info)
{
    zoe_poll_stamp stamp = {(int64_t)info->st_mtim.tv_sec, (int64_t)info->st_mtim.tv_nsec,
                            (int64_t)info->st_size, (uint64_t)info->st_ino};
    return stamp;
}

static int is_known(const zoe_poll_stamp *stamp)
{
    return stamp->inode || stamp->seconds || stamp->bytes;
}

static int is_same(const zoe_poll_stamp *a, const zoe_poll_stamp *b)
{
    return a->seconds == b->seconds && a->nanoseconds == b->nanoseconds && a->bytes == b->bytes &&
           a->inode == b->inode;
}

static void forget_files(zoe_folder_poll *poll)
{
    for (size_t i = 0; i < poll->count; i++)
        free(poll->files[i].name);
    free(poll->files);
    poll->files = NULL;
    poll->count = poll->next = 0;
}

void zoe_folder_poll_clear(zoe_folder_poll *poll)
{
    forget_files(poll);
    memset(poll, 0, sizeof *poll);
}

static int add_file(zoe_folder_poll *poll, size_t *capacity, const char *name)
{
    if (poll->count == *capacity) {
        size_t larger = *capacity ? *capacity * 2 : 64;
        zoe_polled_file *files = realloc(poll->files, larger * sizeof *files);
        if (!files)
            return 0;
        poll->files = files;
        *capacity = larger;
    }
    zoe_polled_file *file = &poll->files[poll->count];
    memset(file, 0, sizeof *file);
    file->name = strdup(name);
    poll->count += file->name != NULL;
    return file->name != NULL;
}

/* Reads the names anew. What cannot be read or kept is not looked at. */
static void read_names(zoe_folder_poll *poll, const char *path)
{
    size_t capacity = 0;
    forget_files(poll);
    DIR *folder = opendir(path);
    if (!folder)
        return;
    const struct dirent *entry;
    while (poll->count < ZOE_FOLDER_POLL_FILES && (entry = readdir(folder)) != NULL)
        if (zoe_folder_poll_counts(entry->d_name) && !add_file(poll, &capacity, entry->d_name))
            break;
    closedir(folder);
}

/* Looks at the next of the files. The first look at each tells nothing. */
static void look_at_files(zoe_folder_poll *poll, const char *path, zoe_folder_poll_fn *told,
                          void *user)
{
    size_t looks = poll->count < ZOE_FOLDER_POLL_LOOKS ? poll->count : ZOE_FOLDER_POLL_LOOKS;
    if (looks == 0)
        return;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    for (; looks > 0; looks--) {
        zoe_polled_file *file = &poll->files[poll->next];
        poll->next = (poll->next + 1) % poll->count;
        struct stat info;
        if (fstatat(folder, file->name, &info, 0))
            continue; /* it went: the folder's own stamp shows that */
        zoe_poll_stamp stamp = stamp_of(&info);
        if (is_known(&file->stamp) && !is_same(&file->stamp, &stamp))
            told(user, file->name);
        file->stamp = stamp;
    }
    close(folder);
}

void zoe_folder_poll_look(zoe_folder_poll *poll, const char *path, zoe_folder_poll_fn *told,
                          void *user)
{
    struct stat info;
    int is_there = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    zoe_poll_stamp stamp = {0, 0, 0, 0};
    if (is_there)
        stamp = stamp_of(&info);
    int is_other = !poll->is_known || is_there != poll->is_there || !is_same(&poll->stamp, &stamp);
    if (is_other && poll->is_known)
        told(user, NULL);
    poll->is_known = 1;
    poll->is_there = is_there;
    poll->stamp = stamp;
    if (is_other)
        read_names(poll, path);
    look_at_files(poll, path, told, user);
}
