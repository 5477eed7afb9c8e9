#include "isolation/isolation.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "isolation/batches.h"
#include "isolation/check.h"
#include "isolation/descriptor.h"
#include "isolation/process.h"
#include "isolation/program.h"
#include "isolation/windows.h"

enum {
    /* Threads that decode: an engine's workers, and one more that ends what they left. */
    PLACES_MAX = 72,
    HANG_MS = 10000,
    /* A process that dies at its start is tried so often for a frame, with pauses that double. */
    STARTS_MAX = 4,
    PAUSE_MS = 25,
    PAUSE_MAX_MS = 1000,
    /* A process works for so many minutes at most: it may not run for longer than an hour. */
    WORN_MINUTES = 30,
};

/* Address space for code and everything small. */
#define ADDRESS_MORE ((uint64_t)1 << 30)

/* A frame's file, in the memory that open() was given. */
typedef struct isolated_file {
    /* fixed after it was opened */
    zoe_storage_object object;
    zoe_isolation_descriptor descriptor; /* that processes are given */
    uint64_t serial;
    const zoe_choice *choice; /* the source's, which outlives the file */
    uint64_t limit;
    uint64_t memory_bytes;
    zoe_read_stats stats;
    zoe_picture picture; /* as the process gave it: its pieces are single ones */
    zoe_batches batches; /* of its pieces */

    /* atomic; relaxed: asked for when all pieces are done */
    _Atomic int64_t missing, total;
    _Atomic uint32_t in_tiles;

    char path[]; /* terminated */
} isolated_file;

/* A thread's process. */
typedef struct place {
    /* fixed */
    zoe_isolation *all;

    bool taken; /* by a thread; guarded by the isolation's lock */

    pthread_mutex_t lock; /* held by its thread while the process works, before the isolation's; a
                             process that nobody works with may be ended by whoever has it */

    /* guarded by `lock` */
    zoe_isolation_process process;
    /* Of files that the process has open; 0: none. Set by its thread, cleared by whoever closes the
     * file, both under the isolation's lock. Relaxed: its thread reads them without that, and asks
     * for its own files only. */
    _Atomic uint64_t serials[ZOE_ISOLATION_FILES];
    uint64_t used[ZOE_ISOLATION_FILES]; /* when; the larger, the later */
    uint64_t clock;
    zoe_isolation_windows windows;
    uint64_t frames; /* that it has opened */
    uint64_t worked_ns;
    uint64_t told; /* bytes that it was told to use: scratch and files' memory */
    bool had_one;  /* a process was here before */

    /* relaxed: for figures only. A pid that is looked at while its process ends is at worst
     * another's once */
    _Atomic int pid;
    _Atomic uint64_t base_bytes;
} place;

struct zoe_isolation {
    /* fixed after creation */
    zoe_isolation_settings settings;
    char program[ZOE_PATH_MAX];
    zoe_isolation_hello hello;
    pthread_key_t key; /* a thread's place */
    bool has_key, has_lock;
    size_t made; /* places with a lock */

    pthread_mutex_t lock; /* which places are taken, and what they have open; taken last */
    uint64_t last_serial; /* guarded by lock */

    /* relaxed: numbers by themselves */
    _Atomic uint64_t restarts, deaths;
    _Atomic uint64_t held_bytes; /* of files in memory that processes were given */
    _Atomic uint32_t pause_ms;   /* before the next start; 0: the last one was well */
    _Atomic uint32_t threads;    /* that decode */
    _Atomic uint64_t piece_ns;   /* what a piece took lately */

    place places[PLACES_MAX];
};

/* ---- processes ---- */

static uint64_t serial_of(const place *p, uint32_t index)
{
    return atomic_load_explicit(&p->serials[index], memory_order_relaxed);
}

static void set_serial(place *p, uint32_t index, uint64_t serial)
{
    atomic_store_explicit(&p->serials[index], serial, memory_order_relaxed);
}

static void forget_files(place *p)
{
    pthread_mutex_lock(&p->all->lock);
    for (size_t i = 0; i < ZOE_ISOLATION_FILES; i++)
        set_serial(p, (uint32_t)i, 0);
    pthread_mutex_unlock(&p->all->lock);
    memset(&p->windows, 0, sizeof p->windows);
    p->frames = p->told = p->worked_ns = 0;
}

/* For figures. */
static void note_process(place *p)
{
    atomic_store_explicit(&p->pid, p->process.os.pid, memory_order_relaxed);
    atomic_store_explicit(&p->base_bytes, p->process.base_bytes, memory_order_relaxed);
}

static void end_process(place *p)
{
    forget_files(p);
    zoe_isolation_end(&p->process);
    note_process(p);
}

/* The process has died under a command. */
static zoe_status mourn(place *p, const isolated_file *file, const zoe_isolation_cause *cause,
                        zoe_error *error)
{
    forget_files(p);
    note_process(p);
    atomic_fetch_add_explicit(&p->all->deaths, 1, memory_order_relaxed);
    if (zoe_stop_wanted())
        return zoe_error_set(error, ZOE_STALE, "%s: %s", file->path, zoe_status_text(ZOE_STALE));
    return zoe_error_set(error, ZOE_ERROR_DECODER, "%s on %s", cause->text, file->path);
}

/* Before a command: where the process has died since the last one, no frame is at fault. */
static void bury_idle(place *p)
{
    zoe_isolation_cause cause;
    if (!zoe_isolation_has_died(&p->process, &cause))
        return;
    forget_files(p);
    note_process(p);
    atomic_fetch_add_explicit(&p->all->deaths, 1, memory_order_relaxed);
    zoe_log_write(&p->all->settings.log, ZOE_LOG_INFO, "%s while it was idle", cause.text);
}

/* An answer that cannot be. */
static zoe_status refuse(place *p, const isolated_file *file, zoe_error *error)
{
    zoe_isolation_cause cause;
    zoe_isolation_reject(&p->process, &cause);
    return mourn(p, file, &cause, error);
}

/* Has it more memory than it was told to use, or was it used long enough? Its libraries keep some
 * of what they took. */
static bool is_worn(const place *p)
{
    enum { LOOK_EVERY = 16 };
    const zoe_isolation_settings *settings = &p->all->settings;
    if ((settings->recycle_frames && p->frames >= settings->recycle_frames) ||
        p->worked_ns > (uint64_t)WORN_MINUTES * 60 * 1000000000)
        return true;
    return p->frames % LOOK_EVERY == LOOK_EVERY - 1 &&
           zoe_os_process_resident(&p->process.os) >
               p->process.base_bytes + p->told + settings->memory_bytes;
}

/* Sees to it that there is a process. `name` is what it is needed for. */
static zoe_status provide_process(place *p, const char *name, zoe_error *error)
{
    zoe_isolation *all = p->all;
    zoe_status status = ZOE_OK;
    for (int tries = 0; tries < STARTS_MAX && !zoe_isolation_runs(&p->process); tries++) {
        if (zoe_stop_wanted())
            return zoe_error_set(error, ZOE_STALE, "%s: %s", name, zoe_status_text(ZOE_STALE));
        uint32_t pause = atomic_load_explicit(&all->pause_ms, memory_order_relaxed);
        if (pause)
            zoe_os_sleep(pause);
        zoe_error why;
        forget_files(p);
        status = zoe_isolation_start(&p->process, all->program, &all->hello, all->settings.hang_ms,
                                     &why);
        if (status == ZOE_OK) {
            if (p->had_one)
                atomic_fetch_add_explicit(&all->restarts, 1, memory_order_relaxed);
            p->had_one = true;
            note_process(p);
            atomic_store_explicit(&all->pause_ms, 0, memory_order_relaxed);
            break;
        }
        pause = pause ? pause * 2 : PAUSE_MS;
        atomic_store_explicit(&all->pause_ms, pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS,
                              memory_order_relaxed);
        zoe_error_set(error, ZOE_ERROR_DECODER, "no decoder for %s: %s", name, why.text);
    }
    return zoe_isolation_runs(&p->process) ? ZOE_OK : ZOE_ERROR_DECODER;
}

/* ---- threads ---- */

static void leave_place(void *user)
{
    place *p = user;
    pthread_mutex_lock(&p->lock);
    forget_files(p);
    zoe_isolation_free(&p->process);
    note_process(p);
    p->had_one = false;
    pthread_mutex_unlock(&p->lock);
    pthread_mutex_lock(&p->all->lock);
    p->taken = false;
    atomic_fetch_sub_explicit(&p->all->threads, 1, memory_order_relaxed);
    pthread_mutex_unlock(&p->all->lock);
}

/* The calling thread's place, locked. NULL: there are too many threads. */
static place *take_place(zoe_isolation *all)
{
    place *p = pthread_getspecific(all->key);
    if (!p) {
        pthread_mutex_lock(&all->lock);
        for (size_t i = 0; i < PLACES_MAX && !p; i++)
            if (!all->places[i].taken)
                p = &all->places[i];
        if (p) {
            p->taken = true;
            atomic_fetch_add_explicit(&all->threads, 1, memory_order_relaxed);
        }
        pthread_mutex_unlock(&all->lock);
        if (p && pthread_setspecific(all->key, p) != 0) {
            leave_place(p);
            p = NULL;
        }
    }
    if (p)
        pthread_mutex_lock(&p->lock);
    return p;
}

static zoe_status no_place(const char *path, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: no decoder is left for this thread",
                         path);
}

/* ---- files ---- */

static uint32_t place_of(const place *p, uint64_t serial)
{
    uint32_t i = 0;
    while (i < ZOE_ISOLATION_FILES && serial_of(p, i) != serial)
        i++;
    return i;
}

/* A place for another file: the one that was used longest ago. */
static uint32_t make_room(const place *p)
{
    uint32_t oldest = 0;
    for (uint32_t i = 0; i < ZOE_ISOLATION_FILES; i++) {
        if (!serial_of(p, i))
            return i;
        if (p->used[i] < p->used[oldest])
            oldest = i;
    }
    return oldest;
}

static void note_open(place *p, uint32_t index, uint64_t serial)
{
    pthread_mutex_lock(&p->all->lock);
    set_serial(p, index, serial);
    atomic_store_explicit(&p->process.block->open_serials[index], serial, memory_order_relaxed);
    pthread_mutex_unlock(&p->all->lock);
}

static void count_reads(const zoe_read_stats *stats, const zoe_isolation_answer *answer)
{
    enum { READS_MAX = 64 };
    uint32_t reads = answer->reads < READS_MAX ? answer->reads : READS_MAX;
    for (uint32_t i = 0; i < reads && stats->read; i++)
        zoe_histogram_add(stats->read, answer->read_ns / answer->reads);
}

/* Has the process do what stands in its block. What it read is counted. */
static bool command(place *p, const isolated_file *file, zoe_isolation_answer *answer,
                    zoe_isolation_cause *cause)
{
    zoe_isolation_block *block = p->process.block;
    uint64_t before = atomic_load_explicit(&block->bytes_read, memory_order_relaxed);
    uint64_t start = zoe_os_now_ns();
    if (!zoe_isolation_command_it(&p->process, answer, cause))
        return false;
    p->worked_ns += zoe_os_now_ns() - start;
    uint64_t bytes = atomic_load_explicit(&block->bytes_read, memory_order_relaxed) - before;
    if (file->stats.bytes && bytes <= file->object.id.bytes * 4)
        atomic_fetch_add_explicit(file->stats.bytes, bytes, memory_order_relaxed);
    count_reads(&file->stats, answer);
    return true;
}

static bool copy_name(char *to, uint8_t *has, const char *name)
{
    *has = name != NULL;
    if (name && strlen(name) >= ZOE_ISOLATION_NAME)
        return false;
    memset(to, 0, ZOE_ISOLATION_NAME);
    if (name)
        memcpy(to, name, strlen(name));
    return true;
}

/* Opens the file in the calling thread's process. */
static zoe_status open_in(place *p, isolated_file *file, uint32_t *index, zoe_picture *picture,
                          zoe_error *error)
{
    zoe_status status = provide_process(p, file->path, error);
    if (status != ZOE_OK)
        return status;
    zoe_isolation_command *c = &p->process.block->command;
    const zoe_choice *choice = file->choice;
    zoe_isolation_cause cause;
    zoe_isolation_answer answer;
    *index = make_room(p);
    *c = (zoe_isolation_command){.task = ZOE_TASK_OPEN, .file = *index, .serial = file->serial};
    c->u.open.id = file->object.id;
    c->u.open.limit = file->limit;
    c->u.open.memory_bytes = file->memory_bytes;
    c->u.open.proxy_shift = choice->proxy_shift;
    c->u.open.overscan = choice->overscan;
    c->u.open.full_precision = choice->full_precision;
    if (!copy_name(c->u.open.layer, &c->u.open.has_layer, choice->layer) ||
        !copy_name(c->u.open.view, &c->u.open.has_view, choice->view))
        return zoe_error_set(error, ZOE_ERROR_NO_LAYER, "%s: no layer has so long a name",
                             file->path);
    note_open(p, *index, file->serial);
    /* Where it does not take the descriptor it is dead, which the command will find. */
    (void)zoe_isolation_hand_over(&p->process, ZOE_HAND_FILE, file->descriptor.fd);
    if (!command(p, file, &answer, &cause))
        return mourn(p, file, &cause, error);
    if (!zoe_isolation_check_status(answer.status))
        return refuse(p, file, error);
    picture->file_bytes = answer.picture.file_bytes;
    if (answer.status != ZOE_OK) {
        note_open(p, *index, 0);
        return zoe_isolation_pass_on(&answer, file->path, error);
    }
    *picture = answer.picture;
    picture->id = file->object.id;
    if (!zoe_isolation_check_picture(picture, choice))
        return refuse(p, file, error);
    return ZOE_OK;
}

static zoe_status open_opened(zoe_isolation *all, isolated_file *file, zoe_picture *picture,
                              zoe_error *error)
{
    place *p = take_place(all);
    if (!p)
        return no_place(file->path, error);
    bury_idle(p);
    if (zoe_isolation_runs(&p->process) && is_worn(p))
        end_process(p);
    pthread_mutex_lock(&all->lock);
    file->serial = ++all->last_serial;
    pthread_mutex_unlock(&all->lock);
    uint32_t index;
    zoe_status status = open_in(p, file, &index, picture, error);
    if (status == ZOE_OK) {
        p->used[index] = ++p->clock;
        p->frames++;
        uint64_t told = picture->file_bytes + picture->scratch_bytes;
        p->told = p->told > told ? p->told : told;
        file->picture = *picture;
        file->batches = zoe_batches_plan(
            picture->piece_count, atomic_load_explicit(&all->threads, memory_order_relaxed),
            atomic_load_explicit(&all->piece_ns, memory_order_relaxed));
        picture->piece_count = zoe_batches_count(&file->batches);
    }
    pthread_mutex_unlock(&p->lock);
    return status;
}

/* What an open file takes beside what its process says. */
static size_t own_bytes(const char *path)
{
    return sizeof(isolated_file) + strlen(path) + 1;
}

static void close_descriptor(zoe_isolation *all, isolated_file *file)
{
    const zoe_storage_object *object = &file->object;
    atomic_fetch_sub_explicit(&all->held_bytes,
                              zoe_isolation_descriptor_cost(object, object->id.bytes),
                              memory_order_relaxed);
    zoe_isolation_descriptor_close(&file->descriptor);
}

/* Of an object that is open, in memory that is large enough. */
static zoe_status open_object(zoe_isolation *all, isolated_file *file, zoe_picture *picture,
                              zoe_error *error)
{
    const zoe_storage_object *object = &file->object;
    uint64_t held = zoe_isolation_descriptor_cost(object, object->id.bytes);
    zoe_status status = zoe_isolation_descriptor_open(object, object->id.bytes, file->path,
                                                      &file->descriptor, error);
    if (status != ZOE_OK)
        return status;
    file->memory_bytes -= held;
    atomic_fetch_add_explicit(&all->held_bytes, held, memory_order_relaxed);
    status = open_opened(all, file, picture, error);
    picture->id = object->id;
    if (picture->file_bytes)
        picture->file_bytes += held + own_bytes(file->path);
    if (status != ZOE_OK)
        close_descriptor(all, file);
    return status;
}

static zoe_status open_isolated(void *user, zoe_storage *storage, const char *path,
                                const zoe_choice *choice, uint64_t limit,
                                const zoe_read_stats *stats, void *memory, size_t memory_bytes,
                                zoe_picture *picture, void **out, zoe_error *error)
{
    *out = NULL;
    memset(picture, 0, sizeof *picture);
    zoe_storage_object object;
    if (strlen(path) >= ZOE_PATH_MAX)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: path too long", path);
    zoe_status status = zoe_storage_open(storage, path, &object, error);
    if (status != ZOE_OK)
        return status;
    picture->id = object.id;
    uint64_t held = zoe_isolation_descriptor_cost(&object, object.id.bytes);
    if (held >= memory_bytes || memory_bytes - held < own_bytes(path)) {
        picture->file_bytes = held + ZOE_DECODER_FILE_BYTES + own_bytes(path);
        zoe_storage_close_object(&object);
        return zoe_error_set(error, ZOE_ERROR_TOO_SMALL, "%s: %s", path,
                             zoe_status_text(ZOE_ERROR_TOO_SMALL));
    }
    isolated_file *file = memory;
    memset(file, 0, sizeof *file);
    memcpy(file->path, path, strlen(path) + 1);
    file->object = object;
    file->choice = choice;
    file->limit = limit;
    file->memory_bytes = memory_bytes - own_bytes(path);
    file->stats = *stats;
    status = open_object(user, file, picture, error);
    if (status == ZOE_OK)
        *out = file;
    else
        zoe_storage_close_object(&object);
    return status;
}

static zoe_status close_isolated(void *user, void **out, zoe_error *error)
{
    zoe_isolation *all = user;
    isolated_file *file = *out;
    *out = NULL;
    /* Processes close it with their next command, or when they have had none for a moment. */
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < PLACES_MAX; i++) {
        place *p = &all->places[i];
        uint32_t index = place_of(p, file->serial);
        if (index == ZOE_ISOLATION_FILES)
            continue;
        set_serial(p, index, 0);
        atomic_store_explicit(&p->process.block->open_serials[index], 0, memory_order_relaxed);
    }
    pthread_mutex_unlock(&all->lock);
    bool changed = !zoe_storage_is_same(&file->object);
    close_descriptor(all, file);
    zoe_storage_close_object(&file->object);
    if (changed)
        return zoe_error_set(error, ZOE_ERROR_CHANGED, "%s: changed while it was read", file->path);
    return ZOE_OK;
}

/* ---- pieces ---- */

/* Opens the file in a process that others have opened it in before: it must find the same. */
static zoe_status join(place *p, isolated_file *file, uint32_t *index, zoe_error *error)
{
    zoe_picture picture = {.bytes = 0};
    bury_idle(p);
    *index = place_of(p, file->serial);
    if (*index < ZOE_ISOLATION_FILES)
        return ZOE_OK;
    zoe_status status = open_in(p, file, index, &picture, error);
    if (status != ZOE_OK)
        return status;
    const zoe_picture *first = &file->picture;
    bool same = picture.bytes == first->bytes && picture.shared_bytes == first->shared_bytes &&
                picture.scratch_bytes <= first->scratch_bytes &&
                picture.piece_count == first->piece_count &&
                memcmp(&picture.frame.window, &first->frame.window, sizeof(zoe_box)) == 0;
    return same ? ZOE_OK
                : zoe_error_set(error, ZOE_ERROR_CHANGED, "%s: changed while it was read",
                                file->path);
}

/* Half of them take longer: on a busy machine the mean is that of the interruptions. */
static void note_speed(zoe_isolation *all, int32_t pieces, uint64_t ns)
{
    uint64_t usual = atomic_load_explicit(&all->piece_ns, memory_order_relaxed);
    uint64_t now = ns / (uint64_t)pieces, step = usual / 8 + 1;
    if (!usual)
        usual = now;
    else if (now > usual)
        usual += step;
    else
        usual = usual > step ? usual - step : 1;
    atomic_store_explicit(&all->piece_ns, usual, memory_order_relaxed);
}

/* Has the calling thread's process work on the buffer, if it is the same file there. What `task`
 * takes beside it stands in *decode. */
static zoe_status work_on(place *p, isolated_file *file, zoe_isolation_task task,
                          zoe_isolation_decode *decode, uint8_t *buffer,
                          zoe_isolation_answer *answer, zoe_error *error)
{
    uint32_t index;
    zoe_status status = join(p, file, &index, error);
    if (status != ZOE_OK)
        return status;
    p->used[index] = ++p->clock;
    zoe_isolation_command *c = &p->process.block->command;
    zoe_isolation_cause cause;
    zoe_os_shared shared;
    size_t bytes = decode->buffer_bytes ? decode->buffer_bytes : 1;
    if (!zoe_isolation_windows_find(&p->windows, buffer, bytes, &shared, decode))
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: its buffer cannot be shared",
                             file->path);
    c->task = task;
    c->file = index;
    c->serial = file->serial;
    c->u.decode = *decode;
    /* One process gives a fresh buffer its memory, though several may come to it at once. */
    c->u.decode.make_huge = decode->map != ZOE_MAP_NOTHING && zoe_os_shared_touch(buffer);
    if (decode->map != ZOE_MAP_NOTHING)
        (void)zoe_isolation_hand_over(&p->process, ZOE_HAND_MEMORY, shared.fd);
    if (!command(p, file, answer, &cause))
        return mourn(p, file, &cause, error);
    if (!zoe_isolation_check_status(answer->status))
        return refuse(p, file, error);
    /* What it could not map or have it does not have for the next frame either. */
    if (answer->status == ZOE_ERROR_NO_MEMORY)
        end_process(p);
    return ZOE_OK;
}

static zoe_status decode_in(place *p, isolated_file *file, int32_t batch, uint8_t *buffer,
                            size_t buffer_bytes, zoe_error *error)
{
    zoe_isolation_answer answer;
    zoe_isolation_decode decode = {
        .buffer_bytes = buffer_bytes,
        .scratch_bytes = file->picture.scratch_bytes,
    };
    zoe_batches_range(&file->batches, batch, &decode.first, &decode.count);
    uint64_t start = zoe_os_now_ns();
    zoe_status status = work_on(p, file, ZOE_TASK_DECODE, &decode, buffer, &answer, error);
    if (status != ZOE_OK)
        return status;
    note_speed(p->all, decode.count, zoe_os_now_ns() - start);
    if (answer.status != ZOE_OK && answer.status != ZOE_ERROR_TRUNCATED)
        return zoe_isolation_pass_on(&answer, file->path, error);
    if (answer.decoded != decode.count || answer.missing < 0 || answer.total < answer.missing ||
        answer.total > INT64_MAX / 2)
        return refuse(p, file, error);
    if (answer.status == ZOE_OK)
        return ZOE_OK;
    atomic_fetch_add_explicit(&file->missing, answer.missing, memory_order_relaxed);
    atomic_store_explicit(&file->total, answer.total, memory_order_relaxed);
    atomic_store_explicit(&file->in_tiles, answer.in_tiles, memory_order_relaxed);
    return zoe_isolation_pass_on(&answer, file->path, error);
}

static zoe_status decode_isolated(void *user, void *opened, int32_t batch, uint8_t *buffer,
                                  size_t buffer_bytes, void *scratch, size_t scratch_bytes,
                                  zoe_error *error)
{
    (void)scratch; /* the process has its own of that size */
    isolated_file *file = opened;
    if (scratch_bytes < file->picture.scratch_bytes)
        return zoe_error_set(error, ZOE_ERROR_TOO_SMALL, "%s: %s", file->path,
                             zoe_status_text(ZOE_ERROR_TOO_SMALL));
    place *p = take_place(user);
    if (!p)
        return no_place(file->path, error);
    zoe_status status = decode_in(p, file, batch, buffer, buffer_bytes, error);
    pthread_mutex_unlock(&p->lock);
    return status;
}

static zoe_status finish_isolated(void *user, void *opened, uint8_t *buffer, size_t buffer_bytes,
                                  zoe_picture *picture, zoe_error *error)
{
    isolated_file *file = opened;
    /* Nothing was left to be said later. */
    if (picture->shared_bytes == 0)
        return ZOE_OK;
    place *p = take_place(user);
    if (!p)
        return no_place(file->path, error);
    zoe_isolation_answer answer;
    zoe_isolation_decode decode = {.buffer_bytes = buffer_bytes};
    zoe_status status = work_on(p, file, ZOE_TASK_FINISH, &decode, buffer, &answer, error);
    if (status == ZOE_OK && answer.status != ZOE_OK)
        status = zoe_isolation_pass_on(&answer, file->path, error);
    if (status == ZOE_OK && !zoe_isolation_check_finished(picture, &answer.picture, buffer_bytes))
        status = refuse(p, file, error);
    pthread_mutex_unlock(&p->lock);
    return status;
}

static void absence_isolated(void *user, void *opened, zoe_absence *absence)
{
    (void)user;
    isolated_file *file = opened;
    absence->missing = atomic_load_explicit(&file->missing, memory_order_relaxed);
    absence->total = atomic_load_explicit(&file->total, memory_order_relaxed);
    bool tiles = atomic_load_explicit(&file->in_tiles, memory_order_relaxed) != 0;
    if (absence->missing > absence->total)
        absence->missing = absence->total;
    absence->unit = tiles ? "tiles" : "scanlines";
}

zoe_decoder zoe_isolation_decoder(zoe_isolation *isolation)
{
    return (zoe_decoder){
        .user = isolation,
        .open = open_isolated,
        .decode = decode_isolated,
        .finish = finish_isolated,
        .close = close_isolated,
        .absence = absence_isolated,
    };
}

/* ---- all of them ---- */

void zoe_isolation_trim(zoe_isolation *all)
{
    for (size_t i = 0; i < all->made; i++) {
        place *p = &all->places[i];
        if (pthread_mutex_trylock(&p->lock) != 0)
            continue;
        if (zoe_isolation_runs(&p->process))
            end_process(p);
        pthread_mutex_unlock(&p->lock);
    }
}

void zoe_isolation_count(const zoe_isolation *all, zoe_isolation_report *report)
{
    report->restarts = atomic_load_explicit(&all->restarts, memory_order_relaxed);
    report->deaths = atomic_load_explicit(&all->deaths, memory_order_relaxed);
}

void zoe_isolation_measure(zoe_isolation *all, zoe_isolation_report *report)
{
    *report = (zoe_isolation_report){.running = 0};
    zoe_isolation_count(all, report);
    report->bytes = atomic_load_explicit(&all->held_bytes, memory_order_relaxed);
    for (size_t i = 0; i < all->made; i++) {
        const place *p = &all->places[i];
        const zoe_os_process os = {atomic_load_explicit(&p->pid, memory_order_relaxed), -1};
        if (os.pid <= 0)
            continue;
        report->running++;
        report->bytes += zoe_os_process_resident(&os);
        report->base_bytes += atomic_load_explicit(&p->base_bytes, memory_order_relaxed);
    }
}

static zoe_status try_program(zoe_isolation *all, zoe_error *error)
{
    zoe_isolation_process process = {.os = {0, -1}};
    zoe_status status = zoe_isolation_start(&process, all->program, &all->hello, HANG_MS, error);
    zoe_isolation_free(&process);
    return status;
}

static bool init_locks(zoe_isolation *all)
{
    all->has_key = pthread_key_create(&all->key, leave_place) == 0;
    all->has_lock = pthread_mutex_init(&all->lock, NULL) == 0;
    while (all->made < PLACES_MAX && pthread_mutex_init(&all->places[all->made].lock, NULL) == 0) {
        all->places[all->made].all = all;
        all->places[all->made].process.os.socket = -1;
        all->made++;
    }
    return all->has_key && all->has_lock && all->made == PLACES_MAX;
}

zoe_status zoe_isolation_create(const zoe_isolation_settings *settings, zoe_isolation **out,
                                zoe_error *error)
{
    *out = NULL;
    zoe_isolation *all = zoe_os_alloc(sizeof *all);
    if (!all)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory for decoders");
    all->settings = *settings;
    if (!all->settings.hang_ms)
        all->settings.hang_ms = HANG_MS;
    if (!all->settings.memory_bytes)
        all->settings.memory_bytes = (uint64_t)64 << 20;
    all->hello = (zoe_isolation_hello){
        .magic = ZOE_ISOLATION_MAGIC,
        .version = ZOE_ISOLATION_VERSION,
        .block_bytes = sizeof(zoe_isolation_block),
        /* Frames, and what the libraries and page-wise rounding take beside. */
        .address_bytes = settings->address_bytes + ZOE_ISOLATION_MAPPED_MAX + ADDRESS_MORE,
        .memory_bytes = settings->address_bytes + ADDRESS_MORE,
    };
    zoe_status status = ZOE_ERROR_NO_MEMORY;
    if (!init_locks(all))
        zoe_error_set(error, status, "no memory for decoders");
    else
        status =
            zoe_isolation_find_program(settings->program, all->program, sizeof all->program, error);
    if (status == ZOE_OK)
        status = try_program(all, error);
    if (status == ZOE_OK)
        *out = all;
    else
        zoe_isolation_destroy(&all);
    return status;
}

void zoe_isolation_destroy(zoe_isolation **out)
{
    zoe_isolation *all = *out;
    *out = NULL;
    if (!all)
        return;
    /* First: what a thread leaves behind after this is nobody's any more. */
    if (all->has_key)
        pthread_key_delete(all->key);
    while (all->made > 0) {
        place *p = &all->places[--all->made];
        zoe_isolation_free(&p->process);
        pthread_mutex_destroy(&p->lock);
    }
    if (all->has_lock)
        pthread_mutex_destroy(&all->lock);
    zoe_os_free(all);
}
