/*
 * A table that traffic fills: fixed capacity, found by hash, oldest known, so that whoever fills it
 * on purpose only pushes out the oldest (and that is counted by the caller).
 *
 * Entries live in one mapped array and never move; index 0 is "none". Each entry type starts with a
 * struct table_link. Entries hang in one of TABLE_LISTS age lists (newest first), so that short-
 * and long-lived ones expire apart. What is iterated is the array, in the order of indices, which
 * does not depend on the hash.
 *
 * Order: table_init -> table_first/table_next to look up -> (table_full -> table_remove of
 * table_oldest) -> table_add -> table_touch ... -> table_reset -> table_free.
 */
#ifndef MUSTER_BASE_TABLE_H
#define MUSTER_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_LISTS = 2 };

struct table_link {
    uint32_t hash;
    uint32_t chain;        /* next entry of the same bucket */
    uint32_t newer, older; /* in the age list */
    uint8_t list, used;
    uint8_t pad[6];
};

struct table {
    uint8_t *entries;
    uint32_t *bucket;
    size_t entry_bytes;
    uint32_t capacity, used; /* entries */
    uint32_t fresh;          /* indices above it were never used since the reset */
    uint32_t free_head;      /* of those given back, by link.chain */
    uint32_t bucket_mask;
    uint32_t newest[TABLE_LISTS], oldest[TABLE_LISTS];
};

/* As many entries of entry_bytes (a multiple of 8, beginning with a struct table_link) as fit into
 * `bytes`, at least 16. */
void table_init(struct table *table, size_t entry_bytes, size_t bytes);
void table_reset(struct table *table); /* empties it; touched memory goes back to the system */
void table_free(struct table *table);

static inline void *table_at(const struct table *table, uint32_t index)
{
    return table->entries + (size_t)index * table->entry_bytes;
}

static inline uint32_t table_index(const struct table *table, const void *entry)
{
    return (uint32_t)((size_t)((const uint8_t *)entry - table->entries) / table->entry_bytes);
}

/* Candidates of a hash; the caller compares keys. */
static inline uint32_t table_first(const struct table *table, uint32_t hash)
{
    return table->bucket[hash & table->bucket_mask];
}

static inline uint32_t table_next(const struct table *table, uint32_t index)
{
    return ((struct table_link *)table_at(table, index))->chain;
}

static inline bool table_full(const struct table *table)
{
    return table->used == table->capacity;
}

/* Index of the oldest entry of a list; 0 when the list is empty. */
static inline uint32_t table_oldest(const struct table *table, unsigned list)
{
    return table->oldest[list];
}

/* A zeroed entry as the newest of the list. The table must not be full. */
uint32_t table_add(struct table *table, uint32_t hash, unsigned list);
/* Makes it the newest of the list. */
void table_touch(struct table *table, uint32_t index, unsigned list);
void table_remove(struct table *table, uint32_t index);

/* Used entries in index order: for (i = table_each(t, 0); i; i = table_each(t, i)) */
uint32_t table_each(const struct table *table, uint32_t after);

/* Two 64-bit words mixed into one, well spread (the folded product of wyhash, W. Yi). For tables
 * use table_hash: what this makes of chosen words anybody can work out. */
static inline uint64_t table_mix(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product =
        (unsigned __int128)(a ^ UINT64_C(0x9E3779B97F4A7C15)) * (b ^ UINT64_C(0xD6E8FEB86659FD93));
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* A secret of the process: who chooses addresses, ports and names cannot tell which of them share a
 * chain. No output depends on it. */
struct table_seed {
    uint64_t a, b;
};

/* Hash of a key of n words, for table_first and table_add. */
static inline uint32_t table_hash(struct table_seed seed, const uint64_t *word, unsigned n)
{
    uint64_t h = seed.a;
    for (unsigned i = 0; i + 1 < n; i += 2)
        h = table_mix(h ^ word[i], seed.b ^ word[i + 1]);
    if (n % 2)
        h = table_mix(h ^ word[n - 1], seed.b);
    return (uint32_t)(h ^ h >> 32);
}

#endif
