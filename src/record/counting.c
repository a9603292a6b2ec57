#include "record/counting.h"

#include "base/mem.h"

#include <stdlib.h>

enum rank { RANK_NONE, RANK_SUSPECTED, RANK_PROBABLE, RANK_CONFIRMED };

static enum rank rank_of(const struct sighting *s)
{
    if (text_is(s->grade, "confirmed"))
        return RANK_CONFIRMED;
    if (text_is(s->grade, "probable"))
        return RANK_PROBABLE;
    return text_is(s->grade, "suspected") ? RANK_SUSPECTED : RANK_NONE;
}

static bool is_control(const struct sighting *s)
{
    return text_is(s->kind, "control");
}

static bool at_sinkhole(const struct sighting *s)
{
    return text_is(s->controller_role, "sinkhole");
}

bool counting_commands(const struct sighting *s)
{
    return s->controller_role.at == NULL || text_is(s->controller_role, "dedicated") ||
           text_is(s->controller_role, "unknown");
}

static int by_host_and_day(const void *a, const void *b)
{
    const struct sighting *const *left = a, *const *right = b;
    int order = address_compare((*left)->host, (*right)->host);
    return order ? order
                 : ((*left)->day.number > (*right)->day.number) -
                       ((*left)->day.number < (*right)->day.number);
}

/* By address, else by name. */
static int by_controller(const void *a, const void *b)
{
    const struct sighting *const *left = a, *const *right = b;
    int order = address_compare((*left)->controller, (*right)->controller);
    if (order == 0 && !address_known((*left)->controller))
        order = text_compare((*left)->controller_name, (*right)->controller_name);
    return order;
}

static int by_country(const void *a, const void *b)
{
    const struct sighting *const *left = a, *const *right = b;
    return text_compare((*left)->controller_country, (*right)->controller_country);
}

static unsigned kinds_of(const struct sighting *s)
{
    unsigned kinds = 0;
    for (uint32_t i = 0; i < s->evidence.len; i++)
        if (s->evidence.at[i].strength > 0)
            kinds |= 1U << s->evidence.at[i].group;
    return kinds;
}

static bool counts(unsigned confirmed_days, unsigned probable_days, unsigned probable_kinds)
{
#define OR ||
#define RULE(expression) return expression;
#include "record/counting.list"
#undef RULE
#undef OR
}

/* Sightings sorted by day. A lab is listed, not counted. */
static bool sorted_host_counts(const struct sighting *const *sighting, size_t len)
{
    unsigned confirmed_days = 0, probable_days = 0, kinds = 0;
    struct day confirmed = {DAY_NONE}, probable = {DAY_NONE};
    for (size_t i = 0; i < len; i++) {
        const struct sighting *s = sighting[i];
        enum rank rank = rank_of(s);
        if (text_is(s->host_role, "lab"))
            return false;
        if (!is_control(s) || at_sinkhole(s))
            continue;
        if (rank == RANK_CONFIRMED && s->day.number != confirmed.number) {
            confirmed = s->day;
            confirmed_days++;
        }
        if (rank != RANK_PROBABLE)
            continue;
        kinds |= kinds_of(s);
        probable_days += s->day.number != probable.number;
        probable = s->day;
    }
    return counts(confirmed_days, probable_days, (unsigned)__builtin_popcount(kinds));
}

static const struct sighting **sorted_copy(const struct sighting *const *sighting, size_t len,
                                           int (*order)(const void *, const void *))
{
    const struct sighting **sorted = mem_new(len, sizeof *sorted);
    for (size_t i = 0; i < len; i++)
        sorted[i] = sighting[i];
    if (len)
        qsort(sorted, len, sizeof *sorted, order);
    return sorted;
}

bool counting_host(const struct sighting *const *sighting, size_t len)
{
    const struct sighting **sorted = sorted_copy(sighting, len, by_host_and_day);
    bool counted = sorted_host_counts(sorted, len);
    mem_free(sorted);
    return counted;
}

/* Counts a host, and keeps at `found` its findings at control servers when it counts. */
static size_t add_host(struct counting *ret, const struct sighting *const *sighting, size_t len,
                       const struct sighting **found)
{
    enum rank best = RANK_NONE, sinkhole = RANK_NONE;
    for (size_t i = 0; i < len; i++) {
        enum rank rank = is_control(sighting[i]) ? rank_of(sighting[i]) : RANK_NONE;
        enum rank *of = at_sinkhole(sighting[i]) ? &sinkhole : &best;
        *of = rank > *of ? rank : *of;
    }
    ret->confirmed += best == RANK_CONFIRMED;
    ret->probable += best == RANK_PROBABLE;
    ret->suspected += best == RANK_SUSPECTED;
    ret->sinkhole += best < RANK_PROBABLE && sinkhole >= RANK_PROBABLE;
    if (!sorted_host_counts(sighting, len))
        return 0;
    ret->counted++;
    size_t kept = 0;
    for (size_t i = 0; i < len; i++)
        if (is_control(sighting[i]) && rank_of(sighting[i]) >= RANK_PROBABLE &&
            counting_commands(sighting[i]))
            found[kept++] = sighting[i];
    return kept;
}

static int by_site(const void *a, const void *b)
{
    const struct sighting *const *left = a, *const *right = b;
    int order = text_compare((*left)->site, (*right)->site);
    return order || (*left)->site.at ? order : address_compare((*left)->host, (*right)->host);
}

/* Backdoored websites, and who used them. */
static void count_sites(struct counting *ret, const struct sighting *const *sighting, size_t len,
                        const struct sighting **found)
{
    size_t kept = 0;
    for (size_t i = 0; i < len; i++)
        if (!is_control(sighting[i]) && rank_of(sighting[i]) >= RANK_PROBABLE)
            found[kept++] = sighting[i];
    if (kept)
        qsort(found, kept, sizeof *found, by_site);
    for (size_t i = 0; i < kept; i++)
        ret->sites += i == 0 || by_site(&found[i - 1], &found[i]) != 0;
    if (kept)
        qsort(found, kept, sizeof *found, by_controller);
    for (size_t i = 0; i < kept; i++)
        ret->implanters += address_known(found[i]->controller) &&
                           (i == 0 || by_controller(&found[i - 1], &found[i]) != 0);
}

void counting_make(struct counting *ret, const struct sighting *const *sighting, size_t len)
{
    const struct sighting **sorted = sorted_copy(sighting, len, by_host_and_day);
    const struct sighting **found = mem_new(len, sizeof *found);
    size_t kept = 0;
    *ret = (struct counting){0};
    for (size_t i = 0, next; i < len; i = next) {
        for (next = i; next < len && address_same(sorted[i]->host, sorted[next]->host);)
            next++;
        kept += add_host(ret, sorted + i, next - i, found + kept);
    }
    if (kept)
        qsort(found, kept, sizeof *found, by_controller);
    for (size_t i = 0; i < kept; i++)
        ret->controllers += i == 0 || by_controller(&found[i - 1], &found[i]) != 0;
    if (kept)
        qsort(found, kept, sizeof *found, by_country);
    for (size_t i = 0; i < kept; i++)
        ret->countries += found[i]->controller_country.at != NULL &&
                          (i == 0 || by_country(&found[i - 1], &found[i]) != 0);
    count_sites(ret, sorted, len, found);
    mem_free(found);
    mem_free(sorted);
}
