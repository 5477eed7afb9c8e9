#include "ui/statusbar.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model/sample.h"
#include "ui/theme.h"

enum { FIELD = 1100, FIELD_TEXT = 320, PATH_CAPACITY = 4096 };

void zoe_statusbar_open(zoe_statusbar *bar, const zoe_options *options, const zoe_message *message)
{
    memset(bar, 0, sizeof *bar);
    bar->options = options;
    bar->message = message;
    bar->pointer_x = -1;
    bar->pointer_y = -1;
}

int zoe_statusbar_height(const zoe_window *window)
{
    return 2 * zoe_px(window, ZOE_STATUS_ROW) + zoe_px(window, ZOE_SPACE);
}

void zoe_statusbar_memory_text(const zoe_stats *stats, char *text, size_t capacity)
{
    double limit = (double)stats->limit_bytes;
    double percent = limit > 0.0 ? 100.0 * (double)stats->used_bytes / limit : 0.0;
    snprintf(text, capacity, "Mem: %" PRIu64 "/%" PRIu64 " MB (%.0f%%)", stats->used_bytes >> 20,
             stats->limit_bytes >> 20, percent);
}

/* ---- a row of fields ---- */

/* What is left of a row between the fields on its left and on its right. */
typedef struct row {
    const zoe_window *window;
    int left, right, y;
} row;

static row begin_row(const zoe_window *window, SDL_Rect area, int index)
{
    int height = zoe_px(window, ZOE_STATUS_ROW);
    int margin = zoe_px(window, ZOE_MARGIN);
    int text = zoe_text_height(window->text, ZOE_TEXT_BODY);
    return (row){window, area.x + margin, area.x + area.w - margin,
                 area.y + index * height + (height - text) / 2};
}

static int field_gap(const row *r)
{
    return zoe_px(r->window, ZOE_SPACE * 5);
}

static void put_left(row *r, SDL_Color color, const char *text)
{
    int width = zoe_text_width(r->window->text, ZOE_TEXT_BODY, text);
    if (!text[0] || r->left + width > r->right)
        return;
    zoe_text_draw(r->window->text, ZOE_TEXT_BODY, r->left, r->y, color, text);
    r->left += width + field_gap(r);
}

static void put_right(row *r, SDL_Color color, const char *text)
{
    int width = zoe_text_width(r->window->text, ZOE_TEXT_BODY, text);
    if (!text[0] || r->right - width < r->left)
        return;
    zoe_text_draw(r->window->text, ZOE_TEXT_BODY, r->right - width, r->y, color, text);
    r->right -= width + field_gap(r);
}

/* ---- fields ---- */

static const char *const view_names[] = {"", "Red", "Green", "Blue", "Alpha", "Luminance"};

static void file_name(const zoe_sequence *sequence, int64_t position, char *text, size_t capacity)
{
    char path[PATH_CAPACITY];
    if (zoe_sequence_path(sequence, position, path, sizeof path) != ZOE_OK) {
        snprintf(text, capacity, "%s", zoe_sequence_name(sequence));
        return;
    }
    const char *slash = strrchr(path, '/');
    snprintf(text, capacity, "%.1000s", slash ? slash + 1 : path);
}

/* "23.976", "24": no more decimals than say something. */
static void rate_text(double rate, char *text, size_t capacity)
{
    if (fabs(rate - floor(rate + 0.5)) < 0.0005)
        snprintf(text, capacity, "%.0f", rate);
    else
        snprintf(text, capacity, "%.3f", rate);
}

/* `widest` keeps room for a wider text, so that neighbours stay put. */
typedef struct field {
    char text[FIELD_TEXT];
    bool minor;         /* left out before what changes the picture is */
    const char *widest; /* NULL: the text itself */
    SDL_Color color;
    int width; /* worked out */
} field;

enum { PLAYBACK_FIELDS = 5, PLAYBACK_LEAST = 2 /* state and rate */ };

static void fill_playback(field fields[PLAYBACK_FIELDS], const zoe_transport *t)
{
    char rate[32];
    zoe_theme theme = zoe_theme_dark;
    field *state = &fields[0], *fps = &fields[1], *skipped = &fields[2];
    if (t->speed == 0)
        snprintf(state->text, sizeof state->text, "Paused");
    else if (t->speed == 1)
        snprintf(state->text, sizeof state->text, "Playing");
    else
        snprintf(state->text, sizeof state->text, "%s %d\303\227", t->speed < 0 ? "Back" : "Fast",
                 t->speed < 0 ? -t->speed : t->speed);
    state->widest = "Playing";
    state->color = t->speed ? theme.text_light : theme.text_dim;

    double measured = zoe_transport_measured_rate(t, zoe_now_ns());
    rate_text((double)t->rate_numerator / (double)t->rate_denominator, rate, sizeof rate);
    if (t->speed && measured > 0.0)
        snprintf(fps->text, sizeof fps->text, "%.1f of %.12s fps", measured, rate);
    else
        snprintf(fps->text, sizeof fps->text, "%.12s fps", rate);
    fps->widest = "00.0 of 23.976 fps";
    fps->color = theme.text;

    snprintf(skipped->text, sizeof skipped->text, "%" PRIu64 " skipped", t->skipped);
    skipped->widest = "000 skipped";
    skipped->color = t->skipped ? theme.text : theme.text_dim;
    char label[ZOE_OPTION_TEXT];
    snprintf(fields[3].text, sizeof fields[3].text, "%s",
             zoe_option_label(ZOE_OPTION(loop), (int)t->loop, label));
    snprintf(fields[4].text, sizeof fields[4].text, "%s",
             zoe_option_label(ZOE_OPTION(policy), (int)t->policy, label));
    fields[3].color = theme.text;
    fields[4].color = theme.text;
}

/* What finds no room is left out from the right: what changes by itself stays longest. `beside`:
 * width of what goes before all but state and rate. */
static void draw_playback(row *r, const zoe_transport *t, int beside)
{
    field fields[PLAYBACK_FIELDS];
    zoe_text *text = r->window->text;
    memset(fields, 0, sizeof fields);
    fill_playback(fields, t);
    int count = 0, needed = 0;
    for (; count < PLAYBACK_FIELDS; count++) {
        field *f = &fields[count];
        int own = zoe_text_width(text, ZOE_TEXT_BODY, f->text);
        int wide = f->widest ? zoe_text_width(text, ZOE_TEXT_BODY, f->widest) : own;
        f->width = own > wide ? own : wide;
        int kept = count < PLAYBACK_LEAST ? 0 : beside;
        if (needed + f->width > r->right - r->left - kept)
            break;
        needed += f->width + field_gap(r);
    }
    while (count-- > 0) {
        const field *f = &fields[count];
        int own = zoe_text_width(text, ZOE_TEXT_BODY, f->text);
        zoe_text_draw(text, ZOE_TEXT_BODY, r->right - own, r->y, f->color, f->text);
        r->right -= f->width + field_gap(r);
    }
}

/* Four digits that count; powers of ten only where there are many more. */
static void range_text(const zoe_value_range *range, char *text, size_t capacity)
{
    const double ends[2] = {(double)range->min, (double)range->max};
    char words[2][32];
    for (int i = 0; i < 2; i++) {
        double size = fabs(ends[i]);
        snprintf(words[i], sizeof words[i], size >= 1000.0 && size < 1e7 ? "%.0f" : "%.4g",
                 ends[i]);
    }
    snprintf(text, capacity, "%s to %s", words[0], words[1]);
}

enum { PICTURE_FIELDS = 16 };

/* The fields that tell how the picture is seen. */
typedef struct field_list {
    field fields[PICTURE_FIELDS];
    int count;
} field_list;

static void add_field(field_list *list, bool minor, SDL_Color color, const char *format, ...)
    ZOE_PRINTF(4, 5);

/* Empty texts are not kept. */
static void add_field(field_list *list, bool minor, SDL_Color color, const char *format, ...)
{
    field *f = &list->fields[list->count];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(f->text, sizeof f->text, format, arguments);
    va_end(arguments);
    f->color = color;
    f->minor = minor;
    list->count += f->text[0] != '\0';
}

static void fill_picture(field_list *list, zoe_session *session, const zoe_view *view,
                         const zoe_options *options)
{
    char text[FIELD_TEXT];
    zoe_theme theme = zoe_theme_dark;
    const zoe_shot *shot = zoe_session_shot(session);
    const zoe_frame *shown = &session->screen.frame;
    const zoe_grade *grade = &session->grade;
    const zoe_value_range *range = zoe_session_range(session);
    list->count = 0;
    if (shown->pin) {
        zoe_box box = view->map.box;
        add_field(list, true, theme.text, "%" PRId32 "\303\227%" PRId32, box.max_x - box.min_x + 1,
                  box.max_y - box.min_y + 1);
        if (shown->proxy_shift > 0)
            add_field(list, false, theme.text, "1/%d", 1 << shown->proxy_shift);
    }
    if (session->screen.is_fallback)
        add_field(list, false, theme.text, "%s (no %s)", shot->fallback.layer, shot->layer);
    else
        add_field(list, false, theme.text, "%s", shot->layer);
    if (range) {
        range_text(range, text, sizeof text);
        add_field(list, false, theme.text_dim, "%s", text);
    }
    if (shown->pin)
        add_field(list, true, theme.text, "%.*f%%", view->map.zoom < 0.1 ? 1 : 0,
                  view->map.zoom * 100.0);
    add_field(list, false, theme.text_light, "%s", view_names[grade->view]);
    for (size_t i = 0; i < zoe_option_count && list->count < PICTURE_FIELDS; i++) {
        const zoe_option *option = &zoe_option_table[i];
        double number = zoe_option_number(option, options);
        if (!(option->where & ZOE_IN_STATUSBAR) || fabs(number - option->normal) <= 0.0)
            continue;
        char figure[ZOE_OPTION_TEXT];
        zoe_option_figure(option, number, figure);
        add_field(list, false, theme.text, "%s %s", option->brief, figure);
    }
}

static int width_beside(const row *r, const field *f)
{
    return zoe_text_width(r->window->text, ZOE_TEXT_BODY, f->text) + field_gap(r);
}

/* What changes the picture is told before what the user set once for all of them. */
static void draw_settings(row *r, const zoe_transport *t, zoe_session *session,
                          const zoe_view *view, const zoe_options *options)
{
    field_list picture;
    int needed = 0;
    fill_picture(&picture, session, view, options);
    for (int i = 0; i < picture.count; i++)
        needed += width_beside(r, &picture.fields[i]);
    draw_playback(r, t, needed);
    for (int i = 0; i < picture.count; i++) {
        const field *f = &picture.fields[i];
        /* The last one needs no gap behind it. */
        if (!f->minor || needed - field_gap(r) <= r->right - r->left)
            put_left(r, f->color, f->text);
        needed -= width_beside(r, f);
    }
}

static void draw_frame_row(const zoe_statusbar *bar, const zoe_window *window, zoe_session *session,
                           const zoe_view *view)
{
    char text[FIELD];
    zoe_theme theme = zoe_theme_dark;
    const zoe_sequence *sequence = zoe_session_sequence(session);
    const zoe_transport *t = zoe_session_transport(session);
    row r = begin_row(window, bar->area, 0);
    file_name(sequence, t->playhead, text, sizeof text);
    int most = (r.right - r.left) / 2;
    r.left = zoe_text_draw_within(window->text, ZOE_TEXT_BODY, r.left, r.y, most, theme.text_light,
                                  text, 1) +
             field_gap(&r);
    if (t->count == 1)
        snprintf(text, sizeof text, "Single picture");
    else
        snprintf(text, sizeof text, "%" PRId64 " of %" PRId64 "\342\200\223%" PRId64,
                 zoe_sequence_number(sequence, t->playhead), zoe_sequence_first(sequence),
                 zoe_sequence_last(sequence));
    put_left(&r, theme.text, text);
    if (session->screen.frame.pin && !session->screen.is_foreign)
        put_left(&r, theme.text, session->screen.frame.time_code);
    draw_settings(&r, t, session, view, bar->options);
}

/* ---- pixel values ---- */

static const char half_note[] = "as half";
static const char half_hint[] = "as half; Shift+D: in full";

/* True for values that the file has with more digits than are kept. */
static bool is_narrowed(const zoe_session *session)
{
    const zoe_shot *shot = &session->shots[session->current];
    bool wide = session->screen.is_fallback ? shot->fallback.is_wide : shot->is_wide;
    for (uint32_t i = 0; i < session->screen.frame.plane_count; i++)
        wide = wide && session->screen.frame.planes[i].type == ZOE_SAMPLE_HALF;
    return wide;
}

/* What stands behind the values: ids as their bits, and what is lost of them. */
static void note_text(const zoe_session *session, const double *values, char *text, size_t capacity)
{
    const zoe_shot *shot = &session->shots[session->current];
    const zoe_frame *frame = &session->screen.frame;
    char bits[2][ZOE_SAMPLE_TEXT] = {"", ""};
    int hashed = shot->is_hashed && !session->screen.is_fallback;
    text[0] = '\0';
    if (is_narrowed(session)) {
        double most = 0.0;
        for (uint32_t i = 0; i < frame->plane_count; i++)
            most = fmax(most, fabs(values[i]));
        /* From 2048 on a half does not hold every integer, and never an id that is hashed. */
        snprintf(text, capacity, "%s", most >= 2048.0 || hashed ? half_hint : half_note);
    } else if (frame->planes[0].type == ZOE_SAMPLE_UINT ? frame->plane_count == 1 : hashed) {
        /* Cryptomatte: id, coverage, id, coverage. */
        zoe_sample_bits(values[0], frame->planes[0].type, bits[0]);
        if (frame->plane_count > 2)
            zoe_sample_bits(values[2], frame->planes[2].type, bits[1]);
        snprintf(text, capacity, "%s  %s", bits[0], bits[1]);
    }
}

static const char *widest_note(const zoe_session *session)
{
    const zoe_shot *shot = &session->shots[session->current];
    if (is_narrowed(session))
        return half_hint;
    return shot->is_hashed && session->screen.frame.plane_count > 2 ? "0xdddddddd  0xdddddddd  "
                                                                    : "0xdddddddd  ";
}

/* Values keep their columns, so that digits do not jump. */
static int value_width(zoe_text *text, const zoe_plane *plane)
{
    return zoe_text_width(text, ZOE_TEXT_BODY, zoe_sample_widest(plane->type)) +
           zoe_text_width(text, ZOE_TEXT_BODY, "R   ");
}

static void draw_probe(row *r, const zoe_statusbar *bar, const zoe_view *view,
                       const zoe_session *session)
{
    static const char *const letters[] = {"R", "G", "B"};
    zoe_text *text = r->window->text;
    const zoe_frame *frame = &session->screen.frame;
    char figures[64];
    int32_t x = 0, y = 0;
    double values[ZOE_PLANES_MAX] = {0};
    int letter_width = zoe_text_width(text, ZOE_TEXT_BODY, "R ");
    int32_t count = zoe_view_probe(view, frame, bar->pointer_x, bar->pointer_y, &x, &y, values);
    if (!frame->pin)
        return;
    if (count > 0) {
        snprintf(figures, sizeof figures, "%" PRId32 ", %" PRId32, x, y);
        zoe_text_draw(text, ZOE_TEXT_BODY, r->left, r->y, zoe_theme_dark.text, figures);
    }
    int at = r->left + zoe_text_width(text, ZOE_TEXT_BODY, "00000, 00000  ");
    for (int32_t i = 0; i < (int32_t)frame->plane_count; i++) {
        const char *name = i == frame->alpha_plane    ? "A"
                           : frame->is_color && i < 3 ? letters[i]
                                                      : "";
        int width = value_width(text, &frame->planes[i]);
        if (i < count && at + width <= r->right) {
            int named = name[0] ? letter_width : 0;
            zoe_sample_text(values[i], frame->planes[i].type, figures);
            zoe_text_draw(text, ZOE_TEXT_BODY, at, r->y, zoe_theme_dark.text_dim, name);
            zoe_text_draw(text, ZOE_TEXT_BODY, at + named, r->y, zoe_theme_dark.text, figures);
        }
        at += width;
    }
    note_text(session, values, figures, sizeof figures);
    int width = zoe_text_width(text, ZOE_TEXT_BODY, widest_note(session));
    if (count > 0 && at + width <= r->right)
        zoe_text_draw(text, ZOE_TEXT_BODY, at, r->y, zoe_theme_dark.text_dim, figures);
    at += figures[0] ? width : 0;
    /* The room stays, so that a message does not jump when the pointer leaves the picture. */
    r->left = at + field_gap(r);
}

void zoe_statusbar_draw(zoe_statusbar *bar, const zoe_window *window, zoe_session *session,
                        const zoe_view *view, const zoe_stats *stats)
{
    char text[FIELD];
    zoe_fill(window, bar->area, zoe_theme_dark.bar);
    if (session->count)
        draw_frame_row(bar, window, session, view);
    row r = begin_row(window, bar->area, 1);
    zoe_statusbar_memory_text(stats, text, sizeof text);
    put_right(&r, zoe_theme_dark.text, text);
    if (session->count)
        draw_probe(&r, bar, view, session);
    bool is_bad;
    const char *message = zoe_message_line(bar->message, session, &is_bad, text, sizeof text);
    zoe_text_draw_within(window->text, ZOE_TEXT_BODY, r.left, r.y, r.right - r.left,
                         is_bad ? zoe_theme_dark.text_light : zoe_theme_dark.text, message, 1);
}
