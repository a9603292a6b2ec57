#include "wire/frame.h"

#include "wire/link.h"

enum { IPV6_HOP = 0, IPV6_ROUTE = 43, IPV6_FRAGMENT = 44, IPV6_AH = 51, IPV6_OPTIONS = 60 };
enum { PROTOCOL_IPIP = 4, PROTOCOL_IPV6 = 41, PROTOCOL_GRE = 47 };

static enum skip decode_tcp(struct cursor *c, struct frame *ret)
{
    ret->source_port.number = cursor_u16(c);
    ret->target_port.number = cursor_u16(c);
    ret->seq = cursor_u32(c);
    ret->ack = cursor_u32(c);
    unsigned header = cursor_u8(c) >> 4;
    ret->tcp_flags = cursor_u8(c);
    cursor_skip(c, 6); /* window, checksum, urgent pointer */
    if (!cursor_ok(c) || header < 5)
        return SKIP_header_damaged;
    unsigned options = (header - 5) * 4;
    unsigned whole = header * 4;
    if (ret->payload_wire < whole)
        return SKIP_header_damaged;
    ret->payload_wire -= whole;
    if (options > cursor_left(c))
        c->at = c->end; /* cut by the snap length: no payload bytes, the header is still good */
    else
        cursor_skip(c, options);
    return SKIPS;
}

static enum skip decode_transport(struct cursor c, struct frame *ret)
{
    switch (ret->protocol) {
    case PROTOCOL_TCP: {
        enum skip skip = decode_tcp(&c, ret);
        if (skip != SKIPS)
            return skip;
        break;
    }
    case PROTOCOL_UDP: {
        ret->source_port.number = cursor_u16(&c);
        ret->target_port.number = cursor_u16(&c);
        uint32_t len = cursor_u16(&c);
        cursor_skip(&c, 2);
        if (!cursor_ok(&c) || ret->payload_wire < 8 || (len != 0 && len < 8))
            return SKIP_header_damaged;
        if (len != 0 && len < ret->payload_wire) /* 0: jumbogram (RFC 2675) or offload */
            ret->payload_wire = len;
        ret->payload_wire -= 8;
        break;
    }
    case PROTOCOL_ICMP:
    case PROTOCOL_ICMP6:
        ret->source_port.number = cursor_u8(&c);
        ret->target_port.number = cursor_u8(&c);
        cursor_skip(&c, 2);
        if (!cursor_ok(&c) || ret->payload_wire < 4)
            return SKIP_header_damaged;
        ret->payload_wire -= 4;
        break;
    case PROTOCOL_IPIP:
    case PROTOCOL_IPV6:
    case PROTOCOL_GRE:
        return SKIP_tunnel;
    default:
        return SKIP_transport;
    }
    ret->payload = c.at;
    size_t left = cursor_left(&c);
    ret->payload_len = left < ret->payload_wire ? (uint32_t)left : ret->payload_wire;
    return SKIPS;
}

/* RFC 791 */
static enum skip decode_ipv4(struct cursor c, uint32_t behind, struct frame *ret)
{
    uint8_t first = cursor_u8(&c);
    unsigned header = (first & 15u) * 4;
    cursor_skip(&c, 1);
    uint32_t total = cursor_u16(&c);
    cursor_skip(&c, 2);
    uint16_t fragment = cursor_u16(&c);
    cursor_skip(&c, 1);
    ret->protocol = cursor_u8(&c);
    cursor_skip(&c, 2);
    ret->source = address_v4(cursor_u32(&c));
    ret->target = address_v4(cursor_u32(&c));
    cursor_skip(&c, header > 20 ? header - 20 : 0);
    if (!cursor_ok(&c) || first >> 4 != 4 || header < 20)
        return SKIP_header_damaged;
    if (total == 0)
        total = behind; /* segmentation offload: the length is left to the card */
    if (total < header)
        return SKIP_header_damaged;
    if ((fragment & 0x3FFF) != 0)
        return SKIP_fragment;
    ret->ip_bytes = total;
    ret->payload_wire = total - header;
    return decode_transport(c, ret);
}

/* RFC 8200; extension headers are walked, at most FRAME_EXTENSIONS */
static enum skip decode_ipv6(struct cursor c, uint32_t behind, struct frame *ret)
{
    uint8_t first = cursor_u8(&c);
    cursor_skip(&c, 3);
    uint32_t payload = cursor_u16(&c);
    uint8_t next = cursor_u8(&c);
    cursor_skip(&c, 1);
    const uint8_t *source = cursor_take(&c, 16);
    const uint8_t *target = cursor_take(&c, 16);
    if (!cursor_ok(&c) || first >> 4 != 6)
        return SKIP_header_damaged;
    ret->source = address_v6(source);
    ret->target = address_v6(target);
    if (payload == 0)
        payload = behind > 40 ? behind - 40 : 0;
    ret->ip_bytes = payload + 40;
    for (int i = 0; i < FRAME_EXTENSIONS; i++) {
        if (next != IPV6_HOP && next != IPV6_ROUTE && next != IPV6_OPTIONS && next != IPV6_AH)
            break;
        bool ah = next == IPV6_AH;
        next = cursor_u8(&c);
        uint32_t units = cursor_u8(&c);
        uint32_t len = ah ? (units + 2) * 4 : (units + 1) * 8;
        cursor_skip(&c, len - 2);
        if (!cursor_ok(&c) || payload < len)
            return SKIP_header_damaged;
        payload -= len;
    }
    if (next == IPV6_FRAGMENT)
        return SKIP_fragment;
    ret->protocol = next;
    ret->payload_wire = payload;
    return decode_transport(c, ret);
}

/* RFC 3032: labels, the last one marked; what follows is told by its first four bits, the packet's
 * IP version (RFC 4928 3), else it is a pseudowire. */
static uint16_t mpls_inside(struct cursor *c)
{
    for (int i = 0; i < FRAME_LABELS; i++)
        if (cursor_u32(c) & 0x100)
            return link_ip(*c);
    return ETHER_NONE;
}

/* What stands behind the tag, label or session of this type. */
static uint16_t type_inside(uint16_t type, struct cursor *c)
{
    switch (type) {
    case ETHER_VLAN:
    case ETHER_QINQ:
    case ETHER_QINQ_OLD:
        cursor_skip(c, 2);
        return cursor_u16(c);
    case ETHER_MPLS:
    case ETHER_MPLS_GROUP:
        return mpls_inside(c);
    case ETHER_PPPOE: { /* RFC 2516 4: version and type, code (0: a session's), session, length */
        uint16_t head = cursor_u16(c);
        cursor_skip(c, 4);
        return head == 0x1100 ? link_ppp(c) : ETHER_NONE;
    }
    default:
        return type <= ETHER_LLC_MAX && type != ETHER_NONE ? link_llc(c) : ETHER_NONE;
    }
}

static enum skip decode_network(struct cursor c, uint16_t type, const struct packet *packet,
                                struct frame *ret)
{
    for (int i = 0; i < FRAME_TAGS && type != ETHER_IPV4 && type != ETHER_IPV6; i++) {
        if (type == ETHER_NONE)
            break;
        type = type_inside(type, &c);
    }
    if (!cursor_ok(&c))
        return SKIP_header_damaged;
    uint32_t used = packet->captured - (uint32_t)cursor_left(&c);
    uint32_t behind = packet->length > used ? packet->length - used : 0;
    if (type == ETHER_IPV4)
        return decode_ipv4(c, behind, ret);
    if (type == ETHER_IPV6)
        return decode_ipv6(c, behind, ret);
    return SKIP_not_ip;
}

enum skip frame_decode(const struct packet *packet, struct frame *ret)
{
    ret->time = packet->time;
    ret->number = packet->number;
    struct cursor c = cursor_over(packet->at, packet->captured);
    uint16_t type = ETHER_NONE;
    if (packet->link == 1) { /* almost every packet there is: not by the table */
        ret->mac_target = link_mac(&c);
        ret->mac_source = link_mac(&c);
        type = cursor_u16(&c);
    } else {
        enum skip skip = link_open(packet->link, &c, ret, &type);
        if (skip != SKIPS)
            return cursor_ok(&c) || skip == SKIP_link_type ? skip : SKIP_header_damaged;
    }
    return decode_network(c, type, packet, ret);
}
