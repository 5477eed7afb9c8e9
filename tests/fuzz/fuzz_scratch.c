/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "fuzz_scratch.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, bytes)   ((void)(address), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#endif

enum { ALIGNMENT = 64, PADDING = 4096, FILLING = 0x5a };

void *fuzz_scratch(size_t bytes)
{
    static uint8_t *memory;
    static size_t capacity;
    if (bytes > SIZE_MAX / 2)
        abort();
    size_t all = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + 2 * PADDING;
    if (all > capacity) {
        if (memory)
            ASAN_UNPOISON_MEMORY_REGION(memory, capacity);
        free(memory);
        capacity = all + all / 2 / ALIGNMENT * ALIGNMENT;
        memory = aligned_alloc(ALIGNMENT, capacity);
        if (!memory)
            abort();
    }
    ASAN_POISON_MEMORY_REGION(memory, capacity);
    ASAN_UNPOISON_MEMORY_REGION(memory + PADDING, bytes);
    memset(memory + PADDING, FILLING, bytes);
    return memory + PADDING;
}
