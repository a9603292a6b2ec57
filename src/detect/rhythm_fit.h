/*
 * Inside the rhythm statistic: how well chance (rhythm_chance.c) and timers (rhythm_timer.c;
 * rhythm_thinned.c and rhythm_even.c where little is left in single gaps) explain the same calls.
 * All likelihoods are natural logs of densities per second.
 */
#ifndef MUSTER_DETECT_RHYTHM_FIT_H
#define MUSTER_DETECT_RHYTHM_FIT_H

#include "detect/rhythm.h"

enum { MANY_GAPS = 96 }; /* from here on timer_even and timer_thinned are asked */

struct gaps {
    unsigned len;             /* >= 3 */
    unsigned times;           /* len + 1 */
    double sum, mean;         /* seconds */
    double burst;             /* calls closer to the one before were taken as one with it */
    double quantum;           /* the clock's grain in seconds: 1 for whole-second times */
    double at[RHYTHM_MOST];   /* sorted, > 0 */
    double upto[RHYTHM_MOST]; /* sum of the gaps before this one */
    double time[RHYTHM_MOST]; /* the calls, seconds since the first */
};

struct fit {
    double ratio; /* log-likelihood less the best chance's, penalties taken off */
    double period_s, second_s, spread;
    unsigned fit, of;
};

/* The best that chance says; *simple: the exponentials and the log-normal alone (cheap). */
double chance_simple(const struct gaps *gaps);
double chance_mixed(const struct gaps *gaps);
/* With all of the least gap as dead time: some program that waits, and then chance. */
double chance_dead(const struct gaps *gaps);

/* What belongs to no pattern is as likely as in an exponential of the same mean. */
double background_sum(const struct gaps *gaps, unsigned from, unsigned to);

/* -HUGE_VAL as ratio when the pattern cannot be there. Those given `chance` are against
 * it, timer_missed, _several and _even against what they measure beside the pattern or know of
 * chance. */
void timer_steady(const struct gaps *gaps, double chance, struct fit *ret);
void timer_two(const struct gaps *gaps, double chance, struct fit *ret);
void timer_missed(const struct gaps *gaps, struct fit *ret);
void timer_several(const struct gaps *gaps, struct fit *ret);
void timer_even(const struct gaps *gaps, struct fit *ret);
void timer_thinned(const struct gaps *gaps, double chance, struct fit *ret);

#endif
