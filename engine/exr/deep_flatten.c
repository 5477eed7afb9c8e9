#include "exr/deep_flatten.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/half.h"
#include "base/stop.h"
#include "codec/codec.h"

enum {
    BLOCK_SAMPLES = 1024, /* are converted to float at a time, when no pixel has more */
    ARRAYS = 3 + ZOE_DEEP_PLANES_MAX + 2, /* alpha, Z, ZBack, planes; two orders */
    INSERTION_MAX = 24,                   /* samples that are sorted by insertion */
    STOP_SAMPLES = 1 << 16,               /* between two looks at whether to stop */
    ACTIVE_MAX = 32,                      /* overlapping volumes that are added up anew each time */
    VALUES = 1 + ZOE_DEEP_PLANES_MAX,     /* absorption, colours */
};

/* Samples in scratch, four bytes each array and sample. */
typedef struct block {
    float *alpha, *z, *back;
    float *planes[ZOE_DEEP_PLANES_MAX]; /* of composited planes and float ones */
    uint32_t *order, *ends;             /* of one pixel: by front, and volumes by back */
    size_t capacity;                    /* samples in each array */
} block;

/* One pixel's samples within a block. */
typedef struct pixel {
    const zoe_deep_row *row;
    const float *alpha, *z, *back; /* z, back NULL: the row has no depths */
    const float *planes[ZOE_DEEP_PLANES_MAX];
    uint32_t *order, *ends;
    uint32_t count;
    size_t first;  /* sample in the row */
    bool in_order; /* `order` is filled in */
} pixel;

size_t zoe_deep_flatten_scratch_bytes(uint64_t samples)
{
    if (samples < BLOCK_SAMPLES)
        samples = BLOCK_SAMPLES;
    const uint64_t each = ARRAYS * sizeof(float);
    return samples > (SIZE_MAX - 64) / each ? SIZE_MAX : (size_t)(samples * each);
}

static block lay_out(void *scratch, size_t scratch_bytes)
{
    block b = {.capacity = scratch_bytes / (ARRAYS * sizeof(float))};
    float *at = scratch;
    b.alpha = at;
    b.z = at + b.capacity;
    b.back = at + 2 * b.capacity;
    for (size_t p = 0; p < ZOE_DEEP_PLANES_MAX; p++)
        b.planes[p] = at + (3 + p) * b.capacity;
    b.order = (uint32_t *)(void *)(at + (3 + ZOE_DEEP_PLANES_MAX) * b.capacity);
    b.ends = b.order + b.capacity;
    return b;
}

/* A pixel may have any number of samples: now and then, is it told to stop? */
static bool is_stopped_at(size_t i)
{
    return i % STOP_SAMPLES == 0 && zoe_stop_wanted();
}

/* ---- samples to floats ---- */

static void load_some(const zoe_deep_channel *channel, size_t first, size_t count, float *dst)
{
    if (channel->type == ZOE_CODEC_HALF) {
        const uint8_t *src = channel->data + 2 * first;
        if ((uintptr_t)src % 2 == 0)
            zoe_half_to_float_row(dst, (const uint16_t *)(const void *)src, count);
        else
            for (size_t i = 0; i < count; i++) {
                uint16_t half;
                memcpy(&half, src + 2 * i, sizeof half);
                zoe_half_to_float_row(dst + i, &half, 1);
            }
        return;
    }
    memcpy(dst, channel->data + 4 * first, count * sizeof *dst);
    if (channel->type == ZOE_CODEC_UINT)
        for (size_t i = 0; i < count; i++) {
            uint32_t value;
            memcpy(&value, dst + i, sizeof value);
            dst[i] = (float)value;
        }
}

static void load(const zoe_deep_channel *channel, size_t first, size_t count, float *dst)
{
    for (size_t at = 0, some; at < count && !zoe_stop_wanted(); at += some) {
        some = count - at < STOP_SAMPLES ? count - at : STOP_SAMPLES;
        load_some(channel, first + at, some, dst + at);
    }
}

static void load_alpha(const zoe_deep_row *row, size_t first, size_t count, float *dst)
{
    if (!row->alpha.data) {
        for (size_t i = 0; i < count; i++)
            dst[i] = 1;
        return;
    }
    load(&row->alpha, first, count, dst);
    for (size_t i = 0; i < count; i++) {
        float a = dst[i] < 1 ? dst[i] : 1; /* not a number: 1 … */
        dst[i] = dst[i] > 0 ? a : 0;       /* … and here 0 */
    }
}

static void load_depths(const zoe_deep_row *row, size_t first, size_t count, const block *b)
{
    if (!row->z.data)
        return;
    load(&row->z, first, count, b->z);
    for (size_t i = 0; i < count; i++)
        b->z[i] = isnan(b->z[i]) ? INFINITY : b->z[i];
    if (!row->z_back.data)
        return;
    load(&row->z_back, first, count, b->back);
    for (size_t i = 0; i < count; i++) {
        bool volume = b->back[i] > b->z[i] && isfinite(b->back[i]) && isfinite(b->z[i]);
        b->back[i] = volume ? b->back[i] : b->z[i];
    }
}

static bool is_uint(const zoe_deep_plane *plane)
{
    return plane->channel.type == ZOE_CODEC_UINT;
}

static void load_block(const zoe_deep_row *row, size_t first, size_t count, const block *b)
{
    load_alpha(row, first, count, b->alpha);
    load_depths(row, first, count, b);
    for (uint32_t p = 0; p < row->plane_count; p++) {
        const zoe_deep_plane *plane = &row->planes[p];
        if (is_uint(plane))
            continue;
        if (plane->rule == ZOE_DEEP_OVER && plane->channel.data == row->alpha.data)
            zoe_stop_copy(b->planes[p], b->alpha, count * sizeof(float));
        else
            load(&plane->channel, first, count, b->planes[p]);
    }
}

/* ---- order ---- */

static uint32_t sample_at(const pixel *px, uint32_t i)
{
    return px->in_order ? px->order[i] : i;
}

static bool is_volume(const pixel *px, uint32_t s)
{
    return px->back[s] > px->z[s];
}

/* Do the samples, in this order, not overlap? */
static bool is_tidy(const pixel *px)
{
    if (!px->z)
        return true;
    for (uint32_t i = 1; i < px->count; i++)
        if (!(px->z[sample_at(px, i)] >= px->back[sample_at(px, i - 1)]) || is_stopped_at(i))
            return false;
    return true;
}

/* A total order, so that the result does not depend on how it is sorted. */
static bool is_before(const float *key, const float *second, uint32_t a, uint32_t b)
{
    if (key[a] != key[b])
        return key[a] < key[b];
    if (second[a] != second[b])
        return second[a] < second[b];
    return a < b;
}

static void sort_few(uint32_t *order, uint32_t count, const float *key, const float *second)
{
    for (uint32_t i = 1; i < count; i++) {
        uint32_t moving = order[i], at = i;
        for (; at > 0 && is_before(key, second, moving, order[at - 1]); at--)
            order[at] = order[at - 1];
        order[at] = moving;
    }
}

/* A sample as 12 bytes that are in order where samples are: of both keys and of its number. */
static uint32_t byte_of(uint32_t s, uint32_t byte, const float *key, const float *second)
{
    uint32_t bits = s;
    if (byte < 8) {
        float value = (byte < 4 ? key : second)[s] + 0.0f; /* -0 becomes 0 */
        memcpy(&bits, &value, sizeof bits);
        bits ^= bits >> 31 ? UINT32_MAX : (uint32_t)1 << 31;
    }
    return bits >> (24 - byte % 4 * 8) & 255;
}

/* Puts samples that are equal up to a byte in the order of that byte. starts[256 + 1]: where those
 * begin that have each value. false: stopped. */
static bool distribute(uint32_t *order, uint32_t count, uint32_t byte, const float *key,
                       const float *second, uint32_t *starts)
{
    uint32_t next[256];
    memset(starts, 0, 257 * sizeof *starts);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && is_stopped_at(i))
            return false;
        starts[byte_of(order[i], byte, key, second) + 1]++;
    }
    for (uint32_t v = 0; v < 256; v++)
        starts[v + 1] += starts[v];
    memcpy(next, starts, sizeof next);
    for (uint32_t v = 0, moved = 1; v < 256; v++)
        for (uint32_t own; next[v] < starts[v + 1]; next[v]++) {
            /* Takes one out, and puts it where it belongs in exchange for the one that is there,
             * until that is one for this place. */
            uint32_t s = order[next[v]];
            bool is_stopped = false;
            while (!is_stopped && (own = byte_of(s, byte, key, second)) != v) {
                uint32_t other = order[next[own]];
                order[next[own]++] = s;
                s = other;
                is_stopped = is_stopped_at(moved++);
            }
            order[next[v]] = s;
            if (is_stopped)
                return false;
        }
    return true;
}

/* In place, and in a time that no samples make longer than twelve times as many: byte by byte, and
 * by insertion what is short. Stopped, it leaves them in any order. */
static void sort(uint32_t *order, uint32_t count, const float *key, const float *second,
                 uint32_t byte)
{
    if (count <= INSERTION_MAX) {
        sort_few(order, count, key, second);
        return;
    }
    uint32_t starts[257];
    if (byte == 12 || !distribute(order, count, byte, key, second, starts))
        return;
    for (uint32_t v = 0; v < 256; v++)
        if (starts[v + 1] - starts[v] > 1)
            sort(order + starts[v], starts[v + 1] - starts[v], key, second, byte + 1);
}

static void put_in_order(pixel *px)
{
    /* All of them, also when it is told to stop: what is read from here on are indices. */
    for (uint32_t i = 0; i < px->count; i++)
        px->order[i] = i;
    sort(px->order, px->count, px->z, px->back, 0);
    px->in_order = true;
}

/* ---- tidy pixels ---- */

static void over_tidy(const pixel *px, float out[ZOE_DEEP_PLANES_MAX])
{
    float alpha = 0;
    for (uint32_t p = 0; p < px->row->plane_count; p++)
        out[p] = 0;
    for (uint32_t i = 0; i < px->count && alpha < 1; i++) {
        if (i > 0 && is_stopped_at(i))
            break;
        uint32_t s = sample_at(px, i);
        float through = 1 - alpha;
        for (uint32_t p = 0; p < px->row->plane_count; p++)
            if (px->row->planes[p].rule == ZOE_DEEP_OVER)
                out[p] += through * px->planes[p][s];
        alpha += through * px->alpha[s];
    }
}

/* ---- pixels that have to be made tidy ---- */

/* Absorption and colours of the volumes in a unit of depth. */
typedef struct mixture {
    double sums[VALUES];                /* absorption; colours for as much of it */
    double opaque[ZOE_DEEP_PLANES_MAX]; /* colours of the opaque ones */
    uint32_t count, opaque_count;
} mixture;

/* What has been composited so far. */
typedef struct composite {
    double alpha;
    double planes[ZOE_DEEP_PLANES_MAX];
} composite;

/* The volumes at one depth. Up to ACTIVE_MAX the mixture is added up anew whenever one ends, so
 * that no rounding of a dense one that has ended stays behind; beyond, it is taken out again. */
typedef struct active_set {
    mixture mix;
    bool listed;
    uint32_t samples[ACTIVE_MAX];
} active_set;

/* Adds (or, with sign -1, takes out) a sample of which `per` is in each unit of depth. */
static void mix_in(mixture *mix, const pixel *px, uint32_t s, double per, int sign)
{
    double a = (double)px->alpha[s];
    mix->count += (uint32_t)sign;
    if (a >= 1) {
        mix->opaque_count += (uint32_t)sign;
        for (uint32_t p = 0; p < px->row->plane_count; p++)
            if (px->row->planes[p].rule == ZOE_DEEP_OVER)
                mix->opaque[p] += sign * (double)px->planes[p][s];
        return;
    }
    double absorption = -log1p(-a);
    double scale = a > 0 ? absorption / a : 1;
    mix->sums[0] += sign * absorption * per;
    for (uint32_t p = 0; p < px->row->plane_count; p++)
        if (px->row->planes[p].rule == ZOE_DEEP_OVER)
            mix->sums[1 + p] += sign * ((double)px->planes[p][s] * scale * per);
}

static double per_depth(const pixel *px, uint32_t s)
{
    return 1 / ((double)px->back[s] - (double)px->z[s]);
}

static void begin_volume(active_set *set, const pixel *px, uint32_t s)
{
    if (set->mix.count == 0)
        *set = (active_set){.listed = true};
    if (set->mix.count == ACTIVE_MAX)
        set->listed = false;
    if (set->listed)
        set->samples[set->mix.count] = s;
    mix_in(&set->mix, px, s, per_depth(px, s), 1);
}

static void end_volume(active_set *set, const pixel *px, uint32_t s)
{
    if (!set->listed) {
        mix_in(&set->mix, px, s, per_depth(px, s), -1);
        return;
    }
    uint32_t left = 0;
    for (uint32_t i = 0; i < set->mix.count; i++)
        if (set->samples[i] != s)
            set->samples[left++] = set->samples[i];
    set->mix = (mixture){0};
    for (uint32_t i = 0; i < left; i++)
        mix_in(&set->mix, px, set->samples[i], per_depth(px, set->samples[i]), 1);
}

static void over_sample(composite *c, const pixel *px, uint32_t s)
{
    double through = 1 - c->alpha;
    for (uint32_t p = 0; p < px->row->plane_count; p++)
        if (px->row->planes[p].rule == ZOE_DEEP_OVER)
            c->planes[p] += through * (double)px->planes[p][s];
    c->alpha += through * (double)px->alpha[s];
}

/* Composites a mixture over `depth` units of depth. */
static void over_mixture(composite *c, const pixel *px, const mixture *mix, double depth)
{
    double through = 1 - c->alpha;
    bool opaque = mix->opaque_count > 0;
    double absorption = mix->sums[0] * depth;
    double alpha = opaque ? 1 : -expm1(-absorption);
    double scale = absorption > 0 ? alpha / absorption * depth : depth;
    for (uint32_t p = 0; p < px->row->plane_count; p++)
        c->planes[p] +=
            through * (opaque ? mix->opaque[p] / mix->opaque_count : mix->sums[1 + p] * scale);
    c->alpha += through * alpha;
}

/* The stretch between two depths where no sample begins or ends. */
static void over_stretch(composite *c, const pixel *px, const active_set *set, float from, float to)
{
    uint32_t s = set->samples[0];
    if (set->listed && set->mix.count == 1 && px->z[s] == from && px->back[s] == to)
        over_sample(c, px, s); /* a whole volume, as it is */
    else
        over_mixture(c, px, &set->mix, (double)to - (double)from);
}

/* Walks through the depths at which samples begin and end. `order` is sorted by front. */
static void over_untidy(const pixel *px, float out[ZOE_DEEP_PLANES_MAX])
{
    uint32_t volumes = 0;
    for (uint32_t i = 0; i < px->count; i++)
        if (is_volume(px, i))
            px->ends[volumes++] = i;
    sort(px->ends, volumes, px->back, px->z, 0);
    composite c = {0};
    active_set set = {.listed = true};
    uint32_t begun = 0, ended = 0;
    float at = 0;
    for (size_t n = 1; c.alpha < 1 && (begun < px->count || ended < volumes); n++) {
        if (is_stopped_at(n))
            break;
        float begin = begun < px->count ? px->z[px->order[begun]] : INFINITY;
        float end = ended < volumes ? px->back[px->ends[ended]] : INFINITY;
        float next = begin < end ? begin : end;
        if (set.mix.count > 0 && next > at)
            over_stretch(&c, px, &set, at, next);
        at = next;
        for (; ended < volumes && px->back[px->ends[ended]] == at; ended++) {
            if (ended > 0 && is_stopped_at(ended))
                return;
            end_volume(&set, px, px->ends[ended]);
        }
        for (; begun < px->count && px->z[px->order[begun]] == at; begun++) {
            if (begun > 0 && is_stopped_at(begun))
                return;
            if (is_volume(px, px->order[begun]))
                begin_volume(&set, px, px->order[begun]);
            else
                over_sample(&c, px, px->order[begun]);
        }
    }
    for (uint32_t p = 0; p < px->row->plane_count; p++)
        out[p] = (float)c.planes[p];
}

/* ---- pixels ---- */

/* The nearest sample that can be seen. The samples stand in order. */
static uint32_t front_sample(const pixel *px)
{
    for (uint32_t i = 0; i < px->count; i++)
        if (px->alpha[sample_at(px, i)] > 0)
            return sample_at(px, i);
    return sample_at(px, 0);
}

static void store(void *out, size_t index, const void *value)
{
    memcpy((uint8_t *)out + 4 * index, value, 4);
}

static void flatten_pixel(pixel *px, void *const out[], size_t index)
{
    const zoe_deep_row *row = px->row;
    float values[ZOE_DEEP_PLANES_MAX] = {0};
    bool tidy = is_tidy(px);
    if (!tidy && !zoe_stop_wanted()) {
        put_in_order(px);
        tidy = is_tidy(px);
    }
    if (zoe_stop_wanted())
        return;
    if (tidy)
        over_tidy(px, values);
    else
        over_untidy(px, values);
    uint32_t front = front_sample(px);
    for (uint32_t p = 0; p < row->plane_count; p++) {
        if (row->planes[p].rule == ZOE_DEEP_OVER)
            store(out[p], index, &values[p]);
        else if (is_uint(&row->planes[p]))
            store(out[p], index, row->planes[p].channel.data + 4 * (px->first + front));
        else
            store(out[p], index, &px->planes[p][front]);
    }
}

static void store_empty(const zoe_deep_row *row, void *const out[], size_t index)
{
    static const uint32_t none = 0;
    for (uint32_t p = 0; p < row->plane_count; p++) {
        const zoe_deep_plane *plane = &row->planes[p];
        bool value = plane->rule == ZOE_DEEP_FRONT && !is_uint(plane);
        store(out[p], index, value ? (const void *)&plane->empty : (const void *)&none);
    }
}

static size_t samples_before(const zoe_deep_row *row, int32_t x)
{
    return x > 0 ? (size_t)row->ends[x - 1] : 0;
}

/* The end of the pixels from x on that are loaded together: a block's worth, or what fits. */
static int32_t block_end(const zoe_deep_row *row, int32_t x, int32_t end, size_t capacity)
{
    size_t from = samples_before(row, x);
    int32_t last = x;
    while (last < end && (size_t)row->ends[last] - from <= capacity &&
           samples_before(row, last) - from < BLOCK_SAMPLES)
        last++;
    return last;
}

zoe_status zoe_deep_flatten_row(const zoe_deep_row *row, int32_t first, int32_t count,
                                void *const out[ZOE_DEEP_PLANES_MAX], void *scratch,
                                size_t scratch_bytes)
{
    block b = lay_out(scratch, scratch_bytes);
    /* Without ZBack all samples are points: their backs are where their fronts are. */
    const float *back = row->z_back.data ? b.back : b.z;
    int32_t end = first + count;
    for (int32_t x = first; x < end;) {
        if (zoe_stop_wanted())
            return ZOE_STALE;
        size_t from = samples_before(row, x);
        int32_t last = block_end(row, x, end, b.capacity);
        if (last == x)
            return ZOE_ERROR_OVER_BUDGET;
        load_block(row, from, samples_before(row, last) - from, &b);
        for (; x < last; x++) {
            size_t begin = samples_before(row, x), at = begin - from;
            pixel px = {
                .row = row,
                .alpha = b.alpha + at,
                .z = row->z.data ? b.z + at : NULL,
                .back = row->z.data ? back + at : NULL,
                .order = b.order,
                .ends = b.ends,
                .count = (uint32_t)((size_t)row->ends[x] - begin),
                .first = begin,
            };
            for (uint32_t p = 0; p < row->plane_count; p++)
                px.planes[p] = b.planes[p] + at;
            if (px.count == 0)
                store_empty(row, out, (size_t)(x - first));
            else
                flatten_pixel(&px, out, (size_t)(x - first));
        }
    }
    return ZOE_OK;
}
