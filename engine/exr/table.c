#include "exr/table.h"

#include <string.h>

#include "base/box.h"
#include "exr/header.h"
#include "memory/scratch.h"

/* A table that is not complete is completed from this many chunks at most: a second's work. */
enum { SEARCH_MAX = 1 << 20, SEARCH_BLOCK = 65536 };

static zoe_status corrupt(const zoe_exr_file *file, const char *what, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_CORRUPT, "%s: damaged file: %s", file->path, what);
}

/* Where the part's table begins and all tables end. */
static zoe_status find_tables(const zoe_exr_plan *plan, zoe_exr_file *file, uint64_t *at,
                              uint64_t *end, int64_t *chunks, zoe_error *error)
{
    int parts = 0;
    zoe_exr_file_forget_message();
    exr_result_t result = exr_get_count(file->context, &parts);
    *end = file->header_end;
    for (int p = 0; p < parts && result == EXR_ERR_SUCCESS; p++) {
        int32_t count = 0;
        result = zoe_exr_chunk_count(file->context, p, &count);
        if (result == EXR_ERR_SUCCESS && count < 0)
            return corrupt(file, "negative number of chunks", error);
        if (p == plan->part) {
            *at = *end;
            *chunks = count;
        }
        *end += (uint64_t)count * sizeof(uint64_t);
    }
    return result == EXR_ERR_SUCCESS ? ZOE_OK : zoe_exr_file_error(file, result, error);
}

/* The number of the level's first chunk: levels stand one after another, those of rip maps in rows.
 */
static zoe_status find_level(const zoe_exr_plan *plan, zoe_exr_file *file, int64_t *base,
                             zoe_error *error)
{
    *base = 0;
    if (plan->level == 0)
        return ZOE_OK;
    uint32_t tile_width, tile_height;
    exr_tile_level_mode_t mode;
    exr_tile_round_mode_t round;
    int32_t across = 0, down = 0;
    exr_result_t result = exr_get_tile_descriptor(file->context, plan->part, &tile_width,
                                                  &tile_height, &mode, &round);
    if (result == EXR_ERR_SUCCESS)
        result = exr_get_tile_levels(file->context, plan->part, &across, &down);
    for (int32_t ly = 0; ly <= plan->level && result == EXR_ERR_SUCCESS; ly++) {
        for (int32_t lx = 0; lx < across && result == EXR_ERR_SUCCESS; lx++) {
            if (mode == EXR_TILE_MIPMAP_LEVELS && lx != ly)
                continue;
            if (ly == plan->level && lx >= plan->level)
                break;
            int32_t width = 0, height = 0;
            result = exr_get_level_sizes(file->context, plan->part, lx, ly, &width, &height);
            *base += ((int64_t)width + tile_width - 1) / tile_width *
                     (((int64_t)height + tile_height - 1) / tile_height);
        }
    }
    return result == EXR_ERR_SUCCESS ? ZOE_OK : zoe_exr_file_error(file, result, error);
}

/* ---- tables that are not complete ---- */

typedef struct search {
    zoe_exr_table *table;
    const zoe_exr_plan *plan;
    zoe_exr_file *file;
    uint8_t *block; /* of the file */
    uint64_t block_at;
    size_t block_bytes;
} search;

/* Bytes of the file, or NULL when it ends before. */
static const uint8_t *look(search *s, uint64_t at, size_t bytes)
{
    if (at > s->file->id.bytes || bytes > s->file->id.bytes - at)
        return NULL;
    if (at < s->block_at || at + bytes > s->block_at + s->block_bytes) {
        int64_t got = zoe_exr_file_read(s->file, s->block, SEARCH_BLOCK, at);
        s->block_at = at;
        s->block_bytes = got < 0 ? 0 : (size_t)got;
        if (s->block_bytes < bytes)
            return NULL;
    }
    return s->block + (at - s->block_at);
}

static int32_t int_at(const uint8_t *bytes)
{
    int32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static uint64_t long_at(const uint8_t *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* Enters a chunk of the plan's part. */
static void enter(search *s, const uint8_t *place, uint64_t at)
{
    const zoe_exr_plan *plan = s->plan;
    int64_t column = 0, row;
    if (plan->tiled) {
        if (int_at(place + 8) != plan->level || int_at(place + 12) != plan->level)
            return;
        column = int_at(place);
        row = int_at(place + 4);
    } else {
        int64_t line = (int64_t)int_at(place) - plan->data.min_y;
        row = line % plan->chunk_height == 0 ? line / plan->chunk_height : -1;
    }
    if (column < 0 || column >= plan->columns || row < 0 || row >= plan->rows)
        return;
    int64_t index = zoe_exr_table_index(s->table, (int32_t)column, (int32_t)row);
    if (index >= 0 && index < s->table->count && s->table->offsets[index] == 0)
        s->table->offsets[index] = at;
}

/* Looks at the chunk at an offset. Returns the offset of the next one; 0: there is none. */
static uint64_t step(search *s, uint64_t at)
{
    const uint8_t *place = look(s, at, 4);
    int32_t part = 0;
    uint64_t here = at;
    if (place && s->file->multipart) {
        part = int_at(place);
        here += 4;
    }
    exr_storage_t storage;
    if (!place || exr_get_storage(s->file->context, part, &storage) != EXR_ERR_SUCCESS)
        return 0;
    bool tiled = storage == EXR_STORAGE_TILED || storage == EXR_STORAGE_DEEP_TILED;
    bool deep = storage == EXR_STORAGE_DEEP_SCANLINE || storage == EXR_STORAGE_DEEP_TILED;
    size_t place_bytes = tiled ? 16 : 4;
    place = look(s, here, place_bytes + (deep ? 24 : 4));
    if (!place)
        return 0;
    const uint8_t *sizes = place + place_bytes;
    here += place_bytes + (deep ? 24 : 4);
    uint64_t room = s->file->id.bytes - here, bytes;
    if (deep) {
        uint64_t counts = long_at(sizes), samples = long_at(sizes + 8);
        if (counts > room || samples > room - counts)
            return 0;
        bytes = counts + samples;
    } else {
        int32_t packed = int_at(sizes);
        /* Nothing is where a writer has left a hole. */
        if (packed <= 0 || (uint64_t)packed > room)
            return 0;
        bytes = (uint64_t)packed;
    }
    if (part == s->plan->part)
        enter(s, place, at);
    return here + bytes;
}

static zoe_status complete(zoe_exr_table *table, const zoe_exr_plan *plan, zoe_exr_file *file,
                           zoe_error *error)
{
    if (file->id.bytes <= table->data_start)
        return ZOE_OK;
    search s = {.table = table, .plan = plan, .file = file};
    s.block = zoe_recycler_alloc(SEARCH_BLOCK);
    if (!s.block)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", file->path);
    uint64_t at = table->data_start;
    for (int32_t n = 0; n < SEARCH_MAX && at != 0; n++)
        at = step(&s, at);
    zoe_recycler_free(s.block);
    zoe_exr_file_forget_message();
    if (zoe_exr_file_is_broken(file))
        return zoe_error_set(error, ZOE_ERROR_IO, "%s: cannot be read", file->path);
    return ZOE_OK;
}

/* ---- all ---- */

static zoe_status read_offsets(zoe_exr_table *table, zoe_exr_file *file, uint64_t at,
                               zoe_error *error)
{
    size_t bytes = (size_t)table->count * sizeof *table->offsets;
    int64_t got = zoe_exr_file_read(file, table->offsets, bytes, at);
    if (got < 0)
        return zoe_error_set(error, ZOE_ERROR_IO, "%s: cannot be read", file->path);
    if ((size_t)got < bytes) /* it has become shorter */
        memset(table->offsets, 0, bytes);
    return ZOE_OK;
}

static bool is_complete(const zoe_exr_table *table)
{
    for (int64_t i = 0; i < table->count; i++)
        if (table->offsets[i] == 0)
            return false;
    return true;
}

zoe_status zoe_exr_table_read(zoe_exr_table *table, const zoe_exr_plan *plan, zoe_exr_file *file,
                              uint64_t limit, zoe_error *error)
{
    memset(table, 0, sizeof *table);
    if (zoe_box_is_empty(&plan->covered))
        return ZOE_OK;
    uint64_t at = 0;
    int64_t chunks = 0;
    zoe_status status = find_tables(plan, file, &at, &table->data_start, &chunks, error);
    if (status == ZOE_OK)
        status = find_level(plan, file, &table->base, error);
    if (status != ZOE_OK)
        return status;
    int64_t top = (int64_t)plan->covered.min_y - plan->margin_above - plan->data.min_y;
    int64_t bottom = (int64_t)plan->covered.max_y + plan->margin_below - plan->data.min_y;
    int64_t first_row = top < 0 ? 0 : top / plan->chunk_height;
    int64_t last_row = bottom / plan->chunk_height;
    if (last_row >= plan->rows)
        last_row = plan->rows - 1;
    table->columns = plan->columns;
    table->first = table->base + first_row * plan->columns;
    table->count = (last_row - first_row + 1) * plan->columns;
    if (table->first + table->count > chunks)
        return corrupt(file, "fewer chunks than the picture needs", error);
    at += (uint64_t)table->first * sizeof *table->offsets;
    /* What the file does not reach is not there, whatever the header declares. */
    uint64_t left = at < file->id.bytes ? (file->id.bytes - at) / sizeof *table->offsets : 0;
    if ((uint64_t)table->count > left)
        table->count = (int64_t)left;
    if (table->count == 0)
        return ZOE_OK;
    if ((uint64_t)table->count > limit / sizeof *table->offsets)
        return zoe_error_set(error, ZOE_ERROR_OVER_BUDGET,
                             "%s: the table of chunks needs more than the memory limit of %.1f MB",
                             file->path, zoe_megabytes(limit));
    table->offsets = zoe_recycler_alloc((size_t)table->count * sizeof *table->offsets);
    if (!table->offsets)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", file->path);
    status = read_offsets(table, file, at, error);
    if (status == ZOE_OK && !is_complete(table))
        status = complete(table, plan, file, error);
    if (status != ZOE_OK)
        zoe_exr_table_free(table);
    return status;
}

void zoe_exr_table_free(zoe_exr_table *table)
{
    if (table->offsets)
        zoe_recycler_free(table->offsets);
    table->offsets = NULL;
    table->count = 0;
}
