#define _GNU_SOURCE /* ppoll */

#include "commands/clip.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <zoetrope/header.h>

#include "model/frame_header.h"
#include "model/interrupt.h"
#include "model/layer.h"

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

static int is_interrupted(void *user)
{
    (void)user;
    return zoe_interrupted();
}

static void wake(void *user)
{
    const zoe_clip *clip = user;
    uint64_t one = 1;
    /* Fails only when it is counted up to the brim already, which wakes as well. */
    ssize_t n = write(clip->wake_fd, &one, sizeof one);
    (void)n;
}

zoe_status zoe_clip_storage(const zoe_options *options, zoe_storage **storage, zoe_error *error)
{
    zoe_storage_settings settings;
    zoe_storage_settings_init(&settings);
    if (options)
        zoe_options_apply_storage(options, &settings);
    settings.log = settings.log_level > ZOE_LOG_WARNING ? log_line : NULL;
    settings.cancel = is_interrupted;
    return zoe_storage_create(&settings, storage, error);
}

static zoe_status open_all(zoe_clip *clip, const char *spec, const zoe_options *options,
                           const zoe_engine_settings *settings,
                           const zoe_source_settings *source_settings, zoe_error *error)
{
    zoe_sequence *sequence = NULL;
    zoe_status status = zoe_clip_storage(options, &clip->storage, error);
    if (status == ZOE_OK)
        status = zoe_sequence_open(spec, clip->storage, &sequence, error);
    if (status != ZOE_OK)
        return status;
    clip->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (clip->wake_fd < 0)
        status = zoe_error_set(error, ZOE_ERROR_IO, "%s: cannot make an event: %s", spec,
                               strerror(errno));
    if (status == ZOE_OK)
        status = zoe_engine_create(settings, &clip->engine, error);
    clip->count = zoe_sequence_count(sequence);
    if (status == ZOE_OK)
        status = zoe_source_open(clip->engine, &sequence, source_settings, &clip->source, error);
    zoe_sequence_close(&sequence);
    return status;
}

zoe_status zoe_clip_open(zoe_clip *clip, const char *spec, const zoe_options *options,
                         const zoe_engine_settings *settings,
                         const zoe_source_settings *source_settings, zoe_error *error)
{
    memset(clip, 0, sizeof *clip);
    clip->wake_fd = -1;
    zoe_engine_settings own;
    if (settings)
        own = *settings;
    else
        zoe_engine_settings_init(&own);
    own.log = own.log_level > ZOE_LOG_WARNING ? log_line : NULL;
    own.notify = wake;
    own.notify_user = clip;
    zoe_status status = open_all(clip, spec, options, &own, source_settings, error);
    if (status == ZOE_OK)
        clip->sequence = zoe_source_sequence(clip->source);
    else
        zoe_clip_close(clip);
    return status;
}

void zoe_clip_close(zoe_clip *clip)
{
    if (!clip->storage)
        return;
    zoe_source_close(&clip->source);
    zoe_engine_destroy(&clip->engine);
    zoe_storage_close(&clip->storage);
    if (clip->wake_fd >= 0)
        close(clip->wake_fd);
}

zoe_status zoe_clip_position(const zoe_clip *clip, int64_t number, int64_t *position,
                             zoe_error *error)
{
    int64_t p = zoe_sequence_position(clip->sequence, number);
    if (p < 0 || p >= clip->count || zoe_sequence_number(clip->sequence, p) != number)
        return zoe_error_set(error, ZOE_MISSING, "%s/%s: no frame %lld, there are %lld to %lld",
                             zoe_sequence_folder(clip->sequence), zoe_sequence_name(clip->sequence),
                             (long long)number, (long long)zoe_sequence_first(clip->sequence),
                             (long long)zoe_sequence_last(clip->sequence));
    *position = p;
    return ZOE_OK;
}

/* The layers that the file has, behind the error that it has not the one asked for. */
static void add_layers(const zoe_clip *clip, int64_t position, char *text, size_t capacity)
{
    char names[320];
    size_t used = strlen(text);
    zoe_header *header = NULL;
    if (zoe_frame_header_read(clip->sequence, position, &header, NULL) == ZOE_OK &&
        header->layer_count) {
        zoe_layer_list(header, names, sizeof names);
        snprintf(text + used, capacity - used, "; there %s %s",
                 header->layer_count == 1 ? "is only" : "are", names);
    }
    zoe_header_free(&header);
}

zoe_status zoe_clip_explain(const zoe_clip *clip, int64_t position, zoe_status status,
                            zoe_error *error)
{
    long long number = (long long)zoe_sequence_number(clip->sequence, position);
    if (status == ZOE_MISSING)
        return zoe_error_set(error, status, "%s/%s: frame %lld has no file",
                             zoe_sequence_folder(clip->sequence), zoe_sequence_name(clip->sequence),
                             number);
    zoe_error own = {ZOE_OK, ""};
    if (zoe_source_frame_error(clip->source, position, &own) != ZOE_OK && own.text[0]) {
        if (status == ZOE_ERROR_NO_LAYER)
            add_layers(clip, position, own.text, sizeof own.text);
        return zoe_error_set(error, status, "%s", own.text);
    }
    char path[PATH_CAPACITY];
    if (zoe_sequence_path(clip->sequence, position, path, sizeof path) != ZOE_OK)
        snprintf(path, sizeof path, "%s: frame %lld", zoe_sequence_name(clip->sequence), number);
    return zoe_error_set(error, status, "%s: %s", path, zoe_status_text(status));
}

zoe_status zoe_clip_wait(zoe_clip *clip, int64_t position, uint64_t deadline_ns, zoe_frame *frame,
                         zoe_error *error)
{
    for (;;) {
        uint64_t now = zoe_now_ns();
        uint64_t until = deadline_ns < now + slice_ns ? deadline_ns : now + slice_ns;
        zoe_status status = zoe_source_wait(clip->source, position, until, frame);
        if (status == ZOE_OK)
            return status;
        if (status != ZOE_TIMEOUT && status != ZOE_LOADING)
            return zoe_clip_explain(clip, position, status, error);
        if (zoe_interrupted())
            return zoe_error_set(error, ZOE_STALE, "%s: interrupted",
                                 zoe_sequence_spec(clip->sequence));
        if (zoe_now_ns() >= deadline_ns)
            return ZOE_TIMEOUT;
    }
}

void zoe_clip_sleep(zoe_clip *clip, uint64_t until_ns)
{
    uint64_t now = zoe_now_ns();
    if (until_ns <= now)
        return;
    uint64_t span = until_ns - now < slice_ns ? until_ns - now : slice_ns;
    struct timespec timeout = {(time_t)(span / 1000000000u), (long)(span % 1000000000u)};
    struct pollfd event = {clip->wake_fd, POLLIN, 0};
    if (ppoll(&event, 1, &timeout, NULL) > 0) {
        uint64_t counted;
        ssize_t n = read(clip->wake_fd, &counted, sizeof counted);
        (void)n;
    }
}

zoe_rate zoe_clip_file_rate(const zoe_clip *clip)
{
    zoe_rate rate = {24, 1};
    int tried = 0;
    for (int64_t p = 0; p < clip->count && tried < HEADERS_TRIED; p++) {
        char path[PATH_CAPACITY];
        zoe_header *header = NULL;
        if (zoe_sequence_path(clip->sequence, p, path, sizeof path) != ZOE_OK)
            continue;
        tried++;
        if (zoe_header_read(path, clip->storage, &header, NULL) != ZOE_OK)
            continue;
        if (header->fps_numerator > 0 && header->fps_denominator > 0)
            rate = (zoe_rate){header->fps_numerator, header->fps_denominator};
        zoe_header_free(&header);
        break;
    }
    return rate;
}
