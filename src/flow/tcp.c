#include "flow/tcp.h"

#include "base/err.h"

#include <string.h>

/* A segment waiting in the out-of-order buffer, followed by its captured bytes. */
struct waiting {
    uint32_t seq, len, captured;
};

struct tcp {
    struct flows *flows;
    struct buffers *buffers;
    const struct tcp_sink *sink;
    uint32_t index;
};

static bool before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static void deliver_gap(const struct tcp *tcp, struct flow_stream *s, unsigned dir, uint32_t len)
{
    s->lost += len;
    s->next += len;
    tcp->sink->gap(tcp->sink->context, tcp->index, dir, len);
}

/* Hands on what of a segment is new; bytes beyond the snap length are a gap. */
static void deliver(const struct tcp *tcp, struct flow_stream *s, unsigned dir, uint32_t seq,
                    uint32_t len, const uint8_t *bytes, uint32_t captured)
{
    uint32_t old = s->next - seq;
    if (old >= len)
        return;
    if (captured > old) {
        s->next = seq + captured;
        tcp->sink->data(tcp->sink->context, tcp->index, dir, bytes + old, captured - old);
        old = captured;
    }
    if (len > old)
        deliver_gap(tcp, s, dir, len - old);
}

/* Finds the waiting segment with the lowest sequence number. */
static bool lowest(const uint8_t *at, uint32_t len, uint32_t next, uint32_t *offset,
                   struct waiting *ret)
{
    bool found = false;
    for (uint32_t i = 0; i + sizeof(struct waiting) <= len;) {
        struct waiting w;
        memcpy(&w, at + i, sizeof w);
        if (!found || before(w.seq - next, ret->seq - next)) {
            *ret = w;
            *offset = i;
            found = true;
        }
        i += (uint32_t)sizeof w + w.captured;
    }
    return found;
}

/* Hands on waiting segments that continue the stream; with `force`, over the next hole as well. */
static void drain(const struct tcp *tcp, struct flow *flow, unsigned dir, bool force)
{
    struct flow_stream *s = &flow->stream[dir];
    uint32_t *slot = &flow->slot[SLOT_WAIT_OUT + dir];
    uint8_t copy[BUFFER_MAX];
    for (int round = 0; round < TCP_WAITING && *slot && s->state != STREAM_DONE; round++) {
        uint32_t len, offset;
        struct waiting w;
        uint8_t *at = buffers_at(tcp->buffers, *slot, &len);
        if (!lowest(at, len, s->next, &offset, &w))
            break;
        if (before(s->next, w.seq)) {
            if (!force)
                return;
            force = false;
            deliver_gap(tcp, s, dir, w.seq - s->next);
            if (*slot == 0 || s->state == STREAM_DONE)
                break;
        }
        /* Copied out first: the sink may take this very buffer away for its own needs. */
        memcpy(copy, at + offset + sizeof w, w.captured);
        buffers_remove(tcp->buffers, *slot, offset, (uint32_t)sizeof w + w.captured);
        s->waiting--;
        deliver(tcp, s, dir, w.seq, w.len, copy, w.captured);
    }
    if (*slot && (s->waiting == 0 || s->state == STREAM_DONE)) {
        buffers_drop(tcp->buffers, slot);
        s->waiting = 0;
    }
}

/* Puts a segment into the out-of-order buffer, if there is room for all of it. */
static bool keep_waiting(const struct tcp *tcp, struct flow *flow, unsigned dir,
                         const struct waiting *w, const uint8_t *bytes)
{
    struct flow_stream *s = &flow->stream[dir];
    uint32_t *slot = &flow->slot[SLOT_WAIT_OUT + dir];
    struct buffer_owner owner = {tcp->index, SLOT_WAIT_OUT + dir};
    uint32_t used = 0;
    if (*slot)
        (void)buffers_at(tcp->buffers, *slot, &used);
    if (s->waiting >= TCP_WAITING || w->captured > BUFFER_MAX - sizeof *w ||
        used > BUFFER_MAX - sizeof *w - w->captured)
        return false;
    bool kept = buffers_append(tcp->buffers, slot, owner, w, sizeof *w) &&
                buffers_append(tcp->buffers, slot, owner, bytes, w->captured);
    muster_assert(kept);
    s->waiting++;
    return true;
}

/* A segment beyond a hole: kept, or, when too much waits already, the hole becomes a gap. */
static void wait_for_hole(const struct tcp *tcp, struct flow *flow, unsigned dir, uint32_t seq,
                          const struct frame *frame)
{
    struct flow_stream *s = &flow->stream[dir];
    struct waiting w = {seq, frame->payload_wire, frame->payload_len};
    if (keep_waiting(tcp, flow, dir, &w, frame->payload))
        return;
    for (int i = 0; i < TCP_WAITING && s->waiting && s->state != STREAM_DONE; i++)
        drain(tcp, flow, dir, true);
    if (s->state == STREAM_DONE)
        return;
    if (before(s->next, seq))
        deliver_gap(tcp, s, dir, seq - s->next);
    deliver(tcp, s, dir, seq, w.len, frame->payload, w.captured);
}

static void note_ack(const struct tcp *tcp, struct flow *flow, unsigned other,
                     const struct frame *frame)
{
    struct flow_stream *s = &flow->stream[other];
    if (!(frame->tcp_flags & TCP_ACK) || s->state == STREAM_DONE)
        return;
    if (!s->ack_seen || before(s->acked, frame->ack))
        s->acked = frame->ack;
    s->ack_seen = true;
    if (s->waiting >= TCP_PATIENCE && before(s->next, s->acked))
        drain(tcp, flow, other, true);
}

void tcp_segment(struct flows *flows, struct buffers *buffers, const struct tcp_sink *sink,
                 uint32_t index, unsigned dir, const struct frame *frame)
{
    const struct tcp tcp = {flows, buffers, sink, index};
    struct flow *flow = flows_at(flows, index);
    struct flow_stream *s = &flow->stream[dir];
    note_ack(&tcp, flow, !dir, frame);
    if (s->state == STREAM_DONE)
        return;
    uint32_t seq = frame->seq;
    if (frame->tcp_flags & TCP_SYN) {
        seq++;
        if (!s->started)
            s->next = seq;
        s->started = true;
    } else if (!s->started && frame->payload_wire) {
        s->next = seq;
        s->started = true;
    }
    if (frame->payload_wire == 0 || (frame->tcp_flags & TCP_RST))
        return;
    if (before(s->next, seq)) {
        wait_for_hole(&tcp, flow, dir, seq, frame);
        return;
    }
    deliver(&tcp, s, dir, seq, frame->payload_wire, frame->payload, frame->payload_len);
    if (s->waiting)
        drain(&tcp, flow, dir, false);
}

void tcp_finish(struct flows *flows, struct buffers *buffers, const struct tcp_sink *sink,
                uint32_t index)
{
    const struct tcp tcp = {flows, buffers, sink, index};
    struct flow *flow = flows_at(flows, index);
    for (unsigned dir = OUT; dir <= IN; dir++)
        for (int i = 0;
             i < TCP_WAITING && flow->stream[dir].waiting && flow->stream[dir].state != STREAM_DONE;
             i++)
            drain(&tcp, flow, dir, true);
}
