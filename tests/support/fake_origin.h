/*
 * An origin whose objects are "http://fake/N" with known bytes, and that does what it is told. The
 * same objects are at "http://other/N", which is always in reach.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_FAKE_ORIGIN_H
#define ZOE_SUPPORT_FAKE_ORIGIN_H

#include "storage/origin.h"

enum { FAKE_OBJECTS = 64 };

typedef struct fake_origin fake_origin;

typedef struct fake_counts {
    uint64_t requests;  /* that were answered */
    uint64_t bytes;     /* that they brought */
    uint64_t cancelled; /* that were cancelled before */
    uint64_t waiting;
} fake_counts;

/* All objects have so many bytes, and version 1. `origin` is to be destroyed by its function, or by
 * the store that was given it; fake_origin_free() comes after that. */
fake_origin *fake_origin_make(uint64_t bytes, zoe_origin *origin);
void fake_origin_free(fake_origin *fake);

/* Of one object: another version; another size; an answer that fails (OK: none does), `times`
 * times. */
void fake_origin_set_version(fake_origin *fake, unsigned object, uint64_t version);
void fake_origin_set_bytes(fake_origin *fake, unsigned object, uint64_t bytes);
void fake_origin_fail(fake_origin *fake, unsigned object, zoe_status status, unsigned times);

/* Of all: nobody answers; only whole objects are given; requests wait until it is let go. */
void fake_origin_set_unreachable(fake_origin *fake, bool unreachable);
void fake_origin_set_whole_only(fake_origin *fake, bool whole_only);
void fake_origin_hold(fake_origin *fake, bool hold);

/* The same of the objects from one on. */
void fake_origin_hold_from(fake_origin *fake, unsigned object);

/* Every request takes so long. */
void fake_origin_set_latency(fake_origin *fake, uint32_t milliseconds);

fake_counts fake_origin_counts(fake_origin *fake);

/* What the object of that version has at an offset. */
void fake_origin_fill(unsigned object, uint64_t version, uint64_t offset, uint8_t *data,
                      size_t bytes);

#endif
