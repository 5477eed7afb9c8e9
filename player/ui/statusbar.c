#include "ui/statusbar.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <zoetrope/storage.h>

#include "model/sample.h"
#include "ui/theme.h"
#include "ui/ui_button.h"
#include "ui/ui_popup.h"

enum { FIELD = 1100, FIELD_TEXT = 320, PATH_CAPACITY = 4096 };

void zoe_statusbar_open(zoe_statusbar *bar, const zoe_options *options, const zoe_message *message)
{
    memset(bar, 0, sizeof *bar);
    bar->options = options;
    bar->message = message;
    bar->pointer_x = -1;
    bar->pointer_y = -1;
}

int zoe_statusbar_height(const zoe_ui *ui)
{
    return 2 * zoe_ui_px(ui, ZOE_STATUS_ROW) + zoe_ui_px(ui, ZOE_SPACE);
}

/* "812 of 5944 MB (14%)"; "2.1 of 41.3 GB (5%)" where the limit has five digits. */
static void memory_text(const zoe_stats *stats, char *text, size_t capacity)
{
    double limit = (double)stats->limit_bytes, used = (double)stats->used_bytes;
    double percent = limit > 0.0 ? 100.0 * used / limit : 0.0;
    if (stats->limit_bytes >> 20 >= 10000 && stats->used_bytes >> 20 < 1000)
        snprintf(text, capacity, "%" PRIu64 " MB of %.1f GB (%.0f%%)", stats->used_bytes >> 20,
                 limit / (1 << 30), percent);
    else if (stats->limit_bytes >> 20 >= 10000)
        snprintf(text, capacity, "%.1f of %.1f GB (%.0f%%)", used / (1 << 30), limit / (1 << 30),
                 percent);
    else
        snprintf(text, capacity, "%" PRIu64 " of %" PRIu64 " MB (%.0f%%)", stats->used_bytes >> 20,
                 stats->limit_bytes >> 20, percent);
}

/* ---- fields of the picture ---- */

static const char *const view_names[] = {"", "Red", "Green", "Blue", "Alpha", "Luminance"};

typedef struct field {
    char text[FIELD_TEXT];
    bool minor;      /* left out before the others are */
    bool marked;     /* not as it is by default */
    zoe_value value; /* NONE: it is only read */
    const zoe_option *option;
    const char *tip, *key; /* or NULL */
} field;

enum { FIELDS = 16 };

typedef struct field_list {
    field fields[FIELDS];
    int count;
} field_list;

static field *add(field_list *list, zoe_value value, const char *tip, const char *key)
{
    int at = list->count < FIELDS ? list->count++ : FIELDS - 1;
    list->fields[at] = (field){.value = value, .tip = tip, .key = key};
    return &list->fields[at];
}

static void file_name(const zoe_sequence *sequence, int64_t position, char *text, size_t capacity)
{
    char path[PATH_CAPACITY], seen[PATH_CAPACITY];
    if (zoe_sequence_path(sequence, position, path, sizeof path) != ZOE_OK) {
        snprintf(text, capacity, "%s", zoe_sequence_name(sequence));
        return;
    }
    zoe_storage_text(path, seen, sizeof seen);
    const char *slash = strrchr(seen, '/');
    snprintf(text, capacity, "%.1000s", slash ? slash + 1 : seen);
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

static void add_layer(field_list *list, zoe_session *session, const zoe_look *look)
{
    const zoe_shot *shot = zoe_session_shot(session);
    field *f = add(list, ZOE_VALUE_LAYER, "Layer. A list of all of them", "Ctrl+L");
    if (session->screen.is_fallback)
        snprintf(f->text, FIELD_TEXT, "%.140s (no %.140s)", shot->fallback.layer, shot->layer);
    else
        snprintf(f->text, FIELD_TEXT, "%s", shot->layer);
    const zoe_value_range *range = zoe_session_range(session);
    if (!range || zoe_look_shows_ids(look, &session->screen.frame))
        return;
    f = add(list, ZOE_VALUE_RANGE, "Values shown from black to white. Fit them to this frame", "X");
    range_text(range, f->text, FIELD_TEXT);
}

/* "Marks: NaN, over 1": what the picture has of them. */
static void marks_text(uint32_t found, char *text)
{
    static const char *const words[] = {"NaN", "infinity", "over 1", "under 0"};
    size_t length = (size_t)snprintf(text, FIELD_TEXT, "Marks: %s", found ? "" : "none");
    for (int i = 0, said = 0; i < 4; i++) {
        if (found & 1u << i)
            length += (size_t)snprintf(text + length, FIELD_TEXT - length, "%s%s",
                                       said++ ? ", " : "", words[i]);
    }
}

static void compare_text(const zoe_compare *c, char *text)
{
    const char *name = zoe_compare_name(c->mode);
    char offset[32] = "";
    if (c->offset)
        snprintf(offset, sizeof offset, "  %+" PRId64, c->offset);
    if (c->mode == ZOE_COMPARE_FLIP)
        snprintf(text, FIELD_TEXT, "%s of A and B%s", c->is_second ? "B" : "A", offset);
    else if (c->mode == ZOE_COMPARE_DIFFERENCE)
        snprintf(text, FIELD_TEXT, "%s \303\227%.0f%s", name, c->gain, offset);
    else if (c->mode == ZOE_COMPARE_BLEND)
        snprintf(text, FIELD_TEXT, "%s %.0f%%%s", name, c->mix * 100.0, offset);
    else
        snprintf(text, FIELD_TEXT, "%s%s", name, offset);
}

/* Exposure and the like, while they are not the default. */
static void add_options(field_list *list, const zoe_options *options, uint32_t found)
{
    for (size_t i = 0; i < zoe_option_count && list->count < FIELDS; i++) {
        const zoe_option *option = &zoe_option_table[i];
        double number = zoe_option_number(option, options);
        if (!(option->where & ZOE_IN_STATUSBAR) || fabs(number - option->normal) <= 0.0)
            continue;
        char figure[ZOE_OPTION_TEXT];
        field *f = add(list, ZOE_VALUE_OPTION, "A click brings the default back", NULL);
        zoe_option_figure(option, number, figure);
        if (option->kind == ZOE_ARG_FLAG)
            figure[0] = '\0'; /* its name says it */
        else if (option->kind == ZOE_ARG_CHOICE)
            zoe_option_label(option, (int)number, figure);
        if (option->kind == ZOE_ARG_CHOICE)
            snprintf(f->text, FIELD_TEXT, "%s", figure);
        else
            snprintf(f->text, FIELD_TEXT, "%s%s%s", option->brief, figure[0] ? " " : "", figure);
        if (option == ZOE_OPTION(marks))
            marks_text(found, f->text);
        f->option = option;
        f->marked = true;
    }
}

static void fill(field_list *list, zoe_session *session, const zoe_view *view,
                 const zoe_statusbar *bar)
{
    const zoe_options *options = bar->options;
    const zoe_frame *shown = &session->screen.frame;
    list->count = 0;
    add_layer(list, session, &view->look);
    if (zoe_screen_has_picture(&session->screen)) {
        field *zoom = add(list, ZOE_VALUE_ZOOM, "Size on screen", NULL);
        snprintf(zoom->text, FIELD_TEXT, view->map.fitted ? "Fit (%.*f%%)" : "%.*f%%",
                 view->map.zoom < 0.1 ? 1 : 0, view->map.zoom * 100.0);
        if (options->proxy) {
            field *proxy = add(list, ZOE_VALUE_OPTION, "Frames are kept smaller", "Shift+P");
            snprintf(proxy->text, FIELD_TEXT, "1/%d", 1 << options->proxy);
            proxy->option = ZOE_OPTION(proxy);
            proxy->marked = true;
        }
    }
    field *channel = add(list, ZOE_VALUE_CHANNEL, "Channels that are shown", NULL);
    channel->marked = session->grade.view != ZOE_VIEW_COLOR;
    channel->minor = !channel->marked;
    snprintf(channel->text, FIELD_TEXT, "%s",
             channel->marked ? view_names[session->grade.view] : "Colour");
    if (bar->color[0]) {
        field *color =
            add(list, ZOE_VALUE_COLOR, "Colours of the file, and what they are shown as", "Ctrl+K");
        snprintf(color->text, FIELD_TEXT, "%s", bar->color);
    }
    add_options(list, options, view->found);
    const zoe_partners *partners = &session->partners;
    if (partners->count) {
        field *f = add(list, ZOE_VALUE_COMPARE, "What is compared, and how", "Alt+C");
        compare_text(&partners->compare, f->text);
        f->marked = true;
    }
    if (zoe_screen_has_picture(&session->screen)) {
        zoe_box box = view->map.box;
        field *size = add(list, ZOE_VALUE_NONE, "Picture's size in pixels", NULL);
        size->minor = true;
        snprintf(size->text, FIELD_TEXT, "%" PRId32 "\303\227%" PRId32, box.max_x - box.min_x + 1,
                 box.max_y - box.min_y + 1);
        if (!session->screen.is_foreign && shown->time_code[0]) {
            field *code = add(list, ZOE_VALUE_NONE, "Time code of the frame that is shown", NULL);
            code->minor = true;
            snprintf(code->text, FIELD_TEXT, "%s", shown->time_code);
        }
    }
}

static int field_width(zoe_ui *ui, const field *f)
{
    return zoe_ui_button_width(ui, ZOE_ICON_NONE, f->text, ZOE_UI_QUIET);
}

/* Draws a field; one that answers clicks lights up under the pointer. */
static void run_field(zoe_ui *ui, SDL_Rect place, const field *f, int index,
                      zoe_statusbar_result *result)
{
    const zoe_ui_style *style = ui->style;
    zoe_ui_push_index(ui, index);
    zoe_ui_hit hit = zoe_ui_hear(ui, zoe_ui_make_id(ui, "field"), place);
    SDL_Rect box = zoe_inset(place, 0, zoe_ui_px(ui, 1));
    bool lit = f->value && hit.hovered;
    if (lit || f->marked)
        zoe_draw_fill(&ui->draw, box, zoe_ui_px(ui, ZOE_UI_RADIUS),
                      lit ? style->control_hover : style->control);
    zoe_ui_label(ui, zoe_inset(place, zoe_ui_px(ui, ZOE_UI_PAD) / 2, 0), ZOE_TEXT_BODY,
                 ZOE_UI_CENTER,
                 f->marked || lit ? style->text_light
                 : f->value       ? style->text
                                  : style->text_dim,
                 f->text);
    zoe_ui_tip(ui, f->tip, f->key);
    if (hit.clicked && f->value)
        *result = (zoe_statusbar_result){f->value, f->option, place};
    zoe_ui_pop(ui);
}

static void run_fields(zoe_ui *ui, SDL_Rect rest, const field_list *list,
                       zoe_statusbar_result *result)
{
    int needed = 0, gap = zoe_ui_px(ui, ZOE_SPACE);
    for (int i = 0; i < list->count; i++)
        needed += field_width(ui, &list->fields[i]) + gap;
    /* The least needed go first, from the end. */
    bool out[FIELDS] = {false};
    for (int pass = 0; pass < 2; pass++) {
        for (int i = list->count - 1; i >= 0 && needed > rest.w; i--) {
            if (out[i] || (!pass && !list->fields[i].minor))
                continue;
            out[i] = true;
            needed -= field_width(ui, &list->fields[i]) + gap;
        }
    }
    for (int i = 0; i < list->count; i++) {
        if (out[i])
            continue;
        run_field(ui, zoe_cut_left(&rest, field_width(ui, &list->fields[i])), &list->fields[i], i,
                  result);
        zoe_cut_left(&rest, gap);
    }
}

static bool is_asked(const zoe_storage_stats *stats)
{
    return stats->requests > 0 || stats->requests_waiting > 0;
}

/* "35.2 MB/s (12)": what arrives now, and requests that wait for it; "" where nothing was ever
 * asked for. */
static void network_text(const zoe_storage_stats *stats, char *text, size_t capacity)
{
    double rate = (double)stats->network_bytes_per_s / (1 << 20);
    text[0] = '\0';
    if (is_asked(stats) && stats->requests_waiting)
        snprintf(text, capacity, "%.1f MB/s (%" PRIu64 ")", rate, stats->requests_waiting);
    else if (is_asked(stats))
        snprintf(text, capacity, "%.1f MB/s", rate);
}

/* "1.2 of 50.0 GB": what the disk cache has, of what it may; "" where there is none. */
static void disk_text(const zoe_storage_stats *stats, char *text, size_t capacity)
{
    double used = (double)stats->disk_bytes / (1 << 30);
    double bound = (double)stats->disk_limit_bytes / (1 << 30);
    text[0] = '\0';
    if (is_asked(stats) && stats->disk_problem[0])
        snprintf(text, capacity, "off");
    else if (stats->disk_limit_bytes && (is_asked(stats) || stats->disk_hits))
        snprintf(text, capacity, "%.1f of %.1f GB", used, bound);
}

bool zoe_statusbar_network_differs(const zoe_storage_stats *a, const zoe_storage_stats *b)
{
    char of_a[FIELD_TEXT], of_b[FIELD_TEXT];
    network_text(a, of_a, sizeof of_a);
    network_text(b, of_b, sizeof of_b);
    if (strcmp(of_a, of_b) != 0)
        return true;
    disk_text(a, of_a, sizeof of_a);
    disk_text(b, of_b, sizeof of_b);
    return strcmp(of_a, of_b) != 0;
}

/* A field at the right end that opens the memory page; nothing for "". */
static void run_figure(zoe_ui *ui, SDL_Rect *rest, const char *name, const char *text,
                       const char *tip, int index, zoe_statusbar_result *result)
{
    field f = {.value = ZOE_VALUE_MEMORY, .tip = tip, .key = "."};
    snprintf(f.text, FIELD_TEXT, "%s: %s", name, text);
    int width = field_width(ui, &f);
    if (!text[0] || width > rest->w / 2)
        return;
    run_field(ui, zoe_cut_right(rest, width), &f, index, result);
    zoe_cut_right(rest, zoe_ui_px(ui, ZOE_SPACE));
}

static void run_storage(zoe_ui *ui, SDL_Rect *rest, const zoe_storage_stats *stats,
                        zoe_statusbar_result *result)
{
    char text[FIELD_TEXT - 8];
    disk_text(stats, text, sizeof text);
    run_figure(ui, rest, "Disk", text,
               stats->disk_problem[0] ? "Nothing is kept on disk now; the memory page says why"
                                      : "Disk cache: what it has, of what it may",
               FIELDS + 1, result);
    network_text(stats, text, sizeof text);
    run_figure(ui, rest, "Net", text, "What arrives now (requests that wait for it)", FIELDS + 2,
               result);
}

static void run_memory(zoe_ui *ui, SDL_Rect *rest, const zoe_stats *stats,
                       zoe_statusbar_result *result)
{
    field f = {.value = ZOE_VALUE_MEMORY,
               .tip = "Memory that frames take, of what they may take",
               .key = "."};
    char text[FIELD_TEXT - 8];
    memory_text(stats, text, sizeof text);
    snprintf(f.text, FIELD_TEXT, "Mem: %s", text);
    int width = field_width(ui, &f);
    if (width <= rest->w)
        run_field(ui, zoe_cut_right(rest, width), &f, FIELDS, result);
    zoe_cut_right(rest, zoe_ui_px(ui, ZOE_SPACE));
}

static void run_picture_row(zoe_ui *ui, SDL_Rect row, const zoe_statusbar *bar,
                            zoe_session *session, const zoe_view *view, const zoe_stats *stats,
                            zoe_statusbar_result *result)
{
    char text[FIELD];
    run_memory(ui, &row, stats, result);
    if (bar->storage)
        run_storage(ui, &row, bar->storage, result);
    if (!session->count)
        return;
    int64_t position = zoe_session_shown_position(session);
    field_list list;
    fill(&list, session, view, bar);
    file_name(zoe_session_sequence(session), position, text, sizeof text);
    int width = zoe_ui_text_width(ui, ZOE_TEXT_BODY, text), most = row.w / 2;
    SDL_Rect name = zoe_cut_left(&row, width < most ? width : most);
    zoe_ui_label(ui, name, ZOE_TEXT_BODY, ZOE_UI_NAME, ui->style->text_light, text);
    zoe_cut_left(&row, zoe_ui_px(ui, ZOE_SPACE * 3));
    run_fields(ui, row, &list, result);
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

static const char *plane_name(const zoe_session *session, int32_t plane)
{
    static const char *const letters[] = {"R", "G", "B"};
    const zoe_frame *frame = &session->screen.frame;
    bool is_own = !session->screen.is_fallback && !session->screen.is_foreign;
    if (plane == frame->alpha_plane)
        return "A";
    if (frame->is_color)
        return plane < 3 ? letters[plane] : "";
    return is_own ? session->shots[session->current].channels[plane] : "";
}

static int name_width(zoe_ui *ui, const zoe_session *session, int32_t plane)
{
    const char *name = plane_name(session, plane);
    return name[0] ? zoe_ui_text_width(ui, ZOE_TEXT_BODY, name) +
                         zoe_ui_text_width(ui, ZOE_TEXT_BODY, " ")
                   : 0;
}

/* Values keep their columns, so that digits do not jump. */
static int value_width(zoe_ui *ui, const zoe_session *session, int32_t plane)
{
    const zoe_plane *p = &session->screen.frame.planes[plane];
    return name_width(ui, session, plane) +
           zoe_ui_text_width(ui, ZOE_TEXT_BODY, zoe_sample_widest(p->type)) +
           zoe_ui_text_width(ui, ZOE_TEXT_BODY, "   ");
}

/* A word, cut from the left of the row. */
static void put(zoe_ui *ui, SDL_Rect *row, int width, SDL_Color color, const char *text)
{
    zoe_ui_label(ui, zoe_cut_left(row, width), ZOE_TEXT_BODY, ZOE_UI_LEFT, color, text);
}

/* The colour that the picture has for an id; NULL: none, but its room stays. */
static void draw_swatch(zoe_ui *ui, SDL_Rect *row, const double *id, zoe_sample_type type)
{
    int side = zoe_ui_px(ui, 12);
    if (row->w < 2 * side)
        return;
    SDL_Rect place = zoe_cut_left(row, side);
    zoe_cut_left(row, zoe_ui_px(ui, ZOE_UI_PAD));
    if (!id)
        return;
    uint32_t bits = 0;
    float value = (float)*id;
    if (type == ZOE_SAMPLE_UINT)
        bits = (uint32_t)*id;
    else
        memcpy(&bits, &value, sizeof bits);
    uint32_t rgb = zoe_inspect_id_color(bits);
    SDL_Rect box = zoe_centered(place, side, side);
    zoe_draw_fill(&ui->draw, box, zoe_ui_px(ui, 2),
                  (SDL_Color){(Uint8)(rgb >> 16), (Uint8)(rgb >> 8), (Uint8)rgb, 255});
    zoe_draw_outline(&ui->draw, box, zoe_ui_px(ui, 2), zoe_ui_px(ui, 1), ui->style->edge);
}

/* The width that the values want. */
static int probe_width(zoe_ui *ui, const zoe_session *session)
{
    const zoe_frame *frame = &session->screen.frame;
    int width =
        zoe_ui_text_width(ui, ZOE_TEXT_BODY, "00000, 00000  ") + zoe_ui_px(ui, ZOE_SPACE * 4);
    for (uint32_t i = 0; i < frame->plane_count; i++)
        width += value_width(ui, session, (int32_t)i);
    return zoe_screen_has_picture(&session->screen) ? width : 0;
}

/* Draws the values under the pointer, and cuts their room from the row: it stays, so that a message
 * does not jump when the pointer leaves the picture. */
static void draw_probe(zoe_ui *ui, SDL_Rect *row, const zoe_statusbar *bar, const zoe_view *view,
                       const zoe_session *session)
{
    const zoe_frame *frame = &session->screen.frame;
    char figures[64];
    int32_t x = 0, y = 0;
    double values[ZOE_PLANES_MAX] = {0};
    if (session->screen.is_unpinned)
        put(ui, row, probe_width(ui, session), ui->style->text_dim,
            bar->pointer_x < 0 ? "" : "Values are not in memory");
    if (!frame->pin)
        return;
    int32_t count = zoe_view_probe(view, frame, bar->pointer_x, bar->pointer_y, &x, &y, values);
    figures[0] = '\0';
    if (count > 0)
        snprintf(figures, sizeof figures, "%" PRId32 ", %" PRId32, x, y);
    put(ui, row, zoe_ui_text_width(ui, ZOE_TEXT_BODY, "00000, 00000  "), ui->style->text, figures);
    for (int32_t i = 0; i < (int32_t)frame->plane_count; i++) {
        int width = value_width(ui, session, i);
        if (width > row->w)
            break;
        SDL_Rect place = zoe_cut_left(row, width);
        if (i >= count)
            continue;
        zoe_sample_text(values[i], frame->planes[i].type, figures);
        put(ui, &place, name_width(ui, session, i), ui->style->text_dim, plane_name(session, i));
        put(ui, &place, place.w, ui->style->text, figures);
    }
    if (zoe_look_shows_ids(&view->look, frame))
        draw_swatch(ui, row, count > 0 ? &values[0] : NULL, frame->planes[0].type);
    note_text(session, values, figures, sizeof figures);
    int width = zoe_ui_text_width(ui, ZOE_TEXT_BODY, widest_note(session));
    if (figures[0] && width <= row->w)
        put(ui, row, width, ui->style->text_dim, count > 0 ? figures : "");
    zoe_cut_left(row, zoe_ui_px(ui, ZOE_SPACE * 4));
}

static void run_message_row(zoe_ui *ui, SDL_Rect row, const zoe_statusbar *bar,
                            const zoe_view *view, const zoe_session *session,
                            zoe_statusbar_result *result)
{
    char text[FIELD], first[FIELD];
    zoe_message_kind kind;
    const char *line = zoe_message_line(bar->message, session, &kind, text, sizeof text);
    line = zoe_message_cause_first(line, first, sizeof first);
    int wanted = line[0] ? zoe_ui_text_width(ui, ZOE_TEXT_BODY, line) + zoe_ui_px(ui, 40) : 0;
    bool both = session->count && probe_width(ui, session) + wanted <= row.w;
    if (both || !line[0])
        draw_probe(ui, &row, bar, view, session);
    if (!line[0])
        return;
    zoe_ui_hit hit = zoe_ui_hear(ui, zoe_ui_make_id(ui, "message"), row);
    zoe_ui_notice(ui, row, (zoe_ui_severity)kind, line);
    zoe_ui_tip(ui, line, NULL);
    if (hit.clicked)
        *result = (zoe_statusbar_result){ZOE_VALUE_MESSAGE, NULL, row};
}

void zoe_statusbar_run(zoe_ui *ui, zoe_statusbar *bar, zoe_session *session, const zoe_view *view,
                       const zoe_stats *stats, zoe_statusbar_result *result)
{
    SDL_Rect rest = zoe_inset(bar->area, zoe_ui_px(ui, ZOE_MARGIN), 0);
    int height = zoe_ui_px(ui, ZOE_STATUS_ROW);
    *result = (zoe_statusbar_result){ZOE_VALUE_NONE, NULL, {0, 0, 0, 0}};
    zoe_draw_fill(&ui->draw, bar->area, 0, zoe_theme_dark.bar);
    zoe_ui_cover(ui, bar->area);
    zoe_ui_push(ui, "statusbar");
    run_picture_row(ui, zoe_cut_top(&rest, height), bar, session, view, stats, result);
    run_message_row(ui, zoe_cut_top(&rest, height), bar, view, session, result);
    zoe_ui_pop(ui);
}
