/*
 * Command: something the user can ask for, whatever asks: a key, a button, a menu. The program's
 * commands are one table (app/commands.c); the pages that list them are given it.
 *
 * Keys are matched by the letter or sign on them (SDL keycodes), not by their place, so that the
 * table is right on every keyboard layout. Modifiers must match exactly; the two sides of a
 * keyboard count the same.
 *
 * Thread-safety: tables are constant.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_COMMAND_H
#define ZOETROPE_PLAYER_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include <SDL.h>

enum {
    ZOE_COMMAND_KEYS = 6,   /* a command has fewer: the list ends with key 0 */
    ZOE_COMMAND_TEXT = 128, /* bytes of the longest line of the F1 page */
};

typedef struct zoe_app zoe_app;

typedef struct zoe_key {
    SDL_Keycode key;
    int modifiers; /* of KMOD_CTRL, KMOD_SHIFT, KMOD_ALT */
} zoe_key;

/*
 * One row; unused members are 0. With a heading it begins a group of the F1 page and is no command;
 * without `run` it is a line of that page about the mouse.
 */
typedef struct zoe_command {
    const char *heading;
    const char *name; /* for programs: "play-pause" */
    void (*run)(zoe_app *app, int argument);
    int argument;
    zoe_key keys[ZOE_COMMAND_KEYS];
    bool repeats;   /* a held key goes on */
    bool is_always; /* also while nothing is open */
    const char
        *help;     /* what it does: for a menu, a tooltip, and the F1 page if it has no text of its
                         own. Of a command that goes through an option's values: what stands before
                         them, "" for nothing */
    size_t option; /* offset in zoe_options of the option whose values it goes through; 0: none */

    /* the F1 page, where several commands may share a line */
    const char *page_keys; /* "Shift+Left  Right"; NULL: the page does not list it by itself */
    const char *page_help;
} zoe_command;

/* The command of a key press, or NULL. `is_repeat`: the system repeats a held key. */
const zoe_command *zoe_command_by_key(const zoe_command *table, size_t count, SDL_Keycode key,
                                      int modifiers, bool is_repeat);

/* The command of that name, or NULL. */
const zoe_command *zoe_command_by_name(const zoe_command *table, size_t count, const char *name);

/* What it does: `help`, with the option's values. */
void zoe_command_help(const zoe_command *command, char text[ZOE_COMMAND_TEXT]);

/* Its first key as people write it: "Ctrl+O"; "" for none. */
void zoe_command_key_text(const zoe_command *command, char text[ZOE_COMMAND_TEXT]);

/* Its line of the F1 page. */
void zoe_command_page_help(const zoe_command *command, char text[ZOE_COMMAND_TEXT]);

#endif
