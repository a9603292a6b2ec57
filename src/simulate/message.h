/*
 * Makes the messages that conversations carry: DNS, TLS handshakes with certificates, HTTP heads.
 * Each appends to a buffer. Nothing is encrypted or signed: what would be is random bytes.
 */
#ifndef MUSTER_SIMULATE_MESSAGE_H
#define MUSTER_SIMULATE_MESSAGE_H

#include "base/buf.h"
#include "base/clock.h"
#include "record/address.h"
#include "simulate/random.h"

enum {
    DNS_TYPE_A = 1,
    DNS_TYPE_CNAME = 5,
    DNS_TYPE_MX = 15,
    DNS_TYPE_TXT = 16,
    DNS_TYPE_AAAA = 28
};
enum { DNS_NOERROR = 0, DNS_NXDOMAIN = 3 };

/* A question, with an OPT record (RFC 6891). */
void dns_question(struct buf *out, uint16_t id, const char *name, uint16_t type);
/* Its answer; address NULL = none. */
void dns_reply(struct buf *out, uint16_t id, const char *name, uint16_t type, uint8_t rcode,
               const struct address *address);

/* Its answer with an alias (NULL = none) and so many addresses of the type. */
void dns_reply_alias(struct buf *out, uint16_t id, const char *name, uint16_t type,
                     const char *alias, uint32_t ttl, const struct address *address, unsigned len);
/* A TXT answer of one string, at most 255 characters, that nobody may keep. */
void dns_reply_text(struct buf *out, uint16_t id, const char *name, const char *text);
/* What a device says of itself to all (RFC 6762). */
void mdns_announcement(struct buf *out, const char *name, const struct address *address);

enum tls_client { TLS_BROWSER, TLS_AGENT };

/* A browser's or a plain program's ClientHello; server_name NULL = none. */
void tls_client_hello(struct buf *out, struct random *random, enum tls_client client,
                      const char *server_name);
/* TLS 1.3: ServerHello, change of cipher, and what is encrypted from there: least to most bytes. */
void tls13_server_hello(struct buf *out, struct random *random, size_t least, size_t most);
/* TLS 1.2: ServerHello, Certificate, ServerKeyExchange, ServerHelloDone. */
void tls12_server_hello(struct buf *out, struct random *random, const struct buf *certificate);
/* The client's and the server's last handshake messages. */
void tls12_client_finish(struct buf *out, struct random *random);
void tls13_client_finish(struct buf *out, struct random *random);
void tls_server_finish(struct buf *out, struct random *random);
/* Application data of `len` random bytes, in records of at most 16 KiB. */
void tls_data(struct buf *out, struct random *random, size_t len);

/* An X.509 certificate of `name`, valid for 90 days from `from`; issuer NULL = self-signed. The
 * same random state gives the same certificate. */
void certificate_make(struct buf *out, struct random *random, const char *name, const char *issuer,
                      struct day from);

/* Heads with an empty line at their end; body_len < 0 = no Content-Length. */
void http_request(struct buf *out, const char *method, const char *target, const char *host,
                  const char *agent, long body_len);
void http_reply(struct buf *out, int status, const char *type, long body_len);

#endif
