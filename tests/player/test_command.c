/* The table of commands: no key means two things, every command has a name and says what it does,
 * and the page fits its table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/commands.h"

static const zoe_command *by_key(SDL_Keycode key, int modifiers, bool is_repeat)
{
    return zoe_command_by_key(zoe_commands, zoe_command_count, key, modifiers, is_repeat);
}

static void expect(SDL_Keycode key, int modifiers, const char *name)
{
    const zoe_command *found = by_key(key, modifiers, false);
    if (!found || strcmp(found->name, name) != 0)
        fail_msg("key %d with modifiers %d is %s, wanted %s", (int)key, modifiers,
                 found ? found->name : "none", name);
}

static void no_key_means_two_things(void **state)
{
    (void)state;
    for (size_t i = 0; i < zoe_command_count; i++) {
        const zoe_command *command = &zoe_commands[i];
        for (const zoe_key *k = command->keys; k->key; k++) {
            if (by_key(k->key, k->modifiers, false) != command)
                fail_msg("key %d with modifiers %d is bound twice", (int)k->key, k->modifiers);
            for (const zoe_key *other = command->keys; other < k; other++) {
                if (other->key == k->key && other->modifiers == k->modifiers)
                    fail_msg("%s has a key twice", command->name);
            }
        }
    }
}

static void every_command_is_whole(void **state)
{
    (void)state;
    size_t commands = 0;
    for (size_t i = 0; i < zoe_command_count; i++) {
        const zoe_command *command = &zoe_commands[i];
        char text[ZOE_COMMAND_TEXT];
        if (!command->run)
            continue;
        commands++;
        assert_non_null(command->name);
        if (zoe_command_by_name(zoe_commands, zoe_command_count, command->name) != command)
            fail_msg("%s is there twice", command->name);
        if (!command->keys[0].key)
            fail_msg("%s has no key", command->name);
        zoe_command_help(command, text);
        if (!text[0])
            fail_msg("%s does not say what it does", command->name);
    }
    assert_true(commands > 50);
    assert_null(zoe_command_by_name(zoe_commands, zoe_command_count, "nonsense"));
}

static void modifiers_must_match(void **state)
{
    (void)state;
    expect(SDLK_b, KMOD_NONE, "set-in");
    expect(SDLK_b, KMOD_LCTRL, "clear-area");
    expect(SDLK_b, KMOD_RCTRL, "clear-area");
    expect(SDLK_b, KMOD_RSHIFT, "blue");
    assert_null(by_key(SDLK_b, KMOD_ALT, false));
    expect(SDLK_r, KMOD_CTRL, "refresh");
    /* Locks do not count. */
    expect(SDLK_n, KMOD_NUM | KMOD_CAPS, "set-out");
}

static void held_keys_repeat_where_they_may(void **state)
{
    (void)state;
    assert_non_null(by_key(SDLK_RIGHT, KMOD_NONE, true));
    assert_null(by_key(SDLK_SPACE, KMOD_NONE, true));
    assert_null(by_key(SDLK_c, KMOD_SHIFT, true));
}

static void lines_of_the_page_are_whole(void **state)
{
    (void)state;
    assert_non_null(zoe_commands[0].heading);
    for (size_t i = 0; i < zoe_command_count; i++) {
        const zoe_command *row = &zoe_commands[i];
        char text[ZOE_COMMAND_TEXT];
        if (row->heading) {
            assert_null(row->page_keys);
            assert_null(row->run);
        }
        if (!row->page_keys)
            continue;
        zoe_command_page_help(row, text);
        assert_true(text[0]);
    }
}

/* Words of values stand in the table of options, and nowhere else. */
static void values_come_from_their_option(void **state)
{
    (void)state;
    static const char *const expected[][2] = {
        {"loop-mode", "Loop, ping-pong, once"},
        {"policy", "Every frame, real time"},
        {"strategy", "Preload: auto, spiral, forward"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        char text[ZOE_COMMAND_TEXT];
        const zoe_command *command =
            zoe_command_by_name(zoe_commands, zoe_command_count, expected[i][0]);
        assert_non_null(command);
        zoe_command_page_help(command, text);
        assert_string_equal(text, expected[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_means_two_things),
        cmocka_unit_test(every_command_is_whole),
        cmocka_unit_test(modifiers_must_match),
        cmocka_unit_test(held_keys_repeat_where_they_may),
        cmocka_unit_test(lines_of_the_page_are_whole),
        cmocka_unit_test(values_come_from_their_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
