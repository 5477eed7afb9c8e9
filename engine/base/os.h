/*
 * All calls to the operating system. They stand in os_*.c alone: nothing else in the engine knows
 * Linux. This header gives all but the last two; a file that needs one kind may include just that.
 *
 *   os_memory    heap and address space
 *   os_meminfo   how much memory there is, and whether it is short
 *   os_file      files and folders
 *   os_folder    a folder of the program's own, held open
 *   os_thread    threads, the clock, random bytes
 *   os_shared    memory shared with other processes
 *   os_process   other processes
 *   os_fault     making each of these calls fail, for tests
 *   os_cgroup    memory limits of control groups; used by os_meminfo only
 *   os_confine   locking the calling process in; linked into decoder processes only
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_OS_H
#define ZOE_BASE_OS_H

#include "base/os_fault.h"
#include "base/os_file.h"
#include "base/os_folder.h"
#include "base/os_meminfo.h"
#include "base/os_memory.h"
#include "base/os_process.h"
#include "base/os_shared.h"
#include "base/os_thread.h"

#endif
