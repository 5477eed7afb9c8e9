#define _POSIX_C_SOURCE 200809L /* strcasecmp */

#include "ui/save_page.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/message.h"
#include "ui/theme.h"
#include "ui/ui_button.h"
#include "ui/ui_popup.h"

enum { PAGE_WIDTH = 640, GAP = 8 }; /* points */

static const char *const kinds[] = {"As seen (PNG)", "Linear (EXR)"};
static const char *const endings[] = {".png", ".exr"};
static const char *const hints[] = {
    "What is seen in the window, with its exposure, gamma and channel",
    "The values as they are in memory, without exposure and gamma",
};

void zoe_save_page_start(zoe_save_page *page, void (*wake)(void *user), void *user)
{
    memset(page, 0, sizeof *page);
    page->wake = wake;
    page->wake_user = user;
    page->field = (zoe_ui_field){.text = page->path,
                                 .capacity = sizeof page->path,
                                 .placeholder = "Path of the file",
                                 .keep_end = true};
}

void zoe_save_page_end(zoe_save_page *page)
{
    zoe_browser_destroy(&page->browser);
    memset(page, 0, sizeof *page);
}

void zoe_save_page_show(zoe_save_page *page, const char *path, bool is_linear)
{
    if (!page->browser)
        page->browser = zoe_browser_create(page->wake, page->wake_user);
    snprintf(page->path, sizeof page->path, "%s", path);
    page->open = page->fresh = true;
    page->is_linear = is_linear;
    page->is_busy = false;
    page->exists[0] = page->error[0] = '\0';
}

static void hide(zoe_save_page *page)
{
    page->open = page->is_busy = false;
    if (page->browser)
        zoe_browser_stop(page->browser);
}

void zoe_save_page_tell(zoe_save_page *page, zoe_save_state state, const zoe_error *error)
{
    char line[sizeof page->error];
    if (!page->is_busy || state == ZOE_SAVE_CHECKING)
        return;
    page->is_busy = false;
    if (state == ZOE_SAVE_EXISTS)
        memcpy(page->exists, page->target, sizeof page->exists);
    else if (state == ZOE_SAVE_REFUSED)
        snprintf(page->error, sizeof page->error, "%s",
                 zoe_message_cause_first(error->text, line, sizeof line));
    else
        hide(page);
}

/* ---- the path ---- */

/* -1: it ends as neither. */
static int ending_of(const char *path)
{
    size_t length = strlen(path);
    for (int i = 0; i < 2; i++) {
        if (length > 4 && path[length - 5] != '/' && !strcasecmp(path + length - 4, endings[i]))
            return i;
    }
    return -1;
}

/* Another kind of file was chosen: the name says so. */
static void change_ending(zoe_save_page *page)
{
    size_t length = strlen(page->path);
    if (ending_of(page->path) >= 0)
        memcpy(page->path + length - 4, endings[page->is_linear], 4);
}

/* Where the name without its ending begins and ends. */
static void select_name(zoe_save_page *page)
{
    const char *slash = strrchr(page->path, '/');
    size_t length = strlen(page->path);
    page->field.anchor = slash ? (size_t)(slash - page->path) + 1 : 0;
    page->field.caret = ending_of(page->path) >= 0 ? length - 4 : length;
}

/* What is typed as an absolute path with its ending; false where that says no file. */
static bool find_target(zoe_save_page *page)
{
    const char *slash = strrchr(page->path, '/');
    const char *name = slash ? slash + 1 : page->path;
    page->target[0] = '\0';
    if (!name[0] || !strcmp(name, ".") || !strcmp(name, "..") || zoe_path_is_address(page->path) ||
        zoe_path_resolve(page->path, NULL, page->target) != ZOE_OK)
        return false;
    size_t length = strlen(page->target);
    if (ending_of(page->target) >= 0)
        return true;
    if (length + 5 > sizeof page->target)
        return false;
    memcpy(page->target + length, endings[page->is_linear], 5);
    return true;
}

/* Only folders are completed: the file is one that is not there yet. */
static void complete(zoe_save_page *page)
{
    const zoe_browser_completion *found = zoe_browser_completed(page->browser);
    size_t length = strlen(found->text);
    bool is_folder = length && found->text[length - 1] == '/';
    bool is_of_this = !strncmp(found->text, page->path, strlen(page->path));
    bool is_known = !found->is_pending && found->count && is_of_this;
    page->field.completion = is_known && (is_folder || found->count > 1) ? found->text : NULL;
}

static unsigned run_path(zoe_ui *ui, SDL_Rect row, zoe_save_page *page)
{
    if (page->browser) {
        zoe_browser_update(page->browser);
        complete(page);
    }
    page->field.wrong = page->error[0] != '\0';
    unsigned answer = zoe_ui_edit_field(ui, "path", row, &page->field);
    if (!(answer & ZOE_UI_CHANGED))
        return answer;
    int ending = ending_of(page->path);
    page->is_linear = ending >= 0 ? ending == 1 : page->is_linear;
    page->error[0] = '\0';
    if (page->browser)
        zoe_browser_complete(page->browser, page->path);
    return answer;
}

/* ---- the page ---- */

static void draw_state(zoe_ui *ui, SDL_Rect row, const zoe_save_page *page, bool is_there)
{
    if (page->error[0])
        zoe_ui_notice(ui, row, ZOE_UI_ERROR, page->error);
    else if (is_there)
        zoe_ui_notice(ui, row, ZOE_UI_WARNING, "There is a file of this name. Replace it?");
    else
        zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text_dim,
                     page->is_busy ? "Looking at the folder\342\200\246" : hints[page->is_linear]);
}

/* Whether Save was used. */
static bool run_buttons(zoe_ui *ui, SDL_Rect row, zoe_save_page *page, bool is_there, bool *cancel)
{
    int width = zoe_ui_px(ui, 88);
    SDL_Rect save = zoe_cut_right(&row, width);
    zoe_cut_right(&row, zoe_ui_px(ui, GAP));
    *cancel |= zoe_ui_button(ui, "cancel", zoe_cut_right(&row, width), ZOE_ICON_NONE, "Cancel", 0);
    ui->disabled = page->is_busy || !page->path[0];
    bool used = zoe_ui_button(ui, "save", save, ZOE_ICON_NONE, is_there ? "Replace" : "Save",
                              ZOE_UI_PRIMARY);
    ui->disabled = false;
    return used;
}

static void ask(zoe_save_page *page, bool is_there, zoe_save_page_result *result)
{
    if (page->is_busy)
        return;
    if (!find_target(page)) {
        snprintf(page->error, sizeof page->error, "This is no name of a file");
        return;
    }
    page->is_busy = true;
    *result = (zoe_save_page_result){.save = true,
                                     .is_linear = ending_of(page->target) == 1,
                                     .replaces = is_there,
                                     .path = page->target};
}

static void run_page(zoe_ui *ui, SDL_Rect rest, zoe_save_page *page, zoe_save_page_result *result)
{
    int gap = zoe_ui_px(ui, GAP), line = zoe_ui_px(ui, ZOE_UI_CONTROL), kind = page->is_linear;
    bool cancel = false;
    SDL_Rect row = zoe_cut_top(&rest, line);
    cancel |=
        zoe_ui_button(ui, "close", zoe_cut_right(&row, line), ZOE_ICON_CLOSE, NULL, ZOE_UI_QUIET);
    zoe_ui_tip(ui, "Close", "Esc");
    zoe_ui_label(ui, row, ZOE_TEXT_TITLE, ZOE_UI_LEFT, ui->style->text_light, "Save the picture");
    zoe_cut_top(&rest, gap);
    row = zoe_cut_top(&rest, line);
    if (zoe_ui_choice(ui, "kind", zoe_cut_left(&row, zoe_ui_px(ui, 240)), kinds, 2, &kind)) {
        page->is_linear = kind == 1;
        change_ending(page);
    }
    zoe_cut_top(&rest, gap);
    row = zoe_cut_top(&rest, line);
    /* In its first frame a modal page hears nothing yet. */
    bool is_first = page->fresh && zoe_ui_hears_keys(ui);
    if (is_first)
        zoe_ui_focus(ui, "path");
    else if (page->fresh)
        zoe_ui_again(ui);
    unsigned answer = run_path(ui, row, page);
    if (is_first) {
        select_name(page);
        page->fresh = false;
        zoe_ui_again(ui);
    }
    bool is_there = page->exists[0] && find_target(page) && !strcmp(page->target, page->exists);
    zoe_cut_top(&rest, gap);
    draw_state(ui, zoe_cut_top(&rest, line), page, is_there);
    row = zoe_cut_bottom(&rest, line);
    if (run_buttons(ui, row, page, is_there, &cancel) || (answer & ZOE_UI_ENTER))
        ask(page, is_there, result);
    result->cancel = cancel;
}

void zoe_save_page_run(zoe_ui *ui, zoe_save_page *page, zoe_save_page_result *result)
{
    memset(result, 0, sizeof *result);
    int margin = zoe_ui_px(ui, ZOE_MARGIN);
    int height = 5 * zoe_ui_px(ui, ZOE_UI_CONTROL) + 4 * zoe_ui_px(ui, GAP) + 2 * margin;
    SDL_Rect place = zoe_inset(ui->window, margin, margin);
    place =
        zoe_ui_modal_begin(ui, "save page", zoe_centered(place, zoe_ui_px(ui, PAGE_WIDTH), height));
    run_page(ui, zoe_inset(place, margin, margin), page, result);
    result->cancel |= zoe_ui_modal_end(ui) != 0;
    if (result->cancel) {
        result->save = false;
        hide(page);
    }
}
