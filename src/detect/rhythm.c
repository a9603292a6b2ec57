#include "detect/rhythm.h"

#include "base/clock.h"
#include "base/err.h"
#include "detect/rhythm_fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Calls of one burst are one call: those within 2 s of the one before, or within a fiftieth of a
 * long gap where all is faster. */
#define BURST_S 2.0
#define BURST_SHARE 0.02

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double clock_grain(const int64_t *times, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if ((times[i] - times[0]) % SECOND_US != 0)
            return 0;
    return 1;
}

static bool gaps_of(const int64_t *times, unsigned n, struct gaps *g)
{
    double raw[RHYTHM_MOST] = {0};
    muster_assert(n >= RHYTHM_LEAST && n <= RHYTHM_MOST);
    for (unsigned i = 1; i < n; i++) {
        muster_assert(times[i] >= times[i - 1]);
        raw[i - 1] = (double)(times[i] - times[i - 1]) / (double)SECOND_US;
    }
    qsort(raw, n - 1, sizeof *raw, compare_doubles);
    double burst = fmax(1e-5, fmin(BURST_S, BURST_SHARE * raw[(n - 1) * 9 / 10]));
    double before = 0;
    g->time[0] = 0;
    g->times = 1;
    g->sum = 0;
    g->burst = burst;
    for (unsigned i = 1; i < n; i++) {
        double at = (double)(times[i] - times[0]) / (double)SECOND_US, pause = at - before;
        before = at;
        if (pause < burst)
            continue;
        g->at[g->times - 1] = at - g->time[g->times - 1];
        g->time[g->times++] = at;
    }
    g->len = g->times - 1;
    if (g->times < RHYTHM_LEAST)
        return false;
    qsort(g->at, g->len, sizeof *g->at, compare_doubles);
    for (unsigned i = 0; i < g->len; i++) {
        g->upto[i] = g->sum;
        g->sum += g->at[i];
    }
    g->mean = g->sum / g->len;
    g->quantum = clock_grain(times, n);
    return true;
}

static void take(struct rhythm *r, const struct fit *fit, enum rhythm_pattern pattern)
{
    if (!(fit->ratio > r->strength))
        return;
    r->strength = fit->ratio;
    r->pattern = pattern;
    r->period_s = fit->period_s;
    r->second_s = fit->second_s;
    r->spread = fit->spread;
    r->fit = fit->fit;
    r->gaps = fit->of;
}

/* Patterns that only many calls show, asked when nothing simpler was found. */
static void weigh_many(const struct gaps *g, double chance, struct rhythm *r)
{
    struct fit fit;
    timer_even(g, &fit);
    take(r, &fit, RHYTHM_EVEN);
    timer_thinned(g, chance, &fit);
    if (fit.ratio > 0)
        fit.ratio -= fmax(0, fmax(chance_mixed(g), chance_dead(g)) - chance);
    take(r, &fit, RHYTHM_THINNED);
}

static void weigh(const struct gaps *g, struct rhythm *r)
{
    struct fit fit;
    double chance = chance_simple(g);
    r->strength = -HUGE_VAL;
    timer_steady(g, chance, &fit);
    struct fit two;
    timer_two(g, chance, &two);
    if (fmax(fit.ratio, two.ratio) > 0) { /* only then the dearer mixtures are asked */
        double more = fmax(0, chance_mixed(g) - chance);
        fit.ratio -= more;
        two.ratio -= more;
    }
    take(r, &fit, RHYTHM_STEADY);
    take(r, &two, RHYTHM_TWO);
    if (r->strength < 2 * RHYTHM_DECIDES) {
        timer_missed(g, &fit);
        take(r, &fit, RHYTHM_MISSED);
        timer_several(g, &fit);
        take(r, &fit, RHYTHM_SEVERAL);
    }
    bool many = g->len >= MANY_GAPS;
    if (many && r->strength < 2 * RHYTHM_DECIDES)
        weigh_many(g, chance, r);
    if (r->pattern == RHYTHM_NONE) /* no pattern could be fitted at all */
        r->strength = 0;
    r->strength -= log(many ? 6 : 4); /* patterns that were tried */
}

static int64_t hour_of(int64_t us)
{
    int64_t hour = SECOND_US * 3600;
    return us / hour - (us % hour < 0);
}

void rhythm_of(const int64_t *times_us, size_t n, uint64_t seen, int64_t watched_first_us,
               int64_t watched_last_us, struct rhythm *ret)
{
    *ret = (struct rhythm){.seen = seen};
    if (n == 0)
        return;
    ret->first_us = times_us[0];
    ret->last_us = times_us[n - 1];
    ret->hours = 1;
    for (size_t i = 1; i < n; i++)
        ret->hours += hour_of(times_us[i]) != hour_of(times_us[i - 1]);
    if (watched_last_us >= watched_first_us)
        ret->hours_watched = (uint32_t)(hour_of(watched_last_us) - hour_of(watched_first_us)) + 1;
    size_t whole = seen > n ? RHYTHM_WHOLE : RHYTHM_MOST;
    if (whole > n)
        whole = n;
    struct gaps gaps;
    if (whole < RHYTHM_LEAST || !gaps_of(times_us, (unsigned)whole, &gaps))
        return;
    ret->calls = gaps.times;
    weigh(&gaps, ret);
}

const char *rhythm_period(double seconds, char out[RHYTHM_PERIOD])
{
    if (seconds < 10)
        (void)snprintf(out, RHYTHM_PERIOD, "%.1f s", seconds);
    else if (seconds < 600)
        (void)snprintf(out, RHYTHM_PERIOD, "%.0f s", seconds);
    else if (seconds < 2 * 3600)
        (void)snprintf(out, RHYTHM_PERIOD, "%.0f min", seconds / 60);
    else
        (void)snprintf(out, RHYTHM_PERIOD, "%.1f h", seconds / 3600);
    return out;
}

const char *rhythm_sentence(const struct rhythm *r, char out[RHYTHM_TEXT])
{
    char period[RHYTHM_PERIOD], second[RHYTHM_PERIOD], what[120] = "in no rhythm";
    char first[INSTANT_TEXT], last[INSTANT_TEXT];
    struct instant from = {r->first_us}, to = {r->last_us};
    rhythm_period(r->period_s, period);
    rhythm_period(r->second_s, second);
    if (r->pattern == RHYTHM_STEADY)
        (void)snprintf(what, sizeof what, "%u of %u gaps %s (spread %.0f %%)", r->fit, r->gaps,
                       period, 100 * r->spread);
    else if (r->pattern == RHYTHM_TWO)
        (void)snprintf(what, sizeof what, "%u of %u gaps %s or %s (spread %.0f %%)", r->fit,
                       r->gaps, period, second, 100 * r->spread);
    else if (r->pattern == RHYTHM_MISSED)
        (void)snprintf(what, sizeof what, "%u of %u gaps a multiple of %s", r->fit, r->gaps,
                       period);
    else if (r->pattern == RHYTHM_SEVERAL)
        (void)snprintf(what, sizeof what, "%u pairs of calls %s apart where chance gives %u",
                       r->fit, period, r->gaps);
    else if (r->pattern == RHYTHM_THINNED)
        (void)snprintf(what, sizeof what,
                       "%u of %u gaps one or some intervals of %s (spread %.0f %%) long", r->fit,
                       r->gaps, period, 100 * r->spread);
    else if (r->pattern == RHYTHM_EVEN)
        (void)snprintf(what, sizeof what,
                       "nearly as many in each of %u times %s (variance %.0f %% of chance's)",
                       r->fit, period, 100 * r->spread);
    instant_format_short(from, first);
    instant_format_short(to, last);
    bool one_day = instant_day(from).number == instant_day(to).number;
    const char *till = one_day && last[0] ? last + sizeof "2020-06-03" : last;
    char watched[24] = "";
    if (r->hours_watched)
        (void)snprintf(watched, sizeof watched, " of %u watched", r->hours_watched);
    (void)snprintf(out, RHYTHM_TEXT, "called %llu times, %s, from %s to %s UTC, in %u hour%s%s",
                   (unsigned long long)r->seen, what, first, till, r->hours,
                   r->hours == 1 ? "" : "s", watched);
    return out;
}
