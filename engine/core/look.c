#include "core/look.h"

#include <stdlib.h>
#include <string.h>

#include "core/engine_internal.h"
#include "storage/storage.h"

zoe_status zoe_look_begin(const zoe_sequence *sequence, zoe_look **look, zoe_error *error)
{
    if (look)
        *look = NULL;
    if (!sequence || !look)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "looking at files: invalid argument");
    *look = zoe_os_alloc(sizeof **look);
    if (!*look)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory to look at %s",
                             zoe_sequence_name(sequence));
    (*look)->sequence = zoe_sequence_share(sequence);
    return ZOE_OK;
}

void zoe_look_end(zoe_look **look)
{
    if (!look || !*look)
        return;
    zoe_sequence_close(&(*look)->sequence);
    zoe_sequence_close(&(*look)->fresh);
    zoe_os_free((*look)->list);
    zoe_os_free(*look);
    *look = NULL;
}

/* ---- what to look at ---- */

static zoe_status make_room(zoe_look *look, size_t count)
{
    if (look->is_read)
        return ZOE_ERROR_ARGUMENT;
    if (count <= look->capacity)
        return ZOE_OK;
    size_t capacity = count > 2 * look->capacity ? count : 2 * look->capacity;
    zoe_looked *list = zoe_os_alloc(capacity * sizeof *list);
    if (!list)
        return ZOE_ERROR_NO_MEMORY;
    if (look->count)
        memcpy(list, look->list, look->count * sizeof *list);
    zoe_os_free(look->list);
    look->list = list;
    look->capacity = capacity;
    return ZOE_OK;
}

zoe_status zoe_look_add_number(zoe_look *look, int64_t number)
{
    zoe_status status = make_room(look, look->count + 1);
    if (status == ZOE_OK)
        look->list[look->count++] = (zoe_looked){.number = number};
    return status;
}

/* Has it to do with a file that was read, or is being read? */
static bool is_of_file(zoe_frame_state state)
{
    return state == ZOE_FRAME_ERROR || state == ZOE_FRAME_LOADING || zoe_state_is_loaded(state);
}

zoe_status zoe_look_add_source(zoe_look *look, zoe_source *source)
{
    /* A frame that is loaded after this is as new as what will be seen. */
    const zoe_table *table = source->table;
    size_t count = 0;
    for (int64_t i = 0; i < table->count; i++)
        count += is_of_file(zoe_table_state(table, i));
    zoe_status status = make_room(look, look->count + count);
    for (int64_t i = 0; status == ZOE_OK && count > 0 && i < table->count; i++) {
        if (!is_of_file(zoe_table_state(table, i)))
            continue;
        look->list[look->count++] =
            (zoe_looked){.number = zoe_sequence_number(source->sequence, i)};
        count--;
    }
    return status;
}

void zoe_look_retry(zoe_look *look)
{
    look->retries = true;
}

/* ---- looking ---- */

static int by_number(const void *a, const void *b)
{
    int64_t x = ((const zoe_looked *)a)->number, y = ((const zoe_looked *)b)->number;
    return (x > y) - (x < y);
}

/* Puts them in order, each once. */
static void sort(zoe_look *look)
{
    size_t kept = 0;
    if (look->count)
        qsort(look->list, look->count, sizeof look->list[0], by_number);
    for (size_t i = 0; i < look->count; i++)
        if (kept == 0 || look->list[kept - 1].number != look->list[i].number)
            look->list[kept++] = look->list[i];
    look->count = kept;
}

bool zoe_look_at(zoe_storage *storage, const char *path, uint64_t since_ns, zoe_looked *looked)
{
    zoe_status status = zoe_storage_identify(storage, path, since_ns, &looked->id);
    looked->there = status == ZOE_OK;
    return looked->there || status == ZOE_ERROR_NOT_FOUND || status == ZOE_ERROR_PERMISSION;
}

/* Whether it has a file, by what is known of the folder. */
static bool has_path(const zoe_look *look, size_t i, char *path, size_t capacity)
{
    const zoe_sequence *sequence = look->fresh ? look->fresh : look->sequence;
    int64_t number = look->list[i].number, position = zoe_sequence_position(sequence, number);
    return zoe_sequence_number(sequence, position) == number &&
           zoe_sequence_path(sequence, position, path, capacity) == ZOE_OK;
}

/* Those after one are asked for while it is waited for. */
static void ask_ahead(const zoe_look *look, size_t i, size_t *asked)
{
    enum { AHEAD = 64 };
    char path[ZOE_PATH_MAX];
    for (; *asked < look->count && *asked < i + AHEAD; (*asked)++)
        if (has_path(look, *asked, path, sizeof path))
            zoe_storage_ask(zoe_sequence_storage(look->sequence), path, look->began_ns);
}

zoe_status zoe_look_read(zoe_look *look, int32_t folder, zoe_error *error)
{
    char path[ZOE_PATH_MAX];
    size_t kept = 0, asked = 0;
    if (!look || look->is_read)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT,
                             "looking at files: no look, or read before");
    look->began_ns = zoe_os_now_ns();
    if (folder) {
        zoe_status status = zoe_sequence_reopen(look->sequence, &look->fresh, error);
        if (status != ZOE_OK)
            return status;
    }
    sort(look);
    for (size_t i = 0; i < look->count; i++) {
        zoe_looked looked = look->list[i];
        ask_ahead(look, i, &asked);
        /* What nobody can say anything about was not looked at. */
        if (!has_path(look, i, path, sizeof path) ||
            zoe_look_at(zoe_sequence_storage(look->sequence), path, look->began_ns, &looked))
            look->list[kept++] = looked;
    }
    look->count = kept;
    look->is_read = true;
    return ZOE_OK;
}

const zoe_looked *zoe_look_find(const zoe_look *look, int64_t number)
{
    const zoe_looked wanted = {.number = number};
    return look->count ? bsearch(&wanted, look->list, look->count, sizeof look->list[0], by_number)
                       : NULL;
}
