#include "exr/scan.h"

#include <inttypes.h>
#include <string.h>

#include <openexr.h>

#include <zoetrope/header.h>

enum {
    NAME_MAX_BYTES = 256, /* of attribute, type and channel names, terminator included */
    FLAG_DEEP = 0x800,
    FLAG_MULTIPART = 0x1000,
    FLAGS_KNOWN = 0x1E00, /* tiles, long names, deep, parts */
};

struct check {
    zoe_exr_read_fn *read;
    void *user;
    uint64_t file_bytes;
    const char *name;
    zoe_error *error;
    uint64_t at;     /* of the next byte */
    uint64_t offset; /* of buffer[0] */
    size_t filled;
    int parts, channels, attributes, strings;
    bool multipart;
    bool is_deep, has_version; /* the part: by its type; "version" is there and 1 */
    bool deep_without_version; /* any part */
    unsigned char buffer[4096];
};

static zoe_status damaged(struct check *check, const char *what)
{
    return zoe_error_set(check->error, ZOE_ERROR_CORRUPT, "%s: damaged header: %s", check->name,
                         what);
}

static zoe_status too_large(struct check *check, const char *what, int64_t limit)
{
    return zoe_error_set(check->error, ZOE_ERROR_TOO_LARGE,
                         "%s: the header declares more than %" PRId64 " %s", check->name, limit,
                         what);
}

static zoe_status ends_early(struct check *check)
{
    return zoe_error_set(check->error, ZOE_ERROR_TRUNCATED,
                         "%s: the file ends inside its header, after %" PRIu64 " bytes",
                         check->name, check->file_bytes);
}

/* The next `bytes` (few) of the file, or NULL with the status set. */
static const unsigned char *take(struct check *check, size_t bytes, zoe_status *status)
{
    uint64_t end = check->at + bytes;
    if (end > check->file_bytes) {
        *status = ends_early(check);
        return NULL;
    }
    if (end > ZOE_EXR_HEADER_BYTES_MAX) {
        *status = too_large(check, "bytes", ZOE_EXR_HEADER_BYTES_MAX);
        return NULL;
    }
    if (check->at < check->offset || end > check->offset + check->filled) {
        uint64_t left = check->file_bytes - check->at;
        size_t want = left < sizeof check->buffer ? (size_t)left : sizeof check->buffer;
        int64_t got = check->read(check->user, check->buffer, want, check->at);
        if (got < 0) {
            *status = zoe_error_set(check->error, ZOE_ERROR_IO, "%s: cannot be read", check->name);
            return NULL;
        }
        check->offset = check->at;
        check->filled = (size_t)got;
        if ((size_t)got < bytes) {
            *status = ends_early(check);
            return NULL;
        }
    }
    const unsigned char *here = check->buffer + (check->at - check->offset);
    check->at = end;
    return here;
}

static uint32_t little_endian(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* Reads a terminated name that ends before `end`. */
static zoe_status take_name(struct check *check, uint64_t end, char name[NAME_MAX_BYTES])
{
    for (size_t i = 0; i < NAME_MAX_BYTES; i++) {
        zoe_status status = ZOE_OK;
        if (check->at >= end)
            return damaged(check, "a name does not end");
        const unsigned char *byte = take(check, 1, &status);
        if (!byte)
            return status;
        name[i] = (char)*byte;
        if (*byte == 0)
            return ZOE_OK;
    }
    return damaged(check, "a name does not end");
}

static zoe_status check_channels(struct check *check, uint64_t end)
{
    for (;;) {
        char name[NAME_MAX_BYTES];
        zoe_status status = take_name(check, end, name);
        if (status != ZOE_OK)
            return status;
        if (name[0] == '\0')
            return ZOE_OK;
        if (++check->channels > ZOE_EXR_CHANNELS_MAX)
            return too_large(check, "channels", ZOE_EXR_CHANNELS_MAX);
        if (!take(check, 16, &status))
            return status;
    }
}

static zoe_status check_strings(struct check *check, uint64_t end)
{
    while (check->at < end) {
        zoe_status status = ZOE_OK;
        const unsigned char *bytes = end - check->at >= 4 ? take(check, 4, &status) : NULL;
        if (!bytes)
            return status != ZOE_OK ? status : damaged(check, "a list of strings does not fit");
        uint32_t length = little_endian(bytes);
        if (length > end - check->at)
            return damaged(check, "a list of strings does not fit");
        if (++check->strings > ZOE_EXR_STRINGS_MAX)
            return too_large(check, "strings", ZOE_EXR_STRINGS_MAX);
        check->at += length;
    }
    return ZOE_OK;
}

static zoe_status check_compression(struct check *check)
{
    zoe_status status = ZOE_OK;
    const unsigned char *byte = take(check, 1, &status);
    if (!byte || *byte < EXR_COMPRESSION_LAST_TYPE)
        return status;
    const char *name = zoe_compression_name((zoe_compression)*byte);
    return zoe_error_set(check->error, ZOE_ERROR_UNSUPPORTED,
                         "%s: compression %d%s%s is not known to the installed OpenEXR library",
                         check->name, *byte, zoe_compression_by_name(name) < 0 ? "" : ", ",
                         zoe_compression_by_name(name) < 0 ? "" : name);
}

static zoe_status check_type(struct check *check)
{
    zoe_status status = ZOE_OK;
    const unsigned char *bytes = take(check, 4, &status);
    if (bytes && memcmp(bytes, "deep", 4) == 0)
        check->is_deep = true;
    return status;
}

static zoe_status check_version(struct check *check)
{
    zoe_status status = ZOE_OK;
    const unsigned char *bytes = take(check, 4, &status);
    if (bytes && little_endian(bytes) == 1)
        check->has_version = true;
    return status;
}

static zoe_status check_value(struct check *check, const char *name, const char *type)
{
    zoe_status status = ZOE_OK;
    const unsigned char *bytes = take(check, 4, &status);
    if (!bytes)
        return status;
    uint32_t size = little_endian(bytes);
    if (size > INT32_MAX)
        return damaged(check, "an attribute has a negative size");
    uint64_t end = check->at + size;
    if (end > check->file_bytes)
        return ends_early(check);
    if (end > ZOE_EXR_HEADER_BYTES_MAX)
        return too_large(check, "bytes", ZOE_EXR_HEADER_BYTES_MAX);
    if (strcmp(type, "chlist") == 0)
        status = check_channels(check, end);
    else if (strcmp(type, "stringvector") == 0)
        status = check_strings(check, end);
    else if (strcmp(type, "compression") == 0 && strcmp(name, "compression") == 0 && size == 1)
        status = check_compression(check);
    else if (strcmp(type, "string") == 0 && strcmp(name, "type") == 0 && size >= 4)
        status = check_type(check);
    else if (strcmp(type, "int") == 0 && strcmp(name, "version") == 0 && size == 4)
        status = check_version(check);
    if (status == ZOE_OK)
        check->at = end;
    return status;
}

/* Goes over one part's attributes; *is_empty: there were none. */
static zoe_status check_part(struct check *check, int *is_empty)
{
    char name[NAME_MAX_BYTES];
    char type[NAME_MAX_BYTES];
    *is_empty = 1;
    check->is_deep = check->has_version = false;
    for (;;) {
        zoe_status status = take_name(check, UINT64_MAX, name);
        if (status != ZOE_OK)
            return status;
        if (name[0] == '\0') {
            check->deep_without_version |= check->is_deep && !check->has_version;
            return ZOE_OK;
        }
        *is_empty = 0;
        if (++check->attributes > ZOE_EXR_ATTRIBUTES_MAX)
            return too_large(check, "attributes", ZOE_EXR_ATTRIBUTES_MAX);
        status = take_name(check, UINT64_MAX, type);
        if (status == ZOE_OK)
            status = check_value(check, name, type);
        if (status != ZOE_OK)
            return status;
    }
}

static zoe_status check_header(struct check *check)
{
    static const unsigned char magic[4] = {0x76, 0x2f, 0x31, 0x01};
    zoe_status status = ZOE_OK;
    const unsigned char *bytes = check->file_bytes >= 8 ? take(check, 8, &status) : NULL;
    if (status != ZOE_OK)
        return status;
    if (!bytes || memcmp(bytes, magic, sizeof magic) != 0)
        return zoe_error_set(check->error, ZOE_ERROR_NOT_EXR, "%s: %s", check->name,
                             check->file_bytes ? "not an OpenEXR file" : "empty file");
    uint32_t version = little_endian(bytes + 4);
    if ((version & 0xFF) != 1 && (version & 0xFF) != 2)
        return zoe_error_set(check->error, ZOE_ERROR_UNSUPPORTED,
                             "%s: OpenEXR file version %u is not known", check->name,
                             (unsigned)(version & 0xFF));
    if (version >> 8 << 8 & ~(uint32_t)FLAGS_KNOWN)
        return zoe_error_set(check->error, ZOE_ERROR_UNSUPPORTED,
                             "%s: OpenEXR file flags 0x%x are not known", check->name,
                             (unsigned)(version >> 8 << 8));
    int is_empty = 0;
    check->multipart = version & FLAG_MULTIPART;
    if (!check->multipart)
        return check_part(check, &is_empty);
    while (!is_empty) {
        status = check_part(check, &is_empty);
        if (status != ZOE_OK)
            return status;
        if (!is_empty && ++check->parts > ZOE_EXR_PARTS_MAX)
            return too_large(check, "parts", ZOE_EXR_PARTS_MAX);
    }
    return check->parts ? ZOE_OK : damaged(check, "there are no parts");
}

zoe_status zoe_exr_check(zoe_exr_read_fn *read, void *user, uint64_t file_bytes, const char *name,
                         zoe_exr_outline *outline, zoe_error *error)
{
    struct check check;
    check.read = read;
    check.user = user;
    check.file_bytes = file_bytes;
    check.name = name;
    check.error = error;
    check.at = check.offset = 0;
    check.filled = 0;
    check.parts = check.channels = check.attributes = check.strings = 0;
    check.multipart = check.deep_without_version = false;
    zoe_status status = check_header(&check);
    outline->end = check.at;
    outline->multipart = check.multipart;
    outline->hides_deep_flag = check.multipart && !check.deep_without_version;
    return status;
}

void zoe_exr_hide_deep_flag(const zoe_exr_outline *outline, uint8_t *bytes, size_t count,
                            uint64_t offset)
{
    enum { AT = 5 }; /* the flags begin at offset 5, in the version field's second byte */
    if (outline->hides_deep_flag && offset <= AT && AT - offset < count)
        bytes[AT - offset] &= (uint8_t) ~(FLAG_DEEP >> 8);
}
