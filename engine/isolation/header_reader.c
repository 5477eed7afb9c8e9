#include "isolation/header_reader.h"

#include <pthread.h>
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
    KEPT_MAX = 4, /* processes that wait for the next header */
    KEPT_MS = 1000,
};

/* Address space and memory that the largest headers take. */
#define ADDRESS_BYTES ((uint64_t)8 << 30)
#define MEMORY_BYTES  ((uint64_t)4 << 30)

/* One header while it is read. */
typedef struct reading {
    zoe_isolation_process process;
    bool is_ordinary; /* the header is of a size that the next ones may have */
    const char *path;
    zoe_storage_object object;
    zoe_isolation_descriptor descriptor;
} reading;

static const zoe_isolation_process none = {.os = {0, -1}};

/* ---- processes ---- */

/* Those that wait for the next header. Each ends itself when it has waited for KEPT_MS, and with
 * the thread that started it, whoever it works for then. */
static struct {
    pthread_mutex_t lock;
    /* guarded by lock */
    zoe_isolation_process all[KEPT_MAX]; /* the last one was used last */
    uint64_t since_ns[KEPT_MAX];
    size_t count;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The one that waits for the shortest time, if it still runs. */
static void take_kept(reading *r)
{
    zoe_isolation_cause cause;
    pthread_mutex_lock(&kept.lock);
    if (kept.count > 0)
        r->process = kept.all[--kept.count];
    pthread_mutex_unlock(&kept.lock);
    (void)zoe_isolation_has_died(&r->process, &cause);
}

/* Keeps the process for the next header, or ends it. */
static void leave(reading *r, bool keeps)
{
    pthread_mutex_lock(&kept.lock);
    if (keeps && kept.count < KEPT_MAX) {
        kept.since_ns[kept.count] = zoe_os_now_ns();
        kept.all[kept.count++] = r->process;
        r->process = none;
    }
    pthread_mutex_unlock(&kept.lock);
    zoe_isolation_free(&r->process);
}

/* Ends all that are kept, or only those that have ended themselves, or should have. */
static void end_kept(bool all)
{
    const uint64_t overdue = (uint64_t)KEPT_MS * 2 * 1000000;
    zoe_isolation_process ended[KEPT_MAX];
    zoe_isolation_cause cause;
    size_t count = 0, left = 0;
    pthread_mutex_lock(&kept.lock);
    const uint64_t now = zoe_os_now_ns();
    for (size_t i = 0; i < kept.count; i++)
        if (all || now - kept.since_ns[i] > overdue ||
            !zoe_os_socket_is_open(kept.all[i].os.socket)) {
            ended[count++] = kept.all[i];
        } else {
            kept.since_ns[left] = kept.since_ns[i];
            kept.all[left++] = kept.all[i];
        }
    kept.count = left;
    pthread_mutex_unlock(&kept.lock);
    for (size_t i = 0; i < count; i++) {
        (void)zoe_isolation_has_died(&ended[i], &cause);
        zoe_isolation_free(&ended[i]);
    }
}

void zoe_isolation_end_readers(void)
{
    end_kept(true);
}

void zoe_isolation_tidy_readers(void)
{
    end_kept(false);
}

static zoe_status start(reading *r, const char *program, uint32_t hang_ms, zoe_error *error)
{
    static const zoe_isolation_hello hello = {
        .magic = ZOE_ISOLATION_MAGIC,
        .version = ZOE_ISOLATION_VERSION,
        .block_bytes = sizeof(zoe_isolation_block),
        .address_bytes = ADDRESS_BYTES,
        .memory_bytes = MEMORY_BYTES,
        .idle_ms = KEPT_MS,
    };
    char found[ZOE_PATH_MAX];
    zoe_status status = zoe_isolation_find_program(program, found, sizeof found, error);
    if (status != ZOE_OK)
        return status;
    return zoe_isolation_start(&r->process, found, &hello, hang_ms ? hang_ms : HANG_MS, error);
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
    r->process.block->command = (zoe_isolation_command){
        .task = ZOE_TASK_HEADER, .u.header = {.id = r->object.id, .image_bytes = room}};
    /* Where it does not take them it is dead, which the command will find. */
    (void)(zoe_isolation_hand_over(&r->process, ZOE_HAND_FILE, r->descriptor.fd) &&
           zoe_isolation_hand_over(&r->process, ZOE_HAND_MEMORY, memory.fd));
    if (!zoe_isolation_command_it(&r->process, &answer, &cause))
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

zoe_status zoe_isolation_read_header(const char *program, uint32_t hang_ms, const char *path,
                                     zoe_storage *storage, zoe_header **header, bool *started,
                                     zoe_error *error)
{
    reading r = {.process = none, .path = path, .descriptor = {.fd = -1}};
    bool is_fresh, again;
    *header = NULL;
    *started = true;
    zoe_status status = zoe_storage_open(storage, path, &r.object, error);
    if (status != ZOE_OK)
        return status;
    take_kept(&r);
    do {
        is_fresh = !zoe_isolation_runs(&r.process);
        if (is_fresh)
            status = start(&r, program, hang_ms, error);
        *started = status == ZOE_OK;
        if (status == ZOE_OK)
            status = read_beginning(&r, header, error);
        /* Of a process that has read others this header may not be what is wrong with it. */
        again = !is_fresh && status == ZOE_ERROR_DECODER && !zoe_stop_wanted();
        if (again)
            zoe_isolation_end(&r.process);
    } while (again);
    leave(&r, status == ZOE_OK && r.is_ordinary);
    zoe_storage_close_object(&r.object);
    return status;
}
