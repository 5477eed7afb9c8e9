/*
 * Reading the header of a file, for zoe_header_read().
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_READ_HEADER_H
#define ZOE_EXR_READ_HEADER_H

#include <zoetrope/header.h>

#include "base/decoder.h"

/* As zoe_header_read(), in this process. */
zoe_status zoe_exr_header_read(const char *path, zoe_storage *storage, zoe_header **header,
                               zoe_error *error);

/* The same of a file that is open already: as zoe_exr_open_descriptor() takes it. */
zoe_status zoe_exr_header_read_descriptor(int fd, const zoe_os_file_id *id,
                                          const zoe_read_stats *stats, zoe_header **header,
                                          zoe_error *error);

#endif
