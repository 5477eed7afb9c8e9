/* Scroll areas: limits, wheel, keys, bar, what Tab comes to, clipping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/ui_hand.h"
#include "ui/ui_button.h"
#include "ui/ui_popup.h"
#include "ui/ui_scroll.h"

typedef struct desk {
    zoe_ui_scroll scroll, inner;
    int rows, used;
    bool modal, nested;
} desk;

static void content(zoe_ui *ui, desk *d, SDL_Rect area)
{
    SDL_Rect rest = zoe_ui_scroll_begin(ui, "area", area, &d->scroll);
    int top = rest.y;
    for (int i = 0; i < d->rows; i++) {
        char name[16];
        snprintf(name, sizeof name, "row %d", i);
        d->used =
            zoe_ui_button(ui, name, zoe_cut_top(&rest, 30), ZOE_ICON_NONE, name, 0) ? i : d->used;
    }
    if (d->nested) {
        SDL_Rect inside = zoe_cut_top(&rest, 100);
        zoe_ui_scroll_begin(ui, "inner", inside, &d->inner);
        zoe_ui_scroll_end(ui, &d->inner, 500);
    }
    zoe_ui_scroll_end(ui, &d->scroll, rest.y - top);
}

static void page(zoe_ui *ui, void *data)
{
    desk *d = data;
    SDL_Rect area = {20, 20, 200, 200};
    if (d->modal)
        area = zoe_ui_modal_begin(ui, "page", area);
    content(ui, d, area);
    if (d->modal)
        zoe_ui_modal_end(ui);
}

static ui_hand hand;

static void begin(desk *d, int rows)
{
    memset(d, 0, sizeof *d);
    d->rows = rows;
    d->used = -1;
    ui_hand_begin(&hand, 640, 400, 1.0, page, d);
    ui_hand_settle(&hand);
}

static void wheel_keeps_the_limits(void **state)
{
    (void)state;
    desk d;
    begin(&d, 20); /* 600 high */
    ui_hand_wheel(&hand, -1.0);
    assert_int_equal(d.scroll.offset, 0); /* the pointer is not on it */
    ui_hand_move(&hand, 100, 100);
    ui_hand_wheel(&hand, -1.0);
    assert_int_equal(d.scroll.offset, 60);
    ui_hand_wheel(&hand, -100.0);
    assert_int_equal(d.scroll.offset, 400);
    ui_hand_wheel(&hand, 100.0);
    assert_int_equal(d.scroll.offset, 0);
    for (int i = 0; i < 8; i++)
        ui_hand_wheel(&hand, -0.01); /* small turns add up */
    assert_int_equal(d.scroll.offset, 4);
    ui_hand_wheel(&hand, -100.0);
    d.rows = 10; /* less content: no empty room at its end */
    ui_hand_frame(&hand);
    ui_hand_frame(&hand);
    assert_int_equal(d.scroll.offset, 100);
    ui_hand_end(&hand);
}

static void what_is_outside_is_neither_drawn_nor_heard(void **state)
{
    (void)state;
    desk d;
    begin(&d, 20);
    assert_non_null(ui_hand_find(&hand, "row 6"));
    assert_null(ui_hand_find(&hand, "row 7"));
    ui_hand_click(&hand, 100, 20 + 6 * 30 + 10);
    assert_int_equal(d.used, 6);
    ui_hand_click(&hand, 100, 20 + 6 * 30 + 25); /* the same row, below the area */
    ui_hand_click(&hand, 100, 20 + 8 * 30 + 5);
    assert_int_equal(d.used, 6);
    for (int i = 0; i < hand.ui.draw.count; i++) {
        SDL_Rect clip = hand.ui.draw.items[i].clip;
        assert_true(clip.y >= 20 && clip.y + clip.h <= 220);
    }
    ui_hand_end(&hand);
}

static void bar_is_dragged(void **state)
{
    (void)state;
    desk d;
    begin(&d, 20); /* thumb 66 of 200, way 134 */
    ui_hand_move(&hand, 215, 30);
    ui_hand_press(&hand, SDL_BUTTON_LEFT, 1);
    ui_hand_move(&hand, 400, 30 + 67); /* beside it while dragging */
    assert_in_range(d.scroll.offset, 198, 202);
    ui_hand_move(&hand, 215, 399);
    assert_int_equal(d.scroll.offset, 400);
    ui_hand_release(&hand, SDL_BUTTON_LEFT);
    ui_hand_click(&hand, 215, 30); /* above the thumb: a page */
    assert_int_equal(d.scroll.offset, 200);
    assert_int_equal(d.used, -1);
    ui_hand_end(&hand);
}

static void no_bar_where_all_is_seen(void **state)
{
    (void)state;
    desk d;
    begin(&d, 3);
    int fills = ui_hand_count(&hand, ZOE_DRAW_FILL);
    assert_int_equal(fills, 3);
    ui_hand_move(&hand, 100, 100);
    ui_hand_wheel(&hand, -1.0);
    assert_int_equal(d.scroll.offset, 0);
    ui_hand_end(&hand);
}

static void keys_in_a_page(void **state)
{
    (void)state;
    desk d;
    begin(&d, 20);
    ui_hand_key(&hand, SDLK_PAGEDOWN, KMOD_NONE); /* on the ground it is the owner's */
    assert_false(hand.ui.input.keys[0].used);
    assert_int_equal(d.scroll.offset, 0);
    d.modal = true;
    ui_hand_frame(&hand);
    ui_hand_settle(&hand);
    ui_hand_key(&hand, SDLK_PAGEDOWN, KMOD_NONE);
    assert_int_equal(d.scroll.offset, 180);
    ui_hand_key(&hand, SDLK_UP, KMOD_NONE);
    assert_int_equal(d.scroll.offset, 140);
    ui_hand_key(&hand, SDLK_END, KMOD_NONE);
    assert_int_equal(d.scroll.offset, 400);
    ui_hand_key(&hand, SDLK_HOME, KMOD_NONE);
    assert_int_equal(d.scroll.offset, 0);
    ui_hand_end(&hand);
}

static void tab_brings_into_sight(void **state)
{
    (void)state;
    desk d;
    begin(&d, 20);
    for (int i = 0; i < 10; i++)
        ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    assert_non_null(ui_hand_find(&hand, "row 9"));
    assert_true(d.scroll.offset >= 10 * 30 - 200);
    ui_hand_key(&hand, SDLK_SPACE, KMOD_NONE);
    assert_int_equal(d.used, 9);
    ui_hand_key(&hand, SDLK_TAB, KMOD_SHIFT);
    for (int i = 0; i < 8; i++)
        ui_hand_key(&hand, SDLK_TAB, KMOD_SHIFT);
    assert_int_equal(d.scroll.offset, 0);
    ui_hand_end(&hand);
}

static void the_innermost_takes_the_wheel(void **state)
{
    (void)state;
    desk d;
    begin(&d, 4);
    d.nested = true;
    d.rows = 4; /* 120 + 100 high */
    ui_hand_frame(&hand);
    ui_hand_move(&hand, 100, 180);
    ui_hand_wheel(&hand, -1.0);
    assert_int_equal(d.inner.offset, 60);
    assert_int_equal(d.scroll.offset, 0);
    ui_hand_move(&hand, 100, 60);
    ui_hand_wheel(&hand, -1.0);
    assert_int_equal(d.scroll.offset, 20);
    ui_hand_end(&hand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wheel_keeps_the_limits),
        cmocka_unit_test(what_is_outside_is_neither_drawn_nor_heard),
        cmocka_unit_test(bar_is_dragged),
        cmocka_unit_test(no_bar_where_all_is_seen),
        cmocka_unit_test(keys_in_a_page),
        cmocka_unit_test(tab_brings_into_sight),
        cmocka_unit_test(the_innermost_takes_the_wheel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
