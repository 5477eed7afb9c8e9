#include "base/names.h"

#include <stddef.h>
#include <strings.h>

#include <zoetrope/frame.h>

/* By OpenEXR's number: the name, and the scanlines that a chunk holds (OpenEXR's
 * exr_get_scanlines_per_chunk). */
static const struct {
    const char *name;
    int32_t lines;
} compressions[] = {
    [ZOE_COMPRESSION_NONE] = {"none", 1},
    [ZOE_COMPRESSION_RLE] = {"rle", 1},
    [ZOE_COMPRESSION_ZIPS] = {"zips", 1},
    [ZOE_COMPRESSION_ZIP] = {"zip", 16},
    [ZOE_COMPRESSION_PIZ] = {"piz", 32},
    [ZOE_COMPRESSION_PXR24] = {"pxr24", 16},
    [ZOE_COMPRESSION_B44] = {"b44", 32},
    [ZOE_COMPRESSION_B44A] = {"b44a", 32},
    [ZOE_COMPRESSION_DWAA] = {"dwaa", 32},
    [ZOE_COMPRESSION_DWAB] = {"dwab", 256},
    [ZOE_COMPRESSION_HTJ2K256] = {"htj2k256", 256},
    [ZOE_COMPRESSION_HTJ2K32] = {"htj2k32", 32},
    [ZOE_COMPRESSION_LJ2K] = {"lj2k", 256},
    [ZOE_COMPRESSION_ZSTD] = {"zstd", 1},
};

enum { COMPRESSIONS = sizeof compressions / sizeof compressions[0] };

const char *zoe_compression_name(zoe_compression compression)
{
    size_t index = (size_t)compression;
    return index < COMPRESSIONS ? compressions[index].name : "unknown";
}

int zoe_compression_by_name(const char *name)
{
    for (int i = 0; name && i < COMPRESSIONS; i++)
        if (strcasecmp(name, compressions[i].name) == 0)
            return i;
    return -1;
}

int32_t zoe_compression_lines(zoe_compression compression)
{
    size_t index = (size_t)compression;
    return index < COMPRESSIONS ? compressions[index].lines : 0;
}

const char *zoe_part_type_name(zoe_part_type type)
{
    switch (type) {
    case ZOE_PART_SCANLINE: return "scanline";
    case ZOE_PART_TILED: return "tiled";
    case ZOE_PART_DEEP_SCANLINE: return "deep scanline";
    case ZOE_PART_DEEP_TILED: return "deep tiled";
    default: return "unknown";
    }
}

const char *zoe_line_order_name(zoe_line_order order)
{
    switch (order) {
    case ZOE_LINES_INCREASING: return "increasing";
    case ZOE_LINES_DECREASING: return "decreasing";
    case ZOE_LINES_RANDOM: return "random";
    default: return "unknown";
    }
}

const char *zoe_sample_type_name(zoe_sample_type type)
{
    switch (type) {
    case ZOE_SAMPLE_UINT: return "uint";
    case ZOE_SAMPLE_HALF: return "half";
    case ZOE_SAMPLE_FLOAT: return "float";
    default: return "unknown";
    }
}

const char *zoe_frame_state_name(zoe_frame_state state)
{
    switch (state) {
    case ZOE_FRAME_EMPTY: return "empty";
    case ZOE_FRAME_HEADER: return "header";
    case ZOE_FRAME_LOADING: return "loading";
    case ZOE_FRAME_LOADED: return "loaded";
    case ZOE_FRAME_ERROR: return "error";
    case ZOE_FRAME_MISSING: return "missing";
    case ZOE_FRAME_INCOMPLETE: return "incomplete";
    case ZOE_FRAME_NO_ROOM: return "no room";
    }
    return "unknown";
}
