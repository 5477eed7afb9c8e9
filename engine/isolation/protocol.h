/*
 * What a program and one of its decoder processes say to each other.
 *
 *   block    memory that both map: a command, its answer, and words that either watches
 *   socket   carries descriptors to the process: of the block first, then of files and of memory.
 *            Nothing comes back over it; its end tells each that the other is gone
 *
 * The program writes a command, adds one to `request` and wakes the process; that answers, sets
 * `answered` to the same number and wakes the program. One command at a time.
 *
 * The process reads files that may be hostile, and may be in somebody else's hands: nothing that it
 * writes is believed. The program copies an answer out of the block before it looks at it
 * (isolation/check.h), and does not read its own commands from there.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_PROTOCOL_H
#define ZOE_ISOLATION_PROTOCOL_H

#include <stdatomic.h>

#include "base/decoder.h"
#include "base/stop.h"

enum {
    ZOE_ISOLATION_MAGIC = 0x5a4f4944, /* "ZOID" */
    ZOE_ISOLATION_VERSION = 3,
    ZOE_ISOLATION_FILES = 4,      /* that a process has open at once */
    ZOE_ISOLATION_WINDOWS = 1024, /* ranges of frames' memory that it has mapped */
    ZOE_ISOLATION_NAME = 1024,    /* bytes of a layer's or view's name, terminator included */
};

/* The first message on the socket, with the block's descriptor. */
typedef struct zoe_isolation_hello {
    uint32_t magic, version;
    uint64_t block_bytes;   /* of the program's zoe_isolation_block: two builds must not mix */
    uint64_t address_bytes; /* address space that the process may use */
    uint64_t memory_bytes;  /* of it, its own memory */
    uint32_t idle_ms;       /* without a command for so long it ends itself; 0: it stays */
    uint32_t unused;        /* 0 */
} zoe_isolation_hello;

/* The messages that go with a descriptor. */
typedef enum zoe_isolation_hand {
    ZOE_HAND_FILE = 1,
    ZOE_HAND_MEMORY = 2,
} zoe_isolation_hand;

typedef enum zoe_isolation_task {
    ZOE_TASK_OPEN = 1,   /* a ZOE_HAND_FILE follows */
    ZOE_TASK_DECODE = 2, /* a ZOE_HAND_MEMORY follows where it maps */
    ZOE_TASK_FINISH = 3, /* the same */
    ZOE_TASK_HEADER =
        4, /* a ZOE_HAND_FILE follows, then a ZOE_HAND_MEMORY for the header's image */
} zoe_isolation_task;

typedef struct zoe_isolation_open {
    zoe_os_file_id id;
    uint64_t limit;
    uint64_t memory_bytes; /* for the open file */
    int32_t proxy_shift;
    uint8_t overscan, full_precision;
    uint8_t has_layer, has_view;
    char layer[ZOE_ISOLATION_NAME], view[ZOE_ISOLATION_NAME];
} zoe_isolation_open;

/* What is to be mapped first. */
typedef enum zoe_isolation_map {
    ZOE_MAP_NOTHING = 0,
    ZOE_MAP_ANOTHER = 1, /* the window, in a place that has none */
    ZOE_MAP_ALONE = 2,   /* the same, when all others were unmapped */
} zoe_isolation_map;

typedef struct zoe_isolation_decode {
    int32_t first, count; /* pieces; FINISH: none */
    uint32_t window;      /* 0..ZOE_ISOLATION_WINDOWS-1: in which the buffer lies */
    uint32_t map;         /* a zoe_isolation_map */
    uint64_t map_at, map_bytes;
    uint64_t huge_bytes; /* from its beginning, what may be in huge pages */
    uint32_t make_huge;  /* 1: nothing of it has memory yet, and these get theirs at once */
    uint64_t buffer_at;  /* in the window */
    uint64_t buffer_bytes;
    uint64_t scratch_bytes;
} zoe_isolation_decode;

typedef struct zoe_isolation_header {
    zoe_os_file_id id;
    uint64_t
        image_bytes; /* room for the image (isolation/header_image.h), from the memory's beginning */
} zoe_isolation_header;

typedef struct zoe_isolation_command {
    uint32_t task;
    uint32_t file;   /* 0..ZOE_ISOLATION_FILES-1: place of the file */
    uint64_t serial; /* of the file; what is open in that place under another one is closed */
    union {
        zoe_isolation_open open;
        zoe_isolation_decode decode;
        zoe_isolation_header header;
    } u;
} zoe_isolation_command;

typedef struct zoe_isolation_answer {
    int32_t status;
    int32_t decoded;      /* DECODE: pieces done */
    zoe_picture picture;  /* OPEN, FINISH; where OPEN is TOO_SMALL, its file_bytes */
    uint64_t image_bytes; /* HEADER: of its image; where that is TOO_SMALL, the bytes it takes */
    /* DECODE: what of the picture was not in the file, of these pieces */
    int64_t missing, total;
    uint32_t in_tiles; /* 1: counted in tiles, 0: in scanlines */
    uint32_t reads;    /* calls that read from the file, and what they took together */
    uint64_t read_ns;
    char text[sizeof(((zoe_error *)0)->text)];
} zoe_isolation_answer;

typedef struct zoe_isolation_block {
    /* Words that both look at all the time are in cache lines of their own. */
    _Alignas(64) _Atomic uint32_t request;  /* release, written after the command; acquire */
    _Alignas(64) _Atomic uint32_t answered; /* release, written after the answer; acquire */
    _Alignas(64) zoe_stop stop;             /* nobody wants the work any more */
    _Atomic uint64_t open_serials[ZOE_ISOLATION_FILES]; /* relaxed: what is to be open; another
                                                           serial in that place is closed soon */
    _Alignas(64) _Atomic uint64_t bytes_read;           /* relaxed: by the process, all in all */
    _Atomic uint32_t progress;                          /* relaxed: changes as work goes on */
    zoe_isolation_command command;
    zoe_isolation_answer answer;
} zoe_isolation_block;

#endif
