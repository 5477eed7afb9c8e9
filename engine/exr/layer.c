#define _GNU_SOURCE /* memrchr, strnlen */

#include "exr/layer.h"

#include <string.h>
#include <strings.h>

/* Views looked at, so that a hostile list costs no time. */
enum { VIEWS_MAX = 256 };

/* What a channel is by the last component of its name. */
enum role {
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
};

static const struct {
    const char *name;
    enum role role;
} role_names[] = {
    {"R", ROLE_RED},   {"G", ROLE_GREEN},     {"B", ROLE_BLUE},    {"A", ROLE_ALPHA},
    {"red", ROLE_RED}, {"green", ROLE_GREEN}, {"blue", ROLE_BLUE}, {"alpha", ROLE_ALPHA},
    {"Y", ROLE_Y},     {"RY", ROLE_RY},       {"BY", ROLE_BY},     {"X", ROLE_X},
    {"Z", ROLE_Z},     {"U", ROLE_U},         {"V", ROLE_V},       {"W", ROLE_W},
};

enum kind { KIND_COLOR, KIND_LUMINANCE_CHROMA, KIND_LUMINANCE, KIND_VALUES };

/* The sets that make a layer, in the order in which they take channels. */
static const struct set {
    enum role roles[3];
    int count;          /* of roles that must be there */
    enum role optional; /* may follow; ROLE_COUNT: none. Alpha may always follow */
    enum kind kind;
    const char *suffix; /* what it adds to the group's name where it is not the group's first */
} sets[] = {
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

/* A piece of a string that ends somewhere else. */
struct span {
    const char *start;
    size_t length;
};

struct walk {
    exr_const_context_t ctxt;
    zoe_exr_layer_fn *visit;
    void *user;
    int part_count;
    const exr_attr_string_vector_t *views; /* multiView; NULL: none */
    char default_view[ZOE_EXR_NAME_MAX];
    int channels_seen;
    int layers_seen;
    int stopped;
    /* the part */
    int part;
    int deep;
    struct span part_name;
    struct span part_view;
    const exr_attr_chlist_t *list;
    int has_plain; /* a channel without a dot */
    /* the group */
    struct span prefix; /* without the last dot */
    struct span layer;
    struct span view;
    int shares_name;       /* with a plain channel */
    int first[ROLE_COUNT]; /* channel of each role, or -1 */
    int layers_in_group;
    char name[ZOE_EXR_NAME_MAX];
    char view_name[ZOE_EXR_NAME_MAX];
};

static int span_equals(struct span a, const char *start, size_t length)
{
    return a.length == length && memcmp(a.start, start, length) == 0;
}

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

/* A string attribute may hold a zero; what follows it is no part of a name. */
static struct span span_of_attr(const exr_attr_string_t *text)
{
    if (!text->str || text->length <= 0)
        return span_of("");
    return (struct span){text->str, strnlen(text->str, (size_t)text->length)};
}

static void append(char *text, size_t capacity, struct span piece)
{
    size_t used = strlen(text);
    size_t room = capacity - 1 - used;
    size_t take = piece.length < room ? piece.length : room;
    if (take)
        memcpy(text + used, piece.start, take);
    text[used + take] = '\0';
}

static const char *channel_name(const struct walk *walk, int channel)
{
    const char *name = walk->list->entries[channel].name.str;
    return name ? name : "";
}

static struct span prefix_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return (struct span){name, dot ? (size_t)(dot - name) : 0};
}

static enum role role_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    const char *base = dot ? dot + 1 : name;
    for (size_t i = 0; i < sizeof role_names / sizeof role_names[0]; i++)
        if (strcasecmp(base, role_names[i].name) == 0)
            return role_names[i].role;
    return ROLE_OTHER;
}

static int is_view(const struct walk *walk, struct span name)
{
    if (!walk->views || name.length == 0)
        return 0;
    for (int i = 0; i < walk->views->n_strings && i < VIEWS_MAX; i++) {
        struct span view = span_of_attr(&walk->views->strings[i]);
        if (span_equals(view, name.start, name.length))
            return 1;
    }
    return 0;
}

/* Splits the group's prefix into layer and view. */
static void find_view(struct walk *walk)
{
    struct span prefix = walk->prefix;
    walk->layer = prefix;
    walk->view = walk->part_view;
    if (!walk->views)
        return;
    walk->view = span_of("");
    if (prefix.length == 0) {
        walk->view = span_of(walk->default_view);
        return;
    }
    const char *dot = memrchr(prefix.start, '.', prefix.length);
    size_t head = dot ? (size_t)(dot - prefix.start) : 0;
    struct span last = dot ? (struct span){dot + 1, prefix.length - head - 1} : prefix;
    if (is_view(walk, last)) {
        walk->view = last;
        walk->layer.length = head;
        return;
    }
    dot = memchr(prefix.start, '.', prefix.length);
    if (!dot)
        return;
    struct span front = {prefix.start, (size_t)(dot - prefix.start)};
    if (is_view(walk, front)) {
        walk->view = front;
        walk->layer = (struct span){dot + 1, prefix.length - front.length - 1};
    }
}

/* "rgba_right" of view "right" is "rgba"; "right" itself is "". */
static struct span part_name_without_view(const struct walk *walk)
{
    struct span name = walk->part_name;
    struct span view = walk->part_view;
    if (view.length == 0 || name.length < view.length)
        return name;
    size_t rest = name.length - view.length;
    if (rest == 0)
        return span_of("");
    if (memcmp(name.start + rest, view.start, view.length) == 0 &&
        strchr("._- ", name.start[rest - 1]))
        return (struct span){name.start, rest - 1};
    if (memcmp(name.start, view.start, view.length) == 0 && strchr("._- ", name.start[view.length]))
        return (struct span){name.start + view.length + 1, rest - 1};
    return name;
}

/* The group's name; suffix may be "". */
static void compose_name(struct walk *walk, const char *suffix)
{
    char *name = walk->name;
    name[0] = '\0';
    if (walk->part_count > 1) {
        struct span part = part_name_without_view(walk);
        int says_the_same = span_equals(walk->layer, part.start, part.length) ||
                            span_equals(walk->layer, walk->part_name.start, walk->part_name.length);
        if (!says_the_same || walk->has_plain)
            append(name, sizeof walk->name, part);
    }
    const struct span pieces[2] = {walk->layer, span_of(suffix)};
    for (int i = 0; i < 2; i++) {
        if (pieces[i].length == 0)
            continue;
        if (name[0])
            append(name, sizeof walk->name, span_of("."));
        append(name, sizeof walk->name, pieces[i]);
    }
}

static int is_usual_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    const char *base = dot ? dot + 1 : name;
    for (size_t i = 0; i < sizeof usual_names / sizeof usual_names[0]; i++)
        if (strcasecmp(base, usual_names[i]) == 0)
            return 1;
    return 0;
}

static int32_t rank_of(const struct walk *walk, enum kind kind, int32_t view_rank)
{
    int color = kind == KIND_COLOR || kind == KIND_LUMINANCE_CHROMA;
    int32_t rank = 5;
    if (color && walk->name[0] == '\0')
        rank = 0;
    else if (color && is_usual_name(walk->name))
        rank = 1;
    else if (color && walk->prefix.length == 0)
        rank = 2;
    else if (color)
        rank = 3;
    else if (kind == KIND_LUMINANCE)
        rank = 4;
    return rank + (view_rank ? 10 : 0) + (walk->deep ? 20 : 0);
}

/* Is there a plain channel of the group's name, which is a layer of that name? Those of a set are
 * not. The list is sorted by name. */
static int is_a_channels_name(const struct walk *walk)
{
    int low = 0, high = walk->list->num_channels;
    const struct span prefix = walk->prefix;
    while (low < high) {
        int middle = low + (high - low) / 2;
        const char *name = channel_name(walk, middle);
        int order = strncmp(name, prefix.start, prefix.length);
        if (order == 0 && name[prefix.length] == '\0') {
            enum role role = role_of(name);
            return !strchr(name, '.') && (role == ROLE_OTHER || role == ROLE_Z);
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

static void emit(struct walk *walk, zoe_exr_layer *layer, enum kind kind, const char *suffix)
{
    if (walk->stopped)
        return;
    /* "depth.Z" is the layer "depth", but a lone Z without a prefix is called what it is. */
    int is_told_apart = walk->layers_in_group > 0 || walk->shares_name;
    compose_name(walk, is_told_apart ? suffix : "");
    if (walk->name[0] == '\0' && kind == KIND_VALUES)
        compose_name(walk, suffix);
    walk->view_name[0] = '\0';
    append(walk->view_name, sizeof walk->view_name, walk->view);

    layer->part = walk->part;
    layer->is_color = kind == KIND_COLOR || kind == KIND_LUMINANCE_CHROMA;
    layer->is_luminance_chroma = kind == KIND_LUMINANCE_CHROMA;
    int32_t view_rank =
        walk->view_name[0] != '\0' && strcmp(walk->view_name, walk->default_view) != 0;
    zoe_exr_layer_seen seen = {
        .layer = *layer,
        .name = walk->name,
        .view = walk->view_name,
        .rank = rank_of(walk, kind, view_rank),
        .view_rank = view_rank,
    };
    walk->layers_in_group++;
    walk->layers_seen++;
    walk->stopped = walk->visit(walk->user, &seen);
}

/* Takes the set's channels out of the group, if they are all there, and makes a layer of them. */
static void emit_set(struct walk *walk, const struct set *set)
{
    for (int i = 0; i < set->count; i++)
        if (walk->first[set->roles[i]] < 0)
            return;
    zoe_exr_layer layer = {.alpha = -1};
    for (int i = 0; i < set->count; i++) {
        layer.channels[layer.channel_count++] = walk->first[set->roles[i]];
        walk->first[set->roles[i]] = -1;
    }
    if (set->optional != ROLE_COUNT && walk->first[set->optional] >= 0) {
        layer.channels[layer.channel_count++] = walk->first[set->optional];
        walk->first[set->optional] = -1;
    }
    if (layer.channel_count < 4 && walk->first[ROLE_ALPHA] >= 0) {
        layer.alpha = layer.channel_count;
        layer.channels[layer.channel_count++] = walk->first[ROLE_ALPHA];
        walk->first[ROLE_ALPHA] = -1;
    }
    emit(walk, &layer, set->kind, set->suffix);
}

/* The list is sorted by name, so everything that starts with "prefix." stands together. */
static int in_prefix_range(const char *name, struct span prefix)
{
    return prefix.length == 0 ||
           (strncmp(name, prefix.start, prefix.length) == 0 && name[prefix.length] == '.');
}

static int in_group(const char *name, struct span prefix)
{
    return span_equals(prefix_of(name), prefix.start, prefix.length);
}

static int is_group_leader(const struct walk *walk, int channel, struct span prefix)
{
    for (int i = channel - 1; i >= 0 && in_prefix_range(channel_name(walk, i), prefix); i--)
        if (in_group(channel_name(walk, i), prefix))
            return 0;
    return 1;
}

/* A single channel is a layer by itself when no set took it. */
static void emit_singles(struct walk *walk, int leader, const int first[ROLE_COUNT])
{
    for (int i = leader; i < walk->list->num_channels && !walk->stopped; i++) {
        const char *name = channel_name(walk, i);
        if (!in_prefix_range(name, walk->prefix))
            return;
        if (!in_group(name, walk->prefix))
            continue;
        enum role role = role_of(name);
        if (role != ROLE_OTHER && first[role] == i && walk->first[role] < 0)
            continue;
        const char *dot = strrchr(name, '.');
        zoe_exr_layer layer = {.channel_count = 1, .channels = {i}, .alpha = -1};
        emit(walk, &layer, KIND_VALUES, dot ? dot + 1 : name);
    }
}

static void walk_group(struct walk *walk, int leader)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        walk->first[i] = -1;
    for (int i = leader; i < walk->list->num_channels; i++) {
        const char *name = channel_name(walk, i);
        if (!in_prefix_range(name, walk->prefix))
            break;
        enum role role = in_group(name, walk->prefix) ? role_of(name) : ROLE_OTHER;
        if (role != ROLE_OTHER && walk->first[role] < 0)
            walk->first[role] = i;
    }
    int first[ROLE_COUNT];
    memcpy(first, walk->first, sizeof first);
    walk->layers_in_group = 0;
    walk->shares_name = is_a_channels_name(walk);
    find_view(walk);
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        emit_set(walk, &sets[i]);
    emit_singles(walk, leader, first);
}

static struct span string_attribute(exr_const_context_t ctxt, int part, const char *name)
{
    const exr_attribute_t *attribute;
    if (exr_get_attribute_by_name(ctxt, part, name, &attribute) != EXR_ERR_SUCCESS ||
        attribute->type != EXR_ATTR_STRING)
        return span_of("");
    return span_of_attr(attribute->string);
}

static zoe_status walk_part(struct walk *walk, int part)
{
    exr_storage_t storage;
    if (exr_get_channels(walk->ctxt, part, &walk->list) != EXR_ERR_SUCCESS || !walk->list ||
        exr_get_storage(walk->ctxt, part, &storage) != EXR_ERR_SUCCESS)
        return ZOE_ERROR_CORRUPT;
    walk->part = part;
    walk->deep = storage == EXR_STORAGE_DEEP_SCANLINE || storage == EXR_STORAGE_DEEP_TILED;
    walk->part_name = string_attribute(walk->ctxt, part, "name");
    walk->part_view = string_attribute(walk->ctxt, part, "view");
    walk->channels_seen += walk->list->num_channels;
    if (walk->channels_seen > ZOE_EXR_CHANNELS_MAX)
        return ZOE_ERROR_TOO_LARGE;
    walk->has_plain = 0;
    for (int i = 0; i < walk->list->num_channels; i++)
        walk->has_plain |= strchr(channel_name(walk, i), '.') == NULL;
    for (int i = 0; i < walk->list->num_channels && !walk->stopped; i++) {
        struct span prefix = prefix_of(channel_name(walk, i));
        if (!is_group_leader(walk, i, prefix))
            continue;
        walk->prefix = prefix;
        walk_group(walk, i);
    }
    return ZOE_OK;
}

/* The views of a single-part file, and which of them, or of the parts', is the default. */
static void find_views(struct walk *walk)
{
    if (walk->part_count == 1) {
        const exr_attribute_t *attribute;
        if (exr_get_attribute_by_name(walk->ctxt, 0, "multiView", &attribute) == EXR_ERR_SUCCESS &&
            attribute->type == EXR_ATTR_STRING_VECTOR && attribute->stringvector->n_strings > 0)
            walk->views = attribute->stringvector;
    }
    walk->default_view[0] = '\0';
    if (walk->views) {
        append(walk->default_view, sizeof walk->default_view,
               span_of_attr(&walk->views->strings[0]));
        return;
    }
    for (int part = 0; part < walk->part_count && walk->default_view[0] == '\0'; part++)
        append(walk->default_view, sizeof walk->default_view,
               string_attribute(walk->ctxt, part, "view"));
}

zoe_status zoe_exr_walk_layers(exr_const_context_t ctxt, zoe_exr_layer_fn *visit, void *user)
{
    struct walk walk;
    memset(&walk, 0, sizeof walk);
    walk.ctxt = ctxt;
    walk.visit = visit;
    walk.user = user;
    if (exr_get_count(ctxt, &walk.part_count) != EXR_ERR_SUCCESS || walk.part_count < 1)
        return ZOE_ERROR_CORRUPT;
    if (walk.part_count > ZOE_EXR_PARTS_MAX)
        return ZOE_ERROR_TOO_LARGE;
    find_views(&walk);
    for (int part = 0; part < walk.part_count && !walk.stopped; part++) {
        zoe_status status = walk_part(&walk, part);
        if (status != ZOE_OK)
            return status;
    }
    return walk.layers_seen ? ZOE_OK : ZOE_ERROR_NO_LAYER;
}

/* 1 if text is front, a dot, and back. */
static int is_pair(const char *text, const char *front, const char *back)
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

struct search {
    exr_const_context_t ctxt;
    const char *name;
    const char *view;
    zoe_exr_layer best;
    int32_t best_match; /* -1: none yet */
    int32_t best_rank;
};

static int consider(void *user, const zoe_exr_layer_seen *seen)
{
    struct search *search = user;
    const exr_attr_chlist_t *list;
    if (exr_get_channels(search->ctxt, seen->layer.part, &list) != EXR_ERR_SUCCESS)
        return 0;
    const char *names[4];
    for (int32_t i = 0; i < seen->layer.channel_count; i++)
        names[i] = list->entries[seen->layer.channels[i]].name.str;
    const char *part_name = "";
    if (exr_get_name(search->ctxt, seen->layer.part, &part_name) != EXR_ERR_SUCCESS || !part_name)
        part_name = "";
    int32_t match = zoe_exr_layer_match(search->name, search->view, seen->name, seen->view,
                                        part_name, names, seen->layer.channel_count);
    if (match < 0)
        return 0;
    if (search->best_match >= 0 &&
        (match > search->best_match ||
         (match == search->best_match && seen->rank >= search->best_rank)))
        return 0;
    search->best = seen->layer;
    search->best_match = match;
    search->best_rank = seen->rank;
    return 0;
}

zoe_status zoe_exr_resolve_layer(exr_const_context_t ctxt, const char *layer, const char *view,
                                 zoe_exr_layer *out, zoe_error *error)
{
    struct search search = {
        .ctxt = ctxt, .name = layer ? layer : "", .view = view ? view : "", .best_match = -1};
    zoe_status status = zoe_exr_walk_layers(ctxt, consider, &search);
    if (status != ZOE_OK)
        return zoe_error_set(error, status, "%s",
                             status == ZOE_ERROR_TOO_LARGE ? "more channels or parts than the limit"
                             : status == ZOE_ERROR_NO_LAYER ? "no channels"
                                                            : "the parts' channels cannot be told");
    if (search.best_match < 0 && search.name[0] == '\0')
        return zoe_error_set(error, ZOE_ERROR_NO_LAYER, "no view \"%s\"", search.view);
    if (search.best_match < 0 && search.view[0] == '\0')
        return zoe_error_set(error, ZOE_ERROR_NO_LAYER, "no layer \"%s\"", search.name);
    if (search.best_match < 0)
        return zoe_error_set(error, ZOE_ERROR_NO_LAYER, "no layer \"%s\" of view \"%s\"",
                             search.name, search.view);
    *out = search.best;
    return ZOE_OK;
}
