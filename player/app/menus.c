#include "app/menus.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "app/commands.h"
#include "app/compare.h"
#include "app/effects.h"
#include "ui/ui_menu.h"

enum { ITEMS = 40 };

/* A menu while it is made. */
typedef struct making {
    zoe_ui_menu_item items[ITEMS];
    char texts[ITEMS][ZOE_COMMAND_TEXT];
    char keys[ITEMS][ZOE_COMMAND_TEXT];
    int count;
} making;

/* ---- items ---- */

static zoe_ui_menu_item *add(making *m, int value)
{
    if (m->count == ITEMS)
        m->count--;
    int at = m->count++;
    m->texts[at][0] = m->keys[at][0] = '\0';
    m->items[at] = (zoe_ui_menu_item){.text = m->texts[at], .value = value};
    return &m->items[at];
}

static void add_line(making *m)
{
    add(m, 0)->text = NULL;
}

/* The value of a command's item is its row of the table. */
static zoe_ui_menu_item *add_command(making *m, const char *name)
{
    const zoe_command *command = zoe_app_command(name);
    if (!command)
        return NULL;
    zoe_ui_menu_item *item = add(m, (int)(command - zoe_commands));
    int at = (int)(item - m->items);
    zoe_command_help(command, m->texts[at]);
    zoe_command_key_text(command, m->keys[at]);
    item->keys = m->keys[at][0] ? m->keys[at] : NULL;
    return item;
}

/* "": a line. Ends with NULL. */
static void add_commands(making *m, const char *const *names)
{
    for (; *names; names++) {
        if (**names)
            add_command(m, *names);
        else
            add_line(m);
    }
}

/* ---- each menu ---- */

static const char *const picture_names[] = {"fit",
                                            "one-to-one",
                                            "",
                                            "layers",
                                            "metadata",
                                            "color",
                                            "scopes",
                                            "go-to-frame",
                                            "",
                                            "copy-path",
                                            "copy-frame",
                                            "save-png",
                                            "save-exr",
                                            "",
                                            "view-options",
                                            "exposure-reset",
                                            "fit-range",
                                            "compare-menu",
                                            "",
                                            "open",
                                            "refresh",
                                            "",
                                            "settings",
                                            "bars",
                                            "fullscreen",
                                            NULL};

static const char *const timeline_names[] = {"set-in",       "set-out",       "clear-area",  "",
                                             "to-in",        "to-out",        "go-to-frame", "",
                                             "timeline-all", "timeline-area", NULL};

/* The value of an item that sets an option: this, and 100 for each row, and the option's. */
enum { SETS = 1000, EACH = 100 };

static const struct {
    const char *command; /* of a flag */
    size_t option;       /* of a choice: all its values; 0: a line */
    const char *checked; /* what a flag is when its item is checked; NULL: as the command says */
} view_rows[] = {
    {"pixels", offsetof(zoe_options, pixels), "Pixels at every size"},
    {NULL, 0},
    {"flop", offsetof(zoe_options, flop)},
    {"flip", offsetof(zoe_options, flip)},
    {NULL, 0},
    {"marks", offsetof(zoe_options, marks)},
    {"false-color", offsetof(zoe_options, false_color)},
    {"ids", offsetof(zoe_options, ids), "Ids as colours"},
    {"overscan", offsetof(zoe_options, overscan), "Overscan"},
    {NULL, 0},
    {NULL, offsetof(zoe_options, guides)},
    {NULL, 0},
    {NULL, offsetof(zoe_options, aspect)},
};

/* In the order of the modes. */
static const char *const compare_names[] = {
    "compare-off",   "compare-flip",     "compare-wipe", "compare-difference",
    "compare-blend", "compare-anaglyph", "compare-side", "compare-tile"};

static const char *const compare_more[] = {"compare-earlier",
                                           "compare-later",
                                           "compare-no-offset",
                                           "compare-more",
                                           "compare-less",
                                           "",
                                           NULL};

enum { PARTNER = 2000, VIEW = 3000 }; /* and the index of an open sequence, of a view */

static const char *const memory_names[] = {"memory", "settings", "", "clear-cache", NULL};

static const char *const channel_names[] = {"red", "green", "blue", "alpha", "luminance"};

static const int zooms[] = {0, 25, 50, 100, 200, 400, 800}; /* percent; 0: fitted */

static void add_channels(making *m, const zoe_app *app)
{
    zoe_ui_menu_item *item = add(m, ITEMS);
    snprintf(m->texts[0], ZOE_COMMAND_TEXT, "Colour");
    item->value = (int)ZOE_VIEW_COLOR;
    item->checked = app->session.grade.view == ZOE_VIEW_COLOR;
    for (int i = 0; i < 5; i++) {
        static const char *const words[] = {"Red", "Green", "Blue", "Alpha", "Luminance"};
        item = add_command(m, channel_names[i]);
        snprintf(m->texts[i + 1], ZOE_COMMAND_TEXT, "%s", words[i]);
        item->value = (int)ZOE_VIEW_RED + i;
        item->checked = app->session.grade.view == (zoe_channel_view)item->value;
    }
}

static void add_zooms(making *m, const zoe_app *app)
{
    for (size_t i = 0; i < sizeof zooms / sizeof zooms[0]; i++) {
        zoe_ui_menu_item *item = add(m, (int)i);
        const zoe_view_map *map = &app->view.map;
        if (zooms[i])
            snprintf(m->texts[i], ZOE_COMMAND_TEXT, "%d%%", zooms[i]);
        else
            snprintf(m->texts[i], ZOE_COMMAND_TEXT, "Fit");
        item->keys = !zooms[i] ? "F" : zooms[i] == 100 ? "1" : NULL;
        item->checked =
            zooms[i] ? !map->fitted && lround(map->zoom * 100.0) == zooms[i] : map->fitted;
    }
}

static void add_view(making *m, const zoe_app *app)
{
    for (size_t row = 0; row < sizeof view_rows / sizeof view_rows[0]; row++) {
        const zoe_option *option = zoe_option_at(view_rows[row].option);
        int now = option ? (int)lround(zoe_option_number(option, &app->options)) : 0;
        int value = SETS + EACH * (int)row;
        if (!view_rows[row].option) {
            add_line(m);
        } else if (view_rows[row].command) {
            zoe_ui_menu_item *item = add_command(m, view_rows[row].command);
            item->value = value + !now;
            item->checked = now != 0;
            if (view_rows[row].checked)
                snprintf(m->texts[m->count - 1], ZOE_COMMAND_TEXT, "%s", view_rows[row].checked);
        } else {
            for (int i = 0; i < zoe_option_choices(option); i++) {
                zoe_ui_menu_item *item = add(m, value + i);
                zoe_option_label(option, i, m->texts[m->count - 1]);
                item->checked = i == now;
            }
        }
    }
}

/* What it can be compared with: what is open, and the other views of its own file. */
static void add_partners(making *m, const zoe_app *app)
{
    const zoe_session *session = &app->session;
    const zoe_partners *partners = &session->partners;
    char name[ZOE_SHOT_NAME];
    for (int i = 0; i < session->count && m->count < ITEMS - 10; i++) {
        if (i == session->current)
            continue;
        zoe_ui_menu_item *item = add(m, PARTNER + i);
        const zoe_shot *shot = &session->shots[i];
        (void)zoe_app_shot_name(session, i, name);
        snprintf(m->texts[m->count - 1], ZOE_COMMAND_TEXT, "With %.70s  %.40s", name, shot->layer);
        item->checked = zoe_partners_has(partners, i);
    }
    for (int i = 0; i < app->views.count; i++) {
        add(m, VIEW + i);
        snprintf(m->texts[m->count - 1], ZOE_COMMAND_TEXT, "With its view %.60s",
                 app->views.names[i]);
    }
}

static void add_compare(making *m, const zoe_app *app)
{
    const zoe_partners *partners = &app->session.partners;
    for (int i = 0; i < ZOE_COMPARE_MODES; i++) {
        zoe_ui_menu_item *item = add_command(m, compare_names[i]);
        item->checked = i && partners->count && (int)partners->compare.mode == i;
    }
    add_line(m);
    int before = m->count;
    add_partners(m, app);
    if (m->count > before)
        add_line(m);
    add_command(m, "compare-align")->checked = partners->compare.by_start;
    add_command(m, "compare-size")->checked = partners->compare.is_exact;
    add_line(m);
    add_commands(m, compare_more);
    m->count--; /* the line at the end */
}

static void choose_compare(zoe_app *app, int value)
{
    zoe_error error;
    if (value >= VIEW) {
        if (zoe_session_open_partner(&app->session, NULL, NULL, app->views.names[value - VIEW],
                                     &error) != ZOE_OK)
            zoe_message_say(&app->message, true, "%s", error.text);
    } else if (value >= PARTNER) {
        (void)zoe_session_compare_with(&app->session, value - PARTNER);
    } else {
        zoe_command_run(app, &zoe_commands[value]);
    }
}

static void add_rates(making *m, const zoe_app *app)
{
    const zoe_transport *t = &app->session.shots[app->session.current].transport;
    double now = (double)t->rate_numerator / (double)t->rate_denominator;
    for (int i = 0; i < zoe_app_rate_count; i++) {
        double rate = (double)zoe_app_rates[i].numerator / (double)zoe_app_rates[i].denominator;
        zoe_ui_menu_item *item = add(m, i);
        snprintf(m->texts[i], ZOE_COMMAND_TEXT,
                 fabs(rate - floor(rate + 0.5)) < 0.0005 ? "%.0f fps" : "%.3f fps", rate);
        item->checked = fabs(rate - now) < 0.0005;
    }
    add_line(m);
    zoe_ui_menu_item *item = add_command(m, "rate-of-file");
    item->value = zoe_app_rate_count;
}

static void add_values(making *m, const zoe_app *app)
{
    const zoe_option *option = app->menu_option;
    int now = (int)lround(zoe_option_number(option, &app->options));
    for (int i = 0; i < zoe_option_choices(option); i++) {
        zoe_ui_menu_item *item = add(m, i);
        zoe_option_label(option, i, m->texts[i]);
        item->checked = i == now;
    }
}

/* What is switched on has a check mark, what would do nothing now is dim. */
static void mark(making *m, const zoe_app *app)
{
    const zoe_frame *shown = &app->session.screen.frame;
    const struct {
        const char *name, *text; /* of a switch: its caption here; or NULL: the command's */
        bool is_on, is_off;
    } marks[] = {
        {"overscan", "Overscan", app->options.overscan, false},
        {"bars", "Timeline and bars", zoe_app_bars_shown(app), false},
        {"fullscreen", NULL, app->window.fullscreen, false},
        {"layers", NULL, zoe_panel_shows(&app->panel, ZOE_PANEL_LAYERS), false},
        {"metadata", NULL, zoe_panel_shows(&app->panel, ZOE_PANEL_METADATA), false},
        {"settings", NULL, zoe_panel_shows(&app->panel, ZOE_PANEL_SETTINGS), false},
        {"exposure-reset", NULL, false, fabs(app->options.exposure) < 1e-9},
        {"fit-range", NULL, false, !shown->pin || shown->is_color},
        {"save-png", NULL, false, !shown->pin},
        {"save-exr", NULL, false, !shown->pin},
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        int row = (int)(zoe_app_command(marks[i].name) - zoe_commands);
        for (int at = 0; at < m->count; at++) {
            if (!m->items[at].text || m->items[at].value != row)
                continue;
            m->items[at].checked = marks[i].is_on;
            m->items[at].disabled = marks[i].is_off;
            if (marks[i].text)
                snprintf(m->texts[at], ZOE_COMMAND_TEXT, "%s", marks[i].text);
        }
    }
}

/* The work area's ends would be where the timeline was clicked. */
static void name_frame(making *m, const zoe_app *app)
{
    static const char *const words[] = {"begins", "ends"};
    const zoe_shot *shot = &app->session.shots[app->session.current];
    int64_t number = zoe_sequence_number(zoe_source_sequence(shot->source), app->menu_at);
    for (int i = 0; i < 2; i++) /* the menu's first two */
        snprintf(m->texts[i], ZOE_COMMAND_TEXT, "Work area %s at %" PRId64, words[i], number);
}

static void make(making *m, const zoe_app *app)
{
    m->count = 0;
    switch (app->menu) {
    case ZOE_MENU_NONE: break;
    case ZOE_MENU_VIEW: add_view(m, app); break;
    case ZOE_MENU_COMPARE: add_compare(m, app); break;
    case ZOE_MENU_PICTURE:
        add_commands(m, picture_names);
        mark(m, app);
        break;
    case ZOE_MENU_TIMELINE:
        add_commands(m, timeline_names);
        name_frame(m, app);
        break;
    case ZOE_MENU_MEMORY: add_commands(m, memory_names); break;
    case ZOE_MENU_CHANNEL: add_channels(m, app); break;
    case ZOE_MENU_ZOOM: add_zooms(m, app); break;
    case ZOE_MENU_RATE: add_rates(m, app); break;
    case ZOE_MENU_OPTION: add_values(m, app); break;
    }
}

/* ---- what was chosen ---- */

static void choose_zoom(zoe_app *app, int percent)
{
    zoe_view_map *map = &app->view.map;
    if (percent)
        zoe_view_map_zoom_to(map, map->width / 2.0, map->height / 2.0, percent / 100.0);
    else
        zoe_view_map_fit(map);
    zoe_view_invalidate(&app->view);
}

static void choose(zoe_app *app, int value)
{
    app->redraw = true;
    switch (app->menu) {
    case ZOE_MENU_NONE: break;
    case ZOE_MENU_VIEW:
        zoe_app_set_option(app, zoe_option_at(view_rows[(value - SETS) / EACH].option),
                           (value - SETS) % EACH);
        break;
    case ZOE_MENU_COMPARE: choose_compare(app, value); break;
    case ZOE_MENU_TIMELINE: app->here = app->menu_at; /* fall through */
    case ZOE_MENU_PICTURE:
    case ZOE_MENU_MEMORY:
        zoe_command_run(app, &zoe_commands[value]);
        app->here = -1;
        break;
    case ZOE_MENU_CHANNEL: app->session.grade.view = (zoe_channel_view)value; break;
    case ZOE_MENU_ZOOM: choose_zoom(app, zooms[value]); break;
    case ZOE_MENU_RATE:
        if (value == zoe_app_rate_count)
            zoe_app_run(app, "rate-of-file");
        else
            zoe_app_set_rate(app, zoe_app_rates[value]);
        break;
    case ZOE_MENU_OPTION: zoe_app_set_option(app, app->menu_option, value); break;
    }
}

/* ---- frame ---- */

void zoe_app_open_menu(zoe_app *app, zoe_menu menu, const zoe_option *option, SDL_Rect place)
{
    app->menu = menu;
    app->menu_option = option;
    app->menu_at = zoe_timeline_map_position(&app->timeline.map,
                                             app->ui.input.mouse_x - app->timeline.ruler.x + 0.5);
    zoe_ui_popup_open(&app->ui, "menu", place);
}

void zoe_app_run_menus(zoe_app *app)
{
    static making m; /* too large for the stack; made anew each time */
    if (app->menu_next == ZOE_MENU_COMPARE)
        zoe_app_find_views(app);
    if (app->menu_next != ZOE_MENU_NONE)
        zoe_app_open_menu(app, app->menu_next, NULL, app->menu_place);
    app->menu_next = ZOE_MENU_NONE;
    if (!app->session.count || !zoe_ui_popup_is_open(&app->ui, "menu"))
        return;
    make(&m, app);
    int chosen = zoe_ui_menu(&app->ui, "menu", m.items, m.count);
    if (chosen >= 0)
        choose(app, chosen);
}
