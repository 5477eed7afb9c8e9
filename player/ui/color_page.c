#include "ui/color_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/theme.h"
#include "ui/ui_button.h"
#include "ui/ui_menu.h"
#include "ui/ui_slider.h"

enum {
    CAPTION = 102, /* points, the column of names, as on the settings page */
    ITEMS = 512,   /* names of a list, at most */
};

/* The values of the items that are not the configuration's own names. */
enum { NOTHING, BUILT_IN, ENVIRONMENT, BROWSE, OTHERS };

static const char *text_of(const char *text)
{
    return text ? text : "";
}

const char *zoe_color_page_endings(const zoe_option *option)
{
    return option == ZOE_OPTION(ocio)  ? ".ocio"
           : option == ZOE_OPTION(lut) ? ".cube"
                                       : ".cc .ccc .cdl";
}

void zoe_color_page_start(zoe_color_page *page, const zoe_options *options,
                          const zoe_recent *recent)
{
    static const char *const hints[ZOE_COLOR_FIELDS] = {"config.ocio", "table.cube", "grade.cdl",
                                                        "its first"};
    memset(page, 0, sizeof *page);
    page->options = options;
    page->recent = recent;
    for (int i = 0; i < ZOE_COLOR_FIELDS; i++) {
        page->fields[i].text = page->texts[i];
        page->fields[i].capacity = ZOE_COLOR_PATH;
        page->fields[i].placeholder = hints[i];
        page->fields[i].clearable = true;
        page->fields[i].keep_end = true;
    }
}

/* ---- rows ---- */

static SDL_Rect begin_row(zoe_ui *ui, SDL_Rect *rest, const char *caption)
{
    SDL_Rect row = zoe_cut_top(rest, zoe_ui_px(ui, ZOE_ROW_HEIGHT));
    zoe_ui_label(ui, zoe_cut_left(&row, zoe_ui_px(ui, CAPTION)), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                 ui->style->text, caption);
    return zoe_inset(row, 0, zoe_ui_px(ui, 2));
}

static void heading(zoe_ui *ui, SDL_Rect *rest, const char *text)
{
    zoe_cut_top(rest, zoe_ui_px(ui, ZOE_SPACE * 2));
    zoe_ui_label(ui, zoe_cut_top(rest, zoe_ui_px(ui, 24)), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                 ui->style->text_dim, text);
}

/* ---- menus ---- */

/* One at a time is open; too large for the stack. */
static zoe_ui_menu_item items[ITEMS];
static int item_count;

static void add(const char *text, int value, bool is_checked)
{
    if (item_count < ITEMS)
        items[item_count++] =
            (zoe_ui_menu_item){.text = text, .value = value, .checked = is_checked};
}

/* A button that opens a menu of the items. Returns the chosen value, -1: none. */
static int menu_row(zoe_ui *ui, SDL_Rect *rest, const char *caption, const char *now)
{
    SDL_Rect row = begin_row(ui, rest, caption);
    zoe_ui_push(ui, caption);
    if (zoe_ui_button(ui, "open", row, ZOE_ICON_NONE, now, ZOE_UI_OPENS | ZOE_UI_AT_LEFT))
        zoe_ui_popup_open(ui, "menu", row);
    int chosen = zoe_ui_menu(ui, "menu", items, item_count);
    zoe_ui_pop(ui);
    return chosen;
}

/* A text that is typed; what the option has now stands in it. */
static void field(zoe_ui *ui, SDL_Rect row, const char *caption, zoe_color_page *page, int index,
                  const zoe_option *option, const char *now, zoe_color_page_result *result)
{
    char *text = page->texts[index];
    if (page->shown[index] != now) {
        snprintf(text, ZOE_COLOR_PATH, "%s", text_of(now));
        page->shown[index] = now;
    }
    unsigned answer = zoe_ui_edit_field(ui, caption, row, &page->fields[index]);
    if (!(answer & ZOE_UI_DONE) || !strcmp(text, text_of(now)))
        return;
    result->option = option;
    result->text = text;
}

/* Files of the option's kind that were used before, as items OTHERS and on. */
static void add_recent(const zoe_color_page *page, const zoe_option *option)
{
    static char texts[ZOE_RECENT_COLORS][80];
    const char *endings = zoe_color_page_endings(option);
    for (int i = 0; i < page->recent->color_count; i++) {
        const char *path = page->recent->colors[i], *dot = strrchr(path, '.');
        const char *slash = strrchr(path, '/'), *start = slash;
        if (!dot || !strstr(endings, dot))
            continue;
        while (start > path && start[-1] != '/') /* with its folder */
            start--;
        snprintf(texts[i], sizeof texts[i], "%s", start);
        add(texts[i], OTHERS + i, false);
    }
}

/* A file that is typed, looked for, or one that was used before; what the option has now stands in
 * it. */
static void file_row(zoe_ui *ui, SDL_Rect *rest, const char *caption, zoe_color_page *page,
                     int index, const zoe_option *option, const char *now,
                     zoe_color_page_result *result)
{
    SDL_Rect row = begin_row(ui, rest, caption);
    SDL_Rect recent = zoe_cut_right(&row, zoe_ui_px(ui, 40));
    zoe_cut_right(&row, zoe_ui_px(ui, 4));
    SDL_Rect browse = zoe_cut_right(&row, zoe_ui_px(ui, 32));
    zoe_cut_right(&row, zoe_ui_px(ui, 4));
    field(ui, row, caption, page, index, option, now, result);
    zoe_ui_push(ui, caption);
    if (zoe_ui_button(ui, "browse", browse, ZOE_ICON_FOLDER, NULL, 0))
        result->browse = option;
    zoe_ui_tip(ui, "Look for a file", NULL);
    item_count = 0;
    add_recent(page, option);
    bool was = ui->disabled;
    ui->disabled = was || !item_count;
    if (zoe_ui_button(ui, "recent", recent, ZOE_ICON_RECENT, NULL, ZOE_UI_OPENS))
        zoe_ui_popup_open(ui, "menu", recent);
    ui->disabled = was;
    zoe_ui_tip(ui, "Files used before", NULL);
    int value = zoe_ui_menu(ui, "menu", items, item_count);
    zoe_ui_pop(ui);
    if (value < 0)
        return;
    result->option = option;
    result->text = page->recent->colors[value - OTHERS];
}

/* The names of a list, and before them what stands for none. A name that was chosen and is not
 * there is said; what stands for none is in force then. */
static void name_row(zoe_ui *ui, SDL_Rect *rest, const char *caption, const zoe_ocio *ocio,
                     zoe_ocio_list list, const char *display, const zoe_option *option,
                     const char *chosen, const char *none, bool is_missing,
                     zoe_color_page_result *result)
{
    const char *name;
    item_count = 0;
    add(none, NOTHING, !text_of(chosen)[0]);
    for (int i = 0; (name = zoe_ocio_name(ocio, list, display, i)); i++)
        add(name, OTHERS + i, !strcmp(name, text_of(chosen)));
    int value = menu_row(ui, rest, caption, text_of(chosen)[0] && !is_missing ? chosen : none);
    if (is_missing) {
        char text[ZOE_OCIO_NAME + 40];
        SDL_Rect row = begin_row(ui, rest, "");
        snprintf(text, sizeof text, "Not in this configuration: \"%s\"", chosen);
        zoe_ui_notice(ui, row, ZOE_UI_WARNING, text);
    }
    if (value < 0)
        return;
    result->option = option;
    result->text = value == NOTHING ? "" : zoe_ocio_name(ocio, list, display, value - OTHERS);
}

/* ---- the page ---- */

static void config_row(zoe_ui *ui, SDL_Rect *rest, const zoe_color_page *page,
                       zoe_color_page_result *result)
{
    const zoe_options *o = page->options;
    static char environment[ZOE_COLOR_PATH + 16];
    const char *config = text_of(o->ocio), *from = text_of(getenv("OCIO"));
    bool is_none = !strcmp(config, "none") || (!config[0] && !from[0]);
    bool is_aces = !strcmp(config, ZOE_OCIO_ACES);
    const char *slash = strrchr(config, '/');
    item_count = 0;
    snprintf(environment, sizeof environment, "$OCIO: %s", from);
    add("None", NOTHING, is_none);
    add("Built-in ACES", BUILT_IN, is_aces);
    if (from[0])
        add(environment, ENVIRONMENT, !config[0]);
    add_recent(page, ZOE_OPTION(ocio));
    add("Look for a file\342\200\246", BROWSE, false);
    int value = menu_row(ui, rest, "Config",
                         is_none      ? "None"
                         : is_aces    ? "Built-in ACES"
                         : !config[0] ? environment
                         : slash      ? slash + 1
                                      : config);
    if (value == BROWSE)
        result->browse = ZOE_OPTION(ocio);
    if (value < 0 || value == BROWSE)
        return;
    result->option = ZOE_OPTION(ocio);
    result->text = value >= OTHERS               ? page->recent->colors[value - OTHERS]
                   : value == BUILT_IN           ? ZOE_OCIO_ACES
                   : value == NOTHING && from[0] ? "none"
                                                 : "";
}

static void ocio_rows(zoe_ui *ui, SDL_Rect *rest, zoe_color_page *page,
                      const zoe_coloring *coloring, zoe_color_page_result *result)
{
    const zoe_options *o = page->options;
    const zoe_ocio *ocio = zoe_coloring_ocio(coloring);
    const zoe_ocio_way *way = zoe_coloring_way(coloring);
    char file[ZOE_OCIO_NAME + 32], display[ZOE_OCIO_NAME + 32], view[ZOE_OCIO_NAME + 32];
    heading(ui, rest, "OpenColorIO");
    if (!zoe_ocio_is_built_in()) {
        zoe_ui_label(ui, zoe_cut_top(rest, zoe_ui_px(ui, ZOE_ROW_HEIGHT)), ZOE_TEXT_BODY,
                     ZOE_UI_LEFT, ui->style->text_dim, "Not built in");
        return;
    }
    const char *path = o->ocio;
    bool is_path = path && strcmp(path, "none") != 0 && strcmp(path, ZOE_OCIO_ACES) != 0;
    config_row(ui, rest, page, result);
    file_row(ui, rest, "File", page, 0, ZOE_OPTION(ocio), is_path ? path : NULL, result);
    if (!ocio)
        return;
    unsigned missing = way ? way->missing : 0;
    const char *input = way && way->has_matrix ? "its primaries" : way ? way->input : "";
    snprintf(file, sizeof file, "As the file says%s%s", way ? ": " : "", input);
    snprintf(display, sizeof display, "Default%s%s", way ? ": " : "", way ? way->display : "");
    snprintf(view, sizeof view, "Default%s%s", way ? ": " : "", way ? way->view : "");
    bool has_input = text_of(o->input_space)[0] && !(missing & ZOE_OCIO_NO_INPUT);
    bool has_display = text_of(o->display)[0] && !(missing & ZOE_OCIO_NO_DISPLAY);
    bool has_view = text_of(o->view_transform)[0] && !(missing & ZOE_OCIO_NO_VIEW);
    name_row(ui, rest, "Input", ocio, ZOE_OCIO_SPACES, NULL, ZOE_OPTION(input_space),
             o->input_space, has_input ? "As the file says" : file, missing & ZOE_OCIO_NO_INPUT,
             result);
    name_row(ui, rest, "Display", ocio, ZOE_OCIO_DISPLAYS, NULL, ZOE_OPTION(display), o->display,
             has_display ? "Default" : display, missing & ZOE_OCIO_NO_DISPLAY, result);
    name_row(ui, rest, "View", ocio, ZOE_OCIO_VIEWS, way ? way->display : text_of(o->display),
             ZOE_OPTION(view_transform), o->view_transform, has_view ? "Default" : view,
             missing & ZOE_OCIO_NO_VIEW, result);
    name_row(ui, rest, "Look", ocio, ZOE_OCIO_LOOKS, NULL, ZOE_OPTION(look), o->look, "The view's",
             missing & ZOE_OCIO_NO_LOOK, result);
}

static void table_rows(zoe_ui *ui, SDL_Rect *rest, zoe_color_page *page,
                       const zoe_coloring *coloring, zoe_color_page_result *result)
{
    const zoe_options *o = page->options;
    const zoe_option *space = ZOE_OPTION(lut_space);
    static char labels[8][ZOE_OPTION_TEXT];
    bool was = ui->disabled;
    heading(ui, rest,
            zoe_coloring_ocio(coloring) ? "Lookup table (without OpenColorIO)" : "Lookup table");
    ui->disabled = was || zoe_coloring_ocio(coloring) != NULL;
    file_row(ui, rest, "Table", page, 1, ZOE_OPTION(lut), o->lut, result);
    item_count = 0;
    for (int i = 0; i < zoe_option_choices(space) && i < 8; i++)
        add(zoe_option_label(space, i, labels[i]), i, i == o->lut_space);
    int value = menu_row(ui, rest, "From, to", labels[o->lut_space]);
    ui->disabled = was;
    if (value < 0)
        return;
    result->option = space;
    result->value = value;
}

/* Red, green and blue of a CDL's slope, offset or power. */
static bool cdl_row(zoe_ui *ui, SDL_Rect *rest, const char *caption, const zoe_ui_range *range,
                    float *values, int count)
{
    static const char *const names[] = {"red", "green", "blue"};
    SDL_Rect row = begin_row(ui, rest, caption);
    int width = (row.w - (count - 1) * zoe_ui_px(ui, ZOE_SPACE)) / count;
    bool changes = false;
    zoe_ui_push(ui, caption);
    for (int i = 0; i < count; i++) {
        char text[32];
        double value = (double)values[i];
        snprintf(text, sizeof text, "%.2f", value);
        unsigned answer =
            zoe_ui_slider(ui, names[i], zoe_cut_left(&row, width), range, &value, text);
        zoe_cut_left(&row, zoe_ui_px(ui, ZOE_SPACE));
        if (!answer)
            continue;
        values[i] = (float)value;
        changes = true;
    }
    zoe_ui_pop(ui);
    return changes;
}

static void cdl_rows(zoe_ui *ui, SDL_Rect *rest, zoe_color_page *page, const zoe_coloring *coloring,
                     zoe_color_page_result *result)
{
    static const zoe_ui_range slope = {0, 4, 0.01, 1}, offset = {-1, 1, 0.01, 0};
    static const zoe_ui_range power = {0.1, 4, 0.01, 1}, saturation = {0, 4, 0.01, 1};
    heading(ui, rest, "Colour decision list");
    file_row(ui, rest, "List", page, 2, ZOE_OPTION(cdl), page->options->cdl, result);
    field(ui, begin_row(ui, rest, "Correction"), "Correction", page, 3, ZOE_OPTION(cdl_id),
          page->options->cdl_id, result);
    page->cdl = *zoe_coloring_cdl(coloring);
    bool changes = cdl_row(ui, rest, "Slope", &slope, page->cdl.slope, 3);
    changes |= cdl_row(ui, rest, "Offset", &offset, page->cdl.offset, 3);
    changes |= cdl_row(ui, rest, "Power", &power, page->cdl.power, 3);
    changes |= cdl_row(ui, rest, "Saturation", &saturation, &page->cdl.saturation, 1);
    if (changes)
        result->cdl = &page->cdl;
}

void zoe_color_page_run(zoe_ui *ui, SDL_Rect rect, zoe_color_page *page,
                        const zoe_coloring *coloring, const char *note,
                        zoe_color_page_result *result)
{
    memset(result, 0, sizeof *result);
    SDL_Rect rest = zoe_ui_scroll_begin(ui, "color", rect, &page->scroll);
    int top = rest.y;
    ocio_rows(ui, &rest, page, coloring, result);
    table_rows(ui, &rest, page, coloring, result);
    cdl_rows(ui, &rest, page, coloring, result);
    heading(ui, &rest, "This file");
    zoe_cut_top(&rest, zoe_ui_px(ui, ZOE_SPACE));
    int height = zoe_ui_paragraph(ui, rest, ZOE_TEXT_BODY, ui->style->text, note, 4);
    zoe_cut_top(&rest, height + zoe_ui_px(ui, ZOE_SPACE * 3));
    height =
        zoe_ui_paragraph(ui, rest, ZOE_TEXT_SMALL, ui->style->text_dim,
                         "A configuration (.ocio), a table (.cube) or a list (.cc, .ccc, .cdl) "
                         "can be dropped on the window.",
                         3);
    zoe_cut_top(&rest, height + zoe_ui_px(ui, ZOE_MARGIN));
    zoe_ui_scroll_end(ui, &page->scroll, rest.y - top);
}
