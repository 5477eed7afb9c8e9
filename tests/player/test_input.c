/* The key map: no key means two things, every action has a key, the page fits its table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/input.h"

static void no_key_means_two_things(void **state)
{
    (void)state;
    for (size_t i = 0; i < zoe_binding_count; i++) {
        const zoe_binding *b = &zoe_bindings[i];
        if (b->action == ZOE_ACTION_NONE)
            continue;
        const zoe_binding *found = zoe_input_find(b->key, b->modifiers, 0);
        if (found != b)
            fail_msg("key %d with modifiers %d is bound twice", (int)b->key, b->modifiers);
    }
}

static void every_action_has_a_key(void **state)
{
    (void)state;
    for (int action = ZOE_ACTION_NONE + 1; action <= ZOE_ACTION_QUIT; action++) {
        int found = 0;
        for (size_t i = 0; i < zoe_binding_count; i++)
            found |= (int)zoe_bindings[i].action == action;
        if (!found)
            fail_msg("action %d has no key", action);
    }
}

static void modifiers_must_match(void **state)
{
    (void)state;
    assert_int_equal(zoe_input_find(SDLK_b, KMOD_NONE, 0)->action, ZOE_ACTION_SET_IN);
    assert_int_equal(zoe_input_find(SDLK_b, KMOD_LCTRL, 0)->action, ZOE_ACTION_CLEAR_AREA);
    assert_int_equal(zoe_input_find(SDLK_b, KMOD_RCTRL, 0)->action, ZOE_ACTION_CLEAR_AREA);
    assert_int_equal(zoe_input_find(SDLK_b, KMOD_RSHIFT, 0)->action, ZOE_ACTION_VIEW_BLUE);
    assert_null(zoe_input_find(SDLK_b, KMOD_ALT, 0));
    assert_int_equal(zoe_input_find(SDLK_r, KMOD_CTRL, 0)->action, ZOE_ACTION_REFRESH);
    /* Locks do not count. */
    assert_int_equal(zoe_input_find(SDLK_n, KMOD_NUM | KMOD_CAPS, 0)->action, ZOE_ACTION_SET_OUT);
}

static void held_keys_repeat_where_they_may(void **state)
{
    (void)state;
    assert_non_null(zoe_input_find(SDLK_RIGHT, KMOD_NONE, 1));
    assert_null(zoe_input_find(SDLK_SPACE, KMOD_NONE, 1));
    assert_null(zoe_input_find(SDLK_c, KMOD_SHIFT, 1));
}

static void rows_are_whole(void **state)
{
    (void)state;
    assert_non_null(zoe_bindings[0].heading);
    for (size_t i = 0; i < zoe_binding_count; i++) {
        const zoe_binding *b = &zoe_bindings[i];
        assert_int_equal(b->keys != NULL, b->what != NULL);
        if (b->heading)
            assert_null(b->keys);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_means_two_things),
        cmocka_unit_test(every_action_has_a_key),
        cmocka_unit_test(modifiers_must_match),
        cmocka_unit_test(held_keys_repeat_where_they_may),
        cmocka_unit_test(rows_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
