/*
 * The rhythm statistic against known truth, beside RITA v5's formula on the same series (the whole
 * table: tests/tools/rhythm_table.c, docs/beacons.md), and its edges.
 */
#include "rhythm_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { TRIALS = 40 };
#define FALSE_MOST 0.01 /* of the series of chance and people: none of so many trials */
#define SHORT_MOST 0.01 /* how far under RITA's recall: in none of so many trials */

static void test_table(void **state)
{
    (void)state;
    for (int i = 0; i < RHYTHM_CASES; i++) {
        const struct rhythm_case *c = &rhythm_cases[i];
        struct tried tried;
        try_case(c, TRIALS, &tried);
        bool better = tried.ours < tried.rita || tried.rita <= FALSE_MOST;
        bool wrong = c->truth == NO_BEACON && (tried.ours > FALSE_MOST || !better);
        bool missed = c->truth == TRUE_BEACON && tried.ours < tried.rita - SHORT_MOST;
        bool lost = c->truth == TRUE_BEACON && tried.ours < 0.99;
        if (wrong || missed || lost)
            fail_msg("%s: ours %.2f, RITA's %.2f", c->name, tried.ours, tried.rita);
    }
}

static void series_of(int64_t *at, size_t n, int64_t from, int64_t gap)
{
    for (size_t i = 0; i < n; i++)
        at[i] = from + (int64_t)i * gap;
}

static void test_few(void **state)
{
    (void)state;
    int64_t at[4];
    struct rhythm r;
    rhythm_of(NULL, 0, 0, 0, 0, &r);
    assert_int_equal(r.pattern, RHYTHM_NONE);
    for (size_t n = 1; n < RHYTHM_LEAST; n++) {
        series_of(at, n, 0, 60 * SECOND_US);
        rhythm_of(at, n, n, 0, DAY_US - 1, &r);
        assert_int_equal(r.pattern, RHYTHM_NONE);
        assert_true(r.strength <= 0);
    }
    series_of(at, 4, 0, 0); /* all at once */
    rhythm_of(at, 4, 4, 0, DAY_US - 1, &r);
    assert_true(r.strength <= 0);
}

/* Five calls of a wild timer say little; of a steady one, more; forty of the wild one, enough. */
static void test_honest_about_few(void **state)
{
    (void)state;
    static struct series s;
    struct random random = random_of(7);
    struct rhythm r;
    unsigned found = 0;
    for (int t = 0; t < 200; t++) {
        s.len = 0;
        beacon(&s, &random, 0, 5 * 60, 60, 0.5, false);
        found += our_score(&s, 1, &r) >= RHYTHM_DECIDES;
    }
    assert_true(found < 30);
    for (int t = 0; t < 200; t++) {
        s.len = 0;
        beacon(&s, &random, 0, 40 * 60, 60, 0.5, false);
        assert_true(our_score(&s, 1, &r) > 2);
    }
}

static void test_sentence(void **state)
{
    (void)state;
    int64_t at[145];
    struct rhythm r;
    char out[RHYTHM_TEXT];
    struct instant from;
    assert_true(instant_parse(text_of("2024-03-05 08:00:00"), &from));
    series_of(at, 145, from.us, 300 * SECOND_US + 1234);
    rhythm_of(at, 145, 145, from.us - 8 * 3600 * SECOND_US, from.us + 16 * 3600 * SECOND_US - 1,
              &r);
    assert_string_equal(rhythm_sentence(&r, out),
                        "called 145 times, 144 of 144 gaps 300 s (spread 0 %), from 2024-03-05 "
                        "08:00:00 to 20:00:00 UTC, in 13 hours of 24 watched");
    assert_true(r.strength > 100);
    assert_true(fabs(r.period_s - 300) < 0.1);
}

static const struct rhythm_case *case_named(const char *name)
{
    for (int i = 0; i < RHYTHM_CASES; i++)
        if (strcmp(rhythm_cases[i].name, name) == 0)
            return &rhythm_cases[i];
    fail_msg("no case %s", name);
    return NULL;
}

/* What shows only in many calls is named with its period. */
static void test_many(void **state)
{
    (void)state;
    static struct series s;
    struct random random = random_of(11);
    struct rhythm r;
    char out[RHYTHM_TEXT];
    make_series(case_named("60 s, jitter 30 %, sampled p = 0.5"), &random, &s);
    our_score(&s, 1, &r);
    assert_int_equal(r.pattern, RHYTHM_THINNED);
    assert_true(fabs(r.period_s - 60) < 1.5 && fabs(r.spread - 0.3) < 0.05);
    assert_true(r.gaps == RHYTHM_WHOLE - 1 && r.fit > r.gaps * 95 / 100);
    assert_non_null(
        strstr(rhythm_sentence(&r, out), " gaps one or some intervals of 60 s (spread "));
    unsigned near = 0;
    for (int t = 0; t < 20; t++) {
        make_series(case_named("NAT, 5 hosts, 300 s, jitter 30 %"), &random, &s);
        our_score(&s, 1, &r);
        assert_int_equal(r.pattern, RHYTHM_EVEN);
        assert_true(r.spread < 0.3);
        near += fabs(r.period_s - 300) < 60;
    }
    assert_true(near >= 14);
    assert_non_null(strstr(rhythm_sentence(&r, out), "nearly as many in each of "));
}

/* Of more calls than are kept, what lies behind the whole part must not be taken for gaps. */
static void test_sample_is_no_gap(void **state)
{
    (void)state;
    int64_t at[RHYTHM_MOST];
    struct rhythm r;
    series_of(at, RHYTHM_WHOLE, 0, 5 * SECOND_US + 77);
    for (size_t i = RHYTHM_WHOLE; i < RHYTHM_MOST; i++)
        at[i] = at[i - 1] + (int64_t)(1 + i * 7919 % 13) * 60 * SECOND_US;
    rhythm_of(at, RHYTHM_MOST, 17000, 0, DAY_US - 1, &r);
    assert_int_equal(r.pattern, RHYTHM_STEADY);
    assert_int_equal(r.fit, RHYTHM_WHOLE - 1);
}

/* Whatever the times are, sorted, the answer is a number and the sentence fits. */
static void test_any_times(void **state)
{
    (void)state;
    static int64_t at[600];
    static double sorted[600];
    struct random random = random_of(5);
    for (unsigned trial = 0; trial < 200; trial++) {
        size_t n = random_in(&random, 0, 600);
        uint64_t span = UINT64_C(1) << random_in(&random, 0, 48);
        int64_t grain = random_in(&random, 0, 3) ? 1 : SECOND_US;
        for (size_t i = 0; i < n; i++)
            sorted[i] = (double)((int64_t)(random_next(&random) % span) / grain * grain);
        qsort(sorted, n, sizeof *sorted, compare_calls);
        for (size_t i = 0; i < n; i++)
            at[i] = (int64_t)sorted[i] - (int64_t)(span / 2);
        struct rhythm r;
        char out[RHYTHM_TEXT];
        rhythm_of(at, n, n + trial % 2 * 1000, 0, (int64_t)span, &r);
        assert_true(isfinite(r.strength));
        assert_true(strlen(rhythm_sentence(&r, out)) < RHYTHM_TEXT - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few),       cmocka_unit_test(test_honest_about_few),
        cmocka_unit_test(test_sentence),  cmocka_unit_test(test_sample_is_no_gap),
        cmocka_unit_test(test_any_times), cmocka_unit_test(test_many),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
