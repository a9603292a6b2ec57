/*
 * What chance and people say of gaps: exponential with a dead time, a broad log-normal, and
 * mixtures of two of either, fitted by expectation and maximisation. No penalty is taken off here:
 * chance gets the benefit of the doubt.
 */
#include "detect/rhythm_fit.h"

#include <math.h>

enum { ROUNDS = 25 };
#define PEOPLE_SIGMA 0.6 /* of log gaps: people are not narrower */
#define MIXED_SIGMA 0.8  /* of either part of a mixture */
#define DEAD_MOST 0.3    /* of the mean gap: a longer dead time would be a timer's */
#define LN_2PI 1.8378770664093453

double background_sum(const struct gaps *g, unsigned from, unsigned to)
{
    double sum = (to < g->len ? g->upto[to] : g->sum) - (from < g->len ? g->upto[from] : g->sum);
    return -(double)(to - from) * log(g->mean) - sum / g->mean;
}

static double exponential(const struct gaps *g)
{
    double dead = fmin(g->at[0], DEAD_MOST * g->mean);
    return -(double)g->len * (log(g->mean - dead) + 1.0);
}

struct normal {
    double weight, middle, sigma;
};

static double normal_ln(const struct normal *c, double x)
{
    double d = (x - c->middle) / c->sigma;
    return log(c->weight) - log(c->sigma) - 0.5 * (LN_2PI + d * d);
}

/* Mixture of two broad log-normals of what gaps have over `dead`; with `one` a single one. */
static double log_normals(const struct gaps *g, bool one, double dead)
{
    double x[RHYTHM_MOST], sum = 0, half[2] = {0, 0};
    for (unsigned i = 0; i < g->len; i++) {
        x[i] = log(g->at[i] - dead);
        sum += x[i];
        half[i >= g->len / 2] += x[i];
    }
    unsigned low = g->len / 2;
    double n = g->len;
    double total = 0, least = one ? PEOPLE_SIGMA : MIXED_SIGMA;
    struct normal a = {one ? 1.0 : 0.5, one ? sum / n : half[0] / low, least};
    struct normal b = {one ? 1e-300 : 0.5, one ? sum / n : half[1] / (n - low), least};
    for (int round = 0; round < (one ? 2 : ROUNDS); round++) {
        double w = 0, s[2] = {0, 0}, q[2] = {0, 0};
        total = 0;
        for (unsigned i = 0; i < g->len; i++) {
            double la = normal_ln(&a, x[i]), lb = normal_ln(&b, x[i]), most = fmax(la, lb);
            double mine = exp(la - most), other = exp(lb - most), p = mine / (mine + other);
            total += most + log(mine + other) - x[i];
            w += p;
            s[0] += p * x[i], s[1] += (1 - p) * x[i];
            q[0] += p * x[i] * x[i], q[1] += (1 - p) * x[i] * x[i];
        }
        if (w > 1e-6) {
            a.middle = s[0] / w;
            a.sigma = fmax(least, sqrt(fmax(0, q[0] / w - a.middle * a.middle)));
        }
        if (n - w > 1e-6) {
            b.middle = s[1] / (n - w);
            b.sigma = fmax(least, sqrt(fmax(0, q[1] / (n - w) - b.middle * b.middle)));
        }
        a.weight = fmax(1e-12, w / n);
        b.weight = fmax(1e-300, 1 - w / n);
    }
    return total;
}

static double exponentials(const struct gaps *g)
{
    unsigned low = g->len / 2;
    double mean[2] = {fmax(1e-6, g->upto[low] / low),
                      fmax(1e-6, (g->sum - g->upto[low]) / (g->len - low))};
    double weight = 0.5, total = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double w = 0, s = 0;
        total = 0;
        for (unsigned i = 0; i < g->len; i++) {
            double a = weight / mean[0] * exp(-g->at[i] / mean[0]);
            double b = (1 - weight) / mean[1] * exp(-g->at[i] / mean[1]);
            double p = a + b > 0 ? a / (a + b) : 0;
            total += log(fmax(1e-300, a + b));
            w += p;
            s += p * g->at[i];
        }
        if (w < 1e-6 || g->len - w < 1e-6)
            break;
        mean[0] = fmax(1e-6, s / w);
        mean[1] = fmax(1e-6, (g->sum - s) / (g->len - w));
        weight = w / g->len;
    }
    return total;
}

double chance_simple(const struct gaps *gaps)
{
    return fmax(exponential(gaps), log_normals(gaps, true, 0));
}

double chance_mixed(const struct gaps *gaps)
{
    return fmax(exponentials(gaps), log_normals(gaps, false, 0));
}

double chance_dead(const struct gaps *gaps)
{
    double dead = fmax(0, gaps->at[0] - gaps->mean / gaps->len);
    double even = -(double)gaps->len * (log(gaps->mean - dead) + 1.0);
    return fmax(even, log_normals(gaps, true, dead));
}
