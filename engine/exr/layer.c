#define _GNU_SOURCE /* memrchr, strnlen */

#include "exr/layer.h"

#include <string.h>
#include <strings.h>

/* What a channel is by the last component of its name. */
typedef enum channel_role {
    ROLE_RED,
    ROLE_GREEN,
    ROLE_BLUE,
    ROLE_ALPHA,
    ROLE_Y,
    ROLE_RY,
    ROLE_BY,
    ROLE_X,
    ROLE_Z,
    ROLE_U,
    ROLE_V,
    ROLE_W,
    ROLE_COUNT,
    ROLE_OTHER = ROLE_COUNT
} channel_role;

static const struct {
    const char *name;
    channel_role role;
} role_names[] = {
    {"R", ROLE_RED},   {"G", ROLE_GREEN},     {"B", ROLE_BLUE},    {"A", ROLE_ALPHA},
    {"red", ROLE_RED}, {"green", ROLE_GREEN}, {"blue", ROLE_BLUE}, {"alpha", ROLE_ALPHA},
    {"Y", ROLE_Y},     {"RY", ROLE_RY},       {"BY", ROLE_BY},     {"X", ROLE_X},
    {"Z", ROLE_Z},     {"U", ROLE_U},         {"V", ROLE_V},       {"W", ROLE_W},
};

typedef enum layer_kind {
    KIND_COLOR,
    KIND_LUMINANCE_CHROMA,
    KIND_LUMINANCE,
    KIND_VALUES
} layer_kind;

/* Channels that make a layer together. */
typedef struct layer_set {
    channel_role roles[3];
    int count;             /* of roles that must be there */
    channel_role optional; /* may follow; ROLE_COUNT: none. Alpha may always follow */
    layer_kind kind;
    const char *suffix; /* what it adds to the group's name where it is not the group's first */
} layer_set;

/* In the order in which they take channels. */
static const layer_set sets[] = {
    {{ROLE_RED, ROLE_GREEN, ROLE_BLUE}, 3, ROLE_COUNT, KIND_COLOR, "rgb"},
    {{ROLE_Y, ROLE_RY, ROLE_BY}, 3, ROLE_COUNT, KIND_LUMINANCE_CHROMA, "yc"},
    {{ROLE_X, ROLE_Y, ROLE_Z}, 3, ROLE_W, KIND_VALUES, "xyz"},
    {{ROLE_U, ROLE_V, ROLE_COUNT}, 2, ROLE_W, KIND_VALUES, "uv"},
    {{ROLE_X, ROLE_Y, ROLE_COUNT}, 2, ROLE_COUNT, KIND_VALUES, "xy"},
    {{ROLE_RED, ROLE_GREEN, ROLE_COUNT}, 2, ROLE_COUNT, KIND_VALUES, "rg"},
    {{ROLE_Y, ROLE_COUNT, ROLE_COUNT}, 1, ROLE_COUNT, KIND_LUMINANCE, "y"},
};

/* Names that renderers and compositors give to the picture itself. */
static const char *const usual_names[] = {"rgba",  "rgb",    "beauty",    "combined", "main",
                                          "color", "colour", "composite", "default"};

/* Some characters of a string. */
typedef struct span {
    const char *start;
    size_t length;
} span;

typedef struct walk {
    const zoe_part *parts;
    int32_t part_count;
    zoe_exr_layer_fn *visit;
    void *user;
    const char *const *views; /* multiView */
    size_t view_count;
    char default_view[ZOE_EXR_NAME_MAX];
    bool stopped;
    /* the part */
    int32_t part;
    bool deep;
    span part_name;
    span part_view;
    const zoe_channel *channels;
    int channel_count;
    bool has_plain; /* a channel without a dot */
    /* the group */
    span prefix; /* without the last dot */
    span layer;
    span view;
    bool shares_name;      /* with a plain channel */
    int first[ROLE_COUNT]; /* channel of each role, or -1 */
    int layers_in_group;
    char name[ZOE_EXR_NAME_MAX];
    char view_name[ZOE_EXR_NAME_MAX];
} walk;

static bool span_equals(span a, const char *start, size_t length)
{
    return a.length == length && memcmp(a.start, start, length) == 0;
}

static span span_of(const char *text)
{
    return (span){text, strlen(text)};
}

static void append(char *text, size_t capacity, span added)
{
    size_t used = strlen(text);
    size_t left = capacity - 1 - used;
    size_t take = added.length < left ? added.length : left;
    if (take)
        memcpy(text + used, added.start, take);
    text[used + take] = '\0';
}

static const char *channel_name(const walk *w, int channel)
{
    return w->channels[channel].name;
}

static span prefix_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return (span){name, dot ? (size_t)(dot - name) : 0};
}

static channel_role role_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    const char *base = dot ? dot + 1 : name;
    for (size_t i = 0; i < sizeof role_names / sizeof role_names[0]; i++)
        if (strcasecmp(base, role_names[i].name) == 0)
            return role_names[i].role;
    return ROLE_OTHER;
}

static bool is_view(const walk *w, span name)
{
    for (size_t i = 0; i < w->view_count && name.length > 0; i++)
        if (span_equals(span_of(w->views[i]), name.start, name.length))
            return true;
    return false;
}

/* Splits the group's prefix into layer and view. */
static void find_view(walk *w)
{
    span prefix = w->prefix;
    w->layer = prefix;
    w->view = w->part_view;
    if (w->view_count == 0)
        return;
    w->view = span_of("");
    if (prefix.length == 0) {
        w->view = span_of(w->default_view);
        return;
    }
    const char *dot = memrchr(prefix.start, '.', prefix.length);
    size_t head = dot ? (size_t)(dot - prefix.start) : 0;
    span last = dot ? (span){dot + 1, prefix.length - head - 1} : prefix;
    if (is_view(w, last)) {
        w->view = last;
        w->layer.length = head;
        return;
    }
    dot = memchr(prefix.start, '.', prefix.length);
    if (!dot)
        return;
    span front = {prefix.start, (size_t)(dot - prefix.start)};
    if (is_view(w, front)) {
        w->view = front;
        w->layer = (span){dot + 1, prefix.length - front.length - 1};
    }
}

/* "rgba_right" of view "right" is "rgba"; "right" itself is "". */
static span part_name_without_view(const walk *w)
{
    span name = w->part_name;
    span view = w->part_view;
    if (view.length == 0 || name.length < view.length)
        return name;
    size_t rest = name.length - view.length;
    if (rest == 0)
        return span_of("");
    if (memcmp(name.start + rest, view.start, view.length) == 0 &&
        strchr("._- ", name.start[rest - 1]))
        return (span){name.start, rest - 1};
    if (memcmp(name.start, view.start, view.length) == 0 && strchr("._- ", name.start[view.length]))
        return (span){name.start + view.length + 1, rest - 1};
    return name;
}

/* The group's name; suffix may be "". */
static void compose_name(walk *w, const char *suffix)
{
    char *name = w->name;
    name[0] = '\0';
    if (w->part_count > 1) {
        span part = part_name_without_view(w);
        bool says_the_same = span_equals(w->layer, part.start, part.length) ||
                             span_equals(w->layer, w->part_name.start, w->part_name.length);
        if (!says_the_same || w->has_plain)
            append(name, sizeof w->name, part);
    }
    const span words[2] = {w->layer, span_of(suffix)};
    for (int i = 0; i < 2; i++) {
        if (words[i].length == 0)
            continue;
        if (name[0])
            append(name, sizeof w->name, span_of("."));
        append(name, sizeof w->name, words[i]);
    }
}

static bool is_usual_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    const char *base = dot ? dot + 1 : name;
    for (size_t i = 0; i < sizeof usual_names / sizeof usual_names[0]; i++)
        if (strcasecmp(base, usual_names[i]) == 0)
            return true;
    return false;
}

static int32_t rank_of(const walk *w, layer_kind kind, bool is_other_view)
{
    bool color = kind == KIND_COLOR || kind == KIND_LUMINANCE_CHROMA;
    int32_t rank = 5;
    if (color && w->name[0] == '\0')
        rank = 0;
    else if (color && is_usual_name(w->name))
        rank = 1;
    else if (color && w->prefix.length == 0)
        rank = 2;
    else if (color)
        rank = 3;
    else if (kind == KIND_LUMINANCE)
        rank = 4;
    return rank + (is_other_view ? 10 : 0) + (w->deep ? 20 : 0);
}

/* Is there a plain channel of the group's name, which is a layer of that name? Those of a set are
 * not. The list is sorted by name. */
static bool is_a_channels_name(const walk *w)
{
    int low = 0, high = w->channel_count;
    const span prefix = w->prefix;
    while (low < high) {
        int middle = low + (high - low) / 2;
        const char *name = channel_name(w, middle);
        int order = strncmp(name, prefix.start, prefix.length);
        if (order == 0 && name[prefix.length] == '\0') {
            channel_role role = role_of(name);
            return !strchr(name, '.') && (role == ROLE_OTHER || role == ROLE_Z);
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static void emit(walk *w, zoe_layer *layer, layer_kind kind, const char *suffix)
{
    if (w->stopped)
        return;
    /* "depth.Z" is the layer "depth", but a lone Z without a prefix is called what it is. */
    bool is_told_apart = w->layers_in_group > 0 || w->shares_name;
    compose_name(w, is_told_apart ? suffix : "");
    if (w->name[0] == '\0' && kind == KIND_VALUES)
        compose_name(w, suffix);
    w->view_name[0] = '\0';
    append(w->view_name, sizeof w->view_name, w->view);
    bool is_other_view = w->view_name[0] != '\0' && strcmp(w->view_name, w->default_view) != 0;
    layer->name = w->name;
    layer->view = w->view_name;
    layer->part = w->part;
    layer->is_color = kind == KIND_COLOR || kind == KIND_LUMINANCE_CHROMA;
    layer->is_luminance_chroma = kind == KIND_LUMINANCE_CHROMA;
    w->layers_in_group++;
    w->stopped = !w->visit(w->user, layer, rank_of(w, kind, is_other_view));
}

/* Takes the set's channels out of the group, if they are all there, and makes a layer of them. */
static void emit_set(walk *w, const layer_set *set)
{
    for (int i = 0; i < set->count; i++)
        if (w->first[set->roles[i]] < 0)
            return;
    zoe_layer layer = {.alpha = -1};
    for (int i = 0; i < set->count; i++) {
        layer.channels[layer.channel_count++] = w->first[set->roles[i]];
        w->first[set->roles[i]] = -1;
    }
    if (set->optional != ROLE_COUNT && w->first[set->optional] >= 0) {
        layer.channels[layer.channel_count++] = w->first[set->optional];
        w->first[set->optional] = -1;
    }
    if (layer.channel_count < 4 && w->first[ROLE_ALPHA] >= 0) {
        layer.alpha = layer.channel_count;
        layer.channels[layer.channel_count++] = w->first[ROLE_ALPHA];
        w->first[ROLE_ALPHA] = -1;
    }
    emit(w, &layer, set->kind, set->suffix);
}

/* The list is sorted by name, so everything that starts with "prefix." stands together. */
static bool in_prefix_range(const char *name, span prefix)
{
    return prefix.length == 0 ||
           (strncmp(name, prefix.start, prefix.length) == 0 && name[prefix.length] == '.');
}

static bool in_group(const char *name, span prefix)
{
    return span_equals(prefix_of(name), prefix.start, prefix.length);
}

static bool is_group_leader(const walk *w, int channel, span prefix)
{
    for (int i = channel - 1; i >= 0 && in_prefix_range(channel_name(w, i), prefix); i--)
        if (in_group(channel_name(w, i), prefix))
            return false;
    return true;
}

/* A single channel is a layer by itself when no set took it. */
static void emit_singles(walk *w, int leader, const int first[ROLE_COUNT])
{
    for (int i = leader; i < w->channel_count && !w->stopped; i++) {
        const char *name = channel_name(w, i);
        if (!in_prefix_range(name, w->prefix))
            return;
        if (!in_group(name, w->prefix))
            continue;
        channel_role role = role_of(name);
        if (role != ROLE_OTHER && first[role] == i && w->first[role] < 0)
            continue;
        const char *dot = strrchr(name, '.');
        zoe_layer layer = {.channel_count = 1, .channels = {i}, .alpha = -1};
        emit(w, &layer, KIND_VALUES, dot ? dot + 1 : name);
    }
}

static void walk_group(walk *w, int leader)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        w->first[i] = -1;
    for (int i = leader; i < w->channel_count; i++) {
        const char *name = channel_name(w, i);
        if (!in_prefix_range(name, w->prefix))
            break;
        channel_role role = in_group(name, w->prefix) ? role_of(name) : ROLE_OTHER;
        if (role != ROLE_OTHER && w->first[role] < 0)
            w->first[role] = i;
    }
    int first[ROLE_COUNT];
    memcpy(first, w->first, sizeof first);
    w->layers_in_group = 0;
    w->shares_name = is_a_channels_name(w);
    find_view(w);
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        emit_set(w, &sets[i]);
    emit_singles(w, leader, first);
}

static void walk_part(walk *w, int32_t index)
{
    const zoe_part *part = &w->parts[index];
    w->part = index;
    w->deep = part->type == ZOE_PART_DEEP_SCANLINE || part->type == ZOE_PART_DEEP_TILED;
    w->part_name = span_of(part->name);
    w->part_view = span_of(part->view);
    w->channels = part->channels;
    w->channel_count = (int)part->channel_count;
    w->has_plain = false;
    for (int i = 0; i < w->channel_count; i++)
        w->has_plain |= strchr(channel_name(w, i), '.') == NULL;
    for (int i = 0; i < w->channel_count && !w->stopped; i++) {
        span prefix = prefix_of(channel_name(w, i));
        if (!is_group_leader(w, i, prefix))
            continue;
        w->prefix = prefix;
        walk_group(w, i);
    }
}

/* The first view of a single-part file, or of the first part that has one, is the default. */
static void find_default_view(walk *w)
{
    w->default_view[0] = '\0';
    if (w->view_count > 0) {
        append(w->default_view, sizeof w->default_view, span_of(w->views[0]));
        return;
    }
    for (int32_t part = 0; part < w->part_count && w->default_view[0] == '\0'; part++)
        append(w->default_view, sizeof w->default_view, span_of(w->parts[part].view));
}

void zoe_exr_walk_layers(const zoe_part *parts, size_t part_count, const char *const *views,
                         size_t view_count, zoe_exr_layer_fn *visit, void *user)
{
    walk w;
    memset(&w, 0, sizeof w);
    w.parts = parts;
    w.part_count = (int32_t)part_count;
    w.visit = visit;
    w.user = user;
    w.views = views;
    w.view_count = part_count == 1 ? view_count : 0;
    find_default_view(&w);
    for (int32_t part = 0; part < w.part_count && !w.stopped; part++)
        walk_part(&w, part);
}

/* Is the text front, a dot, and back? */
static bool is_pair(const char *text, const char *front, const char *back)
{
    size_t length = strlen(front);
    return strncmp(text, front, length) == 0 && text[length] == '.' &&
           strcmp(text + length + 1, back) == 0;
}

int32_t zoe_exr_layer_match(const char *name, const char *view, const char *layer_name,
                            const char *layer_view, const char *part_name,
                            const char *const *channel_names, int32_t channel_count)
{
    /* A layer without a view belongs to every view, but one that is of the view comes first. */
    int32_t penalty = 0;
    if (view[0] && strcmp(view, layer_view) != 0) {
        if (layer_view[0])
            return -1;
        penalty = 1;
    }
    if (name[0] == '\0') {
        /* A file without views does not have the view that was asked for. */
        return penalty ? -1 : 0;
    }
    if (strcmp(name, layer_name) == 0)
        return penalty;
    if (layer_view[0] &&
        (is_pair(name, layer_view, layer_name) || is_pair(name, layer_name, layer_view) ||
         (layer_name[0] == '\0' && strcmp(name, layer_view) == 0)))
        return 2 + penalty;
    if (part_name[0] && strcmp(name, part_name) == 0)
        return 4 + penalty;
    for (int32_t i = 0; i < channel_count; i++)
        if (strcmp(name, channel_names[i]) == 0)
            return 6 + penalty;
    if (layer_name[0] == '\0' && (strcasecmp(name, "rgba") == 0 || strcasecmp(name, "rgb") == 0))
        return 8 + penalty;
    return -1;
}
