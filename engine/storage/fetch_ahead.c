#include "storage/fetch_ahead.h"

#include <stdio.h>

/* Under way at a time but for what is urgent: what 5 Gbit/s carry in 40 ms. */
enum { LINE_BYTES = 24 << 20 };

/* ---- memory of what is no longer wanted ---- */

/* One of the demand's questions, which are asked without the lock. */
static bool demand_says_locked(zoe_remote *remote, bool (*ask)(void *, zoe_demand_token),
                               zoe_demand_token token)
{
    void *user = remote->demand->user;
    zoe_lock_give(&remote->lock);
    bool answer = ask(user, token);
    zoe_lock_take(&remote->lock);
    return answer;
}

static bool is_wanted_locked(zoe_remote *remote, zoe_demand_token token)
{
    return demand_says_locked(remote, remote->demand->is_wanted, token);
}

static bool is_jump_locked(zoe_remote *remote, zoe_demand_token token)
{
    return demand_says_locked(remote, remote->demand->is_jump, token);
}

static bool is_awaited_locked(zoe_remote *remote, zoe_demand_token token)
{
    return demand_says_locked(remote, remote->demand->is_awaited, token);
}

static bool is_fresh(const zoe_held_block *b)
{
    return b->is_fresh && b->state == ZOE_HELD_READY;
}

/* Blocks that were fetched ahead for what nobody wants any more need not stay. Returns whether any
 * may go now. `flight`: its own are in nobody's way; *others: there are others that stay. */
static bool free_unwanted_locked(zoe_remote *remote, const zoe_flight *flight, bool *others)
{
    const zoe_far_object *looked_at[64];
    size_t count = 0;
    bool any = false;
    *others = false;
    for (;;) {
        const zoe_held_block *b = remote->held.oldest;
        for (size_t i = 0; b; b = b->newer) {
            for (i = 0; i < count && looked_at[i] != b->object; i++)
                ;
            if (is_fresh(b) && b->object != flight->object && i == count)
                break;
        }
        if (!b || count == sizeof looked_at / sizeof *looked_at)
            return any;
        const zoe_far_object *object = b->object;
        looked_at[count++] = object;
        if (is_wanted_locked(remote, object->token)) {
            *others = true;
            continue;
        }
        any = true;
        for (zoe_held_block *c = remote->held.oldest; c; c = c->newer)
            if (c->object == object)
                c->is_fresh = false;
    }
}

/* ---- one flight ---- */

typedef enum step {
    STEP_WAIT,  /* for what is under way */
    STEP_AGAIN, /* something was done */
    STEP_ROOM,  /* there is no memory for its next block */
    STEP_END,   /* its status says how */
} step;

/* Whether a block needs no request: in memory, on its way, or on disk. Lock held, and given back
 * while it looks at the disk. */
static bool is_near_locked(zoe_remote *remote, const zoe_far_object *object, uint64_t index)
{
    if (zoe_held_find(&remote->held, object, index))
        return true;
    zoe_disk_key key = object->key;
    uint64_t count = zoe_fetch_block_count(object);
    bool on_disk;
    zoe_lock_give(&remote->lock);
    if (index == ZOE_BLOCK_WHOLE) {
        on_disk = true;
        for (uint64_t i = 0; on_disk && i < count; i++)
            on_disk = zoe_fetch_is_on_disk(remote, key, i);
    } else {
        on_disk = zoe_fetch_is_on_disk(remote, key, index);
    }
    zoe_lock_take(&remote->lock);
    return on_disk || zoe_held_find(&remote->held, object, index) != NULL;
}

/* Goes over blocks that have arrived. */
static void advance_locked(zoe_remote *remote, zoe_flight *flight, uint64_t count)
{
    const zoe_far_object *object = flight->object;
    while (flight->near_until < flight->asked_until && flight->near_until < count) {
        uint64_t index = zoe_fetch_index(object, flight->near_until);
        const zoe_held_block *b = zoe_held_find(&remote->held, object, index);
        if (b && b->state == ZOE_HELD_FETCHING)
            return;
        if (!b && !is_near_locked(remote, object, index)) {
            flight->asked_until = flight->near_until; /* it is to be asked for again */
            return;
        }
        flight->near_until = index == ZOE_BLOCK_WHOLE ? count : flight->near_until + 1;
    }
}

/* Whether enough is under way to keep a line busy; more would be in the way of what the user jumps
 * to. */
static bool is_line_full(const zoe_remote *remote)
{
    uint64_t bytes = 0;
    for (const zoe_held_block *b = remote->held.oldest; b; b = b->newer)
        if (b->state == ZOE_HELD_FETCHING && !b->request.is_urgent)
            bytes += b->capacity;
    return bytes >= LINE_BYTES;
}

/* Asks for the next blocks, as far as there is memory. Returns whether all were asked for. */
static bool ask_locked(zoe_remote *remote, zoe_flight *flight, uint64_t count)
{
    zoe_far_object *object = flight->object;
    while (flight->asked_until < count) {
        uint64_t index = zoe_fetch_index(object, flight->asked_until);
        bool near = is_near_locked(remote, object, index);
        if (object->state != ZOE_FAR_KNOWN || flight->status != ZOE_OK)
            return true; /* the lock was given back; the next step sees to it */
        if (!near && !flight->is_cold && is_line_full(remote))
            return true;
        if (!near) {
            zoe_held_block *b = zoe_fetch_block_locked(remote, object, index, flight, false);
            if (!b)
                return false;
            zoe_lock_give(&remote->lock);
            zoe_fetch_submit(b);
            zoe_lock_take(&remote->lock);
        }
        flight->asked_until = index == ZOE_BLOCK_WHOLE ? count : flight->asked_until + 1;
    }
    return true;
}

/* Whether there is a flight but that one. */
static bool is_any_used(const zoe_remote *remote, const zoe_flight *but)
{
    bool used = false;
    for (int i = 0; i < ZOE_FLIGHTS; i++)
        used = used || (remote->flights[i].is_used && &remote->flights[i] != but);
    return used;
}

/* Bytes of a flight's object that were not asked for yet; of one that is not known, a guess. */
static uint64_t unasked_bytes(const zoe_remote *remote, const zoe_flight *flight)
{
    const zoe_far_object *object = flight->object;
    if (object->state != ZOE_FAR_KNOWN)
        return remote->usual_bytes;
    uint64_t asked = flight->asked_until * ZOE_DISK_BLOCK;
    return asked < object->tag->id.bytes ? object->tag->id.bytes - asked : 0;
}

/* Whether memory has room for the beginning of a flight; NULL: one more than there are. Where
 * nothing goes to disk, that is for all of it: many beginnings would be in the way of each other's
 * ends. */
static bool has_room(const zoe_remote *remote, const zoe_flight *flight)
{
    bool on_disk = remote->disk && !remote->is_disk_failing;
    uint64_t stays =
        zoe_held_taken(&remote->held) + (on_disk ? ZOE_DISK_BLOCK : remote->usual_bytes);
    for (const zoe_held_block *b = remote->held.oldest; b; b = b->newer)
        if (b->state == ZOE_HELD_FETCHING || b->holds || b->is_fresh)
            stays += b->capacity;
    for (int i = 0; i < ZOE_FLIGHTS && !on_disk; i++)
        if (remote->flights[i].is_used && &remote->flights[i] != flight)
            stays += unasked_bytes(remote, &remote->flights[i]);
    uint64_t most = flight && flight->is_cold ? remote->held.bound : remote->ahead_bytes;
    return stays <= most || (!is_any_used(remote, flight) && !zoe_fetch_is_moving_locked(remote));
}

/* Whether one is what the user looks at: until it is there no other begins. */
static bool is_any_cold(const zoe_remote *remote)
{
    bool cold = false;
    for (int i = 0; i < ZOE_FLIGHTS; i++)
        cold = cold || (remote->flights[i].is_used && remote->flights[i].is_cold);
    return cold;
}

/* While it is asked what the object is: asks for all the blocks that it probably has, so that they
 * come in the same round trip. Returns whether there was memory for them. */
static bool guess_locked(zoe_remote *remote, zoe_flight *flight)
{
    zoe_far_object *object = flight->object;
    uint64_t count = zoe_fetch_guess_count(object);
    if (flight->asked_until == 0)
        flight->asked_until = 1; /* the opening takes the first */
    while (object->state == ZOE_FAR_OPENING && flight->asked_until < count) {
        uint64_t index = flight->asked_until;
        zoe_disk_key key = object->guess_key;
        zoe_lock_give(&remote->lock);
        bool near = zoe_fetch_is_on_disk(remote, key, index);
        zoe_lock_take(&remote->lock);
        if (object->state != ZOE_FAR_OPENING)
            return true;
        if (!near && !zoe_held_find(&remote->held, object, index)) {
            zoe_held_block *b = zoe_fetch_guess_locked(remote, object, index, flight);
            if (!b)
                return false;
            zoe_lock_give(&remote->lock);
            zoe_fetch_submit(b);
            zoe_lock_take(&remote->lock);
        }
        flight->asked_until = index + 1;
    }
    return true;
}

static step open_locked(zoe_remote *remote, zoe_flight *flight)
{
    zoe_far_object *object = flight->object;
    if (object->state == ZOE_FAR_OPENING) {
        bool others, guesses = flight->has_opened && flight->is_cold;
        bool is_freed = guesses && !guess_locked(remote, flight) &&
                        free_unwanted_locked(remote, flight, &others);
        /* The lock was given back meanwhile. */
        return is_freed || object->state != ZOE_FAR_OPENING ? STEP_AGAIN : STEP_WAIT;
    }
    if (flight->has_opened) {
        flight->status = object->open_status != ZOE_OK ? object->open_status : ZOE_ERROR_CHANGED;
        if (object->open_error)
            flight->error = *object->open_error;
        else
            zoe_error_set(&flight->error, flight->status, "%s", zoe_status_text(flight->status));
        return STEP_END;
    }
    if (!has_room(remote, flight))
        return STEP_ROOM;
    flight->has_opened = true;
    object->state = ZOE_FAR_OPENING;
    zoe_lock_give(&remote->lock);
    zoe_fetch_open(remote, object, flight);
    zoe_lock_take(&remote->lock);
    return STEP_AGAIN;
}

static step step_locked(zoe_remote *remote, zoe_flight *flight)
{
    if (flight->status != ZOE_OK)
        return STEP_END;
    if (flight->object->state != ZOE_FAR_KNOWN)
        return open_locked(remote, flight);
    flight->has_opened = true;
    uint64_t count = zoe_fetch_block_count(flight->object), asked = flight->asked_until;
    advance_locked(remote, flight, count);
    if (flight->near_until >= count)
        return STEP_END;
    if (!ask_locked(remote, flight, count))
        return STEP_ROOM;
    return flight->asked_until != asked ? STEP_AGAIN : STEP_WAIT;
}

/* ---- its end ---- */

static void end_locked(zoe_remote *remote, zoe_flight *flight)
{
    zoe_far_object *object = flight->object;
    zoe_fetch_cancel_locked(remote, object, flight);
    zoe_demand_token token = flight->token;
    zoe_status status = flight->status;
    zoe_error error = flight->error;
    zoe_os_file_id id = object->tag ? object->tag->id : (zoe_os_file_id){0, 0, 0};
    const zoe_storage_demand *demand = remote->demand;
    flight->is_used = false;
    object->holds--;
    zoe_lock_give(&remote->lock);
    demand->arrived(demand->user, token, status, &id, status ? &error : NULL);
    zoe_lock_take(&remote->lock);
}

static void end_with_locked(zoe_remote *remote, zoe_flight *flight, zoe_status status)
{
    flight->status = zoe_error_set(&flight->error, status, "%s", zoe_status_text(status));
    end_locked(remote, flight);
}

/* ---- what is no longer wanted ---- */

static void drop_unwanted_locked(zoe_remote *remote, bool all)
{
    for (int i = 0; i < ZOE_FLIGHTS; i++) {
        zoe_flight *flight = &remote->flights[i];
        if (!flight->is_used || (!all && is_wanted_locked(remote, flight->token)))
            continue;
        end_with_locked(remote, flight, ZOE_STALE);
    }
}

/* There is no memory for a flight's next block. Returns whether something was done. */
static bool make_do_locked(zoe_remote *remote, zoe_flight *flight)
{
    bool others;
    if (zoe_fetch_is_moving_locked(remote))
        return false;
    if (free_unwanted_locked(remote, flight, &others))
        return true;
    if (zoe_fetch_is_moving_locked(remote))
        return false;
    if (others) {
        remote->has_no_more = true;
        end_with_locked(remote, flight, ZOE_NO_ROOM);
    } else {
        /* It is larger than the memory: this is as near as it comes. */
        end_locked(remote, flight);
    }
    return true;
}

/* ---- what the user jumps to ---- */

/* It has the line for itself: what else is under way would be before it there, also what was jumped
 * to before. Blocks of theirs that have come stay. What another playhead waits for goes on: the two
 * are shown together. */
static void clear_line_locked(zoe_remote *remote, zoe_flight *flight)
{
    flight->is_cold = true;
    for (int i = 0; i < ZOE_FLIGHTS; i++) {
        zoe_flight *other = &remote->flights[i];
        if (other->is_used && other != flight && !is_awaited_locked(remote, other->token))
            end_with_locked(remote, other, ZOE_STALE);
    }
    remote->has_no_more = false;
}

/* What the user looked at no longer keeps others from beginning. */
static void free_line_locked(zoe_remote *remote)
{
    for (int i = 0; i < ZOE_FLIGHTS; i++) {
        zoe_flight *flight = &remote->flights[i];
        if (flight->is_used && flight->is_cold && !is_awaited_locked(remote, flight->token))
            flight->is_cold = false;
    }
}

/* It may be under way already. */
static void find_jump_locked(zoe_remote *remote)
{
    for (int i = 0; i < ZOE_FLIGHTS; i++) {
        zoe_flight *flight = &remote->flights[i];
        if (flight->is_used && is_jump_locked(remote, flight->token))
            clear_line_locked(remote, flight);
    }
}

/* ---- the next ---- */

static zoe_flight *free_flight(zoe_remote *remote)
{
    for (int i = 0; i < ZOE_FLIGHTS; i++)
        if (!remote->flights[i].is_used)
            return &remote->flights[i];
    return NULL;
}

/* Whether another may begin. What a playhead is at always may: where there is no flight for it, one
 * that is wanted later ends. */
static bool may_begin_locked(zoe_remote *remote)
{
    const zoe_storage_demand *demand = remote->demand;
    if (!demand || remote->is_detaching || remote->has_no_more)
        return false;
    bool is_full = !free_flight(remote), is_cold = is_any_cold(remote);
    if (!is_full && !is_cold)
        return remote->may_jump || (!is_line_full(remote) && has_room(remote, NULL));
    zoe_lock_give(&remote->lock);
    bool is_waiting = demand->is_waiting(demand->user);
    zoe_lock_take(&remote->lock);
    for (int i = ZOE_FLIGHTS; is_waiting && is_full && i-- > 0;)
        if (!is_awaited_locked(remote, remote->flights[i].token)) {
            end_with_locked(remote, &remote->flights[i], ZOE_STALE);
            is_full = false;
        }
    return is_waiting && !is_full;
}

static bool begin_locked(zoe_remote *remote)
{
    const zoe_storage_demand *demand = remote->demand;
    char path[ZOE_PATH_MAX];
    zoe_demand_token token;
    if (!may_begin_locked(remote))
        return false;
    zoe_flight *flight = free_flight(remote);
    zoe_lock_give(&remote->lock);
    bool has = demand->next(demand->user, path, sizeof path, &token);
    zoe_lock_take(&remote->lock);
    if (!has) {
        /* Unless it was woken since it said so. */
        remote->has_no_more = !remote->is_woken;
        return remote->is_woken;
    }
    *flight = (zoe_flight){.is_used = true, .token = token, .serial = ++remote->flight_serial};
    flight->is_cold = remote->is_cold;
    remote->is_cold = remote->may_jump = false;
    flight->object = zoe_fetch_object_locked(remote, path);
    if (flight->object) {
        flight->object->holds++;
        flight->object->token = token;
        if (is_jump_locked(remote, token))
            clear_line_locked(remote, flight);
    } else {
        flight->is_used = false;
        zoe_lock_give(&remote->lock);
        zoe_error error = {.status = ZOE_OK};
        zoe_error_set(&error, ZOE_ERROR_NO_MEMORY, "%s", zoe_status_text(ZOE_ERROR_NO_MEMORY));
        demand->arrived(demand->user, token, ZOE_ERROR_NO_MEMORY, NULL, &error);
        zoe_lock_take(&remote->lock);
    }
    return true;
}

/* The flight after one, in the order in which they began; NULL: it was the last. */
static zoe_flight *next_flight(zoe_remote *remote, uint64_t after)
{
    zoe_flight *best = NULL;
    for (int i = 0; i < ZOE_FLIGHTS; i++) {
        zoe_flight *f = &remote->flights[i];
        if (f->is_used && f->serial > after && (!best || f->serial < best->serial))
            best = f;
    }
    return best;
}

/* ---- the thread ---- */

/* One round over all flights, soonest wanted first. Returns whether something was done. */
static bool round_locked(zoe_remote *remote)
{
    bool done = remote->may_jump && begin_locked(remote);
    uint64_t serial = 0;
    for (zoe_flight *flight; (flight = next_flight(remote, serial)) != NULL;) {
        serial = flight->serial;
        step s = step_locked(remote, flight);
        if (s == STEP_END)
            end_locked(remote, flight);
        done = done || s == STEP_END || s == STEP_AGAIN;
        /* Those after it get no memory before it. */
        remote->needs_room = s == STEP_ROOM;
        if (s == STEP_ROOM)
            return make_do_locked(remote, flight) || done;
    }
    return begin_locked(remote) || done;
}

void zoe_fetch_ahead_run(void *arg)
{
    zoe_remote *remote = arg;
    zoe_os_thread_name("zoe-ahead");
    zoe_lock_take(&remote->lock);
    while (!remote->is_ending) {
        /* As it is now: only then are no flights left when the demand goes. */
        bool is_detaching = remote->is_detaching;
        if (remote->is_woken || is_detaching) {
            remote->is_cold =
                remote->is_cold || (remote->has_no_more && !is_any_used(remote, NULL));
            remote->has_no_more = remote->has_no_more && !remote->is_woken;
            remote->may_jump = remote->is_woken;
            remote->is_woken = false;
            drop_unwanted_locked(remote, is_detaching);
            if (remote->demand && !is_detaching) {
                free_line_locked(remote);
                find_jump_locked(remote);
            }
        }
        if (is_detaching) {
            remote->is_detaching = false;
            remote->demand = NULL;
            pthread_cond_broadcast(&remote->detached);
        }
        uint64_t signals = remote->signals;
        if (!round_locked(remote) && remote->signals == signals && !remote->is_woken &&
            !remote->is_detaching && !remote->is_ending)
            zoe_lock_wait(&remote->lock, &remote->ahead_wake, ZOE_FOREVER);
    }
    zoe_lock_give(&remote->lock);
}
