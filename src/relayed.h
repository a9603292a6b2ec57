/*
 * Who stands behind a resolver, proxy or mail gateway: a finding there is about somebody else, and
 * whoever reached for the same name on the same day is named in it.
 */
#ifndef MUSTER_RELAYED_H
#define MUSTER_RELAYED_H

#include "record/sighting.h"

/* Completes the reasons of such hosts' roles; rows of all shards must be there. */
void relayed_find(struct findings *findings);

#endif
