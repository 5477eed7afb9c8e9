/*
 * Reading headers in processes of their own: one header at a time each. Starting one takes longer
 * than reading a header, so that one that has read a whole header waits a second for the next.
 * Where it dies under that, the header is read once more in a fresh one. One that has ended itself
 * is the system's to keep in mind until the next header is read, or an engine's watch comes by.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_HEADER_READER_H
#define ZOE_ISOLATION_HEADER_READER_H

#include <stdbool.h>

#include <zoetrope/header.h>

#include "isolation/process.h"

/*
 * As zoe_header_read(). `program`: as in zoe_isolation_settings; hang_ms: 0: 10 s. *started: if
 * the process could be started and locked in. Errors besides: those of zoe_isolation_create(), then
 * *started is false; DECODER.
 */
zoe_status zoe_isolation_read_header(const char *program, uint32_t hang_ms, const char *path,
                                     zoe_storage *storage, zoe_header **header, bool *started,
                                     zoe_error *error);

/* Sees that a process can be started and locked in, `program` being its path: one waits already, or
 * is started and waits from now on. Errors: those of zoe_isolation_create(). */
zoe_status zoe_isolation_try_reader(const char *program, zoe_error *error);

/* Adds them to how many run, and to the bytes of all processes. */
void zoe_isolation_measure_readers(zoe_isolation_report *report);

/* Ends the processes that wait. */
void zoe_isolation_end_readers(void);

/* Processes that have waited long enough have ended themselves: waits for them, as the system wants
 * it, and ends those that have not. */
void zoe_isolation_tidy_readers(void);

#endif
