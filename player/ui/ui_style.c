#include "ui/ui_style.h"

#define GREY(level)                                                                                \
    {                                                                                              \
        (level), (level), (level), 255                                                             \
    }

const zoe_ui_style zoe_ui_style_dark = {
    .page = GREY(38),
    .popup = GREY(46),
    .line = GREY(24),
    .control = GREY(58),
    .control_hover = GREY(70),
    .control_pressed = GREY(48),
    .control_on = GREY(84),
    .groove = GREY(26),
    .edge = GREY(78),
    .row_hover = GREY(52),
    .row_chosen = GREY(66),
    .row_focused = {38, 74, 110, 255},
    .text = GREY(212),
    .text_dim = GREY(166),
    .text_light = GREY(244),
    .text_disabled = GREY(132),
    .accent = {120, 190, 255, 255},
    .accent_hover = {148, 204, 255, 255},
    .accent_pressed = {98, 164, 226, 255},
    .on_accent = GREY(16),
    .warning = {240, 180, 70, 255},
    .error = {255, 134, 122, 255},
    .thumb = GREY(88),
    .thumb_hover = GREY(128),
    .dim = {0, 0, 0, 150},
    .shadow = {0, 0, 0, 46},
};
