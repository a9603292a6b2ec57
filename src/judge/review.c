#include "judge/review.h"

#include <stdio.h>

/* What a host of that role does for others (record/host.c says the same of traffic). */
static bool role_relays(struct text role, const struct review_row *row)
{
    enum { DNS = 53, SMTP = 25, SUBMISSIONS = 465, SUBMISSION = 587 };
    bool by_name = row->controller.at == NULL;
    if (text_is(role, "resolver"))
        return by_name || row->port == DNS;
    if (text_is(role, "mail gateway"))
        return by_name || row->port == SMTP || row->port == SUBMISSION || row->port == SUBMISSIONS;
    return text_is(role, "proxy");
}

static void role_said(char why[REVIEW_WHY], const struct review_role *role)
{
    (void)snprintf(why, REVIEW_WHY, "%.*s says so%s%.*s", (int)role->rule.len, role->rule.at,
                   role->reason.len ? ": " : "", (int)role->reason.len,
                   role->reason.at ? role->reason.at : "");
}

static void review_roles_of(const struct review *review, const struct review_row *row,
                            struct reviewed *ret)
{
    struct review_role host = review_role_of(review, row->host, text_of(NULL));
    struct review_role end = review_role_of(review, row->controller, row->controller_name);
    ret->host_role = row->host_role;
    ret->controller_role = row->controller_role;
    if (host.role.at != NULL) {
        ret->host_role = host.role;
        ret->relayed = role_relays(host.role, row);
        role_said(ret->host_why, &host);
    }
    if (end.role.at != NULL) {
        ret->controller_role = end.role;
        role_said(ret->controller_why, &end);
    }
}

/* The evidence that still counts, judged again. */
static double judged_again(const double *knob, const struct review_row *row,
                           const struct reviewed *said)
{
    struct evidence kept[REVIEW_EVIDENCE + 1];
    uint32_t len = 0;
    for (uint32_t i = 0; i < row->evidence.len && i < REVIEW_EVIDENCE; i++) {
        if (said->dropped[i])
            continue;
        kept[len] = row->evidence.at[i];
        if (said->host_why[0]) /* the user's word on who did it */
            kept[len].flags &= (uint16_t)~EVIDENCE_RELAYED;
        len++;
    }
    if (said->relayed)
        kept[len++] = (struct evidence){
            .group = GROUP_ROLE, .flags = EVIDENCE_RELAYED, .known_from = {DAY_NONE}};
    struct verdict verdict;
    judge_pair(row->answered, kept, len, knob, &verdict);
    return verdict.p;
}

void judge_review(const struct review *review, const double *knob, const struct review_row *row,
                  struct reviewed *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->p = row->p;
    ret->allowed_by = review_allows_end(review, row->controller, row->controller_name);
    if (ret->allowed_by.at == NULL)
        ret->allowed_by = review_allows_end(review, row->host, text_of(NULL));
    review_roles_of(review, row, ret);
    struct text mark = {NULL, 0};
    for (uint32_t i = 0; i < row->evidence.len && i < REVIEW_EVIDENCE; i++) {
        struct text rule = review_allows_mark(review, row->evidence.at[i].item);
        ret->dropped[i] = rule.at != NULL;
        if (rule.at != NULL)
            mark = rule;
    }
    if (mark.at == NULL && ret->host_why[0] == '\0')
        return;
    ret->p = judged_again(knob, row, ret);
    if (mark.at != NULL && ret->allowed_by.at == NULL && judge_grade(ret->p) == NULL)
        ret->allowed_by = mark;
}
