#include "cache/slots.h"

#include <assert.h>
#include <string.h>

#include "cache/cache.h"

_Static_assert(sizeof(zoe_slot) == 64, "a cache line each");

static size_t pages(size_t bytes)
{
    size_t page = zoe_os_page();
    return (bytes + page - 1) / page * page;
}

zoe_table *zoe_table_create(struct zoe_cache *cache, const zoe_sequence *sequence)
{
    zoe_table *table = zoe_os_alloc(sizeof *table);
    if (!table)
        return NULL;
    table->cache = cache;
    table->count = zoe_sequence_count(sequence);
    size_t count = (size_t)table->count;
    table->slots = zoe_os_reserve(pages(count * sizeof *table->slots), zoe_os_page());
    table->states = zoe_os_reserve(pages(count), zoe_os_page());
    if (!table->slots || !table->states) {
        zoe_table_destroy(table);
        return NULL;
    }
    for (int64_t i = 0; i < table->count; i++) {
        if (zoe_sequence_has_file(sequence, i))
            continue;
        /* Nobody else knows the table yet: relaxed. */
        atomic_store_explicit(&table->slots[i].word, ZOE_FRAME_MISSING, memory_order_relaxed);
        atomic_store_explicit(&table->states[i], ZOE_FRAME_MISSING, memory_order_relaxed);
    }
    return table;
}

void zoe_table_destroy(zoe_table *table)
{
    /* A state byte says whether its slot was ever touched: reading the slots of 100,000 untouched
     * frames would map them all. */
    for (int64_t i = 0; table->slots && table->states && i < table->count; i++)
        if (atomic_load_explicit(&table->states[i], memory_order_relaxed) != ZOE_FRAME_EMPTY)
            zoe_os_free(table->slots[i].note);
    size_t count = (size_t)table->count;
    zoe_os_unreserve(table->slots, pages(count * sizeof *table->slots));
    zoe_os_unreserve(table->states, pages(count));
    zoe_os_free(table);
}

bool zoe_slot_is_empty(const zoe_slot *slot)
{
    zoe_frame_state state = zoe_slot_state(slot);
    return state == ZOE_FRAME_EMPTY || state == ZOE_FRAME_HEADER;
}

bool zoe_slot_pin(zoe_slot *slot, uint64_t *generation)
{
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);
    do {
        if ((word & (ZOE_SLOT_STATE | ZOE_SLOT_DOOMED)) != ZOE_FRAME_LOADED ||
            (word & ZOE_SLOT_PINS) == ZOE_SLOT_PINS)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&slot->word, &word, word + ZOE_SLOT_PIN,
                                                    memory_order_acquire, memory_order_relaxed));
    *generation = word / ZOE_SLOT_GENERATION;
    return true;
}

const zoe_buffer *zoe_slot_pinned_buffer(zoe_slot *slot, uint64_t generation)
{
    const zoe_buffer *buffer = atomic_load_explicit(&slot->buffer, memory_order_acquire);
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);
    return word / ZOE_SLOT_GENERATION == generation ? buffer : NULL;
}

zoe_unpin zoe_slot_unpin(zoe_slot *slot, uint64_t generation)
{
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);
    do {
        if (word / ZOE_SLOT_GENERATION != generation)
            return ZOE_UNPIN_REMNANT;
        assert(word & ZOE_SLOT_PINS);
    } while (!atomic_compare_exchange_weak_explicit(&slot->word, &word, word - ZOE_SLOT_PIN,
                                                    memory_order_seq_cst, memory_order_relaxed));
    if ((word & ZOE_SLOT_PINS) != ZOE_SLOT_PIN)
        return ZOE_UNPIN_NOTHING;
    return word & ZOE_SLOT_DOOMED ? ZOE_UNPIN_REAP : ZOE_UNPIN_FREE;
}

/* The state byte follows the word; the counter follows the byte (release), so that who sees the
 * counter sees the byte. */
static void show_state(zoe_table *table, int64_t position, zoe_frame_state state)
{
    zoe_cache_assert_locked(table->cache);
    atomic_store_explicit(&table->states[position], (uint8_t)state, memory_order_relaxed);
    atomic_fetch_add_explicit(&table->changes, 1, memory_order_release);
}

/* Replaces state and doom of a word without pins, keeping the generation. */
static void set_state(zoe_table *table, int64_t position, zoe_frame_state state)
{
    zoe_slot *slot = &table->slots[position];
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);
    assert((word & ZOE_SLOT_PINS) == 0);
    uint64_t next = (word & ~(ZOE_SLOT_GENERATION - 1)) | (uint64_t)state;
    atomic_store_explicit(&slot->word, next, memory_order_release);
    show_state(table, position, state);
}

void zoe_slot_claim_locked(zoe_table *table, int64_t position)
{
    zoe_slot *slot = &table->slots[position];
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);
    assert((word & ZOE_SLOT_STATE) == ZOE_FRAME_EMPTY ||
           (word & ZOE_SLOT_STATE) == ZOE_FRAME_HEADER);
    uint64_t generation = (word & ~(ZOE_SLOT_GENERATION - 1)) + ZOE_SLOT_GENERATION;
    atomic_store_explicit(&slot->word, generation | ZOE_FRAME_LOADING, memory_order_relaxed);
    show_state(table, position, ZOE_FRAME_LOADING);
}

void zoe_slot_publish_locked(zoe_table *table, int64_t position, bool incomplete)
{
    assert(zoe_slot_state(&table->slots[position]) == ZOE_FRAME_LOADING);
    atomic_store_explicit(&table->slots[position].missed, 0, memory_order_relaxed);
    set_state(table, position, ZOE_FRAME_LOADED);
    if (incomplete)
        show_state(table, position, ZOE_FRAME_INCOMPLETE);
}

void zoe_slot_fail_locked(zoe_table *table, int64_t position)
{
    assert(zoe_slot_state(&table->slots[position]) == ZOE_FRAME_LOADING);
    set_state(table, position, ZOE_FRAME_ERROR);
}

void zoe_slot_abandon_locked(zoe_table *table, int64_t position)
{
    assert(zoe_slot_state(&table->slots[position]) == ZOE_FRAME_LOADING);
    set_state(table, position,
              table->slots[position].needs.bytes ? ZOE_FRAME_HEADER : ZOE_FRAME_EMPTY);
}

bool zoe_slot_evict_locked(zoe_table *table, int64_t position)
{
    zoe_slot *slot = &table->slots[position];
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_seq_cst);
    do {
        assert((word & ZOE_SLOT_STATE) == ZOE_FRAME_LOADED);
        /* A doomed frame without pins is about to be reaped by whoever held the last one. */
        if (word & (ZOE_SLOT_PINS | ZOE_SLOT_DOOMED))
            return false;
        /* acquire: after the last reader's unpin. Weak failures can only come from pins. */
    } while (!atomic_compare_exchange_weak_explicit(
        &slot->word, &word, (word & ~(ZOE_SLOT_GENERATION - 1)) | ZOE_FRAME_HEADER,
        memory_order_acquire, memory_order_relaxed));
    show_state(table, position, ZOE_FRAME_HEADER);
    return true;
}

bool zoe_slot_doom_locked(zoe_table *table, int64_t position)
{
    zoe_slot *slot = &table->slots[position];
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);
    do {
        assert((word & ZOE_SLOT_STATE) == ZOE_FRAME_LOADED);
        if (word & ZOE_SLOT_DOOMED)
            return true;
        if (!(word & ZOE_SLOT_PINS))
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&slot->word, &word, word | ZOE_SLOT_DOOMED,
                                                    memory_order_relaxed, memory_order_relaxed));
    table->doomed++;
    return true;
}

void zoe_slot_reap_locked(zoe_table *table, int64_t position)
{
    assert(atomic_load_explicit(&table->slots[position].word, memory_order_relaxed) &
           ZOE_SLOT_DOOMED);
    set_state(table, position, ZOE_FRAME_HEADER);
    table->doomed--;
}

bool zoe_slot_replace_locked(zoe_table *table, int64_t position, zoe_remnant *remnant)
{
    zoe_slot *slot = &table->slots[position];
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed), next;
    do {
        assert((word & ZOE_SLOT_STATE) == ZOE_FRAME_LOADED);
        /* A doomed frame without pins is about to be reaped by whoever held the last one. */
        if (!(word & ZOE_SLOT_PINS))
            return false;
        next = (word & ~(ZOE_SLOT_GENERATION - 1)) + ZOE_SLOT_GENERATION;
        /* acquire: the remnant's last pin shall come after the reads of those given back before. */
    } while (!atomic_compare_exchange_weak_explicit(&slot->word, &word, next | ZOE_FRAME_HEADER,
                                                    memory_order_acq_rel, memory_order_relaxed));
    if (!(word & ZOE_SLOT_DOOMED))
        table->doomed++;
    *remnant = (zoe_remnant){
        .next = table->remnants,
        .position = position,
        .generation = word / ZOE_SLOT_GENERATION,
        .pins = (word & ZOE_SLOT_PINS) / ZOE_SLOT_PIN,
        .buffer = atomic_load_explicit(&slot->buffer, memory_order_relaxed),
    };
    table->remnants = remnant;
    remnant->buffer->position = -1;
    /* release: after the word, see zoe_slot_pinned_buffer(). */
    atomic_store_explicit(&slot->buffer, NULL, memory_order_release);
    show_state(table, position, ZOE_FRAME_HEADER);
    return true;
}

zoe_remnant *zoe_slot_unpin_remnant_locked(zoe_table *table, int64_t position, uint64_t generation)
{
    zoe_cache_assert_locked(table->cache);
    zoe_remnant **link = &table->remnants;
    for (assert(*link); (*link)->position != position || (*link)->generation != generation;
         assert(*link))
        link = &(*link)->next;
    zoe_remnant *remnant = *link;
    if (--remnant->pins > 0)
        return NULL;
    *link = remnant->next;
    table->doomed--;
    return remnant;
}

void zoe_slot_forget_needs_locked(zoe_table *table, int64_t position)
{
    table->slots[position].needs = (zoe_needs){0, 0, 0};
    if (zoe_slot_state(&table->slots[position]) == ZOE_FRAME_HEADER)
        set_state(table, position, ZOE_FRAME_EMPTY);
}

void zoe_slot_reset_locked(zoe_table *table, int64_t position, bool has_file)
{
    zoe_frame_state state = zoe_slot_state(&table->slots[position]);
    zoe_frame_state next = has_file ? ZOE_FRAME_EMPTY : ZOE_FRAME_MISSING;
    assert(state != ZOE_FRAME_LOADING && state != ZOE_FRAME_LOADED);
    zoe_slot_set_error_locked(table, position, NULL);
    table->slots[position].needs = (zoe_needs){0, 0, 0};
    table->slots[position].retries = 0;
    if (state != next)
        set_state(table, position, next);
}

void zoe_slot_set_error_locked(zoe_table *table, int64_t position, const zoe_error *error)
{
    zoe_cache_assert_locked(table->cache);
    zoe_slot *slot = &table->slots[position];
    zoe_os_free(slot->note);
    slot->note = NULL;
    if (!error)
        return;
    size_t length = strlen(error->text);
    zoe_note *note = zoe_os_alloc(sizeof *note + length + 1);
    if (!note)
        return;
    note->status = error->status;
    memcpy(note->text, error->text, length + 1);
    slot->note = note;
}
