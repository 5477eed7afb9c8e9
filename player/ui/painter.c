#include "ui/painter.h"

#include <stdbool.h>
#include <stdlib.h>

#include <SDL.h>

enum {
    HANDS = ZOE_PAINTER_HELPERS_MAX + 1, /* the caller is hand 0 */
    BANDS = 4, /* for each hand, so that a slow one does not keep all waiting */
    BAND_LEAST = 16,
};

typedef struct hand {
    zoe_painter *painter;
    SDL_Thread *thread;
    void *scratch;
    size_t scratch_bytes;
} hand;

struct zoe_painter {
    hand hands[HANDS];
    int hand_count; /* fixed after creation */

    /* the present picture; written under the lock before `picture` goes up, then read only */
    const zoe_paint *picture_of;
    unsigned char *pixels;
    size_t stride;
    int32_t band; /* rows */

    SDL_atomic_t next;   /* first row that nobody has taken */
    SDL_atomic_t status; /* zoe_status of the first band that failed */
    SDL_atomic_t found;  /* marks */

    /* guarded by `lock` */
    SDL_mutex *lock;
    SDL_cond *begin; /* `picture` went up, or `quit` */
    SDL_cond *done;  /* `busy` is 0 */
    unsigned picture;
    int busy; /* helpers that have not finished the present picture */
    int quit;
};

static void paint(zoe_painter *painter, hand *with)
{
    int32_t height = zoe_paint_height(painter->picture_of);
    uint32_t found = 0;
    for (;;) {
        int32_t first = SDL_AtomicAdd(&painter->next, painter->band);
        if (first >= height)
            break;
        int32_t rows = height - first;
        rows = rows > painter->band ? painter->band : rows;
        zoe_status status = zoe_paint_rows(painter->picture_of, first, rows,
                                           painter->pixels + (size_t)first * painter->stride,
                                           painter->stride, with->scratch, &found);
        if (status != ZOE_OK)
            SDL_AtomicSet(&painter->status, (int)status);
    }
    int before;
    do
        before = SDL_AtomicGet(&painter->found);
    while (!SDL_AtomicCAS(&painter->found, before, before | (int)found));
}

static int help(void *argument)
{
    hand *own = argument;
    zoe_painter *painter = own->painter;
    unsigned seen = 0;
    SDL_LockMutex(painter->lock);
    for (;;) {
        while (!painter->quit && painter->picture == seen)
            SDL_CondWait(painter->begin, painter->lock);
        if (painter->quit)
            break;
        seen = painter->picture;
        SDL_UnlockMutex(painter->lock);
        paint(painter, own);
        SDL_LockMutex(painter->lock);
        if (--painter->busy == 0)
            SDL_CondSignal(painter->done);
    }
    SDL_UnlockMutex(painter->lock);
    return 0;
}

static void start_helpers(zoe_painter *painter, int helpers)
{
    for (int i = 0; i < helpers; i++) {
        hand *next = &painter->hands[painter->hand_count];
        next->painter = painter;
        next->thread = SDL_CreateThread(help, "zoe-paint", next);
        if (!next->thread)
            return;
        painter->hand_count++;
    }
}

zoe_status zoe_painter_create(int helpers, zoe_painter **out)
{
    *out = NULL;
    zoe_painter *painter = calloc(1, sizeof *painter);
    if (!painter)
        return ZOE_ERROR_NO_MEMORY;
    painter->hand_count = 1;
    painter->lock = SDL_CreateMutex();
    painter->begin = SDL_CreateCond();
    painter->done = SDL_CreateCond();
    if (!painter->lock || !painter->begin || !painter->done) {
        zoe_painter_destroy(&painter);
        return ZOE_ERROR_NO_MEMORY;
    }
    if (helpers < 0)
        helpers = SDL_GetCPUCount() / 2;
    start_helpers(painter, helpers > ZOE_PAINTER_HELPERS_MAX ? ZOE_PAINTER_HELPERS_MAX : helpers);
    *out = painter;
    return ZOE_OK;
}

void zoe_painter_destroy(zoe_painter **pointer)
{
    if (!pointer || !*pointer)
        return;
    zoe_painter *painter = *pointer;
    if (painter->hand_count > 1) {
        SDL_LockMutex(painter->lock);
        painter->quit = 1;
        SDL_CondBroadcast(painter->begin);
        SDL_UnlockMutex(painter->lock);
    }
    for (int i = 1; i < painter->hand_count; i++)
        SDL_WaitThread(painter->hands[i].thread, NULL);
    for (int i = 0; i < painter->hand_count; i++)
        free(painter->hands[i].scratch);
    if (painter->begin)
        SDL_DestroyCond(painter->begin);
    if (painter->done)
        SDL_DestroyCond(painter->done);
    if (painter->lock)
        SDL_DestroyMutex(painter->lock);
    free(painter);
    *pointer = NULL;
}

static bool fit_scratch(zoe_painter *painter, size_t bytes)
{
    for (int i = 0; i < painter->hand_count; i++) {
        hand *h = &painter->hands[i];
        if (bytes <= h->scratch_bytes)
            continue;
        size_t rounded = (bytes + 4095u) & ~(size_t)4095u;
        void *scratch = aligned_alloc(64, rounded);
        if (!scratch)
            return false;
        free(h->scratch);
        h->scratch = scratch;
        h->scratch_bytes = rounded;
    }
    return true;
}

zoe_status zoe_painter_draw(zoe_painter *painter, const zoe_paint *paint_of, void *pixels,
                            size_t stride, uint32_t *found)
{
    *found = 0;
    if (!fit_scratch(painter, zoe_paint_scratch_bytes(paint_of)))
        return ZOE_ERROR_NO_MEMORY;
    int32_t band = zoe_paint_height(paint_of) / (painter->hand_count * BANDS);
    SDL_LockMutex(painter->lock);
    painter->picture_of = paint_of;
    painter->pixels = pixels;
    painter->stride = stride;
    painter->band = band < BAND_LEAST ? BAND_LEAST : band;
    SDL_AtomicSet(&painter->next, 0);
    SDL_AtomicSet(&painter->status, ZOE_OK);
    SDL_AtomicSet(&painter->found, 0);
    painter->busy = painter->hand_count - 1;
    painter->picture++;
    SDL_CondBroadcast(painter->begin);
    SDL_UnlockMutex(painter->lock);

    paint(painter, &painter->hands[0]);

    SDL_LockMutex(painter->lock);
    while (painter->busy > 0)
        SDL_CondWait(painter->done, painter->lock);
    SDL_UnlockMutex(painter->lock);
    *found = (uint32_t)SDL_AtomicGet(&painter->found);
    return (zoe_status)SDL_AtomicGet(&painter->status);
}
