#include "cache/table.h"

#include <assert.h>
#include <string.h>

_Static_assert(sizeof(zoe_slot) == 64, "a cache line each");

zoe_table *zoe_table_create(const zoe_sequence *sequence, struct zoe_source *source, zoe_lock *lock,
                            _Atomic uint64_t *changes)
{
    zoe_table *table = zoe_os_alloc(sizeof *table);
    if (!table)
        return NULL;
    table->lock = lock;
    table->source = source;
    table->changes = changes;
    table->count = zoe_sequence_count(sequence);
    size_t count = (size_t)table->count;
    table->slots = zoe_os_reserve(count * sizeof *table->slots, zoe_os_page());
    table->states = zoe_os_reserve(count, zoe_os_page());
    table->nearness = zoe_os_reserve(count, zoe_os_page());
    if (!table->slots || !table->states || !table->nearness ||
        zoe_victims_init(&table->victims, table->count) != ZOE_OK) {
        zoe_table_destroy(table);
        return NULL;
    }
    /* Nobody else knows the table yet: relaxed. */
    for (int64_t i = 0; i < table->count; i++)
        if (!zoe_sequence_has_file(sequence, i))
            atomic_store_explicit(&table->states[i], ZOE_FRAME_MISSING, memory_order_relaxed);
    return table;
}

void zoe_table_set_nearness_locked(zoe_table *table, int64_t position, zoe_nearness nearness)
{
    zoe_lock_assert_held(table->lock);
    if (!table->is_far)
        return;
    atomic_store_explicit(&table->nearness[position], (uint8_t)nearness, memory_order_relaxed);
    atomic_fetch_add_explicit(table->changes, 1, memory_order_release);
}

void zoe_table_destroy(zoe_table *table)
{
    /* A state byte says whether its slot was ever touched: reading the slots of 100,000 untouched
     * frames would map them all. */
    for (int64_t i = 0; table->slots && table->states && i < table->count; i++)
        if (atomic_load_explicit(&table->states[i], memory_order_relaxed) != ZOE_FRAME_EMPTY)
            zoe_os_free(table->slots[i].note);
    size_t count = (size_t)table->count;
    zoe_os_unreserve(table->slots, count * sizeof *table->slots);
    zoe_os_unreserve(table->states, count);
    zoe_os_unreserve(table->nearness, count);
    zoe_victims_destroy(&table->victims);
    zoe_os_free(table);
}

zoe_frame_buffer *zoe_table_pin(const zoe_table *table, int64_t position)
{
    if (!zoe_state_is_loaded(zoe_table_state(table, position)))
        return NULL;
    zoe_slot *slot = &table->slots[position];
    zoe_frame_buffer *buffer = atomic_load_explicit(&slot->buffer, memory_order_acquire);
    uint64_t generation = atomic_load_explicit(&slot->generation, memory_order_relaxed);
    return buffer && zoe_hold_pin(&buffer->hold, generation) ? buffer : NULL;
}

/* Puts a copy of an error in place of the note that there is, if any; NULL: none. */
static void set_note_locked(zoe_slot *slot, const zoe_error *error, const zoe_os_file_id *id)
{
    zoe_os_free(slot->note);
    slot->note = NULL;
    size_t length = error ? strlen(error->text) : 0;
    zoe_note *note = error ? zoe_os_alloc(sizeof *note + length + 1) : NULL;
    if (!note)
        return;
    note->status = error->status;
    note->file_id = *id;
    memcpy(note->text, error->text, length + 1);
    slot->note = note;
}

static void set_state_locked(zoe_table *table, int64_t position, zoe_frame_state state,
                             const zoe_error *why, const zoe_os_file_id *id)
{
    zoe_lock_assert_held(table->lock);
    set_note_locked(&table->slots[position], why, id);
    atomic_store_explicit(&table->states[position], (uint8_t)state, memory_order_release);
    atomic_fetch_add_explicit(table->changes, 1, memory_order_release);
}

static zoe_frame_state empty_state(const zoe_table *table, int64_t position)
{
    return table->slots[position].needs.bytes ? ZOE_FRAME_HEADER : ZOE_FRAME_EMPTY;
}

void zoe_table_claim_locked(zoe_table *table, int64_t position)
{
    assert(zoe_state_is_empty(zoe_table_state(table, position)));
    set_state_locked(table, position, ZOE_FRAME_LOADING, NULL, NULL);
}

void zoe_table_publish_locked(zoe_table *table, int64_t position, zoe_frame_buffer *buffer,
                              uint64_t last_use, const zoe_error *incomplete)
{
    assert(zoe_table_state(table, position) == ZOE_FRAME_LOADING);
    zoe_slot *slot = &table->slots[position];
    buffer->table = table;
    buffer->position = position;
    buffer->source = table->source;
    atomic_store_explicit(&slot->last_use, last_use, memory_order_relaxed);
    atomic_store_explicit(&slot->missed, 0, memory_order_relaxed);
    atomic_store_explicit(&slot->generation, buffer->frame.generation, memory_order_relaxed);
    atomic_store_explicit(&slot->buffer, buffer, memory_order_release);
    zoe_victims_add(&table->victims, position, last_use);
    if (!table->keeps)
        zoe_table_set_nearness_locked(table, position, ZOE_FAR);
    set_state_locked(table, position, incomplete ? ZOE_FRAME_INCOMPLETE : ZOE_FRAME_LOADED,
                     incomplete, &buffer->file_id);
}

void zoe_table_refuse_locked(zoe_table *table, int64_t position, zoe_frame_state state,
                             const zoe_error *why, const zoe_os_file_id *id)
{
    assert(state == ZOE_FRAME_NO_ROOM || zoe_table_state(table, position) == ZOE_FRAME_LOADING);
    assert(state == ZOE_FRAME_ERROR || zoe_state_is_empty(zoe_table_state(table, position)));
    set_state_locked(table, position, state, why, id);
}

void zoe_table_unblock_locked(zoe_table *table, int64_t position)
{
    if (zoe_table_state(table, position) == ZOE_FRAME_NO_ROOM)
        set_state_locked(table, position, empty_state(table, position), NULL, NULL);
}

void zoe_table_abandon_locked(zoe_table *table, int64_t position)
{
    assert(zoe_table_state(table, position) == ZOE_FRAME_LOADING);
    set_state_locked(table, position, empty_state(table, position), NULL, NULL);
}

void zoe_table_let_go_locked(zoe_table *table, int64_t position)
{
    zoe_slot *slot = &table->slots[position];
    assert(zoe_state_is_loaded(zoe_table_state(table, position)));
    zoe_victims_remove(&table->victims, position);
    atomic_load_explicit(&slot->buffer, memory_order_relaxed)->table = NULL;
    atomic_store_explicit(&slot->buffer, NULL, memory_order_relaxed);
    set_state_locked(table, position, empty_state(table, position), NULL, NULL);
}

void zoe_table_move_locked(zoe_table *from, int64_t position, zoe_table *to, int64_t to_position)
{
    zoe_slot *source = &from->slots[position], *target = &to->slots[to_position];
    zoe_frame_state state = zoe_table_state(from, position);
    zoe_note *note = source->note;
    assert(state != ZOE_FRAME_MISSING);
    source->note = NULL;
    *target = *source;
    *source = (zoe_slot){.note = NULL};
    zoe_frame_buffer *buffer = target->buffer;
    if (buffer) {
        buffer->table = to;
        buffer->position = to_position;
        zoe_victims_remove(&from->victims, position);
        zoe_victims_add(&to->victims, to_position, target->last_use);
    }
    to->keeps = from->keeps;
    zoe_table_set_nearness_locked(to, to_position, zoe_table_nearness(from, position));
    set_state_locked(from, position, ZOE_FRAME_EMPTY, NULL, NULL);
    set_state_locked(to, to_position, state, NULL, NULL);
    target->note = note;
}

void zoe_table_reset_locked(zoe_table *table, int64_t position, bool has_file)
{
    zoe_frame_state state = zoe_table_state(table, position);
    zoe_frame_state next = has_file ? ZOE_FRAME_EMPTY : ZOE_FRAME_MISSING;
    assert(state != ZOE_FRAME_LOADING && !zoe_state_is_loaded(state));
    table->slots[position].needs = (zoe_needs){0, 0, 0};
    table->slots[position].retries = 0;
    zoe_table_set_nearness_locked(table, position, ZOE_FAR);
    if (state != next)
        set_state_locked(table, position, next, NULL, NULL);
}

void zoe_table_retry_locked(zoe_table *table)
{
    for (int64_t i = 0; i < table->count; i++) {
        if (zoe_table_state(table, i) != ZOE_FRAME_ERROR)
            continue;
        const zoe_note *note = table->slots[i].note;
        if (!note || zoe_status_is_for_memory(note->status))
            zoe_table_reset_locked(table, i, true);
    }
}
