/*
 * Every option of the table goes the whole way: command line, settings file, words and figures, and
 * the manual page names it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/settings.h"

enum { SAMPLES = 16, MANUAL_BYTES = 65536 };

/* Numbers that the option can have: all of a choice, else ends, default and something between. */
static int samples_of(const zoe_option *option, double samples[SAMPLES])
{
    int count = 0;
    int choices = option->kind == ZOE_ARG_CHOICE ? zoe_option_choices(option) : 0;
    if (option->kind == ZOE_ARG_FLAG || option->kind == ZOE_ARG_UNFLAG)
        choices = 2;
    for (; count < choices; count++)
        samples[count] = count;
    if (choices)
        return count;
    double step = option->kind == ZOE_ARG_INTEGER ? 1.0 : 0.25;
    samples[count++] = option->min;
    samples[count++] = option->max;
    samples[count++] = option->min + step;
    if (option->normal >= option->min)
        samples[count++] = option->normal;
    return count;
}

static int is_number(const zoe_option *option)
{
    return option->kind != ZOE_ARG_HEADING && option->kind != ZOE_ARG_TEXT &&
           option->kind != ZOE_ARG_EXTENT && option->kind != ZOE_ARG_RATE &&
           option->kind != ZOE_ARG_TALLY;
}

static void expect_number(const zoe_option *option, const zoe_options *options, double expected,
                          const char *where)
{
    double found = zoe_option_number(option, options);
    if (found < expected - 1e-9 || found > expected + 1e-9)
        fail_msg("%s %s: %.12g, wanted %.12g", option->name, where, found, expected);
}

/* Parses one option with its value beside what it needs. */
static void parse_one(const zoe_option *option, const char *value, zoe_options *options)
{
    static char word[2 * ZOE_OPTION_TEXT]; /* texts of options point into it */
    char program[] = "zoetrope", name[] = "a.exr";
    char headless[] = "--headless";
    if (value)
        snprintf(word, sizeof word, "--%s=%s", option->name, value);
    else
        snprintf(word, sizeof word, "--%s", option->name);
    char *arguments[] = {program, word, name, NULL, NULL};
    /* What is opened again takes the place of a sequence. */
    int count = option == ZOE_OPTION(restore) ? 2 : 3;
    if (option->where & ZOE_WITH_HEADLESS || option == ZOE_OPTION(rate))
        arguments[count++] = headless;
    zoe_options_init(options);
    if (zoe_options_parse(options, count, arguments) != ZOE_ARGS_RUN)
        fail_msg("%s was refused", word);
    if (!zoe_options_is_given(options, option))
        fail_msg("%s is not given", word);
}

/* The value as the command line and the file write it. */
static void text_of(const zoe_option *option, const zoe_options *values, char text[ZOE_OPTION_TEXT])
{
    const void *value = (const char *)values + option->at;
    switch (option->kind) {
    case ZOE_ARG_CHOICE: zoe_option_word(option, *(const int32_t *)value, text); break;
    case ZOE_ARG_INTEGER:
        snprintf(text, ZOE_OPTION_TEXT, "%" PRId64, *(const int64_t *)value);
        break;
    case ZOE_ARG_TEXT: {
        const char *string = *(const char *const *)value;
        snprintf(text, ZOE_OPTION_TEXT, "%s", string ? string : "");
        break;
    }
    case ZOE_ARG_EXTENT: {
        const zoe_extent *extent = value;
        snprintf(text, ZOE_OPTION_TEXT, "%dx%d", (int)extent->width, (int)extent->height);
        break;
    }
    case ZOE_ARG_RATE: {
        const zoe_rate *rate = value;
        snprintf(text, ZOE_OPTION_TEXT, "%d/%d", (int)rate->numerator, (int)rate->denominator);
        break;
    }
    default: snprintf(text, ZOE_OPTION_TEXT, "%.15g", zoe_option_number(option, values)); break;
    }
}

static void numbers_go_through_the_command_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < zoe_option_count; i++) {
        const zoe_option *option = &zoe_option_table[i];
        double samples[SAMPLES];
        if (!(option->where & ZOE_IN_ARGS) || !is_number(option))
            continue;
        int count = samples_of(option, samples);
        for (int s = 0; s < count; s++) {
            zoe_options wanted, parsed, now;
            char text[ZOE_OPTION_TEXT];
            bool is_flag = option->kind == ZOE_ARG_FLAG || option->kind == ZOE_ARG_UNFLAG;
            zoe_options_init(&wanted);
            if (is_flag && samples[s] == option->normal)
                continue; /* a flag can only be given, not taken back */
            zoe_option_set_number(option, &wanted, samples[s]);
            text_of(option, &wanted, text);
            parse_one(option, is_flag ? NULL : text, &parsed);
            expect_number(option, &parsed, samples[s], "at the command line");
            /* And from there over what a file said, alone. */
            zoe_options_init(&now);
            zoe_options_override(&now, &parsed);
            expect_number(option, &now, samples[s], "in force");
        }
    }
}

static void other_values_go_through_the_command_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < zoe_option_count; i++) {
        const zoe_option *option = &zoe_option_table[i];
        const char *value = option->kind == ZOE_ARG_EXTENT ? "800x600"
                            : option->kind == ZOE_ARG_RATE ? "24000/1001"
                            : option->kind == ZOE_ARG_TEXT ? "some text"
                                                           : NULL;
        if (!(option->where & ZOE_IN_ARGS) || !value || option == ZOE_OPTION(config))
            continue;
        zoe_options parsed;
        char text[ZOE_OPTION_TEXT];
        parse_one(option, value, &parsed);
        text_of(option, &parsed, text);
        assert_string_equal(text, value);
    }
}

static void the_file_gives_back_what_was_kept(void **state)
{
    (void)state;
    char folder[] = "/tmp/zoetrope-options-XXXXXX", path[128];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/settings.json", folder);
    for (size_t i = 0; i < zoe_option_count; i++) {
        const zoe_option *option = &zoe_option_table[i];
        double samples[SAMPLES];
        bool is_kept = option->where & ZOE_IN_FILE && is_number(option);
        int count = is_kept ? samples_of(option, samples) : 0;
        for (int s = 0; s < count; s++) {
            zoe_options out, in;
            zoe_error error = {ZOE_OK, ""};
            zoe_options_init(&out);
            zoe_option_set_number(option, &out, samples[s]);
            assert_int_equal(zoe_settings_save(path, &out, NULL), ZOE_OK);
            if (zoe_settings_load(path, &in, &error) != ZOE_OK)
                fail_msg("%s", error.text);
            expect_number(option, &in, samples[s], "from the file");
            /* The others have not moved. */
            for (size_t k = 0; k < zoe_option_count; k++) {
                if (k != i && is_number(&zoe_option_table[k]))
                    expect_number(&zoe_option_table[k], &in,
                                  zoe_option_number(&zoe_option_table[k], &out), "beside another");
            }
        }
    }
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

static void texts_are_kept_too(void **state)
{
    (void)state;
    char folder[] = "/tmp/zoetrope-options-XXXXXX", path[128], text[ZOE_OPTION_TEXT];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/settings.json", folder);
    for (size_t i = 0; i < zoe_option_count; i++) {
        const zoe_option *option = &zoe_option_table[i];
        static const char *const values[] = {"a \"name\"", "", NULL, "\xff no UTF-8"};
        for (int k = 0; option->where & ZOE_IN_FILE && option->kind == ZOE_ARG_TEXT && k < 4; k++) {
            zoe_options out, in;
            zoe_options_init(&out);
            zoe_option_set_text(option, &out, values[k]);
            assert_int_equal(zoe_settings_save(path, &out, NULL), ZOE_OK);
            assert_int_equal(zoe_settings_load(path, &in, NULL), ZOE_OK);
            text_of(option, &in, text);
            assert_string_equal(text, k ? "" : values[0]);
        }
    }
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

/* Of files from elsewhere, in a build without them. */
static bool is_left_out(const zoe_option *option)
{
#ifdef ZOE_REMOTE
    (void)option;
    return false;
#else
    return option == ZOE_OPTION(disk_cache) || option == ZOE_OPTION(disk_cache_gb) ||
           option == ZOE_OPTION(disk_cache_for) || option == ZOE_OPTION(ca_file) ||
           option == ZOE_OPTION(s3_endpoint) || option == ZOE_OPTION(s3_region) ||
           option == ZOE_OPTION(s3_profile) || option == ZOE_OPTION(s3_style) ||
           option == ZOE_OPTION(s3_anonymous);
#endif
}

/* What a row must have to be shown where it says. */
static void rows_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < zoe_option_count; i++) {
        const zoe_option *option = &zoe_option_table[i];
        char word[ZOE_OPTION_TEXT];
        assert_non_null(option->name);
        if (option->kind == ZOE_ARG_HEADING)
            continue;
        if (!option->where && !is_left_out(option))
            fail_msg("%s is nowhere", option->name);
        if (is_left_out(option) && option->where & (ZOE_IN_ARGS | ZOE_IN_PANEL))
            fail_msg("%s is offered, and does nothing in this build", option->name);
        if (zoe_option_at(option->at) != option)
            fail_msg("%s shares its value with %s", option->name, zoe_option_at(option->at)->name);
        if (option->where & ZOE_IN_ARGS && !option->help)
            fail_msg("%s has no help", option->name);
        if (option->where & ZOE_IN_PANEL && !option->caption)
            fail_msg("%s has no caption", option->name);
        if (option->where & ZOE_IN_PANEL && option->kind != ZOE_ARG_CHOICE && option->step <= 0.0)
            fail_msg("%s has no step", option->name);
        if (option->where & ZOE_IN_STATUSBAR && !option->brief)
            fail_msg("%s has no name for the status bar", option->name);
        if (option->kind != ZOE_ARG_CHOICE)
            continue;
        int count = zoe_option_choices(option);
        assert_true(count > 1);
        assert_true(zoe_option_word(option, count - 1, word)[0]);
        assert_false(zoe_option_word(option, count, word)[0]);
        if (option->labels) {
            assert_true(zoe_option_label(option, count - 1, word)[0]);
            assert_false(zoe_option_label(option, count, word)[0]);
        }
    }
}

static void figures_are_for_people(void **state)
{
    (void)state;
    char text[ZOE_OPTION_TEXT];
    zoe_option_figure(ZOE_OPTION(cache_percent), 75, text);
    assert_string_equal(text, "75%");
    zoe_option_figure(ZOE_OPTION(reserve_gb), 2, text);
    assert_string_equal(text, "2.0 GB");
    zoe_option_figure(ZOE_OPTION(exposure), 1.5, text);
    assert_string_equal(text, "+1.50");
    zoe_option_figure(ZOE_OPTION(exposure), -0.25, text);
    assert_string_equal(text, "-0.25");
    zoe_option_figure(ZOE_OPTION(exposure), -0.001, text);
    assert_string_equal(text, "0.00");
    zoe_option_figure(ZOE_OPTION(gamma), 2.2, text);
    assert_string_equal(text, "2.20");
}

/* A name as the manual writes it: a minus sign for each hyphen. */
static void escape_name(const char *name, char *text, size_t capacity)
{
    size_t length = 0;
    for (; *name && length + 3 < capacity; name++) {
        if (*name == '-')
            text[length++] = '\\';
        text[length++] = *name;
    }
    text[length] = '\0';
}

static void the_manual_names_every_option(void **state)
{
    (void)state;
    static char manual[MANUAL_BYTES];
    FILE *file = fopen(ZOE_MANUAL, "r");
    assert_non_null(file);
    manual[fread(manual, 1, sizeof manual - 1, file)] = '\0';
    fclose(file);
    const char *files = strstr(manual, ".SH FILES");
    assert_non_null(files);
    for (size_t i = 0; i < zoe_option_count; i++) {
        const zoe_option *option = &zoe_option_table[i];
        char name[2 * ZOE_OPTION_TEXT], line[3 * ZOE_OPTION_TEXT], key[ZOE_OPTION_TEXT];
        escape_name(option->name, name, sizeof name);
        snprintf(line, sizeof line, "\\-\\-%s", name);
        if (option->where & ZOE_IN_ARGS && !strstr(manual, line))
            fail_msg("the manual has no --%s", option->name);
        zoe_option_key(option, key);
        if (option->where & ZOE_IN_FILE && !strstr(files, key))
            fail_msg("the manual has no setting %s", key);
        for (int c = 0; option->where & ZOE_IN_ARGS && c < zoe_option_choices(option); c++) {
            char word[ZOE_OPTION_TEXT] = "";
            zoe_option_word(option, c, word);
            escape_name(word, name, sizeof name);
            if (!strstr(manual, name))
                fail_msg("the manual has no %s of --%s", word, option->name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_go_through_the_command_line),
        cmocka_unit_test(other_values_go_through_the_command_line),
        cmocka_unit_test(the_file_gives_back_what_was_kept),
        cmocka_unit_test(texts_are_kept_too),
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(figures_are_for_people),
        cmocka_unit_test(the_manual_names_every_option),
    };
    return cmocka_run_group_tests_name("option table", tests, NULL, NULL);
}
