/*
 * Who a machine is, in conversations: datagrams of NetBIOS, DHCP and Kerberos, Kerberos over TCP,
 * SSH, remote desktop, and NTLM in the first bytes of streams and in HTTP. Each message about the
 * flow's host becomes an identity record; the other end's shard, when that is home too, sees its
 * own.
 */
#ifndef MUSTER_APP_IDENTITY_H
#define MUSTER_APP_IDENTITY_H

#include "app.h"

/* Returns the protocol's name when the datagram is one of these; NULL leaves it to others (a
 * multicast DNS or LLMNR one too, though something may have been learnt of it). */
const char *app_identity_datagram(struct app *app, const struct flow *flow, unsigned dir,
                                  const uint8_t *bytes, size_t len);
/* Looks for NTLM in the next bytes of a stream that nobody else reads; ends it after a few. */
void app_identity_stream(struct app *app, uint32_t flow, unsigned dir, const uint8_t *bytes,
                         size_t len);
/* Looks for NTLM in all that was kept of one direction (LDAP and the like). */
void app_identity_words(struct app *app, const struct flow *flow, unsigned dir, struct text words);
/* An Authorization field: "NTLM " or "Negotiate " and base64 (RFC 4559 4.2). */
void app_identity_http(struct app *app, const struct flow *flow, unsigned dir, struct text field);
/* Whether a stream begins with a Kerberos message behind its length (RFC 4120 7.2.2). */
bool app_identity_is_kerberos(const uint8_t *bytes, size_t len);
void app_identity_kerberos(struct app *app, const struct flow *flow, unsigned dir,
                           const uint8_t *message, size_t len);
/* The host's side of SSH: its software and HASSH, once both are there; app_identity_ssh_end tells
 * what was there at the end. */
void app_identity_ssh(struct app *app, uint32_t flow, unsigned dir, const uint8_t *bytes,
                      size_t len);
void app_identity_ssh_end(struct app *app, uint32_t flow);
/* What a host says first to a remote desktop: the user it names ([MS-RDPBCGR] 2.2.1.1). */
void app_identity_rdp(struct app *app, const struct flow *flow, unsigned dir, struct text words);

#endif
