/*
 * The thread that fetches ahead: it asks the demand which object is wanted most, and sees to it
 * that all its blocks are on disk or in memory. An object on its way is a flight.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_FETCH_AHEAD_H
#define ZOE_STORAGE_FETCH_AHEAD_H

#include "storage/fetch.h"

/* Its body: returns when `is_ending` is set. The demand has been detached by then. */
void zoe_fetch_ahead_run(void *remote);

#endif
