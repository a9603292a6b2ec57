/*
 * The tables of a shard: its hosts by day, what DNS told them of addresses, and the pairs. Each
 * takes the place of the oldest when it is full, and counts that.
 */
#include "shard_state.h"

#include "record/popular.h"

#include <string.h>

static uint32_t host_hash(const struct shard *s, struct day day, struct address address)
{
    const uint64_t key[] = {address.high, address.low, (uint32_t)day.number};
    return table_hash(s->seed, key, 3);
}

static uint32_t host_index(const struct shard *s, struct day day, struct address address,
                           uint32_t hash)
{
    uint32_t i = table_first(&s->hosts, hash);
    for (; i; i = table_next(&s->hosts, i)) {
        const struct host_entry *h = table_at(&s->hosts, i);
        if (h->link.hash == hash && h->host.day.number == day.number &&
            address_same(h->host.address, address))
            break;
    }
    return i;
}

struct host_entry *shard_host(const struct shard *s, struct day day, struct address address)
{
    uint32_t i = host_index(s, day, address, host_hash(s, day, address));
    return i ? table_at(&s->hosts, i) : NULL;
}

struct host_entry *shard_host_take(struct shard *s, struct day day, struct address address)
{
    uint32_t hash = host_hash(s, day, address);
    uint32_t i = host_index(s, day, address, hash);
    if (i) {
        table_touch(&s->hosts, i, 0);
        return table_at(&s->hosts, i);
    }
    if (table_full(&s->hosts)) {
        table_remove(&s->hosts, table_oldest(&s->hosts, 0));
        s->counts.skips.count[SKIP_host_evicted]++;
    }
    struct host_entry *h = table_at(&s->hosts, table_add(&s->hosts, hash, 0));
    h->host.day = day;
    h->host.address = address;
    s->counts.hosts++;
    return h;
}

static uint32_t name_hash(const struct shard *s, struct address host, struct address address)
{
    const uint64_t key[] = {host.high, host.low, address.high, address.low};
    return table_hash(s->seed, key, 4);
}

struct name_entry *shard_name_find(const struct shard *s, struct address host,
                                   struct address address)
{
    uint32_t hash = name_hash(s, host, address);
    for (uint32_t i = table_first(&s->names, hash); i; i = table_next(&s->names, i)) {
        struct name_entry *n = table_at(&s->names, i);
        if (n->link.hash == hash && address_same(n->address, address) &&
            address_same(n->host, host))
            return n;
    }
    return NULL;
}

void shard_name_learn(struct shard *s, struct address host, struct address address,
                      struct text name)
{
    struct name_entry *n = shard_name_find(s, host, address);
    if (n == NULL) {
        if (table_full(&s->names))
            table_remove(&s->names, table_oldest(&s->names, 0));
        n = table_at(&s->names, table_add(&s->names, name_hash(s, host, address), 0));
        n->host = host;
        n->address = address;
    }
    n->name_len = (uint16_t)(name.len < NAME_KEPT ? name.len : 0);
    memcpy(n->name, name.at, n->name_len);
}

static void pair_name(struct pair_entry *e)
{
    e->pair.name = e->name_len ? text_at(e->name, e->name_len) : text_of(NULL);
    if (popular_name(e->pair.name))
        e->pair.flags |= PAIR_POPULAR;
    else
        e->pair.flags &= (uint16_t)~PAIR_POPULAR;
}

void shard_name_pair(struct pair_entry *e, struct text name)
{
    if (name.at == NULL || name.len == 0 || name.len >= NAME_KEPT)
        return;
    memcpy(e->name, name.at, name.len);
    e->name_len = (uint16_t)name.len;
    pair_name(e);
}

static uint32_t pair_hash(const struct shard *s, const struct pair_key *k)
{
    const uint64_t key[] = {k->host.high, k->host.low,  k->outside.high,        k->outside.low,
                            k->name_low,  k->name_high, (uint32_t)k->day.number};
    return table_hash(s->seed, key, 7);
}

static void prefetch(const void *at, size_t bytes)
{
    enum { CACHE_LINE = 64 };
    for (size_t i = 0; i < bytes; i += CACHE_LINE)
        __builtin_prefetch((const char *)at + i);
}

void shard_ahead(const struct shard *s, const struct record *record, bool turned, bool far)
{
    const struct ends *ends = &record->ends;
    struct address host = turned ? ends->outside : ends->host;
    struct pair_key key = {.day = instant_day(record->time),
                           .host = host,
                           .outside = turned ? ends->host : ends->outside};
    if (record->kind != RECORD_FLOW)
        return;
    uint32_t pair = pair_hash(s, &key), of_host = host_hash(s, key.day, host);
    if (far) {
        __builtin_prefetch(&s->pairs.bucket[pair & s->pairs.bucket_mask]);
        __builtin_prefetch(&s->hosts.bucket[of_host & s->hosts.bucket_mask]);
        return;
    }
    prefetch(table_at(&s->pairs, table_first(&s->pairs, pair)), sizeof(struct pair_entry));
    prefetch(table_at(&s->hosts, table_first(&s->hosts, of_host)), sizeof(struct table_link));
}

/* When pairs are pushed out, the next one to go is fetched meanwhile. */
static void pair_evict(struct shard *s)
{
    uint32_t oldest = table_oldest(&s->pairs, 0);
    const struct pair_entry *e = table_at(&s->pairs, oldest);
    const struct pair_entry *next = table_at(&s->pairs, e->link.newer);
    prefetch(table_at(&s->pairs, next->link.newer), sizeof *e);
    __builtin_prefetch(&s->pairs.bucket[next->link.hash & s->pairs.bucket_mask]);
    s->counts.skips.count[SKIP_pair_evicted]++;
    shard_close_pair(s, oldest);
}

struct pair_entry *shard_pair_take(struct shard *s, const struct pair_key *k, struct text name)
{
    uint32_t hash = pair_hash(s, k);
    for (uint32_t i = table_first(&s->pairs, hash); i; i = table_next(&s->pairs, i)) {
        struct pair_entry *e = table_at(&s->pairs, i);
        if (e->link.hash == hash && address_same(e->pair.outside, k->outside) &&
            address_same(e->pair.host, k->host) && e->name_low == k->name_low &&
            e->name_high == k->name_high && e->pair.day.number == k->day.number &&
            ((e->pair.flags & PAIR_BY_NAME) != 0) == k->by_name) {
            table_touch(&s->pairs, i, 0);
            return e;
        }
    }
    if (table_full(&s->pairs))
        pair_evict(s);
    struct pair_entry *e = table_at(&s->pairs, table_add(&s->pairs, hash, 0));
    e->name_low = k->name_low;
    e->name_high = k->name_high;
    e->pair.day = k->day;
    e->pair.host = k->host;
    e->pair.outside = k->outside;
    e->pair.flags = k->by_name ? PAIR_BY_NAME : 0;
    e->pair.first.us = e->pair.last.us = INSTANT_NONE_US;
    shard_name_pair(e, name);
    return e;
}
