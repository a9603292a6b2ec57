/*
 * Two-way conversations out of one-way pieces, for sources that tell flows as exporters do:
 * NetFlow, IPFIX, and logs of the same kind.
 *
 * Trouble it answers: what an exporter tells is not what happened. It tells each direction apart;
 * it cuts what lasts at its active time-out (every minute, five, thirty), so that one long download
 * looks like a caller by the clock; two exporters, or one at two of its interfaces, tell the same
 * packets twice; and a sampler tells one packet in N. Here both directions are paired, pieces of
 * one conversation joined until it pauses as long as packets would have to (flow/flow.c: 60 s, TCP
 * 900 s), what two observers saw at the same time is counted once, and what was sampled is scaled
 * and no call. Longer conversations are cut as those of packets are: at midnight and after an hour,
 * into records that say so (`cut`).
 *
 * The clock is that of the arrival: how wrong an exporter's own is changes no end. Pieces may come
 * in any order within the time that is waited for them.
 *
 * Order: conversations_init -> conversations_add for each piece, conversations_take whenever a
 * block is at hand -> conversations_end -> conversations_take until it is true ->
 * conversations_free.
 */
#ifndef MUSTER_SOURCE_CONVERSATIONS_H
#define MUSTER_SOURCE_CONVERSATIONS_H

#include "base/table.h"
#include "source/source.h"

enum {
    CONVERSATIONS_BYTES = 64 << 20, /* the usual size of the table */
    /* An observer is an exporter; what it sees of packets coming in and going out, if it tells the
     * two apart, counts as seen by two, with one clock. */
    OBSERVER_SIDE_BITS = 2,
};

/* What somebody saw of one direction of a conversation, or (two_way) of both. */
struct piece {
    struct address source, target;
    struct port source_port, target_port; /* ICMP: target_port is type << 8 | code */
    uint8_t protocol;
    uint8_t tcp_flags, tcp_flags_back; /* of all its packets together */
    bool flags_known;                  /* else TCP flags say nothing */
    bool two_way;                      /* packets_back, bytes_back and flags_back are told */
    bool opener_known;                 /* the source opened the conversation */
    struct instant first, last;        /* last >= first, both within some thousand years */
    uint64_t packets, bytes;           /* of IP, as told: not scaled */
    uint64_t packets_back, bytes_back;
    uint32_t sampling;    /* one packet in so many was seen; 0 and 1: all */
    uint32_t observer;    /* who saw it: its number, from 1, << OBSERVER_SIDE_BITS | which side */
    uint64_t number;      /* of the record, for record.number */
    struct instant heard; /* when it arrived, by whatever clock the source has */
};

struct finished; /* conversations.c */

struct conversations {
    struct table table;
    struct table_seed seed;
    struct instant now; /* the latest arrival */
    int64_t active_us;  /* the longest piece so far: about the exporters' active time-out */
    bool ended;         /* what is in the table comes out too */
    bool cutting;       /* the same, as a part; it stays */
    uint32_t cut_at;    /* the last that was cut */
    bool sampled;       /* pieces were */
    uint64_t pieces;    /* taken in */
    uint64_t repeated;  /* of them told what another observer told */
    uint64_t evicted;   /* conversations that came out early because the table was full */
    struct soon *soon;  /* pieces that are being added, oldest first from soon_from on */
    unsigned soon_from, soon_len;
    struct finished *ready; /* came out, wait for a block */
    size_t ready_first, ready_len, ready_room;
};

/* bytes: of the table. */
void conversations_init(struct conversations *c, size_t bytes, struct table_seed seed);
void conversations_free(struct conversations *c); /* accepts a zeroed one */

/* What waits for blocks grows by the pieces added between two takes. */
void conversations_add(struct conversations *c, const struct piece *piece);
/* The clock moves on though nothing was heard; not all that it ends comes out at once. */
void conversations_pass(struct conversations *c, struct instant now);
/* Moves what is finished into the block; false: it is full and there is more. */
bool conversations_take(struct conversations *c, struct block *block);
/* The source is over. */
void conversations_end(struct conversations *c);
/* Another source goes on with the same conversations: what was seen so far comes out as parts. */
void conversations_cut(struct conversations *c);
/* LACK_BITs that turned out. */
unsigned conversations_lacking(const struct conversations *c);

#endif
