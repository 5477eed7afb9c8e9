#define _POSIX_C_SOURCE 200809L /* lstat */

#include "model/save.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model/frame_write.h"

struct zoe_save {
    /* fixed after creation */
    void (*wake)(void *user);
    void *user;
    /* the caller's thread only, and the save's own while it runs */
    zoe_save_picture picture;
    char path[ZOE_PATH_TEXT];
    bool is_linear, replaces;
    /* the caller's thread only */
    pthread_t thread;
    bool is_running;     /* the thread is not joined yet */
    zoe_save_state seen; /* as of the last look */
    /* guarded by lock */
    pthread_mutex_t lock;
    zoe_save_state state;
    zoe_error error;
    bool is_dropped; /* while CHECKING */
};

/* ---- the thread ---- */

/* False when nobody wants it any more. */
static bool enter(zoe_save *save, zoe_save_state state, const zoe_error *error)
{
    pthread_mutex_lock(&save->lock);
    bool is_dropped = state == ZOE_SAVE_WRITING && save->is_dropped;
    save->state = is_dropped ? ZOE_SAVE_REFUSED : state;
    save->error = *error;
    pthread_mutex_unlock(&save->lock);
    save->wake(save->user);
    return !is_dropped;
}

/* Whether the path can be written, as far as names say. */
static zoe_save_state check(const zoe_save *save, zoe_error *error)
{
    char folder[ZOE_PATH_TEXT];
    struct stat there;
    zoe_path_parent(save->path, folder);
    if (stat(folder, &there)) {
        zoe_error_set(error, ZOE_ERROR_NOT_FOUND, "%s: %s", folder, strerror(errno));
        return ZOE_SAVE_REFUSED;
    }
    if (!S_ISDIR(there.st_mode)) {
        zoe_error_set(error, ZOE_ERROR_NOT_FOUND, "%s: this is no folder", folder);
        return ZOE_SAVE_REFUSED;
    }
    if (!stat(save->path, &there) && S_ISDIR(there.st_mode)) {
        zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: this is a folder", save->path);
        return ZOE_SAVE_REFUSED;
    }
    /* Also a link that leads nowhere is somebody's. */
    return !save->replaces && !lstat(save->path, &there) ? ZOE_SAVE_EXISTS : ZOE_SAVE_WRITING;
}

static zoe_status write_png(const char *path, const zoe_save_picture *p, bool is_new,
                            zoe_error *error)
{
    zoe_paint seen = {.frame = &p->frame,
                      .look = &p->look,
                      .compare = p->other_count ? &p->compare : NULL,
                      .other_count = p->other_count};
    for (int i = 0; i < p->other_count; i++)
        seen.others[i] = &p->others[i];
    return zoe_frame_write_png(path, &seen, &p->grade, p->is_colored ? &p->color : NULL,
                               p->other_colors, (zoe_extent){0, 0}, is_new, error);
}

static void *run(void *arg)
{
    zoe_save *save = arg;
    const zoe_save_picture *p = &save->picture;
    zoe_error error = {ZOE_OK, ""};
    zoe_save_state state = check(save, &error);
    if (!enter(save, state, &error) || state != ZOE_SAVE_WRITING)
        return NULL;
    zoe_status status = save->is_linear
                            ? zoe_frame_write_exr(save->path, &p->frame, p->storage, p->file,
                                                  p->layer, p->view, !save->replaces, &error)
                            : write_png(save->path, p, !save->replaces, &error);
    (void)enter(save, status == ZOE_OK ? ZOE_SAVE_DONE : ZOE_SAVE_FAILED, &error);
    return NULL;
}

/* ---- the caller ---- */

static void let_go(zoe_save_picture *picture)
{
    zoe_frame_release(&picture->frame);
    for (int i = 0; i < picture->other_count; i++)
        zoe_frame_release(&picture->others[i]);
    zoe_look_table_free(&picture->table);
    memset(picture, 0, sizeof *picture);
}

static void noone(void *user)
{
    (void)user;
}

zoe_save *zoe_save_create(void (*wake)(void *user), void *user)
{
    zoe_save *save = calloc(1, sizeof *save);
    if (!save)
        return NULL;
    if (pthread_mutex_init(&save->lock, NULL)) {
        free(save);
        return NULL;
    }
    save->wake = wake ? wake : noone;
    save->user = user;
    return save;
}

static bool is_busy(zoe_save_state state)
{
    return state == ZOE_SAVE_CHECKING || state == ZOE_SAVE_WRITING;
}

void zoe_save_wait(zoe_save *save)
{
    if (save->is_running)
        pthread_join(save->thread, NULL);
    save->is_running = false;
}

void zoe_save_destroy(zoe_save **save)
{
    if (!*save)
        return;
    zoe_save_wait(*save);
    let_go(&(*save)->picture);
    pthread_mutex_destroy(&(*save)->lock);
    free(*save);
    *save = NULL;
}

zoe_save_state zoe_save_look(zoe_save *save, const char **path, const zoe_error **error)
{
    pthread_mutex_lock(&save->lock);
    save->seen = save->state;
    pthread_mutex_unlock(&save->lock);
    if (!is_busy(save->seen))
        zoe_save_wait(save);
    if (path)
        *path = save->path;
    if (error)
        *error = &save->error;
    return save->seen;
}

void zoe_save_drop(zoe_save *save)
{
    if (is_busy(zoe_save_look(save, NULL, NULL))) {
        pthread_mutex_lock(&save->lock);
        save->is_dropped = true;
        pthread_mutex_unlock(&save->lock);
        return;
    }
    let_go(&save->picture);
    save->state = ZOE_SAVE_IDLE;
}

bool zoe_save_take(zoe_save *save, const zoe_save_picture *picture)
{
    zoe_save_drop(save);
    if (is_busy(save->seen)) {
        zoe_save_picture none = *picture;
        let_go(&none);
        return false;
    }
    save->picture = *picture;
    save->state = ZOE_SAVE_READY;
    return true;
}

zoe_status zoe_save_write(zoe_save *save, const char *path, bool is_linear, bool replaces,
                          zoe_error *error)
{
    zoe_save_state before = zoe_save_look(save, NULL, NULL);
    bool may = before == ZOE_SAVE_READY || before == ZOE_SAVE_EXISTS || before == ZOE_SAVE_REFUSED;
    if (!may || strlen(path) >= sizeof save->path)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: there is nothing to write there",
                             path);
    memcpy(save->path, path, strlen(path) + 1);
    save->is_linear = is_linear;
    save->replaces = replaces;
    save->is_dropped = false;
    save->state = ZOE_SAVE_CHECKING;
    if (pthread_create(&save->thread, NULL, run, save)) {
        save->state = before;
        return zoe_error_set(error, ZOE_ERROR_THREAD, "%s: no thread to write it", path);
    }
    save->is_running = true;
    return ZOE_OK;
}
