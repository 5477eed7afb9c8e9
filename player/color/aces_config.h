/*
 * ACES configuration: the configuration of OpenColorIO that is built in, called "aces": the spaces,
 * displays and views of ACES that anybody needs first, of transforms that are in the library since
 * 2.0.
 *
 * Thread-safety: constant.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_ACES_CONFIG_H
#define ZOETROPE_PLAYER_ACES_CONFIG_H

/* The text of a .ocio file, terminated. */
extern const char zoe_aces_config[];

#endif
