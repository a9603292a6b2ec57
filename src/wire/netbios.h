/*
 * NetBIOS over UDP (RFC 1001, 1002): the names that a machine registers, answers to, or sends
 * datagrams under. Pure.
 */
#ifndef MUSTER_WIRE_NETBIOS_H
#define MUSTER_WIRE_NETBIOS_H

#include "base/printable.h"
#include "record/address.h"

enum { NETBIOS_NAMES = 24 };

struct netbios_name {
    struct text text;
    uint8_t suffix; /* 0x00 workstation, 0x20 server, 0x1c domain controllers, ... */
    bool group;
};

struct netbios_message {
    bool of_sender; /* the names are the sender's own */
    struct address
        address;         /* whose names they are, when another's may be told; none = the sender's */
    uint64_t mac;        /* of a node status; 0 = not told */
    struct text version; /* of a browser announcement: "Windows NT 10.0" */
    unsigned names;
    struct netbios_name name[NETBIOS_NAMES];
};

/* Whether a datagram begins as one of the name service (a header and an encoded name). */
bool netbios_recognise_name(const uint8_t *bytes, size_t len);
/* A whole message of the name service; names only for registrations, answers and node status. */
bool netbios_parse_name(const uint8_t *bytes, size_t len, struct printable_room *room,
                        struct netbios_message *ret);
/* A direct or broadcast datagram (RFC 1002 4.4.2): who sends it, its workgroup, and what a browser
 * announcement (MS-BRWS 2.2) says of its system. */
bool netbios_parse_datagram(const uint8_t *bytes, size_t len, struct printable_room *room,
                            struct netbios_message *ret);

#endif
