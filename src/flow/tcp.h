/*
 * TCP reassembly, bounded: hands each direction's bytes on in order, once. Overlaps keep what came
 * first; retransmissions are dropped; segments out of order wait (at most TCP_WAITING, BUFFER_MAX
 * bytes); a hole that the other side has acknowledged, or that grows too long, is a gap: bytes that
 * the capture misses. (RFC 9293 3.4 for sequence arithmetic.)
 */
#ifndef MUSTER_FLOW_TCP_H
#define MUSTER_FLOW_TCP_H

#include "flow/buffers.h"
#include "flow/flow.h"

enum { TCP_WAITING = 64, TCP_PATIENCE = 4 }; /* segments */

/* Who wants the content. `data` may set the stream's state to STREAM_DONE. */
struct tcp_sink {
    void *context;
    void (*data)(void *context, uint32_t flow, unsigned dir, const uint8_t *bytes, size_t len);
    void (*gap)(void *context, uint32_t flow, unsigned dir, uint32_t len);
};

void tcp_segment(struct flows *flows, struct buffers *buffers, const struct tcp_sink *sink,
                 uint32_t index, unsigned dir, const struct frame *frame);
/* At the flow's end: hands on what still waits, with its gaps. */
void tcp_finish(struct flows *flows, struct buffers *buffers, const struct tcp_sink *sink,
                uint32_t index);

#endif
