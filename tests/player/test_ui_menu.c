/* Menus and popups: always in the window, block what is under them, keys, tooltips, modal pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/ui_hand.h"
#include "ui/ui_button.h"
#include "ui/ui_field.h"
#include "ui/ui_menu.h"

static const zoe_ui_menu_item items[] = {
    {.text = "Open", .keys = "Ctrl+O", .value = 10},
    {.text = "Copy", .value = 11, .disabled = true},
    {.text = NULL},
    {.text = "Loop", .value = 12, .checked = true},
    {.text = "Once", .value = 13},
};
enum { ITEMS = sizeof items / sizeof items[0], ROW = 26 };

typedef struct desk {
    int chosen, clicks, wide_clicks;
    bool modal, ask;
    unsigned modal_answer;
    int modal_clicks;
    char text[16];
    zoe_ui_field field;
    const zoe_ui_menu_item *items;
    int count;
} desk;

static const SDL_Rect button = {10, 10, 100, 24};

static void page(zoe_ui *ui, void *data)
{
    desk *d = data;
    if (zoe_ui_button(ui, "menu", button, ZOE_ICON_NONE, "Menu", ZOE_UI_OPENS))
        zoe_ui_popup_open(ui, "items", button);
    zoe_ui_tip(ui, "Opens the menu", "M");
    /* The picture: a right click anywhere opens the menu there. */
    SDL_Rect picture = {0, 40, ui->window.w, ui->window.h - 40};
    zoe_ui_hit hit = zoe_ui_hear(ui, zoe_ui_make_id(ui, "picture"), picture);
    d->wide_clicks += hit.clicked;
    if (hit.right)
        zoe_ui_popup_open(ui, "items", (SDL_Rect){ui->input.mouse_x, ui->input.mouse_y, 0, 0});
    d->clicks +=
        zoe_ui_button(ui, "other", (SDL_Rect){200, 10, 100, 24}, ZOE_ICON_NONE, "Other", 0);
    d->field.text = d->text;
    d->field.capacity = sizeof d->text;
    zoe_ui_edit_field(ui, "field", (SDL_Rect){320, 10, 100, 24}, &d->field);
    int chosen = zoe_ui_menu(ui, "items", d->items ? d->items : items, d->items ? d->count : ITEMS);
    d->chosen = chosen >= 0 ? chosen : d->chosen;
    if (!d->modal)
        return;
    SDL_Rect place = zoe_ui_modal_begin(ui, "open", (SDL_Rect){100, 100, 300, 200});
    d->modal_clicks += zoe_ui_button(ui, "in", zoe_cut_top(&place, 24), ZOE_ICON_NONE, "In", 0);
    d->modal_answer = zoe_ui_modal_end(ui);
    if (d->modal_answer)
        d->modal = false;
}

static ui_hand hand;

static void begin(desk *d)
{
    memset(d, 0, sizeof *d);
    d->chosen = -1;
    ui_hand_begin(&hand, 640, 400, 1.0, page, d);
}

static SDL_Rect open_rect(void)
{
    assert_int_equal(hand.ui.open_count, 1);
    return hand.ui.open[0].rect;
}

static void stays_in_the_window(void **state)
{
    (void)state;
    const int xs[] = {0, 1, 320, 600, 639}, ys[] = {41, 200, 350, 399};
    for (int scale = 1; scale <= 2; scale++) {
        for (int i = 0; i < 20; i++) {
            desk d;
            memset(&d, 0, sizeof d);
            ui_hand_begin(&hand, 640, 400, scale, page, &d);
            ui_hand_right_click(&hand, xs[i % 5], ys[i / 5]);
            SDL_Rect r = open_rect();
            if (r.x < 0 || r.y < 0 || r.x + r.w > 640 || r.y + r.h > 400)
                fail_msg("menu at %d, %d: %d, %d, %d x %d", xs[i % 5], ys[i / 5], r.x, r.y, r.w,
                         r.h);
            assert_non_null(ui_hand_find(&hand, "Ctrl+O"));
            ui_hand_end(&hand);
        }
    }
}

static void a_click_takes_an_item(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    ui_hand_click(&hand, 20, 20);
    SDL_Rect r = open_rect();
    assert_int_equal(r.y, button.y + button.h);
    assert_true(ui_hand_has_icon(&hand, ZOE_ICON_CHECK));
    ui_hand_click(&hand, r.x + 30, r.y + 4 + ROW + 5); /* disabled */
    assert_int_equal(hand.ui.open_count, 1);
    ui_hand_click(&hand, r.x + 30, r.y + 4 + 2 * ROW + 9 + 5);
    assert_int_equal(d.chosen, 12);
    assert_int_equal(hand.ui.open_count, 0);
    assert_null(ui_hand_find(&hand, "Ctrl+O"));
    ui_hand_end(&hand);
}

static void letting_go_takes_an_item(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    ui_hand_move(&hand, 20, 20);
    ui_hand_press(&hand, SDL_BUTTON_LEFT, 1);
    ui_hand_settle(&hand);
    SDL_Rect r = open_rect();
    ui_hand_move(&hand, r.x + 30, r.y + 4 + 5);
    ui_hand_release(&hand, SDL_BUTTON_LEFT);
    assert_int_equal(d.chosen, 10);
    ui_hand_end(&hand);
}

static void blocks_what_is_under_it(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    ui_hand_right_click(&hand, 300, 200);
    assert_true(hand.ui.answer.wants_mouse);
    assert_true(hand.ui.answer.wants_keyboard);
    ui_hand_move(&hand, 250, 20);
    assert_false(hand.ui.last.inside);
    ui_hand_click(&hand, 250, 20); /* closes, and does nothing else */
    assert_int_equal(hand.ui.open_count, 0);
    assert_int_equal(d.clicks, 0);
    ui_hand_click(&hand, 250, 20);
    assert_int_equal(d.clicks, 1);
    assert_false(hand.ui.answer.wants_keyboard);
    /* On its own button too. */
    ui_hand_click(&hand, 20, 20);
    assert_int_equal(hand.ui.open_count, 1);
    ui_hand_click(&hand, 20, 20);
    assert_int_equal(hand.ui.open_count, 0);
    assert_int_equal(d.wide_clicks, 0);
    ui_hand_end(&hand);
}

static void keys_go_along(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    ui_hand_click(&hand, 330, 20);
    ui_hand_text(&hand, "a");
    ui_hand_right_click(&hand, 300, 200);
    ui_hand_key(&hand, SDLK_DOWN, KMOD_NONE);
    assert_int_equal(hand.ui.open[0].cursor, 0);
    ui_hand_key(&hand, SDLK_DOWN, KMOD_NONE); /* over what cannot be chosen */
    assert_int_equal(hand.ui.open[0].cursor, 3);
    ui_hand_key(&hand, SDLK_UP, KMOD_NONE);
    ui_hand_key(&hand, SDLK_UP, KMOD_NONE); /* round the end */
    assert_int_equal(hand.ui.open[0].cursor, 4);
    ui_hand_text(&hand, "l");
    assert_int_equal(hand.ui.open[0].cursor, 3);
    ui_hand_key(&hand, SDLK_RETURN, KMOD_NONE);
    assert_int_equal(d.chosen, 12);
    /* The keyboard is back where it was. */
    ui_hand_text(&hand, "b");
    assert_string_equal(d.text, "ab");
    ui_hand_end(&hand);
}

static void esc_closes_the_top_only(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    ui_hand_click(&hand, 330, 20);
    ui_hand_right_click(&hand, 300, 200);
    ui_hand_key(&hand, SDLK_ESCAPE, KMOD_NONE);
    assert_int_equal(hand.ui.open_count, 0);
    assert_int_equal(d.chosen, -1);
    assert_true(hand.ui.answer.wants_keyboard); /* the field again */
    ui_hand_key(&hand, SDLK_ESCAPE, KMOD_NONE);
    assert_false(hand.ui.answer.wants_keyboard);
    ui_hand_key(&hand, SDLK_ESCAPE, KMOD_NONE);
    assert_false(hand.ui.input.keys[0].used); /* the owner's */
    ui_hand_end(&hand);
}

static void higher_than_the_window_scrolls(void **state)
{
    (void)state;
    zoe_ui_menu_item many[60];
    for (int i = 0; i < 60; i++)
        many[i] = (zoe_ui_menu_item){.text = "item", .value = i};
    desk d;
    memset(&d, 0, sizeof d);
    d.items = many;
    d.count = 60;
    ui_hand_begin(&hand, 640, 400, 1.0, page, &d);
    ui_hand_right_click(&hand, 300, 200);
    SDL_Rect r = open_rect();
    assert_true(r.y >= 0 && r.y + r.h <= 400);
    ui_hand_key(&hand, SDLK_END, KMOD_NONE);
    assert_int_equal(hand.ui.open[0].cursor, 59);
    assert_int_equal(hand.ui.open[0].scroll, 60 * ROW - (r.h - 8));
    ui_hand_move(&hand, r.x + 20, r.y + 100);
    ui_hand_wheel(&hand, 100.0);
    assert_int_equal(hand.ui.open[0].scroll, 0);
    /* It lies over the button that opens it: letting go there takes nothing yet. */
    ui_hand_key(&hand, SDLK_ESCAPE, KMOD_NONE);
    d.chosen = -1;
    ui_hand_click(&hand, 20, 20);
    assert_true(zoe_rect_has(open_rect(), 20, 20));
    assert_int_equal(d.chosen, -1);
    ui_hand_click(&hand, 20, 20);
    assert_in_range(d.chosen, 0, 1);
    ui_hand_end(&hand);
}

static void modal_page_blocks(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    ui_hand_click(&hand, 330, 20);
    d.modal = true;
    ui_hand_frame(&hand);
    ui_hand_settle(&hand);
    assert_true(hand.ui.answer.wants_keyboard);
    ui_hand_text(&hand, "x");
    assert_string_equal(d.text, "");
    ui_hand_click(&hand, 120, 110);
    assert_int_equal(d.modal_clicks, 1);
    /* Tab stays in the page. */
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    ui_hand_key(&hand, SDLK_SPACE, KMOD_NONE);
    assert_int_equal(d.modal_clicks, 2);
    ui_hand_click(&hand, 250, 20);
    assert_int_equal(d.clicks, 0);
    assert_false(d.modal);
    ui_hand_frame(&hand);
    ui_hand_text(&hand, "y");
    assert_string_equal(d.text, "y");
    d.modal = true;
    ui_hand_frame(&hand);
    ui_hand_settle(&hand);
    /* A click right after Esc is not lost, though the page is still there when it comes. */
    hand.input.keys[hand.input.key_count++] = (zoe_ui_key){.key = SDLK_ESCAPE};
    ui_hand_frame(&hand);
    assert_int_equal(d.modal_answer, ZOE_UI_ESCAPE);
    hand.input.mouse_x = 250;
    hand.input.mouse_y = 20;
    hand.input.pressed = hand.input.released = SDL_BUTTON_LMASK;
    ui_hand_frame(&hand);
    ui_hand_settle(&hand);
    assert_int_equal(d.clicks, 1);
    ui_hand_end(&hand);
}

static void tooltip_waits_and_shows_the_key(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    ui_hand_move(&hand, 20, 20);
    assert_null(ui_hand_find(&hand, "Opens the menu"));
    assert_true(hand.ui.answer.wake_ns <= hand.now_ns + 500000000u);
    ui_hand_wait(&hand, 300);
    ui_hand_move(&hand, 21, 20); /* the pointer has not come to rest */
    ui_hand_wait(&hand, 300);
    assert_null(ui_hand_find(&hand, "Opens the menu"));
    ui_hand_wait(&hand, 300);
    assert_non_null(ui_hand_find(&hand, "Opens the menu"));
    assert_non_null(ui_hand_find(&hand, "M"));
    ui_hand_move(&hand, 22, 20); /* stays while the pointer is on the widget */
    assert_non_null(ui_hand_find(&hand, "Opens the menu"));
    ui_hand_move(&hand, 200, 300);
    assert_null(ui_hand_find(&hand, "Opens the menu"));
    ui_hand_move(&hand, 20, 20);
    ui_hand_wait(&hand, 600);
    hand.input.keys[hand.input.key_count++] = (zoe_ui_key){.key = SDLK_SPACE};
    ui_hand_frame(&hand);
    assert_null(ui_hand_find(&hand, "Opens the menu"));
    ui_hand_end(&hand);
}

/* A path is wider than the room: it is broken behind a slash, and no piece is wider. */
static void long_words_are_wrapped(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    static const char text[] = "/shots/sh010/renders/beauty/sh010.1017.exr: the file ends early";
    const char *starts[8];
    int lengths[8];
    int each = hand.ui.host.text_width(hand.ui.host.user, ZOE_TEXT_BODY, "m", 1);
    int count = zoe_ui_wrap(&hand.ui, ZOE_TEXT_BODY, text, 24 * each, starts, lengths, 8);
    assert_in_range(count, 3, 5);
    size_t covered = 0;
    for (int i = 0; i < count; i++) {
        assert_in_range(lengths[i], 1, 24);
        covered += (size_t)lengths[i] + (starts[i][lengths[i]] == ' ');
    }
    assert_int_equal(covered, strlen(text));
    assert_int_equal(starts[0][lengths[0] - 1], '/');
    /* The last line takes what is left. */
    assert_int_equal(zoe_ui_wrap(&hand.ui, ZOE_TEXT_BODY, text, 24 * each, starts, lengths, 1), 1);
    assert_int_equal(lengths[0], strlen(text));
    ui_hand_end(&hand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_in_the_window),
        cmocka_unit_test(a_click_takes_an_item),
        cmocka_unit_test(letting_go_takes_an_item),
        cmocka_unit_test(blocks_what_is_under_it),
        cmocka_unit_test(keys_go_along),
        cmocka_unit_test(esc_closes_the_top_only),
        cmocka_unit_test(higher_than_the_window_scrolls),
        cmocka_unit_test(modal_page_blocks),
        cmocka_unit_test(tooltip_waits_and_shows_the_key),
        cmocka_unit_test(long_words_are_wrapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
