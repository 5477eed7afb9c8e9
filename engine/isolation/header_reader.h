/*
 * Reading a header in a process of its own, which ends with it.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_HEADER_READER_H
#define ZOE_ISOLATION_HEADER_READER_H

#include <stdbool.h>

#include <zoetrope/header.h>

/*
 * As zoe_header_read(). `program`: as in zoe_isolation_settings; hang_ms: 0: 10 s. *started: whether
 * the process could be started and locked in. Errors besides: those of zoe_isolation_create(), then
 * *started is false; DECODER.
 */
zoe_status zoe_isolation_read_header(const char *program, uint32_t hang_ms, const char *path,
                                     zoe_storage *storage, zoe_header **header, bool *started,
                                     zoe_error *error);

#endif
