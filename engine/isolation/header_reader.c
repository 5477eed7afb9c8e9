#include "isolation/header_reader.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "exr/scan.h"
#include "isolation/check.h"
#include "isolation/descriptor.h"
#include "isolation/header_image.h"
#include "isolation/process.h"
#include "isolation/program.h"

enum {
    ROOM_BYTES = 256 << 10, /* for the images of ordinary headers */
    IMAGE_MAX = 1 << 30,
    HANG_MS = 10000,
    READERS_MAX = 64, /* headers that are read at once; others have to wait */
    KEPT_MAX = 4,     /* processes that wait for the next header */
    KEPT_MS = 1000,
};

/* Address space and memory that the largest headers take. */
#define ADDRESS_BYTES ((uint64_t)8 << 30)
#define MEMORY_BYTES  ((uint64_t)4 << 30)

/*
 * A process and the thread whose header it reads.
 *
 *   FREE --take--> TAKEN --leave--> WAITS (has a process) --take--> TAKEN
 *    ^               |                 |
 *    '----- leave ---'                 '-- ended, or it ended itself --> FREE
 */
typedef struct reader {
    enum { FREE = 0, TAKEN, WAITS } state; /* guarded by the lock of all */

    /* its thread's while it is TAKEN, else guarded by that lock */
    zoe_isolation_process process;
    char program[ZOE_PATH_MAX];
    uint64_t since_ns; /* when it was left */

    /* relaxed: for figures only, as in isolation/places.h; 0: no process */
    _Atomic int pid;
    _Atomic uint64_t base_bytes;
} reader;

/* One header while it is read. */
typedef struct reading {
    reader *reader;
    bool is_ordinary; /* the header is of a size that the next ones may have */
    const char *path;
    zoe_storage_object object;
    zoe_isolation_descriptor descriptor;
} reading;

/* ---- processes ---- */

/* A process that waits ends itself when it has waited for KEPT_MS, and with the thread that started
 * it, whoever it works for then. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t left;
    reader all[READERS_MAX];
} readers = {.lock = PTHREAD_MUTEX_INITIALIZER, .left = PTHREAD_COND_INITIALIZER};

static void note_process(reader *r)
{
    atomic_store_explicit(&r->pid, r->process.os.pid, memory_order_relaxed);
    atomic_store_explicit(&r->base_bytes, r->process.base_bytes, memory_order_relaxed);
}

/* Ends its process, or only sees how it has ended. */
static void end(reader *r)
{
    zoe_isolation_cause cause;
    (void)zoe_isolation_has_died(&r->process, &cause);
    zoe_isolation_free(&r->process);
    note_process(r);
}

/* What waits in vain: ended by itself, or too late to do so; or all. The lock is held. */
static void end_waiting_locked(bool all)
{
    const uint64_t overdue = (uint64_t)KEPT_MS * 2 * 1000000, now = zoe_os_now_ns();
    for (size_t i = 0; i < READERS_MAX; i++) {
        reader *r = &readers.all[i];
        if (r->state != WAITS ||
            !(all || now - r->since_ns > overdue || !zoe_os_socket_is_open(r->process.os.socket)))
            continue;
        end(r);
        r->state = FREE;
    }
}

/* One that waits with that program, the shortest time, or else a free one; NULL: all are taken. */
static reader *choose_locked(const char *program)
{
    reader *best = NULL;
    for (size_t i = 0; i < READERS_MAX; i++) {
        reader *r = &readers.all[i];
        if (r->state == TAKEN || (r->state == WAITS && strcmp(r->program, program) != 0))
            continue;
        if (!best || r->state > best->state ||
            (r->state == WAITS && best->state == WAITS && r->since_ns > best->since_ns))
            best = r;
    }
    return best;
}

/* It has a process if one of that program waited. Those that have ended are seen to first. */
static reader *take(const char *program)
{
    pthread_mutex_lock(&readers.lock);
    end_waiting_locked(false);
    reader *r = choose_locked(program);
    for (; !r; r = choose_locked(program))
        pthread_cond_wait(&readers.left, &readers.lock);
    if (r->state == FREE)
        r->process = (zoe_isolation_process){.os = {0, -1}};
    r->state = TAKEN;
    pthread_mutex_unlock(&readers.lock);
    return r;
}

/* Keeps the process for the next header, or ends it. */
static void leave(reader *r, bool keeps)
{
    size_t kept = 0;
    if (!keeps || !zoe_isolation_runs(&r->process))
        end(r);
    pthread_mutex_lock(&readers.lock);
    for (size_t i = 0; i < READERS_MAX; i++)
        kept += readers.all[i].state == WAITS;
    if (kept >= KEPT_MAX)
        end(r);
    r->since_ns = zoe_os_now_ns();
    r->state = zoe_isolation_runs(&r->process) ? WAITS : FREE;
    pthread_cond_broadcast(&readers.left); /* it may have a program that not all want */
    pthread_mutex_unlock(&readers.lock);
}

static void end_waiting(bool all)
{
    pthread_mutex_lock(&readers.lock);
    end_waiting_locked(all);
    pthread_cond_broadcast(&readers.left);
    pthread_mutex_unlock(&readers.lock);
}

void zoe_isolation_end_readers(void)
{
    end_waiting(true);
}

void zoe_isolation_tidy_readers(void)
{
    end_waiting(false);
}

void zoe_isolation_measure_readers(zoe_isolation_report *report)
{
    for (size_t i = 0; i < READERS_MAX; i++) {
        const reader *r = &readers.all[i];
        const zoe_os_process os = {atomic_load_explicit(&r->pid, memory_order_relaxed), -1};
        if (os.pid <= 0)
            continue;
        report->running++;
        report->bytes += zoe_os_process_resident(&os);
        report->base_bytes += atomic_load_explicit(&r->base_bytes, memory_order_relaxed);
    }
}

static zoe_status start(reader *r, const char *program, uint32_t hang_ms, zoe_error *error)
{
    static const zoe_isolation_hello hello = {
        .magic = ZOE_ISOLATION_MAGIC,
        .version = ZOE_ISOLATION_VERSION,
        .block_bytes = sizeof(zoe_isolation_block),
        .address_bytes = ADDRESS_BYTES,
        .memory_bytes = MEMORY_BYTES,
        .idle_ms = KEPT_MS,
    };
    zoe_status status =
        zoe_isolation_start(&r->process, program, &hello, hang_ms ? hang_ms : HANG_MS, error);
    snprintf(r->program, sizeof r->program, "%s", program);
    note_process(r);
    return status;
}

zoe_status zoe_isolation_try_reader(const char *program, zoe_error *error)
{
    reader *r = take(program);
    zoe_status status =
        zoe_isolation_runs(&r->process) ? ZOE_OK : start(r, program, HANG_MS, error);
    leave(r, status == ZOE_OK);
    return status;
}

/* ---- headers ---- */

/* The header of an image in memory that the process can still write to. */
static zoe_status take_image(const reading *r, const uint8_t *shared, size_t bytes,
                             zoe_header **header, zoe_error *error)
{
    uint8_t *image = zoe_os_alloc(bytes);
    if (!image)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", r->path);
    memcpy(image, shared, bytes);
    if (!zoe_header_image_read(image, bytes)) {
        zoe_os_free(image);
        return zoe_error_set(error, ZOE_ERROR_DECODER, "decoder gave an impossible answer on %s",
                             r->path);
    }
    *header = (zoe_header *)(void *)image;
    (*header)->file_bytes = r->object.id.bytes;
    return ZOE_OK;
}

/* Has the header put into `room` bytes of memory; TOO_SMALL: *needed says what it takes. */
static zoe_status ask(reading *r, uint8_t *shared, size_t room, uint64_t *needed,
                      zoe_header **header, zoe_error *error)
{
    zoe_os_shared memory;
    zoe_isolation_cause cause;
    zoe_isolation_answer answer;
    if (!zoe_os_shared_find(shared, &memory))
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", r->path);
    r->reader->process.block->command = (zoe_isolation_command){
        .task = ZOE_TASK_HEADER, .u.header = {.id = r->object.id, .image_bytes = room}};
    /* Where it does not take them it is dead, which the command will find. */
    (void)(zoe_isolation_hand_over(&r->reader->process, ZOE_HAND_FILE, r->descriptor.fd) &&
           zoe_isolation_hand_over(&r->reader->process, ZOE_HAND_MEMORY, memory.fd));
    if (!zoe_isolation_command_it(&r->reader->process, &answer, &cause))
        return zoe_error_set(error, ZOE_ERROR_DECODER, "%s on %s", cause.text, r->path);
    *needed = answer.image_bytes;
    r->is_ordinary = room == ROOM_BYTES;
    if (answer.status == ZOE_OK && *needed <= room)
        return take_image(r, shared, (size_t)*needed, header, error);
    if (answer.status == ZOE_OK || !zoe_isolation_check_status(answer.status))
        return zoe_error_set(error, ZOE_ERROR_DECODER, "decoder gave an impossible answer on %s",
                             r->path);
    return zoe_isolation_pass_on(&answer, r->path, error);
}

static zoe_status read_started(reading *r, zoe_header **header, zoe_error *error)
{
    uint64_t room = ROOM_BYTES, needed = 0;
    zoe_status status;
    do {
        uint8_t *shared = zoe_os_shared_reserve((size_t)room, zoe_os_page());
        if (!shared)
            return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", r->path);
        status = ask(r, shared, (size_t)room, &needed, header, error);
        zoe_os_shared_unreserve(shared, (size_t)room);
        if (status != ZOE_ERROR_TOO_SMALL)
            return status;
        bool is_larger = needed > room;
        room = needed;
        if (!is_larger)
            break;
    } while (room <= IMAGE_MAX);
    return zoe_error_set(error, ZOE_ERROR_TOO_LARGE, "%s: the header takes too much memory",
                         r->path);
}

/* Headers are at a file's beginning: of one that is far away no more is fetched than it takes, and
 * never more than any takes, whatever the process says. */
static zoe_status read_beginning(reading *r, zoe_header **header, zoe_error *error)
{
    enum { BEGINNING = 256 << 10, MORE = 8 };
    uint64_t bytes = BEGINNING;
    for (;;) {
        zoe_status status =
            zoe_isolation_descriptor_open(&r->object, bytes, r->path, &r->descriptor, error);
        if (status == ZOE_OK)
            status = read_started(r, header, error);
        bool is_whole = !r->descriptor.is_memory || bytes >= r->object.id.bytes ||
                        bytes >= ZOE_EXR_HEADER_BYTES_MAX;
        zoe_isolation_descriptor_close(&r->descriptor);
        if (status != ZOE_ERROR_TRUNCATED || is_whole)
            return status;
        bytes *= MORE;
        if (bytes > ZOE_EXR_HEADER_BYTES_MAX)
            bytes = ZOE_EXR_HEADER_BYTES_MAX;
    }
}

zoe_status zoe_isolation_read_header(const char *given, uint32_t hang_ms, const char *path,
                                     zoe_storage *storage, zoe_header **header, bool *started,
                                     zoe_error *error)
{
    reading r = {.path = path, .descriptor = {.fd = -1}};
    char program[ZOE_PATH_MAX];
    bool is_fresh, again;
    *header = NULL;
    *started = true;
    zoe_status status = zoe_storage_open(storage, path, &r.object, error);
    if (status != ZOE_OK)
        return status;
    status = zoe_isolation_find_program(given, program, sizeof program, error);
    if (status != ZOE_OK) {
        *started = false;
        zoe_storage_close_object(&r.object);
        return status;
    }
    r.reader = take(program);
    zoe_isolation_process *process = &r.reader->process;
    do {
        is_fresh = !zoe_isolation_runs(process);
        if (is_fresh)
            status = start(r.reader, program, hang_ms, error);
        *started = status == ZOE_OK;
        if (status == ZOE_OK)
            status = read_beginning(&r, header, error);
        /* Of a process that has read others this header may not be what is wrong with it. */
        again = !is_fresh && status == ZOE_ERROR_DECODER && !zoe_stop_wanted();
        if (again)
            zoe_isolation_end(process);
    } while (again);
    leave(r.reader, status == ZOE_OK && r.is_ordinary);
    zoe_storage_close_object(&r.object);
    return status;
}
