#include "model/memory_history.h"

static const uint64_t slot_ns = 250000000u;
static const uint64_t megabyte = (uint64_t)1 << 20;

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void append(zoe_memory_history *history, const zoe_memory_sample *sample)
{
    history->newest = history->count ? (history->newest + 1) % ZOE_HISTORY_SAMPLES : 0;
    history->samples[history->newest] = *sample;
    if (history->count < ZOE_HISTORY_SAMPLES)
        history->count++;
}

void zoe_memory_history_add(zoe_memory_history *history, const zoe_memory_sample *sample,
                            uint64_t now_ns)
{
    uint64_t slot = now_ns / slot_ns;
    if (!history->count) {
        history->slot = slot;
        append(history, sample);
        return;
    }
    if (slot <= history->slot) {
        zoe_memory_sample *newest = &history->samples[history->newest];
        newest->used = larger(newest->used, sample->used);
        newest->resident = larger(newest->resident, sample->resident);
        newest->limit = sample->limit;
        return;
    }
    uint64_t between = slot - history->slot - 1;
    if (between > ZOE_HISTORY_SAMPLES)
        between = ZOE_HISTORY_SAMPLES;
    zoe_memory_sample last = history->samples[history->newest];
    while (between-- > 0)
        append(history, &last);
    append(history, sample);
    history->slot = slot;
}

const zoe_memory_sample *zoe_memory_history_at(const zoe_memory_history *history, int age)
{
    return &history->samples[(history->newest + ZOE_HISTORY_SAMPLES - age) % ZOE_HISTORY_SAMPLES];
}

bool zoe_memory_history_is_flat(const zoe_memory_history *history)
{
    if (!history->count)
        return true;
    if (history->count < ZOE_HISTORY_SAMPLES)
        return false;
    const zoe_memory_sample *first = &history->samples[0];
    for (int i = 1; i < history->count; i++) {
        const zoe_memory_sample *s = &history->samples[i];
        if (s->used / megabyte != first->used / megabyte ||
            s->resident / megabyte != first->resident / megabyte ||
            s->limit / megabyte != first->limit / megabyte)
            return false;
    }
    return true;
}

uint64_t zoe_memory_history_ceiling(const zoe_memory_history *history)
{
    uint64_t most = 0;
    for (int i = 0; i < history->count; i++) {
        const zoe_memory_sample *s = &history->samples[i];
        most = larger(most, larger(s->limit, larger(s->used, s->resident)));
    }
    /* A tenth of air above, then up to the next step of a tenth of its power of ten. */
    uint64_t wanted = (most + most / 10) / megabyte + 1, step = 1;
    while (wanted / step >= 100)
        step *= 10;
    return (wanted + step - 1) / step * step * megabyte;
}

int zoe_memory_graph_left(int age, int width)
{
    return (int)((int64_t)(ZOE_HISTORY_SAMPLES - 1 - age) * width / ZOE_HISTORY_SAMPLES);
}

int zoe_memory_graph_right(int age, int width)
{
    return (int)((int64_t)(ZOE_HISTORY_SAMPLES - age) * width / ZOE_HISTORY_SAMPLES);
}

int zoe_memory_graph_rise(uint64_t value, uint64_t ceiling, int height)
{
    if (!ceiling || height <= 0)
        return 0;
    double part = (double)value / (double)ceiling;
    return part >= 1.0 ? height : (int)(part * (double)height + 0.5);
}
