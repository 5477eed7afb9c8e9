#include "memory/memory.h"

void zoe_memory_init(zoe_memory *memory, uint64_t limit, size_t record_bytes,
                     uint64_t address_bytes, size_t work_buffers)
{
    zoe_meter_set_limit(&memory->meter, limit);
    zoe_slab_init(&memory->frames, &memory->meter, record_bytes, address_bytes);
    zoe_slab_init(&memory->work, &memory->meter, sizeof(zoe_buffer), address_bytes);
    memory->work.buffers_max = work_buffers;
}

void zoe_memory_destroy(zoe_memory *memory)
{
    zoe_slab_destroy(&memory->frames);
    zoe_slab_destroy(&memory->work);
}

/* What is used, but for what is on its way back in the same step. */
static uint64_t used(const zoe_memory *memory)
{
    return zoe_meter_used(&memory->meter) - memory->returns.bytes;
}

uint64_t zoe_memory_excess(const zoe_memory *memory, uint64_t limit)
{
    return zoe_bytes_beyond(used(memory) - memory->returning, limit);
}

/* What nobody uses. */
static uint64_t spare(const zoe_slab *slab)
{
    return slab->free_cost + slab->surplus_bytes;
}

uint64_t zoe_memory_lacking(const zoe_memory *memory, const zoe_demand *demands, size_t count,
                            uint32_t node, bool keeps_work)
{
    uint64_t unused = spare(&memory->frames) + (keeps_work ? 0 : spare(&memory->work));
    uint64_t bytes = zoe_bytes_beyond(used(memory), unused);
    /* Two of them may be for buffers of one size. */
    const zoe_buffer *counted = NULL;
    for (const zoe_demand *d = demands; d < demands + count; d++)
        bytes = zoe_bytes_add(bytes, keeps_work && d->slab == &memory->work
                                         ? zoe_slab_fresh_cost(d->slab, d->size, node, &counted)
                                         : zoe_slab_cost(d->slab, d->size.bytes));
    return zoe_bytes_beyond(bytes, zoe_meter_limit(&memory->meter));
}

uint64_t zoe_memory_detach(zoe_memory *memory, uint64_t bytes, zoe_buffer_size keep)
{
    uint64_t got = zoe_slab_detach(&memory->frames, bytes, keep, &memory->returns);
    if (got < bytes)
        got += zoe_slab_detach(&memory->work, bytes - got, keep, &memory->returns);
    return got;
}

void zoe_memory_detach_frames(zoe_memory *memory)
{
    zoe_slab *frames = &memory->frames;
    /* Not more than that: surplus comes after it. */
    zoe_slab_detach(frames, frames->free_cost, (zoe_buffer_size){0, 0}, &memory->returns);
}

zoe_status zoe_memory_take(zoe_memory *memory, const zoe_demand *d, uint32_t node)
{
    uint64_t fresh;
    for (;;) {
        const zoe_buffer *counted = NULL;
        fresh = zoe_slab_fresh_cost(d->slab, d->size, node, &counted);
        uint64_t lacking =
            zoe_bytes_beyond(zoe_bytes_add(used(memory), fresh), zoe_meter_limit(&memory->meter));
        if (lacking == 0)
            break;
        if (!zoe_memory_detach(memory, lacking, d->size))
            return ZOE_ERROR_OVER_BUDGET;
    }
    /* What is on its way back goes over to what takes its place: that is touched when the pages are
     * back. */
    uint64_t over = fresh < memory->returns.bytes ? fresh : memory->returns.bytes;
    zoe_meter_give(&memory->meter, over);
    memory->returns.bytes -= over;
    return zoe_slab_take(d->slab, d->size, node, d->buffer);
}

zoe_returns zoe_memory_begin_returns(zoe_memory *memory)
{
    zoe_returns mine = memory->returns;
    memory->returns = (zoe_returns){.bytes = 0};
    memory->returning += mine.bytes;
    return mine;
}

void zoe_memory_end_returns(zoe_memory *memory, zoe_returns *mine)
{
    memory->returning -= mine->bytes;
    zoe_meter_give(&memory->meter, mine->bytes);
    zoe_slab_reinstate(&memory->frames, mine, &memory->returns);
}

/* ---- checks ---- */

typedef struct census {
    uint64_t committed, free, surplus;
    bool is_sound;
} census;

static void count_buffer(void *user, zoe_buffer *buffer)
{
    census *sum = user;
    sum->is_sound = sum->is_sound && buffer->needed <= buffer->committed;
    sum->committed += buffer->committed;
    if (buffer->in_use)
        sum->surplus += buffer->committed - buffer->needed;
    else
        sum->free += buffer->committed;
}

static uint64_t count(zoe_slab *slab, bool *is_sound)
{
    census sum = {.is_sound = true};
    zoe_slab_visit(slab, count_buffer, &sum);
    *is_sound = *is_sound && sum.is_sound && sum.free == slab->free_bytes &&
                sum.surplus == slab->surplus_bytes;
    return sum.committed;
}

bool zoe_memory_is_sound(zoe_memory *memory)
{
    bool is_sound = true;
    uint64_t committed = count(&memory->frames, &is_sound) + count(&memory->work, &is_sound);
    return is_sound && zoe_meter_used(&memory->meter) >= committed;
}
