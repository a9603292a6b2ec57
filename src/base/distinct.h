/*
 * About how many different things there were, in fixed memory: one bit for each by its digest, and
 * linear counting (Whang, Vander-Zanden and Taylor, 1990) over the bits left empty. With n bits, n
 * things are told to some percent; from about n x ln n on, every bit is set and that is the answer.
 */
#ifndef MUSTER_BASE_DISTINCT_H
#define MUSTER_BASE_DISTINCT_H

#include <stdbool.h>
#include <stdint.h>

/* bits_len: of `bits`, a multiple of 64. Returns whether the bit was empty: surely a new thing. */
static inline bool distinct_add(uint64_t *bits, unsigned bits_len, uint64_t digest)
{
    unsigned bit = (unsigned)(digest % bits_len);
    bool fresh = !(bits[bit / 64] >> bit % 64 & 1);
    bits[bit / 64] |= UINT64_C(1) << bit % 64;
    return fresh;
}

double distinct_count(const uint64_t *bits, unsigned bits_len);

#endif
