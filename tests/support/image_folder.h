/*
 * OpenEXR's public test images, in the folder that ZOETROPE_TEST_IMAGES names.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_IMAGE_FOLDER_H
#define ZOE_SUPPORT_IMAGE_FOLDER_H

#include <stddef.h>

/* path[capacity] receives the path of a file or folder in it; "" is the folder itself. Skips the
 * running cmocka test where that is not there. */
void image_folder_path(const char *name, char *path, size_t capacity);

#endif
