#include "exr/stock.h"

#include <string.h>

#include "codec/none.h"
#include "base/box.h"

/* What OpenJPH 0.32 was seen to take, rounded up: tables, a share for each channel, lines of blocks
 * as wide as the chunk, and a copy of the packed data. */
enum {
    LIBRARY_BYTES = 7 << 20,
    CHANNEL_BYTES = 1 << 19,
    SAMPLE_BYTES = 256, /* for each byte of a row */
};

size_t zoe_exr_stock_scratch_bytes(const zoe_codec_chunk *chunk)
{
    size_t bytes = LIBRARY_BYTES + 2 * chunk->unpacked_bytes;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        const zoe_codec_channel *channel = &chunk->channels[c];
        size_t sample = channel->type == ZOE_CODEC_HALF ? 2 : 4;
        bytes += CHANNEL_BYTES + (size_t)channel->width * sample * SAMPLE_BYTES;
    }
    return bytes;
}

/* The packed bytes are there already. */
static exr_result_t read_nothing(exr_decode_pipeline_t *pipeline)
{
    (void)pipeline;
    return EXR_ERR_SUCCESS;
}

/* The library's unpacked rows stand in the file's order. */
static exr_result_t scatter(exr_decode_pipeline_t *pipeline)
{
    zoe_codec_chunk chunk = *(const zoe_codec_chunk *)pipeline->decoding_user_data;
    chunk.packed = pipeline->unpacked_buffer;
    chunk.packed_bytes = chunk.unpacked_bytes;
    return zoe_none_decode(&chunk, NULL, 0) == ZOE_OK ? EXR_ERR_SUCCESS : EXR_ERR_CORRUPT_CHUNK;
}

static exr_result_t run(const zoe_exr_reader *reader, const exr_chunk_info_t *info,
                        exr_decode_pipeline_t *pipeline, const zoe_codec_chunk *chunk,
                        void *unpacked, size_t unpacked_bytes)
{
    exr_const_context_t context = reader->file->context;
    exr_result_t result =
        exr_decoding_choose_default_routines(context, reader->plan->part, pipeline);
    if (result != EXR_ERR_SUCCESS)
        return result;
    pipeline->read_fn = read_nothing;
    pipeline->unpack_and_convert_fn = scatter;
    pipeline->decoding_user_data = (void *)(uintptr_t)chunk;
    /* Buffers of ours, so that the library allocates none. It only reads the packed one. */
    pipeline->packed_buffer = (void *)(uintptr_t)chunk->packed;
    pipeline->packed_alloc_size = (size_t)info->packed_size;
    pipeline->unpacked_buffer = unpacked;
    pipeline->unpacked_alloc_size = unpacked_bytes;
    result = exr_decoding_run(context, reader->plan->part, pipeline);
    pipeline->packed_buffer = pipeline->unpacked_buffer = NULL;
    pipeline->packed_alloc_size = pipeline->unpacked_alloc_size = 0;
    return result;
}

/* The chunk as the library describes it. It is not asked to: its own look goes wrong for levels of
 * rip maps (3.1) and where the table of chunks is not complete. */
static exr_chunk_info_t describe(const zoe_exr_reader *reader, int32_t column, int32_t row,
                                 const zoe_codec_chunk *chunk)
{
    const zoe_exr_plan *plan = reader->plan;
    zoe_box box = zoe_exr_chunk_box(plan, column, row);
    int64_t index = zoe_exr_table_index(reader->table, column, row);
    exr_chunk_info_t info;
    memset(&info, 0, sizeof info);
    info.idx = (int32_t)(reader->table->first + index);
    info.type = plan->tiled ? EXR_STORAGE_TILED : EXR_STORAGE_SCANLINE;
    info.compression = (uint8_t)plan->compression;
    info.start_x = plan->tiled ? column : box.min_x;
    info.start_y = plan->tiled ? row : box.min_y;
    info.width = (int32_t)zoe_box_width(&box);
    info.height = (int32_t)zoe_box_height(&box);
    info.level_x = info.level_y = (uint8_t)plan->level;
    info.data_offset =
        zoe_exr_table_offset(reader->table, index) + zoe_exr_leader_bytes(plan, reader->file);
    info.packed_size = chunk->packed_bytes;
    info.unpacked_size = chunk->unpacked_bytes;
    return info;
}

zoe_status zoe_exr_stock_decode(const zoe_exr_reader *reader, int32_t column, int32_t row,
                                const zoe_codec_chunk *chunk, void *unpacked, size_t unpacked_bytes,
                                zoe_error *error)
{
    exr_const_context_t context = reader->file->context;
    exr_chunk_info_t info = describe(reader, column, row, chunk);
    zoe_exr_file_forget_message();
    exr_decode_pipeline_t pipeline = EXR_DECODE_PIPELINE_INITIALIZER;
    exr_result_t result = exr_decoding_initialize(context, reader->plan->part, &info, &pipeline);
    if (result == EXR_ERR_SUCCESS) {
        result = run(reader, &info, &pipeline, chunk, unpacked, unpacked_bytes);
        exr_decoding_destroy(context, &pipeline);
    }
    return result == EXR_ERR_SUCCESS ? ZOE_OK : zoe_exr_file_error(reader->file, result, error);
}
