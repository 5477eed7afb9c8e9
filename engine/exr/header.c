#define _GNU_SOURCE /* strnlen */

#include "exr/header.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <zoetrope/header.h>

#include "base/arena.h"
#include "base/names.h"
#include "exr/attribute.h"
#include "exr/scan.h"
#include "base/os.h"

/* What zoe_header_read() gives out, and what it keeps to itself. */
struct owned_header {
    zoe_header header;    /* first: its address is the whole's */
    zoe_arena arena;      /* everything the header points to */
    const int32_t *ranks; /* [layer_count], as zoe_exr_layer_seen has them */
};

/* A file while OpenEXR reads it. */
struct input {
    const char *path;
    int fd;
    uint64_t bytes;
    zoe_exr_outline outline;
    int read_failed;  /* the system could not read */
    char reason[256]; /* OpenEXR's last message; "" when there was none */
};

/* A header while it is made. */
struct build {
    struct owned_header *owned;
    exr_const_context_t ctxt;
    zoe_layer *layers; /* [layer_count], ranks and names go with them */
    int32_t *ranks;
    size_t layer_count;
    size_t layer_room;
    int out_of_memory;
};

/* ---- chunks ---- */

exr_result_t zoe_exr_lines_per_chunk(exr_const_context_t context, int part, int32_t *lines)
{
    *lines = 0;
    exr_compression_t compression;
    exr_result_t result = exr_get_scanlines_per_chunk(context, part, lines);
    if (result != EXR_ERR_SUCCESS || *lines > 0)
        return result;
    result = exr_get_compression(context, part, &compression);
    if (result == EXR_ERR_SUCCESS)
        *lines = zoe_compression_lines((zoe_compression)compression);
    return result;
}

exr_result_t zoe_exr_chunk_count(exr_const_context_t context, int part, int32_t *count)
{
    *count = 0;
    int32_t lines = 0;
    exr_storage_t storage;
    exr_attr_box2i_t data;
    exr_result_t result = exr_get_chunk_count(context, part, count);
    if (result != EXR_ERR_SUCCESS || *count != 0)
        return result;
    result = exr_get_storage(context, part, &storage);
    if (result != EXR_ERR_SUCCESS ||
        (storage != EXR_STORAGE_SCANLINE && storage != EXR_STORAGE_DEEP_SCANLINE))
        return result;
    result = zoe_exr_lines_per_chunk(context, part, &lines);
    if (result == EXR_ERR_SUCCESS)
        result = exr_get_data_window(context, part, &data);
    if (result != EXR_ERR_SUCCESS || lines < 1)
        return result;
    int64_t chunks = ((int64_t)data.max.y - data.min.y + lines) / lines;
    if (chunks > INT32_MAX)
        return EXR_ERR_INVALID_ATTR;
    *count = chunks > 0 ? (int32_t)chunks : 0;
    return EXR_ERR_SUCCESS;
}

/* ---- parts ---- */

static const char *keep(struct build *build, const char *text, size_t length)
{
    const char *copy = zoe_arena_copy(&build->owned->arena, text, length);
    if (!copy)
        build->out_of_memory = 1;
    return copy ? copy : "";
}

static void *keep_array(struct build *build, size_t count, size_t bytes)
{
    void *array = zoe_arena_alloc(&build->owned->arena, count, bytes);
    if (!array)
        build->out_of_memory = 1;
    return array;
}

static const char *keep_attribute_text(struct build *build, int part, const char *name)
{
    const exr_attribute_t *attribute;
    if (exr_get_attribute_by_name(build->ctxt, part, name, &attribute) != EXR_ERR_SUCCESS ||
        attribute->type != EXR_ATTR_STRING || !attribute->string->str ||
        attribute->string->length <= 0)
        return "";
    const exr_attr_string_t *string = attribute->string;
    return keep(build, string->str, strnlen(string->str, (size_t)string->length));
}

static zoe_box box_of(const exr_attr_box2i_t *box)
{
    return (zoe_box){box->min.x, box->min.y, box->max.x, box->max.y};
}

static void read_channels(struct build *build, int index, zoe_part *part)
{
    const exr_attr_chlist_t *list;
    if (exr_get_channels(build->ctxt, index, &list) != EXR_ERR_SUCCESS || !list ||
        list->num_channels <= 0)
        return;
    zoe_channel *channels = keep_array(build, (size_t)list->num_channels, sizeof *channels);
    if (!channels)
        return;
    part->channels = channels;
    part->channel_count = (size_t)list->num_channels;
    for (int i = 0; i < list->num_channels; i++) {
        const exr_attr_chlist_entry_t *entry = &list->entries[i];
        const char *name = entry->name.str ? entry->name.str : "";
        channels[i] = (zoe_channel){.name = keep(build, name, strlen(name)),
                                    .type = (zoe_sample_type)entry->pixel_type,
                                    .x_sampling = entry->x_sampling,
                                    .y_sampling = entry->y_sampling,
                                    .p_linear = entry->p_linear != 0};
    }
}

static void read_attributes(struct build *build, int index, zoe_part *part)
{
    int32_t count = 0;
    if (exr_get_attribute_count(build->ctxt, index, &count) != EXR_ERR_SUCCESS || count <= 0)
        return;
    zoe_attribute *attributes = keep_array(build, (size_t)count, sizeof *attributes);
    if (!attributes)
        return;
    part->attributes = attributes;
    char text[ZOE_EXR_TEXT_MAX];
    for (int32_t i = 0; i < count; i++) {
        const exr_attribute_t *from;
        if (exr_get_attribute_by_index(build->ctxt, index, EXR_ATTR_LIST_FILE_ORDER, i, &from) !=
            EXR_ERR_SUCCESS)
            continue;
        zoe_exr_attribute_text(from, text);
        zoe_attribute *to = &attributes[part->attribute_count++];
        to->name = keep(build, from->name, strlen(from->name));
        to->type = keep(build, from->type_name, strlen(from->type_name));
        to->value = keep(build, text, strlen(text));
    }
}

static void read_tiles(exr_const_context_t ctxt, int index, zoe_part *part)
{
    uint32_t width = 0;
    uint32_t height = 0;
    exr_tile_level_mode_t level = EXR_TILE_ONE_LEVEL;
    exr_tile_round_mode_t round = EXR_TILE_ROUND_DOWN;
    if (exr_get_tile_descriptor(ctxt, index, &width, &height, &level, &round) != EXR_ERR_SUCCESS)
        return;
    part->tile_width = (int32_t)width;
    part->tile_height = (int32_t)height;
    part->level_mode = (int32_t)level;
    int32_t levels_x = 1;
    int32_t levels_y = 1;
    if (exr_get_tile_levels(ctxt, index, &levels_x, &levels_y) == EXR_ERR_SUCCESS) {
        part->level_count_x = levels_x;
        part->level_count_y = levels_y;
    }
}

static int is_useful_aspect(float aspect)
{
    return aspect >= 1e-3F && aspect <= 1e3F; /* NaN is not */
}

static zoe_status read_part(struct build *build, int index, zoe_part *part)
{
    exr_const_context_t ctxt = build->ctxt;
    exr_storage_t storage;
    exr_compression_t compression;
    exr_lineorder_t order;
    exr_attr_box2i_t data;
    exr_attr_box2i_t display;
    float aspect = 1;
    if (exr_get_storage(ctxt, index, &storage) != EXR_ERR_SUCCESS ||
        exr_get_compression(ctxt, index, &compression) != EXR_ERR_SUCCESS ||
        exr_get_lineorder(ctxt, index, &order) != EXR_ERR_SUCCESS ||
        exr_get_data_window(ctxt, index, &data) != EXR_ERR_SUCCESS ||
        exr_get_display_window(ctxt, index, &display) != EXR_ERR_SUCCESS)
        return ZOE_ERROR_CORRUPT;
    part->type = (unsigned)storage < ZOE_PART_UNKNOWN ? (zoe_part_type)storage : ZOE_PART_UNKNOWN;
    part->compression = (zoe_compression)compression;
    part->line_order = (zoe_line_order)order;
    part->data_window = box_of(&data);
    part->display_window = box_of(&display);
    part->pixel_aspect = 1;
    if (exr_get_pixel_aspect_ratio(ctxt, index, &aspect) == EXR_ERR_SUCCESS &&
        is_useful_aspect(aspect))
        part->pixel_aspect = (double)aspect;
    part->level_count_x = 1;
    part->level_count_y = 1;
    int32_t number = 0;
    if (part->type == ZOE_PART_TILED || part->type == ZOE_PART_DEEP_TILED)
        read_tiles(ctxt, index, part);
    else if (zoe_exr_lines_per_chunk(ctxt, index, &number) == EXR_ERR_SUCCESS)
        part->lines_per_chunk = number;
    if (zoe_exr_chunk_count(ctxt, index, &number) == EXR_ERR_SUCCESS)
        part->chunk_count = number;
    part->name = keep_attribute_text(build, index, "name");
    part->view = keep_attribute_text(build, index, "view");
    read_channels(build, index, part);
    read_attributes(build, index, part);
    return build->out_of_memory ? ZOE_ERROR_NO_MEMORY : ZOE_OK;
}

/* ---- layers ---- */

static int grow_layers(struct build *build)
{
    size_t room = build->layer_room ? build->layer_room * 2 : 16;
    zoe_layer *layers = keep_array(build, room, sizeof *layers);
    int32_t *ranks = keep_array(build, room, sizeof *ranks);
    if (!layers || !ranks)
        return 0;
    if (build->layer_count) {
        memcpy(layers, build->layers, build->layer_count * sizeof *layers);
        memcpy(ranks, build->ranks, build->layer_count * sizeof *ranks);
    }
    build->layers = layers;
    build->ranks = ranks;
    build->layer_room = room;
    return 1;
}

static int add_layer(void *user, const zoe_exr_layer_seen *seen)
{
    struct build *build = user;
    if (build->layer_count == build->layer_room && !grow_layers(build))
        return 1;
    build->ranks[build->layer_count] = seen->rank;
    zoe_layer *layer = &build->layers[build->layer_count++];
    layer->name = keep(build, seen->name, strlen(seen->name));
    layer->view = keep(build, seen->view, strlen(seen->view));
    layer->part = seen->layer.part;
    layer->channel_count = seen->layer.channel_count;
    memcpy(layer->channels, seen->layer.channels, sizeof layer->channels);
    layer->is_color = seen->layer.is_color;
    layer->alpha = seen->layer.alpha;
    layer->is_luminance_chroma = seen->layer.is_luminance_chroma;
    return build->out_of_memory;
}

/* A layer while doubles are looked for. */
struct candidate {
    const zoe_layer *layer;
    int32_t rank;
};

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a;
    const struct candidate *y = b;
    int order = strcmp(x->layer->name, y->layer->name);
    if (order == 0)
        order = strcmp(x->layer->view, y->layer->view);
    if (order == 0 && x->rank != y->rank)
        order = x->rank < y->rank ? -1 : 1;
    if (order == 0)
        order = x->layer < y->layer ? -1 : x->layer > y->layer;
    return order;
}

/* Of layers with one name and view that one stays which the name finds in an opened file. */
static void drop_doubles(struct build *build)
{
    if (build->layer_count < 2)
        return;
    struct candidate *sorted = keep_array(build, build->layer_count, sizeof *sorted);
    unsigned char *dropped = keep_array(build, build->layer_count, 1);
    if (!sorted || !dropped)
        return;
    for (size_t i = 0; i < build->layer_count; i++)
        sorted[i] = (struct candidate){&build->layers[i], build->ranks[i]};
    qsort(sorted, build->layer_count, sizeof *sorted, compare_candidates);
    for (size_t i = 1; i < build->layer_count; i++)
        if (strcmp(sorted[i].layer->name, sorted[i - 1].layer->name) == 0 &&
            strcmp(sorted[i].layer->view, sorted[i - 1].layer->view) == 0)
            dropped[sorted[i].layer - build->layers] = 1;
    size_t kept = 0;
    for (size_t i = 0; i < build->layer_count; i++) {
        if (dropped[i])
            continue;
        build->layers[kept] = build->layers[i];
        build->ranks[kept++] = build->ranks[i];
    }
    build->layer_count = kept;
}

/* Moves the default layer to the front; the others stay in their order. */
static void default_first(struct build *build)
{
    size_t best = 0;
    for (size_t i = 1; i < build->layer_count; i++)
        if (build->ranks[i] < build->ranks[best])
            best = i;
    if (best == 0)
        return;
    zoe_layer layer = build->layers[best];
    int32_t rank = build->ranks[best];
    memmove(build->layers + 1, build->layers, best * sizeof *build->layers);
    memmove(build->ranks + 1, build->ranks, best * sizeof *build->ranks);
    build->layers[0] = layer;
    build->ranks[0] = rank;
}

static zoe_status read_layers(struct build *build)
{
    zoe_status status = zoe_exr_walk_layers(build->ctxt, add_layer, build);
    /* A file without channels still has a header. */
    if (status != ZOE_OK && status != ZOE_ERROR_NO_LAYER)
        return status;
    drop_doubles(build);
    if (build->out_of_memory)
        return ZOE_ERROR_NO_MEMORY;
    default_first(build);
    build->owned->header.layers = build->layers;
    build->owned->header.layer_count = build->layer_count;
    build->owned->ranks = build->ranks;
    return ZOE_OK;
}

int32_t zoe_header_find_layer(const zoe_header *header, const char *name, const char *view)
{
    if (!header)
        return -1;
    const struct owned_header *owned = (const struct owned_header *)header;
    int32_t best = -1;
    int32_t best_match = 0;
    for (size_t i = 0; i < header->layer_count; i++) {
        const zoe_layer *layer = &header->layers[i];
        const zoe_part *part = &header->parts[layer->part];
        const char *channels[4];
        for (int32_t j = 0; j < layer->channel_count; j++)
            channels[j] = part->channels[layer->channels[j]].name;
        int32_t match =
            zoe_exr_layer_match(name ? name : "", view ? view : "", layer->name, layer->view,
                                part->name, channels, layer->channel_count);
        if (match < 0)
            continue;
        if (best < 0 || match < best_match ||
            (match == best_match && owned->ranks[i] < owned->ranks[best])) {
            best = (int32_t)i;
            best_match = match;
        }
    }
    return best;
}

/* ---- the whole ---- */

/* Looks in the default layer's part first, then in all of them. */
static const exr_attribute_t *find_attribute(const struct build *build, const char *name)
{
    const zoe_header *header = &build->owned->header;
    const exr_attribute_t *attribute;
    int first = header->layer_count ? header->layers[0].part : 0;
    if (exr_get_attribute_by_name(build->ctxt, first, name, &attribute) == EXR_ERR_SUCCESS)
        return attribute;
    for (int part = 0; part < (int)header->part_count; part++)
        if (exr_get_attribute_by_name(build->ctxt, part, name, &attribute) == EXR_ERR_SUCCESS)
            return attribute;
    return NULL;
}

static void read_common(struct build *build)
{
    /* ITU-R BT.709-6, table 1, items 1.3 and 1.4 */
    static const float rec709[8] = {0.64F, 0.33F, 0.30F, 0.60F, 0.15F, 0.06F, 0.3127F, 0.3290F};
    zoe_header *header = &build->owned->header;
    memcpy(header->chromaticities, rec709, sizeof rec709);
    const exr_attribute_t *attribute = find_attribute(build, "chromaticities");
    if (attribute && attribute->type == EXR_ATTR_CHROMATICITIES) {
        header->has_chromaticities = 1;
        memcpy(header->chromaticities, attribute->chromaticities, sizeof header->chromaticities);
    }
    /* The standard attribute, then the one that Nuke writes beside it or instead of it. */
    static const char *const rates[] = {"framesPerSecond", "nuke/input/frame_rate"};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0] && header->fps_denominator == 0; i++) {
        attribute = find_attribute(build, rates[i]);
        if (attribute)
            zoe_exr_attribute_rate(attribute, &header->fps_numerator, &header->fps_denominator);
    }
    char time_code[ZOE_EXR_TIME_CODE_MAX] = "";
    attribute = find_attribute(build, "timeCode");
    if (attribute)
        zoe_exr_attribute_time_code(attribute, time_code);
    header->time_code = keep(build, time_code, strlen(time_code));
}

static zoe_status build_header(struct build *build)
{
    int count = 0;
    if (exr_get_count(build->ctxt, &count) != EXR_ERR_SUCCESS || count < 1)
        return ZOE_ERROR_CORRUPT;
    zoe_header *header = &build->owned->header;
    zoe_part *parts = keep_array(build, (size_t)count, sizeof *parts);
    if (!parts)
        return ZOE_ERROR_NO_MEMORY;
    header->parts = parts;
    header->part_count = (size_t)count;
    for (int i = 0; i < count; i++) {
        zoe_status status = read_part(build, i, &parts[i]);
        if (status != ZOE_OK)
            return status;
    }
    zoe_status status = read_layers(build);
    if (status != ZOE_OK)
        return status;
    read_common(build);
    return build->out_of_memory ? ZOE_ERROR_NO_MEMORY : ZOE_OK;
}

/* ---- the file ---- */

static int64_t read_for_check(void *user, void *buffer, size_t bytes, uint64_t offset)
{
    const struct input *input = user;
    return zoe_os_file_read(input->fd, buffer, bytes, offset);
}

static int64_t read_for_openexr(exr_const_context_t ctxt, void *user, void *buffer, uint64_t bytes,
                                uint64_t offset, exr_stream_error_func_ptr_t report)
{
    (void)ctxt;
    (void)report;
    struct input *input = user;
    int64_t got = zoe_os_file_read(input->fd, buffer, (size_t)bytes, offset);
    if (got < 0)
        input->read_failed = 1;
    else
        zoe_exr_hide_deep_flag(&input->outline, buffer, (size_t)got, offset);
    return got;
}

static int64_t size_for_openexr(exr_const_context_t ctxt, void *user)
{
    (void)ctxt;
    const struct input *input = user;
    return (int64_t)input->bytes;
}

/* OpenEXR would print; its words go into our error instead. */
static void hear_openexr(exr_const_context_t ctxt, exr_result_t result, const char *message)
{
    (void)result;
    void *user = NULL;
    if (!ctxt || exr_get_user_data(ctxt, &user) != EXR_ERR_SUCCESS || !user)
        return;
    struct input *input = user;
    snprintf(input->reason, sizeof input->reason, "%s", message ? message : "");
    zoe_exr_clean_text(input->reason);
}

zoe_status zoe_exr_status(exr_result_t result)
{
    switch (result) {
    case EXR_ERR_SUCCESS: return ZOE_OK;
    case EXR_ERR_OUT_OF_MEMORY: return ZOE_ERROR_NO_MEMORY;
    case EXR_ERR_FILE_ACCESS: return ZOE_ERROR_IO;
    case EXR_ERR_READ_IO: return ZOE_ERROR_TRUNCATED;
    case EXR_ERR_FEATURE_NOT_IMPLEMENTED: return ZOE_ERROR_UNSUPPORTED;
    default: return ZOE_ERROR_CORRUPT;
    }
}

static zoe_status failure(const struct input *input, zoe_status status, zoe_error *error)
{
    if (input->read_failed)
        status = ZOE_ERROR_IO;
    const char *reason = input->reason;
    /* The message may begin with the file's name as well. */
    size_t length = strlen(input->path);
    if (strncmp(reason, input->path, length) == 0)
        reason += length + strspn(reason + length, ": ");
    return zoe_error_set(error, status, "%s: %s%s%s", input->path, zoe_status_text(status),
                         reason[0] && status == ZOE_ERROR_CORRUPT ? ": " : "",
                         status == ZOE_ERROR_CORRUPT ? reason : "");
}

static zoe_status read_with_openexr(struct input *input, struct owned_header *owned,
                                    zoe_error *error)
{
    exr_context_initializer_t settings = EXR_DEFAULT_CONTEXT_INITIALIZER;
    settings.error_handler_fn = hear_openexr;
    settings.user_data = input;
    settings.read_fn = read_for_openexr;
    settings.size_fn = size_for_openexr;
    exr_context_t ctxt = NULL;
    exr_result_t result = exr_start_read(&ctxt, input->path, &settings);
    if (result != EXR_ERR_SUCCESS)
        return failure(input, zoe_exr_status(result), error);
    struct build build = {.owned = owned, .ctxt = ctxt};
    zoe_status status = build_header(&build);
    exr_finish(&ctxt);
    return status == ZOE_OK ? ZOE_OK : failure(input, status, error);
}

zoe_status zoe_header_read(const char *path, zoe_header **header, zoe_error *error)
{
    if (header)
        *header = NULL;
    if (!path || !header)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "no file is given");
    struct input input = {.path = path, .fd = -1};
    zoe_os_file_id id;
    zoe_status status = zoe_os_file_open(path, &input.fd, &id, error);
    if (status != ZOE_OK)
        return status;
    input.bytes = id.bytes;
    struct owned_header *owned = NULL;
    status = zoe_exr_check(read_for_check, &input, input.bytes, path, &input.outline, error);
    if (status == ZOE_OK) {
        owned = zoe_os_alloc(sizeof *owned);
        status = owned ? read_with_openexr(&input, owned, error)
                       : failure(&input, ZOE_ERROR_NO_MEMORY, error);
    }
    zoe_os_file_close(input.fd);
    zoe_header *made = owned ? &owned->header : NULL;
    if (status != ZOE_OK) {
        zoe_header_free(&made);
        return status;
    }
    made->file_bytes = input.bytes;
    *header = made;
    return ZOE_OK;
}

void zoe_header_free(zoe_header **header)
{
    if (!header || !*header)
        return;
    struct owned_header *owned = (struct owned_header *)*header;
    zoe_arena_free(&owned->arena);
    zoe_os_free(owned);
    *header = NULL;
}
