#include "isolation/isolation.h"

#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "isolation/batches.h"
#include "isolation/check.h"
#include "isolation/descriptor.h"
#include "isolation/header_reader.h"

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

struct zoe_isolation {
    zoe_places *places; /* fixed after creation */

    /* relaxed: numbers by themselves */
    _Atomic uint64_t held_bytes; /* of files in memory that processes were given */
    _Atomic uint64_t piece_ns;   /* what a piece took lately */
};

static zoe_status no_place(const char *path, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: no decoder is left for this thread",
                         path);
}

/* ---- files ---- */

static void count_reads(const zoe_read_stats *stats, const zoe_isolation_answer *answer)
{
    enum { READS_MAX = 64 };
    uint32_t reads = answer->reads < READS_MAX ? answer->reads : READS_MAX;
    for (uint32_t i = 0; i < reads && stats->read; i++)
        zoe_histogram_add(stats->read, answer->read_ns / answer->reads);
}

/* Has the process do what stands in its block. What it read is counted. */
static bool command(zoe_place *p, const isolated_file *file, zoe_isolation_answer *answer,
                    zoe_isolation_cause *cause)
{
    zoe_isolation_block *block = p->process.block;
    uint64_t before = atomic_load_explicit(&block->bytes_read, memory_order_relaxed);
    if (!zoe_place_command(p, answer, cause))
        return false;
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
static zoe_status open_in(zoe_place *p, isolated_file *file, uint32_t *index, zoe_picture *picture,
                          zoe_error *error)
{
    zoe_status status = zoe_place_provide(p, file->path, error);
    if (status != ZOE_OK)
        return status;
    zoe_isolation_command *c = &p->process.block->command;
    const zoe_choice *choice = file->choice;
    zoe_isolation_cause cause;
    zoe_isolation_answer answer;
    *c = (zoe_isolation_command){.task = ZOE_TASK_OPEN, .serial = file->serial};
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
    c->file = *index = zoe_place_add_file(p, file->serial);
    /* Where it does not take the descriptor it is dead, which the command will find. */
    (void)zoe_isolation_hand_over(&p->process, ZOE_HAND_FILE, file->descriptor.fd);
    if (!command(p, file, &answer, &cause))
        return zoe_place_mourn(p, file->path, &cause, error);
    if (!zoe_isolation_check_status(answer.status))
        return zoe_place_refuse(p, file->path, error);
    picture->file_bytes = answer.picture.file_bytes;
    if (answer.status != ZOE_OK) {
        zoe_place_drop_file(p, *index);
        return zoe_isolation_pass_on(&answer, file->path, error);
    }
    *picture = answer.picture;
    picture->id = file->object.id;
    if (!zoe_isolation_check_picture(picture, choice))
        return zoe_place_refuse(p, file->path, error);
    return ZOE_OK;
}

static zoe_status open_opened(zoe_isolation *all, isolated_file *file, zoe_picture *picture,
                              zoe_error *error)
{
    zoe_place *p = zoe_places_take(all->places);
    if (!p)
        return no_place(file->path, error);
    zoe_place_look(p, true);
    file->serial = zoe_places_new_serial(all->places);
    uint32_t index;
    zoe_status status = open_in(p, file, &index, picture, error);
    if (status == ZOE_OK) {
        zoe_place_note_frame(p, picture->file_bytes + picture->scratch_bytes);
        file->picture = *picture;
        file->batches =
            zoe_batches_plan(picture->piece_count, zoe_places_threads(all->places),
                             atomic_load_explicit(&all->piece_ns, memory_order_relaxed));
        picture->piece_count = zoe_batches_count(&file->batches);
    }
    zoe_place_leave(p);
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
    zoe_places_forget_file(all->places, file->serial);
    bool changed = !zoe_storage_is_same(&file->object);
    close_descriptor(all, file);
    zoe_storage_close_object(&file->object);
    if (changed)
        return zoe_error_set(error, ZOE_ERROR_CHANGED, "%s: changed while it was read", file->path);
    return ZOE_OK;
}

/* ---- pieces ---- */

/* Opens the file in a process that others have opened it in before: it must find the same. */
static zoe_status join(zoe_place *p, isolated_file *file, uint32_t *index, zoe_error *error)
{
    zoe_picture picture = {.bytes = 0};
    zoe_place_look(p, false);
    *index = zoe_place_find_file(p, file->serial);
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
static zoe_status work_on(zoe_place *p, isolated_file *file, zoe_isolation_task task,
                          zoe_isolation_decode *decode, uint8_t *buffer,
                          zoe_isolation_answer *answer, zoe_error *error)
{
    uint32_t index;
    zoe_status status = join(p, file, &index, error);
    if (status != ZOE_OK)
        return status;
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
        return zoe_place_mourn(p, file->path, &cause, error);
    if (!zoe_isolation_check_status(answer->status))
        return zoe_place_refuse(p, file->path, error);
    /* What it could not map or have it does not have for the next frame either. */
    if (answer->status == ZOE_ERROR_NO_MEMORY)
        zoe_place_end(p);
    return ZOE_OK;
}

static zoe_status decode_in(zoe_isolation *all, zoe_place *p, isolated_file *file, int32_t batch,
                            uint8_t *buffer, size_t buffer_bytes, zoe_error *error)
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
    note_speed(all, decode.count, zoe_os_now_ns() - start);
    if (answer.status != ZOE_OK && answer.status != ZOE_ERROR_TRUNCATED)
        return zoe_isolation_pass_on(&answer, file->path, error);
    if (answer.decoded != decode.count || answer.missing < 0 || answer.total < answer.missing ||
        answer.total > INT64_MAX / 2)
        return zoe_place_refuse(p, file->path, error);
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
    zoe_isolation *all = user;
    isolated_file *file = opened;
    if (scratch_bytes < file->picture.scratch_bytes)
        return zoe_error_set(error, ZOE_ERROR_TOO_SMALL, "%s: %s", file->path,
                             zoe_status_text(ZOE_ERROR_TOO_SMALL));
    zoe_place *p = zoe_places_take(all->places);
    if (!p)
        return no_place(file->path, error);
    zoe_status status = decode_in(all, p, file, batch, buffer, buffer_bytes, error);
    zoe_place_leave(p);
    return status;
}

/* What all processes together did not find. */
static zoe_status tell_absence(const isolated_file *file, zoe_picture *picture, zoe_error *error)
{
    bool tiles = atomic_load_explicit(&file->in_tiles, memory_order_relaxed) != 0;
    zoe_absence absence = {
        .missing = atomic_load_explicit(&file->missing, memory_order_relaxed),
        .total = atomic_load_explicit(&file->total, memory_order_relaxed),
        .unit = tiles ? "tiles" : "scanlines",
    };
    if (absence.missing > absence.total)
        absence.missing = absence.total;
    return zoe_absence_answer(&absence, file->path, picture, error);
}

static zoe_status finish_isolated(void *user, void *opened, uint8_t *buffer, size_t buffer_bytes,
                                  zoe_picture *picture, zoe_error *error)
{
    isolated_file *file = opened;
    /* Nothing was left to be said later. */
    if (picture->shared_bytes == 0)
        return tell_absence(file, picture, error);
    zoe_isolation *all = user;
    zoe_place *p = zoe_places_take(all->places);
    if (!p)
        return no_place(file->path, error);
    zoe_isolation_answer answer;
    zoe_isolation_decode decode = {.buffer_bytes = buffer_bytes};
    zoe_status status = work_on(p, file, ZOE_TASK_FINISH, &decode, buffer, &answer, error);
    if (status == ZOE_OK && answer.status != ZOE_OK && answer.status != ZOE_ERROR_TRUNCATED)
        status = zoe_isolation_pass_on(&answer, file->path, error);
    if (status == ZOE_OK && !zoe_isolation_check_finished(picture, &answer.picture, buffer_bytes))
        status = zoe_place_refuse(p, file->path, error);
    zoe_place_leave(p);
    return status == ZOE_OK ? tell_absence(file, picture, error) : status;
}

zoe_decoder zoe_isolation_decoder(zoe_isolation *isolation)
{
    return (zoe_decoder){
        .user = isolation,
        .open = open_isolated,
        .decode = decode_isolated,
        .finish = finish_isolated,
        .close = close_isolated,
    };
}

/* ---- all of them ---- */

void zoe_isolation_trim(zoe_isolation *all)
{
    zoe_places_trim(all->places);
}

void zoe_isolation_count(const zoe_isolation *all, zoe_isolation_report *report)
{
    zoe_places_count(all->places, report);
}

void zoe_isolation_measure(zoe_isolation *all, zoe_isolation_report *report)
{
    zoe_places_measure(all->places, report);
    zoe_isolation_measure_readers(report);
    report->bytes += atomic_load_explicit(&all->held_bytes, memory_order_relaxed);
}

zoe_status zoe_isolation_create(const zoe_isolation_settings *settings, zoe_isolation **out,
                                zoe_error *error)
{
    *out = NULL;
    zoe_isolation *all = zoe_os_alloc(sizeof *all);
    if (!all)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory for decoders");
    zoe_status status = zoe_places_create(settings, &all->places, error);
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
    zoe_places_destroy(&all->places);
    zoe_os_free(all);
}
