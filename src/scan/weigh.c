#include "scan/scan.h"

#include <math.h>
#include <xxhash.h>

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

void scan_put_traits(struct buf *buf, const struct scan_found *found)
{
    const char *between = "";
    for (unsigned i = 0; i < SCAN_TRAITS; i++) {
        if (found->trait[i].times == 0)
            continue;
        buf_string(buf, between);
        if (found->trait[i].line)
            buf_format(buf, "line %u: ", found->trait[i].line);
        buf_string(buf, scan_trait_table[i].text);
        if (found->trait[i].what[0])
            buf_format(buf, " (%s)", found->trait[i].what);
        between = "; ";
    }
}

double scan_weigh(const struct scan_found *found)
{
    double sum = 0;
    for (unsigned i = 0; i < SCAN_TRAITS; i++)
        sum += found->trait[i].times ? scan_trait_table[i].strength : 0;
    return fmin(sum, 14.0);
}

uint64_t scan_looks_digest(void)
{
    uint64_t sum = SCAN_VERSION;
    for (unsigned i = 0; i < SCAN_TRAITS; i++)
        sum = XXH3_64bits_withSeed(&scan_trait_table[i].strength, sizeof(double), sum);
    return sum;
}
