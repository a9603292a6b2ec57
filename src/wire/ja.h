/*
 * Fingerprints of TLS hellos: JA3 and JA3S (salesforce/ja3), JA4 (FoxIO, technical_details/JA4.md;
 * only the client's: its other kinds are under another licence). Pure.
 *
 * Trouble: the same program must get the same text from every reader, so the lists are kept as
 * sent, without the values that clients throw in at random (GREASE, RFC 8701).
 *
 * Order: ja_client_start(), fill the lists with ja_list_add() -> ja3_client(), ja4_client().
 */
#ifndef MUSTER_WIRE_JA_H
#define MUSTER_WIRE_JA_H

#include "base/text.h"

enum { JA_LIST_MAX = 512 }; /* scanners offer some 350 cipher suites */

struct ja_list {
    uint32_t len; /* values offered; beyond JA_LIST_MAX they are not kept */
    uint16_t at[JA_LIST_MAX];
};

struct ja_client {
    uint16_t version;      /* of the hello */
    uint16_t version_best; /* highest of supported_versions, else as version */
    bool server_name;      /* the extension is there */
    struct text alpn;      /* first protocol offered; null when none */
    struct ja_list ciphers, extensions, groups, formats, signatures;
};

struct ja_server {
    uint16_t version, cipher;
    struct ja_list extensions;
};

bool ja_is_grease(uint16_t value);
void ja_client_start(struct ja_client *client);         /* lists empty; the rest zero */
void ja_list_add(struct ja_list *list, uint16_t value); /* all but GREASE */

/* Lower-case hex of the MD5, NUL-terminated; "" when a list was too long to keep. */
void ja3_client(const struct ja_client *client, char out[33]);
void ja3_server(const struct ja_server *server, char out[33]);
/* transport: 't' TLS over TCP, 'q' QUIC, 'd' DTLS. "" when a list was too long to keep. */
void ja4_client(const struct ja_client *client, char transport, char out[37]);

#endif
