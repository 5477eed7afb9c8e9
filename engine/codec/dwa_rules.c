/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/dwa_rules.h"

#include <string.h>

#include "base/hash.h"
#include "codec/codec.h"

enum {
    BYTES_MAX = 65535 - 2, /* the size in front counts itself */
    RULE_BYTES_MIN = 3,    /* the suffix's zero byte, two of flags */
    RULES_MAX = BYTES_MAX / RULE_BYTES_MIN,
    TABLE_MAX = 1 << 14,
    TABLE_MIN = 1 << 5,
    NAME_MAX_BYTES = 256, /* of a channel's name in a header that was looked at */
};

/* The rules of versions 0 and 1: any case; `types` has bit n set for sample type n. */
static const struct {
    const char *suffix;
    uint8_t types;
    zoe_dwa_verdict verdict;
} legacy_rules[] = {
    {"r", 6, {ZOE_DWA_LOSSY, 1}},   {"red", 6, {ZOE_DWA_LOSSY, 1}},   {"g", 6, {ZOE_DWA_LOSSY, 2}},
    {"grn", 6, {ZOE_DWA_LOSSY, 2}}, {"green", 6, {ZOE_DWA_LOSSY, 2}}, {"b", 6, {ZOE_DWA_LOSSY, 4}},
    {"blu", 6, {ZOE_DWA_LOSSY, 4}}, {"blue", 6, {ZOE_DWA_LOSSY, 4}},  {"y", 6, {ZOE_DWA_LOSSY, 0}},
    {"by", 6, {ZOE_DWA_LOSSY, 0}},  {"ry", 6, {ZOE_DWA_LOSSY, 0}},    {"a", 7, {ZOE_DWA_RLE, 0}},
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* ---- keys ---- */

/* What is looked for: a suffix as it is, or in lower case, and a type. */
typedef struct key {
    char bytes[NAME_MAX_BYTES];
    size_t length;
    uint8_t type;
    bool any_case;
} key;

/* false: no channel's name is as long. */
static bool make_key(key *k, const char *suffix, size_t length, uint8_t type, bool any_case)
{
    if (length >= sizeof k->bytes)
        return false;
    for (size_t i = 0; i < length; i++)
        k->bytes[i] = any_case ? lower(suffix[i]) : suffix[i];
    k->length = length;
    k->type = type;
    k->any_case = any_case;
    return true;
}

static bool is_key(const zoe_dwa_rules *rules, const zoe_dwa_rule *rule, const key *k)
{
    if (rule->type != k->type || rule->any_case != k->any_case || rule->length != k->length)
        return false;
    const char *suffix = (const char *)rules->bytes + rule->suffix;
    for (size_t i = 0; i < k->length; i++)
        if ((k->any_case ? lower(suffix[i]) : suffix[i]) != k->bytes[i])
            return false;
    return true;
}

static uint16_t *place_of(const zoe_dwa_rules *rules, const key *k)
{
    return &rules->table[zoe_hash(k->bytes, k->length) & rules->table_mask];
}

static zoe_dwa_rule *find(const zoe_dwa_rules *rules, const key *k)
{
    for (uint16_t at = *place_of(rules, k); at > 0; at = rules->rules[at - 1].next)
        if (is_key(rules, &rules->rules[at - 1], k))
            return &rules->rules[at - 1];
    return NULL;
}

/* ---- reading ---- */

size_t zoe_dwa_rules_scratch_bytes(void)
{
    return TABLE_MAX * sizeof(uint16_t) + RULES_MAX * sizeof(zoe_dwa_rule);
}

static void enter(zoe_dwa_rules *rules, const key *k, size_t suffix, uint16_t order,
                  zoe_dwa_verdict verdict)
{
    zoe_dwa_rule *rule = find(rules, k);
    if (!rule) {
        uint16_t *place = place_of(rules, k);
        rule = &rules->rules[rules->count++];
        *rule = (zoe_dwa_rule){.suffix = (uint16_t)suffix,
                               .length = (uint16_t)k->length,
                               .next = *place,
                               .type = k->type,
                               .any_case = k->any_case};
        *place = (uint16_t)rules->count;
    }
    rule->order = order;
    rule->verdict.scheme = verdict.scheme;
    rule->verdict.places |= verdict.places;
}

/* A rule: the suffix with its zero byte; place + 1 in the upper four bits, scheme in the next two,
 * any case in the lowest; the sample type. */
static bool read_rule(zoe_dwa_rules *rules, size_t *at, size_t count, uint16_t order)
{
    const uint8_t *suffix = rules->bytes + *at;
    const uint8_t *zero = memchr(suffix, 0, count - *at);
    if (!zero || count - (size_t)(zero - rules->bytes) < RULE_BYTES_MIN)
        return false;
    unsigned place = zero[1] >> 4;
    zoe_dwa_verdict verdict = {(zero[1] >> 2) & 3, place > 0 ? (uint8_t)(1u << (place - 1)) : 0};
    uint8_t type = zero[2];
    if (place > 3 || verdict.scheme > ZOE_DWA_RLE || type > ZOE_CODEC_FLOAT)
        return false;
    key k;
    if (make_key(&k, (const char *)suffix, (size_t)(zero - suffix), type, zero[1] & 1))
        enter(rules, &k, *at, order, verdict);
    *at = (size_t)(zero - rules->bytes) + RULE_BYTES_MIN;
    return true;
}

bool zoe_dwa_rules_read(zoe_dwa_rules *rules, const uint8_t *bytes, size_t count, void *scratch)
{
    size_t places = TABLE_MIN;
    *rules = (zoe_dwa_rules){.bytes = bytes, .table = scratch};
    if (!bytes)
        return true;
    if (count > BYTES_MAX)
        return false;
    /* Ordinary rules take some 6 bytes each. */
    while (places < TABLE_MAX && places < count / 4)
        places *= 2;
    memset(rules->table, 0, places * sizeof *rules->table);
    rules->table_mask = places - 1;
    rules->rules = (zoe_dwa_rule *)(void *)(rules->table + places);
    uint16_t order = 1;
    for (size_t at = 0; at < count; order++)
        if (!read_rule(rules, &at, count, order))
            return false;
    return true;
}

/* ---- asking ---- */

static zoe_dwa_verdict ask_legacy(const char *suffix, uint8_t type)
{
    zoe_dwa_verdict all = {ZOE_DWA_UNKNOWN, 0};
    key k;
    if (!make_key(&k, suffix, strlen(suffix), type, true))
        return all;
    for (size_t i = 0; i < sizeof legacy_rules / sizeof *legacy_rules; i++)
        if ((legacy_rules[i].types >> type & 1) && strlen(legacy_rules[i].suffix) == k.length &&
            memcmp(legacy_rules[i].suffix, k.bytes, k.length) == 0)
            return legacy_rules[i].verdict;
    return all;
}

zoe_dwa_verdict zoe_dwa_rules_ask(const zoe_dwa_rules *rules, const char *suffix, uint8_t type)
{
    if (!rules->bytes)
        return ask_legacy(suffix, type);
    zoe_dwa_verdict all = {ZOE_DWA_UNKNOWN, 0};
    unsigned last = 0;
    for (int any_case = 0; any_case < 2; any_case++) {
        key k;
        const zoe_dwa_rule *rule = NULL;
        if (make_key(&k, suffix, strlen(suffix), type, any_case))
            rule = find(rules, &k);
        if (!rule)
            continue;
        all.places |= rule->verdict.places;
        if (rule->order > last)
            all.scheme = rule->verdict.scheme;
        last = rule->order > last ? rule->order : last;
    }
    return all;
}
