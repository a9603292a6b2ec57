/*
 * The flow table: conversations of home hosts, found by their five-tuple as seen from the host. A
 * conversation is cut at UTC midnight and after an hour, forgotten when idle, and pushed out when
 * the table is full; each part becomes one flow_record.
 *
 * Order: flows_init -> flows_find for each frame -> flow_count -> tcp_segment (tcp.h) -> the caller
 * records and table_remove's what flows_expired names -> flows_reset.
 */
#ifndef MUSTER_FLOW_FLOW_H
#define MUSTER_FLOW_FLOW_H

#include "base/table.h"
#include "record/packet.h"
#include "record/record.h"

enum { OUT = 0, IN = 1 }; /* sent by the host; sent to the host */

enum stream_state {
    STREAM_NEW,  /* nothing delivered yet */
    STREAM_OPEN, /* content is wanted */
    STREAM_DONE, /* nobody wants more content: only counted */
};

enum { REQUESTER_UNKNOWN = 2 };
enum { SPOKE_NOBODY, SPOKE_HOST, SPOKE_OUTSIDE };
enum { SLOT_CONTENT_OUT, SLOT_CONTENT_IN, SLOT_WAIT_OUT, SLOT_WAIT_IN, SLOTS };

/* One direction of a TCP conversation. */
struct flow_stream {
    uint32_t next;        /* sequence number expected */
    uint32_t acked;       /* highest acknowledgement by the other side */
    uint32_t lost;        /* bytes that the capture misses */
    uint16_t waiting;     /* segments in the out-of-order buffer */
    uint16_t answer_head; /* HTTP: bytes of a response's head that waits for its body; 0 = none */
    uint8_t state;        /* enum stream_state */
    bool started, ack_seen, fin;
    uint8_t phase; /* the application parser's own */
    uint8_t skip_responses;
    uint8_t body_kind, chunk_state;
    uint64_t body_left; /* bytes of a message body still to come */
    uint64_t body_seen; /* bytes of it that came */
};

struct flow {
    struct table_link link;
    struct address host, outside;
    struct port host_port, outside_port;
    uint8_t protocol;
    uint8_t app_state; /* the application layer's own (src/app.c) */
    bool host_opened, outside_home, opener_sure;
    bool syn, syn_ack, established, refused, closed;
    bool part_two;       /* an earlier part was recorded already */
    uint8_t spoke_first; /* of TCP content: SPOKE_ */
    uint8_t history_len;
    char history[19];
    struct instant first, last, opened; /* first and last of this part */
    struct instant last_payload_out;
    uint64_t number; /* of the first packet of this part */
    uint64_t bytes[2], payload[2];
    uint32_t packets[2];
    uint64_t whole_payload[2]; /* over all parts */
    const char *app;           /* name; static; NULL = not recognised */
    uint32_t slot[SLOTS];      /* handles of buffers.h */
    struct flow_stream stream[2];
    uint8_t requester;         /* HTTP: the direction that asks, or REQUESTER_UNKNOWN */
    uint16_t requests_waiting; /* HTTP requests whose response was not seen yet */
    uint16_t request_len[4];   /* bytes kept of each in SLOT_CONTENT of the requester */
    uint32_t bursts;
    uint32_t burst_ms[FLOW_BURSTS]; /* since `first` */
};

enum { FLOWS_SHORT, FLOWS_LONG }; /* age lists: UDP, ICMP and closed TCP; open TCP */

struct flows {
    struct table table;
    struct table_seed seed;
};

void flows_init(struct flows *flows, size_t bytes, struct table_seed seed);
/* The flow of a frame as seen from host (the frame's source when `out`). Makes it when new
 * (*fresh); the table must not be full then: ask flows_full before. Index into flows->table. */
uint32_t flows_find(const struct flows *flows, const struct frame *frame, bool out, uint32_t *hash);
uint32_t flows_add(struct flows *flows, const struct frame *frame, bool out, uint32_t hash);
static inline struct flow *flows_at(const struct flows *flows, uint32_t index)
{
    return table_at(&flows->table, index);
}
/* The handle of the bytes that a direction's parser keeps. */
static inline uint32_t *flow_content(struct flow *flow, unsigned dir)
{
    return &flow->slot[SLOT_CONTENT_OUT + dir];
}
/* The next flow that is to be recorded and removed at `now`: idle too long; 0 = none. */
uint32_t flows_expired(const struct flows *flows, struct instant now);
/* The one to sacrifice when the table is full. */
uint32_t flows_oldest(const struct flows *flows);

/* Whether a part must be recorded before this frame counts: midnight or an hour has passed. */
bool flow_must_cut(const struct flow *flow, struct instant now);
/* Whether this SYN begins another conversation on the same ports. */
bool flow_is_reused(const struct flow *flow, const struct frame *frame, bool out);
/* Adds a frame's counts, history and who-opened to the flow and makes it young. */
void flow_count(struct flows *flows, uint32_t index, const struct frame *frame, bool out);
/* Fills a record of the part so far, whose bursts lie in `burst`, and starts the next part. */
void flow_record_part(struct flow *flow, struct flow_record *ret,
                      struct instant burst[FLOW_BURSTS]);
struct ends flow_ends(const struct flow *flow);

#endif
