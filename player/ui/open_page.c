#include "ui/open_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <zoetrope/storage.h>

#include "model/amount.h"
#include "model/paths.h"
#include "ui/theme.h"
#include "ui/ui_button.h"
#include "ui/ui_menu.h"

#define ELLIPSIS "\342\200\246"

/* Points. Columns are left out, the least needed first, where the name would have less than
 * NAME. */
enum {
    NAME_LEAST = 190,
    RANGE_WIDTH = 150,
    GAPS_WIDTH = 76,
    SIZE_WIDTH = 80,
    DATE_WIDTH = 140,
    GAP = 8,
    PAGE_WIDTH = 1100,
};

/* ---- life ---- */

void zoe_open_page_start(zoe_open_page *page, const zoe_recent *recent, zoe_storage *storage,
                         void (*wake)(void *user), void *user)
{
    memset(page, 0, sizeof *page);
    page->recent = recent;
    page->storage = storage;
    page->wake = wake;
    page->wake_user = user;
    page->path_field = (zoe_ui_field){.text = page->path,
                                      .capacity = sizeof page->path,
                                      .placeholder = "Path or URL of a folder, a file or a pattern",
                                      .keep_end = true};
    page->search_field = zoe_ui_search_field(page->search, sizeof page->search, "Filter");
}

void zoe_open_page_end(zoe_open_page *page)
{
    zoe_browser_destroy(&page->browser);
    zoe_ui_list_free(&page->list);
    memset(page, 0, sizeof *page);
}

static void go(zoe_open_page *page, const char *path)
{
    /* A failure is the browser's state, and shown as such. */
    if (page->browser)
        (void)zoe_browser_go(page->browser, path, NULL);
}

static void show(zoe_open_page *page, const char *path)
{
    if (!page->browser)
        page->browser = zoe_browser_create(page->wake, page->wake_user);
    if (page->browser) {
        zoe_browser_read_from(page->browser, page->storage);
        zoe_browser_look_for(page->browser, page->endings);
    }
    const char *last = page->recent && page->recent->folder_count ? page->recent->folders[0] : ".";
    page->open = page->fresh = true;
    page->entered = false;
    go(page, path ? path : page->shown[0] ? page->shown : last);
    page->shown[0] = '\0';
}

void zoe_open_page_show(zoe_open_page *page, const char *path)
{
    /* Where files of another kind were looked for is no place for sequences. */
    if (page->purpose)
        page->shown[0] = '\0';
    page->purpose = NULL;
    page->title = "Open";
    page->endings = NULL;
    page->path_field.placeholder = "Path or URL of a folder, a file or a pattern";
    show(page, path);
}

void zoe_open_page_show_files(zoe_open_page *page, const void *purpose, const char *title,
                              const char *endings, const char *path)
{
    page->purpose = purpose;
    page->title = title;
    page->endings = endings;
    page->path_field.placeholder = "Path of a folder or a file";
    page->shown[0] = '\0';
    show(page, path);
}

void zoe_open_page_hide(zoe_open_page *page)
{
    page->open = page->entered = false;
    if (page->browser)
        zoe_browser_stop(page->browser);
}

/* ---- what is chosen ---- */

static void choose(zoe_open_page *page, zoe_open_page_result *result, const char *spec)
{
    if (result->count == (page->purpose ? 1 : ZOE_OPEN_PAGE_SPECS))
        return;
    char *copy = page->specs[result->count];
    snprintf(copy, ZOE_PATH_TEXT, "%s", spec);
    result->specs[result->count++] = copy;
    result->replace = !page->purpose;
    result->purpose = page->purpose;
}

static void go_up(zoe_open_page *page)
{
    const char *path = zoe_browser_path(page->browser), *name = strrchr(path, '/');
    snprintf(page->came_from, sizeof page->came_from, "%s", name ? name + 1 : "");
    (void)zoe_browser_up(page->browser, NULL);
}

/* One folder is entered; all else, also several folders, is opened. */
static void open_selected(zoe_open_page *page, zoe_open_page_result *result)
{
    static zoe_browser_row row;
    zoe_ui_list *list = &page->list;
    int several = zoe_ui_list_selected(list);
    int count = (int)zoe_browser_count(page->browser);
    for (int i = 0; i < count; i++) {
        bool is_chosen = several > 1 ? zoe_ui_list_has(list, i) : i == list->cursor;
        if (!is_chosen || zoe_browser_row_at(page->browser, (size_t)i, &row) != ZOE_OK)
            continue;
        if (several <= 1 && row.entry.kind == ZOE_FOLDER_FOLDER) {
            /* Going there ends the row's texts. */
            char path[ZOE_PATH_TEXT];
            snprintf(path, sizeof path, "%s", row.entry.path);
            go(page, path);
            return;
        }
        choose(page, result, row.entry.path);
    }
}

/* ---- following the browser ---- */

/* All of it is selected: what is typed next takes its place. What lets one in at an address is not
 * seen. */
static void write_path(zoe_open_page *page, const char *path)
{
    zoe_storage_text(path, page->path, sizeof page->path);
    page->path_field.caret = strlen(page->path);
    page->path_field.anchor = 0;
}

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) : 0;
}

/* Each question reads a folder on a thread of its own. Who types fast asks once a folder, and again
 * when the answer is there. */
static void ask(zoe_open_page *page)
{
    size_t length = folder_length(page->path);
    page->asks_again = zoe_browser_completed(page->browser)->is_pending &&
                       length == folder_length(page->asked) &&
                       !strncmp(page->path, page->asked, length);
    if (page->asks_again)
        return;
    snprintf(page->asked, sizeof page->asked, "%s", page->path);
    zoe_browser_complete(page->browser, page->path);
}

/* A folder with one sequence and nothing else: Enter opens that. */
static bool is_alone(const zoe_browser *browser)
{
    static zoe_browser_row row;
    return zoe_browser_count(browser) == 1 && zoe_browser_row_at(browser, 0, &row) == ZOE_OK &&
           row.entry.kind != ZOE_FOLDER_FOLDER;
}

static void follow(zoe_open_page *page)
{
    zoe_browser *browser = page->browser;
    zoe_browser_update(browser);
    if (page->asks_again && page->is_edited && !zoe_browser_completed(browser)->is_pending)
        ask(page);
    const char *path = zoe_browser_path(browser);
    if (strcmp(path, page->shown)) {
        snprintf(page->shown, sizeof page->shown, "%s", path);
        /* A sequence that was typed is shown until it is known to be one. */
        if (!page->entered || zoe_browser_state_now(browser) != ZOE_BROWSER_LISTING)
            write_path(page, path);
        page->is_edited = false;
        page->search[0] = page->list.filter[0] = '\0';
        page->rows = 0;
        zoe_ui_list_select(&page->list, -1);
        page->list.scroll.offset = 0;
    }
    size_t rows = zoe_browser_count(browser);
    if (rows == page->rows)
        return;
    page->rows = rows;
    int64_t at = page->came_from[0] ? zoe_browser_find(browser, page->came_from) : -1;
    bool is_filtered = page->search[0] || page->list.filter[0];
    bool is_first = (is_filtered && rows) || is_alone(browser);
    zoe_ui_list_select(&page->list, at >= 0 ? (int)at : is_first ? 0 : -1);
    page->came_from[0] = '\0';
}

static void filter(zoe_open_page *page)
{
    char both[sizeof page->search + sizeof page->list.filter + 1];
    snprintf(both, sizeof both, "%s %s", page->search, page->list.filter);
    zoe_browser_filter(page->browser, both);
    page->came_from[0] = '\0';
}

/* ---- above the list ---- */

/* What the field cannot take by itself: a completion that writes what was typed in another case. */
static void complete_anew(zoe_ui *ui, zoe_open_page *page, const zoe_browser_completion *found)
{
    size_t length = strlen(page->path);
    bool is_other = found->count && !found->is_pending && strlen(found->text) >= length &&
                    strncmp(found->text, page->path, length) != 0;
    if (!is_other || !page->is_edited || ui->focus != zoe_ui_make_id(ui, "path") ||
        !zoe_ui_hears_keys(ui) || !zoe_ui_take_key(ui, SDLK_TAB, 0))
        return;
    snprintf(page->path, sizeof page->path, "%s", found->text);
    page->path_field.caret = page->path_field.anchor = strlen(page->path);
    ask(page);
}

/* The bytes of an address up to the end of its host; 0: it is none. */
static size_t host_length(const char *path)
{
    if (!zoe_path_is_address(path))
        return 0;
    size_t scheme = (size_t)(strstr(path, "://") - path) + 3;
    return scheme + strcspn(path + scheme, "/");
}

/* What stands in the field, with what lets one in at the host that is looked at. */
static void read_path(const zoe_open_page *page, char path[ZOE_PATH_TEXT])
{
    char seen[ZOE_PATH_TEXT];
    zoe_storage_text(page->shown, seen, sizeof seen);
    size_t length = host_length(seen);
    if (!strcmp(page->path, seen))
        snprintf(path, ZOE_PATH_TEXT, "%s", page->shown);
    else if (length > 0 && host_length(page->path) == length && !strncmp(page->path, seen, length))
        snprintf(path, ZOE_PATH_TEXT, "%.*s%s", (int)host_length(page->shown), page->shown,
                 page->path + length);
    else
        snprintf(path, ZOE_PATH_TEXT, "%s", page->path);
}

static void run_path(zoe_ui *ui, SDL_Rect rect, zoe_open_page *page, zoe_open_page_result *result)
{
    const zoe_browser_completion *found = zoe_browser_completed(page->browser);
    complete_anew(ui, page, found);
    bool is_known = page->is_edited && !found->is_pending && found->count;
    page->path_field.completion = is_known ? found->text : NULL;
    page->path_field.wrong =
        !page->is_edited && zoe_browser_state_now(page->browser) == ZOE_BROWSER_FAILED;
    unsigned answer = zoe_ui_edit_field(ui, "path", rect, &page->path_field);
    if (answer & ZOE_UI_CHANGED) {
        page->is_edited = true;
        page->entered = false;
        ask(page);
    }
    if (!(answer & ZOE_UI_ENTER))
        return;
    if (!page->is_edited && page->list.cursor >= 0) {
        open_selected(page, result);
        return;
    }
    char path[ZOE_PATH_TEXT];
    read_path(page, path);
    if (zoe_path_is_address(path)) {
        /* A folder to look into where its last letter says so, else what is opened. */
        char *last = path + strlen(path) - 1;
        if (!page->purpose && *last != '/') {
            choose(page, result, path);
            return;
        }
        *last = *last == '/' ? '\0' : *last;
    }
    page->entered = true;
    page->is_edited = false;
    go(page, path);
    page->shown[0] = '\0';
}

/* Recent folders and home, in a menu. */
static void run_recent(zoe_ui *ui, SDL_Rect rect, zoe_open_page *page)
{
    zoe_ui_menu_item items[ZOE_RECENT_FOLDERS + 2];
    const zoe_recent *recent = page->recent;
    int count = 0;
    if (zoe_ui_button(ui, "recent", rect, ZOE_ICON_RECENT, NULL, ZOE_UI_OPENS))
        zoe_ui_popup_open(ui, "recent folders", rect);
    zoe_ui_tip(ui, "Recent folders", NULL);
    items[count++] = (zoe_ui_menu_item){.text = "Home", .value = 0, .icon = ZOE_ICON_FOLDER};
    if (recent && recent->folder_count)
        items[count++] = (zoe_ui_menu_item){.text = NULL};
    for (int i = 0; recent && i < recent->folder_count; i++)
        items[count++] =
            (zoe_ui_menu_item){.text = recent->folders[i], .value = i + 1, .icon = ZOE_ICON_FOLDER};
    int chosen = zoe_ui_menu(ui, "recent folders", items, count);
    if (chosen >= 0)
        go(page, chosen ? recent->folders[chosen - 1] : "~");
}

static void run_top(zoe_ui *ui, SDL_Rect *rest, zoe_open_page *page, zoe_open_page_result *result)
{
    int gap = zoe_ui_px(ui, GAP), line = zoe_ui_px(ui, ZOE_UI_CONTROL);
    SDL_Rect row = zoe_cut_top(rest, line);
    zoe_ui_label(ui, row, ZOE_TEXT_TITLE, ZOE_UI_LEFT, ui->style->text_light, page->title);
    if (zoe_ui_button(ui, "close", zoe_cut_right(&row, line), ZOE_ICON_CLOSE, NULL, ZOE_UI_QUIET))
        zoe_open_page_hide(page);
    zoe_ui_tip(ui, "Close", "Esc");
    zoe_cut_top(rest, gap);
    row = zoe_cut_top(rest, line);
    if (zoe_ui_button(ui, "up", zoe_cut_left(&row, line + gap), ZOE_ICON_FOLDER_UP, NULL, 0))
        go_up(page);
    zoe_ui_tip(ui, "Folder above", "Backspace");
    zoe_cut_left(&row, gap);
    run_recent(ui, zoe_cut_left(&row, zoe_ui_px(ui, 48)), page);
    zoe_cut_left(&row, gap);
    SDL_Rect search = zoe_cut_right(&row, row.w * 3 / 10);
    zoe_cut_right(&row, gap);
    /* In its first frame a modal page hears nothing yet, and a field would select nothing. */
    if (page->fresh && zoe_ui_hears_keys(ui)) {
        zoe_ui_focus(ui, "path");
        page->fresh = false;
    } else if (page->fresh) {
        zoe_ui_again(ui);
    }
    run_path(ui, row, page, result);
    unsigned answer = zoe_ui_edit_field(ui, "search", search, &page->search_field);
    if (answer & ZOE_UI_CHANGED)
        filter(page);
    if (answer & ZOE_UI_ENTER)
        open_selected(page, result);
    zoe_cut_top(rest, gap);
}

/* ---- the list ---- */

typedef struct columns {
    SDL_Rect name, range, gaps, size, date; /* w 0: left out */
} columns;

/* Of a row or the headings; the scroll bar has its place whether there is one or not. */
static columns cut_columns(const zoe_ui *ui, SDL_Rect list, SDL_Rect row)
{
    columns c;
    memset(&c, 0, sizeof c);
    int pad = zoe_ui_px(ui, ZOE_UI_PAD), name = zoe_ui_px(ui, NAME_LEAST);
    int range = zoe_ui_px(ui, RANGE_WIDTH), size = zoe_ui_px(ui, SIZE_WIDTH);
    int gaps = zoe_ui_px(ui, GAPS_WIDTH), date = zoe_ui_px(ui, DATE_WIDTH);
    row.x = list.x;
    row.w = list.w - zoe_ui_scroll_bar(ui);
    row = zoe_inset(row, 2 * pad, 0);
    if (row.w - name - range - gaps - size >= date)
        c.date = zoe_cut_right(&row, date);
    if (row.w - name - range - gaps >= size)
        c.size = zoe_cut_right(&row, size);
    if (row.w - name - range >= gaps)
        c.gaps = zoe_cut_right(&row, gaps);
    if (row.w - name / 2 >= range)
        c.range = zoe_cut_right(&row, range);
    c.name = row;
    return c;
}

static void draw_cell(zoe_ui *ui, SDL_Rect rect, const char *text, SDL_Color color)
{
    if (rect.w)
        zoe_ui_label(ui, rect, ZOE_TEXT_BODY, ZOE_UI_RIGHT, color, text);
}

static void draw_row(zoe_ui *ui, SDL_Rect list, SDL_Rect place, const zoe_browser_row *row)
{
    const zoe_folder_entry *entry = &row->entry;
    const zoe_ui_style *style = ui->style;
    columns c = cut_columns(ui, list, place);
    char text[96], amount[ZOE_AMOUNT_TEXT];
    bool is_folder = entry->kind == ZOE_FOLDER_FOLDER;
    SDL_Rect sign = zoe_cut_left(&c.name, zoe_ui_px(ui, ZOE_UI_ICON));
    int side = zoe_ui_px(ui, ZOE_UI_ICON);
    zoe_draw_icon(&ui->draw, zoe_centered(sign, side, side),
                  is_folder                            ? ZOE_ICON_FOLDER
                  : entry->kind == ZOE_FOLDER_SEQUENCE ? ZOE_ICON_FILM
                                                       : ZOE_ICON_FILE,
                  is_folder && !row->is_below ? style->text_dim : style->accent);
    if (row->is_below)
        draw_cell(ui, c.range, "EXR files", style->text_dim);
    zoe_cut_left(&c.name, zoe_ui_px(ui, ZOE_UI_PAD));
    zoe_ui_label(ui, c.name, ZOE_TEXT_BODY, ZOE_UI_NAME, style->text, entry->name);
    if (entry->kind == ZOE_FOLDER_SEQUENCE) {
        snprintf(text, sizeof text, "%" PRId64 "\342\200\223%" PRId64, entry->first, entry->last);
        draw_cell(ui, c.range, text, style->text);
        snprintf(text, sizeof text, "%" PRId64 " %s", entry->gaps,
                 entry->gaps == 1 ? "gap" : "gaps");
        draw_cell(ui, c.gaps, entry->gaps > 0 ? text : "", style->warning);
    }
    if (!row->is_measured)
        return;
    if (!is_folder && row->size.bytes >> 20 == 0)
        snprintf(amount, sizeof amount, "%" PRIu64 " KB", (row->size.bytes + 1023) / 1024);
    else
        zoe_amount_text(row->size.bytes, amount);
    draw_cell(ui, c.size, is_folder ? "" : amount, style->text_dim);
    time_t when = (time_t)(row->size.modified_ns / 1000000000);
    struct tm local;
    if (!row->size.modified_ns || !localtime_r(&when, &local) ||
        !strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local))
        text[0] = '\0';
    draw_cell(ui, c.date, text, style->text_dim);
}

/* A click on a heading sorts by it; again: the other way round. */
static void run_heading(zoe_ui *ui, SDL_Rect rect, zoe_open_page *page, const char *text,
                        zoe_browser_sort sort, bool at_left)
{
    bool is_on = page->sort == sort;
    zoe_icon sign = !is_on                ? ZOE_ICON_NONE
                    : page->is_descending ? ZOE_ICON_CHEVRON_DOWN
                                          : ZOE_ICON_CHEVRON_UP;
    int width = zoe_ui_button_width(ui, sign, text, ZOE_UI_QUIET);
    if (rect.w <= 0)
        return;
    /* Its text is in line with the column's, and not its ground. */
    rect.x += zoe_ui_px(ui, at_left ? -ZOE_UI_PAD : ZOE_UI_PAD);
    rect = at_left ? zoe_cut_left(&rect, width) : zoe_cut_right(&rect, width);
    if (!zoe_ui_button(ui, text, rect, sign, text, ZOE_UI_QUIET))
        return;
    page->is_descending = is_on ? !page->is_descending : sort != ZOE_BROWSER_BY_NAME;
    page->sort = sort;
    zoe_browser_sort_by(page->browser, sort, page->is_descending);
    zoe_ui_list_select(&page->list, -1);
}

static void run_headings(zoe_ui *ui, SDL_Rect row, zoe_open_page *page)
{
    columns c = cut_columns(ui, row, row);
    run_heading(ui, c.name, page, "Name", ZOE_BROWSER_BY_NAME, true);
    if (!page->purpose)
        draw_cell(ui, c.range, "Frames", ui->style->text_dim);
    run_heading(ui, c.size, page, "Size", ZOE_BROWSER_BY_SIZE, false);
    run_heading(ui, c.date, page, "Changed", ZOE_BROWSER_BY_DATE, false);
}

static void run_list(zoe_ui *ui, SDL_Rect area, zoe_open_page *page, zoe_open_page_result *result)
{
    static zoe_browser_row row;
    int line = zoe_ui_px(ui, ZOE_UI_CONTROL), at;
    SDL_Rect place;
    zoe_ui_list *list = &page->list;
    run_headings(ui, zoe_cut_top(&area, line), page);
    zoe_draw_fill(&ui->draw, area, zoe_ui_px(ui, ZOE_UI_RADIUS), ui->style->groove);
    zoe_ui_list_begin(ui, "files", area, list, (int)zoe_browser_count(page->browser), line,
                      (page->purpose ? 0 : ZOE_UI_LIST_MANY) | ZOE_UI_LIST_FILTER |
                          ZOE_UI_LIST_KEYS);
    while (zoe_ui_list_next(ui, list, &at, &place)) {
        if (zoe_browser_row_at(page->browser, (size_t)at, &row) == ZOE_OK)
            draw_row(ui, list->area, place, &row);
    }
    unsigned answer = zoe_ui_list_end(ui, list);
    if (list->filter_changed)
        filter(page);
    if (answer & ZOE_UI_ENTER)
        open_selected(page, result);
    else if (list->focused && zoe_ui_hears_keys(ui) && zoe_ui_take_key(ui, SDLK_BACKSPACE, 0))
        go_up(page);
}

/* ---- below the list ---- */

static void count_text(const zoe_open_page *page, char *text, size_t capacity)
{
    static zoe_browser_row row;
    size_t count = zoe_browser_count(page->browser), folders = 0;
    /* Folders come first. */
    while (folders < count && zoe_browser_row_at(page->browser, folders, &row) == ZOE_OK &&
           row.entry.kind == ZOE_FOLDER_FOLDER)
        folders++;
    size_t others = count - folders;
    const char *folder = folders == 1 ? "folder" : "folders";
    const char *other = page->purpose ? (others == 1 ? "file" : "files")
                        : others == 1 ? "sequence"
                                      : "sequences";
    if (!count && (page->search[0] || page->list.filter[0]))
        snprintf(text, capacity, "Nothing matches the filter");
    else if (!count && page->purpose)
        snprintf(text, capacity, "No %s files here", page->endings);
    else if (!count)
        snprintf(text, capacity, "No EXR files here or below");
    else if (!folders)
        snprintf(text, capacity, "%zu %s", others, other);
    else if (!others && page->purpose)
        snprintf(text, capacity, "%zu %s", folders, folder);
    else
        snprintf(text, capacity, "%zu %s, %zu %s", folders, folder, others, other);
}

static void draw_state(zoe_ui *ui, SDL_Rect rect, const zoe_open_page *page)
{
    static zoe_browser_row row;
    char text[1024];
    const zoe_browser *browser = page->browser;
    const zoe_browser_completion *found = zoe_browser_completed(browser);
    size_t count = zoe_browser_count(browser);
    int chosen = zoe_ui_list_selected(&page->list);
    bool is_below = count && zoe_browser_row_at(browser, count - 1, &row) == ZOE_OK && row.is_below;
    switch (zoe_browser_state_now(browser)) {
    case ZOE_BROWSER_FAILED:
        zoe_ui_notice(ui, rect, ZOE_UI_ERROR, zoe_browser_error(browser)->text);
        return;
    case ZOE_BROWSER_LISTING:
        snprintf(text, sizeof text, "Reading the folder" ELLIPSIS " %" PRIu64 " names",
                 zoe_browser_progress(browser));
        break;
    case ZOE_BROWSER_SEARCHING:
        snprintf(text, sizeof text, "No EXR files here, searching the folders below" ELLIPSIS);
        break;
    default:
        if (page->is_edited && !found->is_pending && found->count > 1)
            snprintf(text, sizeof text, "%zu begin like that: %s, %s%s", found->count,
                     found->names[0], found->names[1], found->count > 2 ? ", " ELLIPSIS : "");
        else if (chosen > 1)
            snprintf(text, sizeof text, "%d selected", chosen);
        else if (is_below)
            snprintf(text, sizeof text, "No EXR files here; these folders below have some%s",
                     zoe_browser_is_cut(browser) ? ", and maybe others" : "");
        else
            count_text(page, text, sizeof text);
    }
    zoe_ui_label(ui, rect, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text_dim, text);
}

static void run_bottom(zoe_ui *ui, SDL_Rect row, zoe_open_page *page, zoe_open_page_result *result)
{
    int gap = zoe_ui_px(ui, GAP), width = zoe_ui_px(ui, 88);
    SDL_Rect open = zoe_cut_right(&row, width);
    zoe_cut_right(&row, gap);
    SDL_Rect cancel = zoe_cut_right(&row, width);
    zoe_cut_right(&row, gap);
    draw_state(ui, row, page);
    if (zoe_ui_button(ui, "cancel", cancel, ZOE_ICON_NONE, "Cancel", 0))
        zoe_open_page_hide(page);
    ui->disabled = page->list.cursor < 0;
    if (zoe_ui_button(ui, "open", open, ZOE_ICON_NONE, "Open", ZOE_UI_PRIMARY))
        open_selected(page, result);
    ui->disabled = false;
}

/* ---- frame ---- */

static void run_page(zoe_ui *ui, SDL_Rect rect, zoe_open_page *page, zoe_open_page_result *result)
{
    int pad = zoe_ui_px(ui, ZOE_MARGIN), line = zoe_ui_px(ui, ZOE_UI_CONTROL);
    rect = zoe_inset(rect, pad, pad);
    if (!page->browser) {
        zoe_ui_notice(ui, zoe_cut_top(&rect, line), ZOE_UI_ERROR, "Memory is out");
        return;
    }
    follow(page);
    uint64_t changes = zoe_browser_changes(page->browser);
    const char *sequence = zoe_browser_sequence(page->browser);
    if (page->entered && sequence[0])
        choose(page, result, sequence);
    run_top(ui, &rect, page, result);
    SDL_Rect bottom = zoe_cut_bottom(&rect, line);
    zoe_cut_bottom(&rect, zoe_ui_px(ui, GAP));
    run_list(ui, rect, page, result);
    run_bottom(ui, bottom, page, result);
    /* What was done in this frame is seen in the next one. */
    if (zoe_browser_changes(page->browser) != changes)
        zoe_ui_again(ui);
}

void zoe_open_page_run(zoe_ui *ui, zoe_open_page *page, zoe_open_page_result *result)
{
    memset(result, 0, sizeof *result);
    int margin = zoe_ui_px(ui, ZOE_MARGIN);
    SDL_Rect place = zoe_inset(ui->window, margin, margin);
    place = zoe_centered(place, zoe_ui_px(ui, PAGE_WIDTH), place.h);
    place = zoe_ui_modal_begin(ui, "open page", place);
    run_page(ui, place, page, result);
    if (zoe_ui_modal_end(ui) || result->count)
        zoe_open_page_hide(page);
}
