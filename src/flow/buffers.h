/*
 * Memory for bytes that wait: starts of streams not yet whole enough to parse, and segments that
 * came out of order. A fixed pool in three sizes; when a size is used up, the oldest buffer of it
 * is taken away from its owner, who is told.
 *
 * A handle is a small number, 0 = none. Order: buffers_init -> buffers_append ... buffers_drop.
 */
#ifndef MUSTER_FLOW_BUFFERS_H
#define MUSTER_FLOW_BUFFERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BUFFER_SIZES = 3, BUFFER_MAX = 32768 }; /* bytes of the largest */

struct buffer_owner {
    uint32_t flow; /* index in the flow table */
    uint32_t slot; /* which of the flow's handles */
};

struct buffer {
    struct buffer_owner owner;
    uint32_t len;          /* bytes used */
    uint32_t newer, older; /* age list while used; free list by older */
};

struct buffer_size {
    uint8_t *room;
    struct buffer *buffer; /* count + 1; index 0 unused */
    uint32_t bytes, count, fresh, free_head, newest, oldest;
};

struct buffers {
    struct buffer_size size[BUFFER_SIZES];
    void (*taken)(void *context, struct buffer_owner owner); /* its buffer is gone */
    void *context;
};

void buffers_init(struct buffers *all, size_t bytes,
                  void (*taken)(void *context, struct buffer_owner owner), void *context);
void buffers_reset(struct buffers *all);
void buffers_free(struct buffers *all);

/* Appends to *handle, taking a buffer (or a larger one) for `owner` when needed; *handle may
 * change. False when BUFFER_MAX would be passed: nothing is appended. */
bool buffers_append(struct buffers *all, uint32_t *handle, struct buffer_owner owner,
                    const void *bytes, size_t len);
uint8_t *buffers_at(const struct buffers *all, uint32_t handle, uint32_t *len);
/* Takes `len` bytes out at `offset`; what follows moves up. */
void buffers_remove(struct buffers *all, uint32_t handle, uint32_t offset, uint32_t len);
void buffers_drop(struct buffers *all, uint32_t *handle); /* accepts 0; sets it to 0 */

#endif
