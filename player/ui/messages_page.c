#include "ui/messages_page.h"

#include <string.h>

#include "ui/ui_button.h"

void zoe_messages_page_start(zoe_messages_page *page)
{
    memset(page, 0, sizeof *page);
}

void zoe_messages_page_end(zoe_messages_page *page)
{
    zoe_ui_list_free(&page->list);
}

void zoe_messages_page_run(zoe_ui *ui, SDL_Rect rect, zoe_messages_page *page,
                           const zoe_message *message)
{
    (void)page;
    SDL_Rect row = zoe_cut_top(&rect, zoe_ui_px(ui, ZOE_UI_CONTROL));
    zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text,
                 message->text[0] ? message->text : "No messages");
}
