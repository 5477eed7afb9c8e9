#include "model/session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/frame_header.h"
#include "model/layer.h"

enum { PATH_CAPACITY = 4096 };

/* ---- life ---- */

zoe_status zoe_session_start(zoe_session *session, const zoe_session_setup *setup, zoe_error *error)
{
    memset(session, 0, sizeof *session);
    session->setup = *setup;
    session->candidate_at = -1;
    session->status = ZOE_LOADING;
    session->wake_ns = ZOE_NEVER;
    zoe_grade_init(&session->grade);
    return zoe_engine_create(&setup->engine, &session->engine, error);
}

static void drop_candidate(zoe_session *session)
{
    zoe_frame_release(&session->candidate);
    session->candidate_at = -1;
}

static void close_items(zoe_session *session)
{
    for (int i = 0; i < session->count; i++)
        zoe_variants_close(&session->items[i].variants);
    session->count = 0;
}

void zoe_session_end(zoe_session *session)
{
    drop_candidate(session);
    zoe_frame_release(&session->shown);
    close_items(session);
    zoe_engine_destroy(&session->engine);
}

zoe_session_item *zoe_session_item_now(zoe_session *session)
{
    return session->count ? &session->items[session->current] : NULL;
}

zoe_transport *zoe_session_transport(zoe_session *session)
{
    return session->count ? &session->items[session->current].transport : NULL;
}

const zoe_sequence *zoe_session_sequence(zoe_session *session)
{
    return session->count ? zoe_source_sequence(session->items[session->current].source) : NULL;
}

void zoe_session_touch(zoe_session *session)
{
    session->touched = 1;
}

/* ---- opening ---- */

/* The first position at or after `from` that has a file; wraps. There is one. */
static int64_t position_with_file(const zoe_sequence *sequence, int64_t from)
{
    int64_t count = zoe_sequence_count(sequence);
    for (int64_t i = 0; i < count; i++) {
        int64_t position = (from + i) % count;
        if (zoe_sequence_has_file(sequence, position))
            return position;
    }
    return from;
}

/* The layer as the header has it. A file without it does not change what is known; where nothing
 * is, the name stands for itself. */
static void describe_layer(zoe_session_item *item, const zoe_header *header,
                           const zoe_source_settings *settings)
{
    int32_t index = zoe_header_find_layer(header, settings->layer, settings->view);
    if (index >= 0) {
        item->is_data = zoe_layer_is_data(header, index);
        item->is_wide = zoe_layer_is_wide(header, index);
        item->is_hashed = zoe_layer_is_hashed(header, index);
        zoe_layer_label(header, index, item->layer, sizeof item->layer);
    } else if (!item->layer[0] && settings->layer) {
        snprintf(item->layer, sizeof item->layer, "%s", settings->layer);
    }
}

/* What only a file's header says. A file that cannot be read says nothing here; its frame will. */
static void read_first_header(zoe_session_item *item, const zoe_sequence *sequence,
                              int64_t position, const zoe_source_settings *settings)
{
    zoe_header *header = NULL;
    if (zoe_frame_header_read(sequence, position, &header, NULL) != ZOE_OK)
        return;
    item->file_rate = (zoe_rate){header->fps_numerator, header->fps_denominator};
    describe_layer(item, header, settings);
    zoe_header_free(&header);
}

/* Makes an item current: the others become idle, and nothing of theirs is looked at any more. */
static void make_current(zoe_session *session, int index)
{
    zoe_want idle = {.direction = 1, .idle = 1};
    drop_candidate(session);
    for (int i = 0; i < session->count; i++) {
        if (i == index)
            continue;
        zoe_transport *transport = &session->items[i].transport;
        zoe_transport_play(transport, 0, zoe_now_ns());
        (void)zoe_source_set_want(session->items[i].source, &idle);
        zoe_fallback_rest(&session->items[i].fallback, &session->items[i].variants);
    }
    session->current = index;
    session->foreign = session->shown.pin != NULL;
    session->is_fallback = 0;
    session->want_told = 0;
    session->trail_count = 0;
    session->scrubbing = 0;
    session->status = ZOE_LOADING;
    session->why.text[0] = '\0';
    session->playhead = -1;
    session->touched = 1;
}

/* 1 if the path names the file of one of the sequence's frames, in the words the sequence itself
 * would use: no folder is read to find out. */
static int is_frame_of(const zoe_sequence *sequence, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *folder = zoe_sequence_folder(sequence);
    size_t folder_length = slash ? (size_t)(slash - path) : 1;
    if (strlen(folder) != folder_length || strncmp(folder, slash ? path : ".", folder_length) != 0)
        return 0;
    const char *name = zoe_sequence_name(sequence);
    size_t before = strcspn(name, "#");
    if (!name[before] || strncmp(base, name, before) != 0)
        return 0;
    char found[PATH_CAPACITY];
    char *end;
    long long number = strtoll(base + before, &end, 10);
    if (end == base + before)
        return 0;
    int64_t position = zoe_sequence_position(sequence, number);
    if (position < 0 || position >= zoe_sequence_count(sequence) ||
        zoe_sequence_path(sequence, position, found, sizeof found) != ZOE_OK)
        return 0;
    const char *found_slash = strrchr(found, '/');
    return !strcmp(base, found_slash ? found_slash + 1 : found);
}

static int find_frame(const zoe_session *session, const char *path)
{
    for (int i = 0; i < session->count; i++) {
        if (is_frame_of(zoe_source_sequence(session->items[i].source), path))
            return i;
    }
    return -1;
}

static void adopt_form(zoe_session *session);

void zoe_session_show(zoe_session *session, int index)
{
    if (index == session->current)
        return;
    make_current(session, index);
    adopt_form(session);
}

/* A sequence in the engine, at the frame that was named; the caller's to close. */
static zoe_status open_item(zoe_session *session, const char *spec, zoe_session_item *item,
                            zoe_error *error)
{
    const zoe_session_setup *setup = &session->setup;
    zoe_sequence *sequence = NULL;
    memset(item, 0, sizeof *item);
    zoe_status status = zoe_sequence_open(spec, &sequence, error);
    if (status != ZOE_OK)
        return status;
    int64_t named = zoe_sequence_named_position(sequence);
    int64_t start = position_with_file(sequence, named < 0 ? 0 : named);
    int64_t count = zoe_sequence_count(sequence);
    read_first_header(item, sequence, start, &setup->source);
    status = zoe_source_open(session->engine, &sequence, &setup->source, &item->source, error);
    if (status != ZOE_OK) {
        zoe_sequence_close(&sequence);
        return status;
    }
    zoe_variants_begin(&item->variants, item->source, &setup->source);
    uint64_t now = zoe_now_ns();
    zoe_rate rate = setup->rate.numerator > 0 ? setup->rate : item->file_rate;
    zoe_transport_init(&item->transport, count);
    zoe_transport_set_rate(&item->transport, rate.numerator, rate.denominator, now);
    zoe_transport_set_loop(&item->transport, setup->loop);
    zoe_transport_set_policy(&item->transport, setup->policy, now);
    zoe_transport_seek(&item->transport, start, now);
    return ZOE_OK;
}

zoe_status zoe_session_open(zoe_session *session, const char *spec, int replace, zoe_error *error)
{
    int open = replace ? -1 : find_frame(session, spec);
    if (open >= 0) {
        zoe_session_show(session, open);
        return ZOE_OK;
    }
    if (session->count == ZOE_SESSION_ITEMS && !replace)
        return zoe_error_set(error, ZOE_ERROR_TOO_LARGE, "%s: not opened: %d sequences are open",
                             spec, (int)ZOE_SESSION_ITEMS);
    zoe_session_item item;
    zoe_status status = open_item(session, spec, &item, error);
    if (status != ZOE_OK)
        return status;
    if (replace) {
        drop_candidate(session);
        close_items(session);
    }
    session->items[session->count++] = item;
    make_current(session, session->count - 1);
    return ZOE_OK;
}

/* The neighbour of the current sequence among those of its folder; NULL when it is the only one. */
static const char *neighbour(const zoe_sequence *sequence, int by)
{
    size_t count = zoe_sequence_group_count(sequence);
    const char *name = zoe_sequence_name(sequence);
    zoe_sequence_group group;
    for (size_t i = 0; i < count && count > 1; i++) {
        if (zoe_sequence_group_at(sequence, i, &group) != ZOE_OK)
            return NULL;
        const char *slash = strrchr(group.pattern, '/');
        if (strcmp(slash ? slash + 1 : group.pattern, name) != 0)
            continue;
        size_t next = by > 0 ? (i + 1) % count : (i + count - 1) % count;
        return zoe_sequence_group_at(sequence, next, &group) == ZOE_OK ? group.pattern : NULL;
    }
    return NULL;
}

int zoe_session_switch(zoe_session *session, int by, zoe_error *error)
{
    if (session->count > 1) {
        zoe_session_show(session,
                         (session->current + (by > 0 ? 1 : session->count - 1)) % session->count);
        return 1;
    }
    const char *pattern = session->count ? neighbour(zoe_session_sequence(session), by) : NULL;
    if (!pattern)
        return 0;
    /* The text belongs to the sequence that opening closes. */
    char spec[PATH_CAPACITY];
    int length = snprintf(spec, sizeof spec, "%s", pattern);
    if (length <= 0 || (size_t)length >= sizeof spec)
        return 0;
    return zoe_session_open(session, spec, 1, error) == ZOE_OK;
}

/* ---- update ---- */

static void tell_want(zoe_session *session)
{
    zoe_session_item *item = &session->items[session->current];
    const zoe_transport *t = &item->transport;
    zoe_want want = {
        .playhead = t->playhead,
        .in = t->in,
        .out = t->out,
        .direction = t->direction,
        .playing = t->speed != 0,
        .loop = t->loop,
        .strategy = session->setup.strategy,
        .rate = zoe_transport_step_rate(t),
    };
    zoe_fallback_tell(&item->fallback, &item->variants, &want);
    if (session->want_told && zoe_same_want(&want, &session->want))
        return;
    session->want = want;
    session->want_told = zoe_source_set_want(item->source, &want) == ZOE_OK;
}

/* A frame without the chosen layer is as its default layer is. */
static void acquire_fallback(zoe_session *session, zoe_session_item *item, int64_t position)
{
    zoe_status status = zoe_fallback_acquire(&item->fallback, &item->variants, session->engine,
                                             position, &session->candidate);
    if (status != ZOE_OK && status != ZOE_LOADING)
        return;
    session->candidate_status = status;
    session->candidate_is_fallback = 1;
    zoe_fallback_tell(&item->fallback, &item->variants, &session->want);
}

/* A frame that can never come is ready too: playback goes on, with the last picture on screen. */
static int is_ready(void *user, int64_t position)
{
    zoe_session *session = user;
    zoe_session_item *item = &session->items[session->current];
    if (session->candidate_at != position || !session->candidate.pin) {
        drop_candidate(session);
        session->candidate_status = zoe_source_acquire(item->source, position, &session->candidate);
        session->candidate_at = position;
        session->candidate_is_fallback = 0;
        if (session->candidate_status == ZOE_ERROR_NO_LAYER)
            acquire_fallback(session, item, position);
    }
    return session->candidate_status != ZOE_LOADING;
}

static int is_fitted(const zoe_value_range *range)
{
    return range->min < range->max;
}

/* Of the layer on screen. */
static zoe_value_range *kept_range(zoe_session *session)
{
    zoe_session_item *item = &session->items[session->current];
    return session->is_fallback ? zoe_fallback_range(&item->fallback) : &item->range;
}

/* The range of values that becomes black to white. One for all frames of a layer, so that they can
 * be compared. */
static void use_range(zoe_session *session)
{
    const zoe_session_item *item = &session->items[session->current];
    int is_data = session->is_fallback ? item->fallback.is_data : item->is_data;
    zoe_value_range *kept = kept_range(session);
    zoe_value_range range = *kept;
    if ((session->shown.is_color || !is_fitted(kept)) &&
        zoe_value_range_first(&session->shown, is_data, &range))
        *kept = range;
    session->grade.range_min = range.min;
    session->grade.range_max = range.max;
}

/* What the fallback layer on screen is called. A file is read for that only while the playhead rests: a
 * slow volume may not hold up what moves. Returns 1 if something changed. */
static int name_fallback(zoe_session *session, const zoe_frame *frame)
{
    zoe_session_item *item = &session->items[session->current];
    int rests = !item->transport.speed && !session->scrubbing;
    return zoe_fallback_show(&item->fallback, &item->variants, frame, rests);
}

/* Puts the candidate on screen. Returns 1 if that is another picture, or it has another name. */
static int show_candidate(zoe_session *session)
{
    if (!session->candidate.pin)
        return 0;
    int other = !session->shown.pin || session->shown.generation != session->candidate.generation ||
                session->shown.position != session->candidate.position ||
                session->shown.planes[0].data != session->candidate.planes[0].data;
    int is_guess = session->items[session->current].fallback.is_guess;
    if (session->candidate_is_fallback && (other || !session->is_fallback || is_guess))
        other |= name_fallback(session, &session->candidate);
    zoe_frame_release(&session->shown);
    session->shown = session->candidate;
    session->is_fallback = session->candidate_is_fallback;
    session->foreign = 0;
    use_range(session);
    memset(&session->candidate, 0, sizeof session->candidate);
    session->candidate_at = -1;
    return other;
}

/* Where the playhead's frame cannot be shown, the picture before stays, maybe under a name that was
 * guessed while it played. Returns 1 if that changes. */
static int name_last(zoe_session *session)
{
    if (!session->items[session->current].fallback.is_guess ||
        !name_fallback(session, &session->shown))
        return 0;
    use_range(session);
    return 1;
}

/* Shows the newest frame of the trail that is ready, and forgets what was passed before it. */
static int show_trail(zoe_session *session)
{
    zoe_source *source = session->items[session->current].source;
    for (int i = session->trail_count - 1; i >= 0; i--) {
        uint8_t state = ZOE_FRAME_EMPTY;
        if (zoe_source_states(source, session->trail[i], 1, &state) != ZOE_OK ||
            (state != ZOE_FRAME_LOADED && state != ZOE_FRAME_INCOMPLETE))
            continue;
        drop_candidate(session);
        session->candidate_is_fallback = 0;
        if (zoe_source_acquire(source, session->trail[i], &session->candidate) != ZOE_OK)
            continue;
        int left = session->trail_count - i - 1;
        memmove(session->trail, session->trail + i + 1, (size_t)left * sizeof session->trail[0]);
        session->trail_count = left;
        return show_candidate(session);
    }
    return 0;
}

static void learn_status(zoe_session *session, zoe_status status, int incomplete)
{
    zoe_session_item *item = &session->items[session->current];
    session->status = status;
    session->why.text[0] = '\0';
    if (status == ZOE_OK && !incomplete)
        return;
    if (status == ZOE_LOADING || status == ZOE_MISSING)
        return;
    if (session->candidate_is_fallback)
        zoe_fallback_error(&item->variants, item->transport.playhead, &session->why);
    else
        (void)zoe_source_frame_error(item->source, item->transport.playhead, &session->why);
}

void zoe_session_update(zoe_session *session, uint64_t now_ns, zoe_session_step *step)
{
    *step = (zoe_session_step){0, 0, session->wake_ns};
    if (!session->count || (!session->touched && now_ns < session->wake_ns))
        return;
    session->touched = 0;
    zoe_transport *transport = zoe_session_transport(session);
    zoe_transport_step next;
    tell_want(session);
    drop_candidate(session);
    session->candidate_status = ZOE_LOADING;
    zoe_transport_update(transport, now_ns, is_ready, session, &next);
    tell_want(session);

    /* Make sure that what is known is known of the playhead, whatever the transport asked about. */
    (void)is_ready(session, transport->playhead);
    zoe_status status = session->candidate_status;
    int incomplete = session->candidate.pin && session->candidate.incomplete;
    if (session->playhead != transport->playhead || session->status != status || next.ended)
        step->playhead = 1;
    session->playhead = transport->playhead;
    learn_status(session, status, incomplete);
    if (status == ZOE_OK) {
        session->trail_count = 0;
        step->picture = show_candidate(session);
    } else if (status == ZOE_LOADING && transport->speed == 0) {
        step->picture = show_trail(session);
    } else if (status != ZOE_LOADING && session->foreign) {
        /* The last good picture stays, but not under another sequence's name. */
        zoe_frame_release(&session->shown);
        session->foreign = 0;
        step->picture = 1;
    } else if (status != ZOE_LOADING && session->is_fallback) {
        step->picture = name_last(session);
    }
    drop_candidate(session);
    session->wake_ns = next.wake_ns;
    step->wake_ns = next.wake_ns;
}

/* ---- control ---- */

static void remember(zoe_session *session)
{
    const zoe_transport *transport = zoe_session_transport(session);
    if (transport->speed)
        return;
    if (session->trail_count == ZOE_SESSION_TRAIL) {
        memmove(session->trail, session->trail + 1,
                (ZOE_SESSION_TRAIL - 1) * sizeof session->trail[0]);
        session->trail_count--;
    }
    session->trail[session->trail_count++] = transport->playhead;
}

void zoe_session_seek(zoe_session *session, int64_t position, uint64_t now_ns)
{
    zoe_transport *transport = zoe_session_transport(session);
    if (!transport || (position == transport->playhead && !transport->speed))
        return;
    remember(session);
    zoe_transport_seek(transport, position, now_ns);
    session->touched = 1;
}

void zoe_session_step_by(zoe_session *session, int64_t frames, uint64_t now_ns)
{
    zoe_transport *transport = zoe_session_transport(session);
    if (!transport)
        return;
    remember(session);
    zoe_transport_step_by(transport, frames, now_ns);
    session->touched = 1;
}

void zoe_session_scrub_begin(zoe_session *session, uint64_t now_ns)
{
    zoe_transport *transport = zoe_session_transport(session);
    if (!transport || session->scrubbing)
        return;
    session->scrubbing = 1;
    session->speed_after = transport->speed;
    zoe_transport_play(transport, 0, now_ns);
    session->touched = 1;
}

void zoe_session_scrub_end(zoe_session *session, uint64_t now_ns)
{
    zoe_transport *transport = zoe_session_transport(session);
    if (!transport || !session->scrubbing)
        return;
    session->scrubbing = 0;
    if (session->speed_after)
        zoe_transport_play(transport, session->speed_after, now_ns);
    session->touched = 1;
}

void zoe_session_play(zoe_session *session, int32_t speed, uint64_t now_ns)
{
    zoe_transport *transport = zoe_session_transport(session);
    if (!transport)
        return;
    session->trail_count = 0;
    /* Keys work while the playhead is held: they then say what comes after. */
    if (session->scrubbing)
        session->speed_after = speed;
    else
        zoe_transport_play(transport, speed, now_ns);
    session->touched = 1;
}

void zoe_session_set_strategy(zoe_session *session, zoe_strategy strategy)
{
    session->setup.strategy = strategy;
    session->touched = 1;
}

void zoe_session_set_policy(zoe_session *session, zoe_policy policy, uint64_t now_ns)
{
    session->setup.policy = policy;
    for (int i = 0; i < session->count; i++)
        zoe_transport_set_policy(&session->items[i].transport, policy, now_ns);
    session->touched = 1;
}

void zoe_session_set_loop(zoe_session *session, zoe_loop_mode loop)
{
    session->setup.loop = loop;
    for (int i = 0; i < session->count; i++)
        zoe_transport_set_loop(&session->items[i].transport, loop);
    session->touched = 1;
}

/* ---- refresh ---- */

/* The transport again, for a sequence that may have grown at both ends. */
static void rebuild_transport(zoe_transport *transport, int64_t count, int64_t shift,
                              uint64_t now_ns)
{
    zoe_transport old = *transport;
    int whole = old.in == 0 && old.out == old.count - 1;
    zoe_transport_init(transport, count);
    zoe_transport_set_rate(transport, old.rate_numerator, old.rate_denominator, now_ns);
    zoe_transport_set_loop(transport, old.loop);
    zoe_transport_set_policy(transport, old.policy, now_ns);
    if (!whole)
        zoe_transport_set_area(transport, old.in + shift, old.out + shift);
    zoe_transport_seek(transport, old.playhead + shift, now_ns);
    if (old.speed)
        zoe_transport_play(transport, old.speed, now_ns);
}

/* The current source's sequence may have other positions than before, when it began at frame number
 * `first`. Returns how many were added in front. */
static int64_t follow_sequence(zoe_session *session, int64_t first, uint64_t now_ns)
{
    zoe_session_item *item = &session->items[session->current];
    const zoe_sequence *sequence = zoe_source_sequence(item->source);
    int64_t shift = (first - zoe_sequence_first(sequence)) / zoe_sequence_step(sequence);
    int64_t count = zoe_sequence_count(sequence);
    if (shift || count != item->transport.count) {
        rebuild_transport(&item->transport, count, shift, now_ns);
        session->trail_count = 0;
    }
    session->shown.position += shift;
    session->want_told = 0;
    session->touched = 1;
    return shift;
}

zoe_status zoe_session_refresh(zoe_session *session, uint64_t now_ns, zoe_refresh_report *report,
                               int64_t *shift, zoe_error *error)
{
    *shift = 0;
    memset(report, 0, sizeof *report);
    zoe_session_item *item = zoe_session_item_now(session);
    if (!item)
        return ZOE_OK;
    int64_t first = zoe_sequence_first(zoe_source_sequence(item->source));
    drop_candidate(session);
    zoe_status status = zoe_source_refresh(item->source, report, error);
    session->touched = 1;
    if (status != ZOE_OK)
        return status;
    zoe_variants_refreshed(&item->variants);
    zoe_fallback_forget(&item->fallback);
    *shift = follow_sequence(session, first, now_ns);
    session->trail_count = 0;
    const zoe_sequence *sequence = zoe_source_sequence(item->source);
    const zoe_variant *variant = zoe_variants_now(&item->variants);
    zoe_source_settings settings = {.layer = variant->layer, .view = variant->view};
    read_first_header(item, sequence, position_with_file(sequence, 0), &settings);
    return ZOE_OK;
}

int zoe_session_reload(zoe_session *session)
{
    zoe_session_item *item = zoe_session_item_now(session);
    if (!item)
        return 0;
    int64_t number = zoe_sequence_number(zoe_session_sequence(session), item->transport.playhead);
    int changed = zoe_variants_reload(&item->variants, number);
    if (changed)
        zoe_fallback_forget(&item->fallback);
    session->touched |= changed;
    return changed;
}

/* ---- layers and proxies ---- */

/* How the frames of a variant are kept. */
static zoe_source_settings form_of(const zoe_variant *variant)
{
    zoe_source_settings settings;
    zoe_source_settings_init(&settings);
    settings.proxy_shift = variant->proxy_shift;
    settings.overscan = variant->overscan;
    settings.full_precision = variant->full_precision;
    return settings;
}

static zoe_status choose(zoe_session *session, const zoe_source_settings *settings, uint64_t now_ns,
                         int64_t *shift, zoe_error *error)
{
    zoe_session_item *item = &session->items[session->current];
    int64_t first = zoe_sequence_first(zoe_source_sequence(item->source));
    drop_candidate(session);
    session->touched = 1;
    zoe_status status = zoe_variants_choose(&item->variants, session->engine, settings, error);
    if (status != ZOE_OK)
        return status;
    item->source = zoe_variants_now(&item->variants)->source;
    zoe_fallback_forget(&item->fallback);
    *shift = follow_sequence(session, first, now_ns);
    return ZOE_OK;
}

/* The current layer with frames kept in another form, and all other sequences with it. */
zoe_status zoe_session_set_form(zoe_session *session, const zoe_source_settings *form,
                                uint64_t now_ns, int64_t *shift, zoe_error *error)
{
    *shift = 0;
    zoe_session_item *item = zoe_session_item_now(session);
    zoe_status status = ZOE_OK;
    if (item) {
        /* A variant may be opened in this one's place: copies of its names. */
        zoe_variant now = *zoe_variants_now(&item->variants);
        zoe_source_settings settings = *form;
        settings.layer = now.layer;
        settings.view = now.view;
        status = choose(session, &settings, now_ns, shift, error);
        /* Values that are infinite as half are none to fit a range to. */
        if (status == ZOE_OK && (now.full_precision != 0) != (form->full_precision != 0)) {
            item->range = (zoe_value_range){0.0f, 0.0f};
            zoe_fallback_unfit(&item->fallback);
        }
    }
    if (status != ZOE_OK)
        return status;
    session->setup.source.proxy_shift = form->proxy_shift;
    session->setup.source.overscan = form->overscan;
    session->setup.source.full_precision = form->full_precision;
    return ZOE_OK;
}

/* For a sequence that was not on screen when the form was chosen. Where that fails it is shown in
 * the one it had. */
static void adopt_form(zoe_session *session)
{
    int64_t shift;
    (void)zoe_session_set_form(session, &session->setup.source, zoe_now_ns(), &shift, NULL);
}

zoe_status zoe_session_switch_layer(zoe_session *session, int by, uint64_t now_ns, int64_t *shift,
                                    zoe_error *error)
{
    zoe_header *header = NULL;
    *shift = 0;
    zoe_session_item *item = zoe_session_item_now(session);
    if (!item)
        return zoe_error_set(error, ZOE_ERROR_NO_LAYER, "Nothing is open");
    const zoe_sequence *sequence = zoe_source_sequence(item->source);
    int64_t at = position_with_file(sequence, item->transport.playhead);
    zoe_status status = zoe_frame_header_read(sequence, at, &header, error);
    if (status != ZOE_OK)
        return status;
    zoe_variant now = *zoe_variants_now(&item->variants);
    int32_t next = zoe_layer_next(header, now.layer, now.view, by);
    if (next < 0) {
        status = zoe_error_set(error, ZOE_ERROR_NO_LAYER, "The file has no other layer");
    } else {
        zoe_source_settings settings = form_of(&now);
        settings.layer = header->layers[next].name;
        settings.view = header->layers[next].view;
        status = choose(session, &settings, now_ns, shift, error);
    }
    if (status == ZOE_OK) {
        zoe_source_settings named = {.layer = header->layers[next].name,
                                     .view = header->layers[next].view};
        item->range = (zoe_value_range){0.0f, 0.0f};
        describe_layer(item, header, &named);
        /* The last layer's picture is on until this one's is ready, and no longer. */
        session->foreign = session->shown.pin != NULL;
        session->is_fallback = 0;
    }
    zoe_header_free(&header);
    return status;
}

int zoe_session_fit_range(zoe_session *session)
{
    if (!session->count || !session->shown.pin || session->shown.is_color || session->foreign)
        return 0;
    zoe_value_range *kept = kept_range(session);
    zoe_value_range range = zoe_value_range_suitable(&session->shown);
    float change = fabsf(range.min - kept->min) + fabsf(range.max - kept->max);
    if (is_fitted(kept) && change <= 0.0f)
        (void)zoe_value_range_measure(&session->shown, &range);
    *kept = range;
    use_range(session);
    return 1;
}

const zoe_value_range *zoe_session_range(zoe_session *session)
{
    if (!session->count || !session->shown.pin || session->shown.is_color || session->foreign)
        return NULL;
    zoe_value_range *kept = kept_range(session);
    return is_fitted(kept) ? kept : NULL;
}
