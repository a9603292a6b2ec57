#include "wire/tunnel.h"

#include "wire/link.h"

enum { PROTOCOL_IPIP = 4, PROTOCOL_IPV6 = 41, PROTOCOL_GRE = 47 };
enum { GRE_ETHERNET = 0x6558, GRE_ERSPAN = 0x88BE, GRE_ERSPAN_3 = 0x22EB };
enum { PORT_GTP = 2152, PORT_VXLAN = 4789, PORT_VXLAN_LINUX = 8472, PORT_GENEVE = 6081 };

/* ERSPAN II has a header of 8 bytes, III one of 12 and, when it says so, 8 more; I has none, and no
 * sequence number either (draft-foschiano-erspan-03). */
static enum tunnel_inside open_erspan(struct cursor *c, uint16_t type, bool sequence)
{
    enum { TYPE_2 = 1, TYPE_3 = 2, PLATFORM = 1 };
    if (!sequence && type == GRE_ERSPAN)
        return TUNNEL_ETHERNET;
    const uint8_t *head = cursor_take(c, type == GRE_ERSPAN ? 8 : 12);
    if (head == NULL || head[0] >> 4 != (type == GRE_ERSPAN ? TYPE_2 : TYPE_3))
        return TUNNEL_NONE;
    if (type == GRE_ERSPAN_3 && head[11] & PLATFORM)
        cursor_skip(c, 8);
    return TUNNEL_ETHERNET;
}

/* Version 0; version 1 is PPTP's, whose PPP is compressed and enciphered as a rule. */
static enum tunnel_inside open_gre(struct cursor *c, uint16_t *ret_type)
{
    enum { CHECKSUM = 0x8000, KEY = 0x2000, SEQUENCE = 0x1000 };
    uint16_t flags = cursor_u16(c), type = cursor_u16(c);
    if (flags & ~(CHECKSUM | KEY | SEQUENCE))
        return TUNNEL_NONE;
    cursor_skip(c, ((flags & CHECKSUM) != 0) * 4u + ((flags & KEY) != 0) * 4u +
                       ((flags & SEQUENCE) != 0) * 4u);
    if (type == GRE_ERSPAN || type == GRE_ERSPAN_3)
        return open_erspan(c, type, flags & SEQUENCE);
    *ret_type = type;
    return type == GRE_ETHERNET ? TUNNEL_ETHERNET : TUNNEL_TYPE;
}

/* Flags: the network's number is there (8), and those of group policy (draft-smith-vxlan-group-
 * policy), which put a number into the reserved bytes. */
static enum tunnel_inside open_vxlan(struct cursor *c)
{
    enum { NUMBERED = 0x08, POLICY = 0x80 };
    const uint8_t *head = cursor_take(c, 8);
    if (head == NULL || !(head[0] & NUMBERED) || head[0] & ~(NUMBERED | POLICY) || head[7] != 0)
        return TUNNEL_NONE;
    bool reserved = head[1] || head[2] || head[3];
    return reserved && !(head[0] & POLICY) ? TUNNEL_NONE : TUNNEL_ETHERNET;
}

static enum tunnel_inside open_geneve(struct cursor *c, uint16_t *ret_type)
{
    enum { LENGTH = 0x3F, RESERVED = 0x3F };
    const uint8_t *head = cursor_take(c, 8);
    if (head == NULL || head[0] >> 6 != 0 || head[1] & RESERVED || head[7] != 0)
        return TUNNEL_NONE;
    cursor_skip(c, (size_t)(head[0] & LENGTH) * 4);
    *ret_type = field_u16(head + 2);
    return *ret_type == GRE_ETHERNET ? TUNNEL_ETHERNET : TUNNEL_TYPE;
}

/* Version 1, a user's packet; at most EXTENSIONS headers behind. */
static enum tunnel_inside open_gtp(struct cursor *c, uint32_t wire)
{
    enum { USER_PACKET = 255, VERSION = 0x30, MORE = 0x07, EXTENSION = 0x04, EXTENSIONS = 4 };
    const uint8_t *head = cursor_take(c, 8);
    if (head == NULL || (head[0] & 0xF8) != VERSION || head[1] != USER_PACKET ||
        field_u16(head + 2) + 8u != wire)
        return TUNNEL_NONE;
    if (head[0] & MORE) {
        cursor_skip(c, 3);
        uint8_t next = cursor_u8(c);
        for (int i = 0; head[0] & EXTENSION && next && i < EXTENSIONS; i++) {
            uint32_t units = cursor_u8(c);
            if (units == 0)
                return TUNNEL_NONE;
            cursor_skip(c, units * 4 - 2);
            next = cursor_u8(c);
        }
    }
    return TUNNEL_IP;
}

static enum tunnel_inside open_udp(const struct frame *outer, struct cursor *c, uint16_t *ret_type)
{
    switch (outer->target_port.number) {
    case PORT_VXLAN:
    case PORT_VXLAN_LINUX:
        return open_vxlan(c);
    case PORT_GENEVE:
        return open_geneve(c, ret_type);
    case PORT_GTP:
        return open_gtp(c, outer->payload_wire);
    default:
        return TUNNEL_NONE;
    }
}

enum tunnel_inside tunnel_open(const struct frame *outer, struct cursor *c, uint16_t *ret_type)
{
    enum tunnel_inside inside = TUNNEL_NONE;
    *c = cursor_over(outer->payload, outer->payload_len);
    *ret_type = ETHER_NONE;
    if (outer->protocol == PROTOCOL_UDP)
        inside = open_udp(outer, c, ret_type);
    else if (outer->protocol == PROTOCOL_GRE)
        inside = open_gre(c, ret_type);
    else if (outer->protocol == PROTOCOL_IPIP || outer->protocol == PROTOCOL_IPV6)
        inside = TUNNEL_IP;
    return cursor_ok(c) ? inside : TUNNEL_NONE;
}
