/*
 * nginx as a child of a test. Every function ends the program when it cannot do its work.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_NGINX_SERVER_H
#define ZOE_SUPPORT_NGINX_SERVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct nginx_server {
    char folder[64]; /* a temporary one, removed with the server */
    int port;
    pid_t pid;
} nginx_server;

/* Exits with 77, which ctest calls skipped, where there is no nginx. */
void nginx_server_needed(void);

/* A port that is free now, another one each time, and none that the system gives to others
 * meanwhile. */
int nginx_server_port(void);

/* Makes the folder and takes a port, for the text of the configuration. */
void nginx_server_make(nginx_server *server);

/* Starts nginx with what stands in its http block. It logs a line a request in FOLDER/access.log:
 * method, URI, status, bytes of the body, protocol. */
void nginx_server_start(nginx_server *server, const char *http_block);

/* Ends nginx; start() may follow. */
void nginx_server_end(nginx_server *server);

/* Ends nginx, and removes the folder. */
void nginx_server_stop(nginx_server *server);

/* Requests and bytes of bodies since the start or the last call, once there are at least so many,
 * or a minute is over; last (may be NULL), of `capacity` bytes, gets the last line. */
void nginx_server_take_log(const nginx_server *server, size_t least_requests, uint64_t least_bytes,
                           size_t *requests, uint64_t *bytes, char *last, size_t capacity);

#endif
