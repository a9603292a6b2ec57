/*
 * Call lists: what is kept does not depend on the order of arrival, nothing is forgotten below the
 * bound, and a full pool takes from the list that grew longest ago.
 */
#include "calls.h"
#include "simulate/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LOTS = 5000, POOL = 1 << 20 };

static void shuffle(uint32_t *at, unsigned n, struct random *random)
{
    for (unsigned i = n; i > 1; i--) {
        uint64_t k = random_in(random, 0, i - 1);
        uint32_t was = at[i - 1];
        at[i - 1] = at[k];
        at[k] = was;
    }
}

static void test_order_does_not_matter(void **state)
{
    (void)state;
    static const unsigned counts[] = {1,   3,   4,   5,   16,  17,  64,  65,
                                      447, 448, 449, 511, 512, 513, 600, LOTS};
    static uint32_t all[LOTS];
    struct random random = random_of(3);
    struct calls calls;
    calls_init(&calls, POOL);
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        unsigned n = counts[c], most = n < CALLS_MOST ? n : CALLS_MOST;
        uint32_t first[CALLS_MOST];
        for (unsigned i = 0; i < n; i++)
            all[i] = i * 2 + 1 - i % 7 / 6; /* in order at first, some unanswered */
        for (int order = 0; order < 5; order++) {
            struct call_list list = {0};
            for (unsigned i = 0; i < n; i++)
                calls_add(&calls, &list, all[i]);
            struct call_times times = calls_sorted(&calls, &list);
            assert_int_equal(times.len, most);
            assert_int_equal(times.seen, n);
            for (unsigned i = 1; i < times.len; i++)
                assert_true(times.at[i - 1] < times.at[i]);
            if (order == 0)
                memcpy(first, times.at, most * sizeof *first);
            assert_memory_equal(first, times.at, most * sizeof *first);
            for (unsigned i = 0; i < most && i < CALLS_WHOLE; i++)
                assert_int_equal(call_us(times.at[i]), (int64_t)i * CALL_TICK_US);
            calls_drop(&calls, &list);
            shuffle(all, n, &random);
        }
    }
    for (unsigned i = 0; i < CALL_SIZES; i++)
        assert_int_equal(calls.size[i].used, 0);
    calls_free(&calls);
}

/* The sample is spread over what came behind the earliest. */
static void test_sample_is_spread(void **state)
{
    (void)state;
    struct calls calls;
    struct call_list list = {0};
    calls_init(&calls, POOL);
    for (uint32_t i = 0; i < LOTS; i++)
        calls_add(&calls, &list, i << 1);
    struct call_times times = calls_sorted(&calls, &list);
    unsigned late = 0;
    for (unsigned i = CALLS_WHOLE; i < times.len; i++)
        late += times.at[i] >> 1 > (CALLS_WHOLE + LOTS) / 2;
    assert_in_range(late, 20, 44);
    calls_free(&calls);
}

static void test_full_pool(void **state)
{
    (void)state;
    enum { LISTS = 64 };
    static struct call_list list[LISTS];
    struct calls calls;
    calls_init(&calls, 1); /* the least: 16 lists of each size */
    for (unsigned k = 0; k < LISTS; k++)
        for (uint32_t i = 0; i < CALLS_INLINE + 1; i++)
            calls_add(&calls, &list[k], i << 1);
    assert_int_equal(calls.evicted, LISTS - 16);
    assert_int_equal(calls_sorted(&calls, &list[0]).len, 0);
    assert_int_equal(calls_sorted(&calls, &list[0]).seen, CALLS_INLINE + 1);
    assert_int_equal(calls_sorted(&calls, &list[LISTS - 1]).len, CALLS_INLINE + 1);
    calls_add(&calls, &list[0], 9); /* only counted from now on */
    assert_int_equal(calls_sorted(&calls, &list[0]).len, 0);
    for (unsigned k = 0; k < LISTS; k++)
        calls_drop(&calls, &list[k]);
    for (unsigned i = 0; i < CALL_SIZES; i++)
        assert_int_equal(calls.size[i].used, 0);
    calls_free(&calls);
}

static void test_call(void **state)
{
    (void)state;
    assert_int_equal(call_us(call_of(-5, true)), 0);
    assert_int_equal(call_of(-5, true) & 1, 1);
    assert_int_equal(call_us(call_of(DAY_US, false)), DAY_US - CALL_TICK_US);
    assert_int_equal(call_of(DAY_US, false) & 1, 0);
    assert_int_equal(call_us(call_of(1234567, false)), 1234550);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call),
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_sample_is_spread),
        cmocka_unit_test(test_full_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
