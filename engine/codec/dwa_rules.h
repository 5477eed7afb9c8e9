/*
 * The rules of a DWA chunk, and what they say of a channel: how it is stored, and whether it is the
 * red, green or blue one of a set.
 *
 * There may be 20,000 rules and as many channels, and every chunk brings its rules along: they are
 * put into a table, so that what they say of a channel costs two look-ups, however many they are.
 *
 * Thread-safety: pure on their arguments; any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_DWA_RULES_H
#define ZOE_CODEC_DWA_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a channel is stored, with the format's own numbers. */
enum {
    ZOE_DWA_UNKNOWN = 0, /* deflated as it is */
    ZOE_DWA_LOSSY = 1,   /* 8x8 cosine transform */
    ZOE_DWA_RLE = 2,     /* byte planes, run-length coded, deflated */
};

/* What all rules that match a channel say together: the last one's scheme, everybody's places. */
typedef struct zoe_dwa_verdict {
    uint8_t scheme; /* ZOE_DWA_…; UNKNOWN where none matches */
    uint8_t places; /* bit 0: red, 1: green, 2: blue */
} zoe_dwa_verdict;

/* Rules for one suffix and type; `any_case`: in lower case. */
typedef struct zoe_dwa_rule {
    uint16_t suffix, length; /* where it stands in the rules' bytes */
    uint16_t next;           /* rule on the same place of the table, counted from 1; 0: none */
    uint16_t order;          /* of the last of them */
    uint8_t type;            /* of samples */
    bool any_case;
    zoe_dwa_verdict verdict;
} zoe_dwa_rule;

typedef struct zoe_dwa_rules {
    const uint8_t *bytes; /* NULL: the fixed rules of versions 0 and 1 */
    uint16_t *table;      /* rules, counted from 1 */
    size_t table_mask;
    zoe_dwa_rule *rules;
    size_t count;
} zoe_dwa_rules;

/* The scratch that reading rules needs, whatever they are: below 400 KB. 8-byte aligned. */
size_t zoe_dwa_rules_scratch_bytes(void);

/* Reads rules, without their size in front; bytes and scratch stay where they are as long as the
 * rules are used. `bytes` NULL: the fixed rules of versions 0 and 1. false: they are damaged. */
bool zoe_dwa_rules_read(zoe_dwa_rules *rules, const uint8_t *bytes, size_t count, void *scratch);

/* What they say of a channel, by its name behind the last dot. */
zoe_dwa_verdict zoe_dwa_rules_ask(const zoe_dwa_rules *rules, const char *suffix, uint8_t type);

#endif
