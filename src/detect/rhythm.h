/*
 * The rhythm of calls: whether times lie as a timer lays them or as chance and people do.
 *
 * The question is put as a likelihood ratio over the gaps between calls. What speaks for chance are
 * the best of: an exponential (Poisson calls, also with a dead time), a log-normal as broad as
 * people are (sigma >= 0.6), mixtures of two of either (sessions, page loads). What speaks for a
 * timer are the best of six patterns, the first three with a share of gaps that belong to nothing
 * (sleep, a changed address, an extra call), each with a penalty for what was fitted:
 *   steady    gaps uniform in [low, high], as timers with jitter make them
 *   two gaps  two narrow windows: work and pause in turns
 *   missed    gaps near whole multiples of a period: sampled, or calls left out
 *   several   several callers behind one address with one period: too many pairs of calls lie one
 *             period apart, against those a little less and a little more apart
 *   thinned   sums of whole numbers of intervals with jitter: sampled
 *   even      several callers of one period and more jitter: windows as long as the period hold
 *             more nearly the same number of calls than chance and people ever manage
 * Nothing is transformed into frequencies. Five calls of a wild timer stay weak, as they should.
 *
 * Pure: sorted times in, figures out, bounded work (RHYTHM_MOST calls are looked at). The times may
 * span a day or weeks: periods from a second to a day are found when at least four calls are there.
 */
#ifndef MUSTER_DETECT_RHYTHM_H
#define MUSTER_DETECT_RHYTHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RHYTHM_LEAST = 4,   /* calls below which nothing is said */
    RHYTHM_MOST = 512,  /* calls looked at */
    RHYTHM_WHOLE = 448, /* of a list with more seen than kept, so many of the earliest are without
                           holes (record/pair.h); the rest is a sample */
};

/* Above it a series is called rhythmic: odds of e^4 against the best that chance can say. */
#define RHYTHM_DECIDES 4.0

enum rhythm_pattern {
    RHYTHM_NONE,
    RHYTHM_STEADY,
    RHYTHM_TWO,
    RHYTHM_MISSED,
    RHYTHM_SEVERAL,
    RHYTHM_THINNED,
    RHYTHM_EVEN
};

struct rhythm {
    double strength; /* log-likelihood ratio, natural log, penalties taken off; may be negative */
    enum rhythm_pattern pattern; /* the best of the six; NONE when too few calls */
    double period_s;             /* middle of the gaps; of RHYTHM_TWO: of the shorter; of
                                    RHYTHM_EVEN: the window, about the period or twice it */
    double second_s;             /* of RHYTHM_TWO: the longer; else 0 */
    double spread;               /* half the width of the window over its middle: 0.04 = 4 %; of
                                    RHYTHM_EVEN: variance of the counts over that of chance */
    uint32_t fit, gaps;          /* gaps (of RHYTHM_EVEN windows) that fit, of those looked at */
    uint32_t calls;              /* looked at, calls of one burst taken as one */
    uint64_t seen;
    int64_t first_us, last_us; /* of the times given */
    uint32_t hours;            /* clock hours with a call, counted over all days given */
    uint32_t hours_watched;    /* clock hours between watched_first and watched_last; 0 = unknown */
};

/* times_us: n sorted call times, all there were when seen == n; else the first RHYTHM_WHOLE are
 * without holes. The watched span only serves the sentence; it is unknown when its last
 * lies before its first. */
void rhythm_of(const int64_t *times_us, size_t n, uint64_t seen, int64_t watched_first_us,
               int64_t watched_last_us, struct rhythm *ret);

/* "called 288 times, 287 of 287 gaps 300 s (spread 4 %), from 08:00 to 20:00 UTC, in 13 hours
 * of 24 watched". Returns out. */
enum { RHYTHM_TEXT = 240 };
const char *rhythm_sentence(const struct rhythm *rhythm, char out[RHYTHM_TEXT]);

/* "300 s", "15 min", "12.0 h". Returns out. */
enum { RHYTHM_PERIOD = 24 };
const char *rhythm_period(double seconds, char out[RHYTHM_PERIOD]);

#endif
