/*
 * Trouble it answers: a read that says "29 hosts" where the report of the same store says 13. The
 * rule by which a host counts stands once, in counting.list; this counts the findings of a run by
 * it, sql/prepare.sql those of a store. Hosts that are seen only at sinkholes are counted apart.
 *
 * A run's sources are not merged as the store does it: where two sources saw one pair on one day
 * and only their evidence together makes it probable, the report counts a host more.
 */
#ifndef MUSTER_RECORD_COUNTING_H
#define MUSTER_RECORD_COUNTING_H

#include "record/sighting.h"

struct counting {
    int64_t counted;                        /* hosts that count by the rule */
    int64_t confirmed, probable, suspected; /* hosts by their best finding */
    int64_t sinkhole;                       /* hosts seen only at sinkholes */
    int64_t controllers, countries;         /* of counted hosts, roles dedicated and unknown */
    int64_t sites, implanters; /* websites with a backdoor, addresses that used one: probable or
                                  better */
};

/* Of one sensor's sightings in any order. */
void counting_make(struct counting *ret, const struct sighting *const *sighting, size_t len);

/* Whether a host counts: sightings of one host (of `len` rows, in any order). */
bool counting_host(const struct sighting *const *sighting, size_t len);

/* dedicated or unknown: the roles that enter a country's number of control servers. */
bool counting_commands(const struct sighting *sighting);

#endif
