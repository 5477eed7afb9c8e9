#include "ui/open_page.h"

#include <string.h>

#include "ui/ui_button.h"
#include "ui/ui_popup.h"

void zoe_open_page_start(zoe_open_page *page, SDL_Renderer *renderer, void (*wake)(void *user),
                         void *user)
{
    memset(page, 0, sizeof *page);
    page->renderer = renderer;
    page->wake = wake;
    page->wake_user = user;
}

void zoe_open_page_end(zoe_open_page *page)
{
    memset(page, 0, sizeof *page);
}

void zoe_open_page_show(zoe_open_page *page, const char *path)
{
    (void)path;
    page->open = true;
}

void zoe_open_page_run(zoe_ui *ui, zoe_open_page *page, zoe_open_page_result *result)
{
    memset(result, 0, sizeof *result);
    SDL_Rect place = zoe_inset(ui->window, ui->window.w / 8, ui->window.h / 8);
    place = zoe_ui_modal_begin(ui, "open page", place);
    zoe_ui_label(ui, place, ZOE_TEXT_TITLE, ZOE_UI_CENTER, ui->style->text_light, "Open");
    if (zoe_ui_modal_end(ui))
        page->open = false;
}
