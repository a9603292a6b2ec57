/*
 * Too even to be chance: the counts of calls in equal windows. Several callers behind one address
 * leave gaps as chance does, but each calls about once in a period, so the counts of windows as
 * long as the period, or twice as long, vary far less than those of Poisson calls, or of people,
 * ever do. Calls that come in clusters vary more: what speaks here cannot come from sessions.
 */
#include "detect/rhythm_fit.h"

#include <math.h>

enum { WINDOWS_LEAST = 16, PHASES = 2 };
#define WINDOW_STEP 1.03
#define WINDOW_FIRST 1.5 /* mean gaps; counts of shorter windows are 0 and 1 */
#define WINDOW_LAST 24.0 /* mean gaps: so many callers at most */
/* Variance of counts over their mean. Renewals with gaps as even as chance and people are allowed
 * (log-normal with sigma 0.6, a dead time of 0.3 mean gaps) do not go below it. */
#define PEOPLE_DISPERSION 0.43

/* Variance over mean of the counts in windows this long, in the mean over some phases. */
static double dispersion(const struct gaps *g, double window, unsigned *windows)
{
    double sum = 0, square = 0;
    unsigned all = 0;
    for (unsigned phase = 0; phase < PHASES; phase++) {
        double till = window * (phase + 0.5) / PHASES;
        unsigned i = 0;
        while (i < g->times && g->time[i] < till)
            i++;
        while ((till += window) <= g->sum) {
            unsigned first = i;
            while (i < g->times && g->time[i] < till)
                i++;
            double count = i - first;
            sum += count;
            square += count * count;
            all++;
        }
    }
    *windows = all / PHASES;
    double mean = sum / all;
    return (square / all - mean * mean) / mean;
}

static void try_window(const struct gaps *g, double window, struct fit *best)
{
    unsigned windows;
    double varies = dispersion(g, window, &windows);
    double share = fmax(varies, 1e-3) / PEOPLE_DISPERSION;
    if (share >= 1)
        return;
    double ratio = (windows - 1) / 2.0 * (share - 1 - log(share));
    if (ratio > best->ratio)
        *best = (struct fit){
            .ratio = ratio, .period_s = window, .spread = varies, .fit = windows, .of = windows};
}

void timer_even(const struct gaps *g, struct fit *ret)
{
    *ret = (struct fit){.ratio = -HUGE_VAL};
    unsigned tried = 0;
    double window = WINDOW_FIRST * g->mean;
    double last = fmin(WINDOW_LAST * g->mean, g->sum / (WINDOWS_LEAST + 1));
    for (; window < last; tried++) {
        try_window(g, window, ret);
        window *= WINDOW_STEP;
    }
    ret->ratio -= log(tried + 1);
}
