/* Sliders: drag, wheel, keys, typing, the default. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/ui_hand.h"
#include "ui/ui_scroll.h"
#include "ui/ui_slider.h"

typedef struct desk {
    double value;
    unsigned answer; /* of all frames since it was last cleared */
    bool scrolled;
    zoe_ui_scroll scroll;
} desk;

static const zoe_ui_range range = {-10.0, 10.0, 0.5, 0.0};
static const SDL_Rect place = {20, 20, 272,
                               28}; /* groove 20..224, knob 8: way 196; value 228..292 */

static void page(zoe_ui *ui, void *data)
{
    desk *d = data;
    char shown[16];
    SDL_Rect rect = {zoe_ui_px(ui, place.x), zoe_ui_px(ui, place.y), zoe_ui_px(ui, place.w),
                     zoe_ui_px(ui, place.h)};
    snprintf(shown, sizeof shown, "%+.1f", d->value);
    if (d->scrolled)
        zoe_ui_scroll_begin(ui, "area", (SDL_Rect){0, 0, 640, 100}, &d->scroll);
    d->answer |= zoe_ui_slider(ui, "exposure", rect, &range, &d->value, shown);
    if (d->scrolled)
        zoe_ui_scroll_end(ui, &d->scroll, 1000);
}

static ui_hand hand;

static void assert_value(const desk *d, double expected)
{
    if (d->value < expected - 1e-9 || d->value > expected + 1e-9)
        fail_msg("%g is not %g", d->value, expected);
}

static void drags_and_keeps_to_steps(void **state)
{
    (void)state;
    for (int scale = 1; scale <= 2; scale++) {
        desk d = {0};
        ui_hand_begin(&hand, 640, 400, scale, page, &d);
        ui_hand_move(&hand, 122 * scale, 34 * scale);
        ui_hand_press(&hand, SDL_BUTTON_LEFT, 1);
        assert_int_equal(d.answer, 0); /* taken at the knob, nothing moved */
        ui_hand_move(&hand, 171 * scale, 34 * scale);
        assert_value(&d, 5.0);
        assert_int_equal(d.answer, ZOE_UI_CHANGED);
        /* The pointer may leave, and the ends hold. */
        ui_hand_move(&hand, 600 * scale, 300 * scale);
        assert_value(&d, 10.0);
        ui_hand_move(&hand, 0, 0);
        assert_value(&d, -10.0);
        ui_hand_release(&hand, SDL_BUTTON_LEFT);
        assert_true(d.answer & ZOE_UI_DONE);
        ui_hand_move(&hand, 300, 34);
        assert_value(&d, -10.0);
        ui_hand_end(&hand);
    }
}

static void double_click_is_the_default(void **state)
{
    (void)state;
    desk d = {.value = 7.0};
    ui_hand_begin(&hand, 640, 400, 1.0, page, &d);
    ui_hand_double_click(&hand, 60, 34);
    assert_value(&d, 0.0);
    assert_true(d.answer & ZOE_UI_DONE);
    ui_hand_end(&hand);
}

static void wheel_goes_by_steps(void **state)
{
    (void)state;
    desk d = {0};
    ui_hand_begin(&hand, 640, 400, 1.0, page, &d);
    ui_hand_wheel(&hand, 1.0);
    assert_value(&d, 0.0); /* the pointer is elsewhere */
    ui_hand_move(&hand, 60, 34);
    ui_hand_wheel(&hand, 2.0);
    assert_value(&d, 1.0);
    ui_hand_wheel(&hand, -0.25);
    assert_value(&d, 0.5);
    ui_hand_end(&hand);
}

static void wheel_that_scrolls_goes_on_scrolling(void **state)
{
    (void)state;
    desk d = {.scrolled = true};
    ui_hand_begin(&hand, 640, 400, 1.0, page, &d);
    ui_hand_move(&hand, 400, 90);
    ui_hand_wheel(&hand, -1.0);
    assert_int_equal(d.scroll.offset, 60);
    ui_hand_move(&hand, 60,
                 34); /* the content did not move here: the slider is under the pointer */
    ui_hand_wheel(&hand, -1.0);
    assert_value(&d, 0.0);
    assert_int_equal(d.scroll.offset, 120);
    ui_hand_wait(&hand, 600);
    ui_hand_wheel(&hand, -1.0);
    assert_value(&d, -0.5);
    assert_int_equal(d.scroll.offset, 120);
    ui_hand_end(&hand);
}

static void keys(void **state)
{
    (void)state;
    desk d = {0};
    ui_hand_begin(&hand, 640, 400, 1.0, page, &d);
    ui_hand_key(&hand, SDLK_RIGHT, KMOD_NONE);
    assert_value(&d, 0.0); /* it has not the keyboard */
    assert_false(hand.ui.input.keys[0].used);
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    ui_hand_key(&hand, SDLK_RIGHT, KMOD_NONE);
    assert_value(&d, 0.5);
    ui_hand_key(&hand, SDLK_LEFT, KMOD_SHIFT);
    assert_value(&d, -4.5);
    ui_hand_key(&hand, SDLK_END, KMOD_NONE);
    assert_value(&d, 10.0);
    ui_hand_key(&hand, SDLK_PAGEDOWN, KMOD_NONE);
    assert_value(&d, 5.0);
    ui_hand_key(&hand, SDLK_DELETE, KMOD_NONE);
    assert_value(&d, 0.0);
    assert_false(hand.ui.answer.wants_keyboard);
    ui_hand_key(&hand, SDLK_ESCAPE, KMOD_NONE);
    ui_hand_key(&hand, SDLK_RIGHT, KMOD_NONE);
    assert_value(&d, 0.0);
    ui_hand_end(&hand);
}

static void types_a_value(void **state)
{
    (void)state;
    desk d = {.value = 3.0};
    ui_hand_begin(&hand, 640, 400, 1.0, page, &d);
    ui_hand_click(&hand, 260, 34);
    assert_true(hand.ui.answer.wants_keyboard);
    ui_hand_text(&hand, "-"); /* all was selected */
    ui_hand_text(&hand, "x");
    ui_hand_text(&hand, "2,6");
    assert_value(&d, 3.0);
    ui_hand_key(&hand, SDLK_RETURN, KMOD_NONE);
    assert_value(&d, -2.5);
    assert_true(d.answer & ZOE_UI_DONE);
    assert_false(hand.ui.answer.wants_keyboard);
    /* Beyond the range is its end; Esc takes nothing; leaving takes what stands there. */
    ui_hand_click(&hand, 260, 34);
    ui_hand_text(&hand, "500");
    ui_hand_key(&hand, SDLK_RETURN, KMOD_NONE);
    assert_value(&d, 10.0);
    ui_hand_click(&hand, 260, 34);
    ui_hand_text(&hand, "4");
    ui_hand_key(&hand, SDLK_ESCAPE, KMOD_NONE);
    assert_value(&d, 10.0);
    assert_false(hand.ui.answer.wants_keyboard);
    ui_hand_click(&hand, 260, 34);
    ui_hand_text(&hand, "4");
    ui_hand_click(&hand, 500, 300);
    assert_value(&d, 4.0);
    assert_int_equal(hand.ui.focus, 0);
    ui_hand_end(&hand);
}

static void a_digit_begins_typing(void **state)
{
    (void)state;
    desk d = {0};
    ui_hand_begin(&hand, 640, 400, 1.0, page, &d);
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    ui_hand_key(&hand, SDLK_1, KMOD_NONE);
    assert_true(hand.ui.input.keys[0].used);
    ui_hand_text(&hand, "1");
    ui_hand_text(&hand, ".5");
    ui_hand_key(&hand, SDLK_RETURN, KMOD_NONE);
    assert_value(&d, 1.5);
    ui_hand_key(&hand, SDLK_RIGHT, KMOD_NONE);
    assert_value(&d, 2.0); /* the slider has the keyboard again */
    ui_hand_end(&hand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drags_and_keeps_to_steps),
        cmocka_unit_test(double_click_is_the_default),
        cmocka_unit_test(wheel_goes_by_steps),
        cmocka_unit_test(wheel_that_scrolls_goes_on_scrolling),
        cmocka_unit_test(keys),
        cmocka_unit_test(types_a_value),
        cmocka_unit_test(a_digit_begins_typing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
