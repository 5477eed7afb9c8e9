#define _GNU_SOURCE /* pipe2 */

#include "support/shot_server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp_folder.h"

#ifndef SHOT_SERVER
#error "the build defines SHOT_SERVER, the path of shot_server.py"
#endif

static void must(int good, const char *what)
{
    if (good)
        return;
    perror(what);
    exit(1);
}

void shot_server_needed(void)
{
    if (system("python3 -c 'import ssl' >/dev/null 2>&1") == 0)
        return;
    fprintf(stderr, "no python3\n");
    exit(77);
}

/* Waits for the file that holds the port. */
static void find_port(shot_server *server)
{
    char path[96];
    snprintf(path, sizeof path, "%s/port", server->folder);
    for (int tries = 0; tries < 3000; tries++) {
        FILE *file = fopen(path, "re");
        int found = file ? fscanf(file, "%d", &server->port) : 0;
        if (file)
            fclose(file);
        if (found == 1)
            return;
        int status;
        must(waitpid(server->pid, &status, WNOHANG) == 0, "shot_server.py ended");
        usleep(10000);
    }
    must(0, "shot_server.py does not start");
}

void shot_server_start(shot_server *server, const char *options)
{
    *server = (shot_server){.input = -1};
    temp_folder_make(server->folder, sizeof server->folder);
    snprintf(server->root, sizeof server->root, "%s/root", server->folder);
    temp_folder_add(server->folder, "root");
    char command[2048];
    int bytes = snprintf(command, sizeof command,
                         "exec python3 '%s' --root '%s' --port-file '%s/port' --log '%s/log' "
                         "--faults '%s/faults' --until-eof %s >/dev/null",
                         SHOT_SERVER, server->root, server->folder, server->folder, server->folder,
                         options);
    must(bytes > 0 && (size_t)bytes < sizeof command, "options");
    int ends[2];
    must(pipe2(ends, O_CLOEXEC) == 0, "pipe");
    server->pid = fork();
    must(server->pid >= 0, "fork");
    if (server->pid == 0) {
        dup2(ends[0], STDIN_FILENO);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    server->input = ends[1];
    find_port(server);
    snprintf(server->base, sizeof server->base, "http%s://127.0.0.1:%d",
             strstr(options, "--cert") ? "s" : "", server->port);
}

void shot_server_stop(shot_server *server)
{
    close(server->input);
    waitpid(server->pid, NULL, 0);
    temp_folder_remove(server->folder);
}

unsigned char shot_server_byte(size_t offset)
{
    return (unsigned char)(offset * 7 + (offset >> 8) * 13 + (offset >> 16));
}

void shot_server_add(const shot_server *server, const char *name, size_t bytes)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", server->root, name);
    for (char *slash = path + strlen(server->root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        must(mkdir(path, 0700) == 0 || errno == EEXIST, path);
        *slash = '/';
    }
    unsigned char *data = malloc(bytes + 1);
    FILE *file = fopen(path, "we");
    must(data && file, path);
    for (size_t i = 0; i < bytes; i++)
        data[i] = shot_server_byte(i);
    must(fwrite(data, 1, bytes, file) == bytes && fclose(file) == 0, path);
    free(data);
}

void shot_server_faults(const shot_server *server, const char *lines)
{
    char path[96], fresh[96];
    snprintf(path, sizeof path, "%s/faults", server->folder);
    snprintf(fresh, sizeof fresh, "%s/faults.new", server->folder);
    FILE *file = fopen(fresh, "we");
    must(file && fputs(lines, file) >= 0 && fclose(file) == 0, fresh);
    must(rename(fresh, path) == 0, path);
}

bool shot_server_stalls(const char *faults)
{
    return strstr(faults, "stall") || strstr(faults, "hang") || strstr(faults, "drip");
}

char *shot_server_take_log(const shot_server *server)
{
    char path[96];
    snprintf(path, sizeof path, "%s/log", server->folder);
    char *text = calloc(1, 1 << 20);
    must(text != NULL, "memory");
    FILE *file = fopen(path, "re");
    if (file) {
        size_t bytes = fread(text, 1, (1 << 20) - 1, file);
        text[bytes] = '\0';
        fclose(file);
        must(truncate(path, 0) == 0, path);
    }
    return text;
}
