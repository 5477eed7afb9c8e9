#include "sequence/groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "sequence/naming.h"
#include "sequence/natural.h"
#include "sequence/pattern.h"

char *zoe_folder_join(const char *folder, const char *name)
{
    size_t folder_length = strlen(folder);
    size_t name_length = strlen(name);
    bool is_root = strcmp(folder, "/") == 0;
    char *path = zoe_os_alloc(folder_length + name_length + 2);
    if (!path)
        return NULL;
    memcpy(path, folder, folder_length);
    if (!is_root)
        path[folder_length++] = '/';
    memcpy(path + folder_length, name, name_length + 1);
    return path;
}

/*
 * Fills in a group; false when memory is out. A file's name may itself hold '#', '@' or '%d'. Where
 * the pattern would then be read as something else, one of the files is given in its place: it
 * opens the same group.
 */
static bool make_group(const char *folder, const zoe_scan_class *class, int padding, bool exact,
                       zoe_sequence_group *group)
{
    zoe_selection selection = {.padding = padding};
    if (!zoe_leave_strays(class, &selection))
        return false;
    zoe_naming_rule rule = zoe_find_rule(class, &selection);
    zoe_extent extent = zoe_find_extent(class, &selection);
    group->files = extent.count;
    group->first = extent.lowest ? extent.lowest->value : 0;
    group->last = extent.highest ? extent.highest->value : 0;
    char *name = zoe_pattern_name(class, &rule, exact);
    if (!name)
        return false;
    zoe_pattern parsed;
    zoe_pattern_parse(name, &parsed);
    bool reads_back = class->is_numbered && parsed.kind == ZOE_PATTERN_NUMBER &&
                      parsed.token_start == strlen(class->prefix) &&
                      parsed.suffix_start == parsed.token_start + (size_t)rule.padding;
    if (class->is_numbered && !reads_back && extent.highest) {
        zoe_os_free(name);
        size_t capacity = strlen(class->prefix) + strlen(class->suffix) + ZOE_DIGITS_MAX + 2;
        name = zoe_os_alloc(capacity);
        if (!name)
            return false;
        zoe_write_file_name(name, capacity, class, extent.highest);
    }
    group->pattern = zoe_folder_join(folder, name);
    zoe_os_free(name);
    return group->pattern != NULL;
}

static int compare_groups(const void *a, const void *b)
{
    const zoe_sequence_group *x = a;
    const zoe_sequence_group *y = b;
    return zoe_natural_compare(x->pattern, y->pattern);
}

void zoe_groups_free(zoe_group *groups, size_t count)
{
    for (size_t i = 0; i < count; i++)
        zoe_os_free((char *)(uintptr_t)groups[i].group.pattern);
    zoe_os_free(groups);
}

zoe_status zoe_groups_list(const char *folder, const zoe_scan *scan, zoe_group **groups,
                           size_t *count)
{
    size_t total = 0;
    int paddings[ZOE_DIGITS_MAX] = {0};
    for (size_t i = 0; i < scan->count; i++)
        total += scan->classes[i].is_numbered
                     ? (size_t)zoe_scan_paddings(&scan->classes[i], paddings)
                     : 1;
    *count = 0;
    *groups = zoe_os_alloc((total + 1) * sizeof **groups);
    if (!*groups)
        return ZOE_ERROR_NO_MEMORY;
    for (size_t i = 0; i < scan->count; i++) {
        const zoe_scan_class *class = &scan->classes[i];
        int paddings_count = 1;
        paddings[0] = 0;
        if (class->is_numbered)
            paddings_count = zoe_scan_paddings(class, paddings);
        for (int j = 0; j < paddings_count; j++) {
            zoe_group *at = &(*groups)[*count];
            at->class = class;
            at->padding = paddings[j];
            if (!make_group(folder, class, paddings[j], paddings_count > 1, &at->group))
                return ZOE_ERROR_NO_MEMORY;
            (*count)++;
        }
    }
    qsort(*groups, *count, sizeof **groups, compare_groups);
    return ZOE_OK;
}
