/*
 * Kerberos 5 messages (RFC 4120): whom a ticket is asked for or given to, in clear. Pure.
 */
#ifndef MUSTER_WIRE_KERBEROS_H
#define MUSTER_WIRE_KERBEROS_H

#include "base/printable.h"

struct kerberos_message {
    bool request;        /* asks (the sender is the client); else a reply to the client */
    struct text client;  /* cname, its parts joined by '/'; null when not told */
    uint8_t client_type; /* name-type: 1 principal, 10 enterprise, ... */
    struct text realm;
    struct text machine; /* NetBIOS name of the client's HostAddresses */
};

/* Whether bytes begin a message: its tag, and a length that fits `whole` bytes. */
bool kerberos_recognise(const uint8_t *bytes, size_t len, size_t whole);
/* AS and TGS requests and replies, whole; KRB-ERROR is recognised and tells nothing. */
bool kerberos_parse(const uint8_t *bytes, size_t len, struct printable_room *room,
                    struct kerberos_message *ret);

#endif
