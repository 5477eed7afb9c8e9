#define _GNU_SOURCE /* strcasestr */

#include "model/layer.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* "R" of "beauty.R". */
static const char *last_word(const char *channel)
{
    const char *dot = strrchr(channel, '.');
    return dot ? dot + 1 : channel;
}

static void write_label(const zoe_header *header, int32_t index, char *text, size_t capacity)
{
    const zoe_layer *layer = &header->layers[index];
    const zoe_part *part = &header->parts[layer->part];
    const char *gap = layer->view[0] ? " " : "";
    if (layer->name[0]) {
        snprintf(text, capacity, "%s%s%s", layer->name, gap, layer->view);
        return;
    }
    if (layer->is_luminance_chroma) {
        snprintf(text, capacity, "%s%s%s", layer->alpha < 0 ? "YC" : "YCA", gap, layer->view);
        return;
    }
    size_t used = 0;
    text[0] = '\0';
    for (int32_t i = 0; i < layer->channel_count && used < capacity; i++) {
        const char *name = last_word(part->channels[layer->channels[i]].name);
        int written = snprintf(text + used, capacity - used, "%s", name);
        used += written > 0 ? (size_t)written : 0;
    }
    if (used < capacity)
        snprintf(text + used, capacity - used, "%s%s", gap, layer->view);
}

void zoe_layer_label(const zoe_header *header, int32_t index, char *text, size_t capacity)
{
    write_label(header, index, text, capacity);
    zoe_text_clean(text);
}

int32_t zoe_layer_next(const zoe_header *header, const char *name, const char *view, int by)
{
    int32_t count = (int32_t)header->layer_count;
    int32_t now = zoe_header_find_layer(header, name, view);
    int32_t at = now >= 0 ? now : by > 0 ? count - 1 : 0;
    for (int32_t i = 0; i < count; i++) {
        at = (at + (by > 0 ? 1 : count - 1)) % count;
        const zoe_layer *layer = &header->layers[at];
        if (at != now && zoe_header_find_layer(header, layer->name, layer->view) == at)
            return at;
    }
    return -1;
}

bool zoe_layer_is_data(const zoe_header *header, int32_t index)
{
    static const char *const natural[] = {"Y", "A", "luminance", "alpha"};
    const zoe_layer *layer = &header->layers[index];
    const zoe_part *part = &header->parts[layer->part];
    if (layer->is_color || layer->channel_count < 1)
        return false;
    const char *name = last_word(part->channels[layer->channels[0]].name);
    for (size_t i = 0; layer->channel_count <= 2 && i < sizeof natural / sizeof natural[0]; i++) {
        if (!strcasecmp(name, natural[i]))
            return false;
    }
    return true;
}

bool zoe_layer_is_wide(const zoe_header *header, int32_t index)
{
    const zoe_layer *layer = &header->layers[index];
    for (int32_t i = 0; i < layer->channel_count; i++) {
        if (header->parts[layer->part].channels[layer->channels[i]].type != ZOE_SAMPLE_HALF)
            return true;
    }
    return false;
}

bool zoe_layer_is_whole(const zoe_header *header, int32_t index)
{
    const zoe_layer *layer = &header->layers[index];
    for (int32_t i = 0; i < layer->channel_count; i++) {
        if (header->parts[layer->part].channels[layer->channels[i]].type == ZOE_SAMPLE_UINT)
            return true;
    }
    return false;
}

bool zoe_layer_is_hashed(const zoe_header *header, int32_t index)
{
    const zoe_layer *layer = &header->layers[index];
    return strcasestr(layer->name, "crypto") != NULL ||
           strcasestr(header->parts[layer->part].name, "crypto") != NULL;
}

void zoe_layer_list(const zoe_header *header, char *text, size_t capacity)
{
    enum { MORE = 24 /* bytes for " and 12345 more" */ };
    char label[160];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < header->layer_count; i++) {
        zoe_layer_label(header, (int32_t)i, label, sizeof label);
        if (used + strlen(label) + 2 + MORE > capacity) {
            if (used + MORE <= capacity)
                snprintf(text + used, capacity - used, " and %zu more", header->layer_count - i);
            return;
        }
        used += (size_t)snprintf(text + used, capacity - used, "%s%s", i ? ", " : "", label);
    }
}

void zoe_layer_channel(const zoe_header *header, int32_t index, int32_t channel, char *text,
                       size_t capacity)
{
    enum { LONG = 12 };
    const zoe_layer *layer = &header->layers[index];
    text[0] = '\0';
    if (channel >= layer->channel_count)
        return;
    const char *name = header->parts[layer->part].channels[layer->channels[channel]].name;
    snprintf(text, capacity, "%s", strlen(name) > LONG ? last_word(name) : name);
    zoe_text_clean(text);
}
