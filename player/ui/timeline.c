#include "ui/timeline.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/theme.h"

enum {
    NO_STATE = 255,
    BATCH = 4096, /* states read at a time */
};

void zoe_timeline_open(zoe_timeline *timeline)
{
    memset(timeline, 0, sizeof *timeline);
    zoe_timeline_map_init(&timeline->map, 1, 1);
    timeline->pointer_x = -1;
    timeline->pointer_y = -1;
}

void zoe_timeline_close(zoe_timeline *timeline)
{
    free(timeline->columns);
    memset(timeline, 0, sizeof *timeline);
}

int zoe_timeline_height(const zoe_window *window)
{
    return zoe_px(window,
                  ZOE_SPACE * 2 + ZOE_RULER_HEIGHT + ZOE_INDICATOR_HEIGHT + ZOE_TIMELINE_PAD);
}

void zoe_timeline_place(zoe_timeline *timeline, const zoe_window *window, SDL_Rect area)
{
    int margin = zoe_px(window, ZOE_MARGIN);
    int width = area.w - 2 * margin;
    timeline->area = area;
    timeline->ruler = (SDL_Rect){area.x + margin, area.y + zoe_px(window, ZOE_SPACE * 2),
                                 width < 1 ? 1 : width, zoe_px(window, ZOE_RULER_HEIGHT)};
    timeline->indicator = (SDL_Rect){timeline->ruler.x, timeline->ruler.y + timeline->ruler.h,
                                     timeline->ruler.w, zoe_px(window, ZOE_INDICATOR_HEIGHT)};
    if (timeline->map.width != timeline->ruler.w) {
        zoe_timeline_map_resize(&timeline->map, timeline->ruler.w);
        timeline->columns_stale = true;
    }
}

void zoe_timeline_reset(zoe_timeline *timeline, int64_t count)
{
    zoe_timeline_map_init(&timeline->map, count, timeline->ruler.w);
    timeline->columns_stale = true;
    timeline->hold = ZOE_HOLD_NONE;
}

/* ---- load indicator ---- */

bool zoe_timeline_outdated(const zoe_timeline *timeline, const zoe_session *session)
{
    if (!session->count)
        return false;
    const zoe_source *source = session->shots[session->current].source;
    return timeline->columns_stale || source != timeline->source ||
           zoe_source_changes(source) != timeline->changes;
}

static bool fit_columns(zoe_timeline *timeline)
{
    int wanted = timeline->indicator.w;
    if (wanted <= timeline->column_capacity)
        return true;
    uint8_t *columns = realloc(timeline->columns, (size_t)wanted);
    if (!columns)
        return false;
    timeline->columns = columns;
    timeline->column_capacity = wanted;
    return true;
}

/* The states of a long run of frames, read in batches and merged into one. */
static uint8_t merged_state(const zoe_source *source, int64_t first, int64_t last)
{
    uint8_t states[BATCH];
    uint8_t merged = ZOE_FRAME_MISSING;
    while (first <= last) {
        int64_t count = last - first + 1 < BATCH ? last - first + 1 : BATCH;
        if (zoe_source_states(source, first, count, states) != ZOE_OK)
            return merged;
        for (int64_t i = 0; i < count; i++)
            merged = zoe_timeline_merge(merged, states[i]);
        first += count;
    }
    return merged;
}

static void read_columns(zoe_timeline *timeline, const zoe_source *source)
{
    /* The counter first: what changes while reading is read again. */
    timeline->changes = zoe_source_changes(source);
    timeline->source = source;
    timeline->columns_stale = false;
    int64_t known = -1;
    uint8_t state = NO_STATE;
    for (int x = 0; x < timeline->indicator.w; x++) {
        int64_t first, last;
        if (!zoe_timeline_map_column(&timeline->map, x, &first, &last)) {
            timeline->columns[x] = NO_STATE;
            known = -1;
            continue;
        }
        /* Wide frames fill many columns and are looked at once. */
        if (first != last || first != known)
            state = merged_state(source, first, last);
        known = first == last ? first : -1;
        timeline->columns[x] = state;
    }
}

static void draw_indicator(zoe_timeline *timeline, const zoe_window *window,
                           const zoe_session *session)
{
    SDL_Rect strip = timeline->indicator;
    zoe_fill(window, strip, zoe_theme_dark.track);
    if (!fit_columns(timeline))
        return;
    if (zoe_timeline_outdated(timeline, session))
        read_columns(timeline, session->shots[session->current].source);
    for (int x = 0; x < strip.w;) {
        uint8_t state = timeline->columns[x];
        int end = x + 1;
        while (end < strip.w && timeline->columns[end] == state)
            end++;
        SDL_Rect run = {strip.x + x, strip.y, end - x, strip.h};
        if (state != NO_STATE && state != ZOE_FRAME_MISSING)
            zoe_fill(window, run, zoe_theme_state(state));
        if (state == ZOE_FRAME_INCOMPLETE) {
            /* In memory, but not all of it was in the file: the lower half says so. */
            run.y += strip.h / 2;
            run.h -= strip.h / 2;
            zoe_fill(window, run, zoe_theme_state(ZOE_FRAME_ERROR));
        }
        x = end;
    }
}

/* ---- ruler ---- */

static int screen_x(const zoe_timeline *timeline, double position)
{
    return timeline->ruler.x + (int)lround(zoe_timeline_map_x(&timeline->map, position));
}

/* Marks stand in the middle of their frame. */
static int mark_x(const zoe_timeline *timeline, int64_t position)
{
    return screen_x(timeline, (double)position + 0.5);
}

static void draw_area(const zoe_timeline *timeline, const zoe_window *window,
                      const zoe_transport *transport)
{
    SDL_Rect ruler = timeline->ruler;
    zoe_fill(window, ruler, zoe_theme_dark.track);
    int left = screen_x(timeline, (double)transport->in);
    int right = screen_x(timeline, (double)transport->out + 1.0);
    left = left < ruler.x ? ruler.x : left;
    right = right > ruler.x + ruler.w ? ruler.x + ruler.w : right;
    zoe_fill(window, (SDL_Rect){left, ruler.y, right - left, ruler.h}, zoe_theme_dark.area);
}

static void number_text(const zoe_sequence *sequence, int64_t position, char text[32])
{
    snprintf(text, 32, "%" PRId64, zoe_sequence_number(sequence, position));
}

static int widest_number(const zoe_window *window, const zoe_sequence *sequence)
{
    char first[32], last[32];
    number_text(sequence, 0, first);
    number_text(sequence, zoe_sequence_count(sequence) - 1, last);
    int a = zoe_text_width(window->text, ZOE_TEXT_SMALL, first);
    int b = zoe_text_width(window->text, ZOE_TEXT_SMALL, last);
    return a > b ? a : b;
}

/* The first position at or after `from` that bears a mark. Round numbers bear one; in a stepped
 * range, where numbers may never be round, positions are counted from the first. */
static int64_t first_marked(const zoe_sequence *sequence, int64_t from, int64_t step)
{
    int64_t offset = zoe_sequence_step(sequence) == 1 ? zoe_sequence_first(sequence) : 0;
    int64_t over = (from + offset) % step;
    if (over < 0)
        over += step;
    return over ? from + step - over : from;
}

/* Left edge and width of the plate with a frame's number, kept inside the ruler. */
static SDL_Rect plate_rect(const zoe_timeline *timeline, const zoe_window *window,
                           const zoe_sequence *sequence, int64_t position)
{
    char text[32];
    number_text(sequence, position, text);
    SDL_Rect ruler = timeline->ruler;
    int pad = zoe_px(window, ZOE_SPACE);
    int width = zoe_text_width(window->text, ZOE_TEXT_SMALL, text) + 2 * pad;
    int height = zoe_text_height(window->text, ZOE_TEXT_SMALL) + zoe_px(window, 2);
    int x = mark_x(timeline, position) - width / 2;
    if (x + width > ruler.x + ruler.w)
        x = ruler.x + ruler.w - width;
    x = x < ruler.x ? ruler.x : x;
    return (SDL_Rect){x, ruler.y + zoe_px(window, 2), width, height};
}

static void draw_marks(const zoe_timeline *timeline, const zoe_window *window,
                       const zoe_sequence *sequence, int64_t playhead, int64_t pointed)
{
    const zoe_timeline_map *map = &timeline->map;
    SDL_Rect ruler = timeline->ruler;
    int hair = zoe_px(window, 1);
    int gap = zoe_px(window, ZOE_SPACE * 5);
    int64_t major = zoe_timeline_map_step(map, widest_number(window, sequence) + gap);
    int64_t minor = zoe_timeline_map_step(map, zoe_px(window, 6));
    if (minor > major || major % minor != 0)
        minor = major;
    int64_t first, last;
    zoe_timeline_map_visible(map, &first, &last);
    int short_mark = zoe_px(window, 4), long_mark = zoe_px(window, 7);
    for (int64_t p = first_marked(sequence, first, minor); p <= last; p += minor) {
        SDL_Rect mark = {mark_x(timeline, p), ruler.y + ruler.h - short_mark, hair, short_mark};
        zoe_fill(window, mark, zoe_theme_dark.raised);
    }
    int text_y = ruler.y + zoe_px(window, 3);
    SDL_Rect plate = plate_rect(timeline, window, sequence, playhead);
    SDL_Rect other = plate_rect(timeline, window, sequence, pointed < 0 ? playhead : pointed);
    for (int64_t p = first_marked(sequence, first, major); p <= last; p += major) {
        int x = mark_x(timeline, p);
        SDL_Rect mark = {x, ruler.y + ruler.h - long_mark, hair, long_mark};
        zoe_fill(window, mark, zoe_theme_dark.tick);
        char text[32];
        number_text(sequence, p, text);
        int width = zoe_text_width(window->text, ZOE_TEXT_SMALL, text);
        int at = x - width / 2;
        int inside = at >= ruler.x + gap / 4 && at + width <= ruler.x + ruler.w - gap / 4;
        SDL_Rect label = {at - gap / 4, text_y, width + gap / 2, 1};
        int covered = SDL_HasIntersection(&label, &plate) || SDL_HasIntersection(&label, &other);
        if (inside && !covered)
            zoe_text_draw(window->text, ZOE_TEXT_SMALL, at, text_y, zoe_theme_dark.text_dim, text);
    }
}

/* A handle is a bar at the outer edge of the work area with a foot that points into it. */
static void draw_handle(const zoe_timeline *timeline, const zoe_window *window, int64_t position,
                        zoe_timeline_hold which, int set)
{
    SDL_Rect ruler = timeline->ruler;
    int thick = zoe_px(window, 2), foot = zoe_px(window, 6);
    int x = screen_x(timeline, (double)position);
    if (x < ruler.x || x > ruler.x + ruler.w)
        return;
    int lit =
        timeline->hold == which || (timeline->hold == ZOE_HOLD_NONE && timeline->hover == which);
    SDL_Color color = lit ? zoe_theme_dark.accent : set ? zoe_theme_dark.text : zoe_theme_dark.tick;
    int bar_x = which == ZOE_HOLD_IN ? x : x - thick;
    int foot_x = which == ZOE_HOLD_IN ? x : x - foot;
    zoe_fill(window, (SDL_Rect){bar_x, ruler.y, thick, ruler.h}, color);
    zoe_fill(window, (SDL_Rect){foot_x, ruler.y, foot, thick}, color);
    zoe_fill(window, (SDL_Rect){foot_x, ruler.y + ruler.h - thick, foot, thick}, color);
}

/* A frame number on a plate at the ruler's top. */
static void draw_plate(const zoe_timeline *timeline, const zoe_window *window,
                       const zoe_sequence *sequence, int64_t position, SDL_Color plate,
                       SDL_Color ink)
{
    char text[32];
    number_text(sequence, position, text);
    SDL_Rect box = plate_rect(timeline, window, sequence, position);
    zoe_fill(window, box, plate);
    zoe_text_draw(window->text, ZOE_TEXT_SMALL, box.x + zoe_px(window, ZOE_SPACE),
                  box.y + zoe_px(window, 1), ink, text);
}

/* The playhead's line ends above the indicator and goes on below it: its colours stay readable. */
static void draw_playhead(const zoe_timeline *timeline, const zoe_window *window,
                          const zoe_sequence *sequence, int64_t position)
{
    SDL_Rect ruler = timeline->ruler;
    int x = mark_x(timeline, position);
    if (x < ruler.x || x > ruler.x + ruler.w)
        return;
    int thick = zoe_px(window, 2);
    zoe_fill(window, (SDL_Rect){x - thick / 2, ruler.y, thick, ruler.h}, zoe_theme_dark.accent);
    int below = timeline->indicator.y + timeline->indicator.h;
    int side = zoe_px(window, 5);
    for (int i = 0; i < side; i++) {
        SDL_Rect row = {x - i, below + 1 + i, 2 * i + 1, 1};
        zoe_fill(window, row, zoe_theme_dark.accent);
    }
    draw_plate(timeline, window, sequence, position, zoe_theme_dark.accent,
               (SDL_Color){16, 16, 16, 255});
}

/* The position that has a plate besides the playhead: under the pointer while it only points, or of
 * the handle that is held; -1 else. */
static int64_t pointed_at(const zoe_timeline *timeline, const zoe_transport *transport)
{
    if (timeline->hold == ZOE_HOLD_IN)
        return transport->in;
    if (timeline->hold == ZOE_HOLD_OUT)
        return transport->out;
    if (timeline->hold != ZOE_HOLD_NONE || timeline->hover != ZOE_HOLD_PLAYHEAD)
        return -1;
    double x = (double)(timeline->pointer_x - timeline->ruler.x) + 0.5;
    return zoe_timeline_map_position(&timeline->map, x);
}

static void draw_pointer(const zoe_timeline *timeline, const zoe_window *window,
                         const zoe_sequence *sequence, int64_t position)
{
    if (position < 0)
        return;
    SDL_Rect ruler = timeline->ruler;
    SDL_Rect line = {mark_x(timeline, position), ruler.y, zoe_px(window, 1), ruler.h};
    if (timeline->hold == ZOE_HOLD_NONE)
        zoe_fill(window, line, zoe_theme_dark.tick);
    draw_plate(timeline, window, sequence, position, zoe_theme_dark.raised, zoe_theme_dark.text);
}

void zoe_timeline_draw(zoe_timeline *timeline, const zoe_window *window, zoe_session *session)
{
    zoe_fill(window, timeline->area, zoe_theme_dark.bar);
    SDL_Rect edge = {timeline->area.x, timeline->area.y, timeline->area.w, zoe_px(window, 1)};
    zoe_fill(window, edge, zoe_theme_dark.line);
    const zoe_sequence *sequence = zoe_session_sequence(session);
    if (!sequence) {
        zoe_fill(window, timeline->ruler, zoe_theme_dark.track);
        zoe_fill(window, timeline->indicator, zoe_theme_dark.track);
        return;
    }
    const zoe_transport *transport = zoe_session_transport(session);
    int set = transport->in > 0 || transport->out < transport->count - 1;
    draw_area(timeline, window, transport);
    int64_t pointed = pointed_at(timeline, transport);
    draw_marks(timeline, window, sequence, transport->playhead, pointed);
    draw_indicator(timeline, window, session);
    draw_handle(timeline, window, transport->in, ZOE_HOLD_IN, set);
    draw_handle(timeline, window, transport->out + 1, ZOE_HOLD_OUT, set);
    draw_pointer(timeline, window, sequence, pointed);
    draw_playhead(timeline, window, sequence, transport->playhead);
}

/* ---- mouse ---- */

static zoe_timeline_hold find_hold(const zoe_timeline *timeline, const zoe_window *window,
                                   zoe_session *session, int x, int y)
{
    const zoe_transport *transport = zoe_session_transport(session);
    SDL_Rect reach = timeline->ruler;
    int slack = zoe_px(window, ZOE_HANDLE_REACH);
    reach.x -= slack;
    reach.w += 2 * slack;
    reach.h = timeline->area.y + timeline->area.h - reach.y;
    if (!transport || !zoe_inside(reach, x, y))
        return ZOE_HOLD_NONE;
    if (y < timeline->ruler.y + timeline->ruler.h) {
        int from_in = abs(x - screen_x(timeline, (double)transport->in));
        int from_out = abs(x - screen_x(timeline, (double)transport->out + 1.0));
        if (from_in <= slack && from_in <= from_out)
            return ZOE_HOLD_IN;
        if (from_out <= slack)
            return ZOE_HOLD_OUT;
    }
    return ZOE_HOLD_PLAYHEAD;
}

static void drag(zoe_timeline *timeline, zoe_session *session, int x, int dx)
{
    zoe_transport *transport = zoe_session_transport(session);
    double track_x = (double)(x - timeline->ruler.x);
    int64_t under = zoe_timeline_map_position(&timeline->map, track_x + 0.5);
    /* A handle stands between two frames: the nearer edge is meant. */
    int64_t edge = zoe_timeline_map_position(&timeline->map, track_x + timeline->map.scale / 2.0);
    switch (timeline->hold) {
    case ZOE_HOLD_PLAYHEAD: zoe_session_seek(session, under, zoe_now_ns()); break;
    case ZOE_HOLD_IN:
        zoe_transport_set_area(transport, edge < transport->out ? edge : transport->out,
                               transport->out);
        zoe_session_touch(session);
        break;
    case ZOE_HOLD_OUT: {
        int64_t out =
            zoe_timeline_map_position(&timeline->map, track_x - timeline->map.scale / 2.0);
        zoe_transport_set_area(transport, transport->in, out > transport->in ? out : transport->in);
        zoe_session_touch(session);
        break;
    }
    case ZOE_HOLD_PAN:
        zoe_timeline_map_pan(&timeline->map, (double)dx);
        timeline->columns_stale = true;
        break;
    case ZOE_HOLD_NONE: break;
    }
}

bool zoe_timeline_press(zoe_timeline *timeline, const zoe_window *window, zoe_session *session,
                        int x, int y, int button, int clicks, int alt)
{
    if (!zoe_inside(timeline->area, x, y))
        return false;
    zoe_transport *transport = zoe_session_transport(session);
    if (!transport || timeline->hold != ZOE_HOLD_NONE)
        return true;
    if (button == SDL_BUTTON_MIDDLE || (button == SDL_BUTTON_LEFT && alt)) {
        timeline->hold = ZOE_HOLD_PAN;
        return true;
    }
    if (button != SDL_BUTTON_LEFT)
        return true;
    timeline->hold = find_hold(timeline, window, session, x, y);
    if (clicks >= 2 && (timeline->hold == ZOE_HOLD_IN || timeline->hold == ZOE_HOLD_OUT)) {
        int in_end = timeline->hold == ZOE_HOLD_IN;
        zoe_transport_set_area(transport, in_end ? 0 : transport->in,
                               in_end ? transport->out : transport->count - 1);
        zoe_session_touch(session);
        timeline->hold = ZOE_HOLD_NONE;
    } else if (timeline->hold == ZOE_HOLD_PLAYHEAD) {
        zoe_session_scrub_begin(session, zoe_now_ns());
        drag(timeline, session, x, 0);
    }
    return true;
}

bool zoe_timeline_move(zoe_timeline *timeline, const zoe_window *window, zoe_session *session,
                       int x, int y, int dx)
{
    zoe_timeline_hold hover = find_hold(timeline, window, session, x, y);
    bool changed =
        hover != timeline->hover || (hover == ZOE_HOLD_PLAYHEAD && x != timeline->pointer_x);
    timeline->hover = hover;
    timeline->pointer_x = x;
    timeline->pointer_y = y;
    if (timeline->hold == ZOE_HOLD_NONE)
        return changed;
    drag(timeline, session, x, dx);
    return true;
}

bool zoe_timeline_release(zoe_timeline *timeline, zoe_session *session)
{
    if (timeline->hold == ZOE_HOLD_NONE)
        return false;
    if (timeline->hold == ZOE_HOLD_PLAYHEAD)
        zoe_session_scrub_end(session, zoe_now_ns());
    timeline->hold = ZOE_HOLD_NONE;
    return true;
}

bool zoe_timeline_wheel(zoe_timeline *timeline, int x, int y, double across, double along)
{
    if (!zoe_inside(timeline->area, x, y))
        return false;
    if (along < 0.0 || along > 0.0)
        zoe_timeline_map_zoom(&timeline->map, (double)(x - timeline->ruler.x), pow(1.25, along));
    if (across < 0.0 || across > 0.0)
        zoe_timeline_map_pan(&timeline->map, across * (double)timeline->ruler.w / 16.0);
    timeline->columns_stale = true;
    return true;
}
