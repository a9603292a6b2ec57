/*
 * The outer headers of a packet: link (link.h), then any of VLAN tags, MPLS labels, PPPoE session
 * and LLC; IPv4/IPv6 with extension headers; TCP/UDP/ICMP; tunnels (tunnel.h), of which the
 * innermost packet counts. Pure; asked once a packet, so it is written for speed: one pass, no loop
 * without a bound.
 */
#ifndef MUSTER_WIRE_FRAME_H
#define MUSTER_WIRE_FRAME_H

#include "record/packet.h"
#include "record/skip.h"

enum { FRAME_TAGS = 6, FRAME_LABELS = 8, FRAME_EXTENSIONS = 8 };

/* SKIPS when ret was filled (all but `home`); otherwise the reason, and ret is not to be used.
 * SKIP_fragment: ret has the addresses, protocol (of IPv6 the first fragment's counts), ip_bytes,
 * and as payload the fragment's bytes; *ret_fragment says where they belong. */
enum skip frame_decode(const struct packet *packet, struct frame *ret,
                       struct fragment *ret_fragment);
/* Goes on with the packet that fragments make, which is ret's payload: ports, flags, payload. */
enum skip frame_decode_whole(struct frame *ret);

#endif
