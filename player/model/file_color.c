#include "model/file_color.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zoetrope/display.h>

/* Of the default layer's part, else of the first that has it. */
static const char *value_of(const zoe_header *header, const char *name)
{
    size_t first = header->layer_count ? (size_t)header->layers[0].part : 0;
    for (size_t i = 0; i < header->part_count; i++) {
        const zoe_part *part = &header->parts[(first + i) % header->part_count];
        for (size_t k = 0; k < part->attribute_count; k++) {
            if (!strcmp(part->attributes[k].name, name))
                return part->attributes[k].value;
        }
    }
    return NULL;
}

void zoe_file_color_read(zoe_file_color *color, const zoe_header *header, const char *path)
{
    static const char *const spaces[] = {"colorSpace", "oiio:ColorSpace", "colorInteropID"};
    memset(color, 0, sizeof *color);
    snprintf(color->path, sizeof color->path, "%s", path);
    if (!header)
        return;
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0] && !color->space[0]; i++) {
        const char *value = value_of(header, spaces[i]);
        if (value)
            snprintf(color->space, sizeof color->space, "%s", value);
    }
    const char *flag = value_of(header, "acesImageContainerFlag");
    color->is_aces = flag && strcmp(flag, "1") == 0;
    const char *white = value_of(header, "whiteLuminance");
    float luminance = white ? strtof(white, NULL) : 0;
    if (isfinite(luminance) && luminance > 0)
        color->white_luminance = luminance;
}

const char *zoe_file_color_primaries(const zoe_frame *frame)
{
    if (!frame->has_chromaticities)
        return NULL;
    const char *name = zoe_primaries_name(frame->chromaticities);
    if (!name)
        return "own primaries";
    return strcmp(name, zoe_primaries_name(zoe_primaries_rec709())) != 0 ? name : NULL;
}
