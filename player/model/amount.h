/*
 * Amount: memory as people read it.
 *
 * Thread-safety: pure.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_AMOUNT_H
#define ZOETROPE_PLAYER_AMOUNT_H

#include <stdint.h>

enum { ZOE_AMOUNT_TEXT = 32 };

/* "812 MB", and "41.3 GB" where that would be five digits. MB are 2^20, GB 2^30 bytes. Returns
 * `text`. */
const char *zoe_amount_text(uint64_t bytes, char text[ZOE_AMOUNT_TEXT]);

#endif
