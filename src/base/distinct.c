#include "base/distinct.h"

#include <math.h>

double distinct_count(const uint64_t *bits, unsigned bits_len)
{
    unsigned empty = bits_len;
    for (unsigned i = 0; i < bits_len / 64; i++)
        empty -= (unsigned)__builtin_popcountll(bits[i]);
    return bits_len * log((double)bits_len / (empty ? empty : 1));
}
