/*
 * Synthetic series of calls with known truth, for the rhythm statistic and beside it RITA v5's
 * score, written from its published description (docs/beacons.md). Numbers come from a seeded
 * generator: the same on every machine.
 */
#ifndef MUSTER_TESTS_RHYTHM_CASES_H
#define MUSTER_TESTS_RHYTHM_CASES_H

#include "base/clock.h"
#include "detect/rhythm.h"
#include "simulate/random.h"

#include <math.h>
#include <stdlib.h>

enum { SERIES_MOST = 40000 };
#define HOUR_S 3600.0
#define DAY_S 86400.0

enum truth {
    TRUE_BEACON, /* must be found, and as often as RITA finds it */
    NO_BEACON,   /* must be refused, and more often than RITA refuses it */
    HARD_BEACON, /* a beacon that little is left of: the figure is stated, not asserted */
    BENIGN_TIMER /* a timer by design: rhythm is there; that it is harmless is told otherwise */
};

struct series {
    unsigned len;
    double at[SERIES_MOST], bytes[SERIES_MOST]; /* seconds */
};

static inline double unit(struct random *r)
{
    return (double)(random_next(r) >> 11) * 0x1p-53;
}

static inline double normal(struct random *r)
{
    double u = unit(r), v = unit(r);
    return sqrt(-2 * log(1 - u)) * cos(6.283185307179586 * v);
}

static inline double exponential_of(struct random *r, double mean)
{
    return -mean * log(1 - unit(r));
}

static inline void call(struct series *s, double at, double bytes)
{
    if (s->len < SERIES_MOST) {
        s->at[s->len] = at;
        s->bytes[s->len++] = bytes;
    }
}

static inline double size_of_call(struct random *r, bool varied)
{
    return varied ? 300 * exp(normal(r)) : 420;
}

/* ---- timers */

/* Gaps uniform in [p(1-j), p(1+j)], with 50 ms of network on top. */
static inline void beacon(struct series *s, struct random *r, double from, double to, double p,
                          double jitter, bool varied)
{
    double t = from + p * unit(r);
    for (; t < to; t += p * (1 + jitter * (2 * unit(r) - 1)))
        call(s, t + 0.05 * unit(r), size_of_call(r, varied));
}

/* Cobalt Strike's way: gaps uniform in [p(1-j), p]. */
static inline void beacon_below(struct series *s, struct random *r, double to, double p,
                                double jitter)
{
    for (double t = p * unit(r); t < to; t += p * (1 - jitter * unit(r)))
        call(s, t + 0.05 * unit(r), 420);
}

/* A clock's timer: on the beat, each call a little late. */
static inline void beat(struct series *s, struct random *r, double to, double p, double late)
{
    for (double t = p * unit(r); t < to; t += p)
        call(s, t + late * p * unit(r), 420);
}

static inline void two_gaps(struct series *s, struct random *r, double to, double a, double b,
                            double jitter)
{
    double t = a * unit(r);
    while (t < to) {
        call(s, t + 0.05 * unit(r), 420);
        t += (unit(r) < 0.5 ? a : b) * (1 + jitter * (2 * unit(r) - 1));
    }
}

static inline void keep_some(struct series *s, struct random *r, double share)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->len; i++)
        if (unit(r) < share) {
            s->at[n] = s->at[i];
            s->bytes[n++] = s->bytes[i];
        }
    s->len = n;
}

/* ---- chance and people */

static inline void poisson(struct series *s, struct random *r, double from, double to,
                           double an_hour, bool varied)
{
    double t = from;
    while ((t += exponential_of(r, HOUR_S / an_hour)) < to)
        call(s, t, size_of_call(r, varied));
}

/* Page loads: a page every `think` seconds (log-normal), each of several calls close together. */
static inline void pages(struct series *s, struct random *r, double from, double to, double think,
                         double sigma, unsigned most)
{
    double t = from + exponential_of(r, think);
    while (t < to) {
        double at = t;
        for (uint64_t k = random_in(r, 1, most); k > 0; k--) {
            call(s, at, size_of_call(r, true));
            at += exponential_of(r, 0.3);
        }
        t = at + think * exp(sigma * normal(r));
    }
}

/* A few sessions a day, each of some minutes of page loads. */
static inline void sessions(struct series *s, struct random *r, double mean_s, double think)
{
    double t = 8 * HOUR_S + exponential_of(r, HOUR_S);
    while (t < 19 * HOUR_S) {
        double till = t + exponential_of(r, mean_s);
        pages(s, r, t, till, think, 1.0, 1);
        t = till + exponential_of(r, 1.5 * HOUR_S);
    }
}

/* ---- the table */

enum shape {
    BEACON,
    BELOW,
    BEAT,
    NAT,
    NAT_BEAT,
    TWO,
    HELD,
    NIGHT,
    EXTRA,
    POISSON,
    DIURNAL,
    PAGES,
    SESSIONS,
    CHAT
};

struct rhythm_case {
    const char *name;
    enum truth truth;
    enum shape shape;
    double period_s; /* or calls an hour of POISSON, think time of people */
    double jitter;
    double second;  /* hosts of NAT; second gap of TWO; hours of HELD; sigma of PAGES */
    double days;    /* 0 = 1 */
    double sampled; /* share of calls kept; 0 = all */
    bool varied;    /* sizes */
};

static const struct rhythm_case rhythm_cases[] = {
    {"1 s, jitter 10 %", TRUE_BEACON, BEACON, 1, 0.1, 0, 0, 0, false},
    {"5 s, jitter 30 %", TRUE_BEACON, BEACON, 5, 0.3, 0, 0, 0, false},
    {"60 s, jitter 0", TRUE_BEACON, BEACON, 60, 0, 0, 0, 0, false},
    {"60 s, jitter 10 %", TRUE_BEACON, BEACON, 60, 0.1, 0, 0, 0, false},
    {"60 s, jitter 30 %", TRUE_BEACON, BEACON, 60, 0.3, 0, 0, 0, false},
    {"60 s, jitter 50 %", TRUE_BEACON, BEACON, 60, 0.5, 0, 0, 0, false},
    {"60 s, jitter 50 %, varied size", TRUE_BEACON, BEACON, 60, 0.5, 0, 0, 0, true},
    {"60 s, jitter 70 %", TRUE_BEACON, BEACON, 60, 0.7, 0, 0, 0, false},
    {"60 s, jitter 90 %", TRUE_BEACON, BEACON, 60, 0.9, 0, 0, 0, false},
    {"60 s, jitter 90 %, varied size", TRUE_BEACON, BEACON, 60, 0.9, 0, 0, 0, true},
    {"60 s, gaps in [6, 60] s", TRUE_BEACON, BELOW, 60, 0.9, 0, 0, 0, false},
    {"275 s, jitter 27 % (200-350 s)", TRUE_BEACON, BEACON, 275, 0.27, 0, 0, 0, false},
    {"15 min, jitter 30 %", TRUE_BEACON, BEACON, 900, 0.3, 0, 0, 0, false},
    {"15 min, jitter 90 %", TRUE_BEACON, BEACON, 900, 0.9, 0, 0, 0, false},
    {"1 h, jitter 0", TRUE_BEACON, BEACON, 3600, 0, 0, 0, 0, false},
    {"1 h, jitter 30 %", TRUE_BEACON, BEACON, 3600, 0.3, 0, 0, 0, false},
    {"2 h, jitter 0", TRUE_BEACON, BEACON, 7200, 0, 0, 0, 0, false},
    {"3 h, jitter 0", TRUE_BEACON, BEACON, 10800, 0, 0, 0, 0, false},
    {"4 h, jitter 0", TRUE_BEACON, BEACON, 14400, 0, 0, 0, 0, false},
    {"6 h, jitter 0", TRUE_BEACON, BEACON, 21600, 0, 0, 0, 0, false},
    {"6 h, a week, jitter 20 %", TRUE_BEACON, BEACON, 21600, 0.2, 0, 7, 0, false},
    {"8 h, a week, jitter 2 %", TRUE_BEACON, BEACON, 28800, 0.02, 0, 7, 0, false},
    {"8 h, a week, jitter 20 %", TRUE_BEACON, BEACON, 28800, 0.2, 0, 7, 0, false},
    {"12 h, a week, jitter 2 %", TRUE_BEACON, BEACON, 43200, 0.02, 0, 7, 0, false},
    {"12 h, a week, jitter 10 %", TRUE_BEACON, BEACON, 43200, 0.1, 0, 7, 0, false},
    {"24 h, a week, jitter 2 %", TRUE_BEACON, BEACON, 86400, 0.02, 0, 7, 0, false},
    {"24 h, a month, jitter 20 %", TRUE_BEACON, BEACON, 86400, 0.2, 0, 30, 0, false},
    {"NAT, 2 hosts, 300 s, jitter 10 %", TRUE_BEACON, NAT, 300, 0.1, 2, 0, 0, false},
    {"NAT, 3 hosts, 300 s, jitter 10 %", TRUE_BEACON, NAT, 300, 0.1, 3, 0, 0, false},
    {"NAT, 5 hosts, 300 s, jitter 10 %", TRUE_BEACON, NAT, 300, 0.1, 5, 0, 0, false},
    {"NAT, 10 hosts, 300 s, on the beat", TRUE_BEACON, NAT_BEAT, 300, 0.02, 10, 0, 0, false},
    {"NAT, 10 hosts, 300 s, jitter 10 %", TRUE_BEACON, NAT, 300, 0.1, 10, 0, 0, false},
    {"NAT, 5 hosts, 300 s, jitter 30 %", TRUE_BEACON, NAT, 300, 0.3, 5, 0, 0, false},
    {"60 s, sampled p = 0.5", TRUE_BEACON, BEACON, 60, 0.05, 0, 0, 0.5, false},
    {"60 s, sampled p = 0.1", TRUE_BEACON, BEAT, 60, 0.05, 0, 0, 0.1, false},
    {"60 s, sampled p = 0.05", TRUE_BEACON, BEAT, 60, 0.05, 0, 0, 0.05, false},
    {"60 s, jitter 30 %, sampled p = 0.5", TRUE_BEACON, BEACON, 60, 0.3, 0, 0, 0.5, false},
    {"60 s, jitter 30 %, sampled p = 0.1", HARD_BEACON, BEACON, 60, 0.3, 0, 0, 0.1, false},
    {"DHCP: 300 s, address held 6 h", TRUE_BEACON, HELD, 300, 0.2, 6, 0, 0, false},
    {"DHCP: 300 s, address held 3 h", TRUE_BEACON, HELD, 300, 0.2, 3, 0, 0, false},
    {"300 s, jitter 20 %, off at night", TRUE_BEACON, NIGHT, 300, 0.2, 0, 0, 0, false},
    {"60 s, two calls each time", TRUE_BEACON, EXTRA, 60, 0.2, 0, 0, 0, false},
    {"gaps of 9 and 14 s", TRUE_BEACON, TWO, 9, 0.05, 14, 0, 0, false},
    {"gaps of 30 and 600 s", TRUE_BEACON, TWO, 30, 0.1, 600, 0, 0, false},
    {"Poisson, 4 an hour, fixed size", NO_BEACON, POISSON, 4, 0, 0, 0, 0, false},
    {"Poisson, 6 an hour, fixed size", NO_BEACON, POISSON, 6, 0, 0, 0, 0, false},
    {"Poisson, 20 an hour, fixed size", NO_BEACON, POISSON, 20, 0, 0, 0, 0, false},
    {"Poisson, 100 an hour, fixed size", NO_BEACON, POISSON, 100, 0, 0, 0, 0, false},
    {"Poisson, 4 an hour, varied size", NO_BEACON, POISSON, 4, 0, 0, 0, 0, true},
    {"Poisson, 20 an hour, varied size", NO_BEACON, POISSON, 20, 0, 0, 0, 0, true},
    {"Poisson, 100 an hour, varied size", NO_BEACON, POISSON, 100, 0, 0, 0, 0, true},
    {"Poisson, 500 an hour, varied size", NO_BEACON, POISSON, 500, 0, 0, 0, 0, true},
    {"Poisson, 2 a day, a week", NO_BEACON, POISSON, 0.0833, 0, 0, 7, 0, true},
    {"Poisson, 5 a day", NO_BEACON, POISSON, 0.2083, 0, 0, 0, 0, true},
    {"Poisson, 8 a day", NO_BEACON, POISSON, 0.3333, 0, 0, 0, 0, true},
    {"Poisson, 1 an hour", NO_BEACON, POISSON, 1, 0, 0, 0, 0, true},
    {"Poisson, 100 an hour by day, 2 by night", NO_BEACON, DIURNAL, 100, 0, 0, 0, 0, true},
    {"browsing, a page in 40 s (sigma 1.0)", NO_BEACON, PAGES, 40, 0, 1.0, 0, 0, true},
    {"browsing, a page in 40 s (sigma 0.7)", NO_BEACON, PAGES, 40, 0, 0.7, 0, 0, true},
    {"browsing, bursts of 12 calls", NO_BEACON, PAGES, 120, 12, 1.2, 0, 0, true},
    {"sessions of 15 min, some a day", NO_BEACON, SESSIONS, 20, 0, 900, 0, 0, true},
    {"sessions of 3 min, some a day", NO_BEACON, SESSIONS, 8, 0, 180, 0, 0, true},
    {"chat: messages by people", NO_BEACON, CHAT, 0, 0, 0, 0, 0, true},
    {"mail polled every 10 min, and read", BENIGN_TIMER, NIGHT, 600, 0.01, 0, 0, 0, true},
    {"NTP every 1024 s", BENIGN_TIMER, BEAT, 1024, 0.01, 0, 0, 0, false},
};
enum { RHYTHM_CASES = sizeof rhythm_cases / sizeof *rhythm_cases };

static inline int compare_calls(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static inline void make_people(const struct rhythm_case *c, struct random *r, struct series *s)
{
    double end = DAY_S * (c->days > 0 ? c->days : 1);
    switch (c->shape) {
    case POISSON:
        poisson(s, r, 0, end, c->period_s, c->varied);
        break;
    case DIURNAL:
        poisson(s, r, 0, 7 * HOUR_S, 2, c->varied);
        poisson(s, r, 7 * HOUR_S, 18 * HOUR_S, c->period_s, c->varied);
        poisson(s, r, 18 * HOUR_S, end, 2, c->varied);
        break;
    case PAGES:
        pages(s, r, 9 * HOUR_S, 17 * HOUR_S, c->period_s, c->second, c->jitter > 1 ? 12 : 3);
        break;
    case SESSIONS:
        sessions(s, r, c->second, c->period_s);
        break;
    default: /* CHAT: talks of some messages, minutes to hours between them */
        for (double t = 8 * HOUR_S; t < 22 * HOUR_S; t += exponential_of(r, 2400))
            for (uint64_t k = random_in(r, 1, 25); k > 0; k--, t += 15 * exp(0.9 * normal(r)))
                call(s, t, size_of_call(r, true));
    }
}

static inline void make_series(const struct rhythm_case *c, struct random *r, struct series *s)
{
    double end = DAY_S * (c->days > 0 ? c->days : 1), from = 0;
    s->len = 0;
    switch (c->shape) {
    case BEACON:
        beacon(s, r, 0, end, c->period_s, c->jitter, c->varied);
        break;
    case BELOW:
        beacon_below(s, r, end, c->period_s, c->jitter);
        break;
    case BEAT:
        beat(s, r, end, c->period_s, c->jitter);
        break;
    case NAT:
        for (int host = 0; host < (int)c->second; host++)
            beacon(s, r, 0, end, c->period_s, c->jitter, c->varied);
        break;
    case NAT_BEAT:
        for (int host = 0; host < (int)c->second; host++)
            beat(s, r, end, c->period_s, c->jitter);
        break;
    case TWO:
        two_gaps(s, r, end, c->period_s, c->second, c->jitter);
        break;
    case HELD:
        from = unit(r) * (24 - c->second) * HOUR_S;
        beacon(s, r, from, from + c->second * HOUR_S, c->period_s, c->jitter, c->varied);
        break;
    case NIGHT:
        beacon(s, r, 8 * HOUR_S, 12 * HOUR_S, c->period_s, c->jitter, c->varied);
        beacon(s, r, 13 * HOUR_S, 18 * HOUR_S, c->period_s, c->jitter, c->varied);
        break;
    case EXTRA:
        beacon(s, r, 0, end, c->period_s, c->jitter, c->varied);
        for (unsigned i = 0, n = s->len; i < n; i++)
            call(s, s->at[i] + 0.2 + 0.3 * unit(r), 420);
        break;
    default:
        make_people(c, r, s);
    }
    if (c->sampled > 0)
        keep_some(s, r, c->sampled);
    double pair[2 * SERIES_MOST]; /* times and sizes sorted together */
    for (unsigned i = 0; i < s->len; i++) {
        pair[2 * i] = s->at[i];
        pair[2 * i + 1] = s->bytes[i];
    }
    qsort(pair, s->len, 2 * sizeof *pair, compare_calls);
    for (unsigned i = 0; i < s->len; i++) {
        s->at[i] = pair[2 * i];
        s->bytes[i] = pair[2 * i + 1];
    }
}

/* ---- ours, on the calls that a pair keeps */

static inline double our_score(const struct series *s, double days, struct rhythm *ret)
{
    int64_t at[RHYTHM_MOST];
    const int64_t start = 1704067200 * SECOND_US; /* 2024-01-01 */
    size_t n = 0;
    if (s->len <= RHYTHM_MOST) {
        for (unsigned i = 0; i < s->len; i++)
            at[n++] = start + (int64_t)(s->at[i] * 1e6);
    } else { /* the earliest, and every so many of the rest */
        for (; n < RHYTHM_WHOLE; n++)
            at[n] = start + (int64_t)(s->at[n] * 1e6);
        double step = (double)(s->len - RHYTHM_WHOLE) / (RHYTHM_MOST - RHYTHM_WHOLE);
        for (; n < RHYTHM_MOST; n++)
            at[n] = start +
                    (int64_t)(s->at[RHYTHM_WHOLE + (unsigned)((double)(n - RHYTHM_WHOLE) * step)] *
                              1e6);
    }
    int64_t last = start + (int64_t)(days * (double)DAY_US) - 1;
    rhythm_of(at, n, s->len, start, last, ret);
    return ret->strength;
}

/* ---- RITA v5: 0.25 (times + sizes + hours' histogram + duration), of the last 24 hours */

static inline double middle_of(const double *x, unsigned from,
                               unsigned to) /* median of [from,to) */
{
    unsigned n = to - from;
    return n == 0 ? 0 : n % 2 ? x[from + n / 2] : (x[from + n / 2 - 1] + x[from + n / 2]) / 2;
}

/* 1 - |skew| and 1 - mad over median, in the mean; x is sorted; quartiles are Tukey's hinges. */
static inline double rita_even(double *x, unsigned n)
{
    if (n == 0)
        return 0;
    unsigned half = (n + 1) / 2;
    double q1 = middle_of(x, 0, half), q2 = middle_of(x, 0, n), q3 = middle_of(x, n - half, n);
    double skew =
        q3 - q1 < 10 || q2 - q1 < 1e-9 || q3 - q2 < 1e-9 ? 0 : (q1 + q3 - 2 * q2) / (q3 - q1);
    for (unsigned i = 0; i < n; i++)
        x[i] = fabs(x[i] - q2);
    qsort(x, n, sizeof *x, compare_calls);
    double mad = middle_of(x, 0, n);
    return (1 - fabs(skew) + (q2 > 0 ? fmax(0, (q2 - mad) / q2) : 0)) / 2;
}

/* Bimodal: the share of the filled hours, one forgiven, that lie in the two fullest buckets of
 * counts; a bucket is a twentieth of the busiest hour's count wide. */
static inline double rita_bimodal(const unsigned hour[24], unsigned filled)
{
    unsigned most = 0, bucket[21] = {0}, first = 0, second = 0;
    if (filled < 11)
        return 0;
    for (int h = 0; h < 24; h++)
        most = hour[h] > most ? hour[h] : most;
    unsigned width = (most + 19) / 20;
    for (int h = 0; h < 24; h++)
        if (hour[h])
            bucket[hour[h] / width]++;
    for (int i = 0; i < 21; i++) {
        if (bucket[i] > first) {
            second = first;
            first = bucket[i];
        } else if (bucket[i] > second) {
            second = bucket[i];
        }
    }
    return fmin(1, (double)(first + second) / (filled - 1));
}

static inline double rita_hours(const struct series *s, double from, double *duration)
{
    unsigned hour[24] = {0}, filled = 0, run = 0, longest = 0;
    double sum = 0, square = 0;
    for (unsigned i = 0; i < s->len; i++)
        if (s->at[i] >= from)
            hour[(unsigned)((s->at[i] - from) / HOUR_S) % 24]++;
    for (int h = 0; h < 24; h++) {
        filled += hour[h] > 0;
        run = hour[h] ? run + 1 : 0;
        longest = run > longest ? run : longest;
        sum += hour[h];
        square += (double)hour[h] * hour[h];
    }
    double mean = sum / 24, sd = sqrt(fmax(0, square / 24 - mean * mean));
    double first = s->len ? fmax(from, s->at[0]) : 0, last = s->len ? s->at[s->len - 1] : 0;
    *duration = filled < 6 ? 0 : fmin(1, fmax((last - first) / DAY_S, longest / 12.0));
    return fmax(mean > 0 ? fmax(0, 1 - sd / mean) : 0, rita_bimodal(hour, filled));
}

static inline double rita_score(const struct series *s, double days)
{
    static double gap[SERIES_MOST], bytes[SERIES_MOST];
    double from = (days - 1) * DAY_S, before = -1;
    unsigned gaps = 0, sizes = 0, distinct = 0;
    for (unsigned i = 0; i < s->len; i++) {
        if (s->at[i] < from)
            continue;
        double at = floor(s->at[i]);
        bytes[sizes++] = s->bytes[i];
        if (distinct == 0 || at > before) {
            if (distinct)
                gap[gaps++] = at - before;
            distinct++;
            before = at;
        }
    }
    if (distinct < 4)
        return 0;
    qsort(gap, gaps, sizeof *gap, compare_calls);
    qsort(bytes, sizes, sizeof *bytes, compare_calls);
    double duration, hours = rita_hours(s, from, &duration);
    return 0.25 * (rita_even(gap, gaps) + rita_even(bytes, sizes) + hours + duration);
}

/* ---- a case, tried so many times */

struct tried {
    double ours, rita; /* share called a beacon */
    double strength, score;
};

static inline void try_case(const struct rhythm_case *c, unsigned trials, struct tried *ret)
{
    static struct series s;
    *ret = (struct tried){0};
    struct random r = random_of((uint64_t)(c - rhythm_cases) + 1);
    double days = c->days > 0 ? c->days : 1;
    for (unsigned t = 0; t < trials; t++) {
        struct rhythm rhythm;
        make_series(c, &r, &s);
        double ours = our_score(&s, days, &rhythm), rita = rita_score(&s, days);
        ret->ours += (ours >= RHYTHM_DECIDES) / (double)trials;
        ret->rita += (rita >= 0.7) / (double)trials;
        ret->strength += ours / trials;
        ret->score += rita / trials;
    }
}

#endif
