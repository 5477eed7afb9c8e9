#define _GNU_SOURCE /* strnlen */

#include "exr/header.h"

#include <string.h>

#include "base/names.h"
#include "exr/attribute.h"
#include "exr/layer.h"

/* Views looked at, so that a hostile list costs no time. */
enum { VIEWS_MAX = 256 };

/* A header while it is made. */
typedef struct builder {
    zoe_exr_header *made;
    const zoe_exr_file *file;
    exr_const_context_t context; /* the file's */
    zoe_blocks *blocks;
    zoe_error *error;
    bool texts;
    /* as in zoe_header; arrays for as many layers as there are channels */
    zoe_layer *layers;
    int32_t *ranks;
    size_t layer_count, layer_capacity;
    const char *views[VIEWS_MAX]; /* what multiView lists */
    size_t view_count;
} builder;

/* ---- memory ---- */

uint64_t zoe_exr_header_bytes(const zoe_exr_outline *outline, bool texts)
{
    uint64_t parts = (uint64_t)outline->part_count, channels = (uint64_t)outline->channel_count;
    uint64_t bytes = zoe_blocks_kept(parts * sizeof(zoe_part)) + zoe_blocks_kept(parts);
    /* Arrays of each part, names of parts and views, and names that are cut. */
    bytes += parts * 64 + outline->part_names + 2 * zoe_blocks_kept(ZOE_EXR_TIME_CODE_MAX);
    bytes += channels * sizeof(zoe_channel) + outline->channel_names;
    /* A layer has a channel of its own; its name is made of a part's, a channel's and a suffix. */
    uint64_t name = 2 * outline->longest_name + 16;
    if (name > ZOE_EXR_NAME_MAX)
        name = ZOE_EXR_NAME_MAX;
    uint64_t view = outline->longest_name;
    bytes += channels * (sizeof(zoe_layer) + sizeof(int32_t) + zoe_blocks_kept(name) +
                         zoe_blocks_kept(view)) +
             VIEWS_MAX * zoe_blocks_kept(view) + 64;
    /* For a while, when layers are compared. */
    bytes += zoe_blocks_cost(channels * 2 * sizeof(void *)) + zoe_blocks_cost(channels);
    if (texts)
        bytes += (uint64_t)outline->attribute_count * sizeof(zoe_attribute) +
                 outline->attribute_texts + parts * 16;
    return bytes;
}

/* A copy of the text's first `length` bytes; "" when there is no room, which `blocks` remembers. */
static const char *keep(builder *b, const char *text, size_t length)
{
    if (length == 0)
        return "";
    char *copy = zoe_blocks_keep(b->blocks, length + 1, 1);
    if (!copy)
        return "";
    memcpy(copy, text, length);
    return copy;
}

static zoe_status damaged(builder *b, const char *what)
{
    return zoe_exr_file_damaged(b->file, what, b->error);
}

/* ---- parts ---- */

static const exr_attribute_t *attribute_of(const builder *b, int part, const char *name)
{
    const exr_attribute_t *attribute;
    return exr_get_attribute_by_name(b->context, part, name, &attribute) == EXR_ERR_SUCCESS
               ? attribute
               : NULL;
}

/* What follows a zero in a string is no part of a name. */
static const char *keep_string(builder *b, const exr_attr_string_t *string, size_t most)
{
    if (!string->str || string->length <= 0)
        return "";
    size_t length = (size_t)string->length;
    return keep(b, string->str, strnlen(string->str, length < most ? length : most));
}

static const char *keep_string_attribute(builder *b, int part, const char *name)
{
    const exr_attribute_t *attribute = attribute_of(b, part, name);
    return attribute && attribute->type == EXR_ATTR_STRING
               ? keep_string(b, attribute->string, SIZE_MAX)
               : "";
}

static zoe_box box_of(const exr_attr_box2i_t *box)
{
    return (zoe_box){box->min.x, box->min.y, box->max.x, box->max.y};
}

static void read_channels(builder *b, int index, zoe_part *part)
{
    const exr_attr_chlist_t *list;
    part->channels = NULL;
    if (exr_get_channels(b->context, index, &list) != EXR_ERR_SUCCESS || !list ||
        list->num_channels <= 0)
        return;
    size_t count = (size_t)list->num_channels;
    zoe_channel *channels = zoe_blocks_keep(b->blocks, count, sizeof *channels);
    if (!channels)
        return;
    part->channels = channels;
    part->channel_count = count;
    for (size_t i = 0; i < count; i++) {
        const exr_attr_chlist_entry_t *entry = &list->entries[i];
        const char *name = entry->name.str ? entry->name.str : "";
        channels[i] = (zoe_channel){.name = keep(b, name, strlen(name)),
                                    .type = (zoe_sample_type)entry->pixel_type,
                                    .x_sampling = entry->x_sampling,
                                    .y_sampling = entry->y_sampling,
                                    .p_linear = entry->p_linear != 0};
    }
}

static void read_attributes(builder *b, int index, zoe_part *part)
{
    int32_t count = 0;
    if (exr_get_attribute_count(b->context, index, &count) != EXR_ERR_SUCCESS || count <= 0)
        return;
    zoe_attribute *attributes = zoe_blocks_keep(b->blocks, (size_t)count, sizeof *attributes);
    if (!attributes)
        return;
    part->attributes = attributes;
    char text[ZOE_EXR_TEXT_MAX];
    for (int32_t i = 0; i < count; i++) {
        const exr_attribute_t *from;
        if (exr_get_attribute_by_index(b->context, index, EXR_ATTR_LIST_FILE_ORDER, i, &from) !=
            EXR_ERR_SUCCESS)
            continue;
        zoe_exr_attribute_text(from, text);
        attributes[part->attribute_count++] = (zoe_attribute){
            .name = keep(b, from->name, strlen(from->name)),
            .type = keep(b, from->type_name, strlen(from->type_name)),
            .value = keep(b, text, strlen(text)),
        };
    }
}

static void read_tiles(const builder *b, int index, zoe_part *part, bool *rounds_up)
{
    uint32_t width = 0, height = 0;
    exr_tile_level_mode_t level = EXR_TILE_ONE_LEVEL;
    exr_tile_round_mode_t round = EXR_TILE_ROUND_DOWN;
    if (exr_get_tile_descriptor(b->context, index, &width, &height, &level, &round) !=
        EXR_ERR_SUCCESS)
        return;
    part->tile_width = (int32_t)width;
    part->tile_height = (int32_t)height;
    part->level_mode = (int32_t)level;
    *rounds_up = round == EXR_TILE_ROUND_UP;
    int32_t levels_x = 1, levels_y = 1;
    if (exr_get_tile_levels(b->context, index, &levels_x, &levels_y) == EXR_ERR_SUCCESS) {
        part->level_count_x = levels_x;
        part->level_count_y = levels_y;
    }
}

/* The scanlines of a chunk, and the number of chunks. OpenEXR gives 0 for a part of scanlines with
 * an attribute "tiles", though its type says how it is stored. */
static zoe_status read_chunks(builder *b, int index, zoe_part *part)
{
    bool tiled = zoe_exr_part_is_tiled(part);
    int32_t number = 0;
    if (!tiled) {
        if (exr_get_scanlines_per_chunk(b->context, index, &number) == EXR_ERR_SUCCESS)
            part->lines_per_chunk = number > 0 ? number : zoe_compression_lines(part->compression);
        number = 0;
    }
    if (exr_get_chunk_count(b->context, index, &number) != EXR_ERR_SUCCESS || number < 0)
        return damaged(b, "the number of chunks cannot be told");
    if (number == 0 && part->type != ZOE_PART_UNKNOWN && !tiled && part->lines_per_chunk > 0) {
        int64_t height = (int64_t)part->data_window.max_y - part->data_window.min_y + 1;
        int64_t chunks = (height + part->lines_per_chunk - 1) / part->lines_per_chunk;
        if (chunks > INT32_MAX)
            return damaged(b, "the number of chunks cannot be told");
        number = chunks > 0 ? (int32_t)chunks : 0;
    }
    part->chunk_count = number;
    return ZOE_OK;
}

static bool is_useful_aspect(float aspect)
{
    return aspect >= 1e-3F && aspect <= 1e3F; /* NaN is not */
}

static zoe_status read_part(builder *b, int index, zoe_part *part, bool *rounds_up)
{
    exr_const_context_t context = b->context;
    exr_storage_t storage;
    exr_compression_t compression;
    exr_lineorder_t order;
    exr_attr_box2i_t data, display;
    float aspect = 1;
    if (exr_get_storage(context, index, &storage) != EXR_ERR_SUCCESS ||
        exr_get_compression(context, index, &compression) != EXR_ERR_SUCCESS ||
        exr_get_lineorder(context, index, &order) != EXR_ERR_SUCCESS ||
        exr_get_data_window(context, index, &data) != EXR_ERR_SUCCESS ||
        exr_get_display_window(context, index, &display) != EXR_ERR_SUCCESS)
        return damaged(b, "a part lacks what it must have");
    part->type = (unsigned)storage < ZOE_PART_UNKNOWN ? (zoe_part_type)storage : ZOE_PART_UNKNOWN;
    part->compression = (zoe_compression)compression;
    part->line_order = (zoe_line_order)order;
    part->data_window = box_of(&data);
    part->display_window = box_of(&display);
    part->pixel_aspect = 1;
    if (exr_get_pixel_aspect_ratio(context, index, &aspect) == EXR_ERR_SUCCESS &&
        is_useful_aspect(aspect))
        part->pixel_aspect = (double)aspect;
    part->level_count_x = part->level_count_y = 1;
    if (zoe_exr_part_is_tiled(part))
        read_tiles(b, index, part, rounds_up);
    zoe_status status = read_chunks(b, index, part);
    if (status != ZOE_OK)
        return status;
    part->name = keep_string_attribute(b, index, "name");
    part->view = keep_string_attribute(b, index, "view");
    read_channels(b, index, part);
    if (b->texts)
        read_attributes(b, index, part);
    return ZOE_OK;
}

static zoe_status read_parts(builder *b)
{
    int count = 0;
    if (exr_get_count(b->context, &count) != EXR_ERR_SUCCESS || count < 1)
        return damaged(b, "there are no parts");
    zoe_part *parts = zoe_blocks_keep(b->blocks, (size_t)count, sizeof *parts);
    bool *rounds_up = zoe_blocks_keep(b->blocks, (size_t)count, sizeof *rounds_up);
    if (!parts || !rounds_up)
        return ZOE_ERROR_TOO_SMALL;
    b->made->header.parts = parts;
    b->made->header.part_count = (size_t)count;
    b->made->rounds_up = rounds_up;
    for (int i = 0; i < count; i++) {
        zoe_status status = read_part(b, i, &parts[i], &rounds_up[i]);
        if (status != ZOE_OK)
            return status;
        b->layer_capacity += parts[i].channel_count;
    }
    return ZOE_OK;
}

/* ---- layers ---- */

static void read_views(builder *b)
{
    const exr_attribute_t *attribute = attribute_of(b, 0, "multiView");
    if (b->made->header.part_count != 1 || !attribute || attribute->type != EXR_ATTR_STRING_VECTOR)
        return;
    const exr_attr_string_vector_t *list = attribute->stringvector;
    for (int32_t i = 0; i < list->n_strings && i < VIEWS_MAX; i++)
        b->views[b->view_count++] = keep_string(b, &list->strings[i], ZOE_EXR_NAME_MAX - 1);
}

static bool add_layer(void *user, const zoe_layer *seen, int32_t rank)
{
    builder *b = user;
    zoe_layer *layer = &b->layers[b->layer_count];
    *layer = *seen;
    layer->name = keep(b, seen->name, strlen(seen->name));
    layer->view = keep(b, seen->view, strlen(seen->view));
    b->ranks[b->layer_count++] = rank;
    return !b->blocks->refused && b->layer_count < b->layer_capacity;
}

/* A layer while doubles are looked for. */
typedef struct candidate {
    const zoe_layer *layer;
    int32_t rank;
} candidate;

static int compare_names(const zoe_layer *a, const zoe_layer *b)
{
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : strcmp(a->view, b->view);
}

static bool is_before(const candidate *a, const candidate *b)
{
    int order = compare_names(a->layer, b->layer);
    if (order == 0 && a->rank != b->rank)
        return a->rank < b->rank;
    return order == 0 ? a->layer < b->layer : order < 0;
}

/* Moves heap[at] down to where none below it comes after it. */
static void sink(candidate *heap, size_t at, size_t count)
{
    const candidate moved = heap[at];
    for (size_t below; (below = 2 * at + 1) < count; at = below) {
        if (below + 1 < count && is_before(&heap[below], &heap[below + 1]))
            below++;
        if (!is_before(&moved, &heap[below]))
            break;
        heap[at] = heap[below];
    }
    heap[at] = moved;
}

/* The C library's qsort() may ask the system how much memory there is, which ends a decoding
 * process, and take more of it. */
static void sort_candidates(candidate *sorted, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sink(sorted, i, count);
    for (size_t i = count; i-- > 1;) {
        const candidate last = sorted[0];
        sorted[0] = sorted[i];
        sorted[i] = last;
        sink(sorted, 0, i);
    }
}

/* Of layers with one name and view the one nearest to being the default stays. */
static void drop_marked(builder *b, const uint8_t *dropped)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->layer_count; i++) {
        if (dropped[i])
            continue;
        b->layers[kept] = b->layers[i];
        b->ranks[kept++] = b->ranks[i];
    }
    b->layer_count = kept;
}

static void drop_doubles(builder *b)
{
    size_t count = b->layer_count;
    candidate *sorted = zoe_blocks_alloc(b->blocks, count * sizeof *sorted);
    uint8_t *dropped = zoe_blocks_alloc(b->blocks, count);
    if (sorted && dropped) {
        memset(dropped, 0, count);
        for (size_t i = 0; i < count; i++)
            sorted[i] = (candidate){&b->layers[i], b->ranks[i]};
        sort_candidates(sorted, count);
        for (size_t i = 1; i < count; i++)
            if (compare_names(sorted[i].layer, sorted[i - 1].layer) == 0)
                dropped[sorted[i].layer - b->layers] = 1;
        drop_marked(b, dropped);
    }
    zoe_blocks_free(sorted);
    zoe_blocks_free(dropped);
}

/* Moves the default layer to the front; the others stay in their order. */
static void default_first(builder *b)
{
    size_t best = 0;
    for (size_t i = 1; i < b->layer_count; i++)
        if (b->ranks[i] < b->ranks[best])
            best = i;
    if (best == 0)
        return;
    zoe_layer layer = b->layers[best];
    int32_t rank = b->ranks[best];
    memmove(b->layers + 1, b->layers, best * sizeof *b->layers);
    memmove(b->ranks + 1, b->ranks, best * sizeof *b->ranks);
    b->layers[0] = layer;
    b->ranks[0] = rank;
}

/* A file without channels still has a header. */
static zoe_status read_layers(builder *b)
{
    if (b->layer_capacity == 0)
        return ZOE_OK;
    read_views(b);
    b->layers = zoe_blocks_keep(b->blocks, b->layer_capacity, sizeof *b->layers);
    b->ranks = zoe_blocks_keep(b->blocks, b->layer_capacity, sizeof *b->ranks);
    if (!b->layers || !b->ranks)
        return ZOE_ERROR_TOO_SMALL;
    zoe_header *header = &b->made->header;
    zoe_exr_walk_layers(header->parts, header->part_count, b->views, b->view_count, add_layer, b);
    if (b->layer_count > 1)
        drop_doubles(b);
    default_first(b);
    header->layers = b->layers;
    header->layer_count = b->layer_count;
    b->made->ranks = b->ranks;
    return ZOE_OK;
}

/* ---- what a file has once ---- */

/* Looks in the default layer's part first, then in all of them: the format wants these attributes
 * to be equal in all parts, and writers put them into one. */
static const exr_attribute_t *find_attribute(const builder *b, const char *name)
{
    const zoe_header *header = &b->made->header;
    const exr_attribute_t *attribute =
        attribute_of(b, header->layer_count ? header->layers[0].part : 0, name);
    for (int part = 0; part < (int)header->part_count && !attribute; part++)
        attribute = attribute_of(b, part, name);
    return attribute;
}

static void read_common(builder *b)
{
    /* ITU-R BT.709-6, table 1, items 1.3 and 1.4 */
    static const float rec709[8] = {0.64F, 0.33F, 0.30F, 0.60F, 0.15F, 0.06F, 0.3127F, 0.3290F};
    zoe_header *header = &b->made->header;
    memcpy(header->chromaticities, rec709, sizeof rec709);
    const exr_attribute_t *attribute = find_attribute(b, "chromaticities");
    if (attribute && attribute->type == EXR_ATTR_CHROMATICITIES) {
        header->has_chromaticities = 1;
        memcpy(header->chromaticities, attribute->chromaticities, sizeof header->chromaticities);
    }
    /* The standard attribute, then the one that Nuke writes beside it or instead of it. */
    static const char *const rates[] = {"framesPerSecond", "nuke/input/frame_rate"};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0] && header->fps_denominator == 0; i++) {
        attribute = find_attribute(b, rates[i]);
        if (attribute)
            zoe_exr_attribute_rate(attribute, &header->fps_numerator, &header->fps_denominator);
    }
    char time_code[ZOE_EXR_TIME_CODE_MAX] = "";
    attribute = find_attribute(b, "timeCode");
    if (attribute)
        zoe_exr_attribute_time_code(attribute, time_code);
    header->time_code = keep(b, time_code, strlen(time_code));
}

/* ---- all ---- */

zoe_status zoe_exr_header_make(zoe_exr_header *header, const zoe_exr_file *file, zoe_blocks *blocks,
                               bool texts, zoe_error *error)
{
    builder b;
    memset(&b, 0, offsetof(builder, views));
    b.view_count = 0;
    b.made = header;
    b.file = file;
    b.context = file->context;
    b.blocks = blocks;
    b.error = error;
    b.texts = texts;
    memset(header, 0, sizeof *header);
    header->header.file_bytes = file->object.id.bytes;
    blocks->refused = false;
    zoe_status status = read_parts(&b);
    if (status == ZOE_OK)
        status = read_layers(&b);
    if (status == ZOE_OK)
        read_common(&b);
    if (blocks->refused)
        return zoe_error_set(error, ZOE_ERROR_TOO_SMALL, "%s: %s", file->path,
                             zoe_status_text(ZOE_ERROR_TOO_SMALL));
    return status;
}

int32_t zoe_header_find_layer(const zoe_header *header, const char *name, const char *view)
{
    if (!header)
        return -1;
    const zoe_exr_header *whole = (const zoe_exr_header *)header;
    int32_t best = -1, best_match = 0;
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
            (match == best_match && whole->ranks[i] < whole->ranks[best])) {
            best = (int32_t)i;
            best_match = match;
        }
    }
    return best;
}
