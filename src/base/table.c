#include "base/table.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

static struct table_link *link_of(const struct table *table, uint32_t index)
{
    return table_at(table, index);
}

static size_t entries_bytes(const struct table *table)
{
    return ((size_t)table->capacity + 1) * table->entry_bytes;
}

static size_t bucket_bytes(const struct table *table)
{
    return ((size_t)table->bucket_mask + 1) * sizeof *table->bucket;
}

void table_init(struct table *table, size_t entry_bytes, size_t bytes)
{
    muster_assert(entry_bytes >= sizeof(struct table_link) && entry_bytes % 8 == 0);
    size_t capacity = bytes / (entry_bytes + 2 * sizeof *table->bucket);
    if (capacity < 16)
        capacity = 16;
    if (capacity > UINT32_MAX / 4)
        capacity = UINT32_MAX / 4;
    uint32_t buckets = 16;
    while (buckets < capacity)
        buckets *= 2;
    *table = (struct table){
        .entry_bytes = entry_bytes, .capacity = (uint32_t)capacity, .bucket_mask = buckets - 1};
    table->entries = mem_map(entries_bytes(table));
    table->bucket = mem_map(bucket_bytes(table));
}

void table_reset(struct table *table)
{
    if (table->fresh) {
        mem_map_reset(table->entries, entries_bytes(table));
        mem_map_reset(table->bucket, bucket_bytes(table));
    }
    table->used = table->fresh = table->free_head = 0;
    memset(table->newest, 0, sizeof table->newest);
    memset(table->oldest, 0, sizeof table->oldest);
}

void table_free(struct table *table)
{
    if (table->entries) {
        mem_unmap(table->entries, entries_bytes(table));
        mem_unmap(table->bucket, bucket_bytes(table));
    }
    *table = (struct table){0};
}

static void age_insert(struct table *table, uint32_t index, unsigned list)
{
    struct table_link *link = link_of(table, index);
    link->list = (uint8_t)list;
    link->newer = 0;
    link->older = table->newest[list];
    if (link->older)
        link_of(table, link->older)->newer = index;
    else
        table->oldest[list] = index;
    table->newest[list] = index;
}

static void age_remove(struct table *table, uint32_t index)
{
    struct table_link *link = link_of(table, index);
    if (link->newer)
        link_of(table, link->newer)->older = link->older;
    else
        table->newest[link->list] = link->older;
    if (link->older)
        link_of(table, link->older)->newer = link->newer;
    else
        table->oldest[link->list] = link->newer;
}

uint32_t table_add(struct table *table, uint32_t hash, unsigned list)
{
    muster_assert(!table_full(table) && list < TABLE_LISTS);
    uint32_t index = table->free_head;
    if (index) {
        table->free_head = link_of(table, index)->chain;
        memset(table_at(table, index), 0, table->entry_bytes);
    } else {
        index = ++table->fresh;
    }
    struct table_link *link = link_of(table, index);
    uint32_t *bucket = &table->bucket[hash & table->bucket_mask];
    link->hash = hash;
    link->used = 1;
    link->chain = *bucket;
    *bucket = index;
    age_insert(table, index, list);
    table->used++;
    return index;
}

void table_touch(struct table *table, uint32_t index, unsigned list)
{
    const struct table_link *link = link_of(table, index);
    if (link->list == list && table->newest[list] == index)
        return;
    age_remove(table, index);
    age_insert(table, index, list);
}

void table_remove(struct table *table, uint32_t index)
{
    struct table_link *link = link_of(table, index);
    muster_assert(link->used);
    uint32_t *at = &table->bucket[link->hash & table->bucket_mask];
    while (*at != index) {
        muster_assert(*at != 0);
        at = &link_of(table, *at)->chain;
    }
    *at = link->chain;
    age_remove(table, index);
    link->used = 0;
    link->chain = table->free_head;
    table->free_head = index;
    table->used--;
}

uint32_t table_each(const struct table *table, uint32_t after)
{
    for (uint32_t i = after + 1; i <= table->fresh; i++)
        if (link_of(table, i)->used)
            return i;
    return 0;
}
