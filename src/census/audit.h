/*
 * A sample of what was found, for a person to look at: what share is right holds on this network
 * only when somebody looked.
 */
#ifndef MUSTER_CENSUS_AUDIT_H
#define MUSTER_CENSUS_AUDIT_H

#include "base/clock.h"
#include "record/rows.h"

enum audit_column {
    AUDIT_COUNTED, /* "true", "false" */
    AUDIT_GRADE,
    AUDIT_DAY,
    AUDIT_HOST,
    AUDIT_CONTROLLER,
    AUDIT_PORT,
    AUDIT_FAMILY,
    AUDIT_P,
    AUDIT_FLOWS,
    AUDIT_EVIDENCE, /* sentences, the strongest first, one a line */
    AUDIT_VERDICT,  /* what was said before, or null */
    AUDIT_COLUMNS
};

/* `sample` findings (a day, a host and a controller) of hosts that count, as many of each grade as
 * can be, and as many of others, drawn by `seed`: the same seed draws the same. */
bool audit_ask(struct rows *ret, const struct asker *asker, struct day from, struct day to,
               unsigned sample, unsigned seed, struct arena *arena, struct err *err);

#endif
