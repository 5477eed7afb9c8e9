#include "ui/metadata_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zoetrope/storage.h>

#include "ui/ui_button.h"
#include "ui/ui_popup.h"

enum { ROW = 22 /* points */, NAME = 148, TEXT = 160 };

void zoe_metadata_page_start(zoe_metadata_page *page)
{
    memset(page, 0, sizeof *page);
    page->field = zoe_ui_search_field(page->filter, sizeof page->filter, "Search");
}

void zoe_metadata_page_end(zoe_metadata_page *page)
{
    zoe_kept_header_drop(&page->kept);
    zoe_ui_list_free(&page->list);
    free(page->rows);
    memset(page, 0, sizeof *page);
}

/* ---- what is listed ---- */

static void add(zoe_metadata_page *page, const char *name, const char *value, const char *type)
{
    size_t size = strlen(name) + strlen(value) + 2;
    char *both = malloc(size);
    if (!both)
        return;
    snprintf(both, size, "%s %s", name, value);
    if (zoe_ui_matches(both, page->filter))
        page->rows[page->row_count++] = (zoe_metadata_row){name, value, type};
    free(both);
}

static void add_facts(zoe_metadata_page *page)
{
    const zoe_header *header = page->kept.header;
    const zoe_part *part = &header->parts[header->layer_count ? header->layers[0].part : 0];
    zoe_box box = part->display_window;
    zoe_storage_text(page->kept.path, page->file, sizeof page->file);
    add(page, "file", page->file, "");
    snprintf(page->facts[0], sizeof page->facts[0], "%" PRIu64 " bytes", header->file_bytes);
    add(page, "file size", page->facts[0], "");
    snprintf(page->facts[1], sizeof page->facts[1], "%" PRId64 "\303\227%" PRId64,
             (int64_t)box.max_x - box.min_x + 1, (int64_t)box.max_y - box.min_y + 1);
    add(page, "size", page->facts[1], "");
    snprintf(page->facts[2], sizeof page->facts[2], "%s, %s", zoe_part_type_name(part->type),
             zoe_compression_name(part->compression));
    add(page, "stored as", page->facts[2], "");
}

/* The list anew. A part's heading stays where something of the part does. */
static void fill(zoe_metadata_page *page)
{
    const zoe_header *header = page->kept.header;
    size_t count = ZOE_METADATA_FACTS;
    for (size_t i = 0; header && i < header->part_count; i++)
        count += 1 + header->parts[i].attribute_count;
    free(page->rows);
    page->row_count = 0;
    page->rows = header ? malloc(count * sizeof *page->rows) : NULL;
    zoe_ui_list_select(&page->list, -1);
    if (!page->rows)
        return;
    add_facts(page);
    for (size_t i = 0; i < header->part_count; i++) {
        const zoe_part *part = &header->parts[i];
        int heading = page->row_count;
        if (header->part_count > 1)
            page->rows[page->row_count++] =
                (zoe_metadata_row){part->name, zoe_part_type_name(part->type), NULL};
        for (size_t j = 0; j < part->attribute_count; j++) {
            const zoe_attribute *attribute = &part->attributes[j];
            add(page, attribute->name, attribute->value, attribute->type);
        }
        if (header->part_count > 1 && page->row_count == heading + 1 && page->filter[0])
            page->row_count = heading;
    }
}

/* ---- copying ---- */

/* "name: value" lines, of the rows that are selected, or else of all. */
static void copy(zoe_ui *ui, zoe_metadata_page *page)
{
    bool all = !zoe_ui_list_selected(&page->list);
    size_t size = 1, used = 0;
    for (int i = 0; i < page->row_count; i++)
        size += strlen(page->rows[i].name) + strlen(page->rows[i].value) + 3;
    char *text = malloc(size);
    if (!text)
        return;
    text[0] = '\0';
    for (int i = 0; i < page->row_count; i++) {
        if (!all && !zoe_ui_list_has(&page->list, i))
            continue;
        if (used)
            text[used++] = '\n';
        snprintf(text + used, size - used, "%s: %s", page->rows[i].name, page->rows[i].value);
        zoe_text_clean(text + used); /* it may be pasted into a terminal */
        used += strlen(text + used);
        page->copied++;
    }
    if (page->copied)
        ui->host.copy(ui->host.user, text);
    free(text);
}

/* ---- drawing ---- */

/* Returns whether all of it is seen. */
static bool draw_row(zoe_ui *ui, const zoe_metadata_row *row, SDL_Rect place)
{
    const zoe_ui_style *style = ui->style;
    SDL_Rect name = zoe_cut_left(&place, zoe_ui_px(ui, NAME));
    zoe_cut_right(&name, zoe_ui_px(ui, ZOE_UI_PAD));
    bool fits = zoe_ui_label(ui, name, ZOE_TEXT_BODY, ZOE_UI_LEFT,
                             row->type ? style->text_dim : style->accent,
                             row->name[0] ? row->name : "part");
    bool is_file = row->type && !row->type[0] && !strcmp(row->name, "file");
    fits &= zoe_ui_label(ui, place, ZOE_TEXT_BODY, is_file ? ZOE_UI_PATH : ZOE_UI_LEFT, style->text,
                         row->value);
    return fits;
}

/* All of an entry's text, and its type, at the pointer. After the list, which hears the mouse
 * first. */
static void explain_row(zoe_ui *ui, const zoe_metadata_row *row, int index, SDL_Rect place)
{
    char tip[1024];
    if (row->type && row->type[0])
        snprintf(tip, sizeof tip, "%.200s: %.700s (%.60s)", row->name, row->value, row->type);
    else
        snprintf(tip, sizeof tip, "%.200s: %.700s", row->name, row->value);
    zoe_ui_push_index(ui, index);
    zoe_ui_hear(ui, zoe_ui_make_id(ui, "row"), place);
    zoe_ui_tip(ui, tip, NULL);
    zoe_ui_pop(ui);
}

/* Whose metadata it is, and how many. */
static void draw_title(zoe_ui *ui, SDL_Rect place, const zoe_metadata_page *page, bool is_behind)
{
    char text[TEXT];
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
    if (is_behind)
        snprintf(text, sizeof text, "Frame %" PRId64 "; while playing it is not read",
                 kept->number);
    else
        snprintf(text, sizeof text, "Frame %" PRId64 ": %d %s. Ctrl+C copies", kept->number,
                 page->row_count, page->row_count == 1 ? "entry" : "entries");
    zoe_ui_label(ui, place, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text_dim, text);
}

void zoe_metadata_page_run(zoe_ui *ui, SDL_Rect rect, zoe_metadata_page *page, zoe_session *session)
{
    int index;
    SDL_Rect place, row = zoe_cut_top(&rect, zoe_ui_px(ui, ZOE_UI_CONTROL));
    page->copied = 0;
    if (!session->count) {
        zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text, "Nothing is open");
        return;
    }
    /* A file is read only while the playhead rests: a slow volume may not hold up what moves. */
    bool rests = !zoe_session_transport(session)->speed && !session->scrubbing;
    const zoe_frame *shown = &session->screen.frame;
    if ((rests || !page->kept.is_read) &&
        zoe_kept_header_follow(
            &page->kept, zoe_session_sequence(session), zoe_session_shown_position(session),
            zoe_screen_has_picture(&session->screen) && !session->screen.is_foreign
                ? shown->generation
                : 0))
        fill(page);
    if (page->kept.task)
        zoe_ui_wake(ui, page->kept.late_ns);
    if (page->fresh)
        zoe_ui_focus(ui, "search");
    page->fresh = false;
    /* Before the field, which would copy what is selected in it. */
    if (zoe_ui_hears_keys(ui) && zoe_ui_take_key(ui, SDLK_c, KMOD_CTRL))
        copy(ui, page);
    if (zoe_ui_edit_field(ui, "search", row, &page->field) & ZOE_UI_CHANGED)
        fill(page);
    draw_title(ui, zoe_cut_top(&rect, zoe_ui_px(ui, ZOE_UI_CONTROL)), page, !rests);
    zoe_ui_list_begin(ui, "attributes", rect, &page->list, page->row_count, zoe_ui_px(ui, ROW),
                      ZOE_UI_LIST_MANY | ZOE_UI_LIST_KEYS);
    int pointed = -1;
    SDL_Rect pointed_at = rect;
    while (zoe_ui_list_next(ui, &page->list, &index, &place)) {
        bool fits = draw_row(ui, &page->rows[index], place);
        const char *type = page->rows[index].type;
        if ((!fits || (type && type[0])) && zoe_ui_mouse_on(ui, place)) {
            pointed = index;
            pointed_at = place;
        }
    }
    zoe_ui_list_end(ui, &page->list);
    if (pointed >= 0)
        explain_row(ui, &page->rows[pointed], pointed, pointed_at);
}
