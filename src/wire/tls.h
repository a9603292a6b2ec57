/*
 * TLS handshakes (RFC 5246, 8446) from the start of a TCP stream's direction: hellos, certificate,
 * JA3, JA3S (salesforce/ja3), JA4 (FoxIO, client only). Pure: no allocation, no state.
 */
#ifndef MUSTER_WIRE_TLS_H
#define MUSTER_WIRE_TLS_H

#include "record/record.h"
#include "wire/parse.h"

enum { TLS_STREAM_MAX = 32768 }; /* a handshake not whole by then is given up */

struct tls_scratch {
    uint8_t handshake[TLS_STREAM_MAX]; /* handshake bytes without record headers */
    char text[4096];                   /* texts of the result live here */
    uint32_t used;
};

enum tls_side { TLS_NEITHER, TLS_CLIENT, TLS_SERVER };
/* Whether a stream that starts with these bytes is TLS, and whose; needs 6 bytes. */
enum tls_side tls_recognise(const uint8_t *bytes, size_t len);

/* Parses a client hello from all bytes of the direction seen so far. On PARSE_DONE sets ret's
 * client, version (best offered), server_name, alpn, ja3, ja4 and leaves the others alone. Of this
 * and the next: with ret NULL it only says whether all is there, for a fraction of the cost. */
enum parse tls_parse_client(const uint8_t *bytes, size_t len, struct tls_scratch *scratch,
                            struct tls_record *ret);
/* Server hello and, before TLS 1.3, the first certificate. On PARSE_DONE sets server, version,
 * ja3s, alpn if chosen, certificate. DONE after the server hello alone when TLS 1.3 or when the
 * session is resumed (change cipher spec follows). */
enum parse tls_parse_server(const uint8_t *bytes, size_t len, struct tls_scratch *scratch,
                            struct tls_record *ret);

/* The same from handshake bytes that stand in no records (QUIC's); `bytes` may be the scratch's
 * own. transport: as of ja4_client(). */
enum parse tls_hello_client(const uint8_t *bytes, size_t len, char transport,
                            struct tls_scratch *scratch, struct tls_record *ret);
enum parse tls_hello_server(const uint8_t *bytes, size_t len, struct tls_scratch *scratch,
                            struct tls_record *ret);

#endif
