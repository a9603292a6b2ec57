/*
 * Where the call times of pairs lie: a few in the pair itself, more in a pool of three sizes that a
 * list grows through, so that the many pairs with one or two calls cost nothing. Fixed capacity:
 * when a size is full, the list that grew longest ago loses its times (counted), not its count.
 *
 * A list keeps all of CALLS_MOST calls. Of more it keeps the earliest CALLS_WHOLE and, of the rest,
 * those whose hash is smallest: the kept set does not depend on the order of arrival.
 *
 * Order: calls_init -> calls_add ... -> calls_sorted when the pair's day ends -> calls_drop.
 */
#ifndef MUSTER_CALLS_H
#define MUSTER_CALLS_H

#include "base/table.h"
#include "record/pair.h"

enum { CALL_SIZES = 3 };

struct calls {
    struct table size[CALL_SIZES];
    uint64_t evicted; /* lists that lost their times */
    uint32_t serial;  /* spreads the chunks over the tables' buckets */
};

void calls_init(struct calls *calls, size_t bytes);
void calls_reset(struct calls *calls);
void calls_free(struct calls *calls);
/* The list must not move while it is in the pool. */
void calls_add(struct calls *calls, struct call_list *list, uint32_t call);
/* What was kept, sorted; the list takes no more calls. */
struct call_times calls_sorted(struct calls *calls, struct call_list *list);
void calls_drop(struct calls *calls, struct call_list *list);

#endif
