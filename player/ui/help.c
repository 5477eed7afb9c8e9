#include "ui/help.h"

#include <zoetrope/frame.h>

#include "ui/theme.h"
#include "ui/timeline.h"
#include "ui/ui_button.h"
#include "ui/ui_popup.h"

enum { COLUMNS = 3 }; /* at most */

/* What the page lists, and its measures in device pixels. */
typedef struct page {
    const zoe_command *rows;
    size_t count;
    int row, gap; /* height of a line; space before a heading */
    int columns;
    int keys[COLUMNS], what[COLUMNS]; /* widths of the two parts of each column */
    int column_gap;
    int width;  /* of all columns */
    int height; /* of the longest one */
} page;

/* A group of rows and where it stands. Begin with all zero. */
typedef struct place {
    bool is_begun;
    size_t first; /* its heading's row */
    int column, y;
} place;

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

/* Goes to the next group. Columns are filled one after the other, none higher than `limit` unless
 * one group is; groups stay whole. */
static bool next_group(const page *p, int limit, place *at)
{
    size_t first = at->is_begun ? group_end(p, at->first) : 0;
    if (first >= p->count)
        return false;
    int y = at->is_begun ? at->y + group_height(p, at->first) : 0;
    bool is_full = y > 0 && y + group_height(p, first) > limit;
    *at = (place){true, first, at->column + is_full, is_full ? 0 : y};
    return true;
}

static int columns_for(const page *p, int limit)
{
    place at = {0};
    while (next_group(p, limit, &at))
        ;
    return at.column + 1;
}

/* Each column is as wide as what stands in it. */
static void widen(zoe_ui *ui, const page *p, size_t first, int *keys, int *what)
{
    for (size_t i = first; i < group_end(p, first); i++) {
        char help[ZOE_COMMAND_TEXT];
        if (!p->rows[i].page_keys)
            continue;
        zoe_command_page_help(&p->rows[i], help);
        int k = zoe_ui_text_width(ui, ZOE_TEXT_BODY, p->rows[i].page_keys);
        int w = zoe_ui_text_width(ui, ZOE_TEXT_BODY, help);
        *keys = k > *keys ? k : *keys;
        *what = w > *what ? w : *what;
    }
}

/* Sets the page out in so many columns or fewer, as low as they can be. */
static void set_out(zoe_ui *ui, page *p, int most)
{
    place at = {0};
    for (p->height = p->row; columns_for(p, p->height) > most;)
        p->height += p->row / 2;
    p->columns = columns_for(p, p->height);
    p->width = (p->columns - 1) * p->column_gap;
    for (int i = 0; i < COLUMNS; i++)
        p->keys[i] = p->what[i] = 0;
    while (next_group(p, p->height, &at))
        widen(ui, p, at.first, &p->keys[at.column], &p->what[at.column]);
    for (int i = 0; i < p->columns; i++) {
        p->keys[i] += zoe_ui_px(ui, ZOE_SPACE * 4);
        p->width += p->keys[i] + p->what[i];
    }
}

static page measure(zoe_ui *ui, const zoe_command *rows, size_t count, int width)
{
    page p = {.rows = rows,
              .count = count,
              .row = zoe_ui_text_height(ui, ZOE_TEXT_BODY) + zoe_ui_px(ui, ZOE_SPACE),
              .gap = zoe_ui_px(ui, ZOE_SPACE * 3),
              .column_gap = zoe_ui_px(ui, ZOE_SPACE * 8)};
    for (int most = COLUMNS; most > 0; most--) {
        set_out(ui, &p, most);
        if (p.width <= width)
            break;
    }
    return p;
}

static void draw_group(zoe_ui *ui, const page *p, size_t first, int keys, SDL_Rect column)
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
            zoe_ui_label(ui, zoe_cut_left(&row, keys), ZOE_TEXT_BODY, ZOE_UI_LEFT,
                         ui->style->text_light, b->page_keys);
            zoe_ui_label(ui, row, ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text, help);
        }
    }
}

static void draw_groups(zoe_ui *ui, const page *p, SDL_Rect area)
{
    place at = {0};
    while (next_group(p, p->height, &at)) {
        SDL_Rect column = area;
        for (int i = 0; i < at.column; i++)
            column.x += p->keys[i] + p->what[i] + p->column_gap;
        column.y += at.y;
        int width = p->keys[at.column] + p->what[at.column];
        column.w = zoe_clamp_int(width, 0, area.x + area.w - column.x);
        draw_group(ui, p, at.first, p->keys[at.column], column);
    }
}

/* What the colours of the load indicator mean, in as many rows as it takes. */
static void draw_legend(zoe_ui *ui, SDL_Rect *rest)
{
    enum { NEAR_STATE = 255 }; /* no zoe_frame_state */
    static const struct {
        uint8_t state;
        const char *text;
    } marks[] = {
        {ZOE_FRAME_LOADED, "In memory"},         {ZOE_FRAME_LOADING, "Being loaded"},
        {ZOE_FRAME_HEADER, "Its size is known"}, {ZOE_FRAME_EMPTY, "Not in memory"},
        {ZOE_FRAME_INCOMPLETE, "Lacks pixels"},  {ZOE_FRAME_ERROR, "Cannot be read"},
        {ZOE_FRAME_MISSING, "No file"},          {NEAR_STATE, "On disk, not in memory"},
    };
    int line = zoe_ui_text_height(ui, ZOE_TEXT_BODY) + zoe_ui_px(ui, ZOE_SPACE);
    int side = zoe_ui_px(ui, 16), high = zoe_ui_px(ui, 6), gap = zoe_ui_px(ui, ZOE_SPACE * 2);
    zoe_ui_label(ui, zoe_cut_top(rest, line), ZOE_TEXT_BODY, ZOE_UI_LEFT, ui->style->text_dim,
                 "Load indicator");
    SDL_Rect row = zoe_cut_top(rest, line);
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        int width = zoe_ui_text_width(ui, ZOE_TEXT_BODY, marks[i].text);
        if (side + gap + width > row.w)
            row = zoe_cut_top(rest, line);
        SDL_Rect mark = zoe_centered(zoe_cut_left(&row, side), side, high);
        int edge = zoe_ui_px(ui, 1);
        zoe_draw_fill(&ui->draw, zoe_inset(mark, -edge, -edge), 0, zoe_theme_dark.track);
        bool is_near = marks[i].state == NEAR_STATE;
        if (marks[i].state == ZOE_FRAME_MISSING)
            zoe_timeline_draw_gap(ui, mark);
        else
            zoe_timeline_draw_state(ui, mark, is_near ? ZOE_FRAME_EMPTY : marks[i].state);
        if (is_near)
            zoe_timeline_draw_near(ui, mark);
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
    int width = p.width + 2 * pad + bar;
    int legend = 2 * p.row;
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
