/* The keyed hash. */
#include "base/hash.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

/* Keys and texts of the SipHash paper's own test: 00 01 02 …; values of SipHash-1-3 as other
 * implementations print them. */
static void makes_the_values_of_others(void **state)
{
    (void)state;
    const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    assert_int_equal(zoe_hash_with_key(key, "", 0), UINT64_C(0xabac0158050fc4dc));
}

static void follows_every_byte(void **state)
{
    (void)state;
    uint8_t bytes[40] = {0};
    for (size_t count = 1; count <= sizeof bytes; count++) {
        uint64_t before = zoe_hash(bytes, count);
        assert_int_equal(zoe_hash(bytes, count), before);
        assert_int_not_equal(zoe_hash(bytes, count - 1), before);
        for (size_t i = 0; i < count; i++) {
            bytes[i] ^= 0x40;
            assert_int_not_equal(zoe_hash(bytes, count), before);
            bytes[i] ^= 0x40;
        }
    }
}

/* With another key all is different: what falls together for one does not for the other. */
static void follows_the_key(void **state)
{
    (void)state;
    const uint64_t a[2] = {1, 2}, b[2] = {1, 3};
    assert_int_not_equal(zoe_hash_with_key(a, "name", 4), zoe_hash_with_key(b, "name", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_the_values_of_others),
        cmocka_unit_test(follows_every_byte),
        cmocka_unit_test(follows_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
