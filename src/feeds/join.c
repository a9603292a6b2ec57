/*
 * Two sinks made one: the second's texts go behind the first's, so everything that points into
 * them moves by one distance; families are found again by name.
 */
#include "feeds/compile.h"

#include "base/mem.h"

static uint32_t moved(uint32_t at, size_t distance)
{
    return at ? (uint32_t)(at + distance) : 0;
}

/* What each family of `from` is called in `into`; index 0 = none. */
static uint32_t *families_join(struct feed_sink *into, const struct feed_sink *from)
{
    uint32_t *map = mem_new(FEED_FAMILIES + 1, sizeof *map);
    for (uint32_t i = 0; i < FEED_FAMILIES; i++) {
        const struct family *family = &from->family[i];
        uint16_t len;
        if (family->at == 0)
            continue;
        memcpy(&len, from->pool.at + family->at, sizeof len);
        map[i + 1] = feed_sink_family(into, text_at(from->pool.at + family->at + sizeof len, len));
        if (map[i + 1])
            into->family[map[i + 1] - 1].size += family->size;
    }
    return map;
}

static void listings_join(struct listings *into, const struct listings *from, const uint32_t *map,
                          size_t distance, uint64_t hash_more)
{
    if (into->len + from->len > into->room) {
        into->room = into->len + from->len;
        into->at = mem_resize(into->at, into->room, sizeof *into->at);
    }
    for (size_t i = 0; i < from->len; i++) {
        struct listing listing = from->at[i];
        listing.item = moved(listing.item, distance);
        listing.family = map[listing.family];
        listing.hash += hash_more;
        into->at[into->len++] = listing;
    }
}

static void networks_join(struct feed_sink *into, const struct feed_sink *from)
{
    size_t len = into->ranged.len + from->ranged.len;
    if (from->ranged.len == 0)
        return;
    if (len > into->networks_room) {
        into->networks_room = len;
        into->network = mem_resize(into->network, len, sizeof *into->network);
    }
    memcpy(into->network + into->ranged.len, from->network,
           from->ranged.len * sizeof *from->network);
}

static void counts_join(struct feed_sink *into, const struct feed_sink *from, size_t distance)
{
    for (unsigned i = 0; i < INDICATOR_REJECTS; i++) {
        if (into->rejects[i] == 0)
            into->reject_example[i] = moved(from->reject_example[i], distance);
        into->rejects[i] += from->rejects[i];
    }
    for (unsigned i = 0; i < FEED_OUTCOMES; i++)
        into->records[i] += from->records[i];
    if (from->labels_most > into->labels_most)
        into->labels_most = from->labels_most;
    if (from->newest > into->newest)
        into->newest = from->newest;
    into->files += from->files;
    into->digest += from->digest;
    into->format = into->format ? into->format : from->format;
    into->damaged = from->damaged ? from->damaged : into->damaged;
}

void feed_sink_join(struct feed_sink *into, const struct feed_sink *from)
{
    size_t distance = into->pool.len;
    bool fits = into->total + from->total <= INDICATOR_ENTRIES &&
                distance + from->pool.len + ((size_t)FEED_FAMILIES * FEED_FAMILY) < UINT32_MAX;
    if (!fits) {
        counts_join(into, from, 0);
        memset(into->reject_example, 0, sizeof into->reject_example);
        into->rejects[REJECT_FULL] += from->total;
        return;
    }
    buf_add(&into->pool, from->pool.at, from->pool.len);
    uint32_t *map = families_join(into, from);
    for (unsigned i = 0; i < INDICATOR_KINDS; i++)
        listings_join(&into->table[i], &from->table[i], map, distance, 0);
    networks_join(into, from);
    listings_join(&into->ranged, &from->ranged, map, distance, into->ranged.len);
    counts_join(into, from, distance);
    into->total += from->total;
    mem_free(map);
}
