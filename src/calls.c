#include "calls.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* A list's slot: 0 = its times are in the pair; else size + 1 above SLOT_SHIFT, index below. */
enum { SLOT_SHIFT = 28 };
#define SLOT_LOST UINT32_MAX

struct chunk {
    struct table_link link;
    struct call_list *owner;
    uint32_t at[];
};

static const uint16_t size_calls[CALL_SIZES] = {16, 64, CALLS_MOST};

static size_t chunk_bytes(unsigned size)
{
    return sizeof(struct chunk) + size_calls[size] * sizeof(uint32_t);
}

void calls_init(struct calls *calls, size_t bytes)
{
    *calls = (struct calls){0};
    for (unsigned i = 0; i < CALL_SIZES; i++)
        table_init(&calls->size[i], chunk_bytes(i), bytes / CALL_SIZES);
}

void calls_reset(struct calls *calls)
{
    for (unsigned i = 0; i < CALL_SIZES; i++)
        table_reset(&calls->size[i]);
    calls->evicted = 0;
    calls->serial = 0;
}

void calls_free(struct calls *calls)
{
    for (unsigned i = 0; i < CALL_SIZES; i++)
        table_free(&calls->size[i]);
}

static unsigned size_of(const struct call_list *list)
{
    unsigned size = list->slot >> SLOT_SHIFT;
    muster_assert(size >= 1 && size <= CALL_SIZES);
    return size - 1;
}

static struct chunk *chunk_of(const struct calls *calls, const struct call_list *list)
{
    return table_at(&calls->size[size_of(list)], list->slot & ((1u << SLOT_SHIFT) - 1));
}

static uint32_t *times_of(const struct calls *calls, struct call_list *list)
{
    return list->slot ? chunk_of(calls, list)->at : list->at;
}

static unsigned room_of(const struct call_list *list)
{
    return list->slot ? size_calls[size_of(list)] : CALLS_INLINE;
}

void calls_drop(struct calls *calls, struct call_list *list)
{
    if (list->slot && list->slot != SLOT_LOST)
        table_remove(&calls->size[size_of(list)], list->slot & ((1u << SLOT_SHIFT) - 1));
    list->slot = 0;
    list->kept = 0;
}

static void grow(struct calls *calls, struct call_list *list)
{
    unsigned size = list->slot ? size_of(list) + 1 : 0;
    struct table *table = &calls->size[size];
    if (table_full(table)) {
        struct chunk *oldest = table_at(table, table_oldest(table, 0));
        struct call_list *owner = oldest->owner;
        calls_drop(calls, owner);
        owner->slot = SLOT_LOST;
        calls->evicted++;
    }
    uint32_t index = table_add(table, calls->serial++, 0);
    struct chunk *chunk = table_at(table, index);
    uint16_t kept = list->kept;
    memcpy(chunk->at, times_of(calls, list), kept * sizeof *chunk->at);
    calls_drop(calls, list);
    chunk->owner = list;
    list->kept = kept;
    list->slot = (size + 1) << SLOT_SHIFT | index;
}

/* ---- two heaps in one full-sized chunk: the earliest (largest on top), the sample (by hash) */

static uint64_t key_of(uint32_t call, bool sample)
{
    return sample ? table_mix(call, UINT64_C(0x6D757374657221)) : call;
}

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t was = *a;
    *a = *b;
    *b = was;
}

static void sift_up(uint32_t *heap, unsigned i, bool sample)
{
    while (i > 0 && key_of(heap[i], sample) > key_of(heap[(i - 1) / 2], sample)) {
        swap(&heap[i], &heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

static void sift_down(uint32_t *heap, unsigned len, bool sample)
{
    for (unsigned i = 0;;) {
        unsigned child = 2 * i + 1;
        if (child >= len)
            return;
        if (child + 1 < len && key_of(heap[child + 1], sample) > key_of(heap[child], sample))
            child++;
        if (key_of(heap[child], sample) <= key_of(heap[i], sample))
            return;
        swap(&heap[i], &heap[child]);
        i = child;
    }
}

static void add_beyond(struct call_list *list, uint32_t *at, uint32_t call)
{
    uint32_t *sample = at + CALLS_WHOLE;
    unsigned sampled = list->kept - CALLS_WHOLE;
    if (call < at[0]) {
        swap(&call, &at[0]);
        sift_down(at, CALLS_WHOLE, false);
    }
    if (sampled < CALLS_MOST - CALLS_WHOLE) {
        sample[sampled] = call;
        list->kept++;
        sift_up(sample, sampled, true);
    } else if (key_of(call, true) < key_of(sample[0], true)) {
        sample[0] = call;
        sift_down(sample, sampled, true);
    }
}

void calls_add(struct calls *calls, struct call_list *list, uint32_t call)
{
    list->seen += list->seen < UINT32_MAX;
    if (list->slot == SLOT_LOST)
        return;
    if (list->kept == room_of(list) && list->kept < CALLS_MOST)
        grow(calls, list);
    uint32_t *at = times_of(calls, list);
    if (list->kept >= CALLS_WHOLE) {
        add_beyond(list, at, call);
        return;
    }
    at[list->kept++] = call;
    if (list->kept == CALLS_WHOLE) /* from here on the latest must be found */
        for (unsigned i = 1; i < CALLS_WHOLE; i++)
            sift_up(at, i, false);
}

static int compare_calls(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

struct call_times calls_sorted(struct calls *calls, struct call_list *list)
{
    struct call_times times = {.seen = list->seen};
    if (list->slot == SLOT_LOST)
        return times;
    uint32_t *at = times_of(calls, list);
    bool sorted = true;
    for (unsigned i = 1; i < list->kept && sorted; i++)
        sorted = at[i - 1] <= at[i];
    if (!sorted)
        qsort(at, list->kept, sizeof *at, compare_calls);
    times.at = at;
    times.len = list->kept;
    return times;
}
