/* Lists: only what is in sight, cursor and selection, filter, wheel and bar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/ui_hand.h"
#include "ui/ui_field.h"
#include "ui/ui_list.h"

enum { ROWS = 100000 };

typedef struct desk {
    zoe_ui_list list;
    zoe_ui_field search;
    char search_text[32];
    unsigned flags, answer;
    int rows, first, last, drawn, menu_row;
    bool with_search, with_button;
    int button_row;
} desk;

static void page(zoe_ui *ui, void *data)
{
    desk *d = data;
    SDL_Rect rect = {zoe_ui_px(ui, 10), zoe_ui_px(ui, 50), zoe_ui_px(ui, 300), zoe_ui_px(ui, 280)};
    d->search.text = d->search_text;
    d->search.capacity = sizeof d->search_text;
    if (d->with_search)
        zoe_ui_edit_field(ui, "search", (SDL_Rect){10, 10, 300, 24}, &d->search);
    zoe_ui_list_begin(ui, "files", rect, &d->list, d->rows, zoe_ui_px(ui, 28), d->flags);
    int row;
    SDL_Rect place;
    d->drawn = 0;
    while (zoe_ui_list_next(ui, &d->list, &row, &place)) {
        char text[16];
        d->first = d->drawn++ ? d->first : row;
        d->last = row;
        if (d->with_button) {
            zoe_ui_hit hit = zoe_ui_hear(ui, zoe_ui_make_id(ui, "x"), zoe_cut_right(&place, 20));
            d->button_row = hit.clicked ? row : d->button_row;
        }
        snprintf(text, sizeof text, "row %d", row);
        zoe_ui_text(ui, ZOE_TEXT_BODY, place.x, place.y, place.w, ui->style->text, text,
                    ZOE_UI_KEEP_BEGINNING);
    }
    d->answer |= zoe_ui_list_end(ui, &d->list);
    d->menu_row = d->list.menu_row >= 0 ? d->list.menu_row : d->menu_row;
}

static ui_hand hand;

static void begin(desk *d, int rows, unsigned flags, double scale)
{
    memset(d, 0, sizeof *d);
    d->rows = rows;
    d->flags = flags;
    d->button_row = d->menu_row = -1;
    ui_hand_begin(&hand, 640, 400, scale, page, d);
}

static void end(desk *d)
{
    zoe_ui_list_free(&d->list);
    ui_hand_end(&hand);
}

static void draws_only_what_is_in_sight(void **state)
{
    (void)state;
    desk d;
    begin(&d, ROWS, 0, 1.0);
    assert_int_equal(d.drawn, 10);
    assert_in_range(ui_hand_count(&hand, ZOE_DRAW_TEXT), 10, 10);
    ui_hand_click(&hand, 50, 60);
    ui_hand_key(&hand, SDLK_END, KMOD_NONE);
    assert_int_equal(d.list.cursor, ROWS - 1);
    assert_int_equal(d.last, ROWS - 1);
    assert_in_range(d.drawn, 10, 11);
    assert_int_equal(d.list.scroll.offset, (int64_t)ROWS * 28 - 280);
    /* No memory grows any more. */
    int capacity = hand.ui.draw.capacity;
    for (int i = 0; i < 100; i++)
        ui_hand_key(&hand, SDLK_PAGEUP, KMOD_NONE);
    assert_int_equal(hand.ui.draw.capacity, capacity);
    assert_int_equal(d.list.cursor, ROWS - 1 - 100 * 9);
    end(&d);
}

static void keys_move_and_stay_inside(void **state)
{
    (void)state;
    desk d;
    begin(&d, 5, 0, 1.0);
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    ui_hand_key(&hand, SDLK_UP, KMOD_NONE);
    assert_int_equal(d.list.cursor, 0);
    ui_hand_key(&hand, SDLK_DOWN, KMOD_NONE);
    ui_hand_key(&hand, SDLK_PAGEDOWN, KMOD_NONE);
    ui_hand_key(&hand, SDLK_DOWN, KMOD_NONE);
    assert_int_equal(d.list.cursor, 4);
    d.answer = 0;
    ui_hand_key(&hand, SDLK_RETURN, KMOD_NONE);
    assert_int_equal(d.answer, ZOE_UI_ENTER);
    d.rows = 2; /* a shorter list takes the cursor along */
    ui_hand_frame(&hand);
    assert_int_equal(d.list.cursor, 1);
    d.rows = 0;
    ui_hand_frame(&hand);
    ui_hand_key(&hand, SDLK_DOWN, KMOD_NONE);
    ui_hand_key(&hand, SDLK_RETURN, KMOD_NONE);
    assert_int_equal(d.list.cursor, -1);
    assert_int_equal(d.drawn, 0);
    end(&d);
}

static void click_selects_and_double_click_opens(void **state)
{
    (void)state;
    for (int scale = 1; scale <= 2; scale++) {
        desk d;
        begin(&d, 100, 0, scale);
        ui_hand_click(&hand, 50 * scale, (50 + 3 * 28 + 5) * scale);
        assert_int_equal(d.list.cursor, 3);
        assert_int_equal(d.answer, ZOE_UI_CHANGED);
        ui_hand_double_click(&hand, 50 * scale, (50 + 4 * 28 + 5) * scale);
        assert_int_equal(d.list.cursor, 4);
        assert_true(d.answer & ZOE_UI_ENTER);
        assert_int_equal(zoe_ui_list_selected(&d.list), 1);
        /* Another, before the system has begun to count again. */
        ui_hand_press(&hand, SDL_BUTTON_LEFT, 3);
        ui_hand_release(&hand, SDL_BUTTON_LEFT);
        d.answer = 0;
        ui_hand_press(&hand, SDL_BUTTON_LEFT, 4);
        ui_hand_release(&hand, SDL_BUTTON_LEFT);
        assert_true(d.answer & ZOE_UI_ENTER);
        end(&d);
    }
    desk d;
    begin(&d, 2, 0, 1.0);
    ui_hand_click(&hand, 50, 300); /* below the last row */
    assert_int_equal(d.list.cursor, 0);
    end(&d);
}

static void selects_several(void **state)
{
    (void)state;
    desk d;
    begin(&d, 200, ZOE_UI_LIST_MANY, 1.0);
    ui_hand_click(&hand, 50, 50 + 1 * 28);
    hand.input.modifiers = KMOD_SHIFT;
    ui_hand_click(&hand, 50, 50 + 4 * 28);
    assert_int_equal(zoe_ui_list_selected(&d.list), 4);
    hand.input.modifiers = KMOD_CTRL;
    ui_hand_click(&hand, 50, 50 + 2 * 28);
    assert_int_equal(zoe_ui_list_selected(&d.list), 3);
    assert_false(zoe_ui_list_has(&d.list, 2));
    ui_hand_right_click(&hand, 50, 50 + 4 * 28); /* on the selection: it stays */
    assert_int_equal(d.menu_row, 4);
    assert_int_equal(zoe_ui_list_selected(&d.list), 3);
    ui_hand_right_click(&hand, 50, 50 + 8 * 28);
    assert_int_equal(zoe_ui_list_selected(&d.list), 1);
    assert_true(zoe_ui_list_has(&d.list, 8));
    ui_hand_key(&hand, SDLK_UP, KMOD_SHIFT);
    ui_hand_key(&hand, SDLK_UP, KMOD_SHIFT);
    assert_int_equal(zoe_ui_list_selected(&d.list), 3);
    ui_hand_key(&hand, SDLK_a, KMOD_CTRL);
    assert_int_equal(zoe_ui_list_selected(&d.list), 200);
    ui_hand_key(&hand, SDLK_DOWN, KMOD_NONE);
    assert_int_equal(zoe_ui_list_selected(&d.list), 1);
    end(&d);
}

static void typing_filters(void **state)
{
    (void)state;
    desk d;
    begin(&d, 100, ZOE_UI_LIST_FILTER, 1.0);
    ui_hand_text(&hand, "x");
    assert_string_equal(d.list.filter, ""); /* it has not the keyboard */
    ui_hand_click(&hand, 50, 60);
    ui_hand_key(&hand, SDLK_b, KMOD_NONE);
    assert_true(hand.ui.input.key_count == 0 || hand.ui.input.keys[0].used);
    ui_hand_text(&hand, "be\303\244");
    assert_string_equal(d.list.filter, "be\303\244");
    assert_non_null(ui_hand_find(&hand, "be\303\244"));
    ui_hand_key(&hand, SDLK_BACKSPACE, KMOD_NONE);
    assert_string_equal(d.list.filter, "be");
    ui_hand_key(&hand, SDLK_ESCAPE, KMOD_NONE);
    assert_string_equal(d.list.filter, "");
    assert_int_not_equal(hand.ui.focus, 0);
    ui_hand_key(&hand, SDLK_ESCAPE, KMOD_NONE);
    assert_int_equal(hand.ui.focus, 0);
    end(&d);
    assert_true(zoe_ui_matches("sh010_Beauty.diffuse", "beauty DIFF"));
    assert_false(zoe_ui_matches("sh010_beauty", "beauty spec"));
    assert_true(zoe_ui_matches("anything", ""));
}

static void hears_keys_below_a_field(void **state)
{
    (void)state;
    desk d;
    begin(&d, 100, ZOE_UI_LIST_KEYS, 1.0);
    d.with_search = true;
    ui_hand_click(&hand, 50, 20);
    ui_hand_text(&hand, "a");
    ui_hand_key(&hand, SDLK_DOWN, KMOD_NONE);
    ui_hand_key(&hand, SDLK_DOWN, KMOD_NONE);
    assert_string_equal(d.search_text, "a");
    assert_int_equal(d.list.cursor, 2);
    end(&d);
}

static void wheel_and_bar_keep_the_limits(void **state)
{
    (void)state;
    desk d;
    begin(&d, 100, 0, 1.0);
    ui_hand_move(&hand, 50, 60);
    ui_hand_wheel(&hand, 5.0);
    assert_int_equal(d.list.scroll.offset, 0);
    ui_hand_wheel(&hand, -1.0);
    assert_int_equal(d.list.scroll.offset, 60);
    ui_hand_wheel(&hand, -1000.0);
    assert_int_equal(d.list.scroll.offset, 2800 - 280);
    assert_int_equal(d.list.cursor, 0); /* the cursor stays */
    /* The bar by its end, up to the top. */
    ui_hand_move(&hand, 305, 50 + 278);
    ui_hand_press(&hand, SDL_BUTTON_LEFT, 1);
    ui_hand_move(&hand, 305, 0);
    assert_int_equal(d.list.scroll.offset, 0);
    ui_hand_release(&hand, SDL_BUTTON_LEFT);
    assert_int_equal(d.list.cursor, 0);
    end(&d);
}

static void widgets_in_a_row_come_first(void **state)
{
    (void)state;
    desk d;
    begin(&d, 5, 0, 1.0);
    d.with_button = true;
    ui_hand_click(&hand, 10 + 300 - 8 - 10, 50 + 2 * 28 + 5);
    assert_int_equal(d.button_row, 2);
    assert_int_equal(d.list.cursor, 0);
    ui_hand_click(&hand, 60, 50 + 2 * 28 + 5);
    assert_int_equal(d.list.cursor, 2);
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_only_what_is_in_sight),
        cmocka_unit_test(keys_move_and_stay_inside),
        cmocka_unit_test(click_selects_and_double_click_opens),
        cmocka_unit_test(selects_several),
        cmocka_unit_test(typing_filters),
        cmocka_unit_test(hears_keys_below_a_field),
        cmocka_unit_test(wheel_and_bar_keep_the_limits),
        cmocka_unit_test(widgets_in_a_row_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
