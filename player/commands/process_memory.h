/*
 * What the system says of this process: resident memory and the C heap.
 *
 * Thread-safety: any thread. All figures are read when asked for; 0 where the system does not tell.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_PROCESS_MEMORY_H
#define ZOETROPE_PLAYER_PROCESS_MEMORY_H

#include <stdint.h>

/* Resident memory now, in bytes: /proc/self/statm, second field. See proc(5). */
uint64_t zoe_process_resident(void);

/* The most it ever was, in bytes: VmHWM in /proc/self/status. */
uint64_t zoe_process_resident_peak(void);

/* Bytes that the C heap holds for the program, large mappings included: mallinfo2(3). */
uint64_t zoe_process_heap(void);

#endif
