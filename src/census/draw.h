/*
 * Numbers by chance that are the same each time: a bootstrap's draws (SplitMix64, Steele et al.
 * 2014; Poisson bootstrap, Chamandy et al. 2012).
 */
#ifndef MUSTER_CENSUS_DRAW_H
#define MUSTER_CENSUS_DRAW_H

#include <math.h>
#include <stdint.h>

static inline uint64_t draw_mix(uint64_t z)
{
    z += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline double draw_unit(uint64_t z) /* in (0, 1) */
{
    return ((double)(z >> 11) + 0.5) / 9007199254740992.0;
}

/* How often `one` of the sample is in draw number `draw`: Poisson of mean 1, by its distribution.
 */
static inline unsigned draw_weight(uint64_t seed, unsigned draw, uint64_t one)
{
    double u = draw_unit(draw_mix(draw_mix(seed + draw) ^ one)), p = exp(-1), sum = p;
    unsigned k = 0;
    while (u > sum && k < 12) {
        k++;
        p /= k;
        sum += p;
    }
    return k;
}

/* For qsort of doubles. */
static inline int draw_order(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

#endif
