#include "app/color.h"

#include <stdio.h>
#include <string.h>

bool zoe_app_choose_color(zoe_app *app, zoe_error *error)
{
    const zoe_options *o = &app->options;
    const zoe_coloring_choice choice = {
        .config = o->ocio,
        .input = o->input_space,
        .display = o->display,
        .view = o->view_transform,
        .look = o->look,
        .lut = o->lut,
        .lut_place = o->lut_space,
        .cdl = o->cdl,
        .cdl_id = o->cdl_id,
    };
    app->redraw = true;
    if (!app->coloring)
        return true;
    return zoe_coloring_choose(app->coloring, &choice, error) == ZOE_OK;
}

static bool is_data(const zoe_screen *screen, const zoe_shot *shot)
{
    return screen->is_fallback ? shot->fallback.is_data : shot->is_data;
}

/* is_other_table: the old one goes. The colour of what is not there would still point into it. */
static void follow_others(zoe_app *app, bool is_other_table)
{
    zoe_session *session = &app->session;
    for (int i = 0; i < ZOE_COMPARE_OTHERS; i++) {
        const zoe_partner *p = &session->partners.list[i];
        const zoe_shot *shot = &session->shots[p->shot];
        bool is_alike = true;
        if (i < session->partners.count && p->screen.frame.pin)
            zoe_coloring_beside(app->coloring, i, &p->screen.frame, &shot->color,
                                is_data(&p->screen, shot), &app->other_colors[i], &is_alike);
        else if (is_other_table)
            memset(&app->other_colors[i], 0, sizeof app->other_colors[i]);
        app->are_unlike[i] = !is_alike;
    }
}

/* What the status bar has of it. */
static void write_field(zoe_app *app, const zoe_frame *frame, bool data)
{
    char *text = app->statusbar.color;
    size_t capacity = sizeof app->statusbar.color;
    const zoe_ocio_way *way = zoe_coloring_way(app->coloring);
    const char *primaries = zoe_file_color_primaries(frame);
    text[0] = '\0';
    if (data)
        return;
    if (way && zoe_coloring_ocio(app->coloring))
        snprintf(text, capacity, "%.60s \342\206\222 %.60s, %.60s",
                 way->has_matrix && primaries ? primaries : way->input, way->display, way->view);
    else if (primaries)
        snprintf(text, capacity, "%s", primaries);
}

void zoe_app_follow_color(zoe_app *app)
{
    const zoe_frame *frame = &app->session.screen.frame;
    zoe_error error = {ZOE_OK, ""};
    if (!app->coloring || !app->session.count || !frame->pin || app->session.screen.is_foreign)
        return;
    const zoe_shot *shot = zoe_session_shot(&app->session);
    bool data = is_data(&app->session.screen, shot);
    zoe_transfer transfer = app->session.grade.transfer;
    zoe_colored colored;
    zoe_status status = zoe_coloring_of(app->coloring, frame, &shot->color, data, transfer, false,
                                        &colored, &error);
    /* Until the frame is drawn a choice may make the coloring let go of its table. */
    zoe_look_table *before = app->colored.table;
    (void)zoe_look_table_hold(colored.table);
    app->colored = colored;
    follow_others(app, before != colored.table);
    zoe_look_table_free(&before);
    write_field(app, frame, data);
    if (status == ZOE_OK)
        app->color_trouble[0] = '\0';
    if (status == ZOE_OK || !strcmp(app->color_trouble, error.text))
        return;
    snprintf(app->color_trouble, sizeof app->color_trouble, "%s", error.text);
    fprintf(stderr, "zoetrope: %s\n", error.text);
    zoe_message_say(&app->message, true, "%s", error.text);
    app->redraw = true;
}

void zoe_app_color_note(const zoe_app *app, char *text, size_t capacity)
{
    const zoe_frame *frame = &app->session.screen.frame;
    const char *primaries = frame->pin ? zoe_file_color_primaries(frame) : NULL;
    text[0] = '\0';
    if (!app->session.count || !frame->pin)
        return;
    const zoe_file_color *file = &app->session.shots[app->session.current].color;
    size_t length = (size_t)snprintf(text, capacity, "Primaries: %s",
                                     primaries                   ? primaries
                                     : frame->has_chromaticities ? "Rec. 709"
                                                                 : "not given, so Rec. 709");
    if (file->space[0] && length < capacity)
        length +=
            (size_t)snprintf(text + length, capacity - length, ". Colour space: %s", file->space);
    if (file->is_aces && length < capacity)
        length += (size_t)snprintf(text + length, capacity - length, ". ACES container");
    if (file->white_luminance > 0 && length < capacity)
        snprintf(text + length, capacity - length, ". White: %g cd/m\302\262",
                 (double)file->white_luminance);
}
