#include "support/exr_picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/open_exr.h"
#include "base/times.h"

void exr_picture_free(exr_picture *r)
{
    free(r->buffer);
    r->buffer = NULL;
}

static void decode_pieces(exr_picture *r, const zoe_decoder *decoder, void *file, uint32_t order)
{
    zoe_picture *p = &r->picture;
    const size_t bytes = p->bytes;
    void *buffer = NULL, *scratch = NULL;
    assert_int_equal(posix_memalign(&buffer, 64, bytes + 64), 0);
    assert_int_equal(posix_memalign(&scratch, 64, p->scratch_bytes ? p->scratch_bytes : 1), 0);
    memset(buffer, 0xA5, bytes + 64);
    memset((uint8_t *)buffer + bytes - p->shared_bytes, 0, p->shared_bytes);
    memset(scratch, 0x5A, p->scratch_bytes);
    int32_t first = (int32_t)(order % (uint32_t)p->piece_count);
    for (int32_t i = 0; i < p->piece_count; i++) {
        int32_t piece = (first + i * (p->piece_count % 7 ? 7 : 1)) % p->piece_count;
        zoe_error error = {.status = ZOE_OK};
        zoe_status status =
            decoder->decode(NULL, file, piece, buffer, bytes, scratch, p->scratch_bytes, &error);
        r->truncated += status == ZOE_ERROR_TRUNCATED;
        if (status != ZOE_OK && status != ZOE_ERROR_TRUNCATED && r->failed++ == 0)
            r->error = error;
    }
    zoe_exr_absence(file, &r->absence);
    int64_t missing = r->absence.missing, total = r->absence.total;
    if (r->failed == 0)
        assert_int_equal(decoder->finish(NULL, file, buffer, bytes, p, NULL),
                         missing > 0 ? ZOE_ERROR_TRUNCATED : ZOE_OK);
    assert_int_equal(p->frame.incomplete, r->failed == 0 && missing > 0 && missing < total);
    assert_true(p->bytes <= bytes);
    for (size_t i = 0; i < 64; i++)
        assert_int_equal(((uint8_t *)buffer)[bytes + i], 0xA5);
    free(scratch);
    r->buffer = buffer;
}

exr_picture exr_picture_decode(const char *path, const zoe_choice *choice, uint32_t order)
{
    exr_picture r = {.opened = ZOE_OK};
    zoe_histogram histogram;
    zoe_histogram_reset(&histogram);
    _Atomic uint64_t bytes_read = 0;
    zoe_read_stats stats = {&histogram, &bytes_read};
    open_exr_file opened;
    r.opened = open_exr(path, choice, EXR_PICTURE_LIMIT, &stats, &r.picture, &opened, &r.error);
    if (r.opened == ZOE_OK) {
        assert_true(r.picture.bytes <= EXR_PICTURE_LIMIT &&
                    r.picture.scratch_bytes <= EXR_PICTURE_LIMIT);
        decode_pieces(&r, zoe_exr_decoder(), opened.file, order);
        assert_int_equal(close_exr(&opened), ZOE_OK);
    } else {
        assert_null(opened.file);
    }
    zoe_times times;
    zoe_histogram_read(&histogram, &times);
    r.reads = times.count;
    r.bytes_read = bytes_read;
    return r;
}

exr_picture exr_picture_decode_whole(const char *path, const zoe_choice *choice, uint32_t order)
{
    exr_picture r = exr_picture_decode(path, choice, order);
    if (r.opened != ZOE_OK || r.failed > 0)
        fail_msg("%s", r.error.text);
    assert_int_equal(r.truncated, 0);
    return r;
}

uint32_t exr_picture_at(const exr_picture *r, uint32_t plane, int32_t x, int32_t y)
{
    const zoe_frame *f = &r->picture.frame;
    if (x < f->window.min_x || x > f->window.max_x || y < f->window.min_y || y > f->window.max_y)
        return 0;
    const uint8_t *row = r->buffer + (size_t)f->planes[plane].data +
                         (size_t)(y - f->window.min_y) * f->planes[plane].stride;
    size_t index = (size_t)(x - f->window.min_x);
    if (f->planes[plane].type == ZOE_SAMPLE_HALF)
        return ((const uint16_t *)(const void *)row)[index];
    return ((const uint32_t *)(const void *)row)[index];
}
