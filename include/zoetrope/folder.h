/*
 * Folders: what one holds that can be opened. Subfolders, *sequences* (all files whose names differ
 * in the frame number only are one entry, as zoe_sequence_open() takes them) and single EXR files.
 * Other files are left out, unless they are asked for. Tier 3: includes status.h and storage.h.
 *
 * Reading names and looking at files are two steps: zoe_folder_list() takes one pass over the
 * names, zoe_folder_measure() one look at each file of an entry. Both may block for as long as the
 * file system does; a callback can end them between two names or files.
 *
 * Thread-safety: a zoe_folder never changes after it was made; any number of threads may read and
 * measure it. Closing it needs that nobody else uses it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_FOLDER_H
#define ZOETROPE_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>
#include <zoetrope/storage.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zoe_folder zoe_folder;

typedef enum zoe_folder_kind {
    ZOE_FOLDER_FOLDER = 0,
    ZOE_FOLDER_SEQUENCE = 1, /* two files or more */
    ZOE_FOLDER_FILE = 2,     /* one file, with or without a number in its name */
} zoe_folder_kind;

/* Limits of zoe_folder_search(). */
enum {
    ZOE_FOLDER_SEARCH_DEPTH = 4,       /* folders below each other, 1: the folder's own */
    ZOE_FOLDER_SEARCH_FOLDERS = 2000,  /* that are read */
    ZOE_FOLDER_SEARCH_FOUND = 100,     /* that are given */
    ZOE_FOLDER_SEARCH_NAMES = 1 << 20, /* that are read in all of them */
};

typedef struct zoe_folder_entry {
    zoe_folder_kind kind;
    int32_t hidden;   /* 1: the name begins with a dot */
    const char *name; /* "comp", "beauty.####.exr", "beauty.exr"; below/folder in a search's result.
                         Bytes of the file system, which need not be UTF-8 */
    const char *path; /* the folder's, or what zoe_sequence_open() takes; begins with the path that
                         was listed */
    int64_t first;    /* frame numbers. 0 for folders and for files without a number */
    int64_t last;
    int64_t files; /* 0 for folders */
    int64_t gaps;  /* frame numbers between first and last that no file has */
} zoe_folder_entry;

/* What looks at an entry's files found. */
typedef struct zoe_folder_size {
    uint64_t bytes;      /* of all its files; 0 for folders */
    int64_t modified_ns; /* since 1970: when the newest file changed, or the folder. 0: not known */
} zoe_folder_size;

/* Asked again and again on the thread that called, with no lock held; anything but 0 ends the work.
 * May call everything. */
typedef int zoe_folder_cancel_fn(void *user);

/*
 * Lists a folder of a storage (NULL: a local one): its folders, then its sequences and files, each
 * in natural order (shot2 before shot10). `cancel` (may be NULL) is asked before each name. On
 * success *folder is the caller's, to be closed with zoe_folder_close(); on failure it is NULL.
 * Blocks. Memory: about 16 bytes a file. Errors: NOT_FOUND (also where the path is a file),
 * PERMISSION, IO, NO_MEMORY, STALE (cancelled), ARGUMENT, UNSUPPORTED (a URL whose server does not
 * list, or no storage for it); the text names the path.
 */
ZOE_API zoe_status zoe_folder_list(const char *path, zoe_storage *storage,
                                   zoe_folder_cancel_fn *cancel, void *user, zoe_folder **folder,
                                   zoe_error *error);

/*
 * The same, with single files of other endings in place of sequences: their names end, in any case
 * of letters, with one of `endings`, which blanks separate (".cc .ccc .cdl").
 */
ZOE_API zoe_status zoe_folder_list_files(const char *path, const char *endings,
                                         zoe_folder_cancel_fn *cancel, void *user,
                                         zoe_folder **folder, zoe_error *error);

/*
 * Looks for EXR files in the folders below one, nearer ones first: its entries are the folders that
 * have some, named from the folder on ("comp/v002"), in natural order. Folders below one that has
 * some are not looked at, nor are hidden ones and links to folders; those that may not be read are
 * passed over. Ends at the limits above. Ownership, `cancel` and errors as zoe_folder_list().
 */
ZOE_API zoe_status zoe_folder_search(const char *path, zoe_storage *storage,
                                     zoe_folder_cancel_fn *cancel, void *user, zoe_folder **folder,
                                     zoe_error *error);

/* 1: a search ended at a limit; there may be more. */
ZOE_API int zoe_folder_is_cut(const zoe_folder *folder);

/* Frees and sets *folder to NULL. NULL and pointer to NULL are accepted. */
ZOE_API void zoe_folder_close(zoe_folder **folder);

/* The path that was listed, without slashes at its end. Lives as long as the folder. */
ZOE_API const char *zoe_folder_path(const zoe_folder *folder);

ZOE_API size_t zoe_folder_count(const zoe_folder *folder);

/* index 0..count-1. *entry is filled in, its texts live as long as the folder; ZOE_ERROR_ARGUMENT
 * outside. */
ZOE_API zoe_status zoe_folder_entry_at(const zoe_folder *folder, size_t index,
                                       zoe_folder_entry *entry);

/*
 * Looks at each file of an entry, `cancel` being asked before each. Files that are gone count
 * nothing. Blocks. Errors: STALE (cancelled), ARGUMENT, UNSUPPORTED (URLs, each of which would be
 * asked for); *size is written on success only.
 */
ZOE_API zoe_status zoe_folder_measure(const zoe_folder *folder, size_t index,
                                      zoe_folder_cancel_fn *cancel, void *user,
                                      zoe_folder_size *size);

#ifdef __cplusplus
}
#endif

#endif
