#include "commands/info.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <zoetrope/engine.h>
#include <zoetrope/header.h>
#include <zoetrope/sequence.h>

#include "commands/clip.h"
#include "commands/report.h"
#include "model/args.h"
#include "model/frame_box.h"
#include "model/options.h"

enum { PATH_BYTES = 8192, ROW_ALIGNMENT = 64, HALF_BYTES = 2, HEADERS_MAX = 200 };

static const char command[] = "zoetrope info";
static const char about[] =
    "Prints what a sequence is made of: range, gaps, size, parts, layers, views, compression,\n"
    "rate, time code, attributes, bytes a frame, and the other groups of its folder.";

/* What the frames of a sequence take, by the headers of some of its files. */
typedef struct frame_sizes {
    int64_t count; /* files looked at that say it; 0: the rest is 0 */
    uint64_t least, most, sum;
} frame_sizes;

/* What is asked about, as both forms of output need it. */
typedef struct subject {
    zoe_storage *storage;
    zoe_sequence *sequence;
    zoe_header *header;
    char path[PATH_BYTES];  /* of the file whose header it is */
    const zoe_layer *layer; /* the default one; NULL: the file has no channels */
    const zoe_part *part;   /* the default layer's */
    int64_t width, height;  /* of the display window */
    bool is_known;          /* what is next */
    uint64_t frame_bytes;   /* of the default layer */
    frame_sizes sizes;      /* the same, over the sequence */
} subject;

static int64_t side(int32_t min, int32_t max)
{
    return max < min ? 0 : (int64_t)max - min + 1;
}

/* Of a layer's frames at full size: what data and display window have in common. */
static zoe_box window_of(const zoe_part *part)
{
    zoe_box window = part->data_window, display = part->display_window;
    if (zoe_frame_box_is_empty(&display))
        return window;
    window.min_x = window.min_x > display.min_x ? window.min_x : display.min_x;
    window.min_y = window.min_y > display.min_y ? window.min_y : display.min_y;
    window.max_x = window.max_x < display.max_x ? window.max_x : display.max_x;
    window.max_y = window.max_y < display.max_y ? window.max_y : display.max_y;
    return window;
}

/* false: not known. */
static bool bytes_a_frame(const zoe_header *header, const zoe_layer *layer, uint64_t *bytes)
{
    enum { SIDE_MAX = 1 << 24 }; /* no cache holds more, and the product stays in its type */
    zoe_box window = window_of(&header->parts[layer->part]);
    int64_t width = side(window.min_x, window.max_x), height = side(window.min_y, window.max_y);
    *bytes = 0;
    if (width > SIDE_MAX || height > SIDE_MAX)
        return false;
    uint64_t row = (uint64_t)width * HALF_BYTES;
    row = (row + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
    *bytes = row * (uint64_t)height * (uint64_t)layer->channel_count;
    return true;
}

/* A file that cannot be read, or has no picture, is left out. */
static void add_frame(frame_sizes *sizes, zoe_storage *storage, const char *path)
{
    zoe_header *header = NULL;
    zoe_error error;
    uint64_t bytes;
    if (zoe_header_read(path, storage, &header, &error) == ZOE_OK && header->layer_count &&
        bytes_a_frame(header, &header->layers[0], &bytes)) {
        sizes->least = sizes->count && sizes->least < bytes ? sizes->least : bytes;
        sizes->most = sizes->most > bytes ? sizes->most : bytes;
        sizes->sum += bytes;
        sizes->count++;
    }
    zoe_header_free(&header);
}

/* Of every file, or of HEADERS_MAX spread evenly from the first to the last. */
static void measure_frames(const zoe_sequence *sequence, frame_sizes *sizes)
{
    char path[PATH_BYTES];
    int64_t files = zoe_sequence_file_count(sequence);
    int64_t looks = files < HEADERS_MAX ? files : HEADERS_MAX, taken = 0, file = 0;
    for (int64_t p = 0; p < zoe_sequence_count(sequence) && taken < looks; p++) {
        if (!zoe_sequence_has_file(sequence, p))
            continue;
        bool is_due = file++ == (looks > 1 ? taken * (files - 1) / (looks - 1) : 0);
        if (!is_due)
            continue;
        taken++;
        if (zoe_sequence_path(sequence, p, path, sizeof path) == ZOE_OK)
            add_frame(sizes, zoe_sequence_storage(sequence), path);
    }
}

static uint64_t mean_bytes(const frame_sizes *sizes)
{
    return sizes->count ? sizes->sum / (uint64_t)sizes->count : 0;
}

/* Where its files come from. */
static const char *origin_of(const zoe_sequence *sequence)
{
    const char *folder = zoe_sequence_folder(sequence);
    if (strncmp(folder, "s3:", 3) == 0 || strncmp(folder, "S3:", 3) == 0)
        return "S3";
    if (zoe_storage_is_url(folder))
        return "HTTP";
    return zoe_storage_is_network(folder) ? "network file system" : "local files";
}

static zoe_status open_subject(subject *s, const char *spec, const zoe_options *options,
                               zoe_error *error)
{
    zoe_status status = zoe_clip_storage(options, &s->storage, error);
    if (status == ZOE_OK)
        status = zoe_sequence_open(spec, s->storage, &s->sequence, error);
    if (status != ZOE_OK)
        return status;
    int64_t position = zoe_sequence_named_position(s->sequence);
    if (position < 0)
        for (position = 0; !zoe_sequence_has_file(s->sequence, position);)
            position++;
    status = zoe_sequence_path(s->sequence, position, s->path, sizeof s->path);
    if (status != ZOE_OK)
        return zoe_error_set(error, status, "%s: the path is too long", spec);
    status = zoe_header_read(s->path, s->storage, &s->header, error);
    if (status != ZOE_OK)
        return status;
    if (s->header->layer_count)
        s->layer = &s->header->layers[0];
    s->part = &s->header->parts[s->layer ? s->layer->part : 0];
    zoe_box window = s->part->display_window;
    s->width = side(window.min_x, window.max_x);
    s->height = side(window.min_y, window.max_y);
    s->is_known = s->layer && bytes_a_frame(s->header, s->layer, &s->frame_bytes);
    measure_frames(s->sequence, &s->sizes);
    return ZOE_OK;
}

/* The next run of positions without a file at or after *at; 0 when there is none. Moves *at behind
 * it. */
static bool next_gap(const zoe_sequence *sequence, int64_t *at, int64_t *first, int64_t *last)
{
    int64_t count = zoe_sequence_count(sequence);
    while (*at < count && zoe_sequence_has_file(sequence, *at))
        (*at)++;
    if (*at >= count)
        return false;
    *first = zoe_sequence_number(sequence, *at);
    while (*at < count && !zoe_sequence_has_file(sequence, *at))
        (*at)++;
    *last = zoe_sequence_number(sequence, *at - 1);
    return true;
}

/* True if this view was not among the layers before. */
static bool is_new_view(const zoe_header *header, size_t layer)
{
    const char *view = header->layers[layer].view;
    if (view[0] == '\0')
        return false;
    for (size_t i = 0; i < layer; i++)
        if (strcmp(header->layers[i].view, view) == 0)
            return false;
    return true;
}

static double rate_of(const zoe_header *header)
{
    return header->fps_denominator ? (double)header->fps_numerator / (double)header->fps_denominator
                                   : 0;
}

/* ---- JSON ---- */

/* A failed allocation anywhere leaves a NULL that the setters drop; it is noticed here. */
static int lost_json;

static json_t *checked(json_t *value)
{
    if (!value)
        lost_json = 1;
    return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, checked(value)) != 0)
        lost_json = 1;
}

static void append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, checked(value)) != 0)
        lost_json = 1;
}

/* JSON is UTF-8. Names that are not have their other bytes replaced. */
static json_t *text_of(const char *text)
{
    char shown[PATH_BYTES]; /* of a URL, what others may see */
    if (zoe_storage_is_url(text)) {
        zoe_storage_text(text, shown, sizeof shown);
        text = shown;
    }
    json_t *value = json_string(text);
    if (value)
        return value;
    size_t length = strlen(text);
    char *ascii = malloc(length + 1);
    if (!ascii)
        return NULL;
    for (size_t i = 0; i <= length; i++)
        ascii[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
    value = json_string(ascii);
    free(ascii);
    return value;
}

static json_t *box_json(zoe_box box)
{
    return json_pack("[i, i, i, i]", box.min_x, box.min_y, box.max_x, box.max_y);
}

static json_t *pair_json(int64_t first, int64_t last)
{
    return json_pack("[I, I]", (json_int_t)first, (json_int_t)last);
}

static json_t *gaps_json(const zoe_sequence *sequence)
{
    json_t *gaps = json_array();
    int64_t at = 0;
    int64_t first;
    int64_t last;
    while (next_gap(sequence, &at, &first, &last))
        append(gaps, pair_json(first, last));
    return gaps;
}

static json_t *channels_json(const zoe_part *part)
{
    json_t *channels = json_array();
    for (size_t i = 0; i < part->channel_count; i++) {
        const zoe_channel *channel = &part->channels[i];
        json_t *object = json_object();
        set(object, "name", text_of(channel->name));
        set(object, "type", text_of(zoe_sample_type_name(channel->type)));
        set(object, "sampling", json_pack("[i, i]", channel->x_sampling, channel->y_sampling));
        append(channels, object);
    }
    return channels;
}

static json_t *attributes_json(const zoe_part *part)
{
    json_t *attributes = json_array();
    for (size_t i = 0; i < part->attribute_count; i++) {
        json_t *object = json_object();
        set(object, "name", text_of(part->attributes[i].name));
        set(object, "type", text_of(part->attributes[i].type));
        set(object, "value", text_of(part->attributes[i].value));
        append(attributes, object);
    }
    return attributes;
}

static json_t *part_json(const zoe_part *part)
{
    static const char *const modes[] = {"one", "mipmap", "ripmap"};
    json_t *object = json_object();
    set(object, "name", text_of(part->name));
    set(object, "view", text_of(part->view));
    set(object, "type", text_of(zoe_part_type_name(part->type)));
    set(object, "compression", text_of(zoe_compression_name(part->compression)));
    set(object, "line_order", text_of(zoe_line_order_name(part->line_order)));
    set(object, "display_window", box_json(part->display_window));
    set(object, "data_window", box_json(part->data_window));
    set(object, "pixel_aspect", json_real(part->pixel_aspect));
    set(object, "chunks", json_integer(part->chunk_count));
    if (part->tile_width) {
        set(object, "tile_size", json_pack("[i, i]", part->tile_width, part->tile_height));
        set(object, "levels", text_of(modes[part->level_mode > 2 ? 0 : part->level_mode]));
        set(object, "level_count", json_pack("[i, i]", part->level_count_x, part->level_count_y));
    } else {
        set(object, "lines_per_chunk", json_integer(part->lines_per_chunk));
    }
    set(object, "channels", channels_json(part));
    set(object, "attributes", attributes_json(part));
    return object;
}

static json_t *layer_json(const zoe_header *header, const zoe_layer *layer)
{
    const zoe_part *part = &header->parts[layer->part];
    json_t *object = json_object();
    json_t *channels = json_array();
    uint64_t bytes;
    bool is_known = bytes_a_frame(header, layer, &bytes);
    for (int32_t i = 0; i < layer->channel_count; i++)
        append(channels, text_of(part->channels[layer->channels[i]].name));
    set(object, "name", text_of(layer->name));
    set(object, "view", text_of(layer->view));
    set(object, "part", json_integer(layer->part));
    set(object, "channels", channels);
    set(object, "color", json_boolean(layer->is_color));
    set(object, "alpha", json_boolean(layer->alpha >= 0));
    set(object, "luminance_chroma", json_boolean(layer->is_luminance_chroma));
    set(object, "frame_bytes", is_known ? json_integer((json_int_t)bytes) : json_null());
    return object;
}

static void set_sequence(json_t *root, const zoe_sequence *sequence)
{
    set(root, "name", text_of(zoe_sequence_name(sequence)));
    set(root, "folder", text_of(zoe_sequence_folder(sequence)));
    set(root, "from", text_of(origin_of(sequence)));
    set(root, "first", json_integer(zoe_sequence_first(sequence)));
    set(root, "last", json_integer(zoe_sequence_last(sequence)));
    set(root, "step", json_integer(zoe_sequence_step(sequence)));
    set(root, "frames", json_integer(zoe_sequence_count(sequence)));
    set(root, "files", json_integer(zoe_sequence_file_count(sequence)));
    set(root, "missing",
        json_integer(zoe_sequence_count(sequence) - zoe_sequence_file_count(sequence)));
    set(root, "gaps", gaps_json(sequence));
}

static json_t *sizes_json(const frame_sizes *sizes)
{
    if (!sizes->count)
        return json_null();
    return json_pack("{s:I, s:I, s:I, s:I}", "least", (json_int_t)sizes->least, "mean",
                     (json_int_t)mean_bytes(sizes), "most", (json_int_t)sizes->most, "files",
                     (json_int_t)sizes->count);
}

static void set_picture(json_t *root, const subject *s)
{
    const zoe_header *header = s->header;
    set(root, "file", text_of(s->path));
    set(root, "file_bytes", json_integer((json_int_t)header->file_bytes));
    set(root, "width", json_integer(s->width));
    set(root, "height", json_integer(s->height));
    set(root, "display_window", box_json(s->part->display_window));
    set(root, "data_window", box_json(s->part->data_window));
    set(root, "pixel_aspect", json_real(s->part->pixel_aspect));
    set(root, "type", text_of(zoe_part_type_name(s->part->type)));
    set(root, "compression", text_of(zoe_compression_name(s->part->compression)));
    set(root, "line_order", text_of(zoe_line_order_name(s->part->line_order)));
    set(root, "fps", header->fps_denominator ? json_real(rate_of(header)) : json_null());
    set(root, "rate",
        header->fps_denominator
            ? json_pack("[i, i]", header->fps_numerator, header->fps_denominator)
            : json_null());
    set(root, "time_code", header->time_code[0] ? text_of(header->time_code) : json_null());
    set(root, "frame_bytes", s->is_known ? json_integer((json_int_t)s->frame_bytes) : json_null());
    set(root, "frames_bytes", sizes_json(&s->sizes));
    json_t *chromaticities = header->has_chromaticities ? json_array() : json_null();
    for (int i = 0; header->has_chromaticities && i < 8; i++)
        append(chromaticities, json_real((double)header->chromaticities[i]));
    set(root, "chromaticities", chromaticities);
}

static json_t *groups_json(const zoe_sequence *sequence)
{
    json_t *groups = json_array();
    for (size_t i = 0; i < zoe_sequence_group_count(sequence); i++) {
        zoe_sequence_group group;
        if (zoe_sequence_group_at(sequence, i, &group) != ZOE_OK)
            continue;
        json_t *object = json_object();
        set(object, "pattern", text_of(group.pattern));
        set(object, "first", json_integer(group.first));
        set(object, "last", json_integer(group.last));
        set(object, "files", json_integer(group.files));
        append(groups, object);
    }
    return groups;
}

static int print_json(const subject *s)
{
    const zoe_header *header = s->header;
    json_t *root = json_object();
    lost_json = 0;
    set_sequence(root, s->sequence);
    set_picture(root, s);
    json_t *layers = json_array();
    json_t *views = json_array();
    for (size_t i = 0; i < header->layer_count; i++) {
        append(layers, layer_json(header, &header->layers[i]));
        if (is_new_view(header, i))
            append(views, text_of(header->layers[i].view));
    }
    set(root, "layers", layers);
    set(root, "views", views);
    json_t *parts = json_array();
    for (size_t i = 0; i < header->part_count; i++)
        append(parts, part_json(&header->parts[i]));
    set(root, "parts", parts);
    set(root, "groups", groups_json(s->sequence));
    bool written = !lost_json && zoe_json_print(root, 9);
    json_decref(root);
    if (lost_json)
        return zoe_failure(command, "%s: out of memory for the JSON text", s->path);
    if (!written)
        return zoe_failure(command, "%s: cannot write to standard output", s->path);
    return ZOE_EXIT_DONE;
}

/* ---- text ---- */

static void print_line(const char *key, const char *text)
{
    printf("  %-16s", key);
    zoe_print_text(text);
    putchar('\n');
}

static void print_box(const char *key, zoe_box box)
{
    printf("  %-16s(%" PRId32 " %" PRId32 ") - (%" PRId32 " %" PRId32 ")\n", key, box.min_x,
           box.min_y, box.max_x, box.max_y);
}

static void print_bytes(uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KB", "MB", "GB", "TB"};
    size_t unit = 0;
    double value = (double)bytes;
    while (value >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1024;
        unit++;
    }
    printf(unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static void print_count(int64_t count, const char *what)
{
    printf("%" PRId64 " %s%s", count, what, count == 1 ? "" : "s");
}

static void print_frames(const zoe_sequence *sequence)
{
    int64_t missing = zoe_sequence_count(sequence) - zoe_sequence_file_count(sequence);
    printf("  %-16s%" PRId64 " to %" PRId64, "frames", zoe_sequence_first(sequence),
           zoe_sequence_last(sequence));
    if (zoe_sequence_step(sequence) > 1)
        printf(" by %" PRId64, zoe_sequence_step(sequence));
    printf(", ");
    print_count(zoe_sequence_file_count(sequence), "file");
    putchar('\n');
    if (missing == 0)
        return;
    enum { SHOWN = 32 };
    printf("  %-16s%" PRId64 ": ", "missing", missing);
    int64_t at = 0;
    int64_t first;
    int64_t last;
    for (int i = 0; next_gap(sequence, &at, &first, &last); i++) {
        if (i == SHOWN) {
            printf(", ...");
            break;
        }
        printf(first == last ? "%s%" PRId64 : "%s%" PRId64 "-%" PRId64, i ? ", " : "", first, last);
    }
    putchar('\n');
}

static void print_sizes(const subject *s)
{
    const frame_sizes *sizes = &s->sizes;
    int64_t files = zoe_sequence_file_count(s->sequence);
    if (!sizes->count || files == 1)
        return;
    printf("  %-16s%s", "all frames", sizes->count < files ? "about " : "");
    print_bytes((uint64_t)((double)sizes->sum / (double)sizes->count * (double)files));
    printf("; a frame least ");
    print_bytes(sizes->least);
    printf(", mean ");
    print_bytes(mean_bytes(sizes));
    printf(", most ");
    print_bytes(sizes->most);
    printf(", by ");
    print_count(sizes->count, "header");
    putchar('\n');
}

static void print_picture(const subject *s)
{
    const zoe_header *header = s->header;
    printf("  %-16s%" PRId64 "x%" PRId64, "size", s->width, s->height);
    if (s->part->pixel_aspect < 1 || s->part->pixel_aspect > 1)
        printf(", pixel aspect %g", s->part->pixel_aspect);
    putchar('\n');
    print_box("display window", s->part->display_window);
    print_box("data window", s->part->data_window);
    printf("  %-16s%s, %s, %s lines", "stored as", zoe_part_type_name(s->part->type),
           zoe_compression_name(s->part->compression), zoe_line_order_name(s->part->line_order));
    if (s->part->tile_width)
        printf(", tiles %" PRId32 "x%" PRId32 ", levels %" PRId32 "x%" PRId32, s->part->tile_width,
               s->part->tile_height, s->part->level_count_x, s->part->level_count_y);
    putchar('\n');
    if (header->fps_denominator)
        printf("  %-16s%.6g frames a second (%" PRId32 "/%" PRId32 ")\n", "rate", rate_of(header),
               header->fps_numerator, header->fps_denominator);
    if (header->time_code[0])
        print_line("time code", header->time_code);
    printf("  %-16s", "file");
    print_bytes(header->file_bytes);
    putchar('\n');
    if (s->is_known) {
        printf("  %-16s", "frame in memory");
        print_bytes(s->frame_bytes);
        putchar('\n');
    }
    print_sizes(s);
}

static void print_layers(const zoe_header *header)
{
    printf("layers\n");
    for (size_t i = 0; i < header->layer_count; i++) {
        const zoe_layer *layer = &header->layers[i];
        const zoe_part *part = &header->parts[layer->part];
        printf("  ");
        zoe_print_text(layer->name[0] ? layer->name : "(plain)");
        if (layer->view[0]) {
            printf(", view ");
            zoe_print_text(layer->view);
        }
        if (header->part_count > 1)
            printf(", part %" PRId32, layer->part);
        printf(":");
        for (int32_t j = 0; j < layer->channel_count; j++) {
            const zoe_channel *channel = &part->channels[layer->channels[j]];
            putchar(' ');
            zoe_print_text(channel->name);
            if (channel->type != ZOE_SAMPLE_HALF)
                printf(" (%s)", zoe_sample_type_name(channel->type));
        }
        if (i == 0)
            printf(", the default");
        uint64_t bytes;
        if (bytes_a_frame(header, layer, &bytes)) {
            printf(", ");
            print_bytes(bytes);
            printf(" a frame");
        }
        putchar('\n');
    }
}

static void print_parts(const zoe_header *header)
{
    for (size_t i = 0; i < header->part_count; i++) {
        const zoe_part *part = &header->parts[i];
        if (header->part_count == 1) {
            printf("attributes");
        } else {
            printf("part %zu ", i);
            zoe_print_text(part->name);
            printf(": %s, %s, ", zoe_part_type_name(part->type),
                   zoe_compression_name(part->compression));
            print_count((int64_t)part->channel_count, "channel");
        }
        putchar('\n');
        for (size_t j = 0; j < part->attribute_count; j++) {
            const zoe_attribute *attribute = &part->attributes[j];
            printf("  ");
            zoe_print_text(attribute->name);
            printf(" (");
            zoe_print_text(attribute->type);
            printf("): ");
            zoe_print_text(attribute->value);
            putchar('\n');
        }
    }
}

static void print_groups(const zoe_sequence *sequence)
{
    if (zoe_sequence_group_count(sequence) < 2)
        return;
    printf("groups in the folder\n");
    for (size_t i = 0; i < zoe_sequence_group_count(sequence); i++) {
        zoe_sequence_group group;
        if (zoe_sequence_group_at(sequence, i, &group) != ZOE_OK)
            continue;
        printf("  ");
        zoe_print_text(group.pattern);
        printf("  %" PRId64 " to %" PRId64 ", ", group.first, group.last);
        print_count(group.files, "file");
        putchar('\n');
    }
}

static int print_text(const subject *s)
{
    zoe_print_text(zoe_sequence_name(s->sequence));
    putchar('\n');
    print_line("folder", zoe_sequence_folder(s->sequence));
    print_line("from", origin_of(s->sequence));
    print_frames(s->sequence);
    print_picture(s);
    print_layers(s->header);
    print_parts(s->header);
    print_groups(s->sequence);
    return ZOE_EXIT_DONE;
}

int zoe_cmd_info(int argc, char **argv)
{
    bool as_json = false;
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.isolation = ZOE_ISOLATION_AUTO;
    zoe_storage_args from;
    zoe_arg table[2 + ZOE_STORAGE_ROWS] = {
        {.name = "json", .kind = ZOE_ARG_FLAG, .help = "print one JSON object", .value = &as_json},
        {.name = "isolation",
         .kind = ZOE_ARG_CHOICE,
         .value_name = "MODE",
         .help = "read headers in processes that may do nothing else (default auto)",
         .value = &settings.isolation,
         .words = ZOE_WORDS_ISOLATION},
    };
    size_t rows = 2 + zoe_options_storage_args(&from, table + 2);
    const zoe_args args = {.command = command,
                           .operands = "SEQUENCE",
                           .about = about,
                           .table = table,
                           .count = rows,
                           .operands_min = 1,
                           .operands_max = 1};
    int first = 0;
    zoe_args_result result = zoe_args_parse(&args, argc, argv, &first);
    if (result != ZOE_ARGS_RUN)
        return result == ZOE_ARGS_DONE ? ZOE_EXIT_DONE : ZOE_EXIT_USAGE;

    (void)zoe_header_isolate(&settings);
    subject s;
    memset(&s, 0, sizeof s);
    zoe_error error = {ZOE_OK, ""};
    int exit_status = open_subject(&s, argv[first], &from.options, &error) != ZOE_OK
                          ? zoe_failure(command, "%s", error.text)
                      : as_json ? print_json(&s)
                                : print_text(&s);
    zoe_header_free(&s.header);
    zoe_sequence_close(&s.sequence);
    zoe_storage_close(&s.storage);
    if (exit_status == ZOE_EXIT_DONE && (fflush(stdout) != 0 || ferror(stdout)))
        return zoe_failure(command, "%s: cannot write to standard output", argv[first]);
    return exit_status;
}
