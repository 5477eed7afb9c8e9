#include "cache/victim.h"

#include <zoetrope/sequence.h>

#include "base/os.h"

enum { WIDTH_BITS = 4, WIDTH = 1 << WIDTH_BITS };

_Static_assert(1 << WIDTH_BITS * (ZOE_VICTIMS_LEVELS - 1) >= ZOE_SEQUENCE_POSITIONS_MAX,
               "the topmost level has one key");

/* ---- the tree ---- */

static int64_t whole_nodes(int64_t keys)
{
    return (keys + WIDTH - 1) / WIDTH * WIDTH;
}

zoe_status zoe_victims_init(zoe_victims *victims, int64_t count)
{
    *victims = (zoe_victims){.count = count};
    if (count < 1 || count > ZOE_SEQUENCE_POSITIONS_MAX)
        return ZOE_ERROR_ARGUMENT;
    int64_t lengths[ZOE_VICTIMS_LEVELS], total = 0;
    for (int64_t length = count;; length = (length + WIDTH - 1) / WIDTH) {
        lengths[victims->height] = whole_nodes(length);
        total += lengths[victims->height++];
        if (length == 1)
            break;
    }
    size_t page = zoe_os_page();
    victims->bytes = ((size_t)total * sizeof(uint64_t) + page - 1) / page * page;
    victims->memory = zoe_os_reserve(victims->bytes, page);
    if (!victims->memory)
        return ZOE_ERROR_NO_MEMORY;
    /* The upper levels share their pages: a small table has one page in all. */
    uint64_t *next = victims->memory;
    for (int level = victims->height - 1; level >= 0; level--) {
        victims->keys[level] = next;
        next += lengths[level];
    }
    return ZOE_OK;
}

void zoe_victims_destroy(zoe_victims *victims)
{
    zoe_os_unreserve(victims->memory, victims->bytes);
    *victims = (zoe_victims){.count = 0};
}

/* Its own inverse. Never 0, since no last use is UINT64_MAX. */
static uint64_t key_of(uint64_t last_use)
{
    return UINT64_MAX - last_use;
}

/* After keys of a node of level 0 have changed, any of its positions given. */
static void update_above(zoe_victims *victims, int64_t position)
{
    int64_t i = position / WIDTH;
    for (int level = 1; level < victims->height; level++, i /= WIDTH) {
        const uint64_t *children = &victims->keys[level - 1][i * WIDTH];
        uint64_t greatest = 0;
        for (int k = 0; k < WIDTH; k++)
            greatest = children[k] > greatest ? children[k] : greatest;
        if (victims->keys[level][i] == greatest)
            return;
        victims->keys[level][i] = greatest;
    }
}

void zoe_victims_add(zoe_victims *victims, int64_t position, uint64_t last_use)
{
    victims->keys[0][position] = key_of(last_use);
    update_above(victims, position);
}

void zoe_victims_remove(zoe_victims *victims, int64_t position)
{
    victims->keys[0][position] = 0;
    update_above(victims, position);
}

bool zoe_victims_has(const zoe_victims *victims, int64_t position)
{
    return victims->keys[0][position] != 0;
}

/* ---- members of a range ---- */

/* The member nearest to `from`, itself included, in steps of +1 or -1; -1: none. */
static int64_t nearest(const zoe_victims *victims, int64_t from, int64_t step)
{
    int level = 0;
    int64_t i = from;
    /* Up, until there is a member on the way to the node's end. */
    for (;;) {
        const uint64_t *keys = victims->keys[level];
        int64_t node = i / WIDTH;
        while (i >= 0 && i / WIDTH == node && !keys[i])
            i += step;
        if (i >= 0 && i / WIDTH == node)
            break;
        level++;
        i = node + step;
        if (level == victims->height || i < 0 || i << level * WIDTH_BITS >= victims->count)
            return -1;
    }
    /* Down, to the first member in its subtree. */
    while (level > 0) {
        level--;
        i = step > 0 ? i * WIDTH : i * WIDTH + WIDTH - 1;
        while (!victims->keys[level][i])
            i += step;
    }
    return i;
}

/* The subtree with the greatest key so far, of equal ones the lowest. */
typedef struct subtree {
    uint64_t key; /* 0: none yet */
    int level;
    int64_t i;
} subtree;

static void consider(const zoe_victims *victims, int level, int64_t i, subtree *best)
{
    uint64_t key = victims->keys[level][i];
    if (key < best->key || key == 0)
        return;
    if (key == best->key && i << level * WIDTH_BITS > best->i << best->level * WIDTH_BITS)
        return;
    *best = (subtree){key, level, i};
}

/* The member of the greatest key in a range, as keys stand; of equal ones the lowest. -1: none. */
static int64_t greatest_key(const zoe_victims *victims, int64_t first, int64_t last)
{
    subtree best = {.key = 0};
    /* At each level what is not in whole nodes; those are left to the level above. */
    for (int level = 0; first <= last; level++) {
        for (; first <= last && first % WIDTH; first++)
            consider(victims, level, first, &best);
        for (; first <= last && (last + 1) % WIDTH; last--)
            consider(victims, level, last, &best);
        first /= WIDTH;
        last = (last + 1) / WIDTH - 1;
    }
    if (best.key == 0)
        return -1;
    int64_t i = best.i;
    for (int level = best.level - 1; level >= 0; level--) {
        i *= WIDTH;
        while (victims->keys[level][i] != best.key)
            i++;
    }
    return i;
}

/* Asks for the last uses of all members of a node: where one was used unheard, its neighbours
 * often were. */
static void refresh(zoe_victims *victims, int64_t position, zoe_last_use_fn *last_use,
                    const void *user)
{
    int64_t first = position / WIDTH * WIDTH;
    for (int64_t i = first; i < first + WIDTH; i++)
        if (victims->keys[0][i])
            victims->keys[0][i] = key_of(last_use(user, i));
    update_above(victims, position);
}

static int64_t longest_unused(zoe_victims *victims, int64_t first, int64_t last,
                              zoe_last_use_fn *last_use, const void *user)
{
    for (;;) {
        int64_t position = greatest_key(victims, first, last);
        /* A key that still holds is right: all others are of members used later than it. */
        if (position < 0 || last_use(user, position) <= key_of(victims->keys[0][position]))
            return position;
        refresh(victims, position, last_use, user);
    }
}

/* ---- the victim ---- */

/* -1: the run has no members. */
static int64_t last_of_run(zoe_victims *victims, const zoe_want_run *run, zoe_last_use_fn *last_use,
                           const void *user)
{
    if (run->trend == ZOE_USE_NONE)
        return longest_unused(victims, run->first, run->last, last_use, user);
    bool rises = run->trend == ZOE_USE_RISES;
    int64_t position = nearest(victims, rises ? run->last : run->first, rises ? -1 : 1);
    return position >= run->first && position <= run->last ? position : -1;
}

bool zoe_victims_last(zoe_victims *victims, const zoe_want *want, zoe_last_use_fn *last_use,
                      const void *user, zoe_victim *victim)
{
    zoe_want_run runs[ZOE_WANT_RUNS_MAX];
    int n = zoe_want_runs(want, victims->count, runs);
    bool found = false;
    for (int i = 0; i < n; i++) {
        int64_t position = last_of_run(victims, &runs[i], last_use, user);
        if (position < 0)
            continue;
        zoe_victim v = {position, zoe_want_next_use(want, position), last_use(user, position)};
        /* Runs are in ascending order: of equal ones the lowest stays. */
        if (!found || v.use > victim->use ||
            (v.use == victim->use && v.last_use < victim->last_use))
            *victim = v;
        found = true;
    }
    return found;
}
