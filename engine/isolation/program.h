/*
 * Where the program of decoder processes is.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_PROGRAM_H
#define ZOE_ISOLATION_PROGRAM_H

#include <stddef.h>

#include <zoetrope/status.h>

/*
 * The path of zoetrope-decoder: `given`, if that is not NULL; else what the environment's
 * ZOETROPE_DECODER says; else beside the library or program that this code is in, in a libexec
 * folder beside its folder or the next above, or where it was to be installed. Errors: NOT_FOUND.
 */
zoe_status zoe_isolation_find_program(const char *given, char *path, size_t capacity,
                                      zoe_error *error);

#endif
