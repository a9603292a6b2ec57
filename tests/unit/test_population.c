/* The live population out of addresses: known cases, and small worlds whose truth is known, with
 * holds of several distributions, few of them, and cut ones. */
#include "census/population.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { HOUR_S = 3600, DAY_S = 86400, WEEK_S = 7 * DAY_S, WORLDS = 200, HOLDS = 4000 };

static double drawn[POPULATION_DRAWS];
static const struct population_turnover none = {0, 0};

/* The specification's: holds of a day, a window of a week, seven addresses: 0.875 machines. */
static void a_day_in_a_week(void **state)
{
    (void)state;
    assert_true(fabs(7 * population_share(DAY_S, WEEK_S) - 0.875) < 1e-12);
    struct hold hold[40];
    for (unsigned i = 0; i < 40; i++)
        hold[i] = (struct hold){.device = i, .start_s = i * HOUR_S, .end_s = i * HOUR_S + DAY_S};
    struct population_window window = {.addresses = 700, .start_s = 0, .end_s = WEEK_S};
    struct population p;
    population_estimate(hold, 40, &window, 1, none, 1, drawn, &p);
    assert_true(p.known && p.holds == 40 && p.windows == 1);
    assert_true(fabs(p.live - 87.5) < 0.01 && fabs(p.low - 87.5) < 0.01 &&
                fabs(p.high - 87.5) < 0.01);
}

static void too_little_is_not_known(void **state)
{
    (void)state;
    struct hold hold[60] = {0};
    for (unsigned i = 0; i < 60; i++)
        hold[i] = (struct hold){.device = i, .start_s = 0, .end_s = DAY_S};
    struct population_window window = {.addresses = 29, .start_s = 0, .end_s = WEEK_S};
    struct population p;
    population_estimate(hold, 60, &window, 1, none, 1, drawn, &p);
    assert_false(p.known);
    window.addresses = 30;
    population_estimate(hold, 29, &window, 1, none, 1, drawn, &p);
    assert_false(p.known);
    population_estimate(hold, 60, &window, 1, none, 1, drawn, &p);
    assert_true(p.known);
    window.start_s = 2 * DAY_S; /* no hold touches it */
    window.end_s = 9 * DAY_S;
    population_estimate(hold, 60, &window, 1, none, 1, drawn, &p);
    assert_false(p.known);
    population_estimate(hold, 0, NULL, 0, none, 1, drawn, &p);
    assert_false(p.known);
}

/* ---- worlds */

static double uniform(void)
{
    static uint64_t state = 88172645463325252u; /* xorshift64 (Marsaglia 2003) */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return ((double)(state >> 11) + 0.5) / 9007199254740992.0;
}

/* How long an address is held, in seconds. */
static double length_of(unsigned kind)
{
    double u = uniform();
    switch (kind) {
    case 0: /* forced anew each day */
        return DAY_S;
    case 1: /* exponential, two days in the mean */
        return -2.0 * DAY_S * log(u);
    case 2: /* most for hours, some for weeks */
        return u < 0.7 ? -6.0 * HOUR_S * log(uniform()) : -15.0 * DAY_S * log(uniform());
    default: /* log-normal around 12 hours */
        return 12.0 * HOUR_S * exp(sqrt(-2 * log(u)) * cos(2 * M_PI * uniform()));
    }
}

struct world {
    uint64_t addresses; /* seen in the window */
    double live;        /* on the average over it */
    struct hold hold[HOLDS];
    size_t holds;
};

/* `bots` machines under control throughout, and `others` whose holds are known; each renews its
 * address by the same law, stationary at the window, which lies 60 days in. Holds are observed for
 * 60 days around it when they are cut. */
static void world_make(struct world *w, unsigned kind, unsigned bots, unsigned others, bool cut)
{
    const double from = 60.0 * DAY_S, to = from + WEEK_S, seen_from = from - 10.0 * DAY_S,
                 seen_to = to + 10.0 * DAY_S;
    w->addresses = w->holds = 0;
    w->live = bots;
    for (unsigned m = 0; m < bots + others; m++) {
        for (double at = -uniform() * 30 * DAY_S; at < to + 5.0 * DAY_S;) {
            double end = at + length_of(kind);
            if (end > from && at < to) {
                bool known = m >= bots && w->holds < HOLDS;
                w->addresses += m < bots;
                if (known) {
                    double a = cut && at < seen_from ? seen_from : at;
                    double b = cut && end > seen_to ? seen_to : end;
                    w->hold[w->holds++] = (struct hold){.device = m,
                                                        .start_s = (int64_t)a,
                                                        .end_s = (int64_t)b,
                                                        .cut = a > at || b < end};
                }
            }
            at = end;
        }
    }
}

struct score {
    double errors[WORLDS];
    unsigned held, known;
};

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The estimate is within a tenth in the median world, the interval holds the truth as often as it
 * says, also with few holds; counting addresses is off by times. */
static void worlds(void **state)
{
    (void)state;
    static struct world w;
    static struct score all;
    double off[WORLDS];
    for (unsigned i = 0; i < WORLDS; i++) {
        unsigned kind = i % 4, bots = 60 + (unsigned)(uniform() * 400);
        unsigned others = 8 + (unsigned)(uniform() * 50);
        world_make(&w, kind, bots, others, i % 8 >= 4);
        struct population_window window = {.addresses = w.addresses,
                                           .start_s = 60 * (int64_t)DAY_S,
                                           .end_s = 60 * (int64_t)DAY_S + WEEK_S};
        struct population p;
        population_estimate(w.hold, w.holds, &window, 1, none, i, drawn, &p);
        if (!p.known)
            continue;
        all.errors[all.known] = fabs(p.live / w.live - 1);
        off[all.known] = (double)w.addresses / w.live;
        all.known++;
        all.held += p.low <= w.live && w.live <= p.high;
    }
    qsort(all.errors, all.known, sizeof *all.errors, by_value);
    qsort(off, all.known, sizeof *off, by_value);
    double coverage = (double)all.held / all.known;
    printf(
        "%u worlds: median error %.3f, interval holds the truth in %.3f; addresses off by %.1f to "
        "%.1f\n",
        all.known, all.errors[all.known / 2], coverage, off[all.known / 20],
        off[all.known - 1 - all.known / 20]);
    assert_true(all.known > WORLDS * 3 / 4);
    assert_true(all.errors[all.known / 2] < 0.10);
    assert_true(coverage >= 0.90 && coverage <= 0.98);
    assert_true(off[all.known / 2] > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_in_a_week),
        cmocka_unit_test(too_little_is_not_known),
        cmocka_unit_test(worlds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
