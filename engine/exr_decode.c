#include "exr_decode.h"

#include <string.h>

#include "codec/none.h"
#include "exr_file.h"
#include "exr_plan.h"
#include "half.h"
#include "scratch.h"

/* Samples go from the file to memory as they are. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a little-endian machine");

typedef struct open_file {
    zoe_exr_file file;
    zoe_exr_plan plan;
} open_file;

/* One chunk on its way, behind a pipeline's user data. */
typedef struct chunk_job {
    open_file *open;
    uint8_t *buffer;  /* the planes */
    uint8_t *scratch; /* laid out by the plan */
    zoe_exr_fix *fixes;
    size_t fix_count;
    zoe_codec_chunk chunk;
    zoe_status status; /* of our own routines: OpenEXR's results are coarser */
} chunk_job;

/* ---- open and close ---- */

static zoe_status open_exr(void *user, const char *path, const zoe_choice *choice, uint64_t limit,
                           const zoe_read_stats *stats, zoe_picture *picture, void **out,
                           zoe_error *error)
{
    (void)user;
    *out = NULL;
    open_file *open = zoe_recycler_alloc(sizeof *open);
    if (!open)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", path);
    zoe_status status = zoe_exr_file_open(&open->file, path, stats, error);
    if (status == ZOE_OK) {
        status = zoe_exr_plan_make(&open->plan, &open->file, choice, limit, picture, error);
        if (status != ZOE_OK) {
            /* The picture may be described already; what is closed here has no more to say. */
            picture->id = open->file.id;
            zoe_exr_file_close(&open->file, NULL);
        }
    }
    if (status != ZOE_OK) {
        zoe_recycler_free(open);
        return status;
    }
    *out = open;
    return ZOE_OK;
}

static zoe_status close_exr(void *user, void **file, zoe_error *error)
{
    (void)user;
    open_file *open = *file;
    zoe_status status = zoe_exr_file_close(&open->file, error);
    zoe_recycler_free(open);
    *file = NULL;
    return status;
}

/* ---- planes ---- */

static uint8_t *row_at(const zoe_exr_plan *plan, uint8_t *buffer, uint32_t plane, int32_t y)
{
    return buffer + plan->plane_offset[plane] +
           (size_t)((int64_t)y - plan->window.min_y) * plan->plane_stride[plane];
}

static size_t sample_bytes(int type)
{
    return type == ZOE_SAMPLE_HALF ? 2 : 4;
}

/* Clears a rectangle of all planes; corners inside, within the window. */
static void clear_box(const zoe_exr_plan *plan, uint8_t *buffer, zoe_box box)
{
    if (zoe_box_is_empty(&box))
        return;
    for (uint32_t p = 0; p < plan->plane_count; p++) {
        size_t bytes = sample_bytes((int)plan->plane_type[p]);
        size_t from = (size_t)((int64_t)box.min_x - plan->window.min_x) * bytes;
        size_t length = (size_t)((int64_t)box.max_x - box.min_x + 1) * bytes;
        for (int64_t y = box.min_y; y <= box.max_y; y++)
            memset(row_at(plan, buffer, p, (int32_t)y) + from, 0, length);
    }
}

/* Everything outside the data window is transparent black. */
static void prepare_exr(void *user, void *file, uint8_t *buffer)
{
    (void)user;
    const zoe_exr_plan *plan = &((const open_file *)file)->plan;
    zoe_box w = plan->window, c = plan->covered;
    if (zoe_box_is_empty(&c)) {
        clear_box(plan, buffer, w);
        return;
    }
    if (c.min_y > w.min_y)
        clear_box(plan, buffer, (zoe_box){w.min_x, w.min_y, w.max_x, c.min_y - 1});
    if (c.max_y < w.max_y)
        clear_box(plan, buffer, (zoe_box){w.min_x, c.max_y + 1, w.max_x, w.max_y});
    if (c.min_x > w.min_x)
        clear_box(plan, buffer, (zoe_box){w.min_x, c.min_y, c.min_x - 1, c.max_y});
    if (c.max_x < w.max_x)
        clear_box(plan, buffer, (zoe_box){c.max_x + 1, c.min_y, w.max_x, c.max_y});
}

/* ---- where rows go ---- */

/* The plane that a channel becomes; -1: nobody wants it. */
static int32_t plane_of(const zoe_exr_plan *plan, int32_t channel)
{
    for (uint32_t p = 0; p < plan->plane_count; p++)
        if (plan->plane_channel[p] == channel)
            return (int32_t)p;
    return -1;
}

/* Where the row at y of a plane's channel is to be decoded to: into the plane, or into scratch when
 * it has to be converted or cropped. NULL: it is outside the window. */
static uint8_t *row_target(chunk_job *job, uint32_t plane, const zoe_codec_channel *channel,
                           int32_t x, int32_t y, uint8_t **rows)
{
    const zoe_exr_plan *plan = &job->open->plan;
    if (y < plan->covered.min_y || y > plan->covered.max_y)
        return NULL;
    int64_t last = (int64_t)x + channel->width - 1;
    if (last < plan->covered.min_x || x > plan->covered.max_x)
        return NULL;
    bool inside = x >= plan->covered.min_x && last <= plan->covered.max_x;
    if (inside && channel->type == plan->plane_type[plane])
        return row_at(plan, job->buffer, plane, y) +
               (size_t)((int64_t)x - plan->window.min_x) * sample_bytes(channel->type);
    uint8_t *row = *rows;
    *rows += ((size_t)channel->width * sample_bytes(channel->type) + 63) / 64 * 64;
    job->fixes[job->fix_count++] = (zoe_exr_fix){plane, y, x, channel->width, channel->type, row};
    return row;
}

/* Describes a chunk's channels; their sizes are OpenEXR's, checked against what the plan has room
 * for. */
static bool describe_channels(chunk_job *job, const exr_decode_pipeline_t *pipeline)
{
    const zoe_exr_plan *plan = &job->open->plan;
    zoe_codec_channel *channels = (zoe_codec_channel *)(job->scratch + plan->channels_at);
    if (pipeline->channel_count != plan->channels->num_channels)
        return false;
    for (int c = 0; c < pipeline->channel_count; c++) {
        const exr_coding_channel_info_t *info = &pipeline->channels[c];
        if (info->width < 0 || info->height < 0 || info->width > plan->chunk_width ||
            info->height > plan->chunk_height)
            return false;
        channels[c] = (zoe_codec_channel){
            .name = info->channel_name,
            .type = (uint8_t)info->data_type,
            .p_linear = info->p_linear != 0,
            .width = info->width,
            .height = info->height,
            .x_sampling = info->x_samples,
            .y_sampling = info->y_samples,
        };
    }
    job->chunk.channels = channels;
    job->chunk.channel_count = (size_t)pipeline->channel_count;
    return true;
}

/* Lists the chunk's rows and where each goes. */
static bool describe_segments(chunk_job *job, int32_t x)
{
    const zoe_exr_plan *plan = &job->open->plan;
    zoe_codec_segment *segments = (zoe_codec_segment *)(job->scratch + plan->segments_at);
    uint8_t *rows = job->scratch + plan->rows_at;
    size_t count = 0;
    job->fix_count = 0;
    for (int32_t line = 0; line < job->chunk.line_count; line++) {
        int32_t y = job->chunk.first_y + line;
        for (size_t c = 0; c < job->chunk.channel_count; c++) {
            const zoe_codec_channel *channel = &job->chunk.channels[c];
            if (channel->y_sampling > 1 && y % channel->y_sampling != 0)
                continue;
            if (count == plan->segments_max)
                return false;
            int32_t plane = plane_of(plan, (int32_t)c);
            segments[count].bytes =
                (uint32_t)((size_t)channel->width * sample_bytes(channel->type));
            segments[count].dst =
                plane < 0 ? NULL : row_target(job, (uint32_t)plane, channel, x, y, &rows);
            count++;
        }
    }
    job->chunk.segments = segments;
    job->chunk.segment_count = count;
    return true;
}

/* ---- rows that were not decoded in place ---- */

static void convert_row(uint8_t *dst, zoe_sample_type to, const uint8_t *src, uint8_t from,
                        size_t count)
{
    if (from == (uint8_t)to)
        memcpy(dst, src, count * sample_bytes((int)to));
    else if (from == ZOE_CODEC_FLOAT)
        zoe_half_from_float_row((uint16_t *)dst, (const float *)src, count);
    else
        zoe_half_from_uint_row((uint16_t *)dst, (const uint32_t *)src, count);
}

static void apply_fixes(const chunk_job *job)
{
    const zoe_exr_plan *plan = &job->open->plan;
    for (size_t i = 0; i < job->fix_count; i++) {
        const zoe_exr_fix *fix = &job->fixes[i];
        int64_t first = fix->x > plan->covered.min_x ? fix->x : plan->covered.min_x;
        int64_t last = (int64_t)fix->x + fix->width - 1;
        if (last > plan->covered.max_x)
            last = plan->covered.max_x;
        zoe_sample_type to = plan->plane_type[fix->plane];
        uint8_t *dst = row_at(plan, job->buffer, fix->plane, fix->y) +
                       (size_t)(first - plan->window.min_x) * sample_bytes((int)to);
        const uint8_t *src = fix->row + (size_t)(first - fix->x) * sample_bytes(fix->type);
        convert_row(dst, to, src, fix->type, (size_t)(last - first + 1));
    }
}

/* ---- the pipeline's stages ---- */

static exr_result_t read_stage(exr_decode_pipeline_t *pipeline)
{
    return exr_read_chunk(pipeline->context, pipeline->part_index, &pipeline->chunk,
                          pipeline->packed_buffer);
}

static exr_result_t decompress_stage(exr_decode_pipeline_t *pipeline)
{
    chunk_job *job = pipeline->decoding_user_data;
    const zoe_exr_plan *plan = &job->open->plan;
    bool raw = job->chunk.packed_bytes == job->chunk.unpacked_bytes;
    zoe_codec_decode_fn *decode = raw ? zoe_none_decode : plan->decode;
    job->status = decode(&job->chunk, job->scratch + plan->codec_at, plan->codec_bytes);
    return job->status == ZOE_OK ? EXR_ERR_SUCCESS : EXR_ERR_CORRUPT_CHUNK;
}

/* After OpenEXR's own decompressor: its rows stand in the file's order. */
static exr_result_t scatter_stage(exr_decode_pipeline_t *pipeline)
{
    chunk_job *job = pipeline->decoding_user_data;
    zoe_codec_chunk chunk = job->chunk;
    chunk.packed = pipeline->unpacked_buffer;
    chunk.packed_bytes = chunk.unpacked_bytes;
    job->status = zoe_none_decode(&chunk, NULL, 0);
    return job->status == ZOE_OK ? EXR_ERR_SUCCESS : EXR_ERR_CORRUPT_CHUNK;
}

static exr_result_t run_pipeline(chunk_job *job, const exr_chunk_info_t *info,
                                 exr_decode_pipeline_t *pipeline)
{
    const zoe_exr_plan *plan = &job->open->plan;
    exr_const_context_t context = job->open->file.context;
    pipeline->decoding_user_data = job;
    exr_result_t result = EXR_ERR_SUCCESS;
    if (plan->decode) {
        pipeline->read_fn = read_stage;
        pipeline->decompress_fn = decompress_stage;
    } else {
        result = exr_decoding_choose_default_routines(context, plan->part, pipeline);
        pipeline->unpack_and_convert_fn = scatter_stage;
    }
    /* Buffers of ours, so that OpenEXR allocates none. It frees an unpacked buffer when a chunk
     * needs none: then there must be none. */
    pipeline->packed_buffer = job->scratch + plan->packed_at;
    pipeline->packed_alloc_size = plan->packed_bytes;
    if (info->packed_size != info->unpacked_size) {
        pipeline->unpacked_buffer = job->scratch + plan->codec_at;
        pipeline->unpacked_alloc_size = plan->unpacked_bytes;
    }
    if (result == EXR_ERR_SUCCESS)
        result = exr_decoding_run(context, plan->part, pipeline);
    pipeline->packed_buffer = NULL;
    pipeline->unpacked_buffer = NULL;
    pipeline->packed_alloc_size = pipeline->unpacked_alloc_size = 0;
    return result;
}

/* ---- chunks ---- */

/* The pixels of a chunk within the covered area. */
static zoe_box chunk_box(const zoe_exr_plan *plan, int32_t column, int32_t row)
{
    int64_t x0 = (int64_t)plan->data.min_x + (int64_t)column * plan->chunk_width;
    int64_t y0 = (int64_t)plan->data.min_y + (int64_t)row * plan->chunk_height;
    int64_t x1 = x0 + plan->chunk_width - 1, y1 = y0 + plan->chunk_height - 1;
    const zoe_box *c = &plan->covered;
    return (zoe_box){
        (int32_t)(x0 > c->min_x ? x0 : c->min_x), (int32_t)(y0 > c->min_y ? y0 : c->min_y),
        (int32_t)(x1 < c->max_x ? x1 : c->max_x), (int32_t)(y1 < c->max_y ? y1 : c->max_y)};
}

/* Is the chunk not in the file (yet), rather than damaged? Its offset is 0 while it is not written,
 * and a short file ends before it. */
static bool is_absent(const zoe_exr_file *file, exr_result_t result)
{
    if (atomic_load_explicit(&file->broken, memory_order_relaxed))
        return false;
    return result == EXR_ERR_READ_IO || result == EXR_ERR_INCORRECT_CHUNK ||
           result == EXR_ERR_BAD_CHUNK_LEADER;
}

static exr_result_t find_chunk(const zoe_exr_plan *plan, const zoe_exr_file *file, int32_t column,
                               int32_t row, exr_chunk_info_t *info)
{
    if (plan->tiled)
        return exr_read_tile_chunk_info(file->context, plan->part, column, row, 0, 0, info);
    int64_t y = (int64_t)plan->data.min_y + (int64_t)row * plan->chunk_height;
    return exr_read_scanline_chunk_info(file->context, plan->part, (int)y, info);
}

static zoe_status decode_chunk(chunk_job *job, int32_t column, int32_t row, zoe_error *error)
{
    const zoe_exr_plan *plan = &job->open->plan;
    zoe_exr_file *file = &job->open->file;
    exr_chunk_info_t info;
    zoe_exr_file_forget_message();
    exr_result_t result = find_chunk(plan, file, column, row, &info);
    if (result == EXR_ERR_SUCCESS &&
        (info.packed_size > plan->packed_bytes || info.unpacked_size > plan->unpacked_bytes))
        return zoe_error_set(error, ZOE_ERROR_CORRUPT, "%s: damaged file: chunk of %llu bytes",
                             file->path, (unsigned long long)info.packed_size);
    exr_decode_pipeline_t pipeline = EXR_DECODE_PIPELINE_INITIALIZER;
    bool made = false;
    if (result == EXR_ERR_SUCCESS) {
        result = exr_decoding_initialize(file->context, plan->part, &info, &pipeline);
        made = result == EXR_ERR_SUCCESS;
    }
    job->status = ZOE_OK;
    if (made) {
        int32_t x = plan->tiled ? plan->data.min_x + column * plan->chunk_width : plan->data.min_x;
        job->chunk = (zoe_codec_chunk){
            .packed = job->scratch + plan->packed_at,
            .packed_bytes = (size_t)info.packed_size,
            .unpacked_bytes = (size_t)info.unpacked_size,
            .first_y = plan->tiled ? plan->data.min_y + row * plan->chunk_height : info.start_y,
            .line_count = info.height,
        };
        if (describe_channels(job, &pipeline) && describe_segments(job, x))
            result = run_pipeline(job, &info, &pipeline);
        else
            result = EXR_ERR_CORRUPT_CHUNK;
        exr_decoding_destroy(file->context, &pipeline);
    }
    if (result == EXR_ERR_SUCCESS) {
        apply_fixes(job);
        return ZOE_OK;
    }
    if (is_absent(file, result)) {
        clear_box(plan, job->buffer, chunk_box(plan, column, row));
        return ZOE_ERROR_TRUNCATED;
    }
    return zoe_exr_file_error(file, result, error);
}

static zoe_status decode_exr(void *user, void *file, int32_t piece, uint8_t *buffer, void *scratch,
                             size_t scratch_bytes, zoe_error *error)
{
    (void)user;
    (void)scratch_bytes;
    open_file *open = file;
    const zoe_exr_plan *plan = &open->plan;
    chunk_job job = {
        .open = open,
        .buffer = buffer,
        .scratch = scratch,
        .fixes = (zoe_exr_fix *)((uint8_t *)scratch + plan->fixes_at),
    };
    int64_t chunks = (int64_t)plan->chunks_across * plan->chunks_down;
    int64_t first = (int64_t)piece * plan->chunks_per_piece;
    int64_t last = first + plan->chunks_per_piece;
    zoe_status missing = ZOE_OK;
    for (int64_t c = first; c < last && c < chunks; c++) {
        int32_t column = plan->chunk_x0 + (int32_t)(c % plan->chunks_across);
        int32_t row = plan->chunk_y0 + (int32_t)(c / plan->chunks_across);
        zoe_status status = decode_chunk(&job, column, row, error);
        if (status == ZOE_ERROR_TRUNCATED)
            missing = status;
        else if (status != ZOE_OK)
            return status;
    }
    return missing;
}

const zoe_decoder *zoe_exr_decoder(void)
{
    static const zoe_decoder decoder = {
        .open = open_exr,
        .prepare = prepare_exr,
        .decode = decode_exr,
        .close = close_exr,
    };
    return &decoder;
}
