#include "isolation/header_image.h"

#include <stdint.h>
#include <string.h>

#include "exr/header.h"

/* One walk over a header serves for all three: the pointers of a copy that stands in the image are
 * set to where what they point to is, and that is copied there first, or is there already. */
typedef struct walk {
    uint8_t *image; /* NULL: bytes are counted only */
    size_t bytes;   /* of the image */
    size_t at;      /* what was met so far */
    bool copies;
    bool is_whole;
} walk;

enum { ALIGNMENT = 8 };

/* Place for `bytes` bytes; NULL: there is none, or they are only counted. */
static void *place(walk *w, const void *from, size_t bytes)
{
    size_t gap = (size_t)(-(uintptr_t)w->at % ALIGNMENT);
    if (w->is_whole && w->image && (w->bytes - w->at < gap || w->bytes - w->at - gap < bytes))
        w->is_whole = false;
    if (!w->is_whole)
        return NULL;
    w->at += gap;
    uint8_t *to = w->image ? w->image + w->at : NULL;
    w->at += bytes;
    if (to && w->copies && bytes)
        memcpy(to, from, bytes);
    return to;
}

/* An array: returns where it is to be read, once it is in its place. */
static const void *array(walk *w, const void *from, size_t count, size_t size)
{
    if (count > SIZE_MAX / 2 / size) {
        w->is_whole = false;
        return NULL;
    }
    const void *to = place(w, from, count * size);
    return w->image ? to : from;
}

static const char *text(walk *w, const char *from)
{
    if (w->copies || !w->image) {
        const char *to = place(w, from, strlen(from) + 1);
        return w->image ? to : from;
    }
    /* One that is found has to end within the image. */
    const char *to = place(w, NULL, 0);
    const char *end = to ? memchr(to, '\0', w->bytes - w->at) : NULL;
    if (end)
        w->at += (size_t)(end - to) + 1;
    else
        w->is_whole = false;
    return to;
}

/* In what follows `out` is the copy in the image, or NULL where there is none. */

static void walk_channels(walk *w, const zoe_channel *channels, size_t count, zoe_channel *out)
{
    for (size_t i = 0; i < count && w->is_whole; i++) {
        const char *name = text(w, channels[i].name);
        if (out)
            out[i].name = name;
    }
}

static void walk_attributes(walk *w, const zoe_attribute *attributes, size_t count,
                            zoe_attribute *out)
{
    for (size_t i = 0; i < count && w->is_whole; i++) {
        const char *name = text(w, attributes[i].name), *type = text(w, attributes[i].type);
        const char *value = text(w, attributes[i].value);
        if (out)
            out[i] = (zoe_attribute){name, type, value};
    }
}

/* An array in the image, to be written to. */
#define OUT(walk, type, array) ((walk)->image ? (type *)(uintptr_t)(array) : NULL)

static void walk_part(walk *w, const zoe_part *part, zoe_part *out)
{
    const char *name = text(w, part->name), *view = text(w, part->view);
    size_t channel_count = part->channel_count, attribute_count = part->attribute_count;
    const zoe_channel *channels = array(w, part->channels, channel_count, sizeof *channels);
    if (w->is_whole)
        walk_channels(w, channels, channel_count, OUT(w, zoe_channel, channels));
    const zoe_attribute *attributes =
        array(w, part->attributes, attribute_count, sizeof *attributes);
    if (w->is_whole)
        walk_attributes(w, attributes, attribute_count, OUT(w, zoe_attribute, attributes));
    if (!out)
        return;
    out->name = name;
    out->view = view;
    out->channels = channels;
    out->attributes = attributes;
}

static bool walk_header(walk *w, const zoe_header *from)
{
    w->is_whole = true;
    const zoe_exr_header *whole = array(w, from, 1, sizeof *whole);
    if (!w->is_whole)
        return false;
    const zoe_header *header = &whole->header;
    zoe_exr_header *out = OUT(w, zoe_exr_header, whole);
    const zoe_part *parts = array(w, header->parts, header->part_count, sizeof *parts);
    for (size_t i = 0; i < header->part_count && w->is_whole; i++)
        walk_part(w, &parts[i], w->image ? &OUT(w, zoe_part, parts)[i] : NULL);
    const zoe_layer *layers = array(w, header->layers, header->layer_count, sizeof *layers);
    for (size_t i = 0; i < header->layer_count && w->is_whole; i++) {
        const char *name = text(w, layers[i].name), *view = text(w, layers[i].view);
        zoe_layer *layer = OUT(w, zoe_layer, layers);
        if (layer) {
            layer[i].name = name;
            layer[i].view = view;
        }
    }
    const int32_t *ranks = array(w, whole->ranks, header->layer_count, sizeof *ranks);
    const char *time_code = text(w, header->time_code);
    if (out) {
        out->header.parts = parts;
        out->header.layers = layers;
        out->header.time_code = time_code;
        out->ranks = ranks;
        out->rounds_up = NULL; /* the decoder's alone */
    }
    return w->is_whole;
}

size_t zoe_header_image_bytes(const zoe_header *header)
{
    walk w = {.image = NULL};
    return walk_header(&w, header) ? w.at : SIZE_MAX;
}

bool zoe_header_image_write(const zoe_header *header, void *image, size_t bytes)
{
    walk w = {.image = image, .bytes = bytes, .copies = true};
    return walk_header(&w, header);
}

/* ---- what an image may say ---- */

static bool is_flag(int32_t value)
{
    return value == 0 || value == 1;
}

static bool check_part(const zoe_part *part)
{
    for (size_t i = 0; i < part->channel_count; i++) {
        const zoe_channel *c = &part->channels[i];
        if ((unsigned)c->type > ZOE_SAMPLE_FLOAT || c->x_sampling < 1 || c->y_sampling < 1 ||
            !is_flag(c->p_linear))
            return false;
    }
    return (unsigned)part->type <= ZOE_PART_UNKNOWN && (unsigned)part->compression <= UINT8_MAX &&
           (unsigned)part->line_order <= UINT8_MAX && part->pixel_aspect >= 1e-3 &&
           part->pixel_aspect <= 1e3 && part->tile_width >= 0 && part->tile_height >= 0 &&
           part->level_mode >= 0 && part->level_count_x >= 0 && part->level_count_y >= 0 &&
           part->lines_per_chunk >= 0 && part->chunk_count >= 0;
}

static bool check_layer(const zoe_layer *layer, const zoe_header *header)
{
    if (layer->part < 0 || (size_t)layer->part >= header->part_count || layer->channel_count < 1 ||
        layer->channel_count > 4 || !is_flag(layer->is_color) || layer->alpha < -1 ||
        layer->alpha >= layer->channel_count || !is_flag(layer->is_luminance_chroma))
        return false;
    for (int32_t i = 0; i < layer->channel_count; i++)
        if (layer->channels[i] < 0 ||
            (size_t)layer->channels[i] >= header->parts[layer->part].channel_count)
            return false;
    return true;
}

static bool check(const zoe_header *header)
{
    if (header->part_count < 1 || !is_flag(header->has_chromaticities) ||
        header->fps_numerator < 0 || header->fps_denominator < 0 ||
        (header->fps_numerator && !header->fps_denominator))
        return false;
    for (size_t i = 0; i < header->part_count; i++)
        if (!check_part(&header->parts[i]))
            return false;
    for (size_t i = 0; i < header->layer_count; i++)
        if (!check_layer(&header->layers[i], header))
            return false;
    return true;
}

bool zoe_header_image_read(void *image, size_t bytes)
{
    walk w = {.image = image, .bytes = bytes};
    return walk_header(&w, image) && check(image);
}
