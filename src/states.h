/*
 * What detectors keep of pairs. Most pairs see a few conversations and nothing that a detector
 * would remember, so a state costs no memory while it is all zero: the detector works on a scratch
 * one, and only what it left there is given room. Small states lie in the pair's own entry.
 *
 * Each detector with a larger state has a table of its own, of fixed capacity; when that is full,
 * the pair whose state was used longest ago must be closed first, as when there are too many pairs.
 *
 * A pair's entry holds states_entry_bytes() for its places. Order, for each record and detector:
 * states_at -> the detector writes -> if states_written: (if states_full: close the pair
 * states_oldest) -> states_keep; and states_drop when the pair leaves.
 */
#ifndef MUSTER_STATES_H
#define MUSTER_STATES_H

#include "base/table.h"
#include "conf.h"

struct states {
    struct table table[CONF_DETECTORS]; /* of the larger states */
    uint32_t offset[CONF_DETECTORS]; /* of a small one among the places; 0 = it is a larger one */
    uint32_t entry_bytes;
    void *scratch; /* zero between calls */
    void *last;    /* what a pair without a state is closed with */
    void *blank;   /* always zero */
};

struct state_places; /* of one pair */

void states_init(struct states *states, size_t bytes);
void states_reset(struct states *states);
void states_free(struct states *states);

/* To be written by detector d. */
void *states_at(struct states *states, struct state_places *places, unsigned d);
bool states_written(const struct states *states, const struct state_places *places, unsigned d);
bool states_full(const struct states *states, unsigned d);
uint32_t states_oldest(const struct states *states, unsigned d); /* the pair, as given to keep */
void states_keep(struct states *states, struct state_places *places, unsigned d, uint32_t pair);
/* For the last time: what the detector writes there now need not be kept. */
void *states_last(struct states *states, const struct state_places *places, unsigned d);
void states_drop(struct states *states, struct state_places *places);

#endif
