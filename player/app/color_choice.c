#define _POSIX_C_SOURCE 200809L /* strcasecmp */

#include "app/color_choice.h"

#include <string.h>
#include <strings.h>

#include "app/effects.h"

bool zoe_app_drop_color(zoe_app *app, const char *path)
{
    const char *dot = strrchr(path, '.');
    const zoe_option *option = NULL;
    if (!dot)
        return false;
    if (!strcasecmp(dot, ".ocio"))
        option = ZOE_OPTION(ocio);
    else if (!strcasecmp(dot, ".cube"))
        option = ZOE_OPTION(lut);
    else if (!strcasecmp(dot, ".cc") || !strcasecmp(dot, ".ccc") || !strcasecmp(dot, ".cdl"))
        option = ZOE_OPTION(cdl);
    if (!option)
        return false;
    if (zoe_app_set_text(app, option, path))
        zoe_message_say(&app->message, false, "%s is used", path);
    return true;
}

void zoe_app_next_view(zoe_app *app, int by)
{
    const zoe_ocio *ocio = zoe_coloring_ocio(app->coloring);
    const zoe_ocio_way *way = zoe_coloring_way(app->coloring);
    int count = 0, now = 0;
    const char *name;
    if (!way) {
        zoe_message_say(&app->message, false, "There is no configuration of OpenColorIO in use");
        return;
    }
    for (; (name = zoe_ocio_name(ocio, ZOE_OCIO_VIEWS, way->display, count)); count++) {
        if (!strcmp(name, way->view))
            now = count;
    }
    if (!count)
        return;
    name = zoe_ocio_name(ocio, ZOE_OCIO_VIEWS, way->display, (now + by + count) % count);
    if (zoe_app_set_text(app, ZOE_OPTION(view_transform), name))
        zoe_message_say(&app->message, false, "View: %s", name);
}
