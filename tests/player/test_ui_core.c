/* The context: who hears the mouse, order of Tab, ids, what the owner is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/ui_hand.h"
#include "ui/ui_button.h"
#include "ui/ui_field.h"
#include "ui/ui_popup.h"

typedef struct desk {
    int a, b, c, top;
    bool disabled, panel, hide_b;
    char text[16];
    zoe_ui_field field;
} desk;

static void page(zoe_ui *ui, void *data)
{
    desk *d = data;
    d->field.text = d->text;
    d->field.capacity = sizeof d->text;
    d->a += zoe_ui_button(ui, "a", (SDL_Rect){10, 10, 50, 20}, ZOE_ICON_NONE, "A", 0);
    ui->disabled = d->disabled;
    if (!d->hide_b)
        d->b += zoe_ui_button(ui, "b", (SDL_Rect){70, 10, 50, 20}, ZOE_ICON_NONE, "B", 0);
    ui->disabled = false;
    zoe_ui_push(ui, "scope");
    d->c += zoe_ui_button(ui, "a", (SDL_Rect){130, 10, 50, 20}, ZOE_ICON_NONE, "C", 0);
    zoe_ui_pop(ui);
    zoe_ui_edit_field(ui, "field", (SDL_Rect){10, 40, 100, 24}, &d->field);
    if (d->panel) {
        zoe_ui_layer_begin(ui, "panel", (SDL_Rect){0, 0, 65, 100});
        d->top += zoe_ui_button(ui, "top", (SDL_Rect){10, 10, 50, 20}, ZOE_ICON_NONE, "Top", 0);
        zoe_ui_layer_end(ui);
    }
}

static ui_hand hand;

static void begin(desk *d)
{
    memset(d, 0, sizeof *d);
    ui_hand_begin(&hand, 640, 400, 1.0, page, d);
}

static void a_click_is_press_and_release_on_the_same(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    ui_hand_click(&hand, 20, 20);
    assert_int_equal(d.a, 1);
    ui_hand_move(&hand, 20, 20);
    ui_hand_press(&hand, SDL_BUTTON_LEFT, 1);
    assert_int_equal(d.a, 1);
    ui_hand_move(&hand, 80, 20);
    ui_hand_release(&hand, SDL_BUTTON_LEFT);
    assert_int_equal(d.a, 1);
    assert_int_equal(d.b, 0);
    /* Both in one frame. */
    hand.input.pressed = hand.input.released = SDL_BUTTON_LMASK;
    hand.input.clicks = 1;
    ui_hand_frame(&hand);
    assert_int_equal(d.b, 1);
    /* The edge: right and bottom are outside. */
    ui_hand_click(&hand, 60, 20);
    ui_hand_click(&hand, 59, 29);
    ui_hand_click(&hand, 59, 30);
    assert_int_equal(d.a, 2);
    ui_hand_end(&hand);
}

static void a_panel_above_takes_the_mouse(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    d.panel = true;
    ui_hand_frame(&hand);
    ui_hand_click(&hand, 20, 20);
    assert_int_equal(d.a, 0);
    assert_int_equal(d.top, 1);
    ui_hand_click(&hand, 50, 50); /* its ground, above the field */
    assert_int_equal(hand.ui.focus, 0);
    ui_hand_click(&hand, 80, 20); /* beside it */
    assert_int_equal(d.b, 1);
    ui_hand_end(&hand);
}

static void tells_whether_it_wants_the_mouse(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    ui_hand_move(&hand, 300, 300);
    assert_false(hand.ui.answer.wants_mouse);
    ui_hand_move(&hand, 20, 20);
    assert_true(hand.ui.answer.wants_mouse);
    ui_hand_press(&hand, SDL_BUTTON_LEFT, 1);
    ui_hand_move(&hand, 300, 300);
    assert_true(hand.ui.answer.wants_mouse); /* it holds it */
    ui_hand_release(&hand, SDL_BUTTON_LEFT);
    ui_hand_frame(&hand);
    assert_false(hand.ui.answer.wants_mouse);
    hand.input.mouse_x = 20;
    hand.input.mouse_y = 20;
    hand.input.mouse_in = false;
    ui_hand_frame(&hand);
    assert_false(hand.ui.answer.wants_mouse);
    assert_true(hand.ui.answer.wake_ns == UINT64_MAX);
    ui_hand_end(&hand);
}

static zoe_ui_id focus_after(SDL_Keycode key, int modifiers)
{
    ui_hand_key(&hand, key, modifiers);
    return hand.ui.focus;
}

static void tab_goes_in_the_order_of_calls(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    zoe_ui_id a = focus_after(SDLK_TAB, KMOD_NONE), b = focus_after(SDLK_TAB, KMOD_NONE);
    zoe_ui_id c = focus_after(SDLK_TAB, KMOD_NONE), field = focus_after(SDLK_TAB, KMOD_NONE);
    assert_true(a && b && c && field && a != b && a != c && b != c);
    assert_int_equal(a, zoe_ui_make_id(&hand.ui, "a"));
    assert_int_equal(focus_after(SDLK_TAB, KMOD_NONE), a);
    assert_int_equal(focus_after(SDLK_TAB, KMOD_SHIFT), field);
    assert_int_equal(focus_after(SDLK_TAB, KMOD_SHIFT), c);
    ui_hand_key(&hand, SDLK_SPACE, KMOD_NONE);
    assert_int_equal(d.c, 1);
    ui_hand_key(&hand, SDLK_RETURN, KMOD_NONE);
    assert_int_equal(d.c, 2);
    /* What is disabled is left out. */
    d.disabled = true;
    ui_hand_frame(&hand);
    assert_int_equal(focus_after(SDLK_TAB, KMOD_SHIFT), a);
    ui_hand_click(&hand, 80, 20);
    assert_int_equal(d.b, 0);
    ui_hand_end(&hand);
}

static void ring_only_by_keyboard(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    SDL_Color accent = hand.ui.style->accent;
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    assert_true(ui_hand_has_outline(&hand, accent));
    ui_hand_key(&hand, SDLK_ESCAPE, KMOD_NONE);
    assert_int_equal(hand.ui.focus, 0);
    assert_false(ui_hand_has_outline(&hand, accent));
    ui_hand_click(&hand, 20, 20);
    assert_false(ui_hand_has_outline(&hand, accent));
    assert_int_equal(hand.ui.focus, 0); /* a button leaves the keyboard where it is */
    /* A click on nothing leaves a field. */
    ui_hand_click(&hand, 50, 50);
    assert_true(hand.ui.answer.wants_keyboard);
    ui_hand_click(&hand, 300, 300);
    assert_false(hand.ui.answer.wants_keyboard);
    ui_hand_end(&hand);
}

static void what_is_gone_has_not_the_keyboard(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    d.hide_b = true;
    for (int i = 0; i < 4; i++)
        ui_hand_frame(&hand);
    assert_int_equal(hand.ui.focus, 0);
    ui_hand_end(&hand);
}

static void keys_nobody_used_are_the_owners(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    hand.input.keys[0] = (zoe_ui_key){.key = SDLK_SPACE};
    hand.input.keys[1] = (zoe_ui_key){.key = SDLK_RIGHT};
    hand.input.key_count = 2;
    ui_hand_frame(&hand);
    int i = 0;
    const zoe_ui_key *key = zoe_ui_next_key(&hand.ui, &i);
    assert_non_null(key);
    assert_int_equal(key->key, SDLK_RIGHT);
    assert_null(zoe_ui_next_key(&hand.ui, &i));
    assert_int_equal(d.a, 1);
    ui_hand_end(&hand);
}

static void focus_by_the_program(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    zoe_ui_focus(&hand.ui, "field");
    ui_hand_frame(&hand);
    assert_true(hand.ui.answer.wants_keyboard);
    assert_false(hand.ui.ring);
    ui_hand_end(&hand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_click_is_press_and_release_on_the_same),
        cmocka_unit_test(a_panel_above_takes_the_mouse),
        cmocka_unit_test(tells_whether_it_wants_the_mouse),
        cmocka_unit_test(tab_goes_in_the_order_of_calls),
        cmocka_unit_test(ring_only_by_keyboard),
        cmocka_unit_test(what_is_gone_has_not_the_keyboard),
        cmocka_unit_test(keys_nobody_used_are_the_owners),
        cmocka_unit_test(focus_by_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
