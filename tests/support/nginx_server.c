#define _GNU_SOURCE /* usleep */

#include "support/nginx_server.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp_folder.h"

static void must(int good, const char *what)
{
    if (good)
        return;
    perror(what);
    exit(1);
}

static const char *find_nginx(void)
{
    static const char *const paths[] = {"/usr/sbin/nginx", "/usr/bin/nginx",
                                        "/usr/local/sbin/nginx"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (access(paths[i], X_OK) == 0)
            return paths[i];
    return NULL;
}

void nginx_server_needed(void)
{
    if (find_nginx())
        return;
    fprintf(stderr, "no nginx\n");
    exit(77);
}

static int try_address(int port, bool binds)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    must(fd >= 0, "socket");
    int good = binds ? bind(fd, (struct sockaddr *)&address, sizeof address) == 0
                     : connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return good;
}

int nginx_server_port(void)
{
    /* Below those that Linux gives to who asks for any, and to connections. */
    enum { FIRST = 20000, COUNT = 12000 };
    static int taken;
    for (int tries = 0; tries < COUNT; tries++) {
        int port = FIRST + (getpid() * 7 + taken++) % COUNT;
        if (try_address(port, true))
            return port;
    }
    must(0, "no port is free");
    return 0;
}

void nginx_server_make(nginx_server *server)
{
    *server = (nginx_server){.port = nginx_server_port()};
    temp_folder_make(server->folder, sizeof server->folder);
}

void nginx_server_start(nginx_server *server, const char *http_block)
{
    char path[128];
    snprintf(path, sizeof path, "%s/nginx.conf", server->folder);
    FILE *file = fopen(path, "we");
    must(file != NULL, path);
    const char *at = server->folder;
    /* Started by root, it would work as somebody who may not look into the folder. */
    fprintf(file,
            "%sdaemon off; master_process off; worker_processes 1; pid %s/pid; error_log "
            "%s/error.log;\n"
            "events { worker_connections 256; }\n"
            "http { log_format test '$request_method $request_uri $status $body_bytes_sent "
            "$server_protocol';\naccess_log %s/access.log test;\n"
            "client_body_temp_path %s/body; proxy_temp_path %s/proxy; fastcgi_temp_path %s/f;\n"
            "uwsgi_temp_path %s/u; scgi_temp_path %s/s;\n%s\n}\n",
            geteuid() == 0 ? "user root; " : "", at, at, at, at, at, at, at, at, http_block);
    must(fclose(file) == 0, path);
    server->pid = fork();
    must(server->pid >= 0, "fork");
    if (server->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl(find_nginx(), "nginx", "-p", server->folder, "-e", "error.log", "-c", path,
              (char *)NULL);
        _exit(127);
    }
    for (int tries = 0; !try_address(server->port, false); tries++) {
        must(tries < 6000 && waitpid(server->pid, NULL, WNOHANG) == 0, "nginx does not start");
        usleep(10000);
    }
}

void nginx_server_end(nginx_server *server)
{
    if (server->pid <= 0)
        return;
    kill(server->pid, SIGTERM);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

void nginx_server_stop(nginx_server *server)
{
    nginx_server_end(server);
    temp_folder_remove(server->folder);
}

/* What the log has: how many requests, and how many bytes of bodies. */
static void read_log(const char *path, size_t *requests, uint64_t *bytes, char *last,
                     size_t capacity)
{
    char line[4096];
    *requests = 0;
    *bytes = 0;
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        uint64_t sent = 0;
        (*requests)++;
        if (sscanf(line, "%*s %*s %*s %" SCNu64, &sent) == 1)
            *bytes += sent;
        if (last)
            snprintf(last, capacity, "%s", line);
    }
    if (file)
        fclose(file);
}

void nginx_server_take_log(const nginx_server *server, size_t least_requests, uint64_t least_bytes,
                           size_t *requests, uint64_t *bytes, char *last, size_t capacity)
{
    char path[128];
    snprintf(path, sizeof path, "%s/access.log", server->folder);
    /* It writes a line when the request is over, which may be after the client has heard of it. */
    for (int tries = 0; tries < 6000; tries++) {
        read_log(path, requests, bytes, NULL, 0);
        if (*requests >= least_requests && *bytes >= least_bytes)
            break;
        usleep(10000);
    }
    /* And what should not be there has time to come. */
    usleep(200000);
    read_log(path, requests, bytes, last, capacity);
    must(truncate(path, 0) == 0, path);
}
