#include "model/fallback.h"

#include <stdbool.h>
#include <string.h>

#include "model/frame_header.h"
#include "model/layer.h"

enum { REACH = 64 /* frames looked at on each side of the playhead */ };

bool zoe_same_want(const zoe_want *a, const zoe_want *b)
{
    return a->playhead == b->playhead && a->in == b->in && a->out == b->out &&
           a->direction == b->direction && a->playing == b->playing && a->loop == b->loop &&
           a->strategy == b->strategy && a->delay == b->delay && a->idle == b->idle &&
           a->rate == b->rate;
}

/* The position of a frame of the current variant in the fallback: the folder may have
 * been read at another time for it. */
static int64_t position_there(zoe_variants *variants, int64_t position)
{
    const zoe_sequence *here = zoe_source_sequence(zoe_variants_now(variants)->source);
    const zoe_sequence *there = zoe_source_sequence(zoe_variants_fallback(variants)->source);
    return zoe_sequence_position(there, zoe_sequence_number(here, position));
}

static zoe_fallback_frame *frame_slot(zoe_fallback *fallback, int64_t number)
{
    return &fallback->frames[(uint64_t)number % ZOE_FALLBACK_FRAMES];
}

/* header NULL: it cannot be read. */
static void remember(zoe_fallback *fallback, int64_t number, const zoe_header *header,
                     const char *view)
{
    zoe_fallback_frame *frame = frame_slot(fallback, number);
    int32_t index = header ? zoe_header_find_layer(header, NULL, view) : -1;
    *frame = (zoe_fallback_frame){.number = number, .is_read = 1, .is_named = index >= 0};
    if (index < 0)
        return;
    zoe_layer_label(header, index, frame->layer, sizeof frame->layer);
    frame->is_data = zoe_layer_is_data(header, index);
    frame->is_wide = zoe_layer_is_wide(header, index);
    frame->is_color = header->layers[index].is_color;
}

/* True for what a file or a folder is: trying again changes nothing until that changes. Too many
 * open files and a network that stumbles are none of it. */
static bool is_lasting(zoe_status status)
{
    switch (status) {
    case ZOE_ERROR_NOT_FOUND:
    case ZOE_ERROR_PERMISSION:
    case ZOE_ERROR_NOT_EXR:
    case ZOE_ERROR_CORRUPT:
    case ZOE_ERROR_TRUNCATED:
    case ZOE_ERROR_UNSUPPORTED:
    case ZOE_ERROR_NO_FRAMES:
    case ZOE_ERROR_NO_LAYER:
    case ZOE_ERROR_TOO_LARGE:
    case ZOE_MISSING: return true;
    default: return false;
    }
}

static zoe_status open_for(zoe_fallback *fallback, zoe_variants *variants, zoe_engine *engine,
                           int64_t position)
{
    const zoe_variant *now = zoe_variants_now(variants);
    const zoe_sequence *sequence = zoe_source_sequence(now->source);
    int64_t number = zoe_sequence_number(sequence, position);
    zoe_header *header = NULL;
    zoe_status status = zoe_frame_header_read(sequence, position, &header, NULL);
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
    if (index >= 0 && zoe_layer_is_whole(header, index))
        settings.full_precision = 1;
    /* Likely the next one to be shown, and maybe while playing. */
    remember(fallback, number, header, settings.view);
    zoe_header_free(&header);
    return index < 0 ? ZOE_ERROR_NO_LAYER
                     : zoe_variants_open_fallback(variants, engine, &settings, NULL);
}

/* The fallback's variant, opened for this frame where there is none. */
static zoe_status open_once(zoe_fallback *fallback, zoe_variants *variants, zoe_engine *engine,
                            int64_t position)
{
    if (zoe_variants_fallback(variants))
        return ZOE_OK;
    const zoe_sequence *sequence = zoe_source_sequence(zoe_variants_now(variants)->source);
    int64_t number = zoe_sequence_number(sequence, position);
    size_t slot = (size_t)((uint64_t)number % ZOE_FALLBACK_FAILURES);
    if (fallback->failures[slot].status != ZOE_OK && fallback->failures[slot].number == number)
        return fallback->failures[slot].status;
    fallback->want_told = false;
    zoe_status status = open_for(fallback, variants, engine, position);
    if (is_lasting(status)) {
        fallback->failures[slot].number = number;
        fallback->failures[slot].status = status;
    }
    return status;
}

zoe_status zoe_fallback_acquire(zoe_fallback *fallback, zoe_variants *variants, zoe_engine *engine,
                                int64_t position, zoe_frame *frame)
{
    zoe_status status = open_once(fallback, variants, engine, position);
    if (status != ZOE_OK)
        return status;
    status = zoe_source_acquire(zoe_variants_fallback(variants)->source,
                                position_there(variants, position), frame);
    if (status == ZOE_OK)
        frame->position = position;
    return status;
}

/* The frame itself, or the nearest one that may have the same layer; NULL: none is known. */
static const zoe_fallback_frame *nearest(const zoe_fallback *fallback, int64_t number, int is_color)
{
    const zoe_fallback_frame *best = NULL;
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < ZOE_FALLBACK_FRAMES; i++) {
        const zoe_fallback_frame *frame = &fallback->frames[i];
        uint64_t away = frame->number < number ? (uint64_t)number - (uint64_t)frame->number
                                               : (uint64_t)frame->number - (uint64_t)number;
        if (!frame->is_named || (frame->is_color != 0) != (is_color != 0) || away >= least)
            continue;
        best = frame;
        least = away;
    }
    return best;
}

/* Brings the layer's range to the front; the one that was not seen for longest goes. */
static void turn_to_range(zoe_fallback *fallback, const char *layer)
{
    int at = 0;
    while (at < ZOE_FALLBACK_RANGES && strcmp(fallback->ranges[at].layer, layer) != 0)
        at++;
    int is_new = at == ZOE_FALLBACK_RANGES;
    at -= is_new;
    zoe_value_range range = is_new ? (zoe_value_range){0.0f, 0.0f} : fallback->ranges[at].range;
    memmove(&fallback->ranges[1], &fallback->ranges[0], (size_t)at * sizeof fallback->ranges[0]);
    memcpy(fallback->ranges[0].layer, layer, strlen(layer) + 1);
    fallback->ranges[0].range = range;
}

bool zoe_fallback_show(zoe_fallback *fallback, zoe_variants *variants, const zoe_frame *frame,
                       int may_block)
{
    const zoe_variant *shown = zoe_variants_fallback(variants);
    const zoe_sequence *sequence = zoe_source_sequence(zoe_variants_now(variants)->source);
    if (!shown)
        return false;
    int64_t number = zoe_sequence_number(sequence, frame->position);
    const zoe_fallback_frame *own = frame_slot(fallback, number);
    if (may_block && !(own->is_read && own->number == number)) {
        zoe_header *header = NULL;
        zoe_status status = zoe_frame_header_read(sequence, frame->position, &header, NULL);
        if (status == ZOE_OK || is_lasting(status))
            remember(fallback, number, header, shown->view);
        zoe_header_free(&header);
    }
    fallback->is_guess = !own->is_read || own->number != number;
    const zoe_fallback_frame *best = nearest(fallback, number, frame->is_color);
    if (!best)
        return false;
    bool changed = best->is_data != fallback->is_data || best->is_wide != fallback->is_wide ||
                   strcmp(best->layer, fallback->layer) != 0;
    memcpy(fallback->layer, best->layer, sizeof fallback->layer);
    fallback->is_data = best->is_data;
    fallback->is_wide = best->is_wide;
    turn_to_range(fallback, best->layer);
    return changed;
}

zoe_value_range *zoe_fallback_range(zoe_fallback *fallback)
{
    return &fallback->ranges[0].range;
}

void zoe_fallback_unfit(zoe_fallback *fallback)
{
    memset(fallback->ranges, 0, sizeof fallback->ranges);
    memcpy(fallback->ranges[0].layer, fallback->layer, sizeof fallback->layer);
}

void zoe_fallback_forget(zoe_fallback *fallback)
{
    memset(fallback->frames, 0, sizeof fallback->frames);
    memset(fallback->failures, 0, sizeof fallback->failures);
}

void zoe_fallback_error(zoe_variants *variants, int64_t position, zoe_error *error)
{
    (void)zoe_source_frame_error(zoe_variants_fallback(variants)->source,
                                 position_there(variants, position), error);
}

/* The least stretch of the work area near the playhead with all frames that are known to be without
 * the layer, or bad in another way. Returns 0 when there is none. */
static bool find_stretch(zoe_variants *variants, const zoe_want *want, int64_t *in, int64_t *out)
{
    uint8_t states[2 * REACH + 1];
    int64_t first = want->playhead - REACH, last = want->playhead + REACH;
    first = first < want->in ? want->in : first;
    last = last > want->out ? want->out : last;
    if (want->playhead < first || want->playhead > last)
        first = last = want->playhead;
    if (zoe_source_states(zoe_variants_now(variants)->source, first, last - first + 1, states) !=
        ZOE_OK)
        return false;
    *in = -1;
    for (int64_t i = first; i <= last; i++) {
        if (states[i - first] != ZOE_FRAME_ERROR)
            continue;
        *in = *in < 0 ? i : *in;
        *out = i;
    }
    return *in >= 0;
}

void zoe_fallback_rest(zoe_fallback *fallback, zoe_variants *variants)
{
    zoe_want idle = {.direction = 1, .idle = 1};
    const zoe_variant *variant = zoe_variants_fallback(variants);
    fallback->want_told = false;
    if (variant)
        (void)zoe_source_set_want(variant->source, &idle);
}

void zoe_fallback_tell(zoe_fallback *fallback, zoe_variants *variants, const zoe_want *want)
{
    const zoe_variant *variant = zoe_variants_fallback(variants);
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
    if (fallback->want_told && zoe_same_want(&fallback->want, &wanted))
        return;
    fallback->want = wanted;
    fallback->want_told = zoe_source_set_want(variant->source, &wanted) == ZOE_OK;
}
