/*
 * A decoder whose work is done in other processes: each thread that decodes has one of its own,
 * started when it is first needed. The program opens files and looks at their identity; the process
 * has the descriptor, the range of memory that the frame's buffer lies in, and nothing else.
 *
 *   protocol   what the two say to each other
 *   check      what the process answers, held to what can be
 *   process    one process: start, commands, end
 *   descriptor by which a process gets a file
 *   windows    which ranges of frames' memory it has mapped
 *   header_image, header_reader   a header by itself
 *   places     threads and their processes
 *   isolation  the decoder: files and pieces
 *   service    what the process does
 *
 * A process may die at any time. What it was at fails, with ERROR_DECODER and the reason; the next
 * frame finds a new one, which opens files again that others are still at.
 *
 * Buffers must lie in memory from zoe_os_shared_reserve().
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_H
#define ZOE_ISOLATION_H

#include "base/decoder.h"
#include "isolation/places.h"

typedef struct zoe_isolation zoe_isolation;

/* Sees that a process can be started, which then waits for headers. Errors: NOT_FOUND (no program),
 * UNSUPPORTED (the system or the build cannot lock it in), and others of starting it; the text says
 * why. */
zoe_status zoe_isolation_create(const zoe_isolation_settings *settings, zoe_isolation **isolation,
                                zoe_error *error);

/* All files are closed, and no thread decodes. Ends all processes. */
void zoe_isolation_destroy(zoe_isolation **isolation);

/* The decoder; it stands as long as `isolation`. */
zoe_decoder zoe_isolation_decoder(zoe_isolation *isolation);

/* Ends processes that are at nothing, to give their memory back. Any thread. */
void zoe_isolation_trim(zoe_isolation *isolation);

/* Fills in restarts and deaths. Any thread. */
void zoe_isolation_count(const zoe_isolation *isolation, zoe_isolation_report *report);

/* All of it, which asks the system about each process, those that read headers included, of which
 * all isolations of a program have the same. Any thread. */
void zoe_isolation_measure(zoe_isolation *isolation, zoe_isolation_report *report);

#endif
