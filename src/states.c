#include "states.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

enum { SMALL = 64 }; /* bytes of a state that need no table */

struct state_places {
    uint32_t slot[1]; /* detectors_len of them; 0 = all zero. Then the small states */
};

struct state_entry {
    struct table_link link;
    uint32_t pair, pad;
};

/* How many pairs have such a state, for each that has the rarest kind: names asked and TLS are in
 * most conversations of people, other things in few. */
static unsigned weight_of(const struct detector *detector)
{
    return detector->records & (RECORD_DNS | RECORD_TLS) && !(detector->records & RECORD_FLOW) ? 4
           : detector->records & RECORD_HTTP && !(detector->records & RECORD_FLOW)             ? 3
                                                                                               : 1;
}

static size_t room_of(unsigned d)
{
    return sizeof(struct state_entry) + detectors[d]->pair_bytes;
}

void states_init(struct states *states, size_t bytes)
{
    size_t at = (detectors_len * sizeof(uint32_t) + 7) / 8 * 8, whole = 0, most = 8;
    for (unsigned d = 0; d < detectors_len; d++) {
        size_t state = detectors[d]->pair_bytes;
        muster_assert(state % 8 == 0);
        most = state > most ? state : most;
        if (state > SMALL) {
            whole += room_of(d) * weight_of(detectors[d]);
            continue;
        }
        states->offset[d] = (uint32_t)at;
        at += state;
    }
    states->entry_bytes = (uint32_t)at;
    for (unsigned d = 0; d < detectors_len; d++) {
        if (states->offset[d] != 0)
            continue;
        muster_assert(whole > 0);
        table_init(&states->table[d], room_of(d),
                   bytes / whole * room_of(d) * weight_of(detectors[d]));
    }
    states->scratch = mem_new(1, most);
    states->last = mem_new(1, most);
    states->blank = mem_new(1, most);
}

void states_reset(struct states *states)
{
    for (unsigned d = 0; d < detectors_len; d++)
        if (states->offset[d] == 0)
            table_reset(&states->table[d]);
}

void states_free(struct states *states)
{
    for (unsigned d = 0; d < detectors_len; d++)
        table_free(&states->table[d]);
    mem_free(states->scratch);
    mem_free(states->last);
    mem_free(states->blank);
    *states = (struct states){.entry_bytes = 0};
}

static void *state_of(const struct states *states, const struct state_places *places, unsigned d)
{
    if (states->offset[d])
        return (char *)(uintptr_t)places + states->offset[d];
    if (places->slot[d])
        return (struct state_entry *)table_at(&states->table[d], places->slot[d]) + 1;
    return NULL;
}

void *states_at(struct states *states, struct state_places *places, unsigned d)
{
    void *state = state_of(states, places, d);
    if (state == NULL)
        return states->scratch;
    if (states->offset[d] == 0)
        table_touch(&states->table[d], places->slot[d], 0);
    return state;
}

bool states_written(const struct states *states, const struct state_places *places, unsigned d)
{
    return states->offset[d] == 0 && places->slot[d] == 0 &&
           memcmp(states->scratch, states->blank, detectors[d]->pair_bytes) != 0;
}

bool states_full(const struct states *states, unsigned d)
{
    return table_full(&states->table[d]);
}

uint32_t states_oldest(const struct states *states, unsigned d)
{
    const struct table *table = &states->table[d];
    return ((const struct state_entry *)table_at(table, table_oldest(table, 0)))->pair;
}

void states_keep(struct states *states, struct state_places *places, unsigned d, uint32_t pair)
{
    uint32_t slot = table_add(&states->table[d], pair, 0);
    struct state_entry *entry = table_at(&states->table[d], slot);
    entry->pair = pair;
    memcpy(entry + 1, states->scratch, detectors[d]->pair_bytes);
    memset(states->scratch, 0, detectors[d]->pair_bytes);
    places->slot[d] = slot;
}

void *states_last(struct states *states, const struct state_places *places, unsigned d)
{
    void *state = state_of(states, places, d);
    return state ? state : memset(states->last, 0, detectors[d]->pair_bytes);
}

void states_drop(struct states *states, struct state_places *places)
{
    for (unsigned d = 0; d < detectors_len; d++) {
        if (states->offset[d] == 0 && places->slot[d])
            table_remove(&states->table[d], places->slot[d]);
        places->slot[d] = 0;
    }
}
