/*
 * What of a census may be published. Cells are a fixed list; counts are rounded to 5, under 10 they
 * are "<10"; a cell needs three owners (networks of its hosts), none of which has over 80 % of it,
 * else it is withheld, and when it is the only one of its table, so is the smallest other one: the
 * total must not tell it. Percentages are made of rounded figures.
 *
 * Order: census_make -> census_owners -> (census_change) -> census_publish -> print
 * -> published_free.
 */
#ifndef MUSTER_CENSUS_PUBLISH_H
#define MUSTER_CENSUS_PUBLISH_H

#include "record/published.h"

/* Asks who stands behind the cells that can be published. */
bool census_owners(struct census *census, const struct asker *asker, struct err *err);
void census_publish(struct published *ret, const struct census *census);
void published_free(struct published *published);

#endif
