#include "ui/goto_page.h"

#include <string.h>

#include "ui/ui_button.h"
#include "ui/ui_popup.h"

void zoe_goto_page_start(zoe_goto_page *page)
{
    memset(page, 0, sizeof *page);
}

void zoe_goto_page_show(zoe_ui *ui, zoe_goto_page *page, SDL_Rect anchor)
{
    page->text[0] = '\0';
    zoe_ui_popup_open(ui, "go to frame", anchor);
}

void zoe_goto_page_run(zoe_ui *ui, zoe_goto_page *page, zoe_session *session,
                       zoe_goto_page_result *result)
{
    SDL_Rect inner;
    (void)page;
    (void)session;
    memset(result, 0, sizeof *result);
    int width = zoe_ui_px(ui, 220), height = zoe_ui_px(ui, ZOE_UI_CONTROL + 16);
    if (!zoe_ui_popup_begin(ui, "go to frame", width, height, &inner))
        return;
    zoe_ui_label(ui, zoe_inset(inner, zoe_ui_px(ui, ZOE_UI_PAD), 0), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                 ui->style->text, "Go to frame");
    zoe_ui_popup_end(ui);
}
