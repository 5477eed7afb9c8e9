#include "exr/chunk_reader.h"

#include <string.h>

zoe_status zoe_exr_reader_damaged(const zoe_exr_chunk_reader *reader, int32_t column, int32_t row,
                                  const char *what, zoe_error *error)
{
    char name[64];
    zoe_exr_chunk_name(reader->geometry, column, row, name, sizeof name);
    return zoe_error_set(error, ZOE_ERROR_CORRUPT, "%s: damaged file: %s: %s", reader->file->path,
                         name, what);
}

static bool holds(const zoe_exr_chunk_reader *reader, uint64_t at, size_t bytes)
{
    return at >= reader->at && at - reader->at <= reader->bytes &&
           bytes <= reader->bytes - (at - reader->at);
}

static zoe_status read_block(zoe_exr_chunk_reader *reader, uint64_t at, size_t bytes,
                             zoe_error *error)
{
    reader->bytes = 0;
    int64_t got = zoe_exr_file_read(reader->file, reader->block, bytes, at);
    if (got < 0)
        return zoe_exr_file_unreadable(reader->file, error);
    reader->at = at;
    reader->bytes = (size_t)got;
    return ZOE_OK;
}

/* ---- reading ahead ---- */

/* As many bytes as a chunk with its leader has, at most. Where other parts' chunks stand between,
 * the table does not say where a chunk ends: the largest one so far is a good guess. */
static size_t expected_bytes(const zoe_exr_chunk_reader *reader)
{
    size_t leader = reader->geometry->leader_bytes;
    size_t most = leader + reader->geometry->chunk_bytes;
    size_t largest = atomic_load_explicit(reader->largest, memory_order_relaxed);
    if (!reader->geometry->multipart || largest == 0)
        return most;
    size_t guess = leader + largest + largest / 4 + 256;
    return guess < most ? guess : most;
}

static bool is_usable(const zoe_exr_chunk_reader *reader, uint64_t offset)
{
    return offset >= reader->table->data_start && offset < reader->file->object.id.bytes;
}

/* The range of the file that chunks are read from together. */
typedef struct range {
    uint64_t low, high; /* offsets of the first and the last chunk */
    int64_t last;       /* the place in the table of the one at `high` */
    int64_t chunks;
} range;

/* Takes a chunk into the range when it stands next to what is there. */
static bool join(const zoe_exr_chunk_reader *reader, range *r, int64_t index, size_t expected)
{
    uint64_t offset = zoe_exr_table_offset(reader->table, index);
    if (!is_usable(reader, offset))
        return false;
    range wider = *r;
    wider.chunks++;
    if (offset < wider.low)
        wider.low = offset;
    if (offset > wider.high) {
        wider.high = offset;
        wider.last = index;
    }
    uint64_t span = wider.high - wider.low;
    if (span > (uint64_t)(wider.chunks - 1) * expected || span + expected > reader->capacity)
        return false;
    *r = wider;
    return true;
}

/* Reads the chunk and those after it in the group that stand beside it in the file. */
static zoe_status read_ahead(zoe_exr_chunk_reader *reader, int32_t column, int32_t row,
                             zoe_error *error)
{
    const zoe_exr_chunk_group *group = reader->group;
    size_t expected = expected_bytes(reader);
    int64_t index = zoe_exr_table_index(reader->table, column, row);
    uint64_t offset = zoe_exr_table_offset(reader->table, index);
    range r = {offset, offset, index, 1};
    bool more = true;
    for (int32_t y = row, x = column + 1; more && y <= group->row1; y++, x = group->column0)
        for (; more && x <= group->column1; x++)
            more = join(reader, &r, zoe_exr_table_index(reader->table, x, y), expected);
    uint64_t end = r.high + expected;
    /* The chunk before or after it in the table stands behind it in the file, as the line order
     * is. */
    for (int64_t i = r.last - 1; i <= r.last + 1; i += 2) {
        uint64_t next = zoe_exr_table_offset(reader->table, i);
        if (next > r.high && next < end)
            end = next;
    }
    return read_block(reader, r.low, (size_t)(end - r.low), error);
}

/* ---- leaders ---- */

static int32_t int_at(const uint8_t *bytes)
{
    int32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* What follows the chunk's place in its leader; NULL: it is another chunk's. */
static const uint8_t *after_place(const zoe_exr_chunk_reader *reader, const uint8_t *leader,
                                  int32_t column, int32_t row)
{
    const zoe_exr_geometry *geometry = reader->geometry;
    if (reader->geometry->multipart) {
        if (int_at(leader) != geometry->part)
            return NULL;
        leader += 4;
    }
    if (geometry->tiled) {
        if (int_at(leader) != column || int_at(leader + 4) != row ||
            int_at(leader + 8) != geometry->level || int_at(leader + 12) != geometry->level)
            return NULL;
        leader += 16;
    } else {
        if (int_at(leader) != zoe_exr_chunk_box(geometry, column, row).min_y)
            return NULL;
        leader += 4;
    }
    return leader;
}

/* Finds a chunk's leader in the block and checks it. */
static zoe_status check_leader(zoe_exr_chunk_reader *reader, int32_t column, int32_t row,
                               uint64_t at, size_t *bytes, zoe_error *error)
{
    size_t leader = reader->geometry->leader_bytes;
    if (!holds(reader, at, leader))
        return ZOE_ERROR_TRUNCATED; /* the file has become shorter */
    const uint8_t *size = after_place(reader, reader->block + (at - reader->at), column, row);
    if (!size)
        return zoe_exr_reader_damaged(reader, column, row,
                                      "the table of chunks points to something else", error);
    int64_t packed = int_at(size);
    if (packed < 1 || (uint64_t)packed > reader->geometry->chunk_bytes)
        return zoe_exr_reader_damaged(reader, column, row, "impossible size", error);
    if ((uint64_t)packed > reader->file->object.id.bytes - at - leader)
        return ZOE_ERROR_TRUNCATED;
    *bytes = (size_t)packed;
    return ZOE_OK;
}

/* Is the file too short for a chunk that begins with `leader` bytes at an offset, or is there no
 * offset? */
static bool is_absent(const zoe_exr_chunk_reader *reader, uint64_t at, size_t leader)
{
    uint64_t end = reader->file->object.id.bytes;
    return at == 0 || at > end || leader > end - at;
}

int32_t zoe_exr_reader_lacks(const zoe_exr_chunk_reader *reader, int32_t first, int32_t last,
                             int32_t row)
{
    int64_t index = zoe_exr_table_index(reader->table, first, row);
    int64_t end = index + (last - first) + 1, at = index;
    while (at < end && is_absent(reader, zoe_exr_table_offset(reader->table, at), 1)) {
        /* Behind the table's end, as behind that of a short file, there are no more. */
        at = at >= reader->table->count ? end : at + 1;
    }
    return (int32_t)(at - index);
}

/* The offset of a chunk that the file should have, and all of its leader. */
static zoe_status find(const zoe_exr_chunk_reader *reader, int32_t column, int32_t row,
                       size_t leader, uint64_t *at, zoe_error *error)
{
    const zoe_exr_chunk_table *table = reader->table;
    *at = zoe_exr_table_offset(table, zoe_exr_table_index(table, column, row));
    if (is_absent(reader, *at, leader))
        return ZOE_ERROR_TRUNCATED;
    if (*at < table->data_start)
        return zoe_exr_reader_damaged(reader, column, row,
                                      "the table of chunks points into the header", error);
    return ZOE_OK;
}

zoe_status zoe_exr_reader_fetch(zoe_exr_chunk_reader *reader, int32_t column, int32_t row,
                                const uint8_t **packed, size_t *bytes, zoe_error *error)
{
    uint64_t at;
    size_t leader = reader->geometry->leader_bytes;
    zoe_status status = find(reader, column, row, leader, &at, error);
    if (status != ZOE_OK)
        return status;
    if (!holds(reader, at, leader))
        status = read_ahead(reader, column, row, error);
    if (status == ZOE_OK)
        status = check_leader(reader, column, row, at, bytes, error);
    if (status == ZOE_OK && !holds(reader, at, leader + *bytes)) {
        status = read_block(reader, at, leader + *bytes, error);
        if (status == ZOE_OK && !holds(reader, at, leader + *bytes))
            status = ZOE_ERROR_TRUNCATED;
    }
    if (status != ZOE_OK)
        return status;
    if (*bytes > atomic_load_explicit(reader->largest, memory_order_relaxed))
        atomic_store_explicit(reader->largest, (uint32_t)*bytes, memory_order_relaxed);
    *packed = reader->block + (at - reader->at) + leader;
    return ZOE_OK;
}

/* Whether the block has all of these chunks, and how large they are. */
static bool holds_all(zoe_exr_chunk_reader *reader, size_t count, const int32_t *columns,
                      const int32_t *rows, const uint64_t *at, size_t *bytes)
{
    size_t leader = reader->geometry->leader_bytes;
    for (size_t i = 0; i < count; i++)
        if (!holds(reader, at[i], leader) ||
            check_leader(reader, columns[i], rows[i], at[i], &bytes[i], NULL) != ZOE_OK ||
            !holds(reader, at[i], leader + bytes[i]))
            return false;
    return true;
}

bool zoe_exr_reader_fetch_many(zoe_exr_chunk_reader *reader, size_t count, const int32_t *columns,
                               const int32_t *rows, const uint8_t **packed, size_t *bytes)
{
    size_t leader = reader->geometry->leader_bytes;
    uint64_t at[ZOE_CODEC_MANY] = {0};
    for (size_t i = 0; i < count; i++)
        if (find(reader, columns[i], rows[i], leader, &at[i], NULL) != ZOE_OK)
            return false;
    if (!holds_all(reader, count, columns, rows, at, bytes) &&
        /* A block that begins there already would only be read once more. */
        (reader->at == at[0] || read_ahead(reader, columns[0], rows[0], NULL) != ZOE_OK ||
         !holds_all(reader, count, columns, rows, at, bytes)))
        return false;
    for (size_t i = 0; i < count; i++) {
        packed[i] = reader->block + (at[i] - reader->at) + leader;
        if (bytes[i] > atomic_load_explicit(reader->largest, memory_order_relaxed))
            atomic_store_explicit(reader->largest, (uint32_t)bytes[i], memory_order_relaxed);
    }
    return true;
}

zoe_status zoe_exr_reader_find(zoe_exr_chunk_reader *reader, int32_t column, int32_t row,
                               size_t bytes, size_t near, uint64_t *data_at, zoe_error *error)
{
    uint64_t at;
    size_t leader = reader->geometry->leader_bytes, packed = 0;
    zoe_status status = find(reader, column, row, leader, &at, error);
    if (status == ZOE_OK && !holds(reader, at, leader + near))
        status = read_block(reader, at, leader + near, error);
    if (status == ZOE_OK)
        status = check_leader(reader, column, row, at, &packed, error);
    if (status == ZOE_OK && packed != bytes)
        status = zoe_exr_reader_damaged(reader, column, row, "impossible size", error);
    if (status == ZOE_OK)
        *data_at = at + leader;
    return status;
}

zoe_status zoe_exr_reader_fetch_range(zoe_exr_chunk_reader *reader, uint64_t at, size_t bytes,
                                      size_t ahead, const uint8_t **bytes_at, zoe_error *error)
{
    if (!holds(reader, at, bytes)) {
        bool fits = bytes + ahead <= reader->capacity;
        zoe_status status = read_block(reader, at, fits ? bytes + ahead : bytes, error);
        if (status != ZOE_OK)
            return status;
        if (!holds(reader, at, bytes))
            return ZOE_ERROR_TRUNCATED;
    }
    *bytes_at = reader->block + (at - reader->at);
    return ZOE_OK;
}

bool zoe_exr_reader_is_next(const zoe_exr_chunk_reader *reader, int32_t column, int32_t row,
                            uint64_t at)
{
    const zoe_exr_chunk_group *group = reader->group;
    bool wraps = column == group->column1;
    if (wraps && row == group->row1)
        return false;
    int64_t index = zoe_exr_table_index(reader->table, wraps ? group->column0 : column + 1,
                                        wraps ? row + 1 : row);
    return zoe_exr_table_offset(reader->table, index) == at;
}

zoe_status zoe_exr_reader_deep_leader(zoe_exr_chunk_reader *reader, int32_t column, int32_t row,
                                      uint64_t sizes[3], uint64_t *data_at, zoe_error *error)
{
    uint8_t bytes[4 + 16 + 24];
    size_t leader = reader->geometry->leader_bytes - 4 + 24;
    uint64_t at;
    zoe_status status = find(reader, column, row, leader, &at, error);
    if (status != ZOE_OK)
        return status;
    int64_t got = zoe_exr_file_read(reader->file, bytes, leader, at);
    if (got < 0)
        return zoe_exr_file_unreadable(reader->file, error);
    if ((size_t)got < leader)
        return ZOE_ERROR_TRUNCATED;
    const uint8_t *after = after_place(reader, bytes, column, row);
    if (!after)
        return zoe_exr_reader_damaged(reader, column, row,
                                      "the table of chunks points to something else", error);
    memcpy(sizes, after, 24);
    *data_at = at + leader;
    uint64_t left = reader->file->object.id.bytes - *data_at;
    for (int i = 0; i < 3; i++)
        if (sizes[i] > INT64_MAX)
            return zoe_exr_reader_damaged(reader, column, row, "impossible size", error);
    if (sizes[0] > left || sizes[1] > left - sizes[0])
        return ZOE_ERROR_TRUNCATED;
    return ZOE_OK;
}
