#include "ui/desktop.h"

#include <SDL_syswm.h>

#if defined(SDL_VIDEO_DRIVER_X11)

/* libX11 is loaded by SDL as well; loading it here keeps it out of what the program links. */
typedef Atom intern_atom_fn(Display *, const char *, Bool);
typedef int get_property_fn(Display *, Window, Atom, long, long, Bool, Atom, Atom *, int *,
                            unsigned long *, unsigned long *, unsigned char **);
typedef int free_fn(void *);

/* A pointer to data is no pointer to a function in C; both have the same bits where SDL runs. */
typedef union symbol {
    void *data;
    intern_atom_fn *intern_atom;
    get_property_fn *get_property;
    free_fn *release;
} symbol;

static bool root_has_property(void *library, Display *display, const char *name)
{
    symbol intern = {.data = SDL_LoadFunction(library, "XInternAtom")};
    symbol get = {.data = SDL_LoadFunction(library, "XGetWindowProperty")};
    symbol release = {.data = SDL_LoadFunction(library, "XFree")};
    if (!intern.data || !get.data || !release.data)
        return true;
    Atom atom = intern.intern_atom(display, name, True);
    if (atom == None)
        return false;
    Atom type = None;
    int format = 0;
    unsigned long items = 0, left = 0;
    unsigned char *value = NULL;
    int status = get.get_property(display, DefaultRootWindow(display), atom, 0, 1, False,
                                  AnyPropertyType, &type, &format, &items, &left, &value);
    if (value)
        release.release(value);
    return status != Success || (type != None && items > 0);
}

bool zoe_desktop_is_managed(SDL_Window *window)
{
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    if (!SDL_GetWindowWMInfo(window, &info) || info.subsystem != SDL_SYSWM_X11)
        return true;
    void *library = SDL_LoadObject("libX11.so.6");
    if (!library)
        return true;
    int managed = root_has_property(library, info.info.x11.display, "_NET_SUPPORTING_WM_CHECK");
    SDL_UnloadObject(library);
    return managed;
}

#else

bool zoe_desktop_is_managed(SDL_Window *window)
{
    (void)window;
    return true;
}

#endif
