/*
 * A folder for a test's files.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef TEMP_FOLDER_H
#define TEMP_FOLDER_H

#include <stddef.h>

/* Makes a new folder; path[capacity] receives its name. Ends the program when it cannot. */
void temp_folder_make(char *path, size_t capacity);

/* Removes it and everything in it. */
void temp_folder_remove(const char *path);

#endif
