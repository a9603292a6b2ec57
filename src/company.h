/*
 * Controllers come in companies: a bot that calls one strange end calls others like it. A suspected
 * end of a host is more when, on the same day, the same host had another end in another network
 * whose conversation had the very same traits.
 */
#ifndef MUSTER_COMPANY_H
#define MUSTER_COMPANY_H

#include "record/sighting.h"

enum { COMPANY_VERSION = 1 };

/* Adds that as evidence to suspected sightings and judges them again with the judge's values; rows
 * of all shards must be there, sorted. */
void company_find(struct findings *findings, const double *knob);

#endif
