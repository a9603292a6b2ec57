/*
 * QUIC's first packets (RFC 9000, 9001; version 2: RFC 9369; the last drafts): an Initial is
 * enciphered with keys that follow from the connection number its client chose, so that everybody
 * on the way can open it and read the TLS hellos inside. Nothing later can be read.
 *
 * Trouble: where a packet's number ends is only known once its head is unmasked; a client may send
 * its hello in several packets, out of order, and a server's packets name the client's first choice
 * nowhere.
 *
 * Order: quic_recognise -> quic_next for each packet of the datagram -> quic_open ->
 * quic_crypto_next for each piece of handshake. No state; libcrypto allocates in quic_open.
 */
#ifndef MUSTER_WIRE_QUIC_H
#define MUSTER_WIRE_QUIC_H

#include "base/cursor.h"
#include "record/record.h"

enum { QUIC_ID_MAX = 20, QUIC_PLAIN_MAX = 2048 };

/* What the keys follow from: the version and the number to which a client's first Initial goes. */
struct quic_id {
    uint32_t version;
    uint8_t len;
    uint8_t bytes[QUIC_ID_MAX];
};

struct quic_packet {
    struct quic_id to;
    bool initial;      /* the others cannot be opened */
    const uint8_t *at; /* the packet, from its first byte */
    size_t head_len;   /* bytes before the packet number */
    size_t len;        /* of all */
};

enum quic_side { QUIC_CLIENT, QUIC_SERVER };

struct quic_keys {
    uint8_t key[16], iv[12], head[16]; /* head: of header protection */
};

/* Whether a datagram starts with a long header of a version that is known here. */
bool quic_recognise(const uint8_t *bytes, size_t len);
/* Takes the next packet with a long header off the datagram; false when there is none. */
bool quic_next(struct cursor *datagram, struct quic_packet *ret);
/* RFC 9001 5.2; false when the version is not known. */
bool quic_keys(const struct quic_id *first, enum quic_side side, struct quic_keys *ret);
/* Opens an Initial that `side` sent. Returns the bytes put into `plain`; 0 when the keys are not
 * its keys, it was changed on the way, or is larger than QUIC_PLAIN_MAX. */
size_t quic_open(const struct quic_packet *packet, const struct quic_id *first, enum quic_side side,
                 uint8_t plain[QUIC_PLAIN_MAX]);

struct quic_crypto {
    uint64_t offset; /* in the side's handshake bytes */
    const uint8_t *at;
    size_t len;
};
/* Takes the next piece of handshake off the frames of an opened packet, over others that may stand
 * in an Initial (RFC 9000 17.2.2); false at the end or at a frame that may not. */
bool quic_crypto_next(struct cursor *frames, struct quic_crypto *ret);

#endif
