/*
 * The user's rules (record/review.h) applied to a finding, by the same function when traffic is
 * read and when the store is asked: what is allowed is not shown, a fingerprint that is allowed
 * counts no more, and roles are the user's.
 */
#ifndef MUSTER_JUDGE_REVIEW_H
#define MUSTER_JUDGE_REVIEW_H

#include "judge/judge.h"
#include "record/review.h"

void judge_review(const struct review *review, const double *knob, const struct review_row *row,
                  struct reviewed *ret);

#endif
