#include "ui/start_page.h"

#include <string.h>

#include "ui/ui_button.h"

void zoe_start_page_start(zoe_start_page *page, SDL_Renderer *renderer, void (*wake)(void *user),
                          void *user)
{
    memset(page, 0, sizeof *page);
    page->renderer = renderer;
    page->wake = wake;
    page->wake_user = user;
}

void zoe_start_page_end(zoe_start_page *page)
{
    memset(page, 0, sizeof *page);
}

void zoe_start_page_run(zoe_ui *ui, SDL_Rect rect, zoe_start_page *page,
                        zoe_start_page_result *result)
{
    (void)page;
    memset(result, 0, sizeof *result);
    int gap = zoe_ui_px(ui, 8), line = zoe_ui_px(ui, ZOE_UI_CONTROL);
    SDL_Rect rest = zoe_centered(rect, rect.w, 3 * line + 2 * gap);
    zoe_ui_label(ui, zoe_cut_top(&rest, line), ZOE_TEXT_TITLE, ZOE_UI_CENTER, ui->style->text,
                 "Drop an EXR sequence or a folder here");
    zoe_cut_top(&rest, gap);
    SDL_Rect row = zoe_cut_top(&rest, line);
    int width = zoe_ui_button_width(ui, ZOE_ICON_FOLDER, "Open\342\200\246", ZOE_UI_PRIMARY);
    result->browse = zoe_ui_button(ui, "open", zoe_centered(row, width, line), ZOE_ICON_FOLDER,
                                   "Open\342\200\246", ZOE_UI_PRIMARY);
    zoe_cut_top(&rest, gap);
    zoe_ui_label(ui, rest, ZOE_TEXT_BODY, ZOE_UI_CENTER, ui->style->text_dim, "F1 shows all keys");
}
