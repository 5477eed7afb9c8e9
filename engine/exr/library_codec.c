#include "exr/library_codec.h"

#include "codec/none.h"

/* What OpenJPH 0.32 was seen to take, rounded up: tables, a share for each channel, lines of blocks
 * as wide as the chunk, and a copy of the packed data. */
enum {
    LIBRARY_BYTES = 7 << 20,
    CHANNEL_BYTES = 1 << 19,
    SAMPLE_BYTES = 256, /* for each byte of a row */
};

/* What OpenEXR's pipeline allocates: a description of each channel, and up to two buffers of the
 * chunk's size. */
static uint64_t pipeline_bytes(const zoe_codec_chunk *chunk)
{
    return (64 << 10) + zoe_blocks_cost(chunk->channel_count * 128) +
           2 * zoe_blocks_cost((uint64_t)chunk->unpacked_bytes + 4096);
}

size_t zoe_exr_library_scratch_bytes(const zoe_codec_chunk *chunk)
{
    size_t bytes = LIBRARY_BYTES + chunk->unpacked_bytes + (size_t)pipeline_bytes(chunk);
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

static exr_result_t run(exr_const_context_t context, int32_t part, const exr_chunk_info_t *info,
                        exr_decode_pipeline_t *pipeline, const zoe_codec_chunk *chunk,
                        void *unpacked)
{
    exr_result_t result = exr_decoding_choose_default_routines(context, part, pipeline);
    if (result != EXR_ERR_SUCCESS)
        return result;
    pipeline->read_fn = read_nothing;
    pipeline->unpack_and_convert_fn = scatter;
    pipeline->decoding_user_data = (void *)(uintptr_t)chunk;
    /* Buffers of ours, so that the library allocates none. It only reads the packed one. */
    pipeline->packed_buffer = (void *)(uintptr_t)chunk->packed;
    pipeline->packed_alloc_size = (size_t)info->packed_size;
    pipeline->unpacked_buffer = unpacked;
    pipeline->unpacked_alloc_size = chunk->unpacked_bytes;
    result = exr_decoding_run(context, part, pipeline);
    pipeline->packed_buffer = pipeline->unpacked_buffer = NULL;
    pipeline->packed_alloc_size = pipeline->unpacked_alloc_size = 0;
    return result;
}

bool zoe_exr_library_decode(exr_const_context_t context, int32_t part, const exr_chunk_info_t *info,
                            const zoe_codec_chunk *chunk, void *unpacked, zoe_blocks *memory,
                            exr_result_t *result)
{
    zoe_blocks *before = zoe_blocks_enter(memory);
    exr_decode_pipeline_t pipeline = EXR_DECODE_PIPELINE_INITIALIZER;
    *result = exr_decoding_initialize(context, part, info, &pipeline);
    if (*result == EXR_ERR_SUCCESS) {
        *result = run(context, part, info, &pipeline, chunk, unpacked);
        exr_decoding_destroy(context, &pipeline);
    }
    zoe_blocks_enter(before);
    return *result == EXR_ERR_SUCCESS;
}
