#include "ui/theme.h"

#include <zoetrope/frame.h>

#define GREY(level)                                                                                \
    {                                                                                              \
        (level), (level), (level), 255                                                             \
    }

const zoe_theme zoe_theme_dark = {
    .surround = GREY(26),
    .bar = GREY(34),
    .track = GREY(24),
    .area = GREY(50),
    .panel = GREY(38),
    .line = GREY(18),
    .raised = GREY(62),
    .tick = GREY(90),
    .text = GREY(204),
    .text_dim = GREY(160),
    .text_light = GREY(240),
    .accent = {120, 190, 255, 255},
    .near = {180, 215, 240, 255},
};

SDL_Color zoe_theme_state(uint8_t state)
{
    switch (state) {
    case ZOE_FRAME_EMPTY: return (SDL_Color){40, 40, 45, 255};
    case ZOE_FRAME_HEADER: return (SDL_Color){60, 100, 180, 255};
    case ZOE_FRAME_LOADING: return (SDL_Color){220, 160, 60, 255};
    case ZOE_FRAME_LOADED:
    case ZOE_FRAME_INCOMPLETE: return (SDL_Color){80, 200, 120, 255};
    case ZOE_FRAME_NO_ROOM:
    case ZOE_FRAME_ERROR: return (SDL_Color){200, 60, 60, 255};
    default: return zoe_theme_dark.track;
    }
}
