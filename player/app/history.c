#include "app/history.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "app/effects.h"
#include "model/png_write.h"
#include "ui/theme.h"

enum { THUMBNAIL_WIDTH = 320, THUMBNAIL_HEIGHT = 180 };

void zoe_app_load_history(zoe_app *app)
{
    zoe_error error;
    zoe_recent_init(&app->recent);
    app->recent_path[0] = '\0';
    if (!app->given->use_config ||
        zoe_recent_path(app->recent_path, sizeof app->recent_path) != ZOE_OK) {
        app->recent_path[0] = '\0';
        return;
    }
    if (zoe_recent_load(app->recent_path, &app->recent, &error) != ZOE_OK)
        fprintf(stderr, "zoetrope: %s\n", error.text);
}

/* ---- what is open ---- */

/*
 * What opens the sequence again: its pattern where a folder or one of its files was given, so that
 * it is one sequence however it was opened. Names that would be misread as a pattern keep what they
 * were opened by.
 */
static void spec_of(const zoe_sequence *sequence, char spec[ZOE_PATH_TEXT])
{
    struct stat info;
    const char *given = zoe_sequence_spec(sequence), *name = zoe_sequence_name(sequence);
    bool is_loose = zoe_sequence_named_position(sequence) >= 0 ||
                    (!stat(given, &info) && S_ISDIR(info.st_mode));
    char text[ZOE_PATH_TEXT];
    if (is_loose && !strpbrk(name, "%@"))
        snprintf(text, sizeof text, "%s/%s", zoe_sequence_folder(sequence), name);
    else
        snprintf(text, sizeof text, "%s", given);
    /* As the list has it, so that its thumbnail is found. */
    if (zoe_path_resolve(text, NULL, spec) != ZOE_OK)
        snprintf(spec, ZOE_PATH_TEXT, "%s", given);
    /* What lets one in is nobody's to keep. */
    if (zoe_storage_is_url(spec)) {
        snprintf(text, sizeof text, "%s", spec);
        zoe_storage_text(text, spec, ZOE_PATH_TEXT);
    }
}

/* All but the spec. */
static void fill_item(zoe_app *app, zoe_shot *shot, zoe_recent_item *item)
{
    const zoe_sequence *sequence = zoe_shot_sequence(shot);
    const zoe_transport *t = &shot->transport;
    const zoe_variant *variant = zoe_variants_now(&shot->variants);
    snprintf(item->layer, sizeof item->layer, "%s", variant->layer);
    snprintf(item->view, sizeof item->view, "%s", variant->view);
    item->first = zoe_sequence_first(sequence);
    item->last = zoe_sequence_last(sequence);
    item->frame = zoe_sequence_number(sequence, t->playhead);
    item->in = zoe_sequence_number(sequence, t->in);
    item->out = zoe_sequence_number(sequence, t->out);
    item->has_area = t->in > 0 || t->out < t->count - 1;
    item->grade = app->session.grade;
    const zoe_view_map *map = &app->view.map;
    if (app->place.zoom > 0.0) { /* it was not shown yet */
        item->zoom = app->place.zoom;
        item->pan_x = app->place.x;
        item->pan_y = app->place.y;
        return;
    }
    item->zoom = map->fitted ? 0.0 : map->zoom;
    item->pan_x = item->pan_y = 0.0;
    if (!map->fitted)
        zoe_view_map_point(map, (double)map->width / 2.0, (double)map->height / 2.0, &item->pan_x,
                           &item->pan_y);
}

static bool same_number(float a, float b)
{
    return a <= b && a >= b;
}

static bool same_grade(const zoe_grade *a, const zoe_grade *b)
{
    return same_number(a->exposure, b->exposure) && same_number(a->gamma, b->gamma) &&
           same_number(a->contrast, b->contrast) && same_number(a->saturation, b->saturation);
}

/* Points that lie nearer than a hundredth of a pixel are the same. */
static bool same_view(const zoe_recent_item *a, const zoe_recent_item *b)
{
    return fabs(a->zoom - b->zoom) < 1e-6 * (a->zoom + b->zoom + 1.0) &&
           fabs(a->pan_x - b->pan_x) < 0.01 && fabs(a->pan_y - b->pan_y) < 0.01;
}

static bool same_place(const zoe_recent_item *a, const zoe_recent_item *b)
{
    return same_view(a, b) && a->frame == b->frame && a->in == b->in && a->out == b->out &&
           a->first == b->first && a->last == b->last && same_grade(&a->grade, &b->grade) &&
           !strcmp(a->layer, b->layer) && !strcmp(a->view, b->view);
}

/* ---- thumbnails ---- */

static void write_thumbnail(zoe_app *app, const char *spec)
{
    char path[ZOE_PATH_TEXT];
    const zoe_frame *frame = &app->session.screen.frame;
    const zoe_box *box = &frame->display_window;
    double width = (double)box->max_x - box->min_x + 1,
           height = (double)box->max_y - box->min_y + 1;
    double aspect = frame->pixel_aspect > 0.0 ? frame->pixel_aspect : 1.0;
    SDL_Color grey = zoe_theme_dark.surround;
    if (!app->recent_path[0] || !app->view.lut_made ||
        zoe_recent_thumbnail(spec, path, sizeof path) != ZOE_OK)
        return;
    /* Fitted, in the frame's pixels. */
    double step = width * aspect / THUMBNAIL_WIDTH;
    step = step > height / THUMBNAIL_HEIGHT ? step : height / THUMBNAIL_HEIGHT;
    zoe_viewport port = {
        .origin_x = box->min_x + width / 2.0 - step / aspect * THUMBNAIL_WIDTH / 2.0,
        .origin_y = box->min_y + height / 2.0 - step * THUMBNAIL_HEIGHT / 2.0,
        .step_x = step / aspect,
        .step_y = step,
        .width = THUMBNAIL_WIDTH,
        .height = THUMBNAIL_HEIGHT,
        .outside = 0xFF000000u | (uint32_t)grey.r << 16 | (uint32_t)grey.g << 8 | grey.b,
    };
    zoe_path_make_folders(path);
    /* Without one the sequence has a sign in its place. */
    zoe_look look = app->view.look;
    look.marks = look.false_color = look.flip = look.flop = false;
    const zoe_paint paint = {frame, app->view.lut, &port, &look};
    (void)zoe_png_write(path, &paint, false, false, NULL);
}

/* ---- noting ---- */

static int64_t wall_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void note_new(zoe_app *app)
{
    zoe_session *session = &app->session;
    zoe_noted *noted = &app->noted;
    char last[ZOE_PATH_TEXT];
    snprintf(last, sizeof last, "%s", noted->count ? noted->items[noted->current].spec : "");
    noted->count = session->count;
    noted->current = session->current;
    for (int i = 0; i < session->count; i++) {
        zoe_recent_item_init(&noted->items[i]);
        spec_of(zoe_shot_sequence(&session->shots[i]), noted->items[i].spec);
        fill_item(app, &session->shots[i], &noted->items[i]);
    }
    if (last[0] && noted->has_picture && session->screen.frame.pin &&
        strcmp(last, noted->items[noted->current].spec) != 0)
        write_thumbnail(app, last);
    const char *folder = zoe_sequence_folder(zoe_session_sequence(session));
    if (zoe_path_resolve(folder, NULL, last) == ZOE_OK)
        zoe_recent_add_folder(&app->recent, last);
}

void zoe_app_note_history(zoe_app *app, uint64_t now_ns)
{
    static zoe_recent_item now;
    zoe_session *session = &app->session;
    zoe_noted *noted = &app->noted;
    /* What is to come back is read from the same list. */
    if (!session->count || app->start.is_on)
        return;
    const zoe_transport *t = zoe_session_transport(session);
    bool is_new =
        noted->is_new || session->count != noted->count || session->current != noted->current;
    if (is_new)
        note_new(app);
    noted->is_new = false;
    noted->has_picture = session->screen.frame.pin && !session->screen.is_foreign;
    zoe_recent_item *item = &noted->items[noted->current];
    now = *item;
    fill_item(app, zoe_session_shot(session), &now);
    /* While it moves, the frame is no change: stopping is. */
    if (t->speed || session->scrubbing)
        now.frame = item->frame;
    if (!is_new && same_place(&now, item))
        return;
    *item = now;
    item->when_ms = wall_clock_ms();
    zoe_recent_add(&app->recent, item);
    zoe_recent_set_open(&app->recent, noted->items, noted->count, noted->current);
    zoe_recent_changed(&app->recent, now_ns);
}

/* ---- writing ---- */

void zoe_app_save_history(zoe_app *app, uint64_t now_ns)
{
    zoe_error error;
    if (!app->recent_path[0])
        app->recent.due_ns = ZOE_NEVER;
    else if (zoe_recent_save_due(app->recent_path, &app->recent, now_ns, &error) != ZOE_OK)
        fprintf(stderr, "zoetrope: %s\n", error.text);
}

void zoe_app_end_history(zoe_app *app)
{
    const zoe_noted *noted = &app->noted;
    if (app->session.count) {
        zoe_session_play(&app->session, 0, zoe_now_ns());
        app->session.scrubbing = false;
        zoe_app_note_history(app, zoe_now_ns());
        if (noted->has_picture)
            write_thumbnail(app, noted->items[noted->current].spec);
    }
    bool is_due = app->recent.due_ns != ZOE_NEVER;
    zoe_app_save_history(app, ZOE_NEVER - 1);
    if (is_due && app->recent_path[0])
        zoe_recent_prune_thumbnails(&app->recent);
}

/* ---- opening again ---- */

void zoe_app_take_look(zoe_app *app, const zoe_recent_item *item)
{
    zoe_view_map_fit(&app->view.map);
    zoe_view_invalidate(&app->view);
    app->place = (zoe_place){item->zoom, item->pan_x, item->pan_y};
    app->options.exposure = (double)item->grade.exposure;
    app->options.gamma = (double)item->grade.gamma;
    app->options.contrast = (double)item->grade.contrast;
    app->options.saturation = (double)item->grade.saturation;
    zoe_app_apply_grade(app);
}

static zoe_status open_item(zoe_session *session, const char *spec, zoe_shot_files *files,
                            bool replace, zoe_error *error)
{
    return files ? zoe_session_open_files(session, spec, files, replace, error)
                 : zoe_session_open(session, spec, replace, error);
}

zoe_status zoe_app_reopen(zoe_app *app, const zoe_recent_item *item, zoe_shot_files *files,
                          bool replace, zoe_error *error)
{
    zoe_session *session = &app->session;
    zoe_source_settings *source = &session->setup.source;
    const char *layer = source->layer, *view = source->view;
    if (item->layer[0])
        source->layer = item->layer;
    if (item->view[0])
        source->view = item->view;
    zoe_status status = open_item(session, item->spec, files, replace, error);
    source->layer = layer;
    source->view = view;
    if (status == ZOE_ERROR_NO_LAYER)
        status = open_item(session, item->spec, files, replace, error);
    if (status != ZOE_OK)
        return status;
    zoe_transport *transport = zoe_session_transport(session);
    const zoe_sequence *sequence = zoe_session_sequence(session);
    if (item->has_area)
        zoe_transport_set_area(transport, zoe_sequence_position(sequence, item->in),
                               zoe_sequence_position(sequence, item->out));
    zoe_transport_seek(transport, zoe_sequence_position(sequence, item->frame), zoe_now_ns());
    zoe_session_touch(session);
    zoe_app_take_look(app, item);
    return ZOE_OK;
}
