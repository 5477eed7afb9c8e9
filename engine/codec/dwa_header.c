/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/dwa_header.h"

#include <string.h>

/* The counters at the front, in order. */
enum {
    VERSION,
    UNKNOWN_RAW_BYTES,
    UNKNOWN_BYTES,
    AC_BYTES,
    DC_BYTES,
    RLE_BYTES,
    RLE_CODED_BYTES,
    RLE_RAW_BYTES,
    AC_COUNT,
    DC_COUNT,
    AC_COMPRESSION,
    COUNTERS,
};

typedef struct rule {
    const char *suffix;
    size_t suffix_length;
    uint8_t type;
    uint8_t scheme;
    int8_t place; /* in a set: 0 red, 1 green, 2 blue; -1: none */
    bool any_case;
} rule;

/* The rules of versions 0 and 1: any case; `types` has bit n set for sample type n. */
static const struct {
    const char *suffix;
    uint8_t types;
    uint8_t scheme;
    int8_t place;
} legacy_rules[] = {
    {"r", 6, ZOE_DWA_LOSSY, 0},   {"red", 6, ZOE_DWA_LOSSY, 0},   {"g", 6, ZOE_DWA_LOSSY, 1},
    {"grn", 6, ZOE_DWA_LOSSY, 1}, {"green", 6, ZOE_DWA_LOSSY, 1}, {"b", 6, ZOE_DWA_LOSSY, 2},
    {"blu", 6, ZOE_DWA_LOSSY, 2}, {"blue", 6, ZOE_DWA_LOSSY, 2},  {"y", 6, ZOE_DWA_LOSSY, -1},
    {"by", 6, ZOE_DWA_LOSSY, -1}, {"ry", 6, ZOE_DWA_LOSSY, -1},   {"a", 7, ZOE_DWA_RLE, -1},
};

/* Takes `bytes` bytes from the front of `rest`. */
static bool take(zoe_dwa_stream *rest, uint64_t bytes, zoe_dwa_stream *out)
{
    if (bytes > rest->bytes)
        return false;
    out->data = rest->data;
    out->bytes = (size_t)bytes;
    rest->data += out->bytes;
    rest->bytes -= out->bytes;
    return true;
}

/* The rules begin with their own size in 16 bits, which counts itself. */
static bool take_rules(zoe_dwa_stream *rest, zoe_dwa_stream *rules)
{
    zoe_dwa_stream size;
    if (!take(rest, 2, &size))
        return false;
    unsigned bytes = (unsigned)size.data[0] | (unsigned)size.data[1] << 8;
    return bytes >= 2 && take(rest, bytes - 2, rules);
}

zoe_status zoe_dwa_read_header(const uint8_t *packed, size_t packed_bytes, zoe_dwa_header *header)
{
    uint64_t counters[COUNTERS];
    zoe_dwa_stream rest = {packed, packed_bytes};
    zoe_dwa_stream front;
    memset(header, 0, sizeof *header);
    if (!take(&rest, sizeof counters, &front))
        return ZOE_ERROR_CORRUPT;
    memcpy(counters, front.data, sizeof counters);
    if (counters[VERSION] > 2)
        return ZOE_ERROR_CORRUPT;
    header->legacy = counters[VERSION] < 2;
    if (!header->legacy && !take_rules(&rest, &header->rules))
        return ZOE_ERROR_CORRUPT;
    if (!take(&rest, counters[UNKNOWN_BYTES], &header->unknown) ||
        !take(&rest, counters[AC_BYTES], &header->ac) ||
        !take(&rest, counters[DC_BYTES], &header->dc) ||
        !take(&rest, counters[RLE_BYTES], &header->rle))
        return ZOE_ERROR_CORRUPT;
    header->unknown_raw_bytes = counters[UNKNOWN_RAW_BYTES];
    header->rle_coded_bytes = counters[RLE_CODED_BYTES];
    header->rle_raw_bytes = counters[RLE_RAW_BYTES];
    header->ac_count = counters[AC_COUNT];
    header->dc_count = counters[DC_COUNT];
    header->ac_compression = counters[AC_COMPRESSION];
    return ZOE_OK;
}

/* One rule: the suffix with its zero byte; place + 1 in the upper four bits, scheme in the next
 * two, any case in the lowest; the sample type. */
static bool take_rule(zoe_dwa_stream *rest, rule *out)
{
    zoe_dwa_stream suffix;
    zoe_dwa_stream flags;
    const uint8_t *zero = rest->bytes ? memchr(rest->data, 0, rest->bytes) : NULL;
    if (!zero || !take(rest, (uint64_t)(zero - rest->data) + 1, &suffix) || !take(rest, 2, &flags))
        return false;
    out->suffix = (const char *)suffix.data;
    out->suffix_length = suffix.bytes - 1;
    out->place = (int8_t)((flags.data[0] >> 4) - 1);
    out->scheme = (flags.data[0] >> 2) & 3;
    out->any_case = flags.data[0] & 1;
    out->type = flags.data[1];
    return out->place < 3 && out->scheme <= ZOE_DWA_RLE && out->type <= ZOE_CODEC_FLOAT;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool matches(const rule *r, const char *suffix, size_t length, uint8_t type)
{
    if (r->type != type || r->suffix_length != length)
        return false;
    if (!r->any_case)
        return memcmp(r->suffix, suffix, length) == 0;
    for (size_t i = 0; i < length; i++)
        if (lower(r->suffix[i]) != lower(suffix[i]))
            return false;
    return true;
}

/* The format's own order of sets: by prefix, bytes as unsigned, a shorter one first. */
static int compare_prefix(const zoe_dwa_set *set, const char *prefix, size_t length)
{
    size_t common = set->prefix_length < length ? set->prefix_length : length;
    int order = common ? memcmp(set->prefix, prefix, common) : 0;
    if (order)
        return order;
    return (set->prefix_length > length) - (set->prefix_length < length);
}

/* The set of a prefix, made where it belongs if there is none yet. `sets` has room for one more. */
static zoe_dwa_set *set_of(zoe_dwa_set *sets, size_t *count, const char *prefix, size_t length)
{
    size_t low = 0;
    size_t high = *count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_prefix(&sets[middle], prefix, length);
        if (order == 0)
            return &sets[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(&sets[low + 1], &sets[low], (*count - low) * sizeof *sets);
    (*count)++;
    sets[low] = (zoe_dwa_set){prefix, length, {-1, -1, -1}};
    return &sets[low];
}

static void apply(const rule *r, size_t channel, zoe_dwa_class *class, zoe_dwa_set *set)
{
    class->scheme = r->scheme;
    if (r->place >= 0)
        set->index[r->place] = (int32_t)channel;
}

/* Every rule that matches counts, and the last one wins, as in the encoder. */
static bool classify_channel(const zoe_dwa_header *header, const char *suffix, uint8_t type,
                             size_t channel, zoe_dwa_class *class, zoe_dwa_set *set)
{
    size_t length = strlen(suffix);
    rule r;
    if (header->legacy) {
        for (size_t i = 0; i < sizeof legacy_rules / sizeof *legacy_rules; i++) {
            r = (rule){legacy_rules[i].suffix, strlen(legacy_rules[i].suffix), type,
                       legacy_rules[i].scheme, legacy_rules[i].place,          true};
            if ((legacy_rules[i].types >> type & 1) && matches(&r, suffix, length, type))
                apply(&r, channel, class, set);
        }
        return true;
    }
    zoe_dwa_stream rest = header->rules;
    while (rest.bytes > 0) {
        if (!take_rule(&rest, &r))
            return false;
        if (matches(&r, suffix, length, type))
            apply(&r, channel, class, set);
    }
    return true;
}

/* Whether the set is complete and its channels can be decoded together. */
static bool is_usable(const zoe_dwa_set *set, const zoe_codec_channel *channels)
{
    if (set->index[0] < 0 || set->index[1] < 0 || set->index[2] < 0)
        return false;
    const zoe_codec_channel *first = &channels[set->index[0]];
    for (int i = 1; i < 3; i++) {
        const zoe_codec_channel *other = &channels[set->index[i]];
        if (other->x_sampling != first->x_sampling || other->y_sampling != first->y_sampling)
            return false;
    }
    return true;
}

/* What hostile rules could make of a usable set: one channel twice, or one that is not lossy. */
static bool is_sane(const zoe_dwa_set *set, const zoe_codec_channel *channels,
                    const zoe_dwa_class *classes)
{
    const int32_t *index = set->index;
    if (index[0] == index[1] || index[0] == index[2] || index[1] == index[2])
        return false;
    for (int i = 0; i < 3; i++)
        if (classes[index[i]].scheme != ZOE_DWA_LOSSY ||
            channels[index[i]].width != channels[index[0]].width ||
            channels[index[i]].height != channels[index[0]].height)
            return false;
    return true;
}

zoe_status zoe_dwa_classify(const zoe_dwa_header *header, const zoe_codec_channel *channels,
                            size_t channel_count, zoe_dwa_class *classes, zoe_dwa_set *sets,
                            size_t *set_count)
{
    size_t found = 0;
    *set_count = 0;
    if (channel_count > INT32_MAX)
        return ZOE_ERROR_CORRUPT;
    for (size_t c = 0; c < channel_count; c++) {
        const char *name = channels[c].name;
        const char *dot = strrchr(name, '.');
        zoe_dwa_set *set = set_of(sets, &found, name, dot ? (size_t)(dot - name) : 0);
        classes[c] = (zoe_dwa_class){ZOE_DWA_UNKNOWN, false};
        if (!classify_channel(header, dot ? dot + 1 : name, channels[c].type, c, &classes[c], set))
            return ZOE_ERROR_CORRUPT;
        if (classes[c].scheme == ZOE_DWA_LOSSY && channels[c].type == ZOE_CODEC_UINT)
            return ZOE_ERROR_CORRUPT;
    }
    for (size_t s = 0; s < found; s++) {
        if (!is_usable(&sets[s], channels))
            continue;
        if (!is_sane(&sets[s], channels, classes))
            return ZOE_ERROR_CORRUPT;
        for (int i = 0; i < 3; i++)
            classes[sets[s].index[i]].in_set = true;
        sets[(*set_count)++] = sets[s];
    }
    return ZOE_OK;
}
