/*
 * Help: the F1 page, all keys above the rest, from the table of commands. Modal.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_HELP_H
#define ZOETROPE_PLAYER_HELP_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/command.h"
#include "ui/ui_scroll.h"

typedef struct zoe_help {
    bool open;
    zoe_ui_scroll scroll;
} zoe_help;

/* Part of a frame while it is open; Esc, or a click beside it, closes it. In as many columns as
 * fit; it scrolls in a window that is too low. */
void zoe_help_run(zoe_ui *ui, zoe_help *help, const zoe_command *rows, size_t count);

#endif
