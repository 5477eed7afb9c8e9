#include "exr/chunk_table.h"

#include <string.h>

#include "base/box.h"

enum {
    SEARCH_MAX = 1 << 20, /* chunks that are looked at to complete a table: a second's work */
    STOP_STEPS = 1 << 10, /* of them, between two looks at whether to stop */
    NEAR_BYTES = 512,     /* read for a chunk that does not stand near the one before */
};

/* Where the part's table begins, and *end where all tables do. */
static uint64_t find_tables(const zoe_header *header, int32_t part, uint64_t header_end,
                            uint64_t *end)
{
    uint64_t at = header_end;
    *end = header_end;
    for (size_t p = 0; p < header->part_count; p++) {
        if ((int32_t)p == part)
            at = *end;
        *end += (uint64_t)header->parts[p].chunk_count * sizeof(uint64_t);
    }
    return at;
}

/* ---- tables that are not complete ---- */

typedef struct search {
    zoe_exr_chunk_table *table;
    const zoe_exr_geometry *geometry;
    const zoe_header *header;
    zoe_exr_file *file;
    uint8_t *block; /* of the file; ZOE_EXR_HEAD_BYTES */
    uint64_t block_at;
    size_t block_bytes;
    int64_t wanted; /* offsets that are missing still */
} search;

/* Bytes of the file, or NULL when it ends before. */
static const uint8_t *look(search *s, uint64_t at, size_t bytes)
{
    if (at > s->file->object.id.bytes || bytes > s->file->object.id.bytes - at)
        return NULL;
    if (at < s->block_at || at + bytes > s->block_at + s->block_bytes) {
        /* Large chunks are not read for their few first bytes. */
        bool near = at - s->block_at <= s->block_bytes + NEAR_BYTES;
        int64_t got =
            zoe_exr_file_read(s->file, s->block, near ? ZOE_EXR_HEAD_BYTES : NEAR_BYTES, at);
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

/* Enters a chunk of the picture's part. */
static void enter(search *s, const uint8_t *place, uint64_t at)
{
    const zoe_exr_geometry *geometry = s->geometry;
    int64_t column = 0, row;
    if (geometry->tiled) {
        if (int_at(place + 8) != geometry->level || int_at(place + 12) != geometry->level)
            return;
        column = int_at(place);
        row = int_at(place + 4);
    } else {
        int64_t line = (int64_t)int_at(place) - geometry->data.min_y;
        row = line % geometry->chunk_height == 0 ? line / geometry->chunk_height : -1;
    }
    if (column < 0 || column >= geometry->columns || row < 0 || row >= geometry->rows)
        return;
    int64_t index = zoe_exr_table_index(s->table, (int32_t)column, (int32_t)row);
    if (index >= 0 && index < s->table->count && s->table->offsets[index] == 0) {
        s->table->offsets[index] = at;
        s->wanted--;
    }
}

/* Looks at the chunk at an offset. Returns the offset of the next one; 0: there is none. */
static uint64_t step(search *s, uint64_t at)
{
    const uint8_t *place = look(s, at, 4);
    int32_t part = 0;
    uint64_t here = at;
    if (place && s->geometry->multipart) {
        part = int_at(place);
        here += 4;
    }
    if (!place || part < 0 || (size_t)part >= s->header->part_count)
        return 0;
    bool tiled = zoe_exr_part_is_tiled(&s->header->parts[part]);
    bool deep = zoe_exr_part_is_deep(&s->header->parts[part]);
    size_t place_bytes = tiled ? 16 : 4;
    place = look(s, here, place_bytes + (deep ? 24 : 4));
    if (!place)
        return 0;
    const uint8_t *sizes = place + place_bytes;
    here += place_bytes + (deep ? 24 : 4);
    uint64_t left = s->file->object.id.bytes - here, bytes;
    if (deep) {
        uint64_t counts = long_at(sizes), samples = long_at(sizes + 8);
        if (counts > left || samples > left - counts)
            return 0;
        bytes = counts + samples;
    } else {
        int32_t packed = int_at(sizes);
        /* Nothing is where a writer has left a hole. */
        if (packed <= 0 || (uint64_t)packed > left)
            return 0;
        bytes = (uint64_t)packed;
    }
    if (part == s->geometry->part)
        enter(s, place, at);
    return here + bytes;
}

static zoe_status complete(search *s, zoe_error *error)
{
    const zoe_exr_file *file = s->file;
    uint64_t at = file->object.id.bytes > s->table->data_start ? s->table->data_start : 0;
    for (int32_t n = 0; n < SEARCH_MAX && at != 0 && s->wanted > 0; n++) {
        if (n % STOP_STEPS == 0 && zoe_stop_wanted())
            return ZOE_STALE;
        at = step(s, at);
    }
    if (zoe_exr_file_is_broken(file))
        return zoe_exr_file_unreadable(file, error);
    return ZOE_OK;
}

/* ---- all ---- */

static zoe_status read_offsets(zoe_exr_chunk_table *table, zoe_exr_file *file, uint64_t at,
                               zoe_error *error)
{
    size_t bytes = (size_t)table->count * sizeof *table->offsets;
    int64_t got = zoe_exr_file_read(file, table->offsets, bytes, at);
    if (got < 0)
        return zoe_exr_file_unreadable(file, error);
    if ((size_t)got < bytes) /* it has become shorter */
        memset(table->offsets, 0, bytes);
    return ZOE_OK;
}

/* How many offsets there are not. */
static int64_t count_missing(const zoe_exr_chunk_table *table)
{
    int64_t missing = 0;
    for (int64_t i = 0; i < table->count; i++)
        missing += table->offsets[i] == 0;
    return missing;
}

uint64_t zoe_exr_chunk_table_bytes(const zoe_exr_outline *outline)
{
    return zoe_blocks_kept(outline->chunk_table_bytes);
}

/* The chunks of the rows that the picture needs, as far as the file has a table for them. */
static zoe_status choose_chunks(zoe_exr_chunk_table *table, const zoe_exr_geometry *geometry,
                                const zoe_part *part, const zoe_exr_file *file, uint64_t *at,
                                zoe_error *error)
{
    const zoe_box *data = &geometry->data;
    int64_t top = (int64_t)geometry->covered.min_y - geometry->margin_above - data->min_y;
    int64_t bottom = (int64_t)geometry->covered.max_y + geometry->margin_below - data->min_y;
    int64_t first_row = top < 0 ? 0 : top / geometry->chunk_height;
    int64_t last_row = bottom / geometry->chunk_height;
    if (last_row >= geometry->rows)
        last_row = geometry->rows - 1;
    table->base = geometry->first_chunk;
    table->columns = geometry->columns;
    table->first = table->base + first_row * geometry->columns;
    table->count = (last_row - first_row + 1) * geometry->columns;
    if (table->first + table->count > part->chunk_count)
        return zoe_exr_file_damaged(file, "fewer chunks than the picture needs", error);
    *at += (uint64_t)table->first * sizeof *table->offsets;
    /* What the file does not reach is not there, whatever the header declares. */
    uint64_t left =
        *at < file->object.id.bytes ? (file->object.id.bytes - *at) / sizeof *table->offsets : 0;
    if ((uint64_t)table->count > left)
        table->count = (int64_t)left;
    return ZOE_OK;
}

zoe_status zoe_exr_chunk_table_read(zoe_exr_chunk_table *table, const zoe_exr_geometry *geometry,
                                    const zoe_header *header, zoe_exr_file *file,
                                    zoe_blocks *blocks, zoe_error *error)
{
    memset(table, 0, sizeof *table);
    if (zoe_box_is_empty(&geometry->covered))
        return ZOE_OK;
    uint64_t at = find_tables(header, geometry->part, file->outline.end, &table->data_start);
    zoe_status status =
        choose_chunks(table, geometry, &header->parts[geometry->part], file, &at, error);
    if (status != ZOE_OK || table->count == 0)
        return status;
    table->offsets = zoe_blocks_keep(blocks, (size_t)table->count, sizeof *table->offsets);
    if (!table->offsets)
        return zoe_error_set(error, ZOE_ERROR_TOO_SMALL, "%s: %s", file->path,
                             zoe_status_text(ZOE_ERROR_TOO_SMALL));
    status = read_offsets(table, file, at, error);
    zoe_exr_file_forget_head(file);
    if (status != ZOE_OK)
        return status;
    search s = {table, geometry, header, file, .block = file->head, .wanted = count_missing(table)};
    return complete(&s, error);
}
