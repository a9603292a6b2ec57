#include "wire/frame.h"

#include "wire/link.h"
#include "wire/tunnel.h"

#include <stddef.h>

enum { IPV6_HOP = 0, IPV6_ROUTE = 43, IPV6_FRAGMENT = 44, IPV6_AH = 51, IPV6_OPTIONS = 60 };
enum { LINK_ETHERNET = 1, IPV4_BYTES = 20 };
enum { PROTOCOL_IPIP = 4, PROTOCOL_IPV6 = 41, PROTOCOL_GRE = 47 };

static enum skip decode_tcp(struct cursor *c, struct frame *ret)
{
    enum { TCP_BYTES = 20, ACK_AT = 8, LENGTH_AT = 12, FLAGS_AT = 13 };
    const uint8_t *tcp = cursor_take(c, TCP_BYTES);
    if (tcp == NULL)
        return SKIP_header_damaged;
    ret->source_port.number = field_u16(tcp);
    ret->target_port.number = field_u16(tcp + 2);
    ret->seq = field_u32(tcp + 4);
    ret->ack = field_u32(tcp + ACK_AT);
    ret->tcp_flags = tcp[FLAGS_AT];
    unsigned whole = (unsigned)(tcp[LENGTH_AT] >> 4) * 4;
    if (whole < TCP_BYTES || ret->payload_wire < whole)
        return SKIP_header_damaged;
    ret->payload_wire -= whole;
    unsigned options = whole - TCP_BYTES;
    if (options > cursor_left(c))
        c->at = c->end; /* cut by the snap length: no payload bytes, the header is still good */
    else
        cursor_skip(c, options);
    return SKIPS;
}

static void payload_at(const struct cursor *c, struct frame *ret)
{
    ret->payload = c->at;
    size_t left = cursor_left(c);
    ret->payload_len = left < ret->payload_wire ? (uint32_t)left : ret->payload_wire;
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
        const uint8_t *udp = cursor_take(&c, 8);
        uint32_t len = udp ? field_u16(udp + 4) : 0;
        if (udp == NULL || ret->payload_wire < 8 || (len != 0 && len < 8))
            return SKIP_header_damaged;
        ret->source_port.number = field_u16(udp);
        ret->target_port.number = field_u16(udp + 2);
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
        payload_at(&c, ret);
        return SKIP_tunnel;
    default:
        return SKIP_transport;
    }
    payload_at(&c, ret);
    return SKIPS;
}

/* RFC 791 */
static enum skip decode_ipv4(struct cursor c, uint32_t behind, struct frame *ret,
                             struct fragment *ret_fragment)
{
    enum { MORE = 0x2000, OFFSET = 0x1FFF, ID_AT = 4, HOPS_AT = 8 };
    enum { TOTAL_AT = 2, FRAGMENT_AT = 6, PROTOCOL_AT = 9, SOURCE_AT = 12, TARGET_AT = 16 };
    const uint8_t *ip = cursor_take(&c, IPV4_BYTES);
    if (ip == NULL)
        return SKIP_header_damaged;
    unsigned header = (ip[0] & 15u) * 4;
    uint32_t total = field_u16(ip + TOTAL_AT);
    if (total == 0)
        total = behind; /* segmentation offload: the length is left to the card */
    if (ip[0] >> 4 != 4 || header < IPV4_BYTES || total < header)
        return SKIP_header_damaged;
    cursor_skip(&c, header - IPV4_BYTES);
    if (!cursor_ok(&c))
        return SKIP_header_damaged;
    ret->hops = ip[HOPS_AT];
    ret->protocol = ip[PROTOCOL_AT];
    ret->source = address_v4(field_u32(ip + SOURCE_AT));
    ret->target = address_v4(field_u32(ip + TARGET_AT));
    ret->ip_bytes = total;
    ret->payload_wire = total - header;
    uint16_t fragment = field_u16(ip + FRAGMENT_AT);
    if (fragment & (MORE | OFFSET)) {
        ret_fragment->id = field_u16(ip + ID_AT);
        ret_fragment->offset = (fragment & OFFSET) * 8u;
        ret_fragment->more = fragment & MORE;
        payload_at(&c, ret);
        return SKIP_fragment;
    }
    return decode_transport(c, ret);
}

/* RFC 8200 4: walks at most FRAME_EXTENSIONS extension headers, then the transport or the fragment
 * header. A fragment that is the whole packet is none (RFC 6946). */
static enum skip decode_extensions(struct cursor c, uint8_t next, struct frame *ret,
                                   struct fragment *ret_fragment)
{
    uint32_t payload = ret->payload_wire;
    for (int i = 0; i < FRAME_EXTENSIONS; i++) {
        if (next != IPV6_HOP && next != IPV6_ROUTE && next != IPV6_OPTIONS && next != IPV6_AH &&
            next != IPV6_FRAGMENT)
            break;
        uint8_t kind = next;
        next = cursor_u8(&c);
        uint32_t units = cursor_u8(&c), len = (units + 1) * 8;
        uint16_t fragment = 0;
        if (kind == IPV6_FRAGMENT) {
            fragment = cursor_u16(&c);
            ret_fragment->id = cursor_u32(&c);
            len = 8;
        } else if (kind == IPV6_AH) {
            len = (units + 2) * 4;
            cursor_skip(&c, len - 2);
        } else {
            cursor_skip(&c, len - 2);
        }
        if (!cursor_ok(&c) || payload < len)
            return SKIP_header_damaged;
        payload -= len;
        if (fragment & 0xFFF9) {
            ret_fragment->offset = fragment & 0xFFF8;
            ret_fragment->more = fragment & 1;
            ret->protocol = next;
            ret->payload_wire = payload;
            payload_at(&c, ret);
            return SKIP_fragment;
        }
    }
    ret->protocol = next;
    ret->payload_wire = payload;
    return decode_transport(c, ret);
}

static enum skip decode_ipv6(struct cursor c, uint32_t behind, struct frame *ret,
                             struct fragment *ret_fragment)
{
    enum { IPV6_BYTES = 40, PAYLOAD_AT = 4, NEXT_AT = 6, SOURCE_AT = 8, TARGET_AT = 24 };
    const uint8_t *ip = cursor_take(&c, IPV6_BYTES);
    if (ip == NULL || ip[0] >> 4 != 6)
        return SKIP_header_damaged;
    uint32_t payload = field_u16(ip + PAYLOAD_AT);
    if (payload == 0)
        payload = behind > IPV6_BYTES ? behind - IPV6_BYTES : 0;
    ret->source = address_v6(ip + SOURCE_AT);
    ret->target = address_v6(ip + TARGET_AT);
    ret->ip_bytes = payload + IPV6_BYTES;
    ret->payload_wire = payload;
    return decode_extensions(c, ip[NEXT_AT], ret, ret_fragment);
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

/* Behind all tags and labels. */
static uint16_t type_of_ip(uint16_t type, struct cursor *c)
{
    for (int i = 0; i < FRAME_TAGS && type != ETHER_IPV4 && type != ETHER_IPV6; i++)
        type = type_inside(type, c);
    return type;
}

/* All links and layers but IP right in Ethernet: out of the way of almost every packet. Returns
 * where IP begins and sets *ret_type, or sets *ret_skip. */
static __attribute__((noinline)) struct cursor open_layers(struct cursor c, uint16_t link,
                                                           struct frame *ret, uint16_t *ret_type,
                                                           enum skip *ret_skip)
{
    uint16_t type = *ret_type;
    enum skip skip = link == LINK_ETHERNET ? SKIPS : link_open(link, &c, ret, &type);
    if (skip == SKIPS)
        type = type_of_ip(type, &c);
    if (skip == SKIPS && type != ETHER_IPV4 && type != ETHER_IPV6)
        skip = SKIP_not_ip;
    *ret_skip = !cursor_ok(&c) && skip != SKIP_link_type ? SKIP_header_damaged : skip;
    *ret_type = type;
    return c;
}

static enum skip decode_ip(struct cursor c, uint16_t type, uint32_t behind, struct frame *ret,
                           struct fragment *ret_fragment)
{
    return type == ETHER_IPV4 ? decode_ipv4(c, behind, ret, ret_fragment)
                              : decode_ipv6(c, behind, ret, ret_fragment);
}

static inline bool may_be_tunnel(const struct frame *ret, enum skip skip)
{
    return skip == SKIP_tunnel ||
           (skip == SKIPS && ret->protocol == PROTOCOL_UDP && tunnel_port(ret->target_port.number));
}

/* The packet inside `ret`, over it, and *skip of it; false when there is none, or over UDP none
 * that can be read. Of a bare IP packet no machine's MAC is known: the outer ones are the tunnel's
 * ends.
 */
static bool open_tunnel(struct frame *ret, enum skip *skip, struct fragment *ret_fragment)
{
    struct cursor c;
    uint16_t type;
    enum tunnel_inside inside = tunnel_open(ret, &c, &type);
    if (inside == TUNNEL_NONE)
        return false;
    struct frame inner = *ret;
    inner.mac_source = inner.mac_target = 0;
    inner.tcp_flags = 0;
    if (inside == TUNNEL_ETHERNET) {
        const uint8_t *ether = cursor_take(&c, ETHER_BYTES);
        if (ether == NULL)
            return false;
        inner.mac_target = link_mac_at(ether);
        inner.mac_source = link_mac_at(ether + 6);
        type = field_u16(ether + ETHER_TYPE_AT);
    }
    type = inside == TUNNEL_IP ? link_ip(c) : type_of_ip(type, &c);
    if (!cursor_ok(&c) || (type != ETHER_IPV4 && type != ETHER_IPV6))
        return false;
    uint32_t used = ret->payload_len - (uint32_t)cursor_left(&c);
    uint32_t behind = ret->payload_wire > used ? ret->payload_wire - used : 0;
    enum skip decoded = decode_ip(c, type, behind, &inner, ret_fragment);
    bool whole = decoded == SKIPS || decoded == SKIP_fragment || decoded == SKIP_tunnel;
    if (!whole && *skip == SKIPS)
        return false;
    *ret = inner;
    *skip = decoded;
    return true;
}

/* The innermost packet. What cannot be opened over UDP is a conversation like others. */
static __attribute__((noinline)) enum skip open_tunnels(enum skip skip, struct frame *ret,
                                                        struct fragment *ret_fragment)
{
    for (int i = 0; i < TUNNELS_MOST && may_be_tunnel(ret, skip); i++)
        if (!open_tunnel(ret, &skip, ret_fragment))
            break;
    return skip;
}

enum skip frame_decode(const struct packet *packet, struct frame *ret,
                       struct fragment *ret_fragment)
{
    ret->time = packet->time;
    ret->number = packet->number;
    ret->packets_more = 0;
    struct cursor c = cursor_over(packet->at, packet->captured);
    uint16_t type = ETHER_NONE;
    if (packet->link == LINK_ETHERNET) {
        const uint8_t *ether = cursor_take(&c, ETHER_BYTES);
        if (ether == NULL)
            return SKIP_header_damaged;
        ret->mac_target = link_mac_at(ether);
        ret->mac_source = link_mac_at(ether + 6);
        type = field_u16(ether + ETHER_TYPE_AT);
    }
    if (type != ETHER_IPV4 && type != ETHER_IPV6) {
        enum skip skip;
        c = open_layers(c, packet->link, ret, &type, &skip);
        if (skip != SKIPS)
            return skip;
    }
    uint32_t used = packet->captured - (uint32_t)cursor_left(&c);
    uint32_t behind = packet->length > used ? packet->length - used : 0;
    enum skip skip = decode_ip(c, type, behind, ret, ret_fragment);
    return may_be_tunnel(ret, skip) ? open_tunnels(skip, ret, ret_fragment) : skip;
}

enum skip frame_decode_whole(struct frame *ret)
{
    struct cursor c = cursor_over(ret->payload, ret->payload_len);
    struct fragment none = {.id = 0};
    enum skip skip = address_is_v4(ret->source) ? decode_transport(c, ret)
                                                : decode_extensions(c, ret->protocol, ret, &none);
    if (may_be_tunnel(ret, skip))
        skip = open_tunnels(skip, ret, &none);
    return skip == SKIP_fragment ? SKIP_header_damaged : skip; /* fragments do not nest */
}
