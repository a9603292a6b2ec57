/*
 * NTLM messages (MS-NLMP), in whatever they travel: SMB, HTTP, DCE/RPC, LDAP. Pure.
 */
#ifndef MUSTER_WIRE_NTLM_H
#define MUSTER_WIRE_NTLM_H

#include "base/printable.h"
#include "wire/parse.h"

enum { NTLM_MAX = 8192 }; /* bytes of a message that we wait for */

struct ntlm_message {
    bool authenticate;   /* from the client; else a challenge, which names the server */
    struct text user;    /* authenticate; null when anonymous */
    struct text domain;  /* as told */
    struct text machine; /* authenticate: the workstation; challenge: the server */
};

/* Where "NTLMSSP\0" begins; NULL when nowhere. */
const uint8_t *ntlm_find(const uint8_t *bytes, size_t len);
/* A message that begins here. PARSE_MORE: its fields lie beyond these bytes. PARSE_BAD also for a
 * negotiation, which names nobody. */
enum parse ntlm_parse(const uint8_t *bytes, size_t len, struct printable_room *room,
                      struct ntlm_message *ret);

#endif
