/*
 * Inside the rhythm statistic: how well chance (rhythm_chance.c) and timers (rhythm_timer.c)
 * explain the same gaps. All likelihoods are natural logs of densities per second.
 */
#ifndef MUSTER_DETECT_RHYTHM_FIT_H
#define MUSTER_DETECT_RHYTHM_FIT_H

#include "detect/rhythm.h"

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

/* What belongs to no pattern is as likely as in an exponential of the same mean. */
double background_sum(const struct gaps *gaps, unsigned from, unsigned to);

/* -HUGE_VAL as ratio when the pattern cannot be there. The first two are against `chance`. */
void timer_steady(const struct gaps *gaps, double chance, struct fit *ret);
void timer_two(const struct gaps *gaps, double chance, struct fit *ret);
void timer_missed(const struct gaps *gaps, struct fit *ret);
void timer_several(const struct gaps *gaps, struct fit *ret);

#endif
