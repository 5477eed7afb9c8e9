#include "exr_header.h"

zoe_status zoe_exr_status(exr_result_t result)
{
    switch (result) {
    case EXR_ERR_SUCCESS: return ZOE_OK;
    case EXR_ERR_OUT_OF_MEMORY: return ZOE_ERROR_NO_MEMORY;
    case EXR_ERR_FILE_ACCESS: return ZOE_ERROR_IO;
    case EXR_ERR_READ_IO: return ZOE_ERROR_TRUNCATED;
    case EXR_ERR_FEATURE_NOT_IMPLEMENTED: return ZOE_ERROR_UNSUPPORTED;
    default: return ZOE_ERROR_CORRUPT;
    }
}
