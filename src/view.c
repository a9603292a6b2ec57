#include "view.h"

#include "judge/review.h"

static double judge(const void *state, struct evidence_list evidence, bool answered)
{
    const struct view *view = state;
    struct verdict verdict;
    judge_pair(answered, evidence.at, evidence.len, view->knob, &verdict);
    return verdict.p;
}

static void review(const void *state, const struct review_row *row, struct reviewed *ret)
{
    const struct view *view = state;
    judge_review(view->review, view->knob, row, ret);
}

void view_open(struct view *view, const struct conf *conf, const struct review *rules)
{
    *view = (struct view){.review = rules};
    memcpy(view->knob, conf->judge, sizeof view->knob);
    view->store.state = view;
    view->store.judge = judge;
    view->store.review = review_rules(rules) ? review : NULL;
    _Static_assert(JUDGE_GRADES == sizeof view->store.grade_from / sizeof(double), "all grades");
    memcpy(view->store.grade_from, judge_grade_from, sizeof judge_grade_from);
}
