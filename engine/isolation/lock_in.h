/*
 * How a decoder process locks itself in, in two steps: before it takes the first message, and
 * before it is given the first file. Linked into such processes only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_LOCK_IN_H
#define ZOE_ISOLATION_LOCK_IN_H

#include "isolation/service.h"

/* Lets go of what it was started with, and ends with who started it. */
void zoe_lock_in_first(void);

/* The rest; see zoe_service. */
bool zoe_lock_in(const zoe_isolation_hello *hello, char *text, size_t bytes);

#endif
