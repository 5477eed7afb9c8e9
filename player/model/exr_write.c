#define _POSIX_C_SOURCE 200809L /* pwrite */

#include "model/exr_write.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openexr.h>

#include "model/temp_file.h"

enum { SHORT_NAME = 31 }; /* bytes that a name has in any EXR file */

/* Where the library writes to: a file, or (for a trial) nowhere. */
typedef struct sink {
    int fd;           /* -1: nowhere */
    int failed_errno; /* of the first write that failed */
} sink;

typedef struct writer {
    const zoe_exr_write_spec *spec;
    zoe_exr_row_fn *row;
    void *user;
    exr_context_t context;
    exr_encode_pipeline_t pipeline;
    int pipeline_made;
    uint8_t *planes[ZOE_PLANES_MAX]; /* of one chunk */
    size_t plane_bytes[ZOE_PLANES_MAX];
    int gave_up;
    sink out;
} writer;

static size_t sample_bytes(zoe_sample_type type)
{
    return type == ZOE_SAMPLE_HALF ? 2 : 4;
}

/* What the library said first on this thread: it speaks on the thread that called it, while it
 * holds the lock of its context, so that it may not be asked anything here. */
static _Thread_local char first_message[256];

static void hear_error(exr_const_context_t context, exr_result_t code, const char *message)
{
    (void)context;
    (void)code;
    if (!first_message[0])
        snprintf(first_message, sizeof first_message, "%s", message ? message : "");
}

static int64_t write_bytes(exr_const_context_t context, void *user, const void *buffer,
                           uint64_t size, uint64_t offset, exr_stream_error_func_ptr_t report)
{
    (void)context;
    (void)report;
    sink *out = user;
    if (out->fd < 0)
        return (int64_t)size;
    const uint8_t *from = buffer;
    uint64_t done = 0;
    while (done < size) {
        ssize_t n = pwrite(out->fd, from + done, size - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (!out->failed_errno)
                out->failed_errno = n < 0 ? errno : ENOSPC;
            return -1;
        }
        done += (uint64_t)n;
    }
    return (int64_t)size;
}

static exr_attr_box2i_t box_of(zoe_box box)
{
    exr_attr_box2i_t b;
    b.min.x = box.min_x;
    b.min.y = box.min_y;
    b.max.x = box.max_x;
    b.max.y = box.max_y;
    return b;
}

static exr_result_t set_attributes(exr_context_t context, const zoe_exr_write_spec *spec)
{
    exr_attr_box2i_t data = box_of(spec->data_window), display = box_of(spec->display_window);
    exr_attr_v2f_t center;
    memset(&center, 0, sizeof center);
    exr_result_t r = exr_initialize_required_attr(
        context, 0, &display, &data, (float)spec->pixel_aspect, &center, 1.0f,
        EXR_LINEORDER_INCREASING_Y, (exr_compression_t)spec->compression);
    if (r == EXR_ERR_SUCCESS && spec->tile_width > 0)
        r = exr_set_tile_descriptor(context, 0, (uint32_t)spec->tile_width,
                                    (uint32_t)spec->tile_height, EXR_TILE_ONE_LEVEL,
                                    EXR_TILE_ROUND_DOWN);
    for (uint32_t i = 0; r == EXR_ERR_SUCCESS && i < spec->channel_count; i++)
        r = exr_add_channel(context, 0, spec->names[i], (exr_pixel_type_t)spec->types[i],
                            EXR_PERCEPTUALLY_LOGARITHMIC, 1, 1);
    if (r == EXR_ERR_SUCCESS && spec->fps_denominator > 0) {
        exr_attr_rational_t rate = {spec->fps_numerator, (uint32_t)spec->fps_denominator};
        r = exr_attr_set_rational(context, 0, "framesPerSecond", &rate);
    }
    if (r == EXR_ERR_SUCCESS && spec->chromaticities) {
        const float *c = spec->chromaticities;
        exr_attr_chromaticities_t values = {c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]};
        r = exr_attr_set_chromaticities(context, 0, "chromaticities", &values);
    }
    if (r == EXR_ERR_SUCCESS)
        r = exr_write_header(context);
    return r;
}

/* Names beyond 31 bytes set a mark in the file that old readers refuse: only where there are some.
 */
static bool has_long_name(const zoe_exr_write_spec *spec)
{
    for (uint32_t i = 0; i < spec->channel_count; i++) {
        if (strlen(spec->names[i]) > SHORT_NAME)
            return true;
    }
    return false;
}

/* Points the pipeline's channels, which are in the file's order, at the planes. */
static exr_result_t connect_planes(writer *w)
{
    exr_encode_pipeline_t *pipe = &w->pipeline;
    for (int c = 0; c < pipe->channel_count; c++) {
        exr_coding_channel_info_t *channel = &pipe->channels[c];
        uint32_t i = 0;
        while (i < w->spec->channel_count && strcmp(w->spec->names[i], channel->channel_name) != 0)
            i++;
        if (i == w->spec->channel_count)
            return EXR_ERR_INVALID_ARGUMENT;
        size_t bytes = sample_bytes(w->spec->types[i]);
        size_t need = (size_t)channel->width * (size_t)channel->height * bytes;
        if (need > w->plane_bytes[i]) {
            free(w->planes[i]);
            w->plane_bytes[i] = 0;
            w->planes[i] = malloc(need);
            if (!w->planes[i])
                return EXR_ERR_OUT_OF_MEMORY;
            w->plane_bytes[i] = need;
        }
        channel->encode_from_ptr = w->planes[i];
        channel->user_bytes_per_element = (int16_t)bytes;
        channel->user_data_type = (uint16_t)w->spec->types[i];
        channel->user_pixel_stride = (int32_t)bytes;
        channel->user_line_stride = (int32_t)(bytes * (size_t)channel->width);
    }
    return EXR_ERR_SUCCESS;
}

static exr_result_t write_chunk(writer *w, const exr_chunk_info_t *chunk, int32_t x, int32_t y)
{
    exr_encode_pipeline_t *pipe = &w->pipeline;
    int fresh = !w->pipeline_made;
    exr_result_t r = fresh ? exr_encoding_initialize(w->context, 0, chunk, pipe)
                           : exr_encoding_update(w->context, 0, chunk, pipe);
    if (r != EXR_ERR_SUCCESS)
        return r;
    w->pipeline_made = 1;
    r = connect_planes(w);
    if (r == EXR_ERR_SUCCESS && fresh)
        r = exr_encoding_choose_default_routines(w->context, 0, pipe);
    if (r != EXR_ERR_SUCCESS)
        return r;
    for (int32_t row = 0; row < chunk->height; row++) {
        void *planes[ZOE_PLANES_MAX] = {0};
        for (uint32_t i = 0; i < w->spec->channel_count; i++)
            planes[i] =
                w->planes[i] + (size_t)row * (size_t)chunk->width * sample_bytes(w->spec->types[i]);
        if (w->row(w->user, x, y + row, chunk->width, planes)) {
            w->gave_up = 1;
            return EXR_ERR_UNKNOWN;
        }
    }
    return exr_encoding_run(w->context, 0, pipe);
}

static exr_result_t write_scanlines(writer *w)
{
    const zoe_box *box = &w->spec->data_window;
    int32_t lines = 0;
    exr_result_t r = exr_get_scanlines_per_chunk(w->context, 0, &lines);
    if (r == EXR_ERR_SUCCESS && lines < 1)
        r = EXR_ERR_UNKNOWN;
    for (int64_t y = box->min_y; r == EXR_ERR_SUCCESS && y <= box->max_y; y += lines) {
        exr_chunk_info_t chunk;
        r = exr_write_scanline_chunk_info(w->context, 0, (int)y, &chunk);
        if (r == EXR_ERR_SUCCESS)
            r = write_chunk(w, &chunk, box->min_x, (int32_t)y);
    }
    return r;
}

static exr_result_t write_tiles(writer *w)
{
    const zoe_box *box = &w->spec->data_window;
    int32_t tw = w->spec->tile_width, th = w->spec->tile_height;
    int64_t columns = ((int64_t)box->max_x - box->min_x + tw) / tw;
    int64_t rows = ((int64_t)box->max_y - box->min_y + th) / th;
    exr_result_t r = EXR_ERR_SUCCESS;
    for (int64_t ty = 0; r == EXR_ERR_SUCCESS && ty < rows; ty++)
        for (int64_t tx = 0; r == EXR_ERR_SUCCESS && tx < columns; tx++) {
            exr_chunk_info_t chunk;
            r = exr_write_tile_chunk_info(w->context, 0, (int)tx, (int)ty, 0, 0, &chunk);
            if (r == EXR_ERR_SUCCESS)
                r = write_chunk(w, &chunk, (int32_t)(box->min_x + tx * tw),
                                (int32_t)(box->min_y + ty * th));
        }
    return r;
}

/* Writes everything to w->out. */
static exr_result_t write_picture(writer *w, const char *name)
{
    exr_context_initializer_t init = EXR_DEFAULT_CONTEXT_INITIALIZER;
    init.user_data = &w->out;
    init.write_fn = write_bytes;
    init.error_handler_fn = hear_error;
    first_message[0] = '\0';
    exr_result_t r = exr_start_write(&w->context, name, EXR_WRITE_FILE_DIRECTLY, &init);
    if (r != EXR_ERR_SUCCESS)
        return r;
    int part = 0;
    if (has_long_name(w->spec))
        r = exr_set_longname_support(w->context, 1);
    if (r == EXR_ERR_SUCCESS)
        r = exr_add_part(w->context, NULL,
                         w->spec->tile_width > 0 ? EXR_STORAGE_TILED : EXR_STORAGE_SCANLINE, &part);
    if (r == EXR_ERR_SUCCESS)
        r = set_attributes(w->context, w->spec);
    if (r == EXR_ERR_SUCCESS)
        r = w->spec->tile_width > 0 ? write_tiles(w) : write_scanlines(w);
    if (w->pipeline_made)
        exr_encoding_destroy(w->context, &w->pipeline);
    exr_result_t finished = exr_finish(&w->context);
    for (uint32_t i = 0; i < ZOE_PLANES_MAX; i++)
        free(w->planes[i]);
    return r == EXR_ERR_SUCCESS ? finished : r;
}

static zoe_status explain(const writer *w, const char *path, exr_result_t r, zoe_error *error)
{
    if (w->gave_up)
        return zoe_error_set(error, ZOE_STALE, "%s: stopped", path);
    if (w->out.failed_errno)
        return zoe_temp_file_error(path, w->out.failed_errno, error);
    zoe_status status = ZOE_ERROR_ARGUMENT;
    if (r == EXR_ERR_OUT_OF_MEMORY)
        status = ZOE_ERROR_NO_MEMORY;
    else if (r == EXR_ERR_FEATURE_NOT_IMPLEMENTED)
        status = ZOE_ERROR_UNSUPPORTED;
    return zoe_error_set(error, status, "%s: cannot write: %s", path,
                         first_message[0] ? first_message : exr_get_default_error_message(r));
}

static bool check_spec(const zoe_exr_write_spec *spec)
{
    const zoe_box *box = &spec->data_window;
    return spec->channel_count >= 1 && spec->channel_count <= ZOE_PLANES_MAX &&
           box->max_x >= box->min_x && box->max_y >= box->min_y && spec->tile_width >= 0 &&
           spec->tile_height >= 0 && !spec->tile_width == !spec->tile_height;
}

zoe_status zoe_exr_write(const char *path, const zoe_exr_write_spec *spec, zoe_exr_row_fn *row,
                         void *user, zoe_error *error)
{
    if (!check_spec(spec))
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: nothing that can be written", path);
    zoe_temp_file file;
    zoe_status status = zoe_temp_file_open(&file, path, error);
    if (status != ZOE_OK)
        return status;
    writer w;
    memset(&w, 0, sizeof w);
    w.spec = spec;
    w.row = row;
    w.user = user;
    w.out.fd = file.fd;
    exr_result_t r = write_picture(&w, file.temporary);
    file.is_new = spec->is_new;
    int written = r == EXR_ERR_SUCCESS && !w.out.failed_errno;
    status = zoe_temp_file_close(&file, written, error);
    return written ? status : explain(&w, path, r, error);
}

static int black_row(void *user, int32_t x, int32_t y, int32_t count,
                     void *const planes[ZOE_PLANES_MAX])
{
    (void)user;
    (void)x;
    (void)y;
    memset(planes[0], 0, (size_t)count * sizeof(uint16_t));
    return 0;
}

bool zoe_exr_can_write(zoe_compression compression)
{
    zoe_exr_write_spec spec;
    memset(&spec, 0, sizeof spec);
    spec.data_window.max_x = spec.data_window.max_y = 31;
    spec.display_window = spec.data_window;
    spec.pixel_aspect = 1;
    spec.compression = compression;
    spec.channel_count = 1;
    spec.names[0] = "Y";
    spec.types[0] = ZOE_SAMPLE_HALF;
    writer w;
    memset(&w, 0, sizeof w);
    w.spec = &spec;
    w.row = black_row;
    w.out.fd = -1;
    return write_picture(&w, "trial") == EXR_ERR_SUCCESS;
}
