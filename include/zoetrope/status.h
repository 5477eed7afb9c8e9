/*
 * Status codes, errors that name their cause, and the version. Tier 0: includes nothing of
 * Zoetrope.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_STATUS_H
#define ZOETROPE_STATUS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ZOE_API              __attribute__((visibility("default")))
#define ZOE_PRINTF(fmt, arg) __attribute__((format(printf, fmt, arg)))
#else
#define ZOE_API
#define ZOE_PRINTF(fmt, arg)
#endif

/*
 * Every status: name, value, text. 0 is success; everything else is negative. One code per cause.
 * X(identifier, value, text)
 */
#define ZOE_STATUS_TABLE(X)                                                                        \
    X(OK, 0, "no error")                                                                           \
    X(ERROR_ARGUMENT, -1, "invalid argument")                                                      \
    X(ERROR_NO_MEMORY, -2, "out of memory")                                                        \
    X(ERROR_OVER_BUDGET, -3, "larger than the memory budget")                                      \
    X(ERROR_NOT_FOUND, -4, "no such file or folder")                                               \
    X(ERROR_PERMISSION, -5, "permission denied")                                                   \
    X(ERROR_IO, -6, "input or output error")                                                       \
    X(ERROR_NOT_EXR, -7, "not an OpenEXR file")                                                    \
    X(ERROR_CORRUPT, -8, "damaged file")                                                           \
    X(ERROR_TRUNCATED, -9, "file ends early")                                                      \
    X(ERROR_UNSUPPORTED, -10, "not supported")                                                     \
    X(ERROR_NO_FRAMES, -11, "no EXR frames found")                                                 \
    X(ERROR_NO_LAYER, -12, "no such part, layer or view")                                          \
    X(ERROR_PATTERN, -13, "malformed sequence pattern")                                            \
    X(ERROR_TOO_LARGE, -14, "declared size over the limit")                                        \
    X(ERROR_CHANGED, -15, "file changed while it was read")                                        \
    X(ERROR_THREAD, -16, "cannot start a thread")                                                  \
    X(ERROR_SYNTAX, -17, "malformed text")                                                         \
    X(MISSING, -18, "the sequence has no file for this frame")                                     \
    X(LOADING, -19, "not loaded yet")                                                              \
    X(TIMEOUT, -20, "deadline passed")                                                             \
    X(STALE, -21, "stopped because nobody wants it any more")                                      \
    X(ERROR_TOO_SMALL, -22, "the memory that was given is too small")                              \
    X(NO_ROOM, -23, "frames that are held leave no room for it")                                   \
    X(ERROR_DECODER, -24, "the decoder process ended")

typedef enum zoe_status {
#define ZOE_STATUS_ENUM(name, value, text) ZOE_##name = value,
    ZOE_STATUS_TABLE(ZOE_STATUS_ENUM)
#undef ZOE_STATUS_ENUM
} zoe_status;

/*
 * What went wrong, for a person: what was tried, which file, why. Callers pass NULL where they do
 * not want it. Written only on failure.
 * Thread-safety: a plain value; one thread at a time.
 */
typedef struct zoe_error {
    zoe_status status;
    /* One line of UTF-8, always terminated; longer texts are cut. Names in it are as zoe_text_clean
     * leaves them, and may so differ from the file's or channel's. */
    char text[1024];
} zoe_error;

/* "ERROR_CORRUPT" for ZOE_ERROR_CORRUPT; "UNKNOWN" for a value outside the table. Never NULL.
 * Thread-safety: any thread. */
ZOE_API const char *zoe_status_name(zoe_status status);

/* The table's text, "unknown status" outside it. Never NULL. Thread-safety: any thread. */
ZOE_API const char *zoe_status_text(zoe_status status);

/* Makes a text that came from outside (a file's name, a header) fit for a terminal, a log or a
 * window, in place: each control character (C0 with tabs and line breaks, DEL, C1), line separator,
 * control of the direction of text, and byte that is no UTF-8 becomes "?". It never grows.
 * Thread-safety: any thread. */
ZOE_API void zoe_text_clean(char *text);

/* Fills *error (which may be NULL) with a status and a formatted line, cleaned by zoe_text_clean,
 * URLs in it without user, password and query; returns the status, so that a function can end with
 * `return zoe_error_set(error, ZOE_ERROR_IO, "%s: …", path)`. Thread-safety: any thread. */
ZOE_API zoe_status zoe_error_set(zoe_error *error, zoe_status status, const char *format, ...)
    ZOE_PRINTF(3, 4);

/* The version of the library in use: "0.1.0". Thread-safety: any thread. */
ZOE_API const char *zoe_version(void);

#ifdef __cplusplus
}
#endif

#endif
