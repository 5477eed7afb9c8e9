#include "exr_stock.h"

#include "codec/none.h"

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

zoe_status zoe_exr_stock_decode(const zoe_exr_reader *reader, int32_t column, int32_t row,
                                const zoe_codec_chunk *chunk, void *unpacked,
                                size_t unpacked_bytes, zoe_error *error)
{
    const zoe_exr_plan *plan = reader->plan;
    exr_const_context_t context = reader->file->context;
    exr_chunk_info_t info;
    zoe_exr_file_forget_message();
    exr_result_t result;
    if (plan->tiled)
        result = exr_read_tile_chunk_info(context, plan->part, column, row, plan->level,
                                          plan->level, &info);
    else
        result = exr_read_scanline_chunk_info(context, plan->part, chunk->first_y, &info);
    if (result == EXR_ERR_SUCCESS &&
        (info.packed_size != chunk->packed_bytes || info.unpacked_size != chunk->unpacked_bytes ||
         info.unpacked_size > unpacked_bytes))
        result = EXR_ERR_CORRUPT_CHUNK;
    if (result == EXR_ERR_SUCCESS) {
        exr_decode_pipeline_t pipeline = EXR_DECODE_PIPELINE_INITIALIZER;
        result = exr_decoding_initialize(context, plan->part, &info, &pipeline);
        if (result == EXR_ERR_SUCCESS) {
            result = run(reader, &info, &pipeline, chunk, unpacked, unpacked_bytes);
            exr_decoding_destroy(context, &pipeline);
        }
    }
    return result == EXR_ERR_SUCCESS ? ZOE_OK : zoe_exr_file_error(reader->file, result, error);
}
