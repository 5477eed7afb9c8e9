#include "model/session.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model/layer.h"

enum { PATH_CAPACITY = 4096 };

/* ---- life ---- */

zoe_status zoe_session_start(zoe_session *session, const zoe_session_setup *setup, zoe_error *error)
{
    memset(session, 0, sizeof *session);
    session->setup = *setup;
    session->status = ZOE_LOADING;
    session->wake_ns = ZOE_NEVER;
    zoe_grade_init(&session->grade);
    zoe_compare_init(&session->partners.compare);
    return zoe_engine_create(&setup->engine, &session->engine, error);
}

static void close_shots(zoe_session *session)
{
    zoe_partners_choose(&session->partners, NULL, 0);
    session->partners.compare.mode = ZOE_COMPARE_OFF;
    for (int i = 0; i < session->count; i++)
        zoe_shot_close(&session->shots[i]);
    session->count = 0;
}

void zoe_session_end(zoe_session *session)
{
    zoe_screen_close(&session->screen);
    close_shots(session);
    zoe_engine_destroy(&session->engine);
}

zoe_shot *zoe_session_shot(zoe_session *session)
{
    return session->count ? &session->shots[session->current] : NULL;
}

zoe_transport *zoe_session_transport(zoe_session *session)
{
    return session->count ? &session->shots[session->current].transport : NULL;
}

const zoe_sequence *zoe_session_sequence(zoe_session *session)
{
    return session->count ? zoe_shot_sequence(&session->shots[session->current]) : NULL;
}

void zoe_session_touch(zoe_session *session)
{
    session->touched = true;
}

/* ---- opening ---- */

/* A partner that becomes the current one changes places with it. */
static void swap_partner(zoe_session *session, int index)
{
    zoe_partners *partners = &session->partners;
    int shots[ZOE_COMPARE_OTHERS];
    for (int i = 0; i < partners->count; i++)
        shots[i] = partners->list[i].shot == index ? session->current : partners->list[i].shot;
    zoe_partners_choose(partners, shots, partners->count);
}

/* Makes a shot current: the others rest, and nothing of theirs is looked at any more, unless they
 * are compared with it. */
static void make_current(zoe_session *session, int index)
{
    zoe_screen_leave(&session->screen);
    if (zoe_partners_has(&session->partners, index))
        swap_partner(session, index);
    for (int i = 0; i < session->count; i++) {
        if (i != index)
            zoe_shot_rest(&session->shots[i]);
    }
    zoe_partners_touch(&session->partners);
    session->current = index;
    session->want_told = false;
    session->scrubbing = false;
    session->status = ZOE_LOADING;
    session->why.text[0] = '\0';
    session->playhead = -1;
    session->touched = true;
}

static int find_shot(const zoe_session *session, const char *path)
{
    for (int i = 0; i < session->count; i++) {
        if (zoe_shot_has_file(&session->shots[i], path))
            return i;
    }
    return -1;
}

bool zoe_session_has_file(const zoe_session *session, const char *path)
{
    return find_shot(session, path) >= 0;
}

void zoe_session_show(zoe_session *session, int index)
{
    if (index == session->current)
        return;
    /* Whom it was compared with goes on from the same place. */
    int64_t position = zoe_partners_position(&session->partners, index);
    int32_t speed = session->shots[session->current].transport.speed;
    make_current(session, index);
    if (position >= 0) {
        zoe_transport *transport = zoe_session_transport(session);
        if (position < transport->count)
            zoe_transport_seek(transport, position, zoe_now_ns());
        if (speed)
            zoe_transport_play(transport, speed, zoe_now_ns());
    }
    /* It was not on screen when the form was chosen. Where that fails it is shown in the one it
     * had. */
    (void)zoe_session_set_form(session, &session->setup.source, NULL);
}

/* Takes the shot over, as the last one. */
static void add_shot(zoe_session *session, const zoe_shot *shot)
{
    zoe_shot *added = &session->shots[session->count++];
    *added = *shot;
    zoe_transport_set_loop(&added->transport, session->setup.loop);
    zoe_transport_set_policy(&added->transport, session->setup.policy, zoe_now_ns());
    session->opened++;
}

/* files: NULL: they are read. */
static zoe_status open_shot(zoe_session *session, const char *spec, zoe_shot_files *files,
                            bool replace, zoe_error *error)
{
    const zoe_session_setup *setup = &session->setup;
    int open = replace ? -1 : find_shot(session, spec);
    if (open >= 0) {
        zoe_session_show(session, open);
        return ZOE_OK;
    }
    if (session->count == ZOE_SESSION_SHOTS && !replace)
        return zoe_error_set(error, ZOE_ERROR_TOO_LARGE, "%s: not opened: %d sequences are open",
                             spec, (int)ZOE_SESSION_SHOTS);
    zoe_shot shot;
    zoe_status status = files ? zoe_shot_open_files(&shot, session->engine, files, &setup->source,
                                                    setup->rate, error)
                              : zoe_shot_open(&shot, session->engine, setup->storage, spec,
                                              &setup->source, setup->rate, error);
    if (status != ZOE_OK)
        return status;
    if (replace) {
        zoe_screen_drop(&session->screen);
        close_shots(session);
    }
    add_shot(session, &shot);
    make_current(session, session->count - 1);
    return ZOE_OK;
}

zoe_status zoe_session_open(zoe_session *session, const char *spec, bool replace, zoe_error *error)
{
    return open_shot(session, spec, NULL, replace, error);
}

zoe_status zoe_session_open_files(zoe_session *session, const char *spec, zoe_shot_files *files,
                                  bool replace, zoe_error *error)
{
    return open_shot(session, spec, files, replace, error);
}

/* The frame numbers of a work area that is not all frames, in another sequence as far as it has
 * them. */
static void keep_area(zoe_shot *shot, int64_t in, int64_t out)
{
    const zoe_sequence *sequence = zoe_shot_sequence(shot);
    int64_t first = zoe_sequence_position(sequence, in);
    int64_t last = zoe_sequence_position(sequence, out), end = shot->transport.count - 1;
    first = first < 0 ? 0 : first;
    last = last > end ? end : last;
    if (first <= last)
        zoe_transport_set_area(&shot->transport, first, last);
}

zoe_status zoe_session_open_in_place(zoe_session *session, const char *spec, zoe_shot_files *files,
                                     zoe_error *error)
{
    zoe_shot *shot = zoe_session_shot(session);
    if (!shot)
        return open_shot(session, spec, files, true, error);
    zoe_variant variant = *zoe_variants_now(&shot->variants);
    int64_t number = zoe_sequence_number(zoe_shot_sequence(shot), shot->transport.playhead);
    int64_t in = zoe_sequence_number(zoe_shot_sequence(shot), shot->transport.in);
    int64_t out = zoe_sequence_number(zoe_shot_sequence(shot), shot->transport.out);
    bool has_area = shot->transport.in > 0 || shot->transport.out < shot->transport.count - 1;
    int32_t speed = shot->transport.speed;
    zoe_source_settings before = session->setup.source;
    session->setup.source.layer = variant.layer[0] ? variant.layer : NULL;
    session->setup.source.view = variant.view[0] ? variant.view : NULL;
    zoe_status status = open_shot(session, spec, files, true, error);
    session->setup.source = before;
    if (status != ZOE_OK)
        return status;
    shot = zoe_session_shot(session);
    int64_t position = zoe_sequence_position(zoe_shot_sequence(shot), number);
    uint64_t now = zoe_now_ns();
    if (has_area)
        keep_area(shot, in, out);
    if (position >= 0 && position < shot->transport.count)
        zoe_transport_seek(&shot->transport, position, now);
    if (speed)
        zoe_transport_play(&shot->transport, speed, now);
    return ZOE_OK;
}

bool zoe_session_switch(zoe_session *session, int by)
{
    if (session->count < 2)
        return false;
    zoe_session_show(session,
                     (session->current + (by > 0 ? 1 : session->count - 1)) % session->count);
    return true;
}

const char *zoe_session_neighbour(zoe_session *session, int by)
{
    return session->count == 1 ? zoe_shot_neighbour(&session->shots[0], by) : NULL;
}

/* ---- comparing ---- */

/* The partner there was, else the next of the open sequences; -1: there is none. */
static int likely_partner(const zoe_session *session)
{
    const zoe_partners *partners = &session->partners;
    if (partners->count)
        return partners->list[0].shot;
    return session->count > 1 ? (session->current + 1) % session->count : -1;
}

/* Those that are no partners any more rest. */
static void choose_partners(zoe_session *session, const int *shots, int count)
{
    zoe_screen_drop(&session->screen);
    zoe_partners_choose(&session->partners, shots, count);
    for (int i = 0; i < session->count; i++) {
        if (i != session->current && !zoe_partners_has(&session->partners, i))
            zoe_shot_rest(&session->shots[i]);
    }
    session->touched = true;
}

bool zoe_session_compare(zoe_session *session, zoe_compare_mode mode)
{
    zoe_compare *compare = &session->partners.compare;
    int shots[ZOE_COMPARE_OTHERS], count = 0, partner = likely_partner(session);
    if (mode != ZOE_COMPARE_OFF && partner < 0)
        return false;
    if (mode != ZOE_COMPARE_OFF)
        shots[count++] = partner;
    for (int i = 0; i < session->count && mode == ZOE_COMPARE_TILE; i++) {
        if (i != session->current && i != partner && count < ZOE_COMPARE_OTHERS)
            shots[count++] = i;
    }
    bool is_same = count == session->partners.count && count == 1;
    compare->mode = mode;
    if (!is_same)
        choose_partners(session, shots, count);
    session->touched = true;
    return true;
}

bool zoe_session_compare_with(zoe_session *session, int index)
{
    zoe_compare *compare = &session->partners.compare;
    if (index < 0 || index >= session->count || index == session->current)
        return false;
    if (compare->mode == ZOE_COMPARE_OFF || compare->mode == ZOE_COMPARE_TILE)
        compare->mode = ZOE_COMPARE_FLIP;
    choose_partners(session, &index, 1);
    return true;
}

void zoe_session_pin_partners(zoe_session *session, zoe_frame *frames, int *count)
{
    *count = session->partners.count;
    for (int i = 0; i < *count; i++) {
        zoe_partner *p = &session->partners.list[i];
        if (zoe_screen_pin(&p->screen, &session->shots[p->shot], session->engine, &frames[i]) !=
            ZOE_OK)
            memset(&frames[i], 0, sizeof frames[i]);
    }
}

void zoe_session_realign(zoe_session *session)
{
    zoe_partners_touch(&session->partners);
    session->touched = true;
}

/* A view of the current shot's file other than the one that is shown, in its layer. */
static zoe_status open_view(zoe_session *session, const char *view, zoe_error *error)
{
    zoe_shot *shot = zoe_session_shot(session);
    const zoe_variant *now = zoe_variants_now(&shot->variants);
    char spec[PATH_CAPACITY];
    zoe_shot other;
    if (session->count == ZOE_SESSION_SHOTS)
        return zoe_error_set(error, ZOE_ERROR_TOO_LARGE, "Too many sequences are open");
    zoe_source_settings settings = session->setup.source;
    settings.layer = now->layer[0] ? now->layer : NULL;
    settings.view = view;
    if (zoe_sequence_path(zoe_shot_sequence(shot), shot->transport.playhead, spec, sizeof spec) !=
        ZOE_OK)
        return zoe_error_set(error, ZOE_ERROR_NOT_FOUND, "This frame has no file");
    zoe_status status = zoe_shot_open(&other, session->engine, session->setup.storage, spec,
                                      &settings, session->setup.rate, error);
    if (status != ZOE_OK)
        return status;
    if (other.complaint[0]) {
        status = zoe_error_set(error, ZOE_ERROR_NO_LAYER, "%.400s", other.complaint);
        zoe_shot_close(&other);
        return status;
    }
    add_shot(session, &other);
    return ZOE_OK;
}

zoe_status zoe_session_open_partner(zoe_session *session, const char *spec, zoe_shot_files *files,
                                    const char *view, zoe_error *error)
{
    int current = session->current, before = session->count;
    int32_t speed = before ? session->shots[current].transport.speed : 0;
    zoe_status status =
        spec ? open_shot(session, spec, files, false, error) : open_view(session, view, error);
    if (status != ZOE_OK)
        return status;
    int partner = session->count > before ? session->count - 1 : session->current;
    if (session->current != current) {
        zoe_session_show(session, current);
        if (speed) /* opening the other one stopped it */
            zoe_transport_play(zoe_session_transport(session), speed, zoe_now_ns());
    }
    if (partner == current)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: it is the sequence itself", spec);
    (void)zoe_session_compare_with(session, partner);
    return ZOE_OK;
}

/* ---- update ---- */

static void tell_want(zoe_session *session)
{
    zoe_shot *shot = &session->shots[session->current];
    const zoe_transport *t = &shot->transport;
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
    zoe_fallback_tell(&shot->fallback, &shot->variants, &want);
    zoe_partners_tell(&session->partners, session->shots, session->current, &want);
    if (session->want_told && zoe_same_want(&want, &session->want))
        return;
    session->want = want;
    session->want_told = zoe_source_set_want(shot->source, &want) == ZOE_OK;
}

/* A frame that can never come is ready too: playback goes on, with the last picture on screen. */
static int is_ready(void *user, int64_t position)
{
    zoe_session *session = user;
    zoe_partners *partners = &session->partners;
    zoe_status status = zoe_screen_ask(&session->screen, &session->shots[session->current],
                                       session->engine, &session->want, position);
    bool are_there =
        zoe_partners_ask(partners, session->shots, session->current, session->engine, position);
    if (!partners->count || (status != ZOE_NO_ROOM && !zoe_partners_lack_room(partners)))
        return status != ZOE_LOADING && are_there;
    /* What one of them has on screen from before may be in another one's way. */
    bool goes = zoe_screen_give_way(&session->screen);
    goes |= zoe_partners_give_way(partners);
    return !goes && status != ZOE_LOADING && are_there;
}

static void learn_status(zoe_session *session, zoe_status status, bool is_incomplete)
{
    session->status = status;
    session->why.text[0] = '\0';
    if (status == ZOE_LOADING || status == ZOE_MISSING || (status == ZOE_OK && !is_incomplete))
        return;
    zoe_screen_explain(&session->screen, &session->shots[session->current], &session->why);
}

/* As zoe_screen_show_trail(): the newest position passed at which all that belongs together is
 * there. */
static bool show_passed_pair(zoe_session *session, bool may_block)
{
    zoe_screen *screen = &session->screen;
    zoe_shot *shot = &session->shots[session->current];
    for (int i = screen->trail_count - 1; i >= 0; i--) {
        int64_t position = screen->trail[i];
        zoe_screen_drop(screen);
        zoe_partners_drop(&session->partners);
        if (!is_ready(session, position) || screen->candidate.status != ZOE_OK)
            continue;
        screen->trail_count -= i + 1;
        memmove(screen->trail, screen->trail + i + 1,
                (size_t)screen->trail_count * sizeof screen->trail[0]);
        bool is_other = zoe_screen_show(screen, shot, &session->grade, may_block);
        return zoe_partners_show(&session->partners, session->shots, &session->grade) || is_other;
    }
    return false;
}

/* Shows what there is to show of the playhead's frame. Returns true if the picture changes. */
static bool show(zoe_session *session, zoe_status status)
{
    zoe_screen *screen = &session->screen;
    zoe_shot *shot = &session->shots[session->current];
    bool is_playing = shot->transport.speed != 0;
    /* A file is read for a layer's name only while the playhead rests: a slow volume may not hold
     * up what moves. */
    bool may_block = !is_playing && !session->scrubbing;
    if (status == ZOE_OK) {
        screen->trail_count = 0;
        bool is_other = zoe_screen_show(screen, shot, &session->grade, may_block);
        return zoe_partners_show(&session->partners, session->shots, &session->grade) || is_other;
    }
    if (status == ZOE_LOADING && session->partners.count)
        return !is_playing && show_passed_pair(session, may_block);
    if (status == ZOE_LOADING)
        return !is_playing && zoe_screen_show_trail(screen, shot, &session->grade, may_block);
    bool is_gone = status == ZOE_MISSING && zoe_screen_has_picture(screen) &&
                   screen->frame.position == shot->transport.playhead;
    if (screen->is_foreign || is_gone) {
        /* The last good picture stays, but not under another sequence's name, and not where it was
         * the file's that is a gap now. */
        zoe_screen_clear(screen);
        return true;
    }
    if (zoe_screen_repin(screen, shot))
        return true;
    return screen->is_fallback && zoe_screen_name(screen, shot, &session->grade, may_block);
}

void zoe_session_update(zoe_session *session, uint64_t now_ns, zoe_session_step *step)
{
    *step = (zoe_session_step){false, false, session->wake_ns};
    if (!session->count || (!session->touched && now_ns < session->wake_ns))
        return;
    session->touched = false;
    zoe_transport *transport = zoe_session_transport(session);
    zoe_transport_step next;
    tell_want(session);
    zoe_screen_drop(&session->screen);
    zoe_partners_drop(&session->partners);
    zoe_transport_update(transport, now_ns, is_ready, session, &next);
    tell_want(session);

    /* Make sure that what is known is known of the playhead, whatever the transport asked about. */
    bool is_whole = is_ready(session, transport->playhead);
    /* Both, or what was on before. */
    zoe_status status = is_whole ? session->screen.candidate.status : ZOE_LOADING;
    const zoe_frame *candidate = &session->screen.candidate.frame;
    bool is_incomplete = candidate->pin && candidate->incomplete;
    step->playhead =
        session->playhead != transport->playhead || session->status != status || next.ended;
    session->playhead = transport->playhead;
    learn_status(session, status, is_incomplete);
    step->picture = show(session, status);
    zoe_screen_drop(&session->screen);
    zoe_partners_drop(&session->partners);
    /* The frame that the transport waits for got ready after it had asked: nothing else would say
     * so. */
    bool is_late = transport->speed != 0 && transport->shown != transport->playhead;
    if (is_late && status == ZOE_OK && next.wake_ns == ZOE_NEVER)
        session->touched = true;
    session->wake_ns = next.wake_ns;
    step->wake_ns = next.wake_ns;
}

bool zoe_session_waits(const zoe_session *session)
{
    return session->status == ZOE_LOADING || session->screen.is_unpinned ||
           zoe_partners_lack_room(&session->partners);
}

void zoe_session_copied(zoe_session *session)
{
    session->touched |= zoe_screen_copied(&session->screen);
    for (int i = 0; i < session->partners.count; i++)
        session->touched |= zoe_screen_copied(&session->partners.list[i].screen);
}

/* ---- control ---- */

static void remember(zoe_session *session)
{
    const zoe_transport *transport = zoe_session_transport(session);
    if (!transport->speed)
        zoe_screen_pass(&session->screen, transport->playhead);
}

void zoe_session_seek(zoe_session *session, int64_t position, uint64_t now_ns)
{
    zoe_transport *transport = zoe_session_transport(session);
    if (!transport || (position == transport->playhead && !transport->speed))
        return;
    remember(session);
    zoe_transport_seek(transport, position, now_ns);
    session->touched = true;
}

void zoe_session_step_by(zoe_session *session, int64_t frames, uint64_t now_ns)
{
    zoe_transport *transport = zoe_session_transport(session);
    if (!transport)
        return;
    remember(session);
    zoe_transport_step_by(transport, frames, now_ns);
    session->touched = true;
}

void zoe_session_scrub_begin(zoe_session *session, uint64_t now_ns)
{
    zoe_transport *transport = zoe_session_transport(session);
    if (!transport || session->scrubbing)
        return;
    session->scrubbing = true;
    session->speed_after = transport->speed;
    zoe_transport_play(transport, 0, now_ns);
    session->touched = true;
}

void zoe_session_scrub_end(zoe_session *session, uint64_t now_ns)
{
    zoe_transport *transport = zoe_session_transport(session);
    if (!transport || !session->scrubbing)
        return;
    session->scrubbing = false;
    if (session->speed_after)
        zoe_transport_play(transport, session->speed_after, now_ns);
    session->touched = true;
}

void zoe_session_play(zoe_session *session, int32_t speed, uint64_t now_ns)
{
    zoe_transport *transport = zoe_session_transport(session);
    if (!transport)
        return;
    session->screen.trail_count = 0;
    /* Keys work while the playhead is held: they then say what comes after. */
    if (session->scrubbing)
        session->speed_after = speed;
    else
        zoe_transport_play(transport, speed, now_ns);
    session->touched = true;
}

void zoe_session_set_strategy(zoe_session *session, zoe_strategy strategy)
{
    session->setup.strategy = strategy;
    session->touched = true;
}

void zoe_session_set_policy(zoe_session *session, zoe_policy policy, uint64_t now_ns)
{
    session->setup.policy = policy;
    for (int i = 0; i < session->count; i++)
        zoe_transport_set_policy(&session->shots[i].transport, policy, now_ns);
    session->touched = true;
}

void zoe_session_set_loop(zoe_session *session, zoe_loop_mode loop)
{
    session->setup.loop = loop;
    for (int i = 0; i < session->count; i++)
        zoe_transport_set_loop(&session->shots[i].transport, loop);
    session->touched = true;
}

/* ---- files, form and layer ---- */

/* Other sources of the current shot are asked from now on, or the same with other positions. */
static void follow_shot(zoe_session *session)
{
    session->want_told = false;
    session->touched = true;
}

/* A shot that is not current has other frames: whom it is compared with is shown beside them. */
static void follow_partner(zoe_session *session, int shot, int64_t shift)
{
    if (!zoe_partners_has(&session->partners, shot))
        return;
    zoe_partners_shift(&session->partners, shot, shift);
    zoe_partners_touch(&session->partners);
    session->touched = true;
}

zoe_status zoe_session_take_look(zoe_session *session, zoe_shot *shot, const zoe_look *look,
                                 zoe_refresh_report *report, int64_t *shift, zoe_error *error)
{
    bool is_current = shot == zoe_session_shot(session);
    int64_t count = shot->transport.count;
    if (is_current)
        zoe_screen_drop(&session->screen);
    zoe_status status = zoe_shot_take_look(shot, look, report, shift, error);
    if (!is_current) {
        follow_partner(session, (int)(shot - session->shots), *shift);
        return status;
    }
    if (*shift || shot->transport.count != count)
        session->screen.trail_count = 0;
    session->screen.frame.position += *shift;
    follow_shot(session);
    return status;
}

zoe_status zoe_session_set_form(zoe_session *session, const zoe_source_settings *form,
                                zoe_error *error)
{
    zoe_shot *shot = zoe_session_shot(session);
    if (shot) {
        zoe_screen_drop(&session->screen);
        session->touched = true;
        zoe_status status = zoe_shot_set_form(shot, session->engine, form, error);
        if (status != ZOE_OK)
            return status;
        follow_shot(session);
    }
    session->setup.source.proxy_shift = form->proxy_shift;
    session->setup.source.overscan = form->overscan;
    session->setup.source.full_precision = form->full_precision;
    return ZOE_OK;
}

/* The sources of another layer are asked from now on. */
static void follow_layer(zoe_session *session)
{
    follow_shot(session);
    /* The last layer's picture is on until this one's is ready, and no longer. */
    session->screen.is_foreign = zoe_screen_has_picture(&session->screen);
    session->screen.is_fallback = false;
}

zoe_status zoe_session_choose_layer(zoe_session *session, const zoe_header *header, int32_t index,
                                    zoe_error *error)
{
    zoe_shot *shot = zoe_session_shot(session);
    if (!shot)
        return zoe_error_set(error, ZOE_ERROR_NO_LAYER, "Nothing is open");
    zoe_screen_drop(&session->screen);
    session->touched = true;
    const zoe_source *before = shot->source;
    zoe_status status = zoe_shot_choose_layer(shot, session->engine, header, index, error);
    if (status == ZOE_OK && shot->source != before)
        follow_layer(session);
    return status;
}

zoe_status zoe_session_switch_layer(zoe_session *session, const zoe_header *header, int by,
                                    zoe_error *error)
{
    const char *name, *view;
    zoe_session_layer(session, &name, &view);
    int32_t next = zoe_layer_next(header, name, view, by);
    if (next < 0)
        return zoe_error_set(error, ZOE_ERROR_NO_LAYER, "The file has no other layer");
    return zoe_session_choose_layer(session, header, next, error);
}

void zoe_session_layer(zoe_session *session, const char **name, const char **view)
{
    zoe_shot *shot = zoe_session_shot(session);
    *name = shot ? zoe_variants_now(&shot->variants)->layer : "";
    *view = shot ? zoe_variants_now(&shot->variants)->view : "";
}

int64_t zoe_session_shown_position(zoe_session *session)
{
    const zoe_transport *transport = zoe_session_transport(session);
    const zoe_screen *screen = &session->screen;
    if (!transport)
        return -1;
    return zoe_screen_has_picture(screen) && !screen->is_foreign ? screen->frame.position
                                                                 : transport->playhead;
}

bool zoe_session_fit_range(zoe_session *session)
{
    return session->count &&
           zoe_screen_fit_range(&session->screen, zoe_session_shot(session), &session->grade);
}

bool zoe_session_set_range(zoe_session *session, const zoe_value_range *range)
{
    return session->count && zoe_screen_set_range(&session->screen, zoe_session_shot(session),
                                                  &session->grade, range);
}

const zoe_value_range *zoe_session_range(zoe_session *session)
{
    return session->count ? zoe_screen_range(&session->screen, zoe_session_shot(session)) : NULL;
}
