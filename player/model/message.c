#include "model/message.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model/paths.h"

static const uint64_t say_ns = 6000000000u;
static const uint64_t say_bad_ns = 15000000000u;
static const uint64_t bad_frame_ns = 4000000000u;

/* ---- what was said ---- */

void zoe_message_init(zoe_message *message)
{
    memset(message, 0, sizeof *message);
    message->until_ns = ZOE_NEVER;
}

void zoe_message_clear(zoe_message *message)
{
    message->text[0] = '\0';
    message->is_bad = message->is_of_frame = message->is_answer = false;
    message->until_ns = ZOE_NEVER;
}

static void keep(zoe_message *message, zoe_message_kind kind, const char *text)
{
    zoe_message_entry *entry =
        &message->log[(message->logged + ZOE_MESSAGE_LOG - 1) % ZOE_MESSAGE_LOG];
    bool again = message->logged && entry->kind == kind &&
                 !strncmp(entry->text, text, sizeof entry->text - 1);
    if (!again) {
        entry = &message->log[message->logged++ % ZOE_MESSAGE_LOG];
        entry->count = 0;
        entry->kind = kind;
        size_t length = strnlen(text, sizeof entry->text - 1);
        memcpy(entry->text, text, length);
        entry->text[length] = '\0';
    }
    entry->count++;
    entry->at_ns = zoe_now_ns();
}

int zoe_message_kept(const zoe_message *message)
{
    return message->logged < ZOE_MESSAGE_LOG ? (int)message->logged : ZOE_MESSAGE_LOG;
}

const zoe_message_entry *zoe_message_past(const zoe_message *message, int index)
{
    return &message->log[(message->logged - 1 - (uint64_t)index) % ZOE_MESSAGE_LOG];
}

static void say(zoe_message *message, bool is_bad, const char *format, va_list arguments)
{
    zoe_error shown; /* without what lets one in to a URL */
    vsnprintf(message->text, sizeof message->text, format, arguments);
    zoe_error_set(&shown, ZOE_OK, "%s", message->text);
    snprintf(message->text, sizeof message->text, "%.*s", (int)sizeof message->text - 1,
             shown.text);
    message->is_bad = is_bad;
    message->kind = is_bad ? ZOE_MESSAGE_ERROR : ZOE_MESSAGE_INFO;
    message->is_of_frame = message->is_answer = false;
    message->until_ns = zoe_now_ns() + (is_bad ? say_bad_ns : say_ns);
    keep(message, message->kind, message->text);
}

void zoe_message_say(zoe_message *message, bool is_bad, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(message, is_bad, format, arguments);
    va_end(arguments);
}

void zoe_message_answer(zoe_message *message, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(message, false, format, arguments);
    va_end(arguments);
    message->is_answer = true;
}

/* A frame that lacks pixels, or has no file, is less than one that cannot be read. */
static zoe_message_kind trouble_kind(const zoe_session *session)
{
    bool is_warning = session->status == ZOE_OK || session->status == ZOE_MISSING;
    return is_warning ? ZOE_MESSAGE_WARNING : ZOE_MESSAGE_ERROR;
}

static void keep_gap(zoe_message *message, const zoe_session *session)
{
    char text[64];
    const zoe_sequence *sequence = zoe_source_sequence(session->shots[session->current].source);
    snprintf(text, sizeof text, "No file for frame %" PRId64,
             zoe_sequence_number(sequence, session->playhead));
    keep(message, ZOE_MESSAGE_WARNING, text);
}

void zoe_message_follow(zoe_message *message, const zoe_session *session, uint64_t now_ns)
{
    if (!session->count)
        return;
    bool is_playing = session->shots[session->current].transport.speed != 0;
    message->is_answer = false;
    if (session->why.text[0])
        keep(message, trouble_kind(session), session->why.text);
    else if (session->status == ZOE_MISSING && !is_playing)
        keep_gap(message, session);
    if (session->why.text[0] && is_playing) {
        snprintf(message->text, sizeof message->text, "%s", session->why.text);
        message->is_bad = true;
        message->kind = trouble_kind(session);
        message->is_of_frame = true;
        message->until_ns = now_ns + bad_frame_ns;
    } else if (message->is_of_frame && !is_playing) {
        message->until_ns = now_ns;
    }
}

bool zoe_message_expire(zoe_message *message, uint64_t now_ns)
{
    if (!message->text[0] || now_ns < message->until_ns)
        return false;
    zoe_message_clear(message);
    return true;
}

/* ---- which line wins ---- */

const char *zoe_message_trouble(const zoe_session *session)
{
    if (!session->count || session->status == ZOE_LOADING)
        return "";
    if (session->why.text[0])
        return session->why.text;
    if (session->status == ZOE_MISSING)
        return "No file for this frame";
    return session->status == ZOE_OK ? "" : zoe_status_text(session->status);
}

/* Without the file's path. */
static const char *cause_of(const zoe_error *error)
{
    const char *cause = error->text;
    for (const char *next = cause; (next = strstr(next, ": ")) != NULL;)
        cause = next += 2;
    return cause;
}

/* What is special about the picture on screen, though nothing is wrong with it; "" for nothing. */
static void frame_note(const zoe_session *session, char *text, size_t capacity)
{
    text[0] = '\0';
    if (!session->count || !zoe_screen_has_picture(&session->screen) || session->screen.is_foreign)
        return;
    const zoe_shot *shot = &session->shots[session->current];
    if (session->screen.is_fallback)
        snprintf(text, capacity, "This frame has no layer %s: %s is shown", shot->layer,
                 shot->fallback.layer);
    else if (zoe_frame_is_outside(&session->screen.frame) && !session->setup.source.overscan)
        snprintf(text, capacity,
                 "The data window lies outside the display window: Shift+O shows it");
    else if (session->screen.tight.status != ZOE_OK)
        snprintf(text, capacity, "Only one frame fits: %s", cause_of(&session->screen.tight));
}

/* Where the frame cannot be shown another one's picture stays on screen, and is not taken for it.
 */
static const char *trouble_text(const zoe_session *session, char *text, size_t capacity)
{
    const char *trouble = zoe_message_trouble(session);
    const zoe_frame *shown = &session->screen.frame;
    char instead[48] = "";
    if (!trouble[0])
        return trouble;
    const zoe_sequence *sequence = zoe_source_sequence(session->shots[session->current].source);
    bool is_remote = zoe_path_is_address(zoe_sequence_folder(sequence)); /* nobody watches it */
    if (zoe_screen_has_picture(&session->screen) && !session->screen.is_foreign &&
        shown->position != session->playhead)
        snprintf(instead, sizeof instead, "; frame %" PRId64 " is shown",
                 zoe_sequence_number(sequence, shown->position));
    snprintf(text, capacity, "%s%s%s", trouble, instead, is_remote ? "; Ctrl+R tries again" : "");
    return text;
}

const char *zoe_message_line(const zoe_message *message, const zoe_session *session,
                             zoe_message_kind *kind, char *text, size_t capacity)
{
    const char *trouble = trouble_text(session, text, capacity);
    *kind = message->kind;
    if (message->text[0] && (message->is_bad || message->is_answer))
        return message->text;
    *kind = trouble_kind(session);
    if (trouble[0])
        return trouble;
    *kind = ZOE_MESSAGE_INFO;
    if (message->text[0])
        return message->text;
    if (session->count && session->status == ZOE_LOADING &&
        !session->shots[session->current].transport.speed)
        return "Loading";
    frame_note(session, text, capacity);
    return text;
}

const char *zoe_message_cause_first(const char *line, char *text, size_t capacity)
{
    const char *end = line[0] == '/' ? strstr(line, ": ") : NULL;
    if (!end)
        return line;
    const char *name = end;
    while (name > line && name[-1] != '/')
        name--;
    snprintf(text, capacity, "%c%s (%.*s)", toupper((unsigned char)end[2]), end[2] ? end + 3 : "",
             (int)(end - name), name);
    return text;
}
