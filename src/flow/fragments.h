/*
 * Puts IP fragments together: IPv4 (RFC 791 3.2) and IPv6 (RFC 8200 4.5). Bounded in packets in
 * parts, in bytes and in parts of one packet; when there is no room, the oldest packet is
 * forgotten, and counted. One that does not come whole in time is given up, in packet time. A
 * packet whose fragments overlap is dropped with all its fragments, also those still to come (RFC
 * 5722), but a fragment that repeats another to the byte, as a capture at two places has it, is
 * only counted.
 *
 * What is copied is fragments alone: twice, here and out of here. A fragment cut by the snap length
 * leaves a hole: of the whole packet the bytes before it are known.
 *
 * Order: fragments_init -> fragments_add for each fragment -> when it says which packet is whole,
 * fragments_take or fragments_drop -> fragments_reset at the source's end -> fragments_free.
 */
#ifndef MUSTER_FLOW_FRAGMENTS_H
#define MUSTER_FLOW_FRAGMENTS_H

#include "base/table.h"
#include "record/packet.h"
#include "record/skip.h"

enum {
    FRAGMENT_PARTS_MAX = 256, /* pieces of one packet */
    FRAGMENT_V4_SECONDS = 30, /* as Linux: longer than RFC 791's 15 */
    FRAGMENT_V6_SECONDS = 60, /* RFC 8200 4.5 */
};

struct fragments {
    struct table table; /* packets in parts */
    struct table_seed seed;
    uint8_t *room; /* pieces; index 0 unused */
    uint32_t pieces, fresh, free_head, free;
};

/* bytes: for everything. */
void fragments_init(struct fragments *f, size_t bytes, struct table_seed seed);
/* Forgets everything; what waited is counted as never whole. */
void fragments_reset(struct fragments *f, struct skips *skips);
void fragments_free(struct fragments *f); /* accepts a zeroed one */

/* Takes in a fragment as frame_decode told it. The packet that is now whole, or 0. Fragments that
 * lead to nothing are counted in skips. */
uint32_t fragments_add(struct fragments *f, const struct frame *frame, const struct fragment *part,
                       struct skips *skips);
/* Bytes that fragments_take writes. */
uint32_t fragments_len(const struct fragments *f, uint32_t whole);
/* Writes the packet's bytes to `to` and makes them ret's payload, with protocol and counts; ret has
 * the last fragment's addresses and time. Forgets the packet. */
void fragments_take(struct fragments *f, uint32_t whole, uint8_t *to, struct frame *ret);
/* Forgets it, counted as evicted. */
void fragments_drop(struct fragments *f, uint32_t whole, struct skips *skips);

#endif
