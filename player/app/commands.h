/*
 * Commands: the table of all that the user can ask for, and asking for it.
 *
 * A new command is a function and a row in commands.c; its keys are on the F1 page then, and
 * buttons and menus find it by its name.
 *
 * Thread-safety: the main thread only; the table is constant.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_COMMANDS_H
#define ZOETROPE_PLAYER_COMMANDS_H

#include "app/state.h"
#include "ui/command.h"

/* In the order of the F1 page. */
extern const zoe_command zoe_commands[];
extern const size_t zoe_command_count;

/* Does it. Without anything open, only commands that are always there do something. */
void zoe_command_run(zoe_app *app, const zoe_command *command);

/* The rates that are offered. */
extern const zoe_rate zoe_app_rates[];
extern const int zoe_app_rate_count;
void zoe_app_set_rate(zoe_app *app, zoe_rate rate);

/* The command of that name. */
const zoe_command *zoe_app_command(const char *name);
void zoe_app_run(zoe_app *app, const char *name);

#endif
