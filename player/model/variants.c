#include "model/variants.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

static bool name_variant(zoe_variant *variant, const zoe_source_settings *settings)
{
    int layer =
        snprintf(variant->layer, sizeof variant->layer, "%s", text_or_empty(settings->layer));
    int view = snprintf(variant->view, sizeof variant->view, "%s", text_or_empty(settings->view));
    variant->proxy_shift = settings->proxy_shift;
    variant->overscan = settings->overscan != 0;
    variant->full_precision = settings->full_precision != 0;
    return layer >= 0 && (size_t)layer < sizeof variant->layer && view >= 0 &&
           (size_t)view < sizeof variant->view;
}

void zoe_variants_begin(zoe_variants *variants, zoe_source *source,
                        const zoe_source_settings *settings)
{
    memset(variants, 0, sizeof *variants);
    variants->count = 1;
    variants->fallback = -1;
    variants->list[0].source = source;
    (void)name_variant(&variants->list[0], settings);
}

void zoe_variants_close(zoe_variants *variants)
{
    for (int i = 0; i < variants->count; i++)
        zoe_source_close(&variants->list[i].source);
    variants->count = 0;
}

zoe_variant *zoe_variants_now(zoe_variants *variants)
{
    return &variants->list[variants->current];
}

static int find(const zoe_variants *variants, const zoe_variant *like)
{
    for (int i = 0; i < variants->count; i++) {
        const zoe_variant *v = &variants->list[i];
        if (v->proxy_shift == like->proxy_shift && v->overscan == like->overscan &&
            v->full_precision == like->full_precision && !strcmp(v->layer, like->layer) &&
            !strcmp(v->view, like->view))
            return i;
    }
    return -1;
}

/* A place for one more; the one that was left longest ago goes when there is none. */
static int make_place(zoe_variants *variants)
{
    if (variants->count < ZOE_VARIANTS_MAX)
        return variants->count++;
    int oldest = -1;
    for (int i = 0; i < variants->count; i++) {
        if (i == variants->current || i == variants->fallback)
            continue;
        if (oldest < 0 || variants->list[i].left < variants->list[oldest].left)
            oldest = i;
    }
    zoe_source_close(&variants->list[oldest].source);
    return oldest;
}

/* All variants have one sequence, and are told together when it changes. */
static zoe_status open_variant(const zoe_variants *variants, zoe_engine *engine,
                               const zoe_source_settings *settings, zoe_source **source,
                               zoe_error *error)
{
    const zoe_source *now = variants->list[variants->current].source;
    zoe_sequence *sequence = zoe_sequence_share(zoe_source_sequence(now));
    zoe_status status = zoe_source_open(engine, &sequence, settings, source, error);
    zoe_sequence_close(&sequence);
    return status;
}

/* The variant with these settings, open. */
static zoe_status find_or_open(zoe_variants *variants, zoe_engine *engine,
                               const zoe_source_settings *settings, int *index, zoe_error *error)
{
    zoe_variant fresh = {0};
    if (!name_variant(&fresh, settings))
        return zoe_error_set(error, ZOE_ERROR_NO_LAYER, "the layer's name is too long: %s",
                             text_or_empty(settings->layer));
    *index = find(variants, &fresh);
    if (*index >= 0)
        return ZOE_OK;
    zoe_status status = open_variant(variants, engine, settings, &fresh.source, error);
    if (status != ZOE_OK)
        return status;
    *index = make_place(variants);
    variants->list[*index] = fresh;
    return ZOE_OK;
}

/* It stays open: what the engine keeps of it is there at once the next time. */
static void leave(zoe_variants *variants, int index)
{
    zoe_want idle = {.direction = 1, .idle = 1};
    if (index < 0)
        return;
    (void)zoe_source_set_want(variants->list[index].source, &idle);
    variants->list[index].left = ++variants->turns;
}

zoe_status zoe_variants_choose(zoe_variants *variants, zoe_engine *engine,
                               const zoe_source_settings *settings, zoe_error *error)
{
    int index;
    zoe_status status = find_or_open(variants, engine, settings, &index, error);
    if (status != ZOE_OK || index == variants->current)
        return status;
    leave(variants, variants->fallback);
    leave(variants, variants->current);
    variants->fallback = -1;
    variants->current = index;
    return ZOE_OK;
}

zoe_status zoe_variants_open_fallback(zoe_variants *variants, zoe_engine *engine,
                                      const zoe_source_settings *settings, zoe_error *error)
{
    int index;
    zoe_status status = find_or_open(variants, engine, settings, &index, error);
    if (status != ZOE_OK)
        return status;
    if (index == variants->current)
        return zoe_error_set(error, ZOE_ERROR_NO_LAYER, "there is no other layer");
    variants->fallback = index;
    return ZOE_OK;
}

zoe_variant *zoe_variants_fallback(zoe_variants *variants)
{
    return variants->fallback < 0 ? NULL : &variants->list[variants->fallback];
}

zoe_status zoe_variants_look(const zoe_variants *variants, zoe_look *look)
{
    zoe_status status = ZOE_OK;
    for (int i = 0; i < variants->count && status == ZOE_OK; i++)
        status = zoe_look_add_source(look, variants->list[i].source);
    return status;
}

zoe_status zoe_variants_take_look(zoe_variants *variants, const zoe_look *look,
                                  zoe_refresh_report *report, zoe_error *error)
{
    zoe_status worst = ZOE_OK;
    memset(report, 0, sizeof *report);
    for (int i = 0; i < variants->count; i++) {
        zoe_refresh_report own = {0};
        zoe_status status = zoe_source_take_look(variants->list[i].source, look, &own, error);
        if (status != ZOE_OK)
            worst = status;
        else if (i == variants->current)
            *report = own;
    }
    return worst;
}
