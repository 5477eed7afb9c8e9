#include "isolation/windows.h"

/* Small buffers are mapped many at a time. */
static const uint64_t unit = (uint64_t)2 << 20;

static uint64_t round_up(uint64_t bytes, uint64_t to)
{
    return (bytes + to - 1) / to * to;
}

static bool covers(const zoe_isolation_window *w, uint64_t serial, uint64_t at, uint64_t bytes)
{
    return w->serial == serial && at >= w->at && at - w->at <= w->bytes &&
           bytes <= w->bytes - (at - w->at);
}

/* The window that the bytes lie in; `count`: none. */
static uint32_t find(const zoe_isolation_windows *windows, uint64_t serial, uint64_t at,
                     uint64_t bytes)
{
    if (windows->last < windows->count && covers(&windows->all[windows->last], serial, at, bytes))
        return windows->last;
    uint32_t i = 0;
    while (i < windows->count && !covers(&windows->all[i], serial, at, bytes))
        i++;
    return i;
}

bool zoe_isolation_windows_find(zoe_isolation_windows *windows, const uint8_t *buffer, size_t bytes,
                                zoe_os_shared *shared, zoe_isolation_decode *decode)
{
    if (!zoe_os_shared_find(buffer, shared))
        return false;
    uint64_t at = (uint64_t)(buffer - shared->base);
    if (bytes > shared->bytes - at)
        return false;
    decode->map = ZOE_MAP_NOTHING;
    uint32_t i = find(windows, shared->serial, at, bytes);
    if (i == windows->count) {
        zoe_isolation_window w = {.serial = shared->serial, .at = at / unit * unit};
        w.bytes = round_up(at + bytes, unit) - w.at;
        if (w.bytes > shared->bytes - w.at)
            w.bytes = shared->bytes - w.at;
        decode->map = ZOE_MAP_ANOTHER;
        if (i == ZOE_ISOLATION_WINDOWS || windows->mapped + w.bytes > ZOE_ISOLATION_MAPPED_MAX) {
            decode->map = ZOE_MAP_ALONE;
            windows->count = i = 0;
            windows->mapped = 0;
        }
        windows->count++;
        windows->mapped += w.bytes;
        windows->all[i] = w;
        decode->map_at = w.at;
        decode->map_bytes = w.bytes;
        /* Not what lies behind the buffer: it would be resident without being counted. */
        decode->huge_bytes = w.at == at ? bytes : 0;
    }
    windows->last = i;
    decode->window = i;
    decode->buffer_at = at - windows->all[i].at;
    return true;
}
