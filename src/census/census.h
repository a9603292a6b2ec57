/*
 * Counts over the sightings of a period, by the rule of the docs: a host counts with one confirmed
 * day, or with probable findings on two days or by two different kinds of evidence; suspected never
 * counts. All questions are SQL, put to the store through the asker.
 *
 * Order: census_make -> census_owners (census/publish.h), census_change -> print -> census_free.
 */
#ifndef MUSTER_CENSUS_CENSUS_H
#define MUSTER_CENSUS_CENSUS_H

#include "record/census.h"

struct holds; /* census/live.h */

/* DAY_NONE for an open end. holds: what the user knows of how long addresses are held; or NULL.
 * Fills ret afresh; false and err when the store fails. */
bool census_make(struct census *ret, const struct asker *asker, struct day from, struct day to,
                 const struct holds *holds, struct err *err);
void census_free(struct census *census);

#endif
