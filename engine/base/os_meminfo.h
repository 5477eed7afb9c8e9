/*
 * What the system says about memory: how much there is, how much this process has, and when it is
 * getting short.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_OS_MEMINFO_H
#define ZOE_BASE_OS_MEMINFO_H

#include <stdint.h>

#include <zoetrope/status.h>

typedef struct zoe_os_memory {
    uint64_t total;     /* bytes of physical memory, or the lowest memory limit of the control
                           groups that the process is in */
    uint64_t available; /* bytes to be had without swapping, within the same limits */
} zoe_os_memory;

/* Reads both from the system. Allocates nothing. */
void zoe_os_memory_now(zoe_os_memory *memory);

/* The process's resident memory and its peak, in bytes; 0 where unknown. Memory reserved by
 * zoe_os_shared_reserve() counts whole, whoever touched it; its part in the peak is the most that
 * was there when somebody asked. Allocates nothing. */
void zoe_os_resident(uint64_t *now, uint64_t *peak);

/* Resident memory that the process of a /proc/PID/status has beside shared memory; 0 where unknown.
 * Allocates nothing. */
uint64_t zoe_os_resident_unshared(const char *path);

/* A wait for the system to say that memory is short (pressure stall information, Linux:
 * Documentation/accounting/psi.rst). */
typedef struct zoe_os_pressure {
    int trigger; /* descriptor; -1: the system does not say */
    int stop;    /* descriptor that ends the wait */
} zoe_os_pressure;

/* On success to be closed with zoe_os_pressure_close(). Errors: NO_MEMORY when there is no
 * descriptor to be had. */
zoe_status zoe_os_pressure_open(zoe_os_pressure *pressure);
void zoe_os_pressure_close(zoe_os_pressure *pressure);

/* Returns when memory is short, after zoe_os_pressure_stop(), or after `milliseconds`; it does not
 * say which. One thread at a time waits. */
void zoe_os_pressure_wait(zoe_os_pressure *pressure, int milliseconds);

/* Ends the wait, and every later one. */
void zoe_os_pressure_stop(zoe_os_pressure *pressure);

#endif
