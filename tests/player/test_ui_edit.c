/* A line of text: UTF-8, words, selection, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/ui_hand.h"
#include "ui/ui_edit.h"

static char text[16];

static zoe_edit make(const char *from, size_t caret, size_t anchor)
{
    snprintf(text, sizeof text, "%s", from);
    return (zoe_edit){text, sizeof text, caret, anchor};
}

static void goes_by_characters(void **state)
{
    (void)state;
    const char *line = "a\303\244\342\202\254\360\237\216\254z"; /* 1, 2, 3, 4, 1 bytes */
    const size_t borders[] = {0, 1, 3, 6, 10, 11};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(zoe_utf8_next(line, borders[i]), borders[i + 1]);
        assert_int_equal(zoe_utf8_previous(line, borders[i + 1]), borders[i]);
    }
    assert_int_equal(zoe_utf8_next(line, 11), 11);
    assert_int_equal(zoe_utf8_previous(line, 0), 0);
    /* What is no UTF-8 goes byte by byte. */
    assert_int_equal(zoe_utf8_next("\377\303", 0), 1);
    assert_int_equal(zoe_utf8_next("\377\303", 1), 2);
    assert_int_equal(zoe_utf8_previous("a\200", 2), 1);
}

static void inserts_over_the_selection(void **state)
{
    (void)state;
    zoe_edit edit = make("hello", 1, 4);
    assert_true(zoe_edit_insert(&edit, "\303\244", 2));
    assert_string_equal(text, "h\303\244o");
    assert_int_equal(edit.caret, 3);
    assert_int_equal(edit.anchor, 3);
}

static void never_cuts_a_character(void **state)
{
    (void)state;
    zoe_edit edit = make("0123456789abcd", 14, 14); /* room for one byte */
    assert_false(zoe_edit_insert(&edit, "\303\244", 2));
    assert_string_equal(text, "0123456789abcd");
    assert_true(zoe_edit_insert(&edit, "xy", 2));
    assert_string_equal(text, "0123456789abcdx");
}

static void leaves_out_control_characters(void **state)
{
    (void)state;
    zoe_edit edit = make("", 0, 0);
    assert_true(zoe_edit_insert(&edit, "a\tb\nc\033\r\n", 8));
    assert_string_equal(text, "ab c");
}

static void deletes(void **state)
{
    (void)state;
    zoe_edit edit = make("a\303\244b", 3, 3);
    assert_true(zoe_edit_delete_to(&edit, zoe_utf8_previous(text, 3)));
    assert_string_equal(text, "ab");
    assert_int_equal(edit.caret, 1);
    edit = make("shots/sh010", 11, 11);
    zoe_edit_delete_to(&edit, zoe_edit_word(&edit, 11, false));
    assert_string_equal(text, "shots/");
    assert_false(zoe_edit_delete_to(&edit, edit.caret));
}

static void words(void **state)
{
    (void)state;
    zoe_edit edit = make("ab cd/\303\244f", 0, 0);
    assert_int_equal(zoe_edit_word(&edit, 0, true), 2);
    assert_int_equal(zoe_edit_word(&edit, 2, true), 5);
    assert_int_equal(zoe_edit_word(&edit, 9, false), 6);
    zoe_edit_select_word(&edit, 4);
    assert_int_equal(zoe_edit_first(&edit), 3);
    assert_int_equal(zoe_edit_end(&edit), 5);
    edit = make("", 0, 0);
    zoe_edit_select_word(&edit, 0);
    assert_int_equal(edit.caret, 0);
}

static void mends_after_a_change(void **state)
{
    (void)state;
    zoe_edit edit = make("\303\244", 1, 9);
    zoe_edit_mend(&edit);
    assert_int_equal(edit.caret, 0);
    assert_int_equal(edit.anchor, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_by_characters),
        cmocka_unit_test(inserts_over_the_selection),
        cmocka_unit_test(never_cuts_a_character),
        cmocka_unit_test(leaves_out_control_characters),
        cmocka_unit_test(deletes),
        cmocka_unit_test(words),
        cmocka_unit_test(mends_after_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
