/*
 * A sequence keeps how its files are named (prefix, padding, suffix), one bit for each position
 * that has a file, and a short record for each file that is written otherwise than the rule says
 * (mixed padding, .EXR among .exr). Paths are put together when they are asked for.
 */
#include <zoetrope/sequence.h>

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/os.h"
#include "sequence/groups.h"
#include "sequence/naming.h"
#include "sequence/pattern.h"
#include "sequence/scan.h"
#include "storage/storage.h"

typedef enum opened_by { BY_FILE, BY_FOLDER, BY_PATTERN } opened_by;

/* A file whose name does not follow the rule. */
typedef struct irregular {
    uint32_t position;
    uint8_t width;
    uint8_t ext_case;
} irregular;

struct zoe_sequence {
    atomic_uint holds;    /* how many zoe_sequence_close() are to come */
    zoe_storage *storage; /* NULL: local files only */
    char *spec;
    char *folder;
    char *query; /* behind every path: a URL's, with its '?'; NULL: none */
    char *name;  /* as zoe_sequence_name() gives it */
    opened_by opened_by;
    zoe_scan_class naming; /* prefix, suffix and is_numbered; owned. Its list of files is empty */
    zoe_naming_rule rule;
    zoe_selection selection;
    int64_t first, last, step, count;
    int64_t file_count;
    int64_t named_position;
    uint8_t *present;      /* one bit a position */
    irregular *irregulars; /* [irregular_count], by position */
    size_t irregular_count;
    zoe_group *groups; /* [group_count] */
    size_t group_count;
};

/* What is to be opened, and what was found in the folder. */
typedef struct opening {
    char *base; /* the spec's name without folder and query; "" for a folder; owned */
    zoe_pattern pattern;
    zoe_scan scan;
    zoe_status found; /* OK: something is at the spec's path */
    bool is_folder;
    zoe_error problem; /* where nothing is: why */
} opening;

/* What follows the number, with the extension in lower case, as classes have it. */
static char *copy_suffix(const char *suffix)
{
    size_t length = strlen(suffix);
    char *copy = zoe_os_strdup(suffix);
    if (copy && length >= 4)
        for (size_t i = length - 3; i < length; i++)
            if (copy[i] >= 'A' && copy[i] <= 'Z')
                copy[i] = (char)(copy[i] - 'A' + 'a');
    return copy;
}

static zoe_status no_memory(const char *spec, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory for the sequence", spec);
}

/* ---- positions ---- */

static void set_bit(uint8_t *bits, size_t at)
{
    bits[at / 8] = (uint8_t)(bits[at / 8] | 1U << at % 8);
}

static bool get_bit(const uint8_t *bits, size_t at)
{
    return bits[at / 8] >> at % 8 & 1;
}

static int compare_irregular(const void *a, const void *b)
{
    const irregular *x = a;
    const irregular *y = b;
    if (x->position != y->position)
        return x->position < y->position ? -1 : 1;
    if (x->width != y->width)
        return x->width < y->width ? -1 : 1;
    return (int)x->ext_case - (int)y->ext_case;
}

/* Sets first, last, step and count from the range or from the files; count 0 without files. */
static void set_extent(zoe_sequence *sequence, const zoe_scan_class *class)
{
    const zoe_selection *selection = &sequence->selection;
    zoe_extent extent = zoe_find_extent(class, selection);
    sequence->count = 0;
    if (extent.count == 0)
        return;
    sequence->step = selection->has_range ? selection->step : 1;
    sequence->first = selection->has_range ? selection->first : extent.lowest->value;
    int64_t last = selection->has_range ? selection->last : extent.highest->value;
    sequence->count = (last - sequence->first) / sequence->step + 1;
    sequence->last = sequence->first + (sequence->count - 1) * sequence->step;
}

/*
 * Several files may stand for one position (7 and 0007, .exr and .EXR). One is taken, whatever the
 * folder's order: the file that was named, else the one that follows the rule, else the first by
 * width and case.
 */
static void keep_one_a_position(zoe_sequence *sequence, const zoe_numeral *named)
{
    irregular *list = sequence->irregulars;
    size_t kept = 0;
    qsort(list, sequence->irregular_count, sizeof *list, compare_irregular);
    for (size_t i = 0; i < sequence->irregular_count; i++) {
        irregular file = list[i];
        bool is_named = named && (int64_t)file.position == sequence->named_position &&
                        named->width == file.width && named->ext_case == file.ext_case;
        if (!is_named && get_bit(sequence->present, file.position))
            continue;
        if (kept && list[kept - 1].position == file.position)
            kept--; /* the named one takes its place */
        set_bit(sequence->present, file.position);
        list[kept++] = file;
    }
    sequence->irregular_count = kept;
}

static bool fill_positions(zoe_sequence *sequence, const zoe_scan_class *class,
                           const zoe_numeral *named)
{
    size_t bytes = (size_t)sequence->count / 8 + 1;
    size_t irregular_files = 0;
    for (size_t i = 0; i < class->count; i++)
        if (zoe_is_selected(&sequence->selection, &class->files[i]) &&
            !zoe_follows_rule(&sequence->rule, &class->files[i]))
            irregular_files++;
    sequence->present = zoe_os_alloc(bytes);
    sequence->irregulars = zoe_os_alloc((irregular_files + 1) * sizeof *sequence->irregulars);
    if (!sequence->present || !sequence->irregulars)
        return false;
    for (size_t i = 0; i < class->count; i++) {
        const zoe_numeral *file = &class->files[i];
        if (!zoe_is_selected(&sequence->selection, file))
            continue;
        size_t position = (size_t)((file->value - sequence->first) / sequence->step);
        if (zoe_follows_rule(&sequence->rule, file))
            set_bit(sequence->present, position);
        else
            sequence->irregulars[sequence->irregular_count++] =
                (irregular){(uint32_t)position, file->width, file->ext_case};
    }
    keep_one_a_position(sequence, named);
    for (size_t i = 0; i < bytes; i++)
        for (unsigned bit = 0; bit < 8; bit++)
            sequence->file_count += get_bit(sequence->present, i * 8 + bit);
    return true;
}

/* Makes the sequence of the class's files that the selection takes. `named` may be NULL. */
static zoe_status take_selected(zoe_sequence *sequence, const zoe_scan_class *class,
                                const zoe_numeral *named, zoe_error *error)
{
    sequence->naming.is_numbered = class->is_numbered;
    sequence->naming.prefix = zoe_os_strdup(class->prefix);
    sequence->naming.suffix = zoe_os_strdup(class->suffix);
    if (!sequence->naming.prefix || !sequence->naming.suffix)
        return no_memory(sequence->spec, error);
    set_extent(sequence, class);
    if (sequence->count == 0)
        return zoe_error_set(error, ZOE_ERROR_NO_FRAMES, "%s: no EXR frames match", sequence->spec);
    if (sequence->count > ZOE_SEQUENCE_POSITIONS_MAX)
        return zoe_error_set(error, ZOE_ERROR_TOO_LARGE,
                             "%s: frame numbers %" PRId64 " to %" PRId64
                             " are more than the limit of %d; a pattern with a range takes a part",
                             sequence->spec, sequence->first, sequence->last,
                             ZOE_SEQUENCE_POSITIONS_MAX);
    sequence->rule = zoe_find_rule(class, &sequence->selection);
    if (named)
        sequence->named_position = (named->value - sequence->first) / sequence->step;
    sequence->name = zoe_pattern_name(class, &sequence->rule, false);
    if (!sequence->name || !fill_positions(sequence, class, named))
        return no_memory(sequence->spec, error);
    return ZOE_OK;
}

/* The same without strays, of which one that is named stands for itself. The selection stays as it
 * is, for when the folder is read again. */
static zoe_status take_class(zoe_sequence *sequence, const zoe_scan_class *class,
                             const zoe_numeral *named, zoe_error *error)
{
    zoe_selection all = sequence->selection, *selection = &sequence->selection;
    if (!zoe_leave_strays(class, selection))
        return no_memory(sequence->spec, error);
    if (named && !zoe_is_selected(selection, named))
        selection->first = selection->last = named->value;
    zoe_status status = take_selected(sequence, class, named, error);
    sequence->selection = all;
    return status;
}

/* ---- opening ---- */

/* Of a class's paddings the widest that the file fits: that is how it is written. */
static int padding_of(const zoe_scan_class *class, const zoe_numeral *file)
{
    int paddings[ZOE_DIGITS_MAX];
    int count = zoe_scan_paddings(class, paddings);
    for (int i = count - 1; i >= 0; i--)
        if (zoe_fits_padding(file, paddings[i]))
            return paddings[i];
    return 1;
}

/* A sequence of one file that stands for itself, whatever its name. */
static zoe_status take_single(zoe_sequence *sequence, const char *name, zoe_error *error)
{
    zoe_numeral file = {.value = 0, .width = 1};
    zoe_scan_class class = {.files = &file, .count = 1};
    class.prefix = zoe_os_strdup(name);
    class.suffix = zoe_os_strdup("");
    zoe_status status = class.prefix && class.suffix ? take_class(sequence, &class, &file, error)
                                                     : no_memory(sequence->spec, error);
    zoe_os_free(class.prefix);
    zoe_os_free(class.suffix);
    return status;
}

static zoe_status open_file(zoe_sequence *sequence, const opening *from, zoe_error *error)
{
    const char *name = from->base;
    size_t length = strlen(name);
    zoe_frame_name frame;
    sequence->opened_by = BY_FILE;
    if (!from->scan.name_seen || !zoe_is_exr_name(name, length) ||
        !zoe_frame_name_parse(name, length, &frame))
        return take_single(sequence, name, error);
    char *suffix = copy_suffix(name + frame.suffix_start);
    if (!suffix)
        return no_memory(sequence->spec, error);
    const zoe_scan_class *class = zoe_scan_find(&from->scan, name, frame.prefix_length, suffix);
    zoe_os_free(suffix);
    if (!class)
        return take_single(sequence, name, error);
    sequence->selection = (zoe_selection){.padding = padding_of(class, &frame.numeral)};
    return take_class(sequence, class, &frame.numeral, error);
}

static zoe_status open_first_group(zoe_sequence *sequence, zoe_error *error)
{
    sequence->opened_by = BY_FOLDER;
    if (sequence->group_count == 0)
        return zoe_error_set(error, ZOE_ERROR_NO_FRAMES, "%s: no EXR files in this folder",
                             sequence->spec);
    sequence->selection = (zoe_selection){.padding = sequence->groups[0].padding};
    return take_class(sequence, sequence->groups[0].class, NULL, error);
}

static bool selects_any(const zoe_selection *selection, const zoe_scan_class *class)
{
    return zoe_find_extent(class, selection).count > 0;
}

static zoe_status open_pattern(zoe_sequence *sequence, const opening *from, zoe_error *error)
{
    const zoe_pattern *pattern = &from->pattern;
    sequence->opened_by = BY_PATTERN;
    zoe_selection selections[2] = {
        {.padding = pattern->padding,
         .has_range = pattern->kind == ZOE_PATTERN_RANGE,
         .first = pattern->first,
         .last = pattern->last,
         .step = pattern->step},
        {.padding = pattern->padding_without_range},
    };
    /* '#' after a range stands for four digits, or for any width where no file has four. */
    bool is_lone_hash = pattern->padding > 0 && pattern->padding_without_range == 0;
    if (is_lone_hash && !selects_any(&selections[0], &from->scan.picked[0]))
        selections[0].padding = 0;
    /* The range first; then the same text as part of the name. */
    bool as_name = selects_any(&selections[1], &from->scan.picked[1]);
    if (pattern->kind == ZOE_PATTERN_MALFORMED && !as_name)
        return zoe_error_set(error, ZOE_ERROR_PATTERN, "%s: %s", sequence->spec, pattern->problem);
    int reading = pattern->kind == ZOE_PATTERN_MALFORMED ||
                  (as_name && !selects_any(&selections[0], &from->scan.picked[0]));

    zoe_scan_class class = from->scan.picked[reading];
    class.is_numbered = true;
    class.prefix =
        zoe_os_strndup(from->base, reading ? pattern->token_start : pattern->prefix_length);
    class.suffix = copy_suffix(from->base + pattern->suffix_start);
    sequence->selection = selections[reading];
    zoe_status status = class.prefix && class.suffix ? take_class(sequence, &class, NULL, error)
                                                     : no_memory(sequence->spec, error);
    zoe_os_free(class.prefix);
    zoe_os_free(class.suffix);
    return status;
}

/* The group that another sequence was opened from, as the folder is now. */
static zoe_status open_same_group(zoe_sequence *sequence, const zoe_sequence *old,
                                  const opening *from, zoe_error *error)
{
    const zoe_scan_class *naming = &old->naming;
    const zoe_scan_class *class =
        zoe_scan_find(&from->scan, naming->prefix, strlen(naming->prefix), naming->suffix);
    sequence->opened_by = old->opened_by;
    if (!class)
        return zoe_error_set(error, ZOE_ERROR_NO_FRAMES, "%s: the files of %s are gone",
                             sequence->spec, old->name);
    sequence->selection = old->selection;
    if (class->is_numbered) {
        /* A shorter number may have come since then, or the leading zeros may have gone. */
        int paddings[ZOE_DIGITS_MAX];
        int count = zoe_scan_paddings(class, paddings);
        int best = paddings[0];
        for (int i = 1; i < count; i++)
            if (paddings[i] <= old->selection.padding)
                best = paddings[i];
        sequence->selection.padding = best;
    }
    return take_class(sequence, class, NULL, error);
}

static zoe_status choose(zoe_sequence *sequence, const zoe_sequence *old, const opening *from,
                         zoe_error *error)
{
    bool is_there = from->scan.name_seen || from->found == ZOE_OK;
    if (old && (old->opened_by == BY_FOLDER || (old->opened_by == BY_FILE && !is_there)))
        return open_same_group(sequence, old, from, error);
    if (from->base[0] == '\0')
        return open_first_group(sequence, error);
    if (is_there)
        return open_file(sequence, from, error);
    if (from->pattern.kind != ZOE_PATTERN_NONE)
        return open_pattern(sequence, from, error);
    return zoe_error_set(error, from->found, "%s", from->problem.text);
}

/* Where a URL's path begins; 0 for what is none. */
static size_t host_end(const char *spec)
{
    if (!zoe_storage_is_url(spec))
        return 0;
    const char *host = strstr(spec, "://") + 3;
    return (size_t)(host - spec) + strcspn(host, "/?");
}

/* Sets folder, query and base. */
static bool split_spec(zoe_sequence *sequence, opening *from)
{
    const char *spec = sequence->spec;
    size_t host = host_end(spec), length = strlen(spec);
    if (host) {
        /* Keys of S3 may have a '?'. */
        size_t path = strncasecmp(spec, "s3:", 3) == 0 ? length : host + strcspn(spec + host, "?");
        if (path < length && !(sequence->query = zoe_os_strdup(spec + path)))
            return false;
        length = path;
    }
    size_t base = length;
    while (base > host && spec[base - 1] != '/')
        base--;
    if (host)
        from->is_folder = !zoe_is_exr_name(spec + base, length - base);
    if (from->is_folder)
        base = length;
    from->base = zoe_os_strndup(spec + base, length - base);
    length = base;
    while (length > 1 && length > host && spec[length - 1] == '/')
        length--;
    sequence->folder = length ? zoe_os_strndup(spec, length) : zoe_os_strdup(".");
    return from->base && sequence->folder;
}

/* The folder with the query, as it is listed; the caller's. NULL: no memory. */
static char *listed_folder(const zoe_sequence *sequence)
{
    size_t length = strlen(sequence->folder);
    const char *query = sequence->query ? sequence->query : "";
    char *path = zoe_os_alloc(length + strlen(query) + 1);
    if (path) {
        memcpy(path, sequence->folder, length);
        memcpy(path + length, query, strlen(query) + 1);
    }
    return path;
}

/* A folder that cannot be listed: all numbers of the range are taken to be there. */
static zoe_status pretend_range(zoe_sequence *sequence, opening *from, zoe_error *error)
{
    const zoe_pattern *pattern = &from->pattern;
    int padding = pattern->padding ? pattern->padding : 1;
    uint8_t ext_case = zoe_ext_case(from->base, strlen(from->base));
    if ((pattern->last - pattern->first) / pattern->step >= ZOE_SEQUENCE_POSITIONS_MAX)
        return zoe_error_set(error, ZOE_ERROR_TOO_LARGE, "%s: more than %d frames", sequence->spec,
                             ZOE_SEQUENCE_POSITIONS_MAX);
    for (int64_t value = pattern->first; value <= pattern->last; value += pattern->step) {
        int digits = zoe_digit_count(value);
        zoe_numeral numeral = {.value = value,
                               .width = (uint8_t)(digits > padding ? digits : padding),
                               .ext_case = ext_case};
        if (!zoe_scan_pretend(&from->scan, &numeral))
            return no_memory(sequence->spec, error);
    }
    return open_pattern(sequence, from, error);
}

static zoe_status open_unlisted(zoe_sequence *sequence, opening *from, const zoe_error *why,
                                zoe_error *error)
{
    bool is_final = why->status == ZOE_STALE || why->status == ZOE_ERROR_NO_MEMORY;
    if (from->pattern.kind == ZOE_PATTERN_RANGE && !is_final)
        return pretend_range(sequence, from, error);
    bool is_listed = why->status == ZOE_ERROR_IO || is_final;
    if (from->pattern.kind == ZOE_PATTERN_NONE && from->base[0] && !is_listed)
        return open_file(sequence, from, error);
    if (from->pattern.kind == ZOE_PATTERN_NUMBER && !is_listed)
        return zoe_error_set(error, why->status,
                             "%s; without a list a pattern needs a range, as in shot.1-100####.exr",
                             why->text);
    return zoe_error_set(error, why->status, "%s", why->text);
}

/* The groups' patterns, with the query. */
static bool add_query(zoe_sequence *sequence)
{
    for (size_t i = 0; sequence->query && i < sequence->group_count; i++) {
        zoe_sequence_group *group = &sequence->groups[i].group;
        size_t length = strlen(group->pattern), more = strlen(sequence->query);
        char *pattern = zoe_os_alloc(length + more + 1);
        if (!pattern)
            return false;
        memcpy(pattern, group->pattern, length);
        memcpy(pattern + length, sequence->query, more + 1);
        zoe_os_free((char *)(uintptr_t)group->pattern);
        group->pattern = pattern;
    }
    return true;
}

/* Reads the folder. */
static zoe_status scan(zoe_sequence *sequence, opening *from, zoe_error *error)
{
    const zoe_pattern *pattern = &from->pattern;
    zoe_scan_query query = {.name = from->is_folder ? NULL : from->base};
    if (pattern->kind != ZOE_PATTERN_NONE) {
        query.prefix[0] = query.prefix[1] = from->base;
        query.prefix_length[0] = pattern->prefix_length;
        query.prefix_length[1] = pattern->token_start;
        query.suffix = from->base + pattern->suffix_start;
    }
    char *folder = listed_folder(sequence);
    if (!folder)
        return no_memory(sequence->spec, error);
    zoe_status status = zoe_scan_folder(sequence->storage, folder, &query, &from->scan, error);
    zoe_os_free(folder);
    return status;
}

static zoe_status open_spec(zoe_sequence *sequence, const zoe_sequence *old, opening *from,
                            zoe_error *error)
{
    bool is_url = zoe_storage_is_url(sequence->spec) != 0;
    zoe_status status =
        is_url ? zoe_storage_check(sequence->storage, sequence->spec, error) : ZOE_OK;
    if (status != ZOE_OK)
        return status;
    from->found = ZOE_ERROR_NOT_FOUND;
    if (is_url)
        zoe_error_set(&from->problem, from->found, "%s: %s", sequence->spec,
                      zoe_status_text(from->found));
    else
        from->found = zoe_os_path_look(sequence->spec, &from->is_folder, &from->problem);
    if (!split_spec(sequence, from))
        return no_memory(sequence->spec, error);
    if (!from->is_folder && from->base[0] == '\0') /* "name/", which is no folder */
        return from->found == ZOE_OK ? zoe_error_set(error, ZOE_ERROR_NOT_FOUND,
                                                     "%s: no such file or folder", sequence->spec)
                                     : zoe_error_set(error, from->found, "%s", from->problem.text);
    zoe_pattern_parse(from->base, &from->pattern);
    zoe_error why = {.status = ZOE_OK};
    status = scan(sequence, from, &why);
    /* A folder that may be passed through but not listed still gives the file that was named. */
    if (status == ZOE_ERROR_PERMISSION && from->found == ZOE_OK && !from->is_folder)
        return open_file(sequence, from, error);
    if (status != ZOE_OK && is_url)
        return open_unlisted(sequence, from, &why, error);
    if (status != ZOE_OK)
        return zoe_error_set(error, status, "%s: cannot read the folder: %s", sequence->spec,
                             zoe_status_text(status));
    if (zoe_groups_list(sequence->folder, &from->scan, &sequence->groups, &sequence->group_count) !=
            ZOE_OK ||
        !add_query(sequence))
        return no_memory(sequence->spec, error);
    return choose(sequence, old, from, error);
}

static zoe_status open_anew(const char *spec, zoe_storage *storage, const zoe_sequence *old,
                            zoe_sequence **sequence, zoe_error *error)
{
    zoe_sequence *opened = zoe_os_alloc(sizeof *opened);
    if (!opened)
        return no_memory(spec, error);
    atomic_init(&opened->holds, 1);
    opened->named_position = -1;
    opened->storage = zoe_storage_share(storage);
    opened->spec = zoe_os_strdup(spec);
    opening from;
    memset(&from, 0, sizeof from);
    zoe_status status =
        opened->spec ? open_spec(opened, old, &from, error) : no_memory(spec, error);
    for (size_t i = 0; i < opened->group_count; i++)
        opened->groups[i].class = NULL; /* the scan's, which goes now */
    zoe_scan_free(&from.scan);
    zoe_os_free(from.base);
    if (status == ZOE_OK)
        *sequence = opened;
    else
        zoe_sequence_close(&opened);
    return status;
}

zoe_status zoe_sequence_open(const char *spec, zoe_storage *storage, zoe_sequence **sequence,
                             zoe_error *error)
{
    if (sequence)
        *sequence = NULL;
    if (!spec || !sequence)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "no sequence is given");
    if (spec[0] == '\0')
        return zoe_error_set(error, ZOE_ERROR_PATTERN, "an empty name is no sequence");
    return open_anew(spec, storage, NULL, sequence, error);
}

zoe_status zoe_sequence_reopen(const zoe_sequence *old, zoe_sequence **sequence, zoe_error *error)
{
    if (sequence)
        *sequence = NULL;
    if (!old || !sequence)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "no sequence is given");
    return open_anew(old->spec, old->storage, old, sequence, error);
}

void zoe_sequence_close(zoe_sequence **sequence)
{
    if (!sequence || !*sequence)
        return;
    zoe_sequence *closed = *sequence;
    *sequence = NULL;
    if (atomic_fetch_sub_explicit(&closed->holds, 1, memory_order_acq_rel) != 1)
        return;
    zoe_groups_free(closed->groups, closed->group_count);
    zoe_os_free(closed->irregulars);
    zoe_os_free(closed->present);
    zoe_os_free(closed->name);
    zoe_os_free(closed->naming.suffix);
    zoe_os_free(closed->naming.prefix);
    zoe_os_free(closed->query);
    zoe_os_free(closed->folder);
    zoe_os_free(closed->spec);
    zoe_storage_close(&closed->storage);
    zoe_os_free(closed);
}

zoe_sequence *zoe_sequence_share(const zoe_sequence *sequence)
{
    /* Of all its fields the count alone ever changes. */
    union {
        const zoe_sequence *fixed;
        zoe_sequence *shared;
    } same = {.fixed = sequence};
    atomic_fetch_add_explicit(&same.shared->holds, 1, memory_order_relaxed);
    return same.shared;
}

/* ---- asking ---- */

int64_t zoe_sequence_count(const zoe_sequence *sequence)
{
    return sequence->count;
}

int64_t zoe_sequence_first(const zoe_sequence *sequence)
{
    return sequence->first;
}

int64_t zoe_sequence_last(const zoe_sequence *sequence)
{
    return sequence->last;
}

int64_t zoe_sequence_step(const zoe_sequence *sequence)
{
    return sequence->step;
}

/* Beyond every frame number (ZOE_DIGITS_MAX digits); the sum of two still fits. */
static const int64_t far_away = INT64_MAX / 4;

static int64_t clamp(int64_t value, int64_t limit)
{
    return value < -limit ? -limit : value > limit ? limit : value;
}

int64_t zoe_sequence_number(const zoe_sequence *sequence, int64_t position)
{
    return sequence->first + clamp(position, far_away / sequence->step) * sequence->step;
}

int64_t zoe_sequence_position(const zoe_sequence *sequence, int64_t number)
{
    int64_t distance = clamp(number, far_away) - sequence->first;
    int64_t position = distance / sequence->step;
    return distance % sequence->step < 0 ? position - 1 : position;
}

int64_t zoe_sequence_file_count(const zoe_sequence *sequence)
{
    return sequence->file_count;
}

int zoe_sequence_has_file(const zoe_sequence *sequence, int64_t position)
{
    return position >= 0 && position < sequence->count &&
           get_bit(sequence->present, (size_t)position);
}

static int compare_position(const void *key, const void *element)
{
    const uint32_t *position = key;
    const irregular *file = element;
    return *position < file->position ? -1 : *position > file->position;
}

zoe_status zoe_sequence_path(const zoe_sequence *sequence, int64_t position, char *path,
                             size_t capacity)
{
    if (position < 0 || position >= sequence->count || !path)
        return ZOE_ERROR_ARGUMENT;
    if (!get_bit(sequence->present, (size_t)position))
        return ZOE_MISSING;
    int64_t number = zoe_sequence_number(sequence, position);
    zoe_numeral file = {.value = number,
                        .width = (uint8_t)zoe_width_by_rule(&sequence->rule, number),
                        .ext_case = sequence->rule.ext_case};
    uint32_t key = (uint32_t)position;
    const irregular *other = bsearch(&key, sequence->irregulars, sequence->irregular_count,
                                     sizeof *sequence->irregulars, compare_position);
    if (other) {
        file.width = other->width;
        file.ext_case = other->ext_case;
    }
    size_t length = strlen(sequence->folder);
    if (length + 2 > capacity)
        return ZOE_ERROR_ARGUMENT;
    memcpy(path, sequence->folder, length);
    if (sequence->folder[length - 1] != '/')
        path[length++] = '/';
    size_t query = sequence->query ? strlen(sequence->query) : 0;
    size_t written =
        zoe_write_file_name(path + length, capacity - length, &sequence->naming, &file);
    if (written == 0 || query >= capacity - length - written)
        return ZOE_ERROR_ARGUMENT;
    if (query)
        memcpy(path + length + written, sequence->query, query + 1);
    return ZOE_OK;
}

int64_t zoe_sequence_named_position(const zoe_sequence *sequence)
{
    return sequence->named_position;
}

const char *zoe_sequence_name(const zoe_sequence *sequence)
{
    return sequence->name;
}

const char *zoe_sequence_folder(const zoe_sequence *sequence)
{
    return sequence->folder;
}

const char *zoe_sequence_spec(const zoe_sequence *sequence)
{
    return sequence->spec;
}

zoe_storage *zoe_sequence_storage(const zoe_sequence *sequence)
{
    return sequence->storage;
}

size_t zoe_sequence_group_count(const zoe_sequence *sequence)
{
    return sequence->group_count;
}

zoe_status zoe_sequence_group_at(const zoe_sequence *sequence, size_t index,
                                 zoe_sequence_group *group)
{
    if (index >= sequence->group_count || !group)
        return ZOE_ERROR_ARGUMENT;
    *group = sequence->groups[index].group;
    return ZOE_OK;
}
