#include "support/fake_decoder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/os.h"

enum { DEADLINE_SECONDS = 120, ROW_BYTES = 64, SPARSE_BYTES = 4096 };

/* A file that is open: the frame as it was when it was opened. */
typedef struct fake_file {
    int64_t number;
    fake_frame frame;
    uint8_t *memory; /* [frame.file_bytes], marked */
    bool spoiled;    /* its buffer; with the decoder's lock held */
} fake_file;

/* ---- pattern ---- */

static uint64_t pattern(int64_t number, uint32_t version, size_t word)
{
    uint64_t z = (uint64_t)number * 0x9e3779b97f4a7c15u + (uint64_t)version * 0xd6e8feb86659fd93u +
                 (uint64_t)word;
    z = (z ^ z >> 32) * 0xd6e8feb86659fd93u;
    z = (z ^ z >> 32) * 0xd6e8feb86659fd93u;
    return (z ^ z >> 32) | 1; /* never 0, which stands for a missing piece */
}

static size_t step_of(const fake_decoder *fake)
{
    return fake->sparse ? SPARSE_BYTES / sizeof(uint64_t) : 1;
}

/* The words of a piece: from..to-1. */
static void piece_words(const fake_frame *frame, int32_t piece, size_t *from, size_t *to)
{
    size_t words = frame->bytes / sizeof(uint64_t);
    *from = words * (size_t)piece / (size_t)frame->pieces;
    *to = words * ((size_t)piece + 1) / (size_t)frame->pieces;
}

/* With a sparse pattern, the first word at or after `word` that counts. */
static size_t align_word(const fake_decoder *fake, size_t word)
{
    size_t step = step_of(fake);
    return (word + step - 1) / step * step;
}

/* ---- beginning and end ---- */

fake_decoder *fake_decoder_new(size_t bytes, int32_t pieces)
{
    fake_decoder *fake = calloc(1, sizeof *fake);
    if (!fake)
        abort();
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&fake->lock, NULL);
    pthread_cond_init(&fake->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    for (int64_t i = 0; i < FAKE_FRAMES_MAX; i++) {
        fake->frames[i].bytes = bytes;
        fake->frames[i].pieces = pieces;
        fake->frames[i].version = 1;
    }
    return fake;
}

void fake_decoder_free(fake_decoder *fake)
{
    if (!fake)
        return;
    pthread_cond_destroy(&fake->changed);
    pthread_mutex_destroy(&fake->lock);
    free(fake);
}

/* ---- the decoder ---- */

/* "…/f.0012.exr": 12. -1: not such a name, or out of range. */
static int64_t number_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (!dot)
        return -1;
    const char *digits = dot;
    while (digits > path && digits[-1] >= '0' && digits[-1] <= '9')
        digits--;
    int64_t number = strtoll(digits, NULL, 10);
    return digits == dot || number >= FAKE_FRAMES_MAX ? -1 : number;
}

static void describe(const fake_frame *frame, zoe_picture *picture)
{
    memset(picture, 0, sizeof *picture);
    zoe_frame *f = &picture->frame;
    f->picture = f->window =
        (zoe_box){0, 0, ROW_BYTES / 2 - 1, (int32_t)(frame->bytes / ROW_BYTES) - 1};
    f->display_window = f->data_window = f->window;
    f->pixel_aspect = 1;
    f->plane_count = 1;
    f->alpha_plane = -1;
    f->planes[0].stride = ROW_BYTES;
    f->planes[0].type = ZOE_SAMPLE_HALF;
    picture->bytes = frame->bytes;
    picture->buffer_bytes = frame->buffer_bytes;
    picture->scratch_bytes = frame->scratch_bytes;
    picture->file_bytes = frame->file_bytes;
    picture->piece_count = frame->pieces;
}

/* The memory of an open file is its own for as long as it is open. */
static void mark_memory(const fake_file *file)
{
    for (size_t i = 0; i < file->frame.file_bytes; i += 4096)
        file->memory[i] = (uint8_t)(file->number * 7 + 1);
}

static bool is_marked(const fake_file *file)
{
    for (size_t i = 0; i < file->frame.file_bytes; i += 4096)
        if (file->memory[i] != (uint8_t)(file->number * 7 + 1))
            return false;
    return true;
}

/* Works until it is told to stop, which may never be. Locked. */
static void go_on(fake_decoder *fake)
{
    while (!zoe_stop_wanted()) {
        pthread_mutex_unlock(&fake->lock);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        pthread_mutex_lock(&fake->lock);
    }
}

/* Counts, waits at the gate, and says what the file is like. */
static zoe_status enter_file(fake_decoder *fake, fake_file *made, uint64_t limit, size_t given)
{
    pthread_mutex_lock(&fake->lock);
    fake_frame *frame = &fake->frames[made->number];
    bool too_small = frame->file_bytes > given;
    fake->refused += too_small;
    if (!too_small) {
        frame->opened++;
        fake->opened++;
        pthread_cond_broadcast(&fake->changed);
        while (frame->open_gate)
            pthread_cond_wait(&fake->changed, &fake->lock);
        if (frame->endless_open)
            go_on(fake);
    }
    made->frame = *frame;
    too_small = frame->file_bytes > given;
    zoe_status status = frame->open_status;
    if (too_small)
        status = ZOE_ERROR_TOO_SMALL;
    else if (frame->endless_open)
        status = ZOE_STALE;
    else if (status == ZOE_OK && frame->bytes > limit)
        status = ZOE_ERROR_OVER_BUDGET;
    if (status == ZOE_OK)
        fake->open_now++;
    pthread_mutex_unlock(&fake->lock);
    return status;
}

static zoe_status fake_open(void *user, zoe_storage *storage, const char *path,
                            const zoe_choice *choice, uint64_t limit, const zoe_read_stats *stats,
                            void *memory, size_t memory_bytes, zoe_picture *picture, void **file,
                            zoe_error *error)
{
    (void)storage;
    (void)choice;
    (void)stats;
    (void)memory;
    (void)memory_bytes;
    fake_decoder *fake = user;
    int64_t number = number_of(path);
    if (number < 0)
        return zoe_error_set(error, ZOE_ERROR_NOT_EXR, "%s: not a frame of the test", path);
    /* Made to fail like any other of the engine's allocations. */
    fake_file *made = zoe_os_alloc(sizeof *made);
    if (!made)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", path);
    made->number = number;
    made->memory = memory;
    zoe_status status = enter_file(fake, made, limit, memory_bytes);
    picture->file_bytes = made->frame.file_bytes;
    if (status != ZOE_OK) {
        zoe_os_free(made);
        return zoe_error_set(error, status, "%s: %s", path, zoe_status_text(status));
    }
    describe(&made->frame, picture);
    mark_memory(made);
    /* That of the empty file, so that refreshing finds out which files changed. */
    zoe_os_path_identify(path, &picture->id);
    *file = made;
    return ZOE_OK;
}

/* What a piece that is never decoded leaves behind must not look right. Before the first piece. */
static void spoil(fake_decoder *fake, fake_file *open, uint8_t *buffer)
{
    pthread_mutex_lock(&fake->lock);
    for (int32_t p = 0; p < open->frame.pieces && !open->spoiled; p++) {
        size_t from, to;
        piece_words(&open->frame, p, &from, &to);
        from = align_word(fake, from);
        if (from < to)
            memset(buffer + from * sizeof(uint64_t), 0xee, sizeof(uint64_t));
    }
    open->spoiled = true;
    pthread_mutex_unlock(&fake->lock);
}

/* Waits at the gate, and counts. */
static void enter_piece(fake_decoder *fake, int64_t number, bool endless)
{
    pthread_mutex_lock(&fake->lock);
    fake_frame *frame = &fake->frames[number];
    frame->started++;
    pthread_cond_broadcast(&fake->changed);
    while (frame->gate && frame->passes == 0)
        pthread_cond_wait(&fake->changed, &fake->lock);
    if (frame->gate)
        frame->passes--;
    if (endless)
        go_on(fake);
    pthread_mutex_unlock(&fake->lock);
}

static void leave_piece(fake_decoder *fake, int64_t number, bool clash)
{
    pthread_mutex_lock(&fake->lock);
    fake->frames[number].finished++;
    fake->pieces++;
    fake->clashes += clash;
    pthread_cond_broadcast(&fake->changed);
    pthread_mutex_unlock(&fake->lock);
}

static void write_piece(const fake_decoder *fake, const fake_file *open, int32_t piece, bool there,
                        uint8_t *buffer)
{
    size_t from, to, step = step_of(fake);
    piece_words(&open->frame, piece, &from, &to);
    for (size_t w = align_word(fake, from); w < to; w += step) {
        uint64_t value = there ? pattern(open->number, open->frame.version, w) : 0;
        memcpy(buffer + w * sizeof value, &value, sizeof value);
    }
}

static zoe_status fake_decode(void *user, void *file, int32_t piece, uint8_t *buffer,
                              size_t buffer_bytes, void *scratch, size_t scratch_bytes,
                              zoe_error *error)
{
    (void)buffer_bytes;
    fake_decoder *fake = user;
    fake_file *open = file;
    const fake_frame *frame = &open->frame;
    if (scratch_bytes < frame->scratch_bytes || piece < 0 || piece >= frame->pieces)
        abort();
    /* Scratch is this thread's alone for as long as the piece takes. */
    int mark = (int)(open->number + piece) & 0xff;
    if (frame->scratch_bytes)
        memset(scratch, mark, frame->scratch_bytes);
    spoil(fake, open, buffer);
    bool endless = piece < frame->endless_pieces;
    enter_piece(fake, open->number, endless);
    if (endless)
        return ZOE_STALE;
    bool bad = frame->decode_status != ZOE_OK && piece == frame->bad_piece;
    bool there = piece < frame->pieces - frame->missing_pieces;
    if (!bad)
        write_piece(fake, open, piece, there, buffer);
    bool clash = false;
    for (size_t i = 0; i < frame->scratch_bytes; i += 61)
        clash = clash || ((const uint8_t *)scratch)[i] != mark;
    leave_piece(fake, open->number, clash);
    if (bad)
        return zoe_error_set(error, frame->decode_status, "f.%04" PRId64 ".exr: piece %d: %s",
                             open->number, (int)piece, zoe_status_text(frame->decode_status));
    return there ? ZOE_OK : ZOE_ERROR_TRUNCATED;
}

static zoe_status fake_finish(void *user, void *file, uint8_t *buffer, size_t buffer_bytes,
                              zoe_picture *picture, zoe_error *error)
{
    (void)user;
    (void)buffer;
    (void)buffer_bytes;
    const fake_file *open = file;
    char path[64];
    snprintf(path, sizeof path, "f.%04" PRId64 ".exr", open->number);
    const zoe_absence absence = {open->frame.missing_pieces, open->frame.pieces, "pieces"};
    return zoe_absence_answer(&absence, path, picture, error);
}

static zoe_status fake_close(void *user, void **file, zoe_error *error)
{
    fake_decoder *fake = user;
    fake_file *open = *file;
    pthread_mutex_lock(&fake->lock);
    fake_frame *frame = &fake->frames[open->number];
    frame->closed++;
    fake->open_now--;
    fake->clashes += !is_marked(open);
    bool changed = frame->changes > 0 || frame->version != open->frame.version;
    if (frame->changes > 0)
        frame->changes--;
    pthread_cond_broadcast(&fake->changed);
    pthread_mutex_unlock(&fake->lock);
    int64_t number = open->number;
    zoe_os_free(open);
    *file = NULL;
    if (changed)
        return zoe_error_set(error, ZOE_ERROR_CHANGED, "f.%04" PRId64 ".exr: changed", number);
    return ZOE_OK;
}

zoe_decoder fake_decoder_interface(fake_decoder *fake)
{
    return (zoe_decoder){
        .user = fake,
        .open = fake_open,
        .decode = fake_decode,
        .finish = fake_finish,
        .close = fake_close,
    };
}

/* ---- control ---- */

fake_frame *fake_lock(fake_decoder *fake, int64_t number)
{
    pthread_mutex_lock(&fake->lock);
    return &fake->frames[number];
}

void fake_unlock(fake_decoder *fake)
{
    pthread_cond_broadcast(&fake->changed);
    pthread_mutex_unlock(&fake->lock);
}

static void set_gates(fake_decoder *fake, bool closed)
{
    pthread_mutex_lock(&fake->lock);
    for (int64_t i = 0; i < FAKE_FRAMES_MAX; i++) {
        fake->frames[i].gate = closed;
        fake->frames[i].passes = 0;
        if (!closed)
            fake->frames[i].open_gate = false;
    }
    fake_unlock(fake);
}

void fake_close_gates(fake_decoder *fake)
{
    set_gates(fake, true);
}

void fake_open_gates(fake_decoder *fake)
{
    set_gates(fake, false);
}

void fake_pass(fake_decoder *fake, int64_t number, int64_t pieces)
{
    fake_lock(fake, number)->passes += pieces;
    fake_unlock(fake);
}

void fake_pass_open(fake_decoder *fake, int64_t number)
{
    fake_lock(fake, number)->open_gate = false;
    fake_unlock(fake);
}

typedef enum fake_count { COUNT_STARTED, COUNT_FINISHED, COUNT_OPENED } fake_count;

static int64_t count_of(const fake_frame *frame, fake_count which)
{
    switch (which) {
    case COUNT_STARTED: return frame->started;
    case COUNT_FINISHED: return frame->finished;
    case COUNT_OPENED: return frame->opened;
    }
    return 0;
}

static bool wait_for(fake_decoder *fake, int64_t number, fake_count which, int64_t count)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += DEADLINE_SECONDS;
    pthread_mutex_lock(&fake->lock);
    int result = 0;
    while (count_of(&fake->frames[number], which) < count && result == 0)
        result = pthread_cond_timedwait(&fake->changed, &fake->lock, &until);
    bool reached = count_of(&fake->frames[number], which) >= count;
    pthread_mutex_unlock(&fake->lock);
    return reached;
}

static int64_t count_now(fake_decoder *fake, int64_t number, fake_count which)
{
    pthread_mutex_lock(&fake->lock);
    int64_t count = count_of(&fake->frames[number], which);
    pthread_mutex_unlock(&fake->lock);
    return count;
}

bool fake_wait_started(fake_decoder *fake, int64_t number, int64_t pieces)
{
    return wait_for(fake, number, COUNT_STARTED, pieces);
}

bool fake_wait_finished(fake_decoder *fake, int64_t number, int64_t pieces)
{
    return wait_for(fake, number, COUNT_FINISHED, pieces);
}

bool fake_wait_opened(fake_decoder *fake, int64_t number, int64_t times)
{
    return wait_for(fake, number, COUNT_OPENED, times);
}

int64_t fake_started(fake_decoder *fake, int64_t number)
{
    return count_now(fake, number, COUNT_STARTED);
}

int64_t fake_finished(fake_decoder *fake, int64_t number)
{
    return count_now(fake, number, COUNT_FINISHED);
}

int64_t fake_opened(fake_decoder *fake, int64_t number)
{
    return count_now(fake, number, COUNT_OPENED);
}

int64_t fake_open_now(fake_decoder *fake)
{
    pthread_mutex_lock(&fake->lock);
    int64_t count = fake->open_now;
    pthread_mutex_unlock(&fake->lock);
    return count;
}

/* ---- checking ---- */

bool fake_frame_is_right(fake_decoder *fake, const zoe_frame *frame, int64_t number,
                         uint32_t version, char *why, size_t capacity)
{
    size_t rows = (size_t)((int64_t)frame->window.max_y - frame->window.min_y + 1);
    size_t words = rows * ROW_BYTES / sizeof(uint64_t), step = step_of(fake);
    const uint8_t *data = frame->planes[0].data;
    for (size_t w = 0; w < words; w += step) {
        uint64_t found, wanted = pattern(number, version, w);
        memcpy(&found, data + w * sizeof found, sizeof found);
        if (found == wanted || (found == 0 && frame->incomplete))
            continue;
        snprintf(why, capacity,
                 "number %" PRId64 " version %u: word %zu of %zu is %016" PRIx64
                 ", should be %016" PRIx64,
                 number, (unsigned)version, w, words, found, wanted);
        return false;
    }
    return true;
}
