/*
 * A decoder process for tests, locked in as the real one, that does what the file it is given says:
 * "PHASE ACTION", where the phase is header, open, first (piece), last (piece) or finish. Other
 * files have a picture whose samples are all the file's size. Called by a name that ends in
 * _at_start it crashes before anything else.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/os.h"
#include "exr/header.h"
#include "isolation/lock_in.h"
#include "support/bad_decoder.h"

/* How the process ends when a call that it may not make has failed, or has not. */
enum { REFUSED = 77, ESCAPED = 99 };

typedef struct bad_file {
    int fd;
    uint64_t bytes;
    char phase[16], action[16];
    zoe_isolation_block *block;
} bad_file;

static const struct {
    const char *name;
    uint32_t seed;
} seeds[] = {{"garbage1", 1}, {"garbage2", 2}, {"garbage3", 3}, {"garbage4", 4},
             {"garbage5", 5}, {"garbage6", 6}, {"garbage7", 7}, {"garbage8", 8}};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* ---- bad deeds ---- */

static void end_as(bool refused)
{
    _exit(refused ? REFUSED : ESCAPED);
}

static bool try_exec(void)
{
    char *const none[] = {NULL};
    return execve("/bin/true", none, none) != 0;
}

static bool try_network(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

static bool try_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) == MAP_FAILED;
}

static bool try_forbidden(const char *action)
{
    if (strcmp(action, "file") == 0)
        end_as(open("/etc/passwd", O_RDONLY) < 0);
    if (strcmp(action, "network") == 0)
        end_as(try_network());
    if (strcmp(action, "exec") == 0)
        end_as(try_exec());
    if (strcmp(action, "fork") == 0)
        end_as(fork() < 0);
    if (strcmp(action, "trace") == 0)
        end_as(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) < 0);
    if (strcmp(action, "murder") == 0)
        end_as(kill(getppid(), SIGKILL) < 0);
    if (strcmp(action, "code") == 0)
        end_as(try_code());
    if (strcmp(action, "write") == 0)
        end_as(write(ZOE_OS_PROCESS_SOCKET, "x", 1) < 0);
    return false;
}

/* Answers in the place of the service, with rubbish; then waits for what comes of it. */
static void answer_rubbish(zoe_isolation_block *block, uint32_t seed)
{
    uint8_t *bytes = (uint8_t *)&block->answer;
    uint32_t state = seed;
    /* The first few are as good an answer as can be, but for some bytes. */
    bool whole = seed % 2 == 0;
    size_t count = whole ? sizeof block->answer : 24;
    for (size_t i = 0; i < count; i++) {
        size_t at = whole ? i : next_random(&state) % offsetof(zoe_isolation_answer, text);
        bytes[at] = seed % 3 == 0 ? 0xFF : (uint8_t)next_random(&state);
    }
    memset(block->answer.text, 'x', sizeof block->answer.text);
    block->answer.status = seed % 4 == 0 ? 12345 : ZOE_OK;
    for (size_t i = 0; i < ZOE_ISOLATION_FILES; i++)
        atomic_store(&block->open_serials[i], next_random(&state));
    atomic_store(&block->bytes_read, UINT64_MAX - seed);
    uint32_t request = atomic_load(&block->request);
    atomic_store(&block->request, next_random(&state));
    memset(&block->command, 0xFF, sizeof block->command);
    atomic_store(&block->answered, seed == 7 ? 0xABCDEF : request);
    zoe_os_word_wake(&block->answered);
    for (;;)
        poll(NULL, 0, 1000);
}

static void do_deed(const bad_file *file, const char *phase)
{
    if (strcmp(file->phase, phase) != 0)
        return;
    const char *action = file->action;
    volatile uint32_t spins = 0;
    if (strcmp(action, "crash") == 0)
        *(volatile int *)(uintptr_t)spins = 0;
    if (strcmp(action, "abort") == 0)
        abort();
    if (strcmp(action, "exit") == 0)
        _exit(3);
    if (strcmp(action, "hang") == 0)
        for (;;)
            poll(NULL, 0, 1000);
    /* Two seconds' work, that would hear of it if nobody wanted it any more. */
    for (int i = 0; strcmp(action, "slow") == 0 && i < 100 && !zoe_stop_wanted(); i++)
        poll(NULL, 0, 20);
    while (strcmp(action, "spin") == 0)
        spins++;
    /* Says that it gets on, and never does. */
    for (; strcmp(action, "pretend") == 0; poll(NULL, 0, 1))
        atomic_fetch_add(&file->block->progress, 1);
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++)
        if (strcmp(action, seeds[i].name) == 0)
            answer_rubbish(file->block, seeds[i].seed);
    (void)try_forbidden(action);
}

/* ---- the decoder ---- */

static void begin_file(bad_file *file, int fd, const zoe_os_file_id *id,
                       const zoe_read_stats *stats)
{
    char text[64] = "";
    memset(file, 0, sizeof *file);
    file->fd = fd;
    file->bytes = id->bytes;
    uint8_t *read = (uint8_t *)(void *)stats->bytes;
    file->block = (zoe_isolation_block *)(void *)(read - offsetof(zoe_isolation_block, bytes_read));
    if (zoe_os_file_read(fd, text, sizeof text - 1, 0) > 0) {
        char *space = strchr(text, ' ');
        if (space && strlen(text) < 32) {
            memcpy(file->phase, text, (size_t)(space - text));
            memcpy(file->action, space + 1, strlen(space + 1));
        }
    }
}

static zoe_status open_bad(int fd, const zoe_os_file_id *id, const zoe_choice *choice,
                           uint64_t limit, const zoe_read_stats *stats, void *memory,
                           size_t memory_bytes, zoe_picture *picture, void **out, zoe_error *error)
{
    (void)limit;
    if (memory_bytes < sizeof(bad_file))
        return zoe_error_set(error, ZOE_ERROR_TOO_SMALL, "-: too small");
    bad_file *file = memory;
    memset(picture, 0, sizeof *picture);
    begin_file(file, fd, id, stats);
    zoe_frame *frame = &picture->frame;
    const zoe_box box = {0, 0, BAD_WIDTH - 1, BAD_HEIGHT - 1};
    frame->picture = frame->window = frame->display_window = frame->data_window = box;
    frame->pixel_aspect = 1;
    frame->proxy_shift = choice->proxy_shift;
    frame->plane_count = 1;
    frame->alpha_plane = -1;
    frame->planes[0].stride = BAD_WIDTH * 2;
    frame->planes[0].type = ZOE_SAMPLE_HALF;
    picture->shared_bytes = 64;
    picture->bytes = BAD_WIDTH * 2 * BAD_HEIGHT + picture->shared_bytes;
    picture->buffer_bytes = picture->bytes;
    picture->scratch_bytes = 4096;
    picture->file_bytes = sizeof(bad_file);
    picture->piece_count = BAD_PIECES;
    picture->id = *id;
    *out = file;
    do_deed(file, "open");
    return ZOE_OK;
}

static zoe_status decode_bad(void *user, void *opened, int32_t piece, uint8_t *buffer,
                             size_t buffer_bytes, void *scratch, size_t scratch_bytes,
                             zoe_error *error)
{
    (void)user;
    (void)error;
    (void)buffer_bytes;
    bad_file *file = opened;
    memset(scratch, 1, scratch_bytes);
    enum { ROWS = BAD_HEIGHT / BAD_PIECES };
    uint16_t *samples = (uint16_t *)(void *)buffer + (size_t)piece * ROWS * BAD_WIDTH;
    for (size_t i = 0; i < (size_t)ROWS * BAD_WIDTH; i++)
        samples[i] = (uint16_t)file->bytes;
    do_deed(file, piece == 0 ? "first" : piece == BAD_PIECES - 1 ? "last" : "");
    return ZOE_OK;
}

static zoe_status finish_bad(void *user, void *file, uint8_t *buffer, size_t buffer_bytes,
                             zoe_picture *picture, zoe_error *error)
{
    (void)user;
    (void)buffer;
    (void)buffer_bytes;
    (void)picture;
    (void)error;
    do_deed(file, "finish");
    return ZOE_OK;
}

static void stay(void)
{
    for (;;)
        poll(NULL, 0, 1000);
}

/* "header ACTION", where "stay" has the process not end itself, and "later" ends one that has read
 * another one before; others have a header without layers, with a part named after the file's size.
 */
static zoe_status read_bad_header(int fd, const zoe_os_file_id *id, const zoe_read_stats *stats,
                                  zoe_header **out, zoe_error *error)
{
    static bad_file file;
    begin_file(&file, fd, id, stats);
    do_deed(&file, "header");
    static int read;
    if (read++ > 0 && strcmp(file.action, "later") == 0)
        abort();
    if (strcmp(file.action, "stay") == 0)
        atexit(stay);
    zoe_os_file_close(fd);
    /* As it is freed: one block, which all else follows. */
    struct {
        zoe_exr_header header;
        zoe_part part;
        char name[32];
    } *made = zoe_os_alloc(sizeof *made);
    if (!made)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "-: out of memory");
    snprintf(made->name, sizeof made->name, "%llu", (unsigned long long)id->bytes);
    made->part.name = made->name;
    made->part.view = made->header.header.time_code = "";
    made->part.pixel_aspect = 1;
    made->header.header.parts = &made->part;
    made->header.header.part_count = 1;
    if (strcmp(file.action, "empty") == 0)
        made->header.header.part_count = 0;
    if (strcmp(file.action, "more") == 0) {
        zoe_os_free(made);
        return zoe_error_set(error, ZOE_ERROR_TRUNCATED, "-: ends too soon");
    }
    *out = &made->header.header;
    return ZOE_OK;
}

static zoe_status close_bad(void *user, void **opened, zoe_error *error)
{
    (void)user;
    (void)error;
    zoe_os_file_close(((bad_file *)*opened)->fd);
    *opened = NULL;
    return ZOE_OK;
}

int main(int argc, char **argv)
{
    (void)argc;
    static const char at_start[] = "_at_start";
    size_t length = strlen(argv[0]);
    zoe_lock_in_first();
    if (length >= sizeof at_start &&
        strcmp(argv[0] + length - (sizeof at_start - 1), at_start) == 0)
        raise(SIGSEGV);
    const zoe_decoder decoder = {.decode = decode_bad, .finish = finish_bad, .close = close_bad};
    const zoe_service service = {open_bad, read_bad_header, NULL, &decoder, zoe_lock_in};
    return zoe_isolation_serve(&service, ZOE_OS_PROCESS_SOCKET);
}
