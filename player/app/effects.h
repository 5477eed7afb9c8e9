/*
 * Effects: what changing an option does while the program runs. An option without an entry in the
 * table of effects.c only changes its value.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_EFFECTS_H
#define ZOETROPE_PLAYER_EFFECTS_H

#include <stdbool.h>

#include "app/state.h"

/*
 * A change by the user: it is in force, and is kept where the option is one of the settings file's,
 * also where the command line said otherwise. The value is brought into the option's range. When it
 * cannot come into force the user is told, the old value stays, and false is returned.
 */
bool zoe_app_set_option(zoe_app *app, const zoe_option *option, double value);

/* The same for a TEXT; "": none. A display, view or look is kept together with its
 * configuration. */
bool zoe_app_set_text(zoe_app *app, const zoe_option *option, const char *text);

/* At the start, before the command line's options: what was kept of a display, view or look says
 * nothing of another configuration than the one that was kept with it. */
void zoe_app_forget_kept_color(zoe_app *app);

/* A change that came in parts, as of a slider that is dragged, is complete: what the next one does
 * is told from here. */
void zoe_app_end_change(zoe_app *app);

/* The option's next value, round and round; the user is told which it is. */
void zoe_app_next_value(zoe_app *app, const zoe_option *option);

/* Gives the picture the grade that the options say. */
void zoe_app_apply_grade(zoe_app *app);

/* Drops every frame from memory. */
void zoe_app_clear_cache(zoe_app *app);

#endif
