#include "ui/metadata_page.h"

#include <string.h>

#include "ui/ui_button.h"

void zoe_metadata_page_start(zoe_metadata_page *page)
{
    memset(page, 0, sizeof *page);
}

void zoe_metadata_page_end(zoe_metadata_page *page)
{
    memset(page, 0, sizeof *page);
}

void zoe_metadata_page_run(zoe_ui *ui, SDL_Rect rect, zoe_metadata_page *page, zoe_session *session)
{
    (void)page;
    SDL_Rect row = zoe_cut_top(&rect, zoe_ui_px(ui, ZOE_UI_CONTROL));
    zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text,
                 session->count ? "No attributes" : "Nothing is open");
}
