/* The widgets' input from SDL's events: what is too much for one frame waits for the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/ui_system.h"

static zoe_window window = {.width = 1280, .height = 800, .ratio = 2.0, .scale = 2.0};
static zoe_ui_system desk;
static zoe_ui ui;

static void motion(int x, int y)
{
    SDL_Event event = {.motion = {.type = SDL_MOUSEMOTION, .x = x, .y = y}};
    zoe_ui_system_event(&desk, &event);
}

static void button(Uint32 type, int x, int y, Uint8 clicks)
{
    SDL_Event event = {
        .button = {.type = type, .button = SDL_BUTTON_LEFT, .clicks = clicks, .x = x, .y = y}};
    zoe_ui_system_event(&desk, &event);
}

static void key(SDL_Keycode code, Uint16 modifiers)
{
    SDL_Event event = {.key = {.type = SDL_KEYDOWN, .keysym = {.sym = code, .mod = modifiers}}};
    zoe_ui_system_event(&desk, &event);
}

static int begin(void **state)
{
    (void)state;
    zoe_ui_system_open(&desk, &window);
    memset(&ui, 0, sizeof ui);
    ui.answer.cursor = SDL_SYSTEM_CURSOR_ARROW;
    return 0;
}

static void positions_are_device_pixels(void **state)
{
    (void)state;
    motion(10, 20);
    const zoe_ui_input *in = zoe_ui_system_input(&desk);
    assert_int_equal(in->mouse_x, 20);
    assert_int_equal(in->mouse_y, 40);
    assert_int_equal(in->width, 1280);
    assert_true(in->mouse_in);
}

static void each_click_lies_where_the_pointer_was(void **state)
{
    (void)state;
    motion(10, 10);
    button(SDL_MOUSEBUTTONDOWN, 10, 10, 1);
    motion(50, 10);
    button(SDL_MOUSEBUTTONUP, 50, 10, 1);
    button(SDL_MOUSEBUTTONDOWN, 50, 10, 2);
    button(SDL_MOUSEBUTTONUP, 50, 10, 2);
    const zoe_ui_input *in = zoe_ui_system_input(&desk);
    assert_int_equal(in->mouse_x, 20);
    assert_int_equal(in->pressed, SDL_BUTTON_LMASK);
    assert_int_equal(in->released, 0);
    assert_true(zoe_ui_system_waits(&desk));
    zoe_ui_system_done(&desk, &ui);
    assert_int_equal(in->mouse_x, 100);
    assert_int_equal(in->pressed, 0);
    assert_int_equal(in->released, SDL_BUTTON_LMASK);
    assert_int_equal(in->down, 0);
    zoe_ui_system_done(&desk, &ui);
    assert_int_equal(in->clicks, 2);
    assert_int_equal(in->pressed, SDL_BUTTON_LMASK); /* and let go at the same place */
    assert_int_equal(in->released, SDL_BUTTON_LMASK);
    assert_true(zoe_ui_system_waits(&desk)); /* no frame has heard it yet */
    zoe_ui_system_done(&desk, &ui);
    assert_int_equal(in->pressed | in->released, 0);
    assert_false(zoe_ui_system_waits(&desk));
}

static void keys_are_kept_in_order_and_none_is_lost(void **state)
{
    (void)state;
    for (int i = 0; i < ZOE_UI_KEYS + 5; i++)
        key('a' + i, KMOD_RSHIFT | KMOD_NUM);
    const zoe_ui_input *in = zoe_ui_system_input(&desk);
    assert_int_equal(in->key_count, ZOE_UI_KEYS);
    assert_int_equal(in->keys[3].key, 'd');
    assert_int_equal(in->keys[3].modifiers, KMOD_SHIFT);
    zoe_ui_system_done(&desk, &ui);
    assert_int_equal(in->key_count, 5);
    assert_int_equal(in->keys[0].key, 'a' + ZOE_UI_KEYS);
}

/* A slow frame: what Esc leaves or Ctrl+G opens decides who hears the next key. */
static void keys_after_one_that_may_turn_the_keyboard_wait(void **state)
{
    (void)state;
    static const struct {
        SDL_Keycode code;
        Uint16 modifiers;
    } turns[] = {{SDLK_ESCAPE, 0}, {SDLK_RETURN, 0},  {SDLK_KP_ENTER, 0}, {SDLK_TAB, KMOD_LSHIFT},
                 {SDLK_F1, 0},     {'g', KMOD_RCTRL}, {'c', KMOD_LALT}};
    const zoe_ui_input *in = zoe_ui_system_input(&desk);
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        key('x', 0);
        key(turns[i].code, turns[i].modifiers);
        key(SDLK_LEFT, 0);
        key(SDLK_RIGHT, 0);
        assert_int_equal(in->key_count, 2);
        assert_int_equal(in->keys[1].key, turns[i].code);
        assert_true(zoe_ui_system_waits(&desk));
        zoe_ui_system_done(&desk, &ui);
        assert_int_equal(in->key_count, 2);
        assert_int_equal(in->keys[0].key, SDLK_LEFT);
        assert_int_equal(in->keys[1].key, SDLK_RIGHT);
        zoe_ui_system_done(&desk, &ui);
        assert_int_equal(in->key_count, 0);
    }
    /* One that is held is not slowed down to a frame each. */
    SDL_Event held = {.key = {.type = SDL_KEYDOWN, .repeat = 1, .keysym = {.sym = SDLK_RETURN}}};
    zoe_ui_system_event(&desk, &held);
    zoe_ui_system_event(&desk, &held);
    assert_int_equal(in->key_count, 2);
}

static void input_that_nobody_could_hear_comes_again(void **state)
{
    (void)state;
    button(SDL_MOUSEBUTTONDOWN, 10, 10, 1);
    const zoe_ui_input *in = zoe_ui_system_input(&desk);
    ui.answer.replay = true;
    zoe_ui_system_done(&desk, &ui);
    assert_int_equal(in->pressed, SDL_BUTTON_LMASK);
    ui.answer.replay = false;
    zoe_ui_system_done(&desk, &ui);
    assert_int_equal(in->pressed, 0);
    assert_int_equal(in->down, SDL_BUTTON_LMASK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(positions_are_device_pixels, begin),
        cmocka_unit_test_setup(each_click_lies_where_the_pointer_was, begin),
        cmocka_unit_test_setup(keys_are_kept_in_order_and_none_is_lost, begin),
        cmocka_unit_test_setup(keys_after_one_that_may_turn_the_keyboard_wait, begin),
        cmocka_unit_test_setup(input_that_nobody_could_hear_comes_again, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
