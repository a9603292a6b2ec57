/*
 * How an SSH side begins: its identification and the algorithms it offers (RFC 4253 4.2, 7.1), and
 * their fingerprint, HASSH (salesforce/hassh). Pure.
 */
#ifndef MUSTER_WIRE_SSH_H
#define MUSTER_WIRE_SSH_H

#include "base/text.h"
#include "wire/parse.h"

struct ssh_hello {
    struct text software; /* "SSH-2.0-OpenSSH_9.2p1 Debian-2": a view of the input; null until the
                             line is whole */
    char hassh[33];       /* of a client, or HASSH of a server; "" when there were no algorithms */
};

/* Parses all bytes of a direction seen so far. On PARSE_MORE the software may be known already. */
enum parse ssh_parse(const uint8_t *bytes, size_t len, bool client, struct ssh_hello *ret);

#endif
