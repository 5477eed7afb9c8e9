#include "ui/ui_edit.h"

#include <string.h>

/* Bytes of the character that begins here: 1 where it is no UTF-8. */
static size_t character(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t bytes = s[0] >= 0xF0 && s[0] < 0xF8 ? 4 : s[0] >= 0xE0 ? 3 : s[0] >= 0xC0 ? 2 : 1;
    if (s[0] >= 0xF8)
        return 1;
    for (size_t i = 1; i < bytes; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 1;
    }
    return bytes;
}

size_t zoe_utf8_next(const char *text, size_t at)
{
    return text[at] ? at + character(text + at) : at;
}

size_t zoe_utf8_previous(const char *text, size_t at)
{
    for (size_t back = at < 4 ? at : 4; back > 1; back--) {
        if (character(text + at - back) == back)
            return at - back;
    }
    return at ? at - 1 : 0;
}

/* The border at or before a position. */
static size_t border(const char *text, size_t at)
{
    size_t from = at > 3 ? at - 3 : 0;
    for (size_t i = from; i < at; i++) {
        size_t bytes = character(text + i);
        if (bytes > 1 && i + bytes > at)
            return i;
    }
    return at;
}

void zoe_edit_mend(zoe_edit *edit)
{
    size_t length = strlen(edit->text);
    edit->caret = border(edit->text, edit->caret > length ? length : edit->caret);
    edit->anchor = border(edit->text, edit->anchor > length ? length : edit->anchor);
}

void zoe_edit_to(zoe_edit *edit, size_t at, bool select)
{
    edit->caret = at;
    if (!select)
        edit->anchor = at;
}

/* All that is not ASCII counts as a letter. */
static bool in_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

size_t zoe_edit_word(const zoe_edit *edit, size_t at, bool forward)
{
    const char *text = edit->text;
    if (forward) {
        while (text[at] && !in_word(text[at]))
            at++;
        while (text[at] && in_word(text[at]))
            at++;
    } else {
        while (at && !in_word(text[at - 1]))
            at--;
        while (at && in_word(text[at - 1]))
            at--;
    }
    return at;
}

void zoe_edit_select_word(zoe_edit *edit, size_t at)
{
    const char *text = edit->text;
    if (!text[at] && at)
        at--;
    bool kind = in_word(text[at]);
    size_t from = at, until = at;
    while (from && in_word(text[from - 1]) == kind)
        from--;
    while (text[until] && in_word(text[until]) == kind)
        until++;
    edit->anchor = from;
    edit->caret = until;
}

void zoe_edit_select_all(zoe_edit *edit)
{
    edit->anchor = 0;
    edit->caret = strlen(edit->text);
}

size_t zoe_edit_first(const zoe_edit *edit)
{
    return edit->caret < edit->anchor ? edit->caret : edit->anchor;
}

size_t zoe_edit_end(const zoe_edit *edit)
{
    return edit->caret < edit->anchor ? edit->anchor : edit->caret;
}

static bool replace(zoe_edit *edit, size_t from, size_t until)
{
    if (from == until)
        return false;
    memmove(edit->text + from, edit->text + until, strlen(edit->text + until) + 1);
    edit->caret = edit->anchor = from;
    return true;
}

bool zoe_edit_delete_to(zoe_edit *edit, size_t at)
{
    size_t from = zoe_edit_first(edit), until = zoe_edit_end(edit);
    if (from == until) {
        from = at < edit->caret ? at : edit->caret;
        until = at < edit->caret ? edit->caret : at;
    }
    return replace(edit, from, until);
}

static bool insert_one(zoe_edit *edit, const char *text, size_t bytes)
{
    size_t length = strlen(edit->text);
    if (length + bytes + 1 > edit->capacity)
        return false;
    memmove(edit->text + edit->caret + bytes, edit->text + edit->caret, length - edit->caret + 1);
    memcpy(edit->text + edit->caret, text, bytes);
    edit->caret += bytes;
    edit->anchor = edit->caret;
    return true;
}

bool zoe_edit_insert(zoe_edit *edit, const char *text, size_t bytes)
{
    while (bytes && (text[bytes - 1] == '\n' || text[bytes - 1] == '\r'))
        bytes--;
    bool changed = replace(edit, zoe_edit_first(edit), zoe_edit_end(edit));
    for (size_t at = 0; at < bytes && text[at];) {
        size_t one = character(text + at);
        if (at + one > bytes)
            break;
        char c = text[at];
        bool control = (unsigned char)c < 0x20 || c == 0x7F;
        const char *put = c == '\n' ? " " : text + at;
        if (!control || c == '\n') {
            if (!insert_one(edit, put, one))
                break;
            changed = true;
        }
        at += one;
    }
    return changed;
}
