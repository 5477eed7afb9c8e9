/*
 * What a decoder process answers, held to what can be: sizes, windows, offsets, numbers and texts.
 * Works on the program's own copy of the answer, so that it does not change while it is looked at.
 *
 * Thread-safety: pure on its arguments.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_CHECK_H
#define ZOE_ISOLATION_CHECK_H

#include "isolation/protocol.h"

/*
 * Is this a picture that a decoder may give for the choice? Whether there is memory for it is the
 * cache's to say. On true what the process has no say in is set: the frame has no pin, and its
 * texts end and are clean. Planes' data are offsets, and all that a frame's reader reads lies
 * within picture->bytes.
 */
bool zoe_isolation_check_picture(zoe_picture *picture, const zoe_choice *choice);

/* May a finished picture's planes be where the process says, in buffer_bytes of the buffer? On true
 * they, and its bytes, are taken over to the picture as it was opened. */
bool zoe_isolation_check_finished(zoe_picture *picture, const zoe_picture *finished,
                                  size_t buffer_bytes);

/* May a command end with this status? */
bool zoe_isolation_check_status(int32_t status);

/* The error that the process has told of: its status was checked. The text, which is cleaned, names
 * the file. */
zoe_status zoe_isolation_pass_on(zoe_isolation_answer *answer, const char *path, zoe_error *error);

#endif
