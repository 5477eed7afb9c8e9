#include "stand_in.h"

#include <string.h>

#include "layer.h"

enum { PATH_CAPACITY = 4096, REACH = 64 /* frames looked at on each side of the playhead */ };

int zoe_stand_in_same_want(const zoe_want *a, const zoe_want *b)
{
    return a->playhead == b->playhead && a->in == b->in && a->out == b->out &&
           a->direction == b->direction && a->playing == b->playing && a->loop == b->loop &&
           a->strategy == b->strategy && a->delay == b->delay && a->idle == b->idle &&
           a->rate == b->rate;
}

/* The position of a frame of the current variant in the one that stands in: the folder may have
 * been read at another time for it. */
static int64_t position_there(zoe_variants *variants, int64_t position)
{
    const zoe_sequence *here = zoe_source_sequence(zoe_variants_now(variants)->source);
    const zoe_sequence *there = zoe_source_sequence(zoe_variants_stand_in_now(variants)->source);
    return zoe_sequence_position(there, zoe_sequence_number(here, position));
}

static zoe_status read_header(zoe_variants *variants, int64_t position, zoe_header **header)
{
    char path[PATH_CAPACITY];
    const zoe_sequence *sequence = zoe_source_sequence(zoe_variants_now(variants)->source);
    zoe_status status = zoe_sequence_path(sequence, position, path, sizeof path);
    return status == ZOE_OK ? zoe_header_read(path, header, NULL) : status;
}

static zoe_status open_for(zoe_variants *variants, zoe_engine *engine, int64_t position)
{
    const zoe_variant *now = zoe_variants_now(variants);
    zoe_header *header = NULL;
    zoe_status status = read_header(variants, position, &header);
    if (status != ZOE_OK)
        return status;
    zoe_source_settings settings;
    zoe_source_settings_init(&settings);
    settings.proxy_shift = now->proxy_shift;
    settings.overscan = now->overscan;
    settings.full_precision = now->full_precision;
    /* Without a layer chosen, it is the view that the frame lacks. */
    if (now->view[0] && now->layer[0] && zoe_header_find_layer(header, NULL, now->view) >= 0)
        settings.view = now->view;
    int32_t index = zoe_header_find_layer(header, NULL, settings.view);
    zoe_header_free(&header);
    return index < 0 ? ZOE_ERROR_NO_LAYER
                     : zoe_variants_stand_in(variants, engine, &settings, NULL);
}

/* The variant that stands in, opened for this frame where none does. */
static zoe_status open_once(zoe_stand_in *stand_in, zoe_variants *variants, zoe_engine *engine,
                            int64_t position)
{
    if (zoe_variants_stand_in_now(variants))
        return ZOE_OK;
    const zoe_sequence *sequence = zoe_source_sequence(zoe_variants_now(variants)->source);
    int64_t number = zoe_sequence_number(sequence, position);
    size_t slot = (size_t)((uint64_t)number % ZOE_STAND_IN_FAILURES);
    if (stand_in->failures[slot].status != ZOE_OK && stand_in->failures[slot].number == number)
        return stand_in->failures[slot].status;
    stand_in->want_told = 0;
    stand_in->failures[slot].number = number;
    stand_in->failures[slot].status = open_for(variants, engine, position);
    return stand_in->failures[slot].status;
}

zoe_status zoe_stand_in_acquire(zoe_stand_in *stand_in, zoe_variants *variants, zoe_engine *engine,
                                int64_t position, zoe_frame *frame)
{
    zoe_status status = open_once(stand_in, variants, engine, position);
    if (status != ZOE_OK)
        return status;
    status = zoe_source_acquire(zoe_variants_stand_in_now(variants)->source,
                                position_there(variants, position), frame);
    if (status == ZOE_OK)
        frame->position = position;
    return status;
}

void zoe_stand_in_show(zoe_stand_in *stand_in, zoe_variants *variants, int64_t position)
{
    char name[sizeof stand_in->layer];
    const zoe_variant *shown = zoe_variants_stand_in_now(variants);
    zoe_header *header = NULL;
    if (read_header(variants, position, &header) != ZOE_OK)
        return;
    int32_t index = zoe_header_find_layer(header, NULL, shown->view);
    if (index >= 0) {
        zoe_layer_label(header, index, name, sizeof name);
        if (strcmp(name, stand_in->layer) != 0)
            stand_in->range = (zoe_value_range){0.0f, 0.0f};
        memcpy(stand_in->layer, name, sizeof name);
        stand_in->is_data = zoe_layer_is_data(header, index);
        stand_in->is_wide = zoe_layer_is_wide(header, index);
    }
    zoe_header_free(&header);
}

void zoe_stand_in_forget(zoe_stand_in *stand_in)
{
    memset(stand_in->failures, 0, sizeof stand_in->failures);
}

void zoe_stand_in_error(zoe_variants *variants, int64_t position, zoe_error *error)
{
    (void)zoe_source_frame_error(zoe_variants_stand_in_now(variants)->source,
                                 position_there(variants, position), error);
}

/* The least stretch of the work area near the playhead with all frames that are known to be without
 * the layer, or bad in another way. Returns 0 when there is none. */
static int find_stretch(zoe_variants *variants, const zoe_want *want, int64_t *in, int64_t *out)
{
    uint8_t states[2 * REACH + 1];
    int64_t first = want->playhead - REACH, last = want->playhead + REACH;
    first = first < want->in ? want->in : first;
    last = last > want->out ? want->out : last;
    if (want->playhead < first || want->playhead > last)
        first = last = want->playhead;
    if (zoe_source_states(zoe_variants_now(variants)->source, first, last - first + 1, states) !=
        ZOE_OK)
        return 0;
    *in = -1;
    for (int64_t i = first; i <= last; i++) {
        if (states[i - first] != ZOE_FRAME_ERROR)
            continue;
        *in = *in < 0 ? i : *in;
        *out = i;
    }
    return *in >= 0;
}

void zoe_stand_in_rest(zoe_stand_in *stand_in, zoe_variants *variants)
{
    zoe_want idle = {.direction = 1, .idle = 1};
    const zoe_variant *variant = zoe_variants_stand_in_now(variants);
    stand_in->want_told = 0;
    if (variant)
        (void)zoe_source_set_want(variant->source, &idle);
}

void zoe_stand_in_tell(zoe_stand_in *stand_in, zoe_variants *variants, const zoe_want *want)
{
    const zoe_variant *variant = zoe_variants_stand_in_now(variants);
    zoe_want wanted = *want;
    if (!variant)
        return;
    if (find_stretch(variants, want, &wanted.in, &wanted.out)) {
        int64_t at = want->playhead < wanted.in    ? wanted.in
                     : want->playhead > wanted.out ? wanted.out
                                                   : want->playhead;
        wanted.delay = at > want->playhead ? at - want->playhead : want->playhead - at;
        wanted.playhead = position_there(variants, at);
        wanted.in = position_there(variants, wanted.in);
        wanted.out = position_there(variants, wanted.out);
    } else {
        wanted = (zoe_want){.direction = 1, .idle = 1};
    }
    if (stand_in->want_told && zoe_stand_in_same_want(&stand_in->want, &wanted))
        return;
    stand_in->want = wanted;
    stand_in->want_told = zoe_source_set_want(variant->source, &wanted) == ZOE_OK;
}
