/*
 * A hand on the widgets: a context without a window, a fake font (every character is 8 x 16
 * points), a clipboard, and a user who moves, clicks and types, one frame for each thing done.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_TESTS_UI_HAND_H
#define ZOETROPE_TESTS_UI_HAND_H

#include "ui/ui.h"

typedef struct ui_hand {
    zoe_ui ui;
    zoe_ui_input input;
    uint64_t now_ns;
    void (*page)(zoe_ui *ui, void *data); /* calls the widgets of a frame */
    void *data;
    char clipboard[256];
    int frames;
} ui_hand;

void ui_hand_begin(ui_hand *hand, int width, int height, double scale,
                   void (*page)(zoe_ui *ui, void *data), void *data);
void ui_hand_end(ui_hand *hand);

/* One frame, 16 ms after the last, with what is in hand->input; then the input is empty again. */
void ui_hand_frame(ui_hand *hand);
/* Frames until none is due at once; fails after 10. */
void ui_hand_settle(ui_hand *hand);

void ui_hand_move(ui_hand *hand, int x, int y);
void ui_hand_press(ui_hand *hand, int button, int clicks);
void ui_hand_release(ui_hand *hand, int button);
/* Moves there, presses and lets go; then settles. */
void ui_hand_click(ui_hand *hand, int x, int y);
void ui_hand_double_click(ui_hand *hand, int x, int y);
void ui_hand_right_click(ui_hand *hand, int x, int y);
void ui_hand_wheel(ui_hand *hand, double steps);
void ui_hand_key(ui_hand *hand, SDL_Keycode key, int modifiers);
void ui_hand_text(ui_hand *hand, const char *text);
void ui_hand_wait(ui_hand *hand, int ms);

/* The item that draws exactly this text, or NULL; and how many items of a kind there are. */
const zoe_draw *ui_hand_find(const ui_hand *hand, const char *text);
int ui_hand_count(const ui_hand *hand, zoe_draw_kind kind);
bool ui_hand_has_icon(const ui_hand *hand, zoe_icon icon);
/* Whether an outline of the colour is drawn. */
bool ui_hand_has_outline(const ui_hand *hand, SDL_Color color);

#endif
