#include "ui/help.h"

#include "ui/theme.h"

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

static page measure(const zoe_window *window, const zoe_command *rows, size_t count, int width)
{
    page p = {.rows = rows,
              .count = count,
              .row = zoe_text_height(window->text, ZOE_TEXT_BODY) + zoe_px(window, ZOE_SPACE),
              .gap = zoe_px(window, ZOE_SPACE * 3),
              .column_gap = zoe_px(window, ZOE_SPACE * 8)};
    for (size_t i = 0; i < count; i++) {
        const zoe_command *b = &rows[i];
        char help[ZOE_COMMAND_TEXT];
        if (!b->page_keys)
            continue;
        zoe_command_page_help(b, help);
        int keys = zoe_text_width(window->text, ZOE_TEXT_BODY, b->page_keys);
        int what = zoe_text_width(window->text, ZOE_TEXT_BODY, help);
        p.keys = keys > p.keys ? keys : p.keys;
        p.what = what > p.what ? what : p.what;
    }
    p.keys += zoe_px(window, ZOE_SPACE * 4);
    int most = (width + p.column_gap) / (p.keys + p.what + p.column_gap);
    most = most < 1 ? 1 : most > 3 ? 3 : most;
    /* The lowest page with no more columns than fit. */
    p.height = p.row;
    while (columns_for(&p, p.height) > most)
        p.height += p.row / 2;
    p.columns = columns_for(&p, p.height);
    return p;
}

static void draw_group(const zoe_window *window, const page *p, size_t first, int x, int y)
{
    for (size_t i = first; i < group_end(p, first); i++) {
        const zoe_command *b = &p->rows[i];
        if (!is_listed(b))
            continue;
        if (b->heading) {
            zoe_text_draw(window->text, ZOE_TEXT_BODY, x, y, zoe_theme_dark.text_dim, b->heading);
        } else {
            char help[ZOE_COMMAND_TEXT];
            zoe_command_page_help(b, help);
            zoe_text_draw(window->text, ZOE_TEXT_BODY, x, y, zoe_theme_dark.text_light,
                          b->page_keys);
            zoe_text_draw(window->text, ZOE_TEXT_BODY, x + p->keys, y, zoe_theme_dark.text, help);
        }
        y += p->row;
    }
}

static void draw_groups(const zoe_window *window, const page *p, int x, int top)
{
    int y = top;
    for (size_t i = 0; i < p->count; i = group_end(p, i)) {
        int more = group_height(p, i);
        if (y > top && y - top + more > p->height) {
            x += p->keys + p->what + p->column_gap;
            y = top;
        }
        draw_group(window, p, i, x, y);
        y += more;
    }
}

void zoe_help_draw(const zoe_window *window, const zoe_command *rows, size_t count,
                   SDL_Rect picture, int *scroll)
{
    SDL_Rect area = {0, 0, window->width, window->height};
    int pad = zoe_px(window, ZOE_SPACE * 5);
    page p = measure(window, rows, count, area.w - 2 * pad - 2 * zoe_px(window, ZOE_SPACE));
    int title = zoe_text_height(window->text, ZOE_TEXT_TITLE);
    int width = p.columns * (p.keys + p.what) + (p.columns - 1) * p.column_gap + 2 * pad;
    int whole = title + p.height + 2 * pad;
    width = width > area.w ? area.w : width;
    int height = whole > area.h ? area.h : whole;
    *scroll = *scroll > whole - height ? whole - height : *scroll;
    *scroll = *scroll < 0 ? 0 : *scroll;
    if (height <= picture.h)
        area = picture;
    SDL_Rect box = {area.x + (area.w - width) / 2, area.y + (area.h - height) / 2, width, height};
    zoe_fill(window, box, zoe_theme_dark.panel);
    SDL_RenderSetClipRect(window->renderer, &box);
    int y = box.y + pad - *scroll;
    zoe_text_draw(window->text, ZOE_TEXT_TITLE, box.x + pad, y, zoe_theme_dark.text_light, "Keys");
    draw_groups(window, &p, box.x + pad, y + title + p.gap);
    SDL_RenderSetClipRect(window->renderer, NULL);
    if (whole > height) {
        int bar = zoe_px(window, ZOE_SPACE);
        SDL_Rect knob = {box.x + width - bar, box.y + *scroll * height / whole, bar,
                         height * height / whole};
        zoe_fill(window, knob, zoe_theme_dark.raised);
    }
    zoe_outline(window, box, zoe_px(window, 1), zoe_theme_dark.line);
}
