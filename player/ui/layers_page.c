#include "ui/layers_page.h"

#include <string.h>

#include "ui/ui_button.h"

void zoe_layers_page_start(zoe_layers_page *page)
{
    memset(page, 0, sizeof *page);
}

void zoe_layers_page_end(zoe_layers_page *page)
{
    memset(page, 0, sizeof *page);
}

void zoe_layers_page_run(zoe_ui *ui, SDL_Rect rect, zoe_layers_page *page, zoe_session *session,
                         zoe_layers_page_result *result)
{
    (void)page;
    memset(result, 0, sizeof *result);
    SDL_Rect row = zoe_cut_top(&rect, zoe_ui_px(ui, ZOE_UI_CONTROL));
    zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text,
                 session->count ? zoe_session_shot(session)->layer : "Nothing is open");
}
