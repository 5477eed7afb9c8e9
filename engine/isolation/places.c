#include "isolation/places.h"

#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "isolation/header_reader.h"
#include "isolation/program.h"

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

struct zoe_places {
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
    _Atomic uint32_t pause_ms; /* before the next start; 0: the last one was well */
    _Atomic uint32_t threads;  /* that decode */

    zoe_place places[PLACES_MAX];
};

/* ---- processes ---- */

static uint64_t serial_of(const zoe_place *p, uint32_t index)
{
    return atomic_load_explicit(&p->serials[index], memory_order_relaxed);
}

static void set_serial(zoe_place *p, uint32_t index, uint64_t serial)
{
    atomic_store_explicit(&p->serials[index], serial, memory_order_relaxed);
}

/* The process is told too. The isolation's lock is held. */
static void set_open_locked(zoe_place *p, uint32_t index, uint64_t serial)
{
    set_serial(p, index, serial);
    atomic_store_explicit(&p->process.block->open_serials[index], serial, memory_order_relaxed);
}

static void forget_files(zoe_place *p)
{
    pthread_mutex_lock(&p->all->lock);
    for (size_t i = 0; i < ZOE_ISOLATION_FILES; i++)
        set_serial(p, (uint32_t)i, 0);
    pthread_mutex_unlock(&p->all->lock);
    memset(&p->windows, 0, sizeof p->windows);
    p->frames = p->told = p->worked_ns = 0;
}

/* For figures. */
static void note_process(zoe_place *p)
{
    atomic_store_explicit(&p->pid, p->process.os.pid, memory_order_relaxed);
    atomic_store_explicit(&p->base_bytes, p->process.base_bytes, memory_order_relaxed);
}

/* It has died. */
static void count_death(zoe_place *p)
{
    forget_files(p);
    note_process(p);
    atomic_fetch_add_explicit(&p->all->deaths, 1, memory_order_relaxed);
}

void zoe_place_end(zoe_place *p)
{
    forget_files(p);
    zoe_isolation_end(&p->process);
    note_process(p);
}

zoe_status zoe_place_mourn(zoe_place *p, const char *path, const zoe_isolation_cause *cause,
                           zoe_error *error)
{
    count_death(p);
    if (zoe_stop_wanted())
        return zoe_error_set(error, ZOE_STALE, "%s: %s", path, zoe_status_text(ZOE_STALE));
    return zoe_error_set(error, ZOE_ERROR_DECODER, "%s on %s", cause->text, path);
}

zoe_status zoe_place_refuse(zoe_place *p, const char *path, zoe_error *error)
{
    zoe_isolation_cause cause;
    zoe_isolation_reject(&p->process, &cause);
    return zoe_place_mourn(p, path, &cause, error);
}

/* Has it more memory than it was told to use, or was it used long enough? Its libraries keep some
 * of what they took. */
static bool is_worn(const zoe_place *p)
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

void zoe_place_look(zoe_place *p, bool may_end)
{
    zoe_isolation_cause cause;
    if (zoe_isolation_has_died(&p->process, &cause)) {
        count_death(p);
        zoe_log_write(&p->all->settings.log, ZOE_LOG_INFO, "%s while it was idle", cause.text);
    }
    if (may_end && zoe_isolation_runs(&p->process) && is_worn(p))
        zoe_place_end(p);
}

zoe_status zoe_place_provide(zoe_place *p, const char *name, zoe_error *error)
{
    zoe_places *all = p->all;
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
        /* Where so many processes or descriptors are all there may be, those that wait are too
         * many. */
        zoe_isolation_end_readers();
    }
    return zoe_isolation_runs(&p->process) ? ZOE_OK : ZOE_ERROR_DECODER;
}

/* ---- threads ---- */

static void vacate(void *user)
{
    zoe_place *p = user;
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

zoe_place *zoe_places_take(zoe_places *all)
{
    zoe_place *p = pthread_getspecific(all->key);
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
            vacate(p);
            p = NULL;
        }
    }
    if (p)
        pthread_mutex_lock(&p->lock);
    return p;
}

void zoe_place_leave(zoe_place *p)
{
    pthread_mutex_unlock(&p->lock);
}

uint32_t zoe_places_threads(const zoe_places *all)
{
    return atomic_load_explicit(&all->threads, memory_order_relaxed);
}

/* ---- files ---- */

static uint32_t index_of(const zoe_place *p, uint64_t serial)
{
    uint32_t i = 0;
    while (i < ZOE_ISOLATION_FILES && serial_of(p, i) != serial)
        i++;
    return i;
}

static void set_open(zoe_place *p, uint32_t index, uint64_t serial)
{
    pthread_mutex_lock(&p->all->lock);
    set_open_locked(p, index, serial);
    pthread_mutex_unlock(&p->all->lock);
}

uint32_t zoe_place_find_file(zoe_place *p, uint64_t serial)
{
    uint32_t index = index_of(p, serial);
    if (index < ZOE_ISOLATION_FILES)
        p->used[index] = ++p->clock;
    return index;
}

uint32_t zoe_place_add_file(zoe_place *p, uint64_t serial)
{
    uint32_t index = index_of(p, 0);
    for (uint32_t i = 0; i < ZOE_ISOLATION_FILES; i++)
        if (index == ZOE_ISOLATION_FILES || (serial_of(p, index) && p->used[i] < p->used[index]))
            index = i;
    set_open(p, index, serial);
    p->used[index] = ++p->clock;
    return index;
}

void zoe_place_drop_file(zoe_place *p, uint32_t index)
{
    set_open(p, index, 0);
}

uint64_t zoe_places_new_serial(zoe_places *all)
{
    pthread_mutex_lock(&all->lock);
    uint64_t serial = ++all->last_serial;
    pthread_mutex_unlock(&all->lock);
    return serial;
}

void zoe_places_forget_file(zoe_places *all, uint64_t serial)
{
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < PLACES_MAX; i++) {
        zoe_place *p = &all->places[i];
        uint32_t index = index_of(p, serial);
        if (index < ZOE_ISOLATION_FILES)
            set_open_locked(p, index, 0);
    }
    pthread_mutex_unlock(&all->lock);
}

/* ---- commands ---- */

bool zoe_place_command(zoe_place *p, zoe_isolation_answer *answer, zoe_isolation_cause *cause)
{
    uint64_t start = zoe_os_now_ns();
    if (!zoe_isolation_command_it(&p->process, answer, cause))
        return false;
    p->worked_ns += zoe_os_now_ns() - start;
    return true;
}

void zoe_place_note_frame(zoe_place *p, uint64_t told)
{
    p->frames++;
    p->told = p->told > told ? p->told : told;
}

/* ---- all of them ---- */

void zoe_places_trim(zoe_places *all)
{
    for (size_t i = 0; i < all->made; i++) {
        zoe_place *p = &all->places[i];
        if (pthread_mutex_trylock(&p->lock) != 0)
            continue;
        if (zoe_isolation_runs(&p->process))
            zoe_place_end(p);
        pthread_mutex_unlock(&p->lock);
    }
}

void zoe_places_count(const zoe_places *all, zoe_isolation_report *report)
{
    report->restarts = atomic_load_explicit(&all->restarts, memory_order_relaxed);
    report->deaths = atomic_load_explicit(&all->deaths, memory_order_relaxed);
}

void zoe_places_measure(zoe_places *all, zoe_isolation_report *report)
{
    *report = (zoe_isolation_report){.running = 0};
    zoe_places_count(all, report);
    for (size_t i = 0; i < all->made; i++) {
        const zoe_place *p = &all->places[i];
        const zoe_os_process os = {atomic_load_explicit(&p->pid, memory_order_relaxed), -1};
        if (os.pid <= 0)
            continue;
        report->running++;
        report->bytes += zoe_os_process_resident(&os);
        report->base_bytes += atomic_load_explicit(&p->base_bytes, memory_order_relaxed);
    }
}

static bool init_locks(zoe_places *all)
{
    all->has_key = pthread_key_create(&all->key, vacate) == 0;
    all->has_lock = pthread_mutex_init(&all->lock, NULL) == 0;
    while (all->made < PLACES_MAX && pthread_mutex_init(&all->places[all->made].lock, NULL) == 0) {
        all->places[all->made].all = all;
        all->places[all->made].process.os.socket = -1;
        all->made++;
    }
    return all->has_key && all->has_lock && all->made == PLACES_MAX;
}

zoe_status zoe_places_create(const zoe_isolation_settings *settings, zoe_places **out,
                             zoe_error *error)
{
    *out = NULL;
    zoe_places *all = zoe_os_alloc(sizeof *all);
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
        status = zoe_isolation_try_reader(all->program, error);
    if (status == ZOE_OK)
        *out = all;
    else
        zoe_places_destroy(&all);
    return status;
}

void zoe_places_destroy(zoe_places **out)
{
    zoe_places *all = *out;
    *out = NULL;
    if (!all)
        return;
    /* First: what a thread leaves behind after this is nobody's any more. */
    if (all->has_key)
        pthread_key_delete(all->key);
    while (all->made > 0) {
        zoe_place *p = &all->places[--all->made];
        zoe_isolation_free(&p->process);
        pthread_mutex_destroy(&p->lock);
    }
    if (all->has_lock)
        pthread_mutex_destroy(&all->lock);
    zoe_os_free(all);
}
