/*
 * Numbers that look random and are the same for the same seed, on every machine: xoshiro256** 1.0
 * seeded by splitmix64 (Blackman and Vigna, prng.di.unimi.it).
 */
#ifndef MUSTER_SIMULATE_RANDOM_H
#define MUSTER_SIMULATE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state[4];
};

struct random random_of(uint64_t seed);
uint64_t random_next(struct random *random);
/* least <= n <= most */
uint64_t random_in(struct random *random, uint64_t least, uint64_t most);
void random_bytes(struct random *random, void *to, size_t len);

#endif
