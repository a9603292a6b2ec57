/*
 * The compiled file of what was collected: for each kind a counting sort into buckets, listings of
 * one item merged, then buckets, filter and ranges laid out as record/indicators.c explains.
 * 1.6 M listings take a fifth of a second; everything else is waiting for memory.
 */
#include "feeds/compile.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t align(struct buf *out)
{
    static const char zeros[8];
    buf_add(out, zeros, (8 - out->len % 8) % 8);
    return out->len;
}

static int text_order(const char *pool, const struct listing *a, const struct listing *b)
{
    uint16_t shorter = a->item_len < b->item_len ? a->item_len : b->item_len;
    int order = memcmp(pool + a->item, pool + b->item, shorter);
    return order ? order : (int)a->item_len - (int)b->item_len;
}

static int number_order(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* The rarer family first: a long list is the likelier to hold an end by chance. */
static int family_order(const struct feed_sink *sink, uint32_t a, uint32_t b)
{
    if (a == b || a == 0 || b == 0)
        return number_order(b, a);
    int order = number_order(sink->family[a - 1].size, sink->family[b - 1].size);
    return order ? order : number_order(sink->family[a - 1].at, sink->family[b - 1].at);
}

static int terms_order(const struct feed_sink *sink, const struct listing *a,
                       const struct listing *b)
{
    int order = number_order(a->class, b->class);
    if (order == 0)
        order = family_order(sink, a->family, b->family);
    if (order == 0)
        order = number_order(a->first, b->first);
    return order ? order : number_order(a->last, b->last);
}

static int listing_order(const void *left, const void *right, void *context)
{
    const struct feed_sink *sink = context;
    const struct listing *a = left, *b = right;
    int order = number_order(a->hash, b->hash);
    if (order == 0)
        order = text_order(sink->pool.at, a, b);
    return order ? order : terms_order(sink, a, b);
}

static bool listing_same_item(const char *pool, const struct listing *a, const struct listing *b)
{
    return a->hash == b->hash && text_order(pool, a, b) == 0;
}

/* Listings of one item by one family are one, from the first date to the last; a dated and an
 * undated one stay two. */
static bool listing_merge(struct listing *into, const struct listing *next)
{
    if (into->class != next->class || into->family != next->family ||
        (into->first == 0) != (next->first == 0) || (into->last == 0) != (next->last == 0))
        return false;
    if (next->first < into->first)
        into->first = next->first;
    if (next->last > into->last)
        into->last = next->last;
    if (next->confidence > into->confidence)
        into->confidence = next->confidence;
    return true;
}

/* Sorts and merges a bucket in place; returns how many stay. */
static size_t bucket_settle(struct feed_sink *sink, struct listing *at, size_t len)
{
    const char *pool = sink->pool.at;
    if (len < 2)
        return len;
    qsort_r(at, len, sizeof *at, listing_order, sink);
    size_t kept = 1, same = 1;
    for (size_t i = 1; i < len; i++) {
        bool again = listing_same_item(pool, &at[kept - 1], &at[i]);
        if (again && listing_merge(&at[kept - 1], &at[i]))
            continue;
        same = again ? same + 1 : 1;
        if (same > INDICATOR_SAME) {
            sink->rejects[REJECT_SAME]++;
            continue;
        }
        at[kept++] = at[i];
    }
    return kept;
}

static struct indicator_entry entry_of(const struct feed_sink *sink, const struct listing *l,
                                       uint64_t hash)
{
    struct indicator_entry entry = {
        .tag = (uint32_t)hash,
        .item = l->item,
        .family = l->family ? sink->family[l->family - 1].at : 0,
        .item_len = l->item_len,
        .first = l->first,
        .last = l->last,
        .class = l->class,
        .confidence = l->confidence,
    };
    return entry;
}

/* The listings in the order of their buckets; start[b] is where bucket b begins. */
static struct listing *bucket_sort(const struct listings *from, uint32_t *start, uint64_t buckets)
{
    struct listing *sorted = mem_new(from->len, sizeof *sorted);
    for (size_t i = 0; i < from->len; i++)
        start[indicator_slot(from->at[i].hash, buckets) + 1]++;
    for (uint64_t b = 0; b < buckets; b++)
        start[b + 1] += start[b];
    uint32_t *next = mem_new(buckets, sizeof *next);
    memcpy(next, start, buckets * sizeof *next);
    for (size_t i = 0; i < from->len; i++)
        sorted[next[indicator_slot(from->at[i].hash, buckets)]++] = from->at[i];
    mem_free(next);
    return sorted;
}

static void table_build(struct feed_sink *sink, const struct listings *from,
                        struct indicator_table *table, struct buf *out)
{
    table->buckets = from->len / INDICATOR_BUCKET + 1;
    table->filter = from->len * INDICATOR_FILTER / 64 + 1;
    uint32_t *start = mem_new(table->buckets + 1, sizeof *start);
    uint64_t *filter = mem_new(table->filter, sizeof *filter);
    struct listing *sorted = bucket_sort(from, start, table->buckets);
    table->entries_at = align(out);
    for (uint64_t b = 0; b < table->buckets; b++) {
        struct listing *bucket = sorted + start[b];
        size_t kept = bucket_settle(sink, bucket, start[b + 1] - start[b]);
        start[b] = (uint32_t)table->entries;
        for (size_t i = 0; i < kept; i++) {
            struct indicator_entry entry = entry_of(sink, &bucket[i], bucket[i].hash);
            buf_add(out, &entry, sizeof entry);
            filter[indicator_slot(bucket[i].hash, table->filter)] |=
                indicator_filter_bits(bucket[i].hash);
        }
        table->entries += kept;
    }
    start[table->buckets] = (uint32_t)table->entries;
    table->buckets_at = align(out);
    buf_add(out, start, (table->buckets + 1) * sizeof *start);
    table->filter_at = align(out);
    buf_add(out, filter, table->filter * sizeof *filter);
    mem_free(sorted);
    mem_free(filter);
    mem_free(start);
}

/* By first address, wider before narrower, then as listings are. */
static int range_order(const void *left, const void *right, void *context)
{
    const struct feed_sink *sink = context;
    const struct listing *a = left, *b = right;
    const struct network *m = &sink->network[a->hash], *n = &sink->network[b->hash];
    int order = address_compare(m->first, n->first);
    if (order == 0)
        order = number_order(m->prefix, n->prefix);
    return order ? order : terms_order(sink, a, b);
}

static size_t ranges_settle(struct feed_sink *sink)
{
    struct listing *at = sink->ranged.at;
    size_t len = sink->ranged.len, kept = len ? 1 : 0;
    if (len > 1)
        qsort_r(at, len, sizeof *at, range_order, sink);
    for (size_t i = 1; i < len; i++) {
        const struct network *m = &sink->network[at[kept - 1].hash];
        const struct network *n = &sink->network[at[i].hash];
        bool again = address_same(m->first, n->first) && m->prefix == n->prefix;
        if (!again || !listing_merge(&at[kept - 1], &at[i]))
            at[kept++] = at[i];
    }
    return kept;
}

static void top16_set(uint64_t *top16, const struct network *n)
{
    if (!address_is_v4(n->first))
        return;
    uint32_t first = address_v4_number(n->first) >> 16;
    uint32_t count = n->prefix < 96 + 16 ? UINT32_C(1) << (96 + 16 - n->prefix) : 1;
    for (uint32_t i = first; i < first + count && i < INDICATOR_TOP16; i++)
        top16[i >> 6] |= UINT64_C(1) << (i & 63);
}

static void ranges_build(struct feed_sink *sink, struct indicator_header *header, struct buf *out)
{
    size_t len = ranges_settle(sink);
    const struct listing *at = sink->ranged.at;
    uint64_t *top16 = mem_new(INDICATOR_TOP16 / 64, sizeof *top16);
    struct indicator_range *range = mem_new(len, sizeof *range);
    header->ranged = len;
    header->ranged_at = align(out);
    for (size_t i = 0; i < len; i++) {
        struct indicator_entry entry = entry_of(sink, &at[i], 0);
        buf_add(out, &entry, sizeof entry);
        const struct network *n = &sink->network[at[i].hash];
        range[i] = (struct indicator_range){
            .high = n->first.high, .low = n->first.low, .entry = (uint32_t)i, .prefix = n->prefix};
        uint32_t parent = (uint32_t)i; /* 1 + the one before; up until it holds this one */
        while (parent && !network_holds(&sink->network[at[parent - 1].hash], n->first))
            parent = range[parent - 1].parent;
        range[i].parent = parent;
        top16_set(top16, n);
    }
    header->ranges_at = align(out);
    buf_add(out, range, len * sizeof *range);
    header->top16_at = align(out);
    buf_add(out, top16, INDICATOR_TOP16 / 8);
    mem_free(range);
    mem_free(top16);
}

static void header_texts(struct feed_sink *sink, struct indicator_header *header, struct text name,
                         struct text origin)
{
    struct buf set = {0};
    (void)snprintf(header->digest, sizeof header->digest, "%016" PRIx64, sink->digest);
    buf_text(&set, name);
    buf_format(&set, "@%.8s", header->digest);
    header->name = feed_sink_text(sink, name);
    header->set = feed_sink_text(sink, text_at(set.at, set.len));
    header->origin = feed_sink_text(sink, origin);
    buf_free(&set);
}

void feed_sink_build(struct feed_sink *sink, struct text name, struct text origin, struct buf *out)
{
    struct indicator_header header = {.magic = INDICATOR_MAGIC,
                                      .version = INDICATOR_VERSION,
                                      .header_bytes = sizeof header,
                                      .labels_most = sink->labels_most,
                                      .newest = sink->newest,
                                      .files = sink->files,
                                      .listings = sink->total,
                                      .lines_used = sink->records[FEED_USED],
                                      .lines_refused = sink->records[FEED_REFUSED],
                                      .lines_remark = sink->records[FEED_REMARK]};
    header_texts(sink, &header, name, origin);
    buf_reserve(out, sizeof header + sink->pool.len + sink->total * 24 + (1 << 20));
    buf_add(out, &header, sizeof header);
    for (unsigned kind = 0; kind < INDICATOR_KINDS; kind++) {
        table_build(sink, &sink->table[kind], &header.table[kind], out);
        header.by_kind[kind] = header.table[kind].entries;
    }
    ranges_build(sink, &header, out);
    header.by_kind[INDICATOR_ADDRESS] += header.ranged;
    header.pool_at = align(out);
    header.pool = sink->pool.len;
    buf_add(out, sink->pool.at, sink->pool.len);
    memcpy(header.rejects, sink->rejects, sizeof header.rejects);
    memcpy(header.reject_example, sink->reject_example, sizeof header.reject_example);
    header.file_bytes = out->len;
    header.header_digest = XXH3_64bits(&header, sizeof header);
    memcpy(out->at, &header, sizeof header);
}
