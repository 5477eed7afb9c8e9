#include "color/ocio.h"

static zoe_status none(zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_UNSUPPORTED, "OpenColorIO is not built in");
}

bool zoe_ocio_is_built_in(void)
{
    return false;
}

zoe_status zoe_ocio_open(const char *config, zoe_ocio **ocio, zoe_error *error)
{
    (void)config;
    *ocio = NULL;
    return none(error);
}

void zoe_ocio_close(zoe_ocio **ocio)
{
    (void)ocio;
}

const char *zoe_ocio_name(const zoe_ocio *ocio, zoe_ocio_list list, const char *display, int index)
{
    (void)ocio, (void)list, (void)display, (void)index;
    return NULL;
}

zoe_status zoe_ocio_choose(const zoe_ocio *ocio, const zoe_ocio_file *file, zoe_ocio_way *way,
                           zoe_error *error)
{
    (void)ocio, (void)file, (void)way;
    return none(error);
}

zoe_status zoe_ocio_matrix(const zoe_ocio *ocio, const char *from, const char *to, float matrix[9],
                           zoe_error *error)
{
    (void)ocio, (void)from, (void)to, (void)matrix;
    return none(error);
}

zoe_status zoe_ocio_bake(const zoe_ocio *ocio, const zoe_ocio_way *way, int edge,
                         const volatile int *cancel, zoe_look_table **table,
                         zoe_ocio_quality *quality, zoe_error *error)
{
    (void)ocio, (void)way, (void)edge, (void)cancel, (void)quality;
    *table = NULL;
    return none(error);
}

zoe_status zoe_ocio_apply(const zoe_ocio *ocio, const zoe_ocio_way *way, float *pixels,
                          size_t count, zoe_error *error)
{
    (void)ocio, (void)way, (void)pixels, (void)count;
    return none(error);
}
