/*
 * What a CERT tells owners: each finding of probable or better, a day, a host and a controller (or
 * a website and who used its backdoor), with the times and ports by which a provider finds its
 * customer.
 */
#ifndef MUSTER_CENSUS_NOTICES_H
#define MUSTER_CENSUS_NOTICES_H

#include "base/clock.h"
#include "record/rows.h"

/* Columns beside the printed ones: for finding the owner. */
enum notice_column { NOTICE_HOST, NOTICE_ASN, NOTICE_SENSOR, NOTICE_PRINTED };

/* Rows in the order of time; printed columns have Shadowserver's names where it has such a thing
 * (event4_sinkhole, compromised_website). */
bool notices_control(struct rows *ret, const struct asker *asker, struct day from, struct day to,
                     struct arena *arena, struct err *err);
bool notices_sites(struct rows *ret, const struct asker *asker, struct day from, struct day to,
                   struct arena *arena, struct err *err);

#endif
