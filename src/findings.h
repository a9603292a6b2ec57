/*
 * Rows of all shards, put together for one source: sorted, so that the number of workers shows
 * nowhere, and placed in countries and networks.
 */
#ifndef MUSTER_FINDINGS_H
#define MUSTER_FINDINGS_H

#include "enrich/enrich.h"
#include "way.h"

/* Fills `ret` (its arena is in use already) and adds the shards' counts to notes. */
void findings_gather(struct findings *ret, struct shard *const *shards,
                     const struct coverage *coverage, const struct spill_about *about,
                     struct way_notes *notes, const struct way_setup *setup);

/* Countries and networks of both ends as of the sighting's day; enrich may be NULL. */
void findings_place(struct sighting *sighting, const struct enrich *enrich, struct arena *arena);

#endif
