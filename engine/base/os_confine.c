#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "base/os_confine.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef ZOE_HAS_SECCOMP
#include <seccomp.h>
#endif

void zoe_os_close_from(int first)
{
    struct rlimit limit;
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0) == 0)
        return;
#endif
    int end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur
                                                                              : 65536;
    for (int fd = first; fd < end; fd++)
        close(fd);
}

void zoe_os_die_with_parent(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* ---- limits ---- */

static void set_limits(const zoe_os_confine_limits *limits)
{
    /* The program starts another process long before this one has an hour behind it. */
    enum { SECONDS = 3600, DESCRIPTORS = 32 };
    const struct {
        int what;
        rlim_t most;
    } all[] = {
        {RLIMIT_CORE, 0},
        {RLIMIT_NPROC, 0},
        {RLIMIT_FSIZE, 0},
        {RLIMIT_MEMLOCK, 0},
        {RLIMIT_MSGQUEUE, 0},
        {RLIMIT_NOFILE, DESCRIPTORS},
        {RLIMIT_CPU, SECONDS},
#ifndef ZOE_SANITIZED /* whose runtimes reserve terabytes */
        {RLIMIT_AS, limits->address_bytes},
        {RLIMIT_DATA, limits->memory_bytes},
#endif
    };
    (void)limits;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct rlimit limit;
        if (getrlimit((__rlimit_resource_t)all[i].what, &limit) != 0 ||
            limit.rlim_max <= all[i].most)
            continue;
        limit = (struct rlimit){all[i].most, all[i].most};
        (void)setrlimit((__rlimit_resource_t)all[i].what, &limit);
    }
}

/* ---- Landlock ---- */

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self  446
#endif

/* As in <linux/landlock.h> of a newer system than may be built on. */
typedef struct landlock_ruleset {
    uint64_t files, network, scoped;
} landlock_ruleset;

/* Everything that the kernel knows how to forbid, and no rule that allows any of it. */
static void forbid_files(void)
{
    enum { VERSION = 1, NETWORK_SINCE = 4, SCOPED_SINCE = 6 };
    static const uint64_t rights[] = {13, 14, 15, 15, 16}; /* of files, by version from 1 on */
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION);
    if (version < 1)
        return;
    long last = (long)(sizeof rights / sizeof rights[0]);
    landlock_ruleset rules = {
        .files = ((uint64_t)1 << rights[(version < last ? version : last) - 1]) - 1,
        .network = version >= NETWORK_SINCE ? 3 : 0,
        .scoped = version >= SCOPED_SINCE ? 3 : 0,
    };
    size_t bytes = version >= SCOPED_SINCE    ? sizeof rules
                   : version >= NETWORK_SINCE ? offsetof(landlock_ruleset, scoped)
                                              : offsetof(landlock_ruleset, network);
    int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, bytes, 0);
    if (fd < 0)
        return;
    (void)syscall(SYS_landlock_restrict_self, fd, 0);
    close(fd);
}

/* ---- seccomp ---- */

#ifdef ZOE_HAS_SECCOMP

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* Linux 6.1 */
#endif

/* What a decoder does besides computing: reads its files, takes descriptors, waits for the program,
 * maps memory, ends. */
static const int allowed[] = {
    SCMP_SYS(pread64),
    SCMP_SYS(recvmsg),
    SCMP_SYS(close),
    SCMP_SYS(futex),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(getpid),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(sched_yield),
    SCMP_SYS(gettid),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getrandom),
#ifdef ZOE_SANITIZED
    /* The runtimes' own: stacks for signals, looking at themselves, and reports. */
    SCMP_SYS(sigaltstack),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getrusage),
    SCMP_SYS(madvise),
    SCMP_SYS(prctl),
    SCMP_SYS(tgkill),
#endif
};

/* C libraries ask the size of a descriptor with a call that could ask about any path. */
static const int refused[] = {
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstat),
    SCMP_SYS(statx),
};

/* Memory may not become code; what is said before abort() goes to standard error, /dev/null. */
static int allow_in_part(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp no_code[] = {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)};
    const struct scmp_arg_cmp error[] = {SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO, 0)};
    int code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_code);
    if (code == 0)
        code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code);
    if (code == 0)
        code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, error);
    if (code == 0)
        code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(writev), 1, error);
#ifndef ZOE_SANITIZED
    /* MADV_REMOVE is not among them: it would punch holes into what others have loaded. */
    static const int advice[] = {MADV_DONTNEED, MADV_HUGEPAGE, MADV_NOHUGEPAGE,
                                 MADV_DONTDUMP, MADV_FREE,     MADV_COLLAPSE};
    for (size_t i = 0; i < sizeof advice / sizeof advice[0] && code == 0; i++) {
        const struct scmp_arg_cmp is[] = {SCMP_A2(SCMP_CMP_EQ, (scmp_datum_t)advice[i], 0)};
        code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(madvise), 1, is);
    }
    /* What abort() does. */
    const struct scmp_arg_cmp own[] = {SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0),
                                       SCMP_A2(SCMP_CMP_EQ, SIGABRT, 0)};
    if (code == 0)
        code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 2, own);
#endif
    return code;
}

static bool filter_calls(char *text, size_t bytes)
{
#ifdef ZOE_SANITIZED
    /* A runtime that is about to report looks for its maps and its symbolizer; it does without. */
    const uint32_t otherwise = SCMP_ACT_ERRNO(EPERM);
#else
    const uint32_t otherwise = SCMP_ACT_KILL_PROCESS;
#endif
    scmp_filter_ctx filter = seccomp_init(otherwise);
    int code = filter ? 0 : -ENOSYS;
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0] && code == 0; i++)
        code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
#ifndef ZOE_SANITIZED
    for (size_t i = 0; i < sizeof refused / sizeof refused[0] && code == 0; i++)
        code = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0, NULL);
#else
    (void)refused;
#endif
    if (code == 0)
        code = allow_in_part(filter);
    if (code == 0)
        code = seccomp_load(filter);
    if (filter)
        seccomp_release(filter);
    if (code != 0)
        snprintf(text, bytes, "the system gives no seccomp filter: %s", strerror(-code));
    return code == 0;
}

#else

static bool filter_calls(char *text, size_t bytes)
{
    snprintf(text, bytes, "built without libseccomp");
    return false;
}

#endif

bool zoe_os_confine(const zoe_os_confine_limits *limits, char *text, size_t bytes)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        snprintf(text, bytes, "the system does not give up privileges: %s", strerror(errno));
        return false;
    }
    set_limits(limits);
    forbid_files();
    return filter_calls(text, bytes);
}
