/*
 * What no single source or day can show: the contact rows of the store, put together by pair over a
 * period, looked at by the detectors that can look across, and judged again. Hourly files of a slow
 * beacon, a caller every twelve hours, an indicator that came later than the traffic.
 *
 * One sensor at a time: two sensors' clocks are not one.
 *
 * Order: across_sensors -> across_make for each -> its findings go to the store like a source's.
 */
#ifndef MUSTER_ACROSS_H
#define MUSTER_ACROSS_H

#include "conf.h"
#include "enrich/enrich.h"
#include "record/rows.h"
#include "record/sighting.h"

struct across_setup {
    const struct conf *conf;
    const struct indicators *indicators; /* NULL: none */
    const struct enrich *enrich;         /* NULL: ends are not placed */
    struct day from, to;                 /* DAY_NONE: open */
    struct text sensor, procedure_id, detectors, sets;
};

struct across_counts {
    size_t pairs, hosts, days; /* looked at */
    size_t near;               /* between 0.1 and 0.5 */
};

/* The sensors that have contact rows in the period: one column. */
bool across_sensors(const struct asker *asker, struct day from, struct day to, struct arena *arena,
                    struct rows *ret, struct err *err);
/* Fills `ret`: sightings for each day of a pair that came over the line, contact rows (without
 * calls or sums: those stand in the sources' own) for what changed below it, and a coverage row of
 * kind "judge" whose source_id is the sensor's and period's and whose procedure_id also covers what
 * was judged, so that a repetition replaces what it repeats. */
bool across_make(struct findings *ret, struct across_counts *counts, const struct asker *asker,
                 const struct across_setup *setup, struct err *err);
/* How many sources were written since the last judgement; 0 with fewer than two sources, which a
 * judgement across would not add to. */
bool across_stale(const struct asker *asker, int64_t *ret, struct err *err);
void across_free(struct findings *findings);

#endif
