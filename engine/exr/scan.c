#include "exr/scan.h"

#include <inttypes.h>
#include <string.h>

#include <openexr.h>

#include "base/names.h"
#include "exr/text_sizes.h"
#include "memory/blocks.h"

enum {
    COMPARED_BYTES = 32, /* of a name, in one step of comparing */
    NAME_BYTES = 256,    /* of attribute, type and channel names, terminator included */
    FLAG_DEEP = 0x800,
    FLAG_MULTIPART = 0x1000,
    FLAGS_KNOWN = 0x1E00, /* tiles, long names, deep, parts */
};

/* What OpenEXR 3.1 to 3.4 were seen to allocate, doubled or more. */
enum {
    CONTEXT_BYTES = 40 << 10,  /* the context, its path, its reading buffer, a message */
    PART_BYTES = 4096,         /* a part, its levels, its place in lists, and the attributes that it
                                  must have, which OpenEXR adds where they are missing */
    ATTRIBUTE_BYTES = 160,     /* beside its name, type and value */
    ATTRIBUTE_PLACE = 256,     /* in lists that grow by doubling */
    CHANNEL_PLACE_BYTES = 320, /* as above */
    STRING_PLACE_BYTES = 256,  /* as above */
};

/* The part at hand. */
typedef struct scan_part {
    int32_t attributes;
    bool is_deep, has_version; /* by its type; "version" is there and 1 */
    int64_t width, height;     /* of the data window; 0: not known */
    int64_t tile_width, tile_height;
    int64_t lines; /* of a chunk without tiles */
} scan_part;

typedef struct scan {
    zoe_exr_read_fn *read;
    void *user;
    uint64_t file_bytes;
    const char *name;
    zoe_error *error;
    zoe_exr_outline *outline;
    uint64_t at;     /* of the next byte */
    uint64_t offset; /* of buffer[0] */
    size_t filled;
    int32_t strings;
    uint64_t comparisons; /* of channels' names, when OpenEXR reads them: COMPARED_BYTES each */
    bool deep_without_version; /* any part */
    scan_part part;
    uint64_t attribute_names[ZOE_EXR_PART_ATTRIBUTES_MAX]; /* hashes of the part's */
    uint64_t channel_names[ZOE_EXR_UNSORTED_CHANNELS_MAX]; /* hashes of the list's first ones */
    unsigned char buffer[4096];
} scan;

static zoe_status damaged(scan *s, const char *what)
{
    return zoe_error_set(s->error, ZOE_ERROR_CORRUPT, "%s: damaged header: %s", s->name, what);
}

static zoe_status too_large(scan *s, const char *what, int64_t limit)
{
    return zoe_error_set(s->error, ZOE_ERROR_TOO_LARGE,
                         "%s: the header declares more than %" PRId64 " %s", s->name, limit, what);
}

static zoe_status ends_early(scan *s)
{
    return zoe_error_set(s->error, ZOE_ERROR_TRUNCATED,
                         "%s: the file ends inside its header, after %" PRIu64 " bytes", s->name,
                         s->file_bytes);
}

/* ---- bytes ---- */

/* The next `bytes` (few) of the file, or NULL with the status set. */
static const unsigned char *take(scan *s, size_t bytes, zoe_status *status)
{
    uint64_t end = s->at + bytes;
    if (end > s->file_bytes) {
        *status = ends_early(s);
        return NULL;
    }
    if (end > ZOE_EXR_HEADER_BYTES_MAX) {
        *status = too_large(s, "bytes", ZOE_EXR_HEADER_BYTES_MAX);
        return NULL;
    }
    if (s->at < s->offset || end > s->offset + s->filled) {
        uint64_t left = s->file_bytes - s->at;
        size_t want = left < sizeof s->buffer ? (size_t)left : sizeof s->buffer;
        int64_t got = s->read(s->user, s->buffer, want, s->at);
        if (got < 0) {
            *status = zoe_error_set(s->error, ZOE_ERROR_IO, "%s: cannot be read", s->name);
            return NULL;
        }
        s->offset = s->at;
        s->filled = (size_t)got;
        if ((size_t)got < bytes) {
            *status = ends_early(s);
            return NULL;
        }
    }
    const unsigned char *here = s->buffer + (s->at - s->offset);
    s->at = end;
    return here;
}

static uint32_t little_endian(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* The same where all of it is in the buffer already; false: it is not. */
static bool take_name_at_once(scan *s, uint64_t end, char name[NAME_BYTES])
{
    if (s->at < s->offset || s->at >= s->offset + s->filled || s->at >= end)
        return false;
    size_t here = (size_t)(s->at - s->offset), most = s->filled - here;
    if (most > end - s->at)
        most = (size_t)(end - s->at);
    if (most > NAME_BYTES)
        most = NAME_BYTES;
    const unsigned char *stop = memchr(s->buffer + here, 0, most);
    if (!stop)
        return false;
    size_t bytes = (size_t)(stop + 1 - (s->buffer + here));
    if (s->at + bytes > ZOE_EXR_HEADER_BYTES_MAX)
        return false;
    memcpy(name, s->buffer + here, bytes);
    s->at += bytes;
    return true;
}

/* Reads a terminated name that ends before `end`. */
static zoe_status take_name(scan *s, uint64_t end, char name[NAME_BYTES])
{
    if (take_name_at_once(s, end, name))
        return ZOE_OK;
    for (size_t i = 0; i < NAME_BYTES; i++) {
        zoe_status status = ZOE_OK;
        if (s->at >= end)
            return damaged(s, "a name does not end");
        const unsigned char *byte = take(s, 1, &status);
        if (!byte)
            return status;
        name[i] = (char)*byte;
        if (*byte == 0)
            return ZOE_OK;
    }
    return damaged(s, "a name does not end");
}

/* Equal? Most words differ in their first letter. */
static bool is(const char *text, const char *word)
{
    return text[0] == word[0] && strcmp(text, word) == 0;
}

/* ---- memory ---- */

static void needs_name(scan *s, uint64_t bytes)
{
    if (bytes > ZOE_EXR_NAME_MAX)
        bytes = ZOE_EXR_NAME_MAX;
    if (bytes > s->outline->longest_name)
        s->outline->longest_name = bytes;
}

/* An attribute as OpenEXR holds it, its value both beside it and in a block of its own, and as
 * text: no type's text is longer than 8 characters for a byte of the value and some words. */
static void needs_attribute(scan *s, const char *name, const char *type, uint32_t size)
{
    zoe_exr_outline *o = s->outline;
    size_t name_bytes = strlen(name) + 1, type_bytes = strlen(type) + 1;
    o->context_bytes += zoe_blocks_cost(ATTRIBUTE_BYTES + name_bytes + type_bytes) +
                        zoe_blocks_cost((uint64_t)size + ZOE_BLOCKS_ALIGNMENT) + ATTRIBUTE_PLACE;
    uint64_t text = 8 * (uint64_t)size + 320;
    o->attribute_texts += zoe_blocks_kept(name_bytes) + zoe_blocks_kept(type_bytes) +
                          zoe_blocks_kept(text < ZOE_EXR_TEXT_MAX ? text : ZOE_EXR_TEXT_MAX);
    if (is(name, "name") || is(name, "view")) {
        o->part_names += zoe_blocks_kept((uint64_t)size + 1);
        needs_name(s, (uint64_t)size + 1);
    }
}

static int64_t divide_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* The offsets of the part's chunks, of its full size: levels have fewer. */
static void needs_table(scan *s)
{
    const scan_part *p = &s->part;
    if (p->width < 1 || p->height < 1)
        return;
    int64_t chunks = divide_up(p->height, p->lines > 0 ? p->lines : 1);
    if (p->tile_width > 0 && p->tile_height > 0) {
        int64_t across = divide_up(p->width, p->tile_width);
        int64_t down = divide_up(p->height, p->tile_height);
        /* Both are below 2^32; more than 2^60 bytes are in no file. */
        int64_t tiles = across > (INT64_MAX >> 4) / down ? INT64_MAX >> 4 : across * down;
        if (tiles > chunks)
            chunks = tiles;
    }
    uint64_t bytes = (uint64_t)chunks * sizeof(uint64_t);
    if (bytes > s->file_bytes)
        bytes = s->file_bytes;
    if (bytes > s->outline->chunk_table_bytes)
        s->outline->chunk_table_bytes = bytes;
}

/* ---- names that must not come twice ---- */

/* FNV-1a, 64 bits. Names with the same hash that are not equal are taken for equal, which refuses a
 * file that somebody went out of their way to make. */
static uint64_t hash_of(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
    return hash;
}

static bool is_among(const uint64_t *hashes, int32_t count, uint64_t hash)
{
    bool found = false;
    for (int32_t i = 0; i < count; i++)
        found |= hashes[i] == hash;
    return found;
}

/* ---- values ---- */

/* A channel's 16 bytes: pixel type, linearity, three unused ones, sampling. */
static zoe_status scan_channel(scan *s, uint64_t end)
{
    zoe_status status = ZOE_OK;
    const unsigned char *bytes = end - s->at >= 16 ? take(s, 16, &status) : NULL;
    if (!bytes)
        return status != ZOE_OK ? status : damaged(s, "a list of channels does not end");
    bool is_known = little_endian(bytes) <= 2 && bytes[4] <= 1;
    uint32_t x = little_endian(bytes + 8), y = little_endian(bytes + 12);
    if (!is_known || x < 1 || x > INT32_MAX || y < 1 || y > INT32_MAX)
        return damaged(s, "a channel of no known kind");
    return ZOE_OK;
}

/* Channels are sorted by name, which shows that no name comes twice; where they are not, each is
 * looked for among those before it. */
static zoe_status scan_channels(scan *s, uint64_t end)
{
    char last[NAME_BYTES] = "", name[NAME_BYTES];
    bool is_sorted = true;
    for (int32_t count = 0;; count++) {
        zoe_status status = take_name(s, end, name);
        if (status != ZOE_OK)
            return status;
        if (name[0] == '\0')
            return ZOE_OK;
        if (++s->outline->channel_count > ZOE_EXR_CHANNELS_MAX)
            return too_large(s, "channels", ZOE_EXR_CHANNELS_MAX);
        /* OpenEXR compares it with those before it in the list. */
        s->comparisons += (uint64_t)count * (1 + strlen(name) / COMPARED_BYTES);
        if (s->comparisons > ZOE_EXR_COMPARISONS_MAX)
            return zoe_error_set(s->error, ZOE_ERROR_TOO_LARGE,
                                 "%s: the header declares more than %" PRId32
                                 " channels, too many to compare their names",
                                 s->name, s->outline->channel_count - 1);
        uint64_t hash = hash_of(name);
        bool is_next = strcmp(name, last) > 0;
        is_sorted &= is_next;
        if (!is_sorted && count >= ZOE_EXR_UNSORTED_CHANNELS_MAX)
            return too_large(s, "channels that are not sorted by name",
                             ZOE_EXR_UNSORTED_CHANNELS_MAX);
        if (!is_next && is_among(s->channel_names, count, hash))
            return damaged(s, "a channel comes twice");
        if (count < ZOE_EXR_UNSORTED_CHANNELS_MAX)
            s->channel_names[count] = hash;
        if (is_next)
            memcpy(last, name, sizeof last);
        status = scan_channel(s, end);
        if (status != ZOE_OK)
            return status;
        size_t bytes = strlen(name) + 1;
        s->outline->context_bytes += zoe_blocks_cost(bytes) + CHANNEL_PLACE_BYTES;
        s->outline->channel_names += zoe_blocks_kept(bytes);
        needs_name(s, bytes);
    }
}

static zoe_status scan_strings(scan *s, const char *name, uint64_t end)
{
    while (s->at < end) {
        zoe_status status = ZOE_OK;
        const unsigned char *bytes = end - s->at >= 4 ? take(s, 4, &status) : NULL;
        if (!bytes)
            return status != ZOE_OK ? status : damaged(s, "a list of strings does not fit");
        uint32_t length = little_endian(bytes);
        if (length > end - s->at)
            return damaged(s, "a list of strings does not fit");
        if (++s->strings > ZOE_EXR_STRINGS_MAX)
            return too_large(s, "strings", ZOE_EXR_STRINGS_MAX);
        s->outline->context_bytes += zoe_blocks_cost((uint64_t)length + 1) + STRING_PLACE_BYTES;
        if (is(name, "multiView"))
            needs_name(s, (uint64_t)length + 1);
        s->at += length;
    }
    return ZOE_OK;
}

static zoe_status scan_compression(scan *s)
{
    zoe_status status = ZOE_OK;
    const unsigned char *byte = take(s, 1, &status);
    if (!byte)
        return status;
    s->part.lines = zoe_compression_lines((zoe_compression)*byte);
    if (*byte < EXR_COMPRESSION_LAST_TYPE)
        return ZOE_OK;
    const char *name = zoe_compression_name((zoe_compression)*byte);
    return zoe_error_set(s->error, ZOE_ERROR_UNSUPPORTED,
                         "%s: compression %d%s%s is not known to the installed OpenEXR library",
                         s->name, *byte, zoe_compression_by_name(name) < 0 ? "" : ", ",
                         zoe_compression_by_name(name) < 0 ? "" : name);
}

static zoe_status scan_part_type(scan *s, uint64_t end)
{
    zoe_status status = ZOE_OK;
    const unsigned char *bytes = end - s->at >= 4 ? take(s, 4, &status) : NULL;
    if (bytes && memcmp(bytes, "deep", 4) == 0)
        s->part.is_deep = true;
    return status;
}

static zoe_status scan_version(scan *s)
{
    zoe_status status = ZOE_OK;
    const unsigned char *bytes = take(s, 4, &status);
    if (bytes && little_endian(bytes) == 1)
        s->part.has_version = true;
    return status;
}

static zoe_status scan_data_window(scan *s)
{
    zoe_status status = ZOE_OK;
    const unsigned char *bytes = take(s, 16, &status);
    if (!bytes)
        return status;
    int64_t sides[4];
    for (int i = 0; i < 4; i++)
        sides[i] = (int32_t)little_endian(bytes + 4 * i);
    s->part.width = sides[2] - sides[0] + 1;
    s->part.height = sides[3] - sides[1] + 1;
    return ZOE_OK;
}

static zoe_status scan_tiles(scan *s)
{
    zoe_status status = ZOE_OK;
    const unsigned char *bytes = take(s, 9, &status);
    if (!bytes)
        return status;
    s->part.tile_width = little_endian(bytes);
    s->part.tile_height = little_endian(bytes + 4);
    return ZOE_OK;
}

static zoe_status scan_preview(scan *s, uint64_t end)
{
    zoe_status status = ZOE_OK;
    const unsigned char *bytes = end - s->at >= 8 ? take(s, 8, &status) : NULL;
    if (status != ZOE_OK)
        return status;
    uint64_t left = end - s->at;
    uint64_t width = bytes ? little_endian(bytes) : 0,
             height = bytes ? little_endian(bytes + 4) : 0;
    /* The sizes are below 2^32, but four times their product may be more than 2^64. */
    if (!bytes || left % 4 != 0 || width * height != left / 4)
        return damaged(s, "a preview of another size");
    return ZOE_OK;
}

/* "bytes" begin with the length of a hint at what they are. */
static zoe_status scan_bytes(scan *s, uint64_t end)
{
    zoe_status status = ZOE_OK;
    const unsigned char *bytes = end - s->at >= 4 ? take(s, 4, &status) : NULL;
    if (status != ZOE_OK)
        return status;
    if (!bytes || little_endian(bytes) > end - s->at)
        return damaged(s, "bytes without a type");
    return ZOE_OK;
}

/* The size of a value; 0: the type has none, or is not known, and its value is taken as it is. */
static uint32_t size_of_type(const char *type)
{
    static const struct {
        const char *name;
        uint32_t size;
    } types[] = {
        {"box2f", 16},      {"box2i", 16},   {"chromaticities", 32},
        {"compression", 1}, {"double", 8},   {"envmap", 1},
        {"float", 4},       {"int", 4},      {"keycode", 28},
        {"lineOrder", 1},   {"m33d", 72},    {"m33f", 36},
        {"m44d", 128},      {"m44f", 64},    {"rational", 8},
        {"tiledesc", 9},    {"timecode", 8}, {"v2d", 16},
        {"v2f", 8},         {"v2i", 8},      {"v3d", 24},
        {"v3f", 12},        {"v3i", 12},     {"deepImageState", 1},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (is(type, types[i].name))
            return types[i].size;
    return 0;
}

/* What of a value's inside has to be right, or is wanted here. */
static zoe_status scan_value(scan *s, const char *name, const char *type, uint64_t end)
{
    if (is(type, "chlist"))
        return scan_channels(s, end);
    if (is(type, "stringvector"))
        return scan_strings(s, name, end);
    if (is(type, "preview"))
        return scan_preview(s, end);
    if (is(type, "bytes"))
        return scan_bytes(s, end);
    if (is(name, "compression") && is(type, "compression"))
        return scan_compression(s);
    if (is(name, "type") && is(type, "string"))
        return scan_part_type(s, end);
    if (is(name, "version") && is(type, "int"))
        return scan_version(s);
    if (is(name, "dataWindow") && is(type, "box2i"))
        return scan_data_window(s);
    if (is(name, "tiles") && is(type, "tiledesc"))
        return scan_tiles(s);
    return ZOE_OK;
}

/* ---- attributes ---- */

/* The value's size, and that it is one which the type can have. */
static zoe_status scan_size(scan *s, const char *type, uint32_t *size)
{
    zoe_status status = ZOE_OK;
    const unsigned char *bytes = take(s, 4, &status);
    if (!bytes)
        return status;
    *size = little_endian(bytes);
    if (*size > INT32_MAX)
        return damaged(s, "an attribute has a negative size");
    uint64_t end = s->at + *size;
    if (end > s->file_bytes)
        return ends_early(s);
    if (end > ZOE_EXR_HEADER_BYTES_MAX)
        return too_large(s, "bytes", ZOE_EXR_HEADER_BYTES_MAX);
    uint32_t expected = size_of_type(type);
    if ((expected && *size != expected) || (is(type, "floatvector") && *size % 4 != 0))
        return damaged(s, "an attribute has not the size of its type");
    return ZOE_OK;
}

static zoe_status scan_attribute(scan *s, const char *name)
{
    char type[NAME_BYTES];
    uint32_t size = 0;
    if (++s->outline->attribute_count > ZOE_EXR_ATTRIBUTES_MAX)
        return too_large(s, "attributes", ZOE_EXR_ATTRIBUTES_MAX);
    if (s->part.attributes == ZOE_EXR_PART_ATTRIBUTES_MAX)
        return too_large(s, "attributes in a part", ZOE_EXR_PART_ATTRIBUTES_MAX);
    uint64_t hash = hash_of(name);
    if (is_among(s->attribute_names, s->part.attributes, hash))
        return damaged(s, "an attribute comes twice");
    s->attribute_names[s->part.attributes++] = hash;
    zoe_status status = take_name(s, UINT64_MAX, type);
    if (status == ZOE_OK && type[0] == '\0')
        status = damaged(s, "an attribute has no type");
    if (status == ZOE_OK)
        status = scan_size(s, type, &size);
    if (status != ZOE_OK)
        return status;
    uint64_t end = s->at + size;
    needs_attribute(s, name, type, size);
    status = scan_value(s, name, type, end);
    if (status != ZOE_OK)
        return status;
    /* What was looked at ends within the value; lists end where it does. */
    if (is(type, "chlist") && s->at != end)
        return damaged(s, "a list of channels ends before its size");
    s->at = end;
    return ZOE_OK;
}

/* Goes over one part's attributes; *is_empty: there were none. */
static zoe_status scan_one_part(scan *s, bool *is_empty)
{
    s->part = (scan_part){.attributes = 0};
    s->outline->context_bytes += PART_BYTES;
    for (;;) {
        char name[NAME_BYTES];
        zoe_status status = take_name(s, UINT64_MAX, name);
        if (status != ZOE_OK)
            return status;
        if (name[0] == '\0')
            break;
        status = scan_attribute(s, name);
        if (status != ZOE_OK)
            return status;
    }
    *is_empty = s->part.attributes == 0;
    s->deep_without_version |= s->part.is_deep && !s->part.has_version;
    needs_table(s);
    return ZOE_OK;
}

static zoe_status scan_parts(scan *s)
{
    for (;;) {
        bool is_empty = true;
        zoe_status status = scan_one_part(s, &is_empty);
        if (status != ZOE_OK)
            return status;
        if (is_empty)
            break;
        if (++s->outline->part_count > ZOE_EXR_PARTS_MAX)
            return too_large(s, "parts", ZOE_EXR_PARTS_MAX);
    }
    return s->outline->part_count ? ZOE_OK : damaged(s, "there are no parts");
}

static zoe_status scan_header(scan *s)
{
    static const unsigned char magic[4] = {0x76, 0x2f, 0x31, 0x01};
    zoe_status status = ZOE_OK;
    const unsigned char *bytes = s->file_bytes >= 8 ? take(s, 8, &status) : NULL;
    if (status != ZOE_OK)
        return status;
    if (!bytes || memcmp(bytes, magic, sizeof magic) != 0)
        return zoe_error_set(s->error, ZOE_ERROR_NOT_EXR, "%s: %s", s->name,
                             s->file_bytes ? "not an OpenEXR file" : "empty file");
    uint32_t version = little_endian(bytes + 4);
    if ((version & 0xFF) != 1 && (version & 0xFF) != 2)
        return zoe_error_set(s->error, ZOE_ERROR_UNSUPPORTED,
                             "%s: OpenEXR file version %u is not known", s->name,
                             (unsigned)(version & 0xFF));
    if (version >> 8 << 8 & ~(uint32_t)FLAGS_KNOWN)
        return zoe_error_set(s->error, ZOE_ERROR_UNSUPPORTED,
                             "%s: OpenEXR file flags 0x%x are not known", s->name,
                             (unsigned)(version >> 8 << 8));
    s->outline->multipart = version & FLAG_MULTIPART;
    if (s->outline->multipart)
        return scan_parts(s);
    s->outline->part_count = 1;
    bool is_empty;
    return scan_one_part(s, &is_empty);
}

zoe_status zoe_exr_scan(zoe_exr_read_fn *read, void *user, uint64_t file_bytes, const char *name,
                        zoe_exr_outline *outline, zoe_error *error)
{
    /* The arrays are filled as they are used. */
    scan s;
    s.read = read;
    s.user = user;
    s.file_bytes = file_bytes;
    s.name = name;
    s.error = error;
    s.outline = outline;
    s.at = s.offset = 0;
    s.filled = 0;
    s.strings = 0;
    s.comparisons = 0;
    s.deep_without_version = false;
    *outline = (zoe_exr_outline){.context_bytes = CONTEXT_BYTES};
    zoe_status status = scan_header(&s);
    outline->end = s.at;
    outline->hides_deep_flag = outline->multipart && !s.deep_without_version;
    return status;
}

void zoe_exr_hide_deep_flag(const zoe_exr_outline *outline, uint8_t *bytes, size_t count,
                            uint64_t offset)
{
    enum { AT = 5 }; /* the flags begin at offset 5, in the version field's second byte */
    if (outline->hides_deep_flag && offset <= AT && AT - offset < count)
        bytes[AT - offset] &= (uint8_t) ~(FLAG_DEEP >> 8);
}
