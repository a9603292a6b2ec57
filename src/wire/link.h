/*
 * What stands before the network layer: one line of a table for each link type that is read. Every
 * link header is brought to one form, the EtherType of what follows, so that frame.c knows no link
 * but Ethernet. Pure, no allocation.
 *
 * Order: link_open -> frame.c goes on with the EtherType. link_ppp and link_llc are asked by it for
 * PPPoE sessions and for 802.3 frames, whose "type" is a length.
 */
#ifndef MUSTER_WIRE_LINK_H
#define MUSTER_WIRE_LINK_H

#include "base/cursor.h"
#include "record/packet.h"
#include "record/skip.h"

enum {
    ETHER_NONE = 0, /* of nothing we read */
    ETHER_LLC_MAX = 1500,
    ETHER_IPV4 = 0x0800,
    ETHER_VLAN = 0x8100,
    ETHER_IPV6 = 0x86DD,
    ETHER_MPLS = 0x8847,
    ETHER_MPLS_GROUP = 0x8848,
    ETHER_PPPOE = 0x8864,
    ETHER_QINQ = 0x88A8,
    ETHER_QINQ_OLD = 0x9100,
};

/* Steps over the header of link type `link` at c. SKIPS: ret's MACs are set (0 where there are
 * none) and *ret_type tells what stands at c, an EtherType or, up to ETHER_LLC_MAX, an LLC header.
 * Otherwise the reason. A header that is cut spoils c. */
enum skip link_open(uint16_t link, struct cursor *c, struct frame *ret, uint16_t *ret_type);

/* Steps over a PPP protocol field (RFC 1661 2, 6.5) or an LLC and SNAP header (RFC 1042). */
uint16_t link_ppp(struct cursor *c);
uint16_t link_llc(struct cursor *c);
/* The EtherType of the IP packet that begins at c, by its version. */
uint16_t link_ip(struct cursor c);

enum { ETHER_BYTES = 14, ETHER_TYPE_AT = 12 };

static inline uint64_t link_mac_at(const uint8_t *at) /* 48 bits */
{
    return (uint64_t)field_u32(at) << 16 | field_u16(at + 4);
}

static inline uint64_t link_mac(struct cursor *c)
{
    const uint8_t *at = cursor_take(c, 6);
    return at ? link_mac_at(at) : 0;
}

#endif
