#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "base/os_process.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os_fault.h"
#include "base/os_meminfo.h"
#include "base/os_thread.h"

/* ---- start ---- */

static bool set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, every;
    sigemptyset(&none);
    sigfillset(&every);
    return posix_spawnattr_setsigmask(attributes, &none) == 0 &&
           posix_spawnattr_setsigdefault(attributes, &every) == 0 &&
           posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                    POSIX_SPAWN_SETSID) == 0;
}

/* What the program finds open. It closes everything else itself, first of all: descriptors of the
 * host program may be without O_CLOEXEC. */
static bool set_actions(posix_spawn_file_actions_t *actions, int socket)
{
    bool ok = true;
    for (int fd = 0; fd < 3; fd++)
        ok = ok && posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0) == 0;
    return ok && posix_spawn_file_actions_adddup2(actions, socket, ZOE_OS_PROCESS_SOCKET) == 0;
}

static int spawn(zoe_os_process *process, const char *path, int socket)
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    char *const argv[] = {(char *)path, NULL}, *const environment[] = {NULL};
    if (posix_spawnattr_init(&attributes) != 0)
        return ENOMEM;
    if (posix_spawn_file_actions_init(&actions) != 0) {
        posix_spawnattr_destroy(&attributes);
        return ENOMEM;
    }
    pid_t pid = 0;
    int code = set_attributes(&attributes) && set_actions(&actions, socket)
                   ? posix_spawn(&pid, path, &actions, &attributes, argv, environment)
                   : ENOMEM;
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    process->pid = code == 0 ? (int)pid : 0;
    return code;
}

/* Another descriptor than those that the program is to find its own things at. */
static int move_up(int fd)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, ZOE_OS_PROCESS_SOCKET + 1);
    close(fd);
    return moved;
}

zoe_status zoe_os_process_start(zoe_os_process *process, const char *path, zoe_error *error)
{
    *process = (zoe_os_process){0, -1};
    int ends[2];
    if (zoe_os_fails() || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: no socket for it", path);
    int theirs = move_up(ends[1]);
    int code = theirs < 0 ? EMFILE : spawn(process, path, theirs);
    if (theirs >= 0)
        close(theirs);
    if (code == 0) {
        process->socket = ends[0];
        return ZOE_OK;
    }
    close(ends[0]);
    zoe_status status = code == ENOENT                     ? ZOE_ERROR_NOT_FOUND
                        : code == EACCES || code == EPERM  ? ZOE_ERROR_PERMISSION
                        : code == ENOMEM || code == EMFILE ? ZOE_ERROR_NO_MEMORY
                                                           : ZOE_ERROR_THREAD;
    return zoe_error_set(error, status, "%s: %s", path, strerror(code));
}

/* ---- end ---- */

void zoe_os_process_kill(const zoe_os_process *process)
{
    if (process->pid > 0)
        kill(process->pid, SIGKILL);
}

void zoe_os_process_leave(zoe_os_process *process)
{
    if (process->socket >= 0)
        close(process->socket);
    *process = (zoe_os_process){0, -1};
}

bool zoe_os_process_is_over(zoe_os_process *process, uint32_t milliseconds, zoe_os_process_end *end)
{
    *end = (zoe_os_process_end){0, -1};
    if (process->pid <= 0)
        return true;
    uint64_t deadline = zoe_os_now_ns() + (uint64_t)milliseconds * 1000000;
    for (;;) {
        int status = 0;
        pid_t got = waitpid(process->pid, &status, WNOHANG);
        if (got == process->pid || (got < 0 && errno != EINTR)) {
            if (got > 0 && WIFSIGNALED(status))
                end->signal = WTERMSIG(status);
            if (got > 0 && WIFEXITED(status))
                end->status = WEXITSTATUS(status);
            zoe_os_process_leave(process);
            return true;
        }
        if (zoe_os_now_ns() >= deadline)
            return false;
        /* The socket's end is all that can be waited for; the process is a moment behind it. */
        struct pollfd p = {.fd = process->socket, .events = 0};
        if (process->socket < 0 || poll(&p, 1, 1) > 0)
            usleep(200);
    }
}

uint64_t zoe_os_process_resident(const zoe_os_process *process)
{
    char path[64];
    if (process->pid <= 0)
        return 0;
    snprintf(path, sizeof path, "/proc/%d/status", process->pid);
    return zoe_os_resident_unshared(path);
}

/* ---- where programs are ---- */

bool zoe_os_path_beside(const void *code, const char *name, char *path, size_t capacity)
{
    char self[4096];
    Dl_info info;
    const char *object = dladdr(code, &info) && info.dli_fname ? info.dli_fname : "";
    /* A program is known by the name it was called with, which says nothing. */
    if (!strstr(object, ".so")) {
        ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
        if (length <= 0)
            return false;
        self[length] = '\0';
        object = self;
    }
    const char *slash = strrchr(object, '/');
    int length = slash ? snprintf(path, capacity, "%.*s/%s", (int)(slash - object), object, name)
                       : snprintf(path, capacity, "./%s", name);
    return length > 0 && (size_t)length < capacity;
}

bool zoe_os_path_is_program(const char *path)
{
    return access(path, X_OK) == 0;
}

/* ---- the socket ---- */

typedef union control {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
} control;

bool zoe_os_socket_send(int socket, const void *message, size_t bytes, int fd)
{
    control c;
    memset(&c, 0, sizeof c);
    struct iovec part = {(void *)message, bytes};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        header.msg_control = c.bytes;
        header.msg_controllen = sizeof c.bytes;
        struct cmsghdr *first = CMSG_FIRSTHDR(&header);
        first->cmsg_level = SOL_SOCKET;
        first->cmsg_type = SCM_RIGHTS;
        first->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(first), &fd, sizeof fd);
    }
    ssize_t sent;
    do
        sent = sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)bytes;
}

bool zoe_os_socket_receive(int socket, void *message, size_t bytes, int *fd)
{
    control c;
    memset(&c, 0, sizeof c);
    struct iovec part = {message, bytes};
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = c.bytes,
                            .msg_controllen = sizeof c.bytes};
    *fd = -1;
    ssize_t got;
    do
        got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return false;
    for (struct cmsghdr *m = CMSG_FIRSTHDR(&header); m; m = CMSG_NXTHDR(&header, m))
        if (m->cmsg_level == SOL_SOCKET && m->cmsg_type == SCM_RIGHTS &&
            m->cmsg_len == CMSG_LEN(sizeof *fd))
            memcpy(fd, CMSG_DATA(m), sizeof *fd);
    if (got == (ssize_t)bytes && !(header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
        return true;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return false;
}

bool zoe_os_socket_is_open(int socket)
{
    struct pollfd p = {.fd = socket, .events = 0};
    return poll(&p, 1, 0) >= 0 && !(p.revents & (POLLHUP | POLLERR | POLLNVAL));
}
