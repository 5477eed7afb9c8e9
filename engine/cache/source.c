#include "cache/source.h"

/* On a circle, what lies behind the playhead comes again when play has gone round; a sequence that
 * is to be shown before that comes in between. */
static int64_t detour(const zoe_source *source, int64_t use)
{
    const zoe_want *want = &source->want;
    int64_t left = want->direction < 0 ? want->playhead - want->in : want->out - want->playhead;
    if (!zoe_want_is_cyclic(want) || use <= want->delay + left)
        return 0;
    int64_t steps = 0;
    for (const zoe_source *s = *source->all; s; s = s->next)
        if (s != source && s->want.delay > want->delay && s->want.delay <= want->delay + left + 1)
            steps += zoe_want_span(&s->want);
    return steps;
}

int64_t zoe_source_next_use_locked(const zoe_source *source, int64_t position)
{
    int64_t use = zoe_want_next_use(&source->want, position);
    return use == ZOE_NO_USE ? use : use + detour(source, use);
}

int64_t zoe_source_candidate_locked(zoe_source *source, int64_t *use)
{
    *use = ZOE_NO_USE;
    if (source->halted || source->want.idle)
        return -1;
    int64_t span = zoe_want_span(&source->want), first = span, k = source->cursor;
    for (; k < span; k++) {
        if (!zoe_source_is_ready(source, zoe_want_at(&source->want, k)))
            continue;
        first = first < span ? first : k;
        if (k >= source->lead)
            break;
    }
    source->cursor = first;
    if (first == span)
        return -1;
    k = k < span ? k : first;
    *use = k + source->want.delay;
    return zoe_want_at(&source->want, k);
}

void zoe_source_rewind_locked(zoe_source *source, int64_t position)
{
    int64_t use = zoe_want_next_use(&source->want, position);
    if (use != ZOE_NO_USE && use - source->want.delay < source->cursor)
        source->cursor = use - source->want.delay;
}

bool zoe_source_waits_for_locked(const zoe_source *source, int64_t position)
{
    return !source->want.idle && source->lead == 0 && position == source->want.playhead;
}
