#include "exr/plan.h"

#include <math.h>
#include <string.h>

#include "codec/codecs.h"
#include "exr/attribute.h"
#include "base/box.h"
#include "exr/header.h"
#include "exr/pieces.h"
#include "exr/reader.h"
#include "exr/room.h"
#include "exr/stock.h"

/* Addresses this far apart share a set of a first-level cache. */
enum { CACHE_PERIOD = 4096 };

static zoe_status unsupported(const zoe_exr_file *file, const char *what, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_UNSUPPORTED, "%s: %s not supported", file->path, what);
}

static zoe_status corrupt(const zoe_exr_file *file, const char *what, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_CORRUPT, "%s: damaged file: %s", file->path, what);
}

/* ---- what the header says ---- */

static zoe_box from_exr(exr_attr_box2i_t box)
{
    return (zoe_box){box.min.x, box.min.y, box.max.x, box.max.y};
}

static zoe_status read_layer(zoe_exr_plan *plan, zoe_exr_file *file, const zoe_choice *choice,
                             zoe_exr_layer *layer, zoe_error *error)
{
    zoe_error why;
    zoe_status status =
        zoe_exr_resolve_layer(file->context, choice->layer, choice->view, layer, &why);
    if (status != ZOE_OK)
        return zoe_error_set(error, status, "%s: %s", file->path, why.text);
    plan->part = layer->part;
    return ZOE_OK;
}

/* The windows of the full picture. */
static zoe_status read_windows(zoe_exr_plan *plan, zoe_exr_file *file, zoe_frame *frame,
                               zoe_error *error)
{
    exr_attr_box2i_t data, display;
    exr_result_t result = exr_get_data_window(file->context, plan->part, &data);
    if (result == EXR_ERR_SUCCESS)
        result = exr_get_display_window(file->context, plan->part, &display);
    if (result != EXR_ERR_SUCCESS)
        return zoe_exr_file_error(file, result, error);
    plan->data = from_exr(data);
    frame->display_window = from_exr(display);
    if (zoe_box_is_empty(&plan->data))
        return corrupt(file, "empty data window", error);
    if (zoe_box_width(&plan->data) > INT32_MAX || zoe_box_height(&plan->data) > INT32_MAX)
        return corrupt(file, "data window too large", error);
    /* A display window that is no use: the picture is what there is. */
    if (zoe_box_is_empty(&frame->display_window))
        frame->display_window = plan->data;
    float aspect = 1;
    if (exr_get_pixel_aspect_ratio(file->context, plan->part, &aspect) != EXR_ERR_SUCCESS ||
        !(aspect > 0.001f && aspect < 1000.0f))
        aspect = 1;
    frame->pixel_aspect = (double)aspect;
    exr_attr_chromaticities_t c;
    if (exr_attr_get_chromaticities(file->context, plan->part, "chromaticities", &c) ==
        EXR_ERR_SUCCESS) {
        const float values[8] = {c.red_x,  c.red_y,  c.green_x, c.green_y,
                                 c.blue_x, c.blue_y, c.white_x, c.white_y};
        frame->has_chromaticities = 1;
        memcpy(frame->chromaticities, values, sizeof values);
    }
    const exr_attribute_t *code;
    if (exr_get_attribute_by_name(file->context, plan->part, "timeCode", &code) == EXR_ERR_SUCCESS)
        zoe_exr_attribute_time_code(code, frame->time_code);
    return ZOE_OK;
}

/* The level that is decoded, for a picture that is to be shrunk: the smallest
 * that is stored, not smaller than asked for, and whose pixels are blocks of
 * the full picture's that stand where the blocks of other frames do. One whose
 * size was rounded down has no pixel for the last blocks, which would be black. */
static zoe_status choose_level(zoe_exr_plan *plan, zoe_exr_file *file, int32_t proxy_shift,
                               zoe_error *error)
{
    const zoe_box full = plan->data;
    int32_t across = 1, down = 1;
    exr_result_t result = exr_get_tile_levels(file->context, plan->part, &across, &down);
    for (int32_t l = 1; result == EXR_ERR_SUCCESS && l <= proxy_shift && l < across && l < down;
         l++) {
        int32_t width = 0, height = 0;
        result = exr_get_level_sizes(file->context, plan->part, l, l, &width, &height);
        zoe_box blocks = zoe_box_shrink(full, l);
        if (result != EXR_ERR_SUCCESS || full.min_x % (1 << l) != 0 || full.min_y % (1 << l) != 0 ||
            zoe_box_width(&blocks) != width || zoe_box_height(&blocks) != height)
            continue;
        plan->level = l;
        plan->data = blocks;
    }
    return result == EXR_ERR_SUCCESS ? ZOE_OK : zoe_exr_file_error(file, result, error);
}

static zoe_status read_tiles(zoe_exr_plan *plan, zoe_exr_file *file, int32_t proxy_shift,
                             zoe_error *error)
{
    uint32_t width, height;
    exr_tile_level_mode_t level_mode;
    exr_tile_round_mode_t round_mode;
    exr_result_t result = exr_get_tile_descriptor(file->context, plan->part, &width, &height,
                                                  &level_mode, &round_mode);
    if (result != EXR_ERR_SUCCESS)
        return zoe_exr_file_error(file, result, error);
    if (width == 0 || height == 0 || width > INT32_MAX || height > INT32_MAX)
        return corrupt(file, "tiles without a size", error);
    plan->chunk_width = (int32_t)width;
    plan->chunk_height = (int32_t)height;
    return choose_level(plan, file, proxy_shift, error);
}

static zoe_status read_storage(zoe_exr_plan *plan, zoe_exr_file *file, int32_t proxy_shift,
                               zoe_error *error)
{
    exr_storage_t storage;
    exr_compression_t compression;
    exr_result_t result = exr_get_storage(file->context, plan->part, &storage);
    if (result == EXR_ERR_SUCCESS)
        result = exr_get_compression(file->context, plan->part, &compression);
    if (result == EXR_ERR_SUCCESS)
        result = exr_get_channels(file->context, plan->part, &plan->channels);
    if (result != EXR_ERR_SUCCESS)
        return zoe_exr_file_error(file, result, error);
    plan->tiled = storage == EXR_STORAGE_TILED || storage == EXR_STORAGE_DEEP_TILED;
    plan->is_deep = storage == EXR_STORAGE_DEEP_SCANLINE || storage == EXR_STORAGE_DEEP_TILED;
    if (!plan->tiled && !plan->is_deep && storage != EXR_STORAGE_SCANLINE)
        return unsupported(file, "this kind of part is", error);
    plan->compression = (zoe_compression)compression;
    plan->routines = zoe_codec_of(plan->compression);
    zoe_status status = ZOE_OK;
    if (plan->tiled) {
        status = read_tiles(plan, file, proxy_shift, error);
    } else {
        plan->chunk_width = (int32_t)zoe_box_width(&plan->data);
        result = zoe_exr_lines_per_chunk(file->context, plan->part, &plan->chunk_height);
        if (result != EXR_ERR_SUCCESS)
            return zoe_exr_file_error(file, result, error);
        if (plan->chunk_height < 1)
            return corrupt(file, "chunks without lines", error);
    }
    if (status != ZOE_OK)
        return status;
    plan->shift = proxy_shift - plan->level;
    int64_t width = zoe_box_width(&plan->data), height = zoe_box_height(&plan->data);
    plan->columns = (int32_t)((width + plan->chunk_width - 1) / plan->chunk_width);
    plan->rows = (int32_t)((height + plan->chunk_height - 1) / plan->chunk_height);
    return ZOE_OK;
}

/* ---- sources ---- */

/* Does the sampling divide the picture, as the file format demands? */
static bool samples_fit(const zoe_exr_plan *plan, const exr_attr_chlist_entry_t *channel)
{
    int32_t x = channel->x_sampling, y = channel->y_sampling;
    if (x < 1 || y < 1 || (plan->tiled && (x > 1 || y > 1)))
        return false;
    return plan->data.min_x % x == 0 && plan->data.min_y % y == 0 &&
           zoe_box_width(&plan->data) % x == 0 && zoe_box_height(&plan->data) % y == 0;
}

static zoe_status plan_luma_chroma(zoe_exr_plan *plan, zoe_exr_file *file, const zoe_frame *frame,
                                   zoe_error *error)
{
    int32_t x = plan->x_sampling[1], y = plan->y_sampling[1];
    if (plan->x_sampling[0] != 1 || plan->y_sampling[0] != 1)
        return unsupported(file, "subsampled luminance is", error);
    /* Two samplings of chroma are nobody's format; the picture is shown in grey then. */
    bool has_chroma = plan->x_sampling[2] == x && plan->y_sampling[2] == y;
    const float *chromaticities = frame->has_chromaticities ? frame->chromaticities : NULL;
    if (zoe_luma_chroma_init(&plan->luma_chroma, chromaticities,
                             (int32_t)zoe_box_width(&plan->data),
                             (int32_t)zoe_box_height(&plan->data), has_chroma, x, y) != ZOE_OK)
        return corrupt(file, "sampling that does not divide the picture", error);
    plan->is_luma_chroma = true;
    /* What zoe_luma_chroma_reach() answers, at most. */
    if (has_chroma && (x > 1 || y > 1))
        plan->margin_above = plan->margin_below = y == 2 ? 14 : y + 1;
    return ZOE_OK;
}

static zoe_status plan_deep(zoe_exr_plan *plan, zoe_exr_file *file, zoe_error *error)
{
    zoe_status status = zoe_exr_deep_init(&plan->deep, file->context, plan->part,
                                          plan->source_channel, plan->source_count);
    if (status == ZOE_ERROR_UNSUPPORTED)
        return unsupported(file, "this compression of deep data is", error);
    return status == ZOE_OK ? status : corrupt(file, "deep channels", error);
}

static zoe_status choose_sources(zoe_exr_plan *plan, zoe_exr_file *file, const zoe_exr_layer *layer,
                                 const zoe_frame *frame, zoe_error *error)
{
    for (int c = 0; c < plan->channels->num_channels; c++)
        if (!samples_fit(plan, &plan->channels->entries[c]))
            return corrupt(file, "sampling that does not divide the picture", error);
    plan->source_count = (uint32_t)layer->channel_count;
    for (uint32_t s = 0; s < plan->source_count; s++) {
        const exr_attr_chlist_entry_t *channel = &plan->channels->entries[layer->channels[s]];
        plan->source_channel[s] = layer->channels[s];
        plan->source_type[s] = (uint8_t)channel->pixel_type;
        plan->x_sampling[s] = channel->x_sampling;
        plan->y_sampling[s] = channel->y_sampling;
        /* The row that a row's samples stand in may be in the chunk before. */
        int32_t reach = channel->y_sampling - 1;
        if (plan->chunk_height % channel->y_sampling != 0 && reach > plan->margin_above)
            plan->margin_above = reach;
    }
    if (plan->is_deep)
        return plan_deep(plan, file, error);
    return layer->is_luminance_chroma ? plan_luma_chroma(plan, file, frame, error) : ZOE_OK;
}

/* ---- planes ---- */

/* The windows in plane pixels, and what of them is in the file. */
static void shrink_windows(zoe_exr_plan *plan, const zoe_choice *choice, zoe_frame *frame)
{
    plan->picture = zoe_box_shrink(frame->display_window, plan->level);
    if (choice->overscan)
        plan->picture = zoe_box_unite(plan->picture, plan->data);
    plan->window = zoe_box_shrink(plan->picture, plan->shift);
    frame->proxy_shift = choice->proxy_shift;
    frame->display_window = zoe_box_shrink(frame->display_window, choice->proxy_shift);
    frame->data_window = zoe_box_shrink(plan->data, plan->shift);
    frame->picture = frame->window = plan->window;
    plan->covered = zoe_box_intersect(plan->picture, plan->data);
    plan->target = (zoe_box){0, 0, -1, -1};
    if (!zoe_box_is_empty(&plan->covered))
        plan->target = zoe_box_shrink(plan->covered, plan->shift);
}

/* Lays the planes out one after another. The sizes are compared with the limit
 * before they are trusted. */
static zoe_status lay_planes(zoe_exr_plan *plan, zoe_exr_file *file, const zoe_exr_layer *layer,
                             bool full_precision, uint64_t limit, zoe_picture *picture,
                             zoe_error *error)
{
    zoe_frame *frame = &picture->frame;
    plan->plane_count = frame->plane_count = plan->source_count;
    frame->is_color = layer->is_color;
    frame->alpha_plane = layer->alpha;
    /* Both fit in 33 bits, so that no product here overflows. */
    uint64_t width = (uint64_t)zoe_box_width(&plan->window);
    uint64_t height = (uint64_t)zoe_box_height(&plan->window);
    uint64_t offset = 0;
    for (uint32_t p = 0; p < plan->plane_count; p++) {
        zoe_sample_type type = ZOE_SAMPLE_HALF;
        if (full_precision)
            type = (zoe_sample_type)plan->source_type[p];
        if (full_precision && plan->is_luma_chroma && p < 3)
            type = (zoe_sample_type)zoe_exr_color_type(plan);
        uint64_t stride = (width * zoe_exr_sample_bytes((int)type) + 63) / 64 * 64;
        /* A tile's rows would all fall on the same few sets of the first-level cache. */
        if (stride % CACHE_PERIOD == 0)
            stride += 64;
        if (height > limit / stride || stride * height > limit - offset)
            return zoe_error_set(
                error, ZOE_ERROR_OVER_BUDGET,
                "%s: %llu x %llu pixels need some %.0f MB; the memory limit is %.1f MB", file->path,
                (unsigned long long)width, (unsigned long long)height,
                /* Not in integers: a declared size may be anything. */
                (double)stride * (double)height * plan->plane_count / (1 << 20),
                zoe_megabytes(limit));
        plan->plane_type[p] = type;
        plan->plane_stride[p] = (size_t)stride;
        plan->plane_offset[p] = (size_t)offset;
        frame->planes[p].type = type;
        frame->planes[p].stride = (size_t)stride;
        frame->planes[p].data = (const void *)(uintptr_t)offset;
        offset += stride * height;
    }
    picture->bytes = (size_t)offset;
    return ZOE_OK;
}

/* ---- all ---- */

zoe_status zoe_exr_plan_make(zoe_exr_plan *plan, zoe_exr_file *file, const zoe_choice *choice,
                             uint64_t limit, zoe_picture *picture, zoe_error *error)
{
    memset(plan, 0, sizeof *plan);
    memset(picture, 0, sizeof *picture);
    picture->id = file->id;
    zoe_frame *frame = &picture->frame;
    zoe_exr_layer layer;
    zoe_status status = read_layer(plan, file, choice, &layer, error);
    if (status == ZOE_OK)
        status = read_windows(plan, file, frame, error);
    if (status == ZOE_OK)
        status = read_storage(plan, file, choice->proxy_shift, error);
    if (status == ZOE_OK)
        status = choose_sources(plan, file, &layer, frame, error);
    if (status != ZOE_OK)
        return status;
    shrink_windows(plan, choice, frame);
    status = lay_planes(plan, file, &layer, choice->full_precision, limit, picture, error);
    plan->lanes = 1;
    plan->limit = limit;
    if (status == ZOE_OK && !plan->is_deep)
        status = zoe_exr_room_chunk(plan, file, limit, error);
    if (status != ZOE_OK)
        return status;
    zoe_exr_pieces_plan(plan);
    int64_t pieces = (int64_t)plan->groups_across * plan->groups_down;
    if (pieces > INT32_MAX)
        return zoe_error_set(error, ZOE_ERROR_TOO_LARGE, "%s: too many chunks", file->path);
    picture->piece_count = (int32_t)pieces;
    return zoe_exr_room_lay(plan, file, limit, picture, error);
}
