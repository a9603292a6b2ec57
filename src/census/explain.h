/*
 * What stands behind a cell of a report: the question as it was put, and the findings that it
 * counts.
 */
#ifndef MUSTER_CENSUS_EXPLAIN_H
#define MUSTER_CENSUS_EXPLAIN_H

#include "record/census.h"

struct explained {
    struct arena arena;
    struct text sql;  /* the question whose answer the cell is */
    struct rows rows; /* findings behind it, at most EXPLAINED_MOST */
    const char *definition;
};
enum { EXPLAINED_MOST = 1000 };

/* cell: "country=US", "family=not named", or a headline figure's name: "hosts_counted". False with
 * err when there is no such cell. After census_make; explained_free in any case. */
bool census_explain(struct explained *ret, const struct asker *asker, const char *cell,
                    struct err *err);
void explained_free(struct explained *explained);

#endif
