#include "ui/start_page.h"

#include <inttypes.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zoetrope/storage.h>

#include "ui/theme.h"
#include "ui/ui_button.h"
#include "ui/ui_popup.h"

/* Points, but for the last: what a larger file holds is no thumbnail. */
enum { CARD_LEAST = 190, GAP = 8, PAGE_WIDTH = 1040, THUMBNAIL_MOST = 1024 };

static const char open_text[] = "Open\342\200\246";

void zoe_start_page_start(zoe_start_page *page, SDL_Renderer *renderer, const zoe_recent *recent)
{
    memset(page, 0, sizeof *page);
    page->renderer = renderer;
    page->recent = recent;
}

static void forget_thumbnail(zoe_start_page *page, int index)
{
    if (page->thumbnails[index].image)
        SDL_DestroyTexture(page->thumbnails[index].image);
    memset(&page->thumbnails[index], 0, sizeof page->thumbnails[index]);
}

void zoe_start_page_forget(zoe_start_page *page)
{
    for (int i = 0; i < ZOE_RECENT_ITEMS; i++)
        forget_thumbnail(page, i);
}

void zoe_start_page_end(zoe_start_page *page)
{
    zoe_start_page_forget(page);
}

/* ---- thumbnails ---- */

static SDL_Texture *read_image(SDL_Renderer *renderer, const char *path, int *width, int *height)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    SDL_Texture *image = NULL;
    void *pixels = NULL;
    if (!png_image_begin_read_from_file(&png, path))
        return NULL;
    png.format = PNG_FORMAT_BGRA;
    if (png.width <= THUMBNAIL_MOST && png.height <= THUMBNAIL_MOST)
        pixels = malloc(PNG_IMAGE_SIZE(png));
    if (pixels && png_image_finish_read(&png, NULL, pixels, 0, NULL))
        image = SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STATIC,
                                  (int)png.width, (int)png.height);
    if (image) {
        SDL_UpdateTexture(image, NULL, pixels, (int)PNG_IMAGE_ROW_STRIDE(png));
        SDL_SetTextureScaleMode(image, SDL_ScaleModeLinear);
        *width = (int)png.width;
        *height = (int)png.height;
    }
    free(pixels);
    png_image_free(&png);
    return image;
}

static void draw_thumbnail(zoe_ui *ui, SDL_Rect rect, zoe_start_page *page, int index)
{
    const zoe_recent_item *item = &page->recent->items[index];
    char path[ZOE_PATH_TEXT];
    if (page->thumbnails[index].is_read && page->thumbnails[index].when_ms != item->when_ms)
        forget_thumbnail(page, index);
    if (!page->thumbnails[index].is_read) {
        page->thumbnails[index].is_read = true;
        page->thumbnails[index].when_ms = item->when_ms;
        if (page->renderer && zoe_recent_thumbnail(item->spec, path, sizeof path) == ZOE_OK)
            page->thumbnails[index].image =
                read_image(page->renderer, path, &page->thumbnails[index].width,
                           &page->thumbnails[index].height);
    }
    zoe_draw_fill(&ui->draw, rect, zoe_ui_px(ui, ZOE_UI_RADIUS), ui->style->groove);
    if (page->thumbnails[index].image)
        zoe_ui_image(ui, rect, page->thumbnails[index].image, page->thumbnails[index].width,
                     page->thumbnails[index].height);
    else
        zoe_draw_icon(&ui->draw, zoe_centered(rect, zoe_ui_px(ui, 24), zoe_ui_px(ui, 24)),
                      ZOE_ICON_FILM, ui->style->text_disabled);
}

/* ---- cards ---- */

static int card_height(const zoe_ui *ui, int width)
{
    int pad = zoe_ui_px(ui, 6), line = zoe_ui_px(ui, 18);
    return (width - 2 * pad) * 9 / 16 + 3 * line + 3 * pad;
}

/* Thumbnail, name, range, folder. Returns whether it was clicked. */
static bool run_card(zoe_ui *ui, SDL_Rect rect, zoe_start_page *page, int index)
{
    const zoe_recent_item *item = &page->recent->items[index];
    const zoe_ui_style *style = ui->style;
    char folder[ZOE_PATH_TEXT], shot[ZOE_PATH_TEXT], range[64];
    int pad = zoe_ui_px(ui, 6), line = zoe_ui_px(ui, 18);
    zoe_ui_push_index(ui, index);
    bool is_chosen = zoe_ui_button(ui, "card", rect, ZOE_ICON_NONE, NULL, ZOE_UI_PLAIN);
    zoe_ui_tip(ui, item->spec, NULL);
    zoe_ui_pop(ui);
    rect = zoe_inset(rect, pad, pad);
    draw_thumbnail(ui, zoe_cut_top(&rect, rect.w * 9 / 16), page, index);
    zoe_cut_top(&rect, pad);
    const char *slash = strrchr(item->spec, '/'),
               *name = slash && slash[1] ? slash + 1 : item->spec;
    snprintf(shot, sizeof shot, "%.*s", (int)zoe_path_shot_length(name), name);
    zoe_ui_label(ui, zoe_cut_top(&rect, line), ZOE_TEXT_BODY, ZOE_UI_NAME, style->text_light, shot);
    if (item->first == item->last)
        snprintf(range, sizeof range, "One frame");
    else
        snprintf(range, sizeof range, "%" PRId64 "\342\200\223%" PRId64 ", at %" PRId64,
                 item->first, item->last, item->frame);
    zoe_ui_label(ui, zoe_cut_top(&rect, line), ZOE_TEXT_SMALL, ZOE_UI_LEFT, style->text, range);
    zoe_path_parent(item->spec, folder);
    zoe_ui_label(ui, zoe_cut_top(&rect, line), ZOE_TEXT_SMALL, ZOE_UI_PATH, style->text_dim,
                 folder);
    return is_chosen;
}

static void run_cards(zoe_ui *ui, SDL_Rect area, zoe_start_page *page,
                      zoe_start_page_result *result)
{
    int gap = zoe_ui_px(ui, GAP), count = page->recent->count;
    SDL_Rect rest = zoe_ui_scroll_begin(ui, "recent", area, &page->scroll);
    int columns = zoe_clamp_int(rest.w / zoe_ui_px(ui, CARD_LEAST), 1, 5);
    int height = card_height(ui, zoe_column(rest, 0, columns, gap).w);
    for (int i = 0; i < count; i++) {
        SDL_Rect row = {rest.x, rest.y + i / columns * (height + gap), rest.w, height};
        bool is_seen = row.y < area.y + area.h && row.y + height > area.y;
        if (is_seen && run_card(ui, zoe_column(row, i % columns, columns, gap), page, i))
            result->item = &page->recent->items[i];
    }
    int rows = (count + columns - 1) / columns;
    zoe_ui_scroll_end(ui, &page->scroll, (int64_t)rows * (height + gap) - gap);
}

/* ---- page ---- */

static const char drop_text[] = "Files and folders can be dropped into this window";
static const char keys_text[] = "F1 shows all keys";

static void run_empty(zoe_ui *ui, SDL_Rect rect, zoe_start_page_result *result)
{
    int gap = zoe_ui_px(ui, GAP), line = zoe_ui_px(ui, ZOE_UI_CONTROL);
    SDL_Rect rest = zoe_centered(rect, rect.w, 3 * line + 2 * gap);
    SDL_Rect row = zoe_cut_top(&rest, line);
    int width = zoe_ui_button_width(ui, ZOE_ICON_FOLDER, open_text, ZOE_UI_PRIMARY);
    result->browse = zoe_ui_button(ui, "open", zoe_centered(row, width, line), ZOE_ICON_FOLDER,
                                   open_text, ZOE_UI_PRIMARY);
    zoe_cut_top(&rest, gap);
    zoe_ui_label(ui, zoe_cut_top(&rest, line), ZOE_TEXT_BODY, ZOE_UI_CENTER, ui->style->text,
                 drop_text);
    zoe_ui_label(ui, rest, ZOE_TEXT_BODY, ZOE_UI_CENTER, ui->style->text_dim, keys_text);
}

void zoe_start_page_run(zoe_ui *ui, SDL_Rect rect, zoe_start_page *page,
                        zoe_start_page_result *result)
{
    memset(result, 0, sizeof *result);
    if (!page->recent || !page->recent->count) {
        run_empty(ui, rect, result);
        return;
    }
    int gap = zoe_ui_px(ui, GAP), line = zoe_ui_px(ui, ZOE_UI_CONTROL);
    rect = zoe_inset(rect, zoe_ui_px(ui, ZOE_MARGIN), zoe_ui_px(ui, ZOE_MARGIN));
    rect = zoe_centered(rect, zoe_ui_px(ui, PAGE_WIDTH), rect.h);
    SDL_Rect row = zoe_cut_top(&rect, line);
    int width = zoe_ui_button_width(ui, ZOE_ICON_FOLDER, open_text, ZOE_UI_PRIMARY);
    result->browse = zoe_ui_button(ui, "open", zoe_cut_right(&row, width), ZOE_ICON_FOLDER,
                                   open_text, ZOE_UI_PRIMARY);
    zoe_ui_tip(ui, "Look for sequences", "Ctrl+O");
    zoe_ui_label(ui, row, ZOE_TEXT_TITLE, ZOE_UI_LEFT, ui->style->text_light, "Recent");
    zoe_cut_top(&rect, gap);
    row = zoe_cut_bottom(&rect, line);
    zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_CENTER, ui->style->text_dim, drop_text);
    zoe_cut_bottom(&rect, gap);
    run_cards(ui, rect, page, result);
}

/* ---- while something is being opened ---- */

bool zoe_start_page_wait(zoe_ui *ui, SDL_Rect rect, const char *path, uint64_t waited_ns,
                         bool quits)
{
    const zoe_ui_style *style = ui->style;
    char text[ZOE_PATH_TEXT], folder[ZOE_PATH_TEXT], title[64];
    int gap = zoe_ui_px(ui, GAP), line = zoe_ui_px(ui, ZOE_UI_CONTROL), small = zoe_ui_px(ui, 18);
    const char *stop = quits ? "Quit" : "Give up";
    unsigned seconds = (unsigned)(waited_ns / 1000000000u);
    zoe_storage_text(path, text, sizeof text);
    const char *slash = strrchr(text, '/'), *name = slash && slash[1] ? slash + 1 : text;
    zoe_path_parent(text, folder);
    snprintf(title, sizeof title, "Opening\342\200\246");
    if (seconds >= 2)
        snprintf(title, sizeof title, "Opening\342\200\246 %u s", seconds);
    rect = zoe_inset(rect, zoe_ui_px(ui, ZOE_MARGIN), zoe_ui_px(ui, ZOE_MARGIN));
    SDL_Rect rest = zoe_centered(rect, rect.w, line + 2 * small + 3 * gap + line);
    zoe_ui_label(ui, zoe_cut_top(&rest, line), ZOE_TEXT_TITLE, ZOE_UI_CENTER, style->text_light,
                 title);
    zoe_cut_top(&rest, gap);
    zoe_ui_label(ui, zoe_cut_top(&rest, small), ZOE_TEXT_BODY, ZOE_UI_CENTER, style->text, name);
    zoe_ui_label(ui, zoe_cut_top(&rest, small), ZOE_TEXT_SMALL, ZOE_UI_CENTER, style->text_dim,
                 folder);
    int width = zoe_ui_button_width(ui, ZOE_ICON_NONE, stop, ZOE_UI_PLAIN);
    bool is_given_up =
        zoe_ui_button(ui, "stop", zoe_centered(zoe_cut_bottom(&rest, line), width, line),
                      ZOE_ICON_NONE, stop, ZOE_UI_PLAIN);
    zoe_ui_tip(ui, stop, "Esc");
    return is_given_up;
}
