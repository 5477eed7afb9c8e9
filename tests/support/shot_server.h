/*
 * The test server of shots (shot_server.py) as a child of a test. Every function ends the program
 * when it cannot do its work.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_SHOT_SERVER_H
#define ZOE_SUPPORT_SHOT_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct shot_server {
    char folder[64]; /* a temporary one, removed with the server */
    char root[80];   /* what it serves, in that folder */
    char base[48];   /* "http://127.0.0.1:PORT" or https */
    int port;
    pid_t pid;
    int input; /* it ends when this closes */
} shot_server;

/* Exits with 77, which ctest calls skipped, where there is no python3. */
void shot_server_needed(void);

/* Starts one on an empty root, with options of shot_server.py separated by spaces. */
void shot_server_start(shot_server *server, const char *options);

/* Ends it, and removes its folder. */
void shot_server_stop(shot_server *server);

/* Writes a file below the root, and the folders before it: pattern bytes that
 * shot_server_byte() gives. */
void shot_server_add(const shot_server *server, const char *name, size_t bytes);
unsigned char shot_server_byte(size_t offset);

/* Faults from now on, as lines of its script; "" ends them. */
void shot_server_faults(const shot_server *server, const char *lines);

/* Whether there is one among faults with which nothing comes, or next to nothing. */
bool shot_server_stalls(const char *faults);

/* Its log, since the start or the last call; to be freed. */
char *shot_server_take_log(const shot_server *server);

#endif
