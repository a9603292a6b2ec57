/*
 * Figures that others publish, beside ours: a ratio only where the same is counted, of the same
 * people, over the same days; else it says what differs.
 */
#ifndef MUSTER_CENSUS_CLAIMS_H
#define MUSTER_CENSUS_CLAIMS_H

#include "record/census.h"

/* One of a file's lines source,date,period,population,unit,definition,value; fields may be quoted.
 * unit: hosts, controllers, sites, implanters; of a country's code "controllers XX", "hosts of XX
 * controllers", "implanters XX", "sites of XX implanters"; "botnets over N". */
struct claims_read {
    uint64_t lines, refused;
    char first_refused[120]; /* "line 3: why" */
};

/* Adds the table "claims". population: whom our sensors watch, as claims name it; NULL: not said.
 * After census_make. */
void census_claims(struct census *census, struct text file, const char *population,
                   struct claims_read *ret);

#endif
