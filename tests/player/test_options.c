#define _POSIX_C_SOURCE 200809L /* dup2, fileno */

/*
 * The options of `play`, and the table-driven parsing under every command: values, ranges, wrong
 * usage, and what reaches the engine's settings.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <zoetrope/transport.h>
#include <zoetrope/want.h>

#include "model/options.h"

enum { WORDS_MAX = 40, LINE_MAX_BYTES = 1024 };

/* What the last parse wrote on stderr. */
static char said[LINE_MAX_BYTES];

/* Splits a line at blanks and parses it; stderr is caught in `said`. */
static zoe_args_result parse(zoe_options *options, const char *line)
{
    static char text[LINE_MAX_BYTES];
    static char *words[WORDS_MAX];
    int count = 0;
    words[count++] = (char *)(uintptr_t) "zoetrope";
    snprintf(text, sizeof text, "%s", line);
    for (char *w = strtok(text, " "); w && count < WORDS_MAX - 1; w = strtok(NULL, " "))
        words[count++] = w;
    words[count] = NULL;
    FILE *catcher = tmpfile();
    assert_non_null(catcher);
    fflush(stderr);
    int kept = dup(2);
    dup2(fileno(catcher), 2);
    zoe_options_init(options);
    zoe_args_result result = zoe_options_parse(options, count, words);
    fflush(stderr);
    dup2(kept, 2);
    close(kept);
    rewind(catcher);
    size_t n = fread(said, 1, sizeof said - 1, catcher);
    said[n] = '\0';
    fclose(catcher);
    return result;
}

static void expect_wrong(const char *line, const char *part)
{
    zoe_options options;
    zoe_args_result result = parse(&options, line);
    if (result != ZOE_ARGS_WRONG)
        fail_msg("'%s' gave %d, wanted %d", line, (int)result, (int)ZOE_ARGS_WRONG);
    if (!strstr(said, part))
        fail_msg("'%s' said '%s', wanted '%s' in it", line, said, part);
    const char *end = strchr(said, '\n');
    if (!end || end[1])
        fail_msg("'%s' said '%s', wanted one line", line, said);
    if (!strstr(said, "--help"))
        fail_msg("'%s' said '%s', wanted a hint", line, said);
}

static void test_defaults(void **state)
{
    (void)state;
    zoe_options o;
    assert_int_equal(parse(&o, "a.exr"), ZOE_ARGS_RUN);
    assert_string_equal(said, "");
    assert_int_equal(o.sequence_count, 1);
    assert_string_equal(o.sequences[0], "a.exr");
    assert_null(o.layer);
    assert_int_equal(o.loops, 1);
    assert_int_equal(o.loop, ZOE_LOOP);
    assert_int_equal(o.policy, ZOE_POLICY_EVERY_FRAME);
    assert_int_equal(o.strategy, ZOE_STRATEGY_AUTO);
    assert_int_equal(o.use_config, 1);
    assert_true(o.given[0] == 0 && o.given[1] == 0);
    assert_int_equal(parse(&o, ""), ZOE_ARGS_RUN);
    assert_int_equal(o.sequence_count, 0);
}

static void test_every_option(void **state)
{
    (void)state;
    zoe_options o;
    assert_int_equal(parse(&o, "--in -5 --out=10 --frame 3 --play -f 23.976 --loop ping-pong "
                               "--policy real-time b.exr --layer beauty --view left --proxy 1/4 "
                               "--overscan --full-precision --cache-percent 60 --reserve-gb 1.5"),
                     ZOE_ARGS_RUN);
    assert_int_equal(o.in, -5);
    assert_int_equal(o.out, 10);
    assert_int_equal(o.frame, 3);
    assert_true(ZOE_GIVEN(&o, in) && ZOE_GIVEN(&o, out) && ZOE_GIVEN(&o, frame));
    assert_true(ZOE_GIVEN(&o, rate) && o.play);
    assert_false(ZOE_GIVEN(&o, workers));
    assert_int_equal(o.rate.numerator, 24000);
    assert_int_equal(o.rate.denominator, 1001);
    assert_int_equal(o.loop, ZOE_PING_PONG);
    assert_int_equal(o.policy, ZOE_POLICY_REAL_TIME);
    assert_string_equal(o.sequences[0], "b.exr");
    assert_string_equal(o.layer, "beauty");
    assert_string_equal(o.view, "left");
    assert_int_equal(o.proxy, 2);
    assert_int_equal(o.overscan & o.full_precision, 1);
    assert_int_equal(o.cache_percent, 60);
    assert_true(o.reserve_gb >= 1.5 && o.reserve_gb <= 1.5);
    assert_int_equal(parse(&o, "--cache-mb 300 --workers 3 --strategy spiral --fullscreen --size "
                               "800x600 --ui-scale 2 --no-config -vv c d"),
                     ZOE_ARGS_RUN);
    assert_int_equal(o.cache_mb, 300);
    assert_int_equal(o.workers, 3);
    assert_int_equal(o.strategy, ZOE_STRATEGY_SPIRAL);
    assert_int_equal(o.fullscreen, 1);
    assert_int_equal(o.size.width, 800);
    assert_int_equal(o.size.height, 600);
    assert_true(o.ui_scale >= 2 && o.ui_scale <= 2);
    assert_int_equal(o.use_config, 0);
    assert_int_equal(o.verbose, 2);
    assert_int_equal(o.sequence_count, 2);
    assert_int_equal(parse(&o, "--headless --loops 3 --json --fps 0 c"), ZOE_ARGS_RUN);
    assert_int_equal(o.headless & o.json, 1);
    assert_int_equal(o.loops, 3);
    assert_int_equal(o.rate.numerator, 0);
    assert_int_equal(ZOE_GIVEN(&o, rate), 1);
    assert_int_equal(parse(&o, "--config f a"), ZOE_ARGS_RUN);
    assert_string_equal(o.config, "f");
    assert_int_equal(parse(&o, "-v -- -strange.exr --in"), ZOE_ARGS_RUN);
    assert_int_equal(o.sequence_count, 2);
    assert_string_equal(o.sequences[0], "-strange.exr");
}

static void test_wrong_usage(void **state)
{
    (void)state;
    expect_wrong("--nonsense a", "--nonsense");
    expect_wrong("-z a", "-z");
    expect_wrong("a --in", "--in");
    expect_wrong("--json=1 a", "--json");
    expect_wrong("--in 3x a", "3x");
    expect_wrong("--in 99999999999999999999 a", "--in");
    expect_wrong("--cache-percent 24 a", "25..95");
    expect_wrong("--cache-percent 96 a", "25..95");
    expect_wrong("--cache-percent 50.5 a", "whole number");
    expect_wrong("--cache-mb 0 a", "16");
    expect_wrong("--reserve-gb 0.4 a", "0.5..8");
    expect_wrong("--reserve-gb nan a", "nan");
    expect_wrong("--reserve-gb 0x2 a", "0x2");
    expect_wrong("--workers 65 a", "64");
    expect_wrong("--workers -1 a", "-1");
    expect_wrong("--strategy none a", "auto|spiral|forward");
    expect_wrong("--policy every a", "every-frame");
    expect_wrong("--loop l a", "ping-pong");
    expect_wrong("--fps 24/0 a", "24/0");
    expect_wrong("--fps -1 a", "-1");
    expect_wrong("--fps 0.00001 --headless a", "0.00001");
    expect_wrong("--fps fast a", "fast");
    expect_wrong("--fps 1e400 a", "1e400");
    expect_wrong("--fps 0 a", "--headless");
    expect_wrong("--size 800 a", "800");
    expect_wrong("--size 10x10 a", "160");
    expect_wrong("--size 800x600x3 a", "800x600x3");
    expect_wrong("--ui-scale 9 a", "0.5..4");
    expect_wrong("--layer= a", "--layer");
    expect_wrong("--headless", "--headless");
    expect_wrong("--headless a b", "one sequence");
    expect_wrong("--json a", "--headless");
    expect_wrong("--restore a", "a sequence");
    expect_wrong("--restore --headless a", "--headless");
    expect_wrong("--restore --no-config", "--no-config");
    expect_wrong("--loops 2 a", "--headless");
    expect_wrong("--in 5 --out 4 a", "--out 4");
    expect_wrong("--config f --no-config a", "--no-config");
    expect_wrong("--headless --config f a", "--headless");
}

static void expect_rate(const char *text, int32_t numerator, int32_t denominator)
{
    zoe_rate rate = {-1, -1};
    if (!zoe_rate_parse(text, &rate))
        fail_msg("'%s' is no rate, wanted %d/%d", text, numerator, denominator);
    if (rate.numerator != numerator || rate.denominator != denominator)
        fail_msg("'%s' is %d/%d, wanted %d/%d", text, rate.numerator, rate.denominator, numerator,
                 denominator);
}

static void test_rates(void **state)
{
    (void)state;
    expect_rate("24", 24, 1);
    expect_rate("24.0", 24, 1);
    expect_rate("12.5", 25, 2);
    expect_rate("23.976", 24000, 1001);
    expect_rate("23.98", 24000, 1001);
    expect_rate("29.97", 30000, 1001);
    expect_rate("47.952", 48000, 1001);
    expect_rate("59.94", 60000, 1001);
    expect_rate("24000/1001", 24000, 1001);
    expect_rate("50/2", 25, 1);
    expect_rate("0", 0, 1);
    expect_rate("23.9", 239, 10);
    static const char *const bad[] = {"", "/", "1/", "/2", "-24", "24/-1", "inf", "1/2/3", "24 "};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        zoe_rate rate;
        if (zoe_rate_parse(bad[i], &rate))
            fail_msg("'%s' was taken for %d/%d", bad[i], rate.numerator, rate.denominator);
    }
}

static void test_extents(void **state)
{
    (void)state;
    zoe_extent extent = {0, 0};
    assert_int_equal(zoe_extent_parse("4096x2160", &extent), 1);
    assert_int_equal(extent.width, 4096);
    assert_int_equal(extent.height, 2160);
    static const char *const bad[] = {"", "x", "1x", "x1", "0x1", "-1x5", "1x99999999999", "1 x2"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (zoe_extent_parse(bad[i], &extent))
            fail_msg("'%s' was taken for %dx%d", bad[i], extent.width, extent.height);
}

/* The command line wins over what was there before, and only where it speaks. */
static void test_apply(void **state)
{
    (void)state;
    zoe_options o, now;
    zoe_engine_settings settings;
    memset(&settings, 0, sizeof settings);
    settings.log_level = ZOE_LOG_WARNING;
    zoe_options_init(&now);
    now.workers = 7;
    now.cache_percent = 33;
    assert_int_equal(parse(&o, "a"), ZOE_ARGS_RUN);
    zoe_options_override(&now, &o);
    zoe_options_apply(&now, &settings);
    assert_int_equal(settings.workers, 7);
    assert_int_equal(settings.budget.percent, 33);
    assert_int_equal(settings.budget.reserve_bytes, (uint64_t)2 << 30);
    assert_int_equal(settings.budget.bytes, 0);
    assert_int_equal(settings.log_level, ZOE_LOG_WARNING);
    assert_int_equal(now.sequence_count, 1);
    assert_int_equal(parse(&o, "--cache-percent 50 --reserve-gb 0.5 --workers 0 -v a"),
                     ZOE_ARGS_RUN);
    zoe_options_override(&now, &o);
    zoe_options_apply(&now, &settings);
    assert_int_equal(settings.budget.percent, 50);
    assert_int_equal(settings.budget.reserve_bytes, (uint64_t)512 << 20);
    assert_int_equal(settings.budget.bytes, 0);
    assert_int_equal(settings.workers, 0);
    assert_int_equal(settings.log_level, ZOE_LOG_INFO);
    assert_int_equal(parse(&o, "--cache-mb 100 --cache-percent 50 a"), ZOE_ARGS_RUN);
    zoe_options_apply(&o, &settings);
    assert_int_equal(settings.budget.bytes, (uint64_t)100 << 20);
    assert_int_equal(
        parse(&o, "--isolation on --decoder-frames 7 --decoder-mb 100 --decoder-hang 3 a"),
        ZOE_ARGS_RUN);
    zoe_options_apply(&o, &settings);
    assert_int_equal(settings.isolation, ZOE_ISOLATION_ON);
    assert_int_equal(settings.decoder_frames, 7);
    assert_int_equal(settings.decoder_bytes, (uint64_t)100 << 20);
    assert_int_equal(settings.decoder_hang_ms, 3000);
    zoe_source_settings source;
    memset(&source, 0, sizeof source);
    assert_int_equal(parse(&o, "--layer x --proxy 1/2 --overscan a"), ZOE_ARGS_RUN);
    zoe_options_apply_source(&o, &source);
    assert_string_equal(source.layer, "x");
    assert_null(source.view);
    assert_int_equal(source.proxy_shift, 1);
    assert_int_equal(source.overscan, 1);
    assert_int_equal(source.full_precision, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),    cmocka_unit_test(test_every_option),
        cmocka_unit_test(test_wrong_usage), cmocka_unit_test(test_rates),
        cmocka_unit_test(test_extents),     cmocka_unit_test(test_apply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
