/*
 * Traits: what detectors can find true of a pair (trait.list, with their strengths). A detector
 * says which hold; how much they weigh stands in the table alone, where it can be fitted and read.
 */
#ifndef MUSTER_RECORD_TRAIT_H
#define MUSTER_RECORD_TRAIT_H

#include <stdbool.h>
#include <stdint.h>

enum trait {
#define TRAIT(detector, name, known, strength, text) TRAIT_##detector##_##name,
#include "record/trait.list"
#undef TRAIT
    TRAITS
};

enum { TRAIT_WORDS = (TRAITS + 63) / 64 };

struct traits {
    uint64_t bit[TRAIT_WORDS];
};

struct trait_info {
    const char *detector, *name, *text;
    double strength;
};
extern const struct trait_info trait_table[TRAITS];

static inline void trait_set(struct traits *traits, enum trait trait, bool holds)
{
    if (holds)
        traits->bit[trait / 64] |= UINT64_C(1) << (trait % 64);
}

static inline bool trait_holds(const struct traits *traits, unsigned trait)
{
    return traits->bit[trait / 64] >> trait % 64 & 1;
}

/* Natural log: the sum over those that hold. */
double traits_strength(const struct traits *traits);

#endif
