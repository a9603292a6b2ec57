/* states.c: states without memory while they are zero; every one is a pair's own. */
#include "base/mem.h"
#include "states.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { PAIRS = 40 };

static unsigned larger(const struct states *s) /* a detector whose states have a table */
{
    for (unsigned d = 0; d < detectors_len; d++)
        if (s->offset[d] == 0)
            return d;
    fail();
    return 0;
}

static unsigned small(const struct states *s)
{
    for (unsigned d = 0; d < detectors_len; d++)
        if (s->offset[d] && detectors[d]->pair_bytes)
            return d;
    fail();
    return 0;
}

static bool is_zero(const char *state, unsigned d)
{
    for (uint32_t i = 0; i < detectors[d]->pair_bytes; i++)
        if (state[i])
            return false;
    return true;
}

static void zero_costs_nothing(void **context)
{
    (void)context;
    struct states s = {.entry_bytes = 0};
    states_init(&s, 1 << 20);
    struct state_places *a = mem_new(1, s.entry_bytes);
    unsigned d = larger(&s);
    assert_true(is_zero(states_at(&s, a, d), d));
    assert_false(states_written(&s, a, d));
    assert_int_equal(s.table[d].used, 0);
    char *inside = states_at(&s, a, small(&s));
    *inside = 1;
    assert_false(states_written(&s, a, small(&s)));
    assert_ptr_equal(states_at(&s, a, small(&s)), inside);
    states_free(&s);
    mem_free(a);
}

static void each_pair_has_its_own(void **context)
{
    (void)context;
    struct states s = {.entry_bytes = 0};
    states_init(&s, 1 << 20);
    struct state_places *pair[PAIRS];
    unsigned d = larger(&s);
    for (unsigned i = 0; i < PAIRS; i++) {
        pair[i] = mem_new(1, s.entry_bytes);
        char *state = states_at(&s, pair[i], d);
        assert_true(is_zero(state, d));
        state[detectors[d]->pair_bytes - 1] = (char)(i + 1);
        assert_true(states_written(&s, pair[i], d));
        states_keep(&s, pair[i], d, i + 1);
    }
    for (unsigned i = 0; i < PAIRS; i++) {
        char *state = states_at(&s, pair[i], d);
        assert_int_equal(state[detectors[d]->pair_bytes - 1], i + 1);
        assert_false(states_written(&s, pair[i], d));
    }
    assert_int_equal(states_oldest(&s, d), 1);
    states_drop(&s, pair[0]);
    assert_int_equal(states_oldest(&s, d), 2);
    assert_true(is_zero(states_at(&s, pair[0], d), d));
    for (unsigned i = 0; i < PAIRS; i++)
        mem_free(pair[i]);
    states_free(&s);
}

/* A detector may write into the state while it closes a pair, whether the pair had one or not. */
static void closing_leaves_no_trace(void **context)
{
    (void)context;
    struct states s = {.entry_bytes = 0};
    states_init(&s, 1 << 20);
    struct state_places *a = mem_new(1, s.entry_bytes);
    unsigned d = larger(&s);
    char *half_written = states_at(&s, a, d);
    *half_written = 7; /* a record is being looked at while another pair must close */
    memset(states_last(&s, a, d), 0xFF, detectors[d]->pair_bytes);
    assert_true(is_zero(states_last(&s, a, d), d));
    assert_int_equal(*half_written, 7);
    assert_true(states_written(&s, a, d));
    states_keep(&s, a, d, 1);
    assert_int_equal(*(char *)states_at(&s, a, d), 7);
    states_free(&s);
    mem_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_costs_nothing),
        cmocka_unit_test(each_pair_has_its_own),
        cmocka_unit_test(closing_leaves_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
