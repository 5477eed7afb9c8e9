#include "sequence/naming.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zoetrope/sequence.h>

#include "base/os.h"

int zoe_width_by_rule(const zoe_naming_rule *rule, int64_t number)
{
    int digits = zoe_digit_count(number);
    int least = number < 0 ? rule->negative_width : rule->padding;
    return digits > least ? digits : least;
}

bool zoe_is_selected(const zoe_selection *selection, const zoe_numeral *file)
{
    if (selection->padding && !zoe_fits_padding(file, selection->padding))
        return false;
    if (!selection->has_range)
        return true;
    return file->value >= selection->first && file->value <= selection->last &&
           (file->value - selection->first) % selection->step == 0;
}

zoe_extent zoe_find_extent(const zoe_scan_class *class, const zoe_selection *selection)
{
    zoe_extent extent = {0};
    for (size_t i = 0; i < class->count; i++) {
        const zoe_numeral *file = &class->files[i];
        if (!zoe_is_selected(selection, file))
            continue;
        if (!extent.lowest || file->value < extent.lowest->value)
            extent.lowest = file;
        if (!extent.highest || file->value > extent.highest->value)
            extent.highest = file;
        extent.count++;
    }
    return extent;
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t *zoe_sorted_numbers(const zoe_scan_class *class, const zoe_selection *selection,
                            size_t *count)
{
    int64_t *numbers = zoe_os_alloc(class->count * sizeof *numbers);
    if (!numbers)
        return NULL;
    *count = 0;
    for (size_t i = 0; i < class->count; i++)
        if (zoe_is_selected(selection, &class->files[i]))
            numbers[(*count)++] = class->files[i].value;
    qsort(numbers, *count, sizeof *numbers, compare_numbers);
    return numbers;
}

bool zoe_leave_strays(const zoe_scan_class *class, zoe_selection *selection)
{
    zoe_extent extent = zoe_find_extent(class, selection);
    if (selection->has_range || extent.count == 0 ||
        extent.highest->value - extent.lowest->value < ZOE_SEQUENCE_POSITIONS_MAX)
        return true;
    size_t count, most = 0, from = 0;
    int64_t *numbers = zoe_sorted_numbers(class, selection, &count);
    if (!numbers)
        return false;
    for (size_t low = 0, high = 0; high < count; high++) {
        while (numbers[high] - numbers[low] >= ZOE_SEQUENCE_POSITIONS_MAX)
            low++;
        if (high - low + 1 > most) {
            most = high - low + 1;
            from = low;
        }
    }
    if (most * 2 > count) {
        selection->has_range = true;
        selection->first = numbers[from];
        selection->last = numbers[from + most - 1];
        selection->step = 1;
    }
    zoe_os_free(numbers);
    return true;
}

/* The padding that most files are written with; of several, the widest. */
static int usual_padding(const zoe_scan_class *class, const zoe_selection *selection)
{
    int64_t padded[ZOE_DIGITS_MAX + 2] = {0}; /* leading zeros: this width and no other */
    int64_t bare[ZOE_DIGITS_MAX + 2] = {0};   /* none: any padding up to this width */
    for (size_t i = 0; i < class->count; i++) {
        const zoe_numeral *file = &class->files[i];
        if (!zoe_is_selected(selection, file))
            continue;
        if (zoe_has_leading_zero(file))
            padded[file->width]++;
        else
            bare[file->width]++;
    }
    int best = 1;
    int64_t most = -1;
    int64_t wider = 0;
    for (int width = ZOE_DIGITS_MAX; width >= 1; width--) {
        wider += bare[width];
        if (padded[width] + wider > most && padded[width] + wider > 0) {
            most = padded[width] + wider;
            best = width;
        }
    }
    return best;
}

zoe_naming_rule zoe_find_rule(const zoe_scan_class *class, const zoe_selection *selection)
{
    zoe_naming_rule rule = {.padding = selection->padding};
    if (rule.padding == 0)
        rule.padding = usual_padding(class, selection);
    size_t cases[8] = {0};
    int64_t like_printf = 0; /* files whose sign counts as a digit, minus those whose does not */
    for (size_t i = 0; i < class->count; i++) {
        const zoe_numeral *file = &class->files[i];
        if (!zoe_is_selected(selection, file))
            continue;
        cases[file->ext_case & 7U]++;
        int digits = zoe_digit_count(file->value);
        if (file->value < 0 && digits < rule.padding && file->width == rule.padding)
            like_printf--;
        if (file->value < 0 && digits < rule.padding && file->width == rule.padding - 1)
            like_printf++;
    }
    rule.negative_width = like_printf > 0 ? rule.padding - 1 : rule.padding;
    for (unsigned i = 1; i < 8; i++)
        if (cases[i] > cases[rule.ext_case])
            rule.ext_case = (uint8_t)i;
    return rule;
}

bool zoe_follows_rule(const zoe_naming_rule *rule, const zoe_numeral *file)
{
    return file->width == zoe_width_by_rule(rule, file->value) && file->ext_case == rule->ext_case;
}

/* Puts the extension's letters in the case that the bits say. */
static void apply_ext_case(char *name, size_t length, uint8_t ext_case)
{
    for (unsigned i = 0; i < 3; i++) {
        char *letter = &name[length - 3 + i];
        if ((ext_case & 1U << i) && *letter >= 'a' && *letter <= 'z')
            *letter = (char)(*letter - 'a' + 'A');
    }
}

size_t zoe_write_file_name(char *text, size_t capacity, const zoe_scan_class *class,
                           const zoe_numeral *numeral)
{
    int length = 0;
    if (class->is_numbered) {
        int64_t value = numeral->value;
        uint64_t magnitude = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
        length = snprintf(text, capacity, "%s%s%0*" PRIu64 "%s", class->prefix,
                          value < 0 ? "-" : "", (int)numeral->width, magnitude, class->suffix);
    } else {
        length = snprintf(text, capacity, "%s", class->prefix);
    }
    if (length < 0 || (size_t)length >= capacity)
        return 0;
    if (class->is_numbered)
        apply_ext_case(text, (size_t)length, numeral->ext_case);
    return (size_t)length;
}

char *zoe_pattern_name(const zoe_scan_class *class, const zoe_naming_rule *rule, bool exact)
{
    size_t prefix = strlen(class->prefix);
    size_t suffix = strlen(class->suffix);
    size_t marks = class->is_numbered ? (size_t)rule->padding : 0;
    char *name = zoe_os_alloc(prefix + marks + suffix + 1);
    if (!name)
        return NULL;
    memcpy(name, class->prefix, prefix);
    memset(name + prefix, exact && marks == 1 ? '@' : '#', marks);
    memcpy(name + prefix + marks, class->suffix, suffix + 1);
    if (class->is_numbered)
        apply_ext_case(name, prefix + marks + suffix, rule->ext_case);
    return name;
}
