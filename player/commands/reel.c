#define _GNU_SOURCE /* ppoll */

#include "commands/reel.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <zoetrope/header.h>
#include <zoetrope/transport.h>

#include "model/interrupt.h"

enum {
    PATH_CAPACITY = 4096,
    HEADERS_TRIED = 8, /* files looked at for a rate, in case the first are damaged */
};

/* A signal that comes just before a wait does not end it: no wait is longer than this. */
static const uint64_t slice_ns = 100u * 1000u * 1000u;

static void log_line(void *user, zoe_log_level level, const char *message)
{
    (void)user;
    (void)level;
    fprintf(stderr, "zoetrope: %s\n", message);
}

static void wake(void *user)
{
    const zoe_reel *reel = user;
    uint64_t one = 1;
    /* Fails only when it is counted up to the brim already, which wakes as well. */
    ssize_t n = write(reel->wake_fd, &one, sizeof one);
    (void)n;
}

zoe_status zoe_reel_open(zoe_reel *reel, const char *spec, const zoe_engine_settings *settings,
                         const zoe_source_settings *source_settings, zoe_error *error)
{
    memset(reel, 0, sizeof *reel);
    zoe_sequence *sequence = NULL;
    zoe_status status = zoe_sequence_open(spec, &sequence, error);
    if (status != ZOE_OK)
        return status;
    zoe_engine_settings own;
    if (settings)
        own = *settings;
    else
        zoe_engine_settings_init(&own);
    own.log = own.log_level > ZOE_LOG_WARNING ? log_line : NULL;
    own.notify = wake;
    own.notify_user = reel;
    reel->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (reel->wake_fd < 0)
        status = zoe_error_set(error, ZOE_ERROR_IO, "%s: cannot make an event: %s", spec,
                               strerror(errno));
    if (status == ZOE_OK)
        status = zoe_engine_create(&own, &reel->engine, error);
    if (status == ZOE_OK) {
        reel->count = zoe_sequence_count(sequence);
        status = zoe_source_open(reel->engine, &sequence, source_settings, &reel->source, error);
    }
    if (status != ZOE_OK) {
        zoe_sequence_close(&sequence);
        zoe_engine_destroy(&reel->engine);
        if (reel->wake_fd >= 0)
            close(reel->wake_fd);
        return status;
    }
    reel->sequence = zoe_source_sequence(reel->source);
    return ZOE_OK;
}

void zoe_reel_close(zoe_reel *reel)
{
    if (!reel->engine)
        return;
    zoe_source_close(&reel->source);
    zoe_engine_destroy(&reel->engine);
    close(reel->wake_fd);
}

zoe_status zoe_reel_position(const zoe_reel *reel, int64_t number, int64_t *position,
                             zoe_error *error)
{
    int64_t p = zoe_sequence_position(reel->sequence, number);
    if (p < 0 || p >= reel->count || zoe_sequence_number(reel->sequence, p) != number)
        return zoe_error_set(error, ZOE_MISSING, "%s/%s: no frame %lld, there are %lld to %lld",
                             zoe_sequence_folder(reel->sequence), zoe_sequence_name(reel->sequence),
                             (long long)number, (long long)zoe_sequence_first(reel->sequence),
                             (long long)zoe_sequence_last(reel->sequence));
    *position = p;
    return ZOE_OK;
}

zoe_status zoe_reel_explain(const zoe_reel *reel, int64_t position, zoe_status status,
                            zoe_error *error)
{
    long long number = (long long)zoe_sequence_number(reel->sequence, position);
    if (status == ZOE_MISSING)
        return zoe_error_set(error, status, "%s/%s: frame %lld has no file",
                             zoe_sequence_folder(reel->sequence), zoe_sequence_name(reel->sequence),
                             number);
    zoe_error own = {ZOE_OK, ""};
    if (zoe_source_frame_error(reel->source, position, &own) != ZOE_OK && own.text[0])
        return zoe_error_set(error, status, "%s", own.text);
    char path[PATH_CAPACITY];
    if (zoe_sequence_path(reel->sequence, position, path, sizeof path) != ZOE_OK)
        snprintf(path, sizeof path, "%s: frame %lld", zoe_sequence_name(reel->sequence), number);
    return zoe_error_set(error, status, "%s: %s", path, zoe_status_text(status));
}

zoe_status zoe_reel_wait(zoe_reel *reel, int64_t position, uint64_t deadline_ns, zoe_frame *frame,
                         zoe_error *error)
{
    for (;;) {
        uint64_t now = zoe_now_ns();
        uint64_t until = deadline_ns < now + slice_ns ? deadline_ns : now + slice_ns;
        zoe_status status = zoe_source_wait(reel->source, position, until, frame);
        if (status == ZOE_OK)
            return status;
        if (status != ZOE_TIMEOUT && status != ZOE_LOADING)
            return zoe_reel_explain(reel, position, status, error);
        if (zoe_interrupted())
            return zoe_error_set(error, ZOE_STALE, "%s: interrupted",
                                 zoe_sequence_spec(reel->sequence));
        if (zoe_now_ns() >= deadline_ns)
            return ZOE_TIMEOUT;
    }
}

void zoe_reel_sleep(zoe_reel *reel, uint64_t until_ns)
{
    uint64_t now = zoe_now_ns();
    if (until_ns <= now)
        return;
    uint64_t span = until_ns - now < slice_ns ? until_ns - now : slice_ns;
    struct timespec timeout = {(time_t)(span / 1000000000u), (long)(span % 1000000000u)};
    struct pollfd event = {reel->wake_fd, POLLIN, 0};
    if (ppoll(&event, 1, &timeout, NULL) > 0) {
        uint64_t counted;
        ssize_t n = read(reel->wake_fd, &counted, sizeof counted);
        (void)n;
    }
}

zoe_rate zoe_reel_file_rate(const zoe_reel *reel)
{
    zoe_rate rate = {24, 1};
    int tried = 0;
    for (int64_t p = 0; p < reel->count && tried < HEADERS_TRIED; p++) {
        char path[PATH_CAPACITY];
        zoe_header *header = NULL;
        if (zoe_sequence_path(reel->sequence, p, path, sizeof path) != ZOE_OK)
            continue;
        tried++;
        if (zoe_header_read(path, &header, NULL) != ZOE_OK)
            continue;
        if (header->fps_numerator > 0 && header->fps_denominator > 0)
            rate = (zoe_rate){header->fps_numerator, header->fps_denominator};
        zoe_header_free(&header);
        break;
    }
    return rate;
}
