#define _POSIX_C_SOURCE 200809L

#include "color/coloring.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "color/cdl_file.h"
#include "color/cube_file.h"

enum { TEXT = 4096 };

/* A file that was read, or could not be. */
typedef struct source {
    char path[TEXT];
    char part[256]; /* the CDL's id */
    int32_t place, transfer;
    bool is_good;
} source;

struct zoe_coloring {
    /* fixed after creation */
    void (*wake)(void *user);
    void *user;

    /* the caller's thread */
    source config, lut, cdl;
    char input[ZOE_OCIO_NAME], display[ZOE_OCIO_NAME], view[ZOE_OCIO_NAME], look[ZOE_OCIO_NAME];
    zoe_ocio *ocio;
    zoe_look_table *lut_table;
    zoe_cdl cdl_values;
    zoe_look_table *table; /* of OpenColorIO, that is drawn with */
    zoe_ocio_way way;      /* that is wanted; input "": none yet */
    zoe_ocio_file asked;   /* what `way` was made for; its texts and primaries: */
    char asked_path[TEXT], asked_space[ZOE_OCIO_NAME];
    float asked_primaries[8];
    bool is_asked;
    zoe_error why; /* `way` cannot be had */
    zoe_colored last;
    uint64_t last_number; /* of its table */
    /* the frame that was coloured last, and those beside it */
    zoe_color first;
    uint64_t first_table; /* its number; 0: none */
    bool first_is_data;
    struct beside {
        zoe_ocio_way
            way; /* the frame's own, and what leads from there to the first's; input "": none yet */
        char to[ZOE_OCIO_NAME];
        float matrix[9];
        bool is_matrix;
        zoe_other_color color;
        uint64_t table;
    } beside[ZOE_COMPARE_OTHERS];
    uint64_t serial;
    pthread_t thread;
    bool is_running;

    /* guarded by `lock` */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* the thread has something to do, or did it */
    zoe_ocio_way work;      /* with `has_work` */
    bool has_work, is_working, quit;
    zoe_look_table *made; /* for the caller to take */
    zoe_error failure;    /* status OK: none */
    volatile int cancel;  /* the present work is for nothing. Read by it without the lock */
};

/* ---- the thread ---- */

static void publish(zoe_coloring *c, zoe_look_table *table, const zoe_error *error)
{
    pthread_mutex_lock(&c->lock);
    if (table && !c->cancel) {
        zoe_look_table_free(&c->made);
        c->made = zoe_look_table_hold(table);
    }
    if (!table && error->status != ZOE_STALE && !c->cancel)
        c->failure = *error;
    pthread_mutex_unlock(&c->lock);
    zoe_look_table_free(&table);
    if (c->wake)
        c->wake(c->user);
}

static void work_out(zoe_coloring *c, const zoe_ocio_way *way)
{
    static const int edges[] = {ZOE_OCIO_EDGE_COARSE, ZOE_OCIO_EDGE_FINE};
    for (int i = 0; i < 2 && !__atomic_load_n(&c->cancel, __ATOMIC_RELAXED); i++) {
        zoe_error error = {ZOE_OK, ""};
        zoe_look_table *table;
        zoe_ocio_quality quality;
        error.status = zoe_ocio_bake(c->ocio, way, edges[i], &c->cancel, &table, &quality, &error);
        publish(c, table, &error);
        if (!table)
            return;
    }
}

static void *run(void *arg)
{
    zoe_coloring *c = arg;
    pthread_mutex_lock(&c->lock);
    for (;;) {
        while (!c->quit && !c->has_work)
            pthread_cond_wait(&c->changed, &c->lock);
        if (c->quit)
            break;
        zoe_ocio_way way = c->work;
        c->has_work = false;
        c->is_working = true;
        __atomic_store_n(&c->cancel, 0, __ATOMIC_RELAXED);
        pthread_mutex_unlock(&c->lock);
        work_out(c, &way);
        pthread_mutex_lock(&c->lock);
        c->is_working = false;
        pthread_cond_broadcast(&c->changed);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* ---- the caller's side of it ---- */

/* Nothing of the configuration is used any more when this returns. */
static void stop_work(zoe_coloring *c)
{
    pthread_mutex_lock(&c->lock);
    c->has_work = false;
    __atomic_store_n(&c->cancel, 1, __ATOMIC_RELAXED);
    while (c->is_working)
        pthread_cond_wait(&c->changed, &c->lock);
    zoe_look_table_free(&c->made);
    c->failure.status = ZOE_OK;
    pthread_mutex_unlock(&c->lock);
}

/* In place of the present work, which is not waited for: it ends at its next look at `cancel`, and
 * what it makes is not taken. */
static void begin_work(zoe_coloring *c)
{
    if (!c->is_running && pthread_create(&c->thread, NULL, run, c)) {
        zoe_error_set(&c->why, ZOE_ERROR_THREAD, "OpenColorIO: no thread to work on");
        return;
    }
    c->is_running = true;
    pthread_mutex_lock(&c->lock);
    zoe_look_table_free(&c->made);
    c->failure.status = ZOE_OK;
    c->work = c->way;
    c->has_work = true;
    __atomic_store_n(&c->cancel, 1, __ATOMIC_RELAXED); /* the thread clears it with the new work */
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
}

/* wait: until the work is done. */
static void take_work(zoe_coloring *c, bool wait)
{
    pthread_mutex_lock(&c->lock);
    while (wait && c->is_running && (c->has_work || c->is_working))
        pthread_cond_wait(&c->changed, &c->lock);
    if (c->made) {
        zoe_look_table_free(&c->table);
        c->table = c->made;
        c->made = NULL;
    }
    if (c->failure.status != ZOE_OK)
        c->why = c->failure;
    c->failure.status = ZOE_OK;
    pthread_mutex_unlock(&c->lock);
}

/* ---- lifetime ---- */

zoe_coloring *zoe_coloring_create(void (*wake)(void *user), void *user)
{
    zoe_coloring *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->wake = wake;
    c->user = user;
    zoe_color none;
    zoe_color_init(&none);
    c->cdl_values = none.cdl;
    if (pthread_mutex_init(&c->lock, NULL)) {
        free(c);
        return NULL;
    }
    if (pthread_cond_init(&c->changed, NULL)) {
        pthread_mutex_destroy(&c->lock);
        free(c);
        return NULL;
    }
    return c;
}

void zoe_coloring_destroy(zoe_coloring **pointer)
{
    zoe_coloring *c = *pointer;
    if (!c)
        return;
    stop_work(c);
    pthread_mutex_lock(&c->lock);
    c->quit = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    if (c->is_running)
        pthread_join(c->thread, NULL);
    zoe_look_table_free(&c->table);
    zoe_look_table_free(&c->lut_table);
    zoe_ocio_close(&c->ocio);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    free(c);
    *pointer = NULL;
}

/* ---- choosing ---- */

static const char *text_of(const char *text)
{
    return text ? text : "";
}

/* Notes what is to be read now. False: it was, with the same result. */
static bool is_new(source *s, const char *path, const char *part, int32_t place, int32_t transfer)
{
    path = text_of(path);
    part = text_of(part);
    if (!strcmp(s->path, path) && !strcmp(s->part, part) && s->place == place &&
        s->transfer == transfer)
        return false;
    /* They may be the texts that are there. */
    if (path != s->path)
        snprintf(s->path, sizeof s->path, "%s", path);
    if (part != s->part)
        snprintf(s->part, sizeof s->part, "%s", part);
    s->place = place;
    s->transfer = transfer;
    s->is_good = false;
    return true;
}

static zoe_status read_config(zoe_coloring *c, const char *path, zoe_error *error)
{
    if (!is_new(&c->config, path, NULL, 0, 0))
        return ZOE_OK;
    zoe_ocio *ocio = NULL;
    zoe_status status = ZOE_OK;
    if (c->config.path[0])
        status = zoe_ocio_open(c->config.path, &ocio, error);
    stop_work(c);
    zoe_ocio_close(&c->ocio);
    zoe_look_table_free(&c->table);
    c->ocio = ocio;
    memset(c->beside, 0, sizeof c->beside); /* names of another configuration */
    c->is_asked = false;
    c->way.input[0] = '\0';
    return status;
}

static zoe_status read_lut(zoe_coloring *c, const char *path, int32_t place, int32_t transfer,
                           zoe_error *error)
{
    if (!is_new(&c->lut, path, NULL, place, transfer))
        return ZOE_OK;
    zoe_look_table_free(&c->lut_table);
    if (!c->lut.path[0])
        return ZOE_OK;
    return zoe_cube_file_read(c->lut.path, (zoe_cube_place)place, (zoe_transfer)transfer,
                              &c->lut_table, error);
}

static zoe_status read_cdl(zoe_coloring *c, const char *path, const char *id, zoe_error *error)
{
    if (!is_new(&c->cdl, path, id, 0, 0))
        return ZOE_OK;
    zoe_color none;
    zoe_color_init(&none);
    c->cdl_values = none.cdl;
    if (!c->cdl.path[0])
        return ZOE_OK;
    zoe_status status = zoe_cdl_file_read(c->cdl.path, c->cdl.part, &c->cdl_values, error);
    c->cdl.is_good = status == ZOE_OK;
    if (!c->cdl.is_good)
        c->cdl_values = none.cdl;
    return status;
}

const zoe_cdl *zoe_coloring_cdl(const zoe_coloring *c)
{
    return &c->cdl_values;
}

void zoe_coloring_set_cdl(zoe_coloring *c, const zoe_cdl *cdl)
{
    c->cdl_values = *cdl;
    c->cdl.is_good = true;
}

static const char *config_of(const zoe_coloring_choice *choice)
{
    const char *config = text_of(choice->config);
    /* The environment is not this program's alone: where it cannot be followed, that is no
     * failure. */
    if (!config[0] && !text_of(choice->lut)[0] && zoe_ocio_is_built_in())
        config = text_of(getenv("OCIO"));
    return strcmp(config, "none") != 0 ? config : "";
}

static bool copy_name(char to[ZOE_OCIO_NAME], const char *from)
{
    bool changes = strcmp(to, text_of(from)) != 0;
    snprintf(to, ZOE_OCIO_NAME, "%s", text_of(from));
    return changes;
}

zoe_status zoe_coloring_choose(zoe_coloring *c, const zoe_coloring_choice *choice, zoe_error *error)
{
    zoe_error errors[3];
    zoe_status first = read_config(c, config_of(choice), &errors[0]), status[3] = {first};
    status[1] = read_lut(c, choice->lut, choice->lut_place, c->lut.transfer, &errors[1]);
    status[2] = read_cdl(c, choice->cdl, choice->cdl_id, &errors[2]);
    bool renamed = copy_name(c->input, choice->input);
    renamed |= copy_name(c->display, choice->display);
    renamed |= copy_name(c->view, choice->view);
    renamed |= copy_name(c->look, choice->look);
    if (renamed)
        c->is_asked = false;
    for (int i = 0; i < 3; i++) {
        if (status[i] == ZOE_OK)
            continue;
        if (error)
            *error = errors[i];
        return status[i];
    }
    return ZOE_OK;
}

/* ---- the colour of a frame ---- */

static bool same_file(const zoe_coloring *c, const zoe_frame *frame, const zoe_file_color *file)
{
    const float *primaries = frame->has_chromaticities ? frame->chromaticities : NULL;
    return c->is_asked && !strcmp(c->asked_path, file->path) &&
           !strcmp(c->asked_space, file->space) && c->asked.is_aces == file->is_aces &&
           !c->asked.primaries == !primaries &&
           (!primaries || !memcmp(c->asked_primaries, primaries, sizeof c->asked_primaries));
}

/* Finds the way of this frame; another one is worked out. */
static void follow(zoe_coloring *c, const zoe_frame *frame, const zoe_file_color *file)
{
    if (same_file(c, frame, file))
        return;
    snprintf(c->asked_path, sizeof c->asked_path, "%s", file->path);
    snprintf(c->asked_space, sizeof c->asked_space, "%s", file->space);
    memcpy(c->asked_primaries, frame->chromaticities, sizeof c->asked_primaries);
    c->asked = (zoe_ocio_file){c->asked_path, c->asked_space, file->is_aces,
                               frame->has_chromaticities ? c->asked_primaries : NULL};
    c->is_asked = true;
    zoe_ocio_way way;
    memset(&way, 0, sizeof way);
    (void)copy_name(way.input, c->input);
    (void)copy_name(way.display, c->display);
    (void)copy_name(way.view, c->view);
    (void)copy_name(way.look, c->look);
    c->why.status = ZOE_OK;
    if (zoe_ocio_choose(c->ocio, &c->asked, &way, &c->why) != ZOE_OK && !way.missing)
        return;
    c->way.missing = way.missing;
    bool is_same = !strcmp(way.input, c->way.input) && !strcmp(way.display, c->way.display) &&
                   !strcmp(way.view, c->way.view) && !strcmp(way.look, c->way.look) &&
                   way.has_matrix == c->way.has_matrix &&
                   (!way.has_matrix || !memcmp(way.matrix, c->way.matrix, sizeof way.matrix));
    if (is_same)
        return;
    c->way = way;
    begin_work(c);
}

/* The file's own primaries to those of Rec. 709, and its white to the display's, which is 100 cd/m2
 * (ITU-R BT.2035). */
static void add_primaries(zoe_color *color, const zoe_frame *frame, const zoe_file_color *file)
{
    if (!frame->is_color)
        return;
    if (zoe_file_color_primaries(frame))
        color->has_matrix =
            zoe_primaries_matrix(frame->chromaticities, zoe_primaries_rec709(), color->matrix);
    const float white = file->white_luminance;
    if (!(white >= 1 && white <= 10000) || (white >= 99.5f && white <= 100.5f))
        return;
    color->has_matrix = 1;
    for (int i = 0; i < 9; i++)
        color->matrix[i] *= white / 100;
}

static bool does_nothing(const zoe_color *color)
{
    zoe_color none;
    zoe_color_init(&none);
    return !color->decode && !color->has_matrix && !color->cube && !color->process &&
           !color->encode && !memcmp(&color->cdl, &none.cdl, sizeof none.cdl);
}

static bool same_color(const zoe_color *a, const zoe_color *b)
{
    return a->decode == b->decode && a->has_matrix == b->has_matrix &&
           !memcmp(a->matrix, b->matrix, sizeof a->matrix) &&
           !memcmp(&a->cdl, &b->cdl, sizeof a->cdl) && a->cube == b->cube &&
           a->process == b->process && a->encode == b->encode;
}

zoe_status zoe_coloring_of(zoe_coloring *c, const zoe_frame *frame, const zoe_file_color *file,
                           bool is_data, zoe_transfer transfer, bool wait, zoe_colored *colored,
                           zoe_error *error)
{
    zoe_colored now;
    zoe_status status = ZOE_OK;
    memset(&now, 0, sizeof now);
    zoe_color_init(&now.color);
    if (c->lut.path[0] && c->lut.place == ZOE_CUBE_DISPLAY)
        (void)read_lut(c, c->lut.path, c->lut.place, (int32_t)transfer, NULL);
    if (c->ocio && !is_data) {
        follow(c, frame, file);
        take_work(c, wait);
        now.table = c->table;
        status = c->why.status;
        if (status != ZOE_OK && error)
            *error = c->why;
    } else if (!is_data) {
        now.table = c->lut_table;
    }
    if (now.table)
        now.color = now.table->color;
    if (!is_data && !(c->ocio && now.table))
        add_primaries(&now.color, frame, file);
    if (c->cdl.is_good && !is_data)
        now.color.cdl = c->cdl_values;
    c->first = now.color;
    c->first_table = now.table ? now.table->number : 0;
    c->first_is_data = is_data;
    if (does_nothing(&now.color)) {
        c->last.serial = 0;
        *colored = now;
        return status;
    }
    /* A table that was freed may have left its place to another one: numbers tell. */
    if (!c->last.serial || c->last.table != now.table || !same_color(&c->last.color, &now.color) ||
        (now.table && now.table->number != c->last_number))
        c->serial++;
    now.serial = c->serial;
    c->last_number = now.table ? now.table->number : 0;
    c->last = now;
    *colored = now;
    return status;
}

/* ---- frames beside it ---- */

static void multiply(const float a[9], const float b[9], float out[9])
{
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 3; column++)
            out[3 * row + column] = a[3 * row] * b[column] + a[3 * row + 1] * b[3 + column] +
                                    a[3 * row + 2] * b[6 + column];
}

static bool invert(const float m[9], float out[9])
{
    double v[9], c[9], most = 0;
    for (int i = 0; i < 9; i++) {
        v[i] = (double)m[i];
        most = fmax(most, fabs(v[i]));
    }
    for (int i = 0; i < 9; i++) {
        int r = i % 3, k = i / 3; /* cofactors, transposed */
        int r1 = (r + 1) % 3, r2 = (r + 2) % 3, k1 = (k + 1) % 3, k2 = (k + 2) % 3;
        c[i] = v[3 * r1 + k1] * v[3 * r2 + k2] - v[3 * r1 + k2] * v[3 * r2 + k1];
    }
    double determinant = v[0] * c[0] + v[1] * c[3] + v[2] * c[6];
    if (!(fabs(determinant) > 1e-9 * most * most * most))
        return false;
    for (int i = 0; i < 9; i++)
        out[i] = (float)(c[i] / determinant);
    return true;
}

static const float identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};

static bool is_identity(const float m[9])
{
    for (int i = 0; i < 9; i++)
        if (!(fabsf(m[i] - identity[i]) <= 1e-5f))
            return false;
    return true;
}

/* From the frame's light to that of the first one. False where that is no matrix. */
static bool lead_to_first(zoe_coloring *c, struct beside *b, const zoe_frame *frame,
                          const zoe_file_color *file, float out[9])
{
    float back[9], own[9];
    zoe_ocio_file said = {file->path, file->space, file->is_aces,
                          frame->has_chromaticities ? frame->chromaticities : NULL};
    zoe_ocio_way way;
    memset(&way, 0, sizeof way);
    (void)copy_name(way.input, c->input);
    (void)copy_name(way.display, c->way.display);
    (void)copy_name(way.view, c->way.view);
    if (zoe_ocio_choose(c->ocio, &said, &way, NULL) != ZOE_OK && !way.missing)
        return false;
    if (strcmp(b->way.input, way.input) != 0 || strcmp(b->to, c->way.input) != 0) {
        (void)copy_name(b->to, c->way.input);
        b->is_matrix = !strcmp(way.input, b->to) ||
                       zoe_ocio_matrix(c->ocio, way.input, b->to, b->matrix, NULL) == ZOE_OK;
        if (!strcmp(way.input, b->to))
            memcpy(b->matrix, identity, sizeof identity);
    }
    b->way = way;
    if (!b->is_matrix || !invert(c->way.has_matrix ? c->way.matrix : identity, back))
        return false;
    multiply(b->matrix, way.has_matrix ? way.matrix : identity, own);
    multiply(back, own, out);
    return true;
}

/* The same by the primaries that files say. */
static bool lead_by_primaries(const zoe_coloring *c, const zoe_frame *frame,
                              const zoe_file_color *file, float out[9])
{
    float back[9];
    zoe_color own;
    zoe_color_init(&own);
    add_primaries(&own, frame, file);
    if (!invert(c->first.has_matrix ? c->first.matrix : identity, back))
        return false;
    multiply(back, own.has_matrix ? own.matrix : identity, out);
    return true;
}

void zoe_coloring_beside(zoe_coloring *c, int index, const zoe_frame *frame,
                         const zoe_file_color *file, bool is_data, zoe_other_color *other,
                         bool *is_alike)
{
    struct beside *b = &c->beside[index];
    zoe_other_color now;
    memset(&now, 0, sizeof now);
    memcpy(now.matrix, identity, sizeof identity);
    memset(other, 0, sizeof *other);
    *is_alike = true;
    now.color = c->first;
    if (is_data != c->first_is_data) {
        /* Values that are no colours have none, and are not drawn with the colour of others. */
        zoe_color_init(&now.color);
        if (!is_data)
            add_primaries(&now.color, frame, file);
    } else if (is_data || !frame->is_color) {
        return;
    } else {
        float first[9];
        bool has_way = c->ocio && c->first_table;
        *is_alike = has_way ? lead_to_first(c, b, frame, file, now.matrix)
                            : lead_by_primaries(c, frame, file, now.matrix);
        if (!*is_alike || is_identity(now.matrix))
            return;
        memcpy(first, c->first.has_matrix ? c->first.matrix : identity, sizeof first);
        multiply(first, now.matrix, now.color.matrix);
        now.color.has_matrix = 1;
    }
    bool is_same = b->color.serial && b->table == c->first_table &&
                   same_color(&b->color.color, &now.color) &&
                   !memcmp(b->color.matrix, now.matrix, sizeof now.matrix);
    now.serial = is_same ? b->color.serial : ++c->serial;
    b->color = now;
    b->table = c->first_table;
    *other = now;
}

const zoe_ocio *zoe_coloring_ocio(const zoe_coloring *c)
{
    return c->ocio;
}

const zoe_ocio_way *zoe_coloring_way(const zoe_coloring *c)
{
    return c->ocio && c->way.input[0] ? &c->way : NULL;
}
