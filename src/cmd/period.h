/*
 * Periods as users write them: 2018, 2018-Q3, 2018-07, 2018-W27 (ISO 8601), 2018-07-01.
 */
#ifndef MUSTER_CMD_PERIOD_H
#define MUSTER_CMD_PERIOD_H

#include "base/clock.h"
#include "base/text.h"

struct period {
    struct day from, to; /* both in it */
};

/* years: how many years earlier the same period is meant (the same week's number, the same dates).
 * False when it is none, or when there is none such: 2016-02-29 a year before. */
bool period_parse(struct text text, int years, struct period *ret);

#endif
