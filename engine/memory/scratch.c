#include "memory/scratch.h"

#include "base/os.h"

/* Whole pages: where they would be too many, more than any meter has. */
static size_t pages(size_t bytes)
{
    size_t page = zoe_os_page();
    return bytes > SIZE_MAX / 2 ? SIZE_MAX / 2 / page * page : (bytes + page - 1) / page * page;
}

bool zoe_scratch_make_space(zoe_scratch *scratch, size_t bytes, zoe_returns *returns)
{
    /* Room to grow without moving: address space is free. */
    enum { LEAST = 64 << 20 };
    if (bytes <= scratch->reserved)
        return true;
    size_t reserve = bytes < LEAST ? LEAST : pages(bytes);
    uint8_t *base = zoe_os_reserve(reserve, zoe_os_page());
    if (!base)
        return false;
    zoe_scratch_detach(scratch, returns);
    scratch->base = base;
    scratch->reserved = reserve;
    return true;
}

uint64_t zoe_scratch_growth(const zoe_scratch *scratch, size_t bytes)
{
    size_t want = pages(bytes);
    return want > scratch->committed ? want - scratch->committed : 0;
}

bool zoe_scratch_grow(zoe_scratch *scratch, size_t bytes, zoe_meter *meter)
{
    uint64_t growth = zoe_scratch_growth(scratch, bytes);
    if (bytes > scratch->reserved || !zoe_meter_take(meter, growth))
        return false;
    scratch->committed += growth;
    return true;
}

uint64_t zoe_scratch_detach(zoe_scratch *scratch, zoe_returns *returns)
{
    uint64_t bytes = scratch->committed;
    if (scratch->base) {
        zoe_mapping *mapping = (zoe_mapping *)(void *)scratch->base;
        *mapping = (zoe_mapping){returns->mappings, scratch->reserved};
        returns->mappings = mapping;
    }
    returns->bytes += bytes;
    *scratch = (zoe_scratch){NULL, 0, 0};
    return bytes;
}
