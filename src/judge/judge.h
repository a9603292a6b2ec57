/*
 * The judge: a pure function of a pair's evidence and one versioned table, so that it can be asked
 * again at report time.
 *
 *   logit p = logit(prior) + sum over evidence groups of the strongest strength of the group
 *
 * in natural logs; "strongest" is the largest by magnitude, with its sign; each group is capped.
 * The prior is that of a day's pair of a host and an unpopular outside end being one of command:
 * 1e-3 by default, an assumption that the knob judge.prior changes.
 */
#ifndef MUSTER_JUDGE_JUDGE_H
#define MUSTER_JUDGE_JUDGE_H

#include "record/evidence.h"
#include "record/knob.h"
#include "record/pair.h"

enum { JUDGE_VERSION = 2 };
enum { JUDGE_PRIOR, JUDGE_KNOBS };
extern const struct knob judge_knobs[];

struct verdict {
    double p;
    const char *grade;      /* "confirmed", "probable", "suspected"; NULL under 0.5 */
    struct text family;     /* of the strongest evidence that names one; a view */
    struct day first_known; /* earliest day on which the grade could have been reached by listing
                               dates; DAY_NONE when the evidence is not of lists */
};

/* From which p on a pair is suspected, probable, confirmed. */
enum { JUDGE_GRADES = 3 };
extern const double judge_grade_from[JUDGE_GRADES];
const char *judge_grade(double p); /* NULL under the first */

/* answered: the host opened a conversation that was answered, or the question was the conversation
 * (a name asked for in DNS). */
void judge_pair(bool answered, const struct evidence *evidence, uint32_t len, const double *knob,
                struct verdict *ret);

enum { ROLE_WHY = 400 };
/* Roles with the words of sighting.list, each with its reason as a sentence in `why`. */
const char *judge_controller_role(const struct pair *pair, const struct evidence *evidence,
                                  uint32_t len, char why[ROLE_WHY]);
const char *judge_host_role(const struct host *host, char why[ROLE_WHY]);

#endif
