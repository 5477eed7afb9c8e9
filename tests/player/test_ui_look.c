/* Contrast of the colours; icons and corners; cutting and placing rectangles; the draw list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/ui_hand.h"
#include <math.h>

#include "ui/ui_layout.h"

static double linear(int level)
{
    double v = level / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

/* WCAG 2.1, 1.4.3. */
static double contrast(SDL_Color a, SDL_Color b)
{
    double la = 0.2126 * linear(a.r) + 0.7152 * linear(a.g) + 0.0722 * linear(a.b) + 0.05;
    double lb = 0.2126 * linear(b.r) + 0.7152 * linear(b.g) + 0.0722 * linear(b.b) + 0.05;
    return la > lb ? la / lb : lb / la;
}

static void assert_contrast(const char *what, SDL_Color ink, SDL_Color ground, double least)
{
    double found = contrast(ink, ground);
    if (found < least)
        fail_msg("%s: %.2f : 1 is less than %.1f : 1", what, found, least);
}

static void text_can_be_read(void **state)
{
    (void)state;
    const zoe_ui_style *s = &zoe_ui_style_dark;
    const SDL_Color grounds[] = {s->page,      s->popup,           s->groove,
                                 s->control,   s->control_pressed, s->control_hover,
                                 s->row_hover, s->row_chosen,      s->row_focused};
    for (size_t i = 0; i < sizeof grounds / sizeof grounds[0]; i++) {
        assert_contrast("text", s->text, grounds[i], 4.5);
        assert_contrast("light text", s->text_light, grounds[i], 4.5);
    }
    const SDL_Color quiet[] = {s->page, s->popup, s->groove, s->row_hover};
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++) {
        assert_contrast("dim text", s->text_dim, quiet[i], 4.5);
        assert_contrast("warning", s->warning, quiet[i], 4.5);
        assert_contrast("error", s->error, quiet[i], 4.5);
        assert_contrast("disabled text", s->text_disabled, quiet[i], 3.0);
    }
    assert_contrast("switched on", s->text_light, s->control_on, 4.5);
    assert_contrast("switched on, hovered", s->text_light, s->thumb, 4.5);
    assert_contrast("on accent", s->on_accent, s->accent, 4.5);
    assert_contrast("on accent, hovered", s->on_accent, s->accent_hover, 4.5);
    assert_contrast("on accent, pressed", s->on_accent, s->accent_pressed, 4.5);
    assert_contrast("ring", s->accent, s->page, 3.0);
    assert_contrast("disabled button", s->text_disabled, s->control_pressed, 3.0);
}

static void every_icon_is_drawn_inside_its_square(void **state)
{
    (void)state;
    static uint8_t coverage[48 * 48];
    for (int size = 14; size <= 48; size += 17) {
        for (int icon = ZOE_ICON_NONE + 1; icon < ZOE_ICON_COUNT; icon++) {
            zoe_icon_raster((zoe_icon)icon, size, coverage);
            int sum = 0, edge = 0;
            for (int i = 0; i < size * size; i++) {
                int x = i % size, y = i / size;
                sum += coverage[i];
                edge += x == 0 || y == 0 || x == size - 1 || y == size - 1 ? coverage[i] : 0;
            }
            if (sum < 255 * size * size / 40 || sum > 255 * size * size * 3 / 4)
                fail_msg("icon %d at %d covers %d", icon, size, sum / 255);
            if (edge > 255 * size / 2)
                fail_msg("icon %d at %d reaches over its edge: %d", icon, size, edge / 255);
        }
        zoe_icon_raster(ZOE_ICON_NONE, size, coverage);
        for (int i = 0; i < size * size; i++)
            assert_int_equal(coverage[i], 0);
    }
}

static void corners_are_round(void **state)
{
    (void)state;
    uint8_t coverage[12 * 12];
    zoe_disc_raster(12, 0, coverage);
    assert_int_equal(coverage[0], 0);
    assert_int_equal(coverage[6 * 12 + 6], 255);
    zoe_disc_raster(12, 2, coverage);
    assert_int_equal(coverage[6 * 12 + 6], 0);
    assert_true(coverage[6 * 12] > 200);
}

static void cuts_never_take_more_than_there_is(void **state)
{
    (void)state;
    SDL_Rect rest = {10, 10, 100, 50};
    SDL_Rect top = zoe_cut_top(&rest, 20), left = zoe_cut_left(&rest, 500);
    assert_int_equal(top.h, 20);
    assert_int_equal(left.w, 100);
    assert_int_equal(rest.w, 0);
    assert_int_equal(zoe_cut_bottom(&rest, -5).h, 0);
    SDL_Rect row = {0, 0, 100, 10};
    int end = 0;
    for (int i = 0; i < 3; i++) {
        SDL_Rect piece = zoe_column(row, i, 3, 4);
        assert_int_equal(piece.x, i ? end + 4 : 0);
        end = piece.x + piece.w;
    }
    assert_int_equal(end, 100);
    assert_int_equal(zoe_inset((SDL_Rect){0, 0, 10, 10}, 8, 8).w, 0);
    SDL_Rect fitted = zoe_fitted((SDL_Rect){0, 0, 100, 100}, 200, 100);
    assert_int_equal(fitted.h, 50);
    assert_int_equal(fitted.y, 25);
}

static void placed_stays_inside(void **state)
{
    (void)state;
    SDL_Rect window = {0, 0, 640, 400};
    for (int y = -20; y < 420; y += 30) {
        for (int x = -20; x < 660; x += 30) {
            SDL_Rect r = zoe_placed(window, (SDL_Rect){x, y, 40, 20}, 200, 150);
            assert_int_equal(r.w, 200);
            assert_true(r.x >= 0 && r.y >= 0 && r.x + r.w <= 640 && r.y + r.h <= 400);
        }
    }
    SDL_Rect big = zoe_placed(window, (SDL_Rect){10, 10, 0, 0}, 5000, 5000);
    assert_int_equal(big.w, 640);
    assert_int_equal(big.h, 400);
}

static void list_keeps_layers_and_clips(void **state)
{
    (void)state;
    zoe_draw_list list = {0};
    SDL_Color white = {255, 255, 255, 255};
    zoe_draw_clear(&list, (SDL_Rect){0, 0, 100, 100});
    list.layer = 5;
    zoe_draw_fill(&list, (SDL_Rect){0, 0, 10, 10}, 0, white);
    list.layer = 0;
    zoe_draw_fill(&list, (SDL_Rect){200, 0, 10, 10}, 0, white); /* not in sight */
    for (int i = 0; i < 1000; i++)
        zoe_draw_text(&list, ZOE_TEXT_BODY, (SDL_Rect){0, 0, 10, 10}, white, "text!", 4);
    assert_int_equal(list.count, 1001);
    assert_string_equal(zoe_draw_string(&list, &list.items[1000]), "text");
    assert_int_equal(zoe_draw_next_layer(&list, -1), 0);
    assert_int_equal(zoe_draw_next_layer(&list, 0), 5);
    assert_int_equal(zoe_draw_next_layer(&list, 5), -1);
    int capacity = list.capacity;
    zoe_draw_clear(&list, (SDL_Rect){0, 0, 100, 100});
    assert_int_equal(list.count, 0);
    assert_int_equal(list.capacity, capacity);
    zoe_draw_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_can_be_read),
        cmocka_unit_test(every_icon_is_drawn_inside_its_square),
        cmocka_unit_test(corners_are_round),
        cmocka_unit_test(cuts_never_take_more_than_there_is),
        cmocka_unit_test(placed_stays_inside),
        cmocka_unit_test(list_keeps_layers_and_clips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
