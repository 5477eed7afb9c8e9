#include "exr_plan.h"

#include <math.h>
#include <string.h>

#include "codec/b44.h"
#include "codec/dwa.h"
#include "codec/none.h"
#include "codec/piz.h"
#include "codec/pxr24.h"
#include "codec/rle.h"
#include "codec/zip.h"
#include "exr_header.h"
#include "scratch.h"

static const struct {
    zoe_codec_decode_fn *decode;
    zoe_codec_scratch_fn *scratch_bytes;
} codecs[] = {
    [ZOE_COMPRESSION_NONE] = {zoe_none_decode, zoe_none_scratch_bytes},
    [ZOE_COMPRESSION_RLE] = {zoe_rle_decode, zoe_rle_scratch_bytes},
    [ZOE_COMPRESSION_ZIPS] = {zoe_zip_decode, zoe_zip_scratch_bytes},
    [ZOE_COMPRESSION_ZIP] = {zoe_zip_decode, zoe_zip_scratch_bytes},
    [ZOE_COMPRESSION_PIZ] = {zoe_piz_decode, zoe_piz_scratch_bytes},
    [ZOE_COMPRESSION_PXR24] = {zoe_pxr24_decode, zoe_pxr24_scratch_bytes},
    [ZOE_COMPRESSION_B44] = {zoe_b44_decode, zoe_b44_scratch_bytes},
    [ZOE_COMPRESSION_B44A] = {zoe_b44_decode, zoe_b44_scratch_bytes},
    [ZOE_COMPRESSION_DWAA] = {zoe_dwa_decode, zoe_dwa_scratch_bytes},
    [ZOE_COMPRESSION_DWAB] = {zoe_dwa_decode, zoe_dwa_scratch_bytes},
};

/* A piece is about this many pixels: enough that taking one costs nothing beside decoding it, few
 * enough that a worker that should do something else notices soon. 16 lines of a 4K frame. */
enum { PIECE_PIXELS = 65536 };

/* Rows start on cache lines. */
enum { ROW_ALIGNMENT = 64 };

static size_t round_up(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

static size_t sample_bytes(int type)
{
    return type == ZOE_SAMPLE_HALF ? 2 : 4;
}

static int64_t box_width(const zoe_box *box)
{
    return (int64_t)box->max_x - box->min_x + 1;
}

static int64_t box_height(const zoe_box *box)
{
    return (int64_t)box->max_y - box->min_y + 1;
}

static zoe_box intersect(zoe_box a, zoe_box b)
{
    return (zoe_box){a.min_x > b.min_x ? a.min_x : b.min_x, a.min_y > b.min_y ? a.min_y : b.min_y,
                     a.max_x < b.max_x ? a.max_x : b.max_x, a.max_y < b.max_y ? a.max_y : b.max_y};
}

static zoe_box unite(zoe_box a, zoe_box b)
{
    return (zoe_box){a.min_x < b.min_x ? a.min_x : b.min_x, a.min_y < b.min_y ? a.min_y : b.min_y,
                     a.max_x > b.max_x ? a.max_x : b.max_x, a.max_y > b.max_y ? a.max_y : b.max_y};
}

static zoe_box from_exr(exr_attr_box2i_t box)
{
    return (zoe_box){box.min.x, box.min.y, box.max.x, box.max.y};
}

static zoe_status unsupported(const zoe_exr_file *file, const char *what, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_UNSUPPORTED, "%s: %s not supported", file->path, what);
}

static zoe_status corrupt(const zoe_exr_file *file, const char *what, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_CORRUPT, "%s: damaged file: %s", file->path, what);
}

/* ---- what the header says ---- */

static zoe_status read_windows(zoe_exr_plan *plan, zoe_exr_file *file, zoe_frame *frame,
                               zoe_error *error)
{
    exr_attr_box2i_t data, display;
    exr_result_t result = exr_get_data_window(file->context, plan->part, &data);
    if (result == EXR_ERR_SUCCESS)
        result = exr_get_display_window(file->context, plan->part, &display);
    if (result != EXR_ERR_SUCCESS)
        return zoe_exr_file_error(file, result, error);
    plan->data = frame->data_window = from_exr(data);
    frame->display_window = from_exr(display);
    if (zoe_box_is_empty(&plan->data))
        return corrupt(file, "empty data window", error);
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
    return ZOE_OK;
}

static zoe_status read_storage(zoe_exr_plan *plan, zoe_exr_file *file, zoe_error *error)
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
    if (storage != EXR_STORAGE_SCANLINE && storage != EXR_STORAGE_TILED)
        return unsupported(file, "deep data is", error);
    plan->tiled = storage == EXR_STORAGE_TILED;
    plan->compression = (zoe_compression)compression;
    if ((size_t)compression < sizeof codecs / sizeof codecs[0])
        plan->decode = codecs[compression].decode;
    int32_t lines = 0;
    if (plan->tiled) {
        uint32_t width, height;
        exr_tile_level_mode_t level_mode;
        exr_tile_round_mode_t round_mode;
        result = exr_get_tile_descriptor(file->context, plan->part, &width, &height, &level_mode,
                                         &round_mode);
        if (result != EXR_ERR_SUCCESS)
            return zoe_exr_file_error(file, result, error);
        if (width == 0 || height == 0 || width > INT32_MAX || height > INT32_MAX)
            return corrupt(file, "tiles without a size", error);
        plan->chunk_width = (int32_t)width;
        plan->chunk_height = (int32_t)height;
    } else {
        result = exr_get_scanlines_per_chunk(file->context, plan->part, &lines);
        if (result != EXR_ERR_SUCCESS || lines < 1)
            return zoe_exr_file_error(file, result, error);
        if (box_width(&plan->data) > INT32_MAX)
            return corrupt(file, "data window too wide", error);
        plan->chunk_width = (int32_t)box_width(&plan->data);
        plan->chunk_height = lines;
    }
    return ZOE_OK;
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

/* ---- planes ---- */

/* Lays the planes out one after another. The sizes are compared with the limit before they are
 * trusted. */
static zoe_status lay_planes(zoe_exr_plan *plan, zoe_exr_file *file, const zoe_exr_layer *layer,
                             const zoe_choice *choice, uint64_t limit, zoe_picture *picture,
                             zoe_error *error)
{
    zoe_frame *frame = &picture->frame;
    plan->window = frame->window =
        choice->overscan ? unite(frame->display_window, plan->data) : frame->display_window;
    plan->plane_count = frame->plane_count = (uint32_t)layer->channel_count;
    frame->is_color = layer->is_color;
    frame->alpha_plane = layer->alpha;
    /* Both fit in 33 bits, so that no product here overflows. */
    uint64_t width = (uint64_t)box_width(&plan->window);
    uint64_t height = (uint64_t)box_height(&plan->window);
    uint64_t offset = 0;
    for (uint32_t p = 0; p < plan->plane_count; p++) {
        const exr_attr_chlist_entry_t *channel = &plan->channels->entries[layer->channels[p]];
        if (channel->x_sampling != 1 || channel->y_sampling != 1)
            return unsupported(file, "subsampled channels are", error);
        zoe_sample_type type =
            choice->full_precision ? (zoe_sample_type)channel->pixel_type : ZOE_SAMPLE_HALF;
        uint64_t stride =
            (width * sample_bytes((int)type) + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
        if (height > limit / stride || stride * height > limit - offset)
            return zoe_error_set(
                error, ZOE_ERROR_OVER_BUDGET,
                "%s: %llu x %llu pixels need more than the memory limit of %.1f MB", file->path,
                (unsigned long long)width, (unsigned long long)height, (double)limit / 1e6);
        plan->plane_channel[p] = layer->channels[p];
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

/* ---- chunks ---- */

/* Which chunks hold covered pixels. */
static void choose_chunks(zoe_exr_plan *plan, zoe_picture *picture)
{
    plan->covered = intersect(plan->window, plan->data);
    plan->chunks_per_piece = 1;
    picture->piece_count = 1;
    if (zoe_box_is_empty(&plan->covered))
        return; /* one piece without chunks */
    const zoe_box *c = &plan->covered;
    /* Differences of two int32 fit in 33 bits; divided by a chunk's size of 1 they may still not
     * fit in 32. Such files are refused by scratch or plane sizes, or their chunk table is. */
    int64_t x0 = plan->tiled ? ((int64_t)c->min_x - plan->data.min_x) / plan->chunk_width : 0;
    int64_t x1 = plan->tiled ? ((int64_t)c->max_x - plan->data.min_x) / plan->chunk_width : 0;
    int64_t y0 = ((int64_t)c->min_y - plan->data.min_y) / plan->chunk_height;
    int64_t y1 = ((int64_t)c->max_y - plan->data.min_y) / plan->chunk_height;
    plan->chunk_x0 = (int32_t)x0;
    plan->chunk_y0 = (int32_t)y0;
    plan->chunks_across = (int32_t)(x1 - x0 + 1);
    plan->chunks_down = (int32_t)(y1 - y0 + 1);
    int64_t pixels = (int64_t)plan->chunk_width * plan->chunk_height;
    if (pixels < PIECE_PIXELS)
        plan->chunks_per_piece = (int32_t)(PIECE_PIXELS / pixels);
    int64_t chunks = (int64_t)plan->chunks_across * plan->chunks_down;
    picture->piece_count =
        (int32_t)((chunks + plan->chunks_per_piece - 1) / plan->chunks_per_piece);
}

/* ---- scratch ---- */

/* The channels of a full chunk, as a codec wants them, to ask it for its scratch. At most this many
 * are described on the stack; a codec's bound must then come from sizes that are added up. */
static int32_t samples_along(int32_t length, int32_t sampling)
{
    return (length + sampling - 1) / sampling;
}

static zoe_status size_chunk(zoe_exr_plan *plan, zoe_exr_file *file, uint64_t limit,
                             zoe_codec_channel *channels, uint64_t *segments, zoe_error *error)
{
    uint64_t bytes = 0;
    int32_t width = plan->chunk_width, height = plan->chunk_height;
    /* A chunk may be declared larger than the picture it belongs to. */
    if (box_width(&plan->data) < width)
        width = (int32_t)box_width(&plan->data);
    if (box_height(&plan->data) < height)
        height = (int32_t)box_height(&plan->data);
    *segments = 0;
    for (int c = 0; c < plan->channels->num_channels; c++) {
        const exr_attr_chlist_entry_t *entry = &plan->channels->entries[c];
        if (entry->x_sampling < 1 || entry->y_sampling < 1)
            return corrupt(file, "channel with a sampling below 1", error);
        channels[c] = (zoe_codec_channel){
            .name = entry->name.str,
            .type = (uint8_t)entry->pixel_type,
            .p_linear = entry->p_linear != 0,
            .width = samples_along(width, entry->x_sampling),
            .height = samples_along(height, entry->y_sampling),
            .x_sampling = entry->x_sampling,
            .y_sampling = entry->y_sampling,
        };
        bytes += (uint64_t)channels[c].width * sample_bytes((int)entry->pixel_type) *
                 (uint64_t)channels[c].height;
        *segments += (uint64_t)channels[c].height;
        if (bytes > limit)
            return zoe_error_set(error, ZOE_ERROR_OVER_BUDGET,
                                 "%s: one chunk needs more than the memory limit of %.1f MB",
                                 file->path, (double)limit / 1e6);
    }
    plan->unpacked_bytes = (size_t)bytes;
    return ZOE_OK;
}

/* Lays out a worker's scratch. */
static void lay_scratch(zoe_exr_plan *plan, size_t codec_bytes, size_t segments,
                        zoe_picture *picture)
{
    size_t rows = 0, fixes = (size_t)plan->chunk_height * plan->plane_count;
    for (uint32_t p = 0; p < plan->plane_count; p++) {
        const exr_attr_chlist_entry_t *entry = &plan->channels->entries[plan->plane_channel[p]];
        rows += round_up((size_t)plan->chunk_width * sample_bytes((int)entry->pixel_type),
                         ROW_ALIGNMENT) *
                (size_t)plan->chunk_height;
    }
    size_t at = 0;
    plan->packed_at = at;
    /* No writer stores a chunk that compression made larger; a little slack lets odd ones through.
     */
    plan->packed_bytes = plan->unpacked_bytes + 4096;
    at += round_up(plan->packed_bytes, ROW_ALIGNMENT);
    plan->codec_at = at;
    plan->codec_bytes = codec_bytes;
    at += round_up(codec_bytes, ROW_ALIGNMENT);
    plan->channels_at = at;
    at += round_up((size_t)plan->channels->num_channels * sizeof(zoe_codec_channel), ROW_ALIGNMENT);
    plan->segments_at = at;
    plan->segments_max = segments;
    at += round_up(segments * sizeof(zoe_codec_segment), ROW_ALIGNMENT);
    plan->fixes_at = at;
    at += round_up(fixes * sizeof(zoe_exr_fix), ROW_ALIGNMENT);
    plan->rows_at = at;
    plan->rows_bytes = rows;
    at += rows;
    picture->scratch_bytes = at;
}

static zoe_status plan_scratch(zoe_exr_plan *plan, zoe_exr_file *file, uint64_t limit,
                               zoe_picture *picture, zoe_error *error)
{
    size_t count = (size_t)plan->channels->num_channels;
    zoe_codec_channel *channels = zoe_recycler_alloc(count * sizeof *channels);
    if (!channels)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", file->path);
    uint64_t segments;
    zoe_status status = size_chunk(plan, file, limit, channels, &segments, error);
    if (status == ZOE_OK) {
        zoe_codec_chunk chunk = {
            .packed_bytes = plan->unpacked_bytes,
            .unpacked_bytes = plan->unpacked_bytes,
            .line_count = box_height(&plan->data) < plan->chunk_height
                              ? (int32_t)box_height(&plan->data)
                              : plan->chunk_height,
            .channels = channels,
            .channel_count = count,
            .segment_count = (size_t)segments,
        };
        size_t codec_bytes =
            plan->decode ? codecs[plan->compression].scratch_bytes(&chunk) : plan->unpacked_bytes;
        if (codec_bytes > limit)
            status = zoe_error_set(error, ZOE_ERROR_OVER_BUDGET,
                                   "%s: one chunk needs more than the memory limit of %.1f MB",
                                   file->path, (double)limit / 1e6);
        else
            lay_scratch(plan, codec_bytes, (size_t)segments, picture);
    }
    zoe_recycler_free(channels);
    return status;
}

zoe_status zoe_exr_plan_make(zoe_exr_plan *plan, zoe_exr_file *file, const zoe_choice *choice,
                             uint64_t limit, zoe_picture *picture, zoe_error *error)
{
    memset(plan, 0, sizeof *plan);
    memset(picture, 0, sizeof *picture);
    picture->id = file->id;
    zoe_exr_layer layer;
    zoe_status status = read_layer(plan, file, choice, &layer, error);
    if (status != ZOE_OK)
        return status;
    if (layer.is_luminance_chroma)
        return unsupported(file, "luminance-chroma is", error);
    if (choice->proxy_shift)
        return unsupported(file, "proxies are", error);
    status = read_windows(plan, file, &picture->frame, error);
    if (status == ZOE_OK)
        status = read_storage(plan, file, error);
    if (status == ZOE_OK)
        status = lay_planes(plan, file, &layer, choice, limit, picture, error);
    if (status != ZOE_OK)
        return status;
    choose_chunks(plan, picture);
    return plan_scratch(plan, file, limit, picture, error);
}
