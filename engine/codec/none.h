/*
 * Chunks that are stored as they are: compression "none", and the raw chunks of every other
 * compression.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_NONE_H
#define ZOE_CODEC_NONE_H

#include "codec/codec.h"

/* Copies the wanted rows. The packed bytes must be exactly the unpacked ones. Uses no scratch. */
zoe_codec_decode_fn zoe_none_decode;
zoe_codec_scratch_fn zoe_none_scratch_bytes;

#endif
