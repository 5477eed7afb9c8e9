/*
 * A look at files, from inside: what of each was seen. See <zoetrope/engine.h>.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_LOOK_H
#define ZOE_LOOK_H

#include <zoetrope/engine.h>

#include "base/os.h"

/* One frame's file. */
typedef struct zoe_looked {
    int64_t number; /* of the frame */
    bool there;
    zoe_os_file_id id; /* when it is there */
} zoe_looked;

struct zoe_look {
    zoe_sequence *sequence; /* as it was; shared */
    zoe_sequence *fresh;    /* as the folder is now; NULL: it was not read */
    zoe_looked *list;       /* [count] of [capacity]; by number, each once, when it is read */
    size_t count, capacity;
    bool retries; /* frames in error, whatever their file is */
    bool is_read;
    uint64_t began_ns; /* when reading began: what was opened since is newer than what was seen */
};

/* Looks at one file; what was asked since a time will do. false: nobody can say what there is. */
bool zoe_look_at(zoe_storage *storage, const char *path, uint64_t since_ns, zoe_looked *looked);

/* What was seen of a frame's file; NULL: nobody looked. Only once it is read. */
const zoe_looked *zoe_look_find(const zoe_look *look, int64_t number);

#endif
