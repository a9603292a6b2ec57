/*
 * Who a machine is, by what it says of itself on its own network: a datagram or message of DHCP,
 * NetBIOS, multicast DNS, LLMNR, Kerberos or NTLM becomes an identity record about one address.
 * Pure; what a message is, its content decides, except for multicast DNS and LLMNR, which differ
 * from DNS by their ports alone.
 *
 * Order: identity_hears says whether a broadcast frame is worth a look and whose shard wants it;
 * identity_of_* then read it.
 */
#ifndef MUSTER_WIRE_IDENTITY_H
#define MUSTER_WIRE_IDENTITY_H

#include "base/printable.h"
#include "record/packet.h"
#include "record/record.h"
#include "wire/dns.h"
#include "wire/parse.h"

/* Parsers' working room; the record's texts live in it. */
struct identity_scratch {
    struct printable_room room;
    struct dns_scratch dns;
};

/* Who sent a message to whom. */
struct identity_ends {
    struct address sender, receiver;
    struct port sender_port, receiver_port;
    uint64_t mac; /* the sender's, if the frame cannot have been routed; else 0 */
};

/* A frame's; its MAC counts only when it was sent to all or many. */
struct identity_ends identity_ends_of(const struct frame *frame);

/* Whether a frame to or from a special address can tell who somebody is: a look at ports, then, of
 * DHCP, at the address. *about: the address it would tell of. */
bool identity_hears(const struct frame *frame, struct identity_scratch *scratch,
                    struct address *about);

/* "dhcp", "netbios", "kerberos", ... when the datagram is one of these; NULL otherwise. *tells:
 * something was learnt, ret and *about are filled. */
const char *identity_of_datagram(const struct identity_ends *ends, const uint8_t *bytes, size_t len,
                                 struct identity_scratch *scratch, struct identity_record *ret,
                                 struct address *about, bool *tells);
/* A whole Kerberos message. True when something was learnt. */
bool identity_of_kerberos(const struct identity_ends *ends, const uint8_t *bytes, size_t len,
                          struct identity_scratch *scratch, struct identity_record *ret,
                          struct address *about);
/* An NTLM message; PARSE_DONE when something was learnt. */
enum parse identity_of_ntlm(const struct identity_ends *ends, const uint8_t *bytes, size_t len,
                            struct identity_scratch *scratch, struct identity_record *ret,
                            struct address *about);

#endif
