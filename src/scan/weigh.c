#include "scan/scan.h"

#include <math.h>

const struct scan_trait_info scan_trait_table[SCAN_TRAITS] = {
#define TRAIT(name, strength, text) {#name, text, strength},
#include "scan/trait.list"
#undef TRAIT
};

void scan_find(struct scan_found *found, enum scan_trait trait, uint32_t line, struct text what)
{
    if (found->trait[trait].times++)
        return;
    uint32_t len = what.len < SCAN_WHAT - 1 ? what.len : SCAN_WHAT - 1;
    found->trait[trait].line = line;
    for (uint32_t i = 0; i < len; i++) {
        bool shown = what.at[i] >= 0x20 && what.at[i] < 0x7f;
        found->trait[trait].what[i] = shown ? what.at[i] : '?';
    }
    found->trait[trait].what[len] = '\0';
}

double scan_weigh(const struct scan_found *found)
{
    double sum = 0;
    for (unsigned i = 0; i < SCAN_TRAITS; i++)
        sum += found->trait[i].times ? scan_trait_table[i].strength : 0;
    return fmin(sum, 14.0);
}
