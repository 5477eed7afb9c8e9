/*
 * Other processes: starting a program, its end, what it takes, and the socket over which
 * descriptors are handed to it.
 *
 * Thread-safety: any thread; one process by one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_OS_PROCESS_H
#define ZOE_BASE_OS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

/* The descriptor under which a started program has its end of the socket. */
enum { ZOE_OS_PROCESS_SOCKET = 3 };

/* A child. Zero pid: none. */
typedef struct zoe_os_process {
    int pid;
    int socket; /* -1: none */
} zoe_os_process;

/* Why a process is no more. */
typedef struct zoe_os_process_end {
    int signal; /* that ended it; 0: none */
    int status; /* its exit status; -1: somebody else has taken it */
} zoe_os_process_end;

/*
 * Starts the program at a path, in a session of its own, with an empty environment, signals as they
 * are by default, /dev/null for its standard descriptors and one end of a socket pair. The program
 * has the calling thread's cores and priority. Errors: NOT_FOUND, PERMISSION, NO_MEMORY, THREAD;
 * the text names the program.
 */
zoe_status zoe_os_process_start(zoe_os_process *process, const char *path, zoe_error *error);

/* Ends it by force, if it has not ended itself. */
void zoe_os_process_kill(const zoe_os_process *process);

/* Waits up to `milliseconds` for its end. true: it is no more, the pid is not its own any more, and
 * the socket is closed. */
bool zoe_os_process_is_over(zoe_os_process *process, uint32_t milliseconds,
                            zoe_os_process_end *end);

/* Has no more to do with it, whether it is over or not. */
void zoe_os_process_leave(zoe_os_process *process);

/* Bytes resident that it does not share as zoe_os_shared memory: its heap, stacks, scratch and
 * code. 0: it is not there. */
uint64_t zoe_os_process_resident(const zoe_os_process *process);

/* The path of the program or library that an address of code belongs to, or of one beside it:
 * its folder and `name`. false: it does not fit. */
bool zoe_os_path_beside(const void *code, const char *name, char *path, size_t capacity);

/* May the file at a path be run as a program? */
bool zoe_os_path_is_program(const char *path);

/* ---- the socket ---- */

/* Sends a message with a descriptor (-1: none). Does not wait. */
bool zoe_os_socket_send(int socket, const void *message, size_t bytes, int fd);

/* Waits for a message of exactly that size, and for the descriptor with it (-1: there was none),
 * which is the caller's. false: there is none any more, or another one. */
bool zoe_os_socket_receive(int socket, void *message, size_t bytes, int *fd);

/* Is the other end still there? */
bool zoe_os_socket_is_open(int socket);

#endif
