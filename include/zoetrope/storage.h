/*
 * Where bytes come from: local files, http:// and https://, s3://, and the disk cache that stands
 * between what is slow and who reads. Tier 2: includes status.h and settings.h.
 *
 * Who reads is given a storage: zoe_sequence_open(), zoe_folder_list(), zoe_header_read(); a source
 * reads from its sequence's. Without one (NULL) there are local files only, and a URL is
 * ZOE_ERROR_UNSUPPORTED, as it is in a library that was built without libcurl.
 *
 * Paths. What begins with http://, https:// or s3:// (in any case) is a URL, all else a path of the
 * file system. A URL is kept as it was given, with what lets one in: "user:password@" before the
 * host, a signed query at the end. No text that the library makes (errors, messages) has either;
 * zoe_storage_text() makes a text of a URL for others.
 *
 * Thread-safety: a zoe_storage never changes; any number of threads may use it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_STORAGE_H
#define ZOETROPE_STORAGE_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/settings.h>
#include <zoetrope/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zoe_storage zoe_storage;

/* Whose bytes are kept on disk. */
typedef enum zoe_disk_cache_for {
    ZOE_DISK_CACHE_AUTO = 0,   /* URLs', and files' on network file systems */
    ZOE_DISK_CACHE_ALL = 1,    /* all files' */
    ZOE_DISK_CACHE_REMOTE = 2, /* URLs' */
} zoe_disk_cache_for;

/* Not 0: whoever waits has had enough. Called on the thread that waits, every 20 ms; no locks but
 * the storage's own are held, and it must not call the library. */
typedef int zoe_storage_cancel_fn(void *user);

/*
 * Filled by zoe_storage_settings_init(); then change what you like. Texts are copied.
 * Thread-safety: a plain value; one thread at a time.
 */
typedef struct zoe_storage_settings {
    size_t size; /* of this struct, in bytes; set by the init function. See zoe_engine_settings */

    /* The disk cache: one folder, which several processes may share. */
    const char *disk_cache;    /* the folder, made if need be; NULL: zoetrope/disk in
                                  $XDG_CACHE_HOME, or in ~/.cache; "": no disk cache. One that is
                                  empty gets a CACHEDIR.TAG. default NULL */
    uint64_t disk_cache_bytes; /* of all its files, at most; 0: a tenth of what is free there, at
                                  most 50 GB (of 2^30) */
    int32_t disk_cache_for;    /* a zoe_disk_cache_for; default ZOE_DISK_CACHE_AUTO */

    uint64_t memory_bytes; /* of what arrives, until it is on disk or was read; 0: 64 MiB. An engine
                              counts them in its limit while it reads from URLs */

    /* HTTP. */
    uint32_t connections;        /* to one host; 0: 8, at most 16 */
    uint32_t connect_timeout_ms; /* 0: 10,000 */
    uint32_t stall_timeout_ms;   /* a transfer without a byte for so long has failed; 0: 20,000 */
    uint32_t retries;            /* of what may be tried again, beyond the first try; 0: 4 */
    const char *ca_file;         /* certificates to verify servers with (PEM); NULL: the system's */

    /* S3. What is NULL is taken from the environment (AWS_ENDPOINT_URL, AWS_REGION, AWS_PROFILE,
     * AWS_ACCESS_KEY_ID ...) and the usual profile files, which is also where credentials come
     * from. */
    const char *s3_endpoint; /* "https://minio.example:9000"; NULL: Amazon's of the region */
    const char *s3_region;   /* NULL also: us-east-1 */
    const char *s3_profile;
    int32_t s3_path_style; /* -1: the bucket is part of the host's name; 1: of the path; 0: of the
                              path where there is an endpoint, else of the host's name */
    int32_t s3_anonymous;  /* 1: requests are not signed */

    zoe_log_level log_level; /* as zoe_engine_settings */
    zoe_log_fn *log;
    void *log_user;

    /* Calls that wait for a server end with STALE once this says so; NULL: they wait. What an
     * engine reads for its frames goes on until its source is closed. */
    zoe_storage_cancel_fn *cancel;
    void *cancel_user;
} zoe_storage_settings;

/* What a storage has done and what it holds: since it was made, except what says "now".
 * Thread-safety: a plain value. */
typedef struct zoe_storage_stats {
    uint64_t network_bytes;       /* received */
    uint64_t network_bytes_per_s; /* now: over the last second or two */
    uint64_t requests;            /* answered */
    uint64_t requests_waiting;    /* now: under way, or waiting for a connection */
    uint64_t retries;             /* requests that were made again */
    uint64_t memory_bytes;        /* now: blocks, arriving ones too, and what is known of objects */
    uint64_t memory_limit_bytes;  /* the bound of those */
    uint64_t disk_bytes;          /* now: in the disk cache's folder */
    uint64_t disk_limit_bytes;    /* the bound of those; 0: there is no disk cache */
    uint64_t disk_hits;      /* reads, each of a block or of a part of one, that disk answered */
    uint64_t disk_misses;    /* reads whose block was not there, or was damaged */
    uint64_t disk_evictions; /* blocks that left for others */
    char disk_problem[256];  /* why nothing is kept on disk for now: one line of UTF-8; "": it is */
} zoe_storage_stats;

/* Fills in the size and every default. Thread-safety: any thread. */
ZOE_API void zoe_storage_settings_init(zoe_storage_settings *settings);

/*
 * Makes a storage. `settings` may be NULL: the defaults. Nothing is connected to, and no folder
 * made, before it is needed. On success *storage is the caller's, to be closed with
 * zoe_storage_close(); on failure it is NULL. Does not block. Errors: ARGUMENT, NO_MEMORY.
 */
ZOE_API zoe_status zoe_storage_create(const zoe_storage_settings *settings, zoe_storage **storage,
                                      zoe_error *error);

/* The same storage for one owner more, who closes it too: it goes with the last of them. NULL gives
 * NULL. Does not fail. */
ZOE_API zoe_storage *zoe_storage_share(const zoe_storage *storage);

/* Lets go of it, and sets *storage to NULL; the last owner ends what is under way, which takes
 * some milliseconds, and more while blocks are written to disk. NULL and pointer to NULL are
 * accepted. */
ZOE_API void zoe_storage_close(zoe_storage **storage);

/* Does not block. NULL: all 0. */
ZOE_API void zoe_storage_get_stats(const zoe_storage *storage, zoe_storage_stats *stats);

/* 1: the path is a URL; 0: of the file system. Thread-safety: any thread. */
ZOE_API int zoe_storage_is_url(const char *path);

/* 1: the path is there, on a file system that other machines can write to (NFS, SMB, ...).
 * Thread-safety: any thread. */
ZOE_API int zoe_storage_is_network(const char *path);

/* Writes a path for people into text[capacity], terminated and cut where need be: a URL without
 * user, password and query, a path of the file system as it is. Thread-safety: any thread. */
ZOE_API void zoe_storage_text(const char *path, char *text, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
