#include "model/capacity.h"

uint64_t zoe_capacity_other(const zoe_stats *stats)
{
    uint64_t known =
        stats->frame_bytes + stats->in_flight_bytes + stats->scratch_bytes + stats->free_bytes;
    return stats->used_bytes > known ? stats->used_bytes - known : 0;
}

int64_t zoe_capacity_frames(const zoe_stats *stats)
{
    uint64_t taken = stats->scratch_bytes + zoe_capacity_other(stats);
    if (stats->frames_loaded == 0 || stats->frame_bytes == 0 || stats->limit_bytes <= taken)
        return 0;
    double frame = (double)stats->frame_bytes / (double)stats->frames_loaded;
    return (int64_t)((double)(stats->limit_bytes - taken) / frame);
}
