#include "census/population.h"

#include "base/mem.h"
#include "census/draw.h"

#include <math.h>
#include <stdlib.h>

enum { SAMPLE_MOST = 4000 };

double population_share(double hold_s, double window_s)
{
    return hold_s / (hold_s + window_s);
}

static double normal(uint64_t *state)
{
    double a = draw_unit(*state = draw_mix(*state)), b = draw_unit(*state = draw_mix(*state));
    return sqrt(-2 * log(a)) * cos(2 * M_PI * b);
}

/* A hold that touches the window. */
struct touching {
    double length_s, share;
    uint64_t device;
    bool cut;
};

static int by_length(const void *a, const void *b)
{
    const struct touching *left = a, *right = b;
    if (left->length_s < right->length_s || left->length_s > right->length_s)
        return left->length_s < right->length_s ? -1 : 1;
    return left->cut - right->cut;
}

/* A cut hold counts for what holds that are longer have (Kaplan and Meier 1958): the share expected
 * of those that survive its length. From the longest down; at sorted[i] `at_risk` holds are as
 * long. */
static void share_cut(struct touching *sorted, size_t len, double window_s)
{
    double *survival = mem_new(len + 1, sizeof *survival);
    survival[0] = 1;
    for (size_t i = 0; i < len; i++)
        survival[i + 1] = sorted[i].cut ? survival[i] : survival[i] * (1 - 1 / (double)(len - i));
    double behind = 0; /* sum over longer ones: share x probability of just that length */
    for (size_t i = len; i-- > 0;) {
        double left = survival[len] * population_share(sorted[len - 1].length_s, window_s);
        if (sorted[i].cut)
            sorted[i].share = survival[i + 1] > 0 ? (behind + left) / survival[i + 1]
                                                  : population_share(sorted[i].length_s, window_s);
        else
            behind += sorted[i].share * (survival[i] - survival[i + 1]);
    }
    mem_free(survival);
}

/* Those that touch the window, no more than SAMPLE_MOST of them, evenly. */
static size_t touch(const struct hold *holds, size_t len, const struct population_window *w,
                    struct touching *ret)
{
    size_t all = 0, kept = 0;
    for (size_t i = 0; i < len; i++)
        all += holds[i].start_s < w->end_s && holds[i].end_s > w->start_s;
    size_t step = all / SAMPLE_MOST + 1, n = 0;
    double window_s = (double)(w->end_s - w->start_s);
    for (size_t i = 0; i < len; i++) {
        const struct hold *h = &holds[i];
        if (h->start_s >= w->end_s || h->end_s <= w->start_s || n++ % step)
            continue;
        double length_s = (double)(h->end_s - h->start_s);
        ret[kept++] = (struct touching){.length_s = length_s,
                                        .share = population_share(length_s, window_s),
                                        .device = h->device,
                                        .cut = h->cut};
    }
    if (kept)
        qsort(ret, kept, sizeof *ret, by_length);
    share_cut(ret, kept, window_s);
    return kept;
}

/* Standard normal numbers of a draw: one for all windows, one of each. */
struct chance {
    double common, own, starts;
};

/* The mean share of n holds drawn from the weighed ones. A hold that touches a window touches the
 * next one too with a chance of about its share: as much of the error is common to all windows. */
static double draw_mean(const struct touching *t, const double *upto, size_t len, uint64_t n,
                        const struct chance *chance)
{
    double all = upto[len - 1], sum = 0, squares = 0;
    for (size_t i = 0; i < len; i++) {
        double weight = upto[i] - (i ? upto[i - 1] : 0);
        sum += weight * t[i].share;
        squares += weight * t[i].share * t[i].share;
    }
    double mean = sum / all, variance = squares / all - mean * mean;
    double z = sqrt(mean) * chance->common + sqrt(1 - mean) * chance->own;
    return mean + z * sqrt(fmax(0, variance) / (double)n);
}

/* With every device once and nothing drawn. */
static double window_plain(const struct touching *t, size_t len, const struct population_window *w,
                           double ends_per_s)
{
    double share = 0;
    for (size_t i = 0; i < len; i++)
        share += t[i].share / (double)len;
    return (double)w->addresses /
           (1 / fmax(share, 1e-6) + (double)(w->end_s - w->start_s) * ends_per_s);
}

/* One draw's machines in a window. How many came under control in it is by chance too (Poisson). */
static double window_draw(const struct touching *t, size_t len, double *upto,
                          const struct population_window *w, double ends_per_s, uint64_t seed,
                          unsigned draw, const struct chance *chance)
{
    double sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum += draw_weight(seed, draw, t[i].device);
        upto[i] = sum;
    }
    if (sum <= 0)
        return (double)NAN;
    double n = (double)w->addresses, window_s = (double)(w->end_s - w->start_s);
    double share = draw_mean(t, upto, len, w->addresses, chance);
    double live = n / (1 / fmax(share, 1e-6) + window_s * ends_per_s);
    return fmax(0, live * (1 + chance->starts * sqrt(live * window_s * ends_per_s) / n));
}

void population_sum_up(double draw[POPULATION_DRAWS], struct population *ret)
{
    double sum = 0;
    qsort(draw, POPULATION_DRAWS, sizeof *draw, draw_order);
    for (unsigned i = 0; i < POPULATION_DRAWS; i++)
        sum += draw[i];
    ret->live = sum / POPULATION_DRAWS;
    /* where all holds are the same the draws are one number, but for its last digits */
    ret->low = draw[POPULATION_DRAWS / 40] * (1 - 1e-9);
    ret->high = draw[POPULATION_DRAWS - 1 - POPULATION_DRAWS / 40] * (1 + 1e-9);
}

static int by_device(const void *a, const void *b)
{
    const struct touching *left = a, *right = b;
    return (left->device > right->device) - (left->device < right->device);
}

static size_t devices_of(struct touching *t, size_t len)
{
    size_t n = 0;
    if (len)
        qsort(t, len, sizeof *t, by_device);
    for (size_t i = 0; i < len; i++)
        n += i == 0 || t[i].device != t[i - 1].device;
    return n;
}

/* What a bootstrap of few devices leaves out: n - 1 instead of n, and Student's t instead of the
 * normal (its 97.5th percentile over 1.96 is about 1 + 1.2 / (n - 1)). */
static double spread_of(size_t devices)
{
    double n = (double)devices;
    return devices < 2 ? 1 : sqrt(n / (n - 1)) * (1 + 1.2 / (n - 1));
}

double population_mean_hold(const struct hold *holds, size_t holds_len,
                            const struct population_window *windows, size_t windows_len)
{
    struct touching *t = mem_new(holds_len + 1, sizeof *t);
    double sum = 0;
    size_t used = 0;
    for (size_t w = 0; w < windows_len; w++) {
        size_t len = touch(holds, holds_len, &windows[w], t);
        double share = 0, window_s = (double)(windows[w].end_s - windows[w].start_s);
        if (len < POPULATION_LEAST)
            continue;
        for (size_t i = 0; i < len; i++)
            share += t[i].share;
        share /= (double)len;
        sum += window_s * share / fmax(1 - share, 1e-6);
        used++;
    }
    mem_free(t);
    return used ? sum / (double)used : 0;
}

void population_estimate(const struct hold *holds, size_t holds_len,
                         const struct population_window *windows, size_t windows_len,
                         struct population_turnover turnover, uint64_t seed,
                         double draw[POPULATION_DRAWS], struct population *ret)
{
    struct touching *t = mem_new(holds_len + 1, sizeof *t);
    double *upto = mem_new(holds_len + 1, sizeof *upto);
    size_t fewest = 0;
    double mean = 0, plain = 0;
    *ret = (struct population){0};
    for (unsigned d = 0; d < POPULATION_DRAWS; d++)
        draw[d] = 0;
    uint64_t addresses = 0;
    for (size_t w = 0; w < windows_len; w++)
        addresses += windows[w].addresses;
    /* by the mean, not one by one: weeks with many would be chosen */
    bool enough = windows_len && addresses >= POPULATION_LEAST * (uint64_t)windows_len;
    for (size_t w = 0; w < windows_len && enough; w++) {
        size_t len = touch(holds, holds_len, &windows[w], t);
        if (len < POPULATION_LEAST || windows[w].addresses == 0)
            continue;
        double sum = 0, last = 0;
        plain += window_plain(t, len, &windows[w], turnover.per_s);
        size_t devices = devices_of(t, len);
        fewest = ret->windows == 0 || devices < fewest ? devices : fewest;
        for (unsigned d = 0; d < POPULATION_DRAWS; d++) {
            uint64_t of_all = draw_mix(d + 7919), state = draw_mix(seed ^ of_all);
            double ends = turnover.per_s * fmax(0, 1 + turnover.error * normal(&of_all));
            struct chance chance = {.common = normal(&state)};
            state = draw_mix(state ^ draw_mix((uint64_t)windows[w].start_s));
            chance.own = normal(&state);
            chance.starts = normal(&state);
            double live = window_draw(t, len, upto, &windows[w], ends, seed, d, &chance);
            last = isnan(live) ? last : live;
            draw[d] += last;
            sum += last;
        }
        ret->holds = ret->windows == 0 || len < ret->holds ? len : ret->holds;
        ret->highest = fmax(ret->highest, sum / POPULATION_DRAWS);
        ret->windows++;
    }
    ret->known = ret->windows > 0;
    for (unsigned d = 0; d < POPULATION_DRAWS && ret->known; d++)
        mean += draw[d] /= ret->windows;
    mean /= POPULATION_DRAWS;
    /* A mean of draws errs by what a plain estimate errs once more (both are ratios of sums over
     * few devices): that much is taken off twice (Efron and Tibshirani 1993, 10.6). */
    double right = ret->known ? 2 * plain / ret->windows - mean : 0;
    for (unsigned d = 0; d < POPULATION_DRAWS && ret->known; d++)
        draw[d] = fmax(0, right + (draw[d] - mean) * spread_of(fewest));
    if (ret->known) {
        double *copy = mem_new(POPULATION_DRAWS, sizeof *copy);
        for (unsigned d = 0; d < POPULATION_DRAWS; d++)
            copy[d] = draw[d];
        population_sum_up(copy, ret);
        mem_free(copy);
    }
    mem_free(upto);
    mem_free(t);
}
