/* The painter: however many hands share a picture, it has the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/painter.h"

enum { WIDTH = 192, HEIGHT = 109, STRIDE = WIDTH * 2, OUT_MAX = 400 };

typedef struct scene {
    zoe_frame frame;
    zoe_display_lut *lut;
    uint16_t *plane;
    uint32_t *expected;
    uint32_t *found;
} scene;

static int set_up(void **state)
{
    scene *s = calloc(1, sizeof *s);
    if (!s)
        return -1;
    *state = s;
    s->lut = malloc(sizeof *s->lut);
    s->plane = aligned_alloc(64, (size_t)STRIDE * HEIGHT);
    s->expected = calloc((size_t)OUT_MAX * OUT_MAX, sizeof *s->expected);
    s->found = calloc((size_t)OUT_MAX * OUT_MAX, sizeof *s->found);
    if (!s->lut || !s->plane || !s->expected || !s->found)
        return -1;
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        s->plane[i] = zoe_float_to_half((float)(i % 1013) / 1013.0f);
    s->frame.picture = s->frame.window = (zoe_box){0, 0, WIDTH - 1, HEIGHT - 1};
    s->frame.display_window = s->frame.window;
    s->frame.data_window = s->frame.window;
    s->frame.pixel_aspect = 1.0;
    s->frame.plane_count = 1;
    s->frame.alpha_plane = -1;
    s->frame.planes[0] = (zoe_plane){s->plane, STRIDE, ZOE_SAMPLE_HALF};
    zoe_grade grade;
    zoe_grade_init(&grade);
    zoe_display_lut_make(s->lut, &grade, NULL);
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    free(s->lut);
    free(s->plane);
    free(s->expected);
    free(s->found);
    free(s);
    return 0;
}

static zoe_viewport viewport(int32_t width, int32_t height, double step)
{
    return (zoe_viewport){-3.0, -2.0, step, step, width, height, 0xFF202020u};
}

static void draw_alone(const scene *s, const zoe_viewport *port)
{
    size_t bytes = zoe_display_scratch_bytes(&s->frame, port);
    void *scratch = aligned_alloc(64, (bytes + 127) & ~(size_t)63);
    assert_non_null(scratch);
    assert_int_equal(zoe_display_draw(&s->frame, s->lut, port, 0, port->height, s->expected,
                                      (size_t)port->width * 4, scratch),
                     ZOE_OK);
    free(scratch);
}

static void same_bytes_with_any_hands(void **state)
{
    const scene *s = *state;
    const zoe_viewport ports[] = {viewport(200, 120, 1.0), viewport(97, 55, 2.03),
                                  viewport(400, 399, 0.31), viewport(1, 1, 1.0),
                                  viewport(400, 3, 0.5)};
    for (int helpers = -1; helpers <= ZOE_PAINTER_HELPERS_MAX; helpers++) {
        zoe_painter *painter = NULL;
        assert_int_equal(zoe_painter_create(helpers, &painter), ZOE_OK);
        for (int round = 0; round < 50; round++) {
            uint32_t marks;
            const zoe_viewport *port = &ports[round % 5];
            size_t bytes = (size_t)port->width * (size_t)port->height * 4;
            memset(s->found, 0x55, bytes);
            draw_alone(s, port);
            assert_int_equal(zoe_painter_draw(painter, &(zoe_paint){&s->frame, s->lut, port, NULL},
                                              s->found, (size_t)port->width * 4, &marks),
                             ZOE_OK);
            assert_memory_equal(s->found, s->expected, bytes);
        }
        zoe_painter_destroy(&painter);
        assert_null(painter);
    }
}

static void errors_come_back(void **state)
{
    const scene *s = *state;
    zoe_painter *painter = NULL;
    zoe_viewport port = viewport(64, 64, 1.0);
    const zoe_paint paint = {&s->frame, s->lut, &port, NULL};
    uint32_t marks;
    assert_int_equal(zoe_painter_create(2, &painter), ZOE_OK);
    port.step_x = 0.0;
    assert_int_equal(zoe_painter_draw(painter, &paint, s->found, 64 * 4, &marks),
                     ZOE_ERROR_ARGUMENT);
    port.step_x = 1.0;
    assert_int_equal(zoe_painter_draw(painter, &paint, s->found, 64 * 4, &marks), ZOE_OK);
    zoe_painter_destroy(&painter);
    zoe_painter_destroy(&painter);
    zoe_painter_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(same_bytes_with_any_hands, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_come_back, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
