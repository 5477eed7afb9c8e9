/*
 * OpenEXR's C++ library, called from C: what it throws is printed, and becomes a status.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_CXX_GUARD_H
#define ZOE_SUPPORT_CXX_GUARD_H

#include <cstdio>
#include <exception>

/* Does some work on a file: 0, or -1 when it threw. */
template <class Work> int cxx_guard(const char *path, const Work &work)
{
    try {
        work();
        return 0;
    } catch (const std::exception &e) {
        std::fprintf(stderr, "%s: %s\n", path, e.what());
        return -1;
    }
}

#endif
