#include "ui/scopes_page.h"

#include <string.h>

#include "ui/theme.h"
#include "ui/ui_button.h"
#include "ui/ui_popup.h"

void zoe_scopes_page_start(zoe_scopes_page *page, SDL_Renderer *renderer)
{
    memset(page, 0, sizeof *page);
    page->renderer = renderer;
}

void zoe_scopes_page_forget(zoe_scopes_page *page)
{
    page->serial = 0;
}

void zoe_scopes_page_end(zoe_scopes_page *page)
{
    if (page->waveform)
        SDL_DestroyTexture(page->waveform);
    if (page->histogram)
        SDL_DestroyTexture(page->histogram);
    memset(page, 0, sizeof *page);
}

/* ---- images ---- */

typedef void draw_fn(const zoe_scope *scope, uint32_t *image);

static void refill(zoe_scopes_page *page, SDL_Texture **texture, const zoe_scope *scope, int height,
                   draw_fn *draw)
{
    static uint32_t image[ZOE_SCOPE_WIDTH * ZOE_SCOPE_WAVEFORM]; /* the larger of both */
    if (!*texture)
        *texture = SDL_CreateTexture(page->renderer, SDL_PIXELFORMAT_ARGB8888,
                                     SDL_TEXTUREACCESS_STATIC, ZOE_SCOPE_WIDTH, height);
    if (!*texture)
        return;
    draw(scope, image);
    SDL_UpdateTexture(*texture, NULL, image, ZOE_SCOPE_WIDTH * 4);
}

static void image_row(zoe_ui *ui, SDL_Rect *rest, const char *caption, SDL_Texture *texture,
                      int height)
{
    zoe_ui_label(ui, zoe_cut_top(rest, zoe_ui_px(ui, 24)), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                 ui->style->text_dim, caption);
    SDL_Rect place = zoe_cut_top(rest, rest->w * height / ZOE_SCOPE_WIDTH);
    if (texture)
        zoe_ui_image(ui, place, texture, ZOE_SCOPE_WIDTH, height);
    zoe_cut_top(rest, zoe_ui_px(ui, ZOE_SPACE * 3));
}

/* Two columns of colours with what they stand for. */
static void legend(zoe_ui *ui, SDL_Rect *rest)
{
    int line = zoe_ui_px(ui, 20), side = zoe_ui_px(ui, 12);
    for (size_t i = 0; i < zoe_false_color_count; i += 2) {
        SDL_Rect row = zoe_cut_top(rest, line);
        int half = row.w / 2;
        for (size_t k = i; k < i + 2 && k < zoe_false_color_count; k++) {
            uint32_t c = zoe_false_colors[k].color;
            SDL_Rect cell = zoe_cut_left(&row, half), chip = zoe_cut_left(&cell, side);
            chip = zoe_centered(chip, side, side);
            zoe_draw_fill(&ui->draw, chip, zoe_ui_px(ui, 2),
                          (SDL_Color){(Uint8)(c >> 16), (Uint8)(c >> 8), (Uint8)c, 255});
            zoe_cut_left(&cell, zoe_ui_px(ui, ZOE_SPACE * 2));
            zoe_ui_label(ui, cell, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text,
                         zoe_false_colors[k].name);
        }
    }
}

bool zoe_scopes_page_run(zoe_ui *ui, SDL_Rect rect, zoe_scopes_page *page, const zoe_scope *scope,
                         bool *false_color)
{
    if (page->serial != scope->serial) {
        refill(page, &page->waveform, scope, ZOE_SCOPE_WAVEFORM, zoe_scope_draw_waveform);
        refill(page, &page->histogram, scope, ZOE_SCOPE_HISTOGRAM, zoe_scope_draw_histogram);
        page->serial = scope->serial;
    }
    SDL_Rect rest = zoe_ui_scroll_begin(ui, "scopes", rect, &page->scroll);
    int top = rest.y;
    zoe_cut_top(&rest, zoe_ui_px(ui, ZOE_SPACE));
    image_row(ui, &rest, "Waveform", page->waveform, ZOE_SCOPE_WAVEFORM);
    image_row(ui, &rest, "Histogram", page->histogram, ZOE_SCOPE_HISTOGRAM);
    bool changed = zoe_ui_toggle(ui, "false", zoe_cut_top(&rest, zoe_ui_px(ui, ZOE_ROW_HEIGHT)),
                                 "False colours", false_color);
    zoe_ui_tip(ui, "Levels of the picture's luminance as colours", "Shift+H");
    legend(ui, &rest);
    zoe_cut_top(&rest, zoe_ui_px(ui, ZOE_MARGIN));
    zoe_ui_scroll_end(ui, &page->scroll, rest.y - top);
    return changed;
}
