#include "ui/goto_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/frame_entry.h"
#include "ui/ui_button.h"
#include "ui/ui_popup.h"

enum { HINT = 1024, LINES = 3 };

static const char popup[] = "go to frame";

void zoe_goto_page_start(zoe_goto_page *page)
{
    memset(page, 0, sizeof *page);
    page->field = (zoe_ui_field){
        .text = page->text, .capacity = sizeof page->text, .placeholder = "Frame or time code"};
}

void zoe_goto_page_show(zoe_ui *ui, zoe_goto_page *page, SDL_Rect anchor)
{
    page->text[0] = '\0';
    page->field.wrong = false;
    page->fresh = true;
    zoe_ui_popup_open(ui, popup, anchor);
}

/* Time code counts from the file's, or without one from the first frame. */
static zoe_frame_context context_of(zoe_session *session)
{
    const zoe_sequence *sequence = zoe_session_sequence(session);
    const zoe_transport *t = zoe_session_transport(session);
    const zoe_frame *shown = &session->screen.frame;
    int64_t position = zoe_session_shown_position(session), frames;
    zoe_frame_context context = {
        .current = zoe_sequence_number(sequence, position),
        .first = zoe_sequence_first(sequence),
        .zero = zoe_sequence_first(sequence),
        .rate = {(int32_t)t->rate_numerator, (int32_t)t->rate_denominator},
    };
    if (zoe_screen_has_picture(&session->screen) && !session->screen.is_foreign &&
        shown->time_code[0] &&
        zoe_time_code_parse(shown->time_code, context.rate, &frames, NULL) == ZOE_OK)
        context.zero = context.current - frames;
    return context;
}

/* Where the entry leads; false, and why, where it leads nowhere. */
static bool find(const zoe_goto_page *page, zoe_session *session, int64_t *position,
                 zoe_error *error)
{
    int64_t number = 0;
    const zoe_sequence *sequence = zoe_session_sequence(session);
    zoe_frame_context context = context_of(session);
    if (zoe_frame_entry_parse(page->text, &context, &number, error) != ZOE_OK)
        return false;
    *position = zoe_sequence_position(sequence, number);
    if (*position >= 0 && *position < zoe_sequence_count(sequence))
        return true;
    zoe_error_set(error, ZOE_ERROR_ARGUMENT,
                  "No frame %" PRId64 ": %" PRId64 "\342\200\223%" PRId64, number,
                  zoe_sequence_first(sequence), zoe_sequence_last(sequence));
    return false;
}

/* What stands below the entry: why it leads nowhere, or what can be written. Returns whether it
 * leads somewhere. */
static bool explain(zoe_goto_page *page, zoe_session *session, int64_t *position, char text[HINT])
{
    zoe_error error = {ZOE_OK, ""};
    const zoe_sequence *sequence = zoe_session_sequence(session);
    int64_t first = zoe_sequence_first(sequence), last = zoe_sequence_last(sequence);
    bool leads = page->text[0] && find(page, session, position, &error);
    page->field.wrong = page->text[0] && !leads;
    if (page->field.wrong)
        snprintf(text, HINT, "%s", error.text);
    else if (first == last)
        snprintf(text, HINT, "%" PRId64 " is the only frame", first);
    else
        snprintf(text, HINT, "%" PRId64 "\342\200\223%" PRId64 ", +10, -10, 1:00", first, last);
    return leads;
}

void zoe_goto_page_run(zoe_ui *ui, zoe_goto_page *page, zoe_session *session,
                       zoe_goto_page_result *result)
{
    SDL_Rect inner;
    char text[HINT];
    memset(result, 0, sizeof *result);
    if (!zoe_ui_popup_is_open(ui, popup))
        return;
    int pad = zoe_ui_px(ui, ZOE_UI_PAD), width = zoe_ui_px(ui, 260);
    (void)explain(page, session, &result->position, text);
    int line = zoe_ui_text_height(ui, ZOE_TEXT_SMALL);
    int lines = zoe_ui_paragraph(ui, (SDL_Rect){0, 0, width - 2 * pad, 0}, ZOE_TEXT_SMALL,
                                 ui->style->text, text, LINES);
    int height = zoe_ui_px(ui, 2 * ZOE_UI_CONTROL + 20) + lines - line;
    if (!zoe_ui_popup_begin(ui, popup, width, height, &inner))
        return;
    inner = zoe_inset(inner, pad, pad / 2);
    if (page->fresh)
        zoe_ui_focus(ui, "entry");
    page->fresh = false;
    SDL_Rect row = zoe_cut_top(&inner, zoe_ui_px(ui, ZOE_UI_CONTROL));
    unsigned answer = zoe_ui_edit_field(ui, "entry", row, &page->field);
    if (answer & ZOE_UI_CHANGED)
        zoe_ui_again(ui); /* the text below may take another height */
    bool leads = explain(page, session, &result->position, text);
    result->go = leads && (answer & ZOE_UI_ENTER);
    zoe_cut_top(&inner, (inner.h - lines) / 2);
    zoe_ui_paragraph(ui, inner, ZOE_TEXT_SMALL,
                     page->field.wrong ? ui->style->error : ui->style->text_dim, text, LINES);
    zoe_ui_popup_end(ui);
    if (result->go)
        zoe_ui_popup_close(ui, popup);
}
