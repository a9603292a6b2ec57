/*
 * The live population of a census (population.h): addresses by network and week out of the store,
 * holds out of its identity rows and of files that the user gives.
 *
 * Order: holds_read for each file -> census_make (which calls census_live) -> holds_free.
 */
#ifndef MUSTER_CENSUS_LIVE_H
#define MUSTER_CENSUS_LIVE_H

#include "census/population.h"
#include "record/census.h"

/* How long machines of a network kept an address. */
struct holds {
    struct network_hold {
        int64_t asn; /* -1: private addresses, or not known */
        struct hold hold;
        size_t rank; /* among all, as they were given */
    } * at;
    size_t len, room;
    uint64_t lines, refused;
    char first_refused[120]; /* "line 3: why" */
};

enum { HOLDS_MOST = 5000000 };

/* Lines asn,start,end[,device] (DHCP, RADIUS accounting, RIPE Atlas): times as RFC 3339 or in
 * seconds of 1970; an empty start or end: it went on beyond what the file knows. Without a device
 * each line is one. A heading is passed over; lines that make no sense are counted. */
void holds_read(struct holds *holds, struct text file);
void holds_free(struct holds *holds);

/* Adds the table "population" and the sentence about it; holds may be NULL. */
bool census_live(struct census *census, const struct asker *asker, const struct holds *holds,
                 struct err *err);

#endif
