#include "storage/disk_writer.h"

/* What of a block's object the writer needs, copied under the lock. */
typedef struct job {
    zoe_held_block *block;
    zoe_far_object *object;
    zoe_disk_key key;
    bool has_record; /* it is to be written too */
    uint8_t record[ZOE_RECORD_BYTES];
} job;

/* The oldest that is unwritten. false: the end. Lock held. */
static bool next_locked(zoe_remote *remote, job *j)
{
    while (!remote->unwritten) {
        if (remote->is_ending)
            return false;
        zoe_lock_wait(&remote->lock, &remote->writer_wake, ZOE_FOREVER);
    }
    zoe_held_block *b = remote->unwritten;
    remote->unwritten = b->next_unwritten;
    if (!remote->unwritten)
        remote->unwritten_end = &remote->unwritten;
    zoe_far_object *object = (zoe_far_object *)(uintptr_t)b->object;
    j->block = b;
    j->object = object;
    j->key = object->key;
    j->has_record = object->is_unrecorded && b->is_listed;
    if (j->has_record)
        zoe_fetch_make_record(object->tag, object->is_whole_only, j->record);
    return true;
}

static bool write_block(zoe_remote *remote, const job *j)
{
    const zoe_held_block *b = j->block;
    uint64_t first = b->index == ZOE_BLOCK_WHOLE ? 0 : b->index;
    bool written = true;
    for (uint64_t at = 0; at < b->bytes && written; at += ZOE_DISK_BLOCK) {
        size_t bytes =
            b->bytes - at < ZOE_DISK_BLOCK ? (size_t)(b->bytes - at) : (size_t)ZOE_DISK_BLOCK;
        written = zoe_disk_cache_write(remote->disk, j->key, first + at / ZOE_DISK_BLOCK,
                                       b->data + at, bytes);
    }
    return written;
}

static bool write_record(zoe_remote *remote, const job *j)
{
    zoe_disk_cache_remove(remote->disk, j->object->record_key, ZOE_RECORD_INDEX);
    return zoe_disk_cache_write(remote->disk, j->object->record_key, ZOE_RECORD_INDEX, j->record,
                                sizeof j->record);
}

void zoe_disk_writer_run(void *arg)
{
    zoe_remote *remote = arg;
    job j;
    zoe_os_thread_name("zoe-disk");
    zoe_os_thread_lower_priority();
    zoe_disk_cache_trim(remote->disk);
    zoe_lock_take(&remote->lock);
    while (next_locked(remote, &j)) {
        bool is_current = j.block->is_listed;
        zoe_lock_give(&remote->lock);
        /* One that is out of the table is of an object as it was. */
        bool written = is_current && write_block(remote, &j);
        bool recorded = written && j.has_record && write_record(remote, &j);
        zoe_lock_take(&remote->lock);
        j.block->is_unwritten = false;
        if (is_current)
            remote->is_disk_failing = !written;
        if (written)
            j.block->is_fresh = false;
        if (recorded && j.object->key.low == j.key.low && j.object->key.high == j.key.high)
            j.object->is_unrecorded = false;
        zoe_held_drop(&remote->held, j.block);
        j.object->holds--;
        zoe_fetch_signal_locked(remote);
    }
    zoe_lock_give(&remote->lock);
}
