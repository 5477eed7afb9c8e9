#include "model/look_table.h"

#include <stdlib.h>
#include <string.h>

zoe_look_table *zoe_look_table_create(int32_t edge)
{
    zoe_look_table *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    static uint64_t numbers;
    table->holders = 1;
    table->number = __atomic_add_fetch(&numbers, 1, __ATOMIC_RELAXED);
    zoe_color_init(&table->color);
    if (edge == 0)
        return table;
    size_t side = (size_t)edge, bytes = (side * side * side * 4 * sizeof(float) + 63) / 64 * 64;
    table->nodes = aligned_alloc(64, bytes);
    if (!table->nodes) {
        free(table);
        return NULL;
    }
    memset(table->nodes, 0, bytes);
    table->cube.edge = edge;
    table->cube.nodes = table->nodes;
    for (int c = 0; c < 3; c++)
        table->cube.shaper[c] = table->shaper[c];
    table->color.cube = &table->cube;
    return table;
}

zoe_look_table *zoe_look_table_hold(zoe_look_table *table)
{
    if (table)
        __atomic_fetch_add(&table->holders, 1, __ATOMIC_RELAXED);
    return table;
}

void zoe_look_table_free(zoe_look_table **pointer)
{
    if (!pointer || !*pointer)
        return;
    if (__atomic_fetch_sub(&(*pointer)->holders, 1, __ATOMIC_ACQ_REL) != 1) {
        *pointer = NULL;
        return;
    }
    if ((*pointer)->owned)
        (*pointer)->give_back((*pointer)->owned);
    free((*pointer)->nodes);
    free((*pointer)->code_nodes);
    free(*pointer);
    *pointer = NULL;
}

void zoe_look_table_gives_display(zoe_look_table *table)
{
    for (uint32_t h = 0; h < ZOE_DISPLAY_LUT_SIZE; h++)
        table->encode[h] = zoe_half_to_float((uint16_t)h);
    table->color.encode = table->encode;
}
