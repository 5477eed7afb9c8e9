#include "isolation/service.h"

#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "isolation/header_image.h"

/* An idle process closes what it does not need after a moment, and then looks now and then whether
 * the program is still there; the system tells it besides. */
enum { SOON_MS = 100, LATER_MS = 2000 };

/* What it keeps of its scratch while it has nothing to do. */
enum { IDLE_BYTES = 1 << 20 };

typedef struct served_file {
    uint64_t serial; /* 0: none is open */
    void *file;
    uint8_t *memory;
    size_t memory_bytes;
    zoe_picture picture; /* as it was opened */
} served_file;

typedef struct window {
    uint8_t *base; /* NULL: nothing is mapped */
    size_t bytes;
} window;

typedef struct server {
    const zoe_service *service;
    zoe_isolation_block *block;
    int socket;
    uint32_t seen;    /* the last request */
    uint32_t idle_ms; /* as in the hello */
    served_file files[ZOE_ISOLATION_FILES];
    window windows[ZOE_ISOLATION_WINDOWS];
    uint8_t *scratch;
    size_t scratch_bytes;
    zoe_histogram reads;
    uint64_t read_count, read_ns; /* of them, before the present command */
} server;

/* ---- descriptors ---- */

static int receive(const server *s, zoe_isolation_hand what)
{
    uint32_t message = 0;
    int fd = -1;
    if (!zoe_os_socket_receive(s->socket, &message, sizeof message, &fd))
        return -1;
    if (message == (uint32_t)what)
        return fd;
    zoe_os_file_close(fd);
    return -1;
}

/* ---- memory ---- */

/* Memory of `bytes` in place of what was there, if that is too little. */
static bool provide(uint8_t **memory, size_t *have, size_t bytes)
{
    if (bytes <= *have)
        return true;
    zoe_os_unreserve(*memory, *have);
    *have = 0;
    *memory = zoe_os_reserve(bytes, zoe_os_page());
    if (*memory)
        *have = bytes;
    return *memory != NULL;
}

/* ---- files ---- */

static void close_file(const server *s, served_file *f)
{
    const zoe_decoder *decoder = s->service->decoder;
    /* Whether the file has changed is for the program to see. */
    if (f->serial)
        (void)decoder->close(decoder->user, &f->file, NULL);
    f->serial = 0;
}

/* Closes files that the program does not need any more. */
static void close_dropped(server *s)
{
    for (size_t i = 0; i < ZOE_ISOLATION_FILES; i++)
        if (s->files[i].serial !=
            atomic_load_explicit(&s->block->open_serials[i], memory_order_relaxed))
            close_file(s, &s->files[i]);
}

static zoe_status do_open(server *s, const zoe_isolation_command *command,
                          zoe_isolation_answer *answer, zoe_error *error)
{
    const zoe_isolation_open *open = &command->u.open;
    served_file *f = &s->files[command->file % ZOE_ISOLATION_FILES];
    close_file(s, f);
    int fd = receive(s, ZOE_HAND_FILE);
    if (fd < 0)
        return zoe_error_set(error, ZOE_ERROR_IO, "-: no descriptor");
    if (!provide(&f->memory, &f->memory_bytes, open->memory_bytes)) {
        zoe_os_file_close(fd);
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "-: out of memory");
    }
    static char layer[ZOE_ISOLATION_NAME], view[ZOE_ISOLATION_NAME];
    memcpy(layer, open->layer, sizeof layer - 1);
    memcpy(view, open->view, sizeof view - 1);
    const zoe_choice choice = {
        .layer = open->has_layer ? layer : NULL,
        .view = open->has_view ? view : NULL,
        .proxy_shift = open->proxy_shift,
        .overscan = open->overscan != 0,
        .full_precision = open->full_precision != 0,
    };
    const zoe_read_stats stats = {&s->reads, &s->block->bytes_read};
    zoe_status status = s->service->open(fd, &open->id, &choice, open->limit, &stats, f->memory,
                                         open->memory_bytes, &answer->picture, &f->file, error);
    if (status != ZOE_OK)
        return status;
    f->serial = command->serial;
    f->picture = answer->picture;
    return ZOE_OK;
}

/* ---- pieces ---- */

static void unmap_all(server *s)
{
    for (size_t i = 0; i < ZOE_ISOLATION_WINDOWS; i++) {
        zoe_os_shared_unmap(s->windows[i].base, s->windows[i].bytes);
        s->windows[i] = (window){NULL, 0};
    }
}

static uint8_t *buffer_of(server *s, const zoe_isolation_decode *decode)
{
    window *w = &s->windows[decode->window % ZOE_ISOLATION_WINDOWS];
    if (decode->map == ZOE_MAP_ALONE)
        unmap_all(s);
    if (decode->map != ZOE_MAP_NOTHING) {
        int fd = receive(s, ZOE_HAND_MEMORY);
        w->bytes = decode->map_bytes;
        w->base =
            fd >= 0 ? zoe_os_shared_map(fd, decode->map_at, w->bytes, decode->huge_bytes) : NULL;
        zoe_os_file_close(fd);
        if (w->base && decode->make_huge)
            zoe_os_shared_make_huge(w->base, decode->huge_bytes);
    }
    return w->base ? w->base + decode->buffer_at : NULL;
}

static void count_missing(const server *s, const served_file *f, int64_t sign,
                          zoe_isolation_answer *answer)
{
    zoe_absence absence = {0, 0, "scanlines"};
    if (s->service->absence)
        s->service->absence(f->file, &absence);
    answer->missing += sign * absence.missing;
    answer->total = absence.total;
    answer->in_tiles = strcmp(absence.unit, "tiles") == 0;
}

static zoe_status do_decode(server *s, const zoe_isolation_command *command,
                            zoe_isolation_answer *answer, zoe_error *error)
{
    const zoe_decoder *decoder = s->service->decoder;
    const zoe_isolation_decode *decode = &command->u.decode;
    const served_file *f = &s->files[command->file % ZOE_ISOLATION_FILES];
    uint8_t *buffer = buffer_of(s, decode);
    if (!buffer || !provide(&s->scratch, &s->scratch_bytes, decode->scratch_bytes))
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "-: out of memory");
    if (f->serial != command->serial)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "-: not open");
    zoe_status missing = ZOE_OK;
    count_missing(s, f, -1, answer);
    for (int32_t i = 0; i < decode->count; i++) {
        if (zoe_stop_wanted())
            return zoe_error_set(error, ZOE_STALE, "-: %s", zoe_status_text(ZOE_STALE));
        zoe_status status =
            decoder->decode(decoder->user, f->file, decode->first + i, buffer, decode->buffer_bytes,
                            s->scratch, decode->scratch_bytes, error);
        atomic_fetch_add_explicit(&s->block->progress, 1, memory_order_relaxed);
        if (status == ZOE_ERROR_TRUNCATED)
            missing = status;
        else if (status != ZOE_OK)
            return status;
        answer->decoded++;
    }
    count_missing(s, f, 1, answer);
    return missing;
}

static zoe_status do_finish(server *s, const zoe_isolation_command *command,
                            zoe_isolation_answer *answer, zoe_error *error)
{
    const zoe_decoder *decoder = s->service->decoder;
    const zoe_isolation_decode *decode = &command->u.decode;
    const served_file *f = &s->files[command->file % ZOE_ISOLATION_FILES];
    uint8_t *buffer = buffer_of(s, decode);
    if (!buffer)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "-: out of memory");
    if (f->serial != command->serial)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "-: not open");
    answer->picture = f->picture;
    answer->picture.bytes = decode->buffer_bytes;
    return decoder->finish(decoder->user, f->file, buffer, decode->buffer_bytes, &answer->picture,
                           error);
}

/* ---- headers ---- */

static zoe_status put_header(const zoe_header *header, uint64_t room, int memory,
                             zoe_isolation_answer *answer, zoe_error *error)
{
    answer->image_bytes = zoe_header_image_bytes(header);
    if (answer->image_bytes > room)
        return zoe_error_set(error, ZOE_ERROR_TOO_SMALL, "-: too little room for the header");
    uint8_t *image = zoe_os_shared_map(memory, 0, room, 0);
    if (!image)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "-: out of memory");
    (void)zoe_header_image_write(header, image, room);
    zoe_os_shared_unmap(image, room);
    return ZOE_OK;
}

static zoe_status do_header(server *s, const zoe_isolation_command *command,
                            zoe_isolation_answer *answer, zoe_error *error)
{
    const zoe_read_stats stats = {&s->reads, &s->block->bytes_read};
    zoe_header *header = NULL;
    int file = receive(s, ZOE_HAND_FILE), memory = receive(s, ZOE_HAND_MEMORY);
    zoe_status status =
        file < 0 || memory < 0
            ? zoe_error_set(error, ZOE_ERROR_IO, "-: no descriptor")
            : s->service->read_header(file, &command->u.header.id, &stats, &header, error);
    if (status == ZOE_OK)
        status = put_header(header, command->u.header.image_bytes, memory, answer, error);
    zoe_header_free(&header);
    zoe_os_file_close(memory);
    return status;
}

/* ---- the loop ---- */

static void note_reads(server *s, zoe_isolation_answer *answer)
{
    uint64_t count = atomic_load_explicit(&s->reads.count, memory_order_relaxed);
    uint64_t ns = atomic_load_explicit(&s->reads.total_ns, memory_order_relaxed);
    answer->reads = (uint32_t)(count - s->read_count);
    answer->read_ns = ns - s->read_ns;
    s->read_count = count;
    s->read_ns = ns;
}

static void answer_it(server *s)
{
    zoe_isolation_block *block = s->block;
    const zoe_isolation_command *command = &block->command;
    zoe_isolation_answer *answer = &block->answer;
    zoe_error error = {.status = ZOE_OK};
    memset(answer, 0, offsetof(zoe_isolation_answer, text));
    close_dropped(s);
    zoe_status status = ZOE_ERROR_ARGUMENT;
    if (command->task == ZOE_TASK_OPEN)
        status = do_open(s, command, answer, &error);
    else if (command->task == ZOE_TASK_DECODE)
        status = do_decode(s, command, answer, &error);
    else if (command->task == ZOE_TASK_FINISH)
        status = do_finish(s, command, answer, &error);
    else if (command->task == ZOE_TASK_HEADER)
        status = do_header(s, command, answer, &error);
    answer->status = status;
    memcpy(answer->text, error.text, status == ZOE_OK ? 1 : sizeof answer->text);
    note_reads(s, answer);
    atomic_store_explicit(&block->answered, s->seen, memory_order_release);
    zoe_os_word_wake(&block->answered);
}

/* Waits for the next command; false: the program is gone, or there was none for long enough. */
static bool next(server *s)
{
    const uint32_t later = s->idle_ms ? s->idle_ms : LATER_MS;
    uint32_t wait = SOON_MS;
    for (;;) {
        uint32_t request = atomic_load_explicit(&s->block->request, memory_order_acquire);
        if (request != s->seen) {
            s->seen = request;
            return true;
        }
        uint64_t before = zoe_os_now_ns();
        zoe_os_word_wait(&s->block->request, s->seen, wait);
        if (zoe_os_now_ns() - before < (uint64_t)wait * 1000000)
            continue;
        if (!zoe_os_socket_is_open(s->socket) || (s->idle_ms && wait == later))
            return false;
        close_dropped(s);
        if (s->scratch_bytes > IDLE_BYTES)
            zoe_os_release(s->scratch + IDLE_BYTES, s->scratch_bytes - IDLE_BYTES);
        for (size_t i = 0; i < ZOE_ISOLATION_FILES; i++)
            if (!s->files[i].serial)
                zoe_os_release(s->files[i].memory, s->files[i].memory_bytes);
        wait = later;
    }
}

/* The first message, and the block. */
static bool say_hello(server *s, zoe_isolation_hello *hello)
{
    int fd = -1;
    if (!zoe_os_socket_receive(s->socket, hello, sizeof *hello, &fd) || fd < 0)
        return false;
    bool same = hello->magic == ZOE_ISOLATION_MAGIC && hello->version == ZOE_ISOLATION_VERSION &&
                hello->block_bytes == sizeof *s->block;
    if (same)
        s->block = zoe_os_shared_map(fd, 0, sizeof *s->block, 0);
    zoe_os_file_close(fd);
    return s->block != NULL;
}

int zoe_isolation_serve(const zoe_service *service, int socket)
{
    static server s;
    zoe_isolation_hello hello;
    s.service = service;
    s.socket = socket;
    if (!say_hello(&s, &hello))
        return 1;
    zoe_isolation_answer *answer = &s.block->answer;
    s.seen = 1;
    s.idle_ms = hello.idle_ms;
    bool locked = service->lock_in(&hello, answer->text, sizeof answer->text);
    answer->status = locked ? ZOE_OK : ZOE_ERROR_UNSUPPORTED;
    atomic_store_explicit(&s.block->answered, s.seen, memory_order_release);
    zoe_os_word_wake(&s.block->answered);
    zoe_stop_enter(&s.block->stop);
    /* A piece can be a large picture, and the machine be busy. */
    zoe_stop_count(&s.block->progress);
    while (next(&s))
        answer_it(&s);
    return 0;
}
