/*
 * Releases: figures that were given out under a name, kept in the store, and what has become of
 * them since. A later report of the same days shows what was published beside what is counted now,
 * and what changed in between: sources, detectors and feeds, verdicts.
 */
#ifndef MUSTER_CENSUS_RELEASE_H
#define MUSTER_CENSUS_RELEASE_H

#include "base/buf.h"
#include "record/census.h"

/* Adds the table "released": figures of earlier releases of the same days. After census_numbers. */
bool census_released(struct census *census, const struct asker *asker, struct err *err);
/* The lines of releases.csv that freeze this census: name, time, first and last day, figure, value,
 * sources, digest of the procedure. */
void census_release(struct buf *csv, const struct census *census, const char *name,
                    struct instant now);

#endif
