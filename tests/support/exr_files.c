#include "support/exr_files.h"

#include <openexr.h>

#include <zoetrope/display.h>

enum { LINES = 16, CHANNELS = 3 };

float exr_files_value(int64_t number, int32_t channel, int32_t x, int32_t y)
{
    /* Whole numbers below 2048 are exact in half. */
    return (float)((x * 7 + y * 13 + channel * 101 + (int32_t)number * 17) % 2000);
}

static void quiet(exr_const_context_t context, exr_result_t result, const char *message)
{
    (void)context;
    (void)result;
    (void)message;
}

static int write_header(exr_context_t file)
{
    static const char *const names[CHANNELS] = {"B", "G", "R"};
    int part = 0, failed = 0;
    failed |= exr_add_part(file, "picture", EXR_STORAGE_SCANLINE, &part);
    failed |= exr_initialize_required_attr_simple(file, part, EXR_FILES_WIDTH, EXR_FILES_HEIGHT,
                                                  EXR_COMPRESSION_ZIP);
    for (int c = 0; c < CHANNELS; c++)
        failed |= exr_add_channel(file, part, names[c], EXR_PIXEL_HALF,
                                  EXR_PERCEPTUALLY_LOGARITHMIC, 1, 1);
    failed |= exr_write_header(file);
    return failed == EXR_ERR_SUCCESS;
}

static int write_chunk(exr_context_t file, int64_t number, int y)
{
    static uint16_t samples[CHANNELS][LINES][EXR_FILES_WIDTH];
    /* Channels stand in alphabetical order: blue, green, red. */
    for (int c = 0; c < CHANNELS; c++)
        for (int line = 0; line < LINES; line++)
            for (int x = 0; x < EXR_FILES_WIDTH; x++)
                samples[c][line][x] =
                    zoe_float_to_half(exr_files_value(number, 2 - c, x, y + line));
    exr_chunk_info_t info;
    exr_encode_pipeline_t encoder = EXR_ENCODE_PIPELINE_INITIALIZER;
    if (exr_write_scanline_chunk_info(file, 0, y, &info) != EXR_ERR_SUCCESS ||
        exr_encoding_initialize(file, 0, &info, &encoder) != EXR_ERR_SUCCESS)
        return 0;
    for (int c = 0; c < encoder.channel_count; c++) {
        encoder.channels[c].user_bytes_per_element = 2;
        encoder.channels[c].user_data_type = EXR_PIXEL_HALF;
        encoder.channels[c].user_pixel_stride = 2;
        encoder.channels[c].user_line_stride = EXR_FILES_WIDTH * 2;
        encoder.channels[c].encode_from_ptr = (const uint8_t *)samples[c];
    }
    int ok = exr_encoding_choose_default_routines(file, 0, &encoder) == EXR_ERR_SUCCESS &&
             exr_encoding_run(file, 0, &encoder) == EXR_ERR_SUCCESS;
    exr_encoding_destroy(file, &encoder);
    return ok;
}

int exr_files_write(const char *path, int64_t number)
{
    exr_context_t file = NULL;
    exr_context_initializer_t init = EXR_DEFAULT_CONTEXT_INITIALIZER;
    init.error_handler_fn = quiet;
    if (exr_start_write(&file, path, EXR_WRITE_FILE_DIRECTLY, &init) != EXR_ERR_SUCCESS)
        return 0;
    int ok = write_header(file);
    for (int y = 0; ok && y < EXR_FILES_HEIGHT; y += LINES)
        ok = write_chunk(file, number, y);
    return exr_finish(&file) == EXR_ERR_SUCCESS && ok;
}
