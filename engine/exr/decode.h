/*
 * Decoding EXR files piece by piece (a zoe_decoder).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_DECODE_H
#define ZOE_EXR_DECODE_H

#include "base/decoder.h"

/* The decoder for EXR files. It has no state of its own; the table is constant. */
const zoe_decoder *zoe_exr_decoder(void);

/*
 * As the decoder's open(), for one who may not open files: of a file that is open already, whose
 * identity somebody else has looked up. Takes over the descriptor, which is closed on failure too.
 * In the texts of errors "-" stands for the file's path.
 */
zoe_status zoe_exr_open_descriptor(int fd, const zoe_os_file_id *id, const zoe_choice *choice,
                                   uint64_t limit, const zoe_read_stats *stats, void *memory,
                                   size_t memory_bytes, zoe_picture *picture, void **file,
                                   zoe_error *error);

/* What of an open file's picture was absent, in the pieces that were decoded by now. */
void zoe_exr_absence(void *file, zoe_absence *absence);

#endif
