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
    NEAR = 64,    /* or-ed to a column's state: not in memory, and its bytes are on disk */
    BATCH = 4096, /* states read at a time */
    OVERVIEW = 4, /* points, its height */
    FOOT = 6,     /* points, of a handle of the work area */
    HATCH = 6,    /* points between the stripes of a gap */
    LABELS = 8,   /* places that other numbers keep clear of */
};

void zoe_timeline_open(zoe_timeline *timeline)
{
    memset(timeline, 0, sizeof *timeline);
    zoe_timeline_map_init(&timeline->map, 1, 1);
    timeline->pointer_x = -1;
    timeline->indicator_height = ZOE_INDICATOR_HEIGHT;
}

void zoe_timeline_close(zoe_timeline *timeline)
{
    free(timeline->columns);
    memset(timeline, 0, sizeof *timeline);
}

int zoe_timeline_height(const zoe_ui *ui, const zoe_timeline *timeline)
{
    return zoe_ui_px(ui, ZOE_SPACE * 2 + ZOE_RULER_HEIGHT + timeline->indicator_height +
                             ZOE_TIMELINE_PAD);
}

void zoe_timeline_place(zoe_timeline *timeline, const zoe_ui *ui, SDL_Rect area)
{
    SDL_Rect rest = area;
    timeline->area = area;
    rest = zoe_inset(rest, zoe_ui_px(ui, ZOE_MARGIN), 0);
    rest.w = rest.w < 1 ? 1 : rest.w;
    SDL_Rect above = zoe_cut_top(&rest, zoe_ui_px(ui, ZOE_SPACE * 2));
    timeline->overview = zoe_centered(above, above.w, zoe_ui_px(ui, OVERVIEW));
    timeline->ruler = zoe_cut_top(&rest, zoe_ui_px(ui, ZOE_RULER_HEIGHT));
    timeline->indicator = zoe_cut_top(&rest, zoe_ui_px(ui, timeline->indicator_height));
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

/* The states of a long run of frames, read in batches and merged into one; with NEAR where the
 * bytes of all that have a file are near. */
static uint8_t merged_state(const zoe_source *source, int64_t first, int64_t last)
{
    uint8_t states[BATCH], nearness[BATCH];
    uint8_t merged = ZOE_FRAME_MISSING;
    bool is_near = zoe_source_is_far(source) != 0;
    while (first <= last) {
        int64_t count = last - first + 1 < BATCH ? last - first + 1 : BATCH;
        if (zoe_source_states(source, first, count, states) != ZOE_OK ||
            zoe_source_nearness(source, first, count, nearness) != ZOE_OK)
            return merged;
        for (int64_t i = 0; i < count; i++) {
            merged = zoe_timeline_merge(merged, states[i]);
            is_near = is_near && (nearness[i] == ZOE_NEAR || states[i] == ZOE_FRAME_MISSING);
        }
        first += count;
    }
    return is_near ? merged | NEAR : merged;
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

/* A gap in the sequence: stripes, which no state has. */
void zoe_timeline_draw_gap(zoe_ui *ui, SDL_Rect run)
{
    int step = zoe_ui_px(ui, HATCH), dot = zoe_ui_px(ui, 1), wide = 2 * dot;
    for (int y = 0; y < run.h; y += dot) {
        /* The same stripes wherever a run begins. */
        int first = run.x - (run.x + y) % step;
        for (int x = first; x < run.x + run.w; x += step) {
            SDL_Rect piece = {x, run.y + run.h - y - dot, wide, dot};
            zoe_draw_fill(&ui->draw, zoe_rect_common(piece, run), 0, zoe_theme_dark.tick);
        }
    }
}

void zoe_timeline_draw_near(zoe_ui *ui, SDL_Rect rect)
{
    int thin = rect.h / 3 > 0 ? rect.h / 3 : 1;
    zoe_draw_fill(&ui->draw, (SDL_Rect){rect.x, rect.y + rect.h - thin, rect.w, thin}, 0,
                  zoe_theme_dark.near);
}

void zoe_timeline_draw_state(zoe_ui *ui, SDL_Rect rect, uint8_t state)
{
    zoe_draw_fill(&ui->draw, rect, 0, zoe_theme_state(state));
    if (state != ZOE_FRAME_INCOMPLETE)
        return;
    /* In memory, but not all of it was in the file: the lower half says so. */
    rect.y += rect.h / 2;
    rect.h -= rect.h / 2;
    zoe_draw_fill(&ui->draw, rect, 0, zoe_theme_state(ZOE_FRAME_ERROR));
}

static void draw_indicator(zoe_timeline *timeline, zoe_ui *ui, const zoe_session *session)
{
    SDL_Rect strip = timeline->indicator;
    zoe_draw_fill(&ui->draw, strip, 0, zoe_theme_dark.track);
    if (!fit_columns(timeline))
        return;
    if (zoe_timeline_outdated(timeline, session))
        read_columns(timeline, session->shots[session->current].source);
    for (int x = 0; x < strip.w;) {
        uint8_t column = timeline->columns[x];
        int end = x + 1;
        while (end < strip.w && timeline->columns[end] == column)
            end++;
        uint8_t state = column == NO_STATE ? NO_STATE : column & (uint8_t)~NEAR;
        SDL_Rect run = {strip.x + x, strip.y, end - x, strip.h};
        if (state == ZOE_FRAME_MISSING)
            zoe_timeline_draw_gap(ui, run);
        else if (state != NO_STATE)
            zoe_timeline_draw_state(ui, run, state);
        bool is_loaded = state == ZOE_FRAME_LOADED || state == ZOE_FRAME_INCOMPLETE;
        if (column != state && !is_loaded && state != ZOE_FRAME_MISSING)
            zoe_timeline_draw_near(ui, run);
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

static void draw_area(const zoe_timeline *timeline, zoe_ui *ui, const zoe_transport *transport)
{
    SDL_Rect ruler = timeline->ruler;
    zoe_draw_fill(&ui->draw, ruler, 0, zoe_theme_dark.track);
    int left = screen_x(timeline, (double)transport->in);
    int right = screen_x(timeline, (double)transport->out + 1.0);
    left = left < ruler.x ? ruler.x : left;
    right = right > ruler.x + ruler.w ? ruler.x + ruler.w : right;
    zoe_draw_fill(&ui->draw, (SDL_Rect){left, ruler.y, right - left, ruler.h}, 0,
                  zoe_theme_dark.area);
}

static void number_text(const zoe_sequence *sequence, int64_t position, char text[32])
{
    snprintf(text, 32, "%" PRId64, zoe_sequence_number(sequence, position));
}

static int widest_number(zoe_ui *ui, const zoe_sequence *sequence)
{
    char first[32], last[32];
    number_text(sequence, 0, first);
    number_text(sequence, zoe_sequence_count(sequence) - 1, last);
    int a = zoe_ui_text_width(ui, ZOE_TEXT_SMALL, first);
    int b = zoe_ui_text_width(ui, ZOE_TEXT_SMALL, last);
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

/* The plate with a frame's number, kept inside the ruler. */
static SDL_Rect plate_rect(const zoe_timeline *timeline, zoe_ui *ui, const zoe_sequence *sequence,
                           int64_t position)
{
    char text[32];
    number_text(sequence, position, text);
    SDL_Rect ruler = timeline->ruler;
    int width = zoe_ui_text_width(ui, ZOE_TEXT_SMALL, text) + 2 * zoe_ui_px(ui, ZOE_SPACE);
    int height = zoe_ui_text_height(ui, ZOE_TEXT_SMALL) + zoe_ui_px(ui, 2);
    int x =
        zoe_clamp_int(mark_x(timeline, position) - width / 2, ruler.x, ruler.x + ruler.w - width);
    return (SDL_Rect){x, ruler.y + zoe_ui_px(ui, 2), width, height};
}

/* The plate of the pointed position, beside the playhead's where both want one place. */
static SDL_Rect pointed_rect(const zoe_timeline *timeline, zoe_ui *ui, const zoe_sequence *sequence,
                             int64_t position, SDL_Rect playhead)
{
    SDL_Rect plate = plate_rect(timeline, ui, sequence, position), ruler = timeline->ruler;
    if (!SDL_HasIntersection(&plate, &playhead))
        return plate;
    int gap = zoe_ui_px(ui, 2), left = playhead.x - gap - plate.w,
        right = playhead.x + playhead.w + gap;
    bool to_left = plate.x + plate.w / 2 < playhead.x + playhead.w / 2;
    if ((to_left && left >= ruler.x) || right + plate.w > ruler.x + ruler.w)
        plate.x = left;
    else
        plate.x = right;
    return plate;
}

/* Places that are taken: no number is drawn there. */
typedef struct labels {
    SDL_Rect taken[LABELS];
    int count;
} labels;

static bool is_taken(const labels *others, const SDL_Rect *place)
{
    for (int i = 0; i < others->count; i++) {
        if (SDL_HasIntersection(place, &others->taken[i]))
            return true;
    }
    return false;
}

static void take(labels *others, SDL_Rect place)
{
    if (others->count < LABELS)
        others->taken[others->count++] = place;
}

/* A number in the ruler at x, unless its place is taken. The place has some room around it. */
static bool draw_number_at(const zoe_timeline *timeline, zoe_ui *ui, const char *text, int x,
                           const labels *others, SDL_Color color, SDL_Rect *place)
{
    SDL_Rect ruler = timeline->ruler;
    int gap = zoe_ui_px(ui, ZOE_SPACE + 1), width = zoe_ui_text_width(ui, ZOE_TEXT_SMALL, text);
    *place = (SDL_Rect){x - gap, ruler.y + zoe_ui_px(ui, 2), width + 2 * gap,
                        zoe_ui_text_height(ui, ZOE_TEXT_SMALL)};
    if (is_taken(others, place))
        return false;
    zoe_ui_text(ui, ZOE_TEXT_SMALL, x, ruler.y + zoe_ui_px(ui, 3), width, color, text,
                ZOE_UI_KEEP_BEGINNING);
    return true;
}

/* The same in the middle above the frame's mark; beside the ruler's edge the number of an end is
 * moved in, and others are left out. */
static void draw_number(const zoe_timeline *timeline, zoe_ui *ui, const zoe_sequence *sequence,
                        int64_t position, const labels *others, SDL_Color color, SDL_Rect *place)
{
    SDL_Rect ruler = timeline->ruler;
    char text[32];
    int gap = zoe_ui_px(ui, ZOE_SPACE + 1);
    number_text(sequence, position, text);
    int width = zoe_ui_text_width(ui, ZOE_TEXT_SMALL, text);
    int middle = mark_x(timeline, position) - width / 2;
    int x = zoe_clamp_int(middle, ruler.x + gap, ruler.x + ruler.w - gap - width);
    bool is_end = position == 0 || position == zoe_sequence_count(sequence) - 1;
    *place = (SDL_Rect){0, 0, 0, 0};
    if (x == middle || is_end)
        (void)draw_number_at(timeline, ui, text, x, others, color, place);
}

/* The ends of a work area that the user has set bear their numbers, inside of their handles. */
static void draw_area_ends(const zoe_timeline *timeline, zoe_ui *ui, const zoe_sequence *sequence,
                           const zoe_transport *transport, labels *others)
{
    SDL_Rect ruler = timeline->ruler;
    int foot = zoe_ui_px(ui, FOOT), gap = zoe_ui_px(ui, 2);
    for (int i = 0; i < 2; i++) {
        int64_t position = i ? transport->out : transport->in;
        int x = screen_x(timeline, (double)(position + i)) - (i ? foot : 0);
        SDL_Rect handle = {x, ruler.y, foot, ruler.h}, place;
        char text[32];
        if (position == (i ? transport->count - 1 : 0) || !zoe_rect_has(ruler, x, ruler.y))
            continue;
        number_text(sequence, position, text);
        int width = zoe_ui_text_width(ui, ZOE_TEXT_SMALL, text);
        /* Where frames are so wide that each bears its number, that one is enough. */
        bool is_wide = timeline->map.scale >= (double)(width + zoe_ui_px(ui, ZOE_SPACE * 5));
        if (!is_wide && draw_number_at(timeline, ui, text, i ? x - gap - width : x + foot + gap,
                                       others, zoe_theme_dark.text, &place))
            take(others, place);
        take(others, handle);
    }
}

/* First and last frame always bear their number where they are in sight. */
static void draw_ends(const zoe_timeline *timeline, zoe_ui *ui, const zoe_sequence *sequence,
                      labels *others)
{
    int64_t first, last, ends[2] = {0, zoe_sequence_count(sequence) - 1};
    zoe_timeline_map_visible(&timeline->map, &first, &last);
    SDL_Rect places[2] = {{0, 0, 0, 0}, {0, 0, 0, 0}};
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= first && ends[i] <= last)
            draw_number(timeline, ui, sequence, ends[i], others, zoe_theme_dark.text, &places[i]);
    }
    for (int i = 0; i < 2; i++)
        take(others, places[i]);
}

static void draw_marks(const zoe_timeline *timeline, zoe_ui *ui, const zoe_sequence *sequence,
                       labels *others)
{
    const zoe_timeline_map *map = &timeline->map;
    SDL_Rect ruler = timeline->ruler;
    int hair = zoe_ui_px(ui, 1), gap = zoe_ui_px(ui, ZOE_SPACE * 5);
    int64_t major = zoe_timeline_map_step(map, widest_number(ui, sequence) + gap);
    int64_t minor = zoe_timeline_map_step(map, zoe_ui_px(ui, 6));
    if (minor > major || major % minor != 0)
        minor = major;
    int64_t first, last;
    zoe_timeline_map_visible(map, &first, &last);
    int short_mark = zoe_ui_px(ui, 4), long_mark = zoe_ui_px(ui, 7);
    for (int64_t p = first_marked(sequence, first, minor); p <= last; p += minor) {
        SDL_Rect mark = {mark_x(timeline, p), ruler.y + ruler.h - short_mark, hair, short_mark};
        zoe_draw_fill(&ui->draw, mark, 0, zoe_theme_dark.raised);
    }
    draw_ends(timeline, ui, sequence, others);
    for (int64_t p = first_marked(sequence, first, major); p <= last; p += major) {
        SDL_Rect mark = {mark_x(timeline, p), ruler.y + ruler.h - long_mark, hair, long_mark};
        zoe_draw_fill(&ui->draw, mark, 0, zoe_theme_dark.tick);
        SDL_Rect place;
        draw_number(timeline, ui, sequence, p, others, zoe_theme_dark.text_dim, &place);
    }
}

/* A handle is a bar at the outer edge of the work area with a foot that points into it. */
static void draw_handle(const zoe_timeline *timeline, zoe_ui *ui, int64_t position,
                        zoe_timeline_hold which, int set)
{
    SDL_Rect ruler = timeline->ruler;
    int thick = zoe_ui_px(ui, 2), foot = zoe_ui_px(ui, FOOT);
    int x = screen_x(timeline, (double)position);
    if (x < ruler.x || x > ruler.x + ruler.w)
        return;
    int lit =
        timeline->hold == which || (timeline->hold == ZOE_HOLD_NONE && timeline->hover == which);
    SDL_Color color = lit ? zoe_theme_dark.accent : set ? zoe_theme_dark.text : zoe_theme_dark.tick;
    int bar_x = which == ZOE_HOLD_IN ? x : x - thick;
    int foot_x = which == ZOE_HOLD_IN ? x : x - foot;
    zoe_draw_fill(&ui->draw, (SDL_Rect){bar_x, ruler.y, thick, ruler.h}, 0, color);
    zoe_draw_fill(&ui->draw, (SDL_Rect){foot_x, ruler.y, foot, thick}, 0, color);
    zoe_draw_fill(&ui->draw, (SDL_Rect){foot_x, ruler.y + ruler.h - thick, foot, thick}, 0, color);
}

/* A frame number on a plate at the ruler's top. */
static void draw_plate(zoe_ui *ui, const zoe_sequence *sequence, int64_t position, SDL_Rect box,
                       SDL_Color plate, SDL_Color ink)
{
    char text[32];
    number_text(sequence, position, text);
    zoe_draw_fill(&ui->draw, box, zoe_ui_px(ui, 2), plate);
    zoe_ui_text(ui, ZOE_TEXT_SMALL, box.x + zoe_ui_px(ui, ZOE_SPACE), box.y + zoe_ui_px(ui, 1),
                box.w, ink, text, ZOE_UI_KEEP_BEGINNING);
}

static bool is_in_sight(const zoe_timeline *timeline, int64_t position)
{
    int x = mark_x(timeline, position);
    return x >= timeline->ruler.x && x <= timeline->ruler.x + timeline->ruler.w;
}

/* The playhead's line ends above the indicator and goes on below it: its colours stay readable. */
static void draw_playhead(const zoe_timeline *timeline, zoe_ui *ui, int64_t position)
{
    SDL_Rect ruler = timeline->ruler;
    int x = mark_x(timeline, position), thick = zoe_ui_px(ui, 2);
    SDL_Rect line = {x - thick / 2, ruler.y, thick, ruler.h};
    zoe_draw_fill(&ui->draw, line, 0, zoe_theme_dark.accent);
    int below = timeline->indicator.y + timeline->indicator.h;
    int side = zoe_ui_px(ui, 5);
    for (int i = 0; i < side; i++) {
        SDL_Rect row = {x - i, below + 1 + i, 2 * i + 1, 1};
        zoe_draw_fill(&ui->draw, row, 0, zoe_theme_dark.accent);
    }
}

/* Out of sight: at the side where it is, an arrow that points there. */
static void draw_way_to_playhead(const zoe_timeline *timeline, zoe_ui *ui, int64_t position)
{
    SDL_Rect ruler = timeline->ruler;
    bool left = mark_x(timeline, position) < ruler.x;
    int side = zoe_ui_px(ui, 12);
    SDL_Rect place = left ? zoe_cut_left(&ruler, side) : zoe_cut_right(&ruler, side);
    place = zoe_cut_bottom(&place, side);
    zoe_draw_icon(&ui->draw, place, left ? ZOE_ICON_BACKWARD : ZOE_ICON_PLAY,
                  zoe_theme_dark.accent);
}

/* Pixels of the overview for each position. */
static double overview_scale(const zoe_timeline *timeline)
{
    return (double)timeline->overview.w / (double)timeline->map.count;
}

/* The part of the overview that the ruler shows: never too small to be taken hold of. */
static SDL_Rect overview_part(const zoe_timeline *timeline, const zoe_ui *ui)
{
    const zoe_timeline_map *map = &timeline->map;
    SDL_Rect whole = timeline->overview, part = whole;
    double each = overview_scale(timeline);
    part.w = zoe_clamp_int((int)lround((double)map->width / map->scale * each), zoe_ui_px(ui, 12),
                           whole.w);
    part.x =
        zoe_clamp_int(whole.x + (int)lround(map->left * each), whole.x, whole.x + whole.w - part.w);
    return part;
}

/* Enlarged: which part of all frames is in sight, and where the playhead is in them. */
static void draw_overview(const zoe_timeline *timeline, zoe_ui *ui, const zoe_transport *transport)
{
    if (timeline->map.fitted)
        return;
    SDL_Rect whole = timeline->overview, part = overview_part(timeline, ui);
    int mark = zoe_ui_px(ui, 2);
    bool is_lit = timeline->hold == ZOE_HOLD_OVERVIEW ||
                  (timeline->hold == ZOE_HOLD_NONE && timeline->hover == ZOE_HOLD_OVERVIEW);
    zoe_draw_fill(&ui->draw, whole, whole.h / 2, zoe_theme_dark.track);
    zoe_draw_fill(&ui->draw, part, whole.h / 2, is_lit ? ui->style->thumb_hover : ui->style->thumb);
    SDL_Rect playhead = whole;
    playhead.w = mark;
    playhead.x +=
        (int)lround(((double)transport->playhead + 0.5) * overview_scale(timeline)) - mark / 2;
    zoe_draw_fill(&ui->draw, playhead, 0, zoe_theme_dark.accent);
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

static void draw_pointer(const zoe_timeline *timeline, zoe_ui *ui, int64_t position)
{
    SDL_Rect ruler = timeline->ruler;
    SDL_Rect line = {mark_x(timeline, position), ruler.y, zoe_ui_px(ui, 1), ruler.h};
    if (timeline->hold == ZOE_HOLD_NONE)
        zoe_draw_fill(&ui->draw, line, 0, zoe_theme_dark.tick);
}

static void draw_ruler(const zoe_timeline *timeline, zoe_ui *ui, const zoe_sequence *sequence,
                       const zoe_transport *transport)
{
    labels others = {.count = 0};
    int64_t playhead = transport->playhead, pointed = pointed_at(timeline, transport);
    bool is_set = transport->in > 0 || transport->out < transport->count - 1;
    bool in_sight = is_in_sight(timeline, playhead);
    SDL_Rect plate = plate_rect(timeline, ui, sequence, playhead), other = {0, 0, 0, 0};
    if (!in_sight)
        plate = (SDL_Rect){0, 0, 0, 0};
    if (pointed >= 0)
        other = pointed_rect(timeline, ui, sequence, pointed, plate);
    take(&others, plate);
    take(&others, other);
    draw_area(timeline, ui, transport);
    draw_area_ends(timeline, ui, sequence, transport, &others);
    draw_marks(timeline, ui, sequence, &others);
    draw_handle(timeline, ui, transport->in, ZOE_HOLD_IN, is_set);
    draw_handle(timeline, ui, transport->out + 1, ZOE_HOLD_OUT, is_set);
    if (pointed >= 0)
        draw_pointer(timeline, ui, pointed);
    if (in_sight)
        draw_playhead(timeline, ui, playhead);
    else
        draw_way_to_playhead(timeline, ui, playhead);
    if (pointed >= 0)
        draw_plate(ui, sequence, pointed, other, zoe_theme_dark.raised, zoe_theme_dark.text_light);
    if (in_sight)
        draw_plate(ui, sequence, playhead, plate, zoe_theme_dark.accent,
                   (SDL_Color){16, 16, 16, 255});
}

static void draw(zoe_timeline *timeline, zoe_ui *ui, zoe_session *session)
{
    SDL_Rect edge = timeline->area;
    zoe_draw_fill(&ui->draw, timeline->area, 0, zoe_theme_dark.bar);
    zoe_draw_fill(&ui->draw, zoe_cut_top(&edge, zoe_ui_px(ui, 1)), 0, zoe_theme_dark.line);
    const zoe_sequence *sequence = zoe_session_sequence(session);
    if (!sequence)
        return; /* nothing is open: a ruler without numbers says nothing */
    const zoe_transport *transport = zoe_session_transport(session);
    draw_overview(timeline, ui, transport);
    draw_ruler(timeline, ui, sequence, transport);
    draw_indicator(timeline, ui, session);
}

/* ---- mouse ---- */

static zoe_timeline_hold find_hold(const zoe_timeline *timeline, zoe_ui *ui, zoe_session *session,
                                   int x, int y)
{
    const zoe_transport *transport = zoe_session_transport(session);
    SDL_Rect reach = timeline->ruler;
    int slack = zoe_ui_px(ui, ZOE_HANDLE_REACH);
    reach.x -= slack;
    reach.w += 2 * slack;
    reach.h = timeline->area.y + timeline->area.h - reach.y;
    SDL_Rect above = timeline->area;
    above.h = timeline->ruler.y - above.y;
    if (transport && !timeline->map.fitted && zoe_rect_has(above, x, y))
        return ZOE_HOLD_OVERVIEW;
    if (!transport || !zoe_rect_has(reach, x, y))
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
    case ZOE_HOLD_OVERVIEW:
        zoe_timeline_map_center(&timeline->map,
                                (double)(x - timeline->grab_x - timeline->overview.x) /
                                    overview_scale(timeline));
        timeline->columns_stale = true;
        break;
    case ZOE_HOLD_NONE: break;
    }
}

/* The part in sight is taken where it was pressed, or comes to the pointer. */
static void grab_overview(zoe_timeline *timeline, const zoe_ui *ui, zoe_session *session, int x)
{
    SDL_Rect part = overview_part(timeline, ui);
    bool is_inside = x >= part.x && x < part.x + part.w;
    timeline->grab_x = is_inside ? x - (part.x + part.w / 2) : 0;
    if (!is_inside)
        drag(timeline, session, x, 0);
}

static void press(zoe_timeline *timeline, zoe_ui *ui, zoe_session *session, zoe_ui_hit hit)
{
    zoe_transport *transport = zoe_session_transport(session);
    const zoe_ui_input *in = &ui->input;
    timeline->held_button = hit.middle ? SDL_BUTTON_MMASK : SDL_BUTTON_LMASK;
    if (hit.middle || (in->modifiers & KMOD_ALT)) {
        timeline->hold = ZOE_HOLD_PAN;
        return;
    }
    timeline->hold = find_hold(timeline, ui, session, in->mouse_x, in->mouse_y);
    if (hit.clicks == 2 && (timeline->hold == ZOE_HOLD_IN || timeline->hold == ZOE_HOLD_OUT)) {
        bool in_end = timeline->hold == ZOE_HOLD_IN;
        zoe_transport_set_area(transport, in_end ? 0 : transport->in,
                               in_end ? transport->out : transport->count - 1);
        zoe_session_touch(session);
        timeline->hold = ZOE_HOLD_NONE;
    } else if (timeline->hold == ZOE_HOLD_OVERVIEW) {
        grab_overview(timeline, ui, session, in->mouse_x);
    } else if (timeline->hold == ZOE_HOLD_PLAYHEAD) {
        zoe_session_scrub_begin(session, zoe_now_ns());
        drag(timeline, session, in->mouse_x, 0);
    }
}

static void wheel(zoe_timeline *timeline, const zoe_ui_input *in, bool shift)
{
    double along = shift ? 0.0 : in->wheel_y;
    double across = -in->wheel_x + (shift ? in->wheel_y : 0.0);
    if (along != 0.0)
        zoe_timeline_map_zoom(&timeline->map, (double)(in->mouse_x - timeline->ruler.x),
                              pow(1.25, along));
    if (across != 0.0)
        zoe_timeline_map_pan(&timeline->map, across * (double)timeline->ruler.w / 16.0);
    timeline->columns_stale = true;
}

/* Returns true if something was changed. */
static bool hear(zoe_timeline *timeline, zoe_ui *ui, zoe_session *session, zoe_ui_hit hit)
{
    const zoe_ui_input *in = &ui->input;
    bool changed = false;
    int x = in->mouse_x, dx = x - timeline->last_x;
    timeline->last_x = x;
    timeline->pointer_x = hit.inside ? x : -1;
    timeline->hover = hit.inside ? find_hold(timeline, ui, session, x, in->mouse_y) : ZOE_HOLD_NONE;
    if (timeline->hold == ZOE_HOLD_NONE && (hit.pressed || hit.middle)) {
        press(timeline, ui, session, hit);
        changed = true;
    } else if (timeline->hold != ZOE_HOLD_NONE && dx) {
        drag(timeline, session, x, dx);
        changed = true;
    }
    if (timeline->hold != ZOE_HOLD_NONE && !(in->down & timeline->held_button)) {
        if (timeline->hold == ZOE_HOLD_PLAYHEAD)
            zoe_session_scrub_end(session, zoe_now_ns());
        timeline->hold = ZOE_HOLD_NONE;
        changed = true;
    }
    if (hit.hovered && (in->wheel_x != 0.0 || in->wheel_y != 0.0)) {
        wheel(timeline, in, (SDL_GetModState() & KMOD_SHIFT) != 0);
        changed = true;
    }
    if (timeline->hover == ZOE_HOLD_IN || timeline->hover == ZOE_HOLD_OUT)
        ui->answer.cursor = SDL_SYSTEM_CURSOR_SIZEWE;
    return changed;
}

void zoe_timeline_run(zoe_ui *ui, zoe_timeline *timeline, zoe_session *session,
                      zoe_timeline_result *result)
{
    zoe_ui_hit hit = zoe_ui_hear(ui, zoe_ui_make_id(ui, "timeline"), timeline->area);
    result->changed = session->count && hear(timeline, ui, session, hit);
    result->menu = session->count && hit.right;
    draw(timeline, ui, session);
}
