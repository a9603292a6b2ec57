#include "record/trait.h"

const struct trait_info trait_table[TRAITS] = {
#define TRAIT(detector, name, strength, text) {#detector, #name, text, strength},
#include "record/trait.list"
#undef TRAIT
};

double traits_strength(const struct traits *traits)
{
    double sum = 0;
    for (unsigned i = 0; i < TRAITS; i++)
        sum += trait_holds(traits, i) ? trait_table[i].strength : 0;
    return sum;
}
