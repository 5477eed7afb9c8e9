#include "ui/messages_page.h"

#include <stdio.h>
#include <string.h>

#include "ui/ui_button.h"

enum { LINES = 8 }; /* of the message that is shown in full */

static const char copy_text[] = "Copy";

void zoe_messages_page_start(zoe_messages_page *page)
{
    memset(page, 0, sizeof *page);
}

void zoe_messages_page_end(zoe_messages_page *page)
{
    zoe_ui_list_free(&page->list);
}

/* "12 s", "3 min", "2 h": how long ago. */
static void age_text(uint64_t ns, char text[16])
{
    uint64_t seconds = ns / 1000000000u;
    if (seconds < 60)
        snprintf(text, 16, "%u s", (unsigned)seconds);
    else if (seconds < 3600)
        snprintf(text, 16, "%u min", (unsigned)(seconds / 60));
    else
        snprintf(text, 16, "%u h", (unsigned)(seconds / 3600 % 1000));
}

/* All of the message that is chosen, or of the newest, below the list. */
static void run_whole(zoe_ui *ui, SDL_Rect *rest, const zoe_messages_page *page,
                      const zoe_message *message)
{
    int cursor = page->list.cursor, gap = zoe_ui_px(ui, ZOE_UI_PAD),
        line = zoe_ui_px(ui, ZOE_UI_CONTROL);
    const char *whole =
        zoe_message_past(message, cursor >= 0 && cursor < zoe_message_kept(message) ? cursor : 0)
            ->text;
    /* A paragraph without room draws nothing and says how high it would be. */
    int height = zoe_ui_paragraph(ui, (SDL_Rect){0, 0, rest->w, 0}, ZOE_TEXT_BODY, ui->style->text,
                                  whole, LINES);
    height = zoe_clamp_int(height, 0, rest->h / 2);
    SDL_Rect low = zoe_cut_bottom(rest, zoe_clamp_int(height + line + 2 * gap, 0, rest->h * 2 / 3));
    zoe_draw_fill(&ui->draw, zoe_cut_top(&low, zoe_ui_px(ui, 1)), 0, ui->style->line);
    SDL_Rect row = zoe_cut_bottom(&low, line);
    zoe_cut_top(&low, gap);
    zoe_ui_paragraph(ui, low, ZOE_TEXT_BODY, ui->style->text, whole, LINES);
    int width = zoe_ui_button_width(ui, ZOE_ICON_NONE, copy_text, 0);
    if (zoe_ui_button(ui, "copy", zoe_cut_right(&row, width), ZOE_ICON_NONE, copy_text, 0))
        ui->host.copy(ui->host.user, whole);
}

void zoe_messages_page_run(zoe_ui *ui, SDL_Rect rect, zoe_messages_page *page,
                           const zoe_message *message)
{
    int row, count = zoe_message_kept(message);
    SDL_Rect place;
    if (!count)
        zoe_ui_label(ui, zoe_cut_top(&rect, zoe_ui_px(ui, ZOE_UI_CONTROL)), ZOE_TEXT_BODY,
                     ZOE_UI_LEFT, ui->style->text_dim, "No messages so far");
    if (count)
        run_whole(ui, &rect, page, message);
    zoe_ui_list_begin(ui, "messages", rect, &page->list, count, zoe_ui_px(ui, ZOE_UI_CONTROL), 0);
    while (zoe_ui_list_next(ui, &page->list, &row, &place)) {
        const zoe_message_entry *entry = zoe_message_past(message, row);
        char text[sizeof entry->text + 32], age[16], again[sizeof entry->text + 64];
        age_text(ui->now_ns - entry->at_ns, age);
        SDL_Rect when = zoe_cut_right(&place, zoe_ui_px(ui, 46));
        zoe_ui_label(ui, when, ZOE_TEXT_SMALL, ZOE_UI_RIGHT, ui->style->text_dim, age);
        const char *line = zoe_message_cause_first(entry->text, text, sizeof text);
        if (entry->count > 1)
            snprintf(again, sizeof again, "%d\303\227 %s", entry->count, line);
        else
            snprintf(again, sizeof again, "%s", line);
        zoe_ui_notice(ui, place, (zoe_ui_severity)entry->kind, again);
    }
    zoe_ui_list_end(ui, &page->list);
}
