#include "ui/layers_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/layer.h"
#include "ui/ui_button.h"

enum { ROW = 40 /* points: two lines */, TEXT = 320 };

void zoe_layers_page_start(zoe_layers_page *page)
{
    memset(page, 0, sizeof *page);
    page->current = -1;
    page->field = zoe_ui_search_field(page->filter, sizeof page->filter, "Filter");
}

void zoe_layers_page_end(zoe_layers_page *page)
{
    zoe_kept_header_drop(&page->kept);
    zoe_ui_list_free(&page->list);
    free(page->rows);
    memset(page, 0, sizeof *page);
}

/* ---- what is listed ---- */

/* "R, G, B, A \302\267 half \302\267 part left". */
static void describe(const zoe_header *header, int32_t index, char text[TEXT])
{
    const zoe_layer *layer = &header->layers[index];
    const zoe_part *part = &header->parts[layer->part];
    size_t used = 0;
    text[0] = '\0';
    for (int32_t i = 0; i < layer->channel_count && used < TEXT / 2; i++) {
        const zoe_channel *channel = &part->channels[layer->channels[i]];
        used += (size_t)snprintf(text + used, TEXT - used, "%s%.60s", i ? ", " : "", channel->name);
    }
    zoe_sample_type type = part->channels[layer->channels[0]].type;
    bool mixed = false;
    for (int32_t i = 1; i < layer->channel_count; i++)
        mixed |= part->channels[layer->channels[i]].type != type;
    if (used < TEXT)
        used += (size_t)snprintf(text + used, TEXT - used, " \302\267 %s",
                                 mixed ? "several types" : zoe_sample_type_name(type));
    if (header->part_count > 1 && part->name[0] && strcmp(part->name, layer->name) && used < TEXT)
        snprintf(text + used, TEXT - used, " \302\267 part %.80s", part->name);
}

/* All that the filter looks at. */
static bool matches(const zoe_header *header, int32_t index, const char *filter)
{
    char label[TEXT], channels[TEXT], all[2 * TEXT + 2];
    zoe_layer_label(header, index, label, sizeof label);
    describe(header, index, channels);
    snprintf(all, sizeof all, "%s %s", label, channels);
    return zoe_ui_matches(all, filter);
}

/* The list anew, its cursor on what is shown, else on the first. */
static void fill(zoe_layers_page *page)
{
    const zoe_header *header = page->kept.header;
    size_t count = header ? header->layer_count : 0;
    int cursor = -1;
    page->row_count = 0;
    free(page->rows);
    page->rows = count ? malloc(count * sizeof *page->rows) : NULL;
    for (size_t i = 0; page->rows && i < count; i++) {
        if (!matches(header, (int32_t)i, page->filter))
            continue;
        if ((int32_t)i == page->current)
            cursor = page->row_count;
        page->rows[page->row_count++] = (int32_t)i;
    }
    zoe_ui_list_select(&page->list, cursor >= 0 ? cursor : page->row_count ? 0 : -1);
}

/* A file is read only while the playhead rests: a slow volume may not hold up what moves. */
static void follow(zoe_ui *ui, zoe_layers_page *page, zoe_session *session)
{
    const char *name, *view;
    bool rests = !zoe_session_transport(session)->speed && !session->scrubbing;
    bool is_new = false;
    if (rests || !page->kept.is_read)
        is_new = zoe_kept_header_follow(&page->kept, zoe_session_sequence(session),
                                        zoe_session_shown_position(session), 0);
    if (page->kept.task)
        zoe_ui_wake(ui, page->kept.late_ns);
    zoe_session_layer(session, &name, &view);
    int32_t current = page->kept.header ? zoe_header_find_layer(page->kept.header, name, view) : -1;
    if (!is_new && current == page->current)
        return;
    page->current = current;
    fill(page);
}

/* ---- rows ---- */

static void draw_row(zoe_ui *ui, const zoe_layers_page *page, int row, SDL_Rect place)
{
    char text[TEXT];
    int32_t layer = page->rows[row];
    const zoe_header *header = page->kept.header;
    bool is_current = layer == page->current;
    SDL_Rect sign = zoe_cut_left(&place, zoe_ui_px(ui, 18));
    if (is_current)
        zoe_ui_label(ui, sign, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->accent, "\342\227\217");
    place = zoe_centered(place, place.w, 2 * zoe_ui_px(ui, 17));
    zoe_layer_label(header, layer, text, sizeof text);
    zoe_ui_label(ui, zoe_cut_top(&place, zoe_ui_px(ui, 17)), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                 is_current ? ui->style->text_light : ui->style->text, text);
    describe(header, layer, text);
    zoe_ui_label(ui, place, ZOE_TEXT_SMALL, ZOE_UI_LEFT, ui->style->text_dim, text);
}

/* Returns the row that was chosen; -1: none. */
static int run_list(zoe_ui *ui, SDL_Rect rect, zoe_layers_page *page)
{
    int row, clicked = -1;
    SDL_Rect place;
    bool pressed = (ui->input.pressed & SDL_BUTTON(SDL_BUTTON_LEFT)) != 0;
    zoe_ui_list_begin(ui, "layers", rect, &page->list, page->row_count, zoe_ui_px(ui, ROW),
                      ZOE_UI_LIST_KEYS);
    while (zoe_ui_list_next(ui, &page->list, &row, &place)) {
        if (pressed && zoe_ui_mouse_on(ui, place))
            clicked = row;
        draw_row(ui, page, row, place);
    }
    unsigned answer = zoe_ui_list_end(ui, &page->list);
    int cursor = page->list.cursor;
    if ((answer & ZOE_UI_ENTER) && cursor >= 0 && cursor < page->row_count)
        return cursor;
    return clicked;
}

/* "Layer 3 of 15", or what there is instead. */
static void draw_count(zoe_ui *ui, SDL_Rect place, const zoe_layers_page *page)
{
    char text[TEXT], shown[48] = "";
    const zoe_kept_header *kept = &page->kept;
    if (kept->task && !kept->header) {
        zoe_ui_label(ui, place, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text_dim,
                     "Reading\342\200\246");
        return;
    }
    if (!kept->header) {
        zoe_ui_notice(ui, place, ZOE_UI_WARNING, kept->path[0] ? kept->error.text : "No file here");
        return;
    }
    if (page->filter[0])
        snprintf(shown, sizeof shown, ", %d match%s", page->row_count,
                 page->row_count == 1 ? "es" : "");
    if (page->current >= 0)
        snprintf(text, sizeof text, "%" PRId32 " of %zu%s", page->current + 1,
                 kept->header->layer_count, shown);
    else
        snprintf(text, sizeof text, "%zu layers, not the one that was chosen%s",
                 kept->header->layer_count, shown);
    zoe_ui_label(ui, place, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text_dim, text);
}

void zoe_layers_page_run(zoe_ui *ui, SDL_Rect rect, zoe_layers_page *page, zoe_session *session,
                         zoe_layers_page_result *result)
{
    memset(result, 0, sizeof *result);
    SDL_Rect row = zoe_cut_top(&rect, zoe_ui_px(ui, ZOE_UI_CONTROL));
    if (!session->count) {
        zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text, "Nothing is open");
        return;
    }
    follow(ui, page, session);
    if (page->fresh)
        zoe_ui_focus(ui, "filter");
    page->fresh = false;
    unsigned answer = zoe_ui_edit_field(ui, "filter", row, &page->field);
    if (answer & ZOE_UI_CHANGED)
        fill(page);
    draw_count(ui, zoe_cut_top(&rect, zoe_ui_px(ui, ZOE_UI_CONTROL)), page);
    int chosen = run_list(ui, rect, page);
    if ((answer & ZOE_UI_ENTER) && page->list.cursor < page->row_count)
        chosen = page->list.cursor;
    if (chosen < 0)
        return;
    const zoe_layer *layer = &page->kept.header->layers[page->rows[chosen]];
    snprintf(page->name, sizeof page->name, "%s", layer->name);
    snprintf(page->view, sizeof page->view, "%s", layer->view);
    result->header = page->kept.header;
    result->index = page->rows[chosen];
    result->layer = page->name;
    result->view = page->view;
    /* The choice is made: keys are the player's again. */
    zoe_ui_leave_focus(ui);
}
