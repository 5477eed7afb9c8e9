/*
 * Memory is taken by somebody else: a second process in the same control group, which a test makes
 * where it may (as root; version 1 or 2). The engine's group is inside another one that has the
 * limit, so that it has to look at both.
 *
 * The test proper runs in a child in that group. Helpers are its children, begun before it has
 * threads, and told what to do through pipes.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os_cgroup.h"
#include "support/stage.h"

static const uint64_t MiB = (uint64_t)1 << 20;
static const uint64_t second = 1000000000;

enum {
    GROUP_MIB = 1536,
    EATEN_MIB = 600,
    FRAME_MIB = 8,
    FRAMES = 180,
    FRAME_MS = 40,         /* a frame's decode: 200 MiB a second, as a real codec */
    PATIENCE_SECONDS = 120 /* for what should take one or two */
};

/* ---- the group ---- */

typedef struct group {
    bool v2;
    char outer[ZOE_CGROUP_PATH_MAX + 64];
    char inner[ZOE_CGROUP_PATH_MAX + 128];
} group;

static group ours;

static bool write_text(const char *folder, const char *name, const char *text)
{
    char path[ZOE_CGROUP_PATH_MAX + 256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (!file)
        return false;
    bool ok = fputs(text, file) >= 0;
    return fclose(file) == 0 && ok;
}

static void remove_group(const group *g)
{
    /* A process that has just ended may still be in it. */
    for (int i = 0; i < 100 && rmdir(g->inner) != 0 && errno == EBUSY; i++)
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    rmdir(g->outer);
}

static bool make_group(group *g, const zoe_os_cgroup_mount *mount, bool v2)
{
    char limit[32];
    g->v2 = v2;
    snprintf(g->outer, sizeof g->outer, "%s/zoetrope-test-%d", mount->point, (int)getpid());
    snprintf(g->inner, sizeof g->inner, "%s/inner", g->outer);
    snprintf(limit, sizeof limit, "%" PRIu64, (uint64_t)GROUP_MIB * MiB);
    if (!mount->found || mkdir(g->outer, 0755) != 0)
        return false;
    /* Version 2 gets the softer limit: the engine is to heed it like the other. */
    bool ok = write_text(g->outer, v2 ? "memory.high" : "memory.limit_in_bytes", limit) &&
              (!v2 || write_text(g->outer, "cgroup.subtree_control", "+memory")) &&
              mkdir(g->inner, 0755) == 0;
    if (!ok)
        remove_group(g);
    return ok;
}

/* ---- helpers ---- */

typedef struct helper {
    pid_t pid;
    int to, from;
} helper;

static void tell(int fd, char word)
{
    if (write(fd, &word, 1) != 1)
        _exit(1);
}

/* The next word; 0 when the other end is gone. */
static char hear(int fd)
{
    char word = 0;
    ssize_t n = read(fd, &word, 1);
    return n == 1 ? word : 0;
}

static helper begin_helper(void (*body)(int from, int to))
{
    int down[2], up[2];
    if (pipe(down) != 0 || pipe(up) != 0)
        exit(1);
    helper h = {.pid = fork(), .to = down[1], .from = up[0]};
    if (h.pid < 0)
        exit(1);
    if (h.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(down[1]);
        close(up[0]);
        body(down[0], up[1]);
        _exit(0);
    }
    close(down[0]);
    close(up[1]);
    return h;
}

/* Says a word and waits for the answer. */
static void ask(const helper *h, char word)
{
    tell(h->to, word);
    char answer = hear(h->from);
    if (answer != 'y')
        fail_msg("the helper is gone: was it killed for want of memory?");
}

static void end_helper(helper *h)
{
    close(h->to);
    close(h->from);
    int status = 0;
    assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
    assert_true(WIFEXITED(status));
}

/* Takes memory, 10 MiB at a time, as a program does that does something with it. */
static void eat(int from, int to)
{
    size_t bytes = (size_t)EATEN_MIB * MiB, part = (size_t)10 * MiB;
    while (hear(from) == 'e') {
        uint8_t *memory =
            mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            return;
        for (size_t at = 0; at < bytes; at += part) {
            memset(memory + at, 1, part);
            nanosleep(&(struct timespec){.tv_nsec = 25000000}, NULL);
        }
        tell(to, 'y');
        if (hear(from) != 'g')
            return;
        munmap(memory, bytes);
        tell(to, 'y');
    }
}

/* ---- players ---- */

static zoe_decoder fast;

static zoe_status decode_slowly(void *user, void *file, int32_t piece, uint8_t *buffer,
                                size_t buffer_bytes, void *scratch, size_t scratch_bytes,
                                zoe_error *error)
{
    nanosleep(&(struct timespec){.tv_nsec = FRAME_MS * 1000000}, NULL);
    return fast.decode(user, file, piece, buffer, buffer_bytes, scratch, scratch_bytes, error);
}

/* A player whose budget is what the group allows: 1024 MiB. */
static void begin_player(stage *s)
{
    fake_decoder *fake = fake_decoder_new((size_t)FRAME_MIB * MiB, 1);
    fake->sparse = true;
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.workers = 1;
    settings.budget.percent = 95;
    settings.budget.reserve_bytes = ZOE_RESERVE_MIN;
    zoe_decoder slow = fast = fake_decoder_interface(fake);
    slow.decode = decode_slowly;
    stage_begin_with(s, &settings, fake, &slow);
}

static void play(stage *s)
{
    zoe_source *source = stage_source(s, "f", 1, FRAMES);
    zoe_want want = stage_play(0, 0, FRAMES - 1);
    stage_want(source, &want);
}

static uint64_t resident(void)
{
    uint64_t now, peak;
    zoe_os_resident(&now, &peak);
    return now;
}

/* Memory of the whole group. */
static uint64_t group_used(void)
{
    char path[ZOE_CGROUP_PATH_MAX + 128];
    unsigned long long bytes = 0;
    snprintf(path, sizeof path, "%s/%s", ours.outer,
             ours.v2 ? "memory.current" : "memory.usage_in_bytes");
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%llu", &bytes), 1);
    fclose(file);
    return bytes;
}

/* Waits until resident memory is at least, or at most, so much; says how long that took. */
static void wait_resident(const char *what, uint64_t least, uint64_t most)
{
    uint64_t begin = zoe_now_ns(), now = 0;
    while (zoe_now_ns() - begin < PATIENCE_SECONDS * second) {
        now = resident();
        if (now >= least && now <= most) {
            print_message("%s: %" PRIu64 " MiB resident after %.2f s\n", what, now / MiB,
                          (double)(zoe_now_ns() - begin) / 1e9);
            return;
        }
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    fail_msg("%s: %" PRIu64 " MiB resident, not %" PRIu64 "..%" PRIu64, what, now / MiB,
             least / MiB, most / MiB);
}

/* ---- tests ---- */

static void test_the_group_is_the_machine(void **state)
{
    (void)state;
    zoe_os_memory memory;
    zoe_os_memory_now(&memory);
    assert_int_equal(memory.total, GROUP_MIB * MiB);
    assert_true(memory.available <= GROUP_MIB * MiB);
    assert_true(memory.available >= (GROUP_MIB - 200) * MiB);
}

static void test_the_cache_makes_way_and_grows_back(void **state)
{
    (void)state;
    helper eater = begin_helper(eat);
    stage s;
    begin_player(&s);
    uint64_t configured = stage_stats(&s).limit_bytes;
    assert_int_equal(configured, (GROUP_MIB - 512) * MiB);
    play(&s);
    uint64_t full = configured - 2 * FRAME_MIB * MiB;
    wait_resident("full", full, GROUP_MIB * MiB);
    ask(&eater, 'e');
    /* An eighth of the group stays free. */
    uint64_t room = (GROUP_MIB - EATEN_MIB - GROUP_MIB / 8) * MiB;
    wait_resident("made way", 0, room + 16 * MiB);
    assert_true(stage_stats(&s).limit_bytes < room + 16 * MiB);
    print_message("the group has %" PRIu64 " of %d MiB\n", group_used() / MiB, GROUP_MIB);
    ask(&eater, 'g');
    wait_resident("grown back", full, GROUP_MIB * MiB);
    assert_true(stage_wait_limit(&s, configured));
    stage_end(&s);
    end_helper(&eater);
}

static void be_player(int from, int to)
{
    stage s;
    begin_player(&s);
    while (hear(from) == 'p') {
        play(&s);
        tell(to, 'y');
    }
    stage_end(&s);
}

/* Together they would have a third more than there is. */
static void test_two_players_share(void **state)
{
    (void)state;
    helper other = begin_helper(be_player);
    stage s;
    begin_player(&s);
    play(&s);
    ask(&other, 'p');
    const uint64_t enough = GROUP_MIB * 5 / 8 * MiB;
    uint64_t most = 0, least_of_late = UINT64_MAX, begin = zoe_now_ns(), settled = 0;
    while (!settled || zoe_now_ns() - settled < 4 * second) {
        uint64_t now = group_used();
        most = now > most ? now : most;
        if (!settled && now > enough)
            settled = zoe_now_ns();
        if (settled && now < least_of_late)
            least_of_late = now;
        if (!settled && zoe_now_ns() - begin > PATIENCE_SECONDS * second)
            fail_msg("two players: %" PRIu64 " MiB, and no more", now / MiB);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    print_message("two players: %" PRIu64 " MiB at most, at least %" PRIu64 " from then on, of %d "
                  "MiB; this one has %" PRIu64 "\n",
                  most / MiB, least_of_late / MiB, GROUP_MIB, resident() / MiB);
    /* Neither was killed, the group never came to its limit, and they do not swing. */
    assert_true(most < GROUP_MIB * MiB);
    assert_true(least_of_late > enough);
    stage_end(&s);
    end_helper(&other);
}

static int run_in_group(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_group_is_the_machine),
        cmocka_unit_test(test_the_cache_makes_way_and_grows_back),
        cmocka_unit_test(test_two_players_share),
    };
    return cmocka_run_group_tests_name("pressure", tests, NULL, NULL);
}

int main(void)
{
    zoe_os_cgroup_mounts mounts;
    zoe_os_cgroup_find("/proc/self/mountinfo", &mounts);
    if (!make_group(&ours, &mounts.v1, false) && !make_group(&ours, &mounts.v2, true)) {
        puts("skipped: no memory control group can be made here");
        return 77;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!write_text(ours.inner, "cgroup.procs", "0")) {
            puts("skipped: the group cannot be entered");
            exit(77);
        }
        exit(run_in_group());
    }
    int status = 0;
    bool ended = child > 0 && waitpid(child, &status, 0) == child;
    remove_group(&ours);
    if (!ended || !WIFEXITED(status)) {
        printf("the test was ended by signal %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
        return 1;
    }
    return WEXITSTATUS(status);
}
