/*
 * A timer with jitter of which each call is seen with a chance p (a sampled flow export): gaps are
 * sums of k intervals, k geometric. The density is written out (one interval: even in its window;
 * two: a triangle; more: normal; far out: exponential) and fitted by likelihood, with p bound to
 * the mean gap.
 */
#include "base/err.h"
#include "detect/rhythm_fit.h"

#include <math.h>

enum { WRITTEN_OUT = 5, ROUNDS = 3, QUANTILES = 48 };
#define SEEN_LEAST 0.2 /* of the calls: of fewer nothing of the peaks is left */
#define SEEN_MOST 0.95
#define STRAY 0.02 /* of gaps: belong to nothing */
#define PERIOD_STEP 1.04
#define JITTER_LEAST 0.02
#define JITTER_MOST 0.6
#define SQRT_2PI 2.5066282746310002

struct thinned {
    double period, jitter, seen; /* jitter as a share of the period */
};

/* Density at x periods of k intervals. */
static double peak(double x, unsigned k, double jitter)
{
    double off = fabs(x - k);
    if (off >= k * jitter)
        return 0;
    if (k == 1)
        return 0.5 / jitter;
    if (k == 2)
        return (2 * jitter - off) / (4 * jitter * jitter);
    double variance = k * jitter * jitter / 3;
    return exp(-off * off / (2 * variance)) / sqrt(variance) / SQRT_2PI;
}

/* Of gaps[0], gaps[step], ... */
static double likelihood(const struct gaps *g, const struct thinned *t, unsigned step)
{
    double total = 0, miss = 1 - t->seen, fall = -log(miss), far = fall * (1 - t->seen / 2);
    for (unsigned k = 1; k < WRITTEN_OUT; k++)
        far *= miss;
    for (unsigned i = step / 2; i < g->len; i += step) {
        double x = g->at[i] / t->period, f = 0, weight = t->seen;
        if (x >= WRITTEN_OUT)
            f = far * exp(-fall * (x - WRITTEN_OUT));
        else
            for (unsigned k = 1; k <= WRITTEN_OUT; k++, weight *= miss)
                f += weight * peak(x, k, t->jitter);
        double stray = exp(-t->seen * x) * t->seen;
        total += log((1 - STRAY) * f + STRAY * stray);
    }
    unsigned n = (g->len - step / 2 + step - 1) / step;
    return (total / n - log(t->period)) * g->len;
}

struct search {
    unsigned step; /* every so many gaps are looked at */
    double best;   /* likelihood of `at` */
    struct thinned at;
};

static void try_one(const struct gaps *g, double period, double jitter, struct search *s)
{
    struct thinned t = {period, jitter, period / g->mean};
    if (t.seen < SEEN_LEAST || t.seen > SEEN_MOST || jitter < JITTER_LEAST || jitter > JITTER_MOST)
        return;
    double ll = likelihood(g, &t, s->step);
    if (ll > s->best) {
        s->best = ll;
        s->at = t;
    }
}

/* Gaps that so many intervals can make. */
static unsigned made(const struct gaps *g, const struct thinned *t)
{
    unsigned n = 0;
    for (unsigned i = 0; i < g->len; i++) {
        double x = g->at[i] / t->period, whole = fmax(1, floor(x + 0.5));
        n += fabs(x - whole) <= whole * t->jitter;
    }
    return n;
}

/* First over the quantiles of the gaps; only where these speak for it, over all. */
void timer_thinned(const struct gaps *g, double chance, struct fit *ret)
{
    static const double jitters[] = {0.1, 0.2, 0.32, 0.45};
    *ret = (struct fit){.ratio = -HUGE_VAL};
    muster_assert(g->len >= MANY_GAPS);
    struct search s = {.step = g->len / QUANTILES, .best = -HUGE_VAL};
    double period = SEEN_LEAST * g->mean;
    while (period < SEEN_MOST * g->mean) {
        for (unsigned k = 0; k < sizeof jitters / sizeof *jitters; k++)
            try_one(g, period, jitters[k], &s);
        period *= PERIOD_STEP;
    }
    if (s.best <= chance)
        return;
    s.step = 1;
    s.best = -HUGE_VAL;
    double step = 0.02;
    for (unsigned round = 0; round < ROUNDS; round++, step /= 2) {
        struct thinned from = s.at;
        for (int i = -1; i <= 1; i++)
            for (int k = -2; k <= 2; k++)
                try_one(g, from.period * (1 + i * step), from.jitter * (1 + 3 * k * step), &s);
    }
    *ret = (struct fit){.ratio = s.best - chance - 1.5 * log(g->len) - 1.5,
                        .period_s = s.at.period,
                        .spread = s.at.jitter,
                        .fit = made(g, &s.at),
                        .of = g->len};
}
