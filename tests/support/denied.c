/*
 * Runs a command as on a system that lacks a system call:
 *
 *   denied CALL COMMAND [ARGUMENT...]
 *
 * CALL by its name; of seccomp, its older form is lacking as well.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <seccomp.h>

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int call = seccomp_syscall_resolve_name(argv[1]), code = filter ? 0 : -ENOSYS;
    if (code == 0)
        code = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0, NULL);
    const struct scmp_arg_cmp older[] = {SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP, 0)};
    if (code == 0 && strcmp(argv[1], "seccomp") == 0)
        code = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1, older);
    if (code == 0)
        code = seccomp_load(filter);
    if (code != 0) {
        fprintf(stderr, "denied: %s: %s\n", argv[1], strerror(-code));
        return 2;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 2;
}
