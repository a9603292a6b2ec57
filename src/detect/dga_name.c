#include "detect/dga_name.h"

#include "base/table.h"

#include <math.h>
#include <stdlib.h>

enum { SYMBOLS = 29, DIGIT = 26, HYPHEN = 27, EDGE = 28 };
enum { LABEL_MOST = 63, LABEL_LEAST = 5 }; /* RFC 1035 2.3.4; shorter ones are anybody's initials */
enum { PRIVATE_LABEL_MOST = 4 };           /* co.uk, com.br, ddns.net; not cloudfront.net */

static const char cost[SYMBOLS * SYMBOLS][SYMBOLS + 1] = {
#define ROW(two, costs) costs,
#include "detect/dga_model.list"
#undef ROW
};

static const char *const tops[] = {
#define TOP(name) name,
#include "detect/dga_top.list"
#undef TOP
};

/* EmerDNS's, which bots ask for too: not in the DNS proper, so that such names never exist. */
static const char *const other_tops[] = {"bazar", "coin", "emc", "lib"};

static int compare(const void *key, const void *element)
{
    const struct text *top = key;
    const char *const *other = element;
    return text_compare(*top, text_of(*other));
}

static bool top_known(struct text top)
{
    if (top.len == 2)
        return top.at[0] >= 'a' && top.at[0] <= 'z' && top.at[1] >= 'a' && top.at[1] <= 'z';
    if (bsearch(&top, tops, sizeof tops / sizeof *tops, sizeof *tops, compare))
        return true;
    for (size_t i = 0; i < sizeof other_tops / sizeof *other_tops; i++)
        if (text_is(top, other_tops[i]))
            return true;
    return false;
}

/* The suffix is a top-level domain, or a short label before one. */
static bool suffix_plain(struct text suffix)
{
    const char *dot = suffix.len ? memchr(suffix.at, '.', suffix.len) : NULL;
    if (dot == NULL)
        return top_known(suffix);
    size_t first = (size_t)(dot - suffix.at);
    struct text top = text_at(dot + 1, suffix.len - first - 1);
    return first > 0 && first <= PRIVATE_LABEL_MOST && top_known(top);
}

static int symbol_of(char c)
{
    return c >= 'a' && c <= 'z' ? c - 'a' : c >= '0' && c <= '9' ? DIGIT : c == '-' ? HYPHEN : -1;
}

static double cost_of(int before, int last, int next)
{
    char level = cost[before * SYMBOLS + last][next];
    return 0.25 * (level <= 'Z' ? level - 'A' : level - 'a' + 26);
}

/* -ln of drawing a label of `len` by lot: letters; or all 36 characters or hexadecimal digits,
 * which a tenth of makers take. */
static double lot_cost(uint32_t len, uint32_t letters, uint32_t hex)
{
    double n = len, best = 2.3 + n * log(36);
    if (letters == len)
        best = n * log(26);
    return hex == len ? fmin(best, 2.3 + n * log(16)) : best;
}

bool dga_name_read(struct text domain, struct dga_name *ret)
{
    const char *dot = domain.len ? memchr(domain.at, '.', domain.len) : NULL;
    if (dot == NULL || dot == domain.at || dot - domain.at > LABEL_MOST)
        return false;
    struct text label = text_at(domain.at, (size_t)(dot - domain.at));
    struct text suffix = text_at(dot + 1, domain.len - label.len - 1);
    if (text_starts(label, "xn--") || !suffix_plain(suffix))
        return false;
    uint32_t letters = 0, digits = 0, hex = 0;
    int before = EDGE, last = EDGE;
    double words = 0;
    for (uint32_t i = 0; i < label.len; i++) {
        int next = symbol_of(label.at[i]);
        if (next < 0)
            return false;
        letters += next < DIGIT;
        digits += next == DIGIT;
        hex += next == DIGIT || next <= 'f' - 'a';
        words += cost_of(before, last, next);
        before = last;
        last = next;
    }
    words += cost_of(before, last, EDGE) + digits * log(10);
    uint64_t hash = 0;
    for (uint32_t i = 0; i < suffix.len; i++)
        hash = table_mix(hash, (unsigned char)suffix.at[i]);
    double score = words - lot_cost(label.len, letters, hex);
    *ret = (struct dga_name){.score = label.len < LABEL_LEAST ? fmin(score, 0) : score,
                             .len = (uint8_t)label.len,
                             .place = (uint8_t)(hash & 63),
                             .digits = digits > 0};
    return true;
}
