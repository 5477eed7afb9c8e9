#include "exr/plan.h"

#include <string.h>

#include "base/box.h"
#include "exr/chunk_groups.h"
#include "exr/deep_rows.h"
#include "exr/planes.h"

/* Addresses this far apart share a set of a first-level cache. */
enum { CACHE_PERIOD = 4096 };

/* What the steps of making a plan work on. */
typedef struct maker {
    zoe_exr_geometry *geometry;
    zoe_exr_file *file;
    const zoe_exr_header *header;
    const zoe_part *part;
    const zoe_layer *layer;
    const zoe_choice *choice;
    uint64_t limit;
    zoe_picture *picture;
    zoe_error *error;
} maker;

static zoe_status unsupported(const maker *m, const char *what)
{
    return zoe_error_set(m->error, ZOE_ERROR_UNSUPPORTED, "%s: %s not supported", m->file->path,
                         what);
}

static zoe_status damaged(const maker *m, const char *what)
{
    return zoe_exr_file_damaged(m->file, what, m->error);
}

/* ---- what the header says ---- */

static zoe_status choose_layer(maker *m)
{
    const zoe_header *header = &m->header->header;
    const char *layer = m->choice->layer ? m->choice->layer : "";
    const char *view = m->choice->view ? m->choice->view : "";
    int32_t found = zoe_header_find_layer(header, layer, view);
    if (found >= 0) {
        m->layer = &header->layers[found];
        m->part = &header->parts[m->layer->part];
        m->geometry->part = m->layer->part;
        return ZOE_OK;
    }
    const char *path = m->file->path;
    if (header->layer_count == 0)
        return zoe_error_set(m->error, ZOE_ERROR_NO_LAYER, "%s: no channels", path);
    if (layer[0] == '\0')
        return zoe_error_set(m->error, ZOE_ERROR_NO_LAYER, "%s: no view \"%s\"", path, view);
    if (view[0] == '\0')
        return zoe_error_set(m->error, ZOE_ERROR_NO_LAYER, "%s: no layer \"%s\"", path, layer);
    return zoe_error_set(m->error, ZOE_ERROR_NO_LAYER, "%s: no layer \"%s\" of view \"%s\"", path,
                         layer, view);
}

/* The windows of the full picture, and what the frame has of the header. */
static zoe_status read_windows(maker *m)
{
    const zoe_header *header = &m->header->header;
    zoe_frame *frame = &m->picture->frame;
    zoe_box *data = &m->geometry->data;
    *data = m->part->data_window;
    frame->display_window = m->part->display_window;
    if (zoe_box_is_empty(data))
        return damaged(m, "empty data window");
    if (zoe_box_width(data) > INT32_MAX || zoe_box_height(data) > INT32_MAX)
        return damaged(m, "data window too large");
    /* A display window that is no use: the picture is what there is. */
    if (zoe_box_is_empty(&frame->display_window))
        frame->display_window = *data;
    frame->pixel_aspect = m->part->pixel_aspect;
    frame->has_chromaticities = header->has_chromaticities;
    memcpy(frame->chromaticities, header->chromaticities, sizeof frame->chromaticities);
    strncpy(frame->time_code, header->time_code, sizeof frame->time_code - 1);
    return ZOE_OK;
}

/* ---- levels ---- */

/* A level's width or height. */
static int64_t level_size(const maker *m, int64_t size, int32_t level)
{
    bool up = m->header->rounds_up[m->layer->part];
    int64_t pixels = level > 62 ? 0 : (size + (up ? ((int64_t)1 << level) - 1 : 0)) >> level;
    return pixels > 1 ? pixels : 1;
}

static int64_t tiles_along(int64_t size, int32_t tile)
{
    return (size + tile - 1) / tile;
}

/* Tiles of the levels in front of level `level`, `level`: levels stand one after another, those of
 * rip maps in rows. */
static int64_t tiles_before(const maker *m, int32_t level)
{
    const zoe_part *part = m->part;
    int64_t width = zoe_box_width(&part->data_window), height = zoe_box_height(&part->data_window);
    int64_t tiles = 0;
    bool is_rip = part->level_mode == 2;
    for (int32_t ly = 0; ly <= level; ly++) {
        int64_t down = tiles_along(level_size(m, height, ly), part->tile_height);
        for (int32_t lx = is_rip ? 0 : ly; lx < (is_rip ? part->level_count_x : ly + 1); lx++) {
            if (ly == level && lx >= level)
                break;
            tiles += down * tiles_along(level_size(m, width, lx), part->tile_width);
        }
    }
    return tiles;
}

/* The level that is decoded, for a picture that is to be shrunk: the smallest that is stored, not
 * smaller than asked for, and whose pixels are blocks of the full picture's that stand where the
 * blocks of other frames do. A level whose size was rounded down has no pixel for the last blocks,
 * which would be black. */
static void choose_level(maker *m)
{
    zoe_exr_geometry *g = m->geometry;
    const zoe_part *part = m->part;
    const zoe_box full = g->data;
    for (int32_t l = 1;
         l <= m->choice->proxy_shift && l < part->level_count_x && l < part->level_count_y; l++) {
        zoe_box blocks = zoe_box_shrink(full, l);
        if (full.min_x % (1 << l) != 0 || full.min_y % (1 << l) != 0 ||
            zoe_box_width(&blocks) != level_size(m, zoe_box_width(&full), l) ||
            zoe_box_height(&blocks) != level_size(m, zoe_box_height(&full), l))
            continue;
        g->level = l;
        g->data = blocks;
    }
    g->first_chunk = g->level > 0 ? tiles_before(m, g->level) : 0;
}

static zoe_status read_storage(maker *m)
{
    zoe_exr_geometry *g = m->geometry;
    const zoe_part *part = m->part;
    if (part->type == ZOE_PART_UNKNOWN)
        return unsupported(m, "this kind of part is");
    g->tiled = zoe_exr_part_is_tiled(part);
    g->is_deep = zoe_exr_part_is_deep(part);
    g->multipart = m->file->outline.multipart;
    g->leader_bytes = (g->multipart ? 4u : 0u) + (g->tiled ? 16u : 4u) + 4u;
    g->channels = part->channels;
    g->channel_count = part->channel_count;
    g->compression = part->compression;
    g->routines = zoe_codec_of(part->compression);
    if (g->tiled) {
        if (part->tile_width < 1 || part->tile_height < 1)
            return damaged(m, "tiles without a size");
        g->chunk_width = part->tile_width;
        g->chunk_height = part->tile_height;
        choose_level(m);
    } else {
        if (part->lines_per_chunk < 1)
            return damaged(m, "chunks without lines");
        g->chunk_width = (int32_t)zoe_box_width(&g->data);
        g->chunk_height = part->lines_per_chunk;
    }
    g->shift = m->choice->proxy_shift - g->level;
    g->columns = (int32_t)tiles_along(zoe_box_width(&g->data), g->chunk_width);
    g->rows = (int32_t)tiles_along(zoe_box_height(&g->data), g->chunk_height);
    return ZOE_OK;
}

/* ---- sources ---- */

/* Does the sampling divide the picture, as the file format demands? */
static bool samples_fit(const zoe_exr_geometry *g, const zoe_channel *channel)
{
    int32_t x = channel->x_sampling, y = channel->y_sampling;
    if (x < 1 || y < 1 || (g->tiled && (x > 1 || y > 1)))
        return false;
    return g->data.min_x % x == 0 && g->data.min_y % y == 0 && zoe_box_width(&g->data) % x == 0 &&
           zoe_box_height(&g->data) % y == 0;
}

static zoe_status read_luma_chroma(maker *m)
{
    zoe_exr_geometry *g = m->geometry;
    const zoe_frame *frame = &m->picture->frame;
    int32_t x = g->x_sampling[1], y = g->y_sampling[1];
    if (g->x_sampling[0] != 1 || g->y_sampling[0] != 1)
        return unsupported(m, "subsampled luminance is");
    /* No writer is known that samples RY and BY differently: such a picture is shown in grey. */
    bool has_chroma = g->x_sampling[2] == x && g->y_sampling[2] == y;
    const float *chromaticities = frame->has_chromaticities ? frame->chromaticities : NULL;
    if (zoe_luma_chroma_init(&g->luma_chroma, chromaticities, (int32_t)zoe_box_width(&g->data),
                             (int32_t)zoe_box_height(&g->data), has_chroma, x, y) != ZOE_OK)
        return damaged(m, "sampling that does not divide the picture");
    g->is_luma_chroma = true;
    /* What zoe_luma_chroma_reach() answers, at most. */
    if (has_chroma && (x > 1 || y > 1))
        g->margin_above = g->margin_below = y == 2 ? 14 : y + 1;
    return ZOE_OK;
}

static zoe_status read_deep(maker *m)
{
    zoe_exr_geometry *g = m->geometry;
    zoe_status status = zoe_exr_deep_init(&g->deep, m->part, g->source_channel, g->source_count);
    if (status == ZOE_ERROR_UNSUPPORTED)
        return unsupported(m, "this compression of deep data is");
    return status == ZOE_OK ? status : damaged(m, "deep channels");
}

static zoe_status choose_sources(maker *m)
{
    zoe_exr_geometry *g = m->geometry;
    const zoe_layer *layer = m->layer;
    for (size_t c = 0; c < g->channel_count; c++) {
        if (!samples_fit(g, &g->channels[c]))
            return damaged(m, "sampling that does not divide the picture");
        if (g->channels[c].y_sampling > ZOE_EXR_SAMPLING_MAX)
            return unsupported(m, "a channel with samples on fewer than every 16th line is");
    }
    g->source_count = (uint32_t)layer->channel_count;
    for (uint32_t s = 0; s < g->source_count; s++) {
        const zoe_channel *channel = &g->channels[layer->channels[s]];
        g->source_channel[s] = layer->channels[s];
        g->source_type[s] = (uint8_t)channel->type;
        g->x_sampling[s] = channel->x_sampling;
        g->y_sampling[s] = channel->y_sampling;
        /* The row that a row's samples stand in may be in the chunk before. */
        int32_t reach = channel->y_sampling - 1;
        if (g->chunk_height % channel->y_sampling != 0 && reach > g->margin_above)
            g->margin_above = reach;
    }
    if (g->is_deep)
        return read_deep(m);
    return layer->is_luminance_chroma ? read_luma_chroma(m) : ZOE_OK;
}

/* ---- planes ---- */

/* The windows in plane pixels. */
static zoe_status shrink_windows(maker *m)
{
    zoe_exr_geometry *g = m->geometry;
    zoe_frame *frame = &m->picture->frame;
    g->picture = zoe_box_shrink(frame->display_window, g->level);
    if (m->choice->overscan)
        g->picture = zoe_box_unite(g->picture, g->data);
    if (zoe_box_width(&g->picture) > INT32_MAX || zoe_box_height(&g->picture) > INT32_MAX)
        return damaged(m, "display window too large");
    g->covered = zoe_box_intersect(g->picture, g->data);
    g->window = (zoe_box){0, 0, -1, -1};
    if (!zoe_box_is_empty(&g->covered))
        g->window = zoe_box_shrink(g->covered, g->shift);
    frame->proxy_shift = m->choice->proxy_shift;
    frame->picture = zoe_box_shrink(g->picture, g->shift);
    frame->window = g->window;
    frame->display_window = zoe_box_shrink(frame->display_window, m->choice->proxy_shift);
    frame->data_window = zoe_box_shrink(g->data, g->shift);
    return ZOE_OK;
}

static zoe_sample_type plane_type(const maker *m, uint32_t plane)
{
    const zoe_exr_geometry *g = m->geometry;
    if (!m->choice->full_precision)
        return ZOE_SAMPLE_HALF;
    return (zoe_sample_type)(g->is_luma_chroma && plane < 3 ? zoe_exr_color_type(g)
                                                            : g->source_type[plane]);
}

/* Bytes from a row to the next. */
static uint64_t plane_stride(uint64_t width, zoe_sample_type type)
{
    uint64_t stride = (width * zoe_exr_sample_bytes((int)type) + 63) / 64 * 64;
    /* A tile's rows would all fall on the same few sets of the first-level cache. */
    return stride % CACHE_PERIOD == 0 ? stride + 64 : stride;
}

/* Lays the planes out one after another. The sizes are compared with the limit before they are
 * trusted. An empty window has planes without bytes. */
static zoe_status lay_planes(maker *m)
{
    zoe_exr_geometry *g = m->geometry;
    zoe_frame *frame = &m->picture->frame;
    g->plane_count = frame->plane_count = g->source_count;
    frame->is_color = m->layer->is_color;
    frame->alpha_plane = m->layer->alpha;
    /* Both fit in 33 bits, so that no product here overflows. */
    uint64_t width = (uint64_t)zoe_box_width(&g->window);
    uint64_t height = (uint64_t)zoe_box_height(&g->window);
    uint64_t offset = 0;
    for (uint32_t p = 0; p < g->plane_count; p++) {
        zoe_sample_type type = plane_type(m, p);
        uint64_t stride = plane_stride(width, type);
        if (height > m->limit / stride || stride * height > m->limit - offset)
            return zoe_error_set(
                m->error, ZOE_ERROR_OVER_BUDGET,
                "%s: %llu x %llu pixels need some %.0f MB; the memory limit is %.1f MB",
                m->file->path, (unsigned long long)width, (unsigned long long)height,
                /* Not in integers: a declared size may be anything. */
                (double)stride * (double)height * g->plane_count / (1 << 20),
                zoe_megabytes(m->limit));
        g->plane_type[p] = type;
        g->plane_stride[p] = (size_t)stride;
        frame->planes[p].type = type;
        frame->planes[p].stride = (size_t)stride;
        frame->planes[p].data = (const void *)(uintptr_t)offset;
        offset += stride * height;
    }
    m->picture->bytes = (size_t)offset;
    return ZOE_OK;
}

/* What the picture would take if its file had all of the display window: the limit, if that is
 * less. */
static void measure_filled(maker *m)
{
    const zoe_exr_geometry *g = m->geometry;
    const zoe_box *display = &m->picture->frame.display_window;
    uint64_t width = (uint64_t)zoe_box_width(display), height = (uint64_t)zoe_box_height(display);
    uint64_t filled = 0;
    for (uint32_t p = 0; p < g->plane_count && filled < m->limit; p++) {
        uint64_t stride = plane_stride(width, g->plane_type[p]);
        filled = height > (m->limit - filled) / stride ? m->limit : filled + stride * height;
    }
    m->picture->buffer_bytes = (size_t)(filled < m->limit ? filled : m->limit);
}

/* ---- chunks ---- */

static zoe_status chunk_over_budget(const maker *m)
{
    return zoe_error_set(m->error, ZOE_ERROR_OVER_BUDGET,
                         "%s: one chunk needs more than the memory limit of %.1f MB", m->file->path,
                         zoe_megabytes(m->limit));
}

/* The largest chunk, and how many go together. */
static zoe_status measure_chunk(maker *m, zoe_codec_channel *channels, zoe_codec_chunk *chunk)
{
    zoe_exr_geometry *g = m->geometry;
    g->lanes = 1;
    if (g->is_deep)
        return ZOE_OK;
    if (!zoe_exr_chunk_describe(g, m->limit, channels, chunk))
        return chunk_over_budget(m);
    g->chunk_bytes = chunk->unpacked_bytes;
    g->lanes = zoe_codec_together(g->routines, chunk->unpacked_bytes);
    return ZOE_OK;
}

static zoe_status group_chunks(maker *m)
{
    zoe_exr_groups_make(m->geometry);
    int64_t groups = (int64_t)m->geometry->groups_across * m->geometry->groups_down;
    if (groups > INT32_MAX)
        return zoe_error_set(m->error, ZOE_ERROR_TOO_LARGE, "%s: too many chunks", m->file->path);
    m->picture->piece_count = (int32_t)groups;
    return ZOE_OK;
}

/* ---- all ---- */

static zoe_status make_geometry(maker *m)
{
    zoe_status status = choose_layer(m);
    if (status == ZOE_OK)
        status = read_windows(m);
    if (status == ZOE_OK)
        status = read_storage(m);
    if (status == ZOE_OK)
        status = choose_sources(m);
    if (status != ZOE_OK)
        return status;
    status = shrink_windows(m);
    if (status == ZOE_OK)
        status = lay_planes(m);
    if (status == ZOE_OK)
        measure_filled(m);
    return status;
}

/* Table and layout, for a geometry that lacks only what its chunks are. */
static zoe_status lay_out(zoe_exr_plan *plan, maker *m, zoe_codec_channel *channels,
                          zoe_blocks *blocks)
{
    const zoe_exr_geometry *g = m->geometry;
    zoe_codec_chunk chunk = {.packed = NULL};
    uint64_t deep_bytes = 0;
    zoe_status status = measure_chunk(m, channels, &chunk);
    if (status == ZOE_OK)
        status = group_chunks(m);
    if (status == ZOE_OK)
        status = zoe_exr_chunk_table_read(&plan->table, g, &m->header->header, m->file, blocks,
                                          m->error);
    if (status == ZOE_OK && g->is_deep)
        status =
            zoe_exr_deep_rows_measure(g, &plan->table, m->file, m->limit, &deep_bytes, m->error);
    if (status != ZOE_OK)
        return status;
    status =
        zoe_exr_layout_make(&plan->layout, g, g->is_deep ? NULL : &chunk, deep_bytes, m->limit);
    if (status != ZOE_OK)
        return chunk_over_budget(m);
    m->picture->scratch_bytes = plan->layout.bytes;
    m->picture->shared_bytes =
        zoe_exr_planes_shared_bytes(m->picture->bytes, m->picture->piece_count);
    m->picture->bytes += m->picture->shared_bytes;
    return ZOE_OK;
}

uint64_t zoe_exr_plan_bytes(const zoe_exr_outline *outline)
{
    return zoe_exr_chunk_table_bytes(outline) +
           zoe_blocks_cost((uint64_t)outline->channel_count * sizeof(zoe_codec_channel));
}

zoe_status zoe_exr_plan_make(zoe_exr_plan *plan, zoe_exr_file *file, const zoe_exr_header *header,
                             const zoe_choice *choice, uint64_t limit, zoe_blocks *blocks,
                             zoe_picture *picture, zoe_error *error)
{
    memset(plan, 0, sizeof *plan);
    maker m = {.geometry = &plan->geometry,
               .file = file,
               .header = header,
               .choice = choice,
               .limit = limit,
               .picture = picture,
               .error = error};
    zoe_status status = make_geometry(&m);
    if (status != ZOE_OK)
        return status;
    zoe_codec_channel *channels =
        zoe_blocks_alloc(blocks, plan->geometry.channel_count * sizeof *channels);
    if (!channels)
        return zoe_error_set(error, ZOE_ERROR_TOO_SMALL, "%s: %s", file->path,
                             zoe_status_text(ZOE_ERROR_TOO_SMALL));
    status = lay_out(plan, &m, channels, blocks);
    zoe_blocks_free(channels);
    return status;
}
