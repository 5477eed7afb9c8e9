#include "ui/ui_system.h"

#include <math.h>
#include <string.h>

void zoe_ui_system_open(zoe_ui_system *system, const zoe_window *window)
{
    memset(system, 0, sizeof *system);
    system->window = window;
    system->cursor = SDL_SYSTEM_CURSOR_ARROW;
}

void zoe_ui_system_close(zoe_ui_system *system)
{
    for (int i = 0; i < SDL_NUM_SYSTEM_CURSORS; i++) {
        if (system->cursors[i])
            SDL_FreeCursor(system->cursors[i]);
        system->cursors[i] = NULL;
    }
}

/* ---- the host ---- */

/* The text need not end where it is measured to: copied in parts that do, between characters. */
static int text_width(void *user, zoe_text_style style, const char *text, size_t bytes)
{
    const zoe_ui_system *system = user;
    char part[256];
    int width = 0;
    while (bytes) {
        size_t some = bytes < sizeof part ? bytes : sizeof part - 1;
        if (some < bytes) {
            while (some > sizeof part - 5 && ((unsigned char)text[some] & 0xC0) == 0x80)
                some--;
        }
        memcpy(part, text, some);
        part[some] = '\0';
        width += zoe_text_width(system->window->text, style, part);
        text += some;
        bytes -= some;
    }
    return width;
}

static int text_height(void *user, zoe_text_style style)
{
    const zoe_ui_system *system = user;
    return zoe_text_height(system->window->text, style);
}

static void copy(void *user, const char *text)
{
    (void)user;
    SDL_SetClipboardText(text);
}

static char *paste(void *user)
{
    (void)user;
    return SDL_HasClipboardText() ? SDL_GetClipboardText() : NULL;
}

zoe_ui_host zoe_ui_system_host(zoe_ui_system *system)
{
    return (zoe_ui_host){system, text_width, text_height, copy, paste};
}

/* ---- events ---- */

/* Both sides of the keyboard as one; locks do not count. */
static int modifiers_of(int state)
{
    static const int groups[] = {KMOD_CTRL, KMOD_SHIFT, KMOD_ALT, KMOD_GUI};
    int modifiers = KMOD_NONE;
    for (int i = 0; i < 4; i++)
        modifiers |= state & groups[i] ? groups[i] : 0;
    return modifiers;
}

/* Whether the key may change who hears the next one: it leaves a field, chooses, opens a page or
 * closes it. Such keys that repeat by themselves are for one and the same. */
static bool turns_keyboard(const zoe_ui_key *key)
{
    if (key->repeat || !key->key)
        return false;
    if (key->modifiers & (KMOD_CTRL | KMOD_ALT | KMOD_GUI))
        return true;
    switch (key->key) {
    case SDLK_ESCAPE:
    case SDLK_RETURN:
    case SDLK_KP_ENTER:
    case SDLK_TAB: return true;
    default: return key->key >= SDLK_F1 && key->key <= SDLK_F12;
    }
}

static bool fits_key(const zoe_ui_input *in)
{
    return in->key_count == 0 ||
           (in->key_count < ZOE_UI_KEYS && !turns_keyboard(&in->keys[in->key_count - 1]));
}

/* Whether the frame has room for the event. */
static bool fits(const zoe_ui_input *in, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_MOUSEMOTION: return !in->pressed && !in->released;
    case SDL_MOUSEBUTTONDOWN: return !in->pressed && !in->released;
    case SDL_MOUSEBUTTONUP: return !in->released;
    case SDL_KEYDOWN:
    case SDL_TEXTINPUT: return fits_key(in);
    default: return true;
    }
}

static void point_at(zoe_ui_system *system, int x, int y)
{
    system->input.mouse_x = (int)lround(x * system->window->ratio);
    system->input.mouse_y = (int)lround(y * system->window->ratio);
    system->input.mouse_in = true;
}

static void take_button(zoe_ui_system *system, const SDL_MouseButtonEvent *event)
{
    zoe_ui_input *in = &system->input;
    uint32_t button = SDL_BUTTON(event->button);
    point_at(system, event->x, event->y);
    if (event->type == SDL_MOUSEBUTTONDOWN) {
        in->down |= button;
        in->pressed |= button;
        in->clicks = event->clicks;
        in->modifiers = modifiers_of((int)SDL_GetModState());
    } else {
        in->down &= ~button;
        in->released |= button;
    }
}

static void take_key(zoe_ui_system *system, const SDL_Event *event)
{
    zoe_ui_key *key = &system->input.keys[system->input.key_count++];
    memset(key, 0, sizeof *key);
    if (event->type == SDL_KEYDOWN) {
        key->key = event->key.keysym.sym;
        key->modifiers = modifiers_of(event->key.keysym.mod);
        key->repeat = event->key.repeat != 0;
    } else {
        memcpy(key->text, event->text.text, sizeof key->text);
    }
}

static void take_wheel(zoe_ui_system *system, const SDL_MouseWheelEvent *event)
{
    double turn = event->direction == SDL_MOUSEWHEEL_FLIPPED ? -1.0 : 1.0;
#if SDL_VERSION_ATLEAST(2, 0, 18)
    system->input.wheel_x += turn * (double)event->preciseX;
    system->input.wheel_y += turn * (double)event->preciseY;
#else
    system->input.wheel_x += turn * event->x;
    system->input.wheel_y += turn * event->y;
#endif
}

static void take(zoe_ui_system *system, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_MOUSEMOTION: point_at(system, event->motion.x, event->motion.y); break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP: take_button(system, &event->button); break;
    case SDL_MOUSEWHEEL: take_wheel(system, &event->wheel); break;
    case SDL_KEYDOWN:
    case SDL_TEXTINPUT: take_key(system, event); break;
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_LEAVE && !system->input.down)
            system->input.mouse_in = false;
        break;
    default: break;
    }
}

void zoe_ui_system_event(zoe_ui_system *system, const SDL_Event *event)
{
    if (!system->waiting_count && fits(&system->input, event))
        take(system, event);
    else if (system->waiting_count < ZOE_UI_WAITING)
        system->waiting[system->waiting_count++] = *event;
}

bool zoe_ui_system_waits(const zoe_ui_system *system)
{
    return system->waiting_count > 0 || system->taken_late;
}

const zoe_ui_input *zoe_ui_system_input(zoe_ui_system *system)
{
    system->input.width = system->window->width;
    system->input.height = system->window->height;
    return &system->input;
}

/* ---- after a frame ---- */

static void show_cursor(zoe_ui_system *system, SDL_SystemCursor cursor)
{
    if (cursor == system->cursor)
        return;
    if (!system->cursors[cursor])
        system->cursors[cursor] = SDL_CreateSystemCursor(cursor);
    if (system->cursors[cursor])
        SDL_SetCursor(system->cursors[cursor]);
    system->cursor = cursor;
}

static void set_text_input(const zoe_ui_system *system, const zoe_ui_answer *answer)
{
    if (answer->wants_text != (SDL_IsTextInputActive() == SDL_TRUE)) {
        if (answer->wants_text)
            SDL_StartTextInput();
        else
            SDL_StopTextInput();
    }
    if (!answer->wants_text || !answer->text_at.h)
        return;
    double ratio = system->window->ratio;
    SDL_Rect at = answer->text_at;
    SDL_Rect units = {(int)(at.x / ratio), (int)(at.y / ratio), (int)(at.w / ratio) + 1,
                      (int)(at.h / ratio)};
    SDL_SetTextInputRect(&units);
}

void zoe_ui_system_done(zoe_ui_system *system, const zoe_ui *ui)
{
    zoe_ui_input *in = &system->input;
    show_cursor(system, ui->answer.cursor);
    set_text_input(system, &ui->answer);
    if (ui->answer.replay)
        return;
    in->pressed = in->released = 0;
    in->clicks = in->key_count = 0;
    in->wheel_x = in->wheel_y = 0.0;
    int taken = 0;
    while (taken < system->waiting_count && fits(in, &system->waiting[taken]))
        take(system, &system->waiting[taken++]);
    system->taken_late = taken > 0;
    system->waiting_count -= taken;
    memmove(system->waiting, system->waiting + taken,
            (size_t)system->waiting_count * sizeof system->waiting[0]);
}
