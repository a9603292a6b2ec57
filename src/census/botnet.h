/*
 * Botnets: a family's controllers that one host was seen under belong together. A controller that
 * shares no host with another is a botnet of its own; what nobody names is never joined. The number
 * of a botnet is a digest of its family and of the controller of it that the store has known
 * longest, so that it stays when others come and go.
 */
#ifndef MUSTER_CENSUS_BOTNET_H
#define MUSTER_CENSUS_BOTNET_H

#include "record/census.h"

/* Adds the tables "botnet" and "size": after the census's own tables were made. */
bool census_botnets(struct census *census, const struct asker *asker, struct err *err);

#endif
