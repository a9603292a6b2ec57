/*
 * A packet as a packet source yields it, and what the wire stage found in its outer headers.
 * The bytes are the source's (a mapped file or a block that the batch holds): nothing is copied.
 */
#ifndef MUSTER_RECORD_PACKET_H
#define MUSTER_RECORD_PACKET_H

#include "base/clock.h"
#include "record/address.h"

#include <stdbool.h>

struct packet {
    struct instant time;
    uint64_t number;   /* 1-based within its source */
    const uint8_t *at; /* the captured bytes, starting with the link header */
    uint32_t captured; /* bytes at `at` */
    uint32_t length;   /* bytes it had on the wire; >= captured unless the file lies */
    uint16_t link;     /* LINKTYPE_ number (tcpdump.org/linktypes.html), 1 = Ethernet */
};

/* What frame_decode (wire/frame.h) found: the innermost addresses and where the payload lies. */
struct frame {
    struct instant time;
    uint64_t number;
    const uint8_t *payload;          /* TCP/UDP/ICMP payload bytes that were captured */
    uint32_t payload_len;            /* captured bytes of it */
    uint32_t payload_wire;           /* bytes it had on the wire by the IP header's length */
    uint32_t ip_bytes;               /* IP total length on the wire; of all fragments together */
    uint32_t packets_more;           /* fragments it was put together of, but one */
    uint64_t mac_source, mac_target; /* 48 bits; 0 = none */
    struct address source, target;
    struct port source_port, target_port; /* ICMP: type and code */
    uint32_t seq, ack;                    /* TCP */
    uint8_t protocol;                     /* IP protocol number of the transport */
    uint8_t tcp_flags;
    uint8_t hops; /* TTL or hop limit */
    uint8_t home; /* FRAME_HOME_ bits */
};

/* Where a fragment belongs, beside its addresses and protocol. */
struct fragment {
    uint32_t id;
    uint32_t offset; /* bytes */
    bool more;       /* it is not the last */
};

enum { FRAME_SOURCE_HOME = 1, FRAME_TARGET_HOME = 2 };
enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16 };
enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, PROTOCOL_ICMP6 = 58 };

#endif
