/*
 * A folder for a test's files. Every function ends the program when it cannot do its work.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef TEMP_FOLDER_H
#define TEMP_FOLDER_H

#include <stddef.h>

/* Makes a new folder; path[capacity] receives its name. */
void temp_folder_make(char *path, size_t capacity);

/* Removes it and what is in it, as far as that may be removed. */
void temp_folder_remove(const char *path);

/* Makes a folder in it. */
void temp_folder_add(const char *path, const char *name);

/* Writes a file of so many bytes, all 0, over one that is there. */
void temp_folder_write(const char *path, const char *name, size_t bytes);

/* Empty files: the prefix, the number with four digits, ".exr". */
void temp_folder_write_range(const char *path, const char *prefix, int first, int last);

#endif
