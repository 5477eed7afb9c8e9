#include "ui/command.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model/options.h"

static int held(int modifiers)
{
    int either = 0;
    if (modifiers & KMOD_SHIFT)
        either |= KMOD_SHIFT;
    if (modifiers & KMOD_CTRL)
        either |= KMOD_CTRL;
    if (modifiers & KMOD_ALT)
        either |= KMOD_ALT;
    return either;
}

const zoe_command *zoe_command_by_key(const zoe_command *table, size_t count, SDL_Keycode key,
                                      int modifiers, bool is_repeat)
{
    for (size_t i = 0; i < count; i++) {
        for (const zoe_key *k = table[i].keys; k->key; k++) {
            if (k->key == key && k->modifiers == held(modifiers))
                return is_repeat && !table[i].repeats ? NULL : &table[i];
        }
    }
    return NULL;
}

const zoe_command *zoe_command_by_name(const zoe_command *table, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].name && !strcmp(table[i].name, name))
            return &table[i];
    }
    return NULL;
}

void zoe_command_help(const zoe_command *command, char text[ZOE_COMMAND_TEXT])
{
    char values[ZOE_COMMAND_TEXT] = "";
    if (command->option)
        zoe_option_list_labels(zoe_option_at(command->option), values, sizeof values);
    if (command->help)
        values[0] = (char)tolower((unsigned char)values[0]);
    snprintf(text, ZOE_COMMAND_TEXT, "%s%s", command->help ? command->help : "", values);
}

void zoe_command_key_text(const zoe_command *command, char text[ZOE_COMMAND_TEXT])
{
    const zoe_key *key = &command->keys[0];
    text[0] = '\0';
    if (key->key)
        snprintf(text, ZOE_COMMAND_TEXT, "%s%s%s%s", key->modifiers & KMOD_CTRL ? "Ctrl+" : "",
                 key->modifiers & KMOD_ALT ? "Alt+" : "",
                 key->modifiers & KMOD_SHIFT ? "Shift+" : "", SDL_GetKeyName(key->key));
}

void zoe_command_page_help(const zoe_command *command, char text[ZOE_COMMAND_TEXT])
{
    if (command->page_help)
        snprintf(text, ZOE_COMMAND_TEXT, "%s", command->page_help);
    else
        zoe_command_help(command, text);
}
