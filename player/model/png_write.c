#define _POSIX_C_SOURCE 200809L /* fdopen, aligned allocation */

#include "model/png_write.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <png.h>

#include "model/interrupt.h"
#include "model/temp_file.h"

enum { BAND_ROWS = 64, SCRATCH_ALIGNMENT = 64 };

/* Everything that must survive libpng's long jump lives here, outside the jumping function. */
typedef struct png_job {
    const char *path;
    const zoe_paint *paint;
    int32_t width, height;
    bool hears_signals;
    zoe_error *error;
    zoe_status status;
    int fd;
    png_structp png;
    png_infop info;
    uint8_t *band; /* BAND_ROWS rows, B G R A */
    void *scratch;
} png_job;

static void hear_error(png_structp png, png_const_charp message)
{
    png_job *job = png_get_error_ptr(png);
    if (job->status == ZOE_OK)
        job->status =
            zoe_error_set(job->error, ZOE_ERROR_IO, "%s: cannot write: %s", job->path, message);
    png_longjmp(png, 1);
}

static void hear_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void write_bytes(png_structp png, png_bytep data, size_t size)
{
    png_job *job = png_get_io_ptr(png);
    while (size > 0) {
        ssize_t n = write(job->fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            job->status = zoe_temp_file_error(job->path, n < 0 ? errno : ENOSPC, job->error);
            png_error(png, "write failed");
        }
        data += n;
        size -= (size_t)n;
    }
}

static void flush_bytes(png_structp png)
{
    (void)png;
}

static void write_header(png_job *job)
{
    png_set_IHDR(job->png, job->info, (png_uint_32)job->width, (png_uint_32)job->height, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    const zoe_display_lut *lut = job->paint->lut;
    /* What a table encodes is a display's of its own. */
    if (lut->grade.transfer == ZOE_TRANSFER_SRGB && !lut->color.encode)
        png_set_sRGB(job->png, job->info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_write_info(job->png, job->info);
    png_set_bgr(job->png);
    png_set_filler(job->png, 0, PNG_FILLER_AFTER);
}

static void write_rows(png_job *job)
{
    size_t stride = (size_t)job->width * 4;
    for (int32_t y = 0; y < job->height; y += BAND_ROWS) {
        int32_t rows = job->height - y < BAND_ROWS ? job->height - y : BAND_ROWS;
        uint32_t found = 0;
        zoe_status status =
            zoe_paint_rows(job->paint, y, rows, job->band, stride, job->scratch, &found);
        if (status != ZOE_OK) {
            job->status = zoe_error_set(job->error, status, "%s: cannot draw the picture: %s",
                                        job->path, zoe_status_text(status));
            png_error(job->png, "drawing failed");
        }
        if (job->hears_signals && zoe_interrupted()) {
            job->status = zoe_error_set(job->error, ZOE_STALE, "%s: interrupted", job->path);
            png_error(job->png, "interrupted");
        }
        for (int32_t row = 0; row < rows; row++)
            png_write_row(job->png, job->band + (size_t)row * stride);
    }
}

/* Returns to here with a long jump on any error; then job->status is set. */
static void write_all(png_job *job)
{
    if (setjmp(png_jmpbuf(job->png)))
        return;
    png_set_write_fn(job->png, job, write_bytes, flush_bytes);
    write_header(job);
    write_rows(job);
    png_write_end(job->png, job->info);
}

static zoe_status no_memory(png_job *job)
{
    return zoe_error_set(job->error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", job->path);
}

static zoe_status prepare(png_job *job)
{
    size_t scratch = zoe_paint_scratch_bytes(job->paint);
    job->band = malloc((size_t)job->width * 4 * BAND_ROWS);
    if (!job->band)
        return no_memory(job);
    if (scratch && posix_memalign(&job->scratch, SCRATCH_ALIGNMENT, scratch) != 0) {
        job->scratch = NULL;
        return no_memory(job);
    }
    job->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, job, hear_error, hear_warning);
    if (!job->png)
        return no_memory(job);
    job->info = png_create_info_struct(job->png);
    return job->info ? ZOE_OK : no_memory(job);
}

zoe_status zoe_png_write(const char *path, const zoe_paint *paint, bool is_new, bool hears_signals,
                         zoe_error *error)
{
    png_job job;
    memset(&job, 0, sizeof job);
    job.path = path;
    job.paint = paint;
    job.width = zoe_paint_width(paint);
    job.height = zoe_paint_height(paint);
    job.hears_signals = hears_signals;
    job.error = error;
    zoe_temp_file file;
    zoe_status status = zoe_temp_file_open(&file, path, error);
    if (status != ZOE_OK)
        return status;
    job.fd = file.fd;
    file.is_new = is_new;
    job.status = prepare(&job);
    if (job.status == ZOE_OK)
        write_all(&job);
    if (job.png)
        png_destroy_write_struct(&job.png, &job.info);
    free(job.scratch);
    free(job.band);
    status = zoe_temp_file_close(&file, job.status == ZOE_OK, error);
    return job.status == ZOE_OK ? status : job.status;
}
