#include "ui/color_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/theme.h"
#include "ui/ui_button.h"
#include "ui/ui_menu.h"

enum {
    CAPTION = 84, /* points, the column of names, as on the settings page */
    ITEMS = 512,  /* names of a list, at most */
};

/* The values of the items that are not the configuration's own names. */
enum { NOTHING, BUILT_IN, ENVIRONMENT, OTHERS };

static const char *text_of(const char *text)
{
    return text ? text : "";
}

void zoe_color_page_start(zoe_color_page *page, const zoe_options *options)
{
    static const char *const hints[ZOE_COLOR_FIELDS] = {"config.ocio", "table.cube", "grade.cdl",
                                                        "its first"};
    memset(page, 0, sizeof *page);
    page->options = options;
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

/* A text that is typed; what the option has now stands in it. */
static void text_row(zoe_ui *ui, SDL_Rect *rest, const char *caption, zoe_color_page *page,
                     int index, const zoe_option *option, const char *now,
                     zoe_color_page_result *result)
{
    SDL_Rect row = begin_row(ui, rest, caption);
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

/* The names of a list, and before them what stands for none. */
static void name_row(zoe_ui *ui, SDL_Rect *rest, const char *caption, const zoe_ocio *ocio,
                     zoe_ocio_list list, const char *display, const zoe_option *option,
                     const char *chosen, const char *none, zoe_color_page_result *result)
{
    const char *name;
    item_count = 0;
    add(none, NOTHING, !text_of(chosen)[0]);
    for (int i = 0; (name = zoe_ocio_name(ocio, list, display, i)); i++)
        add(name, OTHERS + i, !strcmp(name, text_of(chosen)));
    int value = menu_row(ui, rest, caption, text_of(chosen)[0] ? chosen : none);
    if (value < 0)
        return;
    result->option = option;
    result->text = value == NOTHING ? "" : zoe_ocio_name(ocio, list, display, value - OTHERS);
}

/* ---- the page ---- */

static void config_row(zoe_ui *ui, SDL_Rect *rest, const zoe_options *o,
                       zoe_color_page_result *result)
{
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
    int value = menu_row(ui, rest, "Config",
                         is_none      ? "None"
                         : is_aces    ? "Built-in ACES"
                         : !config[0] ? environment
                         : slash      ? slash + 1
                                      : config);
    if (value < 0)
        return;
    result->option = ZOE_OPTION(ocio);
    result->text = value == BUILT_IN ? ZOE_OCIO_ACES : value == NOTHING && from[0] ? "none" : "";
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
    config_row(ui, rest, o, result);
    text_row(ui, rest, "File", page, 0, ZOE_OPTION(ocio), is_path ? path : NULL, result);
    if (!ocio)
        return;
    const char *input = way && way->has_matrix ? "its primaries" : way ? way->input : "";
    snprintf(file, sizeof file, "As the file says%s%s", way ? ": " : "", input);
    snprintf(display, sizeof display, "Default%s%s", way ? ": " : "", way ? way->display : "");
    snprintf(view, sizeof view, "Default%s%s", way ? ": " : "", way ? way->view : "");
    name_row(ui, rest, "Input", ocio, ZOE_OCIO_SPACES, NULL, ZOE_OPTION(input_space),
             o->input_space, text_of(o->input_space)[0] ? "As the file says" : file, result);
    name_row(ui, rest, "Display", ocio, ZOE_OCIO_DISPLAYS, NULL, ZOE_OPTION(display), o->display,
             text_of(o->display)[0] ? "Default" : display, result);
    name_row(ui, rest, "View", ocio, ZOE_OCIO_VIEWS, way ? way->display : text_of(o->display),
             ZOE_OPTION(view_transform), o->view_transform,
             text_of(o->view_transform)[0] ? "Default" : view, result);
    name_row(ui, rest, "Look", ocio, ZOE_OCIO_LOOKS, NULL, ZOE_OPTION(look), o->look, "The view's",
             result);
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
    text_row(ui, rest, "Table", page, 1, ZOE_OPTION(lut), o->lut, result);
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

void zoe_color_page_run(zoe_ui *ui, SDL_Rect rect, zoe_color_page *page,
                        const zoe_coloring *coloring, const char *note,
                        zoe_color_page_result *result)
{
    memset(result, 0, sizeof *result);
    SDL_Rect rest = zoe_ui_scroll_begin(ui, "color", rect, &page->scroll);
    int top = rest.y;
    ocio_rows(ui, &rest, page, coloring, result);
    table_rows(ui, &rest, page, coloring, result);
    heading(ui, &rest, "Colour decision list");
    text_row(ui, &rest, "List", page, 2, ZOE_OPTION(cdl), page->options->cdl, result);
    text_row(ui, &rest, "Correction", page, 3, ZOE_OPTION(cdl_id), page->options->cdl_id, result);
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
