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
                            size_t channel_count, void *scratch, zoe_dwa_class *classes,
                            zoe_dwa_set *sets, size_t *set_count)
{
    size_t found = 0;
    zoe_dwa_rules rules;
    *set_count = 0;
    if (channel_count > INT32_MAX ||
        !zoe_dwa_rules_read(&rules, header->legacy ? NULL : header->rules.data, header->rules.bytes,
                            scratch))
        return ZOE_ERROR_CORRUPT;
    for (size_t c = 0; c < channel_count; c++) {
        const char *name = channels[c].name;
        const char *dot = strrchr(name, '.');
        zoe_dwa_set *set = set_of(sets, &found, name, dot ? (size_t)(dot - name) : 0);
        zoe_dwa_verdict verdict = zoe_dwa_rules_ask(&rules, dot ? dot + 1 : name, channels[c].type);
        classes[c] = (zoe_dwa_class){verdict.scheme, false};
        for (int place = 0; place < 3; place++)
            if (verdict.places >> place & 1)
                set->index[place] = (int32_t)c;
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
