#include "commands/playback.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/report.h"
#include "model/compare.h"
#include "model/interrupt.h"

typedef struct playback {
    zoe_clip *clip;
    const zoe_playback_plan *plan;
    zoe_playback_result *result;
    zoe_frame shown;                   /* on the screen that is not there */
    zoe_frame next;                    /* ready, pinned until it is shown */
    zoe_frame other_shown, other_next; /* the same of the plan's other source */
    int64_t other_count, shift;        /* its positions, and how far they are behind the clip's */
    int64_t waited_for;                /* position that was asked for and was not ready; -1: none */
    int64_t passes;
} playback;

static bool is_bad(zoe_status status)
{
    return status != ZOE_OK && status != ZOE_LOADING && status != ZOE_TIMEOUT;
}

/* What an incomplete frame lacks is told like an error, although it is shown. */
static void note_shown(zoe_playback_result *result, const zoe_frame *frame)
{
    zoe_status *status = &result->statuses[frame->position];
    if (frame->incomplete && *status != ZOE_ERROR_TRUNCATED)
        result->incomplete++;
    *status = frame->incomplete ? ZOE_ERROR_TRUNCATED : ZOE_OK;
}

/* A frame has no room beside what is held: as in the window, what is on screen stays there without
 * its memory. false: nothing is held. */
static bool let_go(playback *p, int64_t position)
{
    if (!p->shown.pin && !p->next.pin && !p->other_shown.pin && !p->other_next.pin)
        return false;
    p->result->no_room++;
    zoe_source_frame_error(p->clip->source, position, &p->result->tight);
    zoe_frame_release(&p->shown);
    zoe_frame_release(&p->next);
    zoe_frame_release(&p->other_shown);
    zoe_frame_release(&p->other_next);
    return true;
}

static bool is_at(const zoe_frame *frame, int64_t position)
{
    return frame->pin && frame->position == position;
}

/* The other source's frame, which one that will never be ready does not hold up. */
static bool other_is_ready(playback *p, int64_t position)
{
    zoe_frame frame;
    int64_t own = position + p->shift;
    if (!p->plan->other || own < 0 || own >= p->other_count || is_at(&p->other_next, own) ||
        is_at(&p->other_shown, own))
        return true;
    zoe_status status = zoe_source_acquire(p->plan->other, own, &frame);
    if (status == ZOE_OK) {
        zoe_frame_release(&p->other_next);
        p->other_next = frame;
        return true;
    }
    bool waits = status == ZOE_NO_ROOM ? let_go(p, position) : !is_bad(status);
    if (waits)
        p->waited_for = position;
    return !waits;
}

/* A frame that will never be ready counts as ready: the last good picture stays, time goes on. */
static int first_is_ready(playback *p, int64_t position)
{
    if (is_at(&p->next, position) || is_at(&p->shown, position))
        return 1;
    zoe_frame frame;
    zoe_status status = zoe_source_acquire(p->clip->source, position, &frame);
    if (status == ZOE_OK) {
        zoe_frame_release(&p->next);
        p->next = frame;
        note_shown(p->result, &frame);
        return 1;
    }
    if (status == ZOE_NO_ROOM && let_go(p, position)) {
        p->waited_for = position;
        return 0;
    }
    if (is_bad(status)) {
        p->result->statuses[position] = status;
        return 1;
    }
    p->waited_for = position;
    return 0;
}

static int is_ready(void *user, int64_t position)
{
    playback *p = user;
    bool other = other_is_ready(p, position);
    return first_is_ready(p, position) && other;
}

static void show(playback *p, int64_t position, uint64_t now, int late)
{
    zoe_playback_result *r = p->result;
    if (is_at(&p->other_next, position + p->shift)) {
        zoe_frame_release(&p->other_shown);
        p->other_shown = p->other_next;
        memset(&p->other_next, 0, sizeof p->other_next);
    }
    if (is_at(&p->next, position)) {
        zoe_frame_release(&p->shown);
        p->shown = p->next;
        memset(&p->next, 0, sizeof p->next);
    } else if (r->statuses[position] != ZOE_OK && !is_at(&p->shown, position)) {
        r->bad++;
        return;
    }
    r->plays++;
    if (p->waited_for == position)
        r->misses++;
    else
        r->hits++;
    if (late)
        r->late++;
    else
        r->on_time++;
    p->waited_for = -1;
    if (!r->first_ns)
        r->first_ns = now;
    r->last_ns = now;
}

static void tell_other(const playback *p, const zoe_want *want)
{
    zoe_compare compare;
    zoe_want own;
    zoe_compare_init(&compare);
    if (!zoe_compare_want(&compare, want, p->shift, 0, p->other_count, &own))
        own = (zoe_want){.direction = 1, .idle = 1};
    zoe_source_set_want(p->plan->other, &own);
}

static void set_want(playback *p, int64_t playhead, int32_t direction, double rate)
{
    zoe_want want;
    memset(&want, 0, sizeof want);
    want.playhead = playhead;
    want.in = p->plan->in;
    want.out = p->plan->out;
    want.direction = direction;
    want.playing = 1;
    want.loop = p->plan->loop;
    want.strategy = p->plan->strategy;
    want.rate = rate;
    zoe_source_set_want(p->clip->source, &want);
    if (p->plan->other)
        tell_other(p, &want);
}

static void end_pass(playback *p)
{
    p->passes++;
    if (p->plan->pass)
        p->plan->pass(p->plan->pass_user, p->passes);
}

static void start_transport(const playback *p, zoe_transport *t, uint64_t now)
{
    const zoe_playback_plan *plan = p->plan;
    zoe_transport_init(t, p->clip->count);
    zoe_transport_set_area(t, plan->in, plan->out);
    zoe_transport_set_loop(t, plan->loop);
    zoe_transport_set_rate(t, plan->rate.numerator, plan->rate.denominator);
    zoe_transport_set_policy(t, plan->policy, now);
    zoe_transport_seek(t, plan->start, now);
    zoe_transport_play(t, 1, now);
}

/* At the plan's rate, by the transport. */
static void run_paced(playback *p)
{
    zoe_transport t;
    start_transport(p, &t, zoe_now_ns());
    int64_t wanted = -1;
    uint64_t shown = 0, late = 0, loops = 0;
    while (!zoe_interrupted()) {
        if (t.playhead != wanted) {
            wanted = t.playhead;
            set_want(p, wanted, t.direction, zoe_transport_step_rate(&t));
        }
        uint64_t now = zoe_now_ns();
        zoe_transport_step step;
        zoe_transport_update(&t, now, is_ready, p, &step);
        for (; loops < t.loops && p->passes < p->plan->passes; loops++)
            end_pass(p);
        /* The first frame after the last turn is not part of the plan any more. */
        if (p->passes >= p->plan->passes)
            break;
        if (t.shown_count != shown)
            show(p, t.shown, now, t.late_count != late);
        shown = t.shown_count;
        late = t.late_count;
        p->result->skipped = t.skipped;
        if (step.ended) {
            end_pass(p);
            if (p->passes >= p->plan->passes)
                break;
            zoe_transport_play(&t, 1, now);
        }
        if (t.playhead == wanted)
            zoe_clip_sleep(p->clip, step.wake_ns);
    }
}

/* Without a rate: each frame once, as soon as it is ready. */
static void run_free(playback *p)
{
    const zoe_playback_plan *plan = p->plan;
    int64_t position = plan->start < plan->in || plan->start > plan->out ? plan->in : plan->start;
    int32_t direction = 1;
    while (!zoe_interrupted()) {
        set_want(p, position, direction, 0);
        while (!is_ready(p, position) && !zoe_interrupted())
            zoe_clip_sleep(p->clip, ZOE_NEVER);
        if (zoe_interrupted())
            break;
        show(p, position, zoe_now_ns(), p->waited_for == position);
        int64_t following = position + direction;
        if (following < plan->in || following > plan->out) {
            end_pass(p);
            if (p->passes >= plan->passes)
                break;
            if (plan->loop == ZOE_PING_PONG) {
                direction = -direction;
                following = plan->in == plan->out ? position : position + direction;
            } else {
                following = plan->in;
            }
        }
        position = following;
    }
}

zoe_status zoe_playback_run(zoe_clip *clip, const zoe_playback_plan *plan,
                            zoe_playback_result *result)
{
    memset(result, 0, sizeof *result);
    if (plan->in < 0 || plan->in > plan->out || plan->out >= clip->count || plan->passes < 1)
        return ZOE_ERROR_ARGUMENT;
    result->statuses = calloc((size_t)clip->count, sizeof *result->statuses);
    if (!result->statuses)
        return ZOE_ERROR_NO_MEMORY;
    playback p;
    memset(&p, 0, sizeof p);
    p.clip = clip;
    p.plan = plan;
    p.result = result;
    p.waited_for = -1;
    if (plan->other) {
        const zoe_sequence *sequence = zoe_source_sequence(plan->other);
        p.other_count = zoe_sequence_count(sequence);
        p.shift = zoe_sequence_number(clip->sequence, 0) - zoe_sequence_number(sequence, 0);
    }
    result->start_ns = zoe_now_ns();
    if (plan->rate.numerator > 0)
        run_paced(&p);
    else
        run_free(&p);
    result->end_ns = zoe_now_ns();
    result->interrupted = zoe_interrupted();
    zoe_frame_release(&p.next);
    zoe_frame_release(&p.shown);
    zoe_frame_release(&p.other_next);
    zoe_frame_release(&p.other_shown);
    return ZOE_OK;
}

void zoe_playback_result_free(zoe_playback_result *result)
{
    free(result->statuses);
    result->statuses = NULL;
}

double zoe_playback_rate(const zoe_playback_result *result)
{
    if (result->plays < 2 || result->last_ns <= result->first_ns)
        return 0;
    return (double)(result->plays - 1) * 1e9 / (double)(result->last_ns - result->first_ns);
}

void zoe_playback_report_room(json_t *report, const char *command,
                              const zoe_playback_result *result)
{
    zoe_report_count(report, "no_room", result->no_room);
    if (!result->no_room)
        return;
    zoe_report_text(report, "no_room_reason", result->tight.text);
    fprintf(stderr, "%s: warning: only one frame fits: %s\n", command, result->tight.text);
}
