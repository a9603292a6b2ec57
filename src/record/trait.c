#include "record/trait.h"

const struct trait_info trait_table[TRAITS] = {
#define TRAIT(detector, name, known, strength, text) {#detector, #name, text, strength},
#include "record/trait.list"
#undef TRAIT
};

double traits_strength(const struct traits *traits)
{
    double sum = 0;
    for (unsigned w = 0; w < TRAIT_WORDS; w++)
        for (uint64_t bits = traits->bit[w]; bits; bits &= bits - 1)
            sum += trait_table[64 * w + (unsigned)__builtin_ctzll(bits)].strength;
    return sum;
}
