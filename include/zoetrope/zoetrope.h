/*
 * All of Zoetrope's public headers.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_ZOETROPE_H
#define ZOETROPE_ZOETROPE_H

#include <zoetrope/display.h>
#include <zoetrope/engine.h>
#include <zoetrope/folder.h>
#include <zoetrope/frame.h>
#include <zoetrope/header.h>
#include <zoetrope/inspect.h>
#include <zoetrope/pair.h>
#include <zoetrope/sequence.h>
#include <zoetrope/settings.h>
#include <zoetrope/stats.h>
#include <zoetrope/status.h>
#include <zoetrope/storage.h>
#include <zoetrope/transport.h>
#include <zoetrope/want.h>

#endif
