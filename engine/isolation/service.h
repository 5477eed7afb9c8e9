/*
 * What a decoder process does: takes commands from the program, opens and decodes with a decoder,
 * and answers. Everything here runs locked in, on the process's only thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_SERVICE_H
#define ZOE_ISOLATION_SERVICE_H

#include <zoetrope/header.h>

#include "isolation/protocol.h"

/* Opens a file whose descriptor was handed over, and takes that over too. */
typedef zoe_status zoe_service_open_fn(int fd, const zoe_os_file_id *id, const zoe_choice *choice,
                                       uint64_t limit, const zoe_read_stats *stats, void *memory,
                                       size_t memory_bytes, zoe_picture *picture, void **file,
                                       zoe_error *error);

/* Reads the header of such a file, and closes that. */
typedef zoe_status zoe_service_header_fn(int fd, const zoe_os_file_id *id,
                                         const zoe_read_stats *stats, zoe_header **header,
                                         zoe_error *error);

/* What of an open file's picture was absent, in the pieces that were decoded by now. */
typedef void zoe_service_absence_fn(void *file, zoe_absence *absence);

/* The decoder: `open` in place of its own. Tests have others. */
typedef struct zoe_service {
    zoe_service_open_fn *open;
    zoe_service_header_fn *read_header;
    zoe_service_absence_fn *absence; /* NULL: nothing ever is */
    const zoe_decoder *decoder;
    /* Locks the process in, with the limits that the program gave. On failure `text` says why. */
    bool (*lock_in)(const zoe_isolation_hello *hello, char *text, size_t bytes);
} zoe_service;

/* Says hello and serves until the program's end of the socket is closed. Returns the exit status.
 */
int zoe_isolation_serve(const zoe_service *service, int socket);

#endif
