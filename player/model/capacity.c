#include "model/capacity.h"

int64_t zoe_capacity_frames(const zoe_stats *stats)
{
    if (stats->frames_loaded == 0 || stats->frame_bytes == 0 ||
        stats->limit_bytes <= stats->scratch_bytes)
        return 0;
    double frame = (double)stats->frame_bytes / (double)stats->frames_loaded;
    return (int64_t)((double)(stats->limit_bytes - stats->scratch_bytes) / frame);
}
