/*
 * A period against another: as counted, and like for like, which holds the procedure equal: the
 * same sensors on the same days, detectors and feeds of the same names and versions, indicators
 * that were known within thirty days. The difference of the two is what watching more or better
 * brought. Where a detector or a feed changed there is no like for like: "break in series".
 */
#ifndef MUSTER_CENSUS_CHANGE_H
#define MUSTER_CENSUS_CHANGE_H

#include "record/census.h"

/* Adds the table "change" and what of it must stand beside the headline. Makes the census's tables
 * anew, so that it comes last; nothing when the other period was not watched. */
bool census_change(struct census *census, const struct asker *asker, struct day before_from,
                   struct day before_to, struct err *err);

#endif
