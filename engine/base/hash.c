/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "base/hash.h"

#include <pthread.h>

#include "base/os.h"

typedef struct state {
    uint64_t a, b, c, d;
} state;

static uint64_t rotate(uint64_t value, int bits)
{
    return value << bits | value >> (64 - bits);
}

static void turn(state *s)
{
    s->a += s->b;
    s->b = rotate(s->b, 13) ^ s->a;
    s->a = rotate(s->a, 32);
    s->c += s->d;
    s->d = rotate(s->d, 16) ^ s->c;
    s->a += s->d;
    s->d = rotate(s->d, 21) ^ s->a;
    s->c += s->b;
    s->b = rotate(s->b, 17) ^ s->c;
    s->c = rotate(s->c, 32);
}

static void take(state *s, uint64_t word)
{
    s->d ^= word;
    turn(s);
    s->a ^= word;
}

/* Up to 8 bytes, the first lowest. */
static uint64_t word_of(const uint8_t *bytes, size_t count)
{
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++)
        word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

uint64_t zoe_hash_with_key(const uint64_t key[2], const void *bytes, size_t count)
{
    state s = {key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
               key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
    const uint8_t *at = bytes;
    size_t left = count;
    for (; left >= 8; left -= 8, at += 8)
        take(&s, word_of(at, 8));
    take(&s, word_of(at, left) | (uint64_t)count << 56);
    s.c ^= 0xff;
    for (int i = 0; i < 3; i++)
        turn(&s);
    return s.a ^ s.b ^ s.c ^ s.d;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint64_t own_key[2]; /* written under `once`, read only after it */

static void draw_key(void)
{
    zoe_os_random(own_key, sizeof own_key);
}

uint64_t zoe_hash(const void *bytes, size_t count)
{
    pthread_once(&once, draw_key);
    return zoe_hash_with_key(own_key, bytes, count);
}
