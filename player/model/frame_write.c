#define _POSIX_C_SOURCE 200809L /* lstat */

#include "model/frame_write.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model/exr_write.h"
#include "model/frame_box.h"
#include "model/interrupt.h"
#include "model/paths.h"
#include "model/png_write.h"

/* ---- EXR ---- */

/*
 * What is written of the frame: what the file has of it. A file cannot be without pixels, so that
 * of an empty window one pixel of the picture is written, which is 0 as the rest is.
 */
static zoe_box written_window(const zoe_frame *frame)
{
    const zoe_box *p = &frame->picture;
    zoe_box box = zoe_frame_box_stored(frame);
    return zoe_frame_box_is_empty(&box) ? (zoe_box){p->min_x, p->min_y, p->min_x, p->min_y} : box;
}

/* A frame on its way into an EXR file. */
static int copy_row(void *user, int32_t x, int32_t y, int32_t count,
                    void *const planes[ZOE_PLANES_MAX])
{
    const zoe_frame *frame = user;
    if (zoe_interrupted())
        return 1;
    for (uint32_t i = 0; i < frame->plane_count; i++) {
        const zoe_plane *plane = &frame->planes[i];
        size_t bytes = plane->type == ZOE_SAMPLE_HALF ? 2 : 4;
        if (zoe_frame_box_is_empty(&frame->window)) {
            memset(planes[i], 0, (size_t)count * bytes);
            continue;
        }
        const uint8_t *from = plane->data;
        from += (size_t)(y - frame->window.min_y) * plane->stride;
        from += (size_t)(x - frame->window.min_x) * bytes;
        memcpy(planes[i], from, (size_t)count * bytes);
    }
    return 0;
}

/*
 * Colour is R G B A whatever the layer's channels were called, so that any program shows it. Other
 * planes keep their channels' names, which need the file's header again.
 */
static void name_channels(zoe_exr_write_spec *spec, const zoe_frame *frame,
                          const zoe_header *header, const char *layer_name, const char *view)
{
    static const char *const color[] = {"R", "G", "B", "A"};
    static const char *const single[] = {"Y", "Y1", "Y2", "Y3"};
    const zoe_layer *layer = NULL;
    int32_t index = header ? zoe_header_find_layer(header, layer_name, view) : -1;
    if (index >= 0 && !frame->is_color)
        layer = &header->layers[index];
    for (uint32_t i = 0; i < frame->plane_count; i++) {
        spec->names[i] = frame->is_color ? color[i] : single[i];
        if (frame->alpha_plane == (int32_t)i)
            spec->names[i] = "A";
        else if (layer && (int32_t)i < layer->channel_count)
            spec->names[i] = header->parts[layer->part].channels[layer->channels[i]].name;
        spec->types[i] = frame->planes[i].type;
    }
}

/*
 * Lines where they are of ordinary length and number. Else tiles, since a chunk of lines is in
 * memory several times while it is packed, and each chunk has a place in a table there.
 */
static void choose_chunks(zoe_exr_write_spec *spec)
{
    enum { LINES = 16, CHUNK_BYTES = 4 << 20, CHUNKS = 1 << 13 };
    enum { TILE_BYTES = 1 << 20, TILE_WIDTH = 1024 };
    const zoe_box *box = &spec->data_window;
    int64_t width = (int64_t)box->max_x - box->min_x + 1;
    int64_t height = (int64_t)box->max_y - box->min_y + 1;
    int64_t bytes = 0;
    for (uint32_t i = 0; i < spec->channel_count; i++)
        bytes += spec->types[i] == ZOE_SAMPLE_HALF ? 2 : 4;
    if (width * bytes <= CHUNK_BYTES / LINES && height / LINES <= CHUNKS)
        return;
    int64_t tile_width = width < TILE_WIDTH ? width : TILE_WIDTH;
    int64_t tile_height = TILE_BYTES / (tile_width * bytes);
    if (tile_height > height) {
        tile_height = height;
        tile_width = TILE_BYTES / (tile_height * bytes);
    }
    spec->tile_width = (int32_t)(tile_width < width ? tile_width : width);
    spec->tile_height = (int32_t)tile_height;
}

zoe_status zoe_frame_write_exr(const char *path, const zoe_frame *frame, zoe_storage *storage,
                               const char *file, const char *layer, const char *view, bool is_new,
                               zoe_error *error)
{
    zoe_header *header = NULL; /* of a file that cannot be read any more */
    if (file && file[0])
        (void)zoe_header_read(file, storage, &header, NULL);
    zoe_exr_write_spec spec;
    memset(&spec, 0, sizeof spec);
    spec.data_window = written_window(frame);
    spec.display_window = frame->display_window;
    spec.pixel_aspect = frame->pixel_aspect;
    spec.compression = ZOE_COMPRESSION_ZIP;
    spec.channel_count = frame->plane_count;
    spec.is_new = is_new;
    name_channels(&spec, frame, header, layer, view);
    choose_chunks(&spec);
    if (header) {
        spec.fps_numerator = header->fps_numerator;
        spec.fps_denominator = header->fps_denominator;
    }
    if (frame->has_chromaticities)
        spec.chromaticities = frame->chromaticities;
    zoe_frame copy = *frame; /* the callback's pointer is not const */
    zoe_status status = zoe_exr_write(path, &spec, copy_row, &copy, error);
    zoe_header_free(&header);
    return status;
}

/* ---- PNG ---- */

static int32_t side(double length)
{
    double rounded = floor(length + 0.5);
    return rounded < 1                          ? 1
           : rounded > ZOE_FRAME_WRITE_SIDE_MAX ? ZOE_FRAME_WRITE_SIDE_MAX
                                                : (int32_t)rounded;
}

/*
 * The whole picture: one pixel for each row of the frame and as wide as the pixel aspect says, or
 * the largest picture that fits in the size asked for. One that is larger than a PNG may be has to
 * become smaller: it becomes an overview, since next to nothing of such a display window has
 * samples.
 */
static void fit(const zoe_frame *frame, zoe_extent size, zoe_viewport *viewport)
{
    double width = (double)frame->picture.max_x - frame->picture.min_x + 1;
    double height = (double)frame->picture.max_y - frame->picture.min_y + 1;
    double shown = width * frame->pixel_aspect;
    double scale = 1;
    enum { OVERVIEW = 4096 };
    if (size.width > 0)
        scale = fmin(size.width / shown, size.height / height);
    else if (fmax(shown, height) > ZOE_FRAME_WRITE_SIDE_MAX)
        scale = OVERVIEW / fmax(shown, height);
    memset(viewport, 0, sizeof *viewport);
    viewport->origin_x = frame->picture.min_x;
    viewport->origin_y = frame->picture.min_y;
    viewport->width = side(shown * scale);
    viewport->height = side(height * scale);
    viewport->step_x = width / viewport->width;
    viewport->step_y = height / viewport->height;
    viewport->outside = 0xff000000u;
}

zoe_status zoe_frame_write_png(const char *path, const zoe_paint *seen, const zoe_grade *grade,
                               const zoe_color *color, const zoe_other_color *others,
                               zoe_extent size, bool is_new, zoe_error *error)
{
    zoe_viewport viewport;
    zoe_paint paint = *seen;
    int count = paint.compare ? paint.other_count : 0;
    zoe_display_lut *luts = malloc((size_t)(1 + count) * sizeof *luts);
    if (!luts)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", path);
    zoe_display_lut_make(luts, grade, color);
    for (int i = 0; i < count; i++) {
        bool is_other = others && others[i].serial;
        paint.other_luts[i] = is_other ? &luts[i + 1] : NULL;
        if (is_other)
            zoe_display_lut_make(&luts[i + 1], grade, &others[i].color);
    }
    paint.other_matrix = count && paint.other_luts[0] ? others[0].matrix : NULL;
    fit(seen->frame, size, &viewport);
    if (seen->look)
        zoe_look_apply(seen->look, &viewport);
    paint.lut = luts;
    paint.viewport = &viewport;
    zoe_status status = zoe_png_write(path, &paint, is_new, true, error);
    free(luts);
    return status;
}

/* ---- names ---- */

bool zoe_frame_write_name(const zoe_sequence *sequence, int64_t number, const char *folder,
                          const char *ending, char *path, size_t capacity)
{
    enum { TRIES = 1000 };
    const char *name = zoe_sequence_name(sequence);
    /* A name of nothing but a number has no shot in it. */
    const char *shot = name[0] == '#' ? "picture" : name;
    int stem = (int)zoe_path_shot_length(shot);
    stem = stem > 200 ? 200 : stem;
    char figures[32] = "";
    if (strchr(name, '#'))
        snprintf(figures, sizeof figures, " %" PRId64, number);
    for (int i = 1; i <= TRIES; i++) {
        char more[16] = "";
        struct stat there;
        if (i > 1)
            snprintf(more, sizeof more, " (%d)", i);
        int length =
            snprintf(path, capacity, "%s/%.*s%s%s.%s", folder, stem, shot, figures, more, ending);
        if (length < 0 || (size_t)length >= capacity)
            return false;
        /* Also a link that leads nowhere is somebody's. */
        if (lstat(path, &there) != 0)
            return true;
    }
    return false;
}
