/*
 * What timers say of gaps: the first four patterns (rhythm.h). Each is fitted by looking for the
 * window or the period under which the gaps are likeliest; how many were tried is taken off as a
 * penalty.
 */
#include "detect/rhythm_fit.h"

#include <math.h>
#include <string.h>

#define SPREAD_STEADY 0.92 /* jitter of 90 %, and a little */
#define SPREAD_TWO 0.35
#define GRAIN 0.004 /* of the gap: no window is narrower, so that a few calls do not prove all */

static double width_of(const struct gaps *g, double low, double high, double m)
{
    double floor_s = fmax(GRAIN * (low + high) / 2, fmax(0.002, 2 * g->quantum));
    return fmax(floor_s, (high - low) * (m + 1) / (m - 1));
}

struct window {
    unsigned from, to;
    double width, spread;
};

/* The narrowest window that holds m of the gaps from..to. */
static struct window narrowest(const struct gaps *g, unsigned from, unsigned to, unsigned m)
{
    struct window best = {from, from + m, HUGE_VAL, 1};
    for (unsigned i = from; i + m <= to; i++) {
        double width = g->at[i + m - 1] - g->at[i];
        if (width < best.width)
            best = (struct window){i, i + m, width, 1};
    }
    double low = g->at[best.from], high = g->at[best.to - 1];
    best.width = width_of(g, low, high, m);
    best.spread = (high - low) / (high + low);
    return best;
}

/* m of n gaps lie evenly in a window of this width. */
static double in_window(unsigned m, unsigned n, double width)
{
    return m * (log((m + 0.5) / (n + 1.0)) - log(width));
}

static double in_none(const struct gaps *g, unsigned out, double background)
{
    return out ? out * log((out + 0.5) / (g->len + 1.0)) + background : 0;
}

enum { ALL_LEAST = 48 }; /* of fewer the narrowest window is too easily narrow */

void timer_steady(const struct gaps *g, double chance, struct fit *ret)
{
    unsigned n = g->len;
    double all = background_sum(g, 0, n);
    *ret = (struct fit){.ratio = -HUGE_VAL, .of = n};
    for (unsigned out = 0; out * 5 <= n * 2 && n - out >= 3; out += 1 + out / 4) {
        unsigned m = n - out;
        struct window w = narrowest(g, 0, n, m);
        if (w.spread > SPREAD_STEADY)
            continue;
        double ll = in_window(m, n, w.width) +
                    in_none(g, out, all - background_sum(g, w.from, w.to)) - chance;
        bool one = out == 0 && n >= ALL_LEAST; /* of windows that hold all there is but one */
        ll -= (one ? 0 : log(n)) + 1.5 + (out ? 0.5 * log(n) : 0);
        if (ll <= ret->ratio)
            continue;
        *ret = (struct fit){.ratio = ll,
                            .period_s = (g->at[w.from] + g->at[w.to - 1]) / 2,
                            .spread = w.spread,
                            .fit = m,
                            .of = n};
    }
}

static void try_two(const struct gaps *g, unsigned split, double chance, struct fit *ret)
{
    static const double out_share[] = {0, 0.05, 0.15};
    unsigned n = g->len;
    double all = background_sum(g, 0, n);
    for (unsigned k = 0; k < sizeof out_share / sizeof *out_share; k++) {
        unsigned low_m = split - (unsigned)(out_share[k] * split);
        unsigned high_m = n - split - (unsigned)(out_share[k] * (n - split));
        if (low_m < 3 || high_m < 3 || low_m * 7 < n || high_m * 7 < n)
            continue;
        struct window a = narrowest(g, 0, split, low_m), b = narrowest(g, split, n, high_m);
        if (a.spread > SPREAD_TWO || b.spread > SPREAD_TWO)
            continue;
        double out = all - background_sum(g, a.from, a.to) - background_sum(g, b.from, b.to);
        double ll = in_window(low_m, n, a.width) + in_window(high_m, n, b.width) +
                    in_none(g, n - low_m - high_m, out) - chance - 4 * log(n) - 2;
        if (ll <= ret->ratio)
            continue;
        *ret = (struct fit){.ratio = ll,
                            .period_s = (g->at[a.from] + g->at[a.to - 1]) / 2,
                            .second_s = (g->at[b.from] + g->at[b.to - 1]) / 2,
                            .spread = fmax(a.spread, b.spread),
                            .fit = low_m + high_m,
                            .of = n};
    }
}

void timer_two(const struct gaps *g, double chance, struct fit *ret)
{
    enum { SPLITS = 4 };
    unsigned split[SPLITS] = {0};
    double step[SPLITS] = {0};
    *ret = (struct fit){.ratio = -HUGE_VAL};
    for (unsigned i = g->len / 8 + 1; i < g->len - g->len / 8; i++) {
        double ratio = g->at[i] / g->at[i - 1];
        unsigned k = SPLITS;
        for (; k > 0 && ratio > step[k - 1]; k--)
            if (k < SPLITS) {
                step[k] = step[k - 1];
                split[k] = split[k - 1];
            }
        if (k < SPLITS) {
            step[k] = ratio;
            split[k] = i;
        }
    }
    for (unsigned k = 0; k < SPLITS; k++)
        if (split[k])
            try_two(g, split[k], chance, ret);
}

/* Log-likelihood ratio of m hits of n where chance hits with p0. */
static double hits_ratio(double m, double n, double p0)
{
    if (m <= n * p0)
        return -HUGE_VAL;
    double miss = n - m;
    return m * log(m / (n * p0)) + (miss > 0 ? miss * log(miss / (n * (1 - p0))) : 0);
}

enum { MISSED_GAPS = 128, MISSED_LEAST = 12, MISSED_PERIODS = 8192 };
/* The period is at least the mean gap over this: of fewer calls than one in 32 little is left. */
#define MISSED_DEPTH 32.0
#define MISSED_NARROW 0.04
#define MISSED_WIDE 0.12

/* The share of exponential gaps within h of a multiple >= 1 of the period. */
static double missed_chance(const struct gaps *g, double period, double h)
{
    double x = period / g->mean;
    double share = (exp(h * x) - exp(-h * x)) * exp(-x) / -expm1(-x);
    return fmin(0.9, 1.05 * fmax(2 * h, share));
}

/* No p0 of missed_chance is below this, so no count of hits says more than with it. */
static double missed_least(double h)
{
    return 1.05 * 2 * h;
}

/* What m hits of n can say at most, for every m: most periods need no more than a look at it. */
struct missed_most {
    double narrow[MISSED_GAPS + 1], wide[MISSED_GAPS + 1];
};

static void missed_bounds(unsigned n, struct missed_most *ret)
{
    for (unsigned m = 0; m <= n; m++) {
        ret->narrow[m] = hits_ratio(m, n, missed_least(MISSED_NARROW));
        ret->wide[m] = hits_ratio(m, n, missed_least(MISSED_WIDE));
    }
}

/* How many gaps lie near a multiple >= 1 of the period. `gap` holds n of them, then zeros to a
 * multiple of 8: the compiler makes vectors of it. */
static void near_multiples(const float *gap, unsigned n, double period, unsigned *ret_narrow,
                           unsigned *ret_wide)
{
    const float frequency = (float)(1 / period), half = 0.5F;
    const float near_narrow = (float)MISSED_NARROW, near_wide = (float)MISSED_WIDE;
    int narrow = 0, wide = 0;
    for (unsigned i = 0; i < (n + 7) / 8 * 8; i++) {
        float r = gap[i] * frequency, off = fabsf(r - (float)(int)(r + half));
        int whole = r > half;
        narrow += whole & (off < near_narrow);
        wide += whole & (off < near_wide);
    }
    *ret_narrow = (unsigned)narrow;
    *ret_wide = (unsigned)wide;
}

static void missed_take(const struct gaps *g, double period, double h, unsigned hits, unsigned n,
                        struct fit *ret)
{
    double ratio = hits_ratio(hits, n, missed_chance(g, period, h));
    if (ratio > ret->ratio)
        *ret = (struct fit){.ratio = ratio, .period_s = period, .spread = h, .fit = hits, .of = n};
}

void timer_missed(const struct gaps *g, struct fit *ret)
{
    float gap[MISSED_GAPS + 8] = {0};
    struct missed_most most;
    unsigned n = 0, below = 0;
    double median = g->at[g->len / 2];
    *ret = (struct fit){.ratio = -HUGE_VAL};
    while (below < g->len && g->at[below] <= 2 * median)
        below++;
    if (below < MISSED_LEAST)
        return;
    unsigned take = below < MISSED_GAPS ? below : MISSED_GAPS;
    for (; n < take; n++)
        gap[n] = (float)g->at[(size_t)n * below / take];
    double p = fmax(fmax(3 * g->burst, g->mean / MISSED_DEPTH), fmax(0.5, 50 * g->quantum));
    unsigned tried = 0;
    missed_bounds(n, &most);
    for (; tried < 2 * MISSED_PERIODS && p < 1.2 * median; tried += 2) {
        unsigned narrow, wide;
        near_multiples(gap, n, p, &narrow, &wide);
        if (most.wide[wide] > ret->ratio)
            missed_take(g, p, MISSED_WIDE, wide, n, ret);
        if (most.narrow[narrow] > ret->ratio)
            missed_take(g, p, MISSED_NARROW, narrow, n, ret);
        p *= 1 + MISSED_NARROW / (median / p + 1);
    }
    ret->ratio -= log(tried + 1) + log(n);
}

enum { SEVERAL_LEAST = 48, LAGS = 224, BLOCKS = 24 };
#define LAG_STEP 1.02
#define CALLERS_MOST 24.0 /* the period is at most so many median gaps */

/* Pairs of calls no further apart than each lag, by the part of the series they begin in. */
struct pairs {
    unsigned lags;
    double lag[LAGS];
    double upto[LAGS][BLOCKS];
};

/* Base-2 logarithm to 0.01, for a guess that is put right after. */
static double log2_about(double x)
{
    int exponent;
    double f = 2 * frexp(x, &exponent) - 1; /* x = (1 + f) 2^(exponent - 1) */
    return exponent - 1 + f * (1.3465 - 0.3465 * f);
}

/* The first lag that is not less than `apart`; lags when none is. */
static unsigned lag_of(const struct pairs *p, double apart, double per_log2)
{
    double guess = log2_about(apart / p->lag[0]) * per_log2;
    unsigned c = guess < 1 ? 0 : guess < p->lags ? (unsigned)guess : p->lags;
    while (c < p->lags && p->lag[c] < apart)
        c++;
    while (c > 0 && p->lag[c - 1] >= apart)
        c--;
    return c;
}

static void pairs_count(const struct gaps *g, double first, double last, struct pairs *p)
{
    p->lags = 0;
    for (double l = first; p->lags < LAGS && l < last; l *= LAG_STEP) {
        memset(p->upto[p->lags], 0, sizeof p->upto[0]);
        p->lag[p->lags++] = l;
    }
    if (p->lags == 0)
        return;
    double per_log2 = 1 / log2(LAG_STEP), longest = p->lag[p->lags - 1];
    for (unsigned i = 0; i < g->times; i++) {
        unsigned block = i * BLOCKS / g->times;
        for (unsigned j = i + 1; j < g->times && g->time[j] - g->time[i] <= longest; j++)
            p->upto[lag_of(p, g->time[j] - g->time[i], per_log2)][block]++;
    }
    for (unsigned c = 1; c < p->lags; c++)
        for (unsigned b = 0; b < BLOCKS; b++)
            p->upto[c][b] += p->upto[c - 1][b];
}

/* Room for pairs with a lag from a to b in a span: integral of (span - lag). */
static double room_of(double span, double a, double b)
{
    return (b - a) * (span - (a + b) / 2);
}

/*
 * Pairs around lag c (h steps to either side) against those beside it. Pairs are not independent
 * where calls come in clusters: the excess must also stand out over its own scatter from one part
 * of the series to the next (Student's t as a likelihood ratio). The smaller of both counts; what
 * cannot exceed `best` is not worked out.
 */
static double pairs_ratio(const struct gaps *g, const struct pairs *p, unsigned c, unsigned h,
                          double best, struct fit *ret)
{
    double room = room_of(g->sum, p->lag[c - h], p->lag[c + h]);
    double whole = room_of(g->sum, p->lag[c - 3 * h], p->lag[c + 3 * h]);
    double in_all = 0, near_all = 0, sum = 0, square = 0;
    for (unsigned b = 0; b < BLOCKS; b++) {
        double in = p->upto[c + h][b] - p->upto[c - h][b];
        double near = p->upto[c + 3 * h][b] - p->upto[c - 3 * h][b];
        double more = in - near * room / whole;
        in_all += in;
        near_all += near;
        sum += more;
        square += more * more;
    }
    double mean = sum / BLOCKS, variance = square / BLOCKS - mean * mean;
    double p0 = room / whole, more_all = in_all - near_all * p0;
    /* The ratio is no more than chi square is (a Kullback-Leibler divergence). */
    if (mean <= 0 || more_all <= 0 || more_all * more_all <= best * near_all * p0 * (1 - p0))
        return -HUGE_VAL;
    double poisson = hits_ratio(in_all, near_all, p0);
    double scatter =
        mean > 0 ? BLOCKS / 2.0 * log1p(mean * mean / fmax(variance, 1e-9)) : -HUGE_VAL;
    *ret = (struct fit){.ratio = fmin(poisson, scatter),
                        .period_s = p->lag[c],
                        .spread = p->lag[c + h] / p->lag[c] - 1,
                        .fit = (unsigned)in_all,
                        .of = (unsigned)(near_all * room / whole)};
    return ret->ratio;
}

void timer_several(const struct gaps *g, struct fit *ret)
{
    static const unsigned half[] = {1, 3, 9};
    struct pairs pairs;
    double median = g->at[g->len / 2];
    *ret = (struct fit){.ratio = -HUGE_VAL};
    if (g->times < SEVERAL_LEAST)
        return;
    double first = fmax(fmax(1.0, 0.7 * median), 50 * g->quantum);
    pairs_count(g, first, fmin(g->sum / 4, 2 * CALLERS_MOST * median), &pairs);
    unsigned tried = 0;
    for (unsigned k = 0; k < sizeof half / sizeof *half; k++) {
        unsigned h = half[k];
        for (unsigned c = 3 * h; c + 3 * h < pairs.lags; c++) {
            struct fit fit;
            tried++;
            if (pairs_ratio(g, &pairs, c, h, fmax(0, ret->ratio), &fit) > ret->ratio)
                *ret = fit;
        }
    }
    ret->ratio -= log(tried + 1);
}
