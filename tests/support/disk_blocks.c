#include "support/disk_blocks.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/seeded_random.h"

zoe_disk_key disk_blocks_key(unsigned object)
{
    char path[64];
    snprintf(path, sizeof path, "http://host/shot.%u.exr", object);
    return zoe_disk_key_of(path, &(zoe_os_file_id){.inode = object, .bytes = 1000});
}

void disk_blocks_fill(unsigned object, uint64_t index, uint8_t *data, size_t bytes)
{
    uint64_t state = (uint64_t)object << 32 | index;
    for (size_t i = 0; i < bytes; i += 8) {
        uint64_t word = seeded_random(&state);
        memcpy(data + i, &word, bytes - i < 8 ? bytes - i : 8);
    }
}

int disk_blocks_check(zoe_disk_cache *cache, unsigned object, uint64_t index, size_t bytes)
{
    uint8_t *got = malloc(bytes + 1), *wanted = malloc(bytes + 1);
    if (!got || !wanted)
        abort();
    int64_t n = zoe_disk_cache_read(cache, disk_blocks_key(object), index, got, bytes + 1, 0);
    disk_blocks_fill(object, index, wanted, bytes);
    int result = n < 0 ? 0 : n == (int64_t)bytes && memcmp(got, wanted, bytes) == 0 ? 1 : -1;
    free(got);
    free(wanted);
    return result;
}

bool disk_blocks_write(zoe_disk_cache *cache, unsigned object, uint64_t index, size_t bytes)
{
    uint8_t *data = malloc(bytes + 1);
    if (!data)
        abort();
    disk_blocks_fill(object, index, data, bytes);
    bool written = zoe_disk_cache_write(cache, disk_blocks_key(object), index, data, bytes);
    free(data);
    return written;
}

static void look_below(const char *below, disk_files *files)
{
    DIR *list = opendir(below);
    const struct dirent *entry;
    while (list && (entry = readdir(list)) != NULL) {
        char path[4500];
        struct stat s;
        snprintf(path, sizeof path, "%s/%s", below, entry->d_name);
        if (entry->d_name[0] == '.' || lstat(path, &s) != 0 || !S_ISREG(s.st_mode))
            continue;
        files->bytes += ((uint64_t)s.st_size + 4095) / 4096 * 4096;
        if (strlen(entry->d_name) > 32) {
            files->unfinished++;
        } else {
            files->blocks++;
            strcpy(files->last, path);
        }
    }
    if (list)
        closedir(list);
}

void disk_files_look(const char *folder, disk_files *files)
{
    memset(files, 0, sizeof *files);
    for (unsigned i = 0; i < 256; i++) {
        char below[4100];
        snprintf(below, sizeof below, "%s/%02x", folder, i);
        look_below(below, files);
    }
}
