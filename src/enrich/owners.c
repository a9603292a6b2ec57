#include "enrich/owners.h"

#include "base/digits.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static bool asn_read(struct text text, int64_t *ret)
{
    if (text.len > 2 && ascii_lower(text.at[0]) == 'a' && ascii_lower(text.at[1]) == 's')
        text = text_at(text.at + 2, text.len - 2);
    return digits_read(text, ret) && *ret <= UINT32_MAX;
}

static const char *line_read(struct owners *owners, struct text line, struct owner_rule *ret)
{
    struct text rest = line;
    struct text of = text_trim(text_word(&rest, ',')), name = text_trim(text_word(&rest, ','));
    struct text email = text_trim(text_word(&rest, ','));
    *ret = (struct owner_rule){.asn = -1};
    if (!asn_read(of, &ret->asn) && !network_parse(of, &ret->network))
        return "neither a network's number (AS64496) nor a range (192.0.2.0/24)";
    if (name.len == 0)
        return "no owner is named";
    ret->owner.name = arena_text(&owners->arena, name);
    ret->owner.email = email.len ? arena_text(&owners->arena, email) : text_of(NULL);
    return NULL;
}

/* The longest prefixes first, then numbers in order. */
static int by_rule(const void *a, const void *b)
{
    const struct owner_rule *left = a, *right = b;
    bool left_range = left->asn < 0, right_range = right->asn < 0;
    if (left_range != right_range)
        return left_range ? -1 : 1;
    if (!left_range)
        return (left->asn > right->asn) - (left->asn < right->asn);
    if (left->network.prefix != right->network.prefix)
        return left->network.prefix > right->network.prefix ? -1 : 1;
    return address_compare(left->network.first, right->network.first);
}

void owners_read(struct owners *owners, struct text file)
{
    struct text rest = file, line;
    for (unsigned number = 1; text_line(&rest, &line); number++) {
        struct text use = text_trim(text_word(&line, '#'));
        struct owner_rule rule;
        if (use.len == 0)
            continue;
        const char *why = owners->len < OWNERS_MOST ? line_read(owners, use, &rule) : "too many";
        if (why) {
            if (owners->refused++ == 0)
                (void)snprintf(owners->first_refused, sizeof owners->first_refused, "line %u: %s",
                               number, why);
            continue;
        }
        if (owners->len == owners->room) {
            owners->room = owners->room ? owners->room * 2 : 64;
            owners->rule = mem_resize(owners->rule, owners->room, sizeof *owners->rule);
        }
        owners->rule[owners->len++] = rule;
    }
    if (owners->len)
        qsort(owners->rule, owners->len, sizeof *owners->rule, by_rule);
}

void owners_free(struct owners *owners)
{
    mem_free(owners->rule);
    arena_free(&owners->arena);
    *owners = (struct owners){.len = 0};
}

/* The last of the rules [from, to), which are of one kind and in order, that is not behind what is
 * looked for; NULL: all are. */
static const struct owner_rule *last_before(const struct owners *owners, size_t from, size_t to,
                                            const struct owner_rule *wanted)
{
    size_t low = from, high = to;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_rule(&owners->rule[middle], wanted) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low > from ? &owners->rule[low - 1] : NULL;
}

const struct owner *owners_find(const struct owners *owners, struct address address, int64_t asn)
{
    const struct owner_rule *rule;
    size_t from = 0, to = 0;
    for (; from < owners->len && owners->rule[from].asn < 0; from = to) {
        struct owner_rule wanted = {.network = {address, owners->rule[from].network.prefix},
                                    .asn = -1};
        for (to = from; to < owners->len && owners->rule[to].asn < 0 &&
                        owners->rule[to].network.prefix == wanted.network.prefix;)
            to++;
        rule = last_before(owners, from, to, &wanted);
        if (rule && network_holds(&rule->network, address))
            return &rule->owner;
    }
    struct owner_rule wanted = {.asn = asn};
    rule = asn >= 0 ? last_before(owners, from, owners->len, &wanted) : NULL;
    return rule && rule->asn == asn ? &rule->owner : NULL;
}
