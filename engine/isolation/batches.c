#include "isolation/batches.h"

enum {
    /* How long a batch takes: so long that handing it over costs a tenth at most, and so short that
     * a thread with better work to do notices. */
    LEAST_NS = 150000,
    MOST_NS = 1000000,
};

zoe_batches zoe_batches_plan(int32_t pieces, uint32_t threads, uint64_t piece_ns)
{
    uint64_t least = piece_ns ? LEAST_NS / piece_ns : 1, most = piece_ns ? MOST_NS / piece_ns : 1;
    uint64_t all = (uint64_t)pieces;
    return (zoe_batches){
        .pieces = pieces,
        .threads = threads ? (int32_t)threads : 1,
        .least = least < 1 ? 1 : (int32_t)(least < all ? least : all),
        .most = most < 1 ? 1 : (int32_t)(most < all ? most : all),
    };
}

/* The size of the batch that begins when so many pieces are left. */
static int32_t size_of(const zoe_batches *b, int32_t left)
{
    int32_t fair = left / b->threads;
    int32_t size = fair < b->least ? b->least : fair > b->most ? b->most : fair;
    return size < left ? size : left;
}

/* Passes over `index` batches, or as many as there are; returns how many. Those of the largest and
 * of the smallest size are passed over at once; between them sizes shrink geometrically. */
static int32_t pass_over(const zoe_batches *b, int32_t index, int32_t *rest)
{
    int32_t passed = 0, left = *rest;
    while (left > 0 && passed < index) {
        int32_t size = size_of(b, left);
        /* Batches keep this size as long as more than so many pieces are left. */
        int64_t until = size == b->least ? 0 : size == b->most ? (int64_t)size * b->threads : left;
        int64_t same = until < left ? (left - until) / size : 0;
        if (same > index - passed)
            same = index - passed;
        if (same < 1)
            same = 1;
        left -= (int32_t)same * size;
        passed += (int32_t)same;
    }
    *rest = left;
    return passed;
}

int32_t zoe_batches_count(const zoe_batches *batches)
{
    int32_t left = batches->pieces;
    return pass_over(batches, INT32_MAX, &left);
}

void zoe_batches_range(const zoe_batches *batches, int32_t index, int32_t *first, int32_t *count)
{
    int32_t left = batches->pieces;
    (void)pass_over(batches, index, &left);
    *first = batches->pieces - left;
    *count = size_of(batches, left);
}
