#include "ui/panel.h"

#include <math.h>

#include "ui/theme.h"
#include "ui/ui_button.h"
#include "ui/ui_popup.h"

static const char *const names[ZOE_PANEL_PAGES] = {"Settings", "Layers", "Metadata", "Memory",
                                                   "Messages", "Colour", "Scopes"};

void zoe_panel_toggle(zoe_panel *panel, zoe_panel_page page)
{
    panel->open = !zoe_panel_shows(panel, page);
    panel->page = page;
}

bool zoe_panel_shows(const zoe_panel *panel, zoe_panel_page page)
{
    return panel->open && panel->page == page;
}

void zoe_panel_place(zoe_panel *panel, double scale, SDL_Rect shared)
{
    panel->area = zoe_cut_right(&shared, (int)lround(ZOE_PANEL_WIDTH * scale));
}

static void leave_with_pointer(zoe_ui *ui, zoe_panel *panel)
{
    bool has = zoe_ui_mouse_on(ui, panel->area);
    if (panel->had_pointer && !has && !ui->active && !ui->ring && !ui->keys_of)
        zoe_ui_leave_focus(ui);
    panel->had_pointer = has;
}

bool zoe_panel_begin(zoe_ui *ui, zoe_panel *panel, SDL_Rect *inner)
{
    if (!panel->open)
        return false;
    int margin = zoe_ui_px(ui, ZOE_MARGIN), chosen = (int)panel->page;
    SDL_Rect rest = panel->area;
    zoe_ui_layer_begin(ui, "panel", panel->area);
    zoe_ui_clip(ui, panel->area);
    zoe_draw_fill(&ui->draw, panel->area, 0, ui->style->page);
    leave_with_pointer(ui, panel);
    SDL_Rect head = zoe_cut_top(&rest, zoe_ui_px(ui, 36));
    zoe_cut_right(&head, zoe_ui_px(ui, ZOE_SPACE));
    SDL_Rect close = zoe_cut_right(&head, zoe_ui_px(ui, 28));
    zoe_cut_left(&head, zoe_ui_px(ui, ZOE_SPACE)); /* words begin where the page does */
    zoe_ui_tabs(ui, "tabs", head, names, ZOE_PANEL_PAGES, &chosen);
    panel->page = (zoe_panel_page)chosen;
    if (zoe_ui_button(ui, "close", zoe_centered(close, close.w, close.w), ZOE_ICON_CLOSE, NULL,
                      ZOE_UI_QUIET))
        panel->open = false;
    zoe_ui_tip(ui, "Close", "Esc");
    *inner = zoe_inset(rest, margin, zoe_ui_px(ui, ZOE_SPACE));
    return true;
}

void zoe_panel_end(zoe_ui *ui, zoe_panel *panel)
{
    SDL_Rect edge = panel->area;
    zoe_draw_fill(&ui->draw, zoe_cut_left(&edge, zoe_ui_px(ui, 1)), 0, ui->style->line);
    zoe_ui_unclip(ui);
    zoe_ui_layer_end(ui);
}
