/*
 * Storages from inside: what one has to do, and who does it for a path.
 *
 *   zoe_storage  --by the path-->  zoe_store: local (local.c), remote (remote.c: http, https, s3,
 *                                  and files that go through the disk cache)
 *
 * A zoe_store is one way to come at bytes: a table of functions. Storages hand each path to the
 * store that it belongs to; an open object knows its own. The remote store has blocks in memory and
 * on disk, and asks a zoe_origin (origin.h) for what is in neither.
 *
 * Thread-safety: any thread, several at once, also for the same object.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_STORAGE_H
#define ZOE_STORAGE_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/storage.h>

#include "base/os.h"
#include "base/stop.h"

/* An object that is open: a plain value. */
typedef struct zoe_storage_object {
    zoe_os_file_id id; /* size and identity. Of a file: inode and time. Of a URL: inode is a hash of
                          its ETag, or of Last-Modified without one; modified_ns is 0 */
    int fd;            /* a descriptor that reads the object's bytes at its offsets; -1: none */
    void *handle;      /* the store's */
    const struct zoe_store *store; /* NULL: nothing is open, or fd is all there is of it */
} zoe_storage_object;

/* ---- what is fetched ahead ---- */

/* Names what was asked for, to whom it was asked. */
typedef struct zoe_demand_token {
    uint64_t source;
    int64_t number;
    uint64_t seeks;
} zoe_demand_token;

/*
 * Who says what is to be fetched ahead; nobody enqueues anything. Called on threads of the store's,
 * with no lock of the store's held; the functions may take locks, and do not block on anything
 * slow.
 */
typedef struct zoe_storage_demand {
    void *user;

    /* The most wanted object whose bytes are neither near (in memory or on disk) nor being fetched:
     * its path, terminated, in path[capacity]. It is being fetched from now on, until arrived()
     * says otherwise. false: there is none, until zoe_storage_wake(). */
    bool (*next)(void *user, char *path, size_t capacity, zoe_demand_token *token);

    /* false: nobody wants it any more, or it was decoded: what is under way for it may be
     * cancelled, and what arrived need not stay in memory. */
    bool (*is_wanted)(void *user, zoe_demand_token token);

    /* Whether it is what the user has jumped to, and waits for: it has the line for itself. True at
     * most once after each jump. */
    bool (*is_jump)(void *user, zoe_demand_token token);

    /* Whether a playhead is at what is neither near nor being fetched: next() gives it. */
    bool (*is_waiting)(void *user);

    /* Whether a playhead is at it. What the user has jumped to before no longer has the line for
     * itself when it is not. */
    bool (*is_awaited)(void *user, zoe_demand_token token);

    /*
     * The end of a fetch that next() began, exactly one for each. OK: all its bytes are near; `id`
     * says how many they are. STALE: it was cancelled, and may be asked for again. NOT_FOUND: there
     * is no such object. NO_ROOM: what is near already is in the way; the next is asked for after
     * zoe_storage_wake(). All else: what went wrong.
     */
    void (*arrived)(void *user, zoe_demand_token token, zoe_status status, const zoe_os_file_id *id,
                    const zoe_error *error);
} zoe_storage_demand;

/* ---- stores ---- */

/*
 * Paths are as users gave them (see <zoetrope/storage.h>). Blocking calls ask zoe_stop_wanted()
 * (base/stop.h) every 20 ms while they wait, and return STALE, or -1, once it is true. Errors:
 * NOT_FOUND (404), PERMISSION (401, 403), NO_MEMORY, UNSUPPORTED, IO; the text names the path.
 */
typedef struct zoe_store {
    void *user;

    /* The names in a folder, in any order, so that folder, '/' and name together are a path.
     * Stops when `each` returns false, and then returns OK. A store bounds what it takes of a
     * server. UNSUPPORTED: the server does not list. */
    zoe_status (*list)(void *user, const char *folder, zoe_os_name_fn *each, void *each_user,
                       zoe_error *error);

    /* On success *object is to be closed. `id` may be what was seen of it before. */
    zoe_status (*open)(void *user, const char *path, zoe_storage_object *object, zoe_error *error);

    /* Reads up to `bytes` at an offset, blocking. Returns what was read, less only at the object's
     * end; -1: see *error, CHANGED when the object is no longer what was opened. Not called for
     * objects with a descriptor. */
    int64_t (*read)(void *user, const zoe_storage_object *object, void *buffer, size_t bytes,
                    uint64_t offset, zoe_error *error);

    /* What there is now at a path: asks where the object is, not what is kept of it, unless that
     * was asked since a time (zoe_os_now_ns(); UINT64_MAX: asks). Blocks. NOT_FOUND, PERMISSION: it
     * cannot be had; all else but OK: nobody says. */
    zoe_status (*identify)(void *user, const char *path, uint64_t since_ns, zoe_os_file_id *id);

    /* The same of an open object, as far as it is known without asking. */
    bool (*identify_object)(void *user, const zoe_storage_object *object, zoe_os_file_id *id);

    /* It will be read whole soon. Never blocks. */
    void (*announce)(void *user, const char *path);

    void (*close)(void *user, zoe_storage_object *object);

    /* The rest may be NULL. */

    /* Asks, where that was not done since: identify() will find the answer. Does not wait for it.
     */
    void (*ask)(void *user, const char *path, uint64_t since_ns);

    /* One demand at a time; false: there is another. After detach() returned, no function of it is
     * called any more, and all that it began has arrived. */
    bool (*attach)(void *user, const zoe_storage_demand *demand);
    void (*detach)(void *user);

    /* What is wanted changed, or something that was near is no longer needed. Any thread, with
     * locks held: it does not call back. */
    void (*wake)(void *user);

    /* Fills in what it knows; *stats was cleared. */
    void (*stats)(void *user, zoe_storage_stats *stats);

    /* Ends what is under way, and frees. Nothing is open. */
    void (*destroy)(void *user);

    /* Not the store's: who is asked while it is called, see the storage's settings. */
    zoe_stop_asker asker;
} zoe_store;

/* Local files. Constant, needs no destruction. */
const zoe_store *zoe_local_store(void);

/*
 * Makes the store of URLs, and of files that go through the disk cache (remote.c; remote_none.c in
 * a build without). The settings are copied. Errors: UNSUPPORTED, NO_MEMORY, THREAD.
 */
zoe_status zoe_remote_create(const zoe_storage_settings *settings, zoe_store *store,
                             zoe_error *error);

/* ---- storages ---- */

/* A storage of stores of the caller's, in place of the library's own, which are told of everything:
 * for tests. `remote` is copied; its destroy() is called at the end. */
zoe_status zoe_storage_create_with(const zoe_store *remote, zoe_storage **storage);

/* OK: there is a store for the path. Errors: UNSUPPORTED, NO_MEMORY, THREAD; the text names the
 * path. */
zoe_status zoe_storage_check(zoe_storage *storage, const char *path, zoe_error *error);

/* The contract above, by path; `storage` may be NULL. What failed says *error, which may be
 * NULL. */
zoe_status zoe_storage_list(zoe_storage *storage, const char *folder, zoe_os_name_fn *each,
                            void *each_user, zoe_error *error);
zoe_status zoe_storage_open(zoe_storage *storage, const char *path, zoe_storage_object *object,
                            zoe_error *error);
zoe_status zoe_storage_identify(zoe_storage *storage, const char *path, uint64_t since_ns,
                                zoe_os_file_id *id);
void zoe_storage_ask(zoe_storage *storage, const char *path, uint64_t since_ns);
void zoe_storage_announce(zoe_storage *storage, const char *path);

/* An object of a descriptor that somebody else opened, which closes with it. */
zoe_storage_object zoe_storage_adopt(int fd, const zoe_os_file_id *id);

/* As zoe_os_file_read(), and the store's read(). */
int64_t zoe_storage_read(const zoe_storage_object *object, void *buffer, size_t bytes,
                         uint64_t offset, zoe_error *error);

/* false: the object changed under its reader, or nobody can say. */
bool zoe_storage_is_same(const zoe_storage_object *object);

/* Closes, and leaves the identity; what is not open is left alone. */
void zoe_storage_close_object(zoe_storage_object *object);

/* Is it better to have its bytes near before a decoder takes it? Looks at the path alone and, for a
 * file, at what file system it is on. */
bool zoe_storage_is_far(zoe_storage *storage, const char *path);

/* See zoe_store. attach() makes the store if need be; false: without, frames are read as they
 * are decoded. */
bool zoe_storage_attach(zoe_storage *storage, const zoe_storage_demand *demand);
void zoe_storage_detach(zoe_storage *storage);
void zoe_storage_wake(zoe_storage *storage);

#endif
