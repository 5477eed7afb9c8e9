#include "ui/help.h"

#include <zoetrope/frame.h>

#include "ui/theme.h"
#include "ui/timeline.h"
#include "ui/ui_button.h"
#include "ui/ui_popup.h"

/* What the page lists, and its measures in device pixels. */
typedef struct page {
    const zoe_command *rows;
    size_t count;
    int row, gap;   /* height of a line; space before a heading */
    int keys, what; /* widths of the two parts of a column */
    int columns;
    int column_gap;
    int height; /* of the longest column */
} page;

static bool is_listed(const zoe_command *row)
{
    return row->heading || row->page_keys;
}

static size_t group_end(const page *p, size_t first)
{
    size_t i = first + 1;
    while (i < p->count && !p->rows[i].heading)
        i++;
    return i;
}

static int group_height(const page *p, size_t first)
{
    int rows = 0;
    for (size_t i = first; i < group_end(p, first); i++)
        rows += is_listed(&p->rows[i]);
    return rows * p->row + p->gap;
}

/* Groups stay whole: fills columns one after the other, and returns how many are needed when none
 * may be higher than `limit`. */
static int columns_for(const page *p, int limit)
{
    int columns = 1, height = 0;
    for (size_t i = 0; i < p->count; i = group_end(p, i)) {
        int more = group_height(p, i);
        if (height && height + more > limit) {
            columns++;
            height = 0;
        }
        height += more;
    }
    return columns;
}

static page measure(zoe_ui *ui, const zoe_command *rows, size_t count, int width)
{
    page p = {.rows = rows,
              .count = count,
              .row = zoe_ui_text_height(ui, ZOE_TEXT_BODY) + zoe_ui_px(ui, ZOE_SPACE),
              .gap = zoe_ui_px(ui, ZOE_SPACE * 3),
              .column_gap = zoe_ui_px(ui, ZOE_SPACE * 8)};
    for (size_t i = 0; i < count; i++) {
        const zoe_command *b = &rows[i];
        char help[ZOE_COMMAND_TEXT];
        if (!b->page_keys)
            continue;
        zoe_command_page_help(b, help);
        int keys = zoe_ui_text_width(ui, ZOE_TEXT_BODY, b->page_keys);
        int what = zoe_ui_text_width(ui, ZOE_TEXT_BODY, help);
        p.keys = keys > p.keys ? keys : p.keys;
        p.what = what > p.what ? what : p.what;
    }
    p.keys += zoe_ui_px(ui, ZOE_SPACE * 4);
    int most = (width + p.column_gap) / (p.keys + p.what + p.column_gap);
    most = zoe_clamp_int(most, 1, 3);
    /* The lowest page with no more columns than fit. */
    p.height = p.row;
    while (columns_for(&p, p.height) > most)
        p.height += p.row / 2;
    p.columns = columns_for(&p, p.height);
    return p;
}

static void draw_group(zoe_ui *ui, const page *p, size_t first, SDL_Rect column)
{
    for (size_t i = first; i < group_end(p, first); i++) {
        const zoe_command *b = &p->rows[i];
        if (!is_listed(b))
            continue;
        SDL_Rect row = zoe_cut_top(&column, p->row);
        if (b->heading) {
            zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text_dim, b->heading);
        } else {
            char help[ZOE_COMMAND_TEXT];
            zoe_command_page_help(b, help);
            zoe_ui_label(ui, zoe_cut_left(&row, p->keys), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                         ui->style->text_light, b->page_keys);
            zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text, help);
        }
    }
}

static void draw_groups(zoe_ui *ui, const page *p, SDL_Rect area)
{
    SDL_Rect column = area;
    int width = p->keys + p->what;
    column.w = width < area.w ? width : area.w;
    for (size_t i = 0; i < p->count; i = group_end(p, i)) {
        int more = group_height(p, i);
        if (column.y > area.y && column.y - area.y + more > p->height) {
            column.x += width + p->column_gap;
            column.y = area.y;
        }
        draw_group(ui, p, i, column);
        column.y += more;
    }
}

/* What the colours of the load strip mean, in as many rows as it takes. */
static void draw_legend(zoe_ui *ui, SDL_Rect *rest)
{
    static const struct {
        uint8_t state;
        const char *text;
    } marks[] = {
        {ZOE_FRAME_LOADED, "In memory"},         {ZOE_FRAME_LOADING, "Being loaded"},
        {ZOE_FRAME_HEADER, "Its size is known"}, {ZOE_FRAME_EMPTY, "Not in memory"},
        {ZOE_FRAME_INCOMPLETE, "Lacks pixels"},  {ZOE_FRAME_ERROR, "Cannot be read"},
        {ZOE_FRAME_MISSING, "No file"},
    };
    int line = zoe_ui_text_height(ui, ZOE_TEXT_BODY) + zoe_ui_px(ui, ZOE_SPACE);
    int side = zoe_ui_px(ui, 16), high = zoe_ui_px(ui, 6), gap = zoe_ui_px(ui, ZOE_SPACE * 2);
    zoe_ui_label(ui, zoe_cut_top(rest, line), ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text_dim,
                 "Load strip");
    SDL_Rect row = zoe_cut_top(rest, line);
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        int width = zoe_ui_text_width(ui, ZOE_TEXT_BODY, marks[i].text);
        if (side + gap + width > row.w)
            row = zoe_cut_top(rest, line);
        SDL_Rect mark = zoe_centered(zoe_cut_left(&row, side), side, high);
        int edge = zoe_ui_px(ui, 1);
        zoe_draw_fill(&ui->draw, zoe_inset(mark, -edge, -edge), 0, zoe_theme_dark.track);
        if (marks[i].state == ZOE_FRAME_MISSING)
            zoe_timeline_draw_gap(ui, mark);
        else
            zoe_timeline_draw_state(ui, mark, marks[i].state);
        zoe_cut_left(&row, gap);
        zoe_ui_label(ui, zoe_cut_left(&row, width), ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text,
                     marks[i].text);
        zoe_cut_left(&row, 2 * gap);
    }
}

void zoe_help_run(zoe_ui *ui, zoe_help *help, const zoe_command *rows, size_t count)
{
    int pad = zoe_ui_px(ui, ZOE_SPACE * 5), edge = zoe_ui_px(ui, ZOE_SPACE * 2);
    int bar = zoe_ui_scroll_bar(ui), head = zoe_ui_px(ui, 44);
    SDL_Rect most = zoe_inset(ui->window, edge, edge);
    page p = measure(ui, rows, count, most.w - 2 * pad - bar);
    int width = p.columns * (p.keys + p.what) + (p.columns - 1) * p.column_gap + 2 * pad + bar;
    int legend = 3 * p.row;
    SDL_Rect rest = zoe_centered(most, width, head + p.height + legend + pad);
    rest = zoe_ui_modal_begin(ui, "help", rest);
    SDL_Rect title = zoe_inset(zoe_cut_top(&rest, head), pad, 0);
    SDL_Rect close = zoe_cut_right(&title, zoe_ui_px(ui, 28));
    zoe_ui_label(ui, title, ZOE_TEXT_TITLE, ZOE_UI_LEFT, ui->style->text_light, "Keys");
    if (zoe_ui_button(ui, "close", zoe_centered(close, close.w, close.w), ZOE_ICON_CLOSE, NULL,
                      ZOE_UI_QUIET))
        help->open = false;
    zoe_cut_bottom(&rest, edge);
    SDL_Rect inner = zoe_ui_scroll_begin(ui, "keys", rest, &help->scroll);
    int top = inner.y;
    inner = zoe_inset(inner, pad, 0);
    draw_groups(ui, &p, inner);
    zoe_cut_top(&inner, p.height);
    draw_legend(ui, &inner);
    zoe_ui_scroll_end(ui, &help->scroll, inner.y - top);
    if (zoe_ui_modal_end(ui))
        help->open = false;
}
