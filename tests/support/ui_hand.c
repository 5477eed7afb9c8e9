#include "support/ui_hand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int text_width(void *user, zoe_text_style style, const char *text, size_t bytes)
{
    const ui_hand *hand = user;
    int characters = 0;
    (void)style;
    for (size_t i = 0; i < bytes; i++)
        characters += ((unsigned char)text[i] & 0xC0) != 0x80;
    return characters * (int)(8.0 * hand->ui.scale);
}

static int text_height(void *user, zoe_text_style style)
{
    const ui_hand *hand = user;
    (void)style;
    return (int)(16.0 * hand->ui.scale);
}

static void copy(void *user, const char *text)
{
    ui_hand *hand = user;
    snprintf(hand->clipboard, sizeof hand->clipboard, "%s", text);
}

static char *paste(void *user)
{
    ui_hand *hand = user;
    return hand->clipboard[0] ? SDL_strdup(hand->clipboard) : NULL;
}

void ui_hand_begin(ui_hand *hand, int width, int height, double scale,
                   void (*page)(zoe_ui *ui, void *data), void *data)
{
    memset(hand, 0, sizeof *hand);
    zoe_ui_host host = {hand, text_width, text_height, copy, paste};
    zoe_ui_init(&hand->ui, &host, scale);
    hand->input.width = width;
    hand->input.height = height;
    hand->input.mouse_x = hand->input.mouse_y = -1;
    hand->page = page;
    hand->data = data;
    hand->now_ns = 1000000000ull;
    ui_hand_frame(hand);
}

void ui_hand_end(ui_hand *hand)
{
    zoe_ui_free(&hand->ui);
}

void ui_hand_frame(ui_hand *hand)
{
    zoe_ui_input *in = &hand->input;
    hand->now_ns += 16000000ull;
    hand->frames++;
    zoe_ui_begin(&hand->ui, in, hand->now_ns);
    hand->page(&hand->ui, hand->data);
    zoe_ui_end(&hand->ui);
    /* Scopes and clips are even. */
    assert_int_equal(hand->ui.scope_count, 0);
    assert_int_equal(hand->ui.clip_count, 1);
    assert_int_equal(hand->ui.depth, 0);
    if (hand->ui.answer.replay)
        return;
    in->pressed = in->released = 0;
    in->clicks = in->key_count = 0;
    in->modifiers = 0;
    in->wheel_x = in->wheel_y = 0.0;
}

void ui_hand_settle(ui_hand *hand)
{
    for (int i = 0; hand->ui.answer.wake_ns <= hand->now_ns; i++) {
        if (i == 10)
            fail_msg("frames are due without end");
        ui_hand_frame(hand);
    }
}

void ui_hand_move(ui_hand *hand, int x, int y)
{
    hand->input.mouse_x = x;
    hand->input.mouse_y = y;
    hand->input.mouse_in = true;
    ui_hand_frame(hand);
}

void ui_hand_press(ui_hand *hand, int button, int clicks)
{
    hand->input.down |= SDL_BUTTON(button);
    hand->input.pressed |= SDL_BUTTON(button);
    hand->input.clicks = clicks;
    ui_hand_frame(hand);
}

void ui_hand_release(ui_hand *hand, int button)
{
    hand->input.down &= ~(uint32_t)SDL_BUTTON(button);
    hand->input.released |= SDL_BUTTON(button);
    ui_hand_frame(hand);
}

static void click(ui_hand *hand, int x, int y, int button, int clicks)
{
    int modifiers = hand->input.modifiers;
    ui_hand_move(hand, x, y);
    hand->input.modifiers = modifiers;
    ui_hand_press(hand, button, clicks);
    ui_hand_release(hand, button);
    ui_hand_settle(hand);
}

void ui_hand_click(ui_hand *hand, int x, int y)
{
    click(hand, x, y, SDL_BUTTON_LEFT, 1);
}

void ui_hand_double_click(ui_hand *hand, int x, int y)
{
    click(hand, x, y, SDL_BUTTON_LEFT, 1);
    click(hand, x, y, SDL_BUTTON_LEFT, 2);
}

void ui_hand_right_click(ui_hand *hand, int x, int y)
{
    click(hand, x, y, SDL_BUTTON_RIGHT, 1);
}

void ui_hand_wheel(ui_hand *hand, double steps)
{
    hand->input.wheel_y = steps;
    ui_hand_frame(hand);
    ui_hand_settle(hand);
}

void ui_hand_key(ui_hand *hand, SDL_Keycode key, int modifiers)
{
    hand->input.keys[hand->input.key_count++] = (zoe_ui_key){.key = key, .modifiers = modifiers};
    ui_hand_frame(hand);
    ui_hand_settle(hand);
}

void ui_hand_text(ui_hand *hand, const char *text)
{
    zoe_ui_key *key = &hand->input.keys[hand->input.key_count++];
    memset(key, 0, sizeof *key);
    snprintf(key->text, sizeof key->text, "%s", text);
    ui_hand_frame(hand);
    ui_hand_settle(hand);
}

void ui_hand_wait(ui_hand *hand, int ms)
{
    hand->now_ns += (uint64_t)ms * 1000000u;
    ui_hand_frame(hand);
}

const zoe_draw *ui_hand_find(const ui_hand *hand, const char *text)
{
    const zoe_draw_list *list = &hand->ui.draw;
    for (int i = 0; i < list->count; i++) {
        const zoe_draw *item = &list->items[i];
        if (item->kind == ZOE_DRAW_TEXT && !strcmp(zoe_draw_string(list, item), text))
            return item;
    }
    return NULL;
}

int ui_hand_count(const ui_hand *hand, zoe_draw_kind kind)
{
    int count = 0;
    for (int i = 0; i < hand->ui.draw.count; i++)
        count += hand->ui.draw.items[i].kind == kind;
    return count;
}

bool ui_hand_has_icon(const ui_hand *hand, zoe_icon icon)
{
    for (int i = 0; i < hand->ui.draw.count; i++) {
        const zoe_draw *item = &hand->ui.draw.items[i];
        if (item->kind == ZOE_DRAW_ICON && item->as.icon == icon)
            return true;
    }
    return false;
}

bool ui_hand_has_outline(const ui_hand *hand, SDL_Color color)
{
    for (int i = 0; i < hand->ui.draw.count; i++) {
        const zoe_draw *item = &hand->ui.draw.items[i];
        if (item->kind == ZOE_DRAW_OUTLINE && !memcmp(&item->color, &color, sizeof color))
            return true;
    }
    return false;
}
