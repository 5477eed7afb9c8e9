/*
 * zoetrope-decoder: decodes files for a program that uses Zoetrope, locked in. It is started by
 * that program, and of no use to anybody else.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <string.h>

#include "base/os_process.h"
#include "exr/decode.h"
#include "exr/read_header.h"
#include "isolation/lock_in.h"

int main(int argc, char **argv)
{
    if (argc > 1 || !zoe_os_socket_is_open(ZOE_OS_PROCESS_SOCKET)) {
        fprintf(argc > 1 && strcmp(argv[1], "--version") == 0 ? stdout : stderr,
                "zoetrope-decoder %s: started by programs that use Zoetrope\n", zoe_version());
        return 2;
    }
    const zoe_service service = {zoe_exr_open_descriptor, zoe_exr_header_read_descriptor,
                                 zoe_exr_absence, zoe_exr_decoder(), zoe_lock_in};
    zoe_lock_in_first();
    return zoe_isolation_serve(&service, ZOE_OS_PROCESS_SOCKET);
}
