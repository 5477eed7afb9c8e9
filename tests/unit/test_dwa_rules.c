/*
 * DWA's rules by table: what comparing each rule with each channel says.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/dwa_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "support/seeded_random.h"

enum { ROUNDS = 200, RULES = 60 };

typedef struct plain_rule {
    char suffix[8];
    unsigned place, scheme, any_case, type;
} plain_rule;

/* Few letters, so that suffixes meet. */
static void make_suffix(uint64_t *random, char suffix[8])
{
    size_t length = seeded_random_below(random, 4);
    for (size_t i = 0; i < length; i++)
        suffix[i] = "aAbB"[seeded_random_below(random, 4)];
    suffix[length] = '\0';
}

static size_t write_rules(const plain_rule *rules, uint8_t *bytes)
{
    size_t count = 0;
    for (int i = 0; i < RULES; i++) {
        size_t length = strlen(rules[i].suffix) + 1;
        memcpy(bytes + count, rules[i].suffix, length);
        count += length;
        bytes[count++] = (uint8_t)(rules[i].place << 4 | rules[i].scheme << 2 | rules[i].any_case);
        bytes[count++] = (uint8_t)rules[i].type;
    }
    return count;
}

static zoe_dwa_verdict ask_each(const plain_rule *rules, const char *suffix, unsigned type)
{
    zoe_dwa_verdict all = {ZOE_DWA_UNKNOWN, 0};
    for (int i = 0; i < RULES; i++) {
        const plain_rule *r = &rules[i];
        int differs = r->any_case ? strcasecmp(r->suffix, suffix) : strcmp(r->suffix, suffix);
        if (r->type != type || differs)
            continue;
        all.scheme = (uint8_t)r->scheme;
        if (r->place > 0)
            all.places |= (uint8_t)(1u << (r->place - 1));
    }
    return all;
}

static void says_what_each_rule_says(void **state)
{
    (void)state;
    uint64_t random = seeded_random_seed(1);
    void *scratch = malloc(zoe_dwa_rules_scratch_bytes());
    assert_non_null(scratch);
    for (int round = 0; round < ROUNDS; round++) {
        plain_rule plain[RULES];
        uint8_t bytes[RULES * 8];
        for (int i = 0; i < RULES; i++) {
            make_suffix(&random, plain[i].suffix);
            plain[i].place = (unsigned)seeded_random_below(&random, 4);
            plain[i].scheme = (unsigned)seeded_random_below(&random, 3);
            plain[i].any_case = (unsigned)seeded_random_below(&random, 2);
            plain[i].type = (unsigned)seeded_random_below(&random, 3);
        }
        zoe_dwa_rules rules;
        assert_true(zoe_dwa_rules_read(&rules, bytes, write_rules(plain, bytes), scratch));
        for (int i = 0; i < RULES; i++) {
            char suffix[8];
            make_suffix(&random, suffix);
            unsigned type = (unsigned)seeded_random_below(&random, 3);
            zoe_dwa_verdict want = ask_each(plain, suffix, type);
            zoe_dwa_verdict got = zoe_dwa_rules_ask(&rules, suffix, (uint8_t)type);
            assert_int_equal(got.scheme, want.scheme);
            assert_int_equal(got.places, want.places);
        }
    }
    free(scratch);
}

/* As many as 65,533 bytes can hold, all alike and all different. */
static void there_may_be_many(void **state)
{
    (void)state;
    enum { BYTES = 65533 };
    uint8_t *bytes = malloc(BYTES);
    void *scratch = malloc(zoe_dwa_rules_scratch_bytes());
    assert_true(bytes && scratch);
    zoe_dwa_rules rules;
    memset(bytes, 0, BYTES);
    assert_true(zoe_dwa_rules_read(&rules, bytes, BYTES / 3 * 3, scratch));
    size_t at = 0;
    for (int i = 0; at + 8 <= BYTES; i++) {
        at += (size_t)snprintf((char *)bytes + at, 8, "%05x", (unsigned)i) + 1;
        bytes[at++] = ZOE_DWA_LOSSY << 2;
        bytes[at++] = 1;
    }
    assert_true(zoe_dwa_rules_read(&rules, bytes, at, scratch));
    assert_int_equal(zoe_dwa_rules_ask(&rules, "01ffe", 1).scheme, ZOE_DWA_LOSSY);
    assert_int_equal(zoe_dwa_rules_ask(&rules, "01ffe", 2).scheme, ZOE_DWA_UNKNOWN);
    assert_false(zoe_dwa_rules_read(&rules, bytes, at - 1, scratch));
    free(bytes);
    free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_each_rule_says),
        cmocka_unit_test(there_may_be_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
