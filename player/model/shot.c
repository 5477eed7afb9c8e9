#include "model/shot.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/frame_header.h"
#include "model/layer.h"

enum { PATH_CAPACITY = 4096 };

/* ---- opening ---- */

/* The first position at or after `from` that has a file; wraps. There is one. */
static int64_t position_with_file(const zoe_sequence *sequence, int64_t from)
{
    int64_t count = zoe_sequence_count(sequence);
    for (int64_t i = 0; i < count; i++) {
        int64_t position = (from + i) % count;
        if (zoe_sequence_has_file(sequence, position))
            return position;
    }
    return from;
}

/* The layer as the header has it. A file without it does not change what is known; where nothing
 * is, the name stands for itself. */
static void describe_layer(zoe_shot *shot, const zoe_header *header,
                           const zoe_source_settings *settings)
{
    int32_t index = zoe_header_find_layer(header, settings->layer, settings->view);
    if (index >= 0) {
        shot->is_data = zoe_layer_is_data(header, index) != 0;
        shot->is_wide = zoe_layer_is_wide(header, index) != 0;
        shot->is_whole = zoe_layer_is_whole(header, index);
        shot->is_hashed = zoe_layer_is_hashed(header, index) != 0;
        zoe_layer_label(header, index, shot->layer, sizeof shot->layer);
        for (int i = 0; i < ZOE_PLANES_MAX; i++)
            zoe_layer_channel(header, index, i, shot->channels[i], sizeof shot->channels[i]);
    } else if (!shot->layer[0] && settings->layer) {
        snprintf(shot->layer, sizeof shot->layer, "%s", settings->layer);
    }
}

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

/* "no layer "nosuch"; there are RGBA, Z". */
static void explain_absence(const zoe_header *header, const char *name, const char *view,
                            char *text, size_t capacity)
{
    char names[320];
    zoe_layer_list(header, names, sizeof names);
    snprintf(text, capacity, "No %s \"%.80s\"; there %s %s",
             text_or_empty(name)[0] ? "layer" : "view",
             text_or_empty(name)[0] ? name : text_or_empty(view),
             header->layer_count == 1 ? "is only" : "are", names);
}

/* What only a file's header says. */
static void take_header(zoe_shot *shot, const zoe_header *header,
                        const zoe_source_settings *settings)
{
    shot->file_rate = (zoe_rate){header->fps_numerator, header->fps_denominator};
    describe_layer(shot, header, settings);
    if (header->layer_count && zoe_header_find_layer(header, settings->layer, settings->view) < 0)
        explain_absence(header, settings->layer, settings->view, shot->complaint,
                        sizeof shot->complaint);
}

zoe_status zoe_shot_files_read(zoe_shot_files *files, zoe_storage *storage, const char *spec,
                               zoe_error *error)
{
    char path[PATH_CAPACITY];
    memset(files, 0, sizeof *files);
    zoe_status status = zoe_sequence_open(spec, storage, &files->sequence, error);
    if (status != ZOE_OK)
        return status;
    int64_t named = zoe_sequence_named_position(files->sequence);
    files->start = position_with_file(files->sequence, named < 0 ? 0 : named);
    if (zoe_sequence_path(files->sequence, files->start, path, sizeof path) != ZOE_OK)
        path[0] = '\0';
    (void)zoe_frame_header_read(files->sequence, files->start, &files->header, NULL);
    zoe_file_color_read(&files->color, files->header, path);
    return ZOE_OK;
}

void zoe_shot_files_free(zoe_shot_files *files)
{
    zoe_sequence_close(&files->sequence);
    zoe_header_free(&files->header);
}

zoe_status zoe_shot_open_files(zoe_shot *shot, zoe_engine *engine, zoe_shot_files *files,
                               const zoe_source_settings *settings, zoe_rate rate, zoe_error *error)
{
    memset(shot, 0, sizeof *shot);
    int64_t count = zoe_sequence_count(files->sequence);
    if (files->header)
        take_header(shot, files->header, settings);
    shot->color = files->color;
    zoe_source_settings kept = *settings;
    kept.full_precision = settings->full_precision || shot->is_whole;
    shot->full_asked = settings->full_precision;
    zoe_status status = zoe_source_open(engine, &files->sequence, &kept, &shot->source, error);
    if (status != ZOE_OK)
        return status;
    zoe_variants_begin(&shot->variants, shot->source, &kept);
    uint64_t now = zoe_now_ns();
    rate = rate.numerator > 0 ? rate : shot->file_rate;
    zoe_transport_init(&shot->transport, count);
    zoe_transport_set_rate(&shot->transport, rate.numerator, rate.denominator);
    zoe_transport_seek(&shot->transport, files->start, now);
    return ZOE_OK;
}

zoe_status zoe_shot_open(zoe_shot *shot, zoe_engine *engine, zoe_storage *storage, const char *spec,
                         const zoe_source_settings *settings, zoe_rate rate, zoe_error *error)
{
    zoe_shot_files files;
    memset(shot, 0, sizeof *shot);
    zoe_status status = zoe_shot_files_read(&files, storage, spec, error);
    if (status == ZOE_OK)
        status = zoe_shot_open_files(shot, engine, &files, settings, rate, error);
    zoe_shot_files_free(&files);
    return status;
}

void zoe_shot_close(zoe_shot *shot)
{
    zoe_task_leave(&shot->followed.task);
    zoe_variants_close(&shot->variants);
    shot->source = NULL;
}

const zoe_sequence *zoe_shot_sequence(const zoe_shot *shot)
{
    return zoe_source_sequence(shot->source);
}

void zoe_shot_rest(zoe_shot *shot)
{
    zoe_want idle = {.direction = 1, .idle = 1};
    zoe_transport_play(&shot->transport, 0, zoe_now_ns());
    (void)zoe_source_set_want(shot->source, &idle);
    zoe_fallback_rest(&shot->fallback, &shot->variants);
}

bool zoe_shot_has_file(const zoe_shot *shot, const char *path)
{
    const zoe_sequence *sequence = zoe_shot_sequence(shot);
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *folder = zoe_sequence_folder(sequence);
    size_t folder_length = slash ? (size_t)(slash - path) : 1;
    if (strlen(folder) != folder_length || strncmp(folder, slash ? path : ".", folder_length) != 0)
        return false;
    int64_t number;
    return strchr(zoe_sequence_name(sequence), '#') &&
           zoe_shot_find_file(shot, base, &number) == ZOE_SHOT_FILE_FRAME;
}

const char *zoe_shot_neighbour(const zoe_shot *shot, int by)
{
    const zoe_sequence *sequence = zoe_shot_sequence(shot);
    size_t count = zoe_sequence_group_count(sequence);
    const char *name = zoe_sequence_name(sequence);
    zoe_sequence_group group;
    for (size_t i = 0; i < count && count > 1; i++) {
        if (zoe_sequence_group_at(sequence, i, &group) != ZOE_OK)
            return NULL;
        const char *slash = strrchr(group.pattern, '/');
        if (strcmp(slash ? slash + 1 : group.pattern, name) != 0)
            continue;
        size_t next = by > 0 ? (i + 1) % count : (i + count - 1) % count;
        return zoe_sequence_group_at(sequence, next, &group) == ZOE_OK ? group.pattern : NULL;
    }
    return NULL;
}

/* ---- files that change ---- */

zoe_status zoe_shot_look(const zoe_shot *shot, zoe_look **look, zoe_error *error)
{
    zoe_status status = zoe_look_begin(zoe_shot_sequence(shot), look, error);
    if (status != ZOE_OK)
        return status;
    if (zoe_variants_look(&shot->variants, *look) == ZOE_OK)
        return ZOE_OK;
    zoe_look_end(look);
    return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory to read %s again",
                         zoe_sequence_name(zoe_shot_sequence(shot)));
}

zoe_status zoe_shot_take_look(zoe_shot *shot, const zoe_look *look, zoe_refresh_report *report,
                              int64_t *shift, zoe_error *error)
{
    int64_t first = zoe_sequence_first(zoe_shot_sequence(shot));
    zoe_status status = zoe_variants_take_look(&shot->variants, look, report, error);
    const zoe_sequence *sequence = zoe_shot_sequence(shot);
    *shift = (first - zoe_sequence_first(sequence)) / zoe_sequence_step(sequence);
    if (*shift || zoe_sequence_count(sequence) != shot->transport.count)
        zoe_transport_recount(&shot->transport, zoe_sequence_count(sequence), *shift);
    shot->fallback.want_told = false;
    if (report->changed || report->removed)
        zoe_fallback_forget(&shot->fallback);
    return status;
}

zoe_shot_file zoe_shot_find_file(const zoe_shot *shot, const char *name, int64_t *number)
{
    const zoe_sequence *sequence = zoe_shot_sequence(shot);
    const char *pattern = zoe_sequence_name(sequence);
    size_t before = strcspn(pattern, "#");
    char *end = NULL, path[PATH_CAPACITY];
    *number = zoe_sequence_first(sequence);
    if (pattern[before]) {
        if (strncmp(name, pattern, before) != 0)
            return ZOE_SHOT_FILE_OTHER;
        *number = strtoll(name + before, &end, 10);
        if (end == name + before)
            return ZOE_SHOT_FILE_OTHER;
    }
    int64_t position = zoe_sequence_position(sequence, *number);
    if (zoe_sequence_number(sequence, position) == *number &&
        zoe_sequence_path(sequence, position, path, sizeof path) == ZOE_OK) {
        const char *slash = strrchr(path, '/');
        if (!strcmp(name, slash ? slash + 1 : path))
            return ZOE_SHOT_FILE_FRAME;
    }
    return ZOE_SHOT_FILE_OTHER;
}

/* ---- form and layer ---- */

/* How the frames of a variant are kept. */
static zoe_source_settings form_of(const zoe_variant *variant)
{
    zoe_source_settings settings;
    zoe_source_settings_init(&settings);
    settings.proxy_shift = variant->proxy_shift;
    settings.overscan = variant->overscan;
    settings.full_precision = variant->full_precision;
    return settings;
}

static zoe_status choose(zoe_shot *shot, zoe_engine *engine, const zoe_source_settings *settings,
                         zoe_error *error)
{
    zoe_status status = zoe_variants_choose(&shot->variants, engine, settings, error);
    if (status != ZOE_OK)
        return status;
    shot->source = zoe_variants_now(&shot->variants)->source;
    zoe_fallback_forget(&shot->fallback);
    return ZOE_OK;
}

zoe_status zoe_shot_set_form(zoe_shot *shot, zoe_engine *engine, const zoe_source_settings *form,
                             zoe_error *error)
{
    /* A variant may be opened in this one's place: copies of its names. */
    zoe_variant now = *zoe_variants_now(&shot->variants);
    zoe_source_settings settings = *form;
    settings.layer = now.layer;
    settings.view = now.view;
    settings.full_precision = form->full_precision || shot->is_whole;
    zoe_status status = choose(shot, engine, &settings, error);
    /* Values that are infinite as half are none to fit a range to. */
    if (status == ZOE_OK)
        shot->full_asked = form->full_precision;
    if (status == ZOE_OK && (now.full_precision != 0) != (settings.full_precision != 0)) {
        shot->range = (zoe_value_range){0.0f, 0.0f};
        zoe_fallback_unfit(&shot->fallback);
    }
    return status;
}

int64_t zoe_shot_header_position(const zoe_shot *shot)
{
    return position_with_file(zoe_shot_sequence(shot), shot->transport.playhead);
}

zoe_status zoe_shot_choose_layer(zoe_shot *shot, zoe_engine *engine, const zoe_header *header,
                                 int32_t index, zoe_error *error)
{
    zoe_variant now = *zoe_variants_now(&shot->variants);
    zoe_source_settings settings = form_of(&now);
    settings.layer = header->layers[index].name;
    settings.view = header->layers[index].view;
    settings.full_precision = shot->full_asked || zoe_layer_is_whole(header, index);
    zoe_status status = choose(shot, engine, &settings, error);
    if (status != ZOE_OK)
        return status;
    shot->range = (zoe_value_range){0.0f, 0.0f};
    describe_layer(shot, header, &settings);
    return ZOE_OK;
}
