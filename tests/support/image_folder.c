/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "support/image_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

void image_folder_path(const char *name, char *path, size_t capacity)
{
    const char *folder = getenv("ZOETROPE_TEST_IMAGES");
    if (!folder || !*folder) {
        print_message("ZOETROPE_TEST_IMAGES is not set: skipped\n");
        skip();
    }
    int length = snprintf(path, capacity, "%s/%s", folder, name);
    assert_in_range(length, 1, capacity - 1);
    if (access(path, R_OK) != 0) {
        print_message("ZOETROPE_TEST_IMAGES has no %s: skipped\n", name);
        skip();
    }
}
