/*
 * DHCP (RFC 2131, 2132) and DHCPv6 (RFC 8415) messages: which address a machine has, its MAC, what
 * it calls itself and what it asks for. Pure.
 */
#ifndef MUSTER_WIRE_DHCP_H
#define MUSTER_WIRE_DHCP_H

#include "base/printable.h"
#include "record/address.h"

enum {
    DHCP_DISCOVER = 1,
    DHCP_REQUEST = 3,
    DHCP_ACK = 5,
    DHCP_INFORM = 8,
};

struct dhcp_message {
    uint8_t type;           /* option 53 */
    bool from_client;       /* a request, not a reply */
    struct address address; /* that the client has, asks for, or is given; none when not said */
    bool wished;            /* it only wishes to keep an address (INIT-REBOOT) */
    uint64_t mac;           /* 0 = not an Ethernet one */
    struct text client;     /* option 61: a MAC or hex */
    struct text name, domain;
    struct text fingerprint; /* "1,3,6,15 MSFT 5.0": options 55 and 60 */
};

/* True only for a whole message with its cookie and a message type; the texts live in room. */
bool dhcp_parse(const uint8_t *bytes, size_t len, struct printable_room *room,
                struct dhcp_message *ret);
/* A DHCPv6 message of a client, whole, with its identifier (DUID, in hex); address stays none. */
bool dhcp6_parse(const uint8_t *bytes, size_t len, struct printable_room *room,
                 struct dhcp_message *ret);

#endif
