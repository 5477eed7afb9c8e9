#include "app/compare.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/opening.h"
#include "model/frame_header.h"
#include "model/paths.h"
#include "model/sample.h"
#include "ui/theme.h"
#include "ui/ui_button.h"

enum {
    LINE_REACH = 7, /* points beside the line where it is taken hold of */
    KNOB = 14,      /* the handles' width */
    KNOB_AWAY = 72, /* from the line's handle to the one that turns it */
    CHIP_HEIGHT = 26,
    TEXT = 320,
    NAME = ZOE_SHOT_NAME + 64,
};

static zoe_compare *compare_of(zoe_app *app)
{
    return &app->session.partners.compare;
}

static zoe_partner *partner_of(zoe_app *app)
{
    return app->session.partners.count ? &app->session.partners.list[0] : NULL;
}

/* ---- commands ---- */

/* Where nothing else is open: the next sequence of the folder, as for Page Down; for an anaglyph,
 * and where there is no next one, another view of the file. False: there is none, or it is not
 * known yet. */
static bool find_partner(zoe_app *app, zoe_compare_mode mode)
{
    zoe_error error = {ZOE_OK, ""};
    zoe_session *session = &app->session;
    if (session->count > 1)
        return true;
    const char *next = zoe_shot_neighbour(&session->shots[0], 1), *view = NULL;
    if (mode == ZOE_COMPARE_ANAGLYPH || !next) {
        zoe_app_find_views(app);
        app->compare_after = app->views_header.task ? (int)mode : ZOE_COMPARE_OFF;
        view = app->views.count ? app->views.names[0] : NULL;
    }
    if (app->compare_after)
        return false;
    if (next && !view) {
        /* At the start the line of messages says what is waited for. */
        if (!app->start.is_on)
            zoe_app_open_partner(app, next, zoe_app_compare, (int)mode);
        return false;
    }
    if (view && zoe_session_open_partner(session, NULL, NULL, view, &error) == ZOE_OK) {
        /* Red glass is the left eye's. */
        if (mode == ZOE_COMPARE_ANAGLYPH && view && !strcmp(view, "left"))
            zoe_session_show(session, session->partners.list[0].shot);
        return true;
    }
    zoe_message_say(&app->message, error.text[0] != '\0', "%s",
                    error.text[0] ? error.text : "Open another sequence to compare this one with");
    return false;
}

/* The line is where it can be seen. */
static void bring_wipe(zoe_app *app)
{
    zoe_compare *compare = compare_of(app);
    const zoe_view_map *map = &app->view.map;
    double x, y;
    compare->wipe_x = compare->wipe_y = 0.5;
    if (!map->has_picture)
        return;
    zoe_view_map_point(map, map->width / 2.0, map->height / 2.0, &x, &y);
    compare->wipe_x = (x - map->box.min_x) / ((double)map->box.max_x - map->box.min_x + 1.0);
    compare->wipe_y = (y - map->box.min_y) / ((double)map->box.max_y - map->box.min_y + 1.0);
}

void zoe_app_compare(zoe_app *app, int mode)
{
    zoe_compare *compare = compare_of(app);
    zoe_compare_mode wanted = (zoe_compare_mode)mode, before = compare->mode;
    app->compare_after = ZOE_COMPARE_OFF;
    if (wanted != ZOE_COMPARE_OFF && !find_partner(app, wanted))
        return;
    if (wanted == before && wanted == ZOE_COMPARE_FLIP)
        compare->is_second = !compare->is_second;
    else if (wanted == ZOE_COMPARE_FLIP)
        compare->is_second = true;
    else if (wanted == before)
        wanted = ZOE_COMPARE_OFF;
    if (!zoe_session_compare(&app->session, wanted))
        return;
    if (wanted == ZOE_COMPARE_WIPE)
        bring_wipe(app);
    if (wanted == ZOE_COMPARE_FLIP)
        zoe_message_clear(&app->message);
    else
        zoe_message_say(&app->message, false, "Compare: %s", zoe_compare_name(wanted));
}

void zoe_app_compare_offset(zoe_app *app, int by)
{
    zoe_compare *compare = compare_of(app);
    if (!app->session.partners.count)
        return;
    compare->offset = by ? compare->offset + by : 0;
    zoe_session_realign(&app->session);
    if (compare->offset)
        zoe_message_say(&app->message, false, "B is %" PRId64 " frame%s %s",
                        compare->offset < 0 ? -compare->offset : compare->offset,
                        compare->offset == 1 || compare->offset == -1 ? "" : "s",
                        compare->offset > 0 ? "ahead" : "behind");
    else
        zoe_message_say(&app->message, false, "B is not offset");
}

void zoe_app_compare_amount(zoe_app *app, int by)
{
    zoe_compare *compare = compare_of(app);
    if (compare->mode == ZOE_COMPARE_BLEND) {
        compare->mix = fmin(fmax(floor(compare->mix * 10.0 + 0.5) / 10.0 + 0.1 * by, 0.0), 1.0);
        zoe_message_say(&app->message, false, "Blend: %.0f%% of B", compare->mix * 100.0);
    } else if (compare->mode == ZOE_COMPARE_DIFFERENCE) {
        compare->gain = fmin(fmax(compare->gain * (by > 0 ? 2.0 : 0.5), 1.0), 4096.0);
        zoe_message_say(&app->message, false, "Difference \303\227%.0f", compare->gain);
    }
}

void zoe_app_compare_align(zoe_app *app, int unused)
{
    (void)unused;
    zoe_compare *compare = compare_of(app);
    compare->by_start = !compare->by_start;
    zoe_session_realign(&app->session);
    zoe_message_say(&app->message, false, "Compared by %s",
                    compare->by_start ? "first frame" : "frame number");
}

void zoe_app_compare_size(zoe_app *app, int unused)
{
    (void)unused;
    zoe_compare *compare = compare_of(app);
    compare->is_exact = !compare->is_exact;
    zoe_message_say(&app->message, false, "%s",
                    compare->is_exact ? "Pixel for pixel, middle on middle"
                                      : "Display windows as wide as each other");
}

void zoe_app_compare_menu(zoe_app *app, int unused)
{
    (void)unused;
    zoe_app_ask_menu(app, ZOE_MENU_COMPARE);
}

void zoe_app_find_views(zoe_app *app)
{
    zoe_app_views *views = &app->views;
    zoe_session *session = &app->session;
    zoe_kept_header *kept = &app->views_header;
    const char *layer = "", *now = "";
    int most = (int)(sizeof views->names / sizeof views->names[0]);
    views->count = 0;
    if (session->count)
        (void)zoe_kept_header_follow(kept, zoe_session_sequence(session),
                                     zoe_session_transport(session)->playhead, session->opened);
    const zoe_header *header = kept->task ? NULL : kept->header;
    if (!session->count || !header)
        return;
    zoe_session_layer(session, &layer, &now);
    int32_t shown = zoe_header_find_layer(header, layer[0] ? layer : NULL, now[0] ? now : NULL);
    for (size_t i = 0; i < header->layer_count && shown >= 0 && views->count < most; i++) {
        const zoe_layer *l = &header->layers[i];
        if (l->view && l->view[0] && i != (size_t)shown &&
            !strcmp(l->name, header->layers[shown].name))
            snprintf(views->names[views->count++], ZOE_VIEW_TEXT, "%s", l->view);
    }
}

void zoe_app_follow_compare(zoe_app *app)
{
    const zoe_partners *partners = &app->session.partners;
    const zoe_frame *others[ZOE_COMPARE_OTHERS] = {NULL};
    for (int i = 0; i < partners->count; i++)
        others[i] = &partners->list[i].screen.frame;
    zoe_view_compare(&app->view, &partners->compare, others, app->other_colors, partners->count);
}

/* ---- the wipe's line ---- */

static bool has_wipe(const zoe_app *app)
{
    const zoe_partners *partners = &app->session.partners;
    return partners->count && partners->compare.mode == ZOE_COMPARE_WIPE &&
           app->session.screen.frame.pin && partners->list[0].screen.frame.pin;
}

/* In device pixels of the window. */
static zoe_wipe_line line_of(const zoe_app *app)
{
    const zoe_frame *frame = &app->session.screen.frame;
    zoe_viewport port = zoe_view_port(&app->view, frame);
    zoe_wipe_line line = zoe_compare_line(&app->session.partners.compare, frame, &port);
    line.x += app->view.area.x;
    line.y += app->view.area.y;
    return line;
}

static void knob_of(const zoe_app *app, const zoe_wipe_line *line, double *x, double *y)
{
    double away = KNOB_AWAY * app->window.scale;
    *x = line->x - line->across_y * away;
    *y = line->y + line->across_x * away;
}

zoe_grab zoe_app_compare_grab(const zoe_app *app, int x, int y)
{
    double knob_x, knob_y, scale = app->window.scale;
    if (!has_wipe(app))
        return ZOE_GRAB_NONE;
    zoe_wipe_line line = line_of(app);
    knob_of(app, &line, &knob_x, &knob_y);
    if (hypot(x - knob_x, y - knob_y) <= KNOB * scale)
        return ZOE_GRAB_WIPE_TURN;
    return fabs(zoe_wipe_distance(&line, x, y)) <= LINE_REACH * scale ? ZOE_GRAB_WIPE
                                                                      : ZOE_GRAB_NONE;
}

/* Nearly upright or level is so. */
static double settled(double angle)
{
    const double right = 1.5707963267948966, slack = 0.05;
    double nearest = floor(angle / right + 0.5) * right;
    return fabs(angle - nearest) < slack ? nearest : angle;
}

void zoe_app_compare_drag(zoe_app *app, zoe_grab grab, int x, int y)
{
    zoe_compare *compare = compare_of(app);
    if (!has_wipe(app))
        return;
    if (grab == ZOE_GRAB_WIPE_TURN) {
        zoe_wipe_line line = line_of(app);
        compare->wipe_angle = settled(atan2(line.x - x, y - line.y));
    } else {
        const zoe_view_map *map = &app->view.map;
        double px, py;
        zoe_view_map_point(map, x - app->view.area.x, y - app->view.area.y, &px, &py);
        double across = (px - map->box.min_x) / ((double)map->box.max_x - map->box.min_x + 1.0);
        double down = (py - map->box.min_y) / ((double)map->box.max_y - map->box.min_y + 1.0);
        compare->wipe_x = fmin(fmax(across, 0.0), 1.0);
        compare->wipe_y = fmin(fmax(down, 0.0), 1.0);
    }
    app->redraw = true;
}

static void draw_knob(zoe_ui *ui, double x, double y, int width)
{
    SDL_Rect box = {(int)lround(x) - width / 2, (int)lround(y) - width / 2, width, width};
    SDL_Rect inner = zoe_inset(box, zoe_ui_px(ui, 2), zoe_ui_px(ui, 2));
    zoe_draw_fill(&ui->draw, box, width / 2, (SDL_Color){16, 16, 16, 255});
    zoe_draw_fill(&ui->draw, inner, inner.w / 2, (SDL_Color){232, 232, 232, 255});
}

static void draw_handles(zoe_app *app)
{
    zoe_ui *ui = &app->ui;
    double x, y;
    SDL_Rect clip = ui->draw.clip;
    if (!has_wipe(app) || !SDL_IntersectRect(&clip, &app->view.area, &ui->draw.clip))
        return;
    zoe_wipe_line line = line_of(app);
    knob_of(app, &line, &x, &y);
    draw_knob(ui, line.x, line.y, zoe_ui_px(ui, KNOB));
    draw_knob(ui, x, y, zoe_ui_px(ui, KNOB - 4));
    ui->draw.clip = clip;
}

/* ---- labels ---- */

/* A word over the picture, at the left or the right end of an area's lower edge. */
static void draw_chip(zoe_ui *ui, SDL_Rect area, bool is_right, bool is_warning, const char *text)
{
    int margin = zoe_ui_px(ui, ZOE_MARGIN), pad = zoe_ui_px(ui, ZOE_UI_PAD);
    area = zoe_inset(area, margin, margin);
    int width = zoe_ui_text_width(ui, ZOE_TEXT_BODY, text) + 2 * pad;
    width = width > area.w ? area.w : width;
    SDL_Rect row = zoe_cut_bottom(&area, zoe_ui_px(ui, CHIP_HEIGHT));
    SDL_Rect box = is_right ? zoe_cut_right(&row, width) : zoe_cut_left(&row, width);
    SDL_Color ground = ui->style->popup;
    ground.a = 224;
    zoe_draw_fill(&ui->draw, box, zoe_ui_px(ui, ZOE_UI_RADIUS), ground);
    zoe_ui_label(ui, zoe_inset(box, pad, 0), ZOE_TEXT_BODY, ZOE_UI_NAME,
                 is_warning ? ui->style->warning : ui->style->text_light, text);
}

static const char letters[] = "ABCDEFGHI";

/* An open sequence that has the name of this one, or -1: the current one, else the first. */
static int namesake(const zoe_session *session, int shot)
{
    const char *name = zoe_sequence_name(zoe_shot_sequence(&session->shots[shot]));
    for (int i = -1; i < session->count; i++) {
        int other = i < 0 ? session->current : i;
        if (other != shot &&
            !strcmp(name, zoe_sequence_name(zoe_shot_sequence(&session->shots[other]))))
            return other;
    }
    return -1;
}

bool zoe_app_shot_name(const zoe_session *session, int shot, char text[ZOE_SHOT_NAME])
{
    const zoe_sequence *own = zoe_shot_sequence(&session->shots[shot]);
    const char *name = zoe_sequence_name(own);
    int length = (int)zoe_path_shot_length(name), other = namesake(session, shot);
    char unlike[64];
    length = length > 80 ? 80 : length;
    snprintf(text, ZOE_SHOT_NAME, "%.*s", length, name);
    if (other < 0)
        return true;
    const char *folder = zoe_sequence_folder(own);
    const char *theirs = zoe_sequence_folder(zoe_shot_sequence(&session->shots[other]));
    zoe_path_unlike(folder, theirs, unlike, sizeof unlike);
    if (!unlike[0])
        return false;
    snprintf(text, ZOE_SHOT_NAME, "%s/%.*s", unlike, length, name);
    return true;
}

/* With the layer where only that tells it from another. */
static const char *name_of(const zoe_session *session, int shot, char text[NAME])
{
    char name[ZOE_SHOT_NAME];
    bool is_unlike = zoe_app_shot_name(session, shot, name);
    snprintf(text, NAME, "%s%s%.60s", name, is_unlike ? "" : "  ",
             is_unlike ? "" : session->shots[shot].layer);
    return text;
}

/* "A  sh010_v012  1001" */
static void name_current(const zoe_app *app, char text[TEXT])
{
    char name[NAME];
    const zoe_session *session = &app->session;
    const zoe_sequence *sequence = zoe_shot_sequence(&session->shots[session->current]);
    const zoe_frame *frame = &session->screen.frame;
    snprintf(text, TEXT, "A  %s  %" PRId64, name_of(session, session->current, name),
             zoe_sequence_number(sequence, zoe_screen_has_picture(&session->screen)
                                               ? frame->position
                                               : session->playhead));
}

/* Returns true where it has no picture. */
static bool name_partner(const zoe_app *app, int index, char text[TEXT])
{
    char name[NAME];
    const zoe_session *session = &app->session;
    const zoe_partner *p = &session->partners.list[index];
    const zoe_sequence *sequence = zoe_shot_sequence(&session->shots[p->shot]);
    int64_t number = zoe_sequence_number(sequence, p->position);
    char letter = letters[index + 1];
    (void)name_of(session, p->shot, name);
    if (p->screen.frame.pin)
        snprintf(text, TEXT, "%c  %s  %" PRId64 "%s", letter, name,
                 zoe_sequence_number(sequence, p->screen.frame.position),
                 app->are_unlike[index] ? "  in A's colour space" : "");
    else if (p->status == ZOE_LOADING)
        snprintf(text, TEXT, "%c  %s  %" PRId64 ": loading", letter, name, number);
    else if (p->status == ZOE_MISSING)
        snprintf(text, TEXT, "%c  %s has no frame %" PRId64, letter, name, number);
    else if (p->status == ZOE_OK)
        snprintf(text, TEXT, "%c  %s  %" PRId64 ": waits for A", letter, name, number);
    else
        snprintf(text, TEXT, "%c  %s  %" PRId64 ": %.80s", letter, name, number,
                 p->why.text[0] ? p->why.text : "cannot be read");
    return !p->screen.frame.pin;
}

static void draw_names(zoe_app *app)
{
    zoe_ui *ui = &app->ui;
    const zoe_compare *compare = compare_of(app);
    char text[TEXT];
    bool has_cells = app->view.columns * app->view.rows > 1;
    bool one = compare->mode == ZOE_COMPARE_FLIP && partner_of(app)->screen.frame.pin;
    bool only_b = one && compare->is_second, is_shared = !has_cells && !one;
    SDL_Rect left = app->view.area, right = left;
    if (is_shared)
        left = zoe_cut_left(&right, right.w / 2);
    if (!only_b) {
        name_current(app, text);
        draw_chip(ui, has_cells ? zoe_view_cell(&app->view, 0) : left, false, false, text);
    }
    for (int i = 0; i < app->session.partners.count; i++) {
        bool is_warning = name_partner(app, i, text);
        bool is_hidden = compare->mode == ZOE_COMPARE_FLIP && !compare->is_second && !is_warning;
        if (!is_hidden)
            draw_chip(ui, has_cells ? zoe_view_cell(&app->view, i + 1) : right, is_shared,
                      is_warning, text);
    }
}

/* ---- values ---- */

/* Values of A and of another one under the pointer. */
typedef struct both {
    const zoe_frame *frames[2];
    double values[2][ZOE_PLANES_MAX];
    int32_t counts[2]; /* 0 beside the picture */
} both;

/* Returns the cell under the pointer, or -1 where there is nothing to tell. Of pictures beside each
 * other the one under the pointer is the other one. */
static int read_both(zoe_app *app, both *b)
{
    const zoe_partners *partners = &app->session.partners;
    int at_x = app->statusbar.pointer_x, at_y = app->statusbar.pointer_y;
    double cell_x, cell_y, x, y, other_x, other_y;
    int32_t pixel_x, pixel_y;
    int cell = zoe_view_cell_at(&app->view, at_x, at_y, &cell_x, &cell_y);
    if (at_x < 0 || cell > partners->count)
        return -1;
    b->frames[0] = &app->session.screen.frame;
    b->frames[1] = &partners->list[cell > 0 ? cell - 1 : 0].screen.frame;
    if (!b->frames[0]->pin || !b->frames[1]->pin)
        return -1;
    b->counts[0] =
        zoe_view_probe(&app->view, b->frames[0], at_x, at_y, &pixel_x, &pixel_y, b->values[0]);
    zoe_view_map_point(&app->view.map, cell_x, cell_y, &x, &y);
    zoe_compare_point(&partners->compare, b->frames[0], b->frames[1], x, y, &other_x, &other_y);
    double proxy = (double)((int64_t)1 << b->frames[1]->proxy_shift);
    if (!(fabs(other_x) < 1e9 && fabs(other_y) < 1e9))
        return -1;
    b->counts[1] = zoe_display_sample_exact(b->frames[1], (int32_t)floor(other_x / proxy),
                                            (int32_t)floor(other_y / proxy), b->values[1]);
    return b->counts[0] > 0 || b->counts[1] > 0 ? cell : -1;
}

static void value_text(const both *b, int row, int plane, char text[64])
{
    bool has[2] = {plane < b->counts[0], plane < b->counts[1]};
    snprintf(text, 64, "\342\200\223");
    if (row < 2 && has[row])
        zoe_sample_text(b->values[row][plane], b->frames[row]->planes[plane].type, text);
    else if (row == 2 && has[0] && has[1])
        snprintf(text, 64, "%.5g", b->values[0][plane] - b->values[1][plane]);
}

/* The values of both under the pointer, and their difference, in columns. */
static void draw_values(zoe_app *app)
{
    zoe_ui *ui = &app->ui;
    both b;
    int cell = read_both(app, &b);
    if (cell < 0)
        return;
    char other[2] = {letters[cell > 0 ? cell : 1], '\0'}, difference[16], text[64];
    snprintf(difference, sizeof difference, "A\342\210\222%s", other);
    const char *const heads[] = {"A", other, difference};
    int most = b.counts[0] > b.counts[1] ? b.counts[0] : b.counts[1];
    int column = zoe_ui_text_width(ui, ZOE_TEXT_BODY, "-0.0000000") + zoe_ui_px(ui, 12);
    int head = zoe_ui_text_width(ui, ZOE_TEXT_BODY, "A\342\210\222B") + zoe_ui_px(ui, 10);
    int pad = zoe_ui_px(ui, ZOE_UI_PAD), margin = zoe_ui_px(ui, ZOE_MARGIN);
    int line = zoe_ui_px(ui, 20);
    bool has_cells = app->view.columns * app->view.rows > 1;
    SDL_Rect area = has_cells ? zoe_view_cell(&app->view, cell) : app->view.area;
    area = zoe_inset(area, margin, margin);
    zoe_cut_bottom(&area, zoe_ui_px(ui, CHIP_HEIGHT + 6));
    SDL_Rect box = zoe_cut_bottom(&area, 3 * line + pad);
    box = zoe_cut_left(&box, head + most * column + 2 * pad);
    SDL_Color ground = ui->style->popup;
    ground.a = 224;
    zoe_draw_fill(&ui->draw, box, zoe_ui_px(ui, ZOE_UI_RADIUS), ground);
    box = zoe_inset(box, pad, pad / 2);
    for (int row = 0; row < 3; row++) {
        SDL_Rect cells = zoe_cut_top(&box, line);
        zoe_ui_label(ui, zoe_cut_left(&cells, head), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                     ui->style->text_dim, heads[row]);
        for (int i = 0; i < most; i++) {
            value_text(&b, row, i, text);
            zoe_ui_label(ui, zoe_cut_left(&cells, column), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                         ui->style->text_light, text);
        }
    }
}

void zoe_app_draw_compare(zoe_app *app)
{
    if (!app->session.count || !app->session.partners.count)
        return;
    draw_handles(app);
    draw_names(app);
    draw_values(app);
}
