#include "ui/input.h"

enum { S = KMOD_SHIFT, C = KMOD_CTRL };

#define HEADING(text)                                                                              \
    {                                                                                              \
        ZOE_ACTION_NONE, 0, 0, text, NULL, NULL, 0                                                 \
    }
#define MOUSE(keys, what)                                                                          \
    {                                                                                              \
        ZOE_ACTION_NONE, 0, 0, NULL, keys, what, 0                                                 \
    }
#define KEY(action, key, mods, keys, what)                                                         \
    {                                                                                              \
        ZOE_ACTION_##action, key, mods, NULL, keys, what, 0                                        \
    }
#define HELD(action, key, mods, keys, what)                                                        \
    {                                                                                              \
        ZOE_ACTION_##action, key, mods, NULL, keys, what, 1                                        \
    }
#define ALIAS(action, key, mods)                                                                   \
    {                                                                                              \
        ZOE_ACTION_##action, key, mods, NULL, NULL, NULL, 0                                        \
    }
#define HELD_ALIAS(action, key, mods)                                                              \
    {                                                                                              \
        ZOE_ACTION_##action, key, mods, NULL, NULL, NULL, 1                                        \
    }

/* clang-format off */
const zoe_binding zoe_bindings[] = {
    HEADING("Playback"),
    KEY(PLAY_PAUSE, SDLK_SPACE, 0, "Space", "Play, pause"),
    KEY(BACKWARD, SDLK_j, 0, "J  K  L", "Back, stop, on; again: faster"),
    ALIAS(STOP, SDLK_k, 0),
    ALIAS(FORWARD, SDLK_l, 0),
    HELD(STEP_BACK, SDLK_LEFT, 0, "Left  Right", "One frame"),
    HELD_ALIAS(STEP_ON, SDLK_RIGHT, 0),
    HELD(LEAP_BACK, SDLK_LEFT, S, "Shift+Left  Right", "Ten frames"),
    HELD_ALIAS(LEAP_ON, SDLK_RIGHT, S),
    KEY(TO_IN, SDLK_HOME, 0, "Home  End", "Ends of the work area"),
    ALIAS(TO_OUT, SDLK_END, 0),
    KEY(LOOP_MODE, SDLK_p, 0, "P", "Loop, ping-pong, once"),
    KEY(POLICY, SDLK_t, 0, "T", "Every frame, real time"),
    HELD(RATE_UP, SDLK_UP, 0, "Up  Down", "Rate"),
    HELD_ALIAS(RATE_DOWN, SDLK_DOWN, 0),
    KEY(RATE_FILE, SDLK_BACKSPACE, 0, "Backspace", "The file's rate"),

    HEADING("Work area"),
    KEY(SET_IN, SDLK_b, 0, "B  I  [", "Begins here"),
    ALIAS(SET_IN, SDLK_i, 0),
    ALIAS(SET_IN, SDLK_LEFTBRACKET, 0),
    KEY(SET_OUT, SDLK_n, 0, "N  O  ]", "Ends here"),
    ALIAS(SET_OUT, SDLK_o, 0),
    ALIAS(SET_OUT, SDLK_RIGHTBRACKET, 0),
    KEY(CLEAR_AREA, SDLK_b, C, "Ctrl+B", "All frames"),

    HEADING("Timeline"),
    MOUSE("Drag", "Scrub; handles: work area"),
    MOUSE("Wheel  Shift+wheel", "Zoom, pan"),
    MOUSE("Middle drag  Alt+drag", "Pan"),
    HELD(TIMELINE_IN, SDLK_UP, C, "Ctrl+Up  Down", "Zoom"),
    HELD_ALIAS(TIMELINE_OUT, SDLK_DOWN, C),
    HELD(TIMELINE_LEFT, SDLK_LEFT, C, "Ctrl+Left  Right", "Pan"),
    HELD_ALIAS(TIMELINE_RIGHT, SDLK_RIGHT, C),
    KEY(TIMELINE_FIT, SDLK_f, S, "Shift+F", "All frames"),
    KEY(TIMELINE_AREA, SDLK_f, C, "Ctrl+F", "Work area"),

    HEADING("Picture"),
    MOUSE("Wheel", "Zoom at the pointer"),
    MOUSE("Middle drag  Alt+drag", "Pan"),
    KEY(FIT, SDLK_f, 0, "F", "Fit"),
    KEY(ONE_TO_ONE, SDLK_1, 0, "1", "One to one"),
    HELD(ZOOM_IN, SDLK_EQUALS, 0, "+  -", "Zoom"),
    HELD_ALIAS(ZOOM_IN, SDLK_EQUALS, S),
    HELD_ALIAS(ZOOM_IN, SDLK_PLUS, 0),
    HELD_ALIAS(ZOOM_IN, SDLK_KP_PLUS, 0),
    HELD_ALIAS(ZOOM_OUT, SDLK_MINUS, 0),
    HELD_ALIAS(ZOOM_OUT, SDLK_KP_MINUS, 0),
    KEY(VIEW_RED, SDLK_r, 0, "R  G  Shift+B", "Red, green, blue; again: colour"),
    ALIAS(VIEW_RED, SDLK_r, S),
    ALIAS(VIEW_GREEN, SDLK_g, 0),
    ALIAS(VIEW_GREEN, SDLK_g, S),
    ALIAS(VIEW_BLUE, SDLK_b, S),
    KEY(VIEW_ALPHA, SDLK_a, 0, "A  Y", "Alpha, luminance; again: colour"),
    ALIAS(VIEW_ALPHA, SDLK_a, S),
    ALIAS(VIEW_LUMINANCE, SDLK_y, 0),
    ALIAS(VIEW_LUMINANCE, SDLK_y, S),
    KEY(LAYER_PREVIOUS, SDLK_LEFTBRACKET, S, "{  }", "Previous, next layer"),
    ALIAS(LAYER_PREVIOUS, SDLK_PAGEUP, C),
    ALIAS(LAYER_NEXT, SDLK_RIGHTBRACKET, S),
    ALIAS(LAYER_NEXT, SDLK_PAGEDOWN, C),
    KEY(PROXY, SDLK_p, S, "Shift+P", "Full size, 1/2, 1/4, 1/8"),
    KEY(OVERSCAN, SDLK_o, S, "Shift+O", "Show overscan, or not"),
    KEY(PRECISION, SDLK_d, S, "Shift+D", "Float, uint in full, or as half"),
    KEY(FIT_RANGE, SDLK_x, 0, "X", "Fit the range of depth, ids"),
    MOUSE("E+drag  M+drag", "Exposure, gamma"),
    KEY(EXPOSURE_RESET, SDLK_e, S, "Shift+E  Shift+M", "Reset exposure, gamma"),
    ALIAS(GAMMA_RESET, SDLK_m, S),

    HEADING("Files and memory"),
    MOUSE("Drop", "Open files and folders"),
    KEY(PREVIOUS_SEQUENCE, SDLK_PAGEUP, 0, "Page Up  Down", "Previous, next sequence"),
    ALIAS(NEXT_SEQUENCE, SDLK_PAGEDOWN, 0),
    KEY(REFRESH, SDLK_r, C, "Ctrl+R", "Read changed files again"),
    KEY(CLEAR_CACHE, SDLK_c, S, "Shift+C", "Empty the cache"),
    KEY(STRATEGY, SDLK_s, 0, "S", "Preload: auto, spiral, forward"),

    HEADING("Window"),
    KEY(SETTINGS, SDLK_COMMA, 0, ",  F9", "Settings"),
    ALIAS(SETTINGS, SDLK_F9, 0),
    KEY(MEMORY, SDLK_PERIOD, 0, ".  Shift+F9", "Memory"),
    ALIAS(MEMORY, SDLK_F9, S),
    KEY(BARS, SDLK_h, 0, "H", "Hide, show timeline and bars"),
    KEY(FULLSCREEN, SDLK_F11, 0, "F11", "Full screen"),
    HELD(UI_LARGER, SDLK_EQUALS, C, "Ctrl++  Ctrl+-", "Larger, smaller text"),
    HELD_ALIAS(UI_LARGER, SDLK_EQUALS, C | S),
    HELD_ALIAS(UI_LARGER, SDLK_PLUS, C),
    HELD_ALIAS(UI_LARGER, SDLK_KP_PLUS, C),
    HELD_ALIAS(UI_SMALLER, SDLK_MINUS, C),
    HELD_ALIAS(UI_SMALLER, SDLK_KP_MINUS, C),
    KEY(HELP, SDLK_F1, 0, "F1", "This page"),
    KEY(QUIT, SDLK_q, 0, "Q  Esc", "Quit; Esc closes a page first"),
    ALIAS(QUIT, SDLK_q, C),
    ALIAS(ESCAPE, SDLK_ESCAPE, 0),
};
/* clang-format on */

const size_t zoe_binding_count = sizeof zoe_bindings / sizeof zoe_bindings[0];

const zoe_binding *zoe_input_find(SDL_Keycode key, int modifiers, int repeat)
{
    int held = 0;
    if (modifiers & KMOD_SHIFT)
        held |= KMOD_SHIFT;
    if (modifiers & KMOD_CTRL)
        held |= KMOD_CTRL;
    if (modifiers & KMOD_ALT)
        held |= KMOD_ALT;
    for (size_t i = 0; i < zoe_binding_count; i++) {
        const zoe_binding *b = &zoe_bindings[i];
        if (b->action != ZOE_ACTION_NONE && b->key == key && b->modifiers == held)
            return repeat && !b->repeats ? NULL : b;
    }
    return NULL;
}
