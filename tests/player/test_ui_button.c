/* Labels, buttons, check boxes, choices, tabs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/ui_hand.h"
#include "ui/ui_button.h"

typedef struct desk {
    int used;
    bool on;
    int chosen, tab;
    int width; /* of the label */
    zoe_ui_align align;
    bool seen;
} desk;

static const char *const words[] = {"Loop", "Ping-pong", "Once"};

static void page(zoe_ui *ui, void *data)
{
    desk *d = data;
    SDL_Rect rect = {10, 10, d->width, 20};
    d->seen =
        zoe_ui_label(ui, rect, ZOE_TEXT_BODY, d->align, ui->style->text, "shot \303\244bcdef");
    d->used += zoe_ui_button(ui, "icon", (SDL_Rect){10, 40, 24, 24}, ZOE_ICON_PLAY, NULL, 0);
    zoe_ui_toggle(ui, "on", (SDL_Rect){10, 70, 200, 28}, "Proxies", &d->on);
    zoe_ui_choice(ui, "choice", (SDL_Rect){10, 100, 300, 24}, words, 3, &d->chosen);
    zoe_ui_tabs(ui, "tabs", (SDL_Rect){10, 130, 300, 30}, words, 3, &d->tab);
    zoe_ui_notice(ui, (SDL_Rect){10, 170, 300, 24}, ZOE_UI_ERROR, "broken");
}

static ui_hand hand;

static void begin(desk *d, int width, zoe_ui_align align)
{
    memset(d, 0, sizeof *d);
    d->width = width;
    d->align = align;
    ui_hand_begin(&hand, 640, 400, 1.0, page, d);
}

static void labels_are_cut_with_an_ellipsis(void **state)
{
    (void)state;
    desk d;
    begin(&d, 88, ZOE_UI_LEFT); /* 11 characters */
    assert_true(d.seen);
    assert_non_null(ui_hand_find(&hand, "shot \303\244bcdef"));
    ui_hand_end(&hand);
    begin(&d, 87, ZOE_UI_LEFT);
    assert_false(d.seen);
    assert_non_null(ui_hand_find(&hand, "shot \303\244bcd\342\200\246"));
    ui_hand_end(&hand);
    begin(&d, 48, ZOE_UI_LEFT); /* no space before it */
    assert_non_null(ui_hand_find(&hand, "shot\342\200\246"));
    ui_hand_end(&hand);
    begin(&d, 56, ZOE_UI_PATH);
    assert_non_null(ui_hand_find(&hand, "\342\200\246\303\244bcdef"));
    ui_hand_end(&hand);
    begin(&d, 64, ZOE_UI_NAME);
    assert_non_null(ui_hand_find(&hand, "shot\342\200\246def"));
    ui_hand_end(&hand);
    begin(&d, 56, ZOE_UI_NAME);
    assert_non_null(ui_hand_find(&hand, "sho\342\200\246def"));
    ui_hand_end(&hand);
    begin(&d, 8, ZOE_UI_NAME);
    assert_non_null(ui_hand_find(&hand, "\342\200\246"));
    ui_hand_end(&hand);
    begin(&d, 7, ZOE_UI_LEFT);
    assert_null(ui_hand_find(&hand, "\342\200\246"));
    ui_hand_end(&hand);
}

static void labels_are_aligned(void **state)
{
    (void)state;
    desk d;
    begin(&d, 288, ZOE_UI_RIGHT);
    assert_int_equal(ui_hand_find(&hand, "shot \303\244bcdef")->rect.x, 10 + 200);
    d.align = ZOE_UI_CENTER;
    ui_hand_frame(&hand);
    assert_int_equal(ui_hand_find(&hand, "shot \303\244bcdef")->rect.x, 10 + 100);
    ui_hand_end(&hand);
}

static void button_and_check_box(void **state)
{
    (void)state;
    desk d;
    begin(&d, 100, ZOE_UI_LEFT);
    assert_true(ui_hand_has_icon(&hand, ZOE_ICON_PLAY));
    ui_hand_click(&hand, 20, 50);
    assert_int_equal(d.used, 1);
    assert_false(ui_hand_has_icon(&hand, ZOE_ICON_CHECK));
    ui_hand_click(&hand, 150, 80); /* its caption counts */
    assert_true(d.on);
    assert_true(ui_hand_has_icon(&hand, ZOE_ICON_CHECK));
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    ui_hand_key(&hand, SDLK_SPACE, KMOD_NONE);
    assert_false(d.on);
    ui_hand_end(&hand);
}

static void choice_and_tabs(void **state)
{
    (void)state;
    desk d;
    begin(&d, 100, ZOE_UI_LEFT);
    ui_hand_click(&hand, 150, 110);
    assert_int_equal(d.chosen, 1);
    ui_hand_click(&hand, 309, 110);
    assert_int_equal(d.chosen, 2);
    for (int i = 0; i < 3; i++)
        ui_hand_key(&hand, SDLK_TAB, KMOD_NONE);
    ui_hand_key(&hand, SDLK_LEFT, KMOD_NONE);
    assert_int_equal(d.chosen, 1);
    ui_hand_key(&hand, SDLK_HOME, KMOD_NONE);
    ui_hand_key(&hand, SDLK_LEFT, KMOD_NONE);
    assert_int_equal(d.chosen, 0);
    ui_hand_click(&hand, 10 + 52 + 20, 140); /* "Loop" is 32 + 20 wide */
    assert_int_equal(d.tab, 1);
    ui_hand_click(&hand, 300, 140); /* behind the last */
    assert_int_equal(d.tab, 1);
    ui_hand_end(&hand);
}

static void notices_have_sign_and_colour(void **state)
{
    (void)state;
    desk d;
    begin(&d, 100, ZOE_UI_LEFT);
    assert_true(ui_hand_has_icon(&hand, ZOE_ICON_ERROR));
    SDL_Color found = ui_hand_find(&hand, "broken")->color;
    assert_memory_equal(&found, &hand.ui.style->error, sizeof found);
    ui_hand_end(&hand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_cut_with_an_ellipsis),
        cmocka_unit_test(labels_are_aligned),
        cmocka_unit_test(button_and_check_box),
        cmocka_unit_test(choice_and_tabs),
        cmocka_unit_test(notices_have_sign_and_colour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
