/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/inflate_chunks.h"

#include <stdbool.h>

#include "codec/inflate.h"
#include "codec/inflate_many.h"

/* Literals are what this is faster at, and they are many where packing gained little. The others
 * libdeflate does faster, one after the other; so are those that take long, which may be
 * stopped. */
static bool pays(size_t packed_bytes, size_t dst_bytes)
{
    return packed_bytes > dst_bytes / 4 && dst_bytes <= ZOE_INFLATE_LONG;
}

void zoe_inflate_chunks(const zoe_inflate_codec *user, const zoe_codec_chunk *const *chunks,
                        size_t count, void *scratch, size_t scratch_bytes, zoe_status *status)
{
    zoe_inflate_job jobs[ZOE_CODEC_MANY];
    size_t which[ZOE_CODEC_MANY], together = 0, most = 0;
    bool is_done[ZOE_CODEC_MANY] = {false};
    for (size_t i = 0; i < count; i++) {
        size_t bytes = user->inflated_bytes(chunks[i]);
        if (bytes == 0 || !pays(chunks[i]->packed_bytes, bytes))
            continue;
        most = bytes > most ? bytes : most;
        jobs[together] = (zoe_inflate_job){
            .packed = chunks[i]->packed,
            .packed_bytes = chunks[i]->packed_bytes,
            .dst_bytes = bytes,
        };
        which[together++] = i;
    }
    if (together > 1 && zoe_inflate_many_scratch_bytes(most, together) <= scratch_bytes) {
        zoe_inflate_many(jobs, together, scratch);
        for (size_t i = 0; i < together; i++) {
            status[which[i]] = jobs[i].status;
            is_done[which[i]] = true;
            if (jobs[i].inflated)
                user->finish(chunks[which[i]], jobs[i].inflated);
        }
    }
    for (size_t i = 0; i < count; i++)
        if (!is_done[i])
            status[i] = user->decode(chunks[i], scratch, scratch_bytes);
}

size_t zoe_inflate_chunks_scratch_bytes(size_t unpacked_bytes, size_t count)
{
    size_t one = zoe_inflate_padded_scratch_bytes(unpacked_bytes);
    size_t many = zoe_inflate_many_scratch_bytes(unpacked_bytes, count);
    return many > one ? many : one;
}
