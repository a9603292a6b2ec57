#include "judge/judge.h"

#include <math.h>

const struct knob judge_knobs[] = {
    [JUDGE_PRIOR] = {"prior", "probability",
                     "of a day's host and unpopular outside end being one of command", 1e-3, 1e-9,
                     0.5},
    [JUDGE_KNOBS] = {.name = NULL},
};

/* What one group of evidence may add or take at most, natural log. Content on a list may decide
 * alone; behaviour of one sort must not confirm; what speaks for a harmless end may outweigh one
 * listing but not two independent findings. */
static const double group_cap[GROUPS] = {
    [GROUP_LISTED_END] = 12.5, [GROUP_LISTED_CONTENT] = 12.5,
    [GROUP_RHYTHM] = 6.0,      [GROUP_SHAPE] = 9.5,
    [GROUP_NAMES] = 11.0,      [GROUP_SPREAD] = 9.5,
    [GROUP_DIALOG] = 5.0,      [GROUP_ROLE] = 6.0,
    [GROUP_ALERT] = 12.5,      [GROUP_MARK] = 12.5,
    [GROUP_FILE] = 14.0,       [GROUP_VOLUME] = 4.0,
};

/* Other evidence that adds so much stands beside a listing: the listing is not alone. */
#define NOT_ALONE 4.0

/* Just under the next grade. */
#define MOST_SUSPECTED 0.8999
#define MOST_PROBABLE 0.9899

static double logit(double p)
{
    return log(p / (1.0 - p));
}

/* The sum over groups, leaving out evidence that carries one of the flags. */
static double sum_without(const struct evidence *evidence, uint32_t len, unsigned flags)
{
    double group[GROUPS] = {0};
    for (uint32_t i = 0; i < len; i++) {
        const struct evidence *e = &evidence[i];
        if (!(e->flags & flags) && fabs(e->strength) > fabs(group[e->group]))
            group[e->group] = e->strength;
    }
    double sum = 0;
    for (unsigned g = 0; g < GROUPS; g++)
        sum += fmax(-group_cap[g], fmin(group_cap[g], group[g]));
    return sum;
}

static double probability(double log_odds)
{
    return 1.0 / (1.0 + exp(-log_odds));
}

const double judge_grade_from[JUDGE_GRADES] = {0.50, 0.90, 0.99};

const char *judge_grade(double p)
{
    static const char *const name[JUDGE_GRADES] = {"suspected", "probable", "confirmed"};
    const char *grade = NULL;
    for (unsigned i = 0; i < JUDGE_GRADES; i++)
        if (p >= judge_grade_from[i])
            grade = name[i];
    return grade;
}

void judge_pair(bool answered, const struct evidence *evidence, uint32_t len, const double *knob,
                struct verdict *ret)
{
    *ret = (struct verdict){.p = knob[JUDGE_PRIOR], .first_known = {DAY_NONE}};
    if (len == 0) { /* most pairs */
        ret->grade = judge_grade(ret->p);
        return;
    }
    double prior = logit(knob[JUDGE_PRIOR]);
    double p = probability(prior + sum_without(evidence, len, 0));
    double unserved = probability(prior + sum_without(evidence, len, EVIDENCE_PAYLOAD));
    if (p > unserved) /* taking a payload is not being controlled */
        p = fmax(unserved, fmin(p, MOST_SUSPECTED));
    bool content = false, relayed = false;
    double best = 0;
    for (uint32_t i = 0; i < len; i++) {
        const struct evidence *e = &evidence[i];
        content |= (e->flags & (EVIDENCE_CONTENT | EVIDENCE_SINKHOLE)) != 0;
        relayed |= (e->flags & EVIDENCE_RELAYED) != 0;
        if (e->family.at && e->strength > best) {
            best = e->strength;
            ret->family = e->family;
        }
        if (e->known_from.number != DAY_NONE &&
            (ret->first_known.number == DAY_NONE || e->known_from.number < ret->first_known.number))
            ret->first_known = e->known_from;
    }
    /* What only asking for a name shows, alone, and what was done for somebody else, is never more
     * than suspected; what is not content in an answered conversation never confirms. */
    double most = content && answered ? 1.0 : MOST_PROBABLE;
    if (sum_without(evidence, len, EVIDENCE_SUSPECT) < NOT_ALONE)
        for (uint32_t i = 0; i < len; i++)
            if (evidence[i].flags & EVIDENCE_SUSPECT)
                most = MOST_SUSPECTED;
    if (relayed)
        most = fmin(most, MOST_SUSPECTED);
    ret->p = fmin(p, most);
    ret->grade = judge_grade(ret->p);
}
