/* Text fields: typing, caret and selection by key and mouse, clipboard, completion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/ui_hand.h"
#include "ui/ui_field.h"

typedef struct desk {
    char text[64], other_text[16];
    zoe_ui_field field, other;
    unsigned answer;
} desk;

static void page(zoe_ui *ui, void *data)
{
    desk *d = data;
    d->field.text = d->text;
    d->field.capacity = sizeof d->text;
    d->other.text = d->other_text;
    d->other.capacity = sizeof d->other_text;
    SDL_Rect rect = {zoe_ui_px(ui, 10), zoe_ui_px(ui, 10), zoe_ui_px(ui, 176), zoe_ui_px(ui, 24)};
    d->answer |=
        zoe_ui_edit_field(ui, "path", rect, &d->field); /* text at 18, 20 characters wide */
    rect.y += zoe_ui_px(ui, 40);
    (void)zoe_ui_edit_field(ui, "other", rect, &d->other);
}

static ui_hand hand;

static void begin(desk *d, const char *text)
{
    memset(d, 0, sizeof *d);
    snprintf(d->text, sizeof d->text, "%s", text);
    ui_hand_begin(&hand, 640, 400, 1.0, page, d);
}

static void types_where_clicked(void **state)
{
    (void)state;
    desk d;
    begin(&d, "shot");
    ui_hand_text(&hand, "no");
    assert_string_equal(d.text, "shot");
    assert_false(hand.ui.answer.wants_keyboard);
    ui_hand_click(&hand, 18 + 2 * 8 + 1, 20);
    assert_int_equal(d.field.caret, 2);
    assert_true(hand.ui.answer.wants_keyboard);
    assert_true(hand.ui.answer.wants_text);
    assert_int_equal(hand.ui.answer.cursor, SDL_SYSTEM_CURSOR_IBEAM);
    ui_hand_text(&hand, "\303\244");
    assert_string_equal(d.text, "sh\303\244ot");
    assert_int_equal(d.answer, ZOE_UI_CHANGED);
    ui_hand_key(&hand, SDLK_BACKSPACE, KMOD_NONE);
    assert_string_equal(d.text, "shot");
    ui_hand_key(&hand, SDLK_RETURN, KMOD_NONE);
    assert_true(d.answer & ZOE_UI_ENTER);
    assert_true(d.answer & ZOE_UI_DONE);
    ui_hand_end(&hand);
}

static void order_of_keys_and_text_is_kept(void **state)
{
    (void)state;
    desk d;
    begin(&d, "");
    ui_hand_click(&hand, 50, 20);
    zoe_ui_key *keys = hand.input.keys;
    keys[0] = (zoe_ui_key){.text = "ab"};
    keys[1] = (zoe_ui_key){.key = SDLK_BACKSPACE};
    keys[2] = (zoe_ui_key){.text = "c"};
    keys[3] = (zoe_ui_key){.key = SDLK_HOME};
    keys[4] = (zoe_ui_key){.text = "x"};
    hand.input.key_count = 5;
    ui_hand_frame(&hand);
    assert_string_equal(d.text, "xac");
    ui_hand_end(&hand);
}

static void selects_by_mouse(void **state)
{
    (void)state;
    desk d;
    begin(&d, "/shots/sh010");
    ui_hand_move(&hand, 18 + 8, 20);
    ui_hand_press(&hand, SDL_BUTTON_LEFT, 1);
    ui_hand_move(&hand, 18 + 6 * 8, 200); /* leaves the field while dragging */
    ui_hand_release(&hand, SDL_BUTTON_LEFT);
    assert_int_equal(d.field.anchor, 1);
    assert_int_equal(d.field.caret, 6);
    ui_hand_text(&hand, "x");
    assert_string_equal(d.text, "/x/sh010");
    ui_hand_double_click(&hand, 18 + 5 * 8, 20);
    assert_int_equal(d.field.anchor, 3);
    assert_int_equal(d.field.caret, 8);
    ui_hand_press(&hand, SDL_BUTTON_LEFT, 3);
    ui_hand_release(&hand, SDL_BUTTON_LEFT);
    assert_int_equal(d.field.anchor, 0);
    assert_int_equal(d.field.caret, 8);
    ui_hand_end(&hand);
}

static void selects_and_moves_by_key(void **state)
{
    (void)state;
    desk d;
    begin(&d, "one two");
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    assert_int_equal(d.field.anchor, 0); /* all is selected */
    assert_int_equal(d.field.caret, 7);
    ui_hand_key(&hand, SDLK_LEFT, KMOD_NONE);
    assert_int_equal(d.field.caret, 0);
    ui_hand_key(&hand, SDLK_RIGHT, KMOD_CTRL);
    assert_int_equal(d.field.caret, 3);
    ui_hand_key(&hand, SDLK_END, KMOD_SHIFT);
    assert_int_equal(d.field.anchor, 3);
    assert_int_equal(d.field.caret, 7);
    ui_hand_key(&hand, SDLK_HOME, KMOD_NONE);
    ui_hand_key(&hand, SDLK_DELETE, KMOD_CTRL);
    assert_string_equal(d.text, " two");
    ui_hand_end(&hand);
}

static void copies_cuts_and_pastes(void **state)
{
    (void)state;
    desk d;
    begin(&d, "one two");
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    ui_hand_key(&hand, SDLK_HOME, KMOD_NONE);
    ui_hand_key(&hand, SDLK_RIGHT, KMOD_CTRL | KMOD_SHIFT);
    ui_hand_key(&hand, SDLK_c, KMOD_CTRL);
    assert_string_equal(hand.clipboard, "one");
    assert_string_equal(d.text, "one two");
    ui_hand_key(&hand, SDLK_x, KMOD_CTRL);
    assert_string_equal(d.text, " two");
    ui_hand_key(&hand, SDLK_END, KMOD_NONE);
    snprintf(hand.clipboard, sizeof hand.clipboard, "\303\244\nb\n");
    ui_hand_key(&hand, SDLK_v, KMOD_CTRL);
    assert_string_equal(d.text, " two\303\244 b");
    ui_hand_key(&hand, SDLK_a, KMOD_CTRL);
    ui_hand_key(&hand, SDLK_v, KMOD_CTRL);
    assert_string_equal(d.text, "\303\244 b");
    ui_hand_end(&hand);
}

static void completes(void **state)
{
    (void)state;
    desk d;
    begin(&d, "/sh");
    d.field.completion = "/shots";
    ui_hand_click(&hand, 150, 20);
    assert_non_null(ui_hand_find(&hand, "ots"));
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    assert_string_equal(d.text, "/shots");
    assert_true(d.answer & ZOE_UI_CHANGED);
    assert_int_equal(d.field.caret, 6);
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE); /* nothing left to complete: on to the next */
    assert_false(d.field.had_focus);
    assert_true(d.other.had_focus);
    d.field.completion = "other";
    ui_hand_key(&hand, SDLK_TAB, KMOD_SHIFT);
    assert_true(d.field.had_focus);
    assert_null(ui_hand_find(&hand, "other"));
    ui_hand_end(&hand);
}

static void leaving_says_that_it_is_done(void **state)
{
    (void)state;
    desk d;
    begin(&d, "1");
    ui_hand_click(&hand, 150, 20);
    ui_hand_text(&hand, "2");
    d.answer = 0;
    ui_hand_key(&hand, SDLK_ESCAPE, KMOD_NONE);
    assert_int_equal(d.answer, ZOE_UI_DONE);
    assert_false(hand.ui.answer.wants_keyboard);
    ui_hand_end(&hand);
}

static void keys_of_others_are_left(void **state)
{
    (void)state;
    desk d;
    begin(&d, "");
    ui_hand_click(&hand, 150, 20);
    ui_hand_key(&hand, SDLK_k, KMOD_NONE); /* its text follows */
    assert_true(hand.ui.input.keys[0].used);
    const SDL_Keycode left[] = {SDLK_DOWN, SDLK_PAGEUP, SDLK_F11};
    for (size_t i = 0; i < 3; i++) {
        ui_hand_key(&hand, left[i], KMOD_NONE);
        assert_false(hand.ui.input.keys[0].used);
    }
    ui_hand_key(&hand, SDLK_q, KMOD_CTRL);
    assert_false(hand.ui.input.keys[0].used);
    ui_hand_end(&hand);
}

static void only_what_is_allowed(void **state)
{
    (void)state;
    desk d;
    begin(&d, "");
    d.field.allowed = "0123456789";
    ui_hand_click(&hand, 50, 20);
    ui_hand_text(&hand, "x");
    ui_hand_text(&hand, "1o2");
    assert_string_equal(d.text, "12");
    ui_hand_end(&hand);
}

static void caret_stays_in_sight_and_blinks(void **state)
{
    (void)state;
    desk d;
    begin(&d, "0123456789012345678901234567890123456789");
    ui_hand_click(&hand, 60, 20);
    ui_hand_key(&hand, SDLK_END, KMOD_NONE);
    SDL_Rect caret = hand.ui.answer.text_at;
    assert_in_range(caret.x, 18, 18 + 160 - 1);
    ui_hand_key(&hand, SDLK_HOME, KMOD_NONE);
    assert_int_equal(hand.ui.answer.text_at.x, 18);
    int solid = ui_hand_count(&hand, ZOE_DRAW_FILL);
    uint64_t wake = hand.ui.answer.wake_ns;
    assert_true(wake > hand.now_ns && wake <= hand.now_ns + 530000000u);
    ui_hand_wait(&hand, 540);
    assert_int_equal(ui_hand_count(&hand, ZOE_DRAW_FILL), solid - 1);
    /* Not in the field: nothing blinks. */
    ui_hand_click(&hand, 400, 300);
    assert_true(hand.ui.answer.wake_ns == UINT64_MAX);
    /* And its beginning is in sight again, wherever the caret was. */
    ui_hand_click(&hand, 60, 20);
    ui_hand_key(&hand, SDLK_END, KMOD_NONE);
    ui_hand_click(&hand, 400, 300);
    assert_int_equal(ui_hand_find(&hand, "0123456789012345678\342\200\246")->rect.x, 18);
    ui_hand_end(&hand);
}

static void a_long_path_shows_its_end(void **state)
{
    (void)state;
    desk d;
    begin(&d, "/shots/sh010/comp/v012");
    assert_non_null(ui_hand_find(&hand, "/shots/sh010/comp/v\342\200\246"));
    d.field.keep_end = true;
    ui_hand_frame(&hand);
    assert_non_null(ui_hand_find(&hand, "\342\200\246ots/sh010/comp/v012"));
    ui_hand_end(&hand);
}

static void clear_button_empties(void **state)
{
    (void)state;
    desk d;
    begin(&d, "abc");
    d.field.clearable = true;
    ui_hand_click(&hand, 10 + 176 - 8 - 8, 20);
    assert_string_equal(d.text, "");
    assert_true(d.answer & ZOE_UI_CHANGED);
    assert_true(d.field.had_focus);
    ui_hand_end(&hand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_where_clicked),
        cmocka_unit_test(order_of_keys_and_text_is_kept),
        cmocka_unit_test(selects_by_mouse),
        cmocka_unit_test(selects_and_moves_by_key),
        cmocka_unit_test(copies_cuts_and_pastes),
        cmocka_unit_test(completes),
        cmocka_unit_test(leaving_says_that_it_is_done),
        cmocka_unit_test(keys_of_others_are_left),
        cmocka_unit_test(only_what_is_allowed),
        cmocka_unit_test(caret_stays_in_sight_and_blinks),
        cmocka_unit_test(a_long_path_shows_its_end),
        cmocka_unit_test(clear_button_empties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
