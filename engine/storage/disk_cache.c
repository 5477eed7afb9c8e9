#include "storage/disk_cache.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/lock.h"
#include "base/os_folder.h"
#include "base/os_memory.h"
#include "base/os_thread.h"

enum {
    PIECES = ZOE_DISK_BLOCK / ZOE_DISK_PIECE,
    UNIT = 4096,        /* what a file takes is counted in these */
    LOCK_WAIT_MS = 500, /* for other processes' writers */
    PAUSE_S = 30,       /* without writing, after it failed */
    TOUCH_AFTER_S = 60, /* a use is noted on a file that has none noted for so long */
    NAME = 32 + 4 + 1,  /* a block's name, the suffix, the end */
    SUBFOLDERS = 256,   /* by the first two digits */
};

static const char suffix[] = ".new"; /* of what is being written */
static const char shared_name[] = "used";

/* "zoeblk" and the version; files of machines with the other order of bytes do not match. */
static const uint64_t block_magic = 0x316b6c62656f7a01u;
static const uint64_t shared_magic = 0x31647375656f7a01u;

/* How a block's file begins. */
typedef struct block_header {
    uint64_t magic;
    uint64_t sum; /* of the rest */
    zoe_disk_key key;
    uint64_t index;
    uint64_t bytes;          /* that follow */
    uint64_t pieces[PIECES]; /* their sums; 0 after the last */
} block_header;

/* What FOLDER/used holds. */
typedef struct shared_count {
    uint64_t magic;
    uint64_t used;
} shared_count;

typedef struct place {
    char sub[3];
    char name[NAME];
} place;

/* A file that may be removed. */
typedef struct victim {
    int64_t modified_ns;
    uint64_t bytes;
    uint64_t high, low; /* its name */
} victim;

struct zoe_disk_cache {
    /* fixed after creation; what `folder` stands for is exchanged where the folder was made anew */
    char *path;
    uint64_t bound;
    int folder;

    /* Held by writers, with the file lock, while they count and remove: across system calls, which
     * is what it is for. Readers do not take it. */
    zoe_lock lock;
    /* guarded by lock */
    int shared;      /* FOLDER/used, -1: not open */
    uint64_t used;   /* while the file lock is held: what it says */
    victim *victims; /* oldest first */
    size_t victim_count, victim_next, victim_capacity;
    uint64_t pause_until_ns;

    zoe_lock trouble_lock; /* taken last */
    /* guarded by trouble_lock */
    char trouble[ZOE_DISK_TROUBLE];

    /* relaxed: figures for people */
    _Atomic uint64_t known_used, hits, misses, writes, evictions, damaged;
};

/* ---- keys and names ---- */

static zoe_disk_key key_of_hash(XXH128_hash_t hash)
{
    return (zoe_disk_key){hash.low64, hash.high64};
}

zoe_disk_key zoe_disk_key_of(const char *path, const zoe_os_file_id *id)
{
    XXH128_hash_t of_path = XXH3_128bits(path, strlen(path));
    uint64_t all[5] = {of_path.low64, of_path.high64, id->inode, id->bytes,
                       (uint64_t)id->modified_ns};
    return key_of_hash(XXH3_128bits(all, sizeof all));
}

static void name_place(uint64_t high, uint64_t low, place *at)
{
    snprintf(at->name, sizeof at->name, "%016llx%016llx", (unsigned long long)high,
             (unsigned long long)low);
    memcpy(at->sub, at->name, 2);
    at->sub[2] = '\0';
}

static void place_of(zoe_disk_key key, uint64_t index, place *at)
{
    uint64_t all[3] = {key.low, key.high, index};
    XXH128_hash_t hash = XXH3_128bits(all, sizeof all);
    name_place(hash.high64, hash.low64, at);
}

static void name_new(const place *at, char name[NAME])
{
    memcpy(name, at->name, 32);
    memcpy(name + 32, suffix, sizeof suffix);
}

static uint64_t taken(uint64_t bytes)
{
    return (bytes + UNIT - 1) / UNIT * UNIT;
}

/* ---- trouble ---- */

static void say(zoe_disk_cache *cache, int code)
{
    zoe_lock_take(&cache->trouble_lock);
    if (code)
        snprintf(cache->trouble, sizeof cache->trouble, "%.120s: %s", cache->path, strerror(code));
    else
        cache->trouble[0] = '\0';
    zoe_lock_give(&cache->trouble_lock);
}

static void pause_locked(zoe_disk_cache *cache, int code)
{
    zoe_lock_assert_held(&cache->lock);
    cache->pause_until_ns = zoe_os_now_ns() + (uint64_t)PAUSE_S * 1000000000;
    say(cache, code);
}

/* ---- the count, shared by processes ---- */

/* Programs that make backups leave out a folder with this file: bford.info/cachedir. Where
 * something else was in the folder first, that is not theirs to leave out. */
static void tag_if_empty(int folder)
{
    static const char tag[] = "Signature: 8a477f597d28d172789f06886806bc55\n"
                              "# What Zoetrope has fetched from networks: it can be had again.\n"
                              "# See https://bford.info/cachedir/\n";
    int fd;
    if (!zoe_os_folder_is_empty(folder) ||
        zoe_os_below_create(folder, NULL, "CACHEDIR.TAG", 0, &fd) != 0)
        return;
    (void)zoe_os_file_write(fd, tag, sizeof tag - 1, 0);
    zoe_os_file_close(fd);
}

/* Opens FOLDER/used; where the folder is gone, makes it anew. */
static int open_shared_locked(zoe_disk_cache *cache)
{
    zoe_lock_assert_held(&cache->lock);
    int code = zoe_os_below_open_shared(cache->folder, shared_name, &cache->shared);
    if (code != ENOENT)
        return code;
    int again;
    if (zoe_os_folder_open(cache->path, &again, NULL) != ZOE_OK)
        return code;
    code = zoe_os_folder_exchange(cache->folder, again);
    if (!code)
        tag_if_empty(cache->folder);
    return code ? code : zoe_os_below_open_shared(cache->folder, shared_name, &cache->shared);
}

static int lock_shared_locked(zoe_disk_cache *cache)
{
    zoe_lock_assert_held(&cache->lock);
    uint64_t deadline = zoe_os_now_ns() + (uint64_t)LOCK_WAIT_MS * 1000000;
    for (;;) {
        if (cache->shared < 0) {
            int code = open_shared_locked(cache);
            if (code)
                return code;
        }
        if (zoe_os_file_lock(cache->shared)) {
            if (!zoe_os_file_is_removed(cache->shared))
                return 0;
            zoe_os_file_close(cache->shared);
            cache->shared = -1;
        } else {
            zoe_os_sleep(1);
        }
        if (zoe_os_now_ns() > deadline)
            return EBUSY;
    }
}

static int write_count_locked(zoe_disk_cache *cache)
{
    zoe_lock_assert_held(&cache->lock);
    shared_count count = {shared_magic, cache->used};
    atomic_store_explicit(&cache->known_used, cache->used, memory_order_relaxed);
    return zoe_os_file_write(cache->shared, &count, sizeof count, 0);
}

static int scan_locked(zoe_disk_cache *cache);

/* Takes both locks. Not 0: neither is held. */
static int take_locks(zoe_disk_cache *cache)
{
    zoe_lock_take(&cache->lock);
    if (cache->pause_until_ns && zoe_os_now_ns() < cache->pause_until_ns) {
        zoe_lock_give(&cache->lock);
        return EAGAIN;
    }
    int code = lock_shared_locked(cache);
    if (!code) {
        shared_count count;
        if (zoe_os_file_read(cache->shared, &count, sizeof count, 0) == sizeof count &&
            count.magic == shared_magic)
            cache->used = count.used;
        else
            code = scan_locked(cache);
        if (code)
            zoe_os_file_unlock(cache->shared);
    }
    if (code) {
        if (code != EBUSY)
            pause_locked(cache, code);
        zoe_lock_give(&cache->lock);
    } else if (cache->pause_until_ns) {
        cache->pause_until_ns = 0;
        say(cache, 0);
    }
    return code;
}

/* Gives both back. */
static void give_locks(zoe_disk_cache *cache)
{
    /* Where that fails, what was counted before is too high at most. */
    write_count_locked(cache);
    zoe_os_file_unlock(cache->shared);
    zoe_lock_give(&cache->lock);
}

/* ---- what is there, and what goes ---- */

typedef struct scan {
    zoe_disk_cache *cache;
    const char *sub;
    uint64_t bytes;
    bool failed;
} scan;

static bool parse_name(const char *name, const char *sub, victim *v)
{
    if (strlen(name) < 32 || strspn(name, "0123456789abcdef") < 32 || strncmp(name, sub, 2) != 0)
        return false;
    char half[17] = "";
    memcpy(half, name, 16);
    v->high = strtoull(half, NULL, 16);
    memcpy(half, name + 16, 16);
    v->low = strtoull(half, NULL, 16);
    return true;
}

/* Removes a file that nobody finishes any more. false: somebody does. */
static bool remove_orphan(zoe_disk_cache *cache, const char *sub, const char *name)
{
    int fd;
    zoe_os_entry entry;
    if (zoe_os_below_open(cache->folder, sub, name, &fd, &entry) != 0)
        return false;
    /* Whoever writes one holds its lock from its making on, which needs the shared lock: held. */
    bool removed = zoe_os_file_lock(fd) && zoe_os_below_remove(cache->folder, sub, name) == 0;
    zoe_os_file_close(fd);
    return removed;
}

static void note(void *user, const char *name, const zoe_os_entry *entry)
{
    scan *s = user;
    zoe_disk_cache *cache = s->cache;
    victim v = {.modified_ns = entry->modified_ns, .bytes = taken(entry->bytes)};
    if (!parse_name(name, s->sub, &v))
        return;
    if (strcmp(name + 32, suffix) == 0) {
        if (!remove_orphan(cache, s->sub, name))
            s->bytes += v.bytes;
        return;
    }
    if (name[32])
        return;
    s->bytes += v.bytes;
    if (cache->victim_count == cache->victim_capacity) {
        size_t capacity = cache->victim_capacity ? cache->victim_capacity * 2 : 1024;
        victim *grown = zoe_os_alloc(capacity * sizeof *grown);
        if (!grown) {
            s->failed = true;
            return;
        }
        if (cache->victim_count)
            memcpy(grown, cache->victims, cache->victim_count * sizeof *grown);
        zoe_os_free(cache->victims);
        cache->victims = grown;
        cache->victim_capacity = capacity;
    }
    cache->victims[cache->victim_count++] = v;
}

static int compare_victims(const void *a, const void *b)
{
    int64_t x = ((const victim *)a)->modified_ns, y = ((const victim *)b)->modified_ns;
    return (x > y) - (x < y);
}

/* Counts what is in the folder, and lists it by age. */
static int scan_locked(zoe_disk_cache *cache)
{
    zoe_lock_assert_held(&cache->lock);
    cache->victim_count = cache->victim_next = 0;
    scan s = {.cache = cache};
    for (int i = 0; i < SUBFOLDERS; i++) {
        char sub[3];
        snprintf(sub, sizeof sub, "%02x", (unsigned)i & 0xff);
        s.sub = sub;
        int code = zoe_os_below_list(cache->folder, sub, note, &s);
        /* One that is no folder, or another's, holds nothing of ours. */
        if (code && code != ENOENT && code != ENOTDIR && code != ELOOP && code != EACCES)
            return code;
    }
    if (s.failed)
        return ENOMEM;
    if (cache->victim_count)
        qsort(cache->victims, cache->victim_count, sizeof *cache->victims, compare_victims);
    cache->used = s.bytes;
    return 0;
}

static void count_less_locked(zoe_disk_cache *cache, uint64_t bytes)
{
    zoe_lock_assert_held(&cache->lock);
    cache->used -= bytes < cache->used ? bytes : cache->used;
}

/* Removes the next of the list, unless it was used since it was listed. */
static void evict_locked(zoe_disk_cache *cache)
{
    zoe_lock_assert_held(&cache->lock);
    const victim *v = &cache->victims[cache->victim_next++];
    place at;
    zoe_os_entry entry;
    name_place(v->high, v->low, &at);
    if (zoe_os_below_look(cache->folder, at.sub, at.name, &entry) != 0 ||
        entry.modified_ns != v->modified_ns ||
        zoe_os_below_remove(cache->folder, at.sub, at.name) != 0)
        return;
    count_less_locked(cache, v->bytes);
    atomic_fetch_add_explicit(&cache->evictions, 1, memory_order_relaxed);
}

/* Makes room for so many bytes under `bound`. false: there is none. */
static bool make_room_locked(zoe_disk_cache *cache, uint64_t bytes, uint64_t bound)
{
    zoe_lock_assert_held(&cache->lock);
    bool scanned = false;
    if (bytes > bound)
        return false;
    while (cache->used > bound - bytes) {
        if (cache->victim_next < cache->victim_count) {
            evict_locked(cache);
        } else if (scanned || scan_locked(cache) != 0) {
            return false;
        } else {
            scanned = true;
        }
    }
    return true;
}

void zoe_disk_cache_trim(zoe_disk_cache *cache)
{
    if (take_locks(cache) != 0)
        return;
    if (scan_locked(cache) == 0)
        make_room_locked(cache, 0, cache->bound);
    give_locks(cache);
}

/* ---- reading ---- */

static void note_use(int fd, const zoe_os_entry *entry)
{
    int64_t age = zoe_os_wall_ns() - entry->modified_ns;
    /* Also one from the future: the clock was set back. */
    if (age > (int64_t)TOUCH_AFTER_S * 1000000000 || age < -(int64_t)TOUCH_AFTER_S * 1000000000)
        zoe_os_file_touch(fd);
}

static uint64_t header_sum(const block_header *header)
{
    size_t from = offsetof(block_header, key);
    return XXH3_64bits((const uint8_t *)header + from, sizeof *header - from);
}

static bool read_header(int fd, const zoe_os_entry *entry, zoe_disk_key key, uint64_t index,
                        block_header *header)
{
    return zoe_os_file_read(fd, header, sizeof *header, 0) == sizeof *header &&
           header->magic == block_magic && header->sum == header_sum(header) &&
           header->key.low == key.low && header->key.high == key.high && header->index == index &&
           header->bytes <= ZOE_DISK_BLOCK && entry->bytes == sizeof *header + header->bytes;
}

/* Copies a part of one piece, verified as a whole. `bounce` takes a piece. */
static bool read_piece(int fd, const block_header *header, size_t piece, size_t from, size_t bytes,
                       uint8_t *to, uint8_t *bounce)
{
    uint64_t start = (uint64_t)piece * ZOE_DISK_PIECE;
    size_t whole = header->bytes - start < ZOE_DISK_PIECE ? (size_t)(header->bytes - start)
                                                          : (size_t)ZOE_DISK_PIECE;
    uint8_t *into = bytes == whole ? to : bounce;
    if (zoe_os_file_read(fd, into, whole, sizeof *header + start) != (int64_t)whole ||
        XXH3_64bits(into, whole) != header->pieces[piece])
        return false;
    if (into != to)
        memcpy(to, bounce + from, bytes);
    return true;
}

static bool read_pieces(int fd, const block_header *header, uint8_t *to, size_t bytes,
                        uint64_t offset, uint8_t *bounce)
{
    for (size_t done = 0; done < bytes;) {
        uint64_t at = offset + done;
        size_t from = (size_t)(at % ZOE_DISK_PIECE);
        size_t count = ZOE_DISK_PIECE - from < bytes - done ? ZOE_DISK_PIECE - from : bytes - done;
        if (!read_piece(fd, header, (size_t)(at / ZOE_DISK_PIECE), from, count, to + done, bounce))
            return false;
        done += count;
    }
    return true;
}

/* What reading gives, from the open file; -1: it is not what it should be. */
static int64_t read_open(int fd, const zoe_os_entry *entry, zoe_disk_key key, uint64_t index,
                         uint8_t *buffer, size_t bytes, uint64_t offset, uint8_t *bounce)
{
    block_header header;
    if (!read_header(fd, entry, key, index, &header))
        return -1;
    uint64_t left = offset < header.bytes ? header.bytes - offset : 0;
    size_t count = bytes < left ? bytes : (size_t)left;
    return read_pieces(fd, &header, buffer, count, offset, bounce) ? (int64_t)count : -1;
}

int64_t zoe_disk_cache_read(zoe_disk_cache *cache, zoe_disk_key key, uint64_t index, void *buffer,
                            size_t bytes, uint64_t offset)
{
    place at;
    int fd;
    zoe_os_entry entry;
    int64_t result = -1;
    uint8_t *bounce = zoe_os_alloc(ZOE_DISK_PIECE);
    place_of(key, index, &at);
    if (bounce && zoe_os_below_open(cache->folder, at.sub, at.name, &fd, &entry) == 0) {
        result = read_open(fd, &entry, key, index, buffer, bytes, offset, bounce);
        if (result >= 0) {
            note_use(fd, &entry);
        } else {
            /* Not counted: the number may be too high until all is counted anew. */
            zoe_os_below_remove(cache->folder, at.sub, at.name);
            atomic_fetch_add_explicit(&cache->damaged, 1, memory_order_relaxed);
        }
        zoe_os_file_close(fd);
    }
    zoe_os_free(bounce);
    atomic_fetch_add_explicit(result >= 0 ? &cache->hits : &cache->misses, 1, memory_order_relaxed);
    return result;
}

bool zoe_disk_cache_has(zoe_disk_cache *cache, zoe_disk_key key, uint64_t index)
{
    place at;
    int fd;
    zoe_os_entry entry;
    place_of(key, index, &at);
    if (zoe_os_below_open(cache->folder, at.sub, at.name, &fd, &entry) != 0)
        return false;
    note_use(fd, &entry);
    zoe_os_file_close(fd);
    return true;
}

/* ---- writing ---- */

static void make_header(zoe_disk_key key, uint64_t index, const uint8_t *data, size_t bytes,
                        block_header *header)
{
    memset(header, 0, sizeof *header);
    header->magic = block_magic;
    header->key = key;
    header->index = index;
    header->bytes = bytes;
    for (size_t done = 0; done < bytes; done += ZOE_DISK_PIECE) {
        size_t count = bytes - done < ZOE_DISK_PIECE ? bytes - done : (size_t)ZOE_DISK_PIECE;
        header->pieces[done / ZOE_DISK_PIECE] = XXH3_64bits(data + done, count);
    }
    header->sum = header_sum(header);
}

static bool is_full(int code)
{
    return code == ENOSPC || code == EDQUOT;
}

/* Whether another block may fare better at once. ENOTDIR, ELOOP, EISDIR: something of somebody's
 * stands where this one belongs. */
static bool is_passing(int code)
{
    return code == EAGAIN || code == EBUSY || code == EEXIST || code == ENOTDIR || code == ELOOP ||
           code == EISDIR;
}

/* Makes the new file, with room for it. EEXIST: the block is there, or is being written; EBUSY:
 * others' unfinished files take all room at present. */
static int create_locked(zoe_disk_cache *cache, const place *at, uint64_t bytes, int *fd)
{
    zoe_lock_assert_held(&cache->lock);
    char name[NAME];
    zoe_os_entry entry;
    name_new(at, name);
    if (!make_room_locked(cache, taken(bytes), cache->bound))
        return EBUSY;
    /* Counted first: whoever is killed here leaves a number that is too high. */
    cache->used += taken(bytes);
    int code = write_count_locked(cache);
    if (!code)
        code = zoe_os_below_create(cache->folder, at->sub, name, bytes, fd);
    if (code == EEXIST && remove_orphan(cache, at->sub, name)) {
        count_less_locked(cache, taken(bytes));
        code = zoe_os_below_create(cache->folder, at->sub, name, bytes, fd);
    }
    /* Only who has the new file makes the block; perhaps it was made before. */
    if (!code && zoe_os_below_look(cache->folder, at->sub, at->name, &entry) == 0) {
        zoe_os_below_remove(cache->folder, at->sub, name);
        zoe_os_file_close(*fd);
        code = EEXIST;
    }
    if (code)
        count_less_locked(cache, taken(bytes));
    return code;
}

/* The new file, filled and in its place. */
static int fill(zoe_disk_cache *cache, const place *at, int fd, const block_header *header,
                const void *data)
{
    char name[NAME];
    name_new(at, name);
    int code = zoe_os_file_write(fd, header, sizeof *header, 0);
    if (!code)
        code = zoe_os_file_write(fd, data, (size_t)header->bytes, sizeof *header);
    return code ? code : zoe_os_below_rename(cache->folder, at->sub, name, at->name);
}

static void remove_unfinished(zoe_disk_cache *cache, const place *at, uint64_t bytes)
{
    char name[NAME];
    name_new(at, name);
    bool removed = zoe_os_below_remove(cache->folder, at->sub, name) == 0;
    if (removed && take_locks(cache) == 0) {
        count_less_locked(cache, taken(bytes));
        give_locks(cache);
    }
}

static int write_once(zoe_disk_cache *cache, const place *at, const block_header *header,
                      const void *data)
{
    int fd, code = take_locks(cache);
    uint64_t bytes = sizeof *header + header->bytes;
    if (code)
        return code;
    code = create_locked(cache, at, bytes, &fd);
    give_locks(cache);
    if (code)
        return code;
    code = fill(cache, at, fd, header, data);
    if (code)
        remove_unfinished(cache, at, bytes);
    zoe_os_file_close(fd);
    return code;
}

/* The disk is full under the bound: the oldest go, for twice the block's bytes. */
static void shrink(zoe_disk_cache *cache, uint64_t bytes)
{
    if (take_locks(cache) != 0)
        return;
    make_room_locked(cache, 2 * taken(bytes), cache->used);
    give_locks(cache);
}

bool zoe_disk_cache_write(zoe_disk_cache *cache, zoe_disk_key key, uint64_t index, const void *data,
                          size_t bytes)
{
    block_header header;
    place at;
    if (bytes > ZOE_DISK_BLOCK || taken(sizeof header + bytes) > cache->bound)
        return false;
    place_of(key, index, &at);
    make_header(key, index, data, bytes, &header);
    int code = write_once(cache, &at, &header, data);
    if (is_full(code)) {
        shrink(cache, sizeof header + bytes);
        code = write_once(cache, &at, &header, data);
    }
    if (!code) {
        atomic_fetch_add_explicit(&cache->writes, 1, memory_order_relaxed);
        return true;
    }
    if (code == EEXIST)
        return zoe_disk_cache_has(cache, key, index);
    if (!is_passing(code)) {
        zoe_lock_take(&cache->lock);
        pause_locked(cache, code);
        zoe_lock_give(&cache->lock);
    }
    return false;
}

void zoe_disk_cache_remove(zoe_disk_cache *cache, zoe_disk_key key, uint64_t index)
{
    place at;
    zoe_os_entry entry;
    place_of(key, index, &at);
    if (take_locks(cache) != 0)
        return;
    if (zoe_os_below_look(cache->folder, at.sub, at.name, &entry) == 0 &&
        zoe_os_below_remove(cache->folder, at.sub, at.name) == 0)
        count_less_locked(cache, taken(entry.bytes));
    give_locks(cache);
}

/* ---- the whole ---- */

static uint64_t read_count(int folder)
{
    int fd;
    zoe_os_entry entry;
    shared_count count;
    if (zoe_os_below_open(folder, NULL, shared_name, &fd, &entry) != 0)
        return 0;
    bool good = zoe_os_file_read(fd, &count, sizeof count, 0) == sizeof count &&
                count.magic == shared_magic;
    zoe_os_file_close(fd);
    return good ? count.used : 0;
}

/* A tenth of what the cache could take on its disk: with what it has already, or its filling would
 * lower its own bound. */
static uint64_t default_bound(const char *folder, uint64_t used)
{
    const uint64_t most = (uint64_t)50 << 30;
    uint64_t tenth = (zoe_os_free_bytes(folder) + used) / 10;
    return tenth < most ? tenth : most;
}

zoe_status zoe_disk_cache_create(const char *folder, uint64_t bound, zoe_disk_cache **cache,
                                 zoe_error *error)
{
    *cache = NULL;
    zoe_disk_cache *made = zoe_os_alloc(sizeof *made);
    if (!made || !zoe_lock_init(&made->lock)) {
        zoe_os_free(made);
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: %s", folder,
                             zoe_status_text(ZOE_ERROR_NO_MEMORY));
    }
    zoe_status status = ZOE_ERROR_NO_MEMORY;
    made->folder = made->shared = -1;
    made->path = zoe_os_strdup(folder);
    if (!zoe_lock_init(&made->trouble_lock) || !made->path)
        zoe_error_set(error, status, "%s: %s", folder, zoe_status_text(status));
    else
        status = zoe_os_folder_open(folder, &made->folder, error);
    if (status) {
        zoe_disk_cache_destroy(&made);
        return status;
    }
    tag_if_empty(made->folder);
    uint64_t used = read_count(made->folder);
    atomic_store_explicit(&made->known_used, used, memory_order_relaxed);
    made->bound = bound ? bound : default_bound(folder, used);
    *cache = made;
    return ZOE_OK;
}

void zoe_disk_cache_destroy(zoe_disk_cache **cache)
{
    zoe_disk_cache *c = *cache;
    *cache = NULL;
    if (!c)
        return;
    zoe_os_file_close(c->shared);
    zoe_os_file_close(c->folder);
    zoe_lock_destroy(&c->trouble_lock);
    zoe_lock_destroy(&c->lock);
    zoe_os_free(c->victims);
    zoe_os_free(c->path);
    zoe_os_free(c);
}

void zoe_disk_cache_stats_get(zoe_disk_cache *cache, zoe_disk_cache_stats *stats)
{
    *stats = (zoe_disk_cache_stats){
        .bytes = atomic_load_explicit(&cache->known_used, memory_order_relaxed),
        .bound = cache->bound,
        .hits = atomic_load_explicit(&cache->hits, memory_order_relaxed),
        .misses = atomic_load_explicit(&cache->misses, memory_order_relaxed),
        .writes = atomic_load_explicit(&cache->writes, memory_order_relaxed),
        .evictions = atomic_load_explicit(&cache->evictions, memory_order_relaxed),
        .damaged = atomic_load_explicit(&cache->damaged, memory_order_relaxed),
    };
    zoe_lock_take(&cache->trouble_lock);
    memcpy(stats->trouble, cache->trouble, sizeof stats->trouble);
    zoe_lock_give(&cache->trouble_lock);
}
