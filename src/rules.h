/*
 * The user's rules (--allow, --roles) on what a read found: what is allowed becomes a contact, with
 * all its evidence, and is counted by rule; roles are the user's.
 */
#ifndef MUSTER_RULES_H
#define MUSTER_RULES_H

#include "base/buf.h"
#include "record/review.h"

enum { RULES_TOLD = 32 };
struct rules_tally {
    char rule[96]; /* "office.allow:3" */
    uint64_t pairs;
};
struct rules_notes {
    struct rules_tally tally[RULES_TOLD]; /* rules that hid something; the rest in the last */
    uint64_t hidden;
};

/* Whether the judge takes a sighting's conversation for answered, as macros.sql says it of stored
 * rows. */
bool rules_talked(const struct sighting *sighting);
/* contact must have room for all sightings too; knob: the judge's. */
void rules_apply(struct findings *findings, const struct review *review, const double *knob,
                 struct rules_notes *notes);
/* "hidden    2 pairs not shown because of --allow: office.allow:3 (2)", or nothing. */
void rules_print(const struct rules_notes *notes, struct buf *buf);
void rules_count(struct rules_notes *notes, struct text rule, uint64_t pairs);

#endif
