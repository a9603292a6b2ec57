/*
 * Packets inside packets: what sensors behind mirrors and between sites see. GRE (RFC 2784, 2890;
 * also with Ethernet or ERSPAN I to III inside), IP in IP (RFC 2003, 4213), VXLAN (RFC 7348),
 * Geneve (RFC 8926), GTP-U (3GPP TS 29.281). A port never decides: what travels over UDP is a
 * tunnel when its header is wholly as it must be and IP is inside. Pure.
 */
#ifndef MUSTER_WIRE_TUNNEL_H
#define MUSTER_WIRE_TUNNEL_H

#include "base/cursor.h"
#include "record/packet.h"

enum { TUNNELS_MOST = 4 }; /* one in the other */

enum tunnel_inside { TUNNEL_NONE, TUNNEL_IP, TUNNEL_ETHERNET, TUNNEL_TYPE };

/* Steps over the header of the tunnel whose packet `outer` is; *c then stands at what is inside: an
 * IP packet, an Ethernet frame, or what *ret_type (an EtherType) says. TUNNEL_NONE: it is none, or
 * of a kind or form that is not read. */
enum tunnel_inside tunnel_open(const struct frame *outer, struct cursor *c, uint16_t *ret_type);

/* Whether a UDP datagram to this port is worth a look. */
static inline bool tunnel_port(uint16_t port)
{
    return port == 4789 || port == 8472 || port == 6081 || port == 2152;
}

#endif
