#include "simulate/random.h"

#include "base/err.h"

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct random random_of(uint64_t seed)
{
    struct random random;
    for (int i = 0; i < 4; i++)
        random.state[i] = splitmix(&seed);
    return random;
}

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

uint64_t random_next(struct random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

/* The remainder favours small numbers by less than 2^-24 for the ranges allowed here. */
uint64_t random_in(struct random *random, uint64_t least, uint64_t most)
{
    muster_assert(least <= most && most - least < UINT64_C(1) << 24 << 16);
    return least + random_next(random) % (most - least + 1);
}

void random_bytes(struct random *random, void *to, size_t len)
{
    unsigned char *at = to;
    for (size_t i = 0; i < len; i++)
        at[i] = (unsigned char)(random_next(random) >> 56);
}
